//! One run of the built-in suite against one tenant, by the same road that `probity run` takes.

use std::io;
use std::sync::Arc;

use serde::Serialize;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::api::{Api, ApiError};
use crate::config::{ConfigError, Flags, Inputs, Settings, Subcommand};
use crate::document::{Document, DocumentError};
use crate::plan::{
    self, Case, CaseId, Code, Level, Plan, PlanError, Profile, RequirementIndex, Selection,
};
use crate::run::event::{CaseFinished, Event, JudgementFact, RunFinished, Verdict};
use crate::run::{self, AssembleError, Job, Parts, SourceText, Stopper};
use crate::suite::{Suite, SuiteError, Tier, built_in};
use crate::tenant::{Defect, Odd, Tenant, TenantSettings};

/// The suite that is proven.
pub const SUITE: &str = "revoke-api-key";

/// The longest that one run may take: a hundred times what it takes.
const RUN_MAX: &str = "60s";

/// The longest that one exchange may take. A tenant on loopback answers in microseconds, slow
/// variants in tens of milliseconds; a defect that hangs is to be found, not waited for.
const EXCHANGE_MAX: &str = "5s";

/// How long a revoked key is watched for coming back: a little longer than it takes to where one
/// does, and about as long as the run takes anyway.
const LINGER: &str = "350ms";

/// The most runs until something that shows now and then is found by its own requirement: what the
/// tenant does wrong every tenth time comes round in as many.
const RUNS_MAX: u32 = 12;

/// Makes the tenants' secrets and ids the same each time, so that what is found is, too.
const SEED: u64 = 20_260_101;

/// Why the suite cannot be rehearsed: a fault of ours, all of it is built in.
#[derive(Debug, thiserror::Error)]
pub enum RehearsalError {
    /// The tenant does not start.
    #[error("the reference tenant does not start")]
    Tenant(#[source] io::Error),
    /// The tenant's settings are refused.
    #[error("the reference tenant's settings are refused")]
    Settings(#[source] ConfigError),
    /// The built-in contract is no document.
    #[error("the built-in contract is no document")]
    Document(#[source] DocumentError),
    /// The built-in contract is no API.
    #[error("the built-in contract is no API")]
    Api(#[source] ApiError),
    /// The built-in suite is refused.
    #[error("the built-in suite is refused")]
    Suite(#[source] SuiteError),
    /// The built-in suite does not fit the built-in contract.
    #[error("the built-in suite does not fit the built-in contract")]
    Plan(#[source] PlanError),
    /// There is no job.
    #[error("the run cannot be assembled")]
    Assemble(#[source] AssembleError),
    /// The run died.
    #[error("the run died")]
    Died,
}

/// What one requirement saw in one case that is worth telling: all but passes and what does not
/// apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sighting {
    /// The case.
    pub case: CaseId,
    /// The requirement.
    pub requirement: Code,
    /// Its level.
    pub level: Level,
    /// Its profile.
    pub profile: Profile,
    /// What it says; a pass where it only observes.
    pub verdict: Verdict,
    /// Whether it counts for the exit code.
    pub gating: bool,
    /// What was seen, or why nothing could be.
    pub seen: String,
}

/// What came of a run.
#[derive(Debug, Clone, Serialize)]
pub struct Rehearsal {
    /// The exit code that `probity run` would end with.
    pub exit_code: u8,
    /// Why it stopped early.
    pub stopped: Option<String>,
    /// Faults of ours: the cases that could not be judged for one, and why.
    pub faults: Vec<String>,
    /// How many cases came to a verdict in a run.
    pub cases: usize,
    /// How many runs there were.
    pub runs: u32,
    /// What was seen.
    pub sightings: Vec<Sighting>,
    /// How long it took, in microseconds.
    pub duration_us: u64,
}

/// The contract and the suite, read once for all rehearsals.
#[derive(Clone)]
pub struct Script {
    document: Arc<Document>,
    api: Arc<Api>,
    /// The plan: what every rehearsal does.
    pub plan: Plan,
}

impl Script {
    /// Reads what is built in.
    ///
    /// # Errors
    ///
    /// Where what is built in is wrong.
    pub fn read() -> Result<Self, RehearsalError> {
        let (name, bytes) = built_in::CONTRACT;
        let document = Document::parse(name, bytes).map_err(RehearsalError::Document)?;
        let api = Api::lower(&document).map_err(RehearsalError::Api)?;
        let suite = suite_text();
        let suite = Suite::parse(&suite.name, &suite.bytes).map_err(RehearsalError::Suite)?;
        let base_path = plan::server_path(&api.servers);
        let plan = plan::plan(&api, &document, &suite, &base_path).map_err(RehearsalError::Plan)?;
        Ok(Self {
            document: Arc::new(document),
            api: Arc::new(api),
            plan,
        })
    }

    /// The cases that judge a requirement: those that its rule derives, and of the others, which
    /// it only looks on at, at most so many, from all over the suite.
    #[must_use]
    pub fn judged_by(&self, code: &str, attached_max: usize) -> Vec<CaseId> {
        let plan = &self.plan;
        let is_it = |index: &RequirementIndex| {
            let requirement = plan.requirement(*index);
            requirement.is_some_and(|requirement| requirement.code.as_str() == code)
        };
        let (derived, others): (Vec<&Case>, Vec<&Case>) = plan
            .cases
            .iter()
            .partition(|case| case.requirements.iter().any(is_it));
        let attached: Vec<&Case> = others
            .into_iter()
            .filter(|case| case.attached.iter().any(is_it))
            .collect();
        let apart = attached.len().div_ceil(attached_max.max(1)).max(1);
        let some = attached.into_iter().step_by(apart);
        derived
            .into_iter()
            .chain(some)
            .map(|case| case.id.clone())
            .collect()
    }
}

/// How a tenant is tried.
#[derive(Debug, Clone, Default)]
pub struct Trial {
    /// What it does wrong.
    pub defects: Vec<Defect>,
    /// What it does unusually.
    pub odd: Vec<Odd>,
    /// The cases that run, where not all do.
    pub only: Option<Vec<CaseId>>,
    /// The requirement that is awaited: while it catches nothing, the suite is run again on the
    /// same tenant, since what shows now and then may not show in one run.
    pub until: Option<&'static str>,
    /// Whether its certificate is taken whatever it is: else a run ends before its first case
    /// where it is not to be trusted.
    pub insecure: bool,
    /// Whether many cases run at once, as in a run by hand. One after the other gives the same
    /// matrix each time.
    pub crowded: bool,
}

/// Runs the suite, all tiers allowed and all profiles gating, against a fresh tenant.
///
/// # Errors
///
/// Where what is built in is wrong, or the machine gives no port.
pub async fn rehearse(script: &Script, trial: &Trial) -> Result<Rehearsal, RehearsalError> {
    let settings = TenantSettings {
        defects: trial.defects.clone(),
        odd: trial.odd.clone(),
        seed: Some(SEED),
        ..TenantSettings::default()
    };
    let tenant = Tenant::start(settings)
        .await
        .map_err(RehearsalError::Tenant)?;
    let mut rehearsal = once(script, &tenant, trial).await?;
    if let Some(code) = trial.until {
        while rehearsal.runs < RUNS_MAX && !rehearsal.caught_by(code) {
            let again = once(script, &tenant, trial).await?;
            rehearsal.absorb(again);
        }
    }
    tenant.stop().await;
    Ok(rehearsal)
}

async fn once(
    script: &Script,
    tenant: &Tenant,
    trial: &Trial,
) -> Result<Rehearsal, RehearsalError> {
    let job = job(script, tenant, trial).await?;
    let (sender, receiver) = unbounded_channel();
    let _end = run::run(job, Stopper::default(), sender).await;
    Ok(gather(receiver))
}

async fn job(script: &Script, tenant: &Tenant, trial: &Trial) -> Result<Job, RehearsalError> {
    let fixtures = tenant.fixtures();
    let environment = fixtures.environment().into_iter();
    let inputs = Inputs {
        file: Some(("selftest".to_owned(), fixtures.to_config().into_bytes())),
        environment: environment
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
        flags: Flags {
            allow: Some(Tier::Tenant.to_string()),
            gate: vec!["contract,http,security,robustness".to_owned()],
            timeout: Some(EXCHANGE_MAX.to_owned()),
            linger: Some(LINGER.to_owned()),
            max_time: Some(RUN_MAX.to_owned()),
            insecure: Some(trial.insecure),
            test_threads: (!trial.crowded).then(|| "1".to_owned()),
            ..Flags::default()
        },
    };
    let settings = Settings::resolve(&inputs).map_err(RehearsalError::Settings)?;
    let (name, bytes) = built_in::CONTRACT;
    let parts = Parts {
        settings,
        contract: SourceText {
            name: name.to_owned(),
            bytes: bytes.to_vec(),
        },
        document: Arc::clone(&script.document),
        api: Arc::clone(&script.api),
        suite: suite_text(),
        plan: selection(trial.only.as_deref()).apply(script.plan.clone()),
        subcommand: Subcommand::Run,
        ca_pem: fixtures.root_pem.clone().map(String::into_bytes),
    };
    run::assemble(parts).await.map_err(RehearsalError::Assemble)
}

/// These cases; all where none are named.
fn selection(only: Option<&[CaseId]>) -> Selection {
    Selection {
        filters: only
            .unwrap_or_default()
            .iter()
            .map(CaseId::to_string)
            .collect(),
        exact: true,
        ..Selection::default()
    }
}

impl Sighting {
    /// Whether the requirement caught something: by the verdict that its level allows.
    #[must_use]
    pub fn caught(&self) -> bool {
        match (self.level, self.verdict) {
            (_, Verdict::Fail) => true,
            (Level::Should, Verdict::Warn) => true,
            // It only observes: that it has something to tell is all it can say.
            (Level::May, Verdict::Pass) => true,
            _ => false,
        }
    }
}

impl Rehearsal {
    /// Whether a requirement caught something.
    #[must_use]
    pub fn caught_by(&self, code: &str) -> bool {
        let mut sightings = self.sightings.iter();
        sightings.any(|sighting| sighting.requirement.as_str() == code && sighting.caught())
    }

    /// Whether a requirement has anything to say against the tenant.
    #[must_use]
    pub fn noticed_by(&self, code: &str) -> bool {
        let mut sightings = self.sightings.iter();
        sightings.any(|sighting| {
            let warns = sighting.verdict == Verdict::Warn || sighting.caught();
            sighting.requirement.as_str() == code && warns
        })
    }

    /// Adds what a later run on the same tenant saw.
    fn absorb(&mut self, later: Self) {
        self.runs = self.runs.saturating_add(later.runs);
        self.exit_code = self.exit_code.max(later.exit_code);
        self.stopped = self.stopped.take().or(later.stopped);
        self.faults.extend(later.faults);
        self.sightings.extend(later.sightings);
        self.sort();
        self.sightings.dedup();
        self.duration_us = self.duration_us.saturating_add(later.duration_us);
    }

    /// Cases end in any order.
    fn sort(&mut self) {
        self.sightings
            .sort_by(|a, b| (&a.requirement, &a.case).cmp(&(&b.requirement, &b.case)));
    }
}

fn suite_text() -> SourceText {
    SourceText {
        name: format!("{SUITE}.yaml"),
        bytes: built_in::suite(SUITE).unwrap_or_default().to_vec(),
    }
}

fn gather(mut events: UnboundedReceiver<Event>) -> Rehearsal {
    let mut rehearsal = Rehearsal {
        // What a run that never says how it ended is: a fault of ours.
        exit_code: 70,
        stopped: None,
        faults: Vec::new(),
        cases: 0,
        runs: 1,
        sightings: Vec::new(),
        duration_us: 0,
    };
    while let Ok(event) = events.try_recv() {
        match event {
            Event::CaseFinished(case) => {
                rehearsal.cases += 1;
                rehearsal.faults.extend(fault(&case));
                rehearsal.sightings.extend(sightings(&case));
            }
            Event::RunFinished(finished) => end(&mut rehearsal, *finished),
            Event::RunStarted(_) | Event::PreflightPassed(_) | Event::CaseStarted(_) => {}
        }
    }
    rehearsal.sort();
    rehearsal
}

fn end(rehearsal: &mut Rehearsal, finished: RunFinished) {
    rehearsal.exit_code = finished.exit_code;
    rehearsal.duration_us = finished.duration_us;
    rehearsal.stopped = finished.stopped;
    if !finished.left_behind.is_empty() {
        let left = finished.left_behind.join(", ");
        let stopped = rehearsal.stopped.take();
        let before = stopped.map_or_else(String::new, |reason| format!("{reason}; "));
        rehearsal.stopped = Some(format!("{before}left behind: {left}"));
    }
}

fn fault(case: &CaseFinished) -> Option<String> {
    let reason = case.reason.as_deref().unwrap_or("no reason is given");
    (case.verdict == Verdict::Error).then(|| format!("{}: {reason}", case.case))
}

fn sightings(case: &CaseFinished) -> Vec<Sighting> {
    let mut seen: Vec<Sighting> = case
        .judgements
        .iter()
        .filter(|fact| worth_telling(fact))
        .map(|fact| Sighting {
            case: case.case.clone(),
            requirement: fact.code.clone(),
            level: fact.level,
            profile: fact.profile,
            verdict: fact.verdict,
            gating: fact.gating,
            seen: words(fact),
        })
        .collect();
    seen.dedup();
    seen
}

fn worth_telling(fact: &JudgementFact) -> bool {
    match fact.verdict {
        Verdict::Pass => !fact.failures.is_empty(),
        Verdict::NotApplicable | Verdict::KnownFailure => false,
        Verdict::Warn | Verdict::Inconclusive | Verdict::Stale | Verdict::Fail | Verdict::Error => {
            true
        }
    }
}

fn words(fact: &JudgementFact) -> String {
    let failure = fact.failures.first().map(|failure| failure.actual.clone());
    failure.or_else(|| fact.reason.clone()).unwrap_or_default()
}
