//! CTRF: the common test report as JSON.
//!
//! CTRF has no word for what could not be judged: it is `other`, with the verdict in `rawStatus`
//! and in `extra.gating` whether the exit code rests on it. A known failure is `pending`.

use serde_json::{Value, json};

use super::failure_text::{failed_text, message};
use super::record::{self, CaseRecord, Face, FailedKind, RunRecord};
use super::{RenderError, inert};
use crate::run::conclusion::worst_exit_code;
use crate::run::event::Verdict;

/// The version of CTRF that is written.
const SPEC_VERSION: &str = "0.0.0";

/// The statuses of CTRF.
const STATUSES: [&str; 5] = ["passed", "failed", "skipped", "pending", "other"];

/// The report as JSON.
///
/// # Errors
///
/// None so far.
pub fn render(runs: &[RunRecord<'_>]) -> Result<String, RenderError> {
    let labels = record::labels(runs);
    let tests: Vec<Value> = runs
        .iter()
        .zip(&labels)
        .flat_map(|(run, label)| run.cases.iter().map(move |case| test(run, case, label)))
        .collect();
    let count = |status: &str| {
        let those = tests.iter().filter(|test| test["status"] == status);
        those.count()
    };
    let mut summary = json!({"tests": tests.len()});
    if let Some(summary) = summary.as_object_mut() {
        for status in STATUSES {
            summary.insert(status.to_owned(), count(status).into());
        }
        let start = runs.iter().filter_map(started_ms).min().unwrap_or_default();
        let stop = runs.iter().filter_map(ended_ms).max().unwrap_or(start);
        summary.insert("start".to_owned(), start.into());
        summary.insert("stop".to_owned(), stop.max(start).into());
    }
    let verdict = runs.iter().map(RunRecord::verdict).max();
    let targets: Vec<&str> = runs.iter().map(RunRecord::target).collect();
    let value = json!({
        "reportFormat": "CTRF",
        "specVersion": SPEC_VERSION,
        "generatedBy": "probity",
        "results": {
            "tool": {"name": "probity", "version": env!("CARGO_PKG_VERSION")},
            "summary": summary,
            "tests": tests,
            "environment": {"testEnvironment": targets.join(", ")},
            "extra": {
                "verdict": verdict.unwrap_or(Verdict::Inconclusive).name(),
                "exitCode": worst_exit_code(runs.iter().map(RunRecord::exit_code)),
                "complete": runs.iter().all(RunRecord::complete),
            },
        },
    });
    Ok(inert::json(&value))
}

fn test(run: &RunRecord<'_>, case: &CaseRecord<'_>, label: &str) -> Value {
    let id = case.fact.id.as_str();
    let name = match label {
        "" => id.to_owned(),
        label => format!("{label} {id}"),
    };
    let codes: Vec<&str> = case
        .fact
        .requirements
        .iter()
        .map(|code| code.as_str())
        .collect();
    let mut test = json!({
        "name": name,
        "status": status(run, case),
        "duration": case.judged.map_or(0, |judged| judged.duration_us / 1_000),
        "rawStatus": case.judged.map_or("none", |judged| judged.verdict.name()),
        "tags": case.fact.tags,
        "extra": {
            "operation": case.fact.operation,
            "rule": case.fact.rule,
            "requirements": codes,
            "gating": case.judged.is_none_or(|judged| judged.gating),
            "target": run.target(),
        },
    });
    let said = message(run, case);
    if let Some(test) = test.as_object_mut() {
        if !said.is_empty() {
            test.insert("message".to_owned(), said.into());
        }
        if let (Some(judged), Face::Failed(_)) = (case.judged, run.face(case)) {
            test.insert("trace".to_owned(), failed_text(judged).into());
        }
    }
    test
}

fn status(run: &RunRecord<'_>, case: &CaseRecord<'_>) -> &'static str {
    match (run.face(case), case.judged.map(|judged| judged.verdict)) {
        (Face::Ok, _) => "passed",
        (Face::Failed(FailedKind::Inconclusive), _) | (_, Some(Verdict::Inconclusive)) => "other",
        (Face::Failed(_), _) => "failed",
        (Face::Ignored(_), Some(Verdict::KnownFailure)) => "pending",
        (Face::Ignored(_), _) => "skipped",
    }
}

fn started_ms(run: &RunRecord<'_>) -> Option<i64> {
    milliseconds(&run.started?.started_at)
}

fn ended_ms(run: &RunRecord<'_>) -> Option<i64> {
    milliseconds(&run.finished?.ended_at)
}

fn milliseconds(time: &str) -> Option<i64> {
    let time: jiff::Timestamp = time.parse().ok()?;
    Some(time.as_millisecond())
}
