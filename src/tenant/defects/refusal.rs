//! Defects of authentication: who is refused, but not as the contract has it.

use super::Class::Auth;
use super::{Defect, defect};
use crate::tenant::answer::Answer;
use crate::tenant::call::{Call, KEY_FIELD, Refusal};
use crate::tenant::hooks::Hook;

/// Longest key that does not crash the tenant that crashes on long ones, in bytes.
const LONG_KEY_BYTES: usize = 4096;

pub(super) static TABLE: &[Defect] = &[
    defect(
        (Auth, "missing-key-400", "RAK-AUT-01"),
        "a missing key is answered with 400",
        &[Hook::Answer(|call, answer| {
            refuse(call, answer, Refusal::Missing, 400)
        })],
    ),
    defect(
        (Auth, "missing-key-403", "RAK-AUT-01"),
        "a missing key is answered with 403",
        &[Hook::Answer(|call, answer| {
            refuse(call, answer, Refusal::Missing, 403)
        })],
    ),
    defect(
        (Auth, "missing-key-404", "RAK-AUT-01"),
        "a missing key is answered with 404",
        &[Hook::Answer(|call, answer| {
            refuse(call, answer, Refusal::Missing, 404)
        })],
    ),
    defect(
        (Auth, "missing-key-500", "RAK-AUT-01"),
        "a missing key is answered with 500",
        &[Hook::Answer(|call, answer| {
            refuse(call, answer, Refusal::Missing, 500)
        })],
    ),
    defect(
        (Auth, "missing-key-200", "RAK-AUT-01"),
        "a missing key is answered with 200 and the text of the refusal",
        &[Hook::Answer(|call, answer| {
            refuse(call, answer, Refusal::Missing, 200)
        })],
    ),
    defect(
        (Auth, "empty-key-400", "RAK-AUT-02"),
        "an empty key is answered with 400",
        &[Hook::Answer(|call, answer| {
            refuse(call, answer, Refusal::Empty, 400)
        })],
    ),
    defect(
        (Auth, "empty-key-500", "RAK-AUT-02"),
        "an empty key is answered with 500",
        &[Hook::Answer(|call, answer| {
            refuse(call, answer, Refusal::Empty, 500)
        })],
    ),
    defect(
        (Auth, "null-key-500", "RAK-AUT-03"),
        "the key null is answered with 500",
        &[Hook::Answer(|call, answer| {
            if call.presented().as_deref() == Some("null") {
                refuse(call, answer, Refusal::Unknown, 500);
            }
        })],
    ),
    defect(
        (Auth, "wrong-key-403", "RAK-AUT-04"),
        "an unknown key is answered with 403",
        &[Hook::Answer(|call, answer| {
            refuse(call, answer, Refusal::Unknown, 403)
        })],
    ),
    defect(
        (Auth, "wrong-key-404", "RAK-AUT-04"),
        "an unknown key is answered with 404",
        &[Hook::Answer(|call, answer| {
            refuse(call, answer, Refusal::Unknown, 404)
        })],
    ),
    defect(
        (Auth, "wrong-key-500", "RAK-AUT-04"),
        "an unknown key is answered with 500",
        &[Hook::Answer(|call, answer| {
            refuse(call, answer, Refusal::Unknown, 500)
        })],
    ),
    defect(
        (Auth, "short-key-400", "RAK-AUT-05"),
        "a key that begins rightly and is too short is answered with 400",
        &[Hook::Answer(|call, answer| {
            let key = call.presented().unwrap_or_default();
            if call
                .keys
                .iter()
                .any(|known| known.secret.starts_with(&key) && key.len() > 7)
            {
                refuse(call, answer, Refusal::Unknown, 400);
            }
        })],
    ),
    defect(
        (Auth, "lengthened-key-500", "RAK-AUT-06"),
        "a key with more after it is answered with 500",
        &[Hook::Answer(|call, answer| {
            let key = call.presented().unwrap_or_default();
            if call.keys.iter().any(|known| key.starts_with(&known.secret)) {
                refuse(call, answer, Refusal::Unknown, 500);
            }
        })],
    ),
    defect(
        (Auth, "expired-key-403", "RAK-AUT-08"),
        "an expired key is answered with 403",
        &[Hook::Answer(|call, answer| {
            refuse(call, answer, Refusal::Expired, 403)
        })],
    ),
    defect(
        (Auth, "expired-key-419", "RAK-AUT-08"),
        "an expired key is answered with 419",
        &[Hook::Answer(|call, answer| {
            refuse(call, answer, Refusal::Expired, 419)
        })],
    ),
    defect(
        (Auth, "revoked-key-403", "RAK-AUT-09"),
        "a revoked key is answered with 403",
        &[Hook::Answer(|call, answer| {
            refuse(call, answer, Refusal::Revoked, 403)
        })],
    ),
    defect(
        (Auth, "revoked-key-410", "RAK-AUT-09"),
        "a revoked key is answered with 410",
        &[Hook::Answer(|call, answer| {
            refuse(call, answer, Refusal::Revoked, 410)
        })],
    ),
    defect(
        (Auth, "limited-key-403", "RAK-AUT-10"),
        "a key without the scope is answered with 403",
        &[Hook::Answer(|call, answer| {
            refuse(call, answer, Refusal::Insufficient, 403)
        })],
    ),
    defect(
        (Auth, "limited-key-404", "RAK-AUT-10"),
        "a key without the scope is answered with 404",
        &[Hook::Answer(|call, answer| {
            refuse(call, answer, Refusal::Insufficient, 404)
        })],
    ),
    defect(
        (Auth, "other-tenants-key-403", "RAK-AUT-11"),
        "a key of the other tenant is answered with 403",
        &[Hook::Answer(|call, answer| {
            refuse(call, answer, Refusal::Foreign, 403)
        })],
    ),
    defect(
        (Auth, "other-tenants-key-404", "RAK-AUT-11"),
        "a key of the other tenant is answered with 404",
        &[Hook::Answer(|call, answer| {
            refuse(call, answer, Refusal::Foreign, 404)
        })],
    ),
    defect(
        (Auth, "key-in-query-400", "RAK-AUT-12"),
        "a key in the query is answered with 400",
        &[Hook::Answer(|call, answer| {
            let query = call.request.query.to_ascii_lowercase();
            if query.contains("key=") {
                refuse(call, answer, Refusal::Missing, 400);
            }
        })],
    ),
    defect(
        (Auth, "basic-credentials-403", "RAK-AUT-14"),
        "basic credentials are answered with 403",
        &[Hook::Answer(|call, answer| {
            if call.request.mentions("authorization", "basic") {
                refuse(call, answer, Refusal::Missing, 403);
            }
        })],
    ),
    defect(
        (Auth, "two-keys-500", "RAK-AUT-16"),
        "two X-Api-Key lines are answered with 500",
        &[Hook::Answer(|call, answer| {
            refuse(call, answer, Refusal::Several, 500)
        })],
    ),
    defect(
        (Auth, "long-key-500", "RAK-AUT-18"),
        "a very long key is answered with 500",
        &[Hook::Instead(|call| {
            let long = call
                .presented()
                .is_some_and(|key| key.len() > LONG_KEY_BYTES);
            long.then(|| Answer::message(500, "Server Error"))
        })],
    ),
    defect(
        (Auth, "key-beyond-ascii-500", "RAK-AUT-19"),
        "a key with bytes beyond ASCII is answered with 500",
        &[Hook::Instead(|call| {
            let odd = call.request.values(KEY_FIELD).any(|key| !key.is_ascii());
            odd.then(|| Answer::message(500, "Server Error"))
        })],
    ),
    defect(
        (Auth, "quote-in-key-500", "RAK-AUT-19"),
        "a key with a quote in it is answered with 500",
        &[Hook::Instead(|call| {
            let quoted = call.presented().is_some_and(|key| key.contains('\''));
            quoted.then(|| Answer::message(500, "Server Error"))
        })],
    ),
    defect(
        (Auth, "revokes-behind-401-without-key", "RAK-AUT-27"),
        "a request without a key is refused, after its effect",
        &[Hook::Answer(|call, answer| {
            act(call, answer, Refusal::Missing)
        })],
    ),
    defect(
        (Auth, "revokes-behind-401-with-wrong-key", "RAK-AUT-27"),
        "a request with an unknown key is refused, after its effect",
        &[Hook::Answer(|call, answer| {
            act(call, answer, Refusal::Unknown)
        })],
    ),
    defect(
        (Auth, "revokes-behind-401-with-expired-key", "RAK-AUT-27"),
        "a request with an expired key is refused, after its effect",
        &[Hook::Answer(|call, answer| {
            act(call, answer, Refusal::Expired)
        })],
    ),
    defect(
        (
            Auth,
            "revokes-behind-401-with-other-tenants-key",
            "RAK-AUT-27",
        ),
        "a request with the other tenant's key is refused, after its effect",
        &[Hook::Answer(|call, answer| {
            act(call, answer, Refusal::Foreign)
        })],
    ),
    defect(
        (Auth, "revokes-behind-401-with-limited-key", "RAK-AUZ-01"),
        "a request with a key without the scope is refused, after its effect",
        &[Hook::Answer(|call, answer| {
            act(call, answer, Refusal::Insufficient)
        })],
    ),
    defect(
        (Auth, "refusal-tells-known-ids", "RAK-AUT-28"),
        "without a key, an unknown id is answered with 404",
        &[Hook::Answer(|call, answer| {
            let id = addressed(call);
            let live = |id| {
                call.keys
                    .find(call.realm, id)
                    .is_some_and(|k| k.revoked_at.is_none())
            };
            if call.revokes() && id.is_some_and(|id| !live(id)) {
                refuse(call, answer, Refusal::Missing, 404);
            }
        })],
    ),
    defect(
        (Auth, "refusal-tells-usual-ids", "RAK-AUT-28"),
        "without a key, an unknown id is answered with 404, but for huge ones",
        &[Hook::Answer(|call, answer| {
            let usual = |id: &i64| *id < 1 << 53;
            let id = addressed(call).filter(usual);
            if call.revokes() && id.is_some_and(|id| call.keys.find(call.realm, id).is_none()) {
                refuse(call, answer, Refusal::Missing, 404);
            }
        })],
    ),
    defect(
        (Auth, "refusal-tells-unused-ids", "RAK-AUT-28"),
        "without a key, an id that no key ever had is answered with 404",
        &[Hook::Answer(|call, answer| {
            let id = addressed(call);
            if call.revokes() && id.is_some_and(|id| call.keys.find(call.realm, id).is_none()) {
                refuse(call, answer, Refusal::Missing, 404);
            }
        })],
    ),
    defect(
        (Auth, "refusal-tells-known-ids-by-its-text", "RAK-AUT-28"),
        "without a key, the id of a key, live or dead, is answered with another message",
        &[Hook::Answer(|call, answer| {
            let known = |id| call.keys.find(call.realm, id).is_some();
            let known = addressed(call).is_some_and(known);
            if known && call.revokes() && call.refused(Refusal::Missing) && answer.status == 401 {
                let text = "Unauthenticated: this key is not yours.";
                answer.become_like(Answer::message(401, text));
            }
        })],
    ),
    defect(
        (Auth, "browser-gets-login-page", "RAK-NEG-01"),
        "without a key, Accept: text/html is redirected to a login page",
        &[Hook::Answer(|call, answer| {
            if call.request.mentions("accept", "text/html") {
                redirect_to_login(call, answer);
            }
        })],
    ),
    defect(
        (Auth, "no-accept-gets-login-page", "RAK-NEG-02"),
        "without a key, whoever does not ask for JSON is redirected to a login page",
        &[Hook::Answer(|call, answer| {
            if !call.request.mentions("accept", "json") {
                redirect_to_login(call, answer);
            }
        })],
    ),
    defect(
        (Auth, "no-accept-500", "RAK-NEG-02"),
        "without a key, whoever does not ask for JSON gets 500",
        &[Hook::Answer(|call, answer| {
            if !call.request.mentions("accept", "json") && call.refused(Refusal::Missing) {
                answer.become_like(Answer::message(500, "Route [login] not defined."));
            }
        })],
    ),
    defect(
        (Auth, "xml-accept-500", "RAK-NEG-03"),
        "without a key, Accept: application/xml is answered with 500",
        &[Hook::Answer(|call, answer| {
            if call.request.mentions("accept", "application/xml") {
                refuse(call, answer, Refusal::Missing, 500);
            }
        })],
    ),
    defect(
        (Auth, "refuses-lower-case-field-name", "RAK-CON-08"),
        "the key is found under X-Api-Key in this letter case alone",
        &[Hook::Refuse(|call| !spelled(call, "X-Api-Key"))],
    ),
    defect(
        (Auth, "refuses-blanks-around-key", "RAK-CON-09"),
        "blanks around the key are taken for a part of it",
        &[Hook::Refuse(|call| {
            let raw = call.request.raw_value(KEY_FIELD).unwrap_or_default();
            let value = raw.strip_prefix(b" ").unwrap_or(raw);
            value.trim_ascii().len() != value.len()
        })],
    ),
];

fn spelled(call: &Call<'_>, name: &str) -> bool {
    call.request.fields.iter().any(|field| field.name == name)
}

/// Answers what was refused for this reason with another status.
fn refuse(call: &Call<'_>, answer: &mut Answer, refusal: Refusal, status: u16) {
    if call.refused(refusal) && answer.status == 401 {
        answer.become_like(Answer::message(status, "Unauthenticated."));
    }
}

/// The id that the path names, whoever asks.
fn addressed(call: &Call<'_>) -> Option<i64> {
    call.path_value().and_then(|text| text.parse().ok())
}

fn redirect_to_login(call: &Call<'_>, answer: &mut Answer) {
    if call.refused(Refusal::Missing) && answer.status == 401 {
        let mut page = Answer::bare(302).with("Location", "/login");
        page.set_content("text/html", "<a href=\"/login\">Log in</a>");
        answer.become_like(page);
    }
}

/// Revokes the addressed key although the request was refused for this reason.
fn act(call: &mut Call<'_>, answer: &Answer, refusal: Refusal) {
    if call.refused(refusal) && call.revokes() && answer.status == 401 {
        call.revoke_addressed();
    }
}
