//! No secret leaves by any output, wherever the target echoes it.

use std::fs;

use super::{Ran, Served};

/// Every secret that the tenant started with.
fn secrets(tenant: &Served) -> Vec<String> {
    let fixtures = tenant.fixtures();
    let mut keys = vec![
        fixtures.admin,
        fixtures.limited,
        fixtures.expired,
        fixtures.revoked,
        fixtures.other.admin,
    ];
    keys.extend(fixtures.victims);
    keys.into_iter().map(|key| key.secret).collect()
}

/// Asserts that no output holds a secret, whole or in good part.
#[track_caller]
fn check_secrecy(tenant: &Served, ran: &Ran, written: &[String]) {
    let texts = [&ran.out, &ran.err].into_iter().chain(written);
    for text in texts {
        for secret in secrets(tenant) {
            // All but the first characters are random; half of them would be a lead.
            let half = &secret[..secret.len() / 2];
            assert!(!text.contains(half), "a secret is told:\n{text}");
        }
        // Keys that the run made are secrets too: all begin like this.
        let told = text.match_indices("sk_").find(|(at, _)| {
            let after = text[at + 3..].bytes();
            after.take_while(u8::is_ascii_alphanumeric).count() >= 20
        });
        if let Some((at, _)) = told {
            let from = text[..at].rfind('\n').unwrap_or(0);
            panic!(
                "a secret is told: {}",
                text[from..].lines().nth(1).unwrap_or_default()
            );
        }
    }
}

fn check_run(defects: &[&str], odd: &[&str]) {
    let tenant = Served::with(defects, odd);
    let arguments = ["run", "--allow", "tenant", "--nocapture", "--github"];
    let files = [
        "events", "junit", "html", "markdown", "json", "ctrf", "sarif", "tap", "har",
    ];
    let flags = files.map(|name| format!("--{name}=run.{name}"));
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let mut probity = tenant
        .probity(&[&arguments[..], &flags].concat())
        .env("GITHUB_STEP_SUMMARY", "run.step");
    let ran = probity.run();
    // Whether an echo is a failure is another matter, and no matter here.
    assert!([0, 1].contains(&ran.code), "{}", ran.out);
    let written = files.iter().chain(&["step"]);
    let written: Vec<String> = written
        .map(|name| probity.read(&format!("run.{name}")))
        .collect();
    check_secrecy(&tenant, &ran, &written);
    assert!(ran.err.contains("X-Api-Key"), "no exchange was shown");
}

#[test]
fn a_conforming_run_tells_no_secret() {
    check_run(&[], &[]);
}

#[test]
fn a_target_that_echoes_keys_tells_no_secret() {
    for defect in [
        "echoes-key-in-message",
        "echoes-key-in-field",
        "echoes-key-in-hex",
        "echoes-key-url-encoded",
        "echoes-path-value",
    ] {
        check_run(&[defect], &[]);
    }
    check_run(&["echoes-key-in-message"], &["gzip-when-asked"]);
}

#[test]
fn settings_are_shown_without_secrets() {
    let tenant = Served::conforming();
    for command in ["run", "plan"] {
        let ran = tenant.probity(&[command, "--show-config"]).run();
        assert_eq!(ran.code, 0);
        check_secrecy(&tenant, &ran, &[]);
        for word in ["target", "probity.yaml", "identities.admin", "[redacted]"] {
            assert!(ran.out.contains(word), "`{word}` is not in {}", ran.out);
        }
    }
    assert!(tenant.log().is_empty());
}

#[test]
fn the_plan_and_the_files_beside_a_served_tenant_hold_their_secrets_apart() {
    let tenant = Served::conforming();
    let mut probity = tenant.probity(&["plan"]);
    let ran = probity.run();
    check_secrecy(&tenant, &ran, &[]);
    let files = fs::read_dir(probity.folder.path())
        .expect("a folder")
        .count();
    assert_eq!(files, 1, "something was written that nobody asked for");
}
