//! The status and the effect that a case expects of its own request.
//!
//! ## Requires   The status is one that the requirement names, and the instance is as it says.
//! ## Why        The status is what a client acts on.
//! ## Spec       As the requirement cites.
//! ## Silent     Where the target refuses the request's unusual part (content in a DELETE) also
//!               from an authorised caller. A refusal passes only where the same request was
//!               accepted from an authorised caller; else it cannot be judged.

use super::{Judgement, Life, Record, Sent, Subject, Violation, fold};
use crate::plan::{Effect, Expect, Slot};

/// Judges the case's requests by an expectation.
pub fn judge(subject: &Subject, expect: &Expect) -> Judgement {
    let mut judgements: Vec<Judgement> = subject
        .focus()
        .map(|(index, sent)| status(subject, expect, index, sent))
        .collect();
    if judgements.is_empty() {
        judgements.push(not_sent(subject.record));
    } else if let Some(effect) = expect.effect {
        judgements.push(state(subject.record, effect));
        judgements.extend(super::effect::dead_bystanders(subject.record));
    }
    fold(judgements)
}

fn not_sent(record: &Record) -> Judgement {
    let reason = record.ended_early.clone();
    Judgement::Undecided(reason.unwrap_or_else(|| "the request was not sent".to_owned()))
}

fn status(subject: &Subject, expect: &Expect, index: usize, sent: &Sent) -> Judgement {
    if expect.status.is_empty() {
        return Judgement::Satisfied;
    }
    let wanted = words(expect);
    let Some(status) = sent.status() else {
        return no_answer(subject, expect, index, sent);
    };
    if expect.status.iter().any(|pattern| pattern.matches(status)) {
        return right_status(subject, index, sent, status);
    }
    let violation = Violation::at(index, wanted, sent.seen());
    if expect.warn.iter().any(|pattern| pattern.matches(status)) {
        return Judgement::Violated(vec![violation.tolerated()]);
    }
    if subject.record.stand_in && !sent.is_success() {
        return Judgement::Undecided(format!(
            "{status} to an id that belongs to nobody says nothing: hand over a victim, or allow \
             more"
        ));
    }
    match subject.control {
        // The part itself is refused, whoever sends it: nothing is said about the credential.
        Some(control) if control.accepted && control.shaped_status == Some(status) => {
            Judgement::Silent(format!(
                "the target answers {status} to such a request also from an authorised caller"
            ))
        }
        _ => Judgement::Violated(vec![violation]),
    }
}

/// The status is as expected: a refusal still has to be one for the right reason.
fn right_status(subject: &Subject, index: usize, sent: &Sent, status: u16) -> Judgement {
    if let Some(control) = subject.control {
        if !control.answered {
            return Judgement::Undecided(format!(
                "refused, but without a control that says nothing ({}: {})",
                control.name, control.seen
            ));
        }
        if !control.accepted {
            return Judgement::Undecided(format!(
                "refused, but so is an authorised caller ({}: {}): this says nothing",
                control.name, control.seen
            ));
        }
        if super::is_insufficient(sent) && control.shaped_status == Some(status) {
            return Judgement::Undecided(format!(
                "refused with {status}, but so is an authorised caller who sends the same"
            ));
        }
    }
    if sent.unanswered > 0 {
        let tries = sent.unanswered + 1;
        let actual = format!("no answer in {} of {tries} tries", sent.unanswered);
        let violation = Violation::at(index, "an answer each time", actual);
        return Judgement::Violated(vec![violation.tolerated()]);
    }
    Judgement::Satisfied
}

/// No answer, twice: a failure, if the target answers others, unless hanging up is an answer here.
fn no_answer(subject: &Subject, expect: &Expect, index: usize, sent: &Sent) -> Judgement {
    let answers_others = subject.control.is_none_or(|control| control.answered);
    if answers_others && expect.closed && sent.hung_up() {
        Judgement::Satisfied
    } else if answers_others {
        Judgement::Violated(vec![Violation::at(index, words(expect), sent.seen())])
    } else {
        Judgement::Undecided(sent.seen())
    }
}

/// Whether every leased instance is as the effect says.
fn state(record: &Record, effect: Effect) -> Judgement {
    fold(record.keys.iter().map(|(slot, trace)| {
        // An instance that the script itself revoked on purpose is no evidence.
        let revoked_on_purpose = effect == Effect::None
            && record.sends.iter().any(|sent| {
                sent.send.addresses == Some(*slot)
                    && sent.is_success()
                    && !super::is_insufficient(sent)
            });
        match (&trace.before, effect, &trace.after) {
            _ if revoked_on_purpose => Judgement::Satisfied,
            (_, Effect::Revoked, _) if *slot != Slot::Victim => Judgement::Satisfied,
            (_, Effect::None, Life::Alive) | (_, Effect::Revoked, Life::Dead) => {
                Judgement::Satisfied
            }
            (Life::Alive, Effect::None, Life::Dead) => {
                Judgement::Violated(vec![Violation::of_state(
                    format!("the {slot} (id {}) lives on", trace.id),
                    "it is dead".to_owned(),
                )])
            }
            (_, Effect::Revoked, Life::Alive) => Judgement::Violated(vec![Violation::of_state(
                format!("the {slot} (id {}) is dead", trace.id),
                "it lives on".to_owned(),
            )]),
            (_, _, Life::Unknown(reason)) => {
                Judgement::Undecided(format!("whether the {slot} lives is unknown: {reason}"))
            }
            (_, Effect::None, Life::Dead) => {
                Judgement::Undecided(format!("whether the {slot} lived before is unknown"))
            }
        }
    }))
}

fn words(expect: &Expect) -> String {
    let statuses: Vec<String> = expect.status.iter().map(ToString::to_string).collect();
    if expect.closed {
        return format!("{} or a closed connection", statuses.join(", "));
    }
    statuses.join(" or ")
}
