//! A request without a credential, and with header fields that only a gateway may set.
//!
//! ## Requires   The request is refused, and nothing happens: what a caller writes is no proof of
//!               who it is or of what the gateway saw.
//! ## Why        Services behind a gateway trust its fields, and forget that callers send them too.
//! ## Spec       The contract's refusal ("missing"); ASVS 4.1.3.
//! ## Silent     Where the operation's security allows anonymous callers.

use super::{Context, Draft, Rule};
use crate::plan::{Piece, Script};

/// One such field a case.
pub const TRUSTED_FIELD: Rule = Rule {
    name: "trusted-field",
    document: include_str!("trusted_field.rs"),
    derive: trusted_field,
};

/// Detail and fields, each with its value.
type Row = (&'static str, &'static [(&'static str, &'static str)]);

const FIELDS: [Row; 6] = [
    (
        "forwarded-for",
        &[
            ("X-Forwarded-For", "127.0.0.1"),
            ("X-Real-Ip", "127.0.0.1"),
            ("Forwarded", "for=127.0.0.1"),
        ],
    ),
    (
        "forwarded-host",
        &[
            ("X-Forwarded-Host", "localhost"),
            ("X-Forwarded-Server", "localhost"),
            ("X-Host", "localhost"),
        ],
    ),
    ("user", &[("X-User-Id", "1"), ("X-Forwarded-User", "admin")]),
    (
        "consumer",
        &[
            ("X-Consumer-Username", "admin"),
            ("X-Consumer-Id", "1"),
            ("X-Authenticated-Userid", "1"),
        ],
    ),
    ("original-url", &[("X-Original-Url", "/")]),
    ("rewrite-url", &[("X-Rewrite-Url", "/")]),
];

fn trusted_field(context: &Context) -> Vec<Draft> {
    if context.requests.credential_field().is_none() {
        return Vec::new();
    }
    let drafts = FIELDS.iter().map(|(detail, fields)| {
        let mut template = context.requests.anonymous();
        let lines = fields.iter();
        let lines = lines.map(|(name, value)| ((*name).to_owned(), vec![Piece::text(*value)]));
        template.headers.extend(lines);
        let send = context.requests.insufficient(template);
        let script = Script::single(format!("trusted-field::{detail}"), send);
        let first = fields.first().map_or("", |(name, _)| *name);
        let title = format!("no credential, but {first} as a gateway sets it");
        Draft::guarded(context, detail, title, script)
    });
    drafts.collect()
}
