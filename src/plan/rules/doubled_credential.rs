//! A valid credential beside a wrong one, in the same field.
//!
//! ## Requires   The request is refused, in whichever order the two come.
//! ## Why        A gateway that reads the first and a service that reads the last see two callers
//!               in one request, and whoever smuggles a second value chooses.
//! ## Spec       OWASP API8:2023 (uniform processing along the chain); RFC 9110 §5.3 (a field that
//!               is no list has one line).
//! ## Silent     Where the credential goes into no header field.

use super::credential_value::control_of;
use super::{Context, ControlDraft, Draft, Rule};
use crate::plan::{Derivation, Holder, Piece, Script, Template};

/// Two values, as two lines or as one.
pub const DOUBLED_CREDENTIAL: Rule = Rule {
    name: "doubled-credential",
    document: include_str!("doubled_credential.rs"),
    derive: doubled_credential,
};

/// How the two values stand: detail, whether in one line, whether the valid one is first, words.
const FORMS: [(&str, bool, bool, &str); 4] = [
    (
        "invalid-line-first",
        false,
        false,
        "two lines, the valid credential in the second",
    ),
    (
        "valid-line-first",
        false,
        true,
        "two lines, the valid credential in the first",
    ),
    (
        "invalid-member-first",
        true,
        false,
        "a list of two, the valid credential last",
    ),
    (
        "valid-member-first",
        true,
        true,
        "a list of two, the valid credential first",
    ),
];

fn doubled_credential(context: &Context) -> Vec<Draft> {
    let Some(field) = context.requests.credential_field() else {
        return Vec::new();
    };
    FORMS
        .iter()
        .map(|(detail, in_one_line, valid_first, words)| {
            let valid = Piece::Secret(Holder::Disposable, Derivation::Verbatim);
            let wrong = Piece::Secret(Holder::Disposable, Derivation::RandomAlike);
            let (first, second) = if *valid_first {
                (valid, wrong)
            } else {
                (wrong, valid)
            };
            let template = if *in_one_line {
                let list = vec![first, Piece::text(", "), second];
                context.requests.with_value(list)
            } else {
                two_lines(context, &field.name, first, second)
            };
            let send = context.requests.insufficient(template);
            let script = Script::single(format!("doubled-credential::{detail}"), send);
            let mut draft = Draft::guarded(context, detail, *words, script);
            draft.control = Some(ControlDraft {
                base: control_of(context, Holder::Disposable),
                shaped: None,
            });
            draft
        })
        .collect()
}

fn two_lines(context: &Context, name: &str, first: Piece, second: Piece) -> Template {
    let mut template = context.requests.with_value(vec![first]);
    let line = context.requests.with_value(vec![second]).headers;
    // Beside the first, as most clients write repeated fields.
    let line = line.into_iter().filter(|(field, _)| field == name);
    template.headers.splice(1..1, line);
    template
}
