//! The event log as NDJSON: an event a line, written as it happens.
//!
//! A line goes out whole and at once, so a killed run leaves a log that can be read up to its last
//! event. The reader therefore takes a torn last line for what it is, and nothing else.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::ReportError;
use super::artefact::create_folder_of;
use crate::run::event::{EVENT_LOG_VERSION, Event};

/// The JSON Schema of a line of the log.
pub const EVENT_LOG_SCHEMA: &str = include_str!("event-log.schema.json");

/// Writes events down as they happen.
pub struct EventLog {
    out: Box<dyn Write + Send>,
    path: PathBuf,
    broken: bool,
}

impl fmt::Debug for EventLog {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("EventLog")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl EventLog {
    /// Begins the log at `path`, with the folders that lead there.
    ///
    /// # Errors
    ///
    /// When the file cannot be made.
    pub fn create(path: &Path) -> Result<Self, ReportError> {
        create_folder_of(path)?;
        let file = File::create(path).map_err(|source| ReportError::Write {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self::to(Box::new(file), path))
    }

    /// Begins a log into `out`; `path` is what errors call it.
    #[must_use]
    pub fn to(out: Box<dyn Write + Send>, path: &Path) -> Self {
        Self {
            out,
            path: path.to_owned(),
            broken: false,
        }
    }

    /// Appends an event as one line and flushes it.
    ///
    /// # Errors
    ///
    /// When it cannot be written. The log ends there: later events are left out silently, so that
    /// no line follows a torn one.
    pub fn append(&mut self, event: &Event) -> Result<(), ReportError> {
        if self.broken {
            return Ok(());
        }
        let written = line_of(event)
            .and_then(|line| self.out.write_all(&line))
            .and_then(|()| self.out.flush());
        self.broken = written.is_err();
        written.map_err(|source| ReportError::Write {
            path: self.path.clone(),
            source,
        })
    }
}

/// An event log as it was read.
#[derive(Debug, Clone)]
pub struct ReadLog {
    /// Its events, in order.
    pub events: Vec<Event>,
    /// The number of the last line, where it was torn and left out.
    pub torn_line: Option<usize>,
}

/// Reads the log at `path`.
///
/// # Errors
///
/// When the file cannot be read, a line other than a torn last one is no event, or the log's
/// version is newer than ours.
pub fn read(path: &Path) -> Result<ReadLog, ReportError> {
    let bytes = fs::read(path).map_err(|source| ReportError::ReadLog {
        path: path.to_owned(),
        source,
    })?;
    parse(&bytes, path)
}

/// Reads a log from its bytes; `path` is what errors call it.
///
/// # Errors
///
/// When a line other than a torn last one is no event, or the log's version is newer than ours.
pub fn parse(bytes: &[u8], path: &Path) -> Result<ReadLog, ReportError> {
    let mut log = ReadLog {
        events: Vec::new(),
        torn_line: None,
    };
    let whole = bytes.ends_with(b"\n");
    let mut lines = bytes.split(|byte| *byte == b'\n').enumerate().peekable();
    while let Some((before, line)) = lines.next() {
        let number = before + 1;
        if line.trim_ascii().is_empty() {
            continue;
        }
        match serde_json::from_slice::<Event>(line) {
            Ok(event) => {
                check_version(version_in(&event), number, path)?;
                log.events.push(event);
            }
            Err(_) if !whole && lines.peek().is_none() => log.torn_line = Some(number),
            Err(error) => {
                // A newer version may have any shape; that it is newer is the better answer.
                check_version(version_of(line), number, path)?;
                return Err(ReportError::LogLine {
                    path: path.to_owned(),
                    line: number,
                    problem: error.to_string(),
                });
            }
        }
    }
    Ok(log)
}

fn check_version(version: Option<u64>, line: usize, path: &Path) -> Result<(), ReportError> {
    match version {
        Some(version) if version > u64::from(EVENT_LOG_VERSION) => Err(ReportError::LogVersion {
            path: path.to_owned(),
            line,
            version,
            known: EVENT_LOG_VERSION,
        }),
        _ => Ok(()),
    }
}

fn version_in(event: &Event) -> Option<u64> {
    match event {
        Event::RunStarted(started) => Some(u64::from(started.version)),
        _ => None,
    }
}

fn version_of(line: &[u8]) -> Option<u64> {
    let value: serde_json::Value = serde_json::from_slice(line).ok()?;
    value.get("version")?.as_u64()
}

fn line_of(event: &Event) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(event)?;
    line.push(b'\n');
    Ok(line)
}
