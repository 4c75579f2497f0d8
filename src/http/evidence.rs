//! The bytes of an exchange, fit to be shown: every known secret taken out.

use super::encodings::{Match, united};
use super::message::Exchange;
use super::redactor::Redactor;

/// The bytes of an exchange without any known secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// What was sent.
    pub sent: Vec<u8>,
    /// What was received. Where the coded body could hold a secret, it ends after the head.
    pub received: Vec<u8>,
    /// What came after the end of the message.
    pub stray: Vec<u8>,
    /// Set where `received` ends after the head.
    pub withheld: Option<Withheld>,
}

/// A coded body that is not shown as it was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    /// How many bytes of `received` are not shown.
    pub bytes: usize,
    /// The content, decoded and redacted; `None` where its coding cannot be removed, so that
    /// nobody can tell what is in it.
    pub content: Option<Vec<u8>>,
}

impl Evidence {
    /// Takes the known secrets out of an exchange.
    ///
    /// A secret is found also where chunks cut it in pieces, and where a content coding hides
    /// it.
    #[must_use]
    pub fn new(exchange: &Exchange, redactor: &Redactor) -> Self {
        let sent = redactor.redact(&exchange.sent);
        let stray = redactor.redact(&exchange.stray);
        let Some(content) = hidden_content(exchange, redactor) else {
            let received = redact_received(exchange, redactor);
            return Self {
                sent,
                received,
                stray,
                withheld: None,
            };
        };
        let head_end = exchange.body_ranges.first().map_or(0, |range| range.start);
        let head = exchange.received.get(..head_end).unwrap_or_default();
        let bytes = exchange.received.len() - head.len();
        let withheld = Some(Withheld { bytes, content });
        Self {
            sent,
            received: redactor.redact(head),
            stray,
            withheld,
        }
    }
}

/// The redacted content, where the coded body cannot be shown: `Some(None)` where it cannot be
/// decoded, `None` where nothing stands against showing it.
fn hidden_content(exchange: &Exchange, redactor: &Redactor) -> Option<Option<Vec<u8>>> {
    let coded = match &exchange.outcome {
        Ok(response) => response.decoded.as_ref()?,
        Err(_) => {
            // A part of a body: whether it was coded is only in the bytes.
            let head_end = exchange.body_ranges.first()?.start;
            let head = exchange.received.get(..head_end)?.to_ascii_lowercase();
            let coded = head
                .windows(17)
                .any(|window| window == b"content-encoding:");
            return coded.then_some(None);
        }
    };
    match coded {
        Err(_) => Some(None),
        Ok(content) if redactor.finds(content) => Some(Some(redactor.redact(content))),
        Ok(_) => None,
    }
}

fn redact_received(exchange: &Exchange, redactor: &Redactor) -> Vec<u8> {
    let mut matches = redactor.matches(&exchange.received);
    if exchange.body_ranges.len() > 1 {
        let pieces = exchange.body_ranges.iter();
        let body: Vec<&[u8]> = pieces
            .filter_map(|range| exchange.received.get(range.clone()))
            .collect();
        let found = redactor.matches(&body.concat());
        matches.extend(
            found
                .iter()
                .filter_map(|found| in_received(exchange, found)),
        );
        matches = united(matches);
    }
    redactor.replace(&exchange.received, &matches)
}

/// A match in the body as one in the bytes received, the framing inside it included.
fn in_received(exchange: &Exchange, found: &Match) -> Option<Match> {
    let place = |offset: usize| {
        let mut before = 0;
        exchange.body_ranges.iter().find_map(|range| {
            let at = offset - before;
            before += range.len();
            (at < range.len()).then(|| range.start + at)
        })
    };
    let range = place(found.range.start)?..place(found.range.end - 1)? + 1;
    Some(Match {
        range,
        owner: found.owner,
    })
}
