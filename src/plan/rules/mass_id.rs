//! Paths that a sloppy target may take for many instances, or for the caller's own.
//!
//! ## Requires   Nothing dies: neither the leased instances, nor the sentinel, nor the caller's own
//!               key, nor any instance that the run has.
//! ## Why        An empty id is how a variable that was not set looks like; `DELETE /things/` that
//!               empties the table is the costliest typo there is.
//! ## Spec       The contract: the path template with one integer; OWASP API5:2023.
//! ## Silent     Where the path parameter does not end the path; which refusal it is.

use super::request::MAIN;
use super::valid_request::base;
use super::{Context, ControlDraft, Draft, Rule};
use crate::plan::{Holder, Piece, Script, Send, Slot, Step, Tier, Wire};
use crate::suite::CredentialClass;

/// The collection, with a slash at its end and without.
pub const EMPTY_ID: Rule = Rule {
    name: "empty-id",
    document: include_str!("mass_id.rs"),
    derive: empty_id,
};

/// Words and wildcards in the place of the id.
pub const RESERVED_ID: Rule = Rule {
    name: "reserved-id",
    document: include_str!("mass_id.rs"),
    derive: reserved_id,
};

fn empty_id(context: &Context) -> Vec<Draft> {
    let pieces = context.requests.path(&[]);
    let [Piece::Text(path)] = pieces.as_slice() else {
        return Vec::new();
    };
    let Some(collection) = path.strip_suffix('/').filter(|path| !path.is_empty()) else {
        return Vec::new();
    };
    let table = [
        ("empty", path.clone(), "an empty id"),
        (
            "collection",
            collection.to_owned(),
            "the path without an id",
        ),
    ];
    table
        .into_iter()
        .map(|(detail, path, words)| {
            let target = vec![Piece::Text(path)];
            draft(context, ("empty-id", detail, words), target, Holder::Admin)
        })
        .collect()
}

fn reserved_id(context: &Context) -> Vec<Draft> {
    let table = [
        ("me", "me", "the id `me`"),
        ("self", "self", "the id `self`"),
        ("current", "current", "the id `current`"),
        ("star", "*", "the id `*`"),
        ("percent", "%25", "the id `%`"),
    ];
    table
        .into_iter()
        .map(|(detail, id, words)| {
            let target = context.requests.path(&[Piece::text(id)]);
            let words = ("reserved-id", detail, words);
            // What such a word may rightly mean is the caller's own key: it is a disposable one.
            draft(context, words, target, Holder::Disposable)
        })
        .collect()
}

fn draft(
    context: &Context,
    (rule, detail, words): (&str, &str, &str),
    target: Vec<Piece>,
    holder: Holder,
) -> Draft {
    let mut template = context.requests.as_holder(holder);
    template.target = target;
    let send = Send {
        label: MAIN.to_owned(),
        template,
        wire: Wire::Fresh,
        credential: CredentialClass::Sufficient,
        path: None,
        addresses: None,
        breaks: None,
    };
    let mut script = Script::single(format!("{rule}::{detail}"), send);
    script.consumes = 0;
    script.isolate();
    script.tier_at_least = Tier::Tenant;
    script.steps.insert(0, Step::Look(Slot::Second));
    script.watch_victim();
    Draft {
        detail: detail.to_owned(),
        title: words.to_owned(),
        script,
        focus: vec![MAIN.to_owned()],
        control: Some(ControlDraft {
            base: base(context),
            shaped: None,
        }),
        pointers: vec![context.operation.pointer.clone()],
    }
}
