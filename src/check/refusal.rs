//! A refusal that refuses: nothing happened behind it, and it holds on every operation.
//!
//! ## Requires   The addressed instance lives on after a refusal; a dead credential is refused
//!               wherever it worked before.
//! ## Why        Some servers act first and check later, and some check on some routes only.
//! ## Spec       OWASP API2:2023; ASVS 16.5.3; the contract's refusal.
//! ## Silent     After an answer that is no refusal; on operations that the credential could not
//!               use while it lived.

use super::{Judgement, Life, Sent, Subject, Violation, fold, is_insufficient};
use crate::plan::Requirement;

/// The addressed instance lives on.
pub fn no_effect(subject: &Subject, requirement: &Requirement) -> Judgement {
    fold(subject.selected(requirement).map(|(index, sent)| {
        if sent.is_success() {
            return Judgement::Silent("the request was not refused".to_owned());
        }
        let Some(slot) = sent.send.addresses else {
            return Judgement::Silent("the request addresses no instance".to_owned());
        };
        if subject.record.stand_in {
            return Judgement::Silent("the addressed id belongs to nobody".to_owned());
        }
        let before = subject.record.life_before(index, slot);
        match (before, subject.record.life_after(index, slot)) {
            (_, Some(Life::Alive)) => Judgement::Satisfied,
            (Some(Life::Alive), Some(Life::Dead)) => {
                let actual = format!("{}, and it is dead", sent.seen());
                Judgement::Violated(vec![Violation::at(index, "the key lives on", actual)])
            }
            (_, Some(Life::Unknown(reason))) => {
                Judgement::Undecided(format!("whether the {slot} lives is unknown: {reason}"))
            }
            (_, Some(Life::Dead)) => {
                Judgement::Undecided(format!("whether the {slot} lived before is unknown"))
            }
            (_, None) => Judgement::Undecided(format!("nobody looked at the {slot} after it")),
        }
    }))
}

/// Nobody's request of the operation, which names no holder at all, has no success on any id.
pub fn nobody_served(subject: &Subject, requirement: &Requirement) -> Judgement {
    let method = subject
        .operation()
        .map(|operation| operation.method.as_str());
    fold(subject.selected(requirement).map(|(index, sent)| {
        let template = &sent.send.template;
        if !template.is_bare() || Some(template.method.as_str()) != method {
            return Judgement::Silent("it is not the operation's plain request".to_owned());
        }
        if sent.is_success() {
            return Judgement::Violated(vec![Violation::at(index, "401", sent.seen())]);
        }
        Judgement::Satisfied
    }))
}

/// A credential that an operation accepted is refused there with 401 once it is dead.
pub fn refused_elsewhere(subject: &Subject, _: &Requirement) -> Judgement {
    match once_accepted(
        subject,
        "the key could not use this operation while it lived",
    ) {
        Ok((index, after)) => refused(index, after),
        Err(judgement) => judgement,
    }
}

/// The request with the dead credential, where the one with the live credential had a success; else
/// `otherwise` says what it means that it had none.
pub(super) fn once_accepted<'a>(
    subject: &Subject<'a>,
    otherwise: &str,
) -> Result<(usize, &'a Sent), Judgement> {
    let find = |dead: bool| {
        let mut focus = subject.focus();
        focus.find(|(_, sent)| is_insufficient(sent) == dead)
    };
    match (find(false), find(true)) {
        (Some((_, before)), _) if !before.is_success() => Err(Judgement::Silent(format!(
            "{otherwise} ({})",
            before.seen()
        ))),
        (Some(_), Some(after)) => Ok(after),
        _ => {
            let reason = subject.record.ended_early.clone();
            let reason = reason.unwrap_or_else(|| "it was not tried".to_owned());
            Err(Judgement::Undecided(reason))
        }
    }
}

/// The dead credential got the refusal that is documented for it.
pub(super) fn refused(index: usize, after: &Sent) -> Judgement {
    match after.status() {
        Some(401) => Judgement::Satisfied,
        Some(_) => Judgement::Violated(vec![Violation::at(index, "401", after.seen())]),
        None => Judgement::Undecided(after.seen()),
    }
}
