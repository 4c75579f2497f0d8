//! A request without the credential that the operation's security demands.
//!
//! ## Requires   The request is refused as documented, whatever it says that it accepts.
//! ## Why        An operation that serves callers without a credential protects nothing; one that
//!               answers a browser's `Accept` with a redirect to a login page has no contract.
//! ## Spec       OpenAPI 3.0.3, "Security Requirement Object"; the contract's refusal response;
//!               OWASP API2:2023.
//! ## Silent     Where the operation's security allows anonymous callers.

use super::request::MAIN;
use super::valid_request::{ACCEPTS, accept_script, base, set_accept};
use super::{Context, ControlDraft, Draft, Rule};
use crate::plan::Script;

/// No credential at all.
pub const MISSING_CREDENTIAL: Rule = Rule {
    name: "missing-credential",
    document: include_str!("missing_credential.rs"),
    derive: missing_credential,
};

/// The same with other `Accept` fields.
pub const MISSING_CREDENTIAL_ACCEPT: Rule = Rule {
    name: "missing-credential-accept",
    document: include_str!("missing_credential.rs"),
    derive: missing_credential_accept,
};

fn missing_credential(context: &Context) -> Vec<Draft> {
    let template = context.requests.anonymous();
    vec![Draft {
        detail: String::new(),
        title: "no credential".to_owned(),
        script: Script::single(
            "missing-credential",
            context.requests.insufficient(template),
        ),
        focus: vec![MAIN.to_owned()],
        control: Some(ControlDraft {
            base: base(context),
            shaped: None,
        }),
        pointers: context.security_pointers(),
    }]
}

fn missing_credential_accept(context: &Context) -> Vec<Draft> {
    ACCEPTS
        .iter()
        .map(|(detail, accept, words)| {
            let mut template = context.requests.anonymous();
            set_accept(&mut template.headers, *accept);
            let send = context.requests.insufficient(template);
            Draft {
                detail: (*detail).to_owned(),
                title: format!("no credential, {words}"),
                script: Script::single(format!("missing-credential-accept::{detail}"), send),
                focus: vec![MAIN.to_owned()],
                control: Some(ControlDraft {
                    base: base(context),
                    // Who accepts XML alone may be refused for it: then nothing was served.
                    shaped: (*detail != "xml").then(|| accept_script(context, detail, *accept)),
                }),
                pointers: context.security_pointers(),
            }
        })
        .collect()
}
