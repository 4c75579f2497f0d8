//! What is typed or written wrongly: exit code 2, the place, and nothing sent.

use super::{Probity, Served, check_exit, check_says};

/// Asserts that a run with these arguments and this file is refused with these words.
#[track_caller]
fn check_refused(arguments: &[&str], file: (&str, &str), words: &[&str]) {
    let tenant = Served::conforming();
    let target = format!("target: {}\n", tenant.fixtures().url);
    let probity = tenant.probity(arguments).with_file("probity.yaml", &target);
    let mut probity = probity.with_file(file.0, &file.1.replace("TARGET\n", &target));
    let ran = check_exit(&mut probity, 2);
    for word in words {
        check_says(&ran.err, word);
    }
    assert_eq!(ran.out, "");
    assert!(tenant.log().is_empty(), "something was sent");
}

#[test]
fn an_unknown_key_of_the_settings_is_refused_with_its_place() {
    let file = (
        "probity.yaml",
        "TARGET\nidentites:\n  admin: {env: PROBITY_API_KEY}\n",
    );
    check_refused(
        &["run"],
        file,
        &["probity.yaml:2:1", "identites", "identities"],
    );
}

#[test]
fn a_wrong_value_of_the_settings_is_refused_with_its_place() {
    let file = ("probity.yaml", "TARGET\nallow: everything\n");
    check_refused(&["run"], file, &["probity.yaml:2:", "everything"]);
}

#[test]
fn settings_with_a_syntax_error_are_refused_with_its_place() {
    let file = ("probity.yaml", "TARGET\nidentities: {admin: \n");
    check_refused(&["run"], file, &["probity.yaml:"]);
}

#[test]
fn a_contract_with_a_syntax_error_is_refused_with_its_place() {
    let file = ("api.yaml", "openapi: 3.0.3\ninfo: [unclosed\npaths: {}\n");
    check_refused(&["run", "--contract", "api.yaml"], file, &["api.yaml:"]);
    let file = ("api.json", "{\"openapi\": \"3.0.3\",\n \"paths\": }\n");
    check_refused(&["run", "--contract", "api.json"], file, &["api.json:2:11"]);
}

#[test]
fn a_contract_without_the_operation_is_refused() {
    let text = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths: {}\n";
    let words = ["revokeApiKey"];
    check_refused(
        &["run", "--contract", "api.yaml"],
        ("api.yaml", text),
        &words,
    );
}

#[test]
fn a_suite_with_a_wrong_field_is_refused_with_its_place() {
    let suite = include_str!("../../../suites/revoke-api-key.yaml");
    let wrong = suite.replacen("    level: must", "    levle: must", 1);
    let line = wrong.lines().position(|line| line.contains("levle"));
    let place = format!("suite.yaml:{}:", line.expect("a line") + 1);
    let arguments = ["run", "--suite", "./suite.yaml"];
    check_refused(&arguments, ("suite.yaml", &wrong), &[&place, "levle"]);
}

#[test]
fn wrong_flags_are_refused() {
    check_refused(
        &["run", "--alow", "revoke"],
        ("a", ""),
        &["--alow", "--allow"],
    );
    check_refused(&["run", "--allow", "all"], ("a", ""), &["--allow", "all"]);
    check_refused(
        &["run", "--test-threads", "none"],
        ("a", ""),
        &["--test-threads"],
    );
    check_refused(&["rum"], ("a", ""), &["rum"]);
}

#[test]
fn files_that_are_not_there_are_named() {
    for flag in ["--config", "--contract", "--suite"] {
        let arguments = ["run", flag, "./nowhere.yaml"];
        check_refused(&arguments, ("a", ""), &["nowhere.yaml"]);
    }
}

#[test]
fn no_target_is_refused_and_says_how_to_name_one() {
    let ran = check_exit(&mut Probity::new(&["run"]), 2);
    check_says(&ran.err, "--target");
    check_says(&ran.err, "PROBITY_TARGET");
}

#[test]
fn a_target_that_ends_in_the_servers_path_is_refused_with_the_right_one() {
    let ran = check_exit(
        &mut Probity::new(&["run", "--target", "http://127.0.0.1:9/api/v1"]),
        2,
    );
    check_says(&ran.err, "http://127.0.0.1:9");
}

#[test]
fn plain_http_to_the_world_is_refused() {
    let ran = check_exit(
        &mut Probity::new(&["run", "--target", "http://192.0.2.1"]),
        2,
    );
    check_says(&ran.err, "--allow-http");
}

#[test]
fn what_explain_and_serve_do_not_know_gets_the_nearest_name() {
    let ran = check_exit(&mut Probity::new(&["explain", "RAK-AUT-O1"]), 2);
    check_says(&ran.err, "nearest: `RAK-AUT-");
    let arguments = ["serve", "--defect", "revokes-all-kees"];
    let ran = check_exit(&mut Probity::new(&arguments), 2);
    check_says(&ran.err, "nearest: `revokes-all-keys`");
    let arguments = ["serve", "--listen", "0.0.0.0:0"];
    check_exit(&mut Probity::new(&arguments), 2);
}
