//! What a run does to a tenant, and what it leaves behind: nothing but what it was handed.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use probity::tenant::{LoggedRequest, Tenant, TenantSettings};

use super::{Probity, Served, check_exit, check_says};

/// Settings with a pool of the tenant's first `count` victims in `pool.json`.
fn with_pool(tenant: &Served, count: usize, arguments: &[&str]) -> Probity {
    let fixtures = tenant.fixtures();
    let pool = fixtures.victims_json();
    let pool = pool.as_array().expect("victims").iter().take(count);
    let pool: serde_json::Value = pool.cloned().collect();
    let config = fixtures.to_config();
    let config = config.lines().filter(|line| !line.starts_with("victims:"));
    let config = config.chain(["victims: {pool: {file: pool.json}}", ""]);
    let config: Vec<&str> = config.collect();
    tenant
        .probity(arguments)
        .with_file("pool.json", &pool.to_string())
        .with_file("probity.yaml", &config.join("\n"))
}

/// The ids of the tenant's victims.
fn pool(tenant: &Served) -> Vec<i64> {
    let victims = tenant.fixtures().victims;
    victims.into_iter().map(|key| key.id).collect()
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
fn a_pool_on_a_tenant_with_nothing_but_the_operation_is_enough() {
    let tenant = Served::with(&[], &["only-delete"]);
    let before = tenant.living();
    let all = pool(&tenant);
    check_exit(&mut with_pool(&tenant, all.len(), &["run"]), 0);
    let (born, died) = changed(&before, &tenant.living());
    assert!(born.is_empty(), "made: {born:?}");
    assert!(!died.is_empty(), "nothing was revoked");
    assert!(
        died.iter().all(|id| all.contains(id)),
        "not its own: {died:?}"
    );
}

#[test]
fn a_pool_that_is_too_small_says_have_and_need() {
    let tenant = Served::with(&[], &["only-delete"]);
    let before = tenant.living();
    let ran = check_exit(&mut with_pool(&tenant, 4, &["run"]), 3);
    check_says(&ran.out, "have 4, need ");
    let (_, died) = changed(&before, &tenant.living());
    let handed = &pool(&tenant)[..4];
    assert!(
        died.iter().all(|id| handed.contains(id)),
        "not its own: {died:?}"
    );
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
            with_pool(&tenant, 4, &arguments)
        } else {
            tenant.probity(&arguments)
        };
        check_exit(&mut probity, 3);
        let log = tenant.log();
        // RFC 9110 §9.2.1.
        let safe = ["GET", "HEAD", "OPTIONS", "TRACE"];
        let unsafe_ones = log
            .iter()
            .filter(|request| !safe.contains(&request.method.as_str()));
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

/// A target that restarts, and keeps its keys in memory: the URL of a door that leads to the first
/// of two tenants with the same keys until it is switched, and then to the second.
///
/// It is switched before the first request for a new key that follows this many revocations.
fn restarting(tenants: [String; 2], revocations: usize) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    let (revoked, switched) = (
        Arc::new(AtomicUsize::new(0)),
        Arc::new(AtomicBool::new(false)),
    );
    thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let (revoked, switched) = (Arc::clone(&revoked), Arc::clone(&switched));
            let tenants = tenants.clone();
            thread::spawn(move || {
                let mut request = vec![0; 64 * 1024];
                // Each request comes at once, and its connection ends with it.
                let length = client.read(&mut request).unwrap_or(0);
                let head = String::from_utf8_lossy(&request[..length]).into_owned();
                if head.starts_with("DELETE") {
                    revoked.fetch_add(1, Ordering::SeqCst);
                } else if head.starts_with("POST") && revoked.load(Ordering::SeqCst) >= revocations
                {
                    switched.store(true, Ordering::SeqCst);
                }
                let tenant = &tenants[usize::from(switched.load(Ordering::SeqCst))];
                let tenant = tenant.trim_start_matches("http://");
                let mut server = TcpStream::connect(tenant).expect("the tenant");
                let closing = head.replacen("\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1);
                server.write_all(closing.as_bytes()).expect("to be read");
                let mut answer = Vec::new();
                let _ = server.read_to_end(&mut answer);
                let _ = client.write_all(&answer);
                let _ = client.shutdown(Shutdown::Write);
            });
        }
    });
    format!("http://{address}")
}

#[test]
fn no_case_is_blamed_for_keys_that_a_target_lost_before_it() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let start = || {
        let settings = TenantSettings {
            seed: Some(7),
            ..TenantSettings::default()
        };
        runtime.block_on(Tenant::start(settings)).expect("a tenant")
    };
    let (before, after) = (start(), start());
    let door = restarting([before.url(), after.url()], 1);
    let mut probity = Probity::new(&[
        "run",
        "--allow",
        "tenant",
        "--test-threads",
        "1",
        "--target",
        &door,
        "--exact",
        "revokeApiKey::valid-request",
        "revokeApiKey::non-integer-id::nan",
    ]);
    for (name, value) in before.fixtures().environment() {
        probity = probity.env(name, &value);
    }
    let ran = check_exit(&mut probity, 7);
    check_says(
        &ran.out,
        "keys died while no request of the run addressed any",
    );
    assert!(!ran.out.contains("that it did not address"), "{}", ran.out);
    assert!(!ran.out.contains("FAILED"), "{}", ran.out);
}
