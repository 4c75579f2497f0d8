//! Defects of what answers give away: keys where nobody looks for them, and the server's insides.

use std::fmt::Write;

use serde_json::json;

use super::Class::Response;
use super::response::presented;
use super::{Defect, defect};
use crate::tenant::answer::{Answer, Framing};
use crate::tenant::call::{Call, Outcome};
use crate::tenant::hooks::Hook;
use crate::tenant::request::Protocol;

/// A page that shows where an error came from, as a browser reads it.
const PAGE: &str = "<!doctype html><title>Error</title><pre>Error: no such path&#10; at find \
                    (/srv/keys/src/router.js:12:9)<br> at async handle \
                    (/srv/keys/src/server.js:88:3)</pre>";

pub(super) static TABLE: &[Defect] = &[
    defect(
        (Response, "echoes-key-in-reason-phrase", "RAK-LEA-01"),
        "the refusal repeats the key in its reason phrase",
        &[Hook::Answer(|call, answer| {
            answer.reason = writable(call, answer).map(|key| format!("Bad key {key}"));
        })],
    ),
    defect(
        (Response, "echoes-key-in-json-escapes", "RAK-LEA-01"),
        "the refusal repeats the key, each character a JSON escape",
        &[Hook::Answer(|call, answer| {
            echo(call, answer, |_, character| format!("\\u{character:04x}"));
        })],
    ),
    defect(
        (Response, "echoes-key-in-entities", "RAK-LEA-01"),
        "the refusal repeats the key, each character an entity as pages write it",
        &[Hook::Answer(|call, answer| {
            echo(call, answer, |at, character| match at % 2 {
                0 => format!("&#{character};"),
                _ => format!("&#x{character:x};"),
            });
        })],
    ),
    defect(
        (Response, "echoes-key-in-mixed-escapes", "RAK-LEA-01"),
        "the refusal repeats the key, its characters escaped in several ways",
        &[Hook::Answer(|call, answer| {
            echo(call, answer, |at, character| match at % 4 {
                0 => format!("\\u{character:04X}"),
                1 => format!("&#{character};"),
                2 => format!("%{character:02x}"),
                _ => format!("&amp;#x{character:x};"),
            });
        })],
    ),
    defect(
        (Response, "early-hints-name-key", "RAK-LEA-01"),
        "an interim response before the refusal repeats the key",
        &[Hook::Answer(|call, answer| {
            if let Some(key) = writable(call, answer) {
                let hint = format!("Link: </errors?key={key}>; rel=preload");
                answer.before = format!("HTTP/1.1 103 Early Hints\r\n{hint}\r\n\r\n").into();
            }
        })],
    ),
    defect(
        (Response, "trailer-names-key", "RAK-LEA-01"),
        "the refusal repeats the key in a trailer",
        &[Hook::Sealed(|call, answer| {
            if let Some(key) = writable(call, answer) {
                in_one_chunk(call, answer, "", &format!("X-Key: {key}\r\n"));
            }
        })],
    ),
    defect(
        (Response, "chunk-extension-names-key", "RAK-LEA-01"),
        "the refusal repeats the key beside the size of a chunk",
        &[Hook::Sealed(|call, answer| {
            if let Some(key) = writable(call, answer) {
                in_one_chunk(call, answer, &format!(";key=\"{key}\""), "");
            }
        })],
    ),
    defect(
        (Response, "dotnet-trace-for-malformed-id", "RAK-LEA-02"),
        "the answer to a malformed id has a trace as .NET prints it",
        &[Hook::Answer(|call, answer| {
            malformed(
                call,
                answer,
                "System.FormatException: Bad format.\r\n   at Acme.Keys.Revoke(String id) in \
                 C:\\build\\src\\Keys.cs:line 42",
            );
        })],
    ),
    defect(
        (Response, "database-code-for-malformed-id", "RAK-LEA-02"),
        "the answer to a malformed id is what a database says",
        &[Hook::Answer(|call, answer| {
            malformed(call, answer, "ORA-01722: invalid number");
        })],
    ),
    defect(
        (Response, "server-path-for-malformed-id", "RAK-LEA-02"),
        "the answer to a malformed id names a file of the server that is no source",
        &[Hook::Answer(|call, answer| {
            malformed(call, answer, "Cannot read /var/www/html/storage/key.json");
        })],
    ),
    defect(
        (Response, "page-with-trace-for-unknown-path", "RAK-LEA-02"),
        "the answer to an unknown path is a page with a stack trace",
        &[Hook::Answer(|call, answer| {
            if answer.status == 404 && call.resource.is_none() {
                answer.set_content("text/html", PAGE);
            }
        })],
    ),
];

/// The key that was refused, where it can stand in a line of the head.
fn writable(call: &Call<'_>, answer: &Answer) -> Option<String> {
    let visible = |key: &String| key.bytes().all(|byte| (0x21..0x7f).contains(&byte));
    presented(call, answer).filter(visible)
}

/// Repeats the refused key in JSON that is valid, each byte written as it is said.
fn echo(call: &Call<'_>, answer: &mut Answer, written: fn(usize, u8) -> String) {
    if let Some(key) = writable(call, answer) {
        let mut text = String::new();
        for (at, byte) in key.bytes().enumerate() {
            let _ = write!(text, "{}", written(at, byte));
        }
        let body = format!(r#"{{"message":"Unauthenticated.","key":"{text}"}}"#);
        answer.set_content("application/json", body);
    }
}

/// Sends the content as a chunk, with something beside its size or behind it.
fn in_one_chunk(call: &Call<'_>, answer: &mut Answer, extension: &str, trailer: &str) {
    let chunked = call.request.connection.protocol != Protocol::Http2OverTls;
    if !chunked || answer.headless {
        return;
    }
    answer.remove("Content-Length");
    answer.remove("Transfer-Encoding");
    answer.add("Transfer-Encoding", "chunked");
    let mut body = format!("{:x}{extension}\r\n", answer.body.len()).into_bytes();
    body.append(&mut answer.body);
    body.extend(format!("\r\n0\r\n{trailer}\r\n").bytes());
    answer.body = body;
    answer.framing = Framing::Bare;
}

fn malformed(call: &Call<'_>, answer: &mut Answer, detail: &str) {
    if call.outcome == Some(Outcome::Malformed) {
        answer.set_json(&json!({ "message": "Bad id.", "detail": detail }));
    }
}
