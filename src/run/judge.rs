//! Case + what its script did -> the event that tells it.

use crate::check::{ControlSeen, Subject};
use crate::http::Redactor;
use crate::plan::{Case, Level, Life};

use super::Job;
use super::event::{
    CaseFinished, ControlFact, ExchangeFact, GapFact, JudgementFact, SentinelFact, Verdict,
};
use super::exchange_fact::{exchange_fact, microseconds};
use super::perform::{Absence, Logged, Performance};
use super::stop::StopReason;
use super::{reproduce, verdict};

/// What a case's controls did.
pub struct Controls<'a> {
    /// The base's name.
    pub name: String,
    /// What the plain request did; nothing where the run stopped before it.
    pub base: Option<&'a Performance>,
    /// What the shaped one did, where there is one.
    pub shaped: Option<&'a Performance>,
}

impl Controls<'_> {
    fn seen(&self) -> ControlSeen {
        let last = |performance: &Performance| performance.record.sends.last().cloned();
        let base = self.base.and_then(last);
        let shaped = self.shaped.and_then(last);
        let absent = || match self.base.and_then(|base| base.absence.as_ref()) {
            Some(Absence::NotApplicable(reason) | Absence::Inconclusive(reason)) => reason.clone(),
            None => "it was not sent".to_owned(),
        };
        ControlSeen {
            name: self.name.clone(),
            accepted: base.as_ref().is_some_and(crate::check::Sent::is_success),
            answered: base.as_ref().is_some_and(|sent| sent.status().is_some()),
            seen: base.as_ref().map_or_else(absent, crate::check::Sent::seen),
            shaped_status: shaped
                .as_ref()
                .filter(|sent| !sent.is_success())
                .and_then(crate::check::Sent::status),
        }
    }
}

impl<'a> Controls<'a> {
    /// The plain request that showed what it did, as it went over the wire.
    fn logged(&self) -> Option<&'a Logged> {
        let base = self.base?;
        let label = &base.record.sends.last()?.send.label;
        base.log.iter().rfind(|logged| logged.label == *label)
    }
}

/// Judges a case and writes it down.
#[must_use]
pub fn finished(
    job: &Job,
    case: &Case,
    performance: &Performance,
    controls: Option<Controls>,
) -> CaseFinished {
    let control_exchange = controls.as_ref().and_then(|controls| controls.logged());
    let control = controls.map(|controls| controls.seen());
    let record = &performance.record;
    let subject = Subject {
        plan: &job.plan,
        api: &job.api,
        document: &job.document,
        case,
        record,
        control: control.as_ref(),
    };
    let mut judgements = match &performance.absence {
        Some(absence) => verdict::absent_facts(&job.plan, case, absence, &job.policy),
        None => verdict::judge_all(&subject, &job.policy, performance.made_limited),
    };
    redact(job, &mut judgements);
    let exchanges = log(job, case, performance);
    let mut finished = blank(job, case, judgements);
    place_failures(&mut finished.judgements, performance, &exchanges);
    finished.sentinel = record.sentinel.as_ref().map(|life| match life {
        Life::Alive => SentinelFact::Alive,
        Life::Dead => SentinelFact::Dead,
        Life::Unknown(_) => SentinelFact::Unknown,
    });
    finished.gaps = gaps(&subject);
    finished.notes = notes(performance, &finished.judgements);
    finished.revocation_latency_us = performance.record.revocation_latency.map(microseconds);
    finished.curl = curl(job, case, performance);
    finished.exchanges = exchanges.into_iter().map(|(_, fact)| fact).collect();
    finished.control = control.map(|control| ControlFact {
        name: control.name,
        accepted: control.accepted,
        seen: control.seen,
        exchange: control_exchange.map(|logged| {
            let mut fact = exchange_fact(logged, job.fixtures.messenger(), &job.evidence);
            fact.label = "control".to_owned();
            Box::new(fact)
        }),
    });
    finished
}

/// Applies the baseline: a failure that it lists is known, one that it lists no longer fails or has
/// had its time is stale.
pub fn excuse(job: &Job, finished: &mut CaseFinished) {
    let Some(entry) = job.baseline.entry(finished.case.as_str()) else {
        return;
    };
    let (verdict, reason) = match finished.verdict {
        Verdict::Fail if entry.has_expired(&job.today) => (
            Verdict::Stale,
            format!(
                "the baseline lived with it until {}: {}",
                entry.until, entry.reason
            ),
        ),
        Verdict::Fail => (Verdict::KnownFailure, entry.reason.clone()),
        Verdict::Pass | Verdict::Warn => (
            Verdict::Stale,
            "it does not fail any more: take it out of the baseline".to_owned(),
        ),
        _ => return,
    };
    finished.verdict = verdict;
    finished.gating = verdict == Verdict::Stale;
    finished.reason = Some(reason);
    if let Some(ticket) = &entry.ticket {
        finished
            .notes
            .push(format!("known failure, tracked at {ticket}"));
    }
    for fact in &mut finished.judgements {
        if fact.verdict == Verdict::Fail {
            fact.verdict = verdict;
        }
        fact.gating &= fact.verdict == Verdict::Stale;
    }
}

/// A case that was not run since the run stopped.
#[must_use]
pub fn not_run(job: &Job, case: &Case, reason: &StopReason) -> CaseFinished {
    let absence = Absence::Inconclusive(format!("not run: {reason}"));
    blank(
        job,
        case,
        verdict::absent_facts(&job.plan, case, &absence, &job.policy),
    )
}

/// A case in which we failed.
#[must_use]
pub fn faulted(job: &Job, case: &Case, reason: &str) -> CaseFinished {
    let mut finished = blank(job, case, Vec::new());
    finished.verdict = Verdict::Error;
    finished.gating = true;
    finished.reason = Some(reason.to_owned());
    finished
}

fn blank(job: &Job, case: &Case, judgements: Vec<JudgementFact>) -> CaseFinished {
    let (verdict, gating, reason) = verdict::fold_case(&judgements);
    CaseFinished {
        case: case.id.clone(),
        verdict,
        gating,
        reason,
        judgements,
        exchanges: Vec::new(),
        control: None,
        sentinel: None,
        gaps: Vec::new(),
        notes: Vec::new(),
        revocation_latency_us: None,
        reproduce: reproduce::command(case, &job.again),
        curl: None,
        duration_us: 0,
    }
}

/// Texts of failures may quote the target, and the target may echo a secret.
fn redact(job: &Job, judgements: &mut [JudgementFact]) {
    job.fixtures.messenger().redactor().with(|redactor| {
        for fact in judgements {
            for failure in &mut fact.failures {
                failure.actual = redactor.redact_text(&failure.actual);
                failure.expected = redactor.redact_text(&failure.expected);
            }
            fact.reason = fact
                .reason
                .as_deref()
                .map(|reason| redactor.redact_text(reason));
        }
    });
}

/// The exchanges of the case, each with its number on the wire: those that it judges and those
/// around them.
fn log(job: &Job, case: &Case, performance: &Performance) -> Vec<(String, ExchangeFact)> {
    performance
        .log
        .iter()
        .map(|logged| {
            let mut fact = exchange_fact(logged, job.fixtures.messenger(), &job.evidence);
            fact.judged = case.focus.contains(&logged.label);
            if case.focus.contains(&logged.label) && case.focus.len() == 1 {
                fact.label = "main".to_owned();
            }
            (logged.label.clone(), fact)
        })
        .collect()
}

/// Checks number requests of the record; the event numbers exchanges, looks among them.
fn place_failures(
    judgements: &mut [JudgementFact],
    performance: &Performance,
    exchanges: &[(String, ExchangeFact)],
) {
    for failure in judgements.iter_mut().flat_map(|fact| &mut fact.failures) {
        failure.exchange = failure.exchange.and_then(|index| {
            let sends = performance.record.sends.get(index..)?;
            let label = &sends.first()?.send.label;
            // A label may stand for several requests, and a script may have been tried before.
            let later = sends.iter().filter(|sent| sent.send.label == *label);
            let later = later.count().checked_sub(1)?;
            let numbered = exchanges.iter().enumerate().rev();
            let mut same = numbered.filter(|(_, (logged, _))| logged == label);
            same.nth(later).map(|(place, _)| place)
        });
    }
}

fn gaps(subject: &Subject) -> Vec<GapFact> {
    let requirements = subject
        .case
        .requirements
        .iter()
        .filter_map(|index| subject.plan.requirement(*index));
    let silent = requirements.filter_map(|requirement| requirement.gap.as_ref());
    silent
        .filter_map(|key| {
            let gap = subject.plan.suite.gaps.get(key)?;
            let seen: Vec<String> = subject
                .focus()
                .map(|(_, sent)| {
                    sent.status()
                        .map_or_else(|| "no answer".to_owned(), |status| status.to_string())
                })
                .collect();
            (!seen.is_empty()).then(|| GapFact {
                gap: key.clone(),
                title: gap.title.clone(),
                seen: format!("{} to {}", seen.join(", "), subject.case.title),
            })
        })
        .collect()
}

fn notes(performance: &Performance, judgements: &[JudgementFact]) -> Vec<String> {
    let mut notes = performance.record.notes.clone();
    if let Some(latency) = performance.record.revocation_latency {
        notes.push(format!(
            "the revoked key was refused {:.1} ms after the success",
            latency.as_secs_f64() * 1_000.0
        ));
    }
    let observed = judgements.iter().filter(|fact| fact.level == Level::May);
    for failure in observed.flat_map(|fact| &fact.failures) {
        notes.push(format!("{}: {}", failure.code, failure.actual));
    }
    notes
}

fn curl(job: &Job, case: &Case, performance: &Performance) -> Option<String> {
    let record = &performance.record;
    let sent = record
        .sends
        .iter()
        .find(|sent| case.focus.contains(&sent.send.label))?;
    let messenger = job.fixtures.messenger();
    let origin = messenger.client().origin();
    let url = format!("{}://{}", origin.scheme.as_str(), origin.authority());
    let line = reproduce::curl(&sent.send, &sent.exchange, (&url, &job.again))?;
    // Secrets stand in variables; whatever else is one after all is no line to show.
    let holds_secret = |redactor: &Redactor| redactor.finds(line.as_bytes());
    (!messenger.redactor().with(holds_secret)).then_some(line)
}
