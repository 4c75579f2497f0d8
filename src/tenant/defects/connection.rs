//! Defects that show on a kept connection alone: what a request finds there of those before it.

use super::Class::{Auth, Effect};
use super::effect::{live, revoked};
use super::{Defect, defect};
use crate::tenant::answer::Answer;
use crate::tenant::call::{Actor, Call, Refusal};
use crate::tenant::hooks::Hook;

pub(super) static TABLE: &[Defect] = &[
    defect(
        (Effect, "later-revocation-without-effect", "RAK-EFF-22"),
        "a revocation that is not the first request of its connection is answered with 204 and the \
         key lives on",
        &[Hook::Revoke(|call, id| {
            let later = call.request.ordinal > 1 && live(call, id);
            later.then(|| Answer::bare(204))
        })],
    ),
    defect(
        (
            Effect,
            "second-revocation-of-a-connection-404",
            "RAK-EFF-22",
        ),
        "the second revocation on a connection is answered with 404",
        &[
            Hook::Revoke(|call, id| {
                let before = call.state.noted(&revoked_on(call)).is_some();
                (before && live(call, id)).then(|| Answer::message(404, "Not found."))
            }),
            Hook::Answer(|call, _| {
                if revoked(call).is_some() {
                    call.state.note(&revoked_on(call), "");
                }
            }),
        ],
    ),
    defect(
        (Auth, "connection-keeps-its-caller", "RAK-AUT-38"),
        "on a connection where a key was used a request without one is let in as its holder",
        &[Hook::Admit(|call| {
            caller_before(call).filter(|_| call.refused(Refusal::Missing))
        })],
    ),
    defect(
        (
            Auth,
            "connection-of-a-revocation-needs-no-key",
            "RAK-AUT-38",
        ),
        "on a connection where a key was revoked the next DELETE is let in with any key or none",
        &[
            Hook::Admit(|call| {
                let wrong = call.refused(Refusal::Missing) || call.refused(Refusal::Unknown);
                let before = call.state.noted(&revoked_on(call)).is_some();
                (wrong && before && call.revokes()).then(|| call.anybody())
            }),
            Hook::Answer(|call, _| {
                if revoked(call).is_some() {
                    call.state.note(&revoked_on(call), "");
                }
            }),
        ],
    ),
    defect(
        (
            Auth,
            "connection-takes-any-key-after-a-good-one",
            "RAK-AUT-38",
        ),
        "on a connection where a key was used a request with an unknown one is let in",
        &[Hook::Admit(|call| {
            caller_before(call).filter(|_| call.refused(Refusal::Unknown))
        })],
    ),
];

/// The holder of a key that was used on the connection of the request.
fn caller_before(call: &Call<'_>) -> Option<Actor> {
    let number = call.request.connection.number;
    let used = |key: &&crate::tenant::keys::Key| key.connections.contains(&number);
    let key = call
        .keys
        .iter()
        .filter(|key| key.realm == call.realm)
        .find(used)?;
    Some(Actor {
        realm: key.realm,
        key: Some(key.id),
    })
}

/// The name under which a revocation on this connection is noted.
fn revoked_on(call: &Call<'_>) -> String {
    format!("revoked on {}", call.request.connection.number)
}
