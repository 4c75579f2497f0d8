//! A request, said exactly, and which encoder can write it so.

use std::fmt;

use crate::http::secret::Secret;

/// A piece of a [`Text`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Bytes that may be shown.
    Plain(Vec<u8>),
    /// Bytes that may not.
    Secret(Secret),
}

/// Bytes of a request, of which some may be secret.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(Vec<Part>);

impl Text {
    /// Bytes that may be shown.
    #[must_use]
    pub fn plain(bytes: impl Into<Vec<u8>>) -> Self {
        Self(vec![Part::Plain(bytes.into())])
    }

    /// A secret and nothing else.
    #[must_use]
    pub fn secret(secret: Secret) -> Self {
        Self(vec![Part::Secret(secret)])
    }

    /// Adds a piece at the end.
    pub fn push(&mut self, part: Part) {
        self.0.push(part);
    }

    /// This text with bytes that may be shown at its end.
    #[must_use]
    pub fn and_plain(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.push(Part::Plain(bytes.into()));
        self
    }

    /// This text with a secret at its end.
    #[must_use]
    pub fn and_secret(mut self, secret: Secret) -> Self {
        self.push(Part::Secret(secret));
        self
    }

    /// The pieces in order.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.0
    }

    /// The secrets in order.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.0.iter().filter_map(|part| match part {
            Part::Plain(_) => None,
            Part::Secret(secret) => Some(secret),
        })
    }

    /// Whether a piece of it is secret.
    #[must_use]
    pub fn is_sensitive(&self) -> bool {
        self.secrets().next().is_some()
    }

    /// How many bytes go on the wire.
    #[must_use]
    pub fn len(&self) -> usize {
        let length = |part: &Part| match part {
            Part::Plain(bytes) => bytes.len(),
            Part::Secret(secret) => secret.len(),
        };
        self.0.iter().map(length).sum()
    }

    /// Whether no byte goes on the wire.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// For a person: secrets as `[redacted]`, bytes that are no text as replacement characters.
    #[must_use]
    pub fn display_lossy(&self) -> String {
        let show = |part: &Part| match part {
            Part::Plain(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Part::Secret(secret) => secret.to_string(),
        };
        self.0.iter().map(show).collect()
    }

    /// The bytes, secrets included: for the encoders only.
    pub(in crate::http) fn reveal(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.len());
        for part in &self.0 {
            match part {
                Part::Plain(plain) => bytes.extend_from_slice(plain),
                Part::Secret(secret) => bytes.extend_from_slice(secret.reveal()),
            }
        }
        bytes
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.display_lossy())
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        Text(vec![self.clone()]).fmt(formatter)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::plain(text)
    }
}

impl From<Secret> for Text {
    fn from(secret: Secret) -> Self {
        Self::secret(secret)
    }
}

/// Which `Host` goes out.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HostHeader {
    /// The authority of the origin that is connected to.
    #[default]
    Automatic,
    /// This one instead.
    Value(String),
    /// None.
    Absent,
    /// Two fields.
    Twice(String, String),
    /// The authority of the origin that is connected to, in two fields.
    Doubled,
}

/// How the length of the body is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Framing {
    /// `Content-Length` where there is a body, or where the method is one that expects a body;
    /// nothing else.
    #[default]
    Automatic,
    /// `Transfer-Encoding: chunked`, the body as one chunk.
    Chunked,
    /// The body as one chunk, and its coded length as `Content-Length` beside it.
    ContentLengthBesideTransferEncoding,
    /// This `Content-Length`, whatever the body.
    ExplicitContentLength(u64),
    /// Two `Content-Length` fields, whatever the body.
    DifferingContentLengths(u64, u64),
    /// No field that says a length, whatever the body.
    Unsaid,
}

/// A request as it is to be on the wire.
///
/// Nothing is normalized, and nothing is added but what [`HostHeader`] and [`Framing`] say and
/// a `User-Agent` where none is set.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Request {
    /// The method, as it is sent.
    pub method: String,
    /// The request target in origin form, sent unaltered.
    pub target: Text,
    /// Header fields in order; names keep their case, names may repeat.
    pub headers: Vec<(String, Text)>,
    /// The content, if any. `Some` of an empty text is a body of no bytes.
    pub body: Option<Text>,
    /// Which `Host` goes out.
    pub host: HostHeader,
    /// How the length of the body is said.
    pub framing: Framing,
}

impl Request {
    /// A request without header fields and without a body.
    #[must_use]
    pub fn new(method: impl Into<String>, target: impl Into<Text>) -> Self {
        Self {
            method: method.into(),
            target: target.into(),
            headers: Vec::new(),
            body: None,
            host: HostHeader::default(),
            framing: Framing::default(),
        }
    }

    /// This request with one more header field at the end.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<Text>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// This request with a body.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Text>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Whether the method is safe (RFC 9110, section 9.2.1): it asks for no change of state.
    #[must_use]
    pub fn is_safe(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS" | "TRACE")
    }

    /// Whether a secret, in any form in which it is recognized, is in target, fields or body.
    ///
    /// This asks what goes out, so that a guard need not trust that a value was marked.
    #[must_use]
    pub fn holds(&self, secret: &Secret) -> bool {
        let values = self.headers.iter().map(|(_, value)| value);
        let mut texts = values.chain([&self.target]).chain(&self.body);
        texts.any(|text| secret.occurs_in(&text.reveal()))
            || self
                .headers
                .iter()
                .any(|(name, _)| secret.occurs_in(name.as_bytes()))
    }

    /// Whether a field of this name is set here, in any case.
    #[must_use]
    pub fn has_header(&self, name: &str) -> bool {
        self.headers
            .iter()
            .any(|(other, _)| other.eq_ignore_ascii_case(name))
    }
}

/// What writes the head of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Encoder {
    /// hyper, as most clients' requests are written.
    Hyper,
    /// Our own writer, for what hyper cannot send or would alter.
    Raw,
    /// `h2`, in the frames of HTTP/2: only where that is asked for.
    Http2,
}

/// Which encoder writes this request without altering it.
///
/// hyper, wherever its bytes are exactly what the request says: field names all in lower case
/// or all in title case, repeated names side by side, nothing that it refuses. The choice is
/// made on the text alone, so `plan` can show it.
#[must_use]
pub fn encoder_for(request: &Request) -> Encoder {
    let exact = request.framing == Framing::Automatic
        && !matches!(request.host, HostHeader::Twice(..) | HostHeader::Doubled)
        && is_plain_method(&request.method)
        && is_plain_target(&request.target.reveal())
        && request
            .headers
            .iter()
            .all(|(name, value)| is_plain_field(name, &value.reveal()))
        && is_plain_host(&request.host)
        && name_case(&request.headers).is_some()
        && repeats_are_adjacent(&request.headers);
    if exact { Encoder::Hyper } else { Encoder::Raw }
}

/// How field names are written throughout a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http) enum NameCase {
    Lower,
    Title,
}

/// The one way in which all names are written; `None` where they are mixed.
pub(in crate::http) fn name_case(headers: &[(String, Text)]) -> Option<NameCase> {
    if headers
        .iter()
        .all(|(name, _)| !name.bytes().any(|byte| byte.is_ascii_uppercase()))
    {
        return Some(NameCase::Lower);
    }
    headers
        .iter()
        .all(|(name, _)| *name == title_case(name))
        .then_some(NameCase::Title)
}

/// `x-api-key` as `X-Api-Key`.
pub(in crate::http) fn title_case(name: &str) -> String {
    let mut at_start = true;
    let raise = |letter: char| {
        let raised = if at_start {
            letter.to_ascii_uppercase()
        } else {
            letter.to_ascii_lowercase()
        };
        at_start = letter == '-';
        raised
    };
    name.chars().map(raise).collect()
}

fn is_plain_method(method: &str) -> bool {
    // CONNECT makes a tunnel of the connection, for hyper too.
    method != "CONNECT" && !method.is_empty() && method.bytes().all(is_token_byte)
}

/// Whether hyper keeps a target byte for byte. It drops a fragment, and refuses a space,
/// control characters and some delimiters; non-ASCII bytes are left to the raw writer too.
fn is_plain_target(target: &[u8]) -> bool {
    let plain = |byte: &u8| {
        byte.is_ascii_graphic()
            && !matches!(
                byte,
                b'#' | b'"' | b'<' | b'>' | b'`' | b'\\' | b'^' | b'{' | b'|' | b'}'
            )
    };
    target.first() == Some(&b'/') && target.iter().all(plain) && target.len() < TARGET_BYTES_MAX
}

/// hyper's own limit on a URI.
const TARGET_BYTES_MAX: usize = 65_534;

fn is_plain_field(name: &str, value: &[u8]) -> bool {
    // Fields that hyper acts upon, besides writing them.
    const ACTED_UPON: [&str; 7] = [
        "connection",
        "content-length",
        "expect",
        "host",
        "te",
        "transfer-encoding",
        "upgrade",
    ];
    let acted_upon = ACTED_UPON
        .iter()
        .any(|other| name.eq_ignore_ascii_case(other));
    !acted_upon && !name.is_empty() && name.bytes().all(is_token_byte) && is_plain_value(value)
}

fn is_plain_value(value: &[u8]) -> bool {
    value
        .iter()
        .all(|&byte| byte == b'\t' || (byte >= b' ' && byte != 0x7f))
}

fn is_plain_host(host: &HostHeader) -> bool {
    match host {
        HostHeader::Value(value) => is_plain_value(value.as_bytes()),
        HostHeader::Automatic
        | HostHeader::Absent
        | HostHeader::Twice(..)
        | HostHeader::Doubled => true,
    }
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn repeats_are_adjacent(headers: &[(String, Text)]) -> bool {
    let mut seen: Vec<String> = Vec::new();
    headers.iter().all(|(name, _)| {
        let name = name.to_ascii_lowercase();
        let adjacent = seen.last() == Some(&name);
        let fresh = !seen.contains(&name);
        seen.push(name);
        adjacent || fresh
    })
}
