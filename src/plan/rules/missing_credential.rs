//! A request without the credential that the operation's security demands.
//!
//! ## Requires   The request is refused as documented, whatever it says that it accepts or has.
//! ## Why        An operation that serves callers without a credential protects nothing; one that
//!               answers a browser's `Accept` with a redirect to a login page has no contract.
//! ## Spec       OpenAPI 3.0.3, "Security Requirement Object"; the contract's refusal response;
//!               OWASP API2:2023.
//! ## Silent     Where the operation's security allows anonymous callers.

use super::request::MAIN;
use super::valid_request::{ACCEPTS, accept_script, base, set_accept};
use super::{Context, ControlDraft, Draft, Rule};
use crate::plan::{Piece, Script};

/// No credential at all.
pub const MISSING_CREDENTIAL: Rule = Rule {
    name: "missing-credential",
    document: include_str!("missing_credential.rs"),
    derive: missing_credential,
};

/// The same on ids that no live instance has.
pub const MISSING_CREDENTIAL_OTHER_ID: Rule = Rule {
    name: "missing-credential-other-id",
    document: include_str!("missing_credential.rs"),
    derive: missing_credential_other_id,
};

/// The same with other `Accept` fields.
pub const MISSING_CREDENTIAL_ACCEPT: Rule = Rule {
    name: "missing-credential-accept",
    document: include_str!("missing_credential.rs"),
    derive: missing_credential_accept,
};

/// The same with a Content-Type and no content.
pub const MISSING_CREDENTIAL_CONTENT_TYPE: Rule = Rule {
    name: "missing-credential-content-type",
    document: include_str!("missing_credential.rs"),
    derive: missing_credential_content_type,
};

/// Media types that frameworks parse by themselves, and one that nobody knows.
const CONTENT_TYPES: [(&str, &str, &str); 4] = [
    (
        "form",
        "application/x-www-form-urlencoded",
        "a Content-Type of forms",
    ),
    (
        "multipart",
        "multipart/form-data",
        "a Content-Type of several parts without their boundary",
    ),
    ("xml", "application/xml", "a Content-Type of XML"),
    (
        "unknown",
        "application/x-probity",
        "a Content-Type that nobody knows",
    ),
];

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

/// How far above every id that was seen the unknown one is.
const UNKNOWN_DISTANCE: u64 = 1_000;

fn missing_credential_other_id(context: &Context) -> Vec<Draft> {
    let ids = [
        (
            "dead",
            Piece::RevokedId,
            "no credential, on the id of a dead instance",
        ),
        (
            "unknown",
            Piece::UnseenId(UNKNOWN_DISTANCE),
            "no credential, on an unknown id",
        ),
    ];
    ids.into_iter()
        .map(|(detail, id, words)| {
            let mut template = context.requests.anonymous();
            template.target = context.requests.path(&[id]);
            let mut send = context.requests.insufficient(template);
            send.addresses = None;
            let script = Script::single(format!("missing-credential-other-id::{detail}"), send);
            Draft::guarded(context, detail, words, script)
        })
        .collect()
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

fn missing_credential_content_type(context: &Context) -> Vec<Draft> {
    if context.requests.credential_field().is_none() {
        return Vec::new();
    }
    CONTENT_TYPES
        .iter()
        .map(|(detail, media_type, words)| {
            let mut template = context.requests.anonymous();
            let field = ("Content-Type".to_owned(), vec![Piece::text(*media_type)]);
            template.headers.push(field);
            let send = context.requests.insufficient(template);
            let script = Script::single(format!("missing-credential-content-type::{detail}"), send);
            Draft::guarded(
                context,
                detail,
                format!("no credential, and {words}"),
                script,
            )
        })
        .collect()
}
