//! The bare client: sends what was recorded with nothing around hyper, and looks at no answer.
//!
//! A connection on which something was said that hyper cannot say is written and read as bytes,
//! which is cheaper still.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::recorder::{Asked, Asks};
use super::{Failure, cost};

/// The role that sends a recording again.
pub const REPLAY: &str = "replay";

/// The longest wait for an answer: none of those recorded took nearly as long.
const ANSWER_MAX: Duration = Duration::from_secs(10);

/// What a replay cost.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Replayed {
    /// User and system time of the loop alone, in seconds.
    pub cpu_s: f64,
    /// From its start to its end, in seconds.
    pub wall_s: f64,
    /// How many requests were sent.
    pub requests: usize,
    /// How many of them hyper sent.
    pub by_hyper: usize,
    /// How many should have been answered, and were not.
    pub unanswered: usize,
}

/// One connection's requests, ready to be sent.
enum Lane {
    Hyper(Vec<http::Request<Full<Bytes>>>),
    Bytes(Asks),
}

#[derive(Default)]
struct Counts {
    requests: AtomicUsize,
    by_hyper: AtomicUsize,
    unanswered: AtomicUsize,
}

/// Plays the bare client: a file, a port, and how many connections are in use at once.
///
/// # Errors
/// Where the file cannot be read, or no runtime can be started.
pub fn replay(arguments: &[String]) -> Result<(), Failure> {
    let [file, port, at_once] = arguments else {
        return Err("replay takes a file, a port and a number".into());
    };
    let recorded: Vec<Asks> = serde_json::from_slice(&std::fs::read(file)?)?;
    let (port, at_once): (u16, usize) = (port.parse()?, at_once.parse()?);
    let lanes: Vec<Lane> = recorded.into_iter().map(lane).collect();
    let mut builder = if at_once == 1 {
        tokio::runtime::Builder::new_current_thread()
    } else {
        tokio::runtime::Builder::new_multi_thread()
    };
    let runtime = builder.enable_all().build()?;
    let counts = Arc::new(Counts::default());
    let (before, start) = (cost::own_cpu_s()?, Instant::now());
    runtime.block_on(send_all(lanes, port, at_once, &counts));
    let (wall, after) = (start.elapsed(), cost::own_cpu_s()?);
    let count = |number: &AtomicUsize| number.load(Ordering::Relaxed);
    let replayed = Replayed {
        cpu_s: after - before,
        wall_s: wall.as_secs_f64(),
        requests: count(&counts.requests),
        by_hyper: count(&counts.by_hyper),
        unanswered: count(&counts.unanswered),
    };
    println!("{}", serde_json::to_string(&replayed)?);
    Ok(())
}

async fn send_all(lanes: Vec<Lane>, port: u16, at_once: usize, counts: &Arc<Counts>) {
    if at_once == 1 {
        for lane in lanes {
            send(lane, port, counts).await;
        }
        return;
    }
    let lanes = Arc::new(std::sync::Mutex::new(lanes.into_iter()));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..at_once {
        let (lanes, counts) = (Arc::clone(&lanes), Arc::clone(counts));
        tasks.spawn(async move {
            loop {
                let next = lanes.lock().ok().and_then(|mut lanes| lanes.next());
                let Some(lane) = next else { break };
                send(lane, port, &counts).await;
            }
        });
    }
    while tasks.join_next().await.is_some() {}
}

async fn send(lane: Lane, port: u16, counts: &Counts) {
    let Ok(stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await else {
        counts.unanswered.fetch_add(1, Ordering::Relaxed);
        return;
    };
    let _ = stream.set_nodelay(true);
    match lane {
        Lane::Hyper(requests) => send_by_hyper(stream, requests, counts).await,
        Lane::Bytes(asks) => send_bytes(stream, asks, counts).await,
    }
}

async fn send_by_hyper(
    stream: TcpStream,
    requests: Vec<http::Request<Full<Bytes>>>,
    counts: &Counts,
) {
    let Ok((mut sender, connection)) = http1::handshake(TokioIo::new(stream)).await else {
        return;
    };
    let driving = tokio::spawn(connection);
    for request in requests {
        counts.requests.fetch_add(1, Ordering::Relaxed);
        counts.by_hyper.fetch_add(1, Ordering::Relaxed);
        let answer = async {
            sender.ready().await?;
            let response = sender.send_request(request).await?;
            response.into_body().collect().await
        };
        if !matches!(tokio::time::timeout(ANSWER_MAX, answer).await, Ok(Ok(_))) {
            counts.unanswered.fetch_add(1, Ordering::Relaxed);
        }
    }
    drop(sender);
    let _ = driving.await;
}

async fn send_bytes(mut stream: TcpStream, asks: Asks, counts: &Counts) {
    let mut buffer = vec![0; 16 * 1024];
    for asked in asks {
        counts.requests.fetch_add(1, Ordering::Relaxed);
        let wrote = stream.write_all(&asked.bytes).await;
        if wrote.is_err() || !asked.answered {
            continue;
        }
        let read = tokio::time::timeout(ANSWER_MAX, stream.read(&mut buffer)).await;
        if !matches!(read, Ok(Ok(1..))) {
            counts.unanswered.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn lane(asks: Asks) -> Lane {
    let requests: Option<Vec<_>> = asks.iter().map(request).collect();
    match requests {
        Some(requests) if !requests.is_empty() => Lane::Hyper(requests),
        _ => Lane::Bytes(asks),
    }
}

/// The request as hyper takes it, where it can say exactly that.
fn request(asked: &Asked) -> Option<http::Request<Full<Bytes>>> {
    let mut fields = [httparse::EMPTY_HEADER; 64];
    let mut parsed = httparse::Request::new(&mut fields);
    let httparse::Status::Complete(head) = parsed.parse(&asked.bytes).ok()? else {
        return None;
    };
    if !asked.answered || parsed.version != Some(1) {
        return None;
    }
    let body = asked.bytes.get(head..)?;
    let mut request = http::Request::builder()
        .method(parsed.method?)
        .uri(parsed.path?);
    let mut lengths = 0;
    for field in parsed.headers.iter() {
        let name = field.name.to_ascii_lowercase();
        match name.as_str() {
            // Only what is the length of the content is hyper's way to say it.
            "content-length" if field.value == body.len().to_string().as_bytes() => lengths += 1,
            "content-length" | "transfer-encoding" | "upgrade" | "expect" => return None,
            _ => {}
        }
        request = request.header(field.name, field.value);
    }
    let plain = lengths == usize::from(lengths > 0 || !body.is_empty());
    let body = Full::new(Bytes::copy_from_slice(body));
    request.body(body).ok().filter(|_| plain)
}
