//! What only a process of its own can show: its standard output, closed or read by a pipe.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use probity::driver::{Color, FaceOptions, Format, Selected, drive, list, print_blocks};
use probity::plan::CaseId;

use super::{planned, with};
use crate::report::events::{green, id};

/// Set in the process that a test starts of itself, to the scene that it plays.
const SCENE: &str = "PROBITY_TEST_SCENE";

/// Starts this very test binary as `scene_of_another_test`.
fn scene(name: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this binary"));
    command.args([
        "--exact",
        "driver::scene::scene_of_another_test",
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
        "run" | "run-nocapture" | "run-color" | "run-terse" | "run-json" => {
            play(FaceOptions {
                nocapture: scene == "run-nocapture",
                color: if scene == "run-color" {
                    Color::Always
                } else {
                    Color::Auto
                },
                format: match scene.as_str() {
                    "run-terse" => Format::Terse,
                    "run-json" => Format::Json,
                    _ => Format::Pretty,
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
        .split_once("driver::scene::scene_of_another_test ... ")
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
    assert_eq!(played("list-nothing", &[]).0, "0 tests, 0 benchmarks\n");
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
        while !title.ends_with("driver::scene::scene_of_another_test ... ") {
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
    for name in ["run-terse", "run-json"] {
        let (screen, error) = played(name, &[]);
        assert!(
            screen.contains("2 passed") || screen.contains("\"passed\": 2"),
            "{screen}"
        );
        assert!(!screen.contains("verdict:"), "{screen}");
        let last = "verdict: PASS (exit 0): the target conforms\n";
        assert!(error.contains(last), "{error}");
        assert!(!error.contains('\x1b'), "{error}");
    }
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
