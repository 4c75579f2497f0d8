//! An answer that cannot have content has none, and says nothing about its length.
//!
//! ## Requires   A 204 ends with its head: no content, no trailers, no Content-Length, no
//!               Transfer-Encoding.
//! ## Why        What comes after the head is read as the next answer on a kept connection.
//! ## Spec       RFC 9110 §15.3.5, §8.6; RFC 9112 §6.1, §6.3.
//! ## Silent     For other statuses.

use super::{Judgement, Sent, Subject, Violation, fold};
use crate::http::{FramingViolation, Response};
use crate::plan::Requirement;

/// No content, no trailers, no stray bytes.
pub fn no_content(subject: &Subject, requirement: &Requirement) -> Judgement {
    each(subject, requirement, |sent, response| {
        let framing = &sent.exchange.framing;
        let stray = framing.contains(&FramingViolation::ContentAfterNoContent)
            || framing.contains(&FramingViolation::StrayBytes);
        let bytes = response.body.len() + sent.exchange.stray.len();
        if stray || bytes > 0 {
            return Some(("no content", format!("{bytes} bytes after the head")));
        }
        let trailers = !response.trailers.is_empty();
        trailers.then(|| {
            (
                "no trailers",
                format!("{} trailers", response.trailers.len()),
            )
        })
    })
}

/// No `Content-Length`, not even zero.
pub fn no_content_length(subject: &Subject, requirement: &Requirement) -> Judgement {
    each(subject, requirement, |_, response| {
        field(response, "Content-Length")
    })
}

/// No `Transfer-Encoding`.
pub fn no_transfer_encoding(subject: &Subject, requirement: &Requirement) -> Judgement {
    each(subject, requirement, |_, response| {
        field(response, "Transfer-Encoding")
    })
}

/// All of that, and no coding of a content that is not there.
pub fn bare_no_content(subject: &Subject, requirement: &Requirement) -> Judgement {
    let coded = each(subject, requirement, |_, response| {
        let value = response.header("Content-Encoding")?;
        let actual = format!("Content-Encoding: {}", String::from_utf8_lossy(value));
        (response.status == 204).then_some(("no Content-Encoding", actual))
    });
    fold([
        no_content(subject, requirement),
        no_content_length(subject, requirement),
        no_transfer_encoding(subject, requirement),
        coded,
    ])
}

fn field(response: &Response, name: &'static str) -> Option<(&'static str, String)> {
    let value = response.header(name)?;
    let expected = if name == "Content-Length" {
        "no Content-Length"
    } else {
        "no Transfer-Encoding"
    };
    Some((
        expected,
        format!("{name}: {}", String::from_utf8_lossy(value)),
    ))
}

fn each(
    subject: &Subject,
    requirement: &Requirement,
    look: impl Fn(&Sent, &Response) -> Option<(&'static str, String)>,
) -> Judgement {
    fold(subject.selected(requirement).filter_map(|(index, sent)| {
        let response = sent.exchange.outcome.as_ref().ok()?;
        // Where the requirement selects by rule, other statuses may have content.
        if response.status != 204 {
            return None;
        }
        Some(match look(sent, response) {
            None => Judgement::Satisfied,
            Some((expected, actual)) => {
                let violation = Violation::at(index, expected, actual);
                // `no Content-Length` names the field, `no content` the content.
                let named = expected.trim_start_matches("no ");
                Judgement::Violated(vec![match named.chars().next() {
                    Some('A'..='Z') => violation.in_field(named),
                    _ => violation.in_content(""),
                }])
            }
        })
    }))
}
