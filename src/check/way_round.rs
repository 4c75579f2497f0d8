//! Ways round the guard: other methods, fields that ask for one, writing to what is dead.
//!
//! ## Requires   What the operation does is not done otherwise for whoever may not do it; what is
//!               dead stays dead; what is answered to one caller is not given to the next.
//! ## Why        The guard stands where the documented request comes in; the others find other
//!               doors.
//! ## Spec       OWASP API3:2023, API5:2023, API8:2023; ASVS 4.1.4, 15.3.3; the contract's security.
//! ## Silent     Where a credential may do it plainly, or could not be used in the first place.

use super::{Judgement, Life, Sent, Subject, Violation, fold, is_insufficient};
use crate::plan::{Requirement, Slot};

/// The request gets no success.
pub fn not_served(subject: &Subject, _: &Requirement) -> Judgement {
    if let (None, Some(reason)) = (subject.focus().next(), &subject.record.ended_early) {
        return Judgement::Undecided(reason.clone());
    }
    fold(subject.focus().map(|(index, sent)| {
        if sent.is_success() {
            Judgement::Violated(vec![Violation::at(index, "no success", sent.seen())])
        } else {
            Judgement::Satisfied
        }
    }))
}

/// Another method does nothing, and has no success without a sufficient credential.
pub fn method_refused(subject: &Subject, _: &Requirement) -> Judgement {
    fold(subject.focus().map(|(index, sent)| {
        let mut judgements = vec![victim_lives(subject, index, sent)];
        match sent.status() {
            Some(200..300) if is_insufficient(sent) => {
                let violation = Violation::at(index, "a refusal", sent.seen());
                judgements.push(Judgement::Violated(vec![violation]));
            }
            // The contract has no such operation: a success or a fault says that somebody does.
            Some(200..400 | 500 | 502..600) if !is_insufficient(sent) => {
                let violation = Violation::at(index, "404 or 405", sent.seen());
                judgements.push(Judgement::Violated(vec![violation.tolerated()]));
            }
            _ => {}
        }
        fold(judgements)
    }))
}

/// A field, a query or content that asks for the operation's method does nothing.
pub fn override_ignored(subject: &Subject, _: &Requirement) -> Judgement {
    if let Some((index, plain)) = subject.record.sent(crate::plan::rules::PLAIN) {
        let alive = subject.record.life_after(index, Slot::Victim) == Some(&Life::Alive);
        if plain.is_success() || !alive {
            return Judgement::Silent("the credential may do it plainly".to_owned());
        }
    }
    let asking = subject
        .focus()
        .filter(|(_, sent)| sent.send.label != crate::plan::rules::PLAIN);
    fold(asking.map(|(index, sent)| {
        let judgement = victim_lives(subject, index, sent);
        match (is_insufficient(sent), judgement) {
            // An authorised caller does nothing that he may not; the way is undocumented.
            (false, Judgement::Violated(found)) => {
                let tolerated = found.into_iter().map(Violation::tolerated);
                Judgement::Violated(tolerated.collect())
            }
            (_, judgement) => judgement,
        }
    }))
}

/// The dead instance stays dead, whatever is written to it.
pub fn not_revived(subject: &Subject, _: &Requirement) -> Judgement {
    if let (None, Some(reason)) = (subject.focus().next(), &subject.record.ended_early) {
        return Judgement::Undecided(reason.clone());
    }
    fold(subject.focus().map(|(index, sent)| {
        let before = subject.record.life_before(index, Slot::Victim);
        match (before, subject.record.life_after(index, Slot::Victim)) {
            (Some(Life::Alive), _) => Judgement::Silent("it was not dead before".to_owned()),
            (_, Some(Life::Dead)) => Judgement::Satisfied,
            (_, Some(Life::Alive)) => {
                let actual = format!("{}, and it lives again", sent.seen());
                Judgement::Violated(vec![Violation::at(
                    index,
                    "the dead key stays dead",
                    actual,
                )])
            }
            (_, Some(Life::Unknown(reason))) => Judgement::Undecided(reason.clone()),
            (_, None) => Judgement::Undecided("nobody looked at it afterwards".to_owned()),
        }
    }))
}

/// What a credential was answered is refused to whoever comes without one.
pub fn not_shared(subject: &Subject, _: &Requirement) -> Judgement {
    let find = |insufficient: bool| {
        let mut focus = subject.focus();
        focus.find(|(_, sent)| is_insufficient(sent) == insufficient)
    };
    let (Some((_, with)), Some((index, without))) = (find(false), find(true)) else {
        return Judgement::Undecided("it was not tried".to_owned());
    };
    if !with.is_success() {
        return Judgement::Silent(format!("it does not serve the admin ({})", with.seen()));
    }
    match without.status() {
        Some(401) => Judgement::Satisfied,
        Some(400..500) => {
            let violation = Violation::at(index, "401", without.seen());
            Judgement::Violated(vec![violation.tolerated()])
        }
        Some(_) => Judgement::Violated(vec![Violation::at(index, "401", without.seen())]),
        None => Judgement::Undecided(without.seen()),
    }
}

/// The request has the documented success.
pub fn accepted(subject: &Subject, _: &Requirement) -> Judgement {
    fold(subject.focus().map(|(index, sent)| {
        if sent.is_success() {
            Judgement::Satisfied
        } else {
            Judgement::Violated(vec![Violation::at(index, "a success", sent.seen())])
        }
    }))
}

fn victim_lives(subject: &Subject, index: usize, sent: &Sent) -> Judgement {
    if subject.record.stand_in {
        return Judgement::Silent("the addressed id belongs to nobody".to_owned());
    }
    match subject.record.keys.get(&Slot::Victim) {
        Some(trace) => match (&trace.before, &trace.after) {
            (_, Life::Alive) => Judgement::Satisfied,
            (Life::Alive, Life::Dead) => {
                let actual = format!("{}, and it is dead", sent.seen());
                Judgement::Violated(vec![Violation::at(index, "the key lives on", actual)])
            }
            (_, Life::Dead) => Judgement::Undecided("whether it lived before is unknown".into()),
            (_, Life::Unknown(reason)) => Judgement::Undecided(reason.clone()),
        },
        None => Judgement::Undecided("nobody looked at the key".to_owned()),
    }
}
