//! What the page draws on opening: each run with its cases, a line each, without their evidence.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Verdict, completeness, names};
use crate::report::cause::causes;
use crate::report::circumstances;
use crate::report::inert::one_line;
use crate::report::record::{self, CaseRecord, Face, RunRecord};
use crate::run::event::{CaseFinished, RequirementFact, RunStarted, Verdict as Of};

/// The data of all runs.
pub fn of(runs: &[RunRecord<'_>]) -> Value {
    let runs = runs.iter().zip(names(runs));
    let runs: Vec<Value> = runs.map(|(run, name)| run_data(run, &name)).collect();
    json!({ "format": 1, "runs": runs })
}

fn run_data(run: &RunRecord<'_>, name: &str) -> Value {
    let verdict = Verdict::of(run);
    let finished = run.finished;
    let notes = finished.map_or(&[][..], |finished| &finished.notes);
    let left = finished.map_or(&[][..], |finished| &finished.left_behind);
    let preflight = run.preflight.map_or(&[][..], |passed| &passed.notes);
    let cases: Vec<Value> = run.cases.iter().map(|case| case_data(run, case)).collect();
    json!({
        "name": one_line(name),
        "target": one_line(run.target()),
        "verdict": verdict.name,
        "sentence": one_line(&verdict.sentence),
        "worst": run.verdict().name(),
        "exit": run.exit_code(),
        "complete": run.complete(),
        "whole": completeness(run).starts_with("Complete"),
        "completeness": completeness(run),
        "selected": circumstances::selection(run).as_deref().map(one_line),
        "encrypted": circumstances::encryption(run).as_deref().map(one_line),
        "ended": finished.map(|finished| one_line(&finished.ended_at)),
        "us": finished.map(|finished| finished.duration_us),
        "started": run.started.map(started_data),
        "requirements": requirements(run),
        "operations": run.started.map(operations),
        "cases": cases,
        "causes": cause_data(run),
        "notes": texts(notes),
        "left": texts(left),
        "preflight": texts(preflight),
    })
}

fn started_data(started: &RunStarted) -> Value {
    let settings = started.settings.iter();
    let settings: Vec<Value> = settings
        .map(|one| {
            json!([
                one_line(&one.name),
                one_line(&one.value),
                one_line(&one.origin)
            ])
        })
        .collect();
    let suites = started.suites.iter();
    let suites: Vec<Value> = suites
        .map(|one| json!([one_line(&one.name), one_line(&one.sha256)]))
        .collect();
    json!({
        "at": one_line(&started.started_at),
        "run": one_line(&started.run),
        "probity": one_line(&started.probity),
        "contract": [one_line(&started.contract.name), one_line(&started.contract.sha256)],
        "suites": suites,
        "settings": settings,
    })
}

fn requirements(run: &RunRecord<'_>) -> Vec<Value> {
    let stated = run.started.map_or(&[][..], |started| &started.requirements);
    let stated: BTreeMap<&str, &RequirementFact> =
        stated.iter().map(|one| (one.code.as_str(), one)).collect();
    let verdicts = run.requirements();
    let all = verdicts.iter().map(|came_to| {
        let fact = stated.get(came_to.code.as_str());
        json!({
            "code": one_line(came_to.code.as_str()),
            "v": came_to.verdict.name(),
            "gating": came_to.gating,
            "judged": came_to.judged,
            "why": came_to.reason.as_deref().map(one_line),
            "title": fact.map(|fact| one_line(&fact.title)),
            "level": fact.map(|fact| fact.level.to_string()),
            "profile": fact.map(|fact| fact.profile.to_string()),
            "sources": fact.map(|fact| texts(&fact.sources)),
            "excerpts": fact.map(|fact| excerpts(fact)),
            "gap": fact.and_then(|fact| fact.gap.as_deref()).map(one_line),
            "note": fact.and_then(|fact| fact.note.as_deref()).map(one_line),
        })
    });
    all.collect()
}

fn excerpts(fact: &RequirementFact) -> Vec<Value> {
    let excerpts = fact.excerpts.iter().map(|excerpt| {
        json!({
            "source": one_line(&excerpt.source),
            "document": one_line(&excerpt.document),
            "line": excerpt.line,
            "lines": texts(&excerpt.lines),
            "cut": excerpt.cut,
        })
    });
    excerpts.collect()
}

fn operations(started: &RunStarted) -> Vec<Value> {
    let operations = started.operations.iter().map(|operation| {
        let responses = operation.responses.iter().map(|response| {
            let (status, says) = (one_line(&response.status), one_line(&response.description));
            json!([status, says, one_line(&response.place)])
        });
        json!({
            "id": one_line(&operation.id),
            "method": one_line(&operation.method),
            "path": one_line(&operation.path),
            "place": one_line(&operation.place),
            "responses": responses.collect::<Vec<_>>(),
        })
    });
    operations.collect()
}

fn case_data(run: &RunRecord<'_>, case: &CaseRecord<'_>) -> Value {
    let fact = &case.fact;
    let derived = fact.requirements.iter();
    let judged = case.judged.map_or(&[][..], |judged| &judged.judgements);
    let mut codes: Vec<&str> = derived.map(|code| code.as_str()).collect();
    for judgement in judged {
        if !codes.contains(&judgement.code.as_str()) {
            codes.push(judgement.code.as_str());
        }
    }
    let why = match case.judged {
        None => Some(run.unjudged_reason()),
        Some(judged) => reason(judged),
    };
    json!({
        "id": one_line(fact.id.as_str()),
        "op": one_line(&fact.operation),
        "title": one_line(&fact.title),
        "own": fact.requirements.len(),
        "codes": codes,
        "v": case.judged.map_or("never-judged", |judged| judged.verdict.name()),
        "red": matches!(run.face(case), Face::Failed(_)),
        "why": why.as_deref().map(one_line),
        "us": case.judged.map(|judged| judged.duration_us),
        "sent": case.judged.map(sent),
        "gaps": case.judged.map(gaps),
        "latency": case.judged.and_then(|judged| judged.revocation_latency_us),
    })
}

/// Why a case could not be judged or was excused; a failure says why by itself.
fn reason(case: &CaseFinished) -> Option<String> {
    match case.verdict {
        Of::Pass | Of::Warn | Of::Fail => None,
        _ => Some(record::reason(case).into_owned()),
    }
}

/// The exchanges that the case judges: method, status and how long it took.
fn sent(case: &CaseFinished) -> Vec<Value> {
    let judged = case.exchanges.iter().filter(|one| one.judged);
    judged
        .map(|one| json!([one_line(&one.method), one.status, one.whole_us]))
        .collect()
}

fn gaps(case: &CaseFinished) -> Vec<Value> {
    let gaps = case.gaps.iter();
    gaps.map(|gap| {
        json!([
            one_line(&gap.gap),
            one_line(&gap.title),
            one_line(&gap.seen)
        ])
    })
    .collect()
}

fn cause_data(run: &RunRecord<'_>) -> Vec<Value> {
    let causes = causes(run).into_iter().map(|cause| {
        let codes: Vec<&str> = cause.codes.iter().map(|code| code.as_str()).collect();
        json!({
            "counts": cause.counts,
            "level": cause.first.level.to_string(),
            "requires": one_line(&cause.first.requires),
            "expected": one_line(&cause.first.expected),
            "actual": one_line(&cause.first.actual),
            "codes": codes,
            "cases": cause.cases,
        })
    });
    causes.collect()
}

fn texts(texts: &[String]) -> Vec<Value> {
    texts.iter().map(|text| json!(one_line(text))).collect()
}
