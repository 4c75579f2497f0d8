//! Two runs compared, case by case: what fails anew, what is repaired, what shows something else.
//!
//! Cases are matched by id. A case fails where it is FAILED on every face. What one run alone has
//! is a change of the suite, the contract or the selection, and is said to be one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;

use super::cause;
use super::inert::one_line;
use super::record::{CaseRecord, Face, RunRecord, gating_failures, reason, words};
use crate::plan::CaseId;
use crate::run::event::{CaseFinished, NamedDigest, RequirementFact, RunStarted};

/// What differs between two runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Cases that fail and did not, those that are new and fail among them.
    pub newly_failing: Vec<Change>,
    /// Cases that failed and do not.
    pub fixed: Vec<Change>,
    /// Cases with another verdict that changes nothing for the exit code.
    pub verdicts: Vec<Change>,
    /// Cases with the same verdict for another reason, or with other answers.
    pub evidence: Vec<Change>,
    /// Cases that only the new run has and that do not fail.
    pub added: Vec<CaseId>,
    /// Cases that only the old run has.
    pub removed: Vec<CaseId>,
    /// What differs about the runs themselves: target, contract, suites, requirements, settings.
    pub about: Vec<String>,
}

/// A case that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Which case.
    pub case: CaseId,
    /// What it was.
    pub old: String,
    /// What it is.
    pub new: String,
    /// What the runs saw that explains it, a line each.
    pub why: Vec<String>,
}

/// Compares two runs.
#[must_use]
pub fn diff(old: &RunRecord<'_>, new: &RunRecord<'_>) -> Difference {
    let mut difference = Difference {
        about: about(old, new),
        ..Difference::default()
    };
    let before: BTreeMap<&CaseId, &CaseRecord<'_>> =
        old.cases.iter().map(|case| (&case.fact.id, case)).collect();
    let known = demands(old);
    for case in &new.cases {
        match before.get(&case.fact.id) {
            Some(earlier) => compare(&mut difference, (old, earlier), (new, case)),
            None if failed(new, case) => difference.newly_failing.push(Change {
                case: case.fact.id.clone(),
                old: "not there".to_owned(),
                new: verdict(case).to_owned(),
                why: seen(new, case),
            }),
            None => difference.added.push(case.fact.id.clone()),
        }
    }
    let after: BTreeSet<&CaseId> = new.cases.iter().map(|case| &case.fact.id).collect();
    let gone = old.cases.iter().map(|case| &case.fact.id);
    difference.removed = gone.filter(|id| !after.contains(id)).cloned().collect();
    for change in &mut difference.newly_failing {
        let case = new.cases.iter().find(|case| case.fact.id == change.case);
        let failures = case.and_then(|case| case.judged).map(gating_failures);
        let demanded: BTreeSet<_> = failures
            .into_iter()
            .flatten()
            .map(|found| &found.code)
            .collect();
        for code in demanded {
            if !known.is_empty() && !known.contains_key(code.as_str()) {
                change.why.push(format!("{code} is new in the suite"));
            }
        }
    }
    difference
}

impl Difference {
    /// The difference as text for a terminal.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (title, changes) in [
            ("newly failing", &self.newly_failing),
            ("fixed", &self.fixed),
            ("other verdict", &self.verdicts),
            ("other evidence", &self.evidence),
        ] {
            if changes.is_empty() {
                continue;
            }
            put(&mut text, format_args!("{title}:"));
            for change in changes {
                let (old, new) = (one_line(&change.old), one_line(&change.new));
                let id = one_line(change.case.as_str());
                put(&mut text, format_args!("  {id}: {old} -> {new}"));
                for why in &change.why {
                    put(&mut text, format_args!("      {}", one_line(why)));
                }
            }
            text.push('\n');
        }
        for (title, ids) in [("only new", &self.added), ("only old", &self.removed)] {
            if ids.is_empty() {
                continue;
            }
            put(&mut text, format_args!("{title}:"));
            for id in ids {
                put(&mut text, format_args!("  {}", one_line(id.as_str())));
            }
            text.push('\n');
        }
        if !self.about.is_empty() {
            put(&mut text, format_args!("the runs differ in:"));
            for line in &self.about {
                put(&mut text, format_args!("  {}", one_line(line)));
            }
            text.push('\n');
        }
        put(&mut text, format_args!("{}", self.summary()));
        text
    }

    /// The counts in one line.
    fn summary(&self) -> String {
        format!(
            "diff: {} newly failing, {} fixed, {} with another verdict, {} with other evidence, \
             {} only new, {} only old",
            self.newly_failing.len(),
            self.fixed.len(),
            self.verdicts.len(),
            self.evidence.len(),
            self.added.len(),
            self.removed.len()
        )
    }
}

type Placed<'a, 'b> = (&'a RunRecord<'b>, &'a CaseRecord<'b>);

fn compare(difference: &mut Difference, old: Placed<'_, '_>, new: Placed<'_, '_>) {
    let (fails, failed) = (failed(new.0, new.1), failed(old.0, old.1));
    let same = verdict(old.1) == verdict(new.1);
    let why = if fails || !failed {
        let mut why = seen(new.0, new.1);
        if fails && same {
            why = changed_evidence(old, new);
        }
        why
    } else {
        seen(old.0, old.1)
    };
    let change = |why| Change {
        case: new.1.fact.id.clone(),
        old: verdict(old.1).to_owned(),
        new: verdict(new.1).to_owned(),
        why,
    };
    match (failed, fails) {
        (false, true) => difference.newly_failing.push(change(why)),
        (true, false) => difference.fixed.push(change(why)),
        _ if !same => difference.verdicts.push(change(why)),
        _ => {
            let why = changed_evidence(old, new);
            if !why.is_empty() {
                difference.evidence.push(change(why));
            }
        }
    }
}

fn failed(run: &RunRecord<'_>, case: &CaseRecord<'_>) -> bool {
    matches!(run.face(case), Face::Failed(_))
}

fn verdict(case: &CaseRecord<'_>) -> &'static str {
    case.judged.map_or("not judged", |case| words(case.verdict))
}

/// Why the case has its verdict: its failures, each in a line, else its reason.
fn seen(run: &RunRecord<'_>, case: &CaseRecord<'_>) -> Vec<String> {
    let Some(judged) = case.judged else {
        return vec![run.unjudged_reason()];
    };
    let shown = failure_lines(judged);
    let shown: Vec<String> = shown.into_values().collect();
    match (shown.is_empty(), &judged.reason) {
        (true, Some(_)) => vec![reason(judged).into_owned()],
        _ => shown,
    }
}

/// Every failure and warning of a case by its cause.
fn failure_lines(case: &CaseFinished) -> BTreeMap<cause::Key, String> {
    let failures = case.judgements.iter().flat_map(|fact| &fact.failures);
    failures
        .map(|failure| {
            let line = format!(
                "{}: expected {}, actual {}",
                failure.code, failure.expected, failure.actual
            );
            (cause::key(failure), line)
        })
        .collect()
}

/// What two verdicts of a case rest on, where it is not the same: failures and statuses.
fn changed_evidence(old: Placed<'_, '_>, new: Placed<'_, '_>) -> Vec<String> {
    let (Some(old), Some(new)) = (old.1.judged, new.1.judged) else {
        return Vec::new();
    };
    let (before, after) = (failure_lines(old), failure_lines(new));
    let mut lines = Vec::new();
    for (key, line) in &before {
        if !after.contains_key(key) {
            lines.push(format!("no longer: {line}"));
        }
    }
    for (key, line) in &after {
        if !before.contains_key(key) {
            lines.push(format!("now: {line}"));
        }
    }
    let (before, after) = (answers(old), answers(new));
    for (label, then) in before {
        match after.get(label) {
            Some(now) if *now != then => lines.push(format!("{label}: {then} -> {now}")),
            _ => {}
        }
    }
    lines
}

/// What each request of the case got, by its label.
fn answers(case: &CaseFinished) -> BTreeMap<&str, String> {
    let exchanges = case.exchanges.iter();
    exchanges
        .map(|exchange| {
            let answer = match (exchange.status, &exchange.fault) {
                (Some(status), _) => status.to_string(),
                (None, Some(_)) => "no answer".to_owned(),
                (None, None) => "nothing".to_owned(),
            };
            (exchange.label.as_str(), answer)
        })
        .collect()
}

fn demands<'a>(run: &RunRecord<'a>) -> BTreeMap<&'a str, &'a RequirementFact> {
    let facts = run.started.map_or(&[][..], |started| &started.requirements);
    facts
        .iter()
        .map(|fact| (fact.code.as_str(), fact))
        .collect()
}

/// What differs about the runs themselves.
fn about(old: &RunRecord<'_>, new: &RunRecord<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for (name, run) in [("old", old), ("new", new)] {
        if !run.complete() {
            lines.push(format!("the {name} run is not complete"));
        }
    }
    if let (Some(before), Some(after)) = (old.started, new.started) {
        facts(&mut lines, before, after);
    }
    let (before, after) = (demands(old), demands(new));
    for (code, fact) in &after {
        match before.get(code) {
            None => lines.push(format!("requirement {code} is new: {}", fact.title)),
            Some(earlier) => requirement(&mut lines, earlier, fact),
        }
    }
    let gone = before.keys().filter(|code| !after.contains_key(*code));
    lines.extend(gone.map(|code| format!("requirement {code} is gone")));
    lines
}

fn facts(lines: &mut Vec<String>, old: &RunStarted, new: &RunStarted) {
    let mut other = |name: &str, before: &str, after: &str| {
        if before != after {
            lines.push(format!("{name}: {before} -> {after}"));
        }
    };
    other("probity", &old.probity, &new.probity);
    other("target", &old.target, &new.target);
    other("contract", &named(&old.contract), &named(&new.contract));
    let suites = |suites: &[NamedDigest]| suites.iter().map(named).collect::<Vec<_>>().join(" ");
    other("suites", &suites(&old.suites), &suites(&new.suites));
    let settings = |started: &RunStarted| -> BTreeMap<String, String> {
        let facts = started.settings.iter();
        facts
            .map(|fact| (fact.name.clone(), fact.value.clone()))
            .collect()
    };
    let (before, after) = (settings(old), settings(new));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for name in names {
        let of = |settings: &BTreeMap<String, String>| {
            settings
                .get(name)
                .cloned()
                .unwrap_or_else(|| "-".to_owned())
        };
        // Where a run was sent and what it wrote is told elsewhere, or is nobody's concern.
        if name != "target" && !name.starts_with("reports.") {
            other(&format!("setting {name}"), &of(&before), &of(&after));
        }
    }
}

fn named(digest: &NamedDigest) -> String {
    let short: String = digest.sha256.chars().take(12).collect();
    format!("{}@{short}", digest.name)
}

fn requirement(lines: &mut Vec<String>, old: &RequirementFact, new: &RequirementFact) {
    let code = &new.code;
    if old.level != new.level {
        lines.push(format!(
            "requirement {code}: {} -> {}",
            old.level, new.level
        ));
    }
    if old.profile != new.profile {
        let (before, after) = (old.profile, new.profile);
        lines.push(format!("requirement {code}: {before} -> {after}"));
    }
    if old.title != new.title {
        lines.push(format!("requirement {code} says now: {}", new.title));
    }
}

fn put(text: &mut String, line: std::fmt::Arguments<'_>) {
    // To write into a string cannot fail.
    let _ = writeln!(text, "{line}");
}
