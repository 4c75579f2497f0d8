//! Markdown, for comments and summaries of jobs.
//!
//! Text of the target stands in code spans and fences alone, each longer than any run of backticks
//! in it: there it is neither markup nor a mention nor a link.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::failure_text::{failed_text, heading, message, parts};
use super::inert::one_line;
use super::record::{self, Face, RunRecord, Tally, warnings, words};
use super::{RenderError, circumstances, terminal};
use crate::check::Failure;
use crate::run::event::Verdict;

/// Most case ids that one entry lists: what is left out has the same text.
const IDS_LISTED_MAX: usize = 12;

/// The report as Markdown.
///
/// # Errors
///
/// None so far.
pub fn render(runs: &[RunRecord<'_>]) -> Result<String, RenderError> {
    Ok(blocks(runs).concat())
}

/// The report in pieces, each whole in itself, so that it can end after any of them; what matters
/// most comes first.
#[must_use]
pub fn blocks(runs: &[RunRecord<'_>]) -> Vec<String> {
    let mut blocks: Vec<String> = runs.iter().map(head).collect();
    for (run, label) in runs.iter().zip(record::labels(runs)) {
        let of = match label.as_str() {
            "" => String::new(),
            label => format!(" of {}", code(label)),
        };
        section(&mut blocks, &format!("Failures{of}"), failures(run));
        section(&mut blocks, &format!("Warnings{of}"), warned(run));
        section(
            &mut blocks,
            &format!("Gaps, where the contract is silent{of}"),
            gaps(run),
        );
        section(&mut blocks, &format!("Not judged{of}"), not_judged(run));
        section(&mut blocks, &format!("Requirements{of}"), requirements(run));
        section(&mut blocks, &format!("Notes{of}"), notes(run));
    }
    blocks
}

fn section(blocks: &mut Vec<String>, title: &str, pieces: Vec<String>) {
    if !pieces.is_empty() {
        blocks.push(format!("\n## {title}\n\n"));
        blocks.extend(pieces);
    }
}

fn head(run: &RunRecord<'_>) -> String {
    let line = anstream::adapter::strip_str(&terminal::verdict_line(run)).to_string();
    let line = line.strip_prefix("verdict: ").unwrap_or(&line).to_owned();
    let (name, why) = line.split_once(": ").unwrap_or((&line, ""));
    let tally = run.tally();
    let mut text = format!("# Probity: {name}\n\n{}\n\n", code(why));
    let mut fact = |name: &str, value: &str| put(&mut text, format_args!("- {name}: {value}"));
    fact("target", &code(run.target()));
    if let Some(started) = run.started {
        let digest = |name: &str, sha256: &str| format!("{} {}", code(name), code(sha256));
        fact(
            "contract",
            &digest(&started.contract.name, &started.contract.sha256),
        );
        for suite in &started.suites {
            fact("suite", &digest(&suite.name, &suite.sha256));
        }
        fact(
            "run",
            &code(&format!("{}, {}", started.run, started.started_at)),
        );
    }
    for (name, words) in [
        ("selected", circumstances::selection(run)),
        ("encrypted", circumstances::encryption(run)),
    ] {
        if let Some(words) = words {
            fact(name, &code(&words));
        }
    }
    fact("complete", if run.complete() { "yes" } else { "no" });
    if run.partial() {
        fact("partial", "what could not be judged is excused");
    }
    let Tally {
        tests,
        ok,
        failures,
        errors,
        skipped,
    } = tally;
    let _ = write!(
        text,
        "\n| cases | ok | failed | errors | ignored |\n|--:|--:|--:|--:|--:|\n\
         | {tests} | {ok} | {failures} | {errors} | {skipped} |\n"
    );
    text
}

fn failures(run: &RunRecord<'_>) -> Vec<String> {
    let failed = run
        .cases
        .iter()
        .filter(|case| matches!(run.face(case), Face::Failed(_)));
    failed
        .map(|case| {
            let text = match case.judged {
                None => message(run, case),
                Some(judged) => failed_text(judged),
            };
            format!("### {}\n\n{}\n", code(case.fact.id.as_str()), fenced(&text))
        })
        .collect()
}

fn warned(run: &RunRecord<'_>) -> Vec<String> {
    let mut groups: Vec<(&Failure, Vec<&str>)> = Vec::new();
    for case in run.cases.iter().filter_map(|case| case.judged) {
        for failure in warnings(case) {
            let same = |group: &&mut (&Failure, Vec<&str>)| {
                let first = group.0;
                (&first.code, &first.expected, &first.actual)
                    == (&failure.code, &failure.expected, &failure.actual)
            };
            match groups.iter_mut().find(same) {
                Some((_, ids)) => ids.push(case.case.as_str()),
                None => groups.push((failure, vec![case.case.as_str()])),
            }
        }
    }
    groups.sort_by(|left, right| left.0.code.cmp(&right.0.code));
    let groups = groups.into_iter();
    groups
        .map(|(failure, ids)| {
            let title = heading(failure);
            format!(
                "### {title}\n\n{}\n{}\n",
                fenced(&parts(failure)),
                id_list(&ids)
            )
        })
        .collect()
}

fn gaps(run: &RunRecord<'_>) -> Vec<String> {
    let mut gaps: BTreeMap<(&str, &str), BTreeMap<&str, usize>> = BTreeMap::new();
    for gap in run
        .cases
        .iter()
        .filter_map(|case| case.judged)
        .flat_map(|case| &case.gaps)
    {
        let seen = gaps.entry((&gap.gap, &gap.title)).or_default();
        *seen.entry(&gap.seen).or_insert(0) += 1;
    }
    let gaps = gaps.into_iter();
    gaps.map(|((gap, title), seen)| {
        let mut text = format!("- {} {}\n", code(gap), code(title));
        for (what, count) in seen {
            put(&mut text, format_args!("  - {count} times {}", code(what)));
        }
        text
    })
    .collect()
}

fn not_judged(run: &RunRecord<'_>) -> Vec<String> {
    let mut groups: Vec<(&str, String, Vec<&str>)> = Vec::new();
    for case in &run.cases {
        let (kind, reason) = match case.judged {
            None => ("never judged", run.unjudged_reason()),
            Some(judged) => match judged.verdict {
                Verdict::Inconclusive | Verdict::NotApplicable | Verdict::KnownFailure => {
                    (words(judged.verdict), record::reason(judged).into_owned())
                }
                _ => continue,
            },
        };
        let id = case.fact.id.as_str();
        match groups
            .iter_mut()
            .find(|group| (group.0, &group.1) == (kind, &reason))
        {
            Some((_, _, ids)) => ids.push(id),
            None => groups.push((kind, reason, vec![id])),
        }
    }
    let groups = groups.into_iter();
    groups
        .map(|(kind, reason, ids)| format!("- {kind}: {}\n{}", code(&reason), id_list(&ids)))
        .collect()
}

fn requirements(run: &RunRecord<'_>) -> Vec<String> {
    let demands = run.requirements();
    let mut lines = demands.iter().map(|demand| {
        let weight = if demand.gating { "" } else { ", does not gate" };
        let reason = match &demand.reason {
            Some(reason) if demand.verdict != Verdict::Pass => format!(": {}", code(reason)),
            _ => String::new(),
        };
        let (verdict, judged) = (words(demand.verdict), demand.judged);
        format!(
            "- {}: {verdict} by {judged} cases{weight}{reason}\n",
            code(demand.code.as_str())
        )
    });
    lines.by_ref().collect()
}

fn notes(run: &RunRecord<'_>) -> Vec<String> {
    let preflight = run.preflight.map_or(&[][..], |preflight| &preflight.notes);
    let (notes, left) = run.finished.map_or((&[][..], &[][..]), |finished| {
        (&finished.notes[..], &finished.left_behind[..])
    });
    let mut lines: Vec<String> = Vec::new();
    for (kind, texts) in [
        ("preflight", preflight),
        ("note", notes),
        ("left behind", left),
    ] {
        lines.extend(
            texts
                .iter()
                .map(|text| format!("- {kind}: {}\n", code(text))),
        );
    }
    lines
}

fn id_list(ids: &[&str]) -> String {
    let mut text = String::new();
    for id in ids.iter().take(IDS_LISTED_MAX) {
        put(&mut text, format_args!("  - {}", code(id)));
    }
    if let Some(left_out @ 1..) = ids.len().checked_sub(IDS_LISTED_MAX) {
        put(&mut text, format_args!("  - and {left_out} more"));
    }
    text
}

/// Text as a code span.
fn code(text: &str) -> String {
    let text = one_line(text);
    let text = text.trim();
    if text.is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_run(text) + 1);
    // A backtick at an edge would lengthen the fence; one blank at each edge is taken off again.
    let pad = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Lines of text that are inert already, as a fenced block.
fn fenced(text: &str) -> String {
    let fence = "`".repeat((longest_run(text) + 1).max(3));
    format!("{fence}text\n{}\n{fence}\n", text.trim_end())
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    let runs = text.split(|character| character != '`').map(str::len);
    runs.max().unwrap_or_default()
}

fn put(text: &mut String, line: std::fmt::Arguments<'_>) {
    // To write into a string cannot fail.
    let _ = writeln!(text, "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a``b`c"), "```a``b`c```");
        assert_eq!(code("`a"), "`` `a ``");
        assert_eq!(code("a\nb <i> @me"), "`a\\nb <i> @me`");
        assert_eq!(fenced("x\n````\n"), "`````text\nx\n````\n`````\n");
    }
}
