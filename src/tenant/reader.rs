//! Requests read from a socket.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::answer::Answer;
use super::hooks::{Hooks, Leniency};
use super::request::{Connection, Field, Request};
use super::socket::Socket;

/// Longest head that is read, in bytes. Longer than any field line that is answered with 431, so
/// that a client that sends 64 KiB in one still gets an answer and no reset.
const HEAD_BYTES_MAX: usize = 256 * 1024;

/// Longest request target, in bytes: above it, 414.
const TARGET_BYTES_MAX: usize = 32 * 1024;

/// Longest field value, in bytes: above it, 431.
const FIELD_BYTES_MAX: usize = 32 * 1024;

/// Most field lines in a request: above it, 431.
const FIELDS_MAX: usize = 128;

/// Longest content, in bytes: above it, 413.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Bytes asked of the socket at once: most requests fit.
const READ_BYTES: usize = 4096;

/// What came of reading.
pub(super) enum Incoming {
    /// A whole request.
    Request(Box<Request>),
    /// Something that is none; the connection ends with this answer.
    Refused(Unreadable),
    /// The client has closed.
    Closed,
}

/// Why something is no request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unreadable {
    status: u16,
    message: &'static str,
}

impl Unreadable {
    /// The answer to it, the last on its connection.
    pub(super) fn answer(self) -> Answer {
        let mut answer = Answer::message(self.status, self.message);
        answer.close = true;
        answer
    }
}

/// The receiving side of one connection.
pub(super) struct Reader {
    connection: Arc<Connection>,
    buffer: Vec<u8>,
    served: u64,
}

/// How the content is delimited.
enum Content {
    Length(usize),
    Chunked,
}

impl Reader {
    /// Nothing read yet.
    pub(super) fn new(connection: Arc<Connection>) -> Reader {
        Reader {
            connection,
            buffer: Vec::with_capacity(READ_BYTES),
            served: 0,
        }
    }

    /// Reads the next request.
    ///
    /// # Errors
    /// When the socket fails.
    pub(super) async fn next(
        &mut self,
        socket: &mut Socket,
        hooks: &Hooks,
    ) -> io::Result<Incoming> {
        let end = loop {
            // An empty line before the request line is to be ignored (RFC 9112, 2.2).
            while self.buffer.starts_with(b"\r\n") {
                self.buffer.drain(..2);
            }
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end + 4;
            }
            if self.buffer.len() > HEAD_BYTES_MAX {
                return Ok(refusal(431, "The header is too large."));
            }
            if !self.fill(socket).await? {
                return Ok(Incoming::Closed);
            }
        };
        let mut head: Vec<u8> = self.buffer.drain(..end).collect();
        if hooks.lenient(Leniency::NulEndsValue) {
            head = cut_at_nul(&head);
        }
        let mut request = match parse_head(&head) {
            Ok(parsed) => self.request(parsed, head),
            Err(unreadable) => return Ok(Incoming::Refused(unreadable)),
        };
        let content = match host_rule(&request, hooks).and_then(|()| content(&request, hooks)) {
            Ok(content) => content,
            Err(unreadable) => return Ok(Incoming::Refused(unreadable)),
        };
        if request.mentions("expect", "100-continue") && self.buffer.is_empty() {
            socket.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
            socket.flush().await?;
        }
        let body = match content {
            Content::Length(length) => self.exactly(socket, length).await?,
            Content::Chunked => self.chunked(socket).await?,
        };
        match body {
            Ok(body) => request.body = body,
            Err(incoming) => return Ok(incoming),
        }
        Ok(Incoming::Request(Box::new(request)))
    }

    fn request(&mut self, parsed: Head, head: Vec<u8>) -> Request {
        self.served += 1;
        let (authority, origin) = split_target(&parsed.target);
        let (path, query) = origin.split_once('?').unwrap_or((origin, ""));
        let fields = parsed.fields;
        let named = |name: &str| {
            let field = fields
                .iter()
                .find(|field| field.name.eq_ignore_ascii_case(name));
            field.map(|field| String::from_utf8_lossy(&field.value).to_ascii_lowercase())
        };
        let host = authority
            .map(str::to_ascii_lowercase)
            .or_else(|| named("host"));
        let closes = named("connection").is_some_and(|value| value.contains("close"));
        Request {
            method: parsed.method,
            path: path.to_owned(),
            query: query.to_owned(),
            host: without_port(&host.unwrap_or_default()).to_owned(),
            target: parsed.target,
            fields,
            body: Vec::new(),
            head,
            ordinal: self.served,
            connection: Arc::clone(&self.connection),
            keep: !closes && parsed.minor == 1,
        }
    }

    /// Reads more; false at the end.
    async fn fill(&mut self, socket: &mut Socket) -> io::Result<bool> {
        self.buffer.reserve(READ_BYTES);
        Ok(socket.read_buf(&mut self.buffer).await? > 0)
    }

    async fn exactly(
        &mut self,
        socket: &mut Socket,
        length: usize,
    ) -> io::Result<Result<Vec<u8>, Incoming>> {
        if length > BODY_BYTES_MAX {
            return Ok(Err(refusal(413, "The content is too large.")));
        }
        while self.buffer.len() < length {
            if !self.fill(socket).await? {
                return Ok(Err(Incoming::Closed));
            }
        }
        Ok(Ok(self.buffer.drain(..length).collect()))
    }

    async fn line(&mut self, socket: &mut Socket) -> io::Result<Result<String, Incoming>> {
        loop {
            if let Some(end) = find(&self.buffer, b"\r\n") {
                let line: Vec<u8> = self.buffer.drain(..end + 2).collect();
                return Ok(Ok(String::from_utf8_lossy(&line).trim().to_owned()));
            }
            if self.buffer.len() > FIELD_BYTES_MAX {
                return Ok(Err(refusal(400, "A chunk is malformed.")));
            }
            if !self.fill(socket).await? {
                return Ok(Err(Incoming::Closed));
            }
        }
    }

    async fn chunked(&mut self, socket: &mut Socket) -> io::Result<Result<Vec<u8>, Incoming>> {
        let mut body = Vec::new();
        loop {
            let line = match self.line(socket).await? {
                Ok(line) => line,
                Err(incoming) => return Ok(Err(incoming)),
            };
            let size = line.split(';').next().unwrap_or("").trim();
            let Some(size) = hexadecimal(size) else {
                return Ok(Err(refusal(400, "A chunk is malformed.")));
            };
            if size == 0 {
                break;
            }
            match self.exactly(socket, size + 2).await? {
                Ok(chunk) if chunk.ends_with(b"\r\n") && body.len() + size <= BODY_BYTES_MAX => {
                    body.extend(chunk.iter().take(size));
                }
                Ok(_) => return Ok(Err(refusal(400, "A chunk is malformed."))),
                Err(incoming) => return Ok(Err(incoming)),
            }
        }
        for _ in 0..=FIELDS_MAX {
            match self.line(socket).await? {
                Ok(line) if line.is_empty() => return Ok(Ok(body)),
                Ok(_) => {}
                Err(incoming) => return Ok(Err(incoming)),
            }
        }
        Ok(Err(refusal(431, "The trailer has too many fields.")))
    }
}

/// A parsed head.
struct Head {
    method: String,
    target: String,
    minor: u8,
    fields: Vec<Field>,
}

fn parse_head(head: &[u8]) -> Result<Head, Unreadable> {
    let mut slots = [httparse::EMPTY_HEADER; FIELDS_MAX];
    let mut parsed = httparse::Request::new(&mut slots);
    match parsed.parse(head) {
        Ok(httparse::Status::Complete(_)) => {}
        Err(httparse::Error::TooManyHeaders) => {
            return Err(closing(431, "The header has too many fields."));
        }
        Err(httparse::Error::Version) => return Err(closing(505, "Only HTTP/1.1 is spoken.")),
        Ok(httparse::Status::Partial) | Err(_) => {
            return Err(closing(400, "The request is malformed."));
        }
    }
    let field = |header: &httparse::Header<'_>| Field {
        name: header.name.to_owned(),
        value: header.value.trim_ascii().to_vec(),
    };
    let fields: Vec<Field> = parsed.headers.iter().map(field).collect();
    let target = parsed.path.unwrap_or_default().to_owned();
    if target.len() > TARGET_BYTES_MAX {
        return Err(closing(414, "The request target is too long."));
    }
    if fields
        .iter()
        .any(|field| field.value.len() > FIELD_BYTES_MAX)
    {
        return Err(closing(431, "A header field is too large."));
    }
    let method = parsed.method.unwrap_or_default().to_owned();
    Ok(Head {
        method,
        target,
        minor: parsed.version.unwrap_or(1),
        fields,
    })
}

/// A request of HTTP/1.1 has exactly one Host (RFC 9112, 3.2).
fn host_rule(request: &Request, hooks: &Hooks) -> Result<(), Unreadable> {
    let hosts = request.values("host").count();
    let old = request
        .head
        .windows(10)
        .any(|window| window == b" HTTP/1.0\r");
    let lenient = match hosts {
        0 => old || hooks.lenient(Leniency::NoHost),
        1 => true,
        _ => hooks.lenient(Leniency::ManyHosts),
    };
    if lenient {
        Ok(())
    } else {
        Err(closing(400, "Exactly one Host is required."))
    }
}

fn content(request: &Request, hooks: &Hooks) -> Result<Content, Unreadable> {
    let lengths: Vec<&[u8]> = request.values("content-length").collect();
    let codings: Vec<&[u8]> = request.values("transfer-encoding").collect();
    let malformed = || closing(400, "The content is malformed.");
    if !codings.is_empty() {
        if !lengths.is_empty() && !hooks.lenient(Leniency::LengthAndChunked) {
            return Err(malformed());
        }
        return match codings.as_slice() {
            [coding] if coding.eq_ignore_ascii_case(b"chunked") => Ok(Content::Chunked),
            _ => Err(closing(501, "The transfer coding is not known.")),
        };
    }
    let mut agreed = None;
    for length in lengths {
        let digits = std::str::from_utf8(length).map_err(|_| malformed())?;
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(malformed());
        }
        // A length beyond any that is read is as good as the first one that is not.
        let length = digits.parse().unwrap_or(usize::MAX);
        if agreed.is_some_and(|agreed| agreed != length) {
            return Err(malformed());
        }
        agreed = Some(length);
    }
    Ok(Content::Length(agreed.unwrap_or(0)))
}

fn refusal(status: u16, message: &'static str) -> Incoming {
    Incoming::Refused(closing(status, message))
}

fn closing(status: u16, message: &'static str) -> Unreadable {
    Unreadable { status, message }
}

fn hexadecimal(text: &str) -> Option<usize> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let size = digits
        .then(|| usize::from_str_radix(text, 16).ok())
        .flatten()?;
    (size <= BODY_BYTES_MAX).then_some(size)
}

/// The authority of a target in absolute form, and the target in origin form.
fn split_target(target: &str) -> (Option<&str>, &str) {
    let Some((scheme, rest)) = target.split_once("://") else {
        return (None, target);
    };
    if !["http", "https"].contains(&scheme.to_ascii_lowercase().as_str()) {
        return (None, target);
    }
    match rest.find('/') {
        Some(at) => rest
            .split_at_checked(at)
            .map_or((None, target), |(a, b)| (Some(a), b)),
        None => (Some(rest), "/"),
    }
}

fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        Some(_) | None => authority,
    }
}

/// The head with each field value ending before its first NUL, as C strings end.
fn cut_at_nul(head: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(head.len());
    let mut cut = false;
    for byte in head {
        match byte {
            0 => cut = true,
            b'\r' | b'\n' => cut = false,
            _ => {}
        }
        if !cut {
            kept.push(*byte);
        }
    }
    kept
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_in_absolute_form_names_the_host() {
        assert_eq!(
            split_target("http://a.test:80/me?x"),
            (Some("a.test:80"), "/me?x")
        );
        assert_eq!(split_target("HTTP://a.test"), (Some("a.test"), "/"));
        assert_eq!(
            split_target("/me?u=http://b.test/"),
            (None, "/me?u=http://b.test/")
        );
        assert_eq!(split_target("*"), (None, "*"));
    }

    #[test]
    fn a_port_is_no_part_of_the_host() {
        assert_eq!(without_port("a.test:80"), "a.test");
        assert_eq!(without_port("[::1]:80"), "[::1]");
        assert_eq!(without_port("[::1]"), "[::1]");
        assert_eq!(without_port("a.test"), "a.test");
    }

    #[test]
    fn a_nul_cuts_its_own_line_alone() {
        let head = b"GET / HTTP/1.1\r\nA: b\0c\r\nD: e\r\n\r\n";
        assert_eq!(cut_at_nul(head), b"GET / HTTP/1.1\r\nA: b\r\nD: e\r\n\r\n");
    }

    #[test]
    fn only_hexadecimal_digits_are_a_chunk_size() {
        assert_eq!(hexadecimal("1f"), Some(31));
        for size in ["", "+1", "0x1", "-1", "fffffffff"] {
            assert_eq!(hexadecimal(size), None, "{size}");
        }
    }
}
