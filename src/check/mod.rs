//! Case + Exchanges -> Failures: pure judgements, a file a family.
//!
//! A check looks at what a script did ([`Record`]) from the viewpoint of one case and one
//! requirement, and says one of four things ([`Judgement`]). It knows no clock, no network and no
//! other case. A refusal passes only where its control was accepted.

mod alike;
mod answer;
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
mod storage;
mod way_round;

use crate::api::{Api, Operation};
use crate::document::Document;
use crate::plan::{Case, CheckName, CredentialClass, Plan, Requirement};

pub use crate::plan::Life;
pub use failure::{Failure, SourcePlace, failures};
pub use record::{ControlSeen, KeyTrace, LaterLook, Leak, Moment, Purpose, Record, Sent, Use};

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
            tolerated: false,
        }
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
        (None, false, None) => Judgement::Silent("no request of it is spoken of".to_owned()),
    }
}

type Check = fn(&Subject, &Requirement) -> Judgement;

/// Every check by name, with the head of the file that documents it.
const CHECKS: &[(&str, Check, &str)] = &[
    (
        "accepted",
        way_round::accepted,
        include_str!("way_round.rs"),
    ),
    ("alike", alike::alike, include_str!("alike.rs")),
    (
        "allow-complete",
        method::allow_complete,
        include_str!("method.rs"),
    ),
    (
        "allow-present",
        method::allow_present,
        include_str!("method.rs"),
    ),
    (
        "ambiguous-length",
        connection::ambiguous_length,
        include_str!("connection.rs"),
    ),
    (
        "answered-within",
        collateral::answered_within,
        include_str!("collateral.rs"),
    ),
    (
        "bad-request",
        connection::bad_request,
        include_str!("connection.rs"),
    ),
    (
        "bare-no-content",
        no_content::bare_no_content,
        include_str!("no_content.rs"),
    ),
    (
        "bearer-error",
        challenge::bearer_error,
        include_str!("challenge.rs"),
    ),
    (
        "bystanders-live",
        effect::bystanders_live,
        include_str!("effect.rs"),
    ),
    (
        "certificate-verified",
        connection::certificate_verified,
        include_str!("connection.rs"),
    ),
    (
        "challenge-present",
        challenge::challenge_present,
        include_str!("challenge.rs"),
    ),
    (
        "challenge-valid",
        challenge::challenge_valid,
        include_str!("challenge.rs"),
    ),
    (
        "cleartext-refused",
        connection::cleartext_refused,
        include_str!("connection.rs"),
    ),
    (
        "concurrent",
        concurrency::concurrent,
        include_str!("concurrency.rs"),
    ),
    (
        "connection-clean",
        connection::connection_clean,
        include_str!("connection.rs"),
    ),
    ("consistent", effect::consistent, include_str!("effect.rs")),
    ("date", fields::date, include_str!("fields.rs")),
    (
        "dead-in-the-end",
        effect::dead_in_the_end,
        include_str!("effect.rs"),
    ),
    (
        "declared-media-type",
        answer::declared_media_type,
        include_str!("answer.rs"),
    ),
    (
        "declared-schema",
        answer::declared_schema,
        include_str!("answer.rs"),
    ),
    ("hardened", storage::hardened, include_str!("storage.rs")),
    (
        "harmless-method",
        method::harmless_method,
        include_str!("method.rs"),
    ),
    (
        "headers-only",
        method::headers_only,
        include_str!("method.rs"),
    ),
    (
        "ids-not-reused",
        effect::ids_not_reused,
        include_str!("effect.rs"),
    ),
    ("latency", fields::latency, include_str!("fields.rs")),
    (
        "method-refused",
        way_round::method_refused,
        include_str!("way_round.rs"),
    ),
    (
        "no-content",
        no_content::no_content,
        include_str!("no_content.rs"),
    ),
    (
        "no-content-length",
        no_content::no_content_length,
        include_str!("no_content.rs"),
    ),
    (
        "no-cookie",
        disclosure::no_cookie,
        include_str!("disclosure.rs"),
    ),
    ("no-effect", refusal::no_effect, include_str!("refusal.rs")),
    (
        "no-foreign-origin",
        cross_origin::no_foreign_origin,
        include_str!("cross_origin.rs"),
    ),
    (
        "no-internals",
        disclosure::no_internals,
        include_str!("disclosure.rs"),
    ),
    (
        "no-redirect",
        answer::no_redirect,
        include_str!("answer.rs"),
    ),
    (
        "no-secret",
        disclosure::no_secret,
        include_str!("disclosure.rs"),
    ),
    (
        "no-transfer-encoding",
        no_content::no_transfer_encoding,
        include_str!("no_content.rs"),
    ),
    (
        "no-version",
        disclosure::no_version,
        include_str!("disclosure.rs"),
    ),
    (
        "not-cut",
        connection::not_cut,
        include_str!("connection.rs"),
    ),
    (
        "not-from-cache",
        fields::not_from_cache,
        include_str!("fields.rs"),
    ),
    (
        "not-revived",
        way_round::not_revived,
        include_str!("way_round.rs"),
    ),
    (
        "not-served",
        way_round::not_served,
        include_str!("way_round.rs"),
    ),
    (
        "not-shared",
        way_round::not_shared,
        include_str!("way_round.rs"),
    ),
    (
        "not-storable",
        storage::not_storable,
        include_str!("storage.rs"),
    ),
    (
        "nothing-dies",
        collateral::nothing_dies,
        include_str!("collateral.rs"),
    ),
    (
        "old-tls-refused",
        connection::old_tls_refused,
        include_str!("connection.rs"),
    ),
    (
        "only-addressed",
        effect::only_addressed,
        include_str!("effect.rs"),
    ),
    ("options", method::options, include_str!("method.rs")),
    (
        "override-ignored",
        way_round::override_ignored,
        include_str!("way_round.rs"),
    ),
    (
        "property-present",
        answer::property_present,
        include_str!("answer.rs"),
    ),
    (
        "refused-across",
        over_time::refused_across,
        include_str!("over_time.rs"),
    ),
    (
        "refused-elsewhere",
        refusal::refused_elsewhere,
        include_str!("refusal.rs"),
    ),
    (
        "refused-in-use",
        over_time::refused_in_use,
        include_str!("over_time.rs"),
    ),
    (
        "refused-on-kept-connection",
        over_time::refused_on_kept_connection,
        include_str!("over_time.rs"),
    ),
    ("repetition", effect::repetition, include_str!("effect.rs")),
    (
        "retry-after",
        fields::retry_after,
        include_str!("fields.rs"),
    ),
    (
        "revocation-latency",
        over_time::revocation_latency,
        include_str!("over_time.rs"),
    ),
    ("revoked", effect::revoked, include_str!("effect.rs")),
    (
        "same-or-nothing",
        collateral::same_or_nothing,
        include_str!("collateral.rs"),
    ),
    (
        "second-lives",
        effect::second_lives,
        include_str!("effect.rs"),
    ),
    (
        "stays-dead",
        over_time::stays_dead,
        include_str!("over_time.rs"),
    ),
    (
        "unserved-method",
        method::unserved_method,
        include_str!("method.rs"),
    ),
];

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
