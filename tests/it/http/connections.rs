//! When a connection is used again, and when a request is sent again.

use std::sync::Arc;
use std::time::Duration;

use probity::http::{Fault, Request, Via};
use tokio::sync::Notify;

use super::{Server, Step, settings};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

fn ok() -> Step {
    Step::Send(OK.to_vec())
}

#[tokio::test]
async fn a_kept_connection_is_used_again() {
    let script = vec![Step::Request, ok(), Step::Request, ok(), Step::Hold];
    let client = Server::start(vec![script]).await.client();
    let first = client
        .exchange(&Request::new("GET", "/1"), Via::Pooled)
        .await;
    let second = client
        .exchange(&Request::new("GET", "/2"), Via::Pooled)
        .await;
    let (first, second) = (first.connection.unwrap(), second.connection.unwrap());
    assert!(!first.reused && second.reused);
    assert_eq!(first.id, second.id);
}

#[tokio::test]
async fn an_unsafe_request_never_goes_over_a_kept_connection() {
    let script = || vec![Step::Request, ok(), Step::Hold];
    let client = Server::start(vec![script(), script(), script()])
        .await
        .client();
    client
        .exchange(&Request::new("GET", "/"), Via::Pooled)
        .await;
    let unsafe_one = client
        .exchange(&Request::new("DELETE", "/"), Via::Pooled)
        .await;
    assert!(!unsafe_one.connection.unwrap().reused);
    let fresh = client.exchange(&Request::new("GET", "/"), Via::Fresh).await;
    assert!(!fresh.connection.unwrap().reused);
}

#[tokio::test]
async fn a_kept_connection_that_was_closed_meanwhile_is_not_used() {
    let closing = vec![Step::Request, ok()];
    let server = Server::start(vec![closing, vec![Step::Request, ok(), Step::Hold]]).await;
    let client = server.client();
    client
        .exchange(&Request::new("GET", "/1"), Via::Pooled)
        .await;
    let exchange = client
        .exchange(&Request::new("GET", "/2"), Via::Pooled)
        .await;
    assert_eq!((exchange.status(), server.requests().len()), (Some(200), 2));
}

#[tokio::test]
async fn a_safe_request_that_met_a_dead_kept_connection_is_sent_once_more() {
    // The connection is closed after the second request was read: the race, made certain.
    for end in [vec![], vec![Step::Reset]] {
        let racing = [vec![Step::Request, ok(), Step::Request], end].concat();
        let server = Server::start(vec![racing, vec![Step::Request, ok(), Step::Hold]]).await;
        let client = server.client();
        client
            .exchange(&Request::new("GET", "/1"), Via::Pooled)
            .await;
        let exchange = client
            .exchange(&Request::new("GET", "/2"), Via::Pooled)
            .await;
        assert_eq!(
            (exchange.status(), exchange.attempts),
            (Some(200), 2),
            "{exchange:?}"
        );
        assert!(!exchange.connection.unwrap().reused);
        assert_eq!(server.requests().len(), 3);
    }
}

#[tokio::test]
async fn no_request_is_sent_again_on_a_fresh_connection() {
    for method in ["GET", "DELETE", "POST"] {
        let server = Server::start(vec![vec![Step::Request]]).await;
        let exchange = server
            .client()
            .exchange(&Request::new(method, "/"), Via::Pooled)
            .await;
        assert_eq!(
            exchange.outcome,
            Err(Fault::ClosedBeforeResponse),
            "{method}"
        );
        assert_eq!(
            (exchange.attempts, server.requests().len()),
            (1, 1),
            "{method}"
        );
    }
}

#[tokio::test]
async fn a_part_of_an_answer_is_not_asked_for_again() {
    let interim = "HTTP/1.1 100 Continue\r\n\r\n";
    for (part, fault) in [
        (
            "HTTP/1.1 2",
            Fault::ClosedInsideResponse { received_bytes: 10 },
        ),
        (interim, Fault::ClosedBeforeResponse),
    ] {
        let racing = vec![Step::Request, ok(), Step::Request, Step::Send(part.into())];
        let server = Server::start(vec![racing, vec![Step::Request]]).await;
        let client = server.client();
        client
            .exchange(&Request::new("GET", "/1"), Via::Pooled)
            .await;
        let exchange = client
            .exchange(&Request::new("GET", "/2"), Via::Pooled)
            .await;
        assert_eq!(exchange.outcome, Err(fault));
        assert_eq!((exchange.attempts, server.requests().len()), (1, 2));
    }
}

#[tokio::test]
async fn a_request_can_use_a_connection_up() {
    for (field, answer) in [
        ("connection", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        ("upgrade", "HTTP/1.1 101 Switching Protocols\r\n\r\n"),
    ] {
        let server = Server::answering(answer).await;
        let mut connection = server.client().connect().await.unwrap();
        let request = Request::new("GET", "/").with_header(field, "x, close");
        let exchange = connection.exchange(&request).await;
        assert!(
            exchange.outcome.is_ok() && exchange.framing.is_empty(),
            "{exchange:?}"
        );
        assert!(!connection.is_usable(), "{field}");
    }
}

#[tokio::test]
async fn a_close_after_a_204_is_seen() {
    let send = Step::Send(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec());
    let server = Server::start(vec![vec![Step::Request, send]]).await;
    let mut settings = settings();
    settings.quiet_wait = Duration::from_secs(20);
    let mut connection = server.client_with(settings).connect().await.unwrap();
    let exchange = connection.exchange(&Request::new("DELETE", "/")).await;
    assert_eq!(exchange.status(), Some(204));
    assert!(exchange.connection.unwrap().closed_by_target);
    assert!(!connection.is_usable());
}

#[tokio::test]
async fn a_connection_says_when_it_is_used_up() {
    for (answer, usable) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: x, Close\r\n\r\n",
            false,
        ),
        ("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", false),
        (
            "HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n",
            true,
        ),
    ] {
        let server = Server::answering(answer).await;
        let mut connection = server.client().connect().await.unwrap();
        let exchange = connection.exchange(&Request::new("GET", "/")).await;
        assert_eq!(connection.is_usable(), usable, "{answer}");
        assert_eq!(
            exchange.connection.unwrap().closed_by_target,
            !usable,
            "{answer}"
        );
        if !usable {
            let exchange = connection.exchange(&Request::new("GET", "/")).await;
            let fault = exchange.outcome.unwrap_err();
            assert!(matches!(fault, Fault::UsedUp { .. }) && fault.is_before_sending());
            assert_eq!(server.requests().len(), 1);
        }
    }
}

#[tokio::test]
async fn what_came_unasked_ends_a_kept_connection() {
    let (over, sent) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let late = Step::Send(b"HTTP/1.1 408 Request Timeout\r\n\r\n".to_vec());
    let (when_over, tell_sent) = (Step::Await(over.clone()), Step::Tell(sent.clone()));
    let script = vec![Step::Request, ok(), when_over, late, tell_sent, Step::Hold];
    let server = Server::start(vec![script, vec![Step::Request, ok(), Step::Hold]]).await;
    let client = server.client();
    client
        .exchange(&Request::new("GET", "/1"), Via::Pooled)
        .await;
    over.notify_one();
    sent.notified().await;
    let exchange = client
        .exchange(&Request::new("GET", "/2"), Via::Pooled)
        .await;
    assert_eq!((exchange.status(), exchange.attempts), (Some(200), 1));
    assert!(!exchange.connection.unwrap().reused);
}

#[tokio::test]
async fn an_exchange_that_is_given_up_leaves_no_usable_connection() {
    let server = Server::start(vec![vec![Step::Request, Step::Hold]]).await;
    let mut connection = server.client_with(settings()).connect().await.unwrap();
    let request = Request::new("GET", "/");
    let given_up =
        tokio::time::timeout(Duration::from_millis(50), connection.exchange(&request)).await;
    assert!(given_up.is_err());
    assert!(!connection.is_usable());
}

#[tokio::test]
async fn many_tasks_share_one_client() {
    let script: Vec<Step> = (0..200).flat_map(|_| [Step::Request, ok()]).collect();
    let server = Server::start(vec![script; 64]).await;
    let client = server.client();
    let tasks: Vec<_> = (0..32)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move {
                for _ in 0..6 {
                    let request = Request::new("GET", "/");
                    let exchange = client.exchange(&request, Via::Pooled).await;
                    assert_eq!(exchange.status(), Some(200), "{exchange:?}");
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(server.requests().len(), 32 * 6);
}
