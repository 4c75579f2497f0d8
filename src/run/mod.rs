//! Schedules the plan, sends, judges, folds, and tells it as events.
//!
//! Order: first what must run before everything else (the plain request, alone, so that whatever
//! it hits beside its own instance is known to be its doing), then everything at once within the
//! bound, then what must run alone. A script is performed once, whoever judges it. What was made
//! is taken away at the end, however the end comes.

mod assemble;
pub mod conclusion;
pub mod event;
mod exchange_fact;
mod facts;
mod judge;
mod limits;
mod look;
mod needed;
mod perform;
mod render;
mod reproduce;
mod rounds;
mod shelf;
mod stop;
mod together;
mod verdict;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::api::Api;
use crate::document::Document;
use crate::fixture::Fixtures;
use crate::plan::{Case, Life, Plan, ScriptIndex};
use crate::suite::Baseline;

use conclusion::{Grounds, NOTHING_JUDGED, conclude, fold_requirements};
use event::{CaseFinished, CaseStarted, Event, PreflightPassed, RunFinished, RunStarted};
use exchange_fact::{EvidenceRoom, microseconds};
use perform::{Performance, perform};
use shelf::{Performances, Shelf};

pub use assemble::{AssembleError, Parts, SourceText, assemble, base_path};
pub use conclusion::is_red;
pub use limits::STOP_GRACE;
use limits::UNANSWERED_MAX;
pub use needed::victims_needed;
pub use reproduce::Again;
pub use stop::{StopReason, Stopper, signalled, stop_on_signals};
pub use verdict::Policy;

/// Everything that a run needs, decided before the first request.
pub struct Job {
    /// The plan.
    pub plan: Plan,
    /// The contract.
    pub api: Arc<Api>,
    /// The contract's document.
    pub document: Arc<Document>,
    /// The fixtures.
    pub fixtures: Fixtures,
    /// What makes a verdict count.
    pub policy: Policy,
    /// Known failures.
    pub baseline: Baseline,
    /// Today, as `2027-03-31`: known failures have an end.
    pub today: String,
    /// How often each script is performed.
    pub repeat: u32,
    /// How many scripts are performed at once.
    pub concurrency: usize,
    /// The longest that the run may take.
    pub max_time: Option<Duration>,
    /// How a case of it is run again.
    pub again: Again,
    /// What the event log begins with.
    pub started: RunStarted,
    /// What the event log still has room for.
    pub evidence: EvidenceRoom,
}

/// How a run ended: the exit code is in the event log too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunEnd {
    /// It was told to its end.
    Finished {
        /// The exit code.
        exit_code: u8,
    },
}

/// Runs the job, telling everything to `events`.
pub async fn run(job: Job, stopper: Stopper, events: UnboundedSender<Event>) -> RunEnd {
    let shelf = Shelf::new(&job.plan);
    let runner = Arc::new(Runner {
        permits: Semaphore::new(job.concurrency.max(1)),
        job,
        stopper,
        events,
        shelf,
        finished: Mutex::new(Vec::new()),
        watch: Mutex::new(Watch::default()),
    });
    runner.tell(Event::RunStarted(Box::new(runner.job.started.clone())));
    let began = Instant::now();
    // An empty selection sends nothing at all.
    if !runner.job.plan.cases.is_empty() {
        runner.preflight(began).await;
    }
    if let Some(limit) = runner.job.max_time {
        runner.stopper.after(limit);
    }
    if runner.stopper.reason().is_none() {
        tokio::select! {
            () = Arc::clone(&runner).perform_all() => {}
            // Whatever hangs in flight must not keep clean-up from its turn.
            () = runner.stopped() => runner.give_up(),
        }
    }
    let left = runner.job.fixtures.clean_up().await;
    let left = left
        .into_iter()
        .map(|left| format!("{} ({})", left.id, left.reason))
        .collect();
    let finished = runner.conclude(began.elapsed(), left);
    let exit_code = finished.exit_code;
    runner.tell(Event::RunFinished(Box::new(finished)));
    RunEnd::Finished { exit_code }
}

struct Runner {
    job: Job,
    stopper: Stopper,
    events: UnboundedSender<Event>,
    permits: Semaphore,
    shelf: Shelf,
    finished: Mutex<Vec<CaseFinished>>,
    watch: Mutex<Watch>,
}

/// A task that does not outlive whoever waits for it.
struct AbortOnDrop(tokio::task::JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Which scripts may be to blame when a sentinel dies.
#[derive(Default)]
struct Watch {
    in_flight: BTreeSet<String>,
    since_green: BTreeSet<String>,
    /// How many scripts in a row got no answer.
    unanswered: u32,
}

impl Runner {
    fn tell(&self, event: Event) {
        // A reader that is gone changes nothing about what is done.
        let _ = self.events.send(event);
    }

    /// Ends when the run was told to stop, by whoever or for the time that it lost, and what was in
    /// flight had its time to end.
    async fn stopped(&self) {
        tokio::select! {
            () = self.stopper.grace_over() => {}
            () = self.job.fixtures.messenger().patience().lost() => {
                self.stopper.stop(StopReason::Unanswering);
                self.stopper.grace_over().await;
            }
        }
    }

    async fn preflight(&self, began: Instant) {
        match self.job.fixtures.preflight().await {
            Ok(learned) => self.tell(Event::PreflightPassed(PreflightPassed {
                notes: learned.notes,
                duration_us: microseconds(began.elapsed()),
            })),
            // A preflight may have made something before it failed.
            Err(error) => self.stopper.stop(StopReason::Preflight(error)),
        }
    }

    async fn perform_all(self: Arc<Self>) {
        self.first().await;
        let (counting, rest) = self.by_weight();
        for cases in [counting, rest] {
            let (alone, together): (Vec<usize>, Vec<usize>) =
                cases.into_iter().partition(|index| self.runs_alone(*index));
            let mut tasks = JoinSet::new();
            for index in together {
                let runner = Arc::clone(&self);
                tasks.spawn(async move { runner.guarded(index).await });
            }
            while tasks.join_next().await.is_some() {}
            for index in alone {
                Arc::clone(&self).guarded(index).await;
            }
        }
    }

    /// The cases that may fail the run, and the others: where instances can run out, the former
    /// come first. Where they can be made, all are of the first kind.
    fn by_weight(&self) -> (Vec<usize>, Vec<usize>) {
        let plan = &self.job.plan;
        let counts = |index: &usize| {
            let case = plan.cases.get(*index);
            let derived = case.into_iter().flat_map(|case| &case.requirements);
            let mut derived = derived.filter_map(|index| plan.requirement(*index));
            derived.any(|requirement| self.job.policy.gates(requirement))
        };
        let limited = self.job.fixtures.can_run_out();
        (0..plan.cases.len()).partition(|index| !limited || counts(index))
    }

    fn runs_alone(&self, case: usize) -> bool {
        let case = self.job.plan.cases.get(case);
        case.and_then(|case| self.job.plan.script(case.script))
            .is_some_and(|script| script.alone || script.keeps_connection())
    }

    /// The plain requests that guard others: one after the other, before everything else.
    async fn first(&self) {
        let cases = &self.job.plan.cases;
        let bases: BTreeSet<ScriptIndex> = cases
            .iter()
            .filter_map(|case| case.control)
            .map(|control| control.base)
            .collect();
        for base in bases {
            let performed = self.script(base).await;
            let mut performed = performed.iter().flat_map(|performed| performed.iter());
            // One without an answer took two tries, one whose answer never ends a whole timeout.
            if performed.any(|performance| performance.unanswered || performance.unending) {
                // What guards every other case gets no answer: none of them could say anything.
                self.stopper.stop(StopReason::Unanswering);
            }
        }
    }

    /// Runs a case in a task of its own, so that a panic in it is an error of that case alone.
    async fn guarded(self: Arc<Self>, index: usize) {
        let runner = Arc::clone(&self);
        let mut task = AbortOnDrop(tokio::spawn(async move { runner.case(index).await }));
        if let Err(error) = (&mut task.0).await
            && let Some(case) = self.job.plan.cases.get(index)
        {
            self.finish(judge::faulted(
                &self.job,
                case,
                &format!("a fault of ours: {error}"),
            ));
        }
        if let Some(case) = self.job.plan.cases.get(index) {
            self.shelf.done_with(case);
        }
    }

    async fn case(&self, index: usize) {
        let Some(case) = self.job.plan.cases.get(index) else {
            return;
        };
        let began = Instant::now();
        self.controls(case).await;
        if self.stopper.reason().is_none() {
            self.tell(Event::CaseStarted(CaseStarted {
                case: case.id.clone(),
            }));
        }
        let Some(performances) = self.script(case.script).await else {
            if let Some(reason) = self.stopper.reason() {
                self.finish(judge::not_run(&self.job, case, &reason));
            }
            return;
        };
        let control = self.control(case);
        let rounds = performances.iter().enumerate().map(|(round, performance)| {
            let control = control.as_ref().map(|control| control.of_round(round));
            judge::finished(&self.job, case, performance, control)
        });
        if let Some(mut finished) = rounds::fold(rounds.collect()) {
            finished.duration_us = microseconds(began.elapsed());
            judge::excuse(&self.job, &mut finished);
            self.finish(finished);
        }
    }

    /// Performs what guards the case.
    async fn controls(&self, case: &Case) {
        let scripts = case.control.into_iter();
        for script in
            scripts.flat_map(|control| std::iter::once(control.base).chain(control.shaped))
        {
            self.script(script).await;
        }
    }

    /// What guards the case.
    fn control(&self, case: &Case) -> Option<Control> {
        let control = case.control?;
        let script = self.job.plan.script(control.base);
        Some(Control {
            name: script.map(|script| script.name.clone()).unwrap_or_default(),
            base: self.shelf.get(control.base),
            shaped: control.shaped.and_then(|shaped| self.shelf.get(shaped)),
        })
    }

    /// Performs a script, each time on instances of its own, unless that was done or the run is to
    /// stop.
    async fn script(&self, index: ScriptIndex) -> Option<Performances> {
        let script = self.job.plan.script(index)?;
        let perform = || async {
            let permit = self.permits.acquire().await.map_err(|_| ())?;
            if self.stopper.reason().is_some() {
                return Err(());
            }
            let mut performances = Vec::new();
            for _ in 0..self.job.repeat.max(1) {
                self.watch().enter(&script.name);
                let performance = perform(&self.job.fixtures, script).await;
                self.look_for_harm(&script.name, &performance);
                performances.push(performance);
                if self.stopper.reason().is_some() {
                    break;
                }
            }
            drop(permit);
            Ok(performances)
        };
        self.shelf.get_or_put(index, perform).await
    }

    fn watch(&self) -> std::sync::MutexGuard<'_, Watch> {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A sentinel that died stops the run; so does a target that is gone.
    fn look_for_harm(&self, script: &str, performance: &Performance) {
        let mut watch = self.watch();
        let alone = watch.in_flight.len() == 1;
        watch.in_flight.remove(script);
        match &performance.record.sentinel {
            Some(Life::Dead) if performance.died_before => {
                let others = watch.since_green.iter().filter(|name| *name != script);
                let suspects: Vec<String> = others.cloned().collect();
                self.stopper.stop(if suspects.is_empty() {
                    StopReason::KeysLost
                } else {
                    StopReason::SentinelDied {
                        all_refused: performance.record.admin == Some(Life::Dead),
                        suspects,
                    }
                });
            }
            Some(Life::Dead) if alone => {
                self.stopper.stop(StopReason::Collateral {
                    script: script.to_owned(),
                });
            }
            Some(Life::Dead) => {
                let suspects = watch.since_green.iter().cloned().collect();
                let all_refused = performance.record.admin == Some(Life::Dead);
                self.stopper.stop(StopReason::SentinelDied {
                    all_refused,
                    suspects,
                });
            }
            Some(Life::Alive) => {
                let in_flight = watch.in_flight.clone();
                watch.since_green = in_flight;
            }
            _ => {}
        }
        watch.unanswered = if performance.unanswered || performance.unending {
            watch.unanswered + 1
        } else {
            0
        };
        let silent = watch.unanswered >= UNANSWERED_MAX;
        drop(watch);
        if performance.target_lost {
            self.stopper.stop(StopReason::TargetLost);
        } else if silent {
            self.stopper.stop(StopReason::Unanswering);
        }
    }

    fn finish(&self, finished: CaseFinished) {
        let mut all = self.finished.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(finished.without_evidence());
        drop(all);
        self.tell(Event::CaseFinished(Box::new(finished)));
    }

    /// Says of every case without a verdict that the run stopped before it had one.
    fn give_up(&self) {
        let Some(reason) = self.stopper.reason() else {
            return;
        };
        let finished = self.finished.lock().unwrap_or_else(PoisonError::into_inner);
        let done: BTreeSet<_> = finished.iter().map(|case| case.case.clone()).collect();
        drop(finished);
        for case in &self.job.plan.cases {
            if !done.contains(&case.id) {
                self.finish(judge::not_run(&self.job, case, &reason));
            }
        }
    }

    fn conclude(&self, duration: Duration, left_behind: Vec<String>) -> RunFinished {
        let finished = self
            .finished
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let stopped = self.stopper.reason();
        let stop = stopped.as_ref().map(StopReason::kind);
        let all: Vec<&CaseFinished> = finished.iter().collect();
        let conclusion = conclude(&Grounds {
            cases: &all,
            selected: self.job.plan.cases.len(),
            stop,
            left_behind: left_behind.len(),
        });
        RunFinished {
            ended_at: jiff::Timestamp::now().to_string(),
            duration_us: microseconds(duration),
            complete: stopped.is_none(),
            stopped: stopped.as_ref().map(ToString::to_string),
            stop,
            verdict: conclusion.verdict,
            exit_code: conclusion.exit_code,
            partial: self.job.policy.partial,
            requirements: fold_requirements(
                &self.job.started.requirements,
                &self.job.started.cases,
                &all,
            ),
            left_behind,
            notes: self.notes(conclusion.judged),
        }
    }

    fn notes(&self, judged: bool) -> Vec<String> {
        let mut notes: Vec<String> = Vec::new();
        if let Some(StopReason::SentinelDied { suspects, .. }) = self.stopper.reason() {
            let listed = suspects.join(", ");
            notes.push(format!(
                "a sentinel died; what ran since it was last seen alive: {listed}"
            ));
        }
        if !judged {
            notes.push(NOTHING_JUDGED.to_owned());
        }
        notes
    }
}

/// What guards a case, in all rounds.
struct Control {
    name: String,
    base: Option<Performances>,
    shaped: Option<Performances>,
}

impl Control {
    /// What it did in this round, or in its last one.
    fn of_round(&self, round: usize) -> judge::Controls<'_> {
        fn of(performances: &Performances, round: usize) -> Option<&Performance> {
            performances.get(round).or(performances.last())
        }
        judge::Controls {
            name: self.name.clone(),
            base: self.base.as_ref().and_then(|base| of(base, round)),
            shaped: self.shaped.as_ref().and_then(|shaped| of(shaped, round)),
        }
    }
}

impl Watch {
    fn enter(&mut self, script: &str) {
        self.in_flight.insert(script.to_owned());
        self.since_green.insert(script.to_owned());
    }
}
