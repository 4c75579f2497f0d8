//! Credential values that are no valid credential: empty, placeholders, random, near misses, and a
//! valid one in wrapping.
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
use super::{Context, ControlDraft, Draft, Rule, script_name};
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

/// Parts of a valid value.
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
                "first-character",
                Derivation::DropFirst,
                "a credential without its first character",
            ),
            (
                "half",
                Derivation::FirstHalf,
                "the first half of a credential",
            ),
            (
                "second-half",
                Derivation::LastHalf,
                "the second half of a credential",
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

/// A valid value with visible characters around it.
pub const PADDED_CREDENTIAL: Rule = Rule {
    name: "padded-credential",
    document: include_str!("credential_value.rs"),
    derive: |context| {
        let variants = [
            ("before", "x", "", "a credential with a letter before it"),
            ("around", "x", "x", "a credential with letters around it"),
        ];
        wrapped(context, "padded-credential", &variants)
    },
};

/// A valid value as some write texts: in quotes, or after the name of what it is.
pub const QUOTED_CREDENTIAL: Rule = Rule {
    name: "quoted-credential",
    document: include_str!("credential_value.rs"),
    derive: |context| {
        let variants = [
            ("double", "\"", "\"", "a credential in double quotes"),
            ("single", "'", "'", "a credential in single quotes"),
            ("scheme", "Bearer ", "", "a credential after `Bearer`"),
        ];
        wrapped(context, "quoted-credential", &variants)
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
        .map(|(detail, value, words)| (*detail, vec![Piece::text(*value)], *words));
    drafts(context, rule, values, Holder::Admin)
}

fn derived(
    context: &Context,
    rule: &str,
    variants: &[(&str, Derivation, &str)],
    control: Holder,
) -> Vec<Draft> {
    let values = variants.iter().map(|(detail, derivation, words)| {
        let value = vec![Piece::Secret(Holder::Disposable, *derivation)];
        (*detail, value, *words)
    });
    drafts(context, rule, values, control)
}

/// A valid value with text before and after it: detail, both, words.
fn wrapped(context: &Context, rule: &str, variants: &[(&str, &str, &str, &str)]) -> Vec<Draft> {
    let values = variants.iter().map(|(detail, before, after, words)| {
        let secret = Piece::Secret(Holder::Disposable, Derivation::Verbatim);
        let value = vec![Piece::text(*before), secret, Piece::text(*after)];
        (*detail, value, *words)
    });
    drafts(context, rule, values, Holder::Disposable)
}

fn drafts<'v>(
    context: &Context,
    rule: &str,
    values: impl Iterator<Item = (&'v str, Vec<Piece>, &'v str)>,
    control: Holder,
) -> Vec<Draft> {
    if context.requests.credential_field().is_none() {
        return Vec::new();
    }
    values
        .map(|(detail, value, words)| {
            let send = context
                .requests
                .insufficient(context.requests.with_value(value));
            Draft {
                detail: detail.to_owned(),
                title: words.to_owned(),
                script: Script::single(script_name(rule, detail), send),
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
