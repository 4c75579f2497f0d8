//! A live instance is not refused to whoever may end it.
//!
//! ## Requires   The plain request of the admin on an instance that lives, before it and after it,
//!               gets no 4xx.
//! ## Why        A key that leaked and cannot be revoked stays open; a look-up that misses some
//!               instances shows now and then alone, wherever the request happens to be sent.
//! ## Spec       The contract: the operation's success is what it documents for an instance.
//! ## Silent     A 429; requests with anything unusual about them, several at once, and those on an
//!               instance whose state is not known; other callers than the admin that was given.

use super::{Judgement, Life, Moment, Sent, Subject, Violation, fold};
use crate::http::{Framing, HostHeader};
use crate::plan::{Derivation, Holder, Piece, Requirement, Send, Wire};

/// The status of a limit, which says nothing of the instance.
const LIMITED: u16 = 429;

/// The admin's plain request on a live instance is not refused.
pub fn live_not_refused(subject: &Subject, requirement: &Requirement) -> Judgement {
    fold(
        subject
            .selected(requirement)
            .map(|(index, sent)| judge(subject, index, sent)),
    )
}

fn judge(subject: &Subject, index: usize, sent: &Sent) -> Judgement {
    let record = subject.record;
    let silent = |reason: &str| Judgement::Silent(reason.to_owned());
    let (Some(slot), Some(status)) = (sent.send.addresses, sent.status()) else {
        return silent("there is no answer about an instance");
    };
    if !is_plain(&sent.send) || record.stand_in {
        return silent("it is no plain request of the admin on an instance of ours");
    }
    if !record.moments.contains(&Moment::Sent(index)) {
        return silent("other requests were sent at the same time");
    }
    if record.admin == Some(Life::Dead) {
        return silent("the caller's own credential is refused everywhere");
    }
    let lived = [
        record.life_before(index, slot),
        record.life_after(index, slot),
    ];
    let lives = lived.iter().all(|life| *life == Some(&Life::Alive));
    match status {
        200..300 => Judgement::Satisfied,
        400..500 if status != LIMITED && lives => {
            let expected = "no refusal, since the key lives, before it and after it";
            Judgement::Violated(vec![Violation::at(index, expected, sent.seen())])
        }
        400..500 if status != LIMITED => silent("it was refused, and is not known to have lived"),
        _ => Judgement::Silent(format!("{status} is no refusal of the instance")),
    }
}

/// Whether nothing but the documented request is in it, of the admin as he was given.
fn is_plain(send: &Send) -> bool {
    let template = &send.template;
    let is_secret = |piece: &Piece| matches!(piece, Piece::Secret(..));
    let is_own =
        |piece: &Piece| matches!(piece, Piece::Secret(Holder::Admin, Derivation::Verbatim));
    let in_query = |piece: &Piece| matches!(piece, Piece::Text(text) if text.contains('?'));
    let (credentials, others): (Vec<_>, Vec<_>) = template
        .headers
        .iter()
        .partition(|(_, value)| value.iter().any(is_secret));
    let own = match credentials.as_slice() {
        [(_, value)] => {
            value.last().is_some_and(is_own)
                && value.iter().filter(|piece| is_secret(piece)).count() == 1
        }
        _ => false,
    };
    let json = [Piece::text("application/json")];
    own && others
        .iter()
        .all(|(name, value)| name == "Accept" && *value == json)
        && others.len() == 1
        && template.body.is_none()
        && template.framing == Framing::Automatic
        && template.host == HostHeader::Automatic
        && !template.target.iter().any(in_query)
        && matches!(send.wire, Wire::Fresh | Wire::Kept)
}
