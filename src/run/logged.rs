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
