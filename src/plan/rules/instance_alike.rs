//! Two instances that were made with the same content.
//!
//! ## Requires   Of two instances that differ in nothing but their ids only the addressed one dies.
//! ## Why        What is looked up by the id and then ended by its name, its scopes or the second
//!               of its making takes its likes with it.
//! ## Spec       The contract: the path names one instance by its id.
//! ## Silent     Where the target makes no second instance with the same content.

use super::request::MAIN;
use super::{Context, Draft, Rule};
use crate::plan::{Piece, Script, Slot, Step};

/// One of two instances with the same content.
pub const INSTANCE_ALIKE: Rule = Rule {
    name: "instance-alike",
    document: include_str!("instance_alike.rs"),
    derive: instance_alike,
};

fn instance_alike(context: &Context) -> Vec<Draft> {
    if context.resource.create.is_none() {
        return Vec::new();
    }
    let table = [("older", Slot::Victim), ("newer", Slot::Twin)];
    let drafts = table.map(|(detail, slot)| {
        let mut send = context.requests.authorised();
        send.template.target = context.requests.path(&[Piece::Id(slot)]);
        send.addresses = Some(slot);
        let mut script = Script::single(format!("instance-alike::{detail}"), send);
        // Both are made for it: of what was handed over it uses up nothing.
        script.consumes = 0;
        let watched = [Slot::Victim, Slot::Twin].map(Step::Look);
        script.steps.splice(0..0, watched);
        Draft {
            detail: detail.to_owned(),
            title: format!("an authorised request on the {detail} of two instances that are alike"),
            script,
            focus: vec![MAIN.to_owned()],
            control: None,
            pointers: vec![context.operation.pointer.clone()],
        }
    });
    drafts.into()
}
