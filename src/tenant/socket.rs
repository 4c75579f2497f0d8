//! A connection to a client, encrypted or not.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::server::TlsStream;

/// How long a closing connection is still drained, so that the client reads the last answer and
/// gets no reset.
const LINGER_MAX: Duration = Duration::from_millis(500);

/// A byte stream to a client.
pub(super) enum Socket {
    Plain(TcpStream),
    Encrypted {
        stream: Box<TlsStream<TcpStream>>,
        /// Whether its end is announced by the closure alert (RFC 8446, 6.1).
        announces_end: bool,
    },
}

impl Socket {
    /// Whether the client has closed its side, or the connection is broken.
    pub(super) async fn is_abandoned(&self) -> bool {
        let mut byte = [0];
        // Polled once: what has not arrived by now does not count.
        let peeked = timeout(Duration::ZERO, self.tcp().peek(&mut byte)).await;
        matches!(peeked, Ok(Ok(0) | Err(_)))
    }

    /// Lets the connection end with a reset when it is dropped.
    ///
    /// # Errors
    /// When the socket fails.
    pub(super) fn reset(&self) -> io::Result<()> {
        self.tcp().set_zero_linger()
    }

    /// Ends the connection from this side, and waits a little until the client does.
    ///
    /// # Errors
    /// When the socket fails.
    pub(super) async fn close(mut self) -> io::Result<()> {
        match &mut self {
            Socket::Encrypted {
                stream,
                announces_end: false,
            } => stream.get_mut().0.shutdown().await?,
            socket => socket.shutdown().await?,
        }
        drain(&mut self).await;
        Ok(())
    }

    fn tcp(&self) -> &TcpStream {
        match self {
            Socket::Plain(tcp) => tcp,
            Socket::Encrypted { stream, .. } => stream.get_ref().0,
        }
    }
}

/// Reads what still comes, until the client closes or the time is over.
pub(super) async fn drain(stream: &mut (impl AsyncRead + Unpin)) {
    let mut rest = [0; 4096];
    let drain = async { while matches!(stream.read(&mut rest).await, Ok(read) if read > 0) {} };
    // Whether the client has closed in time makes no difference.
    let _elapsed = timeout(LINGER_MAX, drain).await;
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Socket::Plain(tcp) => Pin::new(tcp).poll_read(context, buffer),
            Socket::Encrypted { stream, .. } => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Socket::Plain(tcp) => Pin::new(tcp).poll_write(context, bytes),
            Socket::Encrypted { stream, .. } => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Socket::Plain(tcp) => Pin::new(tcp).poll_flush(context),
            Socket::Encrypted { stream, .. } => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Socket::Plain(tcp) => Pin::new(tcp).poll_shutdown(context),
            Socket::Encrypted { stream, .. } => Pin::new(stream).poll_shutdown(context),
        }
    }
}
