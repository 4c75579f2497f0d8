//! How an encrypted tenant answers a new connection: by TLS, or as a defect would have it.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::aws_lc_rs::{Ticketer, default_provider};
use rustls::server::NoServerSessionStorage;
use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, SupportedProtocolVersion};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::certificates::{CertificateBlueprint, Identity};
use super::hello::{FirstBytes, unrecognized_name};
use super::socket::{Socket, drain};

/// The longest that a handshake may take: a client that says nothing is left alone after it.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);

/// The protocol names of ALPN (RFC 7301).
const HTTP_1_1: &[u8] = b"http/1.1";
const HTTP_2: &[u8] = b"h2";

/// How sessions are resumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resumption {
    /// From memory.
    Stored,
    /// From tickets that hold all of the state.
    Tickets,
    /// Not at all.
    Off,
}

/// How a tenant speaks TLS: what a hook may change before it starts.
#[derive(Clone, Copy, Debug)]
pub(super) struct TlsBlueprint {
    pub(super) certificate: CertificateBlueprint,
    /// The versions that are spoken.
    pub(super) versions: &'static [&'static SupportedProtocolVersion],
    /// Old versions of which an offer is accepted, as a hello writes them.
    pub(super) old_versions: &'static [[u8; 2]],
    /// Whether a warning goes before the acceptance of an old version.
    pub(super) warns_first: bool,
    /// Whether an old version is refused without an alert.
    pub(super) hangs_up_on_old: bool,
    pub(super) resumption: Resumption,
    /// Whether HTTP/2 is offered, too.
    pub(super) http2: bool,
    /// Whether plain HTTP on the same port is answered, and not refused for being no TLS.
    pub(super) answers_plain_http: bool,
    /// Whether the end of a connection is announced by the closure alert.
    pub(super) announces_end: bool,
}

/// TLS 1.2 and no other version.
pub(super) static ONLY_1_2: &[&SupportedProtocolVersion] = &[&TLS12];
/// TLS 1.3 and no other version.
pub(super) static ONLY_1_3: &[&SupportedProtocolVersion] = &[&TLS13];
static BOTH: &[&SupportedProtocolVersion] = &[&TLS13, &TLS12];

impl Default for TlsBlueprint {
    fn default() -> Self {
        TlsBlueprint {
            certificate: CertificateBlueprint::default(),
            versions: BOTH,
            old_versions: &[],
            warns_first: false,
            hangs_up_on_old: false,
            resumption: Resumption::Stored,
            http2: false,
            answers_plain_http: false,
            announces_end: true,
        }
    }
}

/// What a new connection turned out to be.
pub(super) enum Opened {
    /// HTTP/1.1 over TLS.
    Encrypted(Socket),
    /// HTTP/2 over TLS.
    Http2(Box<TlsStream<TcpStream>>),
    /// HTTP/1.1 over nothing.
    Plain(Socket),
    /// Nothing that is left to answer.
    Over,
}

/// What answers new connections of an encrypted tenant.
pub(super) struct Tls {
    acceptor: TlsAcceptor,
    blueprint: TlsBlueprint,
}

impl Tls {
    /// What answers, and the root to trust, in PEM.
    ///
    /// # Errors
    /// When the cryptography fails: for want of randomness.
    pub(super) fn start(blueprint: TlsBlueprint) -> io::Result<(Tls, String)> {
        let identity = Identity::make(blueprint.certificate).map_err(io::Error::other)?;
        let root_pem = identity.root_pem.clone();
        let config = server_config(blueprint, identity).map_err(io::Error::other)?;
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let tls = Tls {
            acceptor,
            blueprint,
        };
        Ok((tls, root_pem))
    }

    /// Answers the beginning of a connection.
    ///
    /// # Errors
    /// When the socket fails, or client and tenant do not come to terms.
    pub(super) async fn open(&self, mut tcp: TcpStream) -> io::Result<Opened> {
        let Ok(first) = timeout(HANDSHAKE_MAX, FirstBytes::peek(&tcp)).await else {
            return Ok(Opened::Over);
        };
        let Some(first) = first? else {
            return Ok(Opened::Over);
        };
        if !first.is_tls() && self.blueprint.answers_plain_http {
            return Ok(Opened::Plain(Socket::Plain(tcp)));
        }
        if let Some(answer) = self.answer_to_old(&first) {
            tcp.write_all(&answer).await?;
            tcp.shutdown().await?;
            drain(&mut tcp).await;
            return Ok(Opened::Over);
        }
        let handshake = self.acceptor.accept(tcp).into_fallible();
        match timeout(HANDSHAKE_MAX, handshake).await {
            Ok(Ok(stream)) => Ok(self.opened(stream)),
            Ok(Err((error, mut tcp))) => {
                // The alert is to be read before a reset could take it away.
                tcp.shutdown().await?;
                drain(&mut tcp).await;
                Err(error)
            }
            Err(_) => Ok(Opened::Over),
        }
    }

    fn opened(&self, stream: TlsStream<TcpStream>) -> Opened {
        let stream = Box::new(stream);
        if stream.get_ref().1.alpn_protocol() == Some(HTTP_2) {
            return Opened::Http2(stream);
        }
        Opened::Encrypted(Socket::Encrypted {
            stream,
            announces_end: self.blueprint.announces_end,
        })
    }

    /// What is said to an offer of an old version alone; nothing where TLS itself refuses it.
    fn answer_to_old(&self, first: &FirstBytes) -> Option<Vec<u8>> {
        let version = first.old_version().filter(|_| first.is_tls())?;
        if self.blueprint.old_versions.contains(&version) {
            let warning = self
                .blueprint
                .warns_first
                .then(|| unrecognized_name(version));
            let accepting = first.accepting(version);
            return Some([warning.unwrap_or_default(), accepting].concat());
        }
        self.blueprint.hangs_up_on_old.then(Vec::new)
    }
}

fn server_config(
    blueprint: TlsBlueprint,
    identity: Identity,
) -> Result<ServerConfig, rustls::Error> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(blueprint.versions)?
        .with_no_client_auth()
        .with_single_cert(identity.chain, identity.key)?;
    config.alpn_protocols = vec![HTTP_1_1.to_vec()];
    if blueprint.http2 {
        config.alpn_protocols.insert(0, HTTP_2.to_vec());
    }
    match blueprint.resumption {
        Resumption::Stored => {}
        Resumption::Tickets => config.ticketer = Ticketer::new()?,
        Resumption::Off => {
            config.session_storage = Arc::new(NoServerSessionStorage {});
            config.send_tls13_tickets = 0;
        }
    }
    Ok(config)
}
