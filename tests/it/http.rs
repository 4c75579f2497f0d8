//! `http` against servers that are scripted byte by byte.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, in its helpers too"
)]

mod connections;
mod faults;
mod fetch;
mod proxy;
mod requests;
mod responses;
mod secrets;
mod tls;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use probity::http::{Client, ClientSettings, Exchange, Request, Target, Via};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// What a scripted server does next on a connection. After the last step it closes.
#[derive(Clone)]
pub enum Step {
    /// Reads the head of a request and as much of a body as `Content-Length` says.
    Request,
    /// Sends these bytes.
    Send(Vec<u8>),
    /// Sends these bytes over and over, until the client goes away.
    SendForever(Vec<u8>),
    /// Sends one byte of these, over and over, each after a while.
    Drip(Vec<u8>, Duration),
    /// Lets time pass, where two writes have to arrive apart.
    Pause(Duration),
    /// Waits until the test says so.
    Await(Arc<Notify>),
    /// Tells the test that it came so far.
    Tell(Arc<Notify>),
    /// Waits until the client closes.
    Hold,
    /// Resets the connection.
    Reset,
}

/// A server that plays a script on each connection, in the order in which they come.
pub struct Server {
    pub url: String,
    requests: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Server {
    /// Plays one script on each connection; further connections are closed at once.
    pub async fn start(scripts: Vec<Vec<Step>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&requests);
        tokio::spawn(async move {
            for script in scripts {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(play(stream, script, Arc::clone(&log)));
            }
            // Keeps listening, so that one connection too many is seen and not refused.
            while let Ok((stream, _)) = listener.accept().await {
                drop(stream);
            }
        });
        Self { url, requests }
    }

    /// Answers the first request with these bytes, and holds the connection open.
    pub async fn answering(bytes: impl AsRef<[u8]>) -> Self {
        let send = Step::Send(bytes.as_ref().to_vec());
        Self::start(vec![vec![Step::Request, send, Step::Hold]]).await
    }

    pub fn client(&self) -> Client {
        self.client_with(settings())
    }

    pub fn client_with(&self, settings: ClientSettings) -> Client {
        Client::new(Target::parse(&self.url).unwrap().origin, settings).unwrap()
    }

    /// The requests that were read whole, in order.
    pub fn requests(&self) -> Vec<Vec<u8>> {
        self.requests.lock().unwrap().clone()
    }
}

/// Bounds that a test which should not meet them does not meet.
pub fn settings() -> ClientSettings {
    let long = Duration::from_secs(20);
    ClientSettings {
        connect_timeout: long,
        first_byte_timeout: long,
        exchange_timeout: long,
        ..ClientSettings::default()
    }
}

/// Sends a request on a fresh connection to a server that answers with these bytes.
pub async fn exchange_with(request: Request, answer: impl AsRef<[u8]>) -> Exchange {
    Server::answering(answer)
        .await
        .client()
        .exchange(&request, Via::Fresh)
        .await
}

/// What a GET gets that is answered with these bytes.
pub async fn answer_to_get(answer: impl AsRef<[u8]>) -> Exchange {
    exchange_with(Request::new("GET", "/"), answer).await
}

/// What a GET gets that is answered with these bytes, after which the server closes.
pub async fn answer_then_close(answer: impl AsRef<[u8]>) -> Exchange {
    let script = vec![Step::Request, Step::Send(answer.as_ref().to_vec())];
    let server = Server::start(vec![script]).await;
    server
        .client()
        .exchange(&Request::new("GET", "/"), Via::Fresh)
        .await
}

async fn play(mut stream: TcpStream, script: Vec<Step>, log: Arc<Mutex<Vec<Vec<u8>>>>) {
    stream.set_nodelay(true).unwrap();
    for step in script {
        // A client that went away ends the script, and is what some tests are about.
        let went_on = match step {
            Step::Request => match read_request(&mut stream).await {
                Some(request) => {
                    log.lock().unwrap().push(request);
                    true
                }
                None => false,
            },
            Step::Send(bytes) => stream.write_all(&bytes).await.is_ok(),
            Step::SendForever(bytes) => {
                while stream.write_all(&bytes).await.is_ok() {}
                false
            }
            Step::Drip(bytes, every) => {
                for byte in bytes.iter().cycle() {
                    tokio::time::sleep(every).await;
                    if stream.write_all(&[*byte]).await.is_err() {
                        break;
                    }
                }
                false
            }
            Step::Pause(time) => {
                tokio::time::sleep(time).await;
                true
            }
            Step::Await(signal) => {
                signal.notified().await;
                true
            }
            Step::Tell(signal) => {
                signal.notify_one();
                true
            }
            Step::Hold => {
                while matches!(stream.read(&mut [0; 4096]).await, Ok(length) if length > 0) {}
                true
            }
            Step::Reset => {
                stream.set_zero_linger().unwrap();
                false
            }
        };
        if !went_on {
            return;
        }
    }
}

/// A request, head and body; `None` where the client closes before it is whole.
async fn read_request(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            let body = length.map_or(0, |length| length.trim().parse().unwrap());
            if bytes.len() >= end + 4 + body {
                return Some(bytes);
            }
        }
        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return None;
        }
    }
}
