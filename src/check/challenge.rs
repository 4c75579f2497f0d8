//! The challenge of a 401.
//!
//! ## Requires   A 401 has a WWW-Authenticate field with at least one challenge: a scheme, and
//!               parameters or a token after it. Where the scheme is Bearer, its `error` says what
//!               was wrong, and nothing where nothing was sent.
//! ## Why        Generic clients and proxies find out by it how to authenticate, and fail on one
//!               that they cannot read.
//! ## Spec       RFC 9110 §11.3, §11.6.1, §15.5.2; RFC 6750 §3.1.
//! ## Silent     For other statuses; the values where the field is missing; which scheme it is, as
//!               none is registered for keys in a field of their own.

use super::{Judgement, Sent, Subject, Violation, fold};
use crate::http::Response;
use crate::plan::{Piece, Requirement};

const FIELD: &str = "WWW-Authenticate";

/// There is a challenge field.
pub fn challenge_present(subject: &Subject, requirement: &Requirement) -> Judgement {
    each_refusal(subject, requirement, |index, _, response| {
        if response.header(FIELD).is_some() {
            return Judgement::Satisfied;
        }
        let actual = format!("{} without it", response.status);
        let violation = Violation::at(index, format!("a {FIELD} field"), actual);
        Judgement::Violated(vec![violation.in_field(FIELD)])
    })
}

/// At least one challenge can be read.
pub fn challenge_valid(subject: &Subject, requirement: &Requirement) -> Judgement {
    each_refusal(subject, requirement, |index, _, response| {
        let values = values(response);
        if values.is_empty() {
            return Judgement::Silent(format!("there is no {FIELD}"));
        }
        if values.iter().any(|value| !challenges(value).is_empty()) {
            return Judgement::Satisfied;
        }
        let expected = "a challenge: a scheme, then parameters or a token";
        let actual = format!("{FIELD}: {}", values.join(", "));
        let violation = Violation::at(index, expected, actual);
        Judgement::Violated(vec![violation.in_field(FIELD)])
    })
}

/// A Bearer challenge says `invalid_token` to a wrong credential and nothing to none.
pub fn bearer_error(subject: &Subject, requirement: &Requirement) -> Judgement {
    each_refusal(subject, requirement, |index, sent, response| {
        let values = values(response);
        let all = values.iter().flat_map(|value| challenges(value));
        let bearer: Vec<Challenge> = all
            .filter(|challenge| challenge.scheme.eq_ignore_ascii_case("bearer"))
            .collect();
        if bearer.is_empty() {
            return Judgement::Silent("no challenge is a Bearer one".to_owned());
        }
        let error = bearer.iter().find_map(|challenge| challenge.value("error"));
        let violated = |expected: &str, actual: String| {
            Judgement::Violated(vec![Violation::at(index, expected, actual).in_field(FIELD)])
        };
        match (has_credential(subject, sent), error) {
            (false, None) => Judgement::Satisfied,
            (true, Some("invalid_token" | "insufficient_scope")) => Judgement::Satisfied,
            (false, Some(error)) => violated(
                "no `error` where no credential was sent",
                format!("error=\"{error}\""),
            ),
            (true, error) => violated(
                "error=\"invalid_token\"",
                error.map_or_else(
                    || "a Bearer challenge without `error`".to_owned(),
                    |error| format!("error=\"{error}\""),
                ),
            ),
        }
    })
}

fn each_refusal(
    subject: &Subject,
    requirement: &Requirement,
    look: impl Fn(usize, &Sent, &Response) -> Judgement,
) -> Judgement {
    fold(subject.selected(requirement).filter_map(|(index, sent)| {
        let response = sent.exchange.response()?;
        (response.status == 401).then(|| look(index, sent, response))
    }))
}

fn values(response: &Response) -> Vec<String> {
    response
        .header_all(FIELD)
        .map(|value| String::from_utf8_lossy(value).trim().to_owned())
        .collect()
}

/// Whether the request had any credential: a secret, or a value where one belongs.
fn has_credential(subject: &Subject, sent: &Sent) -> bool {
    let template = &sent.send.template;
    let secret = template
        .pieces()
        .any(|piece| matches!(piece, Piece::Secret(..)));
    let fields = subject.operation().into_iter().flat_map(|operation| {
        let schemes = operation.security.iter().flat_map(|one| &one.schemes);
        schemes.filter_map(|(name, _)| match &subject.api.security_scheme(name)?.kind {
            crate::api::SecuritySchemeKind::ApiKey { parameter, .. } => Some(parameter.as_str()),
            _ => Some("Authorization"),
        })
    });
    let mut fields = fields;
    secret || fields.any(|name| template.header(name).is_some())
}

/// A challenge as it was read.
#[derive(Debug, PartialEq, Eq)]
struct Challenge {
    scheme: String,
    parameters: Vec<(String, String)>,
}

impl Challenge {
    fn value(&self, name: &str) -> Option<&str> {
        let mut parameters = self.parameters.iter();
        parameters
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// The challenges that can be read from a field value (RFC 9110 §11.6.1); what cannot is passed
/// over, since one that can is all that is demanded.
fn challenges(value: &str) -> Vec<Challenge> {
    let mut found: Vec<Challenge> = Vec::new();
    for element in elements(value) {
        let element = element.trim();
        if let Some(parameter) = parameter(element) {
            if let Some(last) = found.last_mut() {
                last.parameters.push(parameter);
            }
        } else if let Some(challenge) = challenge(element) {
            found.push(challenge);
        }
    }
    found
}

/// The elements of a list, with commas inside quoted strings left alone.
fn elements(value: &str) -> Vec<String> {
    let mut elements = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    for character in value.chars() {
        match character {
            ',' if !quoted => {
                elements.push(String::new());
                continue;
            }
            '"' if !escaped => quoted = !quoted,
            _ => {}
        }
        escaped = quoted && character == '\\' && !escaped;
        if let Some(last) = elements.last_mut() {
            last.push(character);
        }
    }
    elements
}

/// A scheme alone, or one with a token68 or its first parameter after it.
fn challenge(element: &str) -> Option<Challenge> {
    let (scheme, rest) = element.split_once(' ').unwrap_or((element, ""));
    let rest = rest.trim();
    let first = parameter(rest);
    let fits = is_token(scheme) && (rest.is_empty() || first.is_some() || is_token68(rest));
    fits.then(|| Challenge {
        scheme: scheme.to_owned(),
        parameters: first.into_iter().collect(),
    })
}

fn parameter(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=')?;
    let (name, value) = (name.trim_end(), value.trim_start());
    if !is_token(name) {
        return None;
    }
    if is_token(value) {
        return Some((name.to_owned(), value.to_owned()));
    }
    let inner = value.strip_prefix('"')?.strip_suffix('"')?;
    let mut text = String::new();
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => return None,
            '\\' => text.push(characters.next()?),
            other => text.push(other),
        }
    }
    Some((name.to_owned(), text))
}

fn is_token(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(fits)
}

fn is_token68(text: &str) -> bool {
    let text = text.trim_end_matches('=');
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    !text.is_empty() && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::challenges;

    #[test]
    fn a_challenge_is_a_scheme_and_what_belongs_to_it() {
        for value in [
            "ApiKey",
            "ApiKey realm=\"api\"",
            "ApiKey realm = api , header=\"X-Api-Key\"",
            "Negotiate YWJj==",
            "Negotiate YWJj==, ApiKey realm=\"a, \\\"b\\\"\", title=key",
            ", ApiKey",
            "\"odd\", Bearer",
        ] {
            assert!(!challenges(value).is_empty(), "{value}");
        }
    }

    #[test]
    fn what_has_no_scheme_is_no_challenge() {
        for value in [
            "",
            " , ",
            "realm=\"api\"",
            "\"ApiKey realm=api\"",
            "=\"api key\" required!",
            "ApiKey required!",
            "Api Key realm=\"x\"",
            "ApiKey realm=\"open",
        ] {
            assert!(challenges(value).is_empty(), "{value}");
        }
    }

    #[test]
    fn parameters_belong_to_the_scheme_before_them() {
        let found = challenges("Basic realm=\"a\", Bearer realm=b, error=\"invalid_token\"");
        let errors: Vec<Option<&str>> = found.iter().map(|one| one.value("error")).collect();
        assert_eq!(errors, [None, Some("invalid_token")]);
    }
}
