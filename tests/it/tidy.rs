//! The import law, the homes of crates, and what every file must look like.
//!
//! The tables in `tidy/law.rs` are the law; there is no other copy to keep in step. What building
//! it has taught, beyond the first draft of the law:
//!
//! - `plan` and `check` may import `document`: pointers and the places of sources are its words;
//! - `fixture` may import `plan`: a script says which holders, derivations and readings it needs;
//! - `suite` holds the built-in suites and the contract that they are written for;
//! - `run` may import `config` in `run/assemble.rs` alone, where settings become a job;
//! - `http` and `tenant` use tokio's clock for the bounds of their own waits.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "the whole file is tests; clippy.toml exempts only functions marked as such"
)]

mod law;
mod source;

use std::collections::BTreeSet;

use probity::api::Api;
use probity::check;
use probity::document::Document;
use probity::plan::{self, CHECKS, Plan, rules};
use probity::suite::{Suite, built_in};

use law::violations;
use source::Source;

/// Files of the two folders that hold no rule and no check.
const NO_FAMILIES: &[&str] = &[
    "src/check/failure.rs",
    "src/check/internals/marks.rs",
    "src/check/internals/pattern.rs",
    "src/check/internals/text.rs",
    "src/check/mod.rs",
    "src/check/record.rs",
    "src/check/table.rs",
    "src/plan/rules/mod.rs",
    "src/plan/rules/request.rs",
];

const HEADINGS: [&str; 4] = ["## Requires", "## Why", "## Spec", "## Silent"];

#[test]
fn every_file_keeps_the_law() {
    let sources = source::below("src", "rs");
    assert!(sources.len() > 100, "only {} files", sources.len());
    let broken = violations(&sources);
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn every_test_file_is_as_tidy() {
    let broken = violations(&source::below("tests", "rs"));
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn every_bench_file_is_as_tidy() {
    let sources = source::below("benches", "rs");
    assert!(sources.len() > 5, "only {} files", sources.len());
    let broken = violations(&sources);
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn the_law_has_no_cycle() {
    assert_eq!(law::cycle(), None);
}

/// Asserts what the law says of a file; an empty text stands for nothing.
#[track_caller]
fn check_law(path: &str, code: &str, expected: &str) {
    let text = format!("//! A sample.\n\n{code}\n");
    let broken = violations(&[Source::new(path, &text)]).join("\n");
    if expected.is_empty() {
        assert_eq!(broken, "", "for {code}");
    } else {
        assert!(broken.contains(expected), "`{expected}` not in `{broken}`");
    }
}

#[test]
fn an_import_against_the_law_is_caught() {
    let no_run = "`check` may not import `run`";
    check_law("src/check/status.rs", "use crate::run::Job;", no_run);
    check_law(
        "src/check/status.rs",
        "use crate::{plan::Plan, run};",
        no_run,
    );
    check_law(
        "src/check/status.rs",
        "fn f() { crate::run::go(); }",
        no_run,
    );
    check_law(
        "src/check/status.rs",
        "pub(crate) use crate::plan::Plan;",
        "",
    );
    let climbing = "climbs to the root";
    check_law(
        "src/check/status.rs",
        "use super::super::run::Job;",
        climbing,
    );
    check_law(
        "src/http/message/part.rs",
        "use super::super::origin::Origin;",
        "",
    );
    let messages = "may name only messages of `http`";
    check_law(
        "src/plan/x.rs",
        "use crate::http::{Client, Text};",
        messages,
    );
    check_law("src/plan/x.rs", "use crate::http::{Request, Text};", "");
    check_law(
        "src/run/mod.rs",
        "use crate::config::Settings;",
        "only [\"run/assemble.rs\"",
    );
    check_law("src/run/assemble.rs", "use crate::config::Settings;", "");
    check_law(
        "src/report/x.rs",
        "use crate::run::Job;",
        "may import only [\"conclusion\", \"event\"]",
    );
    check_law(
        "src/cli/x.rs",
        "use crate::run::Job;",
        "`cli` may not import `run`",
    );
    check_law(
        "src/novelty.rs",
        "fn f() {}",
        "`novelty` has no line in the law",
    );
}

#[test]
fn a_crate_away_from_home_is_caught() {
    let home = |path: &str| format!("reaches for `{path}`, whose home is");
    check_law("src/run/x.rs", "use hyper::Request;", &home("hyper"));
    check_law("src/http/client/x.rs", "use hyper::Request;", "");
    check_law(
        "src/run/x.rs",
        "fn f() { std::env::var(\"X\"); }",
        &home("std::env"),
    );
    check_law(
        "src/proof/x.rs",
        "#[tokio::main] fn f() {}",
        &home("tokio::main"),
    );
    check_law(
        "src/cli/x.rs",
        "use tokio::runtime::Builder;",
        &home("tokio::runtime"),
    );
    check_law(
        "src/driver.rs",
        "use tokio::{sync::mpsc, time::{self, sleep}};",
        &home("tokio::time"),
    );
}

#[test]
fn an_impure_stage_is_caught() {
    let impure = |path: &str| format!("is pure, and has `{path}`");
    check_law(
        "src/plan/x.rs",
        "use std::collections::HashMap;",
        &impure("HashMap"),
    );
    check_law(
        "src/check/x.rs",
        "let now = Instant::now();",
        &impure("Instant"),
    );
    check_law("src/config/x.rs", "std::fs::read(path)", &impure("std::fs"));
    check_law("src/run/x.rs", "use std::collections::HashMap;", "");
    check_law("src/plan/x.rs", "use std::{env, fmt};", &impure("std::env"));
    check_law("src/check/x.rs", "async fn f() {}", "`check` is not async");
    check_law(
        "src/check/x.rs",
        "struct HashMapping; let asynchronous = 1;",
        "",
    );
}

#[test]
fn a_file_out_of_form_is_caught() {
    check_law("src/run/util.rs", "", "`util` says nothing of the content");
    check_law(
        "src/run/types/x.rs",
        "",
        "`types` says nothing of the content",
    );
    check_law("src/run/x.rs", &"\n".repeat(500), "503 lines, at most 500");
    check_law("src/run/x.rs", &"x".repeat(101), "line 3 has 101 columns");
    check_law(
        "tests/it/x.rs",
        "#[ignore] fn f() {}",
        "a test that is not run",
    );
    check_law("tests/it/x.rs", "fn test_f() {}", "is a sentence");
    let bare = violations(&[Source::new("src/run/x.rs", "fn f() {}\n")]);
    assert_eq!(bare, ["src/run/x.rs: does not begin by saying what it is"]);
}

#[test]
fn comments_texts_and_unit_tests_are_no_code() {
    for harmless in [
        "// use crate::run::Job;",
        "/* use /* crate::run */ crate::run::Job; */",
        "const A: &str = \"use crate::run::Job; \\\" crate::run\";",
        "const A: &str = r#\"crate::run \" \"#;",
        "const A: char = '\"'; const B: char = '\\''; // crate::run",
        "#[cfg(test)]\nmod tests { use crate::run::Job; fn f() { if true {} } }",
    ] {
        check_law("src/check/x.rs", harmless, "");
    }
    let after = "#[cfg(test)]\nmod tests { fn f() {} }\nuse crate::run::Job;";
    check_law("src/check/x.rs", after, "may not import `run`");
    let lifetime = "fn f<'a>(text: &'a str) {} use crate::run::Job; fn g<'a>() {}";
    check_law("src/check/x.rs", lifetime, "may not import `run`");
}

/// Asserts that the head of a family's file has the headings in order.
fn check_head(name: &str, text: &str) {
    let places: Vec<Option<usize>> = HEADINGS.iter().map(|heading| text.find(heading)).collect();
    assert!(
        places.is_sorted() && places[0].is_some(),
        "{name}: {places:?} of {HEADINGS:?}"
    );
}

#[test]
fn every_family_says_what_it_requires_and_why() {
    for folder in ["src/check", "src/plan/rules"] {
        for source in source::below(folder, "rs") {
            if !NO_FAMILIES.contains(&source.path.as_str()) {
                let code = source.text.find("\nuse ").expect("imports");
                check_head(&source.path, &source.text[..code]);
            }
        }
    }
    for rule in rules::RULES {
        check_head(rule.name, rule.document);
    }
    for name in CHECKS {
        let document = check::document(name);
        check_head(
            name,
            document.unwrap_or_else(|| panic!("`{name}` is not explained")),
        );
    }
}

/// The built-in suite's plan, its contract and its requirements.
fn built_in_plan() -> (Api, Plan) {
    let (name, bytes) = built_in::CONTRACT;
    let document = Document::parse(name, bytes).expect("the built-in contract");
    let api = Api::lower(&document).expect("the built-in contract");
    let (name, bytes) = built_in::SUITES[0];
    let suite = Suite::parse(name, bytes).expect("the built-in suite");
    let plan = plan::plan(&api, &document, &suite, "/api/v1").expect("a plan");
    (api, plan)
}

#[test]
fn case_ids_are_kebab_unique_and_no_positions() {
    let (api, plan) = built_in_plan();
    let operations: BTreeSet<&str> = api
        .operations
        .iter()
        .map(|operation| operation.id.as_str())
        .collect();
    let kebab = |part: &str| {
        part.split('-').all(|word| {
            let small = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
            !word.is_empty() && word.bytes().all(small)
        })
    };
    let mut seen = BTreeSet::new();
    for case in &plan.cases {
        let id = case.id.as_str();
        assert!(seen.insert(id), "`{id}` twice");
        let parts: Vec<&str> = id.split("::").collect();
        assert!(
            operations.contains(parts[0]),
            "`{id}` begins with no operation"
        );
        assert!(
            (2..=3).contains(&parts.len()),
            "`{id}` has {} parts",
            parts.len()
        );
        for part in &parts[1..] {
            assert!(
                kebab(part) || operations.contains(part),
                "`{id}` is not kebab"
            );
            let position = part.bytes().all(|byte| byte.is_ascii_digit());
            assert!(!position, "`{id}` holds a position");
        }
    }
}

#[test]
fn every_requirement_is_judged_by_a_case() {
    let (_, plan) = built_in_plan();
    for (index, requirement) in plan.suite.requirements.iter().enumerate() {
        let index = plan::RequirementIndex(index);
        let judging = |case: &plan::Case| {
            case.requirements.contains(&index) || case.attached.contains(&index)
        };
        assert!(
            plan.cases.iter().any(judging),
            "nothing judges {}",
            requirement.code
        );
    }
}
