//! What came is read as the RFCs say, and what of it breaks them is noted.

use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use probity::http::{Exchange, FramingViolation, Request, Via};

use super::{Server, Step, answer_then_close, answer_to_get, exchange_with, settings};

#[tokio::test]
async fn a_response_keeps_its_order_its_case_and_its_reason() {
    let answer = b"HTTP/1.1 404 Nicht gef\xfcnden: 42\r\nX-B: 1\r\nx-a: 2\r\nX-b:  3 \r\n\
        Content-Type: Application/JSON; charset=utf-8\r\nContent-Length: 2\r\nempty:\r\n\r\n{}";
    let exchange = answer_to_get(answer).await;
    assert_eq!(exchange.received, answer);
    assert_eq!(
        exchange.body_ranges.first(),
        Some(&(answer.len() - 2..answer.len()))
    );
    assert_eq!(exchange.framing, []);
    let response = exchange.outcome.unwrap();
    assert_eq!(response.version, "HTTP/1.1");
    assert_eq!(response.status, 404);
    assert_eq!(response.reason, b"Nicht gef\xfcnden: 42");
    let names: Vec<&str> = response
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "X-B",
            "x-a",
            "X-b",
            "Content-Type",
            "Content-Length",
            "empty"
        ]
    );
    assert_eq!(response.header_all("x-b").collect::<Vec<_>>(), [b"1", b"3"]);
    assert_eq!(response.header("EMPTY"), Some(b"".as_slice()));
    assert_eq!(response.media_type().as_deref(), Some("application/json"));
    assert_eq!(response.content(), Ok(b"{}".as_slice()));
}

#[tokio::test]
async fn a_reason_phrase_may_be_empty_or_missing() {
    for line in ["HTTP/1.1 200", "HTTP/1.1 200 "] {
        let exchange = answer_to_get(format!("{line}\r\nContent-Length: 0\r\n\r\n")).await;
        let response = exchange.outcome.unwrap();
        assert_eq!(
            (response.status, response.reason.as_slice()),
            (200, b"".as_slice())
        );
    }
}

#[tokio::test]
async fn a_body_ends_where_the_rfc_says() {
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n\
        4;name=\"v\"\r\nab\r\n\r\n00A \r\n0123456789\r\n0\r\nX-Sum: 1\r\nX-Sum: 2\r\n\r\n";
    let exchange = answer_to_get(chunked).await;
    assert_eq!(exchange.framing, []);
    assert_eq!(exchange.body_ranges.len(), 2);
    let response = exchange.outcome.unwrap();
    assert_eq!(response.body, b"ab\r\n0123456789");
    assert_eq!(response.trailers.len(), 2);

    for version in ["HTTP/1.0", "HTTP/1.1"] {
        let exchange = answer_then_close(format!("{version} 200 OK\r\n\r\nto the end")).await;
        assert!(exchange.connection.as_ref().unwrap().closed_by_target);
        assert_eq!(exchange.framing, []);
        let response = exchange.outcome.unwrap();
        assert_eq!(
            (response.version.as_str(), response.body),
            (version, b"to the end".to_vec())
        );
    }

    let head = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
    let exchange = exchange_with(Request::new("HEAD", "/"), head).await;
    assert_eq!(
        (exchange.status(), exchange.framing.as_slice()),
        (Some(200), [].as_slice())
    );
    let head = "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n";
    let exchange = answer_to_get(head).await;
    assert_eq!(
        (exchange.status(), exchange.framing.as_slice()),
        (Some(304), [].as_slice())
    );
}

#[tokio::test]
async fn a_response_may_come_in_single_bytes() {
    let answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    let mut script = vec![Step::Request];
    for byte in answer.bytes() {
        script.push(Step::Send(vec![byte]));
        script.push(Step::Pause(Duration::ZERO));
    }
    script.push(Step::Hold);
    let server = Server::start(vec![script]).await;
    let exchange = server
        .client()
        .exchange(&Request::new("GET", "/"), Via::Fresh)
        .await;
    assert_eq!(exchange.received, answer.as_bytes());
    assert_eq!(exchange.outcome.unwrap().body, b"abc");
}

#[tokio::test]
async fn a_content_coding_is_removed() {
    let plain = b"{\"message\": \"unauthorized\"}".repeat(20);
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(&plain).unwrap();
    let gzip = gzip.finish().unwrap();
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
    zlib.write_all(&plain).unwrap();
    let zlib = zlib.finish().unwrap();
    let mut bare = DeflateEncoder::new(Vec::new(), Compression::fast());
    bare.write_all(&plain).unwrap();
    let bare = bare.finish().unwrap();
    for (coding, body) in [
        ("gzip", &gzip),
        ("X-GZIP", &gzip),
        ("deflate", &zlib),
        ("deflate", &bare),
    ] {
        let response = coded(coding, body).await.outcome.unwrap();
        assert_eq!(response.content(), Ok(plain.as_slice()), "{coding}");
        assert_eq!(&response.body, body);
    }
    let response = coded("identity", &plain).await.outcome.unwrap();
    assert_eq!(response.content(), Ok(plain.as_slice()));
    for (coding, body) in [
        ("br", plain.as_slice()),
        ("gzip", plain.as_slice()),
        ("gzip", &gzip[..30]),
    ] {
        let response = coded(coding, body).await.outcome.unwrap();
        assert!(response.content().unwrap_err().contains(coding));
    }
}

#[tokio::test]
async fn a_small_body_that_grows_without_bound_is_not_unpacked() {
    let mut bomb = GzEncoder::new(Vec::new(), Compression::fast());
    bomb.write_all(&vec![0; 16 * 1024 * 1024]).unwrap();
    let response = coded("gzip", &bomb.finish().unwrap())
        .await
        .outcome
        .unwrap();
    assert!(response.content().unwrap_err().contains("larger than"));
}

async fn coded(coding: &str, body: &[u8]) -> Exchange {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {length}\r\n\r\n"
    );
    answer_to_get([head.as_bytes(), body].concat()).await
}

#[tokio::test]
async fn a_response_without_content_that_has_content_is_caught() {
    for (head, stray) in [
        ("HTTP/1.1 204 No Content\r\n\r\n", "{\"ok\":true}"),
        ("HTTP/1.1 204 No Content\r\n\r\n", "0\r\n\r\n"),
        ("HTTP/1.1 304 Not Modified\r\n\r\n", "x"),
    ] {
        // At once, in the same packet; and later, in one of its own.
        for pause in [Duration::ZERO, Duration::from_millis(10)] {
            let send = |text: &str| Step::Send(text.as_bytes().to_vec());
            let script = if pause.is_zero() {
                vec![Step::Request, send(&format!("{head}{stray}")), Step::Hold]
            } else {
                vec![
                    Step::Request,
                    send(head),
                    Step::Pause(pause),
                    send(stray),
                    Step::Hold,
                ]
            };
            let server = Server::start(vec![script]).await;
            let mut settings = settings();
            settings.quiet_wait = Duration::from_millis(200);
            let mut connection = server.client_with(settings).connect().await.unwrap();
            let exchange = connection.exchange(&Request::new("DELETE", "/")).await;
            assert!(exchange.outcome.is_ok());
            assert_eq!(exchange.framing, [FramingViolation::ContentAfterNoContent]);
            assert_eq!(exchange.stray, stray.as_bytes());
            assert_eq!(exchange.received, head.as_bytes());
            assert!(!connection.is_usable());
        }
    }
}

#[tokio::test]
async fn a_clean_204_leaves_the_connection_usable() {
    let server = Server::answering("HTTP/1.1 204 No Content\r\n\r\n").await;
    let mut connection = server.client().connect().await.unwrap();
    let exchange = connection.exchange(&Request::new("DELETE", "/")).await;
    assert_eq!(
        (exchange.status(), exchange.framing.as_slice()),
        (Some(204), [].as_slice())
    );
    assert_eq!(exchange.stray, b"");
    assert!(connection.is_usable());
}

/// Answers to a GET, each with what of it breaks the rules.
fn answers_that_violate() -> Vec<(String, Vec<FramingViolation>)> {
    use FramingViolation as V;
    let ok = "HTTP/1.1 200 OK\r\n";
    let none = "HTTP/1.1 204 No Content\r\n";
    let chunks = "1\r\na\r\n0\r\n\r\n";
    vec![
        (
            format!("{none}Content-Length: 0\r\n\r\n"),
            vec![V::ContentLengthOnNoContent],
        ),
        (
            format!("{none}Transfer-Encoding: chunked\r\n\r\n"),
            vec![V::TransferEncodingOnNoContent],
        ),
        (
            format!("{none}Content-Length: 2\r\n\r\n{{}}"),
            vec![V::ContentLengthOnNoContent, V::ContentAfterNoContent],
        ),
        (
            format!("{none}\r\n{ok}Content-Length: 0\r\n\r\n"),
            vec![V::StrayBytes],
        ),
        (
            format!("{ok}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}"),
            vec![V::LengthBesideTransferEncoding],
        ),
        (
            format!("{ok}Content-Length: 1\r\nContent-Length: 1\r\n\r\na"),
            vec![V::RepeatedLength],
        ),
        (
            format!("{ok}Content-Length: 1\r\n\r\nab"),
            vec![V::StrayBytes],
        ),
        (
            format!("{ok}Transfer-Encoding: chunked\r\n\r\n{chunks}\r\n"),
            vec![V::StrayBytes],
        ),
        (
            format!("{ok}Transfer-Encoding: gzip, chunked\r\n\r\n{chunks}"),
            vec![V::UnaskedTransferCoding],
        ),
        (
            format!("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}"),
            vec![V::TransferEncodingInOldVersion],
        ),
        (
            format!("{ok}Content-Length: 0\n\r\n"),
            vec![V::BareLineFeed],
        ),
        (
            format!("{ok}X: a\r\n b\r\nContent-Length: 0\r\n\r\n"),
            vec![V::ObsoleteFold],
        ),
        (
            format!("{ok}Content-Length : 0\r\n\r\n"),
            vec![V::SpaceBeforeColon],
        ),
        (
            format!("HTTP/1.1 103 X\r\nContent-Length: 0\r\n\r\n{ok}Content-Length: 0\r\n\r\n"),
            vec![V::ContentLengthOnNoContent],
        ),
        (
            "HTTP/1.1 101 Switching Protocols\r\n\r\n".to_owned(),
            vec![V::UnaskedUpgrade],
        ),
    ]
}

#[tokio::test]
async fn each_violation_of_the_framing_is_named() {
    for (answer, violations) in answers_that_violate() {
        let server = Server::answering(&answer).await;
        let mut connection = server.client().connect().await.unwrap();
        let exchange = connection.exchange(&Request::new("GET", "/")).await;
        assert_eq!(exchange.framing, violations, "{answer}");
        assert!(exchange.outcome.is_ok(), "{answer} {exchange:?}");
        assert!(!connection.is_usable(), "{answer}");
    }
}

#[tokio::test]
async fn a_folded_value_is_one_value() {
    let exchange =
        answer_to_get("HTTP/1.1 200 OK\r\nX: a\r\n\t b\r\nContent-Length: 0\r\n\r\n").await;
    assert_eq!(
        exchange.outcome.unwrap().header("x"),
        Some(b"a b".as_slice())
    );
}
