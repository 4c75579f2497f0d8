//! One connection of HTTP/2: the same requests and answers, framed by a library.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use h2::RecvStream;
use h2::server::SendResponse;
use http::{HeaderName, HeaderValue, Response};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::server::TlsStream;

use super::answer::Answer;
use super::connection::sleep_unless_zero;
use super::request::{Connection, Field, Request};
use super::respond::respond;
use super::state::State;

/// Longest content, in bytes; a stream with more is reset.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Largest header of a request, in bytes: as with HTTP/1.1.
const HEAD_BYTES_MAX: u32 = 256 * 1024;

/// Most requests at once on a connection.
const STREAMS_MAX: u32 = 100;

/// Fields that are about a connection of HTTP/1.1, and must not be sent (RFC 9113, 8.2.2).
const OF_CONNECTIONS: [&str; 4] = ["connection", "keep-alive", "transfer-encoding", "upgrade"];

/// Serves the connection until either side ends it.
///
/// # Errors
/// When the connection fails, which concerns nobody: the client is gone.
pub(super) async fn serve(
    stream: TlsStream<TcpStream>,
    state: Arc<State>,
    connection: Arc<Connection>,
) -> io::Result<()> {
    let mut builder = h2::server::Builder::new();
    builder
        .max_header_list_size(HEAD_BYTES_MAX)
        .max_concurrent_streams(STREAMS_MAX);
    let handshake = builder.handshake(stream).await;
    let mut accepting: h2::server::Connection<_, Bytes> = handshake.map_err(io::Error::other)?;
    // Dropped with the connection, and with it every stream.
    let mut streams = JoinSet::new();
    let mut ordinal = 0;
    while let Some(accepted) = accepting.accept().await {
        let (head, sender) = accepted.map_err(io::Error::other)?;
        ordinal += 1;
        let (state, connection) = (Arc::clone(&state), Arc::clone(&connection));
        streams.spawn(async move {
            let served = serve_stream(head, sender, (&state, connection, ordinal));
            // A stream that fails concerns nobody: the client has gone or gets a reset.
            let _failed = served.await;
        });
        while streams.try_join_next().is_some() {}
    }
    Ok(())
}

async fn serve_stream(
    request: http::Request<RecvStream>,
    mut sender: SendResponse<Bytes>,
    (state, connection, ordinal): (&State, Arc<Connection>, u64),
) -> Result<(), h2::Error> {
    let (head, body) = request.into_parts();
    let Some(body) = content(body).await? else {
        sender.send_reset(h2::Reason::ENHANCE_YOUR_CALM);
        return Ok(());
    };
    let target = head.uri.path_and_query().map(ToString::to_string);
    let target = target.unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let field = |(name, value): (&HeaderName, &HeaderValue)| Field {
        name: name.as_str().to_owned(),
        value: value.as_bytes().to_vec(),
    };
    let request = Request {
        method: head.method.as_str().to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        host: head.uri.host().unwrap_or_default().to_ascii_lowercase(),
        fields: head.headers.iter().map(field).collect(),
        target,
        body,
        // There are no lines whose bytes a defect could look at.
        head: Vec::new(),
        ordinal,
        connection,
        keep: true,
    };
    // Over before the answer goes out, so that a client that waits for it never overlaps.
    let in_flight = state.enter();
    let answer = respond(state, request);
    sleep_unless_zero(answer.delay).await;
    drop(in_flight);
    send(&mut sender, &answer)
}

/// The whole content; nothing where it is too long.
async fn content(mut stream: RecvStream) -> Result<Option<Vec<u8>>, h2::Error> {
    let mut content = Vec::new();
    while let Some(piece) = stream.data().await {
        let piece = piece?;
        stream.flow_control().release_capacity(piece.len())?;
        content.extend_from_slice(&piece);
        if content.len() > BODY_BYTES_MAX {
            return Ok(None);
        }
    }
    Ok(Some(content))
}

fn send(sender: &mut SendResponse<Bytes>, answer: &Answer) -> Result<(), h2::Error> {
    let mut response = Response::new(());
    *response.status_mut() = answer.status.try_into().unwrap_or_default();
    for (name, value) in &answer.fields {
        let name = HeaderName::from_bytes(name.as_bytes());
        let value = HeaderValue::from_str(value.trim_matches([' ', '\t']));
        // A field that cannot be written here is one that HTTP/2 cannot send.
        if let (Ok(name), Ok(value)) = (name, value)
            && !OF_CONNECTIONS.contains(&name.as_str())
        {
            response.headers_mut().append(name, value);
        }
    }
    let empty = answer.headless || answer.body.is_empty();
    let mut stream = sender.send_response(response, empty)?;
    if !empty {
        stream.send_data(Bytes::from(answer.body.clone()), true)?;
    }
    Ok(())
}
