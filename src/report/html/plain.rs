//! What can be read without any script, and what is printed: the verdict, the counts, the causes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Verdict, completeness, escape, names};
use crate::report::cause::{Cause, causes};
use crate::report::circumstances;
use crate::report::failure_text::{failed_text, heading, parts};
use crate::report::record::{self, CaseRecord, RunRecord, words};
use crate::run::event::Verdict as Of;

/// Most cases that a cause lists by id: the first one is shown whole, and the rest is like it.
const CASES_LISTED_MAX: usize = 40;

/// The summary of all runs as markup.
pub fn of(runs: &[RunRecord<'_>]) -> String {
    let mut text = String::new();
    for (run, name) in runs.iter().zip(names(runs)) {
        run_text(&mut text, run, &name);
    }
    text
}

fn run_text(text: &mut String, run: &RunRecord<'_>, name: &str) {
    let verdict = Verdict::of(run);
    let (word, sentence) = (escape(&verdict.name), escape(&verdict.sentence));
    put(text, format_args!("<section><h1>{}</h1>", escape(name)));
    let exit = run.exit_code();
    put(
        text,
        format_args!("<p class=\"sentence\"><b>{word}</b>, exit code {exit}: {sentence}.</p>"),
    );
    put(text, format_args!("<p>{}</p>", escape(&completeness(run))));
    for (name, words) in [
        ("Selected", circumstances::selection(run)),
        ("Encrypted", circumstances::encryption(run)),
    ] {
        if let Some(words) = words {
            put(text, format_args!("<p>{name}: {}</p>", escape(&words)));
        }
    }
    counts(text, run);
    let causes = causes(run);
    let (counting, lesser): (Vec<_>, Vec<_>) = causes.iter().partition(|cause| cause.counts);
    if !counting.is_empty() {
        put(text, format_args!("<h2>Failures, by cause</h2>"));
    }
    counting
        .into_iter()
        .for_each(|cause| cause_text(text, run, cause));
    if !lesser.is_empty() {
        put(text, format_args!("<h2>Warnings, by cause</h2>"));
    }
    lesser
        .into_iter()
        .for_each(|cause| cause_text(text, run, cause));
    unjudged(text, run);
    put(text, format_args!("</section>"));
}

fn counts(text: &mut String, run: &RunRecord<'_>) {
    let mut counts: Vec<(&str, usize)> = run
        .counts()
        .into_iter()
        .rev()
        .map(|(verdict, count)| (words(verdict), count))
        .collect();
    if run.unjudged() > 0 {
        counts.push(("never judged", run.unjudged()));
    }
    put(
        text,
        format_args!("<table><caption>Cases by verdict</caption>"),
    );
    for (name, count) in counts {
        put(
            text,
            format_args!("<tr><th scope=\"row\">{name}</th><td>{count}</td></tr>"),
        );
    }
    put(text, format_args!("</table>"));
}

fn cause_text(text: &mut String, run: &RunRecord<'_>, cause: &Cause<'_>) {
    let failure = cause.first;
    put(
        text,
        format_args!(
            "<h3>Expected {}, got {}</h3>",
            escape(&failure.expected),
            escape(&failure.actual)
        ),
    );
    let mut cases = cause.cases.iter().filter_map(|place| run.cases.get(*place));
    let judged = cases.clone().find_map(|case| case.judged);
    let whole = match judged.filter(|_| cause.counts) {
        Some(judged) => failed_text(judged),
        None => format!("{}\n{}", heading(failure), parts(failure)),
    };
    put(text, format_args!("<pre>{}</pre>", escaped_lines(&whole)));
    let more = cause.cases.len().saturating_sub(CASES_LISTED_MAX);
    put(text, format_args!("<ul>"));
    for case in cases.by_ref().take(CASES_LISTED_MAX) {
        case_line(text, case);
    }
    if more > 0 {
        put(text, format_args!("<li>and {more} more</li>"));
    }
    put(text, format_args!("</ul>"));
}

/// Text whose lines keep their breaks.
fn escaped_lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(escape).collect();
    lines.join("\n")
}

fn case_line(text: &mut String, case: &CaseRecord<'_>) {
    let (id, title) = (escape(case.fact.id.as_str()), escape(&case.fact.title));
    put(text, format_args!("<li><code>{id}</code> {title}</li>"));
}

/// What was not judged, by the reason.
fn unjudged(text: &mut String, run: &RunRecord<'_>) {
    let mut groups: BTreeMap<(&str, String), Vec<&CaseRecord<'_>>> = BTreeMap::new();
    for case in &run.cases {
        let group = match case.judged {
            None => ("never judged", run.unjudged_reason()),
            Some(judged) => match judged.verdict {
                Of::Pass | Of::Warn | Of::Fail => continue,
                other => (words(other), record::reason(judged).into_owned()),
            },
        };
        groups.entry(group).or_default().push(case);
    }
    if groups.is_empty() {
        return;
    }
    put(text, format_args!("<h2>Neither passed nor failed</h2><ul>"));
    for ((kind, reason), cases) in groups {
        let (count, reason) = (cases.len(), escape(&reason));
        put(
            text,
            format_args!("<li><b>{kind}</b>, {count}: {reason}</li>"),
        );
    }
    put(text, format_args!("</ul>"));
}

fn put(text: &mut String, line: std::fmt::Arguments<'_>) {
    // To write into a string cannot fail.
    let _ = writeln!(text, "{line}");
}
