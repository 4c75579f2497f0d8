//! The authorised request said a little otherwise: as many clients and proxies say it.
//!
//! ## Requires   The request is served as the plain one is: field names in any letter case, blanks
//!               around a value, an encoded digit, fields and parameters that nobody knows.
//! ## Why        Clients, libraries and proxies rewrite requests within these bounds; a target
//!               that counts letters works with one client and fails behind a proxy.
//! ## Spec       RFC 9110 §5.1 (names), §5.5 (blanks), §4.2.3 (encoding), §12.5.3
//!               (Accept-Encoding), §13.1.1 (If-Match); W3C Trace Context.
//! ## Silent     Where the operation wants no secret in a header field.

use super::request::MAIN;
use super::{Context, Draft, Rule, script_name};
use crate::http::Framing;
use crate::plan::{Derivation, Holder, PathClass, Piece, Script, Slot, Step, Template};

/// The credential's field name in other letter cases.
pub const FIELD_NAME_SPELLING: Rule = Rule {
    name: "field-name-spelling",
    document: include_str!("addition.rs"),
    derive: field_name_spelling,
};

/// Blanks and tabs around the credential.
pub const BLANKS_AROUND_CREDENTIAL: Rule = Rule {
    name: "blanks-around-credential",
    document: include_str!("addition.rs"),
    derive: blanks_around_credential,
};

/// Digits of the id percent-encoded.
pub const ENCODED_ID: Rule = Rule {
    name: "encoded-id",
    document: include_str!("addition.rs"),
    derive: encoded_id,
};

/// A query parameter and fields that the contract does not speak of.
pub const UNKNOWN_ADDITION: Rule = Rule {
    name: "unknown-addition",
    document: include_str!("addition.rs"),
    derive: unknown_addition,
};

/// Content codings that the client could read.
pub const ACCEPT_ENCODING: Rule = Rule {
    name: "accept-encoding",
    document: include_str!("addition.rs"),
    derive: |context| {
        let field = ("Accept-Encoding", "gzip, br");
        let words = "an authorised request that accepts coded content";
        vec![draft(context, "accept-encoding", ("", words), |template| {
            add(template, &[field]);
        })]
    },
};

/// Fields that speak of content where there is none.
pub const EMPTY_CONTENT: Rule = Rule {
    name: "empty-content",
    document: include_str!("addition.rs"),
    derive: empty_content,
};

/// A precondition that does not hold.
pub const PRECONDITION: Rule = Rule {
    name: "precondition",
    document: include_str!("addition.rs"),
    derive: |context| {
        let field = ("If-Match", "\"nope\"");
        let words = "an authorised request with an If-Match that nothing has";
        vec![draft(context, "precondition", ("", words), |template| {
            add(template, &[field]);
        })]
    },
};

fn field_name_spelling(context: &Context) -> Vec<Draft> {
    let Some(field) = context.requests.credential_field() else {
        return Vec::new();
    };
    let spellings = [
        ("lower-case", field.name.to_ascii_lowercase()),
        ("upper-case", field.name.to_ascii_uppercase()),
    ];
    // The spelling of the contract is what the plain request has.
    let others = spellings
        .into_iter()
        .filter(|(_, name)| *name != field.name);
    others
        .map(|(detail, name)| {
            let words = format!("an authorised request with the field written `{name}`");
            let rule = "field-name-spelling";
            draft(context, rule, (detail, &words), |template| {
                for (written, _) in &mut template.headers {
                    if *written == field.name {
                        written.clone_from(&name);
                    }
                }
            })
        })
        .collect()
}

fn blanks_around_credential(context: &Context) -> Vec<Draft> {
    if context.requests.credential_field().is_none() {
        return Vec::new();
    }
    let value = vec![
        Piece::text(" \t"),
        Piece::Secret(Holder::Admin, Derivation::Verbatim),
        Piece::text(" \t "),
    ];
    let padded = context.requests.with_value(value);
    let words = "an authorised request with blanks and tabs around the credential";
    let rule = "blanks-around-credential";
    vec![draft(context, rule, ("", words), |template| {
        template.headers.clone_from(&padded.headers);
    })]
}

fn encoded_id(context: &Context) -> Vec<Draft> {
    let target = context.requests.path(&[Piece::IdEncoded(Slot::Victim)]);
    let words = "an authorised request with the id's characters percent-encoded";
    let mut encoded = draft(context, "encoded-id", ("", words), |template| {
        template.target.clone_from(&target);
    });
    // Equivalent, but only a SHOULD says so: what holds for the plain spelling is not asked here.
    for step in &mut encoded.script.steps {
        if let Step::Send(send) = step {
            send.path = Some(PathClass::Template);
        }
    }
    // Made after the victim: a target that reads another id from it has one to hit.
    encoded.script.steps.insert(0, Step::Look(Slot::Second));
    vec![encoded]
}

fn unknown_addition(context: &Context) -> Vec<Draft> {
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let fields = [("X-Probity", "1"), ("Traceparent", trace)];
    let rule = "unknown-addition";
    let query = "an authorised request with a query parameter that nobody knows";
    let named = "an authorised request with fields that nobody knows, and `traceparent`";
    vec![
        draft(context, rule, ("query", query), |template| {
            template.target.push(Piece::text("?x=1"));
        }),
        draft(context, rule, ("fields", named), |template| {
            add(template, &fields);
        }),
    ]
}

fn empty_content(context: &Context) -> Vec<Draft> {
    let rule = "empty-content";
    let typed = "an authorised request that says JSON and has no content";
    let zero = "an authorised request with Content-Length: 0";
    vec![
        draft(context, rule, ("json-type", typed), |template| {
            add(template, &[("Content-Type", "application/json")]);
        }),
        draft(context, rule, ("length-zero", zero), |template| {
            template.framing = Framing::ExplicitContentLength(0);
        }),
    ]
}

fn add(template: &mut Template, fields: &[(&str, &str)]) {
    for (name, value) in fields {
        let field = ((*name).to_owned(), vec![Piece::text(*value)]);
        template.headers.push(field);
    }
}

/// The plain request, changed.
fn draft(
    context: &Context,
    rule: &str,
    (detail, words): (&str, &str),
    change: impl FnOnce(&mut Template),
) -> Draft {
    let mut send = context.requests.authorised();
    change(&mut send.template);
    Draft {
        detail: detail.to_owned(),
        title: words.to_owned(),
        script: Script::single(script_name(rule, detail), send),
        focus: vec![MAIN.to_owned()],
        control: None,
        pointers: vec![context.operation.pointer.clone()],
    }
}
