//! Defects of the effect: which key is revoked, and whether any is.

use serde_json::{Value, json};

use super::Class::{Effect, Flaky};
use super::{Defect, defect};
use crate::tenant::answer::Answer;
use crate::tenant::call::{Call, Outcome, Refusal};
use crate::tenant::hooks::Hook;
use crate::tenant::keys::{KeyStatus, Realm};
use crate::tenant::operations::{created, draft, revoke_in};
use crate::tenant::respond::unauthenticated;
use crate::tenant::routes::Resource;

pub(super) static TABLE: &[Defect] = &[
    defect(
        (Effect, "revocation-without-effect", "RAK-EFF-01"),
        "a revocation is answered with 204 and the key lives on",
        &[Hook::Revoke(|call, id| {
            live(call, id).then(|| Answer::bare(204))
        })],
    ),
    defect(
        (Effect, "revocation-only-hides-the-key", "RAK-EFF-01"),
        "a revoked key is no longer found by its id, and still opens everything",
        &[Hook::Revoke(|call, id| {
            let hidden = format!("hidden {id}");
            if call.state.noted(&hidden).is_some() {
                return Some(Answer::message(404, "Not found."));
            }
            let alive = live(call, id);
            if alive {
                call.state.note(&hidden, "");
            }
            alive.then(|| Answer::bare(204))
        })],
    ),
    defect(
        (Effect, "revocation-takes-two-requests", "RAK-EFF-01"),
        "the first revocation of a key is answered with 204, only the second has its effect",
        &[Hook::Revoke(|call, id| {
            let asked = format!("asked {id}");
            let first = live(call, id) && call.state.noted(&asked).is_none();
            call.state.note(&asked, "");
            first.then(|| Answer::bare(204))
        })],
    ),
    defect(
        (Effect, "content-hides-the-revocation", "RAK-EFF-21"),
        "a revocation with content is answered with 204 and the key lives on",
        &[Hook::Revoke(|call, id| {
            let content = !call.request.body.is_empty();
            (content && live(call, id)).then(|| Answer::bare(204))
        })],
    ),
    defect(
        (Effect, "revokes-neighbour-instead", "RAK-EFF-01"),
        "the key that was made next is revoked instead",
        &[Hook::Revoke(|call, id| {
            let next = neighbour(call, id).filter(|_| live(call, id))?;
            Some(revoke_in(call, call.acting_realm(), next))
        })],
    ),
    defect(
        (Effect, "revokes-neighbour-too", "RAK-EFF-09"),
        "the key that was made next is revoked as well",
        &[Hook::Answer(|call, _| {
            if let Some(next) = revoked(call).and_then(|id| neighbour(call, id)) {
                call.keys.revoke(call.acting_realm(), next);
            }
        })],
    ),
    defect(
        (
            Effect,
            "self-revocation-takes-the-next-keys-too",
            "RAK-EFF-20",
        ),
        "after a key has revoked itself, those that are made are dead",
        &[Hook::Answer(|call, _| {
            let asking = call.actor.and_then(|actor| actor.key);
            if revoked(call).is_some_and(|id| asking == Some(id)) {
                call.state.note("revoked itself", "");
            }
            let pending = call.state.noted("revoked itself").is_some();
            if let Some(id) = made(call).filter(|_| pending) {
                call.keys.revoke(call.acting_realm(), id);
            }
        })],
    ),
    defect(
        (Effect, "revokes-all-keys", "RAK-EFF-09"),
        "all keys of the tenant are revoked",
        &[Hook::Answer(|call, _| {
            if revoked(call).is_some() {
                revoke_all(call);
            }
        })],
    ),
    defect(
        (Effect, "revokes-newest-key-too", "RAK-EFF-09"),
        "the newest key is revoked as well",
        &[Hook::Answer(|call, _| {
            if revoked(call).is_some()
                && let Some(newest) = live_ids(call).last()
            {
                call.keys.revoke(call.acting_realm(), *newest);
            }
        })],
    ),
    defect(
        (Effect, "revokes-credential-too", "RAK-EFF-09"),
        "the key that asked is revoked as well",
        &[Hook::Answer(|call, _| {
            let asking = revoked(call).and(call.actor).and_then(|actor| actor.key);
            if let Some(id) = asking {
                call.keys.revoke(call.acting_realm(), id);
            }
        })],
    ),
    defect(
        (Effect, "revokes-narrower-keys-too", "RAK-EFF-09"),
        "every key with the same scopes but the asking one is revoked as well",
        &[Hook::Answer(|call, _| {
            let realm = call.acting_realm();
            let scopes = |id| call.keys.find(realm, id).map(|key| key.scopes.clone());
            let Some(alike) = revoked(call).and_then(scopes) else {
                return;
            };
            let asking = call.actor.and_then(|actor| actor.key);
            for id in live_ids(call) {
                let same = call
                    .keys
                    .find(realm, id)
                    .is_some_and(|key| key.scopes == alike);
                if same && asking != Some(id) {
                    call.keys.revoke(realm, id);
                }
            }
        })],
    ),
    defect(
        (
            Effect,
            "limited-key-revokes-full-keys-behind-401",
            "RAK-AUZ-01",
        ),
        "keys are made narrow unless asked otherwise, and a key without the scope revokes those \
         that may everything behind its refusal",
        &[Hook::Answer(|call, _| {
            make_narrow(call);
            let id = call.path_value().and_then(|text| text.parse().ok());
            let insufficient = call.refused(Refusal::Insufficient) && call.revokes();
            let realm = call.realm;
            let full = |id: &i64| call.keys.find(realm, *id).is_some_and(|key| key.may("*"));
            if let Some(id) = id.filter(full).filter(|_| insufficient) {
                call.keys.revoke(realm, id);
            }
        })],
    ),
    defect(
        (Effect, "revokes-keys-of-the-same-name-too", "RAK-EFF-23"),
        "every key with the same name is revoked as well",
        &[Hook::Answer(|call, _| {
            let named = revoked(call).map(|id| same_name(call, id));
            for id in named.into_iter().flatten() {
                call.keys.revoke(call.acting_realm(), id);
            }
        })],
    ),
    defect(
        (Effect, "revokes-the-first-key-of-the-name", "RAK-EFF-23"),
        "of the live keys with the same name the oldest is revoked, whichever is addressed",
        &[Hook::Revoke(|call, id| {
            let first = *same_name(call, id).first()?;
            let other = first != id && live(call, id);
            other.then(|| revoke_in(call, call.acting_realm(), first))
        })],
    ),
    defect(
        (
            Effect,
            "revokes-a-key-of-the-other-tenant-too",
            "RAK-EFF-09",
        ),
        "the newest key of the other tenant is revoked as well, unless it is its only one",
        &[Hook::Answer(|call, _| {
            let other = call.acting_realm().opposite();
            let there = call.keys.iter().filter(|key| key.realm == other);
            let there = there.filter(|key| key.status() == KeyStatus::Active);
            let newest = there.map(|key| key.id).skip(1).last();
            if let Some(id) = newest.filter(|_| revoked(call).is_some()) {
                call.keys.revoke(other, id);
            }
        })],
    ),
    defect(
        (Effect, "first-made-key-lives-on", "RAK-EFF-24"),
        "a revocation of the first key that was made by a request is answered with 204 and the key \
         lives on",
        &[
            Hook::Answer(|call, answer| {
                let first = call.state.noted("first made").is_none();
                if let Some(id) = call.id.filter(|_| answer.status == 201 && first) {
                    call.state.note("first made", &id.to_string());
                }
            }),
            Hook::Revoke(|call, id| {
                let first = call.state.noted("first made") == Some(id.to_string());
                (first && live(call, id)).then(|| Answer::bare(204))
            }),
        ],
    ),
    defect(
        (Flaky, "every-ninth-id-is-not-found", "RAK-CON-15"),
        "a live key whose id is a multiple of nine is answered with 404",
        &[Hook::Revoke(|call, id| {
            let missed = id % 9 == 0 && live(call, id);
            missed.then(|| Answer::message(404, "Not found."))
        })],
    ),
    defect(
        (Effect, "repetition-revokes-the-next-key", "RAK-EFF-10"),
        "a repeated revocation is answered with 404 and revokes the key that was made next",
        &[Hook::Answer(|call, _| {
            let dead = call.id.filter(|_| call.outcome == Some(Outcome::Dead));
            if let Some(next) = dead.and_then(|id| neighbour(call, id)) {
                call.keys.revoke(call.acting_realm(), next);
            }
        })],
    ),
    defect(
        (Effect, "repetition-revives", "RAK-EFF-10"),
        "a repeated revocation takes the first one back",
        &[Hook::Revoke(|call, id| {
            let key = call.keys.find_mut(call.acting_realm(), id)?;
            key.revoked_at.take().map(|_| Answer::bare(204))
        })],
    ),
    defect(
        (Effect, "repetition-500", "RAK-EFF-10"),
        "a repeated revocation is answered with 500",
        &[Hook::Answer(|call, answer| {
            if call.outcome == Some(Outcome::Dead) {
                answer.become_like(Answer::message(500, "Server Error"));
            }
        })],
    ),
    defect(
        (Effect, "repetition-alternates", "RAK-EFF-10"),
        "repeated revocations are answered with 404 and 410 in turn",
        &[Hook::Answer(|call, answer| {
            if call.outcome == Some(Outcome::Dead) && call.state.every(2, "repetition") {
                answer.become_like(Answer::message(410, "Gone."));
            }
        })],
    ),
    defect(
        (Effect, "own-key-204-without-effect", "RAK-AUZ-08"),
        "a key that revokes itself gets 204 and lives on",
        &[Hook::Revoke(|call, id| {
            let own = call.actor.and_then(|actor| actor.key) == Some(id);
            own.then(|| Answer::bare(204))
        })],
    ),
    defect(
        (Effect, "precondition-412-after-effect", "RAK-EFF-15"),
        "a revocation with If-Match has its effect and is answered with 412",
        &[Hook::Answer(|call, answer| {
            if call.request.has("if-match") && answer.status == 204 {
                answer.become_like(Answer::message(412, "Precondition failed."));
            }
        })],
    ),
    defect(
        (Effect, "reuses-ids", "RAK-EFF-16"),
        "a new key gets the id of one that was revoked",
        &[Hook::Instead(reuse_id)],
    ),
    defect(
        (Effect, "revoked-key-reads-subscription", "RAK-EFF-17"),
        "a revoked key still reads the subscription",
        &[Hook::Admit(|call| {
            let there = call.resource == Some(Resource::Subscription);
            call.holder().filter(|_| there && dead(call))
        })],
    ),
    defect(
        (Effect, "revoked-key-reads-usage", "RAK-EFF-17"),
        "a revoked key still reads the usage",
        &[Hook::Admit(|call| {
            let there = call.resource == Some(Resource::Usage);
            call.holder().filter(|_| there && dead(call))
        })],
    ),
    defect(
        (Effect, "revoked-key-makes-keys", "RAK-EFF-18"),
        "a revoked key still makes new keys",
        &[Hook::Admit(|call| {
            let there = call.resource == Some(Resource::ApiKeys);
            call.holder().filter(|_| there && dead(call))
        })],
    ),
    defect(
        (Effect, "patch-revives", "RAK-EFF-19"),
        "PATCH with the status active takes a revocation back",
        &[Hook::Instead(|call| revive(call, "PATCH"))],
    ),
    defect(
        (Effect, "put-revives", "RAK-EFF-19"),
        "PUT with the status active takes a revocation back",
        &[Hook::Instead(|call| revive(call, "PUT"))],
    ),
    defect(
        (Effect, "dead-id-500", "RAK-INP-01"),
        "an id that does not live is answered with 500",
        &[Hook::Answer(|call, answer| {
            if matches!(call.outcome, Some(Outcome::Unknown | Outcome::Dead)) {
                answer.become_like(Answer::message(500, "Server Error"));
            }
        })],
    ),
    defect(
        (Effect, "revokes-across-tenants", "RAK-AUZ-03"),
        "the first tenant's admin may revoke keys of the second",
        &[Hook::Revoke(|call, id| across(call, id, Realm::First))],
    ),
    defect(
        (
            Effect,
            "second-tenant-revokes-keys-of-the-first",
            "RAK-AUZ-04",
        ),
        "the second tenant's admin may revoke keys of the first",
        &[Hook::Revoke(|call, id| across(call, id, Realm::Second))],
    ),
    defect(
        (Effect, "revokes-across-tenants-behind-404", "RAK-AUZ-03"),
        "the other tenant's id is answered with 404, after its effect",
        &[Hook::Answer(|call, _| {
            let id = call.id.filter(|_| call.outcome == Some(Outcome::Unknown));
            if let Some(id) = id {
                call.keys.revoke(call.acting_realm().opposite(), id);
            }
        })],
    ),
    defect(
        (Effect, "other-tenants-id-403", "RAK-AUZ-05"),
        "an id of the other tenant is answered with 403, an unknown one with 404",
        &[Hook::Answer(|call, answer| {
            let id = call.id.filter(|_| call.outcome == Some(Outcome::Unknown));
            let other = call.acting_realm().opposite();
            if id.is_some_and(|id| call.keys.find(other, id).is_some()) {
                answer.become_like(Answer::message(403, "This key is not yours."));
            }
        })],
    ),
    defect(
        (Effect, "forwarded-host-names-tenant", "RAK-AUZ-06"),
        "X-Forwarded-Host decides whose key is revoked",
        &[Hook::Revoke(|call, id| named(call, id, "x-forwarded-host"))],
    ),
    defect(
        (Effect, "forwarded-names-tenant", "RAK-AUZ-06"),
        "Forwarded decides whose key is revoked",
        &[Hook::Revoke(|call, id| named(call, id, "forwarded"))],
    ),
    defect(
        (Effect, "tenant-field-names-tenant", "RAK-AUZ-06"),
        "an X-Tenant field decides whose key is revoked",
        &[Hook::Revoke(|call, id| named(call, id, "x-tenant"))],
    ),
];

/// Whether the acting tenant has such a key, and it lives.
pub(super) fn live(call: &Call<'_>, id: i64) -> bool {
    let key = call.keys.find(call.acting_realm(), id);
    key.is_some_and(|key| key.status() == KeyStatus::Active)
}

/// The live keys of the acting tenant, oldest first.
pub(super) fn live_ids(call: &Call<'_>) -> Vec<i64> {
    let realm = call.acting_realm();
    let own = call.keys.iter().filter(|key| key.realm == realm);
    own.filter(|key| key.status() == KeyStatus::Active)
        .map(|key| key.id)
        .collect()
}

/// The live keys of the acting tenant with the name of this one, oldest first.
fn same_name(call: &Call<'_>, id: i64) -> Vec<i64> {
    let realm = call.acting_realm();
    let Some(own) = call.keys.find(realm, id) else {
        return Vec::new();
    };
    let alike = |id: &i64| {
        let other = call.keys.find(realm, *id);
        other.is_some_and(|other| other.name == own.name)
    };
    live_ids(call).into_iter().filter(alike).collect()
}

/// The live key of the acting tenant that was made next after this one.
pub(super) fn neighbour(call: &Call<'_>, id: i64) -> Option<i64> {
    live_ids(call).into_iter().find(|other| *other > id)
}

/// Takes from a key that was just made, and for which no scopes were asked, all but one.
pub(in crate::tenant) fn make_narrow(call: &mut Call<'_>) {
    let made = made(call);
    let asked = call.request.body_value("scopes").is_some();
    let realm = call.acting_realm();
    if let Some(key) = made
        .filter(|_| !asked)
        .and_then(|id| call.keys.find_mut(realm, id))
    {
        key.scopes = vec!["messages.send".to_owned()];
    }
}

/// The id that this request has just made.
fn made(call: &Call<'_>) -> Option<i64> {
    call.id.filter(|_| call.resource == Some(Resource::ApiKeys))
}

/// Revokes every key of the acting tenant.
pub(super) fn revoke_all(call: &mut Call<'_>) {
    for id in live_ids(call) {
        call.keys.revoke(call.acting_realm(), id);
    }
}

/// The id that this request has just revoked.
pub(super) fn revoked(call: &Call<'_>) -> Option<i64> {
    call.id.filter(|_| call.outcome == Some(Outcome::Revoked))
}

/// Whether the presented key was revoked, and is of this tenant.
fn dead(call: &Call<'_>) -> bool {
    let key = call.presented_key();
    key.is_some_and(|key| key.realm == call.realm && key.status() == KeyStatus::Revoked)
}

fn reuse_id(call: &mut Call<'_>) -> Option<Answer> {
    let creates = call.request.method == "POST" && call.resource == Some(Resource::ApiKeys);
    if !creates || call.authenticate().is_err() {
        return None;
    }
    let Some(Value::Object(members)) = call.request.json() else {
        return None;
    };
    let draft = draft(&members, call.realm).ok()?;
    let free = call
        .keys
        .iter()
        .filter(|key| key.realm == call.realm)
        .find(|key| {
            // The id may have been given out again already.
            let holder = call.keys.find(key.realm, key.id);
            let recent = key.dead_for().is_some_and(|since| since.as_secs() < 60);
            recent && holder.is_some_and(|key| key.revoked_at.is_some())
        });
    let id = free?.id;
    Some(created(&call.keys.create_as(id, draft)))
}

fn revive(call: &mut Call<'_>, method: &str) -> Option<Answer> {
    let id = call.path_value()?.parse().ok()?;
    if call.request.method != method {
        return None;
    }
    if call.authenticate().is_err() {
        return Some(unauthenticated());
    }
    let active = call.request.body_value("status").as_deref() == Some("active");
    let key = call.keys.find_mut(call.realm, id).filter(|_| active)?;
    key.revoked_at = None;
    Some(Answer::json(200, &json!({ "data": key.to_json() })))
}

fn across(call: &mut Call<'_>, id: i64, from: Realm) -> Option<Answer> {
    let realm = call.acting_realm();
    let foreign = realm == from && call.keys.find(realm, id).is_none();
    foreign.then(|| revoke_in(call, realm.opposite(), id))
}

/// Revokes the key of the tenant that a field names, whoever the credential belongs to.
fn named(call: &mut Call<'_>, id: i64, name: &str) -> Option<Answer> {
    let mut fields = call.request.fields.iter();
    let present = match name {
        "x-tenant" => fields.any(|field| field.name.to_ascii_lowercase().starts_with(name)),
        _ => call.request.mentions(name, "other."),
    };
    let realm = call.acting_realm().opposite();
    (present && call.keys.find(realm, id).is_some()).then(|| revoke_in(call, realm, id))
}
