//! One connection: requests in, answers out.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::sleep;

use super::answer::{Answer, Pace};
use super::http2;
use super::reader::{Incoming, Reader};
use super::request::{Connection, Protocol};
use super::respond::{respond, unreadable};
use super::socket::Socket;
use super::state::State;
use super::tls::{Opened, Tls};

/// Serves the connection until either side ends it.
///
/// # Errors
/// When the socket fails, which concerns nobody: the client is gone.
pub(super) async fn serve(
    tcp: TcpStream,
    state: Arc<State>,
    tls: Option<Arc<Tls>>,
    number: u64,
) -> io::Result<()> {
    tcp.set_nodelay(true)?;
    let connection = |protocol| Arc::new(Connection { number, protocol });
    let opened = match tls {
        Some(tls) => tls.open(tcp).await?,
        None => Opened::Plain(Socket::Plain(tcp)),
    };
    match opened {
        Opened::Plain(socket) => serve_http1(socket, state, connection(Protocol::Http1)).await,
        Opened::Encrypted(socket) => {
            serve_http1(socket, state, connection(Protocol::Http1OverTls)).await
        }
        Opened::Http2(stream) => {
            http2::serve(*stream, state, connection(Protocol::Http2OverTls)).await
        }
        Opened::Over => Ok(()),
    }
}

async fn serve_http1(
    mut socket: Socket,
    state: Arc<State>,
    connection: Arc<Connection>,
) -> io::Result<()> {
    let mut reader = Reader::new(Arc::clone(&connection));
    loop {
        let request = match reader.next(&mut socket, &state.hooks).await? {
            Incoming::Closed => return Ok(()),
            Incoming::Refused(refused) => {
                send(&mut socket, &unreadable(&state, refused, &connection)).await?;
                return socket.close().await;
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
            && socket.is_abandoned().await
        {
            state.note(note, "");
        }
        if !send(&mut socket, &answer).await? {
            return Ok(());
        }
        if !keep || answer.close {
            return socket.close().await;
        }
    }
}

/// Waits for as long as an answer takes.
pub(super) async fn sleep_unless_zero(delay: Duration) {
    if !delay.is_zero() {
        sleep(delay).await;
    }
}

/// How long after the answer its late tail comes: later than another process needs to be waited
/// for, and sooner than a person would notice.
const LATE_TAIL: Duration = Duration::from_millis(40);

/// Sends the answer; false if it was a reset.
async fn send(socket: &mut Socket, answer: &Answer) -> io::Result<bool> {
    match answer.pace {
        Pace::Whole => socket.write_all(&answer.encode()).await?,
        Pace::ByteByByte => {
            for byte in answer.encode() {
                socket.write_all(&[byte]).await?;
                socket.flush().await?;
            }
        }
        Pace::LateTail => {
            socket.write_all(&answer.encode()).await?;
            socket.flush().await?;
            sleep(LATE_TAIL).await;
            socket.write_all(&answer.after).await?;
        }
        Pace::WholeThenReset => {
            socket.write_all(&answer.encode()).await?;
            socket.flush().await?;
            socket.reset()?;
            return Ok(false);
        }
        Pace::Reset => {
            socket.reset()?;
            return Ok(false);
        }
    }
    // TLS may still hold the end of it.
    socket.flush().await?;
    Ok(true)
}
