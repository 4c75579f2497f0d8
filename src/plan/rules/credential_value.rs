//! Credential values that are no valid credential: empty, placeholders, random, near misses.
//!
//! ## Requires   The request is refused as documented.
//! ## Why        Real servers compare prefixes, fold letter case, or let `null` and the empty
//!               string through when a look-up finds nothing.
//! ## Spec       The contract's refusal response ("missing, invalid"); OWASP API2:2023.
//! ## Silent     Where the operation wants no secret in a header field; letter case where the
//!               secret's random part does not mix cases (hex, UUID and base32 may be read either
//!               way).

use super::request::MAIN;
use super::valid_request::base;
use super::{Context, ControlDraft, Draft, Rule};
use crate::plan::{Derivation, Holder, Piece, Script};

/// An empty value and one of blanks alone.
pub const EMPTY_CREDENTIAL: Rule = Rule {
    name: "empty-credential",
    document: include_str!("credential_value.rs"),
    derive: |context| {
        let blanks = [
            ("empty", "", "an empty credential"),
            ("blanks", " \t ", "a blank credential"),
        ];
        literal(context, "empty-credential", &blanks)
    },
};

/// Values that programs send when they have none.
pub const PLACEHOLDER_CREDENTIAL: Rule = Rule {
    name: "placeholder-credential",
    document: include_str!("credential_value.rs"),
    derive: |context| {
        let placeholders = [
            ("null", "null", "the credential `null`"),
            ("undefined", "undefined", "the credential `undefined`"),
            ("zero", "0", "the credential `0`"),
            ("true", "true", "the credential `true`"),
            ("empty-list", "[]", "the credential `[]`"),
            ("asterisk", "*", "the credential `*`"),
        ];
        literal(context, "placeholder-credential", &placeholders)
    },
};

/// A random value of the same length and alphabet.
pub const UNKNOWN_CREDENTIAL: Rule = Rule {
    name: "unknown-credential",
    document: include_str!("credential_value.rs"),
    derive: |context| {
        let words = "a random credential of the same shape";
        let control = Holder::Admin;
        derived(
            context,
            "unknown-credential",
            &[("", Derivation::RandomAlike, words)],
            control,
        )
    },
};

/// Beginnings of a valid value.
pub const SHORTENED_CREDENTIAL: Rule = Rule {
    name: "shortened-credential",
    document: include_str!("credential_value.rs"),
    derive: |context| {
        let variants = [
            (
                "last-character",
                Derivation::DropLast,
                "a credential without its last character",
            ),
            (
                "half",
                Derivation::FirstHalf,
                "the first half of a credential",
            ),
        ];
        derived(
            context,
            "shortened-credential",
            &variants,
            Holder::Disposable,
        )
    },
};

/// A valid value and one more character.
pub const LENGTHENED_CREDENTIAL: Rule = Rule {
    name: "lengthened-credential",
    document: include_str!("credential_value.rs"),
    derive: |context| {
        let variants = [(
            "",
            Derivation::Lengthened,
            "a credential with one more character",
        )];
        derived(
            context,
            "lengthened-credential",
            &variants,
            Holder::Disposable,
        )
    },
};

/// A valid value in the other letter case.
pub const CASE_FLIPPED_CREDENTIAL: Rule = Rule {
    name: "case-flipped-credential",
    document: include_str!("credential_value.rs"),
    derive: |context| {
        let variants = [(
            "",
            Derivation::CaseFlipped,
            "a credential in the other letter case",
        )];
        derived(
            context,
            "case-flipped-credential",
            &variants,
            Holder::Disposable,
        )
    },
};

fn literal(context: &Context, rule: &str, variants: &[(&str, &str, &str)]) -> Vec<Draft> {
    let values = variants
        .iter()
        .map(|(detail, value, words)| (*detail, Piece::text(*value), *words));
    drafts(context, rule, values, Holder::Admin)
}

fn derived(
    context: &Context,
    rule: &str,
    variants: &[(&str, Derivation, &str)],
    control: Holder,
) -> Vec<Draft> {
    let values = variants.iter().map(|(detail, derivation, words)| {
        (
            *detail,
            Piece::Secret(Holder::Disposable, *derivation),
            *words,
        )
    });
    drafts(context, rule, values, control)
}

fn drafts<'v>(
    context: &Context,
    rule: &str,
    values: impl Iterator<Item = (&'v str, Piece, &'v str)>,
    control: Holder,
) -> Vec<Draft> {
    if context.requests.credential_field().is_none() {
        return Vec::new();
    }
    values
        .map(|(detail, value, words)| {
            let send = context
                .requests
                .insufficient(context.requests.with_value(vec![value]));
            let name = if detail.is_empty() {
                rule.to_owned()
            } else {
                format!("{rule}::{detail}")
            };
            Draft {
                detail: detail.to_owned(),
                title: words.to_owned(),
                script: Script::single(name, send),
                focus: vec![MAIN.to_owned()],
                control: Some(ControlDraft {
                    base: control_of(context, control),
                    shaped: None,
                }),
                pointers: context.security_pointers(),
            }
        })
        .collect()
}

/// The plain request as the holder: what shows that the holder's own secret is accepted.
#[must_use]
pub fn control_of(context: &Context, holder: Holder) -> Script {
    if holder == Holder::Admin {
        return base(context);
    }
    let send = context
        .requests
        .sufficient(context.requests.as_holder(holder));
    Script::single(format!("control::{holder}"), send)
}
