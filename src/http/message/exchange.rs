//! One request and all that came of it: bytes, meaning, faults, timing.

use std::fmt;
use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use super::{Encoder, Request, Response, encoder_for};
use crate::http::origin::Origin;

/// One request and all that came of it.
///
/// `Debug` prints no byte of either direction.
#[derive(Clone)]
pub struct Exchange {
    /// What was to be sent.
    pub request: Request,
    /// Where it was to be sent; `None` where only the request and its outcome are known.
    pub origin: Option<Arc<Origin>>,
    /// What wrote it.
    pub encoder: Encoder,
    /// The exact bytes that the target's side accepted, secrets included. By HTTP/2, whose frames
    /// no person reads and no redactor, what was said in them, as HTTP/1.1 would write it.
    pub sent: Vec<u8>,
    /// The exact bytes that came, up to the end of the message, interim responses included; by
    /// HTTP/2 as in `sent`.
    pub received: Vec<u8>,
    /// Where in `received` the bytes of the body are, in order: a chunked body has gaps.
    pub body_ranges: Vec<Range<usize>>,
    /// The response, or why there is none.
    pub outcome: Result<Response, Fault>,
    /// The status of a final response whose rest did not come, or could not be read.
    pub status_of_broken: Option<u16>,
    /// Bytes that came after the end of the message.
    pub stray: Vec<u8>,
    /// What of the bytes breaks the framing rules of RFC 9110 and RFC 9112.
    pub framing: Vec<FramingViolation>,
    /// How long it took.
    pub timing: Timing,
    /// What is known of the connection; `None` where none was made.
    pub connection: Option<ConnectionFacts>,
    /// How often the request was sent: 2 after a reused connection was found dead.
    pub attempts: u32,
    /// What was agreed on, where the connection is encrypted.
    pub tls: Option<TlsFacts>,
}

/// How long the parts of an exchange took; `None` for a part that was not reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timing {
    /// Name look-up and TCP connect; `None` too on a reused connection.
    pub connect: Option<Duration>,
    /// The TLS handshake; `None` too where there is none.
    pub tls: Option<Duration>,
    /// From the start of sending to the first byte of the response.
    pub first_byte: Option<Duration>,
    /// From the start of sending to the end of the message.
    pub whole: Option<Duration>,
}

/// What is known of the connection that an exchange used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionFacts {
    /// Unique in this process.
    pub id: u64,
    /// Whether an exchange went over it before.
    pub reused: bool,
    /// Whether the target closed it, or said that it will.
    pub closed_by_target: bool,
    /// The address that was connected to.
    pub peer: SocketAddr,
}

/// What was agreed on for an encrypted connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFacts {
    /// The protocol version, e.g. `TLSv1_3`.
    pub version: String,
    /// The cipher suite.
    pub cipher: String,
    /// Why the target's certificate is not to be trusted; only under `--insecure` is such a
    /// connection used.
    pub objection: Option<String>,
}

/// What an exchange was waiting for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Name look-up and TCP connect.
    Connect,
    /// The TLS handshake.
    Tls,
    /// The first byte of the response.
    FirstByte,
    /// The rest of the response's head.
    Head,
    /// The rest of the response's body.
    Body,
}

/// Why there is no whole response.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// This machine could not do its part (no free port, no free descriptor).
    #[error("this machine cannot open a connection: {detail}")]
    Local {
        /// What the system said.
        detail: String,
    },
    /// The name has no address.
    #[error("no address is known for `{host}`: {detail}")]
    Resolve {
        /// The name.
        host: String,
        /// What the resolver said.
        detail: String,
    },
    /// No connection could be made.
    #[error("cannot connect to {address}: {detail}")]
    Connect {
        /// The last address that was tried.
        address: String,
        /// What the system said.
        detail: String,
    },
    /// The proxy gives no tunnel to the target.
    #[error("the proxy gives no tunnel to the target: {detail}")]
    Proxy {
        /// What it said, or what was wrong with that.
        detail: String,
    },
    /// The TLS handshake failed.
    #[error("the TLS handshake failed: {detail}")]
    Tls {
        /// What was wrong, e.g. with the certificate.
        detail: String,
    },
    /// The target does not choose HTTP/2 where that is offered to it; nothing was sent.
    #[error("the target does not offer HTTP/2")]
    Http2NotOffered,
    /// The request could not be written in the chosen encoding: a fault of ours.
    #[error("the request cannot be written: {detail}")]
    Encode {
        /// What was refused.
        detail: String,
    },
    /// The connection cannot be used again; nothing was sent.
    #[error("the connection cannot be used again: {detail}")]
    UsedUp {
        /// Who ended it, or what came unasked.
        detail: String,
    },
    /// The target closed the connection before any byte of a response.
    #[error("the target closed the connection without a response")]
    ClosedBeforeResponse,
    /// The target closed the connection in the middle of the response.
    #[error("the target closed the connection inside the response, after {received_bytes} bytes")]
    ClosedInsideResponse {
        /// How much of it came.
        received_bytes: usize,
    },
    /// The target reset the connection.
    #[error("the target reset the connection, after {received_bytes} bytes of response")]
    Reset {
        /// How much of a response came.
        received_bytes: usize,
    },
    /// The connection failed in another way.
    #[error("the connection failed, after {received_bytes} bytes of response: {detail}")]
    Broken {
        /// How much of a response came.
        received_bytes: usize,
        /// What the system or the TLS layer said.
        detail: String,
    },
    /// It took too long.
    #[error("no {} within {limit:?}", .phase.awaited())]
    Timeout {
        /// What was waited for.
        phase: Phase,
        /// How long was waited.
        limit: Duration,
    },
    /// More came than is read.
    #[error("the {} is larger than {limit_bytes} bytes", .phase.awaited())]
    TooLarge {
        /// What was being read.
        phase: Phase,
        /// The limit that it went over.
        limit_bytes: usize,
    },
    /// What came is no HTTP/1.1 response.
    #[error("the response is malformed: {detail}")]
    Malformed {
        /// What is wrong with it; holds no byte of it but single characters.
        detail: String,
    },
}

/// A way in which the bytes of a response break the framing rules.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FramingViolation {
    /// Bytes after the head of a 1xx, 204 or 304, or of an answer to `HEAD` (RFC 9110, 6.4.1).
    ContentAfterNoContent,
    /// `Content-Length` in a 1xx or 204 (RFC 9110, 8.6).
    ContentLengthOnNoContent,
    /// `Transfer-Encoding` in a 1xx or 204 (RFC 9112, 6.1).
    TransferEncodingOnNoContent,
    /// `Content-Length` beside `Transfer-Encoding` (RFC 9112, 6.2).
    LengthBesideTransferEncoding,
    /// `Content-Length` with values that differ (RFC 9110, 8.6).
    DifferingLengths,
    /// One `Content-Length` value repeated, in one field or in several (RFC 9110, 8.6).
    RepeatedLength,
    /// A `Content-Length` that is no number (RFC 9110, 8.6).
    InvalidLength,
    /// A transfer coding that is not `chunked` alone, which no request asked for (RFC 9112, 6.1).
    UnaskedTransferCoding,
    /// `Transfer-Encoding` in an HTTP/1.0 response (RFC 9112, 6.1).
    TransferEncodingInOldVersion,
    /// Bytes after the end of a message that had content (RFC 9112, 6.3).
    StrayBytes,
    /// A line of the head that ends in a bare line feed (RFC 9112, 2.2).
    BareLineFeed,
    /// A field line continued on the next one (RFC 9112, 5.2).
    ObsoleteFold,
    /// White space between a field's name and its colon (RFC 9112, 5.1).
    SpaceBeforeColon,
    /// A body that only the end of an encrypted connection delimits, which ended without the
    /// TLS closure alert: it may be cut short (RFC 9112, 9.8).
    UnannouncedTlsEnd,
    /// A body that only the end of the connection delimits, which ended with a reset: it may be
    /// cut short (RFC 9112, 8).
    EndByReset,
    /// `101` to a request that asked for no upgrade (RFC 9110, 15.2.2).
    UnaskedUpgrade,
}

impl Exchange {
    /// An exchange of which only request and outcome are known: what remains is empty.
    #[must_use]
    pub fn new(request: Request, outcome: Result<Response, Fault>) -> Self {
        Self {
            encoder: encoder_for(&request),
            request,
            origin: None,
            sent: Vec::new(),
            received: Vec::new(),
            body_ranges: Vec::new(),
            outcome,
            status_of_broken: None,
            stray: Vec::new(),
            framing: Vec::new(),
            timing: Timing::default(),
            connection: None,
            attempts: 1,
            tls: None,
        }
    }

    /// The response, if a whole one came.
    #[must_use]
    pub fn response(&self) -> Option<&Response> {
        self.outcome.as_ref().ok()
    }

    /// The status of the response, if a whole one came.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.response().map(|response| response.status)
    }

    /// The status, where at least the head of a response came whole: what became of its content
    /// takes nothing from it (RFC 9112, 8). A head that cannot be read says nothing for certain.
    #[must_use]
    pub fn status_of_head(&self) -> Option<u16> {
        match &self.outcome {
            Ok(response) => Some(response.status),
            Err(Fault::Malformed { .. }) => None,
            Err(_) => self.status_of_broken,
        }
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Exchange")
            .field("request", &self.request)
            .field("origin", &self.origin)
            .field("encoder", &self.encoder)
            .field("sent_bytes", &self.sent.len())
            .field("received_bytes", &self.received.len())
            .field("outcome", &self.outcome)
            .field("status_of_broken", &self.status_of_broken)
            .field("stray_bytes", &self.stray.len())
            .field("framing", &self.framing)
            .field("timing", &self.timing)
            .field("connection", &self.connection)
            .field("attempts", &self.attempts)
            .field("tls", &self.tls)
            .finish()
    }
}

impl Phase {
    fn awaited(self) -> &'static str {
        match self {
            Self::Connect => "connection",
            Self::Tls => "TLS handshake",
            Self::FirstByte => "response",
            Self::Head => "head of the response",
            Self::Body => "body of the response",
        }
    }
}

impl Fault {
    /// Whether not one byte of a response came: the state of the target is unknown, or, where
    /// [`Fault::is_before_sending`], untouched.
    #[must_use]
    pub fn is_no_answer(&self) -> bool {
        match self {
            Self::ClosedBeforeResponse => true,
            Self::Reset { received_bytes } | Self::Broken { received_bytes, .. } => {
                *received_bytes == 0
            }
            Self::Timeout { phase, .. } => {
                matches!(phase, Phase::Connect | Phase::Tls | Phase::FirstByte)
            }
            Self::ClosedInsideResponse { .. } | Self::TooLarge { .. } | Self::Malformed { .. } => {
                false
            }
            Self::Local { .. }
            | Self::Resolve { .. }
            | Self::Connect { .. }
            | Self::Proxy { .. }
            | Self::Tls { .. }
            | Self::Http2NotOffered
            | Self::UsedUp { .. }
            | Self::Encode { .. } => true,
        }
    }

    /// Whether no byte of the request went out, so that it cannot have had an effect.
    #[must_use]
    pub fn is_before_sending(&self) -> bool {
        match self {
            Self::Local { .. }
            | Self::Resolve { .. }
            | Self::Connect { .. }
            | Self::Proxy { .. }
            | Self::Tls { .. }
            | Self::Http2NotOffered
            | Self::UsedUp { .. }
            | Self::Encode { .. } => true,
            Self::Timeout { phase, .. } => matches!(phase, Phase::Connect | Phase::Tls),
            _ => false,
        }
    }

    /// Whether the fault is ours and not the target's.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        matches!(self, Self::Local { .. } | Self::Encode { .. })
    }
}
