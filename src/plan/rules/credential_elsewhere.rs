//! A valid credential in a place where the contract does not put it.
//!
//! ## Requires   The request is refused as documented: the credential counts in its place alone.
//! ## Why        Secrets in URLs and cookies end in logs and travel by themselves; a second way in
//!               is a way in that nobody watches.
//! ## Spec       OpenAPI 3.0.3, "Security Scheme Object" (`in`); ASVS 14.2.1; RFC 9110 §9.3.5
//!               (content of a DELETE cannot alter its meaning).
//! ## Silent     Where the target refuses the unusual part itself (content in a DELETE) also from
//!               an authorised caller: then nothing is said about the credential.

use super::credential_value::control_of;
use super::request::{CredentialField, MAIN};
use super::{Context, ControlDraft, Draft, Rule};
use crate::plan::{Derivation, Holder, Piece, Script, Template};

/// The credential elsewhere alone.
pub const CREDENTIAL_ELSEWHERE: Rule = Rule {
    name: "credential-elsewhere",
    document: include_str!("credential_elsewhere.rs"),
    derive: |context| drafts(context, "credential-elsewhere", &PLACES, false),
};

/// A wrong credential in its place, and a valid one elsewhere.
pub const CREDENTIAL_FALLBACK: Rule = Rule {
    name: "credential-fallback",
    document: include_str!("credential_elsewhere.rs"),
    derive: |context| drafts(context, "credential-fallback", &FALLBACK_PLACES, true),
};

/// A place for a credential: detail, place, words.
type PlaceRow = (&'static str, Place, &'static str);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A query parameter named as the field.
    Query,
    /// A query parameter with a name that frameworks use.
    QueryNamed(&'static str),
    Cookie,
    Bearer,
    Basic,
    BasicPassword,
    JsonContent,
    FormContent,
}

const PLACES: [PlaceRow; 8] = [
    (
        "query",
        Place::Query,
        "in the query, under the field's own name",
    ),
    (
        "query-api-key",
        Place::QueryNamed("api_key"),
        "in the query as `api_key`",
    ),
    ("cookie", Place::Cookie, "in a cookie"),
    ("bearer", Place::Bearer, "as a Bearer token"),
    ("basic", Place::Basic, "as Basic credentials"),
    (
        "basic-password",
        Place::BasicPassword,
        "as the password of Basic credentials",
    ),
    ("json-content", Place::JsonContent, "in JSON content"),
    ("form-content", Place::FormContent, "in form content"),
];

const FALLBACK_PLACES: [PlaceRow; 3] = [
    ("query", Place::Query, "in the query"),
    ("cookie", Place::Cookie, "in a cookie"),
    ("json-content", Place::JsonContent, "in JSON content"),
];

fn drafts(context: &Context, rule: &str, places: &[PlaceRow], wrong_in_place: bool) -> Vec<Draft> {
    let Some(field) = context.requests.credential_field() else {
        return Vec::new();
    };
    let elsewhere = places.iter().filter(|(_, place, _)| {
        let own = field.name.eq_ignore_ascii_case("authorization");
        !(own && matches!(place, Place::Bearer | Place::Basic | Place::BasicPassword))
    });
    elsewhere
        .map(|(detail, place, words)| {
            let mut template = if wrong_in_place {
                let wrong = Piece::Secret(Holder::Disposable, Derivation::RandomAlike);
                context.requests.with_value(vec![wrong])
            } else {
                context.requests.anonymous()
            };
            put(&mut template, &field, *place);
            let name = format!("{rule}::{detail}");
            let prefix = if wrong_in_place {
                "a wrong credential, and a valid one"
            } else {
                "a valid credential"
            };
            Draft {
                detail: (*detail).to_owned(),
                title: format!("{prefix} {words}"),
                script: Script::single(name, context.requests.insufficient(template)),
                focus: vec![MAIN.to_owned()],
                control: Some(ControlDraft {
                    base: control_of(context, Holder::Disposable),
                    shaped: content_control(context, &field, *place),
                }),
                pointers: context.security_pointers(),
            }
        })
        .collect()
}

fn put(template: &mut Template, field: &CredentialField, place: Place) {
    let secret = |derivation| Piece::Secret(Holder::Disposable, derivation);
    match place {
        Place::Query => add_query(template, &field.name, secret(Derivation::PercentEncoded)),
        Place::QueryNamed(name) => add_query(template, name, secret(Derivation::PercentEncoded)),
        Place::Cookie => {
            let value = vec![
                Piece::Text(format!("{}=", field.name)),
                secret(Derivation::CookieValue),
            ];
            template.headers.push(("Cookie".to_owned(), value));
        }
        Place::Bearer => {
            let value = vec![Piece::text("Bearer "), secret(Derivation::Verbatim)];
            template.headers.push(("Authorization".to_owned(), value));
        }
        Place::Basic => {
            let value = vec![Piece::text("Basic "), secret(Derivation::Basic)];
            template.headers.push(("Authorization".to_owned(), value));
        }
        Place::BasicPassword => {
            let value = vec![Piece::text("Basic "), secret(Derivation::BasicPassword)];
            template.headers.push(("Authorization".to_owned(), value));
        }
        Place::JsonContent | Place::FormContent => {
            put_content(template, field, place, secret);
        }
    }
}

fn put_content(
    template: &mut Template,
    field: &CredentialField,
    place: Place,
    secret: impl Fn(Derivation) -> Piece,
) {
    let name = &field.name;
    let (media_type, body) = if place == Place::JsonContent {
        let before = Piece::Text(format!("{{\"{name}\":\""));
        let between = Piece::text("\",\"api_key\":\"");
        let value = || secret(Derivation::Verbatim);
        (
            "application/json",
            vec![before, value(), between, value(), Piece::text("\"}")],
        )
    } else {
        let value = || secret(Derivation::PercentEncoded);
        let before = Piece::Text(format!("{name}="));
        let media_type = "application/x-www-form-urlencoded";
        (
            media_type,
            vec![before, value(), Piece::text("&api_key="), value()],
        )
    };
    template
        .headers
        .push(("Content-Type".to_owned(), vec![Piece::text(media_type)]));
    template.body = Some(body);
}

fn add_query(template: &mut Template, name: &str, value: Piece) {
    template.target.push(Piece::Text(format!("?{name}=")));
    template.target.push(value);
}

/// The authorised request with content of the same kind that holds no credential.
fn content_control(context: &Context, field: &CredentialField, place: Place) -> Option<Script> {
    let name = match place {
        Place::JsonContent => "control::json-content",
        Place::FormContent => "control::form-content",
        _ => return None,
    };
    let mut send = context.requests.authorised();
    put_content(&mut send.template, field, place, |_| Piece::text("none"));
    Some(Script::single(name, send))
}

/// The authorised requests with content that holds no credential, by the name of their kind.
pub fn content_controls(context: &Context) -> Vec<(&'static str, Script)> {
    let Some(field) = context.requests.credential_field() else {
        return Vec::new();
    };
    let kinds = [
        ("json-content", Place::JsonContent),
        ("form-content", Place::FormContent),
    ];
    let controls = kinds
        .into_iter()
        .map(|(name, place)| content_control(context, &field, place).map(|script| (name, script)));
    controls.flatten().collect()
}
