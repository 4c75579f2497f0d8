//! The operations of the contract.

use std::time::{Duration, SystemTime};

use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::call::{Call, Outcome};
use super::hooks::Hook;
use super::keys::{Draft, Key, Realm};
use super::respond::{admit, not_found, unauthenticated};
use super::routes::Resource;

/// The scopes that a key may be made with.
const SCOPES: [&str; 5] = [
    "*",
    "contacts.lookup",
    "messages.send",
    "messages.read",
    "usage.read",
];

/// Longest name of a key, in characters.
const NAME_CHARS_MAX: usize = 255;

/// How long a key lives unless the request says otherwise, in days.
const LIFETIME_DAYS: u64 = 90;

/// `DELETE /api-keys/{apiKey}`.
pub(super) fn revoke(call: &mut Call<'_>, text: &str) -> Answer {
    if admit(call).is_err() {
        return unauthenticated();
    }
    let Some(id) = id_of(call, text) else {
        call.outcome = Some(Outcome::Malformed);
        return invalid(&[("apiKey", "The api key must be an integer.")]);
    };
    call.id = Some(id);
    let instead = call.state.hooks.iter().find_map(|hook| match hook {
        Hook::Revoke(revokes) => revokes(call, id),
        _ => None,
    });
    instead.unwrap_or_else(|| revoke_in(call, call.acting_realm(), id))
}

/// Revokes the key of that tenant, as the contract has it.
pub(super) fn revoke_in(call: &mut Call<'_>, realm: Realm, id: i64) -> Answer {
    let known = call.keys.find(realm, id).is_some();
    if call.keys.revoke(realm, id) {
        call.outcome = Some(Outcome::Revoked);
        return Answer::bare(204);
    }
    call.outcome = Some(if known {
        Outcome::Dead
    } else {
        Outcome::Unknown
    });
    not_found()
}

/// The id that a path value is: ASCII digits from 1 to the largest, without leading zeros.
pub(super) fn strict_id(text: &str) -> Option<i64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    if digits { text.parse().ok() } else { None }
}

/// `POST /api-keys`.
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    if admit(call).is_err() {
        return unauthenticated();
    }
    let Some(Value::Object(members)) = call.request.json() else {
        return invalid(&[("name", "The name field is required.")]);
    };
    let draft = match draft(&members, call.acting_realm()) {
        Ok(draft) => draft,
        Err(errors) => return invalid(&errors),
    };
    let key = call.keys.create(draft);
    call.id = Some(key.id);
    created(&key)
}

/// The answer that hands out a new key.
pub(super) fn created(key: &Key) -> Answer {
    Answer::json(
        201,
        &json!({ "data": key.to_json(), "plain_text_key": key.secret }),
    )
}

/// What a request for a new key asks for, or what is wrong with it.
pub(super) fn draft(
    members: &Map<String, Value>,
    realm: Realm,
) -> Result<Draft, Vec<(&'static str, &'static str)>> {
    let mut errors = Vec::new();
    let name = members
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        errors.push(("name", "The name field is required."));
    }
    let scopes = match members.get("scopes") {
        None | Some(Value::Null) => Some(vec!["*".to_owned()]),
        Some(Value::Array(scopes)) => scopes.iter().map(scope).collect(),
        Some(_) => None,
    };
    if scopes.is_none() {
        errors.push(("scopes", "The selected scopes is invalid."));
    }
    let days = match members.get("expires_in_days") {
        None | Some(Value::Null) => Some(LIFETIME_DAYS),
        Some(days) => days.as_u64().filter(|days| (1..=365).contains(days)),
    };
    if days.is_none() {
        errors.push((
            "expires_in_days",
            "The expires in days must be between 1 and 365.",
        ));
    }
    match (errors.is_empty(), scopes, days) {
        (true, Some(scopes), Some(days)) => {
            let lifetime = Duration::from_secs(days * 24 * 60 * 60);
            let expires_at = SystemTime::now() + lifetime;
            Ok(Draft {
                realm,
                name: name.to_owned(),
                scopes,
                expires_at,
            })
        }
        _ => Err(errors),
    }
}

/// The operations that only read.
pub(super) fn read(call: &mut Call<'_>, resource: &Resource) -> Answer {
    if admit(call).is_err() {
        return unauthenticated();
    }
    match resource {
        Resource::Me => Answer::json(200, &context(call)),
        Resource::Subscription => Answer::json(200, &subscription()),
        Resource::SenderNumbers => Answer::json(200, &json!({ "data": [sender_number()] })),
        Resource::Messages => Answer::json(200, &json!({ "data": [] })),
        Resource::Usage => Answer::json(200, &json!({ "data": { "messages_sent": 0 } })),
        Resource::ApiKeys | Resource::ApiKey(_) => not_found(),
    }
}

/// 422 with what is wrong with each field.
fn invalid(errors: &[(&str, &str)]) -> Answer {
    let error = |(field, text): &(&str, &str)| ((*field).to_owned(), json!([text]));
    let errors: Map<String, Value> = errors.iter().map(error).collect();
    Answer::json(
        422,
        &json!({ "message": "The given data was invalid.", "errors": errors }),
    )
}

fn id_of(call: &mut Call<'_>, text: &str) -> Option<i64> {
    strict_id(text).or_else(|| {
        call.state.hooks.iter().find_map(|hook| match hook {
            Hook::Id(reads) => reads(call, text),
            _ => None,
        })
    })
}

fn scope(value: &Value) -> Option<String> {
    value
        .as_str()
        .filter(|scope| SCOPES.contains(scope))
        .map(str::to_owned)
}

fn context(call: &Call<'_>) -> Value {
    let realm = call.acting_realm();
    let key = call
        .actor
        .and_then(|actor| actor.key)
        .and_then(|id| call.keys.find(realm, id));
    let (id, name) = match realm {
        Realm::First => (1, "Acme"),
        Realm::Second => (2, "Other"),
    };
    let slug = name.to_ascii_lowercase();
    json!({
        "user": {
            "id": id,
            "name": format!("{name} owner"),
            "email": format!("owner@{slug}.test"),
        },
        "api_key": key.map(Key::to_json),
        "organization": {
            "id": id,
            "name": name,
            "slug": slug,
            "status": "active",
            "primary_domain": format!("{slug}.test"),
            "billing_email": format!("billing@{slug}.test"),
            "email_verified": true,
        },
        "subscription": subscription(),
    })
}

fn subscription() -> Value {
    json!({
        "plan": { "name": "Reference", "price": 0 },
        "status": "active",
        "limits": [{ "name": "messages", "value": 1000 }],
        "usage_snapshot": { "messages": 0 },
    })
}

fn sender_number() -> Value {
    json!({
        "id": 1,
        "phone": "+15550100",
        "display_name": null,
        "verification_status": "active",
        "status": "active",
        "daily_limit_override": null,
        "verified_at": null,
    })
}
