//! Other methods on the path of an instance.
//!
//! ## Requires   A method that the operation does not have changes nothing, and is answered with a
//!               refusal or what is documented for it; HEAD has no content; OPTIONS says what is
//!               allowed.
//! ## Why        Routers that match any method, and crawlers that follow links by GET, have deleted
//!               whole databases.
//! ## Spec       RFC 9110 §9.1, §9.2.1, §9.3.2, §9.3.7, §15.5.6, §15.6.2.
//! ## Silent     Which refusal it is: 401, 403, 404, 405 and 501 all say no.

use super::{Context, Draft, Rule};
use crate::plan::{Holder, Piece, Script, Send, Step, Template};
use crate::suite::CredentialClass;

/// Safe methods: GET and HEAD by an authorised caller, OPTIONS as a browser sends it.
pub const OTHER_METHOD: Rule = Rule {
    name: "other-method",
    document: include_str!("method.rs"),
    derive: other_method,
};

/// Methods that nobody registered, of which one is the operation's own in lower case.
pub const UNKNOWN_METHOD: Rule = Rule {
    name: "unknown-method",
    document: include_str!("method.rs"),
    derive: unknown_method,
};

/// The origin of a page that nobody runs (RFC 2606 §3).
const FOREIGN_ORIGIN: &str = "https://page.example";

fn other_method(context: &Context) -> Vec<Draft> {
    let authorised = || context.requests.as_holder(Holder::Admin);
    let anonymous = || context.requests.anonymous();
    let mut preflight = anonymous();
    let mut asks = vec![
        ("Origin", FOREIGN_ORIGIN.to_owned()),
        (
            "Access-Control-Request-Method",
            context.operation.method.clone(),
        ),
    ];
    if let Some(field) = context.requests.credential_field() {
        let name = field.name.to_ascii_lowercase();
        asks.push(("Access-Control-Request-Headers", name));
    }
    let fields = asks.into_iter();
    preflight
        .headers
        .extend(fields.map(|(name, value)| (name.to_owned(), vec![Piece::Text(value)])));
    let table = vec![
        ("get", "GET", authorised(), CredentialClass::Sufficient),
        ("head", "HEAD", authorised(), CredentialClass::Sufficient),
        (
            "options",
            "OPTIONS",
            anonymous(),
            CredentialClass::Insufficient,
        ),
        (
            "preflight",
            "OPTIONS",
            preflight,
            CredentialClass::Insufficient,
        ),
    ];
    drafts(context, "other-method", table)
}

fn unknown_method(context: &Context) -> Vec<Draft> {
    let disposable = || context.requests.as_holder(Holder::Disposable);
    let lower = context.operation.method.to_ascii_lowercase();
    let table = vec![
        (
            "unregistered",
            "REVOKE",
            disposable(),
            CredentialClass::Sufficient,
        ),
        (
            "lower-case",
            lower.as_str(),
            disposable(),
            CredentialClass::Sufficient,
        ),
    ];
    drafts(context, "unknown-method", table)
}

/// A method's row: detail, method, request, credential.
type Row<'a> = (&'static str, &'a str, Template, CredentialClass);

/// One script for all methods of the table: on a correct target none of them has an effect.
fn drafts(context: &Context, rule: &str, table: Vec<Row>) -> Vec<Draft> {
    let others = table
        .into_iter()
        .filter(|(_, method, ..)| *method != context.operation.method);
    let sends: Vec<(&'static str, Send)> = others
        .map(|(detail, method, mut template, credential)| {
            method.clone_into(&mut template.method);
            let mut send = match credential {
                CredentialClass::Sufficient => context.requests.sufficient(template),
                CredentialClass::Insufficient => context.requests.insufficient(template),
            };
            detail.clone_into(&mut send.label);
            // It is another operation, if any: only what it did to the instance is looked at.
            send.path = None;
            (detail, send)
        })
        .collect();
    let steps = sends
        .iter()
        .map(|(_, send)| Step::Send(Box::new(send.clone())));
    let script = Script::of(rule, steps.collect());
    sends
        .into_iter()
        .map(|(detail, send)| Draft {
            detail: detail.to_owned(),
            title: format!("{} on an instance", send.template.method),
            script: script.clone(),
            focus: vec![send.label],
            control: None,
            pointers: vec![context.operation.pointer.clone()],
        })
        .collect()
}
