//! Defects of HTTP itself: framing, fields, caching, and what a reader must refuse.

use super::Class::Protocol;
use super::response::succeed;
use super::{Defect, defect};
use crate::tenant::answer::{Answer, Framing, Pace};
use crate::tenant::call::{Call, Outcome, Refusal};
use crate::tenant::hooks::{Hook, Leniency};
use crate::tenant::routes::Resource;

/// An empty content, gzip-coded.
const EMPTY_GZIP: [u8; 20] = [
    0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0,
];

pub(super) static TABLE: &[Defect] = &[
    defect(
        (Protocol, "204-with-content", "RAK-CON-02"),
        "a 204 has content and its length",
        &[Hook::Answer(|_, answer| {
            if answer.status == 204 {
                answer.set_content("application/json", r#"{"message":"Revoked."}"#);
            }
        })],
    ),
    defect(
        (Protocol, "204-with-unannounced-content", "RAK-CON-02"),
        "a 204 has content that no field announces",
        &[Hook::Answer(|_, answer| {
            if answer.status == 204 {
                answer.body = b"null".to_vec();
            }
        })],
    ),
    defect(
        (Protocol, "204-with-length-zero", "RAK-CON-03"),
        "a 204 has Content-Length: 0",
        &[Hook::Answer(|_, answer| framed(answer, Framing::Length))],
    ),
    defect(
        (Protocol, "204-chunked", "RAK-CON-04"),
        "a 204 has Transfer-Encoding: chunked and an empty last chunk",
        &[Hook::Answer(|_, answer| framed(answer, Framing::Chunked))],
    ),
    defect(
        (Protocol, "204-says-chunked", "RAK-CON-04"),
        "a 204 has Transfer-Encoding: chunked and nothing after it",
        &[Hook::Sealed(|_, answer| {
            if answer.status == 204 {
                answer.add("Transfer-Encoding", "chunked");
            }
        })],
    ),
    defect(
        (Protocol, "stray-bytes-after-204", "RAK-CON-05"),
        "an empty chunk follows a 204",
        &[Hook::Answer(|_, answer| {
            if answer.status == 204 {
                answer.after = b"0\r\n\r\n".to_vec();
            }
        })],
    ),
    defect(
        (Protocol, "late-content-after-204", "RAK-CON-05"),
        "an empty object follows a 204 a moment later",
        &[Hook::Answer(|_, answer| {
            if answer.status == 204 {
                answer.after = b"{}".to_vec();
                answer.pace = Pace::LateTail;
            }
        })],
    ),
    defect(
        (Protocol, "no-date", "RAK-CON-06"),
        "no answer has a Date",
        &[Hook::Answer(|_, answer| answer.remove("Date"))],
    ),
    defect(
        (Protocol, "refusal-without-date", "RAK-CON-06"),
        "a 4xx has no Date",
        &[Hook::Answer(|_, answer| {
            if (400..500).contains(&answer.status) {
                answer.remove("Date");
            }
        })],
    ),
    defect(
        (Protocol, "date-as-iso-8601", "RAK-CON-06"),
        "the Date is written as ISO 8601 has it",
        &[Hook::Answer(|_, answer| {
            answer.set("Date", &jiff::Timestamp::now().to_string());
        })],
    ),
    defect(
        (Protocol, "204-gzip-coded", "RAK-CON-13"),
        "a 204 has an empty gzip-coded content where gzip is asked for",
        &[Hook::Answer(|call, answer| {
            if answer.status == 204 && call.request.mentions("accept-encoding", "gzip") {
                answer.add("Content-Encoding", "gzip");
                answer.body = EMPTY_GZIP.to_vec();
                answer.framing = Framing::Length;
            }
        })],
    ),
    defect(
        (Protocol, "json-type-without-content-400", "RAK-CON-14"),
        "a DELETE that says JSON and has no content is answered with 400",
        &[Hook::Instead(|call| {
            let json = call.revokes() && call.request.mentions("content-type", "json");
            let refused = json && call.request.body.is_empty();
            refused.then(|| Answer::message(400, "Body cannot be empty."))
        })],
    ),
    defect(
        (Protocol, "length-zero-400", "RAK-CON-14"),
        "a DELETE with Content-Length: 0 is answered with 400",
        &[Hook::Instead(|call| {
            let zero = call.request.value("content-length").as_deref() == Some("0");
            (call.revokes() && zero).then(|| Answer::message(400, "Body cannot be empty."))
        })],
    ),
    defect(
        (Protocol, "malformed-content-500", "RAK-INP-20"),
        "a DELETE with malformed JSON is answered with 500",
        &[Hook::Instead(|call| {
            malformed_json(call).then(|| Answer::message(500, "Unexpected token"))
        })],
    ),
    defect(
        (Protocol, "malformed-content-400-after-effect", "RAK-INP-20"),
        "a DELETE with malformed JSON has its effect and is answered with 400",
        &[Hook::Answer(|call, answer| {
            if malformed_json(call) {
                succeed(call, answer, Answer::message(400, "Unexpected token"));
            }
        })],
    ),
    defect(
        (Protocol, "no-challenge", "RAK-AUT-23"),
        "a 401 has no WWW-Authenticate",
        &[Hook::Answer(|_, answer| answer.remove("WWW-Authenticate"))],
    ),
    defect(
        (Protocol, "no-challenge-for-wrong-key", "RAK-AUT-23"),
        "the 401 to an unknown key has no WWW-Authenticate",
        &[Hook::Answer(|call, answer| {
            if call.refused(Refusal::Unknown) {
                answer.remove("WWW-Authenticate");
            }
        })],
    ),
    defect(
        (Protocol, "challenge-without-scheme", "RAK-AUT-24"),
        "the challenge has parameters and no scheme",
        &[Hook::Answer(|_, answer| challenge(answer, "realm=\"api\""))],
    ),
    defect(
        (Protocol, "challenge-is-quoted", "RAK-AUT-24"),
        "the challenge is one quoted string",
        &[Hook::Answer(|_, answer| {
            challenge(answer, "\"ApiKey realm=api\"")
        })],
    ),
    defect(
        (Protocol, "challenge-is-empty", "RAK-AUT-24"),
        "the challenge is empty",
        &[Hook::Answer(|_, answer| challenge(answer, ""))],
    ),
    defect(
        (Protocol, "accepts-missing-host", "RAK-TRN-04"),
        "a request of HTTP/1.1 without Host is served",
        &[
            Hook::Reading(Leniency::NoHost),
            Hook::Request(|_, request| {
                if request.host.is_empty() {
                    request.host.push_str("localhost");
                }
            }),
        ],
    ),
    defect(
        (Protocol, "accepts-two-hosts", "RAK-TRN-05"),
        "a request with two Hosts is served",
        &[Hook::Reading(Leniency::ManyHosts)],
    ),
    defect(
        (Protocol, "accepts-length-and-chunks", "RAK-TRN-06"),
        "Content-Length beside Transfer-Encoding is ignored",
        &[Hook::Reading(Leniency::LengthAndChunked)],
    ),
    defect(
        (Protocol, "refusal-may-be-cached", "RAK-LEA-04"),
        "a refusal is public for a minute",
        &[Hook::Answer(|_, answer| {
            if (400..500).contains(&answer.status) {
                answer.set("Cache-Control", "public, max-age=60");
            }
        })],
    ),
    defect(
        (Protocol, "refusal-without-cache-control", "RAK-LEA-04"),
        "a refusal has no Cache-Control, also to GET and HEAD, where a cache may then keep it",
        &[Hook::Answer(|_, answer| {
            if (400..500).contains(&answer.status) {
                answer.remove("Cache-Control");
            }
        })],
    ),
    defect(
        (Protocol, "delete-comes-from-a-cache", "RAK-LEA-05"),
        "the answer to a DELETE has an Age",
        &[Hook::Answer(|call, answer| {
            if call.request.method == "DELETE" {
                answer.add("Age", "30");
            }
        })],
    ),
    defect(
        (Protocol, "cache-ignores-the-key", "RAK-LEA-09"),
        "the answer to GET /me is cached and given to whoever comes without a key",
        &[
            Hook::Instead(|call| {
                let keyless = call.authenticate() == Err(Refusal::Missing);
                let asked = reads_context(call) && keyless;
                let cached = asked.then(|| call.state.noted("context")).flatten()?;
                let mut answer = Answer::bare(200);
                answer.set_content("application/json", cached);
                Some(answer)
            }),
            Hook::Answer(|call, answer| {
                if reads_context(call) && answer.status == 200 {
                    call.state
                        .note("context", &String::from_utf8_lossy(&answer.body));
                }
            }),
        ],
    ),
    defect(
        (Protocol, "trace-context-500", "RAK-CON-11"),
        "a request with traceparent is answered with 500",
        &[Hook::Instead(|call| {
            let traced = call.request.has("traceparent");
            traced.then(|| Answer::message(500, "Server Error"))
        })],
    ),
];

fn framed(answer: &mut Answer, framing: Framing) {
    if answer.status == 204 {
        answer.framing = framing;
    }
}

fn challenge(answer: &mut Answer, value: &str) {
    if answer.status == 401 {
        answer.set("WWW-Authenticate", value);
    }
}

fn malformed_json(call: &Call<'_>) -> bool {
    let json = call.revokes() && call.request.mentions("content-type", "json");
    json && !call.request.body.is_empty() && call.request.json().is_none()
}

fn reads_context(call: &Call<'_>) -> bool {
    call.request.method == "GET" && call.resource == Some(Resource::Me)
}

/// Whether this request has just revoked a key.
pub(super) fn has_revoked(call: &Call<'_>) -> bool {
    call.outcome == Some(Outcome::Revoked)
}
