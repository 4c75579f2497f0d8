//! All faces of a run agree: the terminal, JUnit, the event log and the exit code.

use serde_json::Value;

use super::{Served, verdicts};

/// What the faces count: tests, failures and errors, ignored.
type Counts = (usize, usize, usize);

fn of_junit(xml: &str) -> Counts {
    let suite = xml.split("<testsuite ").nth(1).expect("a suite");
    let count = |name: &str| {
        let after = suite.split_once(&format!(" {name}=\"")).expect("a count").1;
        let digits = after.split('"').next().expect("a count");
        digits.parse::<usize>().expect("a number")
    };
    let suite_counts = (
        count("tests"),
        count("failures") + count("errors"),
        count("skipped"),
    );
    let elements = |name: &str| xml.matches(&format!("<{name} ")).count();
    let counted = (
        elements("testcase"),
        elements("failure") + elements("error"),
        elements("skipped"),
    );
    assert_eq!(
        suite_counts, counted,
        "the counts of the suite and its elements"
    );
    counted
}

fn of_terminal(out: &str) -> Counts {
    let verdicts = verdicts(out);
    let starting = |word: &str| {
        let those = verdicts
            .iter()
            .filter(|(_, verdict)| verdict.starts_with(word));
        those.count()
    };
    let counted = (verdicts.len(), starting("FAILED"), starting("ignored"));
    let result = format!("{} failed; {} ignored", counted.1, counted.2);
    assert!(out.contains(&result), "`{result}` is not in\n{out}");
    counted
}

/// The counts, the exit code, and whether the run was complete.
fn of_events(log: &str) -> (Counts, i64) {
    let events: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).expect("an event a line"))
        .collect();
    let named = |name: &str| {
        let name = name.to_owned();
        events
            .iter()
            .filter(move |event| event["event"] == name.as_str())
    };
    let planned = named("run-started").next().expect("a start")["cases"].as_array();
    let (mut red, mut ignored) = (0, 0);
    for case in named("case-finished") {
        let bad = ["fail", "stale", "inconclusive", "error"];
        let verdict = case["verdict"].as_str().expect("a verdict");
        let gating = case["gating"] == true;
        if bad.contains(&verdict) && gating {
            red += 1;
        } else if ["inconclusive", "not-applicable", "known-failure"].contains(&verdict) {
            ignored += 1;
        }
    }
    let end = named("run-finished").next().expect("an end");
    let exit = end["exit_code"].as_i64().expect("an exit code");
    ((planned.expect("cases").len(), red, ignored), exit)
}

/// Asserts that the faces of a run against such a tenant agree, and its exit code.
#[track_caller]
fn check_agreement(defects: &[&str], arguments: &[&str], code: i32) {
    let tenant = Served::with(defects, &[]);
    let fixed = [
        "run",
        "--junit",
        "out/run.xml",
        "--events",
        "out/run.ndjson",
    ];
    let mut probity = tenant.probity(&[&fixed[..], arguments].concat());
    let ran = probity.run();
    assert_eq!(ran.code, code, "{}", ran.out);
    let (events, exit) = of_events(&probity.read("out/run.ndjson"));
    let junit = of_junit(&probity.read("out/run.xml"));
    let terminal = of_terminal(&ran.out);
    assert_eq!(terminal, events, "terminal and events");
    assert_eq!(terminal, junit, "terminal and JUnit");
    assert_eq!(i64::from(ran.code), exit);
    assert_eq!(terminal.1 > 0, [1, 3].contains(&code), "FAILED means red");
}

#[test]
fn green_red_and_incomplete_runs_agree() {
    check_agreement(&[], &[], 0);
    check_agreement(&["missing-key-403"], &[], 1);
    check_agreement(&[], &["--allow", "observe"], 3);
}

#[test]
fn a_selection_agrees_and_counts_what_it_left_out() {
    check_agreement(&[], &["RAK-AUT-01"], 0);
    check_agreement(&["message-is-number"], &["missing-credential"], 1);
}

#[test]
fn terse_and_json_put_nothing_of_ours_on_standard_output() {
    let tenant = Served::with(&["missing-key-403"], &[]);
    let ran = tenant.probity(&["run", "--format", "json"]).run();
    assert_eq!(ran.code, 1);
    for line in ran.out.lines() {
        let event: Value = serde_json::from_str(line).expect("an event a line");
        assert!(
            event["type"] == "test" || event["type"] == "suite",
            "{line}"
        );
    }
    assert!(ran.err.contains("verdict: FAIL (exit 1)"), "{}", ran.err);
    let ran = tenant.probity(&["run", "--format", "terse"]).run();
    assert!(!ran.out.contains("verdict:"), "{}", ran.out);
}

#[test]
fn no_colour_reaches_a_pipe_unless_asked() {
    let tenant = Served::with(&["missing-key-403"], &[]);
    let ran = tenant.probity(&["run"]).run();
    assert!(!ran.out.contains('\u{1b}') && !ran.err.contains('\u{1b}'));
    let ran = tenant.probity(&["run", "--color", "always"]).run();
    assert!(ran.out.contains('\u{1b}'));
    let ran = tenant.probity(&["run"]).env("NO_COLOR", "1").run();
    assert!(!ran.out.contains('\u{1b}'));
}
