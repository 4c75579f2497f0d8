//! What became of the instances: the addressed one, and those that nobody addressed.
//!
//! ## Requires   A success means that the addressed instance is dead at once and only it; a
//!               refusal means that nothing changed.
//! ## Why        A status is a claim; what counts is who can still act afterwards.
//! ## Spec       The contract's success ("revoked"); RFC 9110 §9.2.2, §9.3.5; RFC 7592 §5.
//! ## Silent     After 5xx and without an answer, where the status claims nothing.

use super::{Judgement, Life, Record, Sent, Subject, Violation, fold, is_insufficient};
use crate::plan::{Requirement, Slot};

/// The addressed instance's own credential is refused after the success.
pub fn revoked(subject: &Subject, _: &Requirement) -> Judgement {
    fold(subject.focus().map(|(index, sent)| {
        if !sent.is_success() {
            return Judgement::Silent(format!("the request had no success ({})", sent.seen()));
        }
        let Some(slot) = sent.send.addresses else {
            return Judgement::Silent("the request addresses no instance".to_owned());
        };
        match subject.record.life_after(index, slot) {
            Some(Life::Dead) => as_documented(subject, index, slot),
            Some(Life::Alive) => {
                let actual = format!("its credential is still accepted after {}", sent.seen());
                Judgement::Violated(vec![Violation::at(index, "the key is dead", actual)])
            }
            Some(Life::Unknown(reason)) => Judgement::Undecided(reason.clone()),
            None => Judgement::Undecided("nobody looked at it afterwards".to_owned()),
        }
    }))
}

/// The dead instance's credential is refused with the status that the probe documents.
fn as_documented(subject: &Subject, index: usize, slot: Slot) -> Judgement {
    let probe = subject.plan.suite.resource.probe.as_ref();
    match (probe, subject.record.refusals.get(&slot)) {
        (Some(probe), Some(status)) if *status != probe.dead => {
            let expected = format!("{} from {} for the dead key", probe.dead, probe.operation);
            Judgement::Violated(vec![Violation::at(index, expected, status.to_string())])
        }
        _ => Judgement::Satisfied,
    }
}

/// The status and the addressed instance's state agree (DESIGN, "Consistency oracle").
pub fn consistent(subject: &Subject, requirement: &Requirement) -> Judgement {
    fold(subject.selected(requirement).map(|(index, sent)| {
        let (Some(slot), Some(status)) = (sent.send.addresses, sent.status()) else {
            return Judgement::Silent("there is no answer to compare".to_owned());
        };
        if subject.record.stand_in {
            return Judgement::Silent("the addressed id belongs to nobody".to_owned());
        }
        let before = subject.record.life_before(index, slot);
        let after = subject.record.life_after(index, slot);
        match (status, before, after) {
            (200..300, _, Some(Life::Alive)) => Judgement::Violated(vec![Violation::at(
                index,
                format!("{status} means that the key is dead"),
                "its credential is still accepted",
            )]),
            (300..500, Some(Life::Alive), Some(Life::Dead)) => {
                Judgement::Violated(vec![Violation::at(
                    index,
                    format!("{status} means that nothing changed"),
                    "the key is dead",
                )])
            }
            (300..500, Some(Life::Dead), Some(Life::Alive)) => {
                Judgement::Violated(vec![Violation::at(
                    index,
                    format!("{status} means that nothing changed"),
                    "the dead key lives again",
                )])
            }
            (200..500, _, Some(Life::Unknown(reason))) => Judgement::Undecided(reason.clone()),
            (200..300, _, Some(Life::Dead)) => Judgement::Satisfied,
            (300..500, Some(_), Some(_)) => Judgement::Satisfied,
            (500.., ..) => Judgement::Silent(format!("{status} claims nothing")),
            _ => Judgement::Silent("other requests came in between".to_owned()),
        }
    }))
}

/// Nothing but the addressed instance died: no other one, not the sentinel, not the caller.
pub fn only_addressed(subject: &Subject, _: &Requirement) -> Judgement {
    if subject.focus().next().is_none() {
        let reason = subject.record.ended_early.clone();
        return Judgement::Undecided(reason.unwrap_or_else(|| "it was not sent".to_owned()));
    }
    others_live(subject.record)
}

/// However its requests were answered, the addressed instance is dead in the end.
pub fn dead_in_the_end(subject: &Subject, _: &Requirement) -> Judgement {
    let Some(trace) = subject.record.keys.get(&Slot::Victim) else {
        return Judgement::Undecided("it was not sent".to_owned());
    };
    let state = match &trace.after {
        Life::Dead => Judgement::Satisfied,
        Life::Alive => Judgement::Violated(vec![Violation::of_state(
            format!("the key (id {}) is dead in the end", trace.id),
            "it lives on",
        )]),
        Life::Unknown(reason) => Judgement::Undecided(reason.clone()),
    };
    let broken = subject
        .focus()
        .filter(|(_, sent)| sent.status() >= Some(500));
    let broken = broken.map(|(index, sent)| {
        Judgement::Violated(vec![Violation::at(index, "204 or a 4xx", sent.seen())])
    });
    fold(broken.chain([state]))
}

/// No new instance got the id of a dead one.
pub fn ids_not_reused(subject: &Subject, _: &Requirement) -> Judgement {
    match &subject.record.reused_ids {
        None => {
            let reason = subject.record.ended_early.clone();
            Judgement::Silent(reason.unwrap_or_else(|| "nobody looked".to_owned()))
        }
        Some(ids) if ids.is_empty() => Judgement::Satisfied,
        Some(ids) => Judgement::Violated(vec![Violation::of_state(
            "a new key has an id that no key had before",
            format!("ids of dead keys came again: {}", ids.join(", ")),
        )]),
    }
}

/// The instance that only the query or the content names lives on.
pub fn second_lives(subject: &Subject, _: &Requirement) -> Judgement {
    fold(subject.focus().map(|(index, sent)| {
        match subject
            .record
            .keys
            .get(&Slot::Second)
            .map(|trace| &trace.after)
        {
            Some(Life::Alive) => Judgement::Satisfied,
            Some(Life::Dead) => Judgement::Violated(vec![Violation::at(
                index,
                "the key that the path does not name lives on",
                format!("{}, and it is dead", sent.seen()),
            )]),
            Some(Life::Unknown(reason)) => Judgement::Undecided(reason.clone()),
            None => Judgement::Undecided("there was no second key".to_owned()),
        }
    }))
}

/// The request on a dead instance, again: no further effect, and the same answer each time.
pub fn repetition(subject: &Subject, _: &Requirement) -> Judgement {
    let rounds: Vec<(usize, &Sent)> = subject.focus().collect();
    let Some((first, _)) = rounds.first() else {
        let reason = subject.record.ended_early.clone();
        return Judgement::Undecided(reason.unwrap_or_else(|| "it was not repeated".to_owned()));
    };
    let mut judgements = vec![others_live(subject.record)];
    if let Some(KeyAlive(id)) = revived(subject.record) {
        let actual = format!("id {id} lives again");
        let violation = Violation::at(*first, "the dead key stays dead", actual);
        judgements.push(Judgement::Violated(vec![violation]));
    }
    let broken = rounds
        .iter()
        .find(|(_, sent)| sent.status().is_none_or(|status| status >= 500));
    if let Some((index, sent)) = broken {
        let violation = Violation::at(*index, "204 or a 4xx", sent.seen()).tolerated();
        judgements.push(Judgement::Violated(vec![violation]));
    }
    let mut statuses: Vec<Option<u16>> = rounds.iter().map(|(_, sent)| sent.status()).collect();
    statuses.dedup();
    if statuses.len() > 1 {
        let seen: Vec<String> = rounds.iter().map(|(_, sent)| sent.seen()).collect();
        let violation = Violation::at(*first, "the same status each time", seen.join("; "));
        judgements.push(Judgement::Violated(vec![violation.tolerated()]));
    }
    fold(judgements)
}

/// Every instance that no request of the run addressed lives.
pub fn bystanders_live(subject: &Subject, _: &Requirement) -> Judgement {
    let record = subject.record;
    if record.bystanders.is_empty() {
        return Judgement::Silent("there was no key that no request addressed".to_owned());
    }
    let others = record.bystanders.iter().map(|(_, life)| match life {
        Life::Alive | Life::Dead => Judgement::Satisfied,
        Life::Unknown(reason) => Judgement::Silent(reason.clone()),
    });
    fold(others.chain(dead_bystanders(record)))
}

struct KeyAlive(String);

fn revived(record: &Record) -> Option<KeyAlive> {
    let victim = record.keys.get(&Slot::Victim)?;
    (victim.after == Life::Alive).then(|| KeyAlive(victim.id.clone()))
}

pub(super) fn others_live(record: &Record) -> Judgement {
    let addressed = |slot: Slot| {
        let mut sends = record.sends.iter();
        sends.any(|sent| sent.send.addresses == Some(slot) && !is_insufficient(sent))
    };
    let leased = record.keys.iter().filter(|(slot, _)| !addressed(**slot));
    let leased = leased.map(|(_, trace)| ("another key", Some(&trace.after)));
    let others = leased.chain([
        ("the sentinel", record.sentinel.as_ref()),
        ("the caller's own key", record.admin.as_ref()),
    ]);
    let others = others.filter_map(|(name, life)| {
        life.map(|life| match life {
            Life::Alive => Judgement::Satisfied,
            Life::Dead => Judgement::Violated(vec![Violation::of_state(
                format!("{name} lives on"),
                "it is dead",
            )]),
            Life::Unknown(reason) => Judgement::Undecided(reason.clone()),
        })
    });
    fold(others.chain(dead_bystanders(record)))
}

/// Instances that nobody had, lived before the script, and are dead after it.
pub fn dead_bystanders(record: &Record) -> impl Iterator<Item = Judgement> {
    record
        .bystanders
        .iter()
        .filter(|(_, life)| *life == Life::Dead)
        .map(|(id, _)| {
            Judgement::Violated(vec![Violation::of_state(
                format!("id {id}, which no request addressed, lives"),
                "it is dead",
            )])
        })
}
