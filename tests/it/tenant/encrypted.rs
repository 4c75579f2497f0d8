//! The tenant over TLS: what a client sees of each defect and variant that is about it.

use probity::http::{
    Client, ClientSettings, Exchange, OldTls, OldTlsAnswer, Request, Target, TlsSettings, Via,
};
use probity::tenant::{Odd, Tenant};

use super::wire::{defective, key, lives, odd};

fn client(tenant: &Tenant, insecure: bool) -> Client {
    let fixtures = tenant.fixtures();
    let settings = ClientSettings {
        tls: TlsSettings {
            ca_pem: fixtures.root_pem.map(String::into_bytes),
            insecure,
        },
        ..ClientSettings::default()
    };
    Client::new(Target::parse(&fixtures.url).unwrap().origin, settings).unwrap()
}

fn request(method: &str, path: &str, secret: Option<&str>) -> Request {
    let request = Request::new(method, format!("/api/v1{path}").as_str());
    match secret {
        Some(secret) => request.with_header("x-api-key", secret),
        None => request,
    }
}

async fn revoke(tenant: &Tenant, victim: usize, via: Via) -> Exchange {
    let fixtures = tenant.fixtures();
    let path = format!("/api-keys/{}", fixtures.victims[victim].id);
    let request = request("DELETE", &path, Some(&fixtures.admin.secret));
    client(tenant, true).exchange(&request, via).await
}

#[tokio::test]
async fn every_variant_revokes_the_addressed_key_over_tls_and_refuses_who_has_none() {
    for variant in Odd::all().filter(Odd::is_encrypted) {
        let name = variant.name;
        let tenant = odd(&[name]).await;
        let victim = tenant.fixtures().victims[0].id;
        let path = format!("/api-keys/{victim}");
        let anonymous = request("DELETE", &path, None);
        let refused = client(&tenant, false)
            .exchange(&anonymous, Via::Fresh)
            .await;
        assert_eq!(refused.status(), Some(401), "{name}: {refused:?}");
        let response = refused.response().unwrap();
        let demanded = response.header("strict-transport-security").unwrap();
        assert!(demanded.starts_with(b"max-age="), "{name}");
        assert!(lives(&tenant, victim), "{name}");
        let revoked = revoke(&tenant, 0, Via::Fresh).await;
        assert_eq!(revoked.status(), Some(204), "{name}: {revoked:?}");
        assert_eq!(revoked.tls.unwrap().objection, None, "{name}");
        assert!(!lives(&tenant, victim), "{name}");
    }
}

#[tokio::test]
async fn each_version_is_spoken_where_it_is_the_only_one() {
    for (name, version) in [
        ("encrypted", "TLSv1_3"),
        ("tls-1-2-only", "TLSv1_2"),
        ("tls-1-3-only", "TLSv1_3"),
    ] {
        let tenant = odd(&[name]).await;
        let exchange = revoke(&tenant, 0, Via::Fresh).await;
        assert_eq!(exchange.tls.unwrap().version, version, "{name}");
    }
}

#[tokio::test]
async fn an_old_version_is_accepted_by_its_defect_alone() {
    let (old, older) = (OldTls::V1_1, OldTls::V1_0);
    for (tenant, version, accepted) in [
        (odd(&["encrypted"]).await, older, false),
        (odd(&["encrypted"]).await, old, false),
        (odd(&["hangs-up-on-old-tls"]).await, older, false),
        (defective(&["accepts-tls-1-0"]).await, older, true),
        (defective(&["accepts-tls-1-0"]).await, old, false),
        (
            defective(&["accepts-tls-1-0-with-a-warning"]).await,
            older,
            true,
        ),
        (defective(&["accepts-tls-1-1"]).await, old, true),
    ] {
        let answer = client(&tenant, false).offer_old_tls(version).await.unwrap();
        assert_eq!(answer == OldTlsAnswer::Accepted, accepted, "{version:?}");
        // Whoever speaks a newer one is served all the same.
        assert_eq!(revoke(&tenant, 0, Via::Fresh).await.status(), Some(204));
    }
}

#[tokio::test]
async fn by_http_2_the_same_is_answered_and_done() {
    let tenant = odd(&["http-2-too"]).await;
    let fixtures = tenant.fixtures();
    let exchange = revoke(&tenant, 0, Via::Http2).await;
    assert_eq!(exchange.status(), Some(204), "{exchange:?}");
    assert!(!lives(&tenant, fixtures.victims[0].id));
    assert!(exchange.received.starts_with(b"HTTP/2 204\r\n"));
    let sent = String::from_utf8(exchange.sent.clone()).unwrap();
    assert!(sent.starts_with("DELETE /api/v1/api-keys/"), "{sent}");
    assert!(
        sent.contains(&key(&fixtures.admin.secret).to_lowercase()[..10]),
        "{sent}"
    );
    let client = client(&tenant, false);
    let refused = client
        .exchange(&request("GET", "/me", None), Via::Http2)
        .await;
    assert_eq!(refused.status(), Some(401), "{refused:?}");
    let body = refused.outcome.unwrap().body;
    assert_eq!(
        String::from_utf8_lossy(&body),
        r#"{"message":"Unauthenticated."}"#
    );
    assert_eq!(refused.received[refused.body_ranges[0].clone()], body[..]);
}

#[tokio::test]
async fn by_http_2_each_defect_does_what_it_says() {
    let tenant = defective(&["http-2-answers-200"]).await;
    assert_eq!(revoke(&tenant, 0, Via::Http2).await.status(), Some(200));
    assert_eq!(revoke(&tenant, 1, Via::Fresh).await.status(), Some(204));
    let tenant = defective(&["http-2-revokes-nothing"]).await;
    assert_eq!(revoke(&tenant, 0, Via::Http2).await.status(), Some(204));
    assert!(lives(&tenant, tenant.fixtures().victims[0].id));
    let tenant = defective(&["http-2-needs-no-key"]).await;
    let path = format!("/api-keys/{}", tenant.fixtures().victims[0].id);
    for (via, status) in [(Via::Fresh, 401), (Via::Http2, 204)] {
        let anonymous = request("DELETE", &path, None);
        let exchange = client(&tenant, false).exchange(&anonymous, via).await;
        assert_eq!(exchange.status(), Some(status));
    }
}
