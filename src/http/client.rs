//! Sends requests to one origin and reads what comes back, byte for byte.

mod connection;
mod content;
mod dial;
mod encode;
mod head;
mod http2;
mod old_tls;
mod proxy;
mod reader;
mod trust;

use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

pub use self::old_tls::{OldTls, OldTlsAnswer};
pub use self::trust::check_certificates;

use self::connection::died_while_kept;
use self::dial::Offer;
use super::message::{Encoder, Exchange, Fault, Request, TlsFacts, encoder_for};
use super::origin::{Origin, Scheme};

/// Most connections that are kept for another exchange; a run has no more in flight.
const KEPT_CONNECTIONS_MAX: usize = 64;

/// How many times longer a connection for more than one exchange has to stay silent: content that
/// a framework writes a moment after the head is there by then, and few connections wait for it.
const PATIENCE: u32 = 5;

/// The bounds and the trust of a client.
#[derive(Debug, Clone)]
pub struct ClientSettings {
    /// Longest wait for name look-up and TCP connect, and again for the TLS handshake.
    pub connect_timeout: Duration,
    /// Longest wait from the start of sending to the first byte of a response.
    pub first_byte_timeout: Duration,
    /// Longest wait from the start of sending to the end of the response.
    pub exchange_timeout: Duration,
    /// Largest body that is read, in bytes, coded or decoded.
    pub response_bytes_max: usize,
    /// How long a connection has to stay silent after a response that has no content, before
    /// it counts as quiet.
    pub quiet_wait: Duration,
    /// Whom to trust.
    pub tls: TlsSettings,
    /// The proxy that every connection is tunnelled through.
    pub proxy: Option<Origin>,
}

/// Whom to trust.
#[derive(Debug, Clone, Default)]
pub struct TlsSettings {
    /// Certificates in PEM, trusted besides the platform's.
    pub ca_pem: Option<Vec<u8>>,
    /// Whether any certificate is taken.
    pub insecure: bool,
}

/// Whether an exchange may go over a connection that was used before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// A connection of its own.
    Fresh,
    /// A kept one where there is one, for safe methods only: others get their own.
    Pooled,
    /// A connection of its own by HTTP/2, where the target chooses that; nothing is sent where it
    /// does not.
    Http2,
}

/// Why a client cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// The certificates to trust cannot be read.
    #[error("there are no certificates to trust: {detail}")]
    Certificates {
        /// What is wrong with them.
        detail: String,
    },
    /// The host cannot be in a certificate.
    #[error("`{host}` is no name that a certificate can have")]
    ServerName {
        /// The host.
        host: String,
    },
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {detail}")]
    Tls {
        /// What is missing.
        detail: String,
    },
}

/// A client of one origin; clones share its settings and its kept connections.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    /// Beside `shared`, which each connection holds: inside it they would keep it alive.
    kept: Arc<Mutex<Vec<Connection>>>,
}

/// One connection, for exchanges one after the other.
pub struct Connection {
    shared: Arc<Shared>,
    id: u64,
    stream: dial::Stream,
    peer: SocketAddr,
    connect_time: Duration,
    tls_time: Option<Duration>,
    tls: Option<TlsFacts>,
    /// How long it has to stay silent after a response that has no content.
    quiet_wait: Duration,
    exchanges: u32,
    /// Whether the last exchange left it fit for another.
    open: bool,
    /// Whether the target closed it.
    ended: bool,
    /// Whether the target said that it will close it.
    said_close: bool,
}

struct Shared {
    /// Each exchange holds it too.
    origin: Arc<Origin>,
    settings: ClientSettings,
    tls: Option<trust::Trust>,
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            first_byte_timeout: Duration::from_secs(10),
            exchange_timeout: Duration::from_secs(30),
            response_bytes_max: 8 * 1024 * 1024,
            quiet_wait: Duration::from_millis(20),
            tls: TlsSettings::default(),
            proxy: None,
        }
    }
}

impl Client {
    /// A client of this origin. Connects to nothing yet.
    ///
    /// # Errors
    /// Where TLS is spoken and its settings cannot be used.
    pub fn new(origin: Origin, settings: ClientSettings) -> Result<Self, ClientError> {
        let tls = match origin.scheme {
            Scheme::Http => None,
            Scheme::Https => Some(trust::Trust::new(&origin.host, &settings.tls)?),
        };
        let shared = Arc::new(Shared {
            origin: Arc::new(origin),
            settings,
            tls,
        });
        Ok(Self {
            shared,
            kept: Arc::default(),
        })
    }

    /// The origin that requests go to.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.shared.origin
    }

    /// Its bounds, whom it trusts, and the way it takes.
    #[must_use]
    pub fn settings(&self) -> &ClientSettings {
        &self.shared.settings
    }

    /// Sends a request and reads all that comes of it; a fault is in the outcome.
    ///
    /// The request is sent once. Only where it is safe, went over a kept connection, and that
    /// one turned out dead before a byte came back, is it sent again on a fresh one.
    pub async fn exchange(&self, request: &Request, via: Via) -> Exchange {
        if via == Via::Http2 {
            return self.exchange_by_http2(request).await;
        }
        // What only the raw writer can say may leave a connection in an odd state.
        let keeps =
            via == Via::Pooled && request.is_safe() && encoder_for(request) == Encoder::Hyper;
        let mut attempts = 1;
        while keeps && attempts == 1 {
            let Some(mut connection) = self.kept().pop() else {
                break;
            };
            let exchange = connection.exchange(request).await;
            if matches!(exchange.outcome, Err(Fault::UsedUp { .. })) {
                // It was found dead, and nothing was sent.
                continue;
            }
            if !died_while_kept(&exchange) {
                self.keep(connection);
                return exchange;
            }
            attempts = 2;
        }
        let mut exchange = match self.open().await {
            Ok(mut connection) => {
                let exchange = connection.exchange(request).await;
                if keeps {
                    self.keep(connection);
                }
                exchange
            }
            Err(fault) => self.not_exchanged(request.clone(), fault),
        };
        exchange.attempts = attempts;
        exchange
    }

    /// Makes a connection, for more than one exchange.
    ///
    /// It waits longer than one for a single exchange for what may follow a response that has no
    /// content: that would be taken for the beginning of the next.
    ///
    /// # Errors
    /// Why none could be made.
    pub async fn connect(&self) -> Result<Connection, Fault> {
        let mut connection = self.open().await?;
        connection.quiet_wait *= PATIENCE;
        Ok(connection)
    }

    async fn open(&self) -> Result<Connection, Fault> {
        let dialed = dial::dial(&self.shared, Offer::Http1).await?;
        let (tls_time, tls) = dialed.tls.unzip();
        Ok(Connection {
            shared: Arc::clone(&self.shared),
            id: next_id(),
            stream: dialed.stream,
            peer: dialed.peer,
            connect_time: dialed.connect,
            tls_time,
            tls,
            quiet_wait: self.shared.settings.quiet_wait,
            exchanges: 0,
            open: true,
            ended: false,
            said_close: false,
        })
    }

    /// What comes of a request for which no connection could be made, or no answer is awaited.
    #[must_use]
    pub fn not_exchanged(&self, request: Request, fault: Fault) -> Exchange {
        let mut exchange = Exchange::new(request, Err(fault));
        exchange.origin = Some(Arc::clone(&self.shared.origin));
        exchange
    }

    fn keep(&self, connection: Connection) {
        let mut kept = self.kept();
        if connection.is_usable() && kept.len() < KEPT_CONNECTIONS_MAX {
            kept.push(connection);
        }
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        // A list of connections is whole at any time, also after a panic.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The next connection's number, unique in this process.
fn next_id() -> u64 {
    static NEXT_ID: AtomicU64 = AtomicU64::new(1);
    NEXT_ID.fetch_add(1, Ordering::Relaxed)
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Client({})", self.shared.origin)
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Connection({} to {})", self.id, self.peer)
    }
}
