//! A safe operation with a credential, and then the same without one.
//!
//! ## Requires   The second is refused: what was answered to one caller is not given to the next.
//! ## Why        Shared caches hold back answers to `Authorization` alone (RFC 9111 §3.5); a key in
//!               a field of its own is not protected so.
//! ## Spec       The contract's refusal; OWASP API8:2023.
//! ## Silent     Where the operation does not serve the credential in the first place.

use super::request::Requests;
use super::{Context, Draft, Rule};
use crate::plan::{Holder, Script, Step};
use crate::suite::CredentialClass;

/// The probe with and then without a credential.
pub const SHARED_CACHE: Rule = Rule {
    name: "shared-cache",
    document: include_str!("shared_cache.rs"),
    derive: shared_cache,
};

fn shared_cache(context: &Context) -> Vec<Draft> {
    let probe = context.resource.probe.as_ref();
    let probe = probe.and_then(|probe| context.api.operation(&probe.operation));
    let (Some(operation), Some(field)) = (probe, context.requests.credential_field()) else {
        return Vec::new();
    };
    let with = context.requests.other_operation(operation, Holder::Admin);
    let mut without = with.clone();
    without.headers.retain(|(name, _)| *name != field.name);
    let first = Requests::beside("with", with, CredentialClass::Sufficient);
    let mut script = Script::single("shared-cache", first);
    let second = Requests::beside("without", without, CredentialClass::Insufficient);
    script.steps.push(Step::Send(Box::new(second)));
    script.consumes = 0;
    let mut draft = Draft::guarded(
        context,
        "",
        "the probe as the admin, then as nobody",
        script,
    );
    draft.control = None;
    draft.pointers = vec![operation.pointer.clone()];
    vec![draft]
}
