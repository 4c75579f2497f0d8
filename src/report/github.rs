//! GitHub Actions: annotations on standard output and the summary of the step.
//!
//! GitHub shows ten errors a step and drops the rest silently, and takes a summary of one mebibyte
//! or none. So there is one annotation for the run and one each for the worst causes, and the
//! summary ends where it is full.

use std::fmt::Write as _;

use super::failure_text::message;
use super::inert::one_line;
use super::record::{Face, RunRecord, warnings};
use super::{markdown, terminal};
use crate::run::conclusion::worst_exit_code;
use crate::run::event::Verdict;

/// Most annotations beside the run's own: GitHub shows ten a step.
const WORST_MAX: usize = 9;

/// The size in bytes from which GitHub refuses a step's summary.
pub const SUMMARY_BYTES_MAX: usize = 1024 * 1024;

/// Most bytes of one annotation: GitHub cuts long ones, and it is the summary that has it all.
const ANNOTATION_CHARS_MAX: usize = 1_000;

/// What the summary ends with where it is full.
const CUT: &str = "\n\nThe rest is left out: GitHub takes no more. The other reports have it.\n";

/// The annotations, a line each: the run first, then the worst causes.
#[must_use]
pub fn annotations(runs: &[RunRecord<'_>]) -> String {
    let mut text = String::new();
    let code = worst_exit_code(runs.iter().map(RunRecord::exit_code));
    let said: Vec<String> = runs
        .iter()
        .map(|run| {
            let line = anstream::adapter::strip_str(&terminal::verdict_line(run)).to_string();
            let line = line.strip_prefix("verdict: ").unwrap_or(&line).to_owned();
            format!("{}: {line}", run.target())
        })
        .collect();
    let command = if code == 0 { "notice" } else { "error" };
    annotate(&mut text, command, "Probity", &said.join("; "));
    for cause in causes(runs).into_iter().take(WORST_MAX) {
        let more = match cause.cases {
            0 | 1 => String::new(),
            cases => format!(" (and {} more)", cases - 1),
        };
        let command = if cause.failed { "error" } else { "warning" };
        annotate(
            &mut text,
            command,
            &format!("{}{more}", cause.first),
            &cause.said,
        );
    }
    text
}

/// The summary of the step, of at most so many bytes.
#[must_use]
pub fn step_summary(runs: &[RunRecord<'_>], bytes_max: usize) -> String {
    let mut text = String::new();
    for block in markdown::blocks(runs) {
        if text.len() + block.len() + CUT.len() > bytes_max {
            if text.len() + CUT.len() <= bytes_max {
                text.push_str(CUT);
            }
            break;
        }
        text.push_str(&block);
    }
    text
}

/// Cases that say the same.
struct Cause {
    failed: bool,
    verdict: Option<Verdict>,
    first: String,
    said: String,
    cases: usize,
}

/// What failed or warned, the worst first.
fn causes(runs: &[RunRecord<'_>]) -> Vec<Cause> {
    let mut causes: Vec<Cause> = Vec::new();
    for run in runs {
        for case in &run.cases {
            let failed = matches!(run.face(case), Face::Failed(_));
            let warned = run.face(case) == Face::Ok
                && case.judged.is_some_and(|case| !warnings(case).is_empty());
            if !(failed || warned) {
                continue;
            }
            let said = message(run, case);
            match causes
                .iter_mut()
                .find(|cause| cause.failed == failed && cause.said == said)
            {
                Some(cause) => cause.cases += 1,
                None => causes.push(Cause {
                    failed,
                    verdict: case.judged.map(|judged| judged.verdict),
                    first: case.fact.id.to_string(),
                    said,
                    cases: 1,
                }),
            }
        }
    }
    causes.sort_by_key(|cause| std::cmp::Reverse((cause.failed, cause.verdict)));
    causes
}

fn annotate(text: &mut String, command: &str, title: &str, said: &str) {
    let said = one_line(said);
    let said: String = said.chars().take(ANNOTATION_CHARS_MAX).collect();
    // To write into a string cannot fail.
    let _ = writeln!(
        text,
        "::{command} title={}::{}",
        property(title),
        data(&said)
    );
}

/// The text of a workflow command.
fn data(text: &str) -> String {
    let text = one_line(text).replace('%', "%25");
    text.replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a workflow command, which a colon or a comma would end.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
