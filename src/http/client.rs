//! Sends requests to one origin and reads what comes back, byte for byte.

use std::sync::Arc;
use std::time::Duration;

use super::message::{Exchange, Fault, Request};
use super::origin::Origin;

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
}

/// Why a client cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// The certificates to trust cannot be read.
    #[error("the certificates to trust cannot be used: {detail}")]
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
#[derive(Debug, Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

/// One connection, for exchanges one after the other.
#[derive(Debug)]
pub struct Connection {
    id: u64,
}

#[derive(Debug)]
struct Shared {
    origin: Origin,
    #[expect(dead_code, reason = "read as soon as the bodies are written")]
    settings: ClientSettings,
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
        }
    }
}

impl Client {
    /// A client of this origin. Connects to nothing yet.
    ///
    /// # Errors
    /// Where TLS is spoken and its settings cannot be used.
    pub fn new(origin: Origin, settings: ClientSettings) -> Result<Self, ClientError> {
        Ok(Self {
            shared: Arc::new(Shared { origin, settings }),
        })
    }

    /// The origin that requests go to.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.shared.origin
    }

    /// Sends a request and reads all that comes of it; a fault is in the outcome.
    pub async fn exchange(&self, request: &Request, via: Via) -> Exchange {
        let _ = via;
        match self.connect().await {
            Ok(mut connection) => connection.exchange(request).await,
            Err(fault) => Exchange::new(request.clone(), Err(fault)),
        }
    }

    /// Makes a connection, for more than one exchange.
    ///
    /// # Errors
    /// Why none could be made.
    pub async fn connect(&self) -> Result<Connection, Fault> {
        Err(Fault::Local {
            detail: "the client is not written yet".to_owned(),
        })
    }
}

impl Connection {
    /// Sends a request and reads all that comes of it; a fault is in the outcome.
    pub async fn exchange(&mut self, request: &Request) -> Exchange {
        let fault = Fault::Local {
            detail: "the client is not written yet".to_owned(),
        };
        Exchange::new(request.clone(), Err(fault))
    }

    /// Writes a request fully, then closes without reading.
    ///
    /// # Errors
    /// Why it could not be written.
    pub async fn send_and_drop(self, request: &Request) -> Result<(), Fault> {
        let _ = request;
        Err(Fault::Local {
            detail: "the client is not written yet".to_owned(),
        })
    }

    /// Whether another exchange can go over it, as far as is known.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        false
    }

    /// Unique in this process.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }
}
