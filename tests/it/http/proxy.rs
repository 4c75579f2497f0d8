//! Connections through a proxy.

use probity::http::{Client, Fault, Request, Target, Via};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use super::{Server, Step, settings};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

/// A proxy that answers a request for a tunnel so, and gives one after a 200. Handed back is its
/// URL.
async fn proxy(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(client.read_u8().await.unwrap());
            }
            let head = String::from_utf8(head).unwrap();
            let place = head.strip_prefix("CONNECT ").unwrap();
            let (place, rest) = place.split_once(' ').unwrap();
            assert_eq!(rest, format!("HTTP/1.1\r\nHost: {place}\r\n\r\n"));
            client.write_all(answer.as_bytes()).await.unwrap();
            if answer.starts_with("HTTP/1.1 200") {
                let mut target = TcpStream::connect(place).await.unwrap();
                // How a tunnel ends says nothing here.
                let _ended = copy_bidirectional(&mut client, &mut target).await;
            }
        }
    });
    url
}

fn client(target: &str, proxy: &str) -> Client {
    let mut settings = settings();
    settings.proxy = Some(Target::parse(proxy).unwrap().origin);
    Client::new(Target::parse(target).unwrap().origin, settings).unwrap()
}

#[tokio::test]
async fn what_goes_through_a_tunnel_arrives_as_it_was_sent() {
    let proxy = proxy("HTTP/1.1 200 Connection established\r\nVia: 1.1 p\r\n\r\n").await;
    let server = Server::start(vec![vec![Step::Request, Step::Send(OK.to_vec())]]).await;
    let request = Request::new("GET", "/a/../b");
    let exchange = client(&server.url, &proxy)
        .exchange(&request, Via::Fresh)
        .await;
    assert_eq!(exchange.status(), Some(200), "{exchange:?}");
    assert!(exchange.sent.starts_with(b"GET /a/../b HTTP/1.1\r\n"));
    assert_eq!(exchange.received, OK);
}

#[tokio::test]
async fn a_proxy_that_gives_no_tunnel_is_a_fault_before_anything_is_sent() {
    for (answer, words) in [
        (
            "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
            "it answered 407",
        ),
        ("SSH-2.0\r\n\r\n", "it did not answer as HTTP does"),
    ] {
        let proxy = proxy(answer).await;
        let request = Request::new("GET", "/");
        let exchange = client("http://tenant.example", &proxy)
            .exchange(&request, Via::Fresh)
            .await;
        let fault = exchange.outcome.unwrap_err();
        assert!(fault.is_before_sending());
        let Fault::Proxy { detail } = fault else {
            panic!("{fault:?}");
        };
        assert_eq!(detail, words);
    }
}
