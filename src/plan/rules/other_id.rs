//! Ids that are no instance of the caller's, or several at once.
//!
//! ## Requires   Nothing is revoked, and the target does not break.
//! ## Why        A number nobody has, a list or a range reach code that was never tried: drivers
//!               overflow, absolute values and wildcards revoke what nobody named.
//! ## Spec       The contract: one integer in the path; RFC 7009 §2.2 and RFC 7592 §2.3 (analogues)
//!               for ids that do not live; RFC 9110 §15.5.15; OWASP API8:2023.
//! ## Silent     Which refusal it is, and whether an id that nobody has is refused at all (gaps).

use super::spelled_id::names_an_integer;
use super::{Context, Draft, Rule};
use crate::plan::{Holder, Piece, Slot, Step, Tier};
use crate::suite::PathClass;

/// Ids that are none, and lists of ids.
pub const OTHER_ID: Rule = Rule {
    name: "other-id",
    document: include_str!("other_id.rs"),
    derive: other_id,
};

/// How many digits a very long id has: more than any number type and less than most limits of
/// request lines, which are 8 KiB, cannot both be; this is beyond both.
const LONG_ID_DIGITS: usize = 10_000;

/// The largest integer of 64 bits with a sign.
const LARGEST: &str = "9223372036854775807";

/// An id: detail, words, pieces, and how its path stands to the template.
type Row = (&'static str, &'static str, Vec<Piece>, Option<PathClass>);

fn other_id(context: &Context) -> Vec<Draft> {
    if !names_an_integer(context) {
        return Vec::new();
    }
    let rows = numbers().into_iter().chain(several());
    rows.map(|row| draft(context, row)).collect()
}

/// Numbers that are no live instance's id.
fn numbers() -> Vec<Row> {
    let text = |text: &str| vec![Piece::text(text)];
    let template = Some(PathClass::Template);
    vec![
        (
            "dead",
            "the id of an instance revoked before",
            vec![Piece::RevokedId],
            Some(PathClass::Canonical),
        ),
        (
            "negative",
            "an id with a minus before it",
            vec![Piece::text("-"), Piece::Id(Slot::Victim)],
            template,
        ),
        ("zero", "the id 0", text("0"), template),
        ("minus-one", "the id -1", text("-1"), template),
        (
            "largest",
            "the largest id of 64 bits",
            text(LARGEST),
            template,
        ),
        (
            "very-long",
            "an id of ten thousand digits",
            text(&"9".repeat(LONG_ID_DIGITS)),
            None,
        ),
    ]
}

/// Two ids in the place of one.
fn several() -> Vec<Row> {
    let table = [
        ("list-comma", ",", "two ids with a comma between them"),
        (
            "list-encoded-comma",
            "%2C",
            "two ids with an encoded comma between them",
        ),
        ("list-bar", "%7C", "two ids with a bar between them"),
        ("list-blank", "%20", "two ids with a blank between them"),
        ("range", "-", "two ids with a dash between them"),
        ("range-dots", "..", "two ids with two dots between them"),
        (
            "encoded-slash",
            "%2F",
            "two ids with an encoded slash between them",
        ),
        (
            "encoded-traversal",
            "%2F..%2F",
            "an id, an encoded `/../` and another id",
        ),
        (
            "encoded-traversal-in-full",
            "%2F%2E%2E%2F",
            "an id, a `/../` of which each character is encoded, and another id",
        ),
        (
            "twice-encoded-traversal",
            "%252F..%252F",
            "an id, a `/../` that is encoded twice, and another id",
        ),
        (
            "backslash-traversal",
            "%5C..%5C",
            "an id, an encoded `\\..\\` and another id",
        ),
    ];
    let ids = |by: &str| {
        let (first, second) = (Piece::Id(Slot::Victim), Piece::Id(Slot::Second));
        vec![first, Piece::text(by), second]
    };
    let joined = table.map(|(detail, by, words)| (detail, words, ids(by), None));
    let mut rows: Vec<Row> = joined.into();
    let mut list = ids(",");
    list.insert(0, Piece::text("%5B"));
    list.push(Piece::text("%5D"));
    rows.push(("list-json", "two ids as a list in JSON", list, None));
    rows
}

fn draft(context: &Context, (detail, words, id, path): Row) -> Draft {
    let mut send = context
        .requests
        .at(context.requests.path(&id), Holder::Admin);
    send.path = path;
    let mut draft = Draft::wasting_nothing(context, ("other-id", detail, words), send);
    let script = &mut draft.script;
    match detail {
        "zero" | "minus-one" => {
            script.tier_at_least = Tier::Tenant;
            script.alone = true;
            script.watch_victim();
        }
        // What lies between two ids may be leased by another case.
        "range" | "range-dots" => script.isolate(),
        "largest" | "very-long" | "dead" => {}
        _ => script.steps.insert(0, Step::Look(Slot::Victim)),
    }
    draft
}
