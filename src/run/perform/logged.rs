//! What is kept of an exchange for the event log.

use std::time::Duration;

use crate::http::Exchange;
use crate::run::limits::{LOOK_BYTES_MAX, SECRET_ROOM, WIRE_BYTES_MAX};

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
    pub(in crate::run) fn new(label: String, exchange: Exchange, at: Duration) -> Self {
        Self::shown(label, (exchange, at), WIRE_BYTES_MAX)
    }

    /// Keeps less of a look: no case judges what else stands there.
    pub(in crate::run) fn look(label: String, exchange: Exchange, at: Duration) -> Self {
        Self::shown(label, (exchange, at), LOOK_BYTES_MAX)
    }

    fn shown(label: String, (mut exchange, at): (Exchange, Duration), bytes_max: usize) -> Self {
        let received_bytes = exchange.received.len();
        let kept = bytes_max + SECRET_ROOM;
        exchange.sent.truncate(kept);
        if received_bytes > kept {
            cut(&mut exchange, kept);
        }
        Self {
            label,
            exchange,
            at,
            received_bytes,
            shown_bytes_max: bytes_max,
        }
    }
}

/// Keeps the beginning of what was received, and of its content what is in that.
fn cut(exchange: &mut Exchange, bytes_max: usize) {
    let head_end = exchange.body_ranges.first().map_or(0, |range| range.start);
    let ranges = &mut exchange.body_ranges;
    ranges.retain(|range| range.start < bytes_max);
    if let Some(last) = ranges.last_mut() {
        last.end = last.end.min(bytes_max);
    }
    exchange.received.truncate(bytes_max);
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
    use crate::run::limits::RAW_BYTES_KEPT;

    /// What is kept of a body in two chunks behind a head of ten bytes.
    fn kept(body: &[u8], decoded: Option<&[u8]>) -> Exchange {
        Logged::new(String::new(), answered(body, decoded), Duration::ZERO).exchange
    }

    fn answered(body: &[u8], decoded: Option<&[u8]>) -> Exchange {
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
        exchange
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
    fn of_a_look_less_is_kept() {
        let long = answered(&vec![b'a'; RAW_BYTES_KEPT / 2], None);
        let bytes = long.received.len();
        let look = Logged::look(String::new(), long, Duration::ZERO);
        assert_eq!(look.exchange.received.len(), LOOK_BYTES_MAX + SECRET_ROOM);
        assert_eq!(look.received_bytes, bytes);
        assert_eq!(look.shown_bytes_max, LOOK_BYTES_MAX);
    }

    #[test]
    fn of_a_long_coded_answer_only_the_head_is_kept() {
        let exchange = kept(&vec![b'a'; 2 * RAW_BYTES_KEPT], Some(b"a secret"));
        assert_eq!(exchange.received, b"0123456789");
        assert_eq!(exchange.response().unwrap().content(), Ok(&b""[..]));
    }
}
