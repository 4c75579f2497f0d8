//! Exchange -> what is kept of it until its case has been told.

use std::time::Duration;

use super::limits::{LOOK_BYTES_MAX, RAW_BYTES_KEPT, RAW_BYTES_KEPT_OF_LOOK, WIRE_BYTES_MAX};
use crate::http::Exchange;

/// An exchange, what it was for, and when it began.
pub struct Logged {
    /// What it was for.
    pub label: String,
    /// The exchange.
    pub exchange: Exchange,
    /// Its start, since the run began.
    pub at: Duration,
    /// How many bytes came; not all of them are kept.
    pub received_bytes: usize,
    /// How many bytes of each direction the event log shows.
    pub shown_bytes_max: usize,
}

impl Logged {
    /// Keeps of an exchange what the event log shows: a hostile target sends more than memory
    /// holds.
    pub(super) fn new(label: String, exchange: Exchange, at: Duration) -> Self {
        Self {
            label,
            at,
            received_bytes: exchange.received.len(),
            shown_bytes_max: WIRE_BYTES_MAX,
            exchange: cut(exchange, RAW_BYTES_KEPT),
        }
    }

    /// Keeps less of a look: no case judges what else stands there.
    pub(super) fn look(label: String, exchange: Exchange, at: Duration) -> Self {
        Self {
            label,
            at,
            received_bytes: exchange.received.len(),
            shown_bytes_max: LOOK_BYTES_MAX,
            exchange: cut(exchange, RAW_BYTES_KEPT_OF_LOOK),
        }
    }
}

/// The exchange with no more than so many bytes of each direction.
fn cut(mut exchange: Exchange, bytes_max: usize) -> Exchange {
    exchange.sent.truncate(bytes_max);
    if exchange.received.len() <= bytes_max {
        return exchange;
    }
    let Ok(response) = &mut exchange.outcome else {
        exchange.received.truncate(bytes_max);
        exchange.received.shrink_to_fit();
        return exchange;
    };
    // What framing or a coding hides in the content is only found in the whole of it.
    let hidden = exchange.body_ranges.len() > 1 || response.decoded.is_some();
    let head_end = exchange.body_ranges.first().map(|range| range.start);
    let kept = head_end.filter(|_| hidden).unwrap_or(bytes_max);
    response.body = Vec::new();
    response.decoded = None;
    exchange.received.truncate(kept.min(bytes_max));
    exchange.received.shrink_to_fit();
    exchange.body_ranges.retain(|range| range.end <= kept);
    exchange
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Logged;
    use crate::http::{Exchange, Request, Response};
    use crate::run::limits::{LOOK_BYTES_MAX, RAW_BYTES_KEPT_OF_LOOK};

    const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\n\r\n";

    /// An answer with as many bytes of content, in as many parts.
    fn answered(bytes: usize, parts: usize) -> Exchange {
        let body = vec![b'a'; bytes];
        let response = Response {
            status: 200,
            body: body.clone(),
            ..Response::default()
        };
        let mut exchange = Exchange::new(Request::new("GET", "/"), Ok(response));
        exchange.received = [HEAD, &body].concat();
        let part = bytes / parts;
        let ranges = (0..parts).map(|at| HEAD.len() + at * part..HEAD.len() + (at + 1) * part);
        exchange.body_ranges = ranges.collect();
        exchange
    }

    fn look(exchange: Exchange) -> Logged {
        Logged::look("look".to_owned(), exchange, Duration::ZERO)
    }

    #[test]
    fn of_a_look_the_beginning_is_kept_and_of_hidden_content_nothing() {
        let small = look(answered(LOOK_BYTES_MAX, 2));
        assert_eq!(small.exchange.received.len(), HEAD.len() + LOOK_BYTES_MAX);
        let long = look(answered(100_000, 1));
        assert_eq!(long.exchange.received.len(), RAW_BYTES_KEPT_OF_LOOK);
        assert_eq!(long.received_bytes, HEAD.len() + 100_000);
        assert!(long.exchange.response().expect("an answer").body.is_empty());
        let in_parts = look(answered(100_000, 2));
        assert_eq!(in_parts.exchange.received, HEAD);
        assert!(in_parts.exchange.body_ranges.is_empty());
        let judged = Logged::new("main".to_owned(), answered(50_000, 2), Duration::ZERO);
        assert_eq!(judged.exchange.received.len(), HEAD.len() + 50_000);
    }
}
