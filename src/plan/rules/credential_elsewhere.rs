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
    derive: |context| {
        let places = [PLACES.as_slice(), &OTHER_NAMES, &FIELDS].concat();
        drafts(context, "credential-elsewhere", &places, false)
    },
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
    /// A field with a name like that of the contract's.
    Field(Similar),
    /// The contract's scheme is another one: the value as it is, without a scheme.
    Authorization,
    Cookie,
    /// A cookie with a name that frameworks use.
    CookieNamed(&'static str),
    Bearer,
    Basic,
    BasicPassword,
    JsonContent,
    FormContent,
}

/// A field's name that is taken for another one's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Similar {
    /// Without the `X-` before it.
    Plain,
    /// With underscores: gateways that hand fields over as variables (RFC 3875 §4.1.18) make the
    /// two one.
    Underscored,
    /// With the words after the `X-` joined: `X-Apikey`.
    Joined,
    /// Another name that is usual for the same thing.
    Usual(&'static str),
}

impl Place {
    /// Whether it is another place than the field with the name.
    fn is_another(self, own: &str) -> bool {
        match self {
            Self::Field(similar) => similar.to(own).is_some(),
            Self::Authorization | Self::Bearer | Self::Basic | Self::BasicPassword => {
                !own.eq_ignore_ascii_case("authorization")
            }
            _ => true,
        }
    }
}

impl Similar {
    /// The name, where the field's own has such a neighbour.
    fn to(self, own: &str) -> Option<String> {
        let plain = own.strip_prefix("X-");
        let name = match self {
            Self::Plain => plain?.to_owned(),
            Self::Underscored => own.replace('-', "_"),
            Self::Joined => format!("X-{}", plain?.replace('-', "")),
            Self::Usual(name) => name.to_owned(),
        };
        (!name.eq_ignore_ascii_case(own)).then_some(name)
    }
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

/// Other names in the query and in cookies.
const OTHER_NAMES: [PlaceRow; 7] = [
    (
        "query-apikey",
        Place::QueryNamed("apikey"),
        "in the query as `apikey`",
    ),
    (
        "query-key",
        Place::QueryNamed("key"),
        "in the query as `key`",
    ),
    (
        "query-token",
        Place::QueryNamed("token"),
        "in the query as `token`",
    ),
    (
        "query-access-token",
        Place::QueryNamed("access_token"),
        "in the query as `access_token`",
    ),
    (
        "cookie-api-key",
        Place::CookieNamed("api_key"),
        "in a cookie named `api_key`",
    ),
    (
        "cookie-token",
        Place::CookieNamed("token"),
        "in a cookie named `token`",
    ),
    (
        "authorization",
        Place::Authorization,
        "in Authorization, without a scheme",
    ),
];

/// Fields with similar names.
const FIELDS: [PlaceRow; 7] = [
    (
        "field-without-x",
        Place::Field(Similar::Plain),
        "in the field of that name without `X-`",
    ),
    (
        "field-underscored",
        Place::Field(Similar::Underscored),
        "in the field of that name with underscores",
    ),
    (
        "field-joined",
        Place::Field(Similar::Joined),
        "in the field of that name in one word",
    ),
    (
        "field-apikey",
        Place::Field(Similar::Usual("Apikey")),
        "in the field Apikey",
    ),
    (
        "field-api-token",
        Place::Field(Similar::Usual("X-Api-Token")),
        "in the field X-Api-Token",
    ),
    (
        "field-auth-token",
        Place::Field(Similar::Usual("X-Auth-Token")),
        "in the field X-Auth-Token",
    ),
    (
        "field-access-token",
        Place::Field(Similar::Usual("X-Access-Token")),
        "in the field X-Access-Token",
    ),
];

const FALLBACK_PLACES: [PlaceRow; 5] = [
    ("query", Place::Query, "in the query"),
    (
        "query-api-key",
        Place::QueryNamed("api_key"),
        "in the query as `api_key`",
    ),
    ("cookie", Place::Cookie, "in a cookie"),
    ("json-content", Place::JsonContent, "in JSON content"),
    ("form-content", Place::FormContent, "in form content"),
];

fn drafts(context: &Context, rule: &str, places: &[PlaceRow], wrong_in_place: bool) -> Vec<Draft> {
    let Some(field) = context.requests.credential_field() else {
        return Vec::new();
    };
    let elsewhere = places
        .iter()
        .filter(|(_, place, _)| place.is_another(&field.name));
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
        Place::Field(similar) => {
            if let Some(name) = similar.to(&field.name) {
                let value = vec![secret(Derivation::Verbatim)];
                template.headers.push((name, value));
            }
        }
        Place::Authorization => {
            let value = vec![secret(Derivation::Verbatim)];
            template.headers.push(("Authorization".to_owned(), value));
        }
        Place::Cookie => add_cookie(template, &field.name, secret(Derivation::CookieValue)),
        Place::CookieNamed(name) => add_cookie(template, name, secret(Derivation::CookieValue)),
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

fn add_cookie(template: &mut Template, name: &str, value: Piece) {
    let value = vec![Piece::Text(format!("{name}=")), value];
    template.headers.push(("Cookie".to_owned(), value));
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
