//! Tenants on https: whom a run trusts, and what it says of the rest.

use super::{Probity, Served, check_exit, check_says, verdicts};

#[test]
fn an_encrypted_tenant_is_judged_like_any_other_and_in_every_case() {
    let tenant = Served::with(&[], &["http-2-too"]);
    assert!(tenant.fixtures().url.starts_with("https://localhost:"));
    let ran = check_exit(&mut tenant.probity(&["run", "--allow", "tenant"]), 0);
    for (case, verdict) in verdicts(&ran.out) {
        assert_eq!(verdict, "ok", "{case}");
    }
}

#[test]
fn where_http_2_is_not_offered_that_is_said() {
    let tenant = Served::with(&[], &["encrypted"]);
    let ran = check_exit(&mut tenant.probity(&["run", "RAK-CON-12"]), 3);
    check_says(&ran.out, "the target does not offer HTTP/2");
}

#[test]
fn a_certificate_that_is_not_to_be_trusted_ends_the_run_and_is_named() {
    for (defect, words) in [
        ("expired-certificate", "expired"),
        ("certificate-not-yet-valid", "not valid yet"),
        ("certificate-for-another-name", "another.example"),
        ("self-signed-certificate", "certificate"),
        ("certificate-of-unknown-root", "UnknownIssuer"),
        ("missing-intermediate-certificate", "UnknownIssuer"),
    ] {
        let tenant = Served::with(&[defect], &[]);
        let ran = check_exit(&mut tenant.probity(&["run"]), 5);
        let said = ran.out + &ran.err;
        check_says(&said, "the target's certificate is not trusted");
        assert!(said.contains(words), "{defect}: {said}");
        assert!(tenant.log().is_empty(), "{defect}: something was sent");
        let insecure = [
            "run",
            "--insecure",
            "--exact",
            "revokeApiKey::valid-request",
            "--events",
            "log.ndjson",
        ];
        let mut probity = tenant.probity(&insecure);
        let ran = check_exit(&mut probity, 0);
        check_says(&ran.out, "(taken under --insecure)");
        let log = probity.read("log.ndjson");
        check_says(&log, "\"tls\":{\"version\":\"TLSv1_3\"");
        check_says(&log, "\"objection\":\"");
    }
}

#[test]
fn certificates_to_trust_that_are_none_are_refused_with_their_place() {
    let tenant = Served::with(&[], &["encrypted"]);
    for (arguments, words) in [
        (vec!["run"], "`ca.pem` (probity.yaml:"),
        (
            vec!["run", "--ca-file", "ca.pem"],
            "`ca.pem` (flag --ca-file)",
        ),
    ] {
        let mut probity = tenant
            .probity(&arguments)
            .with_file("ca.pem", "no certificate\n");
        let ran = check_exit(&mut probity, 2);
        check_says(&ran.err, words);
        check_says(&ran.err, "no PEM certificate in it");
    }
    let mut probity: Probity = tenant.probity(&["run", "--ca-file", "missing.pem"]);
    check_says(&check_exit(&mut probity, 2).err, "missing.pem");
    assert!(tenant.log().is_empty(), "something was sent");
}
