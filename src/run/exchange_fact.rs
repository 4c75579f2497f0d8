//! Exchange -> what the event log keeps of it: redacted, cut, with its timing.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::fixture::Messenger;
use crate::http::{Exchange, Redactor, TlsFacts};

use super::event::{ExchangeFact, TlsFact, WireText};
use super::limits::{EVIDENCE_BYTES_MAX, WIRE_BYTES_LEAST};
use super::perform::Logged;

/// What the event log still has room for.
#[derive(Debug)]
pub struct EvidenceRoom(AtomicUsize);

impl Default for EvidenceRoom {
    fn default() -> Self {
        Self(AtomicUsize::new(EVIDENCE_BYTES_MAX))
    }
}

impl EvidenceRoom {
    /// How many bytes are kept now of one direction that may have so many.
    fn bytes_max(&self, most: usize) -> usize {
        if self.0.load(Ordering::Relaxed) > 0 {
            most
        } else {
            WIRE_BYTES_LEAST
        }
    }

    fn take(&self, fact: &WireText) {
        let taken = fact.text.len() + fact.base64.as_ref().map_or(0, String::len);
        // Others may take at the same time: none of them makes more of it.
        let _ = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                Some(left.saturating_sub(taken))
            });
    }

    fn wire_text(&self, bytes: &[u8], (length, most): (usize, usize)) -> WireText {
        let text = wire_text(bytes, length, self.bytes_max(most));
        self.take(&text);
        text
    }
}

/// Writes down an exchange without any known secret; `messenger` is whose target is the run's.
#[must_use]
pub fn exchange_fact(logged: &Logged, messenger: &Messenger, room: &EvidenceRoom) -> ExchangeFact {
    let (exchange, most) = (&logged.exchange, logged.shown_bytes_max);
    let sent_bytes = exchange.sent.len();
    let elsewhere = |origin: &&_| *origin != messenger.client().origin();
    messenger.redactor().with(|redactor| {
        let timing = &exchange.timing;
        let request = &exchange.request;
        let target =
            sent_target(exchange).unwrap_or_else(|| request.target.display_lossy().into_bytes());
        let text = received(exchange, redactor);
        let mut received = room.wire_text(&text, (logged.received_bytes, most));
        received.cut |= exchange.received.len() < logged.received_bytes;
        ExchangeFact {
            label: logged.label.clone(),
            judged: false,
            method: request.method.clone(),
            target: String::from_utf8_lossy(&redactor.redact(&target)).into_owned(),
            origin: exchange
                .origin
                .as_deref()
                .filter(elsewhere)
                .map(ToString::to_string),
            status: exchange.status_of_head(),
            fault: exchange
                .outcome
                .as_ref()
                .err()
                .map(|fault| redactor.redact_text(&fault.to_string())),
            sent: room.wire_text(&redactor.redact(&exchange.sent), (sent_bytes, most)),
            received,
            connection: exchange
                .connection
                .as_ref()
                .map_or(0, |connection| connection.id),
            reused: exchange
                .connection
                .as_ref()
                .is_some_and(|connection| connection.reused),
            tls: exchange.tls.as_ref().map(tls_fact),
            connect_us: timing.connect.map(microseconds),
            tls_us: timing.tls.map(microseconds),
            first_byte_us: timing.first_byte.map(microseconds),
            whole_us: timing.whole.map_or(0, microseconds),
            at_us: microseconds(logged.at),
        }
    })
}

fn tls_fact(facts: &TlsFacts) -> TlsFact {
    TlsFact {
        version: facts.version.clone(),
        cipher: facts.cipher.clone(),
        objection: facts.objection.clone(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::limits::WIRE_BYTES_MAX;

    #[test]
    fn what_is_full_still_takes_the_first_lines() {
        let room = EvidenceRoom::default();
        let bytes = vec![b'a'; WIRE_BYTES_MAX + 1];
        let mut kept = 0;
        for _ in 0..4 * EVIDENCE_BYTES_MAX / WIRE_BYTES_MAX {
            let text = room.wire_text(&bytes, (bytes.len(), WIRE_BYTES_MAX));
            assert!(text.cut && text.text.len() >= WIRE_BYTES_LEAST);
            assert_eq!(text.bytes, bytes.len() as u64);
            kept += text.text.len();
        }
        assert!(
            (EVIDENCE_BYTES_MAX..2 * EVIDENCE_BYTES_MAX).contains(&kept),
            "{kept}"
        );
    }
}
