//! Refusals side by side: what tells them apart tells a stranger something.
//!
//! ## Requires   Without a credential, an existing id is refused as an unknown one is; with a wrong
//!               one, the reason is not told.
//! ## Why        Whoever can tell existing ids from others can count and collect them.
//! ## Spec       RFC 9110 §15.5.4; OWASP API1:2023; ASVS 6.3.8.
//! ## Silent     Where two answers to the very same request differ already. Of ids of dead
//!               instances: they are known, too.

use super::{Context, Draft, Rule};
use crate::plan::{Derivation, Holder, Piece, Script, Send, Slot, Step, Template};

/// An existing and an unknown id without a credential.
pub const KNOWN_AND_UNKNOWN_ID: Rule = Rule {
    name: "known-and-unknown-id",
    document: include_str!("telling_refusal.rs"),
    derive: known_and_unknown_id,
};

/// Different wrong credentials.
pub const REASON_OF_REFUSAL: Rule = Rule {
    name: "reason-of-refusal",
    document: include_str!("telling_refusal.rs"),
    derive: reason_of_refusal,
};

/// An id that belongs to nobody: 2^63 - 1, the largest that usual servers read.
pub const NOBODYS_ID: &str = "9223372036854775807";

/// How far above the ids that were seen the unknown ones are: near enough to be usual ids, which a
/// look-up does not find, too far for the run itself to come to them; and farther, for targets that
/// know how far they have counted.
const DISTANCES: [(&str, u64); 2] = [("unknown-near", 1_000), ("unknown-far", 1_000_000)];

fn known_and_unknown_id(context: &Context) -> Vec<Draft> {
    if context.requests.credential_field().is_none() {
        return Vec::new();
    }
    let on = |id: Piece| {
        let mut template = context.requests.anonymous();
        template.target = context.requests.path(&[id]);
        template
    };
    let [near, far] = DISTANCES.map(|(label, distance)| (label, on(Piece::UnseenId(distance))));
    let requests = [
        ("subject", on(Piece::Id(Slot::Victim))),
        ("subject-again", on(Piece::Id(Slot::Victim))),
        near,
        far,
    ];
    let script = several(context, "known-and-unknown-id", requests);
    let title = "no credential, on an existing id and on unknown ones";
    vec![Draft {
        control: None,
        ..Draft::guarded(context, "", title, script)
    }]
}

fn reason_of_refusal(context: &Context) -> Vec<Draft> {
    if context.requests.credential_field().is_none() {
        return Vec::new();
    }
    let random = || Piece::Secret(Holder::Disposable, Derivation::RandomAlike);
    let unknown = || context.requests.with_value(vec![random()]);
    let refused = [
        (
            "missing",
            context.requests.anonymous(),
            "no credential and a wrong one",
        ),
        (
            "revoked",
            context.requests.as_holder(Holder::Revoked),
            "a revoked credential and a wrong one",
        ),
        (
            "expired",
            context.requests.as_holder(Holder::Expired),
            "an expired credential and a wrong one",
        ),
    ];
    refused
        .into_iter()
        .map(|(detail, template, words)| {
            let requests = [
                ("subject", template.clone()),
                ("subject-again", template),
                ("other-unknown", unknown()),
            ];
            let script = several(context, &format!("reason-of-refusal::{detail}"), requests);
            Draft {
                control: None,
                ..Draft::guarded(context, detail, words, script)
            }
        })
        .collect()
}

/// A script of requests that the operation must refuse.
fn several<const N: usize>(
    context: &Context,
    name: &str,
    requests: [(&str, Template); N],
) -> Script {
    let step = |(label, template): (&str, Template)| {
        let named = template.target.contains(&Piece::Id(Slot::Victim));
        let mut send: Send = context.requests.insufficient(template);
        send.label = label.to_owned();
        if !named {
            send.addresses = None;
        }
        Step::Send(Box::new(send))
    };
    let mut script = Script::single(name, context.requests.authorised());
    script.steps = requests.into_iter().map(step).collect();
    script.consumes = 0;
    script
}
