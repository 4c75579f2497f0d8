//! What follows libtest's lines on a terminal.

use probity::check::{AnswerPart, Failure};
use probity::report::{RunRecord, failure_text, terminal};
use probity::run::event::{Event, RunFinished, Verdict};

use super::events::{
    HOSTILE, code, ended, failed, green, hostile, id, incomplete, interrupted, killed, length_sent,
    not_refused, passed, red, run, unjudged,
};
use super::{check_golden, runs};

fn blocks(events: &[Event]) -> String {
    anstream::adapter::strip_str(&terminal::blocks(&RunRecord::fold(events))).to_string()
}

fn check_verdict(events: &[Event], expected: &str) {
    let text = blocks(events);
    assert_eq!(text.lines().last(), Some(expected));
}

#[test]
fn a_green_run_is_short() {
    check_golden("green.txt", &blocks(&green()));
}

#[test]
fn a_red_run_shows_every_block() {
    check_golden("red.txt", &blocks(&red()));
}

#[test]
fn a_failure_says_five_things_in_order() {
    let events = red();
    let wrong = events.iter().find_map(|event| match event {
        Event::CaseFinished(case) if case.case == id("missing-credential") => Some(case),
        _ => None,
    });
    let text = failure_text::failed_text(wrong.expect("the case"));
    check_golden("failure.txt", &format!("{text}\n"));
}

#[test]
fn what_is_no_failure_begins_with_what_it_is() {
    for (verdict, begins) in [
        (Verdict::Error, "error: why\n"),
        (Verdict::Inconclusive, "inconclusive: why\n"),
        (Verdict::Stale, "stale: why\n"),
    ] {
        let text = failure_text::failed_text(&unjudged("minimal", verdict, true, "why"));
        assert!(text.starts_with(begins), "{text}");
        assert!(text.contains("reproduce probity run"), "{text}");
    }
}

fn with_end(exit_code: u8, change: fn(&mut RunFinished)) -> Vec<Event> {
    let mut end = ended(Verdict::Pass, exit_code);
    change(&mut end);
    let wrong = failed("missing-credential", not_refused(), Verdict::Fail, true);
    run(vec![passed("minimal"), wrong], Some(end))
}

#[test]
fn the_last_line_has_the_verdict_in_words() {
    check_verdict(&green(), "verdict: PASS (exit 0): the target conforms");
    check_verdict(
        &with_end(1, |end| end.verdict = Verdict::Fail),
        "verdict: FAIL (exit 1): the target does not conform: 1 case failed",
    );
    check_verdict(
        &with_end(1, |end| end.verdict = Verdict::Stale),
        "verdict: FAIL (exit 1): the baseline is stale for 0 cases",
    );
    check_verdict(
        &incomplete(),
        "verdict: INCOMPLETE (exit 3): 1 case could not be judged",
    );
    check_verdict(
        &interrupted(),
        "verdict: INCOMPLETE (exit 3): 2 cases could not be judged; \
         stopped: interrupted by SIGINT",
    );
    check_verdict(
        &killed(),
        "verdict: INCOMPLETE: the run was cut off; 1 of 3 cases are judged",
    );
    check_verdict(
        &with_end(6, |end| end.left_behind = vec!["key 17".to_owned()]),
        "verdict: LEFT BEHIND (exit 6): 1 fixture was left behind",
    );
    check_verdict(
        &with_end(7, |end| end.stopped = Some("sentinel 9 died".to_owned())),
        "verdict: STOPPED (exit 7): sentinel 9 died",
    );
    check_verdict(
        &with_end(5, |end| {
            end.stopped = Some("the admin key got 401".to_owned())
        }),
        "verdict: PREFLIGHT (exit 5): the admin key got 401",
    );
    check_verdict(
        &with_end(4, |_| {}),
        "verdict: NOTHING (exit 4): no case was selected",
    );
    check_verdict(
        &with_end(0, |end| end.partial = true),
        "verdict: PASS (exit 0): the target conforms; \
         --partial: what could not be judged is excused",
    );
}

#[test]
fn a_fault_of_ours_names_the_run() {
    let events = green();
    let mut record = RunRecord::fold(&events);
    record.fault = Some("the run died: boom".to_owned());
    let text = terminal::blocks(&record);
    let text = anstream::adapter::strip_str(&text).to_string();
    let expected = "verdict: ERROR (exit 70): a fault of ours: the run died: boom";
    assert_eq!(text.lines().last(), Some(expected));
}

#[test]
fn the_same_warning_of_many_cases_is_shown_once() {
    let names: Vec<String> = (0..40).map(|number| format!("rule::v{number}")).collect();
    let cases = names
        .iter()
        .map(|name| failed(name, length_sent(), Verdict::Warn, false));
    let text = blocks(&run(cases.collect(), Some(ended(Verdict::Warn, 0))));
    assert_eq!(
        text.matches("requires  a 204 has no Content-Length")
            .count(),
        1,
        "{text}"
    );
    assert!(
        text.contains("RAK-CON-03 (must, http), 40 cases\n"),
        "{text}"
    );
    assert!(text.contains("revokeApiKey::rule::v11\n"), "{text}");
    assert!(!text.contains("revokeApiKey::rule::v12\n"), "{text}");
    let rest = "    … and 28 more (the rest: `probity run --list RAK-CON-03`)\n";
    assert!(text.contains(rest), "{text}");
}

/// A failure of an answer that lacks a field.
fn without_date(status: u16) -> Failure {
    Failure {
        code: code("RAK-CON-06"),
        requires: "an answer has a Date".to_owned(),
        expected: "a Date".to_owned(),
        actual: format!("{status} without it"),
        part: Some(AnswerPart::Field("Date".to_owned())),
        ..not_refused()
    }
}

#[test]
fn a_field_that_is_missing_everywhere_is_one_cause_whatever_the_status() {
    let statuses = [401, 401, 204, 404];
    let wrong = |(number, status): (usize, &u16)| {
        let name = format!("rule::v{number}");
        failed(&name, without_date(*status), Verdict::Fail, true)
    };
    let mut cases: Vec<_> = statuses.iter().enumerate().map(wrong).collect();
    cases.push(failed("other", not_refused(), Verdict::Fail, true));
    let text = blocks(&run(cases, Some(ended(Verdict::Fail, 1))));
    let block = "failures by cause:\nRAK-CON-06 (must, contract), 4 cases\n";
    assert!(text.contains(block), "{text}");
    let seen = "  actual    401 without it; 204 without it; 404 without it\n";
    assert!(text.contains(seen), "{text}");
    let last = "verdict: FAIL (exit 1): the target does not conform: 5 cases failed of 2 causes: \
                RAK-CON-06 in 4 cases, RAK-AUT-01 in 1 case";
    assert_eq!(text.lines().last(), Some(last));
    // A status that is wrong itself is another cause with each.
    let wrong = |(number, status): (usize, &u16)| {
        let failure = Failure {
            part: None,
            ..without_date(*status)
        };
        failed(&format!("rule::v{number}"), failure, Verdict::Fail, true)
    };
    let cases = statuses.iter().enumerate().map(wrong).collect();
    let text = blocks(&run(cases, Some(ended(Verdict::Fail, 1))));
    assert!(text.contains("4 cases failed of 3 causes"), "{text}");
}

#[test]
fn a_failure_that_fails_the_case_is_no_warning_too() {
    let mut wrong = failed("minimal", not_refused(), Verdict::Fail, true);
    // A run that marks the case and no judgement is shown as FAILED, and only there.
    wrong.judgements[0].gating = false;
    let text = blocks(&run(vec![wrong], Some(ended(Verdict::Fail, 1))));
    assert!(!text.contains("warnings:"), "{text}");
}

#[test]
fn counts_add_up_to_the_cases_of_the_plan() {
    for (name, events) in runs() {
        let text = blocks(&events);
        let line = text
            .lines()
            .find(|line| line.starts_with("cases: "))
            .expect(name);
        let sum: usize = line
            .trim_start_matches("cases: ")
            .split(", ")
            .map(|part| {
                part.split(' ')
                    .next()
                    .and_then(|n| n.parse().ok())
                    .unwrap_or(0)
            })
            .sum();
        assert_eq!(sum, RunRecord::fold(&events).cases.len(), "{name}: {line}");
    }
}

fn check_inert(text: &str) {
    let bad = text
        .chars()
        .find(|character| character.is_control() && *character != '\n');
    assert_eq!(bad, None, "{text:?}");
    assert!(!text.contains('\u{202e}'), "{text:?}");
    assert!(
        !text
            .lines()
            .any(|line| line.trim().starts_with("test result:")),
        "{text}"
    );
}

#[test]
fn hostile_text_steers_no_terminal_and_forges_no_line() {
    let events = hostile();
    let text = terminal::blocks(&RunRecord::fold(&events));
    // Our own colours are all the escapes there are, so nothing but them is taken out.
    let stripped = anstream::adapter::strip_str(&text).to_string();
    check_inert(&stripped);
    assert!(stripped.contains("\\x1b[2J\\x1b]0;pwn\\x07"), "{stripped}");
    let verdicts = stripped
        .lines()
        .filter(|line| line.starts_with("verdict: "));
    assert_eq!(verdicts.count(), 1);
    for event in &events {
        if let Event::CaseFinished(case) = event {
            check_inert(&failure_text::failed_text(case));
            let shown = terminal::exchanges(case);
            assert!(shown.contains("< \\x1b[2J"), "{shown}");
            assert!(
                !shown.contains('\x1b') && !shown.contains('\0'),
                "{shown:?}"
            );
            assert!(
                !shown.lines().any(|line| line.starts_with("test result")),
                "{shown}"
            );
        }
    }
    assert!(HOSTILE.contains("test result: ok"));
}
