//! Other spellings of an instance's id, and of the path around it.
//!
//! ## Requires   A spelling that some readers take for the same integer means that instance or
//!               nothing: a success killed exactly it, a refusal changed nothing.
//! ## Why        What one layer reads as an id and the next reads as another one is how the wrong
//!               credential dies, or the right one survives its revocation.
//! ## Spec       The contract: `type: integer` of the path parameter, without a spelling; RFC 3986
//!               §6.2.2 (which paths are equivalent); OWASP API8:2023 (uniform processing).
//! ## Silent     Which of the two it is.

use super::{Context, Draft, Rule};
use crate::api::{ParameterLocation, SchemaType};
use crate::plan::{Holder, IdSpelling, Piece, Slot, Step, Tier};

/// Spellings of the id and of the path.
pub const SPELLED_ID: Rule = Rule {
    name: "spelled-id",
    document: include_str!("spelled_id.rs"),
    derive: spelled_id,
};

/// A spelling: detail, the id, words, whether it may mean the instance.
type Spelling = (&'static str, Vec<Piece>, &'static str, bool);

fn spelled_id(context: &Context) -> Vec<Draft> {
    let mut drafts = Vec::new();
    if names_an_integer(context) {
        drafts.extend(spellings().into_iter().chain(notations()).map(
            |(detail, id, words, may_mean_it)| {
                let target = context.requests.path(&id);
                draft(context, (detail, words), target, may_mean_it)
            },
        ));
        if let Some(thousand) = drafts
            .iter_mut()
            .find(|draft| draft.detail == "exponent-alone")
        {
            thousand.script.tier_at_least = Tier::Tenant;
            thousand.script.alone = true;
        }
    }
    let mut slashed = context.requests.path(&[Piece::Id(Slot::Victim)]);
    slashed.push(Piece::text("/"));
    let upper = context.requests.path(&[Piece::Id(Slot::Victim)]);
    let upper = upper.into_iter().map(in_upper_case).collect();
    for (words, target) in [
        (("trailing-slash", "a path with a slash after it"), slashed),
        (("upper-case-path", "a path in upper case"), upper),
    ] {
        let mut draft = draft(context, words, target, true);
        draft.script.consumes = 1;
        drafts.push(draft);
    }
    drafts
}

/// The spellings that some readers take for the instance's id: detail, the id, words.
pub(super) fn readable(context: &Context) -> Vec<(&'static str, Vec<Piece>, &'static str)> {
    if !names_an_integer(context) {
        return Vec::new();
    }
    let bases = |id: &[Piece]| {
        let base = |piece: &Piece| {
            let Piece::IdAs(_, spelling) = piece else {
                return false;
            };
            matches!(spelling, IdSpelling::Hexadecimal | IdSpelling::Octal)
        };
        id.iter().any(base)
    };
    let all = spellings().into_iter().chain(notations());
    all.filter(|(_, id, _, may_mean_it)| *may_mean_it || bases(id))
        .map(|(detail, id, words, _)| (detail, id, words))
        .collect()
}

/// The id with more characters around it.
fn spellings() -> Vec<Spelling> {
    let victim = || Piece::Id(Slot::Victim);
    let before = |text: &str| vec![Piece::text(text), victim()];
    let after = |text: &str| vec![victim(), Piece::text(text)];
    vec![
        (
            "leading-zero",
            before("0"),
            "an id with a zero before it",
            true,
        ),
        (
            "plus-before",
            before("%2B"),
            "an id with a plus before it",
            true,
        ),
        (
            "blank-before",
            before("%20"),
            "an id with a blank before it",
            true,
        ),
        (
            "blank-after",
            after("%20"),
            "an id with a blank after it",
            true,
        ),
        (
            "line-feed-after",
            after("%0A"),
            "an id with a line feed after it",
            true,
        ),
        (
            "zero-fraction",
            after(".0"),
            "an id with a fraction of zero",
            true,
        ),
    ]
}

/// The id in other notations.
fn notations() -> Vec<Spelling> {
    let after = |text: &str| vec![Piece::Id(Slot::Victim), Piece::text(text)];
    let spelled = |spelling| vec![Piece::IdAs(Slot::Victim, spelling)];
    vec![
        (
            "exponent",
            after("e0"),
            "an id with an exponent of zero",
            true,
        ),
        (
            "full-width",
            spelled(IdSpelling::FullWidth),
            "an id in full-width digits",
            true,
        ),
        (
            "hexadecimal",
            spelled(IdSpelling::Hexadecimal),
            "an id in base 16",
            true,
        ),
        (
            "octal",
            spelled(IdSpelling::Octal),
            "an id in base 8 with a zero before it",
            true,
        ),
        (
            "underscore-inside",
            spelled(IdSpelling::Underscored),
            "an id with an underscore between its digits",
            true,
        ),
        // What a reader of underscores makes of it is beyond the ids of a young tenant.
        (
            "underscore-after",
            after("_000000"),
            "an id with an underscore and zeros after it",
            false,
        ),
        (
            "exponent-alone",
            vec![Piece::text("1e3")],
            "the id `1e3`",
            false,
        ),
        (
            "matrix-parameter",
            after(";x=1"),
            "an id with a matrix parameter",
            true,
        ),
    ]
}

/// Whether the operation's path parameter is an integer, so that it has other spellings.
pub fn names_an_integer(context: &Context) -> bool {
    context.operation.parameters.iter().any(|parameter| {
        parameter.location == ParameterLocation::Path
            && parameter.name == context.resource.parameter
            && parameter.types.as_slice() == [SchemaType::Integer]
    })
}

fn in_upper_case(piece: Piece) -> Piece {
    match piece {
        // Only the last fixed segment: the base path is the target's, not the operation's.
        Piece::Text(text) => {
            let cut = text.trim_end_matches('/').rfind('/').unwrap_or_default();
            let (kept, last) = text.split_at(cut);
            Piece::Text(format!("{kept}{}", last.to_ascii_uppercase()))
        }
        other => other,
    }
}

fn draft(
    context: &Context,
    (detail, words): (&str, &str),
    target: Vec<Piece>,
    may_mean_it: bool,
) -> Draft {
    let mut send = context.requests.at(target, Holder::Admin);
    send.addresses = may_mean_it.then_some(Slot::Victim);
    let mut draft = Draft::wasting_nothing(context, ("spelled-id", detail, words), send);
    // A second one, made after it: the neighbour that a wrong reading may hit.
    draft.script.steps.insert(0, Step::Look(Slot::Second));
    draft.script.watch_victim();
    draft
}
