//! `diff` and `replay`: runs beside each other.

use std::path::Path;

use probity::config::Settings;
use probity::driver;
use probity::proof::EmbeddedTenant;
use probity::report::{RunRecord, beside, diff, log};
use probity::run;
use probity::run::event::{Event, RunStarted};
use probity::suite::Tier;

use super::args::{DiffArguments, LibtestArguments, ReplayArguments, RunArguments};
use super::exit::{Exit, chain, warn};
use super::prepare::{self, Brought};

/// The exit code where something fails that did not.
const NEWLY_FAILING: u8 = 1;

/// How wide the page is where nobody says, in columns: two of about what a line of HTTP has.
const WIDTH: usize = 140;

/// `probity diff`.
pub fn diff(arguments: &DiffArguments) -> Result<u8, Exit> {
    let old = events(&arguments.old)?;
    let new = events(&arguments.new)?;
    let difference = diff::diff(&RunRecord::fold(&old), &RunRecord::fold(&new));
    if arguments.json {
        let json = serde_json::to_string_pretty(&difference);
        let json = json.map_err(|error| Exit::fault(&error))?;
        super::print(&format!("{json}\n"))?;
    } else {
        super::print(&difference.text())?;
    }
    Ok(if difference.newly_failing.is_empty() {
        0
    } else {
        NEWLY_FAILING
    })
}

/// `probity replay`: one case of a log again, on fresh fixtures.
pub fn replay(arguments: &ReplayArguments) -> Result<u8, Exit> {
    let old = events(&arguments.log)?;
    let old = RunRecord::fold(&old);
    let Some(started) = old.started else {
        return Err(Exit::usage_text(format!(
            "event log `{}` does not say what was run",
            arguments.log.display()
        )));
    };
    let case = chosen(&old, &arguments.case)?;
    let tenant = tenant_of(started, arguments)?;
    let run = as_run(arguments, started, case);
    let brought = tenant
        .as_ref()
        .map_or_else(Brought::default, |tenant| Brought {
            file: Some(("demo".to_owned(), tenant.config(Tier::Tenant).into_bytes())),
            environment: tenant.environment(),
        });
    let settings = prepare::settings(&run.settings, &run.libtest, brought)?;
    if !settings.reports.is_empty() {
        return Err(Exit::usage_text(format!(
            "replay writes no reports: use `probity run --exact {case}`"
        )));
    }
    let new = again(&run, settings)?;
    drop(tenant);
    let new = RunRecord::fold(&new);
    super::print(&beside::beside(&old, &new, case, width()))?;
    let exit_code = new.finished.map_or(70, |finished| finished.exit_code);
    Ok(exit_code)
}

/// Runs what `probity run --exact CASE` would, without libtest's lines.
fn again(run: &RunArguments, settings: Settings) -> Result<Vec<Event>, Exit> {
    let parts = prepare::parts(run, settings)?;
    if parts.plan.cases.is_empty() {
        return Err(Exit::usage_text(
            "the contract and the suite no longer give this case: name those of the log with \
             --contract and --suite",
        ));
    }
    let job = driver::block_on(run::assemble(parts)).map_err(|error| Exit::fault(&error))?;
    let job = job.map_err(|error| Exit::usage_text(chain(&error)))?;
    driver::run_quietly(job).map_err(|error| Exit::fault(&error))
}

/// The case of the log that is meant, by its whole id.
fn chosen<'a>(run: &'a RunRecord<'_>, wanted: &str) -> Result<&'a str, Exit> {
    let ids = || run.cases.iter().map(|case| case.fact.id.as_str());
    if let Some(id) = ids().find(|id| *id == wanted) {
        return Ok(id);
    }
    let nearest = probity::plan::nearest(wanted, ids());
    let hint = nearest.map_or_else(String::new, |id| format!(" (nearest: `{id}`)"));
    Err(Exit::usage_text(format!(
        "the event log has no case `{wanted}`{hint}"
    )))
}

/// The log of a `demo` names a tenant that is gone: another one takes its place.
fn tenant_of(
    started: &RunStarted,
    arguments: &ReplayArguments,
) -> Result<Option<EmbeddedTenant>, Exit> {
    let elsewhere = arguments.settings.target.is_some() || arguments.settings.config.is_some();
    if elsewhere || !of_demo(started) {
        return Ok(None);
    }
    warn("the log is of a demo, whose tenant is gone: another one is started");
    EmbeddedTenant::start()
        .map(Some)
        .map_err(|error| Exit::fault(&error))
}

fn of_demo(started: &RunStarted) -> bool {
    let mut settings = started.settings.iter();
    settings.any(|fact| fact.name == "target" && fact.origin.starts_with("demo:"))
}

/// The arguments of `run` that mean the same. What came from a file or the environment comes from
/// there again; secrets are in no log.
fn as_run(arguments: &ReplayArguments, started: &RunStarted, case: &str) -> RunArguments {
    let mut settings = arguments.settings.clone();
    let flag = |name: &str| {
        let mut facts = started.settings.iter();
        let fact = facts.find(|fact| fact.name == name && fact.origin.starts_with("flag"))?;
        Some(fact.value.clone())
    };
    if settings.target.is_none() && settings.config.is_none() && !of_demo(started) {
        settings.target = Some(started.target.clone());
    }
    for (setting, name) in [
        (&mut settings.allow, "allow"),
        (&mut settings.contract, "contract"),
        (&mut settings.base_path, "base_path"),
        (&mut settings.ca_file, "ca_file"),
        (&mut settings.timeout, "timeout"),
    ] {
        *setting = setting.take().or_else(|| flag(name));
    }
    RunArguments {
        filters: vec![case.to_owned()],
        settings,
        libtest: LibtestArguments {
            exact: true,
            ..LibtestArguments::default()
        },
        ..RunArguments::default()
    }
}

/// How wide the page may be, in columns.
fn width() -> usize {
    let size = terminal_size::terminal_size_of(std::io::stdout());
    size.map_or(WIDTH, |(width, _)| usize::from(width.0))
}

fn events(path: &Path) -> Result<Vec<Event>, Exit> {
    let log = log::read(path).map_err(|error| Exit::usage(&error))?;
    if let Some(line) = log.torn_line {
        warn(&format!(
            "event log `{}` ends in a torn line ({line}), which is left out",
            path.display()
        ));
    }
    let begins = log
        .events
        .iter()
        .any(|event| matches!(event, Event::RunStarted(_)));
    if begins {
        Ok(log.events)
    } else {
        Err(Exit::usage_text(format!(
            "`{}` is no event log: no run begins in it",
            path.display()
        )))
    }
}
