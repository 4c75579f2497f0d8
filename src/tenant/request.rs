//! A request as it came in.

use std::sync::Arc;

use serde_json::Value;

/// The connection that a request came on.
#[derive(Debug)]
pub(super) struct Connection {
    /// Counted from 1, in the order they were accepted.
    pub(super) number: u64,
    pub(super) protocol: Protocol,
}

impl Connection {
    /// Whether nobody in between reads what goes over it.
    pub(super) fn is_encrypted(&self) -> bool {
        self.protocol != Protocol::Http1
    }
}

/// What is spoken on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    /// HTTP/1.1.
    Http1,
    /// HTTP/1.1 over TLS.
    Http1OverTls,
    /// HTTP/2 over TLS.
    Http2OverTls,
}

/// One header field line.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// The name as it was spelled.
    pub(super) name: String,
    /// The value without the whitespace around it, which is no part of it (RFC 9110, 5.5).
    pub(super) value: Vec<u8>,
}

/// A whole request.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) method: String,
    /// The request target exactly as sent.
    pub(super) target: String,
    /// The part of the target before the question mark, without scheme and authority.
    pub(super) path: String,
    /// The part after it.
    pub(super) query: String,
    /// The host it names, without the port, in lower case.
    pub(super) host: String,
    pub(super) fields: Vec<Field>,
    pub(super) body: Vec<u8>,
    /// The bytes of the head, for what a parser takes away.
    pub(super) head: Vec<u8>,
    /// Its number on its connection, from 1.
    pub(super) ordinal: u64,
    pub(super) connection: Arc<Connection>,
    /// Whether the client wants the connection kept.
    pub(super) keep: bool,
}

impl Request {
    /// The values of all lines with this name, in order.
    pub(super) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        let named = move |field: &&Field| field.name.eq_ignore_ascii_case(name);
        self.fields
            .iter()
            .filter(named)
            .map(|field| field.value.as_slice())
    }

    /// The value of the first line with this name, as text.
    pub(super) fn value(&self, name: &str) -> Option<String> {
        self.values(name)
            .next()
            .map(|value| String::from_utf8_lossy(value).into_owned())
    }

    /// The bytes between the colon and the end of the first line with this name.
    pub(super) fn raw_value(&self, name: &str) -> Option<&[u8]> {
        self.head.split(|byte| *byte == b'\n').find_map(|line| {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let colon = line.iter().position(|byte| *byte == b':')?;
            let (key, value) = line.split_at_checked(colon)?;
            key.eq_ignore_ascii_case(name.as_bytes())
                .then(|| value.get(1..).unwrap_or_default())
        })
    }

    /// Whether there is a line with this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.values(name).next().is_some()
    }

    /// Whether the first line with this name contains the text, whatever the letter case.
    pub(super) fn mentions(&self, name: &str, text: &str) -> bool {
        self.value(name)
            .is_some_and(|value| value.to_ascii_lowercase().contains(text))
    }

    /// The value of the first query parameter with this name.
    pub(super) fn query_value(&self, name: &str) -> Option<String> {
        form_value(&self.query, name)
    }

    /// The value of the cookie with this name.
    pub(super) fn cookie(&self, name: &str) -> Option<String> {
        let cookies = self.value("cookie")?;
        let mut pairs = cookies
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='));
        pairs
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.to_owned())
    }

    /// The body, if it is JSON.
    pub(super) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// A member of the JSON body, or a field of the form body, as text.
    pub(super) fn body_value(&self, name: &str) -> Option<String> {
        if let Some(Value::Object(members)) = self.json() {
            let (_, value) = members
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))?;
            return match value {
                Value::String(text) => Some(text.clone()),
                other => Some(other.to_string()),
            };
        }
        form_value(&String::from_utf8_lossy(&self.body), name)
    }
}

/// The value of the first pair with this name, percent-decoded.
fn form_value(form: &str, name: &str) -> Option<String> {
    form.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        decoded(key)
            .eq_ignore_ascii_case(name)
            .then(|| decoded(value))
    })
}

/// The text with every percent-encoding resolved.
pub(super) fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8_lossy()
        .into_owned()
}
