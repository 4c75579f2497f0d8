//! Credentials that are real but do not suffice: expired, revoked, limited, of another tenant.
//!
//! ## Requires   The request is refused as documented.
//! ## Why        A credential's end, its scope and its tenant are looked up apart from the
//!               credential itself, and each look-up is forgotten by somebody.
//! ## Spec       The contract's refusal response ("expired, or insufficient"); RFC 7592 §5;
//!               OWASP API5:2023; ASVS 8.4.1.
//! ## Silent     Where the identity is declared absent, with the reason given there.

use super::request::MAIN;
use super::valid_request::base;
use super::{Context, ControlDraft, Draft, Rule};
use crate::plan::{Holder, Piece, Script, Slot};

/// An expired credential.
pub const EXPIRED_CREDENTIAL: Rule = Rule {
    name: "expired-credential",
    document: include_str!("identity.rs"),
    derive: |context| draft(context, Holder::Expired, "an expired credential"),
};

/// A credential that was revoked before.
pub const REVOKED_CREDENTIAL: Rule = Rule {
    name: "revoked-credential",
    document: include_str!("identity.rs"),
    derive: |context| {
        draft(
            context,
            Holder::Revoked,
            "a credential that was revoked before",
        )
    },
};

/// A live credential that may not do this.
pub const LIMITED_CREDENTIAL: Rule = Rule {
    name: "limited-credential",
    document: include_str!("identity.rs"),
    derive: limited_credential,
};

/// A live credential of another tenant.
pub const OTHER_TENANT_CREDENTIAL: Rule = Rule {
    name: "other-tenant-credential",
    document: include_str!("identity.rs"),
    derive: |context| {
        draft(
            context,
            Holder::OtherTenant,
            "a credential of another tenant",
        )
    },
};

/// On a usual instance, and on one that may more than its caller.
fn limited_credential(context: &Context) -> Vec<Draft> {
    let words = "a credential that may not do this";
    let mut drafts = draft(context, Holder::Limited, words);
    let create = context.resource.create.as_ref();
    let privileged = create.and_then(|create| create.privileged.as_ref());
    if let (Some(plain), true) = (drafts.first(), privileged.is_some()) {
        let mut template = context.requests.as_holder(Holder::Limited);
        template.target = context.requests.path(&[Piece::Id(Slot::Privileged)]);
        let mut send = context.requests.insufficient(template);
        send.addresses = Some(Slot::Privileged);
        let detail = "privileged-instance";
        let script = Script::single(format!("limited-credential::{detail}"), send);
        drafts.push(Draft {
            detail: detail.to_owned(),
            title: format!("{words}, on an instance that may everything"),
            script,
            ..plain.clone()
        });
    }
    drafts
}

fn draft(context: &Context, holder: Holder, words: &str) -> Vec<Draft> {
    if context.requests.credential_field().is_none() {
        return Vec::new();
    }
    let send = context
        .requests
        .insufficient(context.requests.as_holder(holder));
    vec![Draft {
        detail: String::new(),
        title: words.to_owned(),
        script: Script::single(format!("{holder}-credential"), send),
        focus: vec![MAIN.to_owned()],
        control: Some(ControlDraft {
            base: base(context),
            shaped: None,
        }),
        pointers: context.security_pointers(),
    }]
}
