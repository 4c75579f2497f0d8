//! Defects of the answers: statuses, media types, content, and what they give away.

use base64::Engine;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use super::Class::Response;
use super::{Defect, defect};
use crate::tenant::answer::Answer;
use crate::tenant::call::{Call, Outcome, Refusal};
use crate::tenant::hooks::Hook;

/// The content of the refusal that the contract declares.
const REFUSAL: &str = r#"{"message":"Unauthenticated."}"#;

pub(super) static TABLE: &[Defect] = &[
    defect(
        (Response, "success-200", "RAK-CON-01"),
        "a revocation is answered with 200 and no content",
        &[Hook::Answer(|call, answer| {
            succeed(call, answer, Answer::bare(200))
        })],
    ),
    defect(
        (Response, "success-200-with-key", "RAK-CON-01"),
        "a revocation is answered with 200 and the key",
        &[Hook::Answer(|call, answer| {
            let content = json!({ "data": { "id": call.id, "status": "revoked" } });
            succeed(call, answer, Answer::json(200, &content));
        })],
    ),
    defect(
        (Response, "success-202", "RAK-CON-01"),
        "a revocation is answered with 202",
        &[Hook::Answer(|call, answer| {
            succeed(call, answer, Answer::bare(202))
        })],
    ),
    defect(
        (Response, "success-404", "RAK-CON-01"),
        "a revocation has its effect and is answered with 404",
        &[Hook::Answer(|call, answer| {
            succeed(call, answer, Answer::message(404, "Not found."))
        })],
    ),
    defect(
        (Response, "success-500", "RAK-CON-01"),
        "a revocation has its effect and is answered with 500",
        &[Hook::Answer(|call, answer| {
            succeed(call, answer, Answer::message(500, "Error."))
        })],
    ),
    defect(
        (Response, "success-redirects", "RAK-TRN-07"),
        "a revocation has its effect and is answered with 303",
        &[Hook::Answer(|call, answer| {
            let list = Answer::bare(303).with("Location", "/api/v1/api-keys");
            succeed(call, answer, list);
        })],
    ),
    defect(
        (Response, "redirects-to-trailing-slash", "RAK-TRN-07"),
        "a DELETE of a key is redirected to the same path with a slash after it",
        &[Hook::Instead(|call| {
            let location = format!("{}/", call.request.path);
            call.revokes()
                .then(|| Answer::bare(308).with("Location", &location))
        })],
    ),
    defect(
        (Response, "revocation-needs-accept", "RAK-CON-07"),
        "a revocation without Accept is answered with 406",
        &[Hook::Instead(|call| {
            let refused = call.revokes() && !call.request.has("accept");
            refused.then(|| Answer::message(406, "Not acceptable."))
        })],
    ),
    defect(
        (Response, "revocation-refuses-any-accept", "RAK-CON-07"),
        "a revocation with Accept: */* is answered with 406",
        &[Hook::Instead(|call| {
            let any = call.request.value("accept").as_deref() == Some("*/*");
            (call.revokes() && any).then(|| Answer::message(406, "Not acceptable."))
        })],
    ),
    defect(
        (Response, "xml-accept-500-with-key", "RAK-NEG-04"),
        "a revocation with Accept: application/xml is answered with 500",
        &[Hook::Instead(|call| {
            let xml = call.revokes() && call.request.mentions("accept", "application/xml");
            (xml && call.authenticate().is_ok()).then(|| Answer::message(500, "Error."))
        })],
    ),
    defect(
        (Response, "xml-accept-406-after-effect", "RAK-NEG-04"),
        "a revocation with Accept: application/xml has its effect and is answered with 406",
        &[Hook::Answer(|call, answer| {
            if call.request.mentions("accept", "application/xml") {
                succeed(call, answer, Answer::message(406, "Not acceptable."));
            }
        })],
    ),
    defect(
        (Response, "refusal-as-html", "RAK-AUT-20"),
        "the refusal is a page",
        &[Hook::Answer(|_, answer| {
            content(answer, "text/html", "<h1>Unauthenticated</h1>")
        })],
    ),
    defect(
        (Response, "refusal-as-text", "RAK-AUT-20"),
        "the refusal is JSON and says it is text/plain",
        &[Hook::Answer(|_, answer| {
            content(answer, "text/plain", REFUSAL)
        })],
    ),
    defect(
        (Response, "refusal-as-problem", "RAK-AUT-20"),
        "the refusal is application/problem+json",
        &[Hook::Answer(|_, answer| {
            content(answer, "application/problem+json", REFUSAL)
        })],
    ),
    defect(
        (Response, "refusal-without-content-type", "RAK-AUT-20"),
        "the refusal has no Content-Type",
        &[Hook::Answer(|_, answer| {
            if answer.status == 401 {
                answer.remove("Content-Type");
            }
        })],
    ),
    defect(
        (Response, "refusal-of-wrong-key-as-html", "RAK-AUT-20"),
        "the refusal of an unknown key is a page",
        &[Hook::Answer(|call, answer| {
            if call.refused(Refusal::Unknown) {
                content(answer, "text/html", "<h1>Unauthenticated</h1>");
            }
        })],
    ),
    defect(
        (Response, "refusal-is-no-json", "RAK-AUT-21"),
        "the refusal is bare text and says it is JSON",
        &[Hook::Answer(|_, answer| {
            refusal_is(answer, "Unauthenticated.")
        })],
    ),
    defect(
        (Response, "refusal-is-empty", "RAK-AUT-21"),
        "the refusal has no content",
        &[Hook::Answer(|_, answer| refusal_is(answer, ""))],
    ),
    defect(
        (Response, "refusal-is-array", "RAK-AUT-21"),
        "the refusal is an array",
        &[Hook::Answer(|_, answer| {
            refusal_is(answer, r#"["Unauthenticated."]"#)
        })],
    ),
    defect(
        (Response, "refusal-is-string", "RAK-AUT-21"),
        "the refusal is a string",
        &[Hook::Answer(|_, answer| {
            refusal_is(answer, r#""Unauthenticated.""#)
        })],
    ),
    defect(
        (Response, "refusal-is-null", "RAK-AUT-21"),
        "the refusal is null",
        &[Hook::Answer(|_, answer| refusal_is(answer, "null"))],
    ),
    defect(
        (Response, "refusal-is-cut-off", "RAK-AUT-21"),
        "the refusal ends in the middle of its JSON",
        &[Hook::Answer(|_, answer| {
            refusal_is(answer, r#"{"message":"Unauthen"#)
        })],
    ),
    defect(
        (Response, "refusal-is-followed-by-text", "RAK-AUT-21"),
        "the refusal is JSON with a warning after it",
        &[Hook::Answer(|_, answer| {
            refusal_is(answer, &format!("{REFUSAL}\nWarning: headers already sent"));
        })],
    ),
    defect(
        (Response, "message-is-number", "RAK-AUT-21"),
        "the refusal's message is a number",
        &[Hook::Answer(|_, answer| {
            refusal_is(answer, r#"{"message":401}"#)
        })],
    ),
    defect(
        (Response, "message-is-null", "RAK-AUT-21"),
        "the refusal's message is null",
        &[Hook::Answer(|_, answer| {
            refusal_is(answer, r#"{"message":null}"#)
        })],
    ),
    defect(
        (Response, "message-is-object", "RAK-AUT-21"),
        "the refusal's message is an object",
        &[Hook::Answer(|_, answer| {
            refusal_is(answer, r#"{"message":{"text":"No."}}"#)
        })],
    ),
    defect(
        (Response, "message-is-empty", "RAK-AUT-22"),
        "the refusal's message is empty",
        &[Hook::Answer(|_, answer| {
            refusal_is(answer, r#"{"message":""}"#)
        })],
    ),
    defect(
        (Response, "message-is-called-error", "RAK-AUT-22"),
        "the refusal has its text under another name",
        &[Hook::Answer(|_, answer| {
            refusal_is(answer, r#"{"error":"Unauthenticated."}"#)
        })],
    ),
    defect(
        (Response, "echoes-key-in-message", "RAK-LEA-01"),
        "the refusal repeats the key",
        &[Hook::Answer(|call, answer| {
            if let Some(key) = presented(call, answer) {
                answer.set_message(&format!("The key {key} is not valid."));
            }
        })],
    ),
    defect(
        (Response, "echoes-key-in-field", "RAK-LEA-01"),
        "the refusal repeats the key in a header field",
        &[Hook::Answer(|call, answer| {
            if let Some(key) = presented(call, answer) {
                answer.add(
                    "X-Rejected-Key",
                    &key.replace(|c: char| c.is_control(), "?"),
                );
            }
        })],
    ),
    defect(
        (Response, "echoes-key-in-base64", "RAK-LEA-01"),
        "the refusal repeats the key in base64",
        &[Hook::Answer(|call, answer| {
            if let Some(key) = presented(call, answer) {
                let encoded = base64::engine::general_purpose::STANDARD.encode(key);
                answer.set_json(&json!({ "message": "Unauthenticated.", "trace": encoded }));
            }
        })],
    ),
    defect(
        (Response, "echoes-key-in-hex", "RAK-LEA-01"),
        "the refusal repeats the key in hexadecimal",
        &[Hook::Answer(|call, answer| {
            if let Some(key) = presented(call, answer) {
                let hex: String = key.bytes().map(|byte| format!("{byte:02x}")).collect();
                answer.set_json(&json!({ "message": "Unauthenticated.", "trace": hex }));
            }
        })],
    ),
    defect(
        (Response, "echoes-key-url-encoded", "RAK-LEA-01"),
        "the refusal repeats the key with percent-encoding",
        &[Hook::Answer(|call, answer| {
            if let Some(key) = presented(call, answer) {
                let encoded = utf8_percent_encode(&key, NON_ALPHANUMERIC);
                answer.set_json(
                    &json!({ "message": "Unauthenticated.", "key": encoded.to_string() }),
                );
            }
        })],
    ),
    defect(
        (Response, "echoes-key-escaped", "RAK-LEA-01"),
        "the refusal repeats the key, every other character of it as a JSON escape",
        &[Hook::Answer(|call, answer| {
            if let Some(key) = presented(call, answer) {
                let escape = |(place, unit): (usize, u16)| match u8::try_from(unit) {
                    Ok(byte) if place % 2 == 0 && byte.is_ascii_alphanumeric() => {
                        char::from(byte).to_string()
                    }
                    _ => format!("\\u{unit:04x}"),
                };
                let escaped: String = key.encode_utf16().enumerate().map(escape).collect();
                let content = format!(r#"{{"message":"Not valid: {escaped}"}}"#);
                answer.set_content("application/json", content);
            }
        })],
    ),
    defect(
        (Response, "success-names-secret", "RAK-LEA-01"),
        "the answer to a revocation has the revoked key's secret in a header field",
        &[Hook::Answer(|call, answer| {
            let id = call.id.filter(|_| call.outcome == Some(Outcome::Revoked));
            let key = id.and_then(|id| call.keys.find(call.acting_realm(), id));
            if let Some(key) = key {
                answer.add("X-Revoked-Key", &key.secret);
            }
        })],
    ),
    defect(
        (Response, "echoes-path-value", "RAK-LEA-10"),
        "the answer to a malformed id repeats it, also if it is a key's secret",
        &[Hook::Answer(|call, answer| {
            if call.outcome == Some(Outcome::Malformed) {
                let value = call.path_value().unwrap_or_default();
                answer.set_message(&format!("The api key {value} must be an integer."));
            }
        })],
    ),
    defect(
        (Response, "stack-trace-for-malformed-id", "RAK-LEA-02"),
        "the answer to a malformed id has a stack trace",
        &[Hook::Answer(|call, answer| {
            if call.outcome == Some(Outcome::Malformed) {
                answer.set_json(&json!({
                    "message": "The given data was invalid.",
                    "exception": "TypeError",
                    "trace": [
                        "#0 /var/www/app/Http/Controllers/ApiKeyController.php(41): destroy()",
                        "#1 /var/www/vendor/framework/Routing/Controller.php(54): callAction()",
                    ],
                }));
            }
        })],
    ),
    defect(
        (Response, "stack-trace-in-refusal", "RAK-LEA-02"),
        "the refusal has a stack trace",
        &[Hook::Answer(|_, answer| {
            refusal_is(
                answer,
                &json!({
                    "message": "Unauthenticated.",
                    "stack": "Error: no key\n    at authenticate (/srv/app/src/auth.js:17:11)\n    \
                              at next (/srv/app/node_modules/router/index.js:280:10)",
                })
                .to_string(),
            );
        })],
    ),
    defect(
        (Response, "sql-for-unknown-id", "RAK-LEA-02"),
        "the answer to an unknown id has the query that found nothing",
        &[Hook::Answer(|call, answer| {
            if matches!(call.outcome, Some(Outcome::Unknown | Outcome::Dead)) {
                answer.set_message(
                    "SQLSTATE[02000]: no data: select * from `api_keys` where `id` = ? limit 1",
                );
            }
        })],
    ),
    defect(
        (Response, "source-path-in-405", "RAK-LEA-02"),
        "the answer to a wrong method names a source file",
        &[Hook::Answer(|_, answer| {
            if answer.status == 405 {
                answer.set_message("No such method in /var/www/html/app/routes/api.php on line 12");
            }
        })],
    ),
    defect(
        (Response, "class-name-for-unknown-id", "RAK-LEA-02"),
        "the answer to an unknown id names a class",
        &[Hook::Answer(|call, answer| {
            if matches!(call.outcome, Some(Outcome::Unknown | Outcome::Dead)) {
                answer.set_message("No query results for model [App\\Models\\ApiKey].");
            }
        })],
    ),
];

/// Answers a revocation that had its effect otherwise.
pub(super) fn succeed(call: &Call<'_>, answer: &mut Answer, other: Answer) {
    if call.outcome == Some(Outcome::Revoked) && answer.status == 204 {
        answer.become_like(other);
    }
}

/// Replaces the content of a refusal and its media type.
fn content(answer: &mut Answer, media_type: &str, body: &str) {
    if answer.status == 401 {
        answer.set_content(media_type, body);
    }
}

/// Replaces the content of a refusal.
fn refusal_is(answer: &mut Answer, body: &str) {
    content(answer, "application/json", body);
}

/// The key that was refused.
pub(super) fn presented(call: &Call<'_>, answer: &Answer) -> Option<String> {
    call.presented()
        .filter(|key| answer.status == 401 && !key.is_empty())
}
