//! Each row of the table of exit codes.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::thread;

use super::{Probity, Served, check_exit, check_says, verdicts};

#[test]
fn the_demo_conforms() {
    let ran = check_exit(&mut Probity::new(&["demo"]), 0);
    let verdicts = verdicts(&ran.out);
    assert!(verdicts.len() >= 45, "only {} cases", verdicts.len());
    // The tenant speaks plain HTTP: what is about TLS does not apply, and nothing else is left out.
    let about_tls = [
        "::http-2",
        "::http-2::missing-credential",
        "::cleartext",
        "::old-tls",
    ];
    for (case, verdict) in &verdicts {
        let applies = !about_tls.iter().any(|name| case.ends_with(name));
        assert_eq!(verdict == "ok", applies, "{case} {verdict}");
    }
    check_says(&ran.out, "verdict: PASS (exit 0): the target conforms");
    check_says(
        &ran.out,
        "RAK-LEA-08  not applicable: no answer of this run had a Retry-After",
    );
    assert_eq!(ran.err, "");
}

#[test]
fn a_case_that_is_served_and_does_harm_is_one_warning() {
    let tenant = Served::with(&["letter-case-of-methods-is-ignored"], &[]);
    let ran = check_exit(&mut tenant.probity(&["run", "RAK-MET-07"]), 0);
    assert_eq!(
        ran.out.matches("RAK-MET-07 (should").count(),
        1,
        "{}",
        ran.out
    );
    check_says(&ran.out, ", and the key is dead");
}

#[test]
fn which_key_revokes_itself_is_no_chance() {
    let tenant = Served::with(&[], &["keys-are-narrow-by-default"]);
    // What another case made to be able to do everything must not serve this one.
    let ran = check_exit(&mut tenant.probity(&["run", "RAK-AUZ-08", "RAK-AUZ-01"]), 0);
    check_says(&ran.out, "401 to an instance that ends itself");
    check_says(
        &ran.out,
        "204 to an instance that may everything and ends itself",
    );
}

#[test]
fn the_demo_touches_no_tenant_but_its_own() {
    let tenant = Served::conforming();
    let url = tenant.fixtures().url;
    check_exit(&mut Probity::new(&["demo", "--target", &url]), 2);
    let file = format!("target: {url}\n");
    let probity = Probity::new(&["demo", "--config", "probity.yaml"]);
    check_exit(&mut probity.with_file("probity.yaml", &file), 2);
    let probity = Probity::new(&["demo"]).env("PROBITY_TARGET", &url);
    check_exit(&mut probity.with_file("probity.yaml", &file), 0);
    assert!(tenant.log().is_empty(), "the demo reached another tenant");
}

#[test]
fn a_conforming_tenant_gets_0() {
    let tenant = Served::conforming();
    let ran = check_exit(&mut tenant.probity(&["run"]), 0);
    assert!(
        verdicts(&ran.out)
            .iter()
            .all(|(_, verdict)| verdict != "FAILED")
    );
}

#[test]
fn another_tenants_credential_that_is_dead_there_proves_nothing_here() {
    let tenant = Served::conforming();
    let dead = tenant.fixtures().revoked.secret;
    let arguments = ["run", "RAK-AUT-11"];
    check_exit(&mut tenant.probity(&arguments), 0);
    let mut probity = tenant.probity(&arguments).env("PROBITY_OTHER_KEY", &dead);
    let ran = check_exit(&mut probity, 3);
    check_says(&ran.out, "the other tenant refuses its own credential");
}

#[test]
fn a_target_that_hangs_up_on_an_endless_credential_has_answered() {
    let arguments = [
        "run",
        "RAK-AUT-18",
        "--strict",
        "--gate",
        "contract,http,security,robustness",
    ];
    let polite = Served::with(&[], &["long-key-hangs-up"]);
    check_exit(&mut polite.probity(&arguments), 0);
    // What is answered with a whole head is an answer, whatever becomes of the connection.
    let resetting = Served::with(&[], &["long-key-431-and-reset"]);
    let ran = check_exit(&mut resetting.probity(&arguments), 0);
    assert!(!ran.out.contains("no answer"), "{}", ran.out);
    let broken = Served::with(&["long-key-500"], &[]);
    check_exit(&mut broken.probity(&arguments), 1);
}

#[test]
fn identities_that_are_declared_absent_are_no_hindrance() {
    let tenant = Served::conforming();
    let config = format!(
        "target: {}\nallow: revoke\nidentities:\n  admin: {{env: PROBITY_API_KEY}}\n  \
         limited: {{absent: no scopes}}\n  expired: {{absent: no expiry}}\n  \
         revoked: {{absent: none at hand}}\n  other-tenant: {{absent: one tenant only}}\n",
        tenant.fixtures().url
    );
    let mut probity = tenant.probity(&["run"]).with_file("probity.yaml", &config);
    let ran = check_exit(&mut probity, 0);
    check_says(&ran.out, "declared absent: one tenant only");
}

#[test]
fn a_broken_tenant_gets_1() {
    let tenant = Served::with(&["revocation-without-effect"], &[]);
    let ran = check_exit(&mut tenant.probity(&["run"]), 1);
    check_says(&ran.out, "RAK-EFF-01");
    check_says(&ran.out, "FAIL (exit 1)");
}

#[test]
fn a_failure_says_five_things_in_order() {
    let tenant = Served::with(&["revocation-without-effect"], &[]);
    let arguments = ["run", "--exact", "revokeApiKey::valid-request"];
    let ran = check_exit(&mut tenant.probity(&arguments), 1);
    let mut rest = ran.out.as_str();
    for label in ["requires ", "expected ", "actual ", "source ", "reproduce "] {
        let label = format!("\n  {label}");
        let Some((_, after)) = rest.split_once(&label) else {
            panic!("`{label}` is not said, or not in order:\n{}", ran.out);
        };
        rest = after;
    }
    check_says(&ran.out, "sinjapp-business.v1.yaml:");
    check_says(rest, "--exact revokeApiKey::valid-request");
}

#[test]
fn curl_is_told_to_leave_out_the_host_and_not_asked_for_two() {
    let arguments = |case| ["run", "--exact", case, "--gate", "http"];
    let tenant = Served::with(&["accepts-missing-host", "accepts-two-hosts"], &[]);
    let missing = arguments("revokeApiKey::host::missing");
    let ran = check_exit(&mut tenant.probity(&missing), 1);
    check_says(&ran.out, "-H \"Host:\"");
    let doubled = arguments("revokeApiKey::host::doubled");
    let ran = check_exit(&mut tenant.probity(&doubled), 1);
    check_says(&ran.out, "reproduce");
    assert!(!ran.out.contains("curl "), "{}", ran.out);
}

#[test]
fn the_counts_agree_with_the_exit_code() {
    // No 204, no 405: what the cases did not meet does not apply, and nothing is left to judge.
    let tenant = Served::conforming();
    for filter in ["RAK-AUT-01", "revokeApiKey::missing-credential"] {
        let ran = check_exit(&mut tenant.probity(&["run", filter]), 0);
        let counts = ran
            .out
            .lines()
            .find(|line| line.starts_with("requirements: "));
        let counts = counts.expect("counts");
        assert!(!counts.contains("inconclusive"), "{counts}");
        assert!(counts.contains("not applicable"), "{counts}");
        check_says(&ran.out, "no selected case got an answer that it speaks of");
    }
    let tenant = Served::with(&[], &["never-405"]);
    let ran = check_exit(
        &mut tenant.probity(&["run", "RAK-AUT-01", "other-method"]),
        0,
    );
    check_says(&ran.out, "RAK-MET-02  not applicable: no selected case got");
}

#[test]
fn a_closed_port_gets_5() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let target = format!("http://{address}");
    let mut probity = Probity::new(&["run", "--target", &target]);
    let ran = check_exit(&mut probity.env("PROBITY_API_KEY", "a-key-for-nobody"), 5);
    check_says(&ran.out, "the target cannot be reached");
    check_says(&ran.out, &address.to_string());
    probity = Probity::new(&["run", "--target", &target]);
    check_exit(&mut probity, 5);
}

#[test]
fn a_wrong_admin_key_gets_5_and_says_so() {
    let tenant = Served::conforming();
    for allow in ["observe", "revoke"] {
        let probity = tenant.probity(&["run", "--allow", allow]);
        let mut probity = probity.env("PROBITY_API_KEY", "sk_this-is-nobodys-key");
        let ran = check_exit(&mut probity, 5);
        check_says(&ran.out, "admin key");
        assert!(!ran.out.contains("nobodys"), "{}", ran.out);
        assert!(
            tenant
                .log()
                .iter()
                .all(|request| request.method != "DELETE")
        );
    }
}

#[test]
fn an_unknown_tenant_gets_5() {
    let tenant = Served::conforming();
    let url = tenant
        .fixtures()
        .url
        .replace("127.0.0.1", "nobody.localhost");
    // The tenant is known to exist by a victim that was handed over.
    let probity = tenant.probity(&["run", "--target", &url]);
    let pool = tenant.fixtures().victims_json().to_string();
    let mut config = tenant.fixtures().to_config();
    config.push_str("victims: {pool: {file: pool.json}}\n");
    probity.write("pool.json", &pool);
    let mut probity = probity.with_file("probity.yaml", &config);
    let ran = check_exit(&mut probity, 5);
    check_says(&ran.out, "PREFLIGHT (exit 5)");
}

/// The URL of a server that answers with a bare status, by the method.
fn answering(status: fn(&str) -> &'static str) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            // Whoever only connects sends nothing.
            let mut request = [0; 4096];
            let length = stream.read(&mut request).unwrap_or(0);
            let request = String::from_utf8_lossy(&request[..length]).into_owned();
            let status = status(request.split(' ').next().unwrap_or_default());
            let answer =
                format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    format!("http://{address}")
}

#[test]
fn a_target_that_is_out_of_order_gets_5_and_says_what_the_probe_got() {
    for allow in ["observe", "tenant"] {
        let target = answering(|_| "500 Internal Server Error");
        let arguments = ["run", "--target", &target, "--allow", allow];
        let mut probity = Probity::new(&arguments).env("PROBITY_API_KEY", "a-key-for-nobody");
        let ran = check_exit(&mut probity, 5);
        check_says(
            &ran.out,
            "out of order: the probe GET /api/v1/me answered 500",
        );
    }
    // One broken operation is not all of them.
    let target = answering(|method| if method == "GET" { "500 No" } else { "401 No" });
    let mut probity = Probity::new(&["run", "--target", &target]);
    probity = probity.env("PROBITY_API_KEY", "a-key-for-nobody");
    let ran = probity.run();
    assert_ne!(ran.code, 5, "{}", ran.out);
    let seen = "the admin key is unverified: the probe GET /api/v1/me answered 500";
    check_says(&ran.out, seen);
}

#[test]
fn a_sentinel_that_dies_stops_the_run_with_7() {
    // Neither case is about other keys, so no case fails for it; with both in flight nobody can
    // even say of which the sentinel dies.
    let tenant = Served::with(&["revokes-all-keys"], &["slow"]);
    let arguments = ["run", "repeated-request", "dead-on-other-operations"];
    let ran = check_exit(&mut tenant.probity(&arguments), 7);
    check_says(&ran.out, "(exit 7): ");
}

#[test]
fn keys_that_cannot_be_taken_away_get_6_and_are_listed() {
    let tenant = Served::with(&["revocation-without-effect"], &[]);
    let arguments = ["run", "--exact", "revokeApiKey::missing-credential"];
    let ran = check_exit(&mut tenant.probity(&arguments), 6);
    let given = tenant.fixtures().victims.len() + 5;
    let keys = tenant.keys();
    for key in &keys[given..] {
        check_says(&ran.out, &key.id.to_string());
    }
}

#[test]
fn no_key_at_all_gets_3_with_what_was_not_judged() {
    let tenant = Served::conforming();
    let mut probity = Probity::new(&["run", "--target", &tenant.fixtures().url]);
    let ran = check_exit(&mut probity, 3);
    check_says(&ran.out, "not judged:");
    check_says(&ran.out, "INCOMPLETE (exit 3)");
    let keyless = tenant
        .log()
        .into_iter()
        .filter(|request| request.method == "DELETE");
    assert!(keyless.count() > 3, "the cases that need no key have run");
}

#[test]
fn identities_that_are_missing_get_3_and_are_named() {
    let tenant = Served::conforming();
    let config = format!(
        "target: {}\nallow: revoke\nidentities:\n  admin: {{env: PROBITY_API_KEY}}\n",
        tenant.fixtures().url
    );
    let probity = tenant.probity(&["run"]).with_file("probity.yaml", &config);
    let mut probity = probity.without_env("PROBITY_EXPIRED_KEY");
    let ran = check_exit(&mut probity, 3);
    for identity in ["expired", "other-tenant"] {
        check_says(&ran.out, &format!("`{identity}`"));
    }
    let mut probity = tenant.probity(&["run", "--partial"]);
    probity = probity.with_file("probity.yaml", &config);
    let ran = check_exit(&mut probity, 0);
    check_says(&ran.out, "partial");
}

#[test]
fn a_run_out_of_time_gets_3() {
    let tenant = Served::with(&[], &["slow"]);
    let ran = check_exit(&mut tenant.probity(&["run", "--max-time", "100ms"]), 3);
    check_says(&ran.out, "out of time");
}

#[test]
fn a_filter_that_matches_nothing_gets_4() {
    let tenant = Served::conforming();
    let ran = check_exit(&mut tenant.probity(&["run", "mising-credential"]), 4);
    check_says(&ran.err, "`mising-credential` means no case");
    assert!(tenant.log().is_empty());
    for command in ["plan", "demo"] {
        check_exit(&mut Probity::new(&[command, "RAK-AUT-99"]), 4);
    }
    check_exit(&mut Probity::new(&["run", "--list", "RAK-AUT-99"]), 4);
}

#[test]
fn a_report_that_cannot_be_written_gets_70() {
    let tenant = Served::conforming();
    let arguments = ["run", "RAK-AUT-01", "--junit", "file/junit.xml"];
    let mut probity = tenant.probity(&arguments).with_file("file", "no folder");
    let ran = check_exit(&mut probity, 70);
    check_says(&ran.err, "file/junit.xml");
}

#[test]
fn one_thread_gives_the_same_verdicts() {
    let one = check_exit(&mut Probity::new(&["demo", "--test-threads", "1"]), 0);
    let many = check_exit(&mut Probity::new(&["demo", "--test-threads", "16"]), 0);
    assert_eq!(verdicts(&one.out), verdicts(&many.out));
}
