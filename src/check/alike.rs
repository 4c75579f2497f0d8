//! Answers that are to be the same, so that nobody learns anything from a difference.
//!
//! ## Requires   The answer to the request in question is, in status and content, one that others
//!               get, too, and where others ask for what is unknown, the one that each of them
//!               gets; ids, times and the like apart.
//! ## Why        A difference is an oracle: it tells which ids exist, or whose credential it was.
//! ## Spec       RFC 9110 §15.5.4; OWASP API1:2023; ASVS 6.3.8.
//! ## Silent     Where two answers to the very same request differ, or one is missing.

use super::{Judgement, Sent, Subject, Violation};
use crate::plan::Requirement;

/// The labels of the request in question begin so; all others are what it is compared with.
const IN_QUESTION: &str = "subject";

/// The labels of requests for what is unknown begin so: each is compared by itself.
const UNKNOWN: &str = "unknown";

/// The longest run of letters and digits that is taken for a word; longer ones are tokens.
const WORD_CHARACTERS_MAX: usize = 20;

/// The request in question gets an answer that another gets, and that each unknown one gets.
pub fn alike(subject: &Subject, _: &Requirement) -> Judgement {
    if subject.record.stand_in {
        return Judgement::Silent("the addressed id belongs to nobody".to_owned());
    }
    let mut asked = Vec::new();
    let mut others = Vec::new();
    for (index, sent) in subject.focus() {
        let Some(shape) = shape(sent) else {
            return Judgement::Silent(format!("{}: {}", sent.send.label, sent.seen()));
        };
        if sent.send.label.starts_with(IN_QUESTION) {
            asked.push((index, sent, shape));
        } else {
            others.push((sent, shape));
        }
    }
    let Some((index, sent, shape)) = asked.first() else {
        return Judgement::Undecided("it was not sent".to_owned());
    };
    if asked.iter().any(|(_, _, other)| other != shape) {
        return Judgement::Silent("two answers to the very same request differ".to_owned());
    }
    let is_unknown = |sent: &Sent| sent.send.label.starts_with(UNKNOWN);
    let (mut differing, mut alternatives) = (Vec::new(), Vec::new());
    for (other, its_shape) in &others {
        if !is_unknown(other) {
            alternatives.push((other, its_shape));
        } else if its_shape != shape {
            differing.push(other);
        }
    }
    if alternatives.iter().all(|(_, other)| *other != shape) {
        differing.extend(alternatives.iter().map(|(other, _)| *other));
    }
    if differing.is_empty() {
        return Judgement::Satisfied;
    }
    let expected = differing
        .iter()
        .map(|other| format!("{} to {}", other.seen(), other.send.label));
    let expected: Vec<String> = expected.collect();
    let violation = Violation::at(
        *index,
        format!("the same answer as to others: {}", expected.join("; ")),
        format!("{}, which differs", sent.seen()),
    );
    Judgement::Violated(vec![violation])
}

/// Status and content without what differs from answer to answer anyway.
fn shape(sent: &Sent) -> Option<(u16, String)> {
    let response = sent.exchange.outcome.as_ref().ok()?;
    let content = String::from_utf8_lossy(response.content().ok()?).into_owned();
    Some((response.status, without_tokens(&content)))
}

/// The text with every run of letters and digits that holds a digit, or is too long for a word, as
/// `#`: ids, times, request ids.
fn without_tokens(text: &str) -> String {
    let mut plain = String::new();
    let mut run = String::new();
    for character in text.chars().chain(std::iter::once(' ')) {
        if character.is_alphanumeric() || matches!(character, '-' | '_') {
            run.push(character);
            continue;
        }
        let token = run.chars().any(char::is_numeric) || run.chars().count() > WORD_CHARACTERS_MAX;
        plain.push_str(if token { "#" } else { &run });
        run.clear();
        plain.push(character);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::without_tokens;

    #[test]
    fn ids_and_times_do_not_count() {
        assert_eq!(
            without_tokens(r#"{"message":"No key 42.","at":"2026-01-01T00:00:00Z"}"#),
            without_tokens(r#"{"message":"No key 7.","at":"2027-11-21T10:20:30Z"}"#),
        );
    }

    #[test]
    fn words_count() {
        assert_ne!(without_tokens("Unauthenticated."), without_tokens("Gone."));
    }
}
