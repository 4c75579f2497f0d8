//! One connection: requests in, answers out.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::answer::{Answer, Pace};
use super::reader::{Incoming, Reader};
use super::request::Connection;
use super::respond::{respond, unreadable};
use super::state::State;

/// How long a closing connection is still drained, so that the client reads the last answer and
/// gets no reset.
const LINGER_MAX: Duration = Duration::from_millis(500);

/// Serves the connection until either side ends it.
///
/// # Errors
/// When the socket fails, which concerns nobody: the client is gone.
pub(super) async fn serve(mut socket: TcpStream, state: Arc<State>, number: u64) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let mut reader = Reader::new(Arc::new(Connection { number }));
    loop {
        let request = match reader.next(&mut socket, &state.hooks).await? {
            Incoming::Closed => return Ok(()),
            Incoming::Refused(refused) => {
                send(&mut socket, &unreadable(&state, refused)).await?;
                return close(socket).await;
            }
            Incoming::Request(request) => request,
        };
        let keep = request.keep;
        // Over before the answer goes out, so that a client that waits for it never overlaps.
        let in_flight = state.enter();
        let answer = respond(&state, *request);
        sleep_unless_zero(answer.delay).await;
        drop(in_flight);
        if let Some(note) = &answer.note_if_abandoned
            && abandoned(&socket).await
        {
            state.note(note, "");
        }
        if !send(&mut socket, &answer).await? {
            return Ok(());
        }
        if !keep || answer.close {
            return close(socket).await;
        }
    }
}

async fn sleep_unless_zero(delay: Duration) {
    if !delay.is_zero() {
        sleep(delay).await;
    }
}

/// Whether the client has closed its side, or the connection is broken.
async fn abandoned(socket: &TcpStream) -> bool {
    // Polled once: what has not arrived by now does not count.
    let peeked = timeout(Duration::ZERO, socket.peek(&mut [0])).await;
    matches!(peeked, Ok(Ok(0) | Err(_)))
}

/// Sends the answer; false if it was a reset.
async fn send(socket: &mut TcpStream, answer: &Answer) -> io::Result<bool> {
    match answer.pace {
        Pace::Whole => socket.write_all(&answer.encode()).await?,
        Pace::ByteByByte => {
            for byte in answer.encode() {
                socket.write_all(&[byte]).await?;
            }
        }
        Pace::Reset => {
            socket.set_zero_linger()?;
            return Ok(false);
        }
    }
    Ok(true)
}

async fn close(mut socket: TcpStream) -> io::Result<()> {
    socket.shutdown().await?;
    let mut rest = [0; 4096];
    let drain = async { while matches!(socket.read(&mut rest).await, Ok(read) if read > 0) {} };
    // Whether the client has closed in time makes no difference.
    let _elapsed = timeout(LINGER_MAX, drain).await;
    Ok(())
}
