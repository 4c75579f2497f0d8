//! Verdicts as libtest trials.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "what a test is built from may panic like the test"
)]

use std::fs;
use std::future::Future;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use probity::driver::{
    Color, DriverOutcome, FaceOptions, Format, Selected, drive, list, print_blocks,
};
use probity::plan::CaseId;
use probity::report::{EventLog, Face, RunRecord, junit, log};
use probity::run::event::{CaseFact, Event, Verdict};
use tokio::sync::mpsc::UnboundedSender;

use crate::report::events::{
    ended, fact, failed, green, hostile, id, incomplete, interrupted, killed, not_refused, red,
    started,
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
    print_blocks(&outcome.record(selected), &face);
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
fn terse_and_json_show_nothing_of_ours() {
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
    let shown = replayed(events, with(Format::Pretty));
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
        let xml = junit::render(&record).expect("XML");
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

/// Set in the process that a test starts of itself, to the scene that it plays.
const SCENE: &str = "PROBITY_TEST_SCENE";

/// Starts this very test binary as `scene_of_another_test`.
fn scene(name: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this binary"));
    command.args([
        "--exact",
        "driver::scene_of_another_test",
        "--nocapture",
        "--test-threads=1",
    ]);
    command.env(SCENE, name).stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Plays a scene where there is one; by itself there is nothing to prove.
#[test]
fn scene_of_another_test() {
    let Ok(scene) = std::env::var(SCENE) else {
        return;
    };
    // Whoever started this has now done with standard output what it wanted to.
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).expect("a line");
    let ids = [id("minimal"), id("never")];
    match scene.as_str() {
        "list" => list(&ids, &with(Format::Pretty)),
        "list-terse" => list(&ids, &with(Format::Terse)),
        "list-json" => list(&ids[..1], &with(Format::Json)),
        "list-nothing" => list(&[] as &[CaseId], &with(Format::Pretty)),
        "run" | "run-nocapture" | "run-color" | "run-terse" => {
            play(FaceOptions {
                nocapture: scene == "run-nocapture",
                color: if scene == "run-color" {
                    Color::Always
                } else {
                    Color::Auto
                },
                format: if scene == "run-terse" {
                    Format::Terse
                } else {
                    Format::Pretty
                },
                ..FaceOptions::default()
            });
        }
        _ => {}
    }
    std::process::exit(7);
}

fn play(face: FaceOptions) {
    let events = green();
    let cases = planned(&events);
    let selected = Selected {
        cases: &cases,
        filtered_out: 0,
    };
    let outcome = drive(selected, &face, None, |sender| async move {
        for event in events {
            sender.send(event).expect("somebody takes it");
        }
    });
    print_blocks(&outcome.record(selected), &face);
    let judged = outcome.record(selected).cases.len() - outcome.record(selected).unjudged();
    let closed = outcome.screen_closed;
    let mut error = std::io::stderr();
    writeln!(error, "judged {judged}, closed {closed}").expect("standard error is open");
}

/// What a scene wrote to standard output after libtest's own title, and to standard error.
fn played(name: &str, environment: &[(&str, &str)]) -> (String, String) {
    let mut command = scene(name);
    command
        .env_remove("NO_COLOR")
        .envs(environment.iter().copied());
    let mut child = command.spawn().expect("a child");
    child
        .stdin
        .take()
        .expect("its input")
        .write_all(b"go\n")
        .expect("it listens");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(7));
    let screen = String::from_utf8(output.stdout).expect("text");
    let (_, screen) = screen
        .split_once("running 1 test\n")
        .expect("libtest's title");
    // libtest has begun the line of the scene itself.
    let screen = screen
        .split_once("driver::scene_of_another_test ... ")
        .map_or(screen, |(_, after)| after);
    (
        screen.to_owned(),
        String::from_utf8(output.stderr).expect("text"),
    )
}

#[test]
fn lists_look_as_in_libtest() {
    let both = "revokeApiKey::minimal: test\nrevokeApiKey::never: test\n";
    assert_eq!(
        played("list", &[]).0,
        format!("{both}\n2 tests, 0 benchmarks\n")
    );
    assert_eq!(played("list-terse", &[]).0, both);
    assert_eq!(played("list-nothing", &[]).0, "\n0 tests, 0 benchmarks\n");
    let mut lines = Vec::new();
    for line in played("list-json", &[]).0.lines() {
        lines.push(serde_json::from_str::<serde_json::Value>(line).expect("JSON a line"));
    }
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[1]["name"], "revokeApiKey::minimal");
    assert_eq!(lines[2]["tests"], 1);
}

#[test]
fn a_closed_standard_output_changes_nothing_and_is_silent() {
    for name in ["run", "list"] {
        let mut child = scene(name).spawn().expect("a child");
        let mut screen = child.stdout.take().expect("its output");
        let mut title = String::new();
        // libtest writes up to here before it begins the scene, and nothing more before its end.
        while !title.ends_with("driver::scene_of_another_test ... ") {
            let mut byte = [0];
            screen.read_exact(&mut byte).expect("libtest's title");
            title.push(char::from(byte[0]));
        }
        drop(screen);
        child
            .stdin
            .take()
            .expect("its input")
            .write_all(b"go\n")
            .expect("it listens");
        let mut error = String::new();
        let mut errors = child.stderr.take().expect("its errors");
        errors.read_to_string(&mut error).expect("text");
        assert_eq!(child.wait().expect("it ends").code(), Some(7), "{error}");
        let expected = if name == "run" {
            "judged 3, closed true\n"
        } else {
            ""
        };
        assert_eq!(error, expected);
    }
}

#[test]
fn no_colour_reaches_a_pipe_unless_it_is_asked_for() {
    let (screen, _) = played("run", &[]);
    assert!(!screen.contains('\x1b'), "{screen}");
    assert!(
        screen.ends_with("verdict: PASS (exit 0): the target conforms\n"),
        "{screen}"
    );
    let (screen, _) = played("run-color", &[("NO_COLOR", "1")]);
    assert!(screen.contains("\x1b[32mok"), "{screen}");
    assert!(screen.contains("\x1b[32mverdict: PASS"), "{screen}");
}

#[test]
fn blocks_go_to_standard_error_where_standard_output_is_a_machines() {
    let (screen, error) = played("run-terse", &[]);
    assert!(!screen.contains("verdict:"), "{screen}");
    assert!(
        error.contains("verdict: PASS (exit 0): the target conforms\n"),
        "{error}"
    );
}

#[test]
fn nocapture_shows_the_exchanges_on_standard_error() {
    let (screen, error) = played("run-nocapture", &[]);
    assert!(!screen.contains("HTTP/1.1"), "{screen}");
    let first = "---- revokeApiKey::missing-credential (pass) exchanges ----\n\
                 main: DELETE /api/v1/api-keys/42 -> 401, 9.1 ms\n\
                 > DELETE /api/v1/api-keys/42 HTTP/1.1\n> Host: acme.example\n> \n\
                 < HTTP/1.1 401 Unauthorized\n< \n< {\"message\":\"no\"}\n";
    assert!(error.starts_with(first), "{error}");
    assert_eq!(error.matches(" exchanges ----").count(), 3);
}
