//! Cases -> what a run comes to: its exit code, its verdict, and what each requirement came to.
//!
//! The one place that decides them. `run` asks at the end of a run, `report` when the logs of
//! several make one.

use std::collections::BTreeMap;

use super::event::{
    CaseFact, CaseFinished, JudgementFact, RequirementFact, RequirementVerdict, StopKind, Verdict,
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
    planned: &[CaseFact],
    finished: &[&CaseFinished],
) -> Vec<RequirementVerdict> {
    let mut said: BTreeMap<&str, Vec<Said>> = BTreeMap::new();
    for case in finished {
        for fact in &case.judgements {
            let known = case.verdict == Verdict::KnownFailure && fact.verdict == Verdict::Fail;
            let verdict = if known { case.verdict } else { fact.verdict };
            let said = said.entry(fact.code.as_str()).or_default();
            said.push(Said { verdict, fact });
        }
    }
    let spoken_of = requirements.iter().filter(|fact| fact.cases > 0);
    spoken_of
        .map(|requirement| match said.get(requirement.code.as_str()) {
            Some(said) => fold_requirement(requirement, said),
            None => nobody_judged(requirement, planned, finished),
        })
        .collect()
}

/// What a case said of a requirement, known failures known.
struct Said<'a> {
    verdict: Verdict,
    fact: &'a JudgementFact,
}

fn fold_requirement(requirement: &RequirementFact, said: &[Said]) -> RequirementVerdict {
    let judged =
        |said: &&Said| !matches!(said.verdict, Verdict::NotApplicable | Verdict::Inconclusive);
    let worst = said.iter().max_by_key(|said| said.verdict);
    let verdict = worst.map_or(Verdict::Inconclusive, |said| said.verdict);
    // What was excused by `--partial`, or is only tolerated, does not count.
    let counts = |said: &Said| said.verdict == verdict && said.fact.gating;
    RequirementVerdict {
        code: requirement.code.clone(),
        verdict,
        gating: requirement.gating && (!is_red(verdict) || said.iter().any(counts)),
        judged: said.iter().filter(judged).count(),
        reason: worst.and_then(|said| said.fact.reason.clone()),
    }
}

/// What a requirement came to that no case judged, which happens to those on answers of a kind.
///
/// Where every case that could have met one was performed, the target gives no such answer, and the
/// requirement does not apply: a server that never says 405 has no `Allow` to get wrong.
fn nobody_judged(
    requirement: &RequirementFact,
    planned: &[CaseFact],
    finished: &[&CaseFinished],
) -> RequirementVerdict {
    let may = |case: &&CaseFact| {
        let mut codes = case.requirements.iter().chain(&case.attached);
        codes.any(|code| *code == requirement.code)
    };
    let chances: Vec<&CaseFact> = planned.iter().filter(may).collect();
    let (mut unjudged, mut gating) = (0, false);
    for case in &chances {
        match finished.iter().find(|finished| finished.case == case.id) {
            Some(case) if matches!(case.verdict, Verdict::Inconclusive | Verdict::Error) => {
                unjudged += 1;
                gating |= case.gating;
            }
            Some(_) => {}
            None => {
                unjudged += 1;
                gating = true;
            }
        }
    }
    let (verdict, reason) = if chances.is_empty() {
        // A log of before it told which cases may come to judge what.
        (Verdict::Inconclusive, "no case came to judge it".to_owned())
    } else if unjudged == 0 {
        let reason = "no selected case got an answer that it speaks of";
        (Verdict::NotApplicable, reason.to_owned())
    } else {
        let reason = format!(
            "no answer that it speaks of came, and {unjudged} of {} cases that could have got one \
             were not judged",
            chances.len()
        );
        (Verdict::Inconclusive, reason)
    };
    RequirementVerdict {
        code: requirement.code.clone(),
        verdict,
        gating: requirement.gating && (gating || verdict == Verdict::NotApplicable),
        judged: 0,
        reason: Some(reason),
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

#[cfg(test)]
mod tests {
    use super::{Verdict, fold_requirements};
    use crate::run::event::{CaseFact, CaseFinished, RequirementFact, RequirementVerdict};
    use serde_json::json;

    /// A case's verdict, whether that gates, and the same of what it says of the requirement.
    type Case<'a> = (Verdict, bool, &'a [(Verdict, bool)]);

    /// A requirement on 405s, and two cases that may get one; what the cases said.
    fn folded(cases: &[Case]) -> RequirementVerdict {
        let requirement = json!({
            "code": "RAK-MET-03", "title": "t", "level": "must", "profile": "http",
            "sources": [], "gating": true, "cases": 2,
        });
        let planned = ["a::a", "a::b"].map(|id| {
            json!({
                "id": id, "operation": "a", "rule": "a", "title": "t", "requirements": [],
                "attached": ["RAK-MET-03"], "tags": [],
            })
        });
        let finished = cases.iter().zip(["a::a", "a::b"]).map(|(case, id)| {
            let (verdict, gating, facts) = case;
            let facts = facts.iter().map(|(verdict, gating)| {
                json!({
                    "code": "RAK-MET-03", "level": "must", "profile": "http", "verdict": verdict,
                    "gating": gating, "failures": [], "reason": null,
                })
            });
            let case = json!({
                "case": id, "verdict": verdict, "gating": gating, "reason": null,
                "judgements": facts.collect::<Vec<_>>(), "exchanges": [], "control": null,
                "gaps": [], "notes": [], "reproduce": "", "curl": null, "duration_us": 0,
            });
            serde_json::from_value::<CaseFinished>(case).expect("a case")
        });
        let finished: Vec<CaseFinished> = finished.collect();
        let requirement: RequirementFact = serde_json::from_value(requirement).expect("one");
        let planned: Vec<CaseFact> = planned
            .into_iter()
            .map(|fact| serde_json::from_value(fact).expect("a case"))
            .collect();
        let finished: Vec<&CaseFinished> = finished.iter().collect();
        let mut folded = fold_requirements(&[requirement], &planned, &finished);
        folded.pop().expect("a verdict")
    }

    #[track_caller]
    fn check(cases: &[Case], expected: (Verdict, bool)) {
        let folded = folded(cases);
        assert_eq!((folded.verdict, folded.gating), expected, "{folded:?}");
    }

    #[test]
    fn what_no_answer_gave_occasion_to_does_not_apply() {
        use Verdict::{Inconclusive, NotApplicable, Pass, Warn};
        check(
            &[(Pass, true, &[]), (Warn, true, &[])],
            (NotApplicable, true),
        );
        check(
            &[(Pass, true, &[]), (NotApplicable, false, &[])],
            (NotApplicable, true),
        );
        // Unless a case that could have shown it was not judged; it gates where that case does.
        for gating in [true, false] {
            let cases = [(Pass, true, &[][..]), (Inconclusive, gating, &[])];
            check(&cases, (Inconclusive, gating));
        }
        check(&[(Pass, true, &[])], (Inconclusive, true));
    }

    #[test]
    fn a_requirement_counts_where_one_of_its_judgements_does() {
        use Verdict::{Fail, Inconclusive, KnownFailure, Pass};
        let pass = (Pass, true, &[(Pass, true)][..]);
        check(&[pass, (Fail, true, &[(Fail, true)])], (Fail, true));
        let excused = (Inconclusive, false, &[(Inconclusive, false)][..]);
        check(&[pass, excused], (Inconclusive, false));
        let known = (KnownFailure, false, &[(Fail, true)][..]);
        check(&[pass, known], (KnownFailure, true));
    }
}
