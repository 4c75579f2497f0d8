//! `--repeat N`: a defect that shows in one round of several is a failure, with its rate.

use probity::run::event::{CaseFinished, Event};

use super::{Served, check_exit, check_says};

/// The case that each test repeats, and the only one that runs.
const CASE: &str = "revokeApiKey::missing-credential";

/// Runs the case so often against a tenant with these defects; gives what the log says of it.
#[track_caller]
fn check_rounds(defects: &[&str], rounds: &str, exit_code: i32) -> Box<CaseFinished> {
    let tenant = Served::with(defects, &[]);
    let arguments = [
        "run",
        "--exact",
        CASE,
        "--repeat",
        rounds,
        "--events",
        "log.ndjson",
    ];
    let mut probity = tenant.probity(&arguments);
    let ran = check_exit(&mut probity, exit_code);
    let log = probity.read("log.ndjson");
    let events = log
        .lines()
        .map(|line| serde_json::from_str(line).expect("an event"));
    let judged: Vec<Box<CaseFinished>> = events
        .filter_map(|event| match event {
            Event::CaseFinished(case) => Some(case),
            _ => None,
        })
        .collect();
    let [case] = <[_; 1]>::try_from(judged).expect("one case");
    for failure in case.judgements.iter().flat_map(|fact| &fact.failures) {
        check_says(&ran.out, &failure.actual);
    }
    case
}

/// Every third DELETE without a key is let in.
const NOW_AND_THEN: &str = "every-third-missing-key-is-let-in";

fn actual(case: &CaseFinished, code: &str) -> Vec<String> {
    let facts = case
        .judgements
        .iter()
        .filter(|fact| fact.code.as_str() == code);
    let failures = facts.flat_map(|fact| &fact.failures);
    failures.map(|failure| failure.actual.clone()).collect()
}

#[test]
fn a_defect_that_shows_once_in_three_rounds_is_a_failure_with_its_rate() {
    let case = check_rounds(&[NOW_AND_THEN], "3", 1);
    let told = actual(&case, "RAK-AUT-01");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].ends_with("(in 1 of 3 rounds)"), "{told:?}");
    assert!(
        case.notes.contains(&"repeated: 2 pass, 1 fail".to_owned()),
        "{:?}",
        case.notes
    );
    // What is shown is the round that shows it.
    let judged: Vec<Option<u16>> = case
        .exchanges
        .iter()
        .filter(|exchange| exchange.judged)
        .map(|exchange| exchange.status)
        .collect();
    assert_eq!(judged, [Some(204)]);
    let failures = case.judgements.iter().flat_map(|fact| &fact.failures);
    let shown: Vec<_> = failures.filter_map(|failure| failure.exchange).collect();
    assert!(
        shown.iter().all(|place| case.exchanges[*place].judged),
        "{shown:?}"
    );
}

#[test]
fn more_rounds_tell_the_rate_of_all_of_them() {
    let case = check_rounds(&[NOW_AND_THEN], "6", 1);
    let told = actual(&case, "RAK-AUT-01");
    assert!(told[0].ends_with("(in 2 of 6 rounds)"), "{told:?}");
}

#[test]
fn what_shows_in_no_round_is_no_failure() {
    let case = check_rounds(&[NOW_AND_THEN], "2", 0);
    assert_eq!(
        case.notes.last().map(String::as_str),
        Some("repeated: 2 pass")
    );
    let case = check_rounds(&[], "3", 0);
    assert_eq!(
        case.notes.last().map(String::as_str),
        Some("repeated: 3 pass")
    );
}
