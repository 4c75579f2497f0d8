//! Case + Exchanges -> Failures: pure judgements, a file a family.
//!
//! A check looks at what a script did ([`Record`]) from the viewpoint of one case and one
//! requirement, and says one of four things ([`Judgement`]). It knows no clock, no network and no
//! other case. A refusal passes only where its control was accepted.

mod alike;
mod answer;
mod by_http_2;
mod challenge;
mod collateral;
mod concurrency;
mod connection;
mod cross_origin;
mod disclosure;
mod effect;
mod expectation;
mod failure;
mod fields;
mod internals;
mod method;
mod no_content;
mod over_time;
mod record;
mod refusal;
mod served;
mod storage;
mod table;
mod way_round;

use crate::api::{Api, Operation};
use crate::document::Document;
use crate::plan::{Case, CheckName, CredentialClass, Plan, Requirement};

use table::CHECKS;

pub use crate::plan::Life;
pub use failure::{AnswerPart, Failure, SourcePlace, failures};
pub use record::{
    ControlSeen, KeyTrace, LaterLook, Leak, LeakPlace, Moment, Purpose, Record, Sent, Use,
};

/// What a check looks at.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The contract.
    pub api: &'a Api,
    /// The contract's document, for the places of sources.
    pub document: &'a Document,
    /// The case that is judged.
    pub case: &'a Case,
    /// What its script did.
    pub record: &'a Record,
    /// What its control showed, where it has one.
    pub control: Option<&'a ControlSeen>,
}

/// What a check says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// The requirement is met.
    Satisfied,
    /// It is not.
    Violated(Vec<Violation>),
    /// It cannot be judged, and why.
    Undecided(String),
    /// It does not speak of what happened, and why.
    Silent(String),
}

/// One thing that is not as required.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// What was expected.
    pub expected: String,
    /// What was seen.
    pub actual: String,
    /// The index of the request in the record that shows it.
    pub exchange: Option<usize>,
    /// The part of its answer that shows it; the status where none is named.
    pub part: Option<AnswerPart>,
    /// Whether it only warns, whatever the requirement's level.
    pub tolerated: bool,
}

impl Violation {
    /// A violation shown by a request.
    #[must_use]
    pub fn at(exchange: usize, expected: impl Into<String>, actual: impl Into<String>) -> Self {
        let (expected, actual) = (expected.into(), actual.into());
        Self {
            expected,
            actual,
            exchange: Some(exchange),
            part: None,
            tolerated: false,
        }
    }

    /// A violation that no single request shows.
    #[must_use]
    pub fn of_state(expected: impl Into<String>, actual: impl Into<String>) -> Self {
        let (expected, actual) = (expected.into(), actual.into());
        Self {
            expected,
            actual,
            exchange: None,
            part: None,
            tolerated: false,
        }
    }

    /// The same, shown by a field or by its absence.
    #[must_use]
    pub fn in_field(mut self, name: &str) -> Self {
        self.part = Some(AnswerPart::Field(name.to_owned()));
        self
    }

    /// The same, shown by the content at a JSON Pointer.
    #[must_use]
    pub fn in_content(mut self, pointer: &str) -> Self {
        self.part = Some(AnswerPart::Content(pointer.to_owned()));
        self
    }

    /// The same, but as a warning.
    #[must_use]
    pub fn tolerated(mut self) -> Self {
        self.tolerated = true;
        self
    }
}

/// Folds what a check says of several requests: a violation outweighs a doubt, a doubt a pass.
#[must_use]
pub fn fold(judgements: impl IntoIterator<Item = Judgement>) -> Judgement {
    let mut violations = Vec::new();
    let (mut undecided, mut silent, mut satisfied) = (None, None, false);
    for judgement in judgements {
        match judgement {
            Judgement::Satisfied => satisfied = true,
            Judgement::Violated(found) => violations.extend(found),
            Judgement::Undecided(reason) => undecided = undecided.or(Some(reason)),
            Judgement::Silent(reason) => silent = silent.or(Some(reason)),
        }
    }
    if !violations.is_empty() {
        return Judgement::Violated(violations);
    }
    match (undecided, satisfied, silent) {
        (Some(reason), ..) => Judgement::Undecided(reason),
        (None, true, _) => Judgement::Satisfied,
        (None, false, Some(reason)) => Judgement::Silent(reason),
        (None, false, None) => {
            Judgement::Silent("no answer in it is of the kind that this is about".to_owned())
        }
    }
}

type Check = fn(&Subject, &Requirement) -> Judgement;

/// Judges a case by one requirement.
#[must_use]
pub fn judge(subject: &Subject, requirement: &Requirement) -> Judgement {
    let mut judgements = Vec::new();
    if let Some(expect) = &requirement.expect {
        judgements.push(expectation::judge(subject, expect));
    }
    if let Some(CheckName(name)) = &requirement.check {
        let found = CHECKS.iter().find(|(known, ..)| known == name);
        judgements.extend(found.map(|(_, check, _)| check(subject, requirement)));
    }
    fold(judgements)
}

/// What the file of a check says about its family, for `explain`.
#[must_use]
pub fn document(name: &str) -> Option<&'static str> {
    CHECKS
        .iter()
        .find(|(known, ..)| *known == name)
        .map(|(_, _, document)| *document)
}

impl<'a> Subject<'a> {
    /// The operation that the case is about.
    #[must_use]
    pub fn operation(&self) -> Option<&'a Operation> {
        self.api.operation(&self.case.operation)
    }

    /// The requests that the case judges, with their place in the record.
    pub fn focus(&self) -> impl Iterator<Item = (usize, &'a Sent)> {
        let case = self.case;
        let sends = self.record.sends.iter().enumerate();
        sends.filter(move |(_, sent)| case.focus.contains(&sent.send.label))
    }

    /// The requests of the case, and those beside it, that the requirement's selector means.
    pub fn selected(
        &self,
        requirement: &'a Requirement,
    ) -> impl Iterator<Item = (usize, &'a Sent)> {
        let case = self.case;
        let sends = self.record.sends.iter().enumerate();
        let answered_for = sends.filter(move |(_, sent)| {
            let label = &sent.send.label;
            case.focus.contains(label) || case.beside.contains(label)
        });
        answered_for.filter(move |(_, sent)| {
            requirement.on.as_ref().is_none_or(|selector| {
                selector.covers(sent.send.credential, sent.send.path)
                    && (selector.status.is_empty()
                        || sent
                            .status()
                            .is_some_and(|status| selector.covers_status(status)))
            })
        })
    }
}

/// Whether the request carried what the operation's security demands.
fn is_insufficient(sent: &Sent) -> bool {
    sent.send.credential == CredentialClass::Insufficient
}

#[cfg(test)]
mod tests {
    use super::{CHECKS, Judgement, Violation, fold};

    #[test]
    fn every_check_that_a_suite_may_name_exists() {
        let names: Vec<&str> = CHECKS.iter().map(|(name, ..)| *name).collect();
        assert_eq!(names, crate::plan::CHECKS);
    }

    #[test]
    fn a_violation_outweighs_a_doubt_and_a_doubt_a_pass() {
        let violation = Violation::at(0, "401", "204");
        let doubt = || Judgement::Undecided("no probe".to_owned());
        let all = [
            Judgement::Satisfied,
            doubt(),
            Judgement::Violated(vec![violation.clone()]),
        ];
        assert_eq!(fold(all), Judgement::Violated(vec![violation]));
        assert_eq!(fold([Judgement::Satisfied, doubt()]), doubt());
        let silent = Judgement::Silent("n/a".to_owned());
        assert_eq!(fold([silent, Judgement::Satisfied]), Judgement::Satisfied);
        assert!(matches!(fold([]), Judgement::Silent(_)));
    }
}
