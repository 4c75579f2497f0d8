//! What a request gets by HTTP/2 is what it gets by HTTP/1.1.
//!
//! ## Requires   The status is the same, and what became of the addressed instance is, too.
//! ## Why        Two ways to one operation are two places to forget a check in.
//! ## Spec       RFC 9113 §8; RFC 9110 §2.5.
//! ## Silent     Where the target is plain HTTP, or does not choose HTTP/2.

use super::{Judgement, Life, Record, Sent, Subject, Violation};
use crate::plan::Requirement;

/// The first request, by HTTP/2, has the status and the effect of the second, by HTTP/1.1.
pub fn same_by_http_2(subject: &Subject, _: &Requirement) -> Judgement {
    let mut focus = subject.focus();
    let (Some(by_2), Some(by_1)) = (focus.next(), focus.next()) else {
        return Judgement::Undecided("it was not sent".to_owned());
    };
    if by_1.1.status().is_none() {
        return Judgement::Undecided(by_1.1.seen());
    }
    let differing = |expected: String, actual: String| {
        let expected = format!("{expected}, as by HTTP/1.1");
        Judgement::Violated(vec![Violation::at(by_2.0, expected, actual)])
    };
    if by_2.1.status() != by_1.1.status() {
        return differing(by_1.1.seen(), by_2.1.seen());
    }
    match (killed(subject.record, by_2), killed(subject.record, by_1)) {
        (Some(false), Some(true)) => differing("the key is dead".to_owned(), "it lives".to_owned()),
        (Some(true), Some(false)) => differing("the key lives".to_owned(), "it is dead".to_owned()),
        (Some(_), Some(_)) => Judgement::Satisfied,
        _ => Judgement::Undecided("what became of the keys is unknown".to_owned()),
    }
}

/// Whether the request's instance died of it; nothing where that is unknown.
fn killed(record: &Record, (index, sent): (usize, &Sent)) -> Option<bool> {
    let slot = sent.send.addresses?;
    match record.life_after(index, slot)? {
        Life::Alive => Some(false),
        Life::Dead => Some(record.life_before(index, slot) != Some(&Life::Dead)),
        Life::Unknown(_) => None,
    }
}
