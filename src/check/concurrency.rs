//! Requests that were in flight at the same time.
//!
//! ## Requires   Each addressed instance had one success at least and is dead; what carried no
//!               sufficient credential had none; nothing else died; nothing broke.
//! ## Why        A lock that everybody waits for in vain, or a transaction that another one rolls
//!               back, leaves a credential alive that its owner believes dead.
//! ## Spec       RFC 9110 §9.2.2: the intended effect of several identical requests is that of one.
//! ## Silent     Which of the requests succeeds, and what the others get.

use super::effect::others_live;
use super::{Judgement, Life, Sent, Subject, Violation, fold, is_insufficient};
use crate::plan::{Requirement, Slot};

/// Of the requests on each instance one succeeded, and did what it said.
pub fn concurrent(subject: &Subject, _: &Requirement) -> Judgement {
    let sent: Vec<(usize, &Sent)> = subject.focus().collect();
    if sent.is_empty() {
        return Judgement::Undecided("the requests were not sent".to_owned());
    }
    let refused = sent.iter().filter(|(_, sent)| is_insufficient(sent));
    let mut judgements: Vec<Judgement> =
        refused.map(|(index, sent)| refusal(*index, sent)).collect();
    let mut slots: Vec<Slot> = sent
        .iter()
        .filter(|(_, sent)| !is_insufficient(sent))
        .filter_map(|(_, sent)| sent.send.addresses)
        .collect();
    slots.sort_unstable();
    slots.dedup();
    judgements.extend(
        slots
            .into_iter()
            .map(|slot| addressed(subject, &sent, slot)),
    );
    judgements.push(others_live(subject.record));
    let broken = sent
        .iter()
        .filter(|(_, sent)| sent.status().is_some_and(|status| status >= 500));
    judgements.extend(broken.map(|(index, sent)| {
        let violation = Violation::at(*index, "no server error", sent.seen());
        Judgement::Violated(vec![violation.tolerated()])
    }));
    fold(judgements)
}

fn refusal(index: usize, sent: &Sent) -> Judgement {
    if sent.is_success() {
        return Judgement::Violated(vec![Violation::at(index, "a refusal", sent.seen())]);
    }
    Judgement::Satisfied
}

fn addressed(subject: &Subject, sent: &[(usize, &Sent)], slot: Slot) -> Judgement {
    let rivals: Vec<&(usize, &Sent)> = sent
        .iter()
        .filter(|(_, sent)| sent.send.addresses == Some(slot))
        .collect();
    let Some((first, _)) = rivals.first() else {
        return Judgement::Satisfied;
    };
    let answers: Vec<String> = rivals.iter().map(|(_, sent)| short(sent)).collect();
    let answers = answers.join(", ");
    let success = rivals.iter().find(|(_, sent)| sent.is_success());
    let life = subject.record.keys.get(&slot).map(|trace| &trace.after);
    match (success, life) {
        (Some(_), Some(Life::Dead)) => Judgement::Satisfied,
        (Some((index, _)), Some(Life::Alive)) => Judgement::Violated(vec![Violation::at(
            *index,
            "a success means that the key is dead",
            format!("{answers}, and its credential is still accepted"),
        )]),
        (_, Some(Life::Unknown(reason))) => Judgement::Undecided(reason.clone()),
        (_, None) => Judgement::Undecided("nobody looked at it afterwards".to_owned()),
        (None, Some(_)) if rivals.iter().any(|(_, sent)| says_nothing(sent)) => {
            Judgement::Undecided(format!("not every request was answered: {answers}"))
        }
        (None, Some(life)) => {
            let state = if *life == Life::Dead { "dead" } else { "alive" };
            let actual = format!("{answers}, and the key is {state}");
            Judgement::Violated(vec![Violation::at(*first, "one success at least", actual)])
        }
    }
}

/// No answer, or one that only asks to come back.
fn says_nothing(sent: &Sent) -> bool {
    matches!(sent.status(), None | Some(429 | 503))
}

fn short(sent: &Sent) -> String {
    sent.status()
        .map_or_else(|| "no answer".to_owned(), |status| status.to_string())
}
