//! Where requests go: an origin, and the path that a target is mounted under.

use std::fmt;
use std::net::IpAddr;

/// The two schemes that are spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scheme {
    /// Plain HTTP.
    Http,
    /// HTTP over TLS.
    Https,
}

/// A scheme, a host and a port.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin {
    /// The scheme.
    pub scheme: Scheme,
    /// The host in lower case; an IPv6 address without its brackets.
    pub host: String,
    /// The port, the scheme's own where none was written.
    pub port: u16,
}

/// The base URL under test.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Target {
    /// Where to connect.
    pub origin: Origin,
    /// The path that goes before each operation's path, without a slash at its end; empty for
    /// the root. Kept as it was written, never normalized.
    pub base_path: String,
}

/// Why a text is no target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// No scheme, or one that is not spoken.
    #[error("a target begins with `http://` or `https://`")]
    Scheme,
    /// No host.
    #[error("the target names no host")]
    HostMissing,
    /// A host with a character that no host has.
    #[error("`{host}` is no host name (write it in ASCII, or an IPv6 address in brackets)")]
    Host {
        /// What stood where the host should be.
        host: String,
    },
    /// A port that is no number from 1 to 65535.
    #[error("`{port}` is no port, 1 to 65535")]
    Port {
        /// What stood where the port should be.
        port: String,
    },
    /// Credentials before the host: they would show in every report.
    #[error("a target holds no user name or password (`…@`): hand credentials over as secrets")]
    UserInfo,
    /// A query.
    #[error("a target holds no query (`?…`)")]
    Query,
    /// A fragment.
    #[error("a target holds no fragment (`#…`)")]
    Fragment,
    /// A character in the path that no URL has.
    #[error("the path of the target holds {character:?}, which has to be percent-encoded")]
    Path {
        /// The first such character.
        character: char,
    },
}

impl Scheme {
    /// The scheme as it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The port where none is written.
    #[must_use]
    pub fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

impl Origin {
    /// What belongs in `Host`: the port only where it is not the scheme's own.
    #[must_use]
    pub fn authority(&self) -> String {
        let host = if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        };
        if self.port == self.scheme.default_port() {
            host
        } else {
            format!("{host}:{}", self.port)
        }
    }

    /// Whether the host is this machine: `127.0.0.0/8`, `::1`, `localhost` or a name under it.
    ///
    /// The names are loopback by RFC 6761, section 6.3, and are never looked up.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match self.host.parse::<IpAddr>() {
            Ok(IpAddr::V4(address)) => address.is_loopback(),
            Ok(IpAddr::V6(address)) => {
                address.is_loopback()
                    || address
                        .to_ipv4_mapped()
                        .is_some_and(|mapped| mapped.is_loopback())
            }
            Err(_) => {
                let name = self.host.strip_suffix('.').unwrap_or(&self.host);
                name == "localhost" || name.ends_with(".localhost")
            }
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}://{}", self.scheme.as_str(), self.authority())
    }
}

impl Target {
    /// Reads a base URL as its owner writes it.
    ///
    /// # Errors
    /// Says what of it a target cannot have.
    pub fn parse(url: &str) -> Result<Self, TargetError> {
        let (scheme, rest) = url.split_once("://").ok_or(TargetError::Scheme)?;
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            _ => return Err(TargetError::Scheme),
        };
        if rest.contains('#') {
            return Err(TargetError::Fragment);
        }
        if rest.contains('?') {
            return Err(TargetError::Query);
        }
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if authority.contains('@') {
            return Err(TargetError::UserInfo);
        }
        let (host, port) = split_port(authority)?;
        let port = match port {
            None | Some("") => scheme.default_port(),
            Some(text) => parse_port(text)?,
        };
        let host = check_host(host)?;
        let forbidden = |&character: &char| {
            !character.is_ascii_graphic() || matches!(character, '"' | '<' | '>' | '\\')
        };
        if let Some(character) = path.chars().find(forbidden) {
            return Err(TargetError::Path { character });
        }
        let base_path = path.trim_end_matches('/').to_owned();
        Ok(Self {
            origin: Origin { scheme, host, port },
            base_path,
        })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.origin, self.base_path)
    }
}

/// The host, an IPv6 address still in its brackets, and the port if one is written.
fn split_port(authority: &str) -> Result<(&str, Option<&str>), TargetError> {
    if authority.starts_with('[') {
        let bad = || TargetError::Host {
            host: authority.to_owned(),
        };
        let end = authority.find(']').ok_or_else(bad)? + 1;
        let (host, rest) = authority.split_at(end);
        return match rest.strip_prefix(':') {
            Some(port) => Ok((host, Some(port))),
            None if rest.is_empty() => Ok((host, None)),
            None => Err(bad()),
        };
    }
    Ok(match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    })
}

fn parse_port(text: &str) -> Result<u16, TargetError> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(port) if digits && port > 0 => Ok(port),
        _ => Err(TargetError::Port {
            port: text.to_owned(),
        }),
    }
}

fn check_host(host: &str) -> Result<String, TargetError> {
    if host.is_empty() {
        return Err(TargetError::HostMissing);
    }
    let bad = || TargetError::Host {
        host: host.to_owned(),
    };
    if let Some(inner) = host.strip_prefix('[') {
        let address = inner
            .strip_suffix(']')
            .and_then(|inner| inner.parse::<IpAddr>().ok());
        return match address {
            Some(IpAddr::V6(address)) => Ok(address.to_string()),
            _ => Err(bad()),
        };
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    if !host.bytes().all(allowed) || host.starts_with('.') || host.contains("..") {
        return Err(bad());
    }
    Ok(host.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_read_as_it_is_written() {
        for (url, origin, base_path) in [
            ("https://acme.example", "https://acme.example", ""),
            ("HTTPS://Acme.Example:443/", "https://acme.example", ""),
            (
                "http://127.0.0.1:8080/a/../b//",
                "http://127.0.0.1:8080",
                "/a/../b",
            ),
            ("http://[::1]:9/api/v1", "http://[::1]:9", "/api/v1"),
            ("http://a.localhost:/x", "http://a.localhost", "/x"),
        ] {
            let target = Target::parse(url).unwrap();
            assert_eq!(target.origin.to_string(), origin, "{url}");
            assert_eq!(target.base_path, base_path, "{url}");
        }
    }

    #[test]
    fn what_a_target_cannot_have_is_named() {
        let port = |port: &str| TargetError::Port {
            port: port.to_owned(),
        };
        let host = |host: &str| TargetError::Host {
            host: host.to_owned(),
        };
        for (url, error) in [
            ("acme.example", TargetError::Scheme),
            ("ftp://acme.example", TargetError::Scheme),
            ("http://", TargetError::HostMissing),
            ("http://:80", TargetError::HostMissing),
            ("http://u:p@acme.example", TargetError::UserInfo),
            ("http://acme.example?x", TargetError::Query),
            ("http://acme.example/#x", TargetError::Fragment),
            ("http://acme.example:0", port("0")),
            ("http://acme.example:+80", port("+80")),
            ("http://acme.example:65536", port("65536")),
            ("http://ac me", host("ac me")),
            ("http://[127.0.0.1]", host("[127.0.0.1]")),
            (
                "http://acme.example/a b",
                TargetError::Path { character: ' ' },
            ),
        ] {
            assert_eq!(Target::parse(url), Err(error), "{url}");
        }
    }

    #[test]
    fn loopback_is_told_from_what_only_looks_like_it() {
        let is_loopback = |url: &str| Target::parse(url).unwrap().origin.is_loopback();
        for url in [
            "http://127.9.9.9",
            "http://[::1]",
            "http://localhost",
            "http://a.localhost.",
        ] {
            assert!(is_loopback(url), "{url}");
        }
        for url in [
            "http://128.0.0.1",
            "http://localhost.example",
            "http://127.0.0.1.example",
        ] {
            assert!(!is_loopback(url), "{url}");
        }
    }
}
