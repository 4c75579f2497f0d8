//! An in-toto statement with a test result: what a gate keeps as proof.
//!
//! The predicate has no word for what was not run, so only a run that is whole is attested: it was
//! not stopped, no shard is missing, and everything that the gate requires could be judged.

use std::str::FromStr;

use serde_json::{Value, json};

use super::record::{self, CaseRecord, Face, RunRecord};
use super::{RenderError, inert};
use crate::run::event::{NamedDigest, Verdict};

/// The type of the statement.
const STATEMENT: &str = "https://in-toto.io/Statement/v1";
/// The type of the predicate.
const TEST_RESULT: &str = "https://in-toto.io/attestation/test-result/v0.1";
/// Length of a SHA-256 digest in hex.
const DIGEST_CHARS: usize = 64;

/// What a statement is about, such as the image of the tenant that was tested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Its name.
    pub name: String,
    /// Its SHA-256 digest in lower-case hex.
    pub sha256: String,
}

/// Why a text is no subject.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no subject: expected `name=NAME,sha256=DIGEST` with 64 hex digits")]
pub struct SubjectError {
    /// The text.
    pub text: String,
}

impl FromStr for Subject {
    type Err = SubjectError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || SubjectError {
            text: text.to_owned(),
        };
        // A name may hold commas and more: the digest is what comes last, or first.
        let (name, digest) = match text.rsplit_once(",sha256=") {
            Some((name, digest)) => (name, digest),
            None => {
                let rest = text.strip_prefix("sha256=").ok_or_else(error)?;
                let (digest, name) = rest.split_once(',').ok_or_else(error)?;
                (name, digest)
            }
        };
        let name = name.strip_prefix("name=").ok_or_else(error)?;
        let hex = digest.bytes().all(|byte| byte.is_ascii_hexdigit());
        if name.is_empty() || !hex || digest.len() != DIGEST_CHARS {
            return Err(error());
        }
        Ok(Self {
            name: name.to_owned(),
            sha256: digest.to_ascii_lowercase(),
        })
    }
}

/// The statement as JSON.
///
/// # Errors
///
/// Where no subject is given, or a run is not whole.
pub fn render(runs: &[RunRecord<'_>], subjects: &[Subject]) -> Result<String, RenderError> {
    if subjects.is_empty() {
        let why = "it is about something: give --subject name=…,sha256=…";
        return Err(RenderError::Unfit(why.to_owned()));
    }
    for run in runs {
        if let Some(why) = not_whole(run) {
            let why = format!("only a complete run is attested, and {why}");
            return Err(RenderError::Unfit(why));
        }
    }
    let subject = subjects
        .iter()
        .map(|subject| json!({"name": subject.name, "digest": {"sha256": subject.sha256}}));
    let value = json!({
        "_type": STATEMENT,
        "subject": subject.collect::<Vec<_>>(),
        "predicateType": TEST_RESULT,
        "predicate": {
            "result": result(runs),
            "configuration": configuration(runs),
            "passedTests": names(runs, Shown::Passed),
            "warnedTests": names(runs, Shown::Warned),
            "failedTests": names(runs, Shown::Failed),
        },
    });
    Ok(inert::json(&value))
}

/// Why a run is not whole, where it is not.
fn not_whole(run: &RunRecord<'_>) -> Option<String> {
    let settings = run.started.map_or(&[][..], |started| &started.settings);
    let mut settings = settings.iter();
    let shard = settings.find(|setting| setting.name == "shard" && setting.value != "none");
    let excused = || {
        let mut judged = run.cases.iter().filter_map(|case| case.judged);
        run.partial() && judged.any(|case| case.verdict == Verdict::Inconclusive)
    };
    if let Some(shard) = shard {
        return Some(format!("this is shard {} alone", shard.value));
    }
    if run.finished.is_none() || !run.complete() {
        return Some(format!("this one is not: {}", run.unjudged_reason()));
    }
    let errors = run.tally().errors;
    if errors > 0 || excused() {
        return Some("something that the gate requires could not be judged".to_owned());
    }
    match run.exit_code() {
        0 | 1 | 6 => None,
        code => Some(format!("this one ended with exit code {code}")),
    }
}

fn result(runs: &[RunRecord<'_>]) -> &'static str {
    let any = |shown| !names(runs, shown).is_empty();
    if runs.iter().any(|run| run.exit_code() != 0) {
        "FAILED"
    } else if any(Shown::Warned) {
        "WARNED"
    } else {
        "PASSED"
    }
}

/// What was tested by what: contract, suites, baseline and settings, and the target.
fn configuration(runs: &[RunRecord<'_>]) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    for started in runs.iter().filter_map(|run| run.started) {
        let digests = [("contract", &started.contract)]
            .into_iter()
            .chain(started.suites.iter().map(|suite| ("suite", suite)))
            .chain(started.baseline.iter().map(|file| ("baseline", file)))
            .chain(started.config.iter().map(|file| ("settings", file)));
        all.extend(digests.map(|(kind, digest)| descriptor(kind, digest)));
        all.push(json!({
            "name": "target",
            "uri": started.target,
            "annotations": {
                "run": started.run,
                "startedAt": started.started_at,
                "probity": started.probity,
                "selection": started.selection,
                "filteredOut": started.filtered_out,
            },
        }));
    }
    let mut once: Vec<Value> = Vec::new();
    for value in all {
        if !once.contains(&value) {
            once.push(value);
        }
    }
    once
}

fn descriptor(kind: &str, digest: &NamedDigest) -> Value {
    json!({
        "name": digest.name,
        "digest": {"sha256": digest.sha256},
        "annotations": {"kind": kind},
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Passed,
    Warned,
    Failed,
}

/// The cases that are shown so; what was ignored is in no list, unless the baseline excuses it.
fn names(runs: &[RunRecord<'_>], wanted: Shown) -> Vec<String> {
    let labels = record::labels(runs);
    let runs = runs.iter().zip(&labels);
    let cases = runs.flat_map(|(run, label)| run.cases.iter().map(move |case| (run, case, label)));
    cases
        .filter(|(run, case, _)| shown(run, case) == Some(wanted))
        .map(|(_, case, label)| match label.as_str() {
            "" => case.fact.id.to_string(),
            label => format!("{label} {}", case.fact.id),
        })
        .collect()
}

fn shown(run: &RunRecord<'_>, case: &CaseRecord<'_>) -> Option<Shown> {
    let judged = case.judged?;
    match run.face(case) {
        Face::Failed(_) => Some(Shown::Failed),
        Face::Ok if record::warnings(judged).is_empty() => Some(Shown::Passed),
        Face::Ok => Some(Shown::Warned),
        Face::Ignored(_) if judged.verdict == Verdict::KnownFailure => Some(Shown::Warned),
        Face::Ignored(_) => None,
    }
}
