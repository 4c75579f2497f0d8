//! What answers tell that they should keep: secrets, and the insides of the server.
//!
//! ## Requires   No secret that the run knows is in an answer, in whatever encoding; no refusal
//!               shows a stack trace, a query or the path of a source file.
//! ## Why        Answers end in logs and bug reports; insides are the attacker's map.
//! ## Spec       ASVS 13.4.6, 14.2.1, 16.5.1; OWASP API8:2023.
//! ## Silent     The answer that hands a secret out; secrets under six bytes. What the target or
//!               the content of the very request had is no disclosure to its sender: it only warns
//!               (RAK-LEA-10). What a field had is a credential, and never to be repeated.

use super::internals::{Insides, insides, text};
use super::{Judgement, LeakPlace, Subject, Violation, fold};
use crate::plan::Requirement;

/// No answer holds a secret of the run that its request did not have in its target or content.
pub fn no_secret(subject: &Subject, requirement: &Requirement) -> Judgement {
    secrets(subject, requirement, false)
}

/// No answer repeats a secret from the target or content of its request.
///
/// Whoever sent it knows it, so nothing is disclosed; but answers are kept where requests are not,
/// in logs and bug reports.
pub fn no_echoed_secret(subject: &Subject, requirement: &Requirement) -> Judgement {
    secrets(subject, requirement, true)
}

fn secrets(subject: &Subject, requirement: &Requirement, echoed: bool) -> Judgement {
    let mut violations = Vec::new();
    let expected = "no secret of this run in the answer";
    let selected: Vec<usize> = subject
        .selected(requirement)
        .map(|(index, _)| index)
        .collect();
    let leaks = subject.record.leaks.iter();
    for leak in leaks.filter(|leak| leak.echoed == echoed) {
        let whence = if echoed {
            ", from the request's own target or content,"
        } else {
            ""
        };
        let actual = format!(
            "{}{whence} in {} of the answer to {}",
            leak.owner, leak.place, leak.label
        );
        match leak.exchange {
            Some(index) if selected.contains(&index) => {
                let violation = Violation::at(index, expected, actual);
                violations.push(match &leak.place {
                    LeakPlace::Field(name)
                    | LeakPlace::InterimField(name)
                    | LeakPlace::Trailer(name) => violation.in_field(name),
                    LeakPlace::Content => violation.in_content(""),
                    LeakPlace::Reason | LeakPlace::Framing => violation,
                });
            }
            Some(_) => {}
            None => violations.push(Violation::of_state(expected, actual)),
        }
    }
    if violations.is_empty() {
        Judgement::Satisfied
    } else {
        Judgement::Violated(violations)
    }
}

/// No answer but a success shows the server's insides.
pub fn no_internals(subject: &Subject, requirement: &Requirement) -> Judgement {
    fold(subject.selected(requirement).map(|(index, sent)| {
        let Ok(response) = &sent.exchange.outcome else {
            return Judgement::Silent(sent.seen());
        };
        if (200..300).contains(&response.status) {
            return Judgement::Silent("it is a success".to_owned());
        }
        let Some(found) = insides(&text(response)) else {
            return Judgement::Satisfied;
        };
        let actual = format!("{} with {found}", response.status);
        let expected = "no insides of the server in a refusal";
        let violation = Violation::at(index, expected, actual).in_content("");
        // Production frameworks name the class that was not found: less than a trace.
        Judgement::Violated(vec![if found == Insides::ClassName {
            violation.tolerated()
        } else {
            violation
        }])
    }))
}

/// The answer names no exact version of what serves it.
pub fn no_version(subject: &Subject, _: &Requirement) -> Judgement {
    fold(subject.focus().map(|(index, sent)| {
        let Ok(response) = &sent.exchange.outcome else {
            return Judgement::Silent(sent.seen());
        };
        let told = ["server", "x-powered-by", "x-aspnet-version"]
            .into_iter()
            .filter_map(|name| Some((name, response.header(name)?)))
            .map(|(name, value)| (name, String::from_utf8_lossy(value).into_owned()))
            .find(|(_, value)| value.contains(|character: char| character.is_ascii_digit()));
        told.map_or(Judgement::Satisfied, |(name, value)| {
            let expected = "no exact version";
            let violation = Violation::at(index, expected, format!("{name}: {value}"));
            Judgement::Violated(vec![violation.in_field(name)])
        })
    }))
}

/// The answer sets no cookie.
pub fn no_cookie(subject: &Subject, requirement: &Requirement) -> Judgement {
    fold(subject.selected(requirement).map(|(index, sent)| {
        let Ok(response) = &sent.exchange.outcome else {
            return Judgement::Silent(sent.seen());
        };
        if response.header("set-cookie").is_none() {
            return Judgement::Satisfied;
        }
        let actual = format!("{} with Set-Cookie", response.status);
        let violation = Violation::at(index, "no Set-Cookie", actual);
        Judgement::Violated(vec![violation.in_field("Set-Cookie")])
    }))
}
