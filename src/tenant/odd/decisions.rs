//! Odd decisions: where the contract is silent, another answer than the reference gives.

use serde_json::Value;

use super::{Odd, odd};
use crate::tenant::answer::{Answer, Framing, Pace};
use crate::tenant::call::{Call, KEY_FIELD, Outcome, Refusal};
use crate::tenant::hooks::Hook;
use crate::tenant::keys::{Blueprint, Key, KeyStatus, Numbering};
use crate::tenant::operations::strict_id;
use crate::tenant::respond::{not_found, unauthenticated};
use crate::tenant::routes::Resource;

/// After how many requests one is limited, refused for load, or reset.
const NOW_AND_THEN: u64 = 40;

pub(super) static TABLE: &[Odd] = &[
    odd(
        "malformed-id-404",
        "a path value that is no integer is answered with 404",
        &[Hook::Answer(|call, answer| {
            at(call, answer, &[Outcome::Malformed], 404)
        })],
    ),
    odd(
        "malformed-id-400",
        "a path value that is no integer is answered with 400",
        &[Hook::Answer(|call, answer| {
            at(call, answer, &[Outcome::Malformed], 400)
        })],
    ),
    odd(
        "malformed-id-has-no-route",
        "a path value that is no integer is answered with 404 before any key is looked at",
        &[Hook::Instead(|call| {
            let malformed = call
                .path_value()
                .is_some_and(|text| strict_id(text).is_none());
            (call.request.method == "DELETE" && malformed).then(not_found)
        })],
    ),
    odd(
        "ids-in-other-notations",
        "a path value is read as a number is written in programs: in base 16, 8 or 2, with an \
         exponent, with underscores, with blanks around it",
        &[Hook::Id(|_, text| literal(text.trim()))],
    ),
    odd(
        "unknown-id-204",
        "an id that does not live is answered with 204",
        &[Hook::Answer(|call, answer| {
            if matches!(call.outcome, Some(Outcome::Unknown | Outcome::Dead)) {
                answer.become_like(Answer::bare(204));
            }
        })],
    ),
    odd(
        "unknown-id-400",
        "an id that does not live is answered with 400",
        &[Hook::Answer(|call, answer| {
            at(call, answer, &NOT_LIVING, 400)
        })],
    ),
    odd(
        "unknown-id-401",
        "an id that does not live is answered with 401",
        &[Hook::Answer(|call, answer| {
            if matches!(call.outcome, Some(Outcome::Unknown | Outcome::Dead)) {
                answer.become_like(unauthenticated());
            }
        })],
    ),
    odd(
        "unknown-id-403",
        "an id that does not live is answered with 403",
        &[Hook::Answer(|call, answer| {
            at(call, answer, &NOT_LIVING, 403)
        })],
    ),
    odd(
        "unknown-id-410",
        "an id that does not live is answered with 410",
        &[Hook::Answer(|call, answer| {
            at(call, answer, &NOT_LIVING, 410)
        })],
    ),
    odd(
        "unknown-id-422",
        "an id that does not live is answered with 422",
        &[Hook::Answer(|call, answer| {
            at(call, answer, &NOT_LIVING, 422)
        })],
    ),
    odd(
        "repetition-204",
        "a repeated revocation is answered with 204",
        &[Hook::Answer(|call, answer| {
            if call.outcome == Some(Outcome::Dead) {
                answer.become_like(Answer::bare(204));
            }
        })],
    ),
    odd(
        "repetition-410",
        "a repeated revocation is answered with 410",
        &[Hook::Answer(|call, answer| {
            at(call, answer, &[Outcome::Dead], 410)
        })],
    ),
    odd(
        "repetition-409",
        "a repeated revocation is answered with 409",
        &[Hook::Answer(|call, answer| {
            at(call, answer, &[Outcome::Dead], 409)
        })],
    ),
    odd(
        "key-before-route",
        "without a good key every path and method is answered with 401",
        &[Hook::Instead(|call| {
            let open = call.request.method == "OPTIONS";
            (!open && call.authenticate().is_err()).then(unauthenticated)
        })],
    ),
    odd(
        "reasons-are-told",
        "the refusal says what is wrong with the key",
        &[Hook::Answer(|call, answer| {
            let message = match call.refusal.filter(|_| answer.status == 401) {
                Some(Refusal::Missing | Refusal::Empty) => "No key.",
                Some(Refusal::Several) => "More than one key.",
                Some(Refusal::Unknown | Refusal::Foreign) => "The key is not known.",
                Some(Refusal::Revoked) => "The key was revoked.",
                Some(Refusal::Expired) => "The key has expired.",
                Some(Refusal::Insufficient) => "The key may not do this.",
                None => return,
            };
            answer.set_message(message);
        })],
    ),
    odd(
        "two-keys-400",
        "two X-Api-Key lines are answered with 400",
        &[Hook::Instead(|call| {
            let several = call.authenticate() == Err(Refusal::Several);
            several.then(|| Answer::message(400, "More than one key."))
        })],
    ),
    odd(
        "bearer-too",
        "the key may also come as a bearer token",
        &[Hook::Admit(|call| {
            let value = call.request.value("authorization")?;
            let missing = call.refused(Refusal::Missing);
            call.actor_with(value.strip_prefix("Bearer ").filter(|_| missing)?)
        })],
    ),
    odd(
        "own-key-409",
        "a key may not revoke itself",
        &[Hook::Revoke(|call, id| {
            let own = call.actor.and_then(|actor| actor.key) == Some(id);
            own.then(|| Answer::message(409, "A key may not revoke itself."))
        })],
    ),
    odd(
        "last-key-409",
        "the last key of a tenant may not be revoked",
        &[Hook::Revoke(|call, id| {
            let realm = call.acting_realm();
            let live = |key: &&Key| key.realm == realm && key.status() == KeyStatus::Active;
            let last = call.keys.iter().filter(live).all(|key| key.id == id);
            last.then(|| Answer::message(409, "The last key may not be revoked."))
        })],
    ),
    odd(
        "lenient-integers",
        "signs, leading zeros, blanks and a fraction of zero make the same integer",
        &[Hook::Id(|_, text| {
            let text = text.trim();
            let text = text
                .strip_prefix('+')
                .unwrap_or(text)
                .trim_start_matches('0');
            strict_id(text.strip_suffix(".0").unwrap_or(text))
        })],
    ),
    odd(
        "few-keys-at-a-time",
        "so many keys may live at a time; who asks for one more gets 422",
        &[Hook::Instead(|call| {
            let realm = call.acting_realm();
            let live = |key: &&Key| key.realm == realm && key.status() == KeyStatus::Active;
            let full = call.keys.iter().filter(live).count() >= KEYS_MAX;
            let refused = || Answer::message(422, "This plan has no room for another key.");
            (creates(call) && full).then(refused)
        })],
    ),
    odd(
        "lenient-integers-from-one",
        "leading zeros and a plus are no part of the integer, and ids begin with 1",
        &[
            Hook::Setup(|blueprint| blueprint.numbering = Numbering::Global(1)),
            Hook::Id(|_, text| {
                let text = text.strip_prefix('+').unwrap_or(text);
                strict_id(text.trim_start_matches('0'))
            }),
        ],
    ),
    odd(
        "underscores-in-integers",
        "an underscore between digits is no part of the integer",
        &[Hook::Id(|_, text| {
            let parts = text.split('_');
            let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            let all = parts.clone().all(digits);
            strict_id(&parts.collect::<String>()).filter(|_| all)
        })],
    ),
    odd(
        "encoded-slash-404",
        "a path with an encoded slash is answered with 404 before any key is looked at",
        &[Hook::Instead(|call| {
            let path = call.request.path.to_ascii_lowercase();
            path.contains("%2f").then(not_found)
        })],
    ),
    odd(
        "other-content-type-415",
        "a request with a Content-Type other than JSON is answered with 415 before its key is \
         looked at",
        &[Hook::Instead(|call| {
            let json = call.request.mentions("Content-Type", "application/json");
            let other = call.request.has("Content-Type") && !json;
            other.then(|| Answer::message(415, "Only JSON is read."))
        })],
    ),
    odd(
        "long-key-hangs-up",
        "a key of more than 4 KiB ends the connection without an answer",
        &[Hook::Instead(|call| {
            let mut reset = Answer::bare(431);
            reset.pace = Pace::Reset;
            let long = call.presented().is_some_and(|key| key.len() > 4 * 1024);
            long.then_some(reset)
        })],
    ),
    odd(
        "long-key-431-and-reset",
        "a key of more than 4 KiB is answered with a bare 431, and the connection is reset, as \
         where unread bytes of a request are left",
        &[Hook::Instead(|call| {
            let mut answer = Answer::bare(431);
            answer.framing = Framing::UntilClose;
            answer.pace = Pace::WholeThenReset;
            let long = call.presented().is_some_and(|key| key.len() > 4 * 1024);
            long.then_some(answer)
        })],
    ),
    odd(
        "fields-are-variables",
        "an underscore in a field's name is taken for a hyphen, as in CGI",
        &[Hook::Admit(|call| {
            let missing = call.refused(Refusal::Missing);
            call.actor_with(&call.request.value("X_Api_Key").filter(|_| missing)?)
        })],
    ),
    odd(
        "precondition-412",
        "a revocation with If-Match is answered with 412 and has no effect",
        &[Hook::Revoke(|call, _| {
            let conditional = call.request.has("if-match");
            conditional.then(|| Answer::message(412, "Nothing has this tag."))
        })],
    ),
    odd(
        "only-json-is-acceptable",
        "whoever accepts no JSON gets 406, with a key and without",
        &[Hook::Instead(|call| {
            let accepts = call
                .request
                .value("accept")
                .unwrap_or_else(|| "*/*".to_owned());
            let json = ["json", "*/*", "application/*"]
                .iter()
                .any(|kind| accepts.contains(kind));
            (!json).then(|| Answer::message(406, "Only JSON is spoken."))
        })],
    ),
    odd(
        "content-of-delete-400",
        "a DELETE with content is answered with 400 and has no effect",
        &[Hook::Revoke(|call, _| {
            let content = !call.request.body.is_empty();
            content.then(|| Answer::message(400, "No content is expected."))
        })],
    ),
    odd(
        "trailing-slash-redirects",
        "a path with a slash after it is redirected to the one without",
        &[Hook::Instead(|call| {
            let location = call
                .request
                .path
                .strip_suffix('/')
                .filter(|path| !path.is_empty())?;
            Some(Answer::bare(308).with("Location", location))
        })],
    ),
    odd(
        "trailing-slash-is-served",
        "a path with a slash after it is the same as without",
        &[Hook::Request(|_, request| {
            if let Some(path) = request.path.strip_suffix('/') {
                request.path = path.to_owned();
            }
        })],
    ),
    odd(
        "get-shows-a-key",
        "GET of a key is answered with what is known of it",
        &[Hook::Instead(show), Hook::Answer(allow_get)],
    ),
    odd(
        "cross-origin-for-all",
        "any origin may read answers, without credentials",
        &[Hook::Answer(|call, answer| {
            answer.add("Access-Control-Allow-Origin", "*");
            if call.request.method == "OPTIONS" {
                answer.add("Access-Control-Allow-Methods", "GET, POST, DELETE");
                answer.add("Access-Control-Allow-Headers", KEY_FIELD);
            }
        })],
    ),
    odd(
        "options-405",
        "OPTIONS is not allowed",
        &[Hook::Instead(|call| {
            let resource = call.resource.as_ref()?;
            let allow = resource.allow().trim_end_matches(", OPTIONS");
            let refusal = Answer::message(405, "The method is not allowed.").with("Allow", allow);
            (call.request.method == "OPTIONS").then_some(refusal)
        })],
    ),
    odd(
        "never-405",
        "a method that is not allowed is answered with 404, as where methods have routes",
        &[Hook::Answer(|_, answer| {
            if answer.status == 405 {
                answer.become_like(not_found());
            }
        })],
    ),
    odd(
        "no-create-operation",
        "keys are made elsewhere: POST is answered with 404",
        &[
            Hook::Setup(made_elsewhere),
            Hook::Instead(|call| creates(call).then(not_found)),
        ],
    ),
    odd(
        "create-not-allowed",
        "keys are made elsewhere: POST is answered with 405",
        &[
            Hook::Setup(made_elsewhere),
            Hook::Instead(|call| {
                let refusal = Answer::message(405, "Keys are made in the console.");
                creates(call).then(|| refusal.with("Allow", "OPTIONS"))
            }),
        ],
    ),
    odd(
        "only-delete",
        "nothing but the DELETE of a key exists",
        &[
            Hook::Setup(made_elsewhere),
            Hook::Instead(|call| {
                let exists = matches!(call.resource, Some(Resource::ApiKey(_)));
                (!exists).then(not_found)
            }),
        ],
    ),
    odd(
        "context-without-key",
        "GET /me does not name the key, which the contract allows",
        &[Hook::Answer(|call, answer| {
            if call.resource == Some(Resource::Me) && answer.status == 200 {
                let body = serde_json::from_slice::<Value>(&answer.body);
                if let Ok(Value::Object(mut members)) = body {
                    members.shift_remove("api_key");
                    answer.set_json(&Value::Object(members));
                }
            }
        })],
    ),
    odd(
        "rate-limit",
        "every fortieth request is answered with 429 and Retry-After: 1",
        &[Hook::Instead(|call| {
            let limited = call.state.every(NOW_AND_THEN, "rate limit");
            let answer = Answer::message(429, "Too many requests.");
            limited.then(|| answer.with("Retry-After", "1"))
        })],
    ),
    odd(
        "overload",
        "every fortieth request is answered with 503 and a Retry-After that is a date",
        &[Hook::Instead(|call| {
            let overloaded = call.state.every(NOW_AND_THEN, "overload");
            let answer = Answer::message(503, "Come back soon.");
            let now = crate::tenant::answer::http_date();
            overloaded.then(|| answer.with("Retry-After", &now))
        })],
    ),
    odd(
        "resets-reused-connections",
        "every fifth request on a connection that was used is reset before it is looked at",
        &[Hook::Instead(|call| {
            let reused = call.request.ordinal > 1 && call.state.every(5, "reset");
            let mut reset = Answer::bare(503);
            reset.pace = Pace::Reset;
            reused.then_some(reset)
        })],
    ),
];

const NOT_LIVING: [Outcome; 2] = [Outcome::Unknown, Outcome::Dead];

/// Answers these outcomes with another status.
fn at(call: &Call<'_>, answer: &mut Answer, outcomes: &[Outcome], status: u16) {
    if call
        .outcome
        .is_some_and(|outcome| outcomes.contains(&outcome))
    {
        answer.become_like(Answer::message(status, "This cannot be revoked."));
    }
}

/// Keys are made where nobody can see it, and handed out.
fn made_elsewhere(blueprint: &mut Blueprint) {
    blueprint.made_here = false;
}

/// How many keys live at most where only few do: those that the tenant starts with, and ten.
const KEYS_MAX: usize = 16;

fn creates(call: &Call<'_>) -> bool {
    call.request.method == "POST" && call.resource == Some(Resource::ApiKeys)
}

fn show(call: &mut Call<'_>) -> Option<Answer> {
    let reads = matches!(call.request.method.as_str(), "GET" | "HEAD");
    let text = call.path_value().filter(|_| reads)?;
    let id = strict_id(text);
    if call.authenticate().is_err() {
        return Some(unauthenticated());
    }
    let key = id.and_then(|id| call.keys.find(call.realm, id));
    Some(key.map_or_else(not_found, |key| {
        Answer::json(200, &serde_json::json!({ "data": key.to_json() }))
    }))
}

fn allow_get(call: &mut Call<'_>, answer: &mut Answer) {
    let listed = answer.fields.iter().any(|(name, _)| name == "Allow");
    if listed && matches!(call.resource, Some(Resource::ApiKey(_))) {
        answer.set("Allow", "GET, HEAD, DELETE, OPTIONS");
    }
}

/// A number as programs write it; nothing where it is a plain one, or none.
fn literal(text: &str) -> Option<i64> {
    let text = text.to_ascii_lowercase();
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            return i64::from_str_radix(digits, radix).ok();
        }
    }
    if let Some(digits) = text.strip_prefix('0').filter(|digits| !digits.is_empty()) {
        return i64::from_str_radix(digits, 8).ok();
    }
    if let Some((mantissa, exponent)) = text.split_once('e') {
        let factor = 10_i64.checked_pow(exponent.parse().ok()?)?;
        return strict_id(mantissa)?.checked_mul(factor);
    }
    let parts = || text.split('_');
    let grouped = parts().count() > 1 && parts().all(|part| strict_id(part).is_some());
    grouped.then(|| strict_id(&parts().collect::<String>()))?
}
