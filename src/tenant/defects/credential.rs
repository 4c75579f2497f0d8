//! Defects of the credential's form and place: what is taken for a key that is none as it stands.

use super::Class::Auth;
use super::admission::{PREFIX_CHARS_MIN, presented, without_key};
use super::{Defect, defect};
use crate::tenant::answer::Answer;
use crate::tenant::call::{Actor, Call, Refusal};
use crate::tenant::hooks::Hook;
use crate::tenant::keys::Realm;

pub(super) static TABLE: &[Defect] = &[
    defect(
        (Auth, "accepts-key-suffix", "RAK-AUT-05"),
        "any longer end of a key is let in",
        &[Hook::Admit(|call| {
            let key = presented(call)?;
            let long = key.len() >= PREFIX_CHARS_MIN;
            call.actor_where(|secret| long && secret.ends_with(&key))
        })],
    ),
    defect(
        (Auth, "accepts-key-at-the-end", "RAK-AUT-35"),
        "a value that ends with a key is let in",
        &[Hook::Admit(|call| {
            let key = presented(call)?;
            call.actor_where(|secret| key.ends_with(secret))
        })],
    ),
    defect(
        (Auth, "accepts-key-anywhere-in-value", "RAK-AUT-35"),
        "a value with a key somewhere inside is let in",
        &[Hook::Admit(|call| {
            let key = presented(call)?;
            let inside = |secret: &str| {
                let place = key.find(secret);
                place.is_some_and(|start| start > 0 && start + secret.len() < key.len())
            };
            call.actor_where(inside)
        })],
    ),
    defect(
        (Auth, "takes-double-quotes-off-key", "RAK-AUT-36"),
        "a key in double quotes is let in",
        &[Hook::Admit(|call| unquoted(call, '"'))],
    ),
    defect(
        (Auth, "takes-single-quotes-off-key", "RAK-AUT-36"),
        "a key in single quotes is let in",
        &[Hook::Admit(|call| unquoted(call, '\''))],
    ),
    defect(
        (Auth, "takes-scheme-off-key", "RAK-AUT-36"),
        "a key after `Bearer` is let in",
        &[Hook::Admit(|call| {
            call.actor_with(presented(call)?.strip_prefix("Bearer ")?)
        })],
    ),
    defect(
        (Auth, "accepts-key-in-query-as-token", "RAK-AUT-12"),
        "a key in the query parameter token or access_token is let in",
        &[Hook::Admit(|call| {
            without_key(call, |call| {
                let names = ["token", "access_token"].into_iter();
                names
                    .filter_map(|name| call.request.query_value(name))
                    .next()
            })
        })],
    ),
    defect(
        (Auth, "accepts-key-in-cookie-as-token", "RAK-AUT-13"),
        "a key in the cookie token is let in",
        &[Hook::Admit(|call| {
            without_key(call, |call| call.request.cookie("token"))
        })],
    ),
    defect(
        (Auth, "accepts-key-as-authorization", "RAK-AUT-33"),
        "a key that is the whole value of Authorization is let in",
        &[Hook::Admit(|call| {
            without_key(call, |call| call.request.value("authorization"))
        })],
    ),
    defect(
        (Auth, "accepts-key-in-field-without-x", "RAK-AUT-37"),
        "a key in the field Api-Key is let in",
        &[Hook::Admit(|call| {
            without_key(call, |call| call.request.value("Api-Key"))
        })],
    ),
    defect(
        (Auth, "underscore-in-field-name-is-hyphen", "RAK-AUT-37"),
        "the field X_Api_Key is taken for X-Api-Key",
        &[Hook::Admit(|call| {
            without_key(call, |call| call.request.value("X_Api_Key"))
        })],
    ),
    defect(
        (Auth, "accepts-key-in-field-of-tokens", "RAK-AUT-37"),
        "a key in the field X-Auth-Token or X-Access-Token is let in",
        &[Hook::Admit(|call| {
            without_key(call, |call| {
                let names = ["X-Auth-Token", "X-Access-Token"].into_iter();
                names.filter_map(|name| call.request.value(name)).next()
            })
        })],
    ),
    defect(
        (Auth, "trusts-forwarded-host", "RAK-AUT-31"),
        "X-Forwarded-Host: localhost opens everything",
        &[Hook::Admit(|call| {
            let inside = call.request.mentions("X-Forwarded-Host", "localhost");
            anybody(call).filter(|_| inside)
        })],
    ),
    defect(
        (Auth, "form-needs-no-key", "RAK-NEG-05"),
        "a request that says it is a form needs no key",
        &[Hook::Admit(|call| {
            anybody(call).filter(|_| call.request.mentions("Content-Type", "urlencoded"))
        })],
    ),
    defect(
        (Auth, "parts-without-boundary-500", "RAK-NEG-05"),
        "a Content-Type of parts without their boundary is answered with 500",
        &[Hook::Instead(|call| {
            let broken = call.request.mentions("Content-Type", "multipart")
                && !call.request.mentions("Content-Type", "boundary");
            broken.then(|| Answer::message(500, "Server Error"))
        })],
    ),
    defect(
        (Auth, "other-host-needs-no-key", "RAK-AUZ-12"),
        "with the second tenant's host, keys of the first are revoked without a key",
        &[Hook::Admit(|call| {
            let there = call.realm == Realm::Second && call.revokes();
            let actor = anybody(call).filter(|_| there)?;
            Some(Actor {
                realm: Realm::First,
                ..actor
            })
        })],
    ),
];

/// Lets in who has no key.
fn anybody(call: &Call<'_>) -> Option<Actor> {
    call.refused(Refusal::Missing).then(|| call.anybody())
}

fn unquoted(call: &Call<'_>, quote: char) -> Option<Actor> {
    let value = presented(call)?;
    call.actor_with(value.strip_prefix(quote)?.strip_suffix(quote)?)
}
