//! The head of a response: its fields, how long its body is, and what of it breaks the rules.

use super::reader::RequestFacts;
use crate::http::message::{Fault, FramingViolation};

/// Most fields in one head or one trailer section.
const FIELDS_MAX: usize = 4096;

/// A head as it was received.
#[derive(Debug)]
pub(super) struct Head {
    pub version: &'static str,
    pub status: u16,
    pub reason: Vec<u8>,
    pub headers: Vec<(String, Vec<u8>)>,
    /// What is seen only in the bytes.
    written: Vec<FramingViolation>,
}

/// How the length of a body is known (RFC 9112, section 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyLength {
    None,
    Known(usize),
    Chunked,
    UntilClose,
}

/// Says early that what comes is no HTTP/1.x: it may never end a line.
///
/// # Errors
/// [`Fault::Malformed`], with the first byte that differs.
pub(super) fn check_beginning(bytes: &[u8]) -> Result<(), Fault> {
    match bytes
        .iter()
        .zip(b"HTTP/1.")
        .position(|(byte, expected)| byte != expected)
    {
        None => Ok(()),
        Some(at) => {
            let byte = bytes.get(at).map(|byte| byte.escape_ascii().to_string());
            let byte = byte.unwrap_or_default();
            Err(malformed(format!(
                "it does not begin with `HTTP/1.`: byte {at} is `{byte}`"
            )))
        }
    }
}

/// Reads a head, its empty line included.
///
/// # Errors
/// [`Fault::Malformed`], with what of it cannot be read.
pub(super) fn parse(bytes: &[u8]) -> Result<Head, Fault> {
    let lines = bytes.iter().filter(|&&byte| byte == b'\n').count();
    if lines > FIELDS_MAX {
        return Err(malformed(format!("more than {FIELDS_MAX} fields")));
    }
    let mut config = httparse::ParserConfig::default();
    // Both are readable beyond doubt; they are noted as violations instead.
    config.allow_obsolete_multiline_headers_in_responses(true);
    config.allow_spaces_after_header_name_in_responses(true);
    let mut fields = vec![httparse::EMPTY_HEADER; lines];
    let mut response = httparse::Response::new(&mut fields);
    match config.parse_response(&mut response, bytes) {
        Ok(httparse::Status::Complete(_)) => {}
        Ok(httparse::Status::Partial) => return Err(malformed("its head breaks off")),
        Err(error) => return Err(malformed(format!("its head has an {error}"))),
    }
    let headers = response.headers.iter().map(field).collect();
    let written = written_violations(bytes);
    Ok(Head {
        version: if response.version == Some(0) {
            "HTTP/1.0"
        } else {
            "HTTP/1.1"
        },
        status: response.code.unwrap_or_default(),
        reason: reason(bytes),
        headers,
        written,
    })
}

/// The status of a head of which the rest cannot be read.
pub(super) fn status_alone(bytes: &[u8]) -> Option<u16> {
    let line = bytes.split(|byte| matches!(byte, b'\r' | b'\n')).next()?;
    let status = line
        .split(|&byte| byte == b' ')
        .nth(1)
        .filter(|status| status.len() == 3)?;
    number(status).and_then(|status| u16::try_from(status).ok())
}

/// Reads a trailer section, its empty line included.
///
/// # Errors
/// [`Fault::Malformed`], with what of it cannot be read.
pub(super) fn parse_fields(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, Fault> {
    let lines = bytes.iter().filter(|&&byte| byte == b'\n').count();
    if lines > FIELDS_MAX {
        return Err(malformed(format!("more than {FIELDS_MAX} trailer fields")));
    }
    let mut fields = vec![httparse::EMPTY_HEADER; lines];
    match httparse::parse_headers(bytes, &mut fields) {
        Ok(httparse::Status::Complete((_, fields))) => Ok(fields.iter().map(field).collect()),
        Ok(httparse::Status::Partial) => Err(malformed("its trailers break off")),
        Err(error) => Err(malformed(format!("its trailers have an {error}"))),
    }
}

/// The size of a chunk from the line that begins it, its line end taken off.
///
/// # Errors
/// [`Fault::Malformed`] where no hexadecimal number begins it.
pub(super) fn chunk_size(line: &[u8]) -> Result<usize, Fault> {
    let size = line
        .split(|&byte| byte == b';')
        .next()
        .unwrap_or_default()
        .trim_ascii_end();
    let digits = !size.is_empty() && size.iter().all(u8::is_ascii_hexdigit);
    let size = std::str::from_utf8(size).ok().filter(|_| digits);
    size.and_then(|size| usize::from_str_radix(size, 16).ok())
        .ok_or_else(|| malformed("a chunk does not begin with its size in hexadecimal"))
}

/// How the length of the body is known.
///
/// # Errors
/// [`Fault::Malformed`] where the fields contradict each other, or are no length.
pub(super) fn body_length(head: &Head, request: RequestFacts) -> Result<BodyLength, Fault> {
    if request.is_head || matches!(head.status, 100..=199 | 204 | 304) {
        return Ok(BodyLength::None);
    }
    let codings = transfer_codings(head);
    if let Some(last) = codings.last() {
        let chunked = last == "chunked";
        return Ok(if chunked {
            BodyLength::Chunked
        } else {
            BodyLength::UntilClose
        });
    }
    let lengths = lengths(head);
    let Some(first) = lengths.first() else {
        return Ok(BodyLength::UntilClose);
    };
    let Some(length) = number(first) else {
        return Err(malformed("its Content-Length is no number"));
    };
    if lengths.iter().any(|other| number(other) != Some(length)) {
        return Err(malformed("it has differing Content-Lengths"));
    }
    Ok(BodyLength::Known(length))
}

/// What of a head breaks the framing rules.
pub(super) fn violations(head: &Head, request: RequestFacts) -> Vec<FramingViolation> {
    use FramingViolation as V;
    let mut found = head.written.clone();
    let lengths = lengths(head);
    let codings = transfer_codings(head);
    let no_content = matches!(head.status, 100..=199 | 204);
    let invalid = lengths.iter().any(|length| number(length).is_none());
    let differing = lengths.windows(2).any(|pair| pair.first() != pair.last());
    let same = lengths
        .iter()
        .all(|length| number(length) == lengths.first().and_then(number));
    let chunked_alone = codings.len() == 1 && codings.first().is_some_and(|c| c == "chunked");
    for (holds, violation) in [
        (
            no_content && !lengths.is_empty(),
            V::ContentLengthOnNoContent,
        ),
        (
            no_content && !codings.is_empty(),
            V::TransferEncodingOnNoContent,
        ),
        (
            !lengths.is_empty() && !codings.is_empty(),
            V::LengthBesideTransferEncoding,
        ),
        (invalid, V::InvalidLength),
        (!invalid && differing && !same, V::DifferingLengths),
        (!invalid && lengths.len() > 1 && same, V::RepeatedLength),
        (
            !codings.is_empty() && !chunked_alone,
            V::UnaskedTransferCoding,
        ),
        (
            !codings.is_empty() && head.version == "HTTP/1.0",
            V::TransferEncodingInOldVersion,
        ),
        (
            head.status == 101 && !request.asks_upgrade,
            V::UnaskedUpgrade,
        ),
    ] {
        if holds {
            found.push(violation);
        }
    }
    found
}

/// Whether the sender keeps the connection open (RFC 9112, section 9.3).
pub(super) fn keeps_alive(version: &str, headers: &[(String, Vec<u8>)]) -> bool {
    let options = list(headers, "connection");
    let says = |option: &str| options.iter().any(|other| other == option);
    !says("close") && (version == "HTTP/1.1" || says("keep-alive"))
}

/// The members of a field that is a list, in lower case.
pub(super) fn list(headers: &[(String, Vec<u8>)], name: &str) -> Vec<String> {
    let mut members = Vec::new();
    for (_, value) in headers
        .iter()
        .filter(|(other, _)| other.eq_ignore_ascii_case(name))
    {
        for member in value.split(|&byte| byte == b',') {
            let member = String::from_utf8_lossy(member.trim_ascii()).to_ascii_lowercase();
            if !member.is_empty() {
                members.push(member);
            }
        }
    }
    members
}

/// Every `Content-Length` value, lists taken apart, empty members kept.
fn lengths(head: &Head) -> Vec<Vec<u8>> {
    head.headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .flat_map(|(_, value)| value.split(|&byte| byte == b','))
        .map(|value| value.trim_ascii().to_vec())
        .collect()
}

fn transfer_codings(head: &Head) -> Vec<String> {
    list(&head.headers, "transfer-encoding")
}

fn number(digits: impl AsRef<[u8]>) -> Option<usize> {
    let digits = digits.as_ref();
    let plain = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(digits)
        .ok()
        .filter(|_| plain)?
        .parse()
        .ok()
}

/// A field, a value that was continued on the next line put on one.
fn field(field: &httparse::Header<'_>) -> (String, Vec<u8>) {
    let value = if field.value.contains(&b'\n') {
        let lines = field
            .value
            .split(|&byte| byte == b'\n')
            .map(<[u8]>::trim_ascii);
        lines.collect::<Vec<_>>().join(&b' ')
    } else {
        field.value.to_vec()
    };
    (field.name.to_owned(), value)
}

/// The reason phrase; httparse hides one that is not ASCII.
fn reason(head: &[u8]) -> Vec<u8> {
    let line = head.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    line.splitn(3, |&byte| byte == b' ')
        .nth(2)
        .unwrap_or_default()
        .to_vec()
}

fn written_violations(head: &[u8]) -> Vec<FramingViolation> {
    let mut found = Vec::new();
    let mut note = |violation| {
        if !found.contains(&violation) {
            found.push(violation);
        }
    };
    for (at, line) in head.split_inclusive(|&byte| byte == b'\n').enumerate() {
        if !line.ends_with(b"\r\n") {
            note(FramingViolation::BareLineFeed);
        }
        let name = line.split(|&byte| byte == b':').next().unwrap_or_default();
        match line.first() {
            _ if at == 0 => {}
            Some(b' ' | b'\t') => note(FramingViolation::ObsoleteFold),
            _ if name.len() < line.len() && matches!(name.last(), Some(b' ' | b'\t')) => {
                note(FramingViolation::SpaceBeforeColon);
            }
            _ => {}
        }
    }
    found
}

fn malformed(detail: impl Into<String>) -> Fault {
    Fault::Malformed {
        detail: detail.into(),
    }
}
