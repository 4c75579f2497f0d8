//! Judgements -> verdicts: of a requirement on a case, and of a case.

use std::collections::BTreeSet;

use crate::check::{self, Judgement, Subject};
use crate::plan::{Case, Level, Plan, Profile, Requirement, RequirementIndex};

use super::conclusion::is_red;
use super::event::{JudgementFact, Verdict};
use super::perform::Absence;

/// What makes a verdict count.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The profiles that gate.
    pub gate: BTreeSet<Profile>,
    /// Whether a SHOULD counts as a MUST.
    pub strict: bool,
    /// Whether what could not be judged is excused.
    pub partial: bool,
}

impl Policy {
    /// Whether a requirement counts for the exit code.
    #[must_use]
    pub fn gates(&self, requirement: &Requirement) -> bool {
        let binding = match requirement.level {
            Level::Must => true,
            Level::Should => self.strict,
            Level::May => false,
        };
        binding && self.gate.contains(&requirement.profile)
    }
}

/// Judges a case by every requirement that derived it or attaches to its requests.
#[must_use]
pub fn judge_all(subject: &Subject, policy: &Policy, made_limited: bool) -> Vec<JudgementFact> {
    let case = subject.case;
    let derived = case.requirements.iter().map(|index| (index, true));
    let attached = case.attached.iter().map(|index| (index, false));
    derived
        .chain(attached)
        .filter_map(|(index, derives)| {
            let requirement = subject.plan.requirement(*index)?;
            if !derives && subject.selected(requirement).next().is_none() {
                return None;
            }
            Some(fact(subject, requirement, policy, made_limited && derives))
        })
        .collect()
}

fn fact(
    subject: &Subject,
    requirement: &Requirement,
    policy: &Policy,
    guessed: bool,
) -> JudgementFact {
    let judgement = check::judge(subject, requirement);
    let gates = policy.gates(requirement);
    let mut fact = JudgementFact {
        code: requirement.code.clone(),
        level: requirement.level,
        profile: requirement.profile,
        verdict: Verdict::Pass,
        gating: gates,
        failures: Vec::new(),
        reason: None,
    };
    match judgement {
        Judgement::Satisfied => {}
        Judgement::Silent(reason) => {
            fact.verdict = Verdict::NotApplicable;
            fact.reason = Some(reason);
        }
        Judgement::Undecided(reason) => {
            fact.verdict = if requirement.level == Level::May {
                Verdict::Pass
            } else {
                Verdict::Inconclusive
            };
            fact.reason = Some(reason);
            fact.gating = gates && !policy.partial;
        }
        Judgement::Violated(violations) => {
            fact.failures = check::failures(subject, requirement, &violations);
            let tolerated = guessed || violations.iter().all(|violation| violation.tolerated);
            let strict_applies = policy.strict && !guessed;
            fact.verdict = match requirement.level {
                Level::May => Verdict::Pass,
                Level::Must if !tolerated => Verdict::Fail,
                Level::Must | Level::Should if strict_applies => Verdict::Fail,
                Level::Must | Level::Should => Verdict::Warn,
            };
            fact.gating = gates && fact.verdict == Verdict::Fail;
        }
    }
    fact
}

/// The facts of a case whose script was not performed.
#[must_use]
pub fn absent_facts(
    plan: &Plan,
    case: &Case,
    absence: &Absence,
    policy: &Policy,
) -> Vec<JudgementFact> {
    let (verdict, reason) = match absence {
        Absence::NotApplicable(reason) => (Verdict::NotApplicable, reason),
        Absence::Inconclusive(reason) => (Verdict::Inconclusive, reason),
    };
    let requirements = case
        .requirements
        .iter()
        .filter_map(|RequirementIndex(index)| plan.suite.requirements.get(*index));
    requirements
        .map(|requirement| JudgementFact {
            code: requirement.code.clone(),
            level: requirement.level,
            profile: requirement.profile,
            verdict,
            gating: policy.gates(requirement)
                && !(policy.partial && verdict == Verdict::Inconclusive),
            failures: Vec::new(),
            reason: Some(reason.clone()),
        })
        .collect()
}

/// The verdict of a case, whether it counts, and the reason where it was not judged. What counts
/// for the exit code outweighs what does not, however bad that is.
#[must_use]
pub fn fold_case(judgements: &[JudgementFact]) -> (Verdict, bool, Option<String>) {
    let counting = |fact: &&JudgementFact| fact.gating && is_red(fact.verdict);
    let worst_counting = judgements
        .iter()
        .filter(counting)
        .max_by_key(|fact| fact.verdict);
    let worst = worst_counting.or_else(|| judgements.iter().max_by_key(|fact| fact.verdict));
    let Some(worst) = worst else {
        return (
            Verdict::NotApplicable,
            false,
            Some("no requirement speaks of it".to_owned()),
        );
    };
    let reason = match worst.verdict {
        Verdict::Inconclusive | Verdict::NotApplicable => worst.reason.clone(),
        _ => None,
    };
    let gating = if is_red(worst.verdict) {
        worst_counting.is_some()
    } else {
        judgements.iter().any(|fact| fact.gating)
    };
    (worst.verdict, gating, reason)
}
