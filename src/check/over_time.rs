//! A revoked credential over time, connections and replicas.
//!
//! ## Requires   No use of it that started after the success, and the time that a revocation may
//!               take, is accepted: on no connection, by no replica, and not later either.
//! ## Why        Whoever revokes a leaked key believes that it is dead everywhere from then on.
//! ## Spec       The contract's success ("revoked"); RFC 7009 §2.1 (an analogue); ASVS 7.4.1,
//!               8.3.2.
//! ## Silent     Where the instance was not revoked; where the target closed the connection.

use std::time::Duration;

use super::refusal::{once_accepted, refused};
use super::{Judgement, Life, Purpose, Sent, Subject, Use, Violation, fold};
use crate::plan::Requirement;

/// The uses that had to be refused, after the request that succeeded.
fn late_uses<'a>(subject: &Subject<'a>, purpose: Purpose) -> Result<LateUses<'a>, Judgement> {
    let Some((index, sent)) = subject.focus().next() else {
        return Err(Judgement::Undecided("the request was not sent".to_owned()));
    };
    if !sent.is_success() {
        let reason = format!("the request had no success ({})", sent.seen());
        return Err(Judgement::Silent(reason));
    }
    let due = sent.answered_at() + subject.record.revocation_within;
    let uses = subject.record.uses.iter();
    let uses = uses.filter(|used| used.purpose == purpose && used.at > due);
    Ok(LateUses {
        index,
        due,
        uses: uses.collect(),
    })
}

struct LateUses<'a> {
    /// The place of the request that succeeded.
    index: usize,
    /// From when on no use may be accepted.
    due: Duration,
    uses: Vec<&'a Use>,
}

impl LateUses<'_> {
    fn accepted(&self) -> impl Iterator<Item = &&Use> {
        self.uses.iter().filter(|used| used.life == Life::Alive)
    }

    fn refused(&self) -> bool {
        self.uses.iter().any(|used| used.life == Life::Dead)
    }

    fn judgement(&self, where_used: &str) -> Judgement {
        let accepted = self.accepted().count();
        if let Some(last) = self.accepted().last() {
            let late = last.at.saturating_sub(self.due);
            let actual = format!(
                "{accepted} of {} uses {where_used} were accepted, the last {:.1} ms later",
                self.uses.len(),
                late.as_secs_f64() * 1_000.0
            );
            let expected = "no use is accepted after the success";
            return Judgement::Violated(vec![Violation::at(self.index, expected, actual)]);
        }
        if self.refused() {
            return Judgement::Satisfied;
        }
        Judgement::Undecided(format!("no use {where_used} could be judged"))
    }
}

/// The credential is refused whichever replica is met.
pub fn refused_across(subject: &Subject, _: &Requirement) -> Judgement {
    match late_uses(subject, Purpose::Across) {
        Ok(late) => late.judgement("over fresh connections"),
        Err(judgement) => judgement,
    }
}

/// No use that started after the success was accepted.
pub fn refused_in_use(subject: &Subject, _: &Requirement) -> Judgement {
    let late = match late_uses(subject, Purpose::Throughout) {
        Ok(late) => late,
        Err(judgement) => return judgement,
    };
    let after = subject
        .record
        .keys
        .values()
        .map(|trace| match &trace.after {
            Life::Alive => Judgement::Violated(vec![Violation::at(
                late.index,
                "the key is dead when its use is over",
                "its credential is accepted again",
            )]),
            Life::Dead => Judgement::Satisfied,
            Life::Unknown(reason) => Judgement::Undecided(reason.clone()),
        });
    fold(std::iter::once(late.judgement("in continuous use")).chain(after))
}

/// How long the credential was accepted after the success, where it was.
pub fn revocation_latency(subject: &Subject, _: &Requirement) -> Judgement {
    let late = match late_uses(subject, Purpose::Across) {
        Ok(late) => late,
        Err(judgement) => return judgement,
    };
    let first = late.uses.iter().find(|used| used.life == Life::Dead);
    let last = late.accepted().last();
    match (first, last) {
        (_, None) => Judgement::Satisfied,
        (first, Some(last)) => {
            let ms = |at: Duration| at.saturating_sub(late.due).as_secs_f64() * 1_000.0;
            let first = first.map_or_else(
                || "it was never refused".to_owned(),
                |used| format!("first refused {:.1} ms after the success", ms(used.at)),
            );
            let actual = format!("{first}, last accepted {:.1} ms after it", ms(last.at));
            Judgement::Violated(vec![Violation::at(late.index, "refused at once", actual)])
        }
    }
}

/// On the connection where it was accepted the dead credential is refused.
pub fn refused_on_kept_connection(subject: &Subject, _: &Requirement) -> Judgement {
    match once_accepted(subject, "the key was not accepted while it lived") {
        Ok((index, after)) => on_kept(index, after),
        Err(judgement) => judgement,
    }
}

pub(super) fn on_kept(index: usize, after: &Sent) -> Judgement {
    let connection = after.exchange.connection.as_ref();
    if !connection.is_some_and(|connection| connection.reused) {
        return Judgement::Silent("the target does not keep connections".to_owned());
    }
    // A server may close a connection at any time (RFC 9112 §9.5).
    if after.hung_up() {
        return Judgement::Silent(after.seen());
    }
    refused(index, after)
}

/// What was revoked a while ago is still dead.
pub fn stays_dead(subject: &Subject, _: &Requirement) -> Judgement {
    let later = &subject.record.later;
    if later.is_empty() {
        return Judgement::Undecided("no key was revoked in this run".to_owned());
    }
    fold(later.iter().map(|look| match &look.life {
        Life::Dead => Judgement::Satisfied,
        Life::Alive => {
            let since = look.since.as_secs_f64();
            Judgement::Violated(vec![Violation::of_state(
                format!("id {}, which was dead, stays dead", look.id),
                format!("{since:.1} s later its credential is accepted again"),
            )])
        }
        Life::Unknown(reason) => Judgement::Silent(reason.clone()),
    }))
}
