//! The kill matrix: which defect is caught by which requirement in which case.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::plan::{CaseId, Code, Level, Plan, Profile, Requirement, nearest};
use crate::run::event::Verdict;
use crate::tenant::{Class, Defect, Odd};

use super::rehearsal::{Rehearsal, RehearsalError, SUITE, Script, Sighting, Trial, rehearse};
use super::unprovable;

/// How many tenants are tried at once: more than cores, since runs also wait, and few enough that
/// a run among them is not slowed beyond the times that its checks depend on.
const TENANTS_AT_ONCE: usize = 8;

/// How many of the cases at which a requirement only looks on are tried first on a defect of its
/// own: what is wrong with every answer shows in each of them, and no more than this many are
/// named in the table.
const ATTACHED_FIRST: usize = 6;

/// Why there is no kill matrix.
#[derive(Debug, thiserror::Error)]
pub enum SelftestError {
    /// A filter means nothing.
    #[error(
        "no defect, odd variant or requirement is meant by `{filter}`{}",
        nearest.as_ref().map(|name| format!(" (nearest: `{name}`)")).unwrap_or_default()
    )]
    NoMatch {
        /// The filter.
        filter: String,
        /// What it may have meant.
        nearest: Option<String>,
    },
    /// A rehearsal is impossible.
    #[error("the suite cannot be tried on `{tenant}`")]
    Rehearsal {
        /// The defect or variant.
        tenant: &'static str,
        /// The cause.
        #[source]
        source: RehearsalError,
    },
    /// What is built in is wrong.
    #[error("what is built in is wrong")]
    BuiltIn(#[source] RehearsalError),
}

/// What became of a defect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// The requirement that it violates says so.
    Caught,
    /// The requirement that it violates only warns: what it violates is less than the whole MUST,
    /// or was seen too seldom.
    Warned,
    /// Only other requirements say that something is wrong.
    CaughtByAnother,
    /// The run ended before it was judged, with an exit code that says that something is wrong.
    Stopped,
    /// The suite does not have the requirement yet, and nothing else says that anything is wrong.
    NotYetDemanded,
    /// Nothing says that anything is wrong.
    Survived,
}

/// How much of the suite is tried on a defect. On correct tenants all of it always is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// The cases that judge the requirement that it violates: those of its rule and some of the
    /// others first, then all of them, then the whole suite, until it says so.
    Own,
    /// All cases.
    Whole,
}

/// A requirement as the matrix speaks of it.
#[derive(Debug, Clone, Serialize)]
pub struct RequirementRow {
    /// Its code.
    pub code: Code,
    /// What it demands.
    pub title: String,
    /// Its level.
    pub level: Level,
    /// Its profile.
    pub profile: Profile,
    /// The defects that violate it and that it caught.
    pub caught: Vec<&'static str>,
    /// Why no defect can prove it, where none can.
    pub unprovable: Option<&'static str>,
}

/// A defect and what became of it.
#[derive(Debug, Clone, Serialize)]
pub struct DefectRow {
    /// Its name.
    pub name: &'static str,
    /// Its class.
    pub class: &'static str,
    /// What the tenant does.
    pub description: &'static str,
    /// The code of the requirement that it violates.
    pub requirement: &'static str,
    /// Whether the suite has that requirement.
    pub demanded: bool,
    /// What became of it.
    pub fate: Fate,
    /// The cases in which that requirement caught it, or warned where it did nothing else.
    pub cases: Vec<CaseId>,
    /// The other requirements that were violated, and in how many cases.
    pub others: BTreeMap<Code, usize>,
    /// The whole run.
    pub run: Rehearsal,
}

/// An odd variant and whether the suite stays quiet on it.
#[derive(Debug, Clone, Serialize)]
pub struct OddRow {
    /// Its name.
    pub name: &'static str,
    /// What the tenant does.
    pub description: &'static str,
    /// Whether nothing fails, nothing that counts is left unjudged, and the exit code is 0.
    pub quiet: bool,
    /// The requirements that warn, and in how many cases.
    pub warnings: BTreeMap<Code, usize>,
    /// The whole run.
    pub run: Rehearsal,
}

/// The kill matrix.
#[derive(Debug, Clone, Serialize)]
pub struct KillMatrix {
    /// The suite.
    pub suite: &'static str,
    /// Whether everything was tried, not a selection.
    pub whole: bool,
    /// How many cases the suite has.
    pub cases: usize,
    /// The suite's requirements, in its order.
    pub requirements: Vec<RequirementRow>,
    /// The conforming tenant, as the first of the odd ones.
    pub conforming: OddRow,
    /// The defects, in the tenant's order.
    pub defects: Vec<DefectRow>,
    /// The odd variants, in the tenant's order.
    pub odd: Vec<OddRow>,
}

impl KillMatrix {
    /// Whether the suite is proven, as far as it was tried.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.survivors().next().is_none()
            && self.loud().next().is_none()
            && self.faulted().next().is_none()
            && self.unproven().next().is_none()
            && self.wrongly_unprovable().next().is_none()
    }

    /// The defects that nothing caught, though the suite has their requirement.
    pub fn survivors(&self) -> impl Iterator<Item = &DefectRow> {
        let survived = |row: &&DefectRow| row.fate == Fate::Survived;
        self.defects.iter().filter(survived)
    }

    /// The correct tenants on which the suite is not quiet.
    pub fn loud(&self) -> impl Iterator<Item = &OddRow> {
        let all = std::iter::once(&self.conforming).chain(&self.odd);
        all.filter(|row| !row.quiet)
    }

    /// The tenants on which we failed, and how.
    pub fn faulted(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let odd = self.odd.iter().map(|row| (row.name, &row.run));
        let defects = self.defects.iter().map(|row| (row.name, &row.run));
        let all = std::iter::once((self.conforming.name, &self.conforming.run))
            .chain(odd)
            .chain(defects);
        all.filter(|(_, run)| run.exit_code == 70)
            .map(|(name, run)| {
                let fault = run
                    .faults
                    .first()
                    .map_or("no case says why", String::as_str);
                (name, fault)
            })
    }

    /// The MUST requirements that no defect proves; none where only a selection was tried.
    pub fn unproven(&self) -> impl Iterator<Item = &RequirementRow> {
        self.requirements.iter().filter(|row| {
            self.whole
                && row.level == Level::Must
                && row.caught.is_empty()
                && row.unprovable.is_none()
        })
    }

    /// The requirements that are listed as not to be proven, and are.
    pub fn wrongly_unprovable(&self) -> impl Iterator<Item = &RequirementRow> {
        let wrong = |row: &&RequirementRow| row.unprovable.is_some() && !row.caught.is_empty();
        self.requirements.iter().filter(wrong)
    }

    /// How many defects came to a fate.
    #[must_use]
    pub fn count(&self, fate: Fate) -> usize {
        self.defects.iter().filter(|row| row.fate == fate).count()
    }
}

/// Tries the built-in suite on the conforming tenant, on each defect and on each odd variant.
///
/// A filter is a part of a name, or a requirement's code; without one, all are tried.
///
/// # Errors
///
/// Where a filter means nothing, what is built in is wrong, or a tenant does not start.
pub async fn selftest(filters: &[String], depth: Depth) -> Result<KillMatrix, SelftestError> {
    let script = Arc::new(Script::read().map_err(SelftestError::BuiltIn)?);
    let plan = &script.plan;
    let (defects, odd) = select(filters)?;
    let mut runs = rehearse_all(&script, attempts(plan, &defects, &odd, depth)).await?;
    let mut run = |name: &'static str| {
        runs.remove(name).ok_or(SelftestError::Rehearsal {
            tenant: name,
            source: RehearsalError::Died,
        })
    };
    let conforming = odd_row(CONFORMING, "keeps the contract plainly", run(CONFORMING)?);
    let mut defect_rows = Vec::new();
    for defect in &defects {
        defect_rows.push(defect_row(plan, *defect, run(defect.name)?));
    }
    let mut odd_rows = Vec::new();
    for odd in &odd {
        odd_rows.push(odd_row(odd.name, odd.description, run(odd.name)?));
    }
    Ok(KillMatrix {
        suite: SUITE,
        whole: filters.is_empty(),
        cases: plan.cases.len(),
        requirements: requirement_rows(plan, &defect_rows),
        conforming,
        defects: defect_rows,
        odd: odd_rows,
    })
}

/// The requirement that the certificate holds.
const CERTIFICATE: &str = "RAK-TRN-03";

/// What the tenant without defects and oddities is called.
const CONFORMING: &str = "conforming";

fn select(filters: &[String]) -> Result<(Vec<Defect>, Vec<Odd>), SelftestError> {
    let names = || {
        let defects = Defect::all().flat_map(|defect| [defect.name, defect.requirement]);
        defects.chain(Odd::all().map(|odd| odd.name))
    };
    for filter in filters {
        if !names().any(|name| name.contains(filter.as_str())) && filter != CONFORMING {
            let known: Vec<&str> = names().collect();
            return Err(SelftestError::NoMatch {
                filter: filter.clone(),
                nearest: nearest(filter, known),
            });
        }
    }
    let meant = |name: &str| {
        filters.is_empty() || filters.iter().any(|filter| name.contains(filter.as_str()))
    };
    let defects = Defect::all().filter(|defect| meant(defect.name) || meant(defect.requirement));
    let odd = Odd::all().filter(|odd| meant(odd.name));
    Ok((defects.collect(), odd.collect()))
}

/// How a tenant is tried.
#[derive(Default)]
struct Attempt {
    trial: Trial,
    /// The requirement whose own cases come first.
    own: Option<&'static str>,
}

/// What each tenant is tried with, by its name.
fn attempts(
    plan: &Plan,
    defects: &[Defect],
    odd: &[Odd],
    depth: Depth,
) -> Vec<(&'static str, Attempt)> {
    let conforming = (CONFORMING, Attempt::default());
    let defects = defects.iter().map(|defect| {
        let own = demanded(plan, *defect).map(|_| defect.requirement);
        let now_and_then = defect.class == Class::Flaky;
        let trial = Trial {
            defects: vec![*defect],
            until: own.filter(|_| now_and_then),
            // A run that verifies the certificate ends with that: what it says of it is judged.
            insecure: defect.requirement == CERTIFICATE,
            crowded: now_and_then,
            ..Trial::default()
        };
        let own = own.filter(|_| depth == Depth::Own);
        (defect.name, Attempt { trial, own })
    });
    let odd = odd.iter().map(|odd| {
        let trial = Trial {
            odd: vec![*odd],
            crowded: true,
            ..Trial::default()
        };
        (odd.name, Attempt { trial, own: None })
    });
    std::iter::once(conforming)
        .chain(odd)
        .chain(defects)
        .collect()
}

/// Every run, by the name of its tenant.
async fn rehearse_all(
    script: &Arc<Script>,
    attempts: Vec<(&'static str, Attempt)>,
) -> Result<BTreeMap<&'static str, Rehearsal>, SelftestError> {
    let permits = Arc::new(Semaphore::new(TENANTS_AT_ONCE));
    let mut tasks = JoinSet::new();
    for (name, attempt) in attempts {
        let permits = Arc::clone(&permits);
        let script = Arc::clone(script);
        tasks.spawn(async move {
            // It is never closed; without a permit the run is only less polite.
            let permit = permits.acquire().await;
            let run = rehearse_deeper(&script, attempt).await;
            drop(permit);
            (name, run)
        });
    }
    let mut runs = BTreeMap::new();
    while let Some(ended) = tasks.join_next().await {
        // A run that died is missed by whoever asks for it.
        if let Ok((name, run)) = ended {
            let run = run.map_err(|source| SelftestError::Rehearsal {
                tenant: name,
                source,
            })?;
            runs.insert(name, run);
        }
    }
    Ok(runs)
}

/// Where the cases of its own requirement do not catch a defect, whatever else does is of interest.
async fn rehearse_deeper(script: &Script, attempt: Attempt) -> Result<Rehearsal, RehearsalError> {
    let Attempt { mut trial, own } = attempt;
    let Some(code) = own else {
        return rehearse(script, &trial).await;
    };
    let all = script.judged_by(code, usize::MAX);
    let some = script.judged_by(code, ATTACHED_FIRST);
    // What shows now and then needs every occasion.
    let few_will_do = trial.until.is_none() && some.len() < all.len();
    let steps = few_will_do.then_some(some).into_iter().chain([all]);
    for only in steps.filter(|only| !only.is_empty()) {
        trial.only = Some(only);
        let run = rehearse(script, &trial).await?;
        if run.noticed_by(code) {
            return Ok(run);
        }
    }
    trial.only = None;
    rehearse(script, &trial).await
}

/// The requirement that the defect violates, where the suite has it.
fn demanded(plan: &Plan, defect: Defect) -> Option<&Requirement> {
    let mut requirements = plan.suite.requirements.iter();
    requirements.find(|own| own.code.as_str() == defect.requirement)
}

fn defect_row(plan: &Plan, defect: Defect, run: Rehearsal) -> DefectRow {
    let own = demanded(plan, defect);
    let catching = || run.sightings.iter().filter(|sighting| sighting.caught());
    let is_own = |sighting: &&Sighting| sighting.requirement.as_str() == defect.requirement;
    let cases: Vec<CaseId> = catching()
        .filter(is_own)
        .map(|sighting| sighting.case.clone())
        .collect();
    // Another requirement counts where it is as binding as the defect's own.
    let binding = own.map_or(Level::Must, |own| own.level);
    let as_binding = |sighting: &&Sighting| binding != Level::Must || sighting.level == Level::Must;
    let others: Vec<&Sighting> = catching()
        .filter(|sighting| !is_own(sighting) && sighting.level != Level::May)
        .collect();
    let warned: Vec<CaseId> = run
        .sightings
        .iter()
        .filter(|sighting| is_own(sighting) && sighting.verdict == Verdict::Warn)
        .map(|sighting| sighting.case.clone())
        .collect();
    let fate = if !cases.is_empty() {
        Fate::Caught
    } else if !warned.is_empty() {
        Fate::Warned
    } else if others.iter().any(as_binding) {
        Fate::CaughtByAnother
    } else if matches!(run.exit_code, 5..=7) {
        Fate::Stopped
    } else if own.is_none() {
        Fate::NotYetDemanded
    } else {
        Fate::Survived
    };
    DefectRow {
        name: defect.name,
        class: defect.class.name(),
        description: defect.description,
        requirement: defect.requirement,
        demanded: own.is_some(),
        fate,
        cases: if cases.is_empty() { warned } else { cases },
        others: counted(others.into_iter()),
        run,
    }
}

fn odd_row(name: &'static str, description: &'static str, run: Rehearsal) -> OddRow {
    let red = |sighting: &Sighting| match sighting.verdict {
        Verdict::Fail | Verdict::Error | Verdict::Stale => true,
        Verdict::Inconclusive => sighting.gating,
        _ => false,
    };
    let warns = |sighting: &&Sighting| sighting.verdict == Verdict::Warn;
    OddRow {
        name,
        description,
        quiet: run.exit_code == 0 && !run.sightings.iter().any(red),
        warnings: counted(run.sightings.iter().filter(warns)),
        run,
    }
}

fn counted<'a>(sightings: impl Iterator<Item = &'a Sighting>) -> BTreeMap<Code, usize> {
    let mut counts = BTreeMap::new();
    for sighting in sightings {
        *counts.entry(sighting.requirement.clone()).or_default() += 1;
    }
    counts
}

fn requirement_rows(plan: &Plan, defects: &[DefectRow]) -> Vec<RequirementRow> {
    let mut rows = Vec::new();
    for requirement in &plan.suite.requirements {
        let code = requirement.code.as_str();
        let named = |row: &&DefectRow| row.requirement == code;
        let own = defects
            .iter()
            .filter(|row| named(row) && row.fate == Fate::Caught);
        rows.push(RequirementRow {
            code: requirement.code.clone(),
            title: requirement.title.clone(),
            level: requirement.level,
            profile: requirement.profile,
            caught: own.map(|row| row.name).collect(),
            unprovable: unprovable::reason(code),
        });
    }
    rows
}
