//! A way through a proxy: a tunnel, whatever the scheme.
//!
//! A proxy that forwards plain requests rewrites them, and what it rewrites is what is judged; in
//! a tunnel every byte arrives as it was sent.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::http::message::Fault;
use crate::http::origin::Origin;

/// Largest head of a proxy's answer, in bytes: it has a status line and a few fields.
const HEAD_BYTES_MAX: usize = 16 * 1024;

/// Asks the proxy for a tunnel to the origin (RFC 9110 §9.3.6).
///
/// # Errors
/// Why there is none.
pub(super) async fn tunnel(proxy: &mut TcpStream, origin: &Origin) -> Result<(), Fault> {
    let host = if origin.host.contains(':') {
        format!("[{}]", origin.host)
    } else {
        origin.host.clone()
    };
    // The port is always said here.
    let place = format!("{host}:{}", origin.port);
    let request = format!("CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n\r\n");
    let refused = |detail: String| Fault::Proxy { detail };
    let written = proxy.write_all(request.as_bytes()).await;
    written.map_err(|error| refused(error.to_string()))?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() > HEAD_BYTES_MAX {
            return Err(refused("its answer does not end".to_owned()));
        }
        // One by one: what follows the head is the target's.
        let byte = proxy.read_u8().await;
        head.push(byte.map_err(|error| refused(error.to_string()))?);
    }
    match super::head::status_alone(&head) {
        Some(200..300) => Ok(()),
        Some(status) => Err(refused(format!("it answered {status}"))),
        None => Err(refused("it did not answer as HTTP does".to_owned())),
    }
}
