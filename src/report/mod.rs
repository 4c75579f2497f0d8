//! Events -> reports. Every format is a pure function of the events of runs, a file each.
//!
//! [`EventLog`] writes the events down as they happen and [`log::read`] reads them back;
//! [`merge()`] makes one run of several shards; [`RunRecord`] folds a run into what every format
//! starts from. Nothing here talks to the target, and nothing here decides a verdict:
//! [`record::face`] is the one table that turns a verdict into what libtest and JUnit show, and
//! what a merged run comes to is decided where that of every run is.

mod artefact;
pub mod beside;
pub mod cause;
pub mod circumstances;
pub mod ctrf;
pub mod diff;
pub mod failure_text;
pub mod github;
pub mod har;
pub mod html;
pub mod inert;
pub mod intoto;
pub mod junit;
pub mod log;
pub mod markdown;
mod merge;
pub mod record;
pub mod sarif;
pub mod summary;
pub mod tap;
pub mod terminal;

use std::io;
use std::path::PathBuf;

pub use artefact::{Guard, append_step_summary, discard_leaks, is_standard_output, write_reports};
pub use intoto::Subject;
pub use log::{EVENT_LOG_SCHEMA, EventLog, ReadLog};
pub use merge::{NoBeginning, merge};
pub use record::{CaseRecord, Face, FailedKind, RunRecord, Tally};

/// A format that is written once, when the run has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReportFormat {
    /// JUnit XML.
    Junit,
    /// A page for a browser.
    Html,
    /// Markdown.
    Markdown,
    /// The summary as JSON.
    Json,
    /// CTRF.
    Ctrf,
    /// SARIF 2.1.0.
    Sarif,
    /// TAP 14.
    Tap,
    /// HAR 1.2.
    Har,
    /// An in-toto statement.
    Intoto,
}

impl ReportFormat {
    /// All formats.
    pub const ALL: [Self; 9] = [
        Self::Junit,
        Self::Html,
        Self::Markdown,
        Self::Json,
        Self::Ctrf,
        Self::Sarif,
        Self::Tap,
        Self::Har,
        Self::Intoto,
    ];

    /// The format's name, as in the `reports` setting and as a flag.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Junit => "junit",
            Self::Html => "html",
            Self::Markdown => "markdown",
            Self::Json => "json",
            Self::Ctrf => "ctrf",
            Self::Sarif => "sarif",
            Self::Tap => "tap",
            Self::Har => "har",
            Self::Intoto => "intoto",
        }
    }
}

/// A report that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRequest {
    /// Its format.
    pub format: ReportFormat,
    /// Where it goes; `-` is standard output.
    pub path: PathBuf,
    /// What it is about, where the format asks for it.
    pub subjects: Vec<Subject>,
}

/// The report's text over these runs.
///
/// # Errors
///
/// Where the format cannot tell these runs.
pub fn render(request: &ReportRequest, runs: &[RunRecord<'_>]) -> Result<String, RenderError> {
    match request.format {
        ReportFormat::Junit => junit::render(runs),
        ReportFormat::Html => html::render(runs),
        ReportFormat::Markdown => markdown::render(runs),
        ReportFormat::Json => summary::render(runs),
        ReportFormat::Ctrf => ctrf::render(runs),
        ReportFormat::Sarif => sarif::render(runs),
        ReportFormat::Tap => tap::render(runs),
        ReportFormat::Har => har::render(runs),
        ReportFormat::Intoto => intoto::render(runs, &request.subjects),
    }
}

/// Why a format cannot tell a run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// The writer of the format refuses what it is given: a fault of ours.
    #[error("{0}")]
    Writer(String),
    /// The format is not for runs like these.
    #[error("{0}")]
    Unfit(String),
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
    #[error("failed to make the {format} report `{path}`")]
    Render {
        /// The report's path.
        path: PathBuf,
        /// The format's name.
        format: &'static str,
        /// What is wrong.
        #[source]
        source: RenderError,
    },
    /// A secret stands in what was written, or was about to be.
    #[error("a secret stands in `{path}`: {became}")]
    Secret {
        /// The artefact.
        path: PathBuf,
        /// What became of it.
        became: &'static str,
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
