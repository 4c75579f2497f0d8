//! Requests that a browser sends for a page of another origin.
//!
//! ## Requires   The answer does not let that page read it with the caller's credentials.
//! ## Why        An API that lets every origin in by name gives each page its visitors' keys.
//! ## Spec       ASVS 3.4.2; OWASP API8:2023.
//! ## Silent     Where any origin may read without credentials (`*`).

use super::{Context, Draft, Rule};
use crate::plan::{Piece, Script};

/// A preflight, and a refused request, from a foreign origin.
pub const FOREIGN_ORIGIN: Rule = Rule {
    name: "foreign-origin",
    document: include_str!("foreign_origin.rs"),
    derive: foreign_origin,
};

/// An origin that no target trusts: RFC 2606 keeps the name for nobody.
pub const ORIGIN: &str = "https://probity.example";

fn foreign_origin(context: &Context) -> Vec<Draft> {
    let Some(field) = context.requests.credential_field() else {
        return Vec::new();
    };
    let line = |name: &str, value: &str| (name.to_owned(), vec![Piece::text(value)]);
    let mut preflight = context.requests.anonymous();
    preflight.method = "OPTIONS".to_owned();
    preflight.headers.extend([
        line("Origin", ORIGIN),
        line("Access-Control-Request-Method", &context.operation.method),
        line(
            "Access-Control-Request-Headers",
            &field.name.to_ascii_lowercase(),
        ),
    ]);
    let mut refused = context.requests.anonymous();
    refused.headers.push(line("Origin", ORIGIN));
    let mut asked = context.requests.insufficient(preflight);
    asked.path = None;
    asked.addresses = None;
    let refused = context.requests.insufficient(refused);
    let cases = [
        ("preflight", asked, "a preflight from a foreign origin"),
        (
            "refusal",
            refused,
            "no credential, from a page of a foreign origin",
        ),
    ];
    cases
        .into_iter()
        .map(|(detail, send, title)| {
            let script = Script::single(format!("foreign-origin::{detail}"), send);
            Draft {
                control: None,
                ..Draft::guarded(context, detail, title, script)
            }
        })
        .collect()
}
