//! What is kept of an exchange for the event log.

use std::time::Duration;

use crate::http::Exchange;
use crate::run::limits::RAW_BYTES_KEPT;

/// An exchange, what it was for, and when it began.
pub struct Logged {
    /// What it was for.
    pub label: String,
    /// The exchange.
    pub exchange: Exchange,
    /// Its start, since the run began.
    pub at: Duration,
}

impl Logged {
    /// Keeps of an exchange what the event log shows: a hostile target sends more than memory
    /// holds.
    pub(in crate::run) fn new(label: String, mut exchange: Exchange, at: Duration) -> Self {
        exchange.sent.truncate(RAW_BYTES_KEPT);
        if exchange.received.len() > RAW_BYTES_KEPT {
            cut(&mut exchange);
        }
        Self {
            label,
            exchange,
            at,
        }
    }
}

/// Keeps the beginning of what was received, and of its content what is in that.
fn cut(exchange: &mut Exchange) {
    let head_end = exchange.body_ranges.first().map_or(0, |range| range.start);
    let ranges = &mut exchange.body_ranges;
    ranges.retain(|range| range.start < RAW_BYTES_KEPT);
    if let Some(last) = ranges.last_mut() {
        last.end = last.end.min(RAW_BYTES_KEPT);
    }
    exchange.received.truncate(RAW_BYTES_KEPT);
    if let Ok(response) = &mut exchange.outcome {
        if response.decoded.take().is_some() {
            // Nobody could find a secret in the beginning of a coded body.
            exchange.received.truncate(head_end);
            exchange.body_ranges.clear();
        }
        let pieces = exchange.body_ranges.iter();
        let pieces = pieces.filter_map(|range| exchange.received.get(range.clone()));
        response.body = pieces.collect::<Vec<_>>().concat();
    }
    exchange.received.shrink_to_fit();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Request, Response, Text};

    /// What is kept of a body in two chunks behind a head of ten bytes.
    fn kept(body: &[u8], decoded: Option<&[u8]>) -> Exchange {
        let (first, second) = body.split_at(body.len() / 2);
        let received = [b"0123456789", first, b"\r\n\r\n", second].concat();
        let mut response = Response::new(200);
        response.body = body.to_vec();
        response.decoded = decoded.map(|content| Ok(content.to_vec()));
        let request = Request::new("GET", Text::plain("/"));
        let mut exchange = Exchange::new(request, Ok(response));
        let middle = 10 + first.len();
        exchange.body_ranges = vec![10..middle, middle + 4..received.len()];
        exchange.received = received;
        Logged::new(String::new(), exchange, Duration::ZERO).exchange
    }

    #[test]
    fn a_short_answer_is_kept_whole() {
        let exchange = kept(b"short", Some(b"longer"));
        assert_eq!(exchange.received, b"0123456789sh\r\n\r\nort");
        assert_eq!(exchange.response().unwrap().content(), Ok(&b"longer"[..]));
    }

    #[test]
    fn of_a_long_answer_the_beginning_is_kept_and_the_content_in_it() {
        let exchange = kept(&vec![b'a'; 2 * RAW_BYTES_KEPT - 200], None);
        assert_eq!(exchange.received.len(), RAW_BYTES_KEPT);
        let content = exchange.response().unwrap().content().unwrap();
        assert!(content.iter().all(|byte| *byte == b'a'));
        assert_eq!(content.len(), RAW_BYTES_KEPT - 10 - 4);
    }

    #[test]
    fn of_a_long_coded_answer_only_the_head_is_kept() {
        let exchange = kept(&vec![b'a'; 2 * RAW_BYTES_KEPT], Some(b"a secret"));
        assert_eq!(exchange.received, b"0123456789");
        assert_eq!(exchange.response().unwrap().content(), Ok(&b""[..]));
    }
}
