//! Every format agrees with JUnit and the exit code, and no text of the target changes one.

use std::collections::BTreeSet;
use std::path::PathBuf;

use probity::report::{ReportFormat, ReportRequest, RunRecord, Subject, github, render};
use probity::run::event::Event;
use serde_json::Value;

use super::events::{green, hostile, red};
use super::{runs, shapes, xml};

pub fn subject() -> Subject {
    let digest = "ab".repeat(32);
    let text = format!("name=tenant,sha256={digest}");
    text.parse().expect("a subject")
}

pub fn request(format: ReportFormat) -> ReportRequest {
    ReportRequest {
        format,
        path: PathBuf::from("report"),
        subjects: vec![subject()],
    }
}

fn text(format: ReportFormat, events: &[Event]) -> String {
    render(&request(format), &[RunRecord::fold(events)]).expect("a report")
}

fn value(format: ReportFormat, events: &[Event]) -> Value {
    serde_json::from_str(&text(format, events)).expect("JSON")
}

/// What a format says: tests, those that make the run red, those that are ignored, exit code.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    tests: usize,
    red: usize,
    ignored: usize,
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().expect("a number")).expect("a small number")
}

fn of_junit(events: &[Event]) -> Said {
    let root = xml::parse(&text(ReportFormat::Junit, events));
    Said {
        tests: root.count("tests"),
        red: root.count("failures") + root.count("errors"),
        ignored: root.children[0].count("skipped"),
    }
}

fn of_json(events: &[Event]) -> (Said, usize) {
    let value = value(ReportFormat::Json, events);
    let counts = &value["counts"];
    let said = Said {
        tests: number(&counts["tests"]),
        red: number(&counts["failures"]) + number(&counts["errors"]),
        ignored: number(&counts["skipped"]),
    };
    (said, number(&value["exit_code"]))
}

fn of_ctrf(events: &[Event]) -> (Said, usize) {
    let value = value(ReportFormat::Ctrf, events);
    let tests = value["results"]["tests"].as_array().expect("tests");
    let with = |wanted: fn(&Value) -> bool| tests.iter().filter(|test| wanted(test)).count();
    let summary = &value["results"]["summary"];
    for status in ["passed", "failed", "skipped", "pending", "other"] {
        let those = tests.iter().filter(|test| test["status"] == status);
        assert_eq!(number(&summary[status]), those.count(), "{status}");
    }
    let gates = |test: &Value| test["extra"]["gating"] == true;
    let said = Said {
        tests: number(&summary["tests"]),
        red: with(|test| test["status"] == "failed")
            + tests
                .iter()
                .filter(|test| test["status"] == "other" && gates(test))
                .count(),
        ignored: with(|test| test["status"] == "skipped" || test["status"] == "pending")
            + tests
                .iter()
                .filter(|test| test["status"] == "other" && !gates(test))
                .count(),
    };
    (said, number(&value["results"]["extra"]["exitCode"]))
}

fn of_tap(events: &[Event]) -> Said {
    let tap = Tap::parse(&text(ReportFormat::Tap, events));
    let red = tap
        .points
        .iter()
        .filter(|(ok, directive)| !ok && directive != "TODO");
    Said {
        tests: tap.points.len(),
        red: red.count(),
        ignored: tap
            .points
            .iter()
            .filter(|(_, directive)| !directive.is_empty())
            .count(),
    }
}

fn of_sarif(events: &[Event]) -> (Said, usize) {
    let value = value(ReportFormat::Sarif, events);
    let run = &value["runs"][0];
    let case = |value: &Value| {
        value["properties"]["case"]
            .as_str()
            .expect("a case")
            .to_owned()
    };
    let results = run["results"].as_array().expect("results");
    let errors = results.iter().filter(|result| result["level"] == "error");
    let notified = run["invocations"][0]["toolExecutionNotifications"].as_array();
    let notified = notified.expect("notifications").iter();
    let red: BTreeSet<String> = errors.chain(notified).map(case).collect();
    let said = Said {
        tests: number(&run["properties"]["tests"]),
        red: red.len(),
        ignored: number(&run["properties"]["skipped"]),
    };
    (said, number(&run["invocations"][0]["exitCode"]))
}

fn of_markdown(events: &[Event]) -> Said {
    let text = text(ReportFormat::Markdown, events);
    let mut rows = text.lines().filter(|line| line.starts_with("| "));
    let row = rows.nth(1).expect("the row of counts");
    let cells: Vec<usize> = row
        .split('|')
        .filter_map(|cell| cell.trim().parse().ok())
        .collect();
    let headings = text.matches("\n### `revokeApiKey::").count();
    assert_eq!(
        headings,
        cells[2] + cells[3],
        "a heading a failure:\n{text}"
    );
    Said {
        tests: cells[0],
        red: cells[2] + cells[3],
        ignored: cells[4],
    }
}

#[test]
fn every_format_counts_as_junit_and_has_the_exit_code() {
    for (name, events) in runs() {
        let record = RunRecord::fold(&events);
        let exit = usize::from(record.exit_code());
        let junit = of_junit(&events);
        assert_eq!(
            junit.red > 0,
            exit != 0,
            "{name}: {junit:?} and exit {exit}"
        );
        for (format, said) in [
            ("json", of_json(&events)),
            ("ctrf", of_ctrf(&events)),
            ("sarif", of_sarif(&events)),
            ("tap", (of_tap(&events), exit)),
            ("markdown", (of_markdown(&events), exit)),
        ] {
            assert_eq!(said.0, junit, "{format} of {name}");
            assert_eq!(said.1, exit, "{format} of {name}");
        }
        let annotations = github::annotations(&[RunRecord::fold(&events)]);
        let first = if exit == 0 { "::notice " } else { "::error " };
        assert!(annotations.starts_with(first), "{name}: {annotations}");
        let entries = &value(ReportFormat::Har, &events)["log"]["entries"];
        let exchanges = record.cases.iter().filter_map(|case| case.judged);
        let exchanges: usize = exchanges.map(|case| case.exchanges.len()).sum();
        assert_eq!(entries.as_array().map(Vec::len), Some(exchanges), "{name}");
    }
}

#[test]
fn every_format_has_the_shape_that_its_readers_demand() {
    for (name, events) in runs() {
        for (format, shape) in [
            (ReportFormat::Ctrf, shapes::ctrf()),
            (ReportFormat::Sarif, shapes::sarif()),
            (ReportFormat::Har, shapes::har()),
        ] {
            shapes::check(name, &shape, &value(format, &events));
        }
    }
    let statement = value(ReportFormat::Intoto, &green());
    shapes::check("green", &shapes::intoto(), &statement);
    assert_eq!(statement["predicate"]["result"], "PASSED");
    assert_eq!(
        statement["predicate"]["passedTests"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
}

#[test]
fn only_a_whole_run_is_attested() {
    for (name, events) in runs() {
        let rendered = render(&request(ReportFormat::Intoto), &[RunRecord::fold(&events)]);
        assert_eq!(rendered.is_ok(), name == "green", "{name}");
    }
    let mut events = green();
    let Some(Event::RunFinished(end)) = events.last_mut() else {
        panic!("an end")
    };
    end.exit_code = 1;
    let failed = value(ReportFormat::Intoto, &events);
    assert_eq!(failed["predicate"]["result"], "FAILED");
    let Some(Event::RunStarted(started)) = events.first_mut() else {
        panic!("a beginning")
    };
    started.settings[0].name = "shard".to_owned();
    started.settings[0].value = "1/4".to_owned();
    let rendered = render(&request(ReportFormat::Intoto), &[RunRecord::fold(&events)]);
    let said = rendered.expect_err("a shard alone").to_string();
    assert!(said.contains("this is shard 1/4 alone"), "{said}");
}

#[test]
fn a_subject_is_a_name_and_a_digest() {
    let digest = "AB".repeat(32);
    let either = format!("sha256={digest},name=a");
    let subject: Subject = either.parse().expect("a subject");
    assert_eq!((subject.name.as_str(), subject.sha256.len()), ("a", 64));
    assert_eq!(subject.sha256, digest.to_lowercase());
    for wrong in [
        "",
        "name=a",
        "name=,sha256=ab",
        "name=a,sha256=ab",
        "a,sha256=b",
    ] {
        assert!(wrong.parse::<Subject>().is_err(), "{wrong}");
    }
}

/// A strict reader of TAP 14: a line that it does not know is an error.
struct Tap {
    /// Whether each point is `ok`, and its directive.
    points: Vec<(bool, String)>,
}

impl Tap {
    fn parse(text: &str) -> Self {
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("TAP version 14"));
        let plan = lines.next().and_then(|line| line.strip_prefix("1.."));
        let plan: usize = plan.and_then(|count| count.parse().ok()).expect("a plan");
        let mut points: Vec<(bool, String)> = Vec::new();
        while let Some(line) = lines.next() {
            if line == "  ---" {
                let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "  ...").collect();
                let block: serde_yaml::Value =
                    serde_yaml::from_str(&block.join("\n")).expect("YAML");
                assert!(block.get("message").is_some(), "{block:?}");
            } else if !line.starts_with("# ") {
                points.push(point(line, points.len() + 1));
            }
        }
        assert_eq!(points.len(), plan, "{text}");
        Self { points }
    }
}

fn point(line: &str, number: usize) -> (bool, String) {
    let (ok, rest) = match line.strip_prefix("not ") {
        Some(rest) => (false, rest),
        None => (true, line),
    };
    let start = format!("ok {number} - ");
    let rest = rest
        .strip_prefix(&start)
        .unwrap_or_else(|| panic!("no point: {line}"));
    // A `#` behind an escape is text.
    let plain = rest.replace("\\\\", "").replace("\\#", "");
    let directive = plain
        .split_once(" # ")
        .map_or("", |(_, directive)| directive);
    let directive = directive.split(' ').next().unwrap_or_default();
    assert!(["", "SKIP", "TODO"].contains(&directive), "{line}");
    assert_eq!(
        plain.matches('#').count(),
        usize::from(!directive.is_empty()),
        "{line}"
    );
    (ok, directive.to_owned())
}

/// Markdown without its code, where text may stand as it is.
fn without_code(text: &str) -> String {
    let mut left = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(fence) = line
            .strip_suffix("text")
            .filter(|line| line.starts_with("```"))
        {
            assert!(lines.any(|line| line == fence), "an open fence");
            continue;
        }
        let mut rest = line;
        while let Some(at) = rest.find('`') {
            left.push_str(&rest[..at]);
            let length = rest[at..].len() - rest[at..].trim_start_matches('`').len();
            let after = &rest[at + length..];
            rest = after_span(after, length).unwrap_or_else(|| panic!("an open span: {line}"));
        }
        left.push_str(rest);
        left.push('\n');
    }
    left
}

/// What follows a code span: its end is a run of just so many backticks.
fn after_span(text: &str, length: usize) -> Option<&str> {
    let mut from = 0;
    while let Some(at) = text[from..].find('`') {
        let start = from + at;
        let run = text[start..].len() - text[start..].trim_start_matches('`').len();
        if run == length {
            return Some(&text[start + run..]);
        }
        from = start + run;
    }
    None
}

/// No character of the report steers whoever prints it, and no CI runner takes a line for an order.
fn check_inert(name: &str, text: &str) {
    let bad = text.chars().find(|character| {
        (character.is_control() && *character != '\n') || *character == '\u{202e}'
    });
    assert_eq!(bad, None, "{name}");
    assert!(!text.contains("##vso["), "{name}");
    let order = text
        .lines()
        .find(|line| line.trim_start().starts_with("::error::pwn"));
    assert_eq!(order, None, "{name}");
}

#[test]
fn hostile_text_changes_no_format() {
    let events = hostile();
    for format in ReportFormat::ALL {
        let name = format.name();
        if format == ReportFormat::Intoto {
            continue;
        }
        let text = text(format, &events);
        check_inert(name, &text);
        match format {
            ReportFormat::Markdown => {
                let left = without_code(&text);
                for mark in ["<", "[x]", "@", "~~~", "TODO", "test result", "evil", "|/"] {
                    assert!(!left.contains(mark), "{mark} in {left}");
                }
            }
            ReportFormat::Tap => assert_eq!(Tap::parse(&text).points.len(), 4),
            ReportFormat::Junit => assert_eq!(xml::parse(&text).count("tests"), 4),
            ReportFormat::Html => {
                assert!(!text.contains("<script>alert") && !text.contains("<failure"));
            }
            _ => {
                let value: Value = serde_json::from_str(&text).expect(name);
                assert!(value.is_object(), "{name}");
            }
        }
    }
    let sarif = value(ReportFormat::Sarif, &events).to_string();
    assert!(!sarif.contains("[x](http"), "a link in a message");
    // The archive keeps what came as it came.
    let har = value(ReportFormat::Har, &events);
    let body = &har["log"]["entries"][0]["response"]["content"]["text"];
    assert_eq!(body, super::events::HOSTILE);
}

#[test]
fn annotations_keep_to_githubs_limits_and_hold_one_order_a_line() {
    for events in [hostile(), red()] {
        let text = github::annotations(&[RunRecord::fold(&events)]);
        check_inert("github", &text);
        assert!((2..=10).contains(&text.lines().count()), "{text}");
        for line in text.lines() {
            let rest = ["::error ", "::warning ", "::notice "];
            let rest = rest.iter().find_map(|order| line.strip_prefix(order));
            let (title, said) = rest
                .and_then(|rest| rest.split_once("::"))
                .expect("an order");
            let title = title.strip_prefix("title=").expect("a title");
            assert!(!title.contains([':', ',']), "{line}");
            assert!(!said.is_empty(), "{line}");
        }
    }
    let many: Vec<_> = (0..40)
        .map(|number| {
            let mut failure = super::events::not_refused();
            failure.actual = format!("{number}");
            let rule = format!("rule::v{number}");
            super::events::failed(&rule, failure, probity::run::event::Verdict::Fail, true)
        })
        .collect();
    let events = super::events::run(many, None);
    let text = github::annotations(&[RunRecord::fold(&events)]);
    assert_eq!(text.lines().count(), 10, "{text}");
}

#[test]
fn a_steps_summary_ends_where_it_is_full() {
    let events = red();
    let runs = [RunRecord::fold(&events)];
    let whole = github::step_summary(&runs, github::SUMMARY_BYTES_MAX);
    for room in 0..whole.len() + 200 {
        let text = github::step_summary(&runs, room);
        assert!(text.len() <= room, "{} of {room}", text.len());
        // Whatever it ends after, no fence is open.
        without_code(&text);
    }
    assert!(!whole.contains("is left out"));
    assert!(github::step_summary(&runs, 2_000).contains("The rest is left out"));
}
