//! What else a dead instance's credential could do, what could bring it back, and an instance that
//! ends itself.
//!
//! ## Requires   A dead credential makes nothing new; a dead instance is not revived by writing to
//!               it; an instance that ends itself is dead if it is told so.
//! ## Why        Reading is guarded and making is forgotten; a mass assignment takes the state of
//!               the instance from whoever writes it.
//! ## Spec       The contract's security; OWASP API3:2023, API5:2023; ASVS 7.4.1, 15.3.3.
//! ## Silent     Where the contract has no operation that makes an instance.

use super::dead_credential::{SETUP, require_setup};
use super::request::{MAIN, Requests};
use super::{Context, Draft, Rule};
use crate::plan::{Holder, Piece, Script, Send, Slot, Step, Template};
use crate::suite::CredentialClass;

/// The dead credential on the operation that makes an instance.
pub const DEAD_CREDENTIAL_MAKES: Rule = Rule {
    name: "dead-credential-makes",
    document: include_str!("afterlife.rs"),
    derive: dead_credential_makes,
};

/// Writing to a dead instance that it lives.
pub const REVIVAL: Rule = Rule {
    name: "revival",
    document: include_str!("afterlife.rs"),
    derive: revival,
};

/// An instance that ends itself.
pub const OWN_INSTANCE: Rule = Rule {
    name: "own-instance",
    document: include_str!("afterlife.rs"),
    derive: own_instance,
};

/// What a mass assignment would take: the state under the names that are usual for it.
const LIVING: &str = r#"{"status":"active","active":true,"revoked":false,"revoked_at":null}"#;

fn dead_credential_makes(context: &Context) -> Vec<Draft> {
    let Some(script) = script(context) else {
        return Vec::new();
    };
    if script.send("make").is_none() {
        return Vec::new();
    }
    vec![Draft {
        focus: vec!["make".to_owned()],
        control: None,
        ..Draft::guarded(
            context,
            "",
            "a dead credential that makes a new instance",
            script,
        )
    }]
}

fn revival(context: &Context) -> Vec<Draft> {
    let Some(script) = script(context) else {
        return Vec::new();
    };
    ["put", "patch"]
        .into_iter()
        .filter(|label| script.send(label).is_some())
        .map(|label| Draft {
            focus: vec![label.to_owned()],
            control: None,
            ..Draft::guarded(
                context,
                label,
                format!(
                    "an authorised {} that calls a dead instance live",
                    label.to_uppercase()
                ),
                script.clone(),
            )
        })
        .collect()
}

/// One instance dies; its credential makes another; it is written to.
fn script(context: &Context) -> Option<Script> {
    context.requests.credential_field()?;
    let mut setup = context.requests.authorised();
    setup.label = SETUP.to_owned();
    let mut script = Script::single("afterlife", setup);
    script.steps.push(require_setup());
    script.steps.extend(make(context).map(step));
    for (label, method) in [("put", "PUT"), ("patch", "PATCH")] {
        let mut template = context.requests.as_holder(Holder::Admin);
        template.method = method.to_owned();
        let template = with_json(template, LIVING.to_owned());
        let mut send = Requests::beside(label, template, CredentialClass::Sufficient);
        // Looked at after each, so that the one that revives it is known.
        send.addresses = Some(Slot::Victim);
        script.steps.push(step(send));
    }
    Some(script)
}

fn make(context: &Context) -> Option<Send> {
    let create = context.resource.create.as_ref()?;
    let operation = context.api.operation(&create.operation)?;
    let dead = Holder::Leased(Slot::Victim);
    let template = context.requests.other_operation(operation, dead);
    let template = with_json(template, create.body.to_string());
    Some(Requests::beside(
        "make",
        template,
        CredentialClass::Insufficient,
    ))
}

fn with_json(mut template: Template, json: String) -> Template {
    let media_type = vec![Piece::text("application/json")];
    template
        .headers
        .push(("Content-Type".to_owned(), media_type));
    template.body = Some(vec![Piece::Text(json)]);
    template
}

fn step(send: Send) -> Step {
    Step::Send(Box::new(send))
}

/// A usual instance, and one that may everything: many may not revoke, and only one that may is
/// told that it did.
fn own_instance(context: &Context) -> Vec<Draft> {
    if context.requests.credential_field().is_none() {
        return Vec::new();
    }
    let create = context.resource.create.as_ref();
    let privileged = create.is_some_and(|create| create.privileged.is_some());
    let usual = ("", Slot::Victim, "an instance that ends itself");
    let wide = (
        "privileged-instance",
        Slot::Privileged,
        "an instance that may everything and ends itself",
    );
    let own = [Some(usual), privileged.then_some(wide)];
    own.into_iter()
        .flatten()
        .map(|(detail, slot, words)| {
            let mut template = context.requests.as_holder(Holder::Leased(slot));
            template.target = context.requests.path(&[Piece::Id(slot)]);
            let mut send = context.requests.sufficient(template);
            send.addresses = Some(slot);
            let mut name = "own-instance".to_owned();
            if !detail.is_empty() {
                name = format!("{name}::{detail}");
            }
            Draft {
                focus: vec![MAIN.to_owned()],
                control: None,
                ..Draft::guarded(context, detail, words, Script::single(name, send))
            }
        })
        .collect()
}
