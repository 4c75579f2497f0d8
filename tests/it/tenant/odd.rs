//! Odd variants: each still keeps the contract.

use std::io::Read;
use std::time::{Duration, Instant};

use probity::tenant::{Odd, Tenant};

use super::wire::{Reply, connect, key, lives, odd, request, send, send_on, try_send};

/// As a patient client sends: a limit is waited out, a lost connection is tried again.
async fn patient(tenant: &Tenant, text: &str) -> Reply {
    for _ in 0..5 {
        match try_send(tenant, text).await {
            Some(reply) if matches!(reply.status, 429 | 503) => {
                assert!(reply.field("retry-after").is_some());
            }
            Some(reply) => return reply,
            None => {}
        }
    }
    panic!("no answer to {text}");
}

fn delete(id: i64, secret: &str) -> String {
    request("DELETE", &format!("/api/v1/api-keys/{id}"), &[&key(secret)])
}

#[tokio::test]
async fn every_variant_revokes_the_addressed_key_and_no_other() {
    for variant in Odd::all().filter(|odd| !odd.is_encrypted()) {
        let name = variant.name;
        let tenant = odd(&[name]).await;
        let fixtures = tenant.fixtures();
        let [victim, bystander, ..] = fixtures.victims.as_slice() else {
            panic!("victims")
        };
        let reply = patient(&tenant, &delete(victim.id, &fixtures.admin.secret)).await;
        assert_eq!((reply.status, reply.text().as_str()), (204, ""), "{name}");
        for field in ["content-length", "transfer-encoding"] {
            assert_eq!(reply.field(field), None, "{name}");
        }
        assert!(
            reply
                .field("date")
                .is_some_and(|date| httpdate::parse_http_date(date).is_ok())
        );
        assert!(!lives(&tenant, victim.id), "{name}");
        for id in [bystander.id, fixtures.admin.id, fixtures.other.admin.id] {
            assert!(lives(&tenant, id), "{name}");
        }
        let again = patient(&tenant, &delete(victim.id, &fixtures.admin.secret))
            .await
            .status;
        assert!(
            again == 204 || (400..500).contains(&again),
            "{name}: {again}"
        );
    }
}

#[tokio::test]
async fn every_variant_refuses_bad_credentials_as_the_contract_has_it() {
    for variant in Odd::all().filter(|odd| !odd.is_encrypted()) {
        let name = variant.name;
        let tenant = odd(&[name]).await;
        let fixtures = tenant.fixtures();
        let victim = &fixtures.victims[0];
        let wrong = "w".repeat(victim.secret.len());
        for secret in [
            None,
            Some(wrong.as_str()),
            Some(&fixtures.expired.secret),
            Some(&fixtures.revoked.secret),
            Some(&fixtures.limited.secret),
            Some(&fixtures.other.admin.secret),
        ] {
            let fields: Vec<String> = secret.map(key).into_iter().collect();
            let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
            let path = format!("/api/v1/api-keys/{}", victim.id);
            let reply = patient(&tenant, &request("DELETE", &path, &fields)).await;
            assert_eq!(reply.status, 401, "{name} {secret:?}");
            let media_type = reply.field("content-type").unwrap().to_ascii_lowercase();
            assert!(
                media_type.starts_with("application/json"),
                "{name}: {media_type}"
            );
            assert!(reply.field("www-authenticate").is_some(), "{name}");
            let body: serde_json::Value = serde_json::from_slice(&content(&reply)).unwrap();
            assert!(
                body.get("message").is_none_or(|m| m.is_string()) && body.is_object(),
                "{name}"
            );
        }
        assert!(lives(&tenant, victim.id), "{name}");
    }
}

#[tokio::test]
async fn every_variant_gives_a_malformed_or_foreign_id_no_effect() {
    for variant in Odd::all().filter(|odd| !odd.is_encrypted()) {
        let name = variant.name;
        let tenant = odd(&[name]).await;
        let fixtures = tenant.fixtures();
        let id = fixtures.victims[0].id;
        for value in [
            "abc".into(),
            format!("{id}abc"),
            format!("{id}.1"),
            format!("{id}%00"),
        ] {
            let text = delete(0, &fixtures.admin.secret);
            let text = text.replace("/api-keys/0", &format!("/api-keys/{value}"));
            let status = patient(&tenant, &text).await.status;
            assert!((400..500).contains(&status), "{name} {value}: {status}");
        }
        // Where ids are counted for each tenant, the foreign id is one of the own.
        if name != "ids-per-tenant" {
            let foreign = delete(fixtures.other.admin.id, &fixtures.admin.secret);
            let status = patient(&tenant, &foreign).await.status;
            assert!(
                status == 204 || (400..500).contains(&status),
                "{name}: {status}"
            );
        }
        assert!(
            lives(&tenant, id) && lives(&tenant, fixtures.other.admin.id),
            "{name}"
        );
    }
}

/// The content of a reply without its codings.
fn content(reply: &Reply) -> Vec<u8> {
    if reply.field("transfer-encoding") != Some("chunked") {
        return reply.rest.clone();
    }
    let mut content = Vec::new();
    let mut rest = reply.rest.as_slice();
    loop {
        let end = rest
            .windows(2)
            .position(|window| window == b"\r\n")
            .unwrap();
        let size = std::str::from_utf8(&rest[..end]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        content.extend(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 2 + size + 2..];
        if size == 0 {
            return content;
        }
    }
}

#[tokio::test]
async fn gzip_comes_only_where_it_is_asked_for() {
    let tenant = odd(&["gzip-when-asked"]).await;
    let plain = send(&tenant, request("GET", "/api/v1/me", &[])).await;
    assert_eq!(plain.field("content-encoding"), None);
    let coded = send(
        &tenant,
        request("GET", "/api/v1/me", &["Accept-Encoding: gzip"]),
    )
    .await;
    assert_eq!(coded.field("content-encoding"), Some("gzip"));
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(coded.rest.as_slice())
        .read_to_end(&mut text)
        .unwrap();
    assert_eq!(text, plain.rest);
}

#[tokio::test]
async fn a_reset_meets_only_reused_connections_and_has_no_effect() {
    let tenant = odd(&["resets-reused-connections"]).await;
    let fixtures = tenant.fixtures();
    let me = request("GET", "/api/v1/me", &[&key(&fixtures.admin.secret)]);
    let mut socket = connect(&tenant).await;
    for _ in 0..5 {
        assert_eq!(
            send_on(&mut socket, &me).await.map(|reply| reply.status),
            Some(200)
        );
    }
    let victim = &fixtures.victims[0];
    assert!(
        send_on(&mut socket, &delete(victim.id, &fixtures.admin.secret))
            .await
            .is_none()
    );
    assert!(lives(&tenant, victim.id));
    for _ in 0..12 {
        assert_eq!(send(&tenant, &me).await.status, 200);
    }
}

#[tokio::test]
async fn a_slow_tenant_takes_its_time_and_a_split_answer_is_whole() {
    let tenant = odd(&["slow", "byte-by-byte", "early-hints"]).await;
    let started = Instant::now();
    let reply = send(&tenant, request("GET", "/api/v1/me", &[])).await;
    assert!(started.elapsed() >= Duration::from_millis(30));
    assert_eq!(
        (reply.status, reply.text().as_str()),
        (401, r#"{"message":"Unauthenticated."}"#)
    );
}

#[tokio::test]
async fn ids_and_secrets_take_the_form_that_was_chosen() {
    let random = odd(&["random-ids", "hexadecimal-secrets"]).await.fixtures();
    assert!(random.admin.id > 1_000_000 && random.admin.id < 1 << 53);
    assert!(!random.victims.iter().map(|victim| victim.id).is_sorted());
    assert!(
        random
            .admin
            .secret
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit())
    );
    let per_tenant = odd(&["ids-per-tenant", "secrets-with-id"]).await.fixtures();
    assert_eq!(per_tenant.admin.id, per_tenant.other.admin.id);
    let prefix = format!("{}|", per_tenant.victims[0].id);
    assert!(per_tenant.victims[0].secret.starts_with(&prefix));
    let uuid = odd(&["uuid-secrets"]).await.fixtures().admin.secret;
    let parts: Vec<usize> = uuid.split('-').map(str::len).collect();
    assert_eq!(parts, [8, 4, 4, 4, 12]);
}
