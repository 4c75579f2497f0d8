//! What is no response, or never becomes one, ends within its bound and says what it was.

use std::time::{Duration, Instant};

use probity::http::{
    Client, ClientSettings, Exchange, Fault, FramingViolation, Phase, Request, Target, Text, Via,
};

use super::{Server, Step, answer_then_close, answer_to_get, settings};

const SHORT: Duration = Duration::from_millis(150);

async fn fault_of(script: Vec<Step>, settings: ClientSettings) -> Fault {
    let server = Server::start(vec![script]).await;
    let started = Instant::now();
    let exchange = server
        .client_with(settings)
        .exchange(&Request::new("GET", "/"), Via::Fresh)
        .await;
    assert!(started.elapsed() < Duration::from_secs(15), "{exchange:?}");
    exchange.outcome.unwrap_err()
}

#[tokio::test]
async fn what_is_no_response_is_malformed() {
    let ok = "HTTP/1.1 200 OK\r\n";
    for (answer, detail) in [
        ("\x15\x03\x01".to_owned(), "byte 0 is `\\x15`"),
        ("HTTP/2 200\r\n\r\n".to_owned(), "byte 5 is `2`"),
        ("<html></html>".to_owned(), "byte 0 is `<`"),
        ("HTTP/1.1 2000 OK\r\n\r\n".to_owned(), "head"),
        ("HTTP/1.1 abc OK\r\n\r\n".to_owned(), "head"),
        (format!("{ok}no colon\r\n\r\n"), "head"),
        (format!("{ok}a\0b: c\r\n\r\n"), "head"),
        (
            format!("{ok}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
            "differing",
        ),
        (format!("{ok}Content-Length: 1, 2\r\n\r\nab"), "differing"),
        (format!("{ok}Content-Length: -1\r\n\r\n"), "no number"),
        (format!("{ok}Content-Length: +1\r\n\r\na"), "no number"),
        (
            format!("{ok}Content-Length: 99999999999999999999999\r\n\r\n"),
            "no number",
        ),
        (
            format!("{ok}Transfer-Encoding: chunked\r\n\r\nxyz\r\n"),
            "hexadecimal",
        ),
        (
            format!("{ok}Transfer-Encoding: chunked\r\n\r\n-1\r\n"),
            "hexadecimal",
        ),
        (
            format!("{ok}Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n"),
            "longer",
        ),
        (
            format!("{ok}Transfer-Encoding: chunked\r\n\r\n0\r\nbad trailer\r\n\r\n"),
            "trailers",
        ),
    ] {
        let exchange = answer_to_get(&answer).await;
        assert_eq!(exchange.received, answer.as_bytes());
        let fault = exchange.outcome.unwrap_err();
        let Fault::Malformed { detail: actual } = &fault else {
            panic!("{answer}: {fault:?}")
        };
        assert!(actual.contains(detail), "{answer}: {actual}");
        assert!(!fault.is_no_answer());
    }
}

#[tokio::test]
async fn differing_lengths_are_named_and_the_status_is_kept() {
    let exchange =
        answer_to_get("HTTP/1.1 401 No\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab").await;
    assert_eq!(exchange.framing, [FramingViolation::DifferingLengths]);
    assert_eq!(exchange.status_of_broken, Some(401));
    let exchange = answer_to_get("HTTP/1.1 403 No\r\nno colon\r\n\r\n").await;
    assert!(exchange.outcome.is_err());
    assert_eq!(exchange.status_of_broken, Some(403));
}

#[tokio::test]
async fn a_connection_that_ends_early_says_how_far_it_came() {
    let fault = answer_then_close("").await.outcome.unwrap_err();
    assert_eq!(fault, Fault::ClosedBeforeResponse);
    assert!(fault.is_no_answer());
    // An interim response is no answer.
    let fault = answer_then_close("HTTP/1.1 100 Continue\r\n\r\n")
        .await
        .outcome
        .unwrap_err();
    assert_eq!(fault, Fault::ClosedBeforeResponse);
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcd",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n",
    ] {
        let fault = answer_then_close(answer).await.outcome.unwrap_err();
        assert_eq!(
            fault,
            Fault::ClosedInsideResponse {
                received_bytes: answer.len()
            }
        );
        assert!(!fault.is_no_answer());
    }
}

async fn answered_then_reset(answer: &str) -> Exchange {
    let script = vec![Step::Request, Step::Send(answer.into()), Step::Reset];
    let server = Server::start(vec![script]).await;
    server
        .client()
        .exchange(&Request::new("GET", "/"), Via::Fresh)
        .await
}

#[tokio::test]
async fn a_reset_takes_away_only_what_was_not_there() {
    let reset = |answer: &str| vec![Step::Request, Step::Send(answer.into()), Step::Reset];
    let part = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcd";
    let fault = fault_of(reset(part), settings()).await;
    assert!(matches!(fault, Fault::Reset { .. }), "{fault:?}");
    let fault = fault_of(vec![Step::Request, Step::Reset], settings()).await;
    assert_eq!(fault, Fault::Reset { received_bytes: 0 });
    assert!(fault.is_no_answer());

    assert_eq!(
        answered_then_reset(part).await.status_of_head(),
        Some(200),
        "a whole head is an answer"
    );
    // Node, to a head that is too large: nothing but the end says where this ends.
    let bare = "HTTP/1.1 431 No\r\nConnection: close\r\n\r\n";
    for (answer, body) in [(bare.to_owned(), ""), (format!("{bare}abc"), "abc")] {
        let exchange = answered_then_reset(&answer).await;
        assert_eq!(exchange.framing, [FramingViolation::EndByReset]);
        let response = exchange.outcome.expect("an answer");
        assert_eq!((response.status, response.body), (431, body.into()));
    }
    // A head that is cut is none.
    let cut = answered_then_reset("HTTP/1.1 431 No\r\nConnection:").await;
    assert!(cut.outcome.is_err() && cut.status_of_head().is_none());

    for whole in [
        "HTTP/1.1 204 No\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na",
    ] {
        let exchange = answered_then_reset(whole).await;
        assert!(exchange.outcome.is_ok(), "{exchange:?}");
    }
}

#[tokio::test]
async fn a_reset_that_the_write_meets_is_a_reset() {
    let script = vec![Step::Pause(Duration::from_millis(20)), Step::Reset];
    let server = Server::start(vec![script]).await;
    let request = Request::new("POST", "/").with_body(Text::plain(vec![0; 32 << 20]));
    let exchange = server.client().exchange(&request, Via::Fresh).await;
    assert_eq!(exchange.outcome, Err(Fault::Reset { received_bytes: 0 }));
    assert!(exchange.sent.len() < 32 << 20);
}

#[tokio::test]
async fn silence_ends_at_the_first_byte_timeout() {
    let mut settings = settings();
    settings.first_byte_timeout = SHORT;
    let fault = fault_of(vec![Step::Request, Step::Hold], settings).await;
    assert_eq!(
        fault,
        Fault::Timeout {
            phase: Phase::FirstByte,
            limit: SHORT
        }
    );
    assert!(fault.is_no_answer());
    assert!(!fault.is_before_sending());
}

#[tokio::test]
async fn a_drip_ends_at_the_timeout_of_the_whole_exchange() {
    let mut settings = settings();
    settings.exchange_timeout = SHORT;
    let every = Duration::from_millis(5);
    for (head, drip, phase) in [
        ("HTTP/1.1 200 OK\r\n", "x-a: ", Phase::Head),
        ("HTTP/1.1 200 OK\r\n\r\n", "x", Phase::Body),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n",
            "x",
            Phase::Body,
        ),
    ] {
        let drip = Step::Drip(drip.into(), every);
        let script = vec![Step::Request, Step::Send(head.into()), drip];
        let fault = fault_of(script, settings.clone()).await;
        assert_eq!(
            fault,
            Fault::Timeout {
                phase,
                limit: SHORT
            }
        );
        assert!(!fault.is_no_answer());
    }
}

#[tokio::test]
async fn what_never_ends_is_not_read_forever() {
    let mut settings = settings();
    settings.response_bytes_max = 100_000;
    let ok = "HTTP/1.1 200 OK\r\n";
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let head_limit = 256 * 1024;
    for (head, forever, phase, limit) in [
        (ok.to_owned(), "x-a: b\r\n", Phase::Head, head_limit),
        (format!("{ok}x-a: "), "b", Phase::Head, head_limit),
        (format!("{ok}\r\n"), "x", Phase::Body, 100_000),
        (
            format!("{ok}Content-Length: 100001\r\n\r\n"),
            "",
            Phase::Body,
            100_000,
        ),
        (chunked.to_owned(), "1\r\na\r\n", Phase::Body, 100_000),
        (format!("{chunked}ffffffff\r\n"), "a", Phase::Body, 100_000),
        (
            format!("{chunked}0\r\n"),
            "a: b\r\n",
            Phase::Body,
            head_limit,
        ),
        (
            chunked.to_owned(),
            "1;xxxxxxxxxxxxxxxxxxxx\r\na\r\n",
            Phase::Body,
            200_000,
        ),
    ] {
        let forever = if forever.is_empty() {
            Step::Hold
        } else {
            Step::SendForever(forever.repeat(512).into())
        };
        let script = vec![Step::Request, Step::Send(head.clone().into()), forever];
        let fault = fault_of(script, settings.clone()).await;
        assert_eq!(
            fault,
            Fault::TooLarge {
                phase,
                limit_bytes: limit
            },
            "{head}"
        );
    }
    for forever in [
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n",
    ] {
        let script = vec![Step::Request, Step::SendForever(forever.into())];
        let fault = fault_of(script, settings.clone()).await;
        assert!(matches!(fault, Fault::Malformed { .. }), "{fault:?}");
    }
}

#[tokio::test]
async fn a_closed_port_is_a_connect_fault_before_sending() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let origin = Target::parse(&format!("http://{address}")).unwrap().origin;
    let client = Client::new(origin, settings()).unwrap();
    let exchange = client
        .exchange(&Request::new("DELETE", "/"), Via::Fresh)
        .await;
    assert!(exchange.connection.is_none());
    assert_eq!(exchange.sent, b"");
    let fault = exchange.outcome.unwrap_err();
    assert!(matches!(fault, Fault::Connect { .. }), "{fault:?}");
    assert!(fault.is_before_sending() && fault.is_no_answer() && !fault.is_ours());
}
