//! A failure in five parts, always in this order: requires, expected, actual, source, reproduce.
//!
//! The text is plain, without colours: libtest's `failures:` block and JUnit both carry it.

use std::fmt::Write as _;

use super::inert::{lines, one_line};
use super::record::{self, CaseRecord, Face, FailedKind, RunRecord, gating_failures};
use crate::check::{Failure, SourcePlace};
use crate::plan::CaseId;
use crate::run::event::{CaseFinished, ExchangeFact, Verdict, WireText};

/// Longest piece of a document's line that is shown, in characters.
///
/// A document in JSON may be one line; a screen's line holds about this much beside the margin.
const DOCUMENT_LINE_CHARS_MAX: usize = 100;

/// The text of a FAILED case.
#[must_use]
pub fn failed_text(case: &CaseFinished) -> String {
    let mut text = String::new();
    match case.verdict {
        Verdict::Fail => {}
        verdict => {
            let reason = record::reason(case);
            put(
                &mut text,
                format_args!("{}: {}", verdict.name(), one_line(&reason)),
            );
        }
    }
    for failure in gating_failures(case) {
        put(&mut text, format_args!("{}", heading(failure)));
        text.push_str(&parts(failure));
    }
    if let Some(control) = &case.control {
        let became = if control.accepted {
            "accepted"
        } else {
            "not accepted"
        };
        let seen = format!("{} was {became}: {}", control.name, control.seen);
        field(&mut text, "control", &seen);
    }
    field(&mut text, "reproduce", &case.reproduce);
    if let Some(curl) = &case.curl {
        field(&mut text, "curl", curl);
    }
    // libtest ends the text with a line break of its own.
    text.truncate(text.trim_end().len());
    text
}

/// The text of a case that is FAILED for a cause that `first` has shown whole.
#[must_use]
pub fn failed_again_text(case: &CaseFinished, first: &CaseId) -> String {
    let mut text = String::new();
    for failure in gating_failures(case) {
        put(&mut text, format_args!("{}", heading(failure)));
        field(&mut text, "actual", &failure.actual);
    }
    field(&mut text, "cause", &format!("as in {first}"));
    field(&mut text, "reproduce", &case.reproduce);
    text.truncate(text.trim_end().len());
    text
}

/// Why a case shows the face that it shows, in one line; empty where nothing is to be said.
#[must_use]
pub fn message(run: &RunRecord<'_>, case: &CaseRecord<'_>) -> String {
    let summaries = |failures: Vec<&Failure>| {
        let all: Vec<String> = failures.into_iter().map(summary).collect();
        all.join("; ")
    };
    let Some(judged) = case.judged else {
        let reason = run.unjudged_reason();
        return one_line(&format!("inconclusive: not judged: {reason}")).into_owned();
    };
    match run.face(case) {
        Face::Ok => summaries(record::warnings(judged)),
        Face::Ignored(reason) => one_line(&reason).into_owned(),
        Face::Failed(FailedKind::Must | FailedKind::Should) => summaries(gating_failures(judged)),
        Face::Failed(_) => {
            let (verdict, reason) = (record::words(judged.verdict), record::reason(judged));
            one_line(&format!("{verdict}: {reason}")).into_owned()
        }
    }
}

/// The requirement that is violated and how it weighs: `RAK-AUT-01 (must, contract)`.
#[must_use]
pub fn heading(failure: &Failure) -> String {
    format!("{} ({}, {})", failure.code, failure.level, failure.profile)
}

/// The parts of a failure that belong to it alone: all but how to reproduce it.
#[must_use]
pub fn parts(failure: &Failure) -> String {
    let mut text = String::new();
    field(&mut text, "requires", &failure.requires);
    field(&mut text, "expected", &failure.expected);
    field(&mut text, "actual", &failure.actual);
    sources(&mut text, &failure.sources);
    if let Some(note) = &failure.note {
        field(&mut text, "note", note);
    }
    text
}

/// A failure in one line: `RAK-AUT-01: expected 401, actual 204`.
#[must_use]
pub fn summary(failure: &Failure) -> String {
    let expected = one_line(&failure.expected);
    let actual = one_line(&failure.actual);
    format!("{}: expected {expected}, actual {actual}", failure.code)
}

/// Appends a labelled line.
pub(super) fn field(text: &mut String, label: &str, value: &str) {
    put(text, format_args!("  {label:<9} {}", one_line(value)));
}

/// An exchange in one line: `main: DELETE /api/v1/api-keys/4 -> 204, 12 ms`.
#[must_use]
pub fn exchange_line(exchange: &ExchangeFact) -> String {
    let answer = match (exchange.status, &exchange.fault) {
        (Some(status), None) => status.to_string(),
        (Some(status), Some(fault)) => format!("{status}, {fault}"),
        (None, Some(fault)) => fault.clone(),
        (None, None) => "no answer".to_owned(),
    };
    let (label, method, target) = (&exchange.label, &exchange.method, &exchange.target);
    let whole_ms = milliseconds(exchange.whole_us);
    one_line(&format!(
        "{label}: {method} {target} -> {answer}, {whole_ms}"
    ))
    .into_owned()
}

/// An exchange with what went over the wire, each line marked with its direction.
#[must_use]
pub fn exchange_text(exchange: &ExchangeFact, chars_max: usize) -> String {
    let mut text = exchange_line(exchange);
    text.push('\n');
    wire(&mut text, '>', &exchange.sent, chars_max);
    wire(&mut text, '<', &exchange.received, chars_max);
    text
}

/// Microseconds as milliseconds, for people.
#[must_use]
pub fn milliseconds(microseconds: u64) -> String {
    let whole = microseconds / 1000;
    if whole >= 10 {
        format!("{whole} ms")
    } else {
        format!("{whole}.{} ms", microseconds % 1000 / 100)
    }
}

fn put(text: &mut String, line: std::fmt::Arguments<'_>) {
    // To write into a string cannot fail.
    let _ = writeln!(text, "{line}");
}

fn wire(text: &mut String, mark: char, wire: &WireText, chars_max: usize) {
    let end = wire
        .text
        .char_indices()
        .nth(chars_max)
        .map_or(wire.text.len(), |(end, _)| end);
    let (shown, left_out) = wire.text.split_at(end);
    for line in lines(shown) {
        put(text, format_args!("{mark} {line}"));
    }
    if wire.cut || !left_out.is_empty() {
        put(
            text,
            format_args!("{mark} … of {} bytes in all", wire.bytes),
        );
    }
}

fn sources(text: &mut String, sources: &[SourcePlace]) {
    let mut label = "source";
    for source in sources {
        let cited = match &source.place {
            Some(place) => format!("{place}  {}", source.source),
            None => source.source.clone(),
        };
        field(text, label, &cited);
        label = "";
        if let Some(line) = &source.line {
            let (number, column) = line_and_column(source.place.as_deref());
            let shown = document_line(line, column);
            put(text, format_args!("  {:<9} {number:>5} | {shown}", ""));
        }
    }
}

/// The line's number as text and the column, from `document:line:column`.
fn line_and_column(place: Option<&str>) -> (&str, usize) {
    let mut parts = place.unwrap_or_default().rsplitn(3, ':');
    let column = parts
        .next()
        .and_then(|column| column.parse().ok())
        .unwrap_or(1);
    match parts.next() {
        Some(line) if line.bytes().all(|byte| byte.is_ascii_digit()) => (line, column),
        _ => ("", column),
    }
}

/// A document's line, or the piece of a long one that begins at the column.
fn document_line(line: &str, column: usize) -> String {
    if line.chars().count() <= DOCUMENT_LINE_CHARS_MAX {
        return one_line(line.trim_end()).into_owned();
    }
    let before = column.saturating_sub(1);
    let piece: String = line
        .chars()
        .skip(before)
        .take(DOCUMENT_LINE_CHARS_MAX)
        .collect();
    let opened = if before > 0 { "… " } else { "" };
    let closed = if line.chars().count() > before + DOCUMENT_LINE_CHARS_MAX {
        " …"
    } else {
        ""
    };
    format!("{opened}{}{closed}", one_line(piece.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_of_a_document_is_shown_from_its_column() {
        let line = format!("{}\"401\": {}", "x".repeat(500), "y".repeat(500));
        let shown = document_line(&line, 501);
        assert!(
            shown.starts_with("… \"401\": yyy") && shown.ends_with("y …"),
            "{shown}"
        );
        assert_eq!(shown.chars().count(), DOCUMENT_LINE_CHARS_MAX + 4);
    }

    #[test]
    fn a_column_beyond_the_line_shows_nothing_of_it() {
        assert_eq!(document_line(&"x".repeat(200), 900), "… ");
    }

    #[test]
    fn a_place_on_a_drive_letter_still_has_its_line() {
        assert_eq!(line_and_column(Some("c:api.yaml:41:9")), ("41", 9));
        assert_eq!(line_and_column(Some("c:api.yaml")), ("", 1));
        assert_eq!(line_and_column(None), ("", 1));
    }

    #[test]
    fn short_times_keep_a_tenth() {
        assert_eq!(milliseconds(1_250), "1.2 ms");
        assert_eq!(milliseconds(12_999), "12 ms");
    }
}
