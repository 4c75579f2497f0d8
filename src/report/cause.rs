//! Failures that say the same of the target, together: one fault of a server fails many cases.
//!
//! What they have in common is what was expected and what came, numbers of bytes, times and ids
//! apart: the requirement may differ, since a fault shows wherever somebody looks.

use std::collections::HashMap;

use super::record::{CaseRecord, Face, RunRecord, gating_failures, warnings};
use crate::check::{AnswerPart, Failure};
use crate::plan::{Code, Level};

/// Most answers that one cause quotes: a few show what they have in common.
const SEEN_MAX: usize = 6;

/// One fault of the target, as far as the failures tell.
#[derive(Debug, Clone)]
pub struct Cause<'a> {
    /// Whether it makes cases FAILED; the others only warn.
    pub counts: bool,
    /// The first failure in plan order, which speaks for the others.
    pub first: &'a Failure,
    /// The requirements that it violates, in the order of the cases.
    pub codes: Vec<&'a Code>,
    /// The cases that show it, by their place in the record.
    pub cases: Vec<usize>,
    /// What was seen in them: the first's own, then what differs from it in more than numbers.
    pub seen: Vec<&'a str>,
}

/// The causes of a run: those that count first, the graver before the lesser, those that fail most
/// cases first.
#[must_use]
pub fn causes<'a>(record: &RunRecord<'a>) -> Vec<Cause<'a>> {
    let mut causes: Vec<Cause<'a>> = Vec::new();
    let mut places: HashMap<(bool, String, String), usize> = HashMap::new();
    for (place, case) in record.cases.iter().enumerate() {
        for (counts, failure) in shown(record, case) {
            let key = (counts, plain(&failure.expected), plain_actual(failure));
            let entry = *places.entry(key).or_insert(causes.len());
            if entry == causes.len() {
                causes.push(Cause {
                    counts,
                    first: failure,
                    codes: Vec::new(),
                    cases: Vec::new(),
                    seen: Vec::new(),
                });
            }
            if let Some(cause) = causes.get_mut(entry) {
                if !cause.codes.contains(&&failure.code) {
                    cause.codes.push(&failure.code);
                }
                if cause.cases.last() != Some(&place) {
                    cause.cases.push(place);
                }
                add_seen(&mut cause.seen, &failure.actual);
            }
        }
    }
    // Stable: equals stay in plan order.
    causes.sort_by_key(|cause| {
        let grave: Level = cause.first.level;
        std::cmp::Reverse((cause.counts, grave, cause.cases.len()))
    });
    causes
}

/// What makes two failures of one requirement the same finding.
pub type Key = (Code, String, String);

/// What makes two failures of one requirement the same finding.
#[must_use]
pub fn key(failure: &Failure) -> Key {
    let (expected, actual) = (plain(&failure.expected), plain_actual(failure));
    (failure.code.clone(), expected, actual)
}

/// Adds what was seen once more, unless numbers are all that is new in it.
pub fn add_seen<'a>(seen: &mut Vec<&'a str>, actual: &'a str) {
    if !seen.iter().any(|other| plain(other) == plain(actual)) {
        seen.push(actual);
    }
}

/// What was seen, in one line.
#[must_use]
pub fn seen_words(seen: &[&str]) -> String {
    let shown: Vec<&str> = seen.iter().copied().take(SEEN_MAX).collect();
    let more = match seen.len().saturating_sub(SEEN_MAX) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    format!("{}{more}", shown.join("; "))
}

/// The failures of a case that any face shows, and whether they make it FAILED.
fn shown<'a>(
    record: &RunRecord<'a>,
    case: &CaseRecord<'a>,
) -> impl Iterator<Item = (bool, &'a Failure)> {
    let failed = matches!(record.face(case), Face::Failed(_));
    let judged = case.judged;
    let counting = judged.filter(|_| failed).map(gating_failures);
    let lesser = judged.map(warnings);
    let counting = counting.unwrap_or_default().into_iter();
    let lesser = lesser.unwrap_or_default().into_iter();
    counting
        .map(|failure| (true, failure))
        .chain(lesser.map(|failure| (false, failure)))
}

/// What came, without what does not tell causes apart: a field that is wrong or missing is so by
/// the same fault in every answer, whatever the status before it.
fn plain_actual(failure: &Failure) -> String {
    let shown = plain(&failure.actual);
    if !matches!(failure.part, Some(AnswerPart::Field(_))) {
        return shown;
    }
    match shown.split_once(' ') {
        Some((status, rest)) if status.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("# {rest}")
        }
        _ => shown,
    }
}

/// The text with every number as `#` that differs from case to case. A status stays.
fn plain(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|character: char| character.is_ascii_digit()) {
        let (before, number) = rest.split_at(start);
        let end = number
            .find(|character: char| !character.is_ascii_digit())
            .unwrap_or(number.len());
        let (digits, after) = number.split_at(end);
        shown.push_str(before);
        let counted = after.starts_with(" byte") || after.starts_with(" ms");
        let within_word = before.ends_with(char::is_alphanumeric);
        if digits.len() == 3 && !counted && !within_word {
            shown.push_str(digits);
        } else {
            shown.push('#');
        }
        rest = after;
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn statuses_tell_causes_apart_and_lengths_do_not() {
        assert_eq!(
            plain("403 application/json, 30 bytes"),
            "403 application/json, # bytes"
        );
        assert_eq!(plain("204 0 bytes"), plain("204 12 bytes"));
        assert_eq!(plain("204 120 bytes"), plain("204 7 bytes"));
        assert_ne!(plain("204 0 bytes"), plain("404 0 bytes"));
        assert_eq!(plain("key 51 lives"), plain("key 1052 lives"));
    }
}
