//! The bytes of a request: one list of fields, two writers.
//!
//! hyper writes into memory here, not into a socket. Its reading side keeps from a check just
//! what the check is about (stray bytes after a 204, a `Content-Length` beside a
//! `Transfer-Encoding`, the reason phrase, the order and case of fields), so the bytes that
//! come back are read by [`super::reader`], whichever writer wrote the request.

use std::future::Future as _;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper::header::{HeaderName, HeaderValue};

use crate::http::message::{Encoder, Fault, Framing, HostHeader, NameCase, Request};
use crate::http::message::{encoder_for, name_case, title_case};
use crate::http::origin::Origin;

/// Sent where a request sets no `User-Agent`.
pub(super) const USER_AGENT: &str = concat!("probity/", env!("CARGO_PKG_VERSION"));

/// The bytes of a request to this origin, by the encoder that [`encoder_for`] names.
///
/// # Errors
/// [`Fault::Encode`] if hyper refuses what it was chosen for.
pub(super) fn encode(request: &Request, origin: &Origin) -> Result<Vec<u8>, Fault> {
    match encoder_for(request) {
        Encoder::Hyper => encode_with_hyper(request, origin),
        // By HTTP/2 nothing is written here.
        Encoder::Raw | Encoder::Http2 => Ok(encode_raw(request, origin)),
    }
}

fn encode_raw(request: &Request, origin: &Origin) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    out.extend_from_slice(request.method.as_bytes());
    out.push(b' ');
    out.extend_from_slice(&request.target.reveal());
    out.extend_from_slice(b" HTTP/1.1\r\n");
    for (name, value) in fields(request, origin) {
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b": ");
        out.extend_from_slice(&value);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(&body(request));
    out
}

fn encode_with_hyper(request: &Request, origin: &Origin) -> Result<Vec<u8>, Fault> {
    let refused = |error: &dyn std::fmt::Display| Fault::Encode {
        detail: error.to_string(),
    };
    let target = hyper::Uri::try_from(request.target.reveal()).map_err(|e| refused(&e))?;
    let body = body(request);
    let mut message = hyper::Request::new(Full::new(Bytes::from(body.clone())));
    *message.method_mut() =
        hyper::Method::from_bytes(request.method.as_bytes()).map_err(|e| refused(&e))?;
    *message.uri_mut() = target;
    for (name, value) in fields(request, origin) {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|e| refused(&e))?;
        let value = HeaderValue::from_bytes(&value).map_err(|e| refused(&e))?;
        message.headers_mut().append(name, value);
    }

    let mut builder = http1::Builder::new();
    builder.title_case_headers(name_case(&request.headers) == Some(NameCase::Title));
    // All of this is memory, so each future is ready at once, or never.
    let mut context = Context::from_waker(Waker::noop());
    let handshake = pin!(builder.handshake(Memory::default())).poll(&mut context);
    let Poll::Ready(Ok((mut sender, mut connection))) = handshake else {
        return Err(refused(&"hyper does not begin"));
    };
    let mut answer = pin!(sender.send_request(message));
    // The connection waits for the response, which will never come.
    let Poll::Pending = Pin::new(&mut connection).poll(&mut context) else {
        return Err(match answer.as_mut().poll(&mut context) {
            Poll::Ready(Err(error)) => refused(&error),
            _ => refused(&"hyper gave up"),
        });
    };
    let written = connection.into_parts().io.0;
    if written.is_empty() || !written.ends_with(&body) {
        return Err(refused(&"hyper did not write the whole request"));
    }
    Ok(written)
}

/// Every field of the request in order, those included that it only implies.
fn fields(request: &Request, origin: &Origin) -> Vec<(String, Vec<u8>)> {
    let lower = name_case(&request.headers) == Some(NameCase::Lower);
    let name = |name: &str| {
        if lower {
            name.to_owned()
        } else {
            title_case(name)
        }
    };
    let mut fields = Vec::with_capacity(request.headers.len() + 3);
    match &request.host {
        HostHeader::Automatic if request.has_header("host") => {}
        HostHeader::Automatic => fields.push((name("host"), origin.authority().into_bytes())),
        HostHeader::Value(value) => fields.push((name("host"), value.clone().into_bytes())),
        HostHeader::Absent => {}
        HostHeader::Doubled => {
            let authority = origin.authority().into_bytes();
            fields.extend([(name("host"), authority.clone()), (name("host"), authority)]);
        }
        HostHeader::Twice(first, second) => {
            fields.push((name("host"), first.clone().into_bytes()));
            fields.push((name("host"), second.clone().into_bytes()));
        }
    }
    if !request.has_header("user-agent") {
        fields.push((name("user-agent"), USER_AGENT.into()));
    }
    for (name, value) in &request.headers {
        fields.push((name.clone(), value.reveal()));
    }
    for length in lengths(request) {
        fields.push((name("content-length"), length.to_string().into_bytes()));
    }
    let chunked = [
        Framing::Chunked,
        Framing::ContentLengthBesideTransferEncoding,
    ];
    if chunked.contains(&request.framing) {
        fields.push((name("transfer-encoding"), b"chunked".to_vec()));
    }
    fields
}

/// The `Content-Length` fields that go out.
fn lengths(request: &Request) -> Vec<u64> {
    let expects_body = matches!(request.method.as_str(), "POST" | "PUT" | "PATCH");
    let said = request.has_header("content-length") || request.has_header("transfer-encoding");
    match request.framing {
        Framing::Automatic if said => Vec::new(),
        Framing::Automatic => match &request.body {
            Some(body) => vec![body.len() as u64],
            None if expects_body => vec![0],
            None => Vec::new(),
        },
        Framing::ContentLengthBesideTransferEncoding => vec![body(request).len() as u64],
        Framing::ExplicitContentLength(length) => vec![length],
        Framing::DifferingContentLengths(first, second) => vec![first, second],
        Framing::Chunked | Framing::Unsaid => Vec::new(),
    }
}

/// The bytes after the head.
fn body(request: &Request) -> Vec<u8> {
    let content = request
        .body
        .as_ref()
        .map(|body| body.reveal())
        .unwrap_or_default();
    match request.framing {
        Framing::Chunked | Framing::ContentLengthBesideTransferEncoding => {
            let mut coded = Vec::with_capacity(content.len() + 16);
            if !content.is_empty() {
                coded.extend_from_slice(format!("{:x}\r\n", content.len()).as_bytes());
                coded.extend_from_slice(&content);
                coded.extend_from_slice(b"\r\n");
            }
            coded.extend_from_slice(b"0\r\n\r\n");
            coded
        }
        Framing::Automatic
        | Framing::ExplicitContentLength(_)
        | Framing::DifferingContentLengths(..)
        | Framing::Unsaid => content,
    }
}

/// Takes what hyper writes, and never has anything to read.
#[derive(Default)]
struct Memory(Vec<u8>);

impl hyper::rt::Write for Memory {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.0.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl hyper::rt::Read for Memory {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: hyper::rt::ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Target;
    use crate::http::message::Text;

    fn origin() -> Origin {
        Target::parse("http://acme.example:8080").unwrap().origin
    }

    #[test]
    fn both_writers_write_the_same_bytes() {
        let methods = [
            "GET", "HEAD", "DELETE", "POST", "PUT", "OPTIONS", "TRACE", "BREW",
        ];
        let targets = [
            "/",
            "/a/../b",
            "/%2e%2E/b",
            "//",
            "/a//b?x=1&&y",
            "/;/,'()*!$:@[]",
            "/?",
            "/%zz",
        ];
        let headers: [&[(&str, &str)]; 5] = [
            &[],
            &[
                ("x-api-key", "k"),
                ("x-empty", ""),
                ("x-two", "1"),
                ("x-two", "2"),
            ],
            &[("X-Api-Key", "k"), ("Accept", "  a , b  ")],
            &[("user-agent", "me"), ("x-latin", "caf\u{e9} \u{2603}\t.")],
            &[("1-odd!", "x"), ("cookie", "a=b")],
        ];
        let bodies = [
            None,
            Some(""),
            Some("{}"),
            Some("longer \u{2603} body\r\n\r\n"),
        ];
        let hosts = [
            HostHeader::Automatic,
            HostHeader::Absent,
            HostHeader::Value("x y".into()),
        ];
        for method in methods {
            for target in targets {
                for fields in headers {
                    for body in bodies {
                        for host in &hosts {
                            let mut request = Request::new(method, target);
                            for (name, value) in fields {
                                request = request.with_header(*name, *value);
                            }
                            request.body = body.map(Text::plain);
                            request.host = host.clone();
                            assert_eq!(encoder_for(&request), Encoder::Hyper, "{request:?}");
                            let hyper = encode_with_hyper(&request, &origin()).unwrap();
                            let raw = encode_raw(&request, &origin());
                            assert_eq!(
                                String::from_utf8_lossy(&hyper),
                                String::from_utf8_lossy(&raw)
                            );
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn every_byte_in_a_target_or_a_value_is_sent_as_it_is() {
        for byte in 0..=255_u8 {
            let target = [b"/a".as_slice(), &[byte], b"?b", &[byte], b"c"].concat();
            let value = [b"x".as_slice(), &[byte], b"y"].concat();
            let request = Request::new("GET", Text::plain(target.clone()))
                .with_header("x-a", Text::plain(value.clone()));
            let sent = encode(&request, &origin()).unwrap();
            let mut expected = b"GET ".to_vec();
            expected.extend_from_slice(&target);
            expected.extend_from_slice(b" HTTP/1.1\r\nhost: acme.example:8080\r\nuser-agent: ");
            expected.extend_from_slice(USER_AGENT.as_bytes());
            expected.extend_from_slice(b"\r\nx-a: ");
            expected.extend_from_slice(&value);
            expected.extend_from_slice(b"\r\n\r\n");
            assert_eq!(
                sent,
                expected,
                "byte {byte:#x}, {:?}",
                encoder_for(&request)
            );
        }
    }

    #[test]
    fn a_length_is_said_as_the_framing_says() {
        let head_of = |framing: Framing, method: &str, body: Option<&str>| {
            let mut request = Request::new(method, "/");
            request.framing = framing;
            request.body = body.map(Text::plain);
            let bytes = encode(&request, &origin()).unwrap();
            let text = String::from_utf8(bytes).unwrap();
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            let fields: Vec<_> = head.split("\r\n").skip(3).map(str::to_owned).collect();
            (fields.join(" | "), body.to_owned())
        };
        let automatic = Framing::Automatic;
        let both = Framing::ContentLengthBesideTransferEncoding;
        for (framing, method, body, fields, written) in [
            (automatic, "DELETE", None, "", ""),
            (automatic, "DELETE", Some(""), "content-length: 0", ""),
            (automatic, "POST", None, "content-length: 0", ""),
            (automatic, "POST", Some("abc"), "content-length: 3", "abc"),
            (Framing::Unsaid, "POST", Some("abc"), "", "abc"),
            (
                Framing::ExplicitContentLength(9),
                "POST",
                Some("a"),
                "content-length: 9",
                "a",
            ),
            (
                Framing::DifferingContentLengths(1, 2),
                "POST",
                Some("a"),
                "content-length: 1 | content-length: 2",
                "a",
            ),
            (
                Framing::Chunked,
                "POST",
                Some("abc"),
                "transfer-encoding: chunked",
                "3\r\nabc\r\n0\r\n\r\n",
            ),
            (
                both,
                "POST",
                Some("abc"),
                "content-length: 13 | transfer-encoding: chunked",
                "3\r\nabc\r\n0\r\n\r\n",
            ),
        ] {
            let got = head_of(framing, method, body);
            assert_eq!(
                got,
                (fields.to_owned(), written.to_owned()),
                "{framing:?} {method}"
            );
        }
    }
}
