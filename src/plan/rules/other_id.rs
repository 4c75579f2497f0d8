//! Ids that are no instance of the caller's, or several at once.
//!
//! ## Requires   Nothing is revoked, and the target does not break.
//! ## Why        A number nobody has, a list or a range reach code that was never tried: drivers
//!               overflow, absolute values and wildcards revoke what nobody named.
//! ## Spec       The contract: one integer in the path; RFC 7009 §2.2 and RFC 7592 §2.3 (analogues)
//!               for ids that do not live; RFC 9110 §15.5.15; OWASP API8:2023.
//! ## Silent     Which refusal it is, and whether an id that nobody has is refused at all (gaps).

use super::request::MAIN;
use super::spelled_id::names_an_integer;
use super::valid_request::base;
use super::{Context, ControlDraft, Draft, Rule};
use crate::plan::{Holder, Piece, Script, Send, Slot, Step, Tier, Wire};
use crate::suite::{CredentialClass, PathClass};

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
    table().into_iter().map(|row| draft(context, row)).collect()
}

fn table() -> Vec<Row> {
    let victim = || Piece::Id(Slot::Victim);
    let second = || Piece::Id(Slot::Second);
    let text = |text: &str| vec![Piece::text(text)];
    let joined = |by: &str| vec![victim(), Piece::text(by), second()];
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
            vec![Piece::text("-"), victim()],
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
        (
            "list-comma",
            "two ids with a comma between them",
            joined(","),
            None,
        ),
        (
            "list-bar",
            "two ids with a bar between them",
            joined("%7C"),
            None,
        ),
        (
            "range",
            "two ids with a dash between them",
            joined("-"),
            None,
        ),
        (
            "encoded-traversal",
            "an id, an encoded `/../` and another id",
            joined("%2F..%2F"),
            None,
        ),
    ]
}

fn draft(context: &Context, (detail, words, id, path): Row) -> Draft {
    let mut template = context.requests.as_holder(Holder::Admin);
    template.target = context.requests.path(&id);
    let send = Send {
        label: MAIN.to_owned(),
        template,
        wire: Wire::Fresh,
        credential: CredentialClass::Sufficient,
        path,
        addresses: None,
        breaks: None,
    };
    let mut script = Script::single(format!("other-id::{detail}"), send);
    script.consumes = 0;
    match detail {
        "zero" | "minus-one" => {
            script.tier_at_least = Tier::Tenant;
            script.alone = true;
            script.watch_victim();
        }
        // What lies between two ids may be leased by another case.
        "range" => script.isolate(),
        "largest" | "very-long" | "dead" => {}
        _ => script.steps.insert(0, Step::Look(Slot::Victim)),
    }
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
