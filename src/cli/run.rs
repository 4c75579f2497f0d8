//! `run` and `demo`.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use probity::config::{ReportFormat, Settings, Subcommand};
use probity::driver::{self, Color, DriverOutcome, FaceOptions, Format, Selected, Watched};
use probity::proof::EmbeddedTenant;
use probity::report::{self, EventLog};
use probity::run::{self, Job, RunEnd};
use probity::suite::Tier;

use super::args::{self, LibtestArguments, RunArguments};
use super::exit::{Exit, chain, complain};
use super::prepare::{self, Brought};
use super::reports::Wanted;

/// How wide a terminal is that does not say, in columns.
const WIDTH: usize = 80;

/// The exit code where nothing was selected.
const NOTHING_SELECTED: u8 = 4;

/// `probity run`.
pub fn run(arguments: &RunArguments) -> Result<u8, Exit> {
    execute(arguments, (Subcommand::Run, Brought::default()))
}

/// `probity demo`: a run against a tenant of our own, and against no other.
///
/// It may do everything to its target, so nothing from outside can name another one: neither a
/// flag nor a file nor a variable.
pub fn demo(arguments: &RunArguments) -> Result<u8, Exit> {
    let settings = &arguments.settings;
    for (flag, given) in [
        ("--target", &settings.target),
        ("--config", &settings.config),
    ] {
        if given.is_some() {
            return Err(Exit::usage_text(format!(
                "the demo brings a tenant of its own and takes no {flag}: use `probity run`"
            )));
        }
    }
    let tenant = EmbeddedTenant::start().map_err(|error| Exit::fault(&error))?;
    let brought = Brought {
        file: Some(("demo".to_owned(), tenant.config(Tier::Tenant).into_bytes())),
        environment: tenant.environment(),
    };
    let code = execute(arguments, (Subcommand::Demo, brought));
    drop(tenant);
    code
}

fn execute(
    arguments: &RunArguments,
    (subcommand, brought): (Subcommand, Brought),
) -> Result<u8, Exit> {
    let settings = prepare::settings(&arguments.settings, &arguments.libtest, brought)?;
    if arguments.show_config {
        return super::print(&shown(&settings));
    }
    let face = face(&arguments.libtest, settings.partial.value);
    let mut parts = prepare::parts(arguments, settings)?;
    parts.subcommand = subcommand;
    let nothing = parts.plan.cases.is_empty();
    if arguments.libtest.list {
        driver::list(parts.plan.cases.iter().map(|case| &case.id), &face);
        // The program ends: to take a large document apart would take as long as to read it.
        std::mem::forget((parts.document, parts.api));
        return Ok(if nothing { NOTHING_SELECTED } else { 0 });
    }
    let reports = Wanted::of_settings(&parts.settings, &arguments.settings.reports)?;
    if reports.takes_standard_output() && face.logfile.is_none() {
        return Err(Exit::usage_text(
            "standard output has the lines of the cases: move them by --logfile FILE, or make the \
             report later by `probity report`",
        ));
    }
    let events = events_path(&parts.settings);
    if events.as_deref() == Some(Path::new("-")) {
        return Err(Exit::usage_text(
            "the event log is a file: standard output has the lines of the cases",
        ));
    }
    let job = driver::block_on(run::assemble(parts)).map_err(|error| Exit::fault(&error))?;
    let job = job.map_err(|error| Exit::usage_text(chain(&error)))?;
    let log = events.as_deref().map(EventLog::create).transpose();
    let log = log.map_err(|error| Exit::usage(&error))?;
    let artefacts = Artefacts {
        log,
        events,
        reports,
    };
    conduct(job, artefacts, &face)
}

/// What is written while a run goes on and when it has ended.
struct Artefacts {
    log: Option<EventLog>,
    events: Option<PathBuf>,
    reports: Wanted,
}

/// Drives the run, then writes what was asked for.
fn conduct(job: Job, artefacts: Artefacts, face: &FaceOptions) -> Result<u8, Exit> {
    let redactor = job.fixtures.messenger().redactor().clone();
    let cases = job.started.cases.clone();
    let selected = Selected {
        cases: &cases,
        filtered_out: job.plan.filtered_out,
    };
    let outcome = driver::drive_job(job, selected, face, artefacts.log);
    let record = outcome.record(selected);
    driver::print_blocks(&record, face);
    let holds_secret = |bytes: &[u8]| redactor.with(|redactor| redactor.finds(bytes));
    let runs = [record];
    if let Some(text) = artefacts.reports.annotations(&runs, &holds_secret) {
        annotate(&text, face);
    }
    let mut code = artefacts
        .reports
        .publish(&runs, code(&outcome), &holds_secret);
    let written = artefacts.reports.paths();
    for leak in report::discard_leaks(written.into_iter().chain(artefacts.events), &holds_secret) {
        complain(&chain(&leak));
        code = 70;
    }
    Ok(code)
}

fn code(outcome: &DriverOutcome<RunEnd>) -> u8 {
    if let Some(error) = &outcome.log_error {
        complain(&chain(error));
        return 70;
    }
    match &outcome.result {
        Ok(RunEnd::Finished { exit_code }) => *exit_code,
        Err(fault) => {
            complain(&format!("a fault of ours: {fault}"));
            70
        }
    }
}

fn face(libtest: &LibtestArguments, partial: bool) -> FaceOptions {
    FaceOptions {
        format: match libtest.format {
            args::Format::Pretty if libtest.quiet => Format::Terse,
            args::Format::Pretty => Format::Pretty,
            args::Format::Terse => Format::Terse,
            args::Format::Json => Format::Json,
        },
        color: color(libtest.color),
        nocapture: libtest.nocapture,
        logfile: libtest.logfile.clone(),
        partial,
        watched: watched(libtest),
    }
}

/// The terminal of whoever watches standard error, where progress would disturb nothing.
fn watched(libtest: &LibtestArguments) -> Option<Watched> {
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let same_screen = libtest.logfile.is_none() && std::io::stdout().is_terminal();
    let lines = libtest.format == args::Format::Pretty && !libtest.quiet;
    if !std::io::stderr().is_terminal() || dumb || libtest.nocapture || (same_screen && !lines) {
        return None;
    }
    let size = terminal_size::terminal_size_of(std::io::stderr());
    let width = size.map_or(WIDTH, |(width, _)| usize::from(width.0));
    Some(Watched { width, same_screen })
}

/// Prints GitHub's annotations where the runner reads them; with libtest's other formats standard
/// output is libtest's alone. A closed stream is no fault.
fn annotate(text: &str, face: &FaceOptions) {
    use std::io::Write as _;
    let _ = match face.format {
        Format::Pretty => std::io::stdout().lock().write_all(text.as_bytes()),
        Format::Terse | Format::Json => std::io::stderr().lock().write_all(text.as_bytes()),
    };
}

/// When colours are used.
pub fn color(color: args::Color) -> Color {
    match color {
        args::Color::Auto => Color::Auto,
        args::Color::Always => Color::Always,
        args::Color::Never => Color::Never,
    }
}

fn events_path(settings: &Settings) -> Option<PathBuf> {
    let mut wanted = settings.reports.iter().map(|report| &report.value);
    let events = wanted.find(|report| report.format == ReportFormat::Events);
    events.map(|report| PathBuf::from(&report.path))
}

/// Each setting with its origin, in columns.
fn shown(settings: &Settings) -> String {
    let facts = settings.facts();
    let width = facts
        .iter()
        .map(|fact| fact.name.len())
        .max()
        .unwrap_or_default();
    let values = facts
        .iter()
        .map(|fact| fact.value.chars().count())
        .max()
        .unwrap_or_default();
    let lines = facts.iter().map(|fact| {
        format!(
            "{:width$}  {:values$}  ({})\n",
            fact.name, fact.value, fact.origin
        )
    });
    lines.collect()
}
