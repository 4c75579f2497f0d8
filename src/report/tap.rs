//! TAP 14: a line a case, and why in a YAML block.
//!
//! What makes the exit code non-zero is `not ok`, and nothing else but a known failure, which is
//! `not ok … # TODO` and therefore no failure to a TAP reader. Text of the target stands only in
//! quoted scalars and behind an escape, so it is no directive.

use std::fmt::Write as _;

use super::failure_text::{exchange_line, message};
use super::inert::{json_string, one_line};
use super::record::{self, CaseRecord, Face, RunRecord, gating_failures};
use super::{RenderError, terminal};
use crate::check::Failure;
use crate::run::event::{CaseFinished, Verdict};

/// The report as TAP.
///
/// # Errors
///
/// None so far.
pub fn render(runs: &[RunRecord<'_>]) -> Result<String, RenderError> {
    let mut tap = String::from("TAP version 14\n");
    let cases: usize = runs.iter().map(|run| run.cases.len()).sum();
    put(&mut tap, format_args!("1..{cases}"));
    let mut number = 0;
    for (run, label) in runs.iter().zip(record::labels(runs)) {
        let verdict = anstream::adapter::strip_str(&terminal::verdict_line(run)).to_string();
        put(
            &mut tap,
            format_args!("# target: {}", one_line(run.target())),
        );
        put(&mut tap, format_args!("# {}", one_line(&verdict)));
        put(&mut tap, format_args!("# complete: {}", run.complete()));
        for case in &run.cases {
            number += 1;
            let id = case.fact.id.as_str();
            let name = if label.is_empty() {
                escaped(id)
            } else {
                escaped(&format!("{label} {id}"))
            };
            point(&mut tap, run, case, &format!("{number} - {name}"));
        }
    }
    Ok(tap)
}

fn point(tap: &mut String, run: &RunRecord<'_>, case: &CaseRecord<'_>, name: &str) {
    let face = run.face(case);
    let known = case
        .judged
        .is_some_and(|judged| judged.verdict == Verdict::KnownFailure);
    match &face {
        Face::Ok => put(tap, format_args!("ok {name}")),
        Face::Failed(_) => put(tap, format_args!("not ok {name}")),
        Face::Ignored(reason) if known => {
            put(
                tap,
                format_args!("not ok {name} # TODO {}", escaped(reason)),
            );
        }
        Face::Ignored(reason) => put(tap, format_args!("ok {name} # SKIP {}", escaped(reason))),
    }
    let said = message(run, case);
    if said.is_empty() && face == Face::Ok {
        return;
    }
    put(tap, format_args!("  ---"));
    put(tap, format_args!("  message: {}", json_string(&said)));
    match case.judged {
        None => put(tap, format_args!("  verdict: none")),
        Some(judged) => evidence(tap, judged, &face),
    }
    put(tap, format_args!("  ..."));
}

fn evidence(tap: &mut String, case: &CaseFinished, face: &Face) {
    put(tap, format_args!("  verdict: {}", case.verdict.name()));
    put(tap, format_args!("  gating: {}", case.gating));
    let failures = match face {
        Face::Failed(_) => gating_failures(case),
        _ => record::warnings(case),
    };
    if !failures.is_empty() {
        put(tap, format_args!("  failures:"));
    }
    for failure in failures {
        violation(tap, failure);
    }
    if !case.exchanges.is_empty() {
        put(tap, format_args!("  exchanges:"));
    }
    for exchange in &case.exchanges {
        let line = json_string(&exchange_line(exchange));
        put(tap, format_args!("    - {line}"));
    }
    put(
        tap,
        format_args!("  reproduce: {}", json_string(&case.reproduce)),
    );
}

fn violation(tap: &mut String, failure: &Failure) {
    put(tap, format_args!("    - requirement: {}", failure.code));
    let sources = failure.sources.iter().map(|source| match &source.place {
        Some(place) => format!("{place}  {}", source.source),
        None => source.source.clone(),
    });
    let sources: Vec<String> = sources.collect();
    for (name, value) in [
        ("level", &failure.level.to_string()),
        ("requires", &failure.requires),
        ("expected", &failure.expected),
        ("actual", &failure.actual),
        ("source", &sources.join("; ")),
    ] {
        put(tap, format_args!("      {name}: {}", json_string(value)));
    }
}

/// A description or a reason: a `#` in it begins no directive.
fn escaped(text: &str) -> String {
    let text = one_line(text).replace('\\', "\\\\");
    text.replace('#', "\\#")
}

fn put(tap: &mut String, line: std::fmt::Arguments<'_>) {
    // To write into a string cannot fail.
    let _ = writeln!(tap, "{line}");
}
