//! Odd keys: ids and secrets of other forms.

use super::{Odd, odd};
use crate::tenant::answer::Answer;
use crate::tenant::call::Refusal;
use crate::tenant::defects::make_narrow;
use crate::tenant::hooks::Hook;
use crate::tenant::keys::{KeyStatus, Numbering, SecretShape};
use crate::tenant::routes::Resource;

pub(super) static TABLE: &[Odd] = &[
    odd(
        "random-ids",
        "ids are random, up to 2^53",
        &[Hook::Setup(|blueprint| {
            blueprint.numbering = Numbering::Random
        })],
    ),
    odd(
        "big-ids",
        "ids are close to 2^53",
        &[Hook::Setup(|blueprint| {
            blueprint.numbering = Numbering::Global(BIG)
        })],
    ),
    odd(
        "ids-from-one",
        "ids begin with 1",
        &[Hook::Setup(|blueprint| {
            blueprint.numbering = Numbering::Global(1)
        })],
    ),
    odd(
        "ids-per-tenant",
        "each tenant has its own sequence of ids, so both have the same ones",
        &[Hook::Setup(|blueprint| {
            blueprint.numbering = Numbering::PerTenant(41)
        })],
    ),
    odd(
        "hexadecimal-secrets",
        "secrets are 64 hexadecimal digits",
        &[Hook::Setup(|blueprint| {
            blueprint.secrets = SecretShape::Hex
        })],
    ),
    odd(
        "uuid-secrets",
        "secrets are UUIDs",
        &[Hook::Setup(|blueprint| {
            blueprint.secrets = SecretShape::Uuid
        })],
    ),
    odd(
        "secrets-with-id",
        "secrets are the id, a bar, and a random part",
        &[Hook::Setup(|blueprint| {
            blueprint.secrets = SecretShape::IdAndBar
        })],
    ),
    odd(
        "secrets-with-id-that-is-not-needed",
        "secrets are the id, a bar, and a random part, which is enough by itself",
        &[
            Hook::Setup(|blueprint| blueprint.secrets = SecretShape::IdAndBar),
            Hook::Admit(|call| {
                let part = call.presented().filter(|part| !part.contains('|'))?;
                let unknown = call.refused(Refusal::Unknown);
                call.actor_where(|secret| {
                    unknown && secret.split_once('|').is_some_and(|(_, own)| own == part)
                })
            }),
        ],
    ),
    odd(
        "names-are-unique",
        "a second key with a name that a live one has is answered with 422",
        &[Hook::Instead(|call| {
            let creates = call.request.method == "POST" && call.resource == Some(Resource::ApiKeys);
            if !creates || call.authenticate().is_err() {
                return None;
            }
            let name = call.request.body_value("name")?;
            let mut own = call.keys.iter().filter(|key| key.realm == call.realm);
            let taken = own.any(|key| key.name == name && key.status() == KeyStatus::Active);
            taken.then(|| Answer::message(422, "The name has already been taken."))
        })],
    ),
    odd(
        "keys-are-narrow-by-default",
        "a key for which no scopes are asked has one",
        &[Hook::Answer(|call, _| make_narrow(call))],
    ),
];

/// The first id of the tenant with big ones: below 2^53 by enough keys for any run.
const BIG: i64 = (1 << 53) - 1_000_000;
