//! What the event log keeps of one exchange.

use serde::{Deserialize, Serialize};

/// A request and what came back, redacted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ExchangeFact {
    /// What the exchange was for: `main`, `control`, `look`, `setup` …
    pub label: String,
    /// Whether the case judges it; the others prepare it or look at what it did.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub judged: bool,
    /// The method.
    pub method: String,
    /// The request target as sent.
    pub target: String,
    /// The origin that it went to, such as `https://other.example`, where that is not the target's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// The status, where an answer came.
    pub status: Option<u16>,
    /// The fault, where none came.
    pub fault: Option<String>,
    /// The bytes sent.
    pub sent: WireText,
    /// The bytes received.
    pub received: WireText,
    /// The connection's number within the run, and whether it was used before.
    pub connection: u64,
    /// Whether the connection was used before.
    pub reused: bool,
    /// How the connection is encrypted, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<TlsFact>,
    /// Time to connect, in microseconds.
    pub connect_us: Option<u64>,
    /// Time for the TLS handshake, in microseconds.
    pub tls_us: Option<u64>,
    /// Time from sending to the first byte of the answer, in microseconds.
    pub first_byte_us: Option<u64>,
    /// Time from the start to the end, in microseconds.
    pub whole_us: u64,
    /// When it started, in microseconds since the run began.
    pub at_us: u64,
}

/// How a connection is encrypted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TlsFact {
    /// The protocol version, such as `TLSv1_3`.
    pub version: String,
    /// The cipher suite.
    pub cipher: String,
    /// Why the target's certificate is not to be trusted; only under `--insecure` is such a
    /// connection used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objection: Option<String>,
}

/// Bytes of the wire, redacted and cut at a bound.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct WireText {
    /// The bytes as text; what is not UTF-8 is shown as U+FFFD.
    pub text: String,
    /// The bytes in base64, where the text alone would lose some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
    /// How many bytes there were.
    pub bytes: u64,
    /// Whether bytes beyond the bound were left out.
    #[serde(default)]
    pub cut: bool,
}
