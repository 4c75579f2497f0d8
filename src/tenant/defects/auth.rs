//! Defects of authentication: who is let in.

use super::{Class, Defect};
use crate::tenant::call::{Call, Refusal};
use crate::tenant::hooks::Hook;

const fn auth(
    name: &'static str,
    requirement: &'static str,
    description: &'static str,
    hooks: &'static [Hook],
) -> Defect {
    Defect {
        name,
        class: Class::Auth,
        description,
        requirement,
        hooks,
    }
}

pub(super) static TABLE: &[Defect] = &[auth(
    "accepts-missing-key",
    "RAK-AUT-01",
    "a request without a key is let in",
    &[Hook::Admit(|call| {
        refused(call, Refusal::Missing).then(|| call.anybody())
    })],
)];

fn refused(call: &Call<'_>, refusal: Refusal) -> bool {
    call.refusal == Some(refusal)
}
