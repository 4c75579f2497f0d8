//! Verdicts as libtest trials.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "what a test is built from may panic like the test"
)]

mod scene;

use std::fs;
use std::future::Future;
use std::path::Path;
use std::time::Duration;

use probity::driver::{DriverOutcome, FaceOptions, Format, Selected, drive, print_blocks};
use probity::report::{EventLog, Face, RunRecord, junit, log};
use probity::run::event::{CaseFact, Event, Verdict};
use tokio::sync::mpsc::UnboundedSender;

use crate::report::events::{
    ended, fact, failed, green, hostile, incomplete, interrupted, killed, not_refused, red, started,
};
use crate::report::{check_golden, runs};

/// What a run showed and what it came to.
struct Shown<T> {
    screen: String,
    outcome: DriverOutcome<T>,
}

/// The cases of a run's plan.
fn planned(events: &[Event]) -> Vec<CaseFact> {
    let started = events.iter().find_map(|event| match event {
        Event::RunStarted(started) => Some(started.cases.clone()),
        _ => None,
    });
    started.expect("a run that began")
}

/// Drives `run` with its screen in a file.
fn shown<F, R>(cases: &[CaseFact], face: FaceOptions, run: F) -> Shown<R::Output>
where
    F: FnOnce(UnboundedSender<Event>) -> R,
    R: Future,
{
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("screen.txt");
    let face = FaceOptions {
        logfile: Some(path.clone()),
        ..face
    };
    let selected = Selected {
        cases,
        filtered_out: 2,
    };
    let outcome = drive(selected, &face, None, run);
    // With the other formats they go to standard error: see the scenes below.
    if face.format == Format::Pretty {
        print_blocks(&outcome.record(selected), &face);
    }
    Shown {
        screen: fs::read_to_string(path).unwrap_or_default(),
        outcome,
    }
}

/// Drives a run that tells these events.
fn replayed(events: Vec<Event>, face: FaceOptions) -> Shown<()> {
    let cases = planned(&events);
    shown(&cases, face, |sender| async move {
        for event in events {
            sender.send(event).expect("somebody takes it");
            tokio::task::yield_now().await;
        }
    })
}

fn with(format: Format) -> FaceOptions {
    FaceOptions {
        format,
        ..FaceOptions::default()
    }
}

/// The screen without the one thing that varies.
fn timeless(screen: &str) -> String {
    let lines = screen
        .lines()
        .map(|line| match line.split_once("; finished in ") {
            Some((before, _)) => format!("{before}; finished in TIME"),
            None => match line.split_once("\"exec_time\": ") {
                Some((before, _)) => format!("{before}\"exec_time\": TIME }}"),
                None => line.to_owned(),
            },
        });
    lines.fold(String::new(), |text, line| text + &line + "\n")
}

#[test]
fn the_red_run_looks_like_libtest() {
    let shown = replayed(red(), with(Format::Pretty));
    check_golden("red.libtest.txt", &timeless(&shown.screen));
    assert!(!shown.outcome.screen_closed);
}

#[test]
fn a_cause_is_shown_whole_once_and_machines_get_every_text_whole() {
    let wrong = |name| failed(name, not_refused(), Verdict::Fail, true);
    let events = || {
        let end = ended(Verdict::Fail, 1);
        crate::report::events::run(vec![wrong("first"), wrong("second")], Some(end))
    };
    let shown = replayed(events(), with(Format::Pretty));
    let screen = shown.screen;
    assert_eq!(screen.matches("  requires ").count(), 2, "{screen}");
    assert!(
        screen.contains("  cause     as in revokeApiKey::first"),
        "{screen}"
    );
    assert!(
        screen.contains("failures by cause:\nRAK-AUT-01 (must, contract), 2 cases\n"),
        "{screen}"
    );
    assert_eq!(screen.matches("  reproduce ").count(), 2, "{screen}");
    let shown = replayed(events(), with(Format::Json));
    assert_eq!(shown.screen.matches("requires").count(), 2);
}

#[test]
fn terse_and_json_look_like_libtest() {
    let shown = replayed(red(), with(Format::Terse));
    let screen = timeless(&shown.screen);
    assert!(
        screen.starts_with("\nrunning 10 tests\n.F..FiiiFF\n"),
        "{screen}"
    );
    let last = "\ntest result: FAILED. 3 passed; 4 failed; 3 ignored; 0 measured; \
                2 filtered out; finished in TIME\n\n";
    assert!(screen.ends_with(last), "{screen}");

    let shown = replayed(hostile(), with(Format::Json));
    let mut names = Vec::new();
    for line in shown.screen.lines() {
        let event: serde_json::Value = serde_json::from_str(line).expect("an event a line");
        names.push(format!("{}:{}", event["type"], event["event"]).replace('"', ""));
    }
    let of_tests = ["failed", "ok", "ignored", "failed"]
        .iter()
        .flat_map(|event| ["test:started".to_owned(), format!("test:{event}")]);
    let expected: Vec<String> = std::iter::once("suite:started".to_owned())
        .chain(of_tests)
        .chain(["suite:failed".to_owned()])
        .collect();
    assert_eq!(names, expected);
}

#[test]
fn lines_come_in_plan_order_whatever_the_order_of_verdicts() {
    let mut events = green();
    let end = events.pop().expect("an end");
    events[1..].reverse();
    events.push(end);
    let cases = planned(&events);
    let shown = shown(&cases, with(Format::Pretty), |sender| async move {
        for event in events {
            sender.send(event).expect("somebody takes it");
            // Time for a screen with several threads to print out of order.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let names: Vec<_> = shown
        .screen
        .lines()
        .filter_map(|line| line.strip_prefix("test revokeApiKey::"))
        .map(|line| line.split(' ').next().unwrap_or_default())
        .collect();
    assert_eq!(
        names,
        ["missing-credential", "unknown-id", "expired-credential"]
    );
}

/// The numbers of libtest's last line: passed, failed, ignored.
fn counted(screen: &str) -> [usize; 3] {
    let line = screen
        .lines()
        .find(|line| line.starts_with("test result: "))
        .expect("a result");
    let numbers: Vec<usize> = line
        .split(|character: char| !character.is_ascii_digit())
        .filter_map(|number| number.parse().ok())
        .collect();
    [numbers[0], numbers[1], numbers[2]]
}

#[test]
fn libtest_junit_and_the_log_count_alike() {
    for (name, events) in runs() {
        let shown = replayed(events, with(Format::Pretty));
        let record = RunRecord::fold(&shown.outcome.events);
        let mut faces = [0; 3];
        for case in &record.cases {
            match record.face(case) {
                Face::Ok => faces[0] += 1,
                Face::Failed(_) => faces[1] += 1,
                Face::Ignored(_) => faces[2] += 1,
            }
        }
        assert_eq!(counted(&shown.screen), faces, "{name}");
        let xml = junit::render(std::slice::from_ref(&record)).expect("XML");
        let elements = |name: &str| xml.matches(&format!("<{name} ")).count();
        assert_eq!(elements("failure") + elements("error"), faces[1], "{name}");
        assert_eq!(elements("skipped"), faces[2], "{name}");
    }
}

#[test]
fn partial_turns_what_could_not_be_judged_into_ignored() {
    let face = FaceOptions {
        partial: true,
        ..with(Format::Pretty)
    };
    let shown = replayed(incomplete(), face);
    let line = "test revokeApiKey::limited ... ignored (inconclusive: no `limited` identity)\n";
    assert!(shown.screen.contains(line), "{}", shown.screen);
    assert_eq!(counted(&shown.screen), [1, 0, 1]);
}

#[test]
fn an_interrupted_run_fails_what_it_did_not_judge() {
    let shown = replayed(interrupted(), with(Format::Pretty));
    assert_eq!(counted(&shown.screen), [1, 2, 0]);
    let text = "---- revokeApiKey::never ----\n\
                inconclusive: not judged: interrupted by SIGINT\n";
    assert!(shown.screen.contains(text), "{}", shown.screen);
}

#[test]
fn a_run_that_panics_fails_what_it_did_not_judge_and_names_itself() {
    let events = killed();
    let cases = planned(&events);
    let shown = shown(&cases, with(Format::Pretty), |sender| async move {
        for event in events {
            sender.send(event).expect("somebody takes it");
        }
        assert!(events_are_enough(4), "boom");
    });
    assert_eq!(counted(&shown.screen), [1, 2, 0]);
    let text = "error: the run ended before this case was judged\n";
    assert_eq!(shown.screen.matches(text).count(), 2, "{}", shown.screen);
    assert_eq!(shown.outcome.result, Err("the run died: boom".to_owned()));
    let last = "verdict: ERROR (exit 70): a fault of ours: the run died: boom";
    assert_eq!(shown.screen.lines().last(), Some(last));
}

/// What the run above asserts, and what is not so.
fn events_are_enough(count: usize) -> bool {
    count > 4
}

#[test]
fn a_run_that_dies_before_its_plan_is_known_still_has_its_cases() {
    let cases = [fact("minimal"), fact("never")];
    let shown = shown(&cases, with(Format::Json), |sender| {
        drop(sender);
        std::future::ready("early")
    });
    assert_eq!(shown.outcome.result, Ok("early"));
    let record = shown.outcome.record(Selected {
        cases: &cases,
        filtered_out: 0,
    });
    assert_eq!(record.unjudged(), 2);
    assert_eq!(
        shown.screen.matches("\"event\": \"failed\"").count(),
        3,
        "{}",
        shown.screen
    );
}

#[test]
fn a_task_that_is_left_behind_holds_nothing_up() {
    let events = killed();
    let cases = planned(&events);
    let shown = shown(&cases, with(Format::Pretty), |sender| async move {
        let held = sender.clone();
        // It never ends and keeps a sender: neither the tee nor a trial may wait for it.
        tokio::spawn(async move {
            std::future::pending::<()>().await;
            drop(held);
        });
        for event in events {
            sender.send(event).expect("somebody takes it");
        }
    });
    assert_eq!(counted(&shown.screen), [1, 2, 0]);
    assert_eq!(shown.outcome.events.len(), 4);
}

#[test]
fn a_task_that_floods_the_log_after_the_run_holds_nothing_up() {
    let events = green();
    let cases = planned(&events);
    let extra = events[1].clone();
    let shown = shown(&cases, with(Format::Pretty), |sender| async move {
        for event in events {
            sender.send(event).expect("somebody takes it");
        }
        tokio::spawn(async move {
            while sender.send(extra.clone()).is_ok() {
                tokio::task::yield_now().await;
            }
        });
    });
    assert_eq!(counted(&shown.screen), [2, 0, 1]);
}

#[test]
fn a_run_that_ends_before_its_first_case_is_told_once() {
    let cases = [fact("minimal"), fact("never")];
    let mut end = ended(Verdict::Error, 5);
    end.complete = false;
    end.stopped = Some("the target refused the admin key with 401".to_owned());
    let events = vec![started(&cases), Event::RunFinished(Box::new(end))];
    let shown = replayed(events.clone(), with(Format::Pretty));
    assert!(!shown.screen.contains("running"), "{}", shown.screen);
    assert_eq!(
        shown.screen,
        "not judged:\n  never judged, 2 cases: the target refused the admin key with 401\n    \
         revokeApiKey::minimal\n    revokeApiKey::never\n\ncases: 2 never judged\n\
         requirements: 1 error\n\
         verdict: PREFLIGHT (exit 5): the target refused the admin key with 401\n"
    );
    // A machine that asked for its format gets it.
    let shown = replayed(events, with(Format::Json));
    assert_eq!(
        shown.screen.matches("\"event\": \"failed\"").count(),
        3,
        "{}",
        shown.screen
    );
}

#[test]
fn nothing_selected_looks_as_in_libtest() {
    let mut end = ended(Verdict::Inconclusive, 4);
    end.requirements.clear();
    let shown = replayed(
        vec![started(&[]), Event::RunFinished(Box::new(end))],
        with(Format::Pretty),
    );
    assert_eq!(
        timeless(&shown.screen),
        "\nrunning 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; \
         2 filtered out; finished in TIME\n\ncases: none\nrequirements: none\n\
         verdict: NOTHING (exit 4): no case was selected\n"
    );
}

#[test]
fn every_event_is_in_the_log_before_the_next_case_begins() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("new/run.ndjson");
    let events = green();
    let cases = planned(&events);
    let writer = EventLog::create(&path).expect("a log");
    let selected = Selected {
        cases: &cases,
        filtered_out: 0,
    };
    let face = FaceOptions {
        logfile: Some(folder.path().join("screen.txt")),
        ..with(Format::Terse)
    };
    let count = events.len();
    let seen = path.clone();
    let outcome = drive(selected, &face, Some(writer), |sender| async move {
        let mut written = 0;
        for event in events {
            sender.send(event).expect("somebody takes it");
            written += 1;
            // The log is written beside the run, so the run waits here until it has the line.
            while log::read(&seen).map_or(0, |log| log.events.len()) < written {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        written
    });
    assert_eq!(outcome.result, Ok(count));
    assert!(outcome.log_error.is_none());
    assert_eq!(log::read(&path).expect("the log").events.len(), count);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_under_the_log_is_told_and_changes_no_verdict() {
    let full = Path::new("/dev/full");
    let file = fs::File::options()
        .write(true)
        .open(full)
        .expect("a full disk");
    let events = green();
    let cases = planned(&events);
    let selected = Selected {
        cases: &cases,
        filtered_out: 0,
    };
    let face = FaceOptions {
        logfile: Some(full.to_owned()),
        ..with(Format::Pretty)
    };
    let writer = EventLog::to(Box::new(file), full);
    let outcome = drive(selected, &face, Some(writer), |sender| async move {
        for event in events {
            sender.send(event).expect("somebody takes it");
        }
        7
    });
    print_blocks(&outcome.record(selected), &face);
    assert_eq!(outcome.result, Ok(7));
    assert!(outcome.screen_closed);
    let said = outcome
        .log_error
        .as_ref()
        .expect("the log broke")
        .to_string();
    assert_eq!(said, "failed to write report `/dev/full`");
    assert_eq!(outcome.events.len(), 8);
    assert!(outcome.record(selected).complete());
}

#[test]
fn failures_are_where_libtest_has_them() {
    let wrong = failed("minimal", not_refused(), Verdict::Fail, true);
    let cases = [fact("minimal")];
    let shown = shown(&cases, with(Format::Pretty), |sender| async move {
        sender
            .send(Event::CaseFinished(Box::new(wrong)))
            .expect("somebody takes it");
    });
    let block = "failures:\n\n---- revokeApiKey::minimal ----\nRAK-AUT-01 (must, contract)\n";
    assert!(shown.screen.contains(block), "{}", shown.screen);
}
