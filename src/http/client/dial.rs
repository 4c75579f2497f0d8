//! Makes a connection: name, TCP, TLS, each within its bound.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::Shared;
use super::proxy::tunnel;
use super::trust::{HTTP_2, Trust};
use crate::http::message::{Fault, Phase, TlsFacts};
use crate::http::origin::Origin;

/// A connection that was just made.
pub(super) struct Dialed {
    pub stream: Stream,
    pub peer: SocketAddr,
    pub connect: Duration,
    pub tls: Option<(Duration, TlsFacts)>,
}

/// A byte stream, encrypted or not.
pub(super) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Stream {
    /// Whether the target chose HTTP/2.
    pub fn is_http2(&self) -> bool {
        match self {
            Self::Plain(_) => false,
            Self::Tls(stream) => stream.get_ref().1.alpn_protocol() == Some(HTTP_2),
        }
    }
}

/// What is offered on an encrypted connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offer {
    /// HTTP/1.1 alone.
    Http1,
    /// HTTP/2, and HTTP/1.1 for who has no other.
    Http2First,
}

/// Connects to the client's origin.
///
/// # Errors
/// Why it could not.
pub(super) async fn dial(shared: &Shared, offer: Offer) -> Result<Dialed, Fault> {
    let limit = shared.settings.connect_timeout;
    let started = Instant::now();
    let connected = timeout(limit, connect(shared, limit)).await;
    let timed_out = |phase| Fault::Timeout { phase, limit };
    let (tcp, peer) = connected.map_err(|_| timed_out(Phase::Connect))??;
    let connect = started.elapsed();
    // A small request goes out at once; a failure to ask for that costs only time.
    let _ = tcp.set_nodelay(true);
    let (stream, tls) = match &shared.tls {
        None => (Stream::Plain(tcp), None),
        Some(trust) => {
            let started = Instant::now();
            let handshake = handshake(trust, offer, tcp);
            let handshake = timeout(limit, handshake).await;
            let stream = handshake.map_err(|_| timed_out(Phase::Tls))??;
            let facts = tls_facts(trust, &stream, shared.settings.tls.insecure);
            let tls = (started.elapsed(), facts);
            (Stream::Tls(Box::new(stream)), Some(tls))
        }
    };
    Ok(Dialed {
        stream,
        peer,
        connect,
        tls,
    })
}

async fn handshake(
    trust: &Trust,
    offer: Offer,
    tcp: TcpStream,
) -> Result<TlsStream<TcpStream>, Fault> {
    let config = match offer {
        Offer::Http1 => &trust.config,
        Offer::Http2First => &trust.config_of_http2,
    };
    let connector = TlsConnector::from(Arc::clone(config));
    let stream = connector.connect(trust.name.clone(), tcp).await;
    stream.map_err(|error| Fault::Tls {
        detail: error.to_string(),
    })
}

fn tls_facts(trust: &Trust, stream: &TlsStream<TcpStream>, insecure: bool) -> TlsFacts {
    let (_, session) = stream.get_ref();
    TlsFacts {
        version: session
            .protocol_version()
            .map_or_else(String::new, |v| format!("{v:?}")),
        cipher: session
            .negotiated_cipher_suite()
            .map_or_else(String::new, |suite| format!("{:?}", suite.suite())),
        // Without --insecure the handshake has verified it.
        objection: insecure
            .then(|| trust.objection(session.peer_certificates()))
            .flatten(),
    }
}

/// Connects to the client's origin and speaks no TLS, whatever the scheme.
///
/// # Errors
/// Why it could not.
pub(super) async fn dial_plain(shared: &Shared) -> Result<TcpStream, Fault> {
    let limit = shared.settings.connect_timeout;
    let connected = timeout(limit, connect(shared, limit)).await;
    let phase = Phase::Connect;
    let (tcp, _) = connected.map_err(|_| Fault::Timeout { phase, limit })??;
    Ok(tcp)
}

/// Connects to the origin, by way of the proxy where there is one.
async fn connect(shared: &Shared, limit: Duration) -> Result<(TcpStream, SocketAddr), Fault> {
    let Some(proxy) = &shared.settings.proxy else {
        return connect_to(&shared.origin, limit).await;
    };
    let (mut tcp, peer) = connect_to(proxy, limit).await?;
    tunnel(&mut tcp, &shared.origin).await?;
    Ok((tcp, peer))
}

async fn connect_to(origin: &Origin, limit: Duration) -> Result<(TcpStream, SocketAddr), Fault> {
    let addresses = addresses(origin).await?;
    // One address that swallows packets must not use up the time of the others.
    let share = limit / u32::try_from(addresses.len()).unwrap_or(u32::MAX).max(1);
    let mut first_fault = None;
    for address in addresses {
        let fault = match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok((stream, address)),
            Ok(Err(error)) => connect_fault(address, &error),
            Err(_) => Fault::Timeout {
                phase: Phase::Connect,
                limit: share,
            },
        };
        first_fault.get_or_insert(fault);
    }
    let detail = "no address".to_owned();
    Err(first_fault.unwrap_or(Fault::Resolve {
        host: origin.host.clone(),
        detail,
    }))
}

async fn addresses(origin: &Origin) -> Result<Vec<SocketAddr>, Fault> {
    if let Ok(address) = origin.host.parse() {
        return Ok(vec![SocketAddr::new(address, origin.port)]);
    }
    if origin.is_loopback() {
        // RFC 6761: these names are loopback, and are not looked up.
        return Ok(vec![
            (Ipv4Addr::LOCALHOST, origin.port).into(),
            (Ipv6Addr::LOCALHOST, origin.port).into(),
        ]);
    }
    match tokio::net::lookup_host((origin.host.as_str(), origin.port)).await {
        Ok(addresses) => Ok(addresses.collect()),
        Err(error) => Err(Fault::Resolve {
            host: origin.host.clone(),
            detail: error.to_string(),
        }),
    }
}

fn connect_fault(address: SocketAddr, error: &io::Error) -> Fault {
    // EMFILE, ENFILE and EADDRNOTAVAIL say something of this machine, not of the target.
    const OURS: [i32; 2] = [23, 24];
    let ours = error
        .raw_os_error()
        .is_some_and(|code| OURS.contains(&code));
    if ours || error.kind() == io::ErrorKind::AddrNotAvailable {
        return Fault::Local {
            detail: error.to_string(),
        };
    }
    Fault::Connect {
        address: address.to_string(),
        detail: error.to_string(),
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
