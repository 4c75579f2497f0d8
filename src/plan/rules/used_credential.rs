//! A credential that is in use while its instance is revoked, and long after.
//!
//! ## Requires   No use that starts after the success is accepted: not while it was in use all the
//!               time, not on a connection where it was accepted before, not a while later.
//! ## Why        Sessions, connections, replicas and caches each remember a credential in their own
//!               way; a cache that is filled again brings a revoked one back.
//! ## Spec       The contract's success ("revoked"); RFC 7009 §2.1 (an analogue); ASVS 7.4.1,
//!               8.3.2.
//! ## Silent     Where the suite names no probe; where the target closes connections by itself.

use super::request::MAIN;
use super::{Context, Draft, Rule};
use crate::plan::{Holder, Script, Send, Slot, Step, Tier, Watch, Wire};
use crate::suite::CredentialClass;

/// The credential in use without a pause.
pub const CREDENTIAL_IN_USE: Rule = Rule {
    name: "credential-in-use",
    document: include_str!("used_credential.rs"),
    derive: credential_in_use,
};

/// The credential on a connection where it was accepted.
pub const USED_CONNECTION: Rule = Rule {
    name: "used-connection",
    document: include_str!("used_credential.rs"),
    derive: used_connection,
};

/// Credentials of instances that were revoked a while ago.
pub const LINGERING_CREDENTIAL: Rule = Rule {
    name: "lingering-credential",
    document: include_str!("used_credential.rs"),
    derive: lingering_credential,
};

/// How often a credential is used before its instance is revoked in the middle of its use.
const USES_BEFORE: u32 = 4;

fn credential_in_use(context: &Context) -> Vec<Draft> {
    let send = context.requests.authorised();
    let mut script = Script::single("credential-in-use", send.clone());
    script.steps = vec![
        Step::Use(Slot::Victim, USES_BEFORE),
        Step::SendInUse(Slot::Victim, Box::new(send)),
        Step::Look(Slot::Victim),
    ];
    script.alone = true;
    vec![draft(
        context,
        "an authorised request on an instance whose credential is in use all the while",
        script,
        vec![MAIN.to_owned()],
    )]
}

fn used_connection(context: &Context) -> Vec<Draft> {
    let probe = context.resource.probe.as_ref();
    let Some(probe) = probe.and_then(|probe| context.api.operation(&probe.operation)) else {
        return Vec::new();
    };
    let look = |label: &str, credential| {
        Step::Send(Box::new(Send {
            label: label.to_owned(),
            template: context
                .requests
                .other_operation(probe, Holder::Leased(Slot::Victim)),
            wire: Wire::Kept,
            credential,
            path: None,
            addresses: None,
            breaks: None,
        }))
    };
    let mut setup = context.requests.authorised();
    setup.label = "setup".to_owned();
    let mut script = Script::single("used-connection", setup.clone());
    script.steps = vec![
        look("before", CredentialClass::Sufficient),
        Step::Send(Box::new(setup)),
        Step::RequireAnySuccess {
            labels: vec!["setup".to_owned()],
            otherwise: "the instance could not be revoked".to_owned(),
        },
        look("after", CredentialClass::Insufficient),
    ];
    vec![draft(
        context,
        "a dead credential on the connection where it was used",
        script,
        vec!["before".to_owned(), "after".to_owned()],
    )]
}

fn lingering_credential(context: &Context) -> Vec<Draft> {
    let script = Script {
        name: "lingering-credential".to_owned(),
        steps: vec![Step::LookAtTheDead],
        alone: true,
        consumes: 0,
        watch: Watch::Own,
        tier_at_least: Tier::Revoke,
    };
    vec![draft(
        context,
        "the credentials of instances that were revoked a while ago",
        script,
        Vec::new(),
    )]
}

fn draft(context: &Context, title: &str, script: Script, focus: Vec<String>) -> Draft {
    Draft {
        detail: String::new(),
        title: title.to_owned(),
        script,
        focus,
        control: None,
        pointers: vec![context.operation.pointer.clone()],
    }
}
