//! README.md tells the truth: its commands parse, its settings resolve, its output is real.

use clap::Parser as _;

use super::{Probity, Served, check_exit};

/// The binary's own arguments.
#[allow(dead_code, reason = "only whether they parse matters here")]
#[path = "../../../src/cli/args.rs"]
mod args;

const README: &str = include_str!("../../../README.md");

/// The fenced blocks of a language.
fn blocks(language: &str) -> Vec<&'static str> {
    let mut found = Vec::new();
    let mut rest = README;
    while let Some((_, after)) = rest.split_once("```") {
        let (block, behind) = after.split_once("\n```").expect("an end of the block");
        rest = behind;
        if let Some(text) = block.strip_prefix(&format!("{language}\n")) {
            found.push(text);
        }
    }
    assert!(!found.is_empty(), "no block of {language}");
    found
}

/// Whatever varies from run to run or with the width of a column is made equal.
fn settled(line: &str) -> String {
    let line = line.split("; finished in ").next().unwrap_or_default();
    let words: Vec<&str> = line.split_whitespace().collect();
    words.join(" ")
}

/// Asserts that the block's lines are the output's, in order, and that only `…` leaves lines out.
#[track_caller]
fn check_output(block: &str, out: &str, settle: impl Fn(&str) -> String) {
    let mut real = out.lines().map(&settle);
    let mut gap = false;
    for line in block.lines().skip(1) {
        if line == "…" {
            gap = true;
            continue;
        }
        let line = settle(line);
        let next = if gap {
            real.find(|real| *real == line)
        } else {
            real.next()
        };
        assert_eq!(
            next.as_deref(),
            Some(line.as_str()),
            "README.md is out of date:\n{out}"
        );
        gap = false;
    }
    assert!(
        gap || real.all(|line| line.is_empty()),
        "README.md ends too early:\n{out}"
    );
}

#[test]
fn the_demo_prints_what_is_printed_here() {
    let consoles = blocks("console");
    let demo = consoles
        .iter()
        .find(|block| block.starts_with("$ probity demo\n"));
    let ran = check_exit(&mut Probity::new(&["demo"]), 0);
    check_output(demo.expect("the demo's block"), &ran.out, settled);
}

#[test]
fn a_failure_looks_as_it_does_here() {
    let consoles = blocks("console");
    let failing = consoles.iter().find(|block| block.contains("... FAILED"));
    let failing = failing.expect("the failure's block");
    let tenant = Served::with(&["missing-key-403"], &[]);
    let command = failing.lines().next().expect("a command");
    let arguments: Vec<&str> = command.split_whitespace().skip(2).collect();
    let ran = check_exit(&mut tenant.probity(&arguments), 1);
    // The port and the key's id are others each time.
    let settle = |line: &str| {
        let line = settled(line);
        let Some((before, after)) = line.split_once("http://127.0.0.1:") else {
            return line;
        };
        let digits = |text: &str| text.replace(|digit: char| digit.is_ascii_digit(), "");
        format!("{before}{}", digits(after))
    };
    check_output(failing, &ran.out, settle);
}

#[test]
fn every_command_parses() {
    let fenced = blocks("sh").into_iter().chain(blocks("console"));
    let fenced = fenced.flat_map(str::lines);
    let fenced = fenced.map(|line| line.trim_start_matches("$ "));
    let inline = README.split('`').skip(1).step_by(2);
    let ci = README
        .lines()
        .filter_map(|line| line.trim().strip_prefix("run: "));
    let commands: Vec<&str> = fenced
        .chain(inline)
        .chain(ci)
        .filter(|line| line.starts_with("probity "))
        .collect();
    assert!(commands.len() > 12, "{commands:?}");
    for command in commands {
        let parsed = args::Arguments::try_parse_from(command.split_whitespace());
        assert!(
            parsed.is_ok(),
            "`{command}`: {}",
            parsed.expect_err("an error")
        );
    }
}

#[test]
fn the_settings_and_the_names_are_real() {
    let tenant = Served::conforming();
    let settings = blocks("yaml")[0];
    assert!(settings.lines().count() <= 5, "more than five lines");
    let probity = Probity::new(&["plan"]).with_file("probity.yaml", settings);
    check_exit(&mut probity.env("PROBITY_API_KEY", "a-key-for-nobody"), 0);
    // Against a tenant without the identities that it does not name, it is incomplete.
    let here = settings.replace("https://acme.example", &tenant.fixtures().url);
    let probity = tenant.probity(&["run"]).with_file("probity.yaml", &here);
    let probity = probity.without_env("PROBITY_EXPIRED_KEY");
    check_exit(&mut probity.without_env("PROBITY_OTHER_KEY"), 3);
    for subject in ["RAK-AUT-01", "no-effect"] {
        check_exit(&mut Probity::new(&["explain", subject]), 0);
    }
}

#[test]
fn the_exit_codes_are_those_of_the_help() {
    let help = check_exit(&mut Probity::new(&["--help"]), 0);
    let codes = |text: &str, begin: &str| -> Vec<String> {
        let lines = text.lines().filter_map(|line| line.strip_prefix(begin));
        let words = lines.filter_map(|line| line.split_whitespace().next());
        let codes = words.filter(|word| word.parse::<u8>().is_ok());
        codes.map(str::to_owned).collect()
    };
    let table = codes(README, "| ");
    assert_eq!(table.len(), 9);
    assert_eq!(table, codes(&help.out, "  "));
}
