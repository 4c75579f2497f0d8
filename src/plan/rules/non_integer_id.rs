//! Path values that are no integer, built from an instance's own id wherever a sloppy parser could
//! hit one.
//!
//! ## Requires   A value that is no integer gets a 4xx and changes nothing; a value beyond every
//!               existing id changes nothing.
//! ## Why        Readers that stop at the first letter, cut fractions or wrap around at 2^32 turn
//!               a typo into the loss of somebody's credential.
//! ## Spec       The contract: `type: integer` of the path parameter (JSON Schema draft Wright-00
//!               §5.21); ASVS 2.2.1, 15.3.5.
//! ## Silent     Where the parameter is no integer; which 4xx it is (a gap of the contract).

use super::{Context, Draft, Rule};
use crate::api::{ParameterLocation, SchemaType};
use crate::plan::{Derivation, Holder, IdSpelling, Piece, Slot};
use crate::suite::PathClass;

/// Values that are no integer.
pub const NON_INTEGER_ID: Rule = Rule {
    name: "non-integer-id",
    document: include_str!("non_integer_id.rs"),
    derive: non_integer,
};

/// Integers that wrap around to an existing id.
pub const WRAPPED_ID: Rule = Rule {
    name: "wrapped-id",
    document: include_str!("non_integer_id.rs"),
    derive: wrapped,
};

/// RFC 9562 §5.10: a UUID without a decimal digit, so that no reader finds an id in it.
const MAX_UUID: &str = "ffffffff-ffff-ffff-ffff-ffffffffffff";

fn non_integer(context: &Context) -> Vec<Draft> {
    let victim = || Piece::Id(Slot::Victim);
    let secret = Piece::Secret(Holder::Leased(Slot::Victim), Derivation::PercentEncoded);
    let encoded_twice = Piece::IdAs(Slot::Victim, IdSpelling::EncodedTwice);
    let table: [(&str, Vec<Piece>, &str); 12] = [
        ("word", vec![Piece::text("abc")], "the id `abc`"),
        ("uuid", vec![Piece::text(MAX_UUID)], "a UUID as the id"),
        ("null", vec![Piece::text("null")], "the id `null`"),
        ("nan", vec![Piece::text("NaN")], "the id `NaN`"),
        // Letters that are no hexadecimal digits: the text has one reading, the victim.
        (
            "letters-after",
            vec![victim(), Piece::text("xyz")],
            "an id with letters after it",
        ),
        (
            "letters-before",
            vec![Piece::text("xyz"), victim()],
            "an id with letters before it",
        ),
        (
            "underscore-after",
            vec![victim(), Piece::text("_")],
            "an id with an underscore after it",
        ),
        (
            "encoded-twice",
            vec![encoded_twice],
            "an id that is percent-encoded twice",
        ),
        (
            "fraction",
            vec![victim(), Piece::text(".1")],
            "an id with a fraction",
        ),
        (
            "nul-after",
            vec![victim(), Piece::text("%00")],
            "an id with a NUL after it",
        ),
        (
            "nul-and-suffix-after",
            vec![victim(), Piece::text("%00.json")],
            "an id with a NUL and a suffix after it",
        ),
        ("secret", vec![secret], "the instance's secret as its id"),
    ];
    drafts(
        context,
        "non-integer-id",
        table.into(),
        Some("type: integer"),
    )
}

fn wrapped(context: &Context) -> Vec<Draft> {
    let plus = |bits: u32| vec![Piece::IdPlus(Slot::Victim, 1 << bits)];
    let table = vec![
        ("31-bit", plus(31), "an id plus 2^31"),
        ("32-bit", plus(32), "an id plus 2^32"),
        ("53-bit", plus(53), "an id plus 2^53"),
        ("63-bit", plus(63), "an id plus 2^63"),
        ("64-bit", plus(64), "an id plus 2^64"),
    ];
    drafts(context, "wrapped-id", table, None)
}

fn drafts(
    context: &Context,
    rule: &str,
    table: Vec<(&str, Vec<Piece>, &str)>,
    breaks: Option<&str>,
) -> Vec<Draft> {
    let Some(parameter) = context.operation.parameters.iter().find(|parameter| {
        parameter.location == ParameterLocation::Path
            && parameter.name == context.resource.parameter
    }) else {
        return Vec::new();
    };
    if parameter.types.as_slice() != [SchemaType::Integer] {
        return Vec::new();
    }
    table
        .into_iter()
        .filter(|(_, id, _)| breaks.is_none() || is_never_an_integer(id))
        .map(|(detail, id, words)| {
            let mut send = context
                .requests
                .at(context.requests.path(&id), Holder::Admin);
            send.path = Some(PathClass::Template);
            send.breaks = breaks.map(str::to_owned);
            let mut draft = Draft::wasting_nothing(context, (rule, detail, words), send);
            draft.script.watch_victim();
            if !names_the_victim(&id) {
                draft.script.isolate();
            }
            draft.pointers = vec![parameter.pointer.clone()];
            draft
        })
        .collect()
}

/// Whether a sloppy reader would take the value for the victim's own id. Any other could hit
/// whatever its look-up finds first.
fn names_the_victim(id: &[Piece]) -> bool {
    id.iter()
        .any(|piece| matches!(piece, Piece::Id(_) | Piece::IdPlus(..) | Piece::IdAs(..)))
}

/// Ids that stand for all: a usual one and the largest that a double holds exactly.
const REPRESENTATIVES: [u128; 2] = [42, (1 << 53) - 1];

/// Proves that the value is no integer, whatever the id in it.
fn is_never_an_integer(id: &[Piece]) -> bool {
    REPRESENTATIVES.iter().all(|representative| {
        let text: String = id
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.clone(),
                Piece::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
                Piece::Repeated(character, times) => character.to_string().repeat(*times),
                Piece::Id(_) | Piece::IdEncoded(_) => representative.to_string(),
                Piece::IdPlus(_, number) => (representative + number).to_string(),
                Piece::IdAs(_, spelling) => spelling
                    .spell(&representative.to_string())
                    .unwrap_or_default(),
                Piece::RevokedId => representative.to_string(),
                Piece::UnseenId(distance) => (representative + u128::from(*distance)).to_string(),
                Piece::OtherAuthority | Piece::OtherName => "name".to_owned(),
                // Secrets that are all digits are left out when the bytes are known.
                Piece::Secret(..) => "secret".to_owned(),
            })
            .collect();
        !crate::plan::validity::is_integer(&text)
    })
}
