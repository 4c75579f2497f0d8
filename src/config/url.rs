//! The URLs of the settings: what each may have. None may hold credentials, since URLs are
//! shown in every report; so no message here repeats a URL that has an `@`.

use std::net::IpAddr;

/// A URL taken apart as far as it is checked.
struct Url<'a> {
    secure: bool,
    /// Without the brackets of an IPv6 address.
    host: &'a str,
    path: &'a str,
    query: bool,
    fragment: bool,
}

/// Checks the URL of a target and takes the slash from its end.
pub(super) fn target(text: &str, allow_http: bool) -> Result<String, String> {
    let url = split(text)?;
    if url.query {
        return Err("a target holds no query (`?…`)".to_owned());
    }
    if url.fragment {
        return Err("a target holds no fragment (`#…`)".to_owned());
    }
    if !url.secure && !allow_http && !is_loopback(url.host) {
        return Err(format!(
            "`{text}` is plain http to another machine: use https, or allow it with \
             `--allow-http`"
        ));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// Checks the URL of a contract, which is fetched over https, or from this machine.
pub(super) fn contract(text: &str) -> Result<String, String> {
    let url = split(text)?;
    if url.fragment {
        return Err("the contract's URL holds no fragment (`#…`)".to_owned());
    }
    if !url.secure && !is_loopback(url.host) {
        return Err("a contract is fetched over https, or from this machine".to_owned());
    }
    Ok(text.to_owned())
}

/// Checks the URL of a proxy: an origin and nothing else.
pub(super) fn proxy(text: &str) -> Result<String, String> {
    let url = split(text)?;
    if url.query || url.fragment || !matches!(url.path, "" | "/") {
        return Err("a proxy's URL ends with its host and port".to_owned());
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// Whether the text begins as a URL does, and no file name.
pub(super) fn is_url(text: &str) -> bool {
    text.contains("://")
}

/// The URL without its query, which may hold a token.
pub(super) fn without_query(text: &str) -> String {
    match text.split_once('?') {
        Some((before, _)) => format!("{before}?[redacted]"),
        None => text.to_owned(),
    }
}

fn split(text: &str) -> Result<Url<'_>, String> {
    let authority_ends = |rest: &str| rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let Some((scheme, rest)) = text.split_once("://") else {
        let authority = text.get(..authority_ends(text)).unwrap_or_default();
        return Err(match check_host(authority) {
            Ok((host, _)) if !authority.contains('@') => {
                let scheme = if is_loopback(host) { "http" } else { "https" };
                format!("`{text}` has no scheme: write `{scheme}://{text}`")
            }
            _ => "expected a URL that begins with `https://`".to_owned(),
        });
    };
    let secure = match scheme.to_ascii_lowercase().as_str() {
        "https" => true,
        "http" => false,
        _ => return Err("only `https://` and `http://` are spoken".to_owned()),
    };
    let (authority, rest) = rest.split_at(authority_ends(rest));
    if authority.contains('@') {
        let message = "a URL holds no user name or password (`…@`): give secrets by `identities` \
                       or `headers`";
        return Err(message.to_owned());
    }
    let (host, port) = check_host(authority)?;
    if let Some(port) = port {
        let digits = port.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || !matches!(port.parse::<u16>(), Ok(1..)) {
            return Err(format!("`{port}` is no port from 1 to 65535"));
        }
    }
    let forbidden = |character: &char| {
        !character.is_ascii_graphic() || matches!(character, '"' | '<' | '>' | '\\')
    };
    if let Some(character) = rest.chars().find(forbidden) {
        return Err(format!(
            "the URL holds {character:?}, which has to be percent-encoded"
        ));
    }
    let (before, fragment) = match rest.split_once('#') {
        Some((before, _)) => (before, true),
        None => (rest, false),
    };
    let (path, query) = match before.split_once('?') {
        Some((path, _)) => (path, true),
        None => (before, false),
    };
    Ok(Url {
        secure,
        host,
        path,
        query,
        fragment,
    })
}

/// The host and, if one is written, the port.
fn check_host(authority: &str) -> Result<(&str, Option<&str>), String> {
    let wrong =
        || format!("`{authority}` is no host (write it in ASCII, or an IPv6 address in brackets)");
    if let Some(rest) = authority.strip_prefix('[') {
        let (address, rest) = rest.split_once(']').ok_or_else(wrong)?;
        if !matches!(address.parse(), Ok(IpAddr::V6(_))) {
            return Err(wrong());
        }
        return match rest.strip_prefix(':') {
            Some(port) => Ok((address, Some(port))),
            None if rest.is_empty() => Ok((address, None)),
            None => Err(wrong()),
        };
    }
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    if host.is_empty() {
        return Err("the URL names no host".to_owned());
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    if !host.bytes().all(allowed) || host.starts_with('.') || host.contains("..") {
        return Err(wrong());
    }
    Ok((host, port))
}

/// Whether the host is this machine; names under `localhost` are (RFC 6761, section 6.3).
fn is_loopback(host: &str) -> bool {
    match host.parse() {
        Ok(IpAddr::V4(address)) => address.is_loopback(),
        Ok(IpAddr::V6(address)) => {
            let mapped = address.to_ipv4_mapped();
            address.is_loopback() || mapped.is_some_and(|mapped| mapped.is_loopback())
        }
        Err(_) => {
            let name = host.to_ascii_lowercase();
            let name = name.strip_suffix('.').unwrap_or(&name);
            name == "localhost" || name.ends_with(".localhost")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_taken_as_they_are_written() {
        for (text, expected) in [
            ("https://acme.example", "https://acme.example"),
            ("https://acme.example/", "https://acme.example"),
            (
                "HTTPS://Acme.example:8443/t/",
                "HTTPS://Acme.example:8443/t",
            ),
            ("http://localhost:8080", "http://localhost:8080"),
            ("http://acme.localhost", "http://acme.localhost"),
            ("http://127.8.9.1:1/", "http://127.8.9.1:1"),
            ("http://[::1]:65535", "http://[::1]:65535"),
        ] {
            assert_eq!(target(text, false), Ok(expected.to_owned()));
        }
    }

    #[test]
    fn what_is_no_target_is_refused_with_its_reason() {
        for (text, reason) in [
            ("", "begins with `https://`"),
            (
                "acme.example",
                "`acme.example` has no scheme: write `https://acme.example`",
            ),
            ("localhost:80/x", "write `http://localhost:80/x`"),
            ("ftp://acme.example", "only `https://`"),
            ("https://", "names no host"),
            ("https://:1", "names no host"),
            ("https:///x", "names no host"),
            ("https://acme.example?x=1", "no query"),
            ("https://acme.example/#x", "no fragment"),
            (
                "https://me:hunter2@acme.example",
                "no user name or password",
            ),
            ("me:hunter2@acme.example", "begins with `https://`"),
            ("https://acme.example:0", "`0` is no port"),
            ("https://acme.example:65536", "is no port"),
            ("https://acme.example:+1", "is no port"),
            ("https://acme.example:", "is no port"),
            ("https://ac me", "is no host"),
            ("https://äcme.example", "is no host"),
            ("https://[127.0.0.1]", "is no host"),
            ("https://[::1", "is no host"),
            ("https://[::1]x", "is no host"),
            ("https://acme.example/a b", "percent-encoded"),
            ("https://acme.example/\\", "percent-encoded"),
            ("http://acme.example", "plain http to another machine"),
            ("http://127.0.0.1.example", "plain http to another machine"),
            ("http://localhost.example", "plain http to another machine"),
            ("http://notlocalhost", "plain http to another machine"),
            ("http://10.0.0.1", "plain http to another machine"),
        ] {
            let error = target(text, false).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
        assert!(target("http://acme.example", true).is_ok());
    }

    #[test]
    fn contracts_and_proxies_have_their_own_rules() {
        assert!(contract("https://acme.example/api.yaml?token=x").is_ok());
        assert!(contract("http://127.0.0.1/api.yaml").is_ok());
        assert!(contract("http://acme.example/api.yaml").is_err());
        assert!(contract("https://acme.example/api.yaml#/x").is_err());
        assert!(proxy("http://proxy.example:3128/").is_ok());
        for text in [
            "proxy.example:3128",
            "http://p/x",
            "http://p?x",
            "http://a:b@p",
        ] {
            assert!(proxy(text).is_err(), "{text}");
        }
        assert_eq!(without_query("https://a/b?c=d"), "https://a/b?[redacted]");
    }
}
