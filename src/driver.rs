//! Verdicts as libtest trials: the one home of libtest-mimic and of tokio's runtime.
//!
//! `run` schedules the cases as it likes and tells what happens as events. Here a thread of its own
//! takes the events, writes them down and hands each verdict to the trial that waits for it;
//! libtest-mimic runs the trials in one thread, so its lines come in plan order. The exit code is
//! never libtest-mimic's: what `drive` returns is the events, whatever became of the screen.
//!
//! The runtime is built explicitly and `run` is driven on the calling thread, so nothing depends on
//! a runtime that may already be around.

mod progress;
mod trials;

use std::fmt::Write as _;
use std::future::Future;
use std::io::{self, Write};
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::sync::{Arc, Once, mpsc};
use std::thread;
use std::time::Duration;

use libtest_mimic::{Arguments, ColorSetting, FormatSetting, Trial};
use tokio::runtime::{Builder, Handle};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use crate::plan::CaseId;
use crate::report::inert::one_line;
use crate::report::{EventLog, ReportError, RunRecord, record, terminal};
use crate::run::event::{CaseFact, Event};
use crate::run::{self, Job, RunEnd, Stopper};

use progress::Progress;
use trials::{Screen, Told, Waiting};

pub use progress::Watched;

/// How long tasks that outlive the run may take to end, in milliseconds.
///
/// `run` ends its own tasks; this only bounds what a run that died has left behind.
const LEFT_TASKS_MS: u64 = 2_000;

/// The name of the thread that prints. Its panics are contained, so the hook is silent about them.
const SCREEN_THREAD: &str = "probity-screen";

/// The name of the trials that stand for what the selection left out. No case can have it: it is
/// no single line.
const FILTERED_OUT: &str = "\nfiltered out\n";

/// libtest's `--format`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// A line a case.
    #[default]
    Pretty,
    /// A character a case.
    Terse,
    /// A JSON object an event.
    Json,
}

/// libtest's `--color`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Color {
    /// On a terminal, unless the environment says otherwise.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How the run shows itself.
#[derive(Debug, Clone, Default)]
pub struct FaceOptions {
    /// The format of what goes to standard output.
    pub format: Format,
    /// When colours are used.
    pub color: Color,
    /// Whether each case's exchanges are printed as it ends. They go to standard error, because
    /// standard output holds a line that is not complete yet; they come as cases end, not in plan
    /// order.
    pub nocapture: bool,
    /// A file that takes the place of standard output.
    pub logfile: Option<PathBuf>,
    /// Whether `--partial` was given: then what could not be judged is ignored, not FAILED.
    pub partial: bool,
    /// The terminal of a person who watches standard error, where one does.
    pub watched: Option<Watched>,
}

/// The cases that were selected, and how many were not.
#[derive(Debug, Clone, Copy)]
pub struct Selected<'a> {
    /// The selected cases in plan order.
    pub cases: &'a [CaseFact],
    /// How many cases the selection left out.
    pub filtered_out: usize,
}

/// What a run came to.
#[derive(Debug)]
pub struct DriverOutcome<T> {
    /// What `run` returned; why it died, where it did.
    pub result: Result<T, String>,
    /// All its events in order.
    pub events: Vec<Event>,
    /// Why the event log is not whole, where it is not.
    pub log_error: Option<ReportError>,
    /// Whether libtest's lines could not be written to their end.
    pub screen_closed: bool,
}

impl<T> DriverOutcome<T> {
    /// The record that reports are made from.
    #[must_use]
    pub fn record<'a>(&'a self, selected: Selected<'a>) -> RunRecord<'a> {
        let mut record = RunRecord::fold_planned(selected.cases, &self.events);
        record.fault = self.result.as_ref().err().cloned();
        record
    }
}

/// Lists cases as libtest does. A closed standard output is no fault.
pub fn list<'a>(ids: impl IntoIterator<Item = &'a CaseId>, face: &FaceOptions) {
    let mut text = String::new();
    let mut count = 0_usize;
    if face.format == Format::Json {
        text.push_str("{ \"type\": \"suite\", \"event\": \"discovery\" }\n");
    }
    for id in ids {
        count += 1;
        let id = one_line(id.as_str());
        // To write into a string cannot fail.
        let _ = match face.format {
            Format::Json => writeln!(
                text,
                "{{ \"type\": \"test\", \"event\": \"discovered\", \"name\": {}, \
                 \"ignore\": false }}",
                serde_json::Value::from(id.as_ref())
            ),
            Format::Pretty | Format::Terse => writeln!(text, "{id}: test"),
        };
    }
    let tests = if count == 1 { "test" } else { "tests" };
    let gap = if count == 0 { "" } else { "\n" };
    let _ = match face.format {
        Format::Pretty => writeln!(text, "{gap}{count} {tests}, 0 benchmarks"),
        Format::Terse => Ok(()),
        Format::Json => writeln!(
            text,
            "{{ \"type\": \"suite\", \"event\": \"completed\", \"tests\": {count}, \
             \"benchmarks\": 0, \"total\": {count}, \"ignored\": 0 }}"
        ),
    };
    let _ = write_screen(&text, face);
}

/// Prints what follows libtest's lines: on standard output with `pretty`, else on standard error.
/// A closed stream is no fault.
pub fn print_blocks(record: &RunRecord<'_>, face: &FaceOptions) {
    let text = terminal::blocks(record);
    let _ = match face.format {
        Format::Pretty => write_screen(&text, face),
        Format::Terse | Format::Json => {
            let mut out = anstream::AutoStream::new(io::stderr(), choice(face.color));
            out.write_all(text.as_bytes()).and_then(|()| out.flush())
        }
    };
}

/// Prints what a terminal shows of recorded runs, each under its target where there are several.
/// A closed stream is no fault.
pub fn print_whole(runs: &[RunRecord<'_>], color: Color) {
    let mut out = anstream::AutoStream::new(io::stdout(), choice(color));
    for (run, label) in runs.iter().zip(record::labels(runs)) {
        let heading = match label.as_str() {
            "" => String::new(),
            label => format!("== {} ==\n\n", one_line(label)),
        };
        let text = heading + &terminal::whole(run);
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
}

/// Runs `run` and shows its verdicts as libtest does, until it has ended.
///
/// `run` gets the sender of its events; tasks that it leaves behind are ended. Every event goes to
/// `log` at once. A run that panics or ends without all its verdicts leaves the trials that wait
/// for one FAILED; a screen that closes leaves the run alone. A run that ends before its first
/// case, such as one whose key is refused, prints no line a case with `pretty`: what is wrong is
/// said once, by [`print_blocks`].
pub fn drive<F, R>(
    selected: Selected<'_>,
    face: &FaceOptions,
    log: Option<EventLog>,
    run: F,
) -> DriverOutcome<R::Output>
where
    F: FnOnce(UnboundedSender<Event>) -> R,
    R: Future,
{
    let runtime = match Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            return DriverOutcome {
                result: Err(format!("failed to start the runtime: {error}")),
                events: Vec::new(),
                log_error: None,
                screen_closed: false,
            };
        }
    };
    let (events, arriving) = unbounded_channel();
    let (stop, stopped) = oneshot::channel();
    let screen = Screen::new(selected.cases, face);
    let progress = screen.progress.clone();
    let (trials, waiting) = screen.trials(selected.cases);
    let (begin, begins) = mpsc::channel();
    let mut tee = Tee {
        face,
        log,
        waiting,
        progress,
        begin,
        events: Vec::new(),
        log_error: None,
    };
    if selected.cases.is_empty() {
        tee.begin();
    }
    let handle = runtime.handle().clone();
    let outcome = thread::scope(|scope| {
        let tee = scope.spawn(move || tee.take_all(&handle, arriving, stopped));
        let filtered_out = selected.filtered_out;
        let screen = thread::Builder::new()
            .name(SCREEN_THREAD.to_owned())
            .spawn_scoped(scope, move || match begins.recv() {
                Ok(()) => show(trials, filtered_out, face),
                Err(_) => true,
            });
        let result = panic::catch_unwind(AssertUnwindSafe(|| runtime.block_on(run(events))));
        // What was sent is still taken; a task that was left behind cannot hold the tee open.
        drop(stop);
        let (events, log_error) = tee.join().unwrap_or_default();
        let shown = screen
            .map(|screen| screen.join().unwrap_or(false))
            .unwrap_or(false);
        DriverOutcome {
            result: result.map_err(|payload| died(payload.as_ref())),
            events,
            log_error,
            screen_closed: !shown,
        }
    });
    runtime.shutdown_timeout(Duration::from_millis(LEFT_TASKS_MS));
    outcome
}

/// Drives a run that SIGINT and SIGTERM stop.
pub fn drive_job(
    job: Job,
    selected: Selected<'_>,
    face: &FaceOptions,
    log: Option<EventLog>,
) -> DriverOutcome<RunEnd> {
    drive(selected, face, log, |events| async move {
        let stopper = Stopper::default();
        run::stop_on_signals(stopper.clone());
        run::run(job, stopper, events).await
    })
}

/// Runs a job that SIGINT and SIGTERM stop, without libtest's lines, and gives its events.
///
/// # Errors
///
/// Where the runtime cannot be started.
pub fn run_quietly(job: Job) -> io::Result<Vec<Event>> {
    Background::start()?.block_on(async move {
        let (sender, mut receiver) = unbounded_channel();
        let stopper = Stopper::default();
        run::stop_on_signals(stopper.clone());
        let _end = run::run(job, stopper, sender).await;
        let mut events = Vec::new();
        while let Some(event) = receiver.recv().await {
            events.push(event);
        }
        Ok(events)
    })
}

/// Runs a future to its end on a runtime of its own.
///
/// # Errors
///
/// Where the runtime cannot be started.
pub fn block_on<F: Future>(future: F) -> io::Result<F::Output> {
    Ok(Background::start()?.block_on(future))
}

/// A runtime that works beside the program, for servers of our own.
#[derive(Debug)]
pub struct Background(tokio::runtime::Runtime);

impl Background {
    /// Starts it with one thread.
    ///
    /// # Errors
    ///
    /// Where the thread cannot be started.
    pub fn start() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        Ok(Self(runtime))
    }

    /// Starts it with a thread a core, for much work at once.
    ///
    /// # Errors
    ///
    /// Where the threads cannot be started.
    pub fn start_on_all_cores() -> io::Result<Self> {
        Ok(Self(Builder::new_multi_thread().enable_all().build()?))
    }

    /// Runs a future to its end.
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.0.block_on(future)
    }
}

/// Takes the events: writes them down, hands verdicts to the trials, keeps all.
struct Tee<'a> {
    face: &'a FaceOptions,
    log: Option<EventLog>,
    waiting: Waiting,
    progress: Option<Arc<Progress>>,
    begin: mpsc::Sender<()>,
    events: Vec<Event>,
    log_error: Option<ReportError>,
}

impl Tee<'_> {
    /// Takes events until no more can come, then tells the trials that still wait.
    fn take_all(
        mut self,
        runtime: &Handle,
        mut arriving: UnboundedReceiver<Event>,
        mut stopped: oneshot::Receiver<()>,
    ) -> (Vec<Event>, Option<ReportError>) {
        runtime.block_on(async {
            loop {
                tokio::select! {
                    biased;
                    _ = &mut stopped => break,
                    event = arriving.recv() => match event {
                        Some(event) => self.take(event),
                        None => break,
                    },
                }
            }
            arriving.close();
            while let Some(event) = arriving.recv().await {
                self.take(event);
            }
        });
        if self.face.format != Format::Pretty {
            self.begin();
        }
        let ended = RunRecord::fold(&self.events);
        let last_words = match ended.finished {
            Some(_) => format!("inconclusive: not judged: {}", ended.unjudged_reason()),
            None => "error: the run ended before this case was judged".to_owned(),
        };
        let last_words = one_line(&last_words).into_owned();
        for (_, waits) in self.waiting.drain() {
            let _ = waits.send(Told::Unjudged(last_words.clone()));
        }
        (self.events, self.log_error)
    }

    /// Has the screen begin; to say it again changes nothing.
    fn begin(&mut self) {
        // A screen that is gone has closed: nobody is to be told.
        let _ = self.begin.send(());
    }

    fn take(&mut self, event: Event) {
        if matches!(event, Event::CaseStarted(_) | Event::CaseFinished(_)) {
            self.begin();
        }
        if let Some(log) = &mut self.log
            && let Err(error) = log.append(&event)
        {
            self.log_error = Some(error);
        }
        if let Event::CaseFinished(case) = &event {
            if self.face.nocapture {
                let mut out = io::stderr().lock();
                let _ = out.write_all(terminal::exchanges(case).as_bytes());
            }
            if let Some(waits) = self.waiting.remove(&case.case) {
                let told = trials::told(case, self.face.partial);
                if let Some(progress) = &self.progress {
                    progress.count(matches!(told, Told::Failed(_)));
                }
                let _ = waits.send(told);
            }
        }
        self.events.push(event);
    }
}

/// Has libtest-mimic print the trials; false where it could not print them to the end.
fn show(mut trials: Vec<Trial>, filtered_out: usize, face: &FaceOptions) -> bool {
    be_silent_about_the_screen();
    // libtest-mimic counts only what it filters out itself, so it is given what to filter out.
    trials.extend((0..filtered_out).map(|_| Trial::test(FILTERED_OUT, || Ok(()))));
    let arguments = Arguments {
        exact: true,
        skip: vec![FILTERED_OUT.to_owned()],
        // One thread: with more, the lines come in the order in which cases end.
        test_threads: Some(1),
        format: Some(match face.format {
            Format::Pretty => FormatSetting::Pretty,
            Format::Terse => FormatSetting::Terse,
            Format::Json => FormatSetting::Json,
        }),
        color: Some(match face.color {
            Color::Auto => ColorSetting::Auto,
            Color::Always => ColorSetting::Always,
            Color::Never => ColorSetting::Never,
        }),
        logfile: face
            .logfile
            .as_ref()
            .map(|path| path.to_string_lossy().into_owned()),
        ..Arguments::default()
    };
    // It panics where it cannot print. That is its way to say so, not a fault of the run.
    panic::catch_unwind(AssertUnwindSafe(|| libtest_mimic::run(&arguments, trials))).is_ok()
}

/// Keeps the panics of the thread that prints from standard error; all others stay as they were.
fn be_silent_about_the_screen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panicked| {
            if thread::current().name() != Some(SCREEN_THREAD) {
                before(panicked);
            }
        }));
    });
}

/// What a panic says.
fn died(payload: &(dyn std::any::Any + Send)) -> String {
    let said = payload.downcast_ref::<String>().map(String::as_str);
    let said = said.or_else(|| payload.downcast_ref::<&str>().copied());
    format!("the run died: {}", said.unwrap_or("a panic without words"))
}

/// Writes to where libtest's lines go: after them, where that is a file.
fn write_screen(text: &str, face: &FaceOptions) -> io::Result<()> {
    match &face.logfile {
        Some(path) => {
            let file = std::fs::OpenOptions::new()
                .create(true)
                .append(true)
                .open(path)?;
            let choice = match face.color {
                Color::Always => anstream::ColorChoice::AlwaysAnsi,
                Color::Auto | Color::Never => anstream::ColorChoice::Never,
            };
            let mut out = anstream::AutoStream::new(file, choice);
            out.write_all(text.as_bytes()).and_then(|()| out.flush())
        }
        None => {
            let mut out = anstream::AutoStream::new(io::stdout(), choice(face.color));
            out.write_all(text.as_bytes()).and_then(|()| out.flush())
        }
    }
}

fn choice(color: Color) -> anstream::ColorChoice {
    match color {
        Color::Auto => anstream::ColorChoice::Auto,
        Color::Always => anstream::ColorChoice::Always,
        Color::Never => anstream::ColorChoice::Never,
    }
}
