//! Runs beside each other: causes, differences, one case of two runs.

use probity::report::{RunRecord, beside, cause, diff};
use probity::run::event::{CaseFinished, Event, Verdict};

use super::events::{code, ended, failed, length_sent, not_refused, passed, run, unjudged};

/// The same failure on another key.
fn not_refused_on(id: u64) -> CaseFinished {
    let mut failure = not_refused();
    failure.actual = format!("204 No Content, and key {id} is dead");
    failed(&format!("case-{id}"), failure, Verdict::Fail, true)
}

fn of(cases: Vec<CaseFinished>) -> Vec<Event> {
    run(cases, Some(ended(Verdict::Fail, 1)))
}

#[test]
fn what_fails_for_one_reason_is_one_cause_whatever_the_key() {
    let mut other = not_refused();
    other.actual = "500 Internal Server Error".to_owned();
    let events = of(vec![
        failed("crash", other, Verdict::Fail, true),
        not_refused_on(4711),
        not_refused_on(4712),
        failed("warned", length_sent(), Verdict::Warn, false),
    ]);
    let record = RunRecord::fold(&events);
    let causes = cause::causes(&record);
    let counts: Vec<(bool, usize, &str)> = causes
        .iter()
        .map(|cause| (cause.counts, cause.cases.len(), cause.first.actual.as_str()))
        .collect();
    assert_eq!(
        counts,
        [
            (true, 2, "204 No Content, and key 4711 is dead"),
            (true, 1, "500 Internal Server Error"),
            (false, 1, "Content-Length: 0"),
        ]
    );
}

/// What the difference of two runs says, by kind.
fn check_difference(old: Vec<CaseFinished>, new: Vec<CaseFinished>, expected: &[(&str, &str)]) {
    let (old, new) = (of(old), of(new));
    let difference = diff::diff(&RunRecord::fold(&old), &RunRecord::fold(&new));
    let changes = [
        ("newly failing", &difference.newly_failing),
        ("fixed", &difference.fixed),
        ("verdict", &difference.verdicts),
        ("evidence", &difference.evidence),
    ];
    let changed = changes.iter().flat_map(|(kind, changes)| {
        let changes = changes.iter();
        changes.map(|change| {
            let case = change.case.as_str().trim_start_matches("revokeApiKey::");
            (*kind, format!("{case} {} -> {}", change.old, change.new))
        })
    });
    let ids = [
        ("added", &difference.added),
        ("removed", &difference.removed),
    ];
    let ids = ids.iter().flat_map(|(kind, ids)| {
        let ids = ids.iter();
        ids.map(|id| {
            (
                *kind,
                id.as_str().trim_start_matches("revokeApiKey::").to_owned(),
            )
        })
    });
    let all: Vec<(&str, String)> = changed.chain(ids).collect();
    let all: Vec<(&str, &str)> = all
        .iter()
        .map(|(kind, text)| (*kind, text.as_str()))
        .collect();
    assert_eq!(all, expected);
}

#[test]
fn a_difference_tells_each_kind_of_change_once() {
    let wrong = || failed("wrong", not_refused(), Verdict::Fail, true);
    let mut crashed = not_refused();
    crashed.actual = "500 Internal Server Error".to_owned();
    check_difference(
        vec![
            passed("wrong"),
            failed("repaired", not_refused(), Verdict::Fail, true),
            failed("still", not_refused(), Verdict::Fail, true),
            passed("doubtful"),
            passed("gone"),
            passed("same"),
        ],
        vec![
            wrong(),
            passed("repaired"),
            failed("still", crashed, Verdict::Fail, true),
            unjudged("doubtful", Verdict::NotApplicable, true, "no such key"),
            passed("same"),
            passed("new"),
            failed("new-and-wrong", not_refused(), Verdict::Fail, true),
        ],
        &[
            ("newly failing", "wrong pass -> fail"),
            ("newly failing", "new-and-wrong not there -> fail"),
            ("fixed", "repaired fail -> pass"),
            ("verdict", "doubtful pass -> not applicable"),
            ("evidence", "still fail -> fail"),
            ("added", "new"),
            ("removed", "gone"),
        ],
    );
}

#[test]
fn a_run_does_not_differ_from_itself_and_a_cut_one_says_so() {
    let whole = of(vec![passed("a"), not_refused_on(4711)]);
    let record = RunRecord::fold(&whole);
    let same = diff::diff(&record, &record);
    assert_eq!(same, diff::Difference::default());
    let cut = &whole[..3];
    let cut = diff::diff(&record, &RunRecord::fold(cut));
    assert_eq!(cut.about, ["the new run is not complete"]);
    assert!(cut.text().contains("not judged"), "{}", cut.text());
}

#[test]
fn a_failure_of_a_requirement_that_the_old_suite_lacks_says_so() {
    let demand = |events: &mut Vec<Event>, of: &str| {
        if let Some(Event::RunStarted(started)) = events.first_mut() {
            started.requirements = vec![probity::run::event::RequirementFact {
                code: code(of),
                ..requirement()
            }];
        }
    };
    let mut old = of(vec![passed("wrong")]);
    demand(&mut old, "RAK-AUT-02");
    let mut new = of(vec![failed("wrong", not_refused(), Verdict::Fail, true)]);
    demand(&mut new, "RAK-AUT-01");
    let text = diff::diff(&RunRecord::fold(&old), &RunRecord::fold(&new)).text();
    for said in [
        "RAK-AUT-01 is new in the suite",
        "requirement RAK-AUT-01 is new",
        "requirement RAK-AUT-02 is gone",
        "diff: 1 newly failing",
    ] {
        assert!(text.contains(said), "`{said}` is not in\n{text}");
    }
}

fn requirement() -> probity::run::event::RequirementFact {
    serde_json::from_value(serde_json::json!({
        "code": "RAK-AUT-01", "title": "is refused", "level": "must", "profile": "contract",
        "sources": [],
    }))
    .expect("a requirement")
}

#[test]
fn a_case_of_two_runs_stands_side_by_side_and_what_differs_is_marked() {
    let old = of(vec![failed("wrong", not_refused(), Verdict::Fail, true)]);
    let new = of(vec![passed("wrong")]);
    let (old, new) = (RunRecord::fold(&old), RunRecord::fold(&new));
    let page = beside::beside(&old, &new, "revokeApiKey::wrong", 150);
    let row = |left: &str| {
        let mut rows = page.lines();
        rows.find(|row| row.starts_with(left))
            .unwrap_or_else(|| panic!("no `{left}` in\n{page}"))
            .to_owned()
    };
    assert!(row("verdict: fail").ends_with("! verdict: pass"), "{page}");
    assert!(
        row("< HTTP/1.1 204").contains(" ! < HTTP/1.1 401"),
        "{page}"
    );
    assert!(!row("> DELETE").contains(" ! "), "{page}");
    assert!(page.lines().all(|row| row.chars().count() <= 150), "{page}");
}
