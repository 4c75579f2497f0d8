//! The operation's documented request, as an authorised caller sends it.
//!
//! ## Requires   An authorised request on an existing instance gets the documented success.
//! ## Why        It is what the operation is for; every refusal is measured against it.
//! ## Spec       The contract: the operation's success response. RFC 9110 §12.5.1 (a request
//!               without `Accept` accepts anything).
//! ## Silent     Where the operation addresses no instance that can be made or was handed over.

use super::credential_elsewhere::content_controls;
use super::credential_value::control_of;
use super::request::MAIN;
use super::{Context, Draft, Rule};
use crate::plan::{Holder, Piece, Script, Slot, Step, Watch};

/// The plain request; also the control of the refusals.
pub const VALID_REQUEST: Rule = Rule {
    name: "valid-request",
    document: include_str!("valid_request.rs"),
    derive: valid_request,
};

/// The same with other `Accept` fields.
pub const VALID_REQUEST_ACCEPT: Rule = Rule {
    name: "valid-request-accept",
    document: include_str!("valid_request.rs"),
    derive: valid_request_accept,
};

/// The plain request with another caller, content or history.
pub const VALID_REQUEST_VARIATION: Rule = Rule {
    name: "valid-request-variation",
    document: include_str!("valid_request.rs"),
    derive: valid_request_variation,
};

/// The `Accept` variants: detail, field value, words.
pub const ACCEPTS: [(&str, Option<&str>, &str); 4] = [
    ("absent", None, "without Accept"),
    ("any", Some("*/*"), "with Accept: */*"),
    ("html", Some("text/html"), "with Accept: text/html"),
    (
        "xml",
        Some("application/xml"),
        "with Accept: application/xml",
    ),
];

/// The base script: the authorised request, with a second instance made after the victim, so that
/// a target that takes the newest or the next one is seen, and one of the other tenant.
#[must_use]
pub fn base(context: &Context) -> Script {
    let mut script = Script::single("valid-request", context.requests.authorised());
    script.steps.insert(0, Step::Look(Slot::Second));
    script.watch = Watch::OtherTenant;
    script
}

/// The authorised request with another `Accept`.
#[must_use]
pub fn accept_script(context: &Context, detail: &str, accept: Option<&str>) -> Script {
    let mut send = context.requests.authorised();
    set_accept(&mut send.template.headers, accept);
    Script::single(format!("valid-request-accept::{detail}"), send)
}

/// Puts `Accept` to the value, or takes it out.
pub fn set_accept(headers: &mut Vec<(String, Vec<Piece>)>, accept: Option<&str>) {
    headers.retain(|(name, _)| name != "Accept");
    if let Some(value) = accept {
        headers.push(("Accept".to_owned(), vec![Piece::text(value)]));
    }
}

fn valid_request(context: &Context) -> Vec<Draft> {
    vec![Draft {
        detail: String::new(),
        title: "an authorised request on a live instance".to_owned(),
        script: base(context),
        focus: vec![MAIN.to_owned()],
        control: None,
        pointers: vec![context.operation.pointer.clone()],
    }]
}

fn valid_request_accept(context: &Context) -> Vec<Draft> {
    let variants = ACCEPTS.iter().filter(|(detail, ..)| *detail != "html");
    variants
        .map(|(detail, accept, words)| Draft {
            detail: (*detail).to_owned(),
            title: format!("an authorised request {words}"),
            script: accept_script(context, detail, *accept),
            focus: vec![MAIN.to_owned()],
            control: None,
            pointers: vec![context.operation.pointer.clone()],
        })
        .collect()
}

/// What else an authorised caller may do: also the controls of the refusals that need them.
fn valid_request_variation(context: &Context) -> Vec<Draft> {
    let mut unused = Script::single(
        "valid-request-variation::unused",
        context.requests.authorised(),
    );
    unused.watch = Watch::OnlyAfter;
    let mut variations = vec![(
        "unused",
        "an authorised request on an instance that was never used",
        unused,
    )];
    if context.requests.credential_field().is_some() {
        let disposable = control_of(context, Holder::Disposable);
        variations.push((
            "disposable",
            "an authorised request of a disposable instance",
            disposable,
        ));
    }
    let content = content_controls(context);
    variations.extend(content.into_iter().map(|(detail, script)| {
        (
            detail,
            "an authorised request with content that says nothing",
            script,
        )
    }));
    let html = accept_script(context, "html", Some("text/html"));
    variations.push((
        "accept-html",
        "an authorised request with Accept: text/html",
        html,
    ));
    variations
        .into_iter()
        .map(|(detail, title, script)| Draft {
            detail: detail.to_owned(),
            title: title.to_owned(),
            script,
            focus: vec![MAIN.to_owned()],
            control: None,
            pointers: vec![context.operation.pointer.clone()],
        })
        .collect()
}
