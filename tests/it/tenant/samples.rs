//! Samples of every class of defects, and those that need time or concurrency.

use std::time::{Duration, Instant};

use probity::tenant::Tenant;
use tokio::io::AsyncWriteExt;
use tokio::task::JoinSet;

use super::wire::{
    connect, defective, key, lives, probe, request, request_with, revoke, send, send_on,
};

/// Sends the same request on eight connections at once and gives the statuses.
async fn at_once(tenant: &Tenant, text: &str) -> Vec<u16> {
    let mut sent = JoinSet::new();
    for _ in 0..8 {
        let mut socket = connect(tenant).await;
        let text = text.to_owned();
        sent.spawn(async move { send_on(&mut socket, &text).await.unwrap().status });
    }
    let mut statuses = sent.join_all().await;
    statuses.sort_unstable();
    statuses
}

fn delete(tenant: &Tenant, id: i64) -> String {
    let admin = key(&tenant.fixtures().admin.secret);
    request("DELETE", &format!("/api/v1/api-keys/{id}"), &[&admin])
}

#[tokio::test]
async fn a_defect_of_admission_lets_in_what_it_says_and_nothing_else() {
    let tenant = defective(&["accepts-empty-key"]).await;
    let fixtures = tenant.fixtures();
    let id = fixtures.victims[0].id.to_string();
    assert_eq!(revoke(&tenant, &id, "wrong").await, 401);
    assert_eq!(revoke(&tenant, &id, "\t ").await, 401);
    assert_eq!(revoke(&tenant, &id, "").await, 204);
    let tenant = defective(&["accepts-key-prefix"]).await;
    let secret = &fixtures.victims[1].secret;
    assert_eq!(probe(&tenant, "sk_").await, 401);
    assert_eq!(probe(&tenant, &secret[..20]).await, 200);
    assert_eq!(probe(&tenant, &format!("{secret}x")).await, 401);
}

#[tokio::test]
async fn a_revoked_key_opens_only_what_the_defect_says() {
    let tenant = defective(&["revoked-key-reads-subscription"]).await;
    let fixtures = tenant.fixtures();
    let victim = &fixtures.victims[0];
    assert_eq!(
        revoke(&tenant, &victim.id.to_string(), &fixtures.admin.secret).await,
        204
    );
    assert_eq!(probe(&tenant, &victim.secret).await, 401);
    let get = request("GET", "/api/v1/subscription", &[&key(&victim.secret)]);
    assert_eq!(send(&tenant, get).await.status, 200);
}

#[tokio::test]
async fn a_defect_of_the_answer_changes_the_answer_alone() {
    for (name, status, media_type, text) in [
        (
            "missing-key-403",
            403,
            Some("application/json"),
            r#"{"message":"Unauthenticated."}"#,
        ),
        (
            "browser-gets-login-page",
            401,
            Some("application/json"),
            "{\"message\"",
        ),
        (
            "no-accept-gets-login-page",
            302,
            Some("text/html"),
            "/login",
        ),
        ("refusal-as-html", 401, Some("text/html"), "<h1>"),
        ("refusal-without-content-type", 401, None, r#"{"message""#),
        (
            "message-is-number",
            401,
            Some("application/json"),
            r#"{"message":401}"#,
        ),
        ("refusal-is-array", 401, Some("application/json"), "["),
    ] {
        let tenant = defective(&[name]).await;
        let victim = tenant.fixtures().victims[0].id;
        let path = format!("/api/v1/api-keys/{victim}");
        let reply = send(&tenant, request("DELETE", &path, &[])).await;
        assert_eq!(
            (reply.status, reply.field("content-type")),
            (status, media_type),
            "{name}"
        );
        assert!(reply.text().contains(text), "{name}: {}", reply.text());
        assert!(lives(&tenant, victim), "{name}");
        assert_eq!(
            send(&tenant, delete(&tenant, victim)).await.status,
            204,
            "{name}"
        );
        assert!(!lives(&tenant, victim), "{name}");
    }
}

#[tokio::test]
async fn a_defect_of_the_effect_shows_in_the_keys() {
    for (name, status, dead) in [
        ("revocation-without-effect", 204, vec![]),
        ("revokes-neighbour-too", 204, vec![0, 1]),
        ("revokes-neighbour-instead", 204, vec![1]),
        ("revokes-newest-key-too", 204, vec![0, 3]),
        ("revokes-all-keys", 204, vec![0, 1, 2, 3]),
        ("success-404", 404, vec![0]),
        ("success-500", 500, vec![0]),
        ("first-revocation-is-lost", 204, vec![]),
    ] {
        let tenant = defective(&[name]).await;
        let victims = tenant.fixtures().victims;
        assert_eq!(
            send(&tenant, delete(&tenant, victims[0].id)).await.status,
            status,
            "{name}"
        );
        let found: Vec<usize> = (0..4)
            .filter(|at| !lives(&tenant, victims[*at].id))
            .collect();
        assert_eq!(found, dead, "{name}");
    }
}

#[tokio::test]
async fn a_defect_of_the_path_reads_the_value_as_it_says() {
    for (name, form, dead) in [
        ("id-ends-at-first-letter", "{}abc", vec![0]),
        ("id-ends-at-first-letter", "{}.1", vec![]),
        ("id-is-truncated-fraction", "{}.1", vec![0]),
        ("id-ends-at-nul", "{}%00", vec![0]),
        ("list-of-ids", "{},{+}", vec![0, 1]),
        ("range-of-ids", "{}-{+}", vec![0, 1]),
        ("query-overrides-path", "{}?apiKey={+}", vec![1]),
        ("encoded-slash-is-a-slash", "{}%2F..%2F{+}", vec![1]),
        ("negative-id-is-made-positive", "-{}", vec![0]),
        ("id-wraps-at-32-bits", "{32}", vec![0]),
        ("percent-revokes-all", "%25", vec![0, 1, 2, 3]),
    ] {
        let tenant = defective(&[name]).await;
        let victims = tenant.fixtures().victims;
        let value = form
            .replace("{}", &victims[0].id.to_string())
            .replace("{+}", &victims[1].id.to_string())
            .replace("{32}", &(victims[0].id + (1 << 32)).to_string());
        revoke(&tenant, &value, &tenant.fixtures().other.admin.secret).await;
        assert!(
            victims.iter().all(|victim| lives(&tenant, victim.id)),
            "{name} needs a key"
        );
        revoke(&tenant, &value, &tenant.fixtures().admin.secret).await;
        let found: Vec<usize> = (0..4)
            .filter(|at| !lives(&tenant, victims[*at].id))
            .collect();
        assert_eq!(found, dead, "{name} {form}");
    }
}

#[tokio::test]
async fn a_defect_of_the_protocol_shows_in_the_bytes() {
    for (name, field, rest) in [
        ("204-with-length-zero", "Content-Length: 0", ""),
        ("204-chunked", "Transfer-Encoding: chunked", "0\r\n\r\n"),
        ("204-says-chunked", "Transfer-Encoding: chunked", ""),
        ("204-with-unannounced-content", "Date: ", "null"),
        ("stray-bytes-after-204", "Date: ", "0\r\n\r\n"),
    ] {
        let tenant = defective(&[name]).await;
        let reply = send(&tenant, delete(&tenant, tenant.fixtures().victims[0].id)).await;
        assert_eq!(reply.status, 204, "{name}");
        assert!(reply.head.contains(field), "{name}: {}", reply.head);
        assert_eq!(reply.text(), rest, "{name}");
    }
    let tenant = defective(&["accepts-length-and-chunks"]).await;
    let both = ["Content-Length: 5", "Transfer-Encoding: chunked"];
    let text = request("DELETE", "/api/v1/api-keys/1", &both) + "0\r\n\r\n";
    assert_eq!(send(&tenant, text).await.status, 401);
}

#[tokio::test]
async fn a_flaky_defect_shows_at_its_count() {
    let tenant = defective(&["every-third-missing-key-is-let-in"]).await;
    let mut statuses = Vec::new();
    for _ in 0..6 {
        let text = request("DELETE", "/api/v1/api-keys/999999", &[]);
        statuses.push(send(&tenant, text).await.status);
    }
    assert_eq!(statuses, [401, 401, 404, 401, 401, 404]);
}

#[tokio::test]
async fn defects_add_up() {
    let tenant = defective(&["success-200", "no-challenge", "revokes-neighbour-too"]).await;
    let victims = tenant.fixtures().victims;
    let reply = send(&tenant, request("GET", "/api/v1/me", &[])).await;
    assert_eq!((reply.status, reply.field("www-authenticate")), (401, None));
    assert_eq!(
        send(&tenant, delete(&tenant, victims[0].id)).await.status,
        200
    );
    assert!(!lives(&tenant, victims[0].id) && !lives(&tenant, victims[1].id));
}

#[tokio::test]
async fn a_conforming_tenant_keeps_its_word_under_concurrency() {
    let tenant = super::wire::conforming().await;
    let victim = tenant.fixtures().victims[0].id;
    let statuses = at_once(&tenant, &delete(&tenant, victim)).await;
    assert_eq!(statuses, [204, 404, 404, 404, 404, 404, 404, 404]);
    assert!(!lives(&tenant, victim));
}

#[tokio::test]
async fn concurrent_revocations_go_wrong_as_the_defect_says() {
    for (name, status, dead) in [
        ("concurrent-revocations-500", 500, true),
        ("concurrent-revocations-roll-back", 409, false),
        ("concurrent-revocations-cancel-out", 204, false),
    ] {
        let tenant = defective(&[name]).await;
        let victims = tenant.fixtures().victims;
        assert_eq!(
            send(&tenant, delete(&tenant, victims[0].id)).await.status,
            204,
            "{name}"
        );
        assert!(!lives(&tenant, victims[0].id), "{name}");
        let statuses = at_once(&tenant, &delete(&tenant, victims[1].id)).await;
        assert!(
            statuses.iter().filter(|seen| **seen == status).count() >= 7,
            "{statuses:?}"
        );
        assert_eq!(!lives(&tenant, victims[1].id), dead, "{name} {statuses:?}");
    }
    let tenant = defective(&["revocations-are-lost-under-load"]).await;
    let victims = tenant.fixtures().victims;
    assert_eq!(
        send(&tenant, delete(&tenant, victims[0].id)).await.status,
        204
    );
    assert!(!lives(&tenant, victims[0].id));
    let (mut one, mut two) = (connect(&tenant).await, connect(&tenant).await);
    let (first, second) = (
        delete(&tenant, victims[1].id),
        delete(&tenant, victims[2].id),
    );
    tokio::join!(send_on(&mut one, &first), send_on(&mut two, &second));
    assert!(lives(&tenant, victims[1].id) || lives(&tenant, victims[2].id));
}

#[tokio::test]
async fn an_abandoned_revocation_is_taken_back_where_that_is_the_defect() {
    for (defects, status, dead) in [
        (vec![], 404, true),
        (vec!["abandoned-revocation-rolls-back"], 409, false),
    ] {
        let tenant = defective(&defects).await;
        let victims = tenant.fixtures().victims;
        assert_eq!(
            send(&tenant, delete(&tenant, victims[0].id)).await.status,
            204
        );
        let mut socket = connect(&tenant).await;
        socket
            .write_all(delete(&tenant, victims[1].id).as_bytes())
            .await
            .unwrap();
        drop(socket);
        while tenant.log().len() < 2 {
            tokio::task::yield_now().await;
        }
        // The note is made when the delayed answer is due; until then a repetition is a 404.
        let started = Instant::now();
        loop {
            let seen = send(&tenant, delete(&tenant, victims[1].id)).await.status;
            if seen == status {
                break;
            }
            assert!(started.elapsed() < Duration::from_secs(10), "{seen}");
        }
        assert_eq!(!lives(&tenant, victims[1].id), dead);
    }
}

#[tokio::test]
async fn a_revoked_key_comes_back_where_that_is_the_defect() {
    let tenant = defective(&["revoked-key-comes-back"]).await;
    let fixtures = tenant.fixtures();
    let victim = &fixtures.victims[0];
    assert_eq!(probe(&tenant, &victim.secret).await, 200);
    assert_eq!(
        revoke(&tenant, &victim.id.to_string(), &fixtures.admin.secret).await,
        204
    );
    assert_eq!(probe(&tenant, &victim.secret).await, 401);
    let started = Instant::now();
    while probe(&tenant, &victim.secret).await != 200 {
        assert!(started.elapsed() < Duration::from_secs(10), "it stays dead");
    }
    assert!(started.elapsed() > Duration::from_millis(200));
}

#[tokio::test]
async fn a_method_override_goes_round_the_guard_where_that_is_the_defect() {
    let tenant = defective(&[
        "method-override-needs-no-key",
        "method-parameter-needs-no-key",
    ])
    .await;
    let victims = tenant.fixtures().victims;
    let path = |at: usize| format!("/api/v1/api-keys/{}", victims[at].id);
    let field = "X-HTTP-Method-Override: DELETE";
    assert_eq!(
        send(&tenant, request("POST", &path(0), &[])).await.status,
        405
    );
    assert_eq!(
        send(&tenant, request("POST", &path(0), &[field]))
            .await
            .status,
        204
    );
    let form = request_with("POST", &path(1), &[], "_method=DELETE");
    assert_eq!(send(&tenant, form).await.status, 204);
    assert!(!lives(&tenant, victims[0].id) && !lives(&tenant, victims[1].id));
}
