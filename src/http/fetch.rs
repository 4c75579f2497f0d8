//! Fetches documents. Judged traffic never goes through here: reqwest rewrites paths.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, Response, Url};

use super::origin::{Origin, Scheme};

/// Most redirects that are followed, all within one origin.
const REDIRECTS_MAX: usize = 5;

/// The bounds of a fetch.
#[derive(Debug, Clone, Copy)]
pub struct FetchLimits {
    /// Longest wait for the whole document, redirects included.
    pub timeout: Duration,
    /// Largest document, in bytes.
    pub bytes_max: usize,
}

/// Why a document could not be fetched. No text of it holds the query of a URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// No URL at all.
    #[error("this is no URL: {detail}")]
    Url {
        /// What is wrong with it.
        detail: String,
    },
    /// A URL that is not fetched.
    #[error("`{url}` is not fetched: only https, or http on this machine, without credentials")]
    Refused {
        /// The URL, without credentials and query.
        url: String,
    },
    /// A redirect to another origin, or one too many.
    #[error("`{url}` redirects to `{location}`, which is not followed: name that URL instead")]
    Redirected {
        /// The URL, without its query.
        url: String,
        /// Where to, without its query.
        location: String,
    },
    /// A status that is no success.
    #[error("`{url}` answers with status {status}")]
    Status {
        /// The URL, without its query.
        url: String,
        /// The status.
        status: u16,
    },
    /// A document over the limit.
    #[error("`{url}` is larger than {bytes_max} bytes")]
    TooLarge {
        /// The URL, without its query.
        url: String,
        /// The limit.
        bytes_max: usize,
    },
    /// It took too long.
    #[error("`{url}` did not come whole within {limit:?}")]
    Timeout {
        /// The URL, without its query.
        url: String,
        /// How long was waited.
        limit: Duration,
    },
    /// No answer, or a broken one.
    #[error("failed to fetch `{url}`: {detail}")]
    Failed {
        /// The URL, without its query.
        url: String,
        /// The chain of causes.
        detail: String,
    },
}

/// Fetches a document over https, or over http from this machine.
///
/// Redirects are followed within the origin only; no proxy is used.
///
/// # Errors
/// [`FetchError`] says what was refused, what failed, or which limit was met.
pub async fn fetch_document(url: &str, limits: FetchLimits) -> Result<Vec<u8>, FetchError> {
    let url = Url::parse(url).map_err(|error| FetchError::Url {
        detail: error.to_string(),
    })?;
    let origin = origin_of(&url).ok_or_else(|| FetchError::Refused { url: shown(&url) })?;
    let failed = |error: reqwest::Error| fault(&url, error, limits);

    let mut builder = Client::builder()
        .no_proxy()
        .referer(false)
        .redirect(Policy::custom(within_origin))
        .timeout(limits.timeout)
        .user_agent(concat!("probity/", env!("CARGO_PKG_VERSION")));
    if origin.is_loopback() {
        // Port 0 keeps the port of the URL. Loopback names are never looked up.
        let addresses = [
            SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            SocketAddr::from((Ipv6Addr::LOCALHOST, 0)),
        ];
        builder = builder.resolve_to_addrs(&origin.host, &addresses);
    }
    let client = builder.build().map_err(failed)?;
    let response = client.get(url.clone()).send().await.map_err(failed)?;
    let status = response.status();
    if status.is_redirection() {
        let location = location_of(&response);
        return Err(FetchError::Redirected {
            url: shown(&url),
            location,
        });
    }
    if !status.is_success() {
        return Err(FetchError::Status {
            url: shown(&url),
            status: status.as_u16(),
        });
    }
    read_within(response, &url, limits).await
}

async fn read_within(
    mut response: Response,
    url: &Url,
    limits: FetchLimits,
) -> Result<Vec<u8>, FetchError> {
    let mut document = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| fault(url, error, limits))?
    {
        if document.len() + chunk.len() > limits.bytes_max {
            let bytes_max = limits.bytes_max;
            return Err(FetchError::TooLarge {
                url: shown(url),
                bytes_max,
            });
        }
        document.extend_from_slice(&chunk);
    }
    Ok(document)
}

/// The origin of a URL that is fetched; `None` for one that is not.
fn origin_of(url: &Url) -> Option<Origin> {
    let scheme = match url.scheme() {
        "https" => Scheme::Https,
        "http" => Scheme::Http,
        _ => return None,
    };
    let host = url.host_str()?.trim_matches(['[', ']']).to_owned();
    let origin = Origin {
        scheme,
        host,
        port: url.port_or_known_default()?,
    };
    let open = scheme == Scheme::Https || origin.is_loopback();
    let anonymous = url.username().is_empty() && url.password().is_none();
    (open && anonymous).then_some(origin)
}

fn within_origin(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let same = attempt.previous().first().is_some_and(|first| {
        first.origin() == attempt.url().origin() && attempt.url().username().is_empty()
    });
    if same && attempt.previous().len() <= REDIRECTS_MAX {
        attempt.follow()
    } else {
        attempt.stop()
    }
}

fn location_of(response: &Response) -> String {
    let location = response
        .headers()
        .get("location")
        .and_then(|value| value.to_str().ok());
    let location = location.and_then(|location| response.url().join(location).ok());
    location
        .as_ref()
        .map_or_else(|| "nowhere".to_owned(), shown)
}

fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    // Both fail only for URLs that have no host, and so no credentials.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.into()
}

fn fault(url: &Url, error: reqwest::Error, limits: FetchLimits) -> FetchError {
    let url = shown(url);
    if error.is_timeout() {
        return FetchError::Timeout {
            url,
            limit: limits.timeout,
        };
    }
    let error = error.without_url();
    let mut detail = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        detail = format!("{detail}: {error}");
        cause = error.source();
    }
    FetchError::Failed { url, detail }
}
