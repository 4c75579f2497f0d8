//! `report`: event logs -> reports, later and elsewhere.

use std::path::{Path, PathBuf};

use probity::driver;
use probity::report::{self, ReadLog, RunRecord, log};
use probity::run::conclusion::worst_exit_code;

use super::args::ReportCommand;
use super::exit::{Exit, warn};
use super::reports::Wanted;
use super::run::color;

/// `probity report`.
pub fn report(arguments: &ReportCommand) -> Result<u8, Exit> {
    let wanted = Wanted::of_flags(&arguments.reports)?;
    wanted.refuse_to_replace(&arguments.events)?;
    let logs: Result<Vec<ReadLog>, Exit> = arguments.events.iter().map(|path| read(path)).collect();
    let merged = report::merge(logs?).map_err(|report::NoBeginning(place)| {
        let path = arguments.events.get(place).map(PathBuf::as_path);
        Exit::usage_text(format!(
            "event log `{}` line 1 is no beginning of a run",
            path.unwrap_or(Path::new("")).display()
        ))
    })?;
    let runs: Vec<RunRecord<'_>> = merged
        .iter()
        .map(|events| RunRecord::fold(events))
        .collect();
    if wanted.is_empty() {
        driver::print_whole(&runs, color(arguments.color));
    }
    let code = worst_exit_code(runs.iter().map(RunRecord::exit_code));
    if let Some(text) = wanted.annotations(&runs, &|_| false) {
        super::print(&text)?;
    }
    // No secret of the run is known here: what is in the log was redacted when it was written.
    Ok(wanted.publish(&runs, code, &|_| false))
}

fn read(path: &Path) -> Result<ReadLog, Exit> {
    let read = log::read(path).map_err(|error| Exit::usage(&error))?;
    if let Some(line) = read.torn_line {
        let path = path.display();
        warn(&format!(
            "event log `{path}` line {line} is torn and left out: the run was cut off there"
        ));
    }
    Ok(read)
}
