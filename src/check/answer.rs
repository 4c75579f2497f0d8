//! What an answer says: its media type, its content, its redirects.
//!
//! ## Requires   The media type is declared, the content is valid by its schema, and a property
//!               that tells people something is there. No answer redirects.
//! ## Why        Clients are generated from the document; what it does not say they cannot read.
//! ## Spec       OpenAPI 3.0.3, "Responses Object", "Media Type Object"; RFC 9110 §8.3.
//! ## Silent     Where the document declares no content for the status.

use serde_json::Value;

use super::{Judgement, Sent, Subject, Violation, fold};
use crate::api::MediaType;
use crate::document::Pointer;
use crate::http::Response;
use crate::plan::Requirement;

/// The answer's media type is one that the document declares for its status.
pub fn declared_media_type(subject: &Subject, requirement: &Requirement) -> Judgement {
    let whole = answers(subject, requirement).map(|(index, response)| {
        let declared = declared(subject, response.status);
        if declared.is_empty() {
            return undeclared(response.status);
        }
        let seen = response.media_type();
        let fits = |name: &String| {
            declared
                .iter()
                .any(|media_type| covers(&media_type.name, name))
        };
        if seen.as_ref().is_some_and(fits) {
            return Judgement::Satisfied;
        }
        let names: Vec<&str> = declared
            .iter()
            .map(|media_type| media_type.name.as_str())
            .collect();
        let actual = seen.map_or_else(
            || format!("{} without a Content-Type", response.status),
            |name| format!("{} as {name}", response.status),
        );
        let violation = Violation::at(index, names.join(" or "), actual);
        Judgement::Violated(vec![violation.in_field("Content-Type")])
    });
    fold(whole.chain(cut_short(subject, requirement, unheard)))
}

/// The answer's content is JSON and valid by the schema that the document declares.
pub fn declared_schema(subject: &Subject, requirement: &Requirement) -> Judgement {
    let whole = answers(subject, requirement).map(|(index, response)| {
        let declared = declared(subject, response.status);
        let Some(schema) = declared.iter().find_map(|media_type| media_type.schema) else {
            return undeclared(response.status);
        };
        match json(response) {
            Err(problem) => {
                let violation = Violation::at(index, "content that is JSON", problem);
                Judgement::Violated(vec![violation.in_content("")])
            }
            Ok(content) => {
                let found = subject.api.schemas().validate(schema, &content);
                if found.is_empty() {
                    return Judgement::Satisfied;
                }
                let violations = found.iter().map(|violation| {
                    let place = if violation.instance_pointer.is_empty() {
                        "the content".to_owned()
                    } else {
                        format!("`{}`", violation.instance_pointer)
                    };
                    let actual = format!("{place}: {}", violation.message);
                    let expected = "content that is valid by its schema";
                    let pointer = &violation.instance_pointer;
                    Violation::at(index, expected, actual).in_content(pointer)
                });
                Judgement::Violated(violations.collect())
            }
        }
    });
    // Whoever declares content for a status and lets it end early has not sent that content.
    let cut = cut_short(subject, requirement, |index, status, sent| {
        if declared(subject, status)
            .iter()
            .all(|one| one.schema.is_none())
        {
            return undeclared(status);
        }
        let violation = Violation::at(index, "content that comes whole", sent.seen());
        Judgement::Violated(vec![violation.in_content("")])
    });
    fold(whole.chain(cut))
}

/// The answer's content has the property that the requirement names, and it is not empty.
pub fn property_present(subject: &Subject, requirement: &Requirement) -> Judgement {
    let Some(property) = &requirement.argument else {
        return Judgement::Undecided("the suite names no property".to_owned());
    };
    let whole = answers(subject, requirement).map(|(index, response)| {
        let Ok(content) = json(response) else {
            return Judgement::Silent("the content is no JSON".to_owned());
        };
        let actual = match content.get(property) {
            Some(Value::String(text)) if !text.trim().is_empty() => return Judgement::Satisfied,
            Some(Value::String(_)) => format!("`{property}` is empty"),
            Some(_) => format!("`{property}` is no text"),
            None => format!("there is no `{property}`"),
        };
        let violation = Violation::at(index, format!("`{property}` with a text"), actual);
        let pointer = Pointer::root().push(property);
        Judgement::Violated(vec![violation.in_content(pointer.as_str())])
    });
    fold(whole.chain(cut_short(subject, requirement, unheard)))
}

/// The answer is no redirect.
pub fn no_redirect(subject: &Subject, requirement: &Requirement) -> Judgement {
    fold(
        subject
            .selected(requirement)
            .map(|(index, sent)| match sent.status() {
                Some(300..400) => {
                    Judgement::Violated(vec![Violation::at(index, "no redirect", sent.seen())])
                }
                Some(_) => Judgement::Satisfied,
                None => Judgement::Silent("there was no answer".to_owned()),
            }),
    )
}

/// The answers that came whole.
fn answers<'a>(
    subject: &Subject<'a>,
    requirement: &'a Requirement,
) -> impl Iterator<Item = (usize, &'a Response)> {
    let answered = |(index, sent): (usize, &'a Sent)| {
        sent.exchange
            .outcome
            .as_ref()
            .ok()
            .map(|response| (index, response))
    };
    subject.selected(requirement).filter_map(answered)
}

/// What is said of answers of which only the head came whole.
fn cut_short<'a>(
    subject: &Subject<'a>,
    requirement: &'a Requirement,
    judge: impl Fn(usize, u16, &Sent) -> Judgement,
) -> impl Iterator<Item = Judgement> {
    let broken = |(index, sent): (usize, &'a Sent)| {
        let status = sent.exchange.status_of_head()?;
        sent.exchange
            .outcome
            .is_err()
            .then_some((index, status, sent))
    };
    let broken = subject.selected(requirement).filter_map(broken);
    broken.map(move |(index, status, sent)| judge(index, status, sent))
}

fn unheard(_: usize, _: u16, sent: &Sent) -> Judgement {
    Judgement::Silent(sent.seen())
}

fn declared<'a>(subject: &Subject<'a>, status: u16) -> &'a [MediaType] {
    let operation = subject.operation();
    let response = operation.and_then(|operation| operation.response_for(status));
    response.map_or(&[], |response| response.media_types.as_slice())
}

fn undeclared(status: u16) -> Judgement {
    Judgement::Silent(format!("the document declares no content for {status}"))
}

/// Whether a declared media type or range covers the one seen (RFC 9110 §12.5.1).
fn covers(declared: &str, seen: &str) -> bool {
    let declared = declared
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    match declared.split_once('/') {
        Some(("*", "*")) => true,
        Some((kind, "*")) => seen.split('/').next() == Some(kind),
        _ => declared == seen,
    }
}

fn json(response: &Response) -> Result<Value, String> {
    let content = response
        .content()
        .map_err(|reason| format!("content whose coding cannot be undone: {reason}"))?;
    // RFC 8259 §8.1: a parser may ignore a byte order mark.
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    if content.is_empty() {
        return Err("no content".to_owned());
    }
    serde_json::from_slice(content).map_err(|error| {
        format!(
            "{} bytes that are no JSON (line {}, column {})",
            content.len(),
            error.line(),
            error.column()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn a_media_range_covers_its_types() {
        assert!(covers(
            "application/json; charset=utf-8",
            "application/json"
        ));
        assert!(covers("application/*", "application/json"));
        assert!(covers("*/*", "text/html"));
        assert!(!covers("application/json", "application/problem+json"));
        assert!(!covers("text/*", "application/json"));
    }
}
