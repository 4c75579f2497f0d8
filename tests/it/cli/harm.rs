//! What a run does to a tenant, and what it leaves behind: nothing but what it was handed.

use probity::tenant::LoggedRequest;

use super::{Probity, Served, check_exit, check_says};

/// Settings with a pool of victims in `pool.json`.
fn with_pool(tenant: &Served, arguments: &[&str]) -> Probity {
    let fixtures = tenant.fixtures();
    let pool = fixtures.victims_json().to_string();
    let config = format!(
        "{}victims: {{pool: {{file: pool.json}}}}\n",
        fixtures.to_config()
    );
    let probity = tenant.probity(arguments);
    probity.write("pool.json", &pool);
    probity.with_file("probity.yaml", &config)
}

/// The ids that live after the run but not before, and the other way round.
fn changed(before: &[i64], after: &[i64]) -> (Vec<i64>, Vec<i64>) {
    let missing = |these: &[i64], those: &[i64]| {
        let missing = these.iter().filter(|id| !those.contains(id));
        missing.copied().collect()
    };
    (missing(after, before), missing(before, after))
}

#[test]
fn keys_that_a_run_made_are_revoked_at_its_end_and_no_others() {
    for defects in [&[][..], &["success-200"], &["wrong-key-500"]] {
        let tenant = Served::with(defects, &[]);
        let before = tenant.living();
        let ran = tenant.probity(&["run"]).run();
        assert_eq!(ran.code, i32::from(!defects.is_empty()), "{}", ran.out);
        let (born, died) = changed(&before, &tenant.living());
        assert!(born.is_empty(), "left behind: {born:?}");
        assert!(died.is_empty(), "not its own: {died:?}");
        assert!(tenant.keys().len() > before.len() + 10, "nothing was made");
    }
}

#[test]
fn a_pool_alone_loses_only_what_is_in_it() {
    let tenant = Served::conforming();
    let before = tenant.living();
    let made_before = tenant.keys().len();
    let ran = with_pool(&tenant, &["run", "smoke-is-no-filter", "RAK-AUT-01"]).run();
    assert_eq!(ran.code, 0, "{}", ran.out);
    let pool: Vec<i64> = tenant.fixtures().victims.iter().map(|key| key.id).collect();
    let (born, died) = changed(&before, &tenant.living());
    assert!(born.is_empty() && tenant.keys().len() == made_before);
    assert!(
        !died.is_empty() && died.iter().all(|id| pool.contains(id)),
        "{died:?}"
    );
}

#[test]
fn a_pool_that_is_too_small_says_have_and_need() {
    let tenant = Served::with(&[], &["only-delete"]);
    let before = tenant.living();
    let ran = check_exit(&mut with_pool(&tenant, &["run"]), 3);
    check_says(&ran.out, "have 4, need ");
    let pool: Vec<i64> = tenant.fixtures().victims.iter().map(|key| key.id).collect();
    let (_, died) = changed(&before, &tenant.living());
    assert!(died.iter().all(|id| pool.contains(id)), "{died:?}");
}

/// The live secrets that a tenant started with.
fn live_secrets(tenant: &Served) -> Vec<String> {
    let fixtures = tenant.fixtures();
    let mut secrets = vec![
        fixtures.admin.secret,
        fixtures.limited.secret,
        fixtures.other.admin.secret,
    ];
    secrets.extend(fixtures.victims.into_iter().map(|key| key.secret));
    secrets
}

/// Whether the text is anywhere in what was sent.
fn carries(request: &LoggedRequest, secret: &str) -> bool {
    let headers = request.headers.iter().map(|(_, value)| value.as_str());
    headers
        .chain([request.target.as_str()])
        .any(|text| text.contains(secret))
        || String::from_utf8_lossy(&request.body).contains(secret)
}

#[test]
fn observe_sends_no_live_secret_with_an_unsafe_method() {
    for pool in [false, true] {
        let tenant = Served::conforming();
        let before = tenant.keys();
        let arguments = ["run", "--allow", "observe"];
        let mut probity = if pool {
            with_pool(&tenant, &arguments)
        } else {
            tenant.probity(&arguments)
        };
        check_exit(&mut probity, 3);
        let log = tenant.log();
        let unsafe_ones = log.iter().filter(|request| request.method != "GET");
        let mut count = 0;
        for request in unsafe_ones {
            count += 1;
            for secret in live_secrets(&tenant) {
                assert!(
                    !carries(request, &secret),
                    "{} {}",
                    request.method,
                    request.target
                );
            }
        }
        assert!(count > 3, "only {count} requests with an unsafe method");
        let after = tenant.keys();
        assert_eq!(
            format!("{before:?}"),
            format!("{after:?}"),
            "something changed"
        );
    }
}

#[test]
fn the_admin_key_is_never_a_near_miss_nor_elsewhere_than_in_its_field() {
    let tenant = Served::conforming();
    check_exit(&mut tenant.probity(&["run"]), 0);
    let admin = tenant.fixtures().admin;
    let deleted = format!("/api/v1/api-keys/{}", admin.id);
    for request in tenant.log() {
        assert!(!request.target.starts_with(&deleted), "{}", request.target);
        assert!(!request.target.contains(&admin.secret));
        assert!(!String::from_utf8_lossy(&request.body).contains(&admin.secret));
        for (name, value) in &request.headers {
            let field = name.eq_ignore_ascii_case("x-api-key");
            let near = value
                .to_lowercase()
                .contains(&admin.secret[..30].to_lowercase());
            assert!(
                !near || (field && *value == admin.secret),
                "{name}: {value}"
            );
        }
    }
}
