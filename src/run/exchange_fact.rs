//! Exchange -> what the event log keeps of it: redacted, cut, with its timing.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::fixture::SharedRedactor;
use crate::http::{Exchange, Redactor};

use super::event::{ExchangeFact, WireText};
use super::logged::Logged;

/// Writes down an exchange without any known secret.
#[must_use]
pub fn exchange_fact(logged: &Logged, redactor: &SharedRedactor) -> ExchangeFact {
    let (exchange, most) = (&logged.exchange, logged.shown_bytes_max);
    redactor.with(|redactor| {
        let timing = &exchange.timing;
        let request = &exchange.request;
        let target =
            sent_target(exchange).unwrap_or_else(|| request.target.display_lossy().into_bytes());
        let mut received = wire_text(&received(exchange, redactor), logged.received_bytes, most);
        received.cut |= exchange.received.len() < logged.received_bytes;
        ExchangeFact {
            label: logged.label.clone(),
            judged: false,
            method: request.method.clone(),
            target: String::from_utf8_lossy(&redactor.redact(&target)).into_owned(),
            status: exchange
                .outcome
                .as_ref()
                .ok()
                .map(|response| response.status),
            fault: exchange
                .outcome
                .as_ref()
                .err()
                .map(|fault| redactor.redact_text(&fault.to_string())),
            sent: wire_text(&redactor.redact(&exchange.sent), exchange.sent.len(), most),
            received,
            connection: exchange
                .connection
                .as_ref()
                .map_or(0, |connection| connection.id),
            reused: exchange
                .connection
                .as_ref()
                .is_some_and(|connection| connection.reused),
            connect_us: timing.connect.map(microseconds),
            tls_us: timing.tls.map(microseconds),
            first_byte_us: timing.first_byte.map(microseconds),
            whole_us: timing.whole.map_or(0, microseconds),
            at_us: microseconds(logged.at),
        }
    })
}

/// The target as it went out: the request's own text hides secrets altogether, the fingerprint
/// keeps equality visible.
fn sent_target(exchange: &Exchange) -> Option<Vec<u8>> {
    let line = exchange.sent.split(|byte| *byte == b'\r').next()?;
    let after_method = line.get(exchange.request.method.len() + 1..)?;
    after_method.strip_suffix(b" HTTP/1.1").map(<[u8]>::to_vec)
}

/// The answer's bytes. A secret that the framing or a content coding hides is found in the decoded
/// content; then the content is shown decoded instead.
fn received(exchange: &Exchange, redactor: &Redactor) -> Vec<u8> {
    let raw = redactor.redact(&exchange.received);
    let Ok(response) = &exchange.outcome else {
        return raw;
    };
    let Ok(content) = response.content() else {
        return raw;
    };
    let hidden = exchange.body_ranges.len() > 1 || response.decoded.is_some();
    if !(hidden && redactor.finds(content)) {
        return raw;
    }
    let head_end = exchange.body_ranges.first().map_or(0, |range| range.start);
    let head = exchange.received.get(..head_end).unwrap_or_default();
    let mut shown = redactor.redact(head);
    shown.extend_from_slice(b"[content, decoded since it held a secret]\r\n");
    shown.extend(redactor.redact(content));
    shown
}

fn wire_text(bytes: &[u8], length: usize, bytes_max: usize) -> WireText {
    let kept = bytes.get(..bytes.len().min(bytes_max)).unwrap_or_default();
    let text = String::from_utf8_lossy(kept);
    let lossy = matches!(text, std::borrow::Cow::Owned(_));
    WireText {
        base64: lossy.then(|| STANDARD.encode(kept)),
        text: text.into_owned(),
        bytes: u64::try_from(length).unwrap_or(u64::MAX),
        cut: kept.len() < bytes.len(),
    }
}

/// A duration in whole microseconds.
#[must_use]
pub fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
