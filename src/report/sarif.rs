//! SARIF 2.1.0: what is wrong, at the line of the contract that has the operation.
//!
//! Viewers show every result as an alert whatever its `kind`, so only what failed or warned is a
//! result. What could not be judged, and faults of ours, are notifications of the invocation.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::RenderError;
use super::failure_text::{message, summary};
use super::inert::{self, one_line};
use super::record::{CaseRecord, Face, RunRecord, gating_failures, labels, warnings};
use crate::check::{Failure, SourcePlace};

/// The schema that describes the format.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The rule of a baseline entry that names no failure, or has expired.
const STALE: &str = "stale-baseline";

/// What a relative URI keeps of a path.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// The report as JSON, a SARIF run a run.
///
/// # Errors
///
/// None so far.
pub fn render(runs: &[RunRecord<'_>]) -> Result<String, RenderError> {
    let runs: Vec<Value> = runs
        .iter()
        .zip(labels(runs))
        .map(|(run, label)| sarif_run(run, &label))
        .collect();
    let value = json!({"$schema": SCHEMA, "version": "2.1.0", "runs": runs});
    Ok(inert::json(&value))
}

fn sarif_run(run: &RunRecord<'_>, label: &str) -> Value {
    let mut rules = Rules::default();
    let mut results = Vec::new();
    for case in &run.cases {
        results.extend(case_results(run, case, &mut rules));
    }
    let tally = run.tally();
    let name = match label {
        "" => run.suite_name(),
        label => format!("{} {label}", run.suite_name()),
    };
    json!({
        "tool": {"driver": {
            "name": "probity",
            "version": env!("CARGO_PKG_VERSION"),
            "rules": rules.all,
        }},
        "automationDetails": {"id": format!("probity/{}/", one_line(&name).replace('/', "-"))},
        "invocations": [invocation(run)],
        "results": results,
        "columnKind": "unicodeCodePoints",
        "properties": {
            "verdict": run.verdict().name(),
            "exitCode": run.exit_code(),
            "complete": run.complete(),
            "target": run.target(),
            "tests": tally.tests,
            "ok": tally.ok,
            "failures": tally.failures,
            "errors": tally.errors,
            "skipped": tally.skipped,
        },
    })
}

/// The rules in the order in which results name them.
#[derive(Default)]
struct Rules {
    places: BTreeMap<String, usize>,
    all: Vec<Value>,
}

impl Rules {
    fn place(&mut self, id: &str, make: impl FnOnce() -> Value) -> usize {
        if let Some(place) = self.places.get(id) {
            return *place;
        }
        let place = self.all.len();
        self.places.insert(id.to_owned(), place);
        self.all.push(make());
        place
    }
}

fn case_results(run: &RunRecord<'_>, case: &CaseRecord<'_>, rules: &mut Rules) -> Vec<Value> {
    let Some(judged) = case.judged else {
        return Vec::new();
    };
    let mut results = Vec::new();
    match run.face(case) {
        Face::Failed(kind) if kind.is_error() => {}
        Face::Failed(kind) => {
            let failures = match kind.name() {
                STALE => Vec::new(),
                _ => gating_failures(judged),
            };
            if failures.is_empty() {
                let rule = rules.place(kind.name(), || json!({"id": kind.name()}));
                let said = message(run, case);
                results.push(result(run, case, (kind.name(), rule), ("error", &said)));
            }
            for failure in failures {
                results.push(failure_result(run, case, ("error", failure), rules));
            }
        }
        Face::Ok | Face::Ignored(_) => {}
    }
    for failure in warnings(judged) {
        results.push(failure_result(run, case, ("warning", failure), rules));
    }
    results
}

fn failure_result(
    run: &RunRecord<'_>,
    case: &CaseRecord<'_>,
    (level, failure): (&str, &Failure),
    rules: &mut Rules,
) -> Value {
    let code = failure.code.as_str();
    let rule = rules.place(code, || {
        json!({
            "id": code,
            "shortDescription": {"text": plain(&failure.requires)},
            "properties": {
                "level": failure.level.to_string(),
                "profile": failure.profile.to_string(),
            },
        })
    });
    let said = format!("{}: {}", case.fact.id, summary(failure));
    let mut result = result(run, case, (code, rule), (level, &said));
    let places = failure.sources.iter().filter_map(source_location);
    let places: Vec<Value> = places.collect();
    if let Some(result) = result.as_object_mut()
        && !places.is_empty()
    {
        result.insert("relatedLocations".to_owned(), places.into());
    }
    result
}

fn result(
    run: &RunRecord<'_>,
    case: &CaseRecord<'_>,
    (id, index): (&str, usize),
    (level, said): (&str, &str),
) -> Value {
    let id_of_case = case.fact.id.as_str();
    json!({
        "ruleId": id,
        "ruleIndex": index,
        "kind": "fail",
        "level": level,
        "message": {"text": plain(said)},
        "locations": [operation_location(run, case)],
        "partialFingerprints": {"probityCase/v1": format!("{id_of_case} {id}")},
        "properties": {"case": id_of_case},
    })
}

fn invocation(run: &RunRecord<'_>) -> Value {
    let mut notifications = Vec::new();
    for case in &run.cases {
        if let Face::Failed(kind) = run.face(case)
            && kind.is_error()
        {
            let said = format!("{}: {}", case.fact.id, message(run, case));
            notifications.push(json!({
                "descriptor": {"id": kind.name()},
                "level": "error",
                "message": {"text": plain(&said)},
                "properties": {"case": case.fact.id.as_str()},
            }));
        }
    }
    let mut invocation = json!({
        "executionSuccessful": run.complete() && run.exit_code() != 70,
        "exitCode": run.exit_code(),
        "toolExecutionNotifications": notifications,
    });
    let times = [
        (
            "startTimeUtc",
            run.started.map(|started| &started.started_at),
        ),
        (
            "endTimeUtc",
            run.finished.map(|finished| &finished.ended_at),
        ),
    ];
    if let Some(invocation) = invocation.as_object_mut() {
        for (name, time) in times {
            if let Some(time) = time {
                invocation.insert(name.to_owned(), time.clone().into());
            }
        }
    }
    invocation
}

/// The operation's line; the contract's first line where the log does not know it.
fn operation_location(run: &RunRecord<'_>, case: &CaseRecord<'_>) -> Value {
    let operations = run.started.map_or(&[][..], |started| &started.operations);
    let mut operations = operations.iter();
    let operation = operations.find(|operation| operation.id == case.fact.operation);
    let contract = run
        .started
        .map_or("contract", |started| &started.contract.name);
    let place = operation.map(|operation| operation.place.as_str());
    let (document, line, column) = place.and_then(parts).unwrap_or((contract, 1, 1));
    location(document, line, column, None)
}

fn source_location(source: &SourcePlace) -> Option<Value> {
    let (document, line, column) = parts(source.place.as_deref()?)?;
    Some(location(document, line, column, Some(&source.source)))
}

fn location(document: &str, line: u64, column: u64, said: Option<&str>) -> Value {
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": {"uri": uri(document)},
            "region": {"startLine": line, "startColumn": column},
        },
    });
    if let (Some(location), Some(said)) = (location.as_object_mut(), said) {
        location.insert("message".to_owned(), json!({"text": plain(said)}));
    }
    location
}

/// `document:line:column` in its parts.
fn parts(place: &str) -> Option<(&str, u64, u64)> {
    let mut parts = place.rsplitn(3, ':');
    let column = parts.next()?.parse().ok()?;
    let line = parts.next()?.parse().ok()?;
    Some((parts.next()?, line, column))
}

/// A document's name as a URI: a URL stays one.
fn uri(document: &str) -> String {
    match document.split_once("://") {
        Some((scheme @ ("http" | "https"), rest)) => {
            format!("{scheme}://{}", utf8_percent_encode(rest, PATH))
        }
        _ => utf8_percent_encode(document, PATH).to_string(),
    }
}

/// Plain text of a message: SARIF reads `[text](place)` as a link.
fn plain(text: &str) -> String {
    one_line(text).replace("](", "] (")
}
