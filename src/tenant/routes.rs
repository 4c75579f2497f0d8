//! Which resource a path names.

use percent_encoding::percent_decode_str;

/// The path that all operations are below.
const BASE: &str = "/api/v1";

/// A resource of the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Resource {
    Me,
    Subscription,
    SenderNumbers,
    Messages,
    Usage,
    ApiKeys,
    /// One key, by the path value with every percent-encoding resolved.
    ApiKey(String),
}

impl Resource {
    /// The resource that the path names. It must match exactly once encoded unreserved characters
    /// are resolved (RFC 9110, 4.2.3): letter case, slashes and dot segments count.
    pub(super) fn of(path: &str) -> Option<Resource> {
        let path = normalised(path);
        let rest = path.strip_prefix(BASE)?.strip_prefix('/')?;
        Some(match rest {
            "me" => Resource::Me,
            "subscription" => Resource::Subscription,
            "sender-numbers" => Resource::SenderNumbers,
            "messages" => Resource::Messages,
            "usage" => Resource::Usage,
            "api-keys" => Resource::ApiKeys,
            _ => {
                let value = rest.strip_prefix("api-keys/")?;
                let segment = !matches!(value, "" | "." | "..") && !value.contains('/');
                let text = || percent_decode_str(value).decode_utf8_lossy().into_owned();
                return segment.then(|| Resource::ApiKey(text()));
            }
        })
    }

    /// The methods it allows, as `Allow` lists them.
    pub(super) fn allow(&self) -> &'static str {
        match self {
            Resource::ApiKeys => "POST, OPTIONS",
            Resource::ApiKey(_) => "DELETE, OPTIONS",
            Resource::Me
            | Resource::Subscription
            | Resource::SenderNumbers
            | Resource::Messages
            | Resource::Usage => "GET, HEAD, OPTIONS",
        }
    }

    /// The scope that its operation needs; none where any key will do.
    pub(super) fn scope(&self) -> Option<&'static str> {
        match self {
            Resource::Me | Resource::Subscription | Resource::SenderNumbers => None,
            Resource::Messages => Some("messages.read"),
            Resource::Usage => Some("usage.read"),
            Resource::ApiKeys | Resource::ApiKey(_) => Some("*"),
        }
    }
}

/// The path with encoded unreserved characters resolved and all others left.
pub(super) fn normalised(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        let (before, encoded) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        let code = encoded
            .get(1..3)
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code {
            Some(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                out.push(char::from(byte));
                rest = encoded.get(3..).unwrap_or("");
            }
            Some(_) | None => {
                out.push('%');
                rest = encoded.get(1..).unwrap_or("");
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unreserved_characters_are_resolved() {
        assert_eq!(normalised("/%61pi%2Fa%7e"), "/api%2Fa~");
        assert_eq!(normalised("%"), "%");
        assert_eq!(normalised("%4"), "%4");
        assert_eq!(normalised("%zz%34%32"), "%zz42");
        assert_eq!(normalised("%+1"), "%+1");
        assert_eq!(normalised("é%é"), "é%é");
    }

    #[test]
    fn a_key_is_one_segment() {
        let key = |text: &str| Some(Resource::ApiKey(text.to_owned()));
        assert_eq!(Resource::of("/api/v1/api-keys/42"), key("42"));
        assert_eq!(Resource::of("/api/v1/api-keys/%34%32"), key("42"));
        assert_eq!(Resource::of("/api/v1/api-keys/1%2F..%2F2"), key("1/../2"));
        for path in [
            "/api/v1/api-keys/",
            "/api/v1/api-keys/..",
            "/api/v1/api-keys/%2e%2e",
            "/api/v1/api-keys/42/",
            "/api/v1/Me",
            "/api/v1me",
        ] {
            assert_eq!(Resource::of(path), None, "{path}");
        }
    }
}
