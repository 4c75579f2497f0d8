//! YAML -> Baseline: known failures, each with a reason and an end.

use serde::Deserialize;

use super::problem::{Problem, Problems};
use super::read::SuiteError;
use super::typed::read_typed;
use crate::document::{Document, Pointer};

/// Known failures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline(Vec<KnownFailure>);

/// A case that is known to fail.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownFailure {
    /// The case's id, whole.
    pub case: String,
    /// Why it fails and is lived with.
    pub reason: String,
    /// Where its repair is tracked.
    #[serde(default)]
    pub ticket: Option<String>,
    /// The last day on which it is lived with, as `2027-03-31`.
    pub until: String,
}

impl Baseline {
    /// Reads a baseline; `name` is what errors call the file.
    ///
    /// # Errors
    ///
    /// The text is malformed, has another shape, names a case twice, or lacks a reason or an end.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, SuiteError> {
        let document = Document::parse(name, bytes).map_err(|error| {
            SuiteError::Unreadable(Problems::from(Problem::unreadable(&error, bytes)))
        })?;
        let entries: Vec<KnownFailure> = read_typed(&document)?;
        let mut problems = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            let at = |field: &str| Pointer::root().push(index.to_string()).push(field);
            let mut wrong = |field: &str, message: String| {
                problems.push(Problem::with_value(&document, &at(field), message));
            };
            if entry.reason.trim().is_empty() {
                wrong("reason", "a known failure needs a reason".to_owned());
            }
            if !is_date(&entry.until) {
                let until = &entry.until;
                wrong(
                    "until",
                    format!("`{until}` is no date: expected such as 2027-03-31"),
                );
            }
            let earlier = entries.iter().take(index);
            if earlier.into_iter().any(|other| other.case == entry.case) {
                wrong("case", format!("`{}` is listed before", entry.case));
            }
        }
        match Problems::of(problems) {
            Some(problems) => Err(SuiteError::Unsound(problems)),
            None => Ok(Self(entries)),
        }
    }

    /// The entry for a case.
    #[must_use]
    pub fn entry(&self, case: &str) -> Option<&KnownFailure> {
        self.0.iter().find(|entry| entry.case == case)
    }

    /// Every case that is listed, in the order of the file.
    pub fn cases(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|entry| entry.case.as_str())
    }
}

impl KnownFailure {
    /// Whether its last day is before today; both as `2027-03-31`, which sorts by time.
    #[must_use]
    pub fn has_expired(&self, today: &str) -> bool {
        self.until.as_str() < today
    }
}

/// Whether a text is `YYYY-MM-DD` with a month and a day that can be.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else {
        return false;
    };
    let number = |part: &str, digits: usize, most: u32| {
        part.len() == digits
            && part
                .parse::<u32>()
                .is_ok_and(|number| (1..=most).contains(&number))
    };
    number(year, 4, 9999) && number(month, 2, 12) && number(day, 2, 31)
}

#[cfg(test)]
mod tests {
    use super::Baseline;

    #[test]
    fn an_entry_needs_a_reason_and_a_date() {
        let text = b"- case: a::b\n  reason: ''\n  until: tomorrow\n";
        let error = Baseline::parse("known.yaml", text).unwrap_err().to_string();
        assert!(
            error.contains("known.yaml:2:11: a known failure needs a reason"),
            "{error}"
        );
        assert!(
            error.contains("known.yaml:3:10: `tomorrow` is no date"),
            "{error}"
        );
    }

    #[test]
    fn an_entry_expires_after_its_last_day() {
        let text = b"- {case: 'a::b', reason: read as 0, until: 2027-03-31}\n";
        let baseline = Baseline::parse("known.yaml", text).unwrap();
        let entry = baseline.entry("a::b").unwrap();
        assert!(!entry.has_expired("2027-03-31"));
        assert!(entry.has_expired("2027-04-01"));
    }
}
