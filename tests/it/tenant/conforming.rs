//! What the tenant does without a defect.

use super::wire::{
    conforming, connect, key, lives, probe, request, request_with, revoke, send, send_on,
};

#[tokio::test]
async fn a_revocation_is_answered_with_a_bare_204_and_has_its_effect_at_once() {
    let tenant = conforming().await;
    let fixtures = tenant.fixtures();
    let victim = &fixtures.victims[0];
    assert_eq!(probe(&tenant, &victim.secret).await, 200);
    let path = format!("/api/v1/api-keys/{}", victim.id);
    let reply = send(
        &tenant,
        request("DELETE", &path, &[&key(&fixtures.admin.secret)]),
    )
    .await;
    assert_eq!(reply.status, 204);
    assert_eq!(reply.rest, b"");
    assert!(
        reply.head.starts_with("HTTP/1.1 204 No Content\r\nDate: "),
        "{}",
        reply.head
    );
    assert_eq!(reply.field("content-length"), None);
    assert_eq!(reply.field("transfer-encoding"), None);
    assert_eq!(reply.field("content-type"), None);
    assert_eq!(reply.field("cache-control"), Some("no-store"));
    assert_eq!(probe(&tenant, &victim.secret).await, 401);
    assert_eq!(
        revoke(&tenant, &victim.id.to_string(), &fixtures.admin.secret).await,
        404
    );
    let dead: Vec<i64> = tenant
        .keys()
        .iter()
        .filter(|key| !lives(&tenant, key.id))
        .map(|key| key.id)
        .collect();
    assert_eq!(dead, [fixtures.expired.id, fixtures.revoked.id, victim.id]);
}

#[tokio::test]
async fn every_bad_credential_gets_the_declared_401() {
    let tenant = conforming().await;
    let fixtures = tenant.fixtures();
    let victim = &fixtures.victims[0];
    let secret = victim.secret.as_str();
    let flipped: String = secret
        .chars()
        .map(|c| {
            if c.is_lowercase() {
                c.to_ascii_uppercase()
            } else {
                c.to_ascii_lowercase()
            }
        })
        .collect();
    let path = format!("/api/v1/api-keys/{}", fixtures.victims[1].id);
    let cases: Vec<Vec<String>> = vec![
        vec![],
        vec!["X-Api-Key:".into()],
        vec!["X-Api-Key: \t ".into()],
        vec![key("null")],
        vec![key("sk_0000000000000000000000000000000000000000")],
        vec![key(&secret[..secret.len() - 1])],
        vec![key(&format!("{secret}x"))],
        vec![key(&flipped)],
        vec![key(&fixtures.expired.secret)],
        vec![key(&fixtures.revoked.secret)],
        vec![key(&fixtures.limited.secret)],
        vec![key(&fixtures.other.admin.secret)],
        vec![key("wrong"), key(secret)],
        vec![key(secret), key("wrong")],
        vec![key(&format!("wrong, {secret}"))],
        vec![format!("Cookie: X-Api-Key={secret}")],
        vec![format!("Authorization: Bearer {secret}")],
    ];
    for fields in cases {
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        let reply = send(&tenant, request("DELETE", &path, &fields)).await;
        assert_eq!(reply.status, 401, "{fields:?}");
        assert_eq!(
            reply.field("content-type"),
            Some("application/json"),
            "{fields:?}"
        );
        assert_eq!(
            reply.text(),
            r#"{"message":"Unauthenticated."}"#,
            "{fields:?}"
        );
        let challenge = reply.field("www-authenticate").unwrap();
        assert!(challenge.starts_with("ApiKey realm="), "{challenge}");
        assert!(reply.field("date").is_some());
    }
    let in_query = format!("{path}?X-Api-Key={secret}");
    assert_eq!(
        send(&tenant, request("DELETE", &in_query, &[]))
            .await
            .status,
        401
    );
    assert!(lives(&tenant, fixtures.victims[1].id));
}

#[tokio::test]
async fn only_plain_digits_are_an_id() {
    let tenant = conforming().await;
    let fixtures = tenant.fixtures();
    let id = fixtures.victims[0].id;
    let wrapped = id + (1 << 32);
    let admin = &fixtures.admin.secret;
    for value in [
        "abc".to_owned(),
        format!("{id}abc"),
        format!("{id}.0"),
        format!("0{id}"),
        format!("%2B{id}"),
        format!("-{id}"),
        format!("{id}%00"),
        format!("{id};x=1"),
        format!("{id}%2F..%2F{id}"),
        format!("{id}e0"),
        fixtures.victims[0].secret.clone(),
        "9223372036854775808".to_owned(),
    ] {
        assert_eq!(revoke(&tenant, &value, admin).await, 422, "{value}");
    }
    for value in [
        wrapped.to_string(),
        "9223372036854775807".into(),
        format!("{id}/"),
    ] {
        assert_eq!(revoke(&tenant, &value, admin).await, 404, "{value}");
    }
    assert_eq!(
        revoke(&tenant, &fixtures.other.admin.id.to_string(), admin).await,
        404
    );
    assert!(lives(&tenant, id) && lives(&tenant, fixtures.other.admin.id));
    let encoded: String = id
        .to_string()
        .bytes()
        .map(|byte| format!("%{byte:02X}"))
        .collect();
    assert_eq!(revoke(&tenant, &encoded, admin).await, 204);
    assert!(!lives(&tenant, id));
}

#[tokio::test]
async fn a_path_matches_exactly_or_not_at_all() {
    let tenant = conforming().await;
    let fixtures = tenant.fixtures();
    let id = fixtures.victims[0].id;
    for path in [
        format!("/api/v1//api-keys/{id}"),
        format!("/api/v1/./api-keys/{id}"),
        format!("/api/v1/x/../api-keys/{id}"),
        format!("/api/v1/API-KEYS/{id}"),
        format!("/api/v2/api-keys/{id}"),
        "/api/v1/api-keys/".to_owned(),
    ] {
        let reply = send(
            &tenant,
            request("DELETE", &path, &[&key(&fixtures.admin.secret)]),
        )
        .await;
        assert_eq!(reply.status, 404, "{path}");
    }
    let reply = send(
        &tenant,
        request("DELETE", &format!("/api/v1/%61pi-keys/{id}"), &[]),
    )
    .await;
    assert_eq!(reply.status, 401);
    assert!(lives(&tenant, id));
}

#[tokio::test]
async fn methods_are_answered_as_rfc_9110_has_it() {
    let tenant = conforming().await;
    let fixtures = tenant.fixtures();
    let path = format!("/api/v1/api-keys/{}", fixtures.victims[0].id);
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "TRACE"] {
        let reply = send(&tenant, request(method, &path, &[])).await;
        assert_eq!(reply.status, 405, "{method}");
        assert_eq!(reply.field("allow"), Some("DELETE, OPTIONS"), "{method}");
        assert_eq!(reply.rest.is_empty(), method == "HEAD", "{method}");
    }
    let reply = send(&tenant, request("OPTIONS", &path, &[])).await;
    assert_eq!(
        (reply.status, reply.field("allow")),
        (204, Some("DELETE, OPTIONS"))
    );
    for method in ["REVOKE", "delete"] {
        let fields = [key(&fixtures.admin.secret)];
        let reply = send(&tenant, request(method, &path, &[&fields[0]])).await;
        assert_eq!(reply.status, 501, "{method}");
    }
    let get = send(
        &tenant,
        request("GET", "/api/v1/me", &[&key(&fixtures.admin.secret)]),
    )
    .await;
    let head = send(
        &tenant,
        request("HEAD", "/api/v1/me", &[&key(&fixtures.admin.secret)]),
    )
    .await;
    assert_eq!((get.status, head.status), (200, 200));
    assert!(head.rest.is_empty() && head.field("content-length").is_some());
    assert!(lives(&tenant, fixtures.victims[0].id));
}

#[tokio::test]
async fn a_key_is_made_and_works() {
    let tenant = conforming().await;
    let admin = key(&tenant.fixtures().admin.secret);
    let body = r#"{"name":"made","scopes":["usage.read"],"expires_in_days":1}"#;
    let post = |body: &str, admin: &str| request_with("POST", "/api/v1/api-keys", &[admin], body);
    let reply = send(&tenant, post(body, &admin)).await;
    assert_eq!(reply.status, 201);
    let made: serde_json::Value = serde_json::from_slice(&reply.rest).unwrap();
    let secret = made["plain_text_key"].as_str().unwrap();
    assert_eq!(made["data"]["scopes"][0], "usage.read");
    assert_eq!(made["data"]["status"], "active");
    assert_eq!(probe(&tenant, secret).await, 200);
    let get = |path: &str| request("GET", path, &[&key(secret)]);
    assert_eq!(send(&tenant, get("/api/v1/usage")).await.status, 200);
    assert_eq!(send(&tenant, get("/api/v1/messages")).await.status, 401);
    assert_eq!(send(&tenant, post(body, &key(secret))).await.status, 401);
    for wrong in [
        "",
        "[]",
        "{",
        "{}",
        r#"{"name":1}"#,
        r#"{"name":"x","scopes":["all"]}"#,
        r#"{"name":"x","expires_in_days":366}"#,
        r#"{"name":"x","expires_in_days":0}"#,
    ] {
        assert_eq!(
            send(&tenant, post(wrong, &admin)).await.status,
            422,
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn tenants_are_told_apart_by_host() {
    let tenant = conforming().await;
    let fixtures = tenant.fixtures();
    let at = |host: &str, secret: &str| {
        let text = request("GET", "/api/v1/me", &[&key(secret)]);
        text.replace("Host: localhost", &format!("Host: {host}"))
    };
    let (first, second) = (&fixtures.admin.secret, &fixtures.other.admin.secret);
    for (host, secret, status) in [
        ("127.0.0.1:1", first, 200),
        ("LOCALHOST", first, 200),
        ("[::1]:80", first, 200),
        ("other.localhost:80", second, 200),
        ("other.localhost", first, 401),
        ("localhost", second, 401),
        ("elsewhere.test", first, 404),
    ] {
        assert_eq!(
            send(&tenant, at(host, secret)).await.status,
            status,
            "{host}"
        );
    }
}

#[tokio::test]
async fn framing_that_two_readers_could_read_differently_is_refused() {
    let tenant = conforming().await;
    let long = "9".repeat(70_000);
    for (status, text) in [
        (400, "GET /api/v1/me HTTP/1.1\r\n\r\n".to_owned()),
        (
            400,
            "GET /api/v1/me HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n".to_owned(),
        ),
        (
            400,
            request("DELETE", "/api/v1/api-keys/1", &["Content-Length: 1, 2"]),
        ),
        (
            400,
            request("DELETE", "/api/v1/api-keys/1", &["X-Api-Key: a\0b"]),
        ),
        (400, "nonsense\r\n\r\n".to_owned()),
        (505, "GET / HTTP/2.0\r\nHost: localhost\r\n\r\n".to_owned()),
        (
            400,
            request(
                "DELETE",
                "/api/v1/api-keys/1",
                &["Content-Length: 5", "Transfer-Encoding: chunked"],
            ) + "0\r\n\r\n",
        ),
        (
            414,
            request("DELETE", &format!("/api/v1/api-keys/{long}"), &[]),
        ),
        (431, request("DELETE", "/api/v1/api-keys/1", &[&key(&long)])),
        (
            413,
            request(
                "DELETE",
                "/api/v1/api-keys/1",
                &["Content-Length: 99999999999999999999"],
            ),
        ),
    ] {
        let reply = send(&tenant, &text).await;
        assert_eq!(
            reply.status,
            status,
            "{}",
            text.chars().take(90).collect::<String>()
        );
        assert_eq!(reply.field("connection"), Some("close"));
    }
    let chunked = request(
        "POST",
        "/api/v1/api-keys",
        &[
            "Transfer-Encoding: chunked",
            &key(&tenant.fixtures().admin.secret),
        ],
    );
    let reply = send(
        &tenant,
        chunked + "e;x=1\r\n{\"name\":\"made\"\r\n1\r\n}\r\n0\r\n\r\n",
    )
    .await;
    assert_eq!(reply.status, 201);
}

#[tokio::test]
async fn a_connection_serves_many_requests_and_the_log_keeps_them() {
    let tenant = conforming().await;
    let fixtures = tenant.fixtures();
    let mut socket = connect(&tenant).await;
    let victim = &fixtures.victims[0];
    let path = format!("/api/v1/api-keys/{}", victim.id);
    let me = request("GET", "/api/v1/me", &[&key(&victim.secret)]);
    let delete = request("DELETE", &path, &[&key(&fixtures.admin.secret)]);
    for (text, status) in [
        (&me, 200),
        (&me, 200),
        (&delete, 204),
        (&me, 401),
        (&delete, 404),
    ] {
        assert_eq!(send_on(&mut socket, text).await.unwrap().status, status);
    }
    let log = tenant.log();
    let seen: Vec<u16> = log.iter().map(|entry| entry.status).collect();
    assert_eq!(seen, [200, 200, 204, 401, 404]);
    assert!(log.iter().all(|entry| entry.connection == 1));
    assert_eq!((log[2].method.as_str(), &log[2].target), ("DELETE", &path));
}

#[tokio::test]
async fn the_same_seed_gives_the_same_fixtures_and_none_gives_others() {
    let (one, two) = (conforming().await, conforming().await);
    assert_eq!(one.fixtures().admin, two.fixtures().admin);
    let three = probity::tenant::Tenant::start(Default::default())
        .await
        .unwrap();
    assert_ne!(one.fixtures().admin.secret, three.fixtures().admin.secret);
    let config = three.fixtures().to_config();
    for (variable, secret) in three.fixtures().environment() {
        assert!(
            config.contains(variable) && !config.contains(&secret),
            "{config}"
        );
    }
    let json = one.fixtures().to_json();
    assert_eq!(json["identities"]["admin"]["id"], one.fixtures().admin.id);
    assert_eq!(json["victims"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn a_stopped_tenant_no_longer_listens() {
    let tenant = conforming().await;
    let url = tenant.url();
    let address = url.strip_prefix("http://").unwrap().to_owned();
    let mut socket = connect(&tenant).await;
    tenant.stop().await;
    assert!(tokio::net::TcpStream::connect(&address).await.is_err());
    let me = request("GET", "/api/v1/me", &[]);
    assert!(send_on(&mut socket, &me).await.is_none());
}
