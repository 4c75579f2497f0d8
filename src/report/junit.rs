//! JUnit XML, in the form that every consumer we know reads rightly.
//!
//! What is written is what the Jenkins and the Surefire schemas have in common: no attribute and
//! no element beyond, one `system-out` a case, `failure` and `error` with `type` and `message`.
//! Facts of a case are `[[PROPERTY|name=value]]` lines in `system-out`; facts of the run are the
//! suite's properties. Text of the target cannot make either: see [`unmarked`].

use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus};
use quick_junit::{TestSuite, XmlString};

use super::RenderError;
use super::circumstances::selection_words;
use super::failure_text::{self, exchange_line, exchange_text, failed_text, summary};
use super::inert::one_line;
use super::record::{self, CaseRecord, Face, FailedKind, RunRecord, warnings};
use crate::run::event::{CaseFinished, RunFinished, RunStarted};

/// Most characters of each direction of an exchange that a case shows.
///
/// GitLab refuses files above 30 MB; with a few exchanges each, this leaves room for thousands of
/// failed cases. The event log has the rest.
const WIRE_CHARS_MAX: usize = 2048;

/// The report as XML, a suite a run.
///
/// # Errors
///
/// When the XML writer refuses what it is given.
pub fn render(runs: &[RunRecord<'_>]) -> Result<String, RenderError> {
    let names = suite_names(runs);
    let all = names.first().map_or("probity", String::as_str);
    let mut report = Report::new(text(if runs.len() == 1 { all } else { "probity" }));
    report.set_time(runs.iter().map(run_time).sum());
    for (record, name) in runs.iter().zip(&names) {
        let mut suite = TestSuite::new(text(name));
        suite.set_time(run_time(record));
        suite.add_properties(properties(record));
        for case in &record.cases {
            suite.add_test_case(test_case(record, case, name));
        }
        report.add_test_suite(suite);
    }
    let xml = report.to_string();
    let xml = xml.map_err(|error| RenderError::Writer(error.to_string()))?;
    Ok(without_root_skipped(xml))
}

/// The suites' names, which make classnames: consumers keep one case a name, so those of several
/// targets must differ.
fn suite_names(runs: &[RunRecord<'_>]) -> Vec<String> {
    let labels = record::labels(runs);
    let names = runs.iter().zip(labels).map(|(run, label)| {
        let name = run.suite_name();
        if label.is_empty() {
            name
        } else {
            format!("{name} @ {label}")
        }
    });
    names.collect()
}

/// Takes `skipped` from the root, where the Jenkins schema refuses it.
fn without_root_skipped(xml: String) -> String {
    // Values are escaped, so the first `>` after the name ends the tag and a quote ends the value.
    let attribute = xml.find("<testsuites ").and_then(|start| {
        let tag = xml.get(start..)?;
        let tag = tag.get(..tag.find('>')?)?;
        let from = tag.find(" skipped=\"")?;
        let value = from + " skipped=\"".len();
        let to = value + tag.get(value..)?.find('"')? + 1;
        Some((start + from)..(start + to))
    });
    let mut xml = xml;
    if let Some(range) = attribute {
        xml.replace_range(range, "");
    }
    xml
}

fn test_case(record: &RunRecord<'_>, case: &CaseRecord<'_>, suite: &str) -> TestCase {
    let status = match record.face(case) {
        Face::Ok => TestCaseStatus::success(),
        Face::Ignored(reason) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(text(&reason));
            status
        }
        Face::Failed(kind) => failed_status(record, case, kind),
    };
    let id = case.fact.id.as_str();
    let operation = case.fact.operation.as_str();
    let rest = id
        .strip_prefix(operation)
        .and_then(|rest| rest.strip_prefix("::"));
    let mut shown = TestCase::new(text(rest.unwrap_or(id)), status);
    shown.set_classname(text(&format!("{suite}/{operation}")));
    let duration_us = case.judged.map_or(0, |judged| judged.duration_us);
    shown.set_time(Duration::from_micros(duration_us));
    shown.set_system_out(xml_lines(&system_out(record, case)));
    shown
}

fn failed_status(
    record: &RunRecord<'_>,
    case: &CaseRecord<'_>,
    kind: FailedKind,
) -> TestCaseStatus {
    let element = if kind.is_error() {
        NonSuccessKind::Error
    } else {
        NonSuccessKind::Failure
    };
    let mut status = TestCaseStatus::non_success(element);
    status.set_type(kind.name());
    status.set_message(text(&failure_text::message(record, case)));
    if let Some(judged) = case.judged {
        status.set_description(xml_lines(&unmarked(&failed_text(judged))));
    }
    status
}

fn system_out(record: &RunRecord<'_>, case: &CaseRecord<'_>) -> String {
    let mut out = String::new();
    let mut fact = |name: &str, value: &str| {
        out.push_str(&format!("[[PROPERTY|{name}={}]]\n", property_value(value)));
    };
    fact("rule", &case.fact.rule);
    if !case.fact.title.is_empty() {
        fact("title", &case.fact.title);
    }
    let codes: Vec<_> = case
        .fact
        .requirements
        .iter()
        .map(|code| code.as_str())
        .collect();
    fact("requirements", &codes.join(" "));
    match case.judged {
        None => fact("verdict", "none"),
        Some(judged) => {
            fact("verdict", judged.verdict.name());
            fact("gating", if judged.gating { "true" } else { "false" });
            fact("reproduce", &judged.reproduce);
            let shown = record.face(case) != Face::Ok || !warnings(judged).is_empty();
            out.push_str(&evidence(judged, shown));
        }
    }
    out
}

/// What was seen, line by line; what went over the wire only where somebody will look for it.
fn evidence(case: &CaseFinished, with_wire: bool) -> String {
    let mut out = String::new();
    let mut line = |name: &str, value: &str| {
        out.push_str(&format!("{name}: {}\n", unmarked(&one_line(value))));
    };
    for failure in warnings(case) {
        line("warning", &summary(failure));
    }
    for gap in &case.gaps {
        line("gap", &format!("{} {}: {}", gap.gap, gap.title, gap.seen));
    }
    for note in &case.notes {
        line("note", note);
    }
    for failure in warnings(case) {
        out.push_str(&unmarked(&failure_text::heading(failure)));
        out.push('\n');
        out.push_str(&unmarked(&failure_text::parts(failure)));
    }
    for exchange in &case.exchanges {
        if with_wire {
            out.push_str(&unmarked(&exchange_text(exchange, WIRE_CHARS_MAX)));
        } else {
            out.push_str(&unmarked(&exchange_line(exchange)));
            out.push('\n');
        }
    }
    out
}

fn properties(record: &RunRecord<'_>) -> Vec<Property> {
    let mut properties = Vec::new();
    let mut fact = |name: &str, value: &str| {
        properties.push(Property::new(text(name), text(value)));
    };
    fact("complete", if record.complete() { "true" } else { "false" });
    if let Some(fault) = &record.fault {
        fact("fault", fault);
    }
    if let Some(started) = record.started {
        started_facts(started, &mut fact);
    }
    if let Some(preflight) = record.preflight {
        facts("preflight", &preflight.notes, &mut fact);
    }
    if let Some(finished) = record.finished {
        finished_facts(finished, &mut fact);
    }
    properties
}

fn started_facts(started: &RunStarted, fact: &mut dyn FnMut(&str, &str)) {
    fact("probity", &started.probity);
    fact("run", &started.run);
    fact("started_at", &started.started_at);
    fact("target", &started.target);
    fact(
        "contract",
        &format!(
            "{} sha256:{}",
            started.contract.name, started.contract.sha256
        ),
    );
    let suites = started.suites.iter();
    let suites = suites.map(|suite| format!("{} sha256:{}", suite.name, suite.sha256));
    facts("suites", &suites.collect::<Vec<_>>(), fact);
    if let Some(words) = started.selection.as_ref().and_then(selection_words) {
        fact("selected", &words);
    }
    fact("filtered_out", &started.filtered_out.to_string());
    for setting in &started.settings {
        let value = format!("{} ({})", setting.value, setting.origin);
        fact(&format!("setting.{}", setting.name), &value);
    }
}

fn finished_facts(finished: &RunFinished, fact: &mut dyn FnMut(&str, &str)) {
    fact("ended_at", &finished.ended_at);
    fact("verdict", finished.verdict.name());
    fact("exit_code", &finished.exit_code.to_string());
    fact("partial", if finished.partial { "true" } else { "false" });
    if let Some(stopped) = &finished.stopped {
        fact("stopped", stopped);
    }
    for requirement in &finished.requirements {
        let value = match &requirement.reason {
            Some(reason) => format!("{}: {reason}", requirement.verdict.name()),
            None => requirement.verdict.name().to_owned(),
        };
        fact(&format!("requirement.{}", requirement.code), &value);
    }
    facts("left_behind", &finished.left_behind, fact);
    facts("notes", &finished.notes, fact);
}

/// Several facts as one property: consumers keep one value a name.
fn facts(name: &str, values: &[String], fact: &mut dyn FnMut(&str, &str)) {
    if !values.is_empty() {
        fact(name, &values.join("; "));
    }
}

/// How long the run took; where it was cut off, what its cases took.
fn run_time(record: &RunRecord<'_>) -> Duration {
    let of_cases = || {
        let judged = record.cases.iter().filter_map(|case| case.judged);
        judged
            .map(|judged| judged.duration_us)
            .fold(0, u64::saturating_add)
    };
    let microseconds = record
        .finished
        .map_or_else(of_cases, |finished| finished.duration_us);
    Duration::from_micros(microseconds)
}

/// One line of XML text: what XML may not hold stays visible as an escape.
fn text(value: &str) -> XmlString {
    XmlString::new(one_line(value))
}

/// Lines of XML text, made of lines that are inert already.
fn xml_lines(value: &str) -> XmlString {
    XmlString::new(value)
}

/// The value of a `[[PROPERTY|name=value]]` line: it can neither end it nor begin another.
fn property_value(value: &str) -> String {
    unmarked(&one_line(value)).replace("]]", "] ]")
}

/// Text without marks: consumers read `[[ATTACHMENT|path]]` in `system-out` and take the file, so
/// a target must not be able to write one. Nested JSON arrays stay as they are.
fn unmarked(value: &str) -> String {
    let mut shown = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find("[[") {
        let (before, mark) = rest.split_at(at + 1);
        shown.push_str(before);
        if mark
            .get(1..)
            .is_some_and(|after| after.starts_with(|c: char| c.is_alphabetic()))
        {
            shown.push(' ');
        }
        rest = mark;
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_broken_and_arrays_are_not() {
        assert_eq!(
            unmarked("[[ATTACHMENT|/etc/passwd]]"),
            "[ [ATTACHMENT|/etc/passwd]]"
        );
        assert_eq!(unmarked("[[[property|a=b]]]"), "[[ [property|a=b]]]");
        assert_eq!(unmarked("[[1,2],[[\"a\"]]] [["), "[[1,2],[[\"a\"]]] [[");
    }

    #[test]
    fn only_the_roots_own_attribute_is_taken_out() {
        let xml = "<?xml?>\n<testsuites name=\"a skipped=&quot;\" tests=\"1\" skipped=\"12\" \
                   failures=\"0\">\n<testsuite skipped=\"12\"/>";
        assert_eq!(
            without_root_skipped(xml.to_owned()),
            "<?xml?>\n<testsuites name=\"a skipped=&quot;\" tests=\"1\" \
             failures=\"0\">\n<testsuite skipped=\"12\"/>"
        );
        assert_eq!(
            without_root_skipped("<testsuites>".to_owned()),
            "<testsuites>"
        );
    }
}
