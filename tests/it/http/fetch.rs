//! Documents are fetched within an origin and within bounds.

use std::time::Duration;

use probity::http::fetch::{FetchError, FetchLimits, fetch_document};

use super::{Server, Step};

const LIMITS: FetchLimits = FetchLimits {
    timeout: Duration::from_secs(20),
    bytes_max: 1000,
};

fn send(answer: impl AsRef<[u8]>) -> Vec<Step> {
    vec![Step::Request, Step::Send(answer.as_ref().to_vec())]
}

fn document(length: usize) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{}",
        "x".repeat(length)
    )
}

fn redirect(location: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nConnection: close\r\n\r\n")
}

#[tokio::test]
async fn a_document_is_fetched_up_to_its_limit() {
    let server = Server::start(vec![send(document(1000)), send(document(1001))]).await;
    let url = format!("{}/openapi.yaml?v=1", server.url);
    assert_eq!(fetch_document(&url, LIMITS).await.unwrap().len(), 1000);
    let error = fetch_document(&url, LIMITS).await.unwrap_err();
    let shown = format!("{}/openapi.yaml", server.url);
    assert_eq!(
        error,
        FetchError::TooLarge {
            url: shown,
            bytes_max: 1000
        }
    );
}

#[tokio::test]
async fn a_redirect_is_followed_within_the_origin_only() {
    let server = Server::start(vec![send(redirect("/there")), send(document(3))]).await;
    let url = format!("{}/here", server.url);
    assert_eq!(fetch_document(&url, LIMITS).await.unwrap(), b"xxx");
    let request = String::from_utf8(server.requests()[1].clone()).unwrap();
    assert!(request.starts_with("GET /there ") && !request.to_lowercase().contains("referer"));

    let elsewhere = Server::start(vec![send(document(3))]).await;
    let location = format!("{}/there?secret", elsewhere.url);
    let server = Server::start(vec![send(redirect(&location))]).await;
    let error = fetch_document(&server.url, LIMITS).await.unwrap_err();
    let FetchError::Redirected { location, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!(location, format!("{}/there", elsewhere.url));
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn redirects_in_a_circle_end() {
    let server = Server::start(vec![send(redirect("/again")); 20]).await;
    let error = fetch_document(&server.url, LIMITS).await.unwrap_err();
    assert!(matches!(error, FetchError::Redirected { .. }), "{error:?}");
    assert!(server.requests().len() < 10);
}

#[tokio::test]
async fn what_is_not_fetched_is_not_connected_to() {
    for url in [
        "http://acme.example/openapi.yaml?key=hush",
        "https://user:hush@acme.example/openapi.yaml",
        "ftp://127.0.0.1/openapi.yaml",
        "file:///openapi.yaml",
    ] {
        let error = fetch_document(url, LIMITS).await.unwrap_err();
        assert!(
            matches!(error, FetchError::Refused { .. }),
            "{url}: {error:?}"
        );
        assert!(!format!("{error} {error:?}").contains("hush"));
    }
    let error = fetch_document("openapi.yaml", LIMITS).await.unwrap_err();
    assert!(matches!(error, FetchError::Url { .. }));
}

#[tokio::test]
async fn what_fails_says_how() {
    let short = FetchLimits {
        timeout: Duration::from_millis(100),
        ..LIMITS
    };
    let server = Server::start(vec![
        send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"),
        send("nonsense\r\n\r\n"),
        vec![Step::Request, Step::Hold],
    ])
    .await;
    let url = format!("{}/a?hush", server.url);
    let shown = format!("{}/a", server.url);
    let error = fetch_document(&url, LIMITS).await.unwrap_err();
    assert_eq!(
        error,
        FetchError::Status {
            url: shown.clone(),
            status: 404
        }
    );
    let error = fetch_document(&url, LIMITS).await.unwrap_err();
    assert!(matches!(&error, FetchError::Failed { .. }), "{error:?}");
    assert!(!error.to_string().contains("hush"), "{error}");
    let error = fetch_document(&url, short).await.unwrap_err();
    assert_eq!(
        error,
        FetchError::Timeout {
            url: shown,
            limit: short.timeout
        }
    );
}
