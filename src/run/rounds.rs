//! What a case came to in each of its rounds -> what it came to.
//!
//! A defect that shows now and then is a failure with its rate, never averaged away; what could be
//! judged in one round was judged.

use super::event::{CaseFinished, JudgementFact, Verdict};
use super::verdict;

/// Folds the rounds of a case; nothing where there was none.
pub fn fold(mut rounds: Vec<CaseFinished>) -> Option<CaseFinished> {
    if rounds.len() < 2 {
        return rounds.pop();
    }
    let count = rounds.len();
    let worst =
        (0..count).max_by_key(|index| rounds.get(*index).map(|round| weight(round.verdict)))?;
    let mut folded = rounds.get(worst)?.clone();
    for fact in &mut folded.judgements {
        *fact = over_rounds(fact, worst, &rounds);
    }
    // A requirement on exchanges with a status speaks of a case only in rounds that saw the status.
    let codes: Vec<_> = folded
        .judgements
        .iter()
        .map(|fact| fact.code.clone())
        .collect();
    let others = rounds.iter().flat_map(|round| &round.judgements);
    for other in others.filter(|other| !codes.contains(&other.code)) {
        let known = |fact: &JudgementFact| fact.code == other.code;
        if !folded.judgements.iter().any(known) {
            folded.judgements.push(over_rounds(other, count, &rounds));
        }
    }
    (folded.verdict, folded.gating, folded.reason) = verdict::fold_case(&folded.judgements);
    for round in &rounds {
        let missing: Vec<_> = round
            .gaps
            .iter()
            .filter(|gap| !folded.gaps.contains(gap))
            .cloned()
            .collect();
        folded.gaps.extend(missing);
    }
    folded.duration_us = rounds
        .iter()
        .map(|round| round.duration_us)
        .max()
        .unwrap_or_default();
    folded.notes.push(format!("repeated: {}", tally(&rounds)));
    Some(folded)
}

/// What a requirement says over all rounds: the worst, and in how many of them.
fn over_rounds(own: &JudgementFact, shown: usize, rounds: &[CaseFinished]) -> JudgementFact {
    let said = |round: &CaseFinished| {
        let mut facts = round.judgements.iter();
        facts.find(|fact| fact.code == own.code).cloned()
    };
    let all: Vec<Option<JudgementFact>> = rounds.iter().map(said).collect();
    let violated = all
        .iter()
        .flatten()
        .filter(|fact| !fact.failures.is_empty())
        .count();
    let numbered = all
        .iter()
        .enumerate()
        .filter_map(|(round, fact)| Some((round, fact.as_ref()?)));
    let worst = numbered.max_by_key(|(round, fact)| (weight(fact.verdict), *round == shown));
    let Some((round, worst)) = worst else {
        return own.clone();
    };
    let mut folded = worst.clone();
    for failure in &mut folded.failures {
        failure.actual = format!(
            "{} (in {violated} of {} rounds)",
            failure.actual,
            rounds.len()
        );
        if round != shown {
            // Its exchange is not among those that are told.
            failure.exchange = None;
        }
    }
    folded
}

/// How much a verdict weighs among rounds: one that could be judged outweighs one that could not.
fn weight(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::NotApplicable => 0,
        Verdict::Inconclusive => 1,
        Verdict::Pass => 2,
        Verdict::KnownFailure | Verdict::Warn => 3,
        Verdict::Stale | Verdict::Fail => 4,
        Verdict::Error => 5,
    }
}

fn tally(rounds: &[CaseFinished]) -> String {
    let counts = Verdict::ALL.into_iter().filter_map(|verdict| {
        let count = rounds
            .iter()
            .filter(|round| round.verdict == verdict)
            .count();
        (count > 0).then(|| format!("{count} {}", verdict.name()))
    });
    counts.collect::<Vec<_>>().join(", ")
}
