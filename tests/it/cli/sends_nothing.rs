//! What only shows: lists, plans and explanations send nothing.

use super::{Probity, Served, check_exit, check_says};

#[test]
fn lists_need_no_target_and_look_like_libtest() {
    let pretty = check_exit(&mut Probity::new(&["run", "--list"]), 0);
    check_says(&pretty.out, "revokeApiKey::valid-request: test\n");
    let cases = pretty
        .out
        .lines()
        .filter(|line| line.ends_with(": test"))
        .count();
    assert!(
        pretty
            .out
            .ends_with(&format!("\n\n{cases} tests, 0 benchmarks\n"))
    );
    let terse = check_exit(
        &mut Probity::new(&["run", "--list", "--format", "terse"]),
        0,
    );
    assert_eq!(terse.out.lines().count(), cases);
    assert!(terse.out.lines().all(|line| line.ends_with(": test")));
}

#[test]
fn filters_skips_codes_and_tags_select() {
    let list = |arguments: &[&str]| {
        let fixed = ["run", "--list", "--format", "terse"];
        let ran = check_exit(&mut Probity::new(&[&fixed[..], arguments].concat()), 0);
        let ids = ran
            .out
            .lines()
            .map(|line| line.trim_end_matches(": test").to_owned());
        ids.collect::<Vec<String>>()
    };
    let all = list(&[]);
    let code = list(&["RAK-AUT-01"]);
    assert!(code.contains(&"revokeApiKey::missing-credential".to_owned()));
    assert!(code.len() < all.len());
    let several = list(&["missing-credential", "dead-credential"]);
    assert!(several.len() > list(&["missing-credential"]).len());
    let exact = list(&["--exact", "revokeApiKey::missing-credential"]);
    assert_eq!(exact, ["revokeApiKey::missing-credential"]);
    let skipped = list(&["--skip", "missing-credential"]);
    assert!(skipped.iter().all(|id| !id.contains("missing-credential")));
    let smoke = list(&["--tag", "smoke"]);
    assert!(smoke.len() > 3 && smoke.len() < all.len(), "{smoke:?}");
}

#[test]
fn a_plan_is_the_same_byte_for_byte_and_sends_nothing() {
    let tenant = Served::conforming();
    let first = check_exit(&mut tenant.probity(&["plan"]), 0);
    let second = check_exit(&mut tenant.probity(&["plan"]), 0);
    assert!(tenant.log().is_empty());
    assert_eq!(first.out, second.out);
    for word in [
        "DELETE /api/v1/api-keys/",
        "RAK-AUT-01 (must, contract) expects 401",
        "control ",
        "could lose ",
        "disposable keys needed: ",
    ] {
        check_says(&first.out, word);
    }
    let cases = first
        .out
        .lines()
        .filter(|line| line.starts_with("revokeApiKey::"))
        .count();
    check_says(&first.out, &format!("{cases} cases, "));
    // It needs neither a target nor keys.
    let bare = check_exit(&mut Probity::new(&["plan"]), 0);
    check_says(&bare.out, "{target}");
}

#[test]
fn explanations_name_the_sentence_and_the_cases() {
    let ran = check_exit(&mut Probity::new(&["explain", "RAK-AUT-01"]), 0);
    for word in [
        "RAK-AUT-01  ",
        "level     must, profile contract",
        "source    contract#/components/responses/Unauthorized",
        "sinjapp-business.v1.yaml:",
        "revokeApiKey::missing-credential",
        "Requires",
        "Why",
    ] {
        check_says(&ran.out, word);
    }
    let all = check_exit(&mut Probity::new(&["explain"]), 0);
    for line in all.out.lines() {
        let code = line.split_whitespace().next().expect("a code");
        check_exit(&mut Probity::new(&["explain", code]), 0);
    }
    for subject in [
        "revokeApiKey::missing-credential",
        "missing-credential",
        "no-effect",
    ] {
        check_exit(&mut Probity::new(&["explain", subject]), 0);
    }
}

#[test]
fn a_document_is_linted_with_places() {
    let text = include_str!("../../../spec/sinjapp-business.v1.yaml");
    let mut probity = Probity::new(&["lint", "api.yaml"]).with_file("api.yaml", text);
    let ran = check_exit(&mut probity, 0);
    check_says(&ran.out, "0 findings");
}

#[test]
fn a_settings_file_to_begin_with_is_accepted_as_it_is() {
    let init = check_exit(&mut Probity::new(&["init"]), 0);
    let mut probity = Probity::new(&["plan"]).with_file("probity.yaml", &init.out);
    let probity = probity_with_key(&mut probity);
    check_exit(probity, 0);
}

fn probity_with_key(probity: &mut Probity) -> &mut Probity {
    probity.command.env("PROBITY_API_KEY", "a-key-for-nobody");
    probity
}

#[test]
fn completions_and_the_manual_are_printed() {
    for arguments in [
        &["completions", "bash"][..],
        &["man"],
        &["--help"],
        &["--version"],
    ] {
        let ran = check_exit(&mut Probity::new(arguments), 0);
        check_says(&ran.out, "probity");
    }
    let help = check_exit(&mut Probity::new(&["--help"]), 0);
    for code in ["70", "2", "5", "7", "1", "6", "3", "4", "0"] {
        check_says(&help.out, &format!("\n  {code:>2}  "));
    }
}

#[test]
fn flags_of_libtest_are_accepted() {
    for flags in [
        &["--test"][..],
        &["--bench"],
        &["--include-ignored"],
        &["--no-capture"],
        &["--show-output"],
        &["--report-time", "-Zunstable-options"],
        &["--exclude-should-panic"],
        &["--force-run-in-process"],
        &["-q"],
        &[
            "--color",
            "never",
            "--test-threads=1",
            "--logfile",
            "log.txt",
        ],
    ] {
        check_exit(&mut Probity::new(&[&["run", "--list"], flags].concat()), 0);
    }
    check_exit(&mut Probity::new(&["run", "--list", "--ignored"]), 4);
}
