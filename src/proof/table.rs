//! The kill matrix as text: a line a defect, then what needs somebody.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::plan::{CaseId, Code};
use crate::report::inert;
use crate::run::event::Verdict;

use super::matrix::{DefectRow, Fate, KillMatrix, OddRow};
use super::rehearsal::Rehearsal;

/// The most cases that are named in a line; the rest is counted.
const CASES_SHOWN: usize = 3;

/// The most sightings that are told of a tenant on which the suite is not quiet.
const SIGHTINGS_SHOWN: usize = 6;

/// The whole matrix.
#[must_use]
pub fn table(matrix: &KillMatrix) -> String {
    let mut text = String::new();
    defects(&mut text, matrix);
    survivors(&mut text, matrix);
    odd(&mut text, matrix);
    requirements(&mut text, matrix);
    faults(&mut text, matrix);
    summary(&mut text, matrix);
    text
}

fn defects(text: &mut String, matrix: &KillMatrix) {
    let width = matrix.defects.iter().map(|row| row.name.len()).max();
    let width = width.unwrap_or_default();
    for row in &matrix.defects {
        let _ = writeln!(
            text,
            "{:width$}  {:10}  {}",
            row.name,
            row.requirement,
            what_became(row)
        );
    }
}

fn what_became(row: &DefectRow) -> String {
    let others = codes(&row.others);
    match row.fate {
        Fate::Caught if row.run.runs > 1 => {
            format!("caught by {} in run {}", cases(&row.cases), row.run.runs)
        }
        Fate::Caught => format!("caught by {}", cases(&row.cases)),
        Fate::Warned => format!("warned by {}", cases(&row.cases)),
        Fate::CaughtByAnother if row.demanded => format!("CAUGHT BY ANOTHER: {others}"),
        Fate::CaughtByAnother => {
            format!("caught by another: {others} (its own is not in the suite)")
        }
        Fate::Stopped => format!("STOPPED: {}", stopped(&row.run)),
        Fate::NotYetDemanded => "not yet demanded".to_owned(),
        Fate::Survived => "SURVIVED".to_owned(),
    }
}

/// The first cases, and how many more.
pub(super) fn cases(cases: &[CaseId]) -> String {
    let shown: Vec<&str> = cases.iter().take(CASES_SHOWN).map(short).collect();
    let more = cases.len().saturating_sub(CASES_SHOWN);
    if more == 0 {
        shown.join(", ")
    } else {
        format!("{} and {more} more", shown.join(", "))
    }
}

/// A case's id without its operation, which is the same for all.
fn short(case: &CaseId) -> &str {
    let id = case.as_str();
    id.split_once("::").map_or(id, |(_, rest)| rest)
}

fn codes(counts: &BTreeMap<Code, usize>) -> String {
    let codes: Vec<&str> = counts.keys().map(Code::as_str).collect();
    codes.join(", ")
}

fn stopped(run: &Rehearsal) -> String {
    let reason = run.stopped.as_deref().unwrap_or("no reason is given");
    let line: Vec<_> = inert::lines(reason).collect();
    format!("exit {}, {}", run.exit_code, line.join(" "))
}

fn survivors(text: &mut String, matrix: &KillMatrix) {
    let mut rows = matrix.survivors().peekable();
    if rows.peek().is_some() {
        text.push_str("\nsurvivors, which nothing caught:\n");
    }
    for row in rows {
        let _ = writeln!(
            text,
            "  {} ({}): {}",
            row.name, row.requirement, row.description
        );
        tell(text, &row.run);
    }
}

fn odd(text: &mut String, matrix: &KillMatrix) {
    let mut rows = matrix.loud().peekable();
    if rows.peek().is_some() {
        text.push_str("\ncorrect tenants on which the suite is not quiet:\n");
    }
    for row in rows {
        let _ = writeln!(text, "  {}: {}", row.name, row.description);
        if row.run.exit_code != 0 {
            let _ = writeln!(text, "    {}", stopped(&row.run));
        }
        tell(text, &row.run);
    }
    let warned: Vec<&OddRow> = std::iter::once(&matrix.conforming)
        .chain(&matrix.odd)
        .filter(|row| row.quiet && !row.warnings.is_empty())
        .collect();
    if !warned.is_empty() {
        text.push_str("\ncorrect tenants that are warned:\n");
    }
    for row in warned {
        let _ = writeln!(text, "  {}: {}", row.name, codes(&row.warnings));
    }
}

/// What was seen that is not quiet, the worst first.
fn tell(text: &mut String, run: &Rehearsal) {
    let mut seen: Vec<_> = run
        .sightings
        .iter()
        .filter(|sighting| sighting.verdict != Verdict::Pass)
        .collect();
    seen.sort_by_key(|sighting| (std::cmp::Reverse(sighting.verdict), !sighting.gating));
    for sighting in seen.iter().take(SIGHTINGS_SHOWN) {
        let words: Vec<_> = inert::lines(&sighting.seen).collect();
        let _ = writeln!(
            text,
            "    {} {} in {}: {}",
            sighting.requirement,
            sighting.verdict.name(),
            short(&sighting.case),
            words.join(" ")
        );
    }
    let more = seen.len().saturating_sub(SIGHTINGS_SHOWN);
    if more > 0 {
        let _ = writeln!(text, "    and {more} more");
    }
}

fn requirements(text: &mut String, matrix: &KillMatrix) {
    let mut rows = matrix.unproven().peekable();
    if rows.peek().is_some() {
        text.push_str("\nMUST requirements that no defect proves:\n");
    }
    for row in rows {
        let _ = writeln!(text, "  {}  {}", row.code, row.title);
    }
    for row in matrix.wrongly_unprovable() {
        let _ = writeln!(
            text,
            "\n{} is listed as not to be proven, and {} proves it",
            row.code,
            row.caught.join(", ")
        );
    }
}

fn faults(text: &mut String, matrix: &KillMatrix) {
    let mut rows = matrix.faulted().peekable();
    if rows.peek().is_some() {
        text.push_str("\nfaults of ours:\n");
    }
    for (name, fault) in rows {
        let _ = writeln!(text, "  {name}: {fault}");
    }
}

fn summary(text: &mut String, matrix: &KillMatrix) {
    let odd = matrix.odd.len().saturating_add(1);
    let quiet = odd.saturating_sub(matrix.loud().count());
    let _ = writeln!(
        text,
        "\ndefects: {} caught, {} warned, {} caught by another, \
         {} stopped, {} survived, {} not yet demanded\n\
         correct tenants: {quiet} of {odd} quiet\n\
         kill matrix: {} cases, {}",
        matrix.count(Fate::Caught),
        matrix.count(Fate::Warned),
        matrix.count(Fate::CaughtByAnother),
        matrix.count(Fate::Stopped),
        matrix.count(Fate::Survived),
        matrix.count(Fate::NotYetDemanded),
        matrix.cases,
        if matrix.holds() {
            "holds"
        } else {
            "DOES NOT HOLD"
        },
    );
}
