//! Takes the content coding off a body, within a bound.

use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::head;
use crate::http::message::Response;

/// The body without its content coding; `None` where it has none, or there is no body.
pub(super) fn decode(response: &Response, bytes_max: usize) -> Option<Result<Vec<u8>, String>> {
    let transfer = head::list(&response.headers, "transfer-encoding");
    if let Some(coding) = transfer.iter().find(|coding| *coding != "chunked") {
        return Some(Err(format!(
            "the transfer coding `{coding}` is not taken off"
        )));
    }
    let mut codings = head::list(&response.headers, "content-encoding");
    codings.retain(|coding| coding != "identity");
    if codings.is_empty() || response.body.is_empty() {
        return None;
    }
    let mut content = response.body.clone();
    // Codings are named in the order in which they were applied.
    for coding in codings.iter().rev() {
        content = match decode_one(coding, &content, bytes_max) {
            Ok(decoded) => decoded,
            Err(reason) => return Some(Err(reason)),
        };
    }
    Some(Ok(content))
}

fn decode_one(coding: &str, coded: &[u8], bytes_max: usize) -> Result<Vec<u8>, String> {
    match coding {
        "gzip" | "x-gzip" => read_within(MultiGzDecoder::new(coded), bytes_max),
        // RFC 9110 means zlib; some servers send the bare stream, and every client reads both.
        "deflate" => read_within(ZlibDecoder::new(coded), bytes_max)
            .or_else(|_| read_within(DeflateDecoder::new(coded), bytes_max)),
        other => return Err(format!("the content coding `{other}` is not read here")),
    }
    .map_err(|reason| format!("the content coding `{coding}` cannot be taken off: {reason}"))
}

fn read_within(reader: impl Read, bytes_max: usize) -> Result<Vec<u8>, String> {
    let mut content = Vec::new();
    let limit = bytes_max as u64;
    reader
        .take(limit.saturating_add(1))
        .read_to_end(&mut content)
        .map_err(|error| error.to_string())?;
    if content.len() > bytes_max {
        return Err(format!("it is larger than {bytes_max} bytes"));
    }
    Ok(content)
}
