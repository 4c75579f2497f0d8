//! The summary as JSON: what the runs came to, in one object that a script can read.
//!
//! All that a gate needs, without the evidence: verdict, exit code, completeness, counts, what each
//! requirement came to, and the gaps of the contract. `version` grows when a field changes its
//! meaning.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::record::{RunRecord, Tally};
use super::{RenderError, circumstances, inert};
use crate::run::conclusion::worst_exit_code;
use crate::run::event::{NamedDigest, RequirementVerdict, Verdict};

/// The version of the format.
const VERSION: u32 = 1;

/// The summary as JSON.
///
/// # Errors
///
/// None so far.
pub fn render(runs: &[RunRecord<'_>]) -> Result<String, RenderError> {
    let every = || runs.iter();
    let verdict = every().map(RunRecord::verdict).max();
    let value = json!({
        "format": "probity-summary",
        "version": VERSION,
        "probity": env!("CARGO_PKG_VERSION"),
        "verdict": verdict.unwrap_or(Verdict::Inconclusive).name(),
        "exit_code": worst_exit_code(every().map(RunRecord::exit_code)),
        "complete": every().all(RunRecord::complete),
        "counts": counts(Tally::of(runs)),
        "verdicts": verdicts(runs),
        "never_judged": every().map(RunRecord::unjudged).sum::<usize>(),
        "requirements": requirements(runs),
        "gaps": gaps(runs),
        "runs": every().map(run).collect::<Vec<_>>(),
    });
    Ok(inert::json(&value))
}

fn run(run: &RunRecord<'_>) -> Value {
    let alone = std::slice::from_ref(run);
    let started = run.started;
    let finished = run.finished;
    json!({
        "target": started.map(|started| &started.target),
        "run": started.map(|started| &started.run),
        "probity": started.map(|started| &started.probity),
        "contract": started.map(|started| digest(&started.contract)),
        "suites": started.map(|started| started.suites.iter().map(digest).collect::<Vec<_>>()),
        "started_at": started.map(|started| &started.started_at),
        "ended_at": finished.map(|finished| &finished.ended_at),
        "duration_us": finished.map(|finished| finished.duration_us),
        "verdict": run.verdict().name(),
        "exit_code": run.exit_code(),
        "complete": run.complete(),
        "partial": run.partial(),
        "stopped": stopped(run),
        "counts": counts(run.tally()),
        "verdicts": verdicts(alone),
        "never_judged": run.unjudged(),
        "selection": started.map(|started| &started.selection),
        "encrypted": circumstances::encryption(run),
        "filtered_out": started.map(|started| started.filtered_out),
        "requirements": requirements(alone),
        "gaps": gaps(alone),
        "left_behind": finished.map_or(&[][..], |finished| &finished.left_behind),
        "notes": finished.map_or(&[][..], |finished| &finished.notes),
    })
}

fn stopped(run: &RunRecord<'_>) -> Option<String> {
    match (&run.fault, run.finished) {
        (Some(fault), _) => Some(fault.clone()),
        (None, Some(finished)) => finished.stopped.clone(),
        (None, None) => Some(run.unjudged_reason()),
    }
}

fn digest(named: &NamedDigest) -> Value {
    json!({"name": named.name, "sha256": named.sha256})
}

/// As JUnit counts.
fn counts(tally: Tally) -> Value {
    json!({
        "tests": tally.tests,
        "ok": tally.ok,
        "failures": tally.failures,
        "errors": tally.errors,
        "skipped": tally.skipped,
    })
}

/// How many cases have each verdict.
fn verdicts(runs: &[RunRecord<'_>]) -> Map<String, Value> {
    let count = |verdict| {
        let counts = runs.iter().map(RunRecord::counts);
        counts
            .filter_map(|counts| counts.get(&verdict).copied())
            .sum::<usize>()
    };
    let named = Verdict::ALL.into_iter();
    named
        .map(|verdict| (verdict.name().to_owned(), count(verdict).into()))
        .collect()
}

/// What each requirement came to; over several runs the worst, and how many cases judged it in all.
fn requirements(runs: &[RunRecord<'_>]) -> Vec<Value> {
    let mut order: Vec<String> = Vec::new();
    let mut folded: BTreeMap<String, RequirementVerdict> = BTreeMap::new();
    for run in runs {
        for demand in run.requirements().iter() {
            let code = demand.code.to_string();
            match folded.get_mut(&code) {
                None => {
                    order.push(code.clone());
                    folded.insert(code, demand.clone());
                }
                Some(known) => {
                    let judged = known.judged + demand.judged;
                    if known.verdict < demand.verdict {
                        *known = demand.clone();
                    }
                    known.judged = judged;
                }
            }
        }
    }
    let demands = order.iter().filter_map(|code| folded.get(code));
    demands
        .map(|demand| {
            json!({
                "code": demand.code.as_str(),
                "verdict": demand.verdict.name(),
                "gating": demand.gating,
                "judged": demand.judged,
                "reason": demand.reason,
            })
        })
        .collect()
}

/// What the contract is silent about, and how often what was seen there.
fn gaps(runs: &[RunRecord<'_>]) -> Vec<Value> {
    let mut gaps: BTreeMap<(&str, &str), BTreeMap<&str, usize>> = BTreeMap::new();
    let cases = runs.iter().flat_map(|run| &run.cases);
    for gap in cases
        .filter_map(|case| case.judged)
        .flat_map(|case| &case.gaps)
    {
        let seen = gaps.entry((&gap.gap, &gap.title)).or_default();
        *seen.entry(&gap.seen).or_insert(0) += 1;
    }
    let gaps = gaps.into_iter();
    gaps.map(|((gap, title), seen)| {
        let seen = seen.into_iter();
        let seen = seen.map(|(what, count)| json!({"what": what, "count": count}));
        json!({"gap": gap, "title": title, "seen": seen.collect::<Vec<_>>()})
    })
    .collect()
}
