//! What a connection shows: leftovers of an answer, and messages that HTTP forbids.
//!
//! ## Requires   After a success the connection carries the next answer and nothing else. A request
//!               without Host or with two gets 400; one whose length is said twice is refused, or
//!               its connection closed; plain HTTP serves nothing.
//! ## Why        A byte too many is the beginning of somebody else's answer; two readers that
//!               disagree about a message let one caller speak for another.
//! ## Spec       RFC 9112 §3.2, §6.1, §6.3, §9.3, §11.2; RFC 9110 §5.5; ASVS 4.2.1, 4.2.2, 4.1.2.
//! ## Silent     Where the target closed the connection after its answer.

use super::over_time::on_kept;
use super::refusal::once_accepted;
use super::{Judgement, Life, Sent, Subject, Violation, fold};
use crate::http::{Fault, FramingViolation, TlsFacts};
use crate::plan::{Requirement, Slot};

/// The next answer on the connection of a success is one, with nothing before it.
pub fn connection_clean(subject: &Subject, _: &Requirement) -> Judgement {
    let mut focus = subject.focus();
    let (Some((first, success)), Some((second, next))) = (focus.next(), focus.next()) else {
        return Judgement::Undecided("it was not sent".to_owned());
    };
    if success.status().is_none() {
        return Judgement::Undecided(success.seen());
    }
    let framing = &success.exchange.framing;
    let stray = framing.contains(&FramingViolation::ContentAfterNoContent)
        || framing.contains(&FramingViolation::StrayBytes);
    if stray || !success.exchange.stray.is_empty() {
        let actual = format!(
            "{} bytes after the end of the {}",
            success.exchange.stray.len(),
            success.seen()
        );
        let violation = Violation::at(first, "nothing between one answer and the next", actual);
        return Judgement::Violated(vec![violation]);
    }
    if !is_reused(next) {
        return Judgement::Silent("the target closed the connection after its answer".to_owned());
    }
    match &next.exchange.outcome {
        Ok(_) => Judgement::Satisfied,
        Err(Fault::Malformed { .. }) => {
            let violation = Violation::at(second, "a well-formed answer", next.seen());
            Judgement::Violated(vec![violation])
        }
        // A server may close a connection at any time (RFC 9112 §9.5).
        Err(_) => Judgement::Silent(next.seen()),
    }
}

/// On the connection of another request it is served as on one of its own, and has its effect.
pub fn served_later(subject: &Subject, requirement: &Requirement) -> Judgement {
    if let Some(control) = subject.control.filter(|control| !control.accepted) {
        let seen = &control.seen;
        return Judgement::Undecided(format!("neither is it on one of its own ({seen})"));
    }
    let Some((index, sent)) = subject.focus().next() else {
        return Judgement::Undecided("it was not sent".to_owned());
    };
    if !is_reused(sent) {
        return Judgement::Silent("the target closed the connection after its answer".to_owned());
    }
    match sent.status() {
        Some(200..300) => super::effect::revoked(subject, requirement),
        Some(_) => {
            let expected = "a success, as on a connection of its own";
            Judgement::Violated(vec![Violation::at(index, expected, sent.seen())])
        }
        // A server may close a connection at any time (RFC 9112 §9.5).
        None if sent.hung_up() => Judgement::Silent(sent.seen()),
        None => Judgement::Undecided(sent.seen()),
    }
}

/// On the connection of a request that was accepted one without a good credential is refused.
pub fn refused_later(subject: &Subject, _: &Requirement) -> Judgement {
    match once_accepted(subject, "no request was accepted on the connection before") {
        Ok((index, later)) => on_kept(index, later),
        Err(judgement) => judgement,
    }
}

/// A message that is not HTTP/1.1 gets 400.
pub fn bad_request(subject: &Subject, _: &Requirement) -> Judgement {
    let answered = fold(subject.focus().map(|(index, sent)| {
        let violation = || Violation::at(index, "400", sent.seen());
        match sent.status() {
            Some(400) => Judgement::Satisfied,
            Some(_) => Judgement::Violated(vec![violation()]),
            // It is not processed, though it ought to be said so.
            None => Judgement::Violated(vec![violation().tolerated()]),
        }
    }));
    fold([answered, victim_lives(subject)])
}

/// A message whose length is said in two ways is refused, or it is the last of its connection.
pub fn ambiguous_length(subject: &Subject, _: &Requirement) -> Judgement {
    let mut focus = subject.focus();
    let Some((index, sent)) = focus.next() else {
        return Judgement::Undecided("it was not sent".to_owned());
    };
    let served = sent.is_success();
    let kept = focus
        .next()
        .is_some_and(|(_, next)| is_reused(next) && next.status().is_some());
    let judged = match sent.status() {
        Some(400) | None => Judgement::Satisfied,
        Some(_) if kept || served => {
            let tail = if kept {
                ", and the connection stays open"
            } else {
                ""
            };
            let actual = format!("{}{tail}", sent.seen());
            Judgement::Violated(vec![Violation::at(
                index,
                "400, or the end of the connection",
                actual,
            )])
        }
        Some(_) => Judgement::Satisfied,
    };
    fold([judged, victim_lives(subject)])
}

/// Plain HTTP does not serve, and does not look at credentials either.
pub fn cleartext_refused(subject: &Subject, _: &Requirement) -> Judgement {
    fold(subject.focus().map(|(index, sent)| {
        let violation = Violation::at(index, "no connection, or an error", sent.seen());
        match sent.status() {
            Some(401 | 200..=299) => Judgement::Violated(vec![violation]),
            // Whoever is sent on has already shown the credential to everybody in between.
            Some(300..=399) => Judgement::Violated(vec![violation.tolerated()]),
            Some(_) | None => Judgement::Satisfied,
        }
    }))
}

/// No version of TLS is spoken that must not be any more.
pub fn old_tls_refused(subject: &Subject, _: &Requirement) -> Judgement {
    fold(subject.record.old_tls.iter().map(|(version, accepted)| {
        if !accepted {
            return Judgement::Satisfied;
        }
        Judgement::Violated(vec![Violation::of_state(
            format!("an offer of {version} alone is refused"),
            format!("a ServerHello of {version}"),
        )])
    }))
}

/// The certificate holds before the trust store, whether or not that was asked for.
pub fn certificate_verified(subject: &Subject, _: &Requirement) -> Judgement {
    fold(
        subject
            .focus()
            .map(|(index, sent)| match &sent.exchange.tls {
                Some(TlsFacts {
                    objection: Some(objection),
                    ..
                }) => {
                    let actual = format!("{objection} (taken under --insecure)");
                    let expected = "a certificate that can be trusted";
                    Judgement::Violated(vec![Violation::at(index, expected, actual)])
                }
                Some(_) => Judgement::Satisfied,
                None => Judgement::Silent("the target is not encrypted".to_owned()),
            }),
    )
}

/// A value with a NUL in it is refused, or the NUL is taken for a blank: it is never cut there.
pub fn not_cut(subject: &Subject, _: &Requirement) -> Judgement {
    let accepted = subject.control.is_none_or(|control| control.accepted);
    let answered = fold(subject.focus().map(|(index, sent)| {
        let violation = Violation::at(index, "400, 401 or a closed connection", sent.seen());
        match sent.status() {
            Some(200..300) => Judgement::Violated(vec![violation]),
            Some(300..400 | 500..) => Judgement::Violated(vec![violation.tolerated()]),
            _ if !accepted => Judgement::Undecided(
                "refused, but so is the credential without the NUL: this says nothing".to_owned(),
            ),
            Some(_) | None => Judgement::Satisfied,
        }
    }));
    fold([answered, victim_lives(subject)])
}

fn is_reused(sent: &Sent) -> bool {
    let facts = sent.exchange.connection.as_ref();
    facts.is_some_and(|facts| facts.reused)
}

/// The instance that the request names lives on.
fn victim_lives(subject: &Subject) -> Judgement {
    let Some(trace) = subject.record.keys.get(&Slot::Victim) else {
        return Judgement::Silent("no key was watched".to_owned());
    };
    match (&trace.before, &trace.after) {
        (Life::Alive, Life::Dead) => Judgement::Violated(vec![Violation::of_state(
            format!("the key (id {}) lives on", trace.id),
            "it is dead",
        )]),
        _ => Judgement::Silent("the key is as it was".to_owned()),
    }
}
