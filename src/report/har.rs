//! HAR 1.2: every exchange of every case, a page a case, for the tools that read archives of HTTP.
//!
//! The archive is read from the bytes that the event log keeps, redacted and cut at its bound:
//! sizes are those of what went over the wire. What is no text is in base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};

use super::record::{CaseRecord, RunRecord};
use super::{RenderError, inert};
use crate::run::event::{ExchangeFact, WireText};

/// What a URL cannot hold as it is.
const IN_URL: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The archive as JSON.
///
/// # Errors
///
/// None so far.
pub fn render(runs: &[RunRecord<'_>]) -> Result<String, RenderError> {
    let mut pages = Vec::new();
    let mut entries = Vec::new();
    for (number, run) in runs.iter().enumerate() {
        for case in &run.cases {
            let Some(judged) = case.judged.filter(|judged| !judged.exchanges.is_empty()) else {
                continue;
            };
            let page = match number {
                0 => case.fact.id.to_string(),
                _ => format!("{} {}", run.target(), case.fact.id),
            };
            let first = judged.exchanges.iter().map(|exchange| exchange.at_us).min();
            pages.push(json!({
                "startedDateTime": moment(run, first.unwrap_or_default()),
                "id": page,
                "title": title(case),
                "pageTimings": {},
            }));
            let exchanges = judged.exchanges.iter();
            entries.extend(exchanges.map(|exchange| entry(run, &page, exchange)));
        }
    }
    let value = json!({"log": {
        "version": "1.2",
        "creator": {"name": "probity", "version": env!("CARGO_PKG_VERSION")},
        "pages": pages,
        "entries": entries,
    }});
    Ok(inert::json(&value))
}

fn title(case: &CaseRecord<'_>) -> String {
    let verdict = case
        .judged
        .map_or("never judged", |case| case.verdict.name());
    format!("{} ({verdict})", case.fact.id)
}

fn entry(run: &RunRecord<'_>, page: &str, exchange: &ExchangeFact) -> Value {
    let comment = match &exchange.fault {
        Some(fault) => format!("{}: {fault}", exchange.label),
        None => exchange.label.clone(),
    };
    json!({
        "pageref": page,
        "startedDateTime": moment(run, exchange.at_us),
        "time": timings(exchange).1,
        "request": request(run, exchange),
        "response": response(exchange),
        "cache": {},
        "timings": timings(exchange).0,
        "connection": exchange.connection.to_string(),
        "comment": comment,
    })
}

/// When something happened that many microseconds after the beginning of the run.
fn moment(run: &RunRecord<'_>, at_us: u64) -> String {
    let begun = run
        .started
        .and_then(|started| started.started_at.parse().ok());
    let begun: jiff::Timestamp = begun.unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let after = jiff::SignedDuration::from_micros(i64::try_from(at_us).unwrap_or(i64::MAX));
    let moment = begun.checked_add(after).unwrap_or(begun);
    format!("{moment:.6}")
}

/// The steps in milliseconds, and their sum. HAR counts the TLS handshake into `connect`; what did
/// not happen is -1.
fn timings(exchange: &ExchangeFact) -> (Value, f64) {
    let first = exchange.first_byte_us.unwrap_or(exchange.whole_us);
    let receive = exchange.whole_us.saturating_sub(first);
    let connect = exchange
        .connect_us
        .map(|connect| connect.saturating_add(exchange.tls_us.unwrap_or_default()));
    let total = first
        .saturating_add(receive)
        .saturating_add(connect.unwrap_or_default());
    let value = json!({
        "blocked": -1,
        "dns": -1,
        "connect": connect.map_or(-1.0, milliseconds),
        "ssl": exchange.tls_us.map_or(-1.0, milliseconds),
        "send": 0,
        "wait": milliseconds(first),
        "receive": milliseconds(receive),
    });
    (value, milliseconds(total))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "microseconds of a run are far below 2^53"
)]
fn milliseconds(microseconds: u64) -> f64 {
    microseconds as f64 / 1_000.0
}

fn request(run: &RunRecord<'_>, exchange: &ExchangeFact) -> Value {
    let message = Message::of(&exchange.sent);
    let version = message.first.rsplit(' ').next().unwrap_or_default();
    // What went to the other tenant went to its own.
    let origin = exchange.origin.as_deref().unwrap_or(run.target());
    let mut request = json!({
        "method": exchange.method,
        "url": url(origin, &exchange.target),
        "httpVersion": version_or_unknown(version),
        "cookies": [],
        "headers": message.headers(),
        "queryString": query(&exchange.target),
        "headersSize": message.head_bytes,
        "bodySize": message.body.len(),
    });
    if !message.body.is_empty()
        && let Some(request) = request.as_object_mut()
    {
        let (text, encoding) = text_of(&message.body);
        let mut data = json!({"mimeType": message.media_type(), "params": [], "text": text});
        if let (Some(data), Some(encoding)) = (data.as_object_mut(), encoding) {
            data.insert("comment".to_owned(), encoding.into());
        }
        request.insert("postData".to_owned(), data);
    }
    request
}

fn response(exchange: &ExchangeFact) -> Value {
    let message = Message::of(&exchange.received).after_interim();
    let mut words = message.first.splitn(3, ' ');
    let version = words.next().unwrap_or_default().to_owned();
    let reason = words.nth(1).unwrap_or_default().to_owned();
    let location = message.field("location").unwrap_or_default();
    let (text, encoding) = text_of(&message.body);
    let mut content = json!({
        "size": message.body.len(),
        "mimeType": message.media_type(),
        "text": text,
    });
    if let (Some(content), Some(encoding)) = (content.as_object_mut(), encoding) {
        content.insert("encoding".to_owned(), encoding.into());
    }
    json!({
        // Browsers write 0 where no answer came.
        "status": exchange.status.unwrap_or_default(),
        "statusText": reason,
        "httpVersion": version_or_unknown(&version),
        "cookies": [],
        "headers": message.headers(),
        "content": content,
        "redirectURL": location,
        "headersSize": message.head_bytes,
        "bodySize": exchange.received.bytes.saturating_sub(message.head_bytes),
    })
}

fn version_or_unknown(version: &str) -> &str {
    if version.starts_with("HTTP/") {
        version
    } else {
        "unknown"
    }
}

/// The URL: the origin of the target and what was sent as the request's target.
fn url(target: &str, sent: &str) -> String {
    let after = target.find("://").map_or(0, |at| at + 3);
    let origin_end = target.get(after..).and_then(|rest| rest.find('/'));
    let origin = target.get(..after + origin_end.unwrap_or(target.len() - after));
    let url = match sent {
        sent if sent.starts_with('/') => format!("{}{sent}", origin.unwrap_or(target)),
        sent if sent.contains("://") => sent.to_owned(),
        sent => format!("{}/{sent}", origin.unwrap_or(target)),
    };
    utf8_percent_encode(&url, IN_URL).to_string()
}

fn query(target: &str) -> Vec<Value> {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            json!({"name": name, "value": value})
        })
        .collect()
}

/// Bytes as text, or in base64 where they are none.
fn text_of(bytes: &[u8]) -> (String, Option<&'static str>) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), None),
        Err(_) => (STANDARD.encode(bytes), Some("base64")),
    }
}

/// A message as it went over the wire, taken apart as far as it can be.
#[derive(Default)]
struct Message {
    first: String,
    fields: Vec<(String, String)>,
    head_bytes: u64,
    body: Vec<u8>,
}

impl Message {
    fn of(wire: &WireText) -> Self {
        let decoded = wire.base64.as_ref();
        let decoded = decoded.and_then(|text| STANDARD.decode(text).ok());
        Self::parse(decoded.as_deref().unwrap_or(wire.text.as_bytes()))
    }

    fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        let (head, body) = match end {
            Some(end) => bytes.split_at(end + 4),
            None => (bytes, &[][..]),
        };
        let text = String::from_utf8_lossy(head);
        let mut lines = text.split("\r\n");
        let first = lines.next().unwrap_or_default().to_owned();
        let fields = lines.filter_map(|line| line.split_once(':'));
        let fields = fields.map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
        let mut message = Self {
            first,
            fields: fields.collect(),
            head_bytes: u64::try_from(head.len()).unwrap_or(u64::MAX),
            body: body.to_vec(),
        };
        let chunked = message.field("transfer-encoding");
        if chunked.is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
            // Redaction changes lengths: what cannot be taken apart stays as it was received.
            message.body = without_chunks(body).unwrap_or(message.body);
        }
        message
    }

    /// The final message, where interim ones came before it.
    fn after_interim(self) -> Self {
        let interim =
            self.first.split(' ').nth(1).is_some_and(|status| {
                status.len() == 3 && status.starts_with('1') && status != "101"
            });
        if interim && !self.body.is_empty() {
            Self::parse(&self.body).after_interim()
        } else {
            self
        }
    }

    fn field(&self, wanted: &str) -> Option<&str> {
        let mut fields = self.fields.iter();
        let field = fields.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        field.map(|(_, value)| value.as_str())
    }

    fn media_type(&self) -> &str {
        self.field("content-type").unwrap_or_default()
    }

    fn headers(&self) -> Vec<Value> {
        let fields = self.fields.iter();
        fields
            .map(|(name, value)| json!({"name": name, "value": value}))
            .collect()
    }
}

/// The content of a chunked body; nothing where it is not whole.
fn without_chunks(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n")?;
        let size = std::str::from_utf8(rest.get(..end)?).ok()?;
        let size = size.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        rest = rest.get(end + 2..)?;
        if size == 0 {
            return Some(content);
        }
        content.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size..)?.strip_prefix(b"\r\n")?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunked_body_is_put_together_and_a_broken_one_left_alone() {
        let head =
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        let of = |body: &str| {
            let message = Message::parse(format!("{head}{body}").as_bytes()).after_interim();
            String::from_utf8(message.body).unwrap()
        };
        assert_eq!(of("3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"), "abcde");
        assert_eq!(of("5\r\nabc\r\n0\r\n\r\n"), "5\r\nabc\r\n0\r\n\r\n");
    }

    #[test]
    fn urls_are_whole_and_hold_nothing_raw() {
        let of = |sent: &str| url("https://acme.example/t/", sent);
        assert_eq!(of("/api/4?a=b"), "https://acme.example/api/4?a=b");
        assert_eq!(of("/a b\0\u{e9}"), "https://acme.example/a%20b%00%C3%A9");
        assert_eq!(of("*"), "https://acme.example/*");
        assert_eq!(of("http://other.example/x"), "http://other.example/x");
    }
}
