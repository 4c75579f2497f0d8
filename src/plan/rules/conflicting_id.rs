//! An authorised request whose query names another instance than its path.
//!
//! ## Requires   The path decides: the instance that the query names lives on.
//! ## Why        Frameworks that merge path, query and body parameters let a stray value win.
//! ## Spec       The contract: the parameter's `in: path`; ASVS 15.3.7.
//! ## Silent     What becomes of the addressed instance beyond what the status says.

use super::request::MAIN;
use super::valid_request::base;
use super::{Context, ControlDraft, Draft, Rule};
use crate::plan::{Holder, Piece, Script, Slot};

/// The id in the query under its own and a usual name.
pub const CONFLICTING_ID: Rule = Rule {
    name: "conflicting-id",
    document: include_str!("conflicting_id.rs"),
    derive: conflicting_id,
};

fn conflicting_id(context: &Context) -> Vec<Draft> {
    let mut template = context.requests.as_holder(Holder::Admin);
    let name = &context.resource.parameter;
    template.target.extend([
        Piece::Text(format!("?{name}=")),
        Piece::Id(Slot::Second),
        Piece::text("&id="),
        Piece::Id(Slot::Second),
    ]);
    let send = context.requests.sufficient(template);
    vec![Draft {
        detail: "query".to_owned(),
        title: "another instance's id in the query".to_owned(),
        script: Script::single("conflicting-id::query", send),
        focus: vec![MAIN.to_owned()],
        control: Some(ControlDraft {
            base: base(context),
            shaped: None,
        }),
        pointers: vec![context.operation.pointer.clone()],
    }]
}
