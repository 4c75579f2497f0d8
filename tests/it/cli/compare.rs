//! `diff` and `replay`, by hand as a user would.

use super::{Probity, Served, check_exit, check_says};

/// An event log of a run against such a tenant.
fn log_of(defects: &[&str]) -> String {
    let served = Served::with(defects, &[]);
    let mut probity = served.probity(&["run", "--events", "log.ndjson", "missing-credential"]);
    probity.run();
    probity.read("log.ndjson")
}

#[test]
fn diff_exits_1_on_what_fails_anew_and_0_on_what_is_repaired() {
    let (good, bad) = (log_of(&[]), log_of(&["accepts-missing-key"]));
    let with_logs = |arguments: &[&str]| {
        let probity = Probity::new(arguments).with_file("good.ndjson", &good);
        probity.with_file("bad.ndjson", &bad)
    };
    let ran = check_exit(&mut with_logs(&["diff", "good.ndjson", "bad.ndjson"]), 1);
    check_says(&ran.out, "newly failing:\n");
    check_says(
        &ran.out,
        "  revokeApiKey::missing-credential: pass -> fail\n",
    );
    let ran = check_exit(&mut with_logs(&["diff", "bad.ndjson", "good.ndjson"]), 0);
    check_says(
        &ran.out,
        "fixed:\n  revokeApiKey::missing-credential: fail -> pass\n",
    );
    let ran = check_exit(
        &mut with_logs(&["diff", "good.ndjson", "bad.ndjson", "--json"]),
        1,
    );
    let difference: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    assert!(
        difference["newly_failing"]
            .as_array()
            .is_some_and(|all| !all.is_empty())
    );
    let ran = check_exit(&mut with_logs(&["diff", "good.ndjson", "absent.ndjson"]), 2);
    check_says(&ran.err, "absent.ndjson");
}

#[test]
fn replay_runs_a_case_of_a_log_again_and_shows_both() {
    let bad = log_of(&["accepts-missing-key"]);
    let repaired = Served::conforming();
    let case = "revokeApiKey::missing-credential";
    let url = repaired.fixtures().url;
    let mut probity = repaired.probity(&["replay", "old.ndjson", case, "--target", &url]);
    probity.write("old.ndjson", &bad);
    let ran = check_exit(&mut probity, 0);
    check_says(&ran.out, "verdict: fail");
    check_says(&ran.out, "! verdict: pass");
    let mut probity = repaired.probity(&["replay", "old.ndjson", "revokeApiKey::mising"]);
    probity.write("old.ndjson", &bad);
    let ran = check_exit(&mut probity, 2);
    check_says(&ran.err, "nearest: `revokeApiKey::");
}

#[test]
fn the_replay_of_a_demo_brings_a_tenant_of_its_own() {
    let mut demo = Probity::new(&["demo", "--events", "log.ndjson", "placeholder"]);
    check_exit(&mut demo, 0);
    let log = demo.read("log.ndjson");
    let case = "revokeApiKey::placeholder-credential::null";
    let mut replay = Probity::new(&["replay", "log.ndjson", case]).with_file("log.ndjson", &log);
    let ran = check_exit(&mut replay, 0);
    check_says(&ran.err, "another one is started");
    check_says(&ran.out, "> DELETE ");
}
