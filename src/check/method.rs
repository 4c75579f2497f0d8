//! What other methods do to an instance, and how they are answered.
//!
//! ## Requires   The instance lives on, and the answer is no fault of the server. A 405 says what
//!               is allowed, and so does a successful OPTIONS; HEAD has no content.
//! ## Why        Clients and crawlers try methods; a refusal tells them what to do instead.
//! ## Spec       RFC 9110 §9.1, §9.2.1, §9.3.2, §9.3.7, §10.2.1, §15.5.6.
//! ## Silent     Where the instance was dead before; after other statuses.

use super::{Judgement, Life, Sent, Subject, Violation, fold};
use crate::http::FramingViolation;
use crate::plan::{Requirement, Slot};

/// The method has no effect, and the server does not break on it.
pub fn harmless_method(subject: &Subject, _: &Requirement) -> Judgement {
    each(subject, |index, sent| {
        fold([unharmed(subject, index, sent), unbroken(index, sent)])
    })
}

/// A method that nobody registered is not served either.
pub fn unserved_method(subject: &Subject, _: &Requirement) -> Judgement {
    each(subject, |index, sent| {
        let method = &sent.send.template.method;
        // A connection that is closed refuses, too, if the key lives; it ought to say so (§9.1).
        if sent.hung_up() && subject.record.life_after(index, Slot::Victim) == Some(&Life::Alive) {
            let expected = format!("an answer that refuses the method `{method}`");
            let actual = format!("{}; the key lives on", sent.seen());
            return Judgement::Violated(vec![Violation::at(index, expected, actual).tolerated()]);
        }
        let harm = unharmed(subject, index, sent);
        if !sent.is_success() {
            return fold([harm, unbroken(index, sent)]);
        }
        let expected = format!("a refusal of the method `{method}`, such as 501 or 405");
        // One finding, not two: the key is dead since the method was served.
        let actual = match harm {
            Judgement::Violated(_) => format!("{}, and the key is dead", sent.seen()),
            _ => sent.seen(),
        };
        Judgement::Violated(vec![Violation::at(index, expected, actual)])
    })
}

/// HEAD has no effect and no content.
pub fn headers_only(subject: &Subject, _: &Requirement) -> Judgement {
    each(subject, |index, sent| {
        let Some(response) = sent.exchange.response() else {
            return Judgement::Undecided(sent.seen());
        };
        let framing = &sent.exchange.framing;
        let stray = framing.contains(&FramingViolation::ContentAfterNoContent)
            || framing.contains(&FramingViolation::StrayBytes);
        let bytes = response.body.len() + sent.exchange.stray.len();
        let content = if stray || bytes > 0 {
            let actual = format!("{} and {bytes} bytes after the head", response.status);
            Judgement::Violated(vec![
                Violation::at(index, "no content", actual).in_content(""),
            ])
        } else {
            Judgement::Satisfied
        };
        fold([content, unharmed(subject, index, sent)])
    })
}

/// OPTIONS has no effect and, where it succeeds and no browser asks, says what is allowed.
pub fn options(subject: &Subject, _: &Requirement) -> Judgement {
    each(subject, |index, sent| {
        let preflight = sent.send.template.header("Access-Control-Request-Method");
        let response = sent.exchange.response();
        let silent = sent.is_success()
            && preflight.is_none()
            && response.is_some_and(|response| response.header("Allow").is_none());
        let said = if silent {
            let violation = Violation::at(index, "Allow", format!("{} without it", sent.seen()));
            Judgement::Violated(vec![violation.in_field("Allow")])
        } else {
            Judgement::Satisfied
        };
        fold([said, unharmed(subject, index, sent)])
    })
}

/// A 405 has an Allow field, be it empty.
pub fn allow_present(subject: &Subject, requirement: &Requirement) -> Judgement {
    each_405(subject, requirement, |index, sent, allow| {
        if allow.is_some() {
            return Judgement::Satisfied;
        }
        let actual = format!("{} without it", sent.seen());
        let violation = Violation::at(index, "Allow", actual);
        Judgement::Violated(vec![violation.in_field("Allow")])
    })
}

/// The Allow of a 405 on the operation's own path lists the operation's method.
pub fn allow_complete(subject: &Subject, requirement: &Requirement) -> Judgement {
    let Some(operation) = subject.operation() else {
        return Judgement::Silent("there is no operation".to_owned());
    };
    each_405(subject, requirement, |index, sent, allow| {
        // Other paths may well allow something else.
        if sent.send.addresses.is_none() {
            return Judgement::Silent("it is about another path".to_owned());
        }
        let Some(allow) = allow else {
            return Judgement::Silent("there is no Allow".to_owned());
        };
        let listed = allow.split(',').map(str::trim);
        if listed.into_iter().any(|method| method == operation.method) {
            return Judgement::Satisfied;
        }
        let expected = format!("Allow with {}", operation.method);
        let violation = Violation::at(index, expected, format!("Allow: {allow}"));
        Judgement::Violated(vec![violation.in_field("Allow")])
    })
}

fn each(subject: &Subject, look: impl Fn(usize, &Sent) -> Judgement) -> Judgement {
    fold(subject.focus().map(|(index, sent)| look(index, sent)))
}

fn each_405(
    subject: &Subject,
    requirement: &Requirement,
    look: impl Fn(usize, &Sent, Option<String>) -> Judgement,
) -> Judgement {
    fold(subject.selected(requirement).filter_map(|(index, sent)| {
        let response = sent.exchange.response()?;
        if response.status != 405 {
            return None;
        }
        let values: Vec<String> = response
            .header_all("Allow")
            .map(|value| String::from_utf8_lossy(value).into_owned())
            .collect();
        let allow = (!values.is_empty()).then(|| values.join(", "));
        Some(look(index, sent, allow))
    }))
}

fn unharmed(subject: &Subject, index: usize, sent: &Sent) -> Judgement {
    let Some(slot) = sent.send.addresses else {
        return Judgement::Silent("the request addresses no instance".to_owned());
    };
    let before = subject.record.life_before(index, slot);
    match (before, subject.record.life_after(index, slot)) {
        (Some(Life::Alive), Some(Life::Dead)) => {
            let actual = format!("{}, and it is dead", sent.seen());
            Judgement::Violated(vec![Violation::at(index, "the key lives on", actual)])
        }
        (_, Some(Life::Alive)) => Judgement::Satisfied,
        (Some(Life::Dead), _) => Judgement::Silent("the key was dead before".to_owned()),
        (_, Some(Life::Unknown(reason))) | (Some(Life::Unknown(reason)), _) => {
            Judgement::Silent(format!("whether the key lives is unknown: {reason}"))
        }
        (None, _) | (_, None) => Judgement::Silent("nobody looked at the key".to_owned()),
    }
}

fn unbroken(index: usize, sent: &Sent) -> Judgement {
    match sent.status() {
        // RFC 9110 §15.6.2: the server says that it does not know the method.
        Some(501) => Judgement::Satisfied,
        Some(500..) => {
            Judgement::Violated(vec![Violation::at(index, "no 5xx but 501", sent.seen())])
        }
        Some(_) => Judgement::Satisfied,
        None => Judgement::Undecided(sent.seen()),
    }
}
