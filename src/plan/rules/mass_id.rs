//! Paths that a sloppy target may take for many instances, or for the caller's own.
//!
//! ## Requires   Nothing dies: neither the leased instances, nor the sentinel, nor the caller's own
//!               key, nor any instance that the run has.
//! ## Why        An empty id is how a variable that was not set looks like; `DELETE /things/` that
//!               empties the table is the costliest typo there is.
//! ## Spec       The contract: the path template with one integer; OWASP API5:2023.
//! ## Silent     Where the path parameter does not end the path; which refusal it is.

use super::{Context, Draft, Rule};
use crate::plan::{Holder, Piece, Slot, Step, Tier};

/// The collection, with a slash at its end, without, and by ways that lead there.
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
    let under = |id: &str| vec![Piece::Text(format!("{path}{id}"))];
    let parent = |up: &str| {
        let victim = Piece::Id(Slot::Victim);
        vec![Piece::Text(path.clone()), victim, Piece::text(up)]
    };
    let table = [
        ("empty", under(""), "an empty id"),
        (
            "collection",
            vec![Piece::text(collection)],
            "the path without an id",
        ),
        ("doubled-slash", under("/"), "an empty id and a slash"),
        ("blank", under("%20"), "a blank as the id"),
        ("nul", under("%00"), "a NUL as the id"),
        ("dot", under("%2E"), "an encoded dot as the id"),
        (
            "parent",
            parent("/.."),
            "an id and a segment that takes it back",
        ),
        (
            "encoded-parent",
            parent("%2F.."),
            "an id and an encoded segment that takes it back",
        ),
    ];
    table
        .into_iter()
        .map(|(detail, target, words)| {
            draft(context, ("empty-id", detail, words), target, Holder::Admin)
        })
        .collect()
}

fn reserved_id(context: &Context) -> Vec<Draft> {
    let table = [
        ("me", "me", "the id `me`"),
        ("self", "self", "the id `self`"),
        ("current", "current", "the id `current`"),
        ("all", "all", "the id `all`"),
        ("star", "*", "the id `*`"),
        ("percent", "%25", "the id `%`"),
        ("underscore", "_", "the id `_`"),
        ("any-text", ".*", "the id `.*`"),
        ("sql", "0%20OR%201=1", "the id `0 OR 1=1`"),
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
    words: (&str, &str, &str),
    target: Vec<Piece>,
    holder: Holder,
) -> Draft {
    let send = context.requests.at(target, holder);
    let mut draft = Draft::wasting_nothing(context, words, send);
    draft.script.isolate();
    draft.script.tier_at_least = Tier::Tenant;
    draft.script.steps.insert(0, Step::Look(Slot::Second));
    draft.script.watch_victim();
    draft
}
