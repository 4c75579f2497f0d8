//! Cases -> what a run comes to: its exit code, its verdict, and what each requirement came to.
//!
//! The one place that decides them. `run` asks at the end of a run, `report` when the logs of
//! several make one.

use std::collections::BTreeMap;

use super::event::{
    CaseFinished, JudgementFact, RequirementFact, RequirementVerdict, StopKind, Verdict,
};

/// The exit codes, the one that outweighs all others first (DESIGN, section 6).
const EXIT_CODES: [u8; 9] = [70, 2, 5, 7, 1, 6, 3, 4, 0];

/// The note of a run in which nothing that counts for the exit code was judged.
pub const NOTHING_JUDGED: &str = "no gating case was judged";

/// What a run is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Grounds<'a> {
    /// The cases that were judged.
    pub cases: &'a [&'a CaseFinished],
    /// How many cases were selected.
    pub selected: usize,
    /// Why the run is not whole, where it is not.
    pub stop: Option<StopKind>,
    /// How many fixtures were left behind.
    pub left_behind: usize,
}

/// What a run comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conclusion {
    /// The verdict that names the run: the worst of its cases.
    pub verdict: Verdict,
    /// The exit code.
    pub exit_code: u8,
    /// Whether a case that counts for the exit code was judged at all.
    pub judged: bool,
}

/// Decides what a run comes to.
#[must_use]
pub fn conclude(grounds: &Grounds<'_>) -> Conclusion {
    let red = |verdict| {
        let mut cases = grounds.cases.iter();
        cases.any(|case| case.gating && case.verdict == verdict)
    };
    let judged = grounds.cases.iter().any(|case| {
        case.gating && !matches!(case.verdict, Verdict::NotApplicable | Verdict::Inconclusive)
    });
    let exit_code = if red(Verdict::Error) {
        70
    } else if grounds.stop == Some(StopKind::Preflight) {
        5
    } else if grounds.stop == Some(StopKind::SentinelDied) {
        7
    } else if red(Verdict::Fail) || red(Verdict::Stale) {
        1
    } else if grounds.stop == Some(StopKind::Collateral) {
        // The script that did it was selected, but no case that judges such harm.
        7
    } else if grounds.left_behind > 0 {
        6
    } else if grounds.selected == 0 {
        4
    } else if red(Verdict::Inconclusive) || grounds.stop.is_some() || !judged {
        3
    } else {
        0
    };
    let verdicts = grounds.cases.iter().map(|case| case.verdict);
    Conclusion {
        verdict: verdicts.max().unwrap_or(Verdict::Inconclusive),
        exit_code,
        judged,
    }
}

/// The exit code of several runs: the one that outweighs the others; 4 where there is none.
#[must_use]
pub fn worst_exit_code(codes: impl IntoIterator<Item = u8>) -> u8 {
    // A code that is not known here can only be a fault.
    let weight = |code: &u8| EXIT_CODES.iter().position(|known| known == code);
    codes.into_iter().min_by_key(weight).unwrap_or(4)
}

/// What each requirement that a selected case may judge came to, in the order of the suite.
#[must_use]
pub fn fold_requirements(
    requirements: &[RequirementFact],
    finished: &[&CaseFinished],
) -> Vec<RequirementVerdict> {
    let mut facts: BTreeMap<&str, Vec<&JudgementFact>> = BTreeMap::new();
    for fact in finished.iter().flat_map(|case| &case.judgements) {
        facts.entry(fact.code.as_str()).or_default().push(fact);
    }
    let spoken_of = requirements.iter().filter(|fact| fact.cases > 0);
    spoken_of
        .map(|requirement| {
            let facts = facts.get(requirement.code.as_str());
            fold_requirement(requirement, facts.map_or(&[][..], Vec::as_slice))
        })
        .collect()
}

fn fold_requirement(requirement: &RequirementFact, facts: &[&JudgementFact]) -> RequirementVerdict {
    let judged = |fact: &&&JudgementFact| {
        !matches!(fact.verdict, Verdict::NotApplicable | Verdict::Inconclusive)
    };
    let worst = facts.iter().max_by_key(|fact| fact.verdict);
    let nobody = || Some("no case came to judge it".to_owned());
    RequirementVerdict {
        code: requirement.code.clone(),
        verdict: worst.map_or(Verdict::Inconclusive, |fact| fact.verdict),
        gating: requirement.gating,
        judged: facts.iter().filter(judged).count(),
        reason: worst.map_or_else(nobody, |fact| fact.reason.clone()),
    }
}

/// Whether a verdict makes the exit code non-zero where it counts.
#[must_use]
pub fn is_red(verdict: Verdict) -> bool {
    match verdict {
        Verdict::Inconclusive | Verdict::Stale | Verdict::Fail | Verdict::Error => true,
        Verdict::NotApplicable | Verdict::Pass | Verdict::KnownFailure | Verdict::Warn => false,
    }
}
