//! `report` and the reports of `run`: made later they are the same, and shards make the whole.

use std::process::{Child, Command};

use serde_json::Value;

use super::{PATIENCE, Probity, Served, check_exit, check_says};
use crate::report::schema::check_log;

/// May do everything to its tenant: with less, the ids that it hands out decide whether a spelling
/// of one can be tried without harm, and each run gets others.
const RUN: [&str; 7] = [
    "run",
    "--events",
    "run.ndjson",
    "--linger",
    "100ms",
    "--allow",
    "tenant",
];

/// Runs against a tenant, and gives the event log.
#[track_caller]
fn log(tenant: &Served, arguments: &[&str], code: i32) -> String {
    let mut probity = tenant.probity(&[&RUN[..], arguments].concat());
    check_exit(&mut probity, code);
    probity.read("run.ndjson")
}

/// `report` on these logs, in a folder of their own.
fn report(logs: &[String], arguments: &[&str]) -> Probity {
    let names: Vec<String> = (0..logs.len())
        .map(|number| format!("{number}.ndjson"))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let probity = Probity::new(&[&["report"][..], &names, arguments].concat());
    for (name, log) in names.iter().zip(logs) {
        probity.write(name, log);
    }
    probity
}

#[track_caller]
fn json(logs: &[String], arguments: &[&str], code: i32) -> Value {
    let ran = check_exit(&mut report(logs, arguments), code);
    serde_json::from_str(&ran.out).expect("JSON")
}

/// What the logs of shards and of the whole have in common: all but times and what was seen.
#[track_caller]
fn comparable(logs: &[String], code: i32) -> (Value, Vec<Value>) {
    let mut summary = json(logs, &["--json", "-"], code);
    for demand in summary["requirements"]
        .as_array_mut()
        .expect("requirements")
    {
        demand.as_object_mut().expect("one").remove("reason");
    }
    let run = &summary["runs"][0];
    let what = serde_json::json!([
        summary["verdict"],
        summary["exit_code"],
        summary["complete"],
        summary["counts"],
        summary["verdicts"],
        summary["requirements"],
        summary["never_judged"],
        run["filtered_out"],
        run["partial"],
    ]);
    let tests = json(logs, &["--ctrf", "-"], code)["results"]["tests"].take();
    let tests = tests.as_array().expect("tests").iter();
    let tests =
        tests.map(|test| serde_json::json!([test["name"], test["status"], test["rawStatus"]]));
    (what, tests.collect())
}

#[test]
fn the_logs_of_four_shards_equal_the_unsharded_run() {
    for (defects, code) in [(&[][..], 0), (&["missing-key-403"][..], 1)] {
        let tenant = Served::with(defects, &[]);
        let whole = log(&tenant, &[], code);
        check_log(&whole);
        let shards: Vec<String> = (1..=4)
            .map(|index| {
                let shard = format!("{index}/4");
                let mut probity = tenant.probity(&[&RUN[..], &["--shard", &shard]].concat());
                probity.run();
                probity.read("run.ndjson")
            })
            .collect();
        assert_eq!(comparable(&shards, code), comparable(&[whole], code));
        let missing = check_exit(
            &mut report(&shards[..3], &[]),
            if code == 0 { 3 } else { code },
        );
        check_says(&missing.out, "shard 4/4 is missing");
    }
}

#[test]
fn a_report_made_later_is_the_report_of_the_run() {
    let tenant = Served::with(&["missing-key-403"], &[]);
    let files = [
        "--junit",
        "r.junit",
        "--html",
        "r.html",
        "--markdown",
        "r.markdown",
        "--json",
        "r.json",
        "--ctrf",
        "r.ctrf",
        "--sarif",
        "r.sarif",
        "--tap",
        "r.tap",
        "--har",
        "r.har",
    ];
    let fixed = ["run", "RAK-AUT-01", "--events", "run.ndjson", "--github"];
    let mut ran = tenant
        .probity(&[&fixed[..], &files].concat())
        .env("GITHUB_STEP_SUMMARY", "step.md");
    let first = check_exit(&mut ran, 1);
    check_says(&first.out, "\n::error title=Probity::");
    let log = ran.read("run.ndjson");
    let mut later =
        report(&[log], &[&files[..], &["--github"]].concat()).env("GITHUB_STEP_SUMMARY", "step.md");
    let second = check_exit(&mut later, 1);
    check_says(&second.out, "::error title=Probity::");
    assert!(!second.out.contains("verdict: "), "{}", second.out);
    for name in files
        .iter()
        .filter(|name| name.starts_with("r."))
        .chain(&["step.md"])
    {
        assert_eq!(ran.read(name), later.read(name), "{name}");
    }
}

#[test]
fn without_a_format_the_end_of_the_run_is_shown() {
    let tenant = Served::with(&["missing-key-403"], &[]);
    let log = log(&tenant, &["RAK-AUT-01"], 1);
    let ran = check_exit(&mut report(&[log], &[]), 1);
    check_says(
        &ran.out,
        "failures:\n\n---- revokeApiKey::missing-credential ----",
    );
    check_says(&ran.out, "\nverdict: FAIL (exit 1)");
}

#[test]
fn a_log_that_is_none_is_named_with_its_line() {
    for (text, said) in [
        ("", "`0.ndjson` line 1"),
        ("{\"a\": 1}\n", "`0.ndjson` line 1"),
        ("<xml>\n", "`0.ndjson` line 1"),
        (
            "{\"event\":\"case-started\",\"case\":\"a::b\"}\n",
            "`0.ndjson` line 1",
        ),
    ] {
        let ran = check_exit(&mut report(&[text.to_owned()], &[]), 2);
        check_says(&ran.err, said);
    }
    check_exit(&mut Probity::new(&["report", "absent.ndjson"]), 2);
    check_exit(&mut Probity::new(&["report"]), 2);
}

#[test]
fn standard_output_is_for_one_and_the_log_is_not_overwritten() {
    let log = "x\n".to_owned();
    let logs = [log];
    let twice = check_exit(
        &mut report(&logs, &["--junit", "-", "--tap", "/dev/stdout"]),
        2,
    );
    check_says(&twice.err, "goes to the same file");
    let both = check_exit(&mut report(&logs, &["--junit", "-", "--github"]), 2);
    check_says(&both.err, "--github takes standard output");
    let own = check_exit(&mut report(&logs, &["--junit", "./0.ndjson"]), 2);
    check_says(&own.err, "is the event log itself");
    let bare = check_exit(&mut report(&logs, &["--intoto", "x"]), 2);
    check_says(&bare.err, "--subject");
    let run = check_exit(&mut Probity::new(&["demo", "--json", "-"]), 2);
    check_says(&run.err, "--logfile");
    let events = check_exit(&mut Probity::new(&["demo", "--events", "-"]), 2);
    check_says(&events.err, "the event log is a file");
}

#[test]
fn only_a_complete_run_is_attested() {
    let tenant = Served::conforming();
    let subject = format!("name=tenant,sha256={}", "ab".repeat(32));
    let intoto = ["--intoto", "-", "--subject", &subject];
    let whole = log(&tenant, &["RAK-AUT-01"], 0);
    let statement = json(&[whole], &intoto, 0);
    assert_eq!(statement["predicate"]["result"], "PASSED");
    let part = log(&tenant, &["RAK-AUT-01", "--shard", "1/2"], 0);
    let ran = check_exit(&mut report(&[part], &intoto), 3);
    check_says(&ran.err, "only a complete run is attested");
    assert_eq!(ran.out, "");
}

fn kill(child: &Child) {
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-s", "KILL", &id]).status();
    assert!(sent.expect("kill").success());
}

#[test]
fn a_killed_run_leaves_a_log_that_is_read_as_incomplete() {
    let tenant = Served::with(&[], &["slow"]);
    let mut probity = tenant.probity(&["run", "--test-threads", "1", "--events", "run.ndjson"]);
    let mut child = probity.spawn();
    let began = std::time::Instant::now();
    let finished = |folder: &std::path::Path| {
        let text = std::fs::read_to_string(folder.join("run.ndjson")).unwrap_or_default();
        text.matches("\"event\":\"case-finished\"").count()
    };
    while finished(probity.folder.path()) < 2 {
        let ended = child.try_wait().expect("a child");
        assert!(
            ended.is_none() && began.elapsed() < PATIENCE,
            "nothing is judged"
        );
        std::thread::yield_now();
    }
    kill(&child);
    child.wait().expect("an end");
    let log = probity.read("run.ndjson");
    assert!(!log.contains("\"event\":\"run-finished\""));
    let summary = json(std::slice::from_ref(&log), &["--json", "-"], 3);
    assert_eq!(
        (&summary["exit_code"], &summary["complete"]),
        (&3.into(), &false.into())
    );
    let judged = summary["counts"]["ok"].as_u64().expect("a count");
    assert!(judged >= 1 && summary["never_judged"].as_u64().expect("a count") > 50);
    // Torn within its last line it says as much, and that the line is torn.
    let torn = log.trim_end()[..log.trim_end().len() - 3].to_owned();
    let ran = check_exit(&mut report(&[torn], &[]), 3);
    check_says(&ran.err, "is torn and left out");
    check_says(&ran.out, "INCOMPLETE: the run was cut off");
}

#[test]
fn a_secret_in_an_artefact_is_exit_70_and_the_artefact_is_gone() {
    let tenant = Served::conforming();
    let secret = tenant.fixtures().admin.secret;
    // Whoever puts a key into a path puts it into every artefact.
    let path = format!("/{secret}");
    let arguments = ["run", "RAK-AUT-01", "--base-path", &path];
    let files = ["--events", "run.ndjson", "--junit", "run.xml"];
    let mut probity = tenant.probity(&[&arguments[..], &files].concat());
    let ran = check_exit(&mut probity, 70);
    for name in ["run.ndjson", "run.xml"] {
        check_says(&ran.err, &format!("a secret stands in `{name}`"));
        assert!(
            !probity.folder.path().join(name).exists(),
            "{name} is still there"
        );
    }
}
