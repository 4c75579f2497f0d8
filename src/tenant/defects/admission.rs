//! Defects of authentication: who is let in and should not be.

use base64::Engine;

use super::Class::Auth;
use super::{Defect, defect};
use crate::tenant::answer::Answer;
use crate::tenant::call::{Actor, Call, KEY_FIELD, Refusal};
use crate::tenant::hooks::{Hook, Leniency};
use crate::tenant::keys::{Key, KeyStatus, Realm};
use crate::tenant::operations::strict_id;

/// The names under which a key is looked for where it does not belong.
const KEY_NAMES: [&str; 6] = [
    "X-Api-Key",
    "x_api_key",
    "api_key",
    "apiKey",
    "api-key",
    "key",
];

/// Shortest beginning of a secret that is looked up: longer than what all secrets share.
pub(super) const PREFIX_CHARS_MIN: usize = 12;

pub(super) static TABLE: &[Defect] = &[
    defect(
        (Auth, "dead-id-needs-no-key", "RAK-AUT-40"),
        "a DELETE without a key of a key that is dead already is answered with 204",
        &[Hook::Instead(|call| {
            let missing = call.authenticate() == Err(Refusal::Missing);
            let id = call.path_value()?.parse().ok()?;
            let key = call.keys.find(call.realm, id)?;
            let dead = key.status() == KeyStatus::Revoked;
            (call.revokes() && missing && dead).then(|| Answer::bare(204))
        })],
    ),
    defect(
        (Auth, "accepts-missing-key", "RAK-AUT-01"),
        "a request without a key is let in",
        &[Hook::Admit(|call| {
            call.refused(Refusal::Missing).then(|| call.anybody())
        })],
    ),
    defect(
        (Auth, "accepts-missing-key-for-revocation", "RAK-AUT-01"),
        "a DELETE of a key needs no key",
        &[Hook::Admit(|call| {
            (call.refused(Refusal::Missing) && call.revokes()).then(|| call.anybody())
        })],
    ),
    defect(
        (Auth, "accepts-missing-key-for-dead-ids", "RAK-AUT-39"),
        "a DELETE of a key that is no more succeeds without a key",
        &[Hook::Instead(|call| {
            let anonymous = call.request.raw_value(KEY_FIELD).is_none();
            let id = call.path_value().and_then(strict_id);
            let lives = |key: &Key| Some(key.id) == id && key.status() == KeyStatus::Active;
            let gone = id.is_some() && !call.keys.iter().any(lives);
            (anonymous && call.revokes() && gone).then(|| Answer::bare(204))
        })],
    ),
    defect(
        (Auth, "accepts-empty-key", "RAK-AUT-02"),
        "an empty X-Api-Key is let in",
        &[Hook::Admit(|call| {
            let raw = call.request.raw_value(KEY_FIELD).unwrap_or(b"x");
            let empty = matches!(raw, b"" | b" ");
            (call.refused(Refusal::Empty) && empty).then(|| call.anybody())
        })],
    ),
    defect(
        (Auth, "accepts-blank-key", "RAK-AUT-02"),
        "an X-Api-Key of nothing but blanks is let in",
        &[Hook::Admit(|call| {
            let long = call
                .request
                .raw_value(KEY_FIELD)
                .is_some_and(|raw| raw.len() > 1);
            (call.refused(Refusal::Empty) && long).then(|| call.anybody())
        })],
    ),
    defect(
        (Auth, "accepts-null-key", "RAK-AUT-03"),
        "the keys null and undefined are let in",
        &[Hook::Admit(|call| {
            presents(call, &["null", "undefined"]).then(|| call.anybody())
        })],
    ),
    defect(
        (Auth, "accepts-zero-key", "RAK-AUT-03"),
        "the keys 0 and true are let in, by a loose comparison",
        &[Hook::Admit(|call| {
            presents(call, &["0", "true"]).then(|| call.anybody())
        })],
    ),
    defect(
        (Auth, "accepts-wildcard-key", "RAK-AUT-03"),
        "the keys * and [] are let in",
        &[Hook::Admit(|call| {
            presents(call, &["*", "[]"]).then(|| call.anybody())
        })],
    ),
    defect(
        (Auth, "accepts-any-key", "RAK-AUT-04"),
        "any key that is not known is let in",
        &[Hook::Admit(|call| {
            call.refused(Refusal::Unknown).then(|| call.anybody())
        })],
    ),
    defect(
        (Auth, "accepts-well-formed-key", "RAK-AUT-04"),
        "an unknown key of the right length is let in: only the form is looked at",
        &[Hook::Admit(|call| {
            let admin = call.keys.iter().next().map_or(0, |key| key.secret.len());
            let formed = call.presented().is_some_and(|key| key.len() == admin);
            (call.refused(Refusal::Unknown) && formed).then(|| call.anybody())
        })],
    ),
    defect(
        (Auth, "accepts-key-prefix", "RAK-AUT-05"),
        "any longer beginning of a key is let in",
        &[Hook::Admit(|call| {
            let key = presented(call)?;
            let long = key.len() >= PREFIX_CHARS_MIN;
            call.actor_where(|secret| long && secret.starts_with(&key))
        })],
    ),
    defect(
        (Auth, "ignores-last-character-of-key", "RAK-AUT-05"),
        "a key without its last character is let in",
        &[Hook::Admit(|call| {
            let key = presented(call)?;
            call.actor_where(|secret| secret.len() == key.len() + 1 && secret.starts_with(&key))
        })],
    ),
    defect(
        (Auth, "accepts-lengthened-key", "RAK-AUT-06"),
        "a key with more after it is let in, as if cut to a column's width",
        &[Hook::Admit(|call| {
            let key = presented(call)?;
            call.actor_where(|secret| key.starts_with(secret))
        })],
    ),
    defect(
        (Auth, "ignores-letter-case-of-key", "RAK-AUT-07"),
        "a key in other letter case is let in",
        &[Hook::Admit(|call| {
            let key = presented(call)?;
            call.actor_where(|secret| secret.eq_ignore_ascii_case(&key))
        })],
    ),
    defect(
        (Auth, "accepts-expired-key", "RAK-AUT-08"),
        "an expired key is let in",
        &[Hook::Admit(|call| holder_if(call, Refusal::Expired))],
    ),
    defect(
        (Auth, "accepts-expired-key-for-revocation", "RAK-AUT-08"),
        "an expired key may still revoke keys",
        &[Hook::Admit(|call| {
            holder_if(call, Refusal::Expired).filter(|_| call.revokes())
        })],
    ),
    defect(
        (Auth, "accepts-revoked-key", "RAK-AUT-09"),
        "a revoked key may still revoke keys",
        &[Hook::Admit(|call| {
            holder_if(call, Refusal::Revoked).filter(|_| call.revokes())
        })],
    ),
    defect(
        (Auth, "accepts-limited-key", "RAK-AUT-10"),
        "a key without the scope is let in",
        &[Hook::Admit(|call| holder_if(call, Refusal::Insufficient))],
    ),
    defect(
        (Auth, "accepts-other-tenants-key", "RAK-AUT-11"),
        "a key of the other tenant is let in",
        &[Hook::Admit(|call| {
            call.refused(Refusal::Foreign)
                .then(|| call.anybody())
                .filter(|_| call.realm == FIRST)
        })],
    ),
    defect(
        (Auth, "accepts-key-in-query", "RAK-AUT-12"),
        "a key in the query parameter X-Api-Key is let in",
        &[Hook::Admit(|call| {
            without_key(call, |call| call.request.query_value(KEY_FIELD))
        })],
    ),
    defect(
        (Auth, "accepts-key-in-query-as-api-key", "RAK-AUT-12"),
        "a key in the query parameter api_key is let in",
        &[Hook::Admit(|call| {
            without_key(call, |call| call.request.query_value("api_key"))
        })],
    ),
    defect(
        (Auth, "accepts-key-in-cookie", "RAK-AUT-13"),
        "a key in a cookie is let in",
        &[Hook::Admit(|call| {
            without_key(call, |call| call.request.cookie(KEY_FIELD))
        })],
    ),
    defect(
        (Auth, "accepts-key-as-bearer", "RAK-AUT-33"),
        "a key as bearer token is let in",
        &[Hook::Admit(|call| {
            without_key(call, |call| authorization(call, "bearer"))
        })],
    ),
    defect(
        (Auth, "accepts-key-as-basic-user", "RAK-AUT-14"),
        "a key as user of basic authentication is let in",
        &[Hook::Admit(|call| {
            without_key(call, |call| basic(call).map(|(user, _)| user))
        })],
    ),
    defect(
        (Auth, "accepts-key-as-basic-password", "RAK-AUT-14"),
        "a key as password of basic authentication is let in",
        &[Hook::Admit(|call| {
            without_key(call, |call| basic(call).map(|(_, word)| word))
        })],
    ),
    defect(
        (Auth, "accepts-key-in-json-body", "RAK-AUT-15"),
        "a key in a JSON body is let in",
        &[Hook::Admit(|call| {
            without_key(call, |call| call.request.json().and_then(|_| in_body(call)))
        })],
    ),
    defect(
        (Auth, "accepts-key-in-body", "RAK-AUT-15"),
        "a key in a body of any kind is let in",
        &[Hook::Admit(|call| without_key(call, in_body))],
    ),
    defect(
        (Auth, "first-of-two-keys-counts", "RAK-AUT-16"),
        "of two X-Api-Key lines the first counts",
        &[Hook::Admit(|call| {
            let key = call
                .refused(Refusal::Several)
                .then(|| call.presented())
                .flatten()?;
            call.actor_with(&key)
        })],
    ),
    defect(
        (Auth, "last-of-two-keys-counts", "RAK-AUT-16"),
        "of two X-Api-Key lines the last counts",
        &[Hook::Admit(|call| {
            let several = call.refused(Refusal::Several);
            let key = call.request.values(KEY_FIELD).last().filter(|_| several)?;
            call.actor_with(&String::from_utf8_lossy(key))
        })],
    ),
    defect(
        (Auth, "accepts-key-in-a-list", "RAK-AUT-17"),
        "a key among others in one comma-joined value is let in",
        &[Hook::Admit(|call| {
            let keys = presented(call).filter(|keys| keys.contains(','))?;
            keys.split(',').find_map(|key| call.actor_with(key.trim()))
        })],
    ),
    defect(
        (Auth, "accepts-injected-sql-as-key", "RAK-AUT-34"),
        "a key with a quote and an OR in it is let in",
        &[Hook::Admit(|call| {
            let key = presented(call)?.to_ascii_lowercase();
            (key.contains('\'') && key.contains("or")).then(|| call.anybody())
        })],
    ),
    defect(
        (Auth, "falls-back-to-key-in-query", "RAK-AUT-30"),
        "beside a wrong key, a good one in the query is let in",
        &[Hook::Admit(|call| {
            beside_wrong(call, |call, name| call.request.query_value(name))
        })],
    ),
    defect(
        (Auth, "falls-back-to-key-in-cookie", "RAK-AUT-30"),
        "beside a wrong key, a good one in a cookie is let in",
        &[Hook::Admit(|call| {
            beside_wrong(call, |call, name| call.request.cookie(name))
        })],
    ),
    defect(
        (Auth, "falls-back-to-key-in-body", "RAK-AUT-30"),
        "beside a wrong key, a good one in the body is let in",
        &[Hook::Admit(|call| {
            beside_wrong(call, |call, name| call.request.body_value(name))
        })],
    ),
    defect(
        (Auth, "trusts-forwarded-address", "RAK-AUT-31"),
        "X-Forwarded-For: 127.0.0.1 opens everything",
        &[Hook::Admit(|call| {
            if_field(call, "X-Forwarded-For", "127.0.0.1")
        })],
    ),
    defect(
        (Auth, "trusts-user-field", "RAK-AUT-31"),
        "X-User-Id opens everything, as if a gateway had set it",
        &[Hook::Admit(|call| if_field(call, "X-User-Id", ""))],
    ),
    defect(
        (Auth, "trusts-consumer-field", "RAK-AUT-31"),
        "X-Consumer-Username opens everything, as if a gateway had set it",
        &[Hook::Admit(|call| {
            if_field(call, "X-Consumer-Username", "")
        })],
    ),
    defect(
        (Auth, "original-url-skips-authentication", "RAK-AUT-31"),
        "a request with X-Original-URL needs no key",
        &[Hook::Admit(|call| if_field(call, "X-Original-URL", ""))],
    ),
    defect(
        (Auth, "rewrite-url-skips-authentication", "RAK-AUT-31"),
        "a request with X-Rewrite-URL needs no key",
        &[Hook::Admit(|call| if_field(call, "X-Rewrite-URL", ""))],
    ),
    defect(
        (Auth, "key-ends-at-nul", "RAK-AUT-32"),
        "a field value ends at its first NUL, so what follows a good key is not seen",
        &[Hook::Reading(Leniency::NulEndsValue)],
    ),
    defect(
        (Auth, "key-of-first-tenant-opens-the-second", "RAK-AUZ-07"),
        "the host decides which tenant's keys are revoked, but any tenant's admin may",
        &[Hook::Admit(|call| {
            let foreign = call.refused(Refusal::Foreign) && call.realm == Realm::Second;
            foreign.then(|| call.anybody())
        })],
    ),
];

const FIRST: Realm = Realm::First;

/// The presented key, if it is not known.
pub(super) fn presented(call: &Call<'_>) -> Option<String> {
    call.presented().filter(|_| call.refused(Refusal::Unknown))
}

fn presents(call: &Call<'_>, keys: &[&str]) -> bool {
    presented(call).is_some_and(|key| keys.contains(&key.as_str()))
}

fn holder_if(call: &Call<'_>, refusal: Refusal) -> Option<Actor> {
    call.holder().filter(|_| call.refused(refusal))
}

pub(super) fn without_key(call: &Call<'_>, find: fn(&Call<'_>) -> Option<String>) -> Option<Actor> {
    let key = call
        .refused(Refusal::Missing)
        .then(|| find(call))
        .flatten()?;
    call.actor_with(&key)
}

fn beside_wrong(call: &Call<'_>, find: fn(&Call<'_>, &str) -> Option<String>) -> Option<Actor> {
    if !call.refused(Refusal::Unknown) {
        return None;
    }
    KEY_NAMES
        .iter()
        .find_map(|name| call.actor_with(&find(call, name)?))
}

fn in_body(call: &Call<'_>) -> Option<String> {
    KEY_NAMES
        .iter()
        .find_map(|name| call.request.body_value(name))
}

fn authorization(call: &Call<'_>, wanted: &str) -> Option<String> {
    let value = call.request.value("authorization")?;
    let (scheme, credentials) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case(wanted)
        .then(|| credentials.trim().to_owned())
}

fn basic(call: &Call<'_>) -> Option<(String, String)> {
    let credentials = authorization(call, "basic")?;
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(credentials)
        .ok()?;
    let text = String::from_utf8(bytes).ok()?;
    text.split_once(':')
        .map(|(user, word)| (user.to_owned(), word.to_owned()))
}

fn if_field(call: &Call<'_>, name: &str, text: &str) -> Option<Actor> {
    let trusted = call.refused(Refusal::Missing) && call.request.mentions(name, text);
    trusted.then(|| call.anybody())
}
