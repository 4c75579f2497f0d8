//! Failures grouped by cause: what fails many cases for one reason is one thing to repair.
//!
//! Two failures have the same cause where one requirement was violated in the same way: same
//! expectation and same observation, apart from what differs from request to request (numbers and
//! quoted values). It is a reading aid and decides nothing.

use std::collections::BTreeMap;

use super::record::{CaseRecord, gating_failures};
use crate::check::Failure;
use crate::plan::{CaseId, Code, Level};

/// One cause and the cases that it fails.
#[derive(Debug, Clone)]
pub struct Cause<'a> {
    /// The first failure of it, in plan order: it stands for all.
    pub failure: &'a Failure,
    /// The cases that show it, in plan order, each once.
    pub cases: Vec<&'a CaseId>,
}

/// How many digits a status has: two different statuses are two causes.
const STATUS_DIGITS: usize = 3;

/// What makes failures one cause.
pub type Key = (Code, Level, String);

/// The causes of what makes cases FAILED, the one that fails most cases first.
#[must_use]
pub fn causes<'a>(cases: &[CaseRecord<'a>]) -> Vec<Cause<'a>> {
    let judged = cases.iter().filter_map(|case| case.judged);
    grouped(judged.filter(|case| case.gating).flat_map(|case| {
        let failures = gating_failures(case).into_iter();
        failures.map(move |failure| (&case.case, failure))
    }))
}

/// Groups failures by cause, the one with most cases first, else in the order in which they came.
#[must_use]
pub fn grouped<'a>(failures: impl Iterator<Item = (&'a CaseId, &'a Failure)>) -> Vec<Cause<'a>> {
    let mut places: BTreeMap<Key, usize> = BTreeMap::new();
    let mut causes: Vec<Cause<'a>> = Vec::new();
    for (case, failure) in failures {
        let place = *places.entry(key(failure)).or_insert(causes.len());
        match causes.get_mut(place) {
            Some(cause) if cause.cases.last() == Some(&case) => {}
            Some(cause) => cause.cases.push(case),
            None => causes.push(Cause {
                failure,
                cases: vec![case],
            }),
        }
    }
    causes.sort_by_key(|cause| std::cmp::Reverse(cause.cases.len()));
    causes
}

/// What makes failures one cause.
#[must_use]
pub fn key(failure: &Failure) -> Key {
    let seen = format!("{}\n{}", failure.expected, failure.actual);
    (failure.code.clone(), failure.level, without_values(&seen))
}

/// The text without what differs from one request to the next: quoted values, and the numbers that
/// are no status (more than three digits).
#[must_use]
pub fn without_values(text: &str) -> String {
    let mut shape = String::with_capacity(text.len());
    for (place, piece) in text.split('`').enumerate() {
        if place % 2 == 1 {
            shape.push_str("`…`");
        } else {
            without_numbers(&mut shape, piece);
        }
    }
    shape
}

fn without_numbers(shape: &mut String, text: &str) {
    let mut digits = String::new();
    let end = |shape: &mut String, digits: &mut String| {
        shape.push_str(if digits.len() > STATUS_DIGITS {
            "…"
        } else {
            digits
        });
        digits.clear();
    };
    for character in text.chars() {
        if character.is_ascii_digit() {
            digits.push(character);
        } else {
            end(shape, &mut digits);
            shape.push(character);
        }
    }
    end(shape, &mut digits);
}

#[cfg(test)]
mod tests {
    use super::without_values;

    #[test]
    fn ids_and_quoted_values_are_left_out_and_statuses_stay() {
        assert_eq!(
            without_values("204, and key 17832 of `Bob` is dead after 12 ms"),
            "204, and key … of `…` is dead after 12 ms"
        );
        assert_eq!(without_values("404 ж 2048"), "404 ж …");
    }
}
