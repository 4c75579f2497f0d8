//! The lines that run a case again do so: by the same settings, to the same end.

use std::path::Path;
use std::process::Command;

use super::{Probity, Served, check_exit, check_says, wait};

/// Settings that say which cases run, how fast, and what is written: a line leaves them out.
const LEFT_OUT: [&str; 6] = [
    "config",
    "tags",
    "max_time",
    "shard",
    "concurrency",
    "reports.",
];

/// The `reproduce` line of the first failure.
fn line(out: &str) -> &str {
    let lines = out.lines().map(str::trim_start);
    let mut lines = lines.filter_map(|line| line.strip_prefix("reproduce "));
    lines.next().map(str::trim_start).expect("a line")
}

/// The values of the settings that a line must bring back.
fn settings(shown: &str) -> Vec<&str> {
    let rows = shown
        .lines()
        .filter(|row| !LEFT_OUT.iter().any(|name| row.starts_with(name)));
    // Where each was said may differ.
    rows.filter_map(|row| row.rsplit_once("  ("))
        .map(|(row, _)| row.trim_end())
        .collect()
}

/// Hands a line to a shell in the folder, with the command's variables but those of settings.
fn again(probity: &Probity, line: &str, more: &str) -> super::Ran {
    let binary = Path::new(env!("CARGO_BIN_EXE_probity"));
    let mut command = Command::new("bash");
    for (name, value) in probity.command.get_envs() {
        let name_text = name.to_string_lossy();
        match value {
            Some(value) if !name_text.starts_with("PROBITY_STRICT") => command.env(name, value),
            _ => command.env_remove(name),
        };
    }
    let path = std::env::var("PATH").expect("a path");
    let folder = binary.parent().expect("a folder").display();
    command
        .args(["-c", &format!("{line} {more}")])
        .env("PATH", format!("{folder}:{path}"))
        .current_dir(probity.folder.path())
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    wait(command.spawn().expect("a shell"))
}

/// Runs with these arguments, then what its first failure says: the settings are the same, and so
/// is the end.
fn check_comes_back(mut probity: Probity, arguments: &[&str], code: i32) -> String {
    let ran = check_exit(&mut probity, code);
    let line = line(&ran.out).to_owned();
    probity.command.arg("--show-config");
    let shown = check_exit(&mut probity, 0);
    let back = again(&probity, &line, "--show-config");
    assert_eq!(back.code, 0, "{line}\n{}", back.err);
    assert_eq!(
        settings(&back.out),
        settings(&shown.out),
        "{arguments:?}\n{line}"
    );
    let back = again(&probity, &line, "");
    assert_eq!(back.code, code, "{line}\n{}\n{}", back.out, back.err);
    line
}

#[test]
fn what_flags_and_variables_said_is_in_the_line() {
    let tenant = Served::with(&["revocation-without-effect"], &[]);
    let arguments = [
        "run",
        "--gate",
        "http,contract",
        "--suite",
        "it's mine.yaml",
        "--contract",
        "contract.yaml",
        "--base-path",
        "/api/v1",
        "--timeout",
        "7s",
        "--linger",
        "0s",
        "--rate",
        "500/s",
        "--partial",
        "--header",
        "X-Gateway=env:GATEWAY",
        "--shard",
        "1/2",
        "--test-threads",
        "2",
        "--exact",
        "revokeApiKey::valid-request",
        "revokeApiKey::repeated-request",
    ];
    let probity = tenant.probity(&arguments);
    let probity = probity
        .env("GATEWAY", "some-words")
        .env("PROBITY_STRICT", "true")
        .env("PROBITY_REVOCATION_WITHIN", "20ms")
        .with_file(
            "it's mine.yaml",
            include_str!("../../../suites/revoke-api-key.yaml"),
        )
        .with_file(
            "contract.yaml",
            include_str!("../../../spec/sinjapp-business.v1.yaml"),
        );
    let line = check_comes_back(probity, &arguments, 1);
    let begin = "PROBITY_REVOCATION_WITHIN=20ms probity run --config probity.yaml \
                 --contract contract.yaml --suite 'it'\\''s mine.yaml' --gate contract,http \
                 --strict --partial --linger 0s --base-path /api/v1 \
                 --header X-Gateway=env:GATEWAY --rate 500/s --timeout 7s --exact";
    assert!(line.starts_with(begin), "{line}");
    assert!(!line.contains("some-words"), "{line}");
}

#[test]
fn a_file_says_again_what_it_said() {
    let tenant = Served::with(&["revocation-without-effect"], &[]);
    let arguments = ["run", "revokeApiKey::valid-request"];
    let mut config = tenant.fixtures().to_config();
    config.push_str("strict: true\nshard: 1/2\nbase_path: /api/v1\n");
    let probity = tenant
        .probity(&arguments)
        .with_file("probity.yaml", &config);
    let line = check_comes_back(probity, &arguments, 1);
    let whole = "probity run --config probity.yaml --shard 1/1 --exact revokeApiKey::valid-request";
    assert_eq!(line, whole);
}

#[test]
fn a_line_of_the_demo_is_one_of_the_demo() {
    let case = "revokeApiKey::valid-request";
    let arguments = ["demo", "--strict", "--events", "log", "--exact", case];
    let mut probity = Probity::new(&arguments);
    check_exit(&mut probity, 0);
    let line = format!("probity demo --strict --exact {case}");
    check_says(&probity.read("log"), &format!("\"reproduce\":\"{line}\""));
    assert_eq!(again(&probity, &line, "").code, 0);
}
