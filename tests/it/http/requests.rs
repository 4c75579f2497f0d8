//! What goes out is what the request says.

use std::sync::Arc;

use probity::http::{Encoder, Framing, HostHeader, Request, Secret, Text, Via, encoder_for};

use super::{Server, Step, exchange_with, settings};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
const USER_AGENT: &str = concat!("probity/", env!("CARGO_PKG_VERSION"));

/// Sends a request, and checks encoder and bytes; `{host}` stands for the server's.
async fn check_sent(request: Request, encoder: Encoder, expected: &[u8]) {
    let server = Server::answering(OK).await;
    let exchange = server.client().exchange(&request, Via::Fresh).await;
    let host = server.url.trim_start_matches("http://");
    let mut whole = Vec::new();
    let mut rest = expected;
    while let Some(at) = rest.windows(6).position(|window| window == b"{host}") {
        whole.extend_from_slice(&rest[..at]);
        whole.extend_from_slice(host.as_bytes());
        rest = &rest[at + 6..];
    }
    whole.extend_from_slice(rest);
    assert_eq!(encoder_for(&request), encoder);
    assert_eq!(exchange.encoder, encoder);
    assert_eq!(exchange.status(), Some(200), "{exchange:?}");
    let shown = |bytes: &[u8]| bytes.escape_ascii().to_string();
    assert_eq!(shown(&server.requests()[0]), shown(&whole));
    assert_eq!(shown(&exchange.sent), shown(&whole));
}

#[tokio::test]
async fn hyper_writes_what_it_can_write_unaltered() {
    let secret = Secret::new("sk-0123456789").unwrap();
    let request = Request::new("DELETE", "/api/v1/api-keys/42%2F..//a/../b")
        .with_header("x-api-key", secret)
        .with_header("x-empty", "")
        .with_header("x-two", "1")
        .with_header("x-two", "2")
        .with_header("x-latin", Text::plain(b"caf\xe9".to_vec()));
    let expected = [
        b"DELETE /api/v1/api-keys/42%2F..//a/../b HTTP/1.1\r\nhost: {host}\r\nuser-agent: "
            .as_slice(),
        USER_AGENT.as_bytes(),
        b"\r\nx-api-key: sk-0123456789\r\nx-empty: \r\nx-two: 1\r\nx-two: 2\r\n",
        b"x-latin: caf\xe9\r\n\r\n",
    ]
    .concat();
    check_sent(request, Encoder::Hyper, &expected).await;
}

#[tokio::test]
async fn the_raw_writer_writes_what_hyper_cannot() {
    let request = Request::new("GET", Text::plain(b"/a b/\xff#c".to_vec()))
        .with_header("X-api-KEY", Text::plain(b"a\0b".to_vec()))
        .with_header("a", "1")
        .with_header("b", "")
        .with_header("A", "2")
        .with_header("User-Agent", "mine");
    let expected = b"GET /a b/\xff#c HTTP/1.1\r\nHost: {host}\r\nX-api-KEY: a\0b\r\n\
        a: 1\r\nb: \r\nA: 2\r\nUser-Agent: mine\r\n\r\n";
    check_sent(request, Encoder::Raw, expected).await;
}

#[tokio::test]
async fn the_host_is_what_the_request_says() {
    let request = |host: HostHeader| {
        let mut request = Request::new("GET", "/").with_header("user-agent", "me");
        request.host = host;
        request
    };
    let head = "GET / HTTP/1.1\r\n";
    for (host, encoder, fields) in [
        (HostHeader::Automatic, Encoder::Hyper, "host: {host}\r\n"),
        (
            HostHeader::Value("acme.example".into()),
            Encoder::Hyper,
            "host: acme.example\r\n",
        ),
        (HostHeader::Absent, Encoder::Hyper, ""),
        (
            HostHeader::Twice("a".into(), "b".into()),
            Encoder::Raw,
            "host: a\r\nhost: b\r\n",
        ),
    ] {
        let expected = format!("{head}{fields}user-agent: me\r\n\r\n");
        check_sent(request(host), encoder, expected.as_bytes()).await;
    }
}

#[tokio::test]
async fn two_ways_to_say_a_length_go_out_side_by_side() {
    let mut request = Request::new("POST", "/")
        .with_header("user-agent", "me")
        .with_body("GET /x");
    request.framing = Framing::ContentLengthBesideTransferEncoding;
    let expected = b"POST / HTTP/1.1\r\nhost: {host}\r\nuser-agent: me\r\ncontent-length: 16\r\n\
        transfer-encoding: chunked\r\n\r\n6\r\nGET /x\r\n0\r\n\r\n";
    check_sent(request, Encoder::Raw, expected).await;
}

#[tokio::test]
async fn an_answer_to_a_body_that_is_not_read_is_an_answer() {
    let refusal = b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno".to_vec();
    let body = vec![b'x'; 32 * 1024 * 1024];
    let request = Request::new("POST", "/").with_body(Text::plain(body));
    for last in [Step::Hold, Step::Reset] {
        // The answer goes out before a byte is read; only then is the rest of it decided.
        let held = matches!(last, Step::Hold);
        let script = if held {
            vec![
                Step::Send(refusal.clone()),
                Step::Pause(std::time::Duration::from_secs(20)),
            ]
        } else {
            vec![Step::Send(refusal.clone()), last]
        };
        let server = Server::start(vec![script]).await;
        let mut connection = server.client_with(settings()).connect().await.unwrap();
        let exchange = connection.exchange(&request).await;
        assert_eq!(exchange.status(), Some(413), "{exchange:?}");
        assert!(exchange.sent.len() < 32 * 1024 * 1024);
        assert!(!connection.is_usable());
    }
}

#[tokio::test]
async fn a_dropped_request_is_sent_whole() {
    let server = Server::start(vec![vec![Step::Request, Step::Request]]).await;
    let request = Request::new("DELETE", "/api-keys/1").with_body("{}");
    let connection = server.client().connect().await.unwrap();
    let sent = connection.send_and_drop(&request).await.unwrap();
    while server.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(server.requests(), [sent]);
}

#[tokio::test]
async fn a_name_under_localhost_is_this_machine() {
    let server = Server::answering(OK).await;
    let port = server.url.rsplit(':').next().unwrap();
    for host in ["localhost", "acme.localhost"] {
        let server = Server {
            url: format!("http://{host}:{port}"),
            requests: Arc::default(),
        };
        let exchange = server
            .client()
            .exchange(&Request::new("GET", "/"), Via::Fresh)
            .await;
        let peer = exchange.connection.unwrap().peer;
        assert!(peer.ip().is_loopback(), "{host}");
    }
}

#[tokio::test]
async fn interim_responses_are_kept_apart_from_the_final_one() {
    let answer = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n\
        HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}";
    let exchange = exchange_with(Request::new("POST", "/"), answer).await;
    let response = exchange.outcome.unwrap();
    assert_eq!(response.status, 201);
    assert_eq!(response.body, b"{}");
    let interim: Vec<u16> = response
        .interim
        .iter()
        .map(|interim| interim.status)
        .collect();
    assert_eq!(interim, [100, 103]);
    assert_eq!(
        response.interim[1].headers,
        [("Link".to_owned(), b"</a>".to_vec())]
    );
    assert_eq!(exchange.received, answer.as_bytes());
    assert_eq!(exchange.framing, []);
}
