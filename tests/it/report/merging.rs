//! Logs of shards make the run that they are parts of, and nothing else does.

use probity::report::{NoBeginning, ReadLog, RunRecord, junit, merge};
use probity::run::conclusion::{Grounds, conclude, fold_requirements};
use probity::run::event::{
    CaseFinished, Event, RequirementFact, RunFinished, SelectionFact, SettingFact, StopKind,
    Verdict,
};

use super::events::{code, ended, failed, not_refused, passed, run, unjudged};
use super::xml;

fn cases() -> Vec<CaseFinished> {
    vec![
        passed("minimal"),
        failed("missing-credential", not_refused(), Verdict::Fail, true),
        passed("unknown-id"),
        unjudged(
            "expired",
            Verdict::NotApplicable,
            true,
            "keys never expire here",
        ),
        unjudged("known", Verdict::KnownFailure, true, "ticket 412"),
        passed("other"),
        passed("last"),
    ]
}

fn demand(of: &str, cases: usize) -> RequirementFact {
    RequirementFact {
        code: code(of),
        title: "a demand".to_owned(),
        level: probity::plan::Level::Must,
        profile: probity::plan::Profile::Contract,
        sources: Vec::new(),
        gating: true,
        cases,
        excerpts: Vec::new(),
        gap: None,
        note: None,
    }
}

/// The log of a run of these cases, concluded as a run is; `shard` as in the setting.
fn log(shard: &str, target: &str, cases: Vec<CaseFinished>) -> Vec<Event> {
    let requirements = vec![demand("RAK-AUT-01", cases.len()), demand("RAK-LIM-01", 1)];
    let all: Vec<&CaseFinished> = cases.iter().collect();
    let conclusion = conclude(&Grounds {
        cases: &all,
        selected: all.len(),
        stop: None,
        left_behind: 0,
    });
    let end = RunFinished {
        requirements: fold_requirements(&requirements, &[], &all),
        ..ended(conclusion.verdict, conclusion.exit_code)
    };
    let mut events = run(cases.clone(), Some(end));
    if let Event::RunStarted(started) = &mut events[0] {
        started.requirements = requirements;
        started.filtered_out = 9 - cases.len();
        started.target = target.to_owned();
        for (name, value) in [("shard", shard), ("reports.events", shard)] {
            started.settings.push(SettingFact {
                name: name.to_owned(),
                value: value.to_owned(),
                origin: "flag".to_owned(),
            });
        }
    }
    events
}

const TARGET: &str = "https://acme.example";

fn shards(count: usize) -> Vec<Vec<Event>> {
    let shard = |index: usize| {
        let dealt = cases().into_iter().skip(index).step_by(count);
        log(&format!("{}/{count}", index + 1), TARGET, dealt.collect())
    };
    (0..count).map(shard).collect()
}

fn merged(logs: Vec<Vec<Event>>) -> Vec<Vec<Event>> {
    let logs = logs.into_iter().map(|events| ReadLog {
        events,
        torn_line: None,
    });
    merge(logs.collect()).expect("runs")
}

/// What must be equal: cases in order with their verdicts, and what the run came to.
fn shown(events: &[Event]) -> String {
    let record = RunRecord::fold(events);
    let cases = record.cases.iter().map(|case| {
        let judged = case.judged.map(|judged| (judged.verdict, judged.gating));
        (case.fact.id.to_string(), judged)
    });
    let requirements = record.requirements();
    let demands = requirements.iter().map(|demand| {
        let weight = (demand.verdict, demand.gating, demand.judged);
        (demand.code.to_string(), weight)
    });
    let started = record.started.expect("a beginning");
    format!(
        "{:?} {:?} {:?} {:?} {} {} {}",
        cases.collect::<Vec<_>>(),
        demands.collect::<Vec<_>>(),
        record.counts(),
        record.verdict(),
        record.exit_code(),
        record.complete(),
        started.filtered_out,
    )
}

#[test]
fn shards_in_any_order_make_the_whole_run() {
    let whole = log("none", TARGET, cases());
    for count in 1..=4 {
        let mut logs = shards(count);
        logs.reverse();
        let runs = merged(logs);
        assert_eq!(runs.len(), 1);
        assert_eq!(shown(&runs[0]), shown(&whole), "{count} shards");
    }
    // Logs that were put one behind the other are as good.
    let one = shards(3).concat();
    assert_eq!(shown(&merged(vec![one])[0]), shown(&whole));
}

#[track_caller]
fn check_incomplete(logs: Vec<Vec<Event>>, exit_code: u8, why: &str) {
    let runs = merged(logs);
    assert_eq!(runs.len(), 1);
    let record = RunRecord::fold(&runs[0]);
    assert!(!record.complete());
    assert_eq!(record.exit_code(), exit_code);
    let finished = record.finished.expect("an end");
    assert_eq!(finished.stopped.as_deref(), Some(why));
    assert_eq!(finished.stop, Some(StopKind::Cut));
}

#[test]
fn a_shard_that_is_missing_or_cut_off_makes_the_whole_incomplete() {
    let mut logs = shards(4);
    logs.remove(2);
    check_incomplete(logs, 1, "shard 3/4 is missing");
    // Without the one that failed there is nothing red but what is missing.
    let mut logs = shards(4);
    logs.remove(1);
    check_incomplete(logs.clone(), 3, "shard 2/4 is missing");
    logs[0].pop();
    let why = "shard 1/4 was cut off before its end; shard 2/4 is missing";
    check_incomplete(logs, 3, why);
    check_incomplete(vec![shards(2).remove(1)], 1, "shard 1/2 is missing");
}

#[test]
fn why_a_shard_stopped_weighs_as_in_a_run() {
    for (stop, exit_code, expected) in [
        (Some(StopKind::Preflight), 5, 5),
        (Some(StopKind::SentinelDied), 7, 7),
        (Some(StopKind::Collateral), 7, 1),
        // Logs from before the kind was written down.
        (None, 5, 5),
        (None, 7, 7),
        (None, 3, 1),
    ] {
        let mut logs = shards(2);
        let Some(Event::RunFinished(end)) = logs[0].last_mut() else {
            panic!("an end")
        };
        (end.stop, end.exit_code, end.complete) = (stop, exit_code, false);
        end.stopped = Some("why".to_owned());
        let runs = merged(logs);
        let record = RunRecord::fold(&runs[0]);
        assert_eq!(record.exit_code(), expected, "{stop:?} {exit_code}");
        assert!(!record.complete());
    }
}

#[test]
fn of_a_case_that_ran_twice_the_worst_verdict_stays() {
    let wrong = failed("minimal", not_refused(), Verdict::Fail, true);
    for pair in [
        [passed("minimal"), wrong.clone()],
        [wrong, passed("minimal")],
    ] {
        let logs = pair.map(|case| log("none", TARGET, vec![case]));
        let runs = merged(logs.to_vec());
        assert_eq!(runs.len(), 1);
        let record = RunRecord::fold(&runs[0]);
        assert_eq!((record.cases.len(), record.exit_code()), (1, 1));
    }
}

#[test]
fn what_differs_in_more_than_the_shard_stays_apart() {
    let mut strict = log("2/2", TARGET, vec![passed("b")]);
    if let Event::RunStarted(started) = &mut strict[0] {
        started.settings[0].value = "tenant".to_owned();
    }
    let runs = merged(vec![log("1/2", TARGET, vec![passed("a")]), strict]);
    assert_eq!(runs.len(), 2);
    let runs = merged(vec![
        log("1/2", TARGET, cases()),
        log("1/3", TARGET, cases()),
    ]);
    assert_eq!(runs.len(), 2);
}

/// The same log, of a run that was asked for some cases only.
fn asked_for(words: &[&str], mut events: Vec<Event>) -> Vec<Event> {
    if let Event::RunStarted(started) = &mut events[0] {
        started.selection = Some(SelectionFact {
            filters: words.iter().map(ToString::to_string).collect(),
            ..SelectionFact::default()
        });
    }
    events
}

#[test]
fn shards_of_one_selection_are_one_run_in_whatever_order_its_words_were() {
    let [one, other] = shards(2).try_into().expect("two");
    let runs = merged(vec![
        asked_for(&["a", "b"], one),
        asked_for(&["b", "a", "b"], other),
    ]);
    assert_eq!(runs.len(), 1);
    assert!(RunRecord::fold(&runs[0]).complete());
}

#[test]
fn a_shard_of_other_cases_is_no_part_of_the_run_and_is_named_where_it_is_missed() {
    // Nothing that is red: what is missed alone must make the difference.
    let shard = |shard: &str| log(shard, TARGET, vec![passed(&format!("of-{}", &shard[..1]))]);
    let runs = merged(vec![asked_for(&["effect"], shard("1/2")), shard("2/2")]);
    assert_eq!(runs.len(), 2);
    for (events, why) in runs.iter().zip([
        "shard 2/2 is missing (the one that is here was asked for other cases: all cases)",
        "shard 1/2 is missing (the one that is here was asked for other cases: effect)",
    ]) {
        let record = RunRecord::fold(events);
        assert_eq!(record.exit_code(), 3);
        let finished = record.finished.expect("an end");
        assert_eq!(finished.stopped.as_deref(), Some(why));
    }
    // A log from before selections were written down is one of all cases.
    let runs = merged(vec![asked_for(&[], shard("1/2")), shard("2/2")]);
    assert_eq!(runs.len(), 1);
}

#[test]
fn whole_runs_of_other_cases_stay_apart() {
    let whole = |words: &[&str]| asked_for(words, log("none", TARGET, cases()));
    assert_eq!(merged(vec![whole(&["a"]), whole(&["b"])]).len(), 2);
    assert_eq!(merged(vec![whole(&["a"]), whole(&["a"])]).len(), 1);
}

#[test]
fn several_targets_are_several_suites_whose_cases_differ() {
    let other = "https://other.example";
    let runs = merged(vec![
        log("none", TARGET, cases()),
        log("none", other, cases()),
    ]);
    let records: Vec<RunRecord<'_>> = runs.iter().map(|events| RunRecord::fold(events)).collect();
    let root = xml::parse(&junit::render(&records).expect("XML"));
    assert_eq!(root.children.len(), 2);
    assert_eq!(root.count("tests"), 14);
    for (suite, target) in root.children.iter().zip([TARGET, other]) {
        let name = format!("revoke-api-key @ {target}");
        assert_eq!(suite.attribute("name"), name);
        for case in suite.all("testcase") {
            let class = case.attribute("classname");
            assert_eq!(class, format!("{name}/revokeApiKey"));
        }
    }
}

#[test]
fn a_log_without_a_beginning_is_no_log() {
    let log = |events: Vec<Event>| ReadLog {
        events,
        torn_line: None,
    };
    let whole = log(super::green());
    let merged = merge(vec![whole, log(super::green().split_off(1))]);
    assert_eq!(merged.expect_err("no beginning"), NoBeginning(1));
    assert_eq!(
        merge(vec![log(Vec::new())]).expect_err("empty"),
        NoBeginning(0)
    );
}
