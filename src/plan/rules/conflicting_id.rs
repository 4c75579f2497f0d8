//! An authorised request whose query or content names another instance than its path.
//!
//! ## Requires   The path decides: the instance that the query or the content names lives on.
//! ## Why        Frameworks that merge path, query and body parameters let a stray value win.
//! ## Spec       The contract: the parameter's `in: path`; RFC 9110 §9.3.5 (content of a DELETE
//!               cannot alter its target); ASVS 15.3.7.
//! ## Silent     What becomes of the addressed instance beyond what the status says.

use super::request::MAIN;
use super::spelled_id::names_an_integer;
use super::valid_request::base;
use super::{Context, ControlDraft, Draft, Rule};
use crate::plan::{Holder, Piece, Script, Slot};

/// The id elsewhere under its own and a usual name.
pub const CONFLICTING_ID: Rule = Rule {
    name: "conflicting-id",
    document: include_str!("conflicting_id.rs"),
    derive: conflicting_id,
};

fn conflicting_id(context: &Context) -> Vec<Draft> {
    let name = &context.resource.parameter;
    let mut query = context.requests.as_holder(Holder::Admin);
    query.target.extend([
        Piece::Text(format!("?{name}=")),
        Piece::Id(Slot::Second),
        Piece::text("&id="),
        Piece::Id(Slot::Second),
    ]);
    let mut content = context.requests.as_holder(Holder::Admin);
    let json = vec![Piece::text("application/json")];
    content.headers.push(("Content-Type".to_owned(), json));
    let quote = if names_an_integer(context) { "" } else { "\"" };
    content.body = Some(vec![
        Piece::Text(format!("{{\"{name}\":{quote}")),
        Piece::Id(Slot::Second),
        Piece::Text(format!("{quote},\"id\":{quote}")),
        Piece::Id(Slot::Second),
        Piece::Text(format!("{quote}}}")),
    ]);
    let mut form = context.requests.as_holder(Holder::Admin);
    let urlencoded = vec![Piece::text("application/x-www-form-urlencoded")];
    form.headers.push(("Content-Type".to_owned(), urlencoded));
    form.body = Some(vec![
        Piece::Text(format!("{name}=")),
        Piece::Id(Slot::Second),
        Piece::text("&id="),
        Piece::Id(Slot::Second),
    ]);
    let table = [
        ("query", query, "another instance's id in the query"),
        (
            "json-content",
            content,
            "another instance's id in JSON content",
        ),
        (
            "form-content",
            form,
            "another instance's id in form content",
        ),
    ];
    table
        .into_iter()
        .map(|(detail, template, words)| Draft {
            detail: detail.to_owned(),
            title: words.to_owned(),
            script: Script::single(
                format!("conflicting-id::{detail}"),
                context.requests.sufficient(template),
            ),
            focus: vec![MAIN.to_owned()],
            control: Some(ControlDraft {
                base: base(context),
                shaped: None,
            }),
            pointers: vec![context.operation.pointer.clone()],
        })
        .collect()
}
