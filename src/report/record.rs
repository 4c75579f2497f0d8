//! The events of a run folded into what every format starts from.
//!
//! What a run came to is in its events. Where they end before it was told, because the run was
//! cut off, it is decided where the run would have: [`conclusion`].

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use crate::check::Failure;
use crate::plan::Level;
use crate::run::conclusion::{self, Conclusion, Grounds};
use crate::run::event::{
    CaseFact, CaseFinished, Event, JudgementFact, PreflightPassed, RequirementVerdict, RunFinished,
    RunStarted, StopKind, Verdict,
};

/// A run, folded from its events.
#[derive(Debug, Clone, Default)]
pub struct RunRecord<'a> {
    /// What was decided before the first request, where the log has it.
    pub started: Option<&'a RunStarted>,
    /// What the preflight learned, where it passed.
    pub preflight: Option<&'a PreflightPassed>,
    /// The selected cases in plan order.
    pub cases: Vec<CaseRecord<'a>>,
    /// The end of the run; absent where it was cut off.
    pub finished: Option<&'a RunFinished>,
    /// A fault of ours beyond what the events say, such as a run that died.
    pub fault: Option<String>,
}

/// A selected case and what became of it.
#[derive(Debug, Clone)]
pub struct CaseRecord<'a> {
    /// The case as planned.
    pub fact: Cow<'a, CaseFact>,
    /// Whether it began to run.
    pub begun: bool,
    /// Its verdict with all that belongs to it; absent where it was not judged.
    pub judged: Option<&'a CaseFinished>,
}

/// What libtest and JUnit show of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Face {
    /// libtest's `ok`.
    Ok,
    /// libtest's `FAILED`: it makes the exit code non-zero.
    Failed(FailedKind),
    /// libtest's `ignored`, with the reason.
    Ignored(String),
}

/// How many cases show each face, as JUnit counts them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// All cases.
    pub tests: usize,
    /// Those that are `ok`.
    pub ok: usize,
    /// Those that failed because the target is wrong, or the baseline.
    pub failures: usize,
    /// Those that failed because they could not be judged, or we are wrong.
    pub errors: usize,
    /// Those that are ignored.
    pub skipped: usize,
}

impl Tally {
    /// The tally of several runs.
    #[must_use]
    pub fn of(runs: &[RunRecord<'_>]) -> Self {
        runs.iter()
            .map(RunRecord::tally)
            .fold(Self::default(), |sum, run| Self {
                tests: sum.tests + run.tests,
                ok: sum.ok + run.ok,
                failures: sum.failures + run.failures,
                errors: sum.errors + run.errors,
                skipped: sum.skipped + run.skipped,
            })
    }
}

/// Why a case is FAILED: the `type` of JUnit's `failure` or `error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailedKind {
    /// The target violates a MUST.
    Must,
    /// The target violates a SHOULD, and SHOULDs were made to count.
    Should,
    /// The case had to be judged and could not be.
    Inconclusive,
    /// The baseline names a failure that is none, or that has expired.
    StaleBaseline,
    /// We are wrong.
    Error,
}

impl FailedKind {
    /// The name in JUnit's `type`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Should => "should",
            Self::Inconclusive => "inconclusive",
            Self::StaleBaseline => "stale-baseline",
            Self::Error => "error",
        }
    }

    /// Whether the target was not found wrong: JUnit's `error`, not its `failure`.
    #[must_use]
    pub fn is_error(self) -> bool {
        matches!(self, Self::Inconclusive | Self::Error)
    }
}

/// What libtest and JUnit show of a judged case. FAILED if and only if it counts for the exit code.
#[must_use]
pub fn face(case: &CaseFinished, partial: bool) -> Face {
    match case.verdict {
        Verdict::Pass | Verdict::Warn => Face::Ok,
        Verdict::Fail if case.gating => Face::Failed(failed_level(case)),
        Verdict::Fail => Face::Ok,
        Verdict::Inconclusive if case.gating && !partial => Face::Failed(FailedKind::Inconclusive),
        Verdict::Inconclusive | Verdict::NotApplicable | Verdict::KnownFailure => {
            Face::Ignored(format!("{}: {}", words(case.verdict), reason(case)))
        }
        Verdict::Stale => Face::Failed(FailedKind::StaleBaseline),
        Verdict::Error => Face::Failed(FailedKind::Error),
    }
}

/// The verdict in words, as texts for people have it.
#[must_use]
pub fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NotApplicable => "not applicable",
        Verdict::KnownFailure => "known failure",
        other => other.name(),
    }
}

/// Why the case has its verdict: its own reason, else what its judgements say.
#[must_use]
pub fn reason(case: &CaseFinished) -> Cow<'_, str> {
    if let Some(reason) = &case.reason {
        return Cow::Borrowed(reason);
    }
    let mut reasons: Vec<&str> = Vec::new();
    for judgement in &case.judgements {
        if let Some(reason) = judgement.reason.as_deref()
            && judgement.verdict == case.verdict
            && !reasons.contains(&reason)
        {
            reasons.push(reason);
        }
    }
    if reasons.is_empty() {
        Cow::Borrowed("no reason is given")
    } else {
        Cow::Owned(reasons.join("; "))
    }
}

/// The failures that make the case FAILED; all of them where none is marked as gating.
#[must_use]
pub fn gating_failures(case: &CaseFinished) -> Vec<&Failure> {
    let of = |wanted: fn(&JudgementFact) -> bool| -> Vec<&Failure> {
        let judgements = case.judgements.iter().filter(|judgement| wanted(judgement));
        judgements
            .flat_map(|judgement| &judgement.failures)
            .collect()
    };
    let gating = of(|judgement| judgement.gating && judgement.verdict == Verdict::Fail);
    if gating.is_empty() {
        of(|judgement| judgement.verdict == Verdict::Fail)
    } else {
        gating
    }
}

/// The failures that only warn: of a SHOULD, or of a requirement that does not gate.
#[must_use]
pub fn warnings(case: &CaseFinished) -> Vec<&Failure> {
    // Where the case is FAILED without a gating judgement, its failures are shown there.
    let shown = match case.verdict {
        Verdict::Fail if case.gating => gating_failures(case),
        _ => Vec::new(),
    };
    let judgements = case.judgements.iter().filter(|judgement| {
        judgement.verdict == Verdict::Warn
            || (judgement.verdict == Verdict::Fail && !judgement.gating)
    });
    judgements
        .flat_map(|judgement| &judgement.failures)
        .filter(|failure| !shown.iter().any(|other| std::ptr::eq(*other, *failure)))
        .collect()
}

impl<'a> RunRecord<'a> {
    /// Folds the events of a run.
    #[must_use]
    pub fn fold(events: &'a [Event]) -> Self {
        Self::fold_planned(&[], events)
    }

    /// Folds the events of a run whose plan is known, should it have died before it said so.
    #[must_use]
    pub fn fold_planned(planned: &'a [CaseFact], events: &'a [Event]) -> Self {
        let mut record = Self::default();
        let started = events.iter().find_map(|event| match event {
            Event::RunStarted(started) => Some(&**started),
            _ => None,
        });
        record.started = started;
        let facts = started.map_or(planned, |started| &started.cases);
        record.cases = facts
            .iter()
            .map(|fact| CaseRecord::planned(Cow::Borrowed(fact)))
            .collect();
        let mut places: HashMap<&str, usize> = HashMap::new();
        for (place, fact) in facts.iter().enumerate() {
            places.insert(fact.id.as_str(), place);
        }
        for event in events {
            match event {
                Event::RunStarted(_) => {}
                Event::PreflightPassed(passed) => record.preflight = Some(passed),
                Event::CaseStarted(case) => {
                    if let Some(place) = places.get(case.case.as_str())
                        && let Some(case) = record.cases.get_mut(*place)
                    {
                        case.begun = true;
                    }
                }
                Event::CaseFinished(case) => {
                    let place = *places
                        .entry(case.case.as_str())
                        .or_insert(record.cases.len());
                    record.judge(place, case);
                }
                Event::RunFinished(finished) => record.finished = Some(finished),
            }
        }
        record
    }

    /// Enters a verdict. Of several for one case the worst stays: a failure is never lost.
    fn judge(&mut self, place: usize, case: &'a CaseFinished) {
        if place >= self.cases.len() {
            self.cases
                .push(CaseRecord::planned(Cow::Owned(unplanned(case))));
        }
        if let Some(entry) = self.cases.get_mut(place) {
            let weight = |case: &CaseFinished| (case.gating, case.verdict);
            let worse = entry
                .judged
                .is_none_or(|before| weight(before) <= weight(case));
            entry.begun = true;
            if worse {
                entry.judged = Some(case);
            }
        }
    }

    /// Whether `--partial` was given.
    #[must_use]
    pub fn partial(&self) -> bool {
        let set = |started: &&RunStarted| {
            let mut settings = started.settings.iter();
            settings.any(|setting| setting.name == "partial" && setting.value == "true")
        };
        match self.finished {
            Some(finished) => finished.partial,
            None => self.started.as_ref().is_some_and(set),
        }
    }

    /// Whether the run came to its end with everything judged that can be.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.fault.is_none() && self.finished.is_some_and(|finished| finished.complete)
    }

    /// What libtest and JUnit show of a case of this run.
    #[must_use]
    pub fn face(&self, case: &CaseRecord<'_>) -> Face {
        match case.judged {
            Some(judged) => face(judged, self.partial()),
            // `--partial` excuses what could not be judged, not what was never tried.
            None => Face::Failed(FailedKind::Inconclusive),
        }
    }

    /// The exit code: the run's own, else what its cases come to.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self.finished {
            _ if self.fault.is_some() => 70,
            Some(finished) => finished.exit_code,
            None => self.conclusion().exit_code,
        }
    }

    /// The verdict that names the run.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self.finished {
            _ if self.fault.is_some() => Verdict::Error,
            Some(finished) => finished.verdict,
            None => self.conclusion().verdict.max(Verdict::Inconclusive),
        }
    }

    /// What each requirement came to: as the run says, else folded from its cases.
    #[must_use]
    pub fn requirements(&self) -> Cow<'_, [RequirementVerdict]> {
        match (self.finished, self.started) {
            (Some(finished), _) => Cow::Borrowed(&finished.requirements),
            (None, Some(started)) => Cow::Owned(conclusion::fold_requirements(
                &started.requirements,
                &started.cases,
                &self.judged_cases(),
            )),
            (None, None) => Cow::Borrowed(&[]),
        }
    }

    fn judged_cases(&self) -> Vec<&'a CaseFinished> {
        self.cases.iter().filter_map(|case| case.judged).collect()
    }

    /// What a run that was cut off comes to.
    fn conclusion(&self) -> Conclusion {
        conclusion::conclude(&Grounds {
            cases: &self.judged_cases(),
            selected: self.cases.len(),
            stop: Some(StopKind::Cut),
            left_behind: 0,
        })
    }

    /// How many cases show each face.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for case in &self.cases {
            tally.tests += 1;
            match self.face(case) {
                Face::Ok => tally.ok += 1,
                Face::Ignored(_) => tally.skipped += 1,
                Face::Failed(kind) if kind.is_error() => tally.errors += 1,
                Face::Failed(_) => tally.failures += 1,
            }
        }
        tally
    }

    /// The target's URL, where the log has it.
    #[must_use]
    pub fn target(&self) -> &'a str {
        self.started
            .map_or("an unknown target", |started| &started.target)
    }

    /// Why cases of this run were never judged.
    #[must_use]
    pub fn unjudged_reason(&self) -> String {
        if let Some(fault) = &self.fault {
            return fault.clone();
        }
        match self.finished {
            Some(RunFinished {
                stopped: Some(stopped),
                ..
            }) => stopped.clone(),
            Some(_) => "the run ended without it".to_owned(),
            None => "the run was cut off before its end".to_owned(),
        }
    }

    /// How many cases have each verdict.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<Verdict, usize> {
        let mut counts = BTreeMap::new();
        for judged in self.cases.iter().filter_map(|case| case.judged) {
            *counts.entry(judged.verdict).or_insert(0) += 1;
        }
        counts
    }

    /// How many cases were not judged.
    #[must_use]
    pub fn unjudged(&self) -> usize {
        self.cases
            .iter()
            .filter(|case| case.judged.is_none())
            .count()
    }

    /// The suites' names in one word.
    #[must_use]
    pub fn suite_name(&self) -> String {
        let names: Vec<&str> = self.started.map_or_else(Vec::new, |started| {
            started
                .suites
                .iter()
                .map(|suite| suite.name.as_str())
                .collect()
        });
        if names.is_empty() {
            "probity".to_owned()
        } else {
            names.join("+")
        }
    }
}

/// What tells each run from the others: nothing where there is one, else its target, with the
/// run's tag where several have the same.
#[must_use]
pub fn labels(runs: &[RunRecord<'_>]) -> Vec<String> {
    let of = |target: &str| runs.iter().filter(|run| run.target() == target).count();
    let tag = |run: &RunRecord<'_>| run.started.map_or("", |started| &started.run).to_owned();
    let label = |run: &RunRecord<'_>| match of(run.target()) {
        _ if runs.len() < 2 => String::new(),
        1 => run.target().to_owned(),
        _ => format!("{} ({})", run.target(), tag(run)),
    };
    let mut labels: Vec<String> = Vec::new();
    for run in runs {
        let mut label = label(run);
        while !label.is_empty() && labels.contains(&label) {
            label.push('\'');
        }
        labels.push(label);
    }
    labels
}

impl<'a> CaseRecord<'a> {
    fn planned(fact: Cow<'a, CaseFact>) -> Self {
        Self {
            fact,
            begun: false,
            judged: None,
        }
    }
}

/// The worst level among the failures that count.
fn failed_level(case: &CaseFinished) -> FailedKind {
    match gating_failures(case)
        .iter()
        .map(|failure| failure.level)
        .max()
    {
        Some(Level::Should | Level::May) => FailedKind::Should,
        Some(Level::Must) | None => FailedKind::Must,
    }
}

/// The facts of a case that was judged and is in no plan, as far as its id tells.
fn unplanned(case: &CaseFinished) -> CaseFact {
    let mut parts = case.case.as_str().splitn(3, "::");
    let mut part = || parts.next().unwrap_or_default().to_owned();
    CaseFact {
        id: case.case.clone(),
        operation: part(),
        rule: part(),
        title: String::new(),
        requirements: case
            .judgements
            .iter()
            .map(|judgement| judgement.code.clone())
            .collect(),
        attached: Vec::new(),
        tags: Vec::new(),
    }
}
