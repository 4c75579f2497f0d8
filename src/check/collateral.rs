//! What died of a request that names no single instance, or names one in another spelling.
//!
//! ## Requires   A spelling means its instance or nothing: a success killed exactly it, a refusal
//!               changed nothing. What means no instance kills none.
//! ## Why        A wildcard, an empty variable or a number in base 8 revoke what nobody named.
//! ## Spec       The contract: one integer names one instance; OWASP API5:2023, API8:2023.
//! ## Silent     Which refusal it is. A success without effect where the digits are another number
//!               to those who do not know the notation (`052` for 42): then it is that one's.

use std::time::Duration;

use super::{Judgement, Life, Sent, Subject, Violation, fold};
use crate::plan::{Piece, Requirement, Slot};

/// A success killed exactly the instance whose spelling it may be, a refusal nothing.
pub fn same_or_nothing(subject: &Subject, _: &Requirement) -> Judgement {
    if let Some(control) = subject.control.filter(|control| !control.accepted) {
        return Judgement::Undecided(format!(
            "an authorised caller is refused, too ({}: {}): this says nothing",
            control.name, control.seen
        ));
    }
    let own = fold(
        subject
            .focus()
            .map(|(index, sent)| spelling(subject, index, sent)),
    );
    fold([own, nobody_died(subject, &[Slot::Victim])])
}

fn spelling(subject: &Subject, index: usize, sent: &Sent) -> Judgement {
    let Some(status) = sent.status() else {
        return Judgement::Undecided(sent.seen());
    };
    let Some(trace) = subject.record.keys.get(&Slot::Victim) else {
        return Judgement::Undecided("no instance was leased".to_owned());
    };
    let may_mean_it = sent.send.addresses == Some(Slot::Victim);
    let must_mean_it = may_mean_it && !has_another_reading(sent);
    let violated = |expected: &str, actual: String| {
        Judgement::Violated(vec![Violation::at(index, expected, actual)])
    };
    match (status, &trace.before, &trace.after) {
        (_, _, Life::Unknown(reason)) => Judgement::Undecided(reason.clone()),
        (500.., _, _) => violated("a success or a refusal", sent.seen()),
        (_, Life::Alive, Life::Dead) if !may_mean_it => violated(
            "the key, whose id it is not, lives on",
            format!("{}, and it is dead", sent.seen()),
        ),
        (200..300, _, Life::Alive) if must_mean_it => violated(
            "a success means that the key is dead",
            format!("{}, and its credential is still accepted", sent.seen()),
        ),
        (300.., Life::Alive, Life::Dead) => violated(
            "a refusal means that nothing changed",
            format!("{}, and the key is dead", sent.seen()),
        ),
        _ => Judgement::Satisfied,
    }
}

/// Whether the id that was sent is another one for those who read it in base 10.
fn has_another_reading(sent: &Sent) -> bool {
    let mut pieces = sent.send.template.target.iter();
    pieces.any(|piece| matches!(piece, Piece::IdAs(_, spelling) if spelling.has_another_reading()))
}

/// Nothing that the run knows died.
pub fn nothing_dies(subject: &Subject, _: &Requirement) -> Judgement {
    let Some((index, sent)) = subject.focus().next() else {
        let reason = subject.record.ended_early.clone();
        return Judgement::Undecided(reason.unwrap_or_else(|| "it was not sent".to_owned()));
    };
    match nobody_died(subject, &[]) {
        Judgement::Violated(violations) => Judgement::Violated(
            violations
                .into_iter()
                .map(|violation| {
                    let actual = format!("{}, and {}", sent.seen(), violation.actual);
                    Violation::at(index, violation.expected, actual)
                })
                .collect(),
        ),
        other => other,
    }
}

/// Whether every instance but the excepted ones lives on.
fn nobody_died(subject: &Subject, except: &[Slot]) -> Judgement {
    let record = subject.record;
    let leased = record
        .keys
        .iter()
        .filter(|(slot, _)| !except.contains(slot));
    let leased =
        leased.map(|(slot, trace)| (format!("the {slot} (id {})", trace.id), &trace.after));
    let idle = record.bystanders.iter();
    let idle = idle.map(|(id, life)| (format!("another key (id {id})"), life));
    let sentinel = record.sentinel.iter();
    let sentinel = sentinel.map(|life| ("the sentinel".to_owned(), life));
    let caller = record.admin.iter();
    let caller = caller.map(|life| ("the admin's key".to_owned(), life));
    fold(
        leased
            .chain(idle)
            .chain(sentinel)
            .chain(caller)
            .map(|(name, life)| match life {
                Life::Alive => Judgement::Satisfied,
                Life::Dead => Judgement::Violated(vec![Violation::of_state(
                    format!("{name} lives on"),
                    format!("{name} is dead"),
                )]),
                Life::Unknown(reason) => Judgement::Undecided(reason.clone()),
            }),
    )
}

/// The answer came within the seconds that the requirement names.
pub fn answered_within(subject: &Subject, requirement: &Requirement) -> Judgement {
    let seconds = requirement
        .argument
        .as_deref()
        .and_then(|text| text.parse().ok());
    let limit = Duration::from_secs(seconds.unwrap_or(5));
    fold(subject.focus().map(|(index, sent)| {
        let Some(whole) = sent.exchange.timing.whole else {
            return Judgement::Silent(sent.seen());
        };
        if whole <= limit {
            return Judgement::Satisfied;
        }
        let expected = format!("an answer within {} s", limit.as_secs());
        let actual = format!("{} after {:.1} s", sent.seen(), whole.as_secs_f64());
        Judgement::Violated(vec![Violation::at(index, expected, actual)])
    }))
}
