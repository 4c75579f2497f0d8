//! Events -> reports. Every format is a pure function of the run's events, a file each.
//!
//! [`EventLog`] writes the events down as they happen and [`log::read`] reads them back;
//! [`RunRecord`] folds them into what every format starts from. Nothing here talks to the target,
//! and nothing here decides a verdict: [`record::face`] is the one table that turns a verdict into
//! what libtest and JUnit show.

pub mod beside;
pub mod cause;
pub mod diff;
pub mod failure_text;
pub mod inert;
pub mod junit;
pub mod log;
pub mod record;
pub mod terminal;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub use log::{EventLog, ReadLog};
pub use record::{CaseRecord, Face, FailedKind, RunRecord};

/// A format that is written once, when the run has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReportFormat {
    /// JUnit XML.
    Junit,
}

impl ReportFormat {
    /// The format's name, as in the `reports` setting.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Junit => "junit",
        }
    }
}

/// A report that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRequest {
    /// Its format.
    pub format: ReportFormat,
    /// Where it goes.
    pub path: PathBuf,
}

/// What became of a report that was asked for.
#[derive(Debug)]
pub struct ReportOutcome {
    /// What was asked for.
    pub request: ReportRequest,
    /// Whether it is there.
    pub result: Result<(), ReportError>,
}

/// A report that could not be written, or a log that could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The folder of a report could not be made.
    #[error("failed to create the folder of report `{path}`")]
    CreateFolder {
        /// The report's path.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The report could not be written.
    #[error("failed to write report `{path}`")]
    Write {
        /// The report's path.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The report could not be made from the events.
    #[error("failed to make the {format} report `{path}`: {problem}")]
    Render {
        /// The report's path.
        path: PathBuf,
        /// The format's name.
        format: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// The event log could not be read.
    #[error("failed to read event log `{path}`")]
    ReadLog {
        /// The log's path.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// A line of the event log is no event.
    #[error("event log `{path}` line {line} is no event: {problem}")]
    LogLine {
        /// The log's path.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// The event log is of a version that is not known here.
    #[error("event log `{path}` line {line} has version {version}, and this Probity reads {known}")]
    LogVersion {
        /// The log's path.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The version that it has.
        version: u64,
        /// The newest version that is known.
        known: u32,
    },
}

/// Writes every report that was asked for. Each is tried, whatever became of the others.
#[must_use]
pub fn write_reports(requested: &[ReportRequest], record: &RunRecord<'_>) -> Vec<ReportOutcome> {
    requested
        .iter()
        .map(|request| ReportOutcome {
            request: request.clone(),
            result: write_report(request, record),
        })
        .collect()
}

fn write_report(request: &ReportRequest, record: &RunRecord<'_>) -> Result<(), ReportError> {
    let text = match request.format {
        ReportFormat::Junit => junit::render(record),
    };
    let text = text.map_err(|problem| ReportError::Render {
        path: request.path.clone(),
        format: request.format.name(),
        problem: problem.to_string(),
    })?;
    create_folder_of(&request.path)?;
    write_whole(&request.path, text.as_bytes()).map_err(|source| ReportError::Write {
        path: request.path.clone(),
        source,
    })
}

/// Makes the folder that `path` lies in.
fn create_folder_of(path: &Path) -> Result<(), ReportError> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => {
            fs::create_dir_all(folder).map_err(|source| ReportError::CreateFolder {
                path: path.to_owned(),
                source,
            })
        }
        _ => Ok(()),
    }
}

/// Writes a file so that a reader sees the old content or the new, never a half.
///
/// A pipe or a device is written straight: to rename over it would replace it by a file. A link is
/// followed for the same reason.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = match fs::metadata(path) {
        Ok(there) if !there.is_file() && !there.is_dir() => return fs::write(path, bytes),
        Ok(_) => fs::canonicalize(path)?,
        Err(_) => path.to_owned(),
    };
    let Some(name) = path.file_name() else {
        return Err(io::Error::from(io::ErrorKind::InvalidInput));
    };
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(hidden);
    let written = fs::write(&part, bytes).and_then(|()| fs::rename(&part, &path));
    if written.is_err() {
        // What is left of the attempt is of no use; that it cannot be removed changes nothing.
        let _ = fs::remove_file(&part);
    }
    written
}
