//! Signals and closed streams: a run that is stopped takes away what it made.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use super::{PATIENCE, Probity, Served, check_says, wait};

/// Sends a signal to a child.
#[track_caller]
fn signal(child: &Child, name: &str) {
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-s", name, &id]).status();
    assert!(sent.expect("kill").success());
}

#[test]
fn an_interrupted_run_takes_away_what_it_made_and_ends_with_3() {
    for name in ["INT", "TERM"] {
        let tenant = Served::with(&[], &["slow"]);
        let before = tenant.living();
        let mut probity = tenant.probity(&["run", "--test-threads", "1"]);
        let mut child = probity.spawn();
        // In the middle: something was made, and most of the cases are still to come.
        let began = std::time::Instant::now();
        while tenant.keys().len() < before.len() + 8 {
            let ended = child.try_wait().expect("a child");
            assert!(
                ended.is_none() && began.elapsed() < PATIENCE,
                "nothing is made"
            );
            std::thread::yield_now();
        }
        signal(&child, name);
        let ran = wait(child);
        assert_eq!(ran.code, 3, "{}{}", ran.out, ran.err);
        check_says(&ran.out, &format!("interrupted (SIG{name})"));
        check_says(&ran.out, "INCOMPLETE (exit 3)");
        assert_eq!(tenant.living(), before, "left behind after SIG{name}");
    }
}

#[test]
fn a_served_tenant_prints_json_and_ends_on_a_signal() {
    let mut probity = Probity::new(&["serve", "--config-into", "try"]);
    let mut child = probity.spawn();
    let mut out = BufReader::new(child.stdout.take().expect("a stream"));
    let mut line = String::new();
    out.read_line(&mut line).expect("a line");
    let fixtures: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    let url = fixtures["url"].as_str().expect("a URL");
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    let config = probity.read("try/probity.yaml");
    check_says(&config, url);
    let admin = fixtures["identities"]["admin"]["secret"].as_str();
    check_says(&probity.read("try/secrets.sh"), admin.expect("a secret"));
    assert!(!config.contains(admin.expect("a secret")));

    let mut run = Probity::new(&["run", "RAK-AUT-01", "--allow", "revoke", "--target", url]);
    let ran = run.command.env("PROBITY_API_KEY", admin.expect("a secret"));
    let ran = wait(ran.spawn().expect("the binary"));
    assert_eq!(ran.code, 0, "{}", ran.out);

    signal(&child, "TERM");
    let mut rest = String::new();
    out.read_to_string(&mut rest).expect("its end");
    let status = child.wait().expect("an end");
    assert_eq!((status.code(), rest.as_str()), (Some(0), ""));
}

#[test]
fn a_reader_that_has_enough_changes_no_exit_code() {
    let tenant = Served::with(&["success-200"], &[]);
    let mut probity = tenant.probity(&["run"]);
    let mut child = probity.spawn();
    drop(child.stdout.take());
    let ran = wait(child);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(!ran.err.contains("panicked"), "{}", ran.err);

    for arguments in [&["explain"][..], &["plan"], &["run", "--list"], &["--help"]] {
        let mut probity = Probity::new(arguments);
        probity.command.stdout(Stdio::piped());
        let mut child = probity.spawn();
        drop(child.stdout.take());
        let ran = wait(child);
        assert!(!ran.err.contains("panicked"), "{arguments:?}: {}", ran.err);
    }
}
