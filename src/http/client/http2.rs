//! One exchange by HTTP/2, on a connection of its own.
//!
//! Frames are binary and their fields are coded, so that nobody could read them and no redactor
//! would find a secret in them: what is kept as evidence is what was said, as HTTP/1.1 would write
//! it.

use std::time::Duration;

use bytes::Bytes;
use h2::client::SendRequest;
use h2::{Reason, RecvStream};
use http::uri::{PathAndQuery, Scheme};
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::dial::{Offer, Stream, dial};
use super::{Client, ClientSettings, content, next_id};
use crate::http::message::{
    ConnectionFacts, Encoder, Exchange, Fault, Framing, HostHeader, Phase, Request, Response,
};
use crate::http::origin::Origin;

/// Largest header of a response, in bytes: as by HTTP/1.1.
const HEAD_BYTES_MAX: u32 = 256 * 1024;

/// Fields that are about a connection of HTTP/1.1, and must not be sent (RFC 9113 §8.2.2).
const OF_CONNECTIONS: [&str; 6] = [
    "connection",
    "host",
    "keep-alive",
    "proxy-connection",
    "transfer-encoding",
    "upgrade",
];

/// An exchange as far as it got.
struct Talk<'a> {
    settings: &'a ClientSettings,
    started: Instant,
    first_byte: Option<Duration>,
    received: Vec<u8>,
    status: Option<u16>,
}

impl Client {
    /// Sends a request by HTTP/2, where the target chooses that.
    pub(super) async fn exchange_by_http2(&self, request: &Request) -> Exchange {
        let mut exchange = self.not_exchanged(request.clone(), Fault::Http2NotOffered);
        exchange.encoder = Encoder::Http2;
        let dialed = match dial(&self.shared, Offer::Http2First).await {
            Ok(dialed) => dialed,
            Err(fault) => {
                exchange.outcome = Err(fault);
                return exchange;
            }
        };
        let (tls_time, tls) = dialed.tls.unzip();
        exchange.timing.connect = Some(dialed.connect);
        exchange.timing.tls = tls_time;
        exchange.tls = tls;
        exchange.connection = Some(ConnectionFacts {
            id: next_id(),
            reused: false,
            closed_by_target: false,
            peer: dialed.peer,
        });
        if dialed.stream.is_http2() {
            self.talk(dialed.stream, &mut exchange).await;
        }
        exchange
    }

    async fn talk(&self, stream: Stream, exchange: &mut Exchange) {
        let settings = &self.shared.settings;
        let message = match message(&exchange.request, &self.shared.origin) {
            Ok(message) => message,
            Err(fault) => {
                exchange.outcome = Err(fault);
                return;
            }
        };
        let mut talk = Talk {
            settings,
            started: Instant::now(),
            first_byte: None,
            received: Vec::new(),
            status: None,
        };
        exchange.sent = written(&message);
        let outcome = talk.run(stream, message).await;
        exchange.timing.first_byte = talk.first_byte;
        exchange.timing.whole = outcome.is_ok().then(|| talk.started.elapsed());
        exchange.status_of_broken = talk.status.filter(|_| outcome.is_err());
        exchange.outcome = outcome.map(|mut response| {
            response.decoded = content::decode(&response, settings.response_bytes_max);
            let head = talk.received.len();
            talk.received.extend_from_slice(&response.body);
            if !response.body.is_empty() {
                exchange.body_ranges.push(head..talk.received.len());
            }
            response
        });
        exchange.received = talk.received;
    }
}

impl Talk<'_> {
    async fn run(
        &mut self,
        stream: Stream,
        message: http::Request<Vec<u8>>,
    ) -> Result<Response, Fault> {
        let whole = self.settings.exchange_timeout;
        let limit = self.settings.first_byte_timeout.min(whole);
        // Dropped at the end, and with it the connection.
        let mut driving = JoinSet::new();
        let head = async {
            let mut builder = h2::client::Builder::new();
            builder
                .enable_push(false)
                .max_header_list_size(HEAD_BYTES_MAX);
            let (sender, connection) = builder.handshake(stream).await?;
            driving.spawn(connection);
            answered(sender, message).await
        };
        let head = timeout_at(self.started + limit, head).await;
        let phase = Phase::FirstByte;
        let head = head.map_err(|_| Fault::Timeout { phase, limit })?;
        let (head, body) = head.map_err(|error| self.fault(&error))?.into_parts();
        self.first_byte = Some(self.started.elapsed());
        self.status = Some(head.status.as_u16());
        let mut response = Response {
            version: "HTTP/2".to_owned(),
            status: head.status.as_u16(),
            headers: fields(&head.headers),
            ..Response::default()
        };
        self.received = format!("HTTP/2 {}\r\n", response.status).into_bytes();
        write_fields(&mut self.received, &response.headers);
        let limit = whole;
        let body = timeout_at(self.started + limit, self.body(body, &mut response)).await;
        let phase = Phase::Body;
        body.map_err(|_| Fault::Timeout { phase, limit })??;
        Ok(response)
    }

    async fn body(&self, mut stream: RecvStream, response: &mut Response) -> Result<(), Fault> {
        let limit_bytes = self.settings.response_bytes_max;
        while let Some(piece) = stream.data().await {
            let piece = piece.map_err(|error| self.fault(&error))?;
            let released = stream.flow_control().release_capacity(piece.len());
            released.map_err(|error| self.fault(&error))?;
            response.body.extend_from_slice(&piece);
            if response.body.len() > limit_bytes {
                let phase = Phase::Body;
                return Err(Fault::TooLarge { phase, limit_bytes });
            }
        }
        let trailers = stream.trailers().await;
        let trailers = trailers.map_err(|error| self.fault(&error))?;
        response.trailers = trailers.as_ref().map(fields).unwrap_or_default();
        Ok(())
    }

    fn fault(&self, error: &h2::Error) -> Fault {
        // The target takes such a request by HTTP/1.1 alone (RFC 9113 §7).
        if error.reason() == Some(Reason::HTTP_1_1_REQUIRED) {
            return Fault::Http2NotOffered;
        }
        let detail = error.to_string();
        if error.is_library() && !error.is_io() {
            return Fault::Malformed { detail };
        }
        Fault::Broken {
            received_bytes: self.received.len(),
            detail,
        }
    }
}

/// Sends the request and waits for the head of its answer.
async fn answered(
    sender: SendRequest<Bytes>,
    message: http::Request<Vec<u8>>,
) -> Result<http::Response<RecvStream>, h2::Error> {
    let (head, body) = message.into_parts();
    let head = http::Request::from_parts(head, ());
    let mut sender = sender.ready().await?;
    let (answer, mut stream) = sender.send_request(head, body.is_empty())?;
    if !body.is_empty() {
        stream.send_data(Bytes::from(body), true)?;
    }
    answer.await
}

/// The request as `h2` takes it.
///
/// # Errors
/// [`Fault::Encode`] for what HTTP/2 cannot say.
fn message(request: &Request, origin: &Origin) -> Result<http::Request<Vec<u8>>, Fault> {
    let refused = |error: &dyn std::fmt::Display| Fault::Encode {
        detail: format!("not by HTTP/2: {error}"),
    };
    let authority = match &request.host {
        HostHeader::Automatic => origin.authority(),
        HostHeader::Value(value) => value.clone(),
        other => return Err(refused(&format!("{other:?}"))),
    };
    if request.framing != Framing::Automatic {
        return Err(refused(&format!("{:?}", request.framing)));
    }
    let path = PathAndQuery::try_from(request.target.reveal()).map_err(|e| refused(&e))?;
    let uri = Uri::builder()
        .scheme(Scheme::HTTPS)
        .authority(authority)
        .path_and_query(path)
        .build()
        .map_err(|e| refused(&e))?;
    let body = request.body.as_ref().map(|body| body.reveal());
    let mut message = http::Request::new(body.unwrap_or_default());
    *message.method_mut() =
        http::Method::from_bytes(request.method.as_bytes()).map_err(|e| refused(&e))?;
    *message.uri_mut() = uri;
    if !request.has_header("user-agent") {
        let agent = HeaderValue::from_static(super::encode::USER_AGENT);
        message.headers_mut().append("user-agent", agent);
    }
    for (name, value) in &request.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|e| refused(&e))?;
        let value = HeaderValue::from_bytes(&value.reveal()).map_err(|e| refused(&e))?;
        if OF_CONNECTIONS.contains(&name.as_str()) {
            return Err(refused(&name));
        }
        message.headers_mut().append(name, value);
    }
    Ok(message)
}

/// What was said, as HTTP/1.1 would write it.
fn written(message: &http::Request<Vec<u8>>) -> Vec<u8> {
    let uri = message.uri();
    let target = uri.path_and_query().map_or("", PathAndQuery::as_str);
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let mut bytes = format!(
        "{} {target} HTTP/2\r\nhost: {authority}\r\n",
        message.method()
    )
    .into_bytes();
    write_fields(&mut bytes, &fields(message.headers()));
    bytes.extend_from_slice(message.body());
    bytes
}

fn write_fields(into: &mut Vec<u8>, fields: &[(String, Vec<u8>)]) {
    for (name, value) in fields {
        into.extend_from_slice(name.as_bytes());
        into.extend_from_slice(b": ");
        into.extend_from_slice(value);
        into.extend_from_slice(b"\r\n");
    }
    into.extend_from_slice(b"\r\n");
}

fn fields(headers: &HeaderMap) -> Vec<(String, Vec<u8>)> {
    let field = |(name, value): (&HeaderName, &HeaderValue)| {
        (name.as_str().to_owned(), value.as_bytes().to_vec())
    };
    headers.iter().map(field).collect()
}
