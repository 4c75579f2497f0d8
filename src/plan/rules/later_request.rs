//! A request that is not the first of its connection.
//!
//! ## Requires   It means what it means alone: with the credential it is served and has its effect;
//!               without one it is refused, whoever spoke on the connection before.
//! ## Why        Servers and proxies keep state with a connection: who was authenticated on it, a
//!               transaction that is still open, a parser that is not where it should be.
//! ## Spec       RFC 9110 §3.3 (each message is understood in isolation), RFC 9112 §9.3; the
//!               contract's success and refusal.
//! ## Silent     Where the target closes the connection after an answer.

use super::request::MAIN;
use super::valid_request::base;
use super::{Context, ControlDraft, Draft, Rule};
use crate::plan::{CredentialClass, Derivation, Holder, Piece, Script, Send, Slot, Step, Wire};

/// An authorised request after another one on its connection.
pub const LATER_REQUEST: Rule = Rule {
    name: "later-request",
    document: include_str!("later_request.rs"),
    derive: later_request,
};

/// A request without a credential after one with it on its connection.
pub const CREDENTIAL_BEFORE: Rule = Rule {
    name: "credential-before",
    document: include_str!("later_request.rs"),
    derive: credential_before,
};

/// The label of the request that comes first on the connection.
const BEFORE: &str = "before";

fn later_request(context: &Context) -> Vec<Draft> {
    let refused = context.requests.insufficient(context.requests.anonymous());
    let first = [
        ("after-read", read(context, Some(Holder::Admin)), "a read"),
        ("after-request", Some(on_second(context)), "another one"),
        ("after-refusal", Some(refused), "a refused one"),
    ];
    let drafts = first.into_iter().filter_map(|(detail, before, words)| {
        let later = context.requests.authorised();
        let script = script("later-request", detail, before?, later);
        Some(Draft {
            focus: vec![MAIN.to_owned()],
            pointers: vec![context.operation.pointer.clone()],
            ..guarded(context, detail, words, script)
        })
    });
    drafts.collect()
}

fn credential_before(context: &Context) -> Vec<Draft> {
    if context.requests.credential_field().is_none() {
        return Vec::new();
    }
    let requests = &context.requests;
    let anonymous = || Some(requests.insufficient(requests.anonymous()));
    let unknown = Piece::Secret(Holder::Leased(Slot::Victim), Derivation::RandomAlike);
    let unknown = requests.insufficient(requests.with_value(vec![unknown]));
    let known = || read(context, Some(Holder::Admin));
    let served = || Some(on_second(context));
    let pairs = [
        ("read-then-read", known(), read(context, None)),
        ("read-then-request", known(), anonymous()),
        ("request-then-request", served(), anonymous()),
        ("request-then-unknown", served(), Some(unknown)),
    ];
    let drafts = pairs.into_iter().filter_map(|(detail, before, later)| {
        let script = script("credential-before", detail, before?, later?);
        let words = "one with a sufficient credential";
        Some(Draft {
            focus: vec![BEFORE.to_owned(), MAIN.to_owned()],
            ..guarded(context, detail, words, script)
        })
    });
    drafts.collect()
}

fn guarded(context: &Context, detail: &str, words: &str, script: Script) -> Draft {
    let later = script.send(MAIN);
    let bare = later.is_some_and(|send| send.credential == CredentialClass::Insufficient);
    let what = match (bare, detail.ends_with("unknown")) {
        (false, _) => "an authorised request",
        (true, false) => "no credential",
        (true, true) => "an unknown credential",
    };
    Draft {
        control: Some(ControlDraft {
            base: base(context),
            shaped: None,
        }),
        ..Draft::guarded(
            context,
            detail,
            format!("{what} on the connection of {words}"),
            script,
        )
    }
}

/// One request after the other on one connection.
fn script(rule: &str, detail: &str, mut before: Send, mut later: Send) -> Script {
    BEFORE.clone_into(&mut before.label);
    MAIN.clone_into(&mut later.label);
    let mut script = Script::of(format!("{rule}::{detail}"), Vec::new());
    for mut send in [before, later] {
        send.wire = Wire::Kept;
        let kills = send.credential == CredentialClass::Sufficient && send.addresses.is_some();
        script.consumes += u32::from(kills);
        script.steps.push(Step::Send(Box::new(send)));
    }
    script
}

/// The authorised request on an instance that the later one does not name.
fn on_second(context: &Context) -> Send {
    let mut send = context.requests.authorised();
    send.template.target = context.requests.path(&[Piece::Id(Slot::Second)]);
    send.addresses = Some(Slot::Second);
    send
}

/// The suite's probe as a holder, or as nobody.
fn read(context: &Context, holder: Option<Holder>) -> Option<Send> {
    let probe = context.resource.probe.as_ref()?;
    let operation = context.api.operation(&probe.operation)?;
    let field = context.requests.credential_field()?.name;
    let mut template = context
        .requests
        .other_operation(operation, holder.unwrap_or(Holder::Admin));
    let credential = match holder {
        Some(_) => CredentialClass::Sufficient,
        None => {
            template.headers.retain(|(name, _)| *name != field);
            CredentialClass::Insufficient
        }
    };
    Some(Send {
        label: MAIN.to_owned(),
        template,
        wire: Wire::Kept,
        credential,
        path: None,
        addresses: None,
        breaks: None,
    })
}
