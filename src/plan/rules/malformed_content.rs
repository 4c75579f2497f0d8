//! An authorised request with content that is not what its Content-Type says.
//!
//! ## Requires   It succeeds, since the content means nothing, or it is refused without effect.
//! ## Why        A body parser that fails after the effect, or throws, turns a revocation into a
//!               500.
//! ## Spec       RFC 9110 §9.3.5 (content of a DELETE has no defined semantics).
//! ## Silent     Which of the two it is.

use super::request::MAIN;
use super::valid_request::base;
use super::{Context, ControlDraft, Draft, Rule};
use crate::plan::{Holder, Piece, Script};

/// JSON that is none.
pub const MALFORMED_CONTENT: Rule = Rule {
    name: "malformed-content",
    document: include_str!("malformed_content.rs"),
    derive: malformed_content,
};

fn malformed_content(context: &Context) -> Vec<Draft> {
    let mut template = context.requests.as_holder(Holder::Admin);
    let json = vec![Piece::text("application/json")];
    template.headers.push(("Content-Type".to_owned(), json));
    template.body = Some(vec![Piece::text("{\"id\":")]);
    vec![Draft {
        detail: String::new(),
        title: "malformed JSON as content".to_owned(),
        script: Script::single("malformed-content", context.requests.sufficient(template)),
        focus: vec![MAIN.to_owned()],
        control: Some(ControlDraft {
            base: base(context),
            shaped: None,
        }),
        pointers: vec![context.operation.pointer.clone()],
    }]
}
