//! Odd forms of an answer: the same said otherwise.

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::{Odd, odd};
use crate::tenant::answer::{Answer, Framing, Pace};
use crate::tenant::hooks::Hook;

/// How much longer a slow tenant takes for each answer.
const SLOW: Duration = Duration::from_millis(30);

/// How often the long message says the same.
const LONG_MESSAGE_SENTENCES: usize = 1000;

/// How many requests a connection serves where it serves few.
const REQUESTS_PER_CONNECTION: u64 = 3;

pub(super) static TABLE: &[Odd] = &[
    odd(
        "lower-case-fields",
        "field names are in lower case",
        &[Hook::Sealed(|_, answer| {
            rename(answer, |name| name.to_ascii_lowercase())
        })],
    ),
    odd(
        "upper-case-fields",
        "field names are in upper case",
        &[Hook::Sealed(|_, answer| {
            rename(answer, |name| name.to_ascii_uppercase())
        })],
    ),
    odd(
        "fields-in-reverse",
        "fields come in the opposite order, Date last",
        &[Hook::Sealed(|_, answer| answer.fields.reverse())],
    ),
    odd(
        "blanks-around-values",
        "field values have blanks and tabs around them",
        &[Hook::Sealed(|_, answer| {
            for (_, value) in &mut answer.fields {
                *value = format!(" \t{value}\t ");
            }
        })],
    ),
    odd(
        "many-fields",
        "answers carry the fields of servers, proxies and rate limits",
        &[Hook::Answer(|_, answer| {
            for (name, value) in [
                ("Server", "nginx"),
                ("Via", "1.1 edge"),
                ("Vary", "Accept, Origin"),
                ("X-Request-Id", "0192d3f4-7e1a-7c3b-9d2e-4f5a6b7c8d9e"),
                ("X-RateLimit-Limit", "60"),
                ("X-RateLimit-Remaining", "59"),
                ("Keep-Alive", "timeout=5, max=100"),
            ] {
                answer.add(name, value);
            }
        })],
    ),
    odd(
        "silent-about-storage",
        "answers to what is not safe have no Cache-Control: no cache may keep them anyway",
        &[Hook::Answer(|call, answer| {
            if !matches!(call.request.method.as_str(), "GET" | "HEAD") {
                answer.remove("Cache-Control");
            }
        })],
    ),
    odd(
        "charset-parameter",
        "JSON is application/json; charset=utf-8",
        &[Hook::Answer(|_, answer| {
            media_type(answer, "application/json; charset=utf-8")
        })],
    ),
    odd(
        "media-type-in-capitals",
        "JSON is Application/JSON;Charset=\"UTF-8\"",
        &[Hook::Answer(|_, answer| {
            media_type(answer, "Application/JSON;Charset=\"UTF-8\"")
        })],
    ),
    odd(
        "204-with-media-type",
        "a 204 names the media type that content would have had",
        &[Hook::Answer(|_, answer| {
            if answer.status == 204 {
                answer.add("Content-Type", "application/json");
            }
        })],
    ),
    odd(
        "extra-members",
        "errors have more members than the contract names",
        &[Hook::Answer(|_, answer| {
            change_error(answer, |body| {
                body["code"] = json!("E_REFUSED");
                body["errors"] = json!([{ "reason": "refused", "field": null }]);
                body["documentation"] = json!("https://docs.test/errors");
            });
        })],
    ),
    odd(
        "request-id-in-content",
        "each error has a member that differs from answer to answer",
        &[Hook::Answer(|call, answer| {
            let number = format!(
                "{}-{}",
                call.request.connection.number, call.request.ordinal
            );
            change_error(answer, |body| body["request_id"] = json!(number));
        })],
    ),
    odd(
        "pretty-content",
        "JSON is indented, ends with a line feed, and escapes what need not be",
        &[Hook::Answer(|_, answer| {
            if let Ok(body) = serde_json::from_slice::<Value>(&answer.body) {
                let text = serde_json::to_string_pretty(&body).unwrap_or_default();
                answer.body = (text.replace('U', "\\u0055") + "\n").into_bytes();
            }
        })],
    ),
    odd(
        "unicode-message",
        "messages are not in English, nor in ASCII",
        &[Hook::Answer(|_, answer| {
            change_error(answer, |body| {
                body["message"] = json!("Nicht angemeldet – 未認証 🔑")
            });
        })],
    ),
    odd(
        "long-message",
        "messages are as long as a page",
        &[Hook::Answer(|_, answer| {
            let message = "This is not allowed. ".repeat(LONG_MESSAGE_SENTENCES);
            change_error(answer, |body| body["message"] = json!(message));
        })],
    ),
    odd(
        "no-message",
        "the refusal is an empty object, which the schema allows",
        &[Hook::Answer(|_, answer| {
            if answer.status == 401 {
                answer.set_json(&json!({}));
            }
        })],
    ),
    odd(
        "refusals-are-chunked",
        "errors are framed by the chunked coding",
        &[Hook::Answer(|_, answer| {
            frame_error(answer, Framing::Chunked)
        })],
    ),
    odd(
        "refusals-end-with-the-connection",
        "errors are framed by the end of the connection",
        &[Hook::Answer(|_, answer| {
            frame_error(answer, Framing::UntilClose)
        })],
    ),
    odd(
        "gzip-when-asked",
        "content is gzip-coded where that is accepted",
        &[Hook::Answer(|call, answer| {
            let accepted = call.request.mentions("accept-encoding", "gzip")
                && !call.request.mentions("accept-encoding", "gzip;q=0");
            if accepted && !answer.body.is_empty() {
                compress(answer);
            }
        })],
    ),
    odd(
        "one-request-a-connection",
        "each connection is closed after its answer",
        &[Hook::Answer(|_, answer| answer.close = true)],
    ),
    odd(
        "three-requests-a-connection",
        "each connection is closed after its third answer",
        &[Hook::Answer(|call, answer| {
            answer.close |= call.request.ordinal >= REQUESTS_PER_CONNECTION;
        })],
    ),
    odd(
        "early-hints",
        "each answer comes after a 103",
        &[Hook::Answer(|_, answer| {
            let hints = b"HTTP/1.1 103 Early Hints\r\nLink: </docs>; rel=\"help\"\r\n\r\n";
            answer.before = hints.to_vec();
        })],
    ),
    odd(
        "two-interim-responses",
        "each answer comes after a 100 and a 102",
        &[Hook::Answer(|_, answer| {
            let interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n";
            answer.before = interim.to_vec();
        })],
    ),
    odd(
        "empty-reason",
        "the reason phrase is empty",
        &[Hook::Answer(|_, answer| {
            answer.reason = Some(String::new())
        })],
    ),
    odd(
        "own-reason",
        "the reason phrase is not the registered one",
        &[Hook::Answer(|_, answer| {
            answer.reason = Some("As You Wish".to_owned())
        })],
    ),
    odd(
        "byte-by-byte",
        "each byte of an answer comes in its own segment",
        &[Hook::Answer(|_, answer| answer.pace = Pace::ByteByByte)],
    ),
    odd(
        "slow",
        "each answer takes 30 ms longer",
        &[Hook::Answer(|_, answer| answer.delay = SLOW)],
    ),
    odd(
        "two-challenges",
        "a 401 has two WWW-Authenticate lines",
        &[Hook::Answer(|_, answer| {
            if answer.status == 401 {
                answer.add("WWW-Authenticate", "Bearer");
            }
        })],
    ),
    odd(
        "challenges-in-a-list",
        "a 401 has two challenges in one WWW-Authenticate line, one with a token68",
        &[Hook::Answer(|_, answer| {
            if answer.status == 401 {
                let list = "Negotiate YWJj==, ApiKey realm=\"a, \\\"b\\\"\", title=key";
                answer.set("WWW-Authenticate", list);
            }
        })],
    ),
    odd(
        "challenge-is-a-scheme",
        "the challenge is a scheme alone",
        &[Hook::Answer(|_, answer| {
            if answer.status == 401 {
                answer.set("WWW-Authenticate", "X-Api-Key");
            }
        })],
    ),
];

fn rename(answer: &mut Answer, renamed: fn(&str) -> String) {
    for (name, _) in &mut answer.fields {
        *name = renamed(name);
    }
}

fn media_type(answer: &mut Answer, value: &str) {
    if answer.fields.iter().any(|(name, _)| name == "Content-Type") {
        answer.set("Content-Type", value);
    }
}

/// Changes the JSON object that says what was wrong.
fn change_error(answer: &mut Answer, change: impl FnOnce(&mut Value)) {
    if answer.status < 400 {
        return;
    }
    if let Ok(mut body @ Value::Object(_)) = serde_json::from_slice::<Value>(&answer.body) {
        change(&mut body);
        answer.body = body.to_string().into_bytes();
    }
}

fn frame_error(answer: &mut Answer, framing: Framing) {
    if answer.status >= 400 {
        answer.framing = framing;
    }
}

fn compress(answer: &mut Answer) {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory does not fail; if it did, the content would stay as it is.
    if encoder.write_all(&answer.body).is_ok()
        && let Ok(body) = encoder.finish()
    {
        answer.body = body;
        answer.add("Content-Encoding", "gzip");
        answer.add("Vary", "Accept-Encoding");
    }
}
