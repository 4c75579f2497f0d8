//! JUnit by every rule of the table that makes consumers read it rightly.

use std::collections::{BTreeMap, BTreeSet};

use probity::report::{Face, RunRecord, junit};
use probity::run::event::Event;

use super::events::{HOSTILE, hostile, incomplete, interrupted, killed, red};
use super::xml::{self, Element};
use super::{check_golden, runs};

fn render(events: &[Event]) -> Element {
    xml::parse(&junit::render(&[RunRecord::fold(events)]).expect("XML"))
}

fn check_attributes(element: &Element, allowed: &[&str], required: &[&str]) {
    for name in element.attributes.keys() {
        assert!(
            allowed.contains(&name.as_str()),
            "{name} on {}",
            element.name
        );
    }
    for name in required {
        element.attribute(name);
    }
}

fn check_time(element: &Element) {
    let time = element.attribute("time");
    let (whole, part) = time.split_once('.').unwrap_or((time, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    assert!(
        digits(whole) && digits(part) && part.len() <= 3,
        "time={time}"
    );
}

/// What every consumer demands of a report.
fn check_rules(root: &Element) {
    let counted = ["name", "tests", "failures", "errors", "time"];
    assert_eq!(root.name, "testsuites");
    check_attributes(root, &counted, &counted);
    check_time(root);
    let mut identities = BTreeSet::new();
    for suite in &root.children {
        assert_eq!(suite.name, "testsuite");
        let counted = ["name", "tests", "failures", "errors", "skipped", "time"];
        check_attributes(suite, &counted, &counted);
        check_time(suite);
        let children: Vec<_> = suite
            .children
            .iter()
            .map(|child| child.name.as_str())
            .collect();
        assert_eq!(children[0], "properties");
        assert!(
            children[1..].iter().all(|name| *name == "testcase"),
            "{children:?}"
        );
        for property in &suite.children[0].children {
            assert_eq!(property.name, "property");
            check_attributes(property, &["name", "value"], &["name", "value"]);
        }
        for case in suite.all("testcase") {
            check_case(case);
            let identity = (case.attribute("classname"), case.attribute("name"));
            assert!(identities.insert(identity), "{identity:?} twice");
        }
        let with = |name: &str| {
            suite
                .all("testcase")
                .iter()
                .filter(|case| case.child(name).is_some())
                .count()
        };
        assert_eq!(suite.count("tests"), suite.all("testcase").len());
        assert_eq!(suite.count("failures"), with("failure"));
        assert_eq!(suite.count("errors"), with("error"));
        assert_eq!(suite.count("skipped"), with("skipped"));
    }
    for name in ["tests", "failures", "errors"] {
        let sum: usize = root.children.iter().map(|suite| suite.count(name)).sum();
        assert_eq!(root.count(name), sum, "{name}");
    }
}

fn check_case(case: &Element) {
    let allowed = ["name", "classname", "time"];
    check_attributes(case, &allowed, &allowed);
    check_time(case);
    let order = ["failure", "skipped", "error", "system-out", "system-err"];
    let mut before = 0;
    let mut verdicts = 0;
    for child in &case.children {
        let place = order.iter().position(|name| *name == child.name);
        let place = place.unwrap_or_else(|| panic!("{} in a testcase", child.name)) + 1;
        assert!(
            place > before,
            "{} is out of order or there twice",
            child.name
        );
        before = place;
        assert_eq!(child.children, [], "elements in {}", child.name);
        match child.name.as_str() {
            "failure" | "error" => {
                check_attributes(child, &["type", "message"], &["type", "message"]);
                verdicts += 1;
            }
            "skipped" => {
                check_attributes(child, &["message"], &["message"]);
                verdicts += 1;
            }
            _ => check_attributes(child, &[], &[]),
        }
    }
    assert!(verdicts <= 1, "two verdicts in one testcase");
}

#[test]
fn every_run_is_written_by_the_rules() {
    for (name, events) in runs() {
        eprintln!("{name}");
        check_rules(&render(&events));
    }
}

#[test]
fn counts_agree_with_the_record() {
    for (name, events) in runs() {
        let record = RunRecord::fold(&events);
        let mut faces = BTreeMap::new();
        for case in &record.cases {
            let face = match record.face(case) {
                Face::Ok => "ok",
                Face::Ignored(_) => "skipped",
                Face::Failed(kind) if kind.is_error() => "errors",
                Face::Failed(_) => "failures",
            };
            *faces.entry(face).or_insert(0) += 1;
        }
        let root = render(&events);
        let suite = &root.children[0];
        assert_eq!(suite.count("tests"), record.cases.len(), "{name}");
        for count in ["skipped", "errors", "failures"] {
            assert_eq!(
                suite.count(count),
                faces.get(count).copied().unwrap_or(0),
                "{name}"
            );
        }
    }
}

#[test]
fn the_red_run_is_written_as_agreed() {
    let events = red();
    check_golden(
        "red.xml",
        &junit::render(&[RunRecord::fold(&events)]).expect("XML"),
    );
}

fn case<'a>(root: &'a Element, name: &str) -> &'a Element {
    let cases = root.children[0].all("testcase");
    cases
        .into_iter()
        .find(|case| case.attribute("name") == name)
        .expect("the case")
}

fn property<'a>(root: &'a Element, name: &str) -> &'a str {
    let properties = root.children[0].children[0].all("property");
    let found = properties
        .into_iter()
        .find(|property| property.attribute("name") == name);
    found.expect("the property").attribute("value")
}

#[test]
fn an_interrupted_run_has_an_error_for_each_case_that_was_not_judged() {
    for (events, why) in [
        (
            interrupted(),
            "inconclusive: not judged: interrupted by SIGINT",
        ),
        (
            killed(),
            "inconclusive: not judged: the run was cut off before its end",
        ),
    ] {
        let root = render(&events);
        assert_eq!(property(&root, "complete"), "false");
        assert_eq!((root.count("tests"), root.count("errors")), (3, 2));
        for name in ["under-way", "never"] {
            let error = case(&root, name).child("error").expect("an error");
            assert_eq!(error.attribute("type"), "inconclusive");
            assert_eq!(error.attribute("message"), why);
        }
    }
    assert_eq!(property(&render(&red()), "complete"), "true");
}

#[test]
fn partial_turns_what_could_not_be_judged_into_skipped_and_nothing_else() {
    let mut events = incomplete();
    let Some(Event::RunFinished(end)) = events.last_mut() else {
        panic!("an end")
    };
    end.partial = true;
    end.exit_code = 0;
    let root = render(&events);
    let skipped = case(&root, "limited")
        .child("skipped")
        .expect("it is skipped");
    assert_eq!(
        skipped.attribute("message"),
        "inconclusive: no `limited` identity"
    );
    assert_eq!(property(&root, "partial"), "true");

    let mut events = interrupted();
    let Some(Event::RunFinished(end)) = events.last_mut() else {
        panic!("an end")
    };
    end.partial = true;
    assert_eq!(
        render(&events).count("errors"),
        2,
        "an interruption is not excused"
    );
}

#[test]
fn hostile_text_changes_no_structure_and_stays_visible() {
    let root = render(&hostile());
    check_rules(&root);
    assert_eq!(root.count("tests"), 4);
    for case in root.children[0].all("testcase") {
        let out = &case.child("system-out").expect("system-out").text;
        let marks: Vec<_> = out.lines().filter(|line| line.contains("[[")).collect();
        assert!(
            marks.iter().all(|line| line.starts_with("[[PROPERTY|")),
            "{marks:?}"
        );
        assert!(!out.contains("[[ATTACHMENT"), "{out}");
        // Whoever reads marks to the first end sees the whole value.
        assert!(
            marks
                .iter()
                .all(|line| line.find("]]") == Some(line.len() - 2)),
            "{marks:?}"
        );
        assert!(
            !out.lines().any(|line| line.starts_with("test result")),
            "{out}"
        );
        let of_verdict = marks
            .iter()
            .filter(|line| line.starts_with("[[PROPERTY|verdict="));
        assert_eq!(of_verdict.count(), 1, "{marks:?}");
    }
    let error = case(&root, "ours").child("error").expect("an error");
    let expected = probity::report::inert::one_line(HOSTILE);
    assert_eq!(error.attribute("message"), format!("error: {expected}"));
    assert!(
        expected.contains("\\x1b[2J") && expected.contains("\\x00"),
        "{expected}"
    );
}
