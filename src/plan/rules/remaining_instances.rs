//! What the run made and no case ended, at its end.
//!
//! ## Requires   A success means that the instance is dead, also when the run takes away what it
//!               made.
//! ## Why        Instances that stood by for the whole run are older, and used otherwise, than
//!               those that were made to die; what gives way under many requests gives way here.
//! ## Spec       The contract's success ("revoked").
//! ## Silent     Where nothing is left; where the target has no probe.

use super::request::MAIN;
use super::{Context, Draft, Rule};
use crate::plan::{Piece, Script, Slot, Step};

/// The authorised request on each instance that is left.
pub const REMAINING_INSTANCES: Rule = Rule {
    name: "remaining-instances",
    document: include_str!("remaining_instances.rs"),
    derive: remaining_instances,
};

fn remaining_instances(context: &Context) -> Vec<Draft> {
    if context.resource.create.is_none() {
        return Vec::new();
    }
    let mut send = context.requests.authorised();
    send.template.target = context.requests.path(&[Piece::Id(Slot::Remaining)]);
    send.addresses = Some(Slot::Remaining);
    let step = Step::TakeAway(Box::new(send));
    let mut script = Script::of("remaining-instances", vec![step]);
    script.alone = true;
    vec![Draft {
        detail: String::new(),
        title: "an authorised request on each instance that the run made and that still lives"
            .to_owned(),
        script,
        focus: vec![MAIN.to_owned()],
        control: None,
        pointers: vec![context.operation.pointer.clone()],
    }]
}
