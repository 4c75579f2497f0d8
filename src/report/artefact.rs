//! Where reports go: whole or not at all, and never with a secret in them.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::{
    ReportError, ReportFormat, ReportOutcome, ReportRequest, RunRecord, github, html, render,
};

/// The name of standard output where a file's is expected.
const DASH: &str = "-";

/// What became of an artefact with a secret in it that was never written.
const WITHHELD: &str = "it was not written";

/// Whether bytes hold a known secret.
pub type Guard<'a> = &'a dyn Fn(&[u8]) -> bool;

/// Whether a path means standard output.
#[must_use]
pub fn is_standard_output(path: &Path) -> bool {
    path == Path::new(DASH) || path == Path::new("/dev/stdout")
}

/// Writes every report that was asked for. Each is tried, whatever became of the others; one with
/// a secret in it is not written.
#[must_use]
pub fn write_reports(
    requested: &[ReportRequest],
    runs: &[RunRecord<'_>],
    holds_secret: Guard<'_>,
) -> Vec<ReportOutcome> {
    requested
        .iter()
        .map(|request| ReportOutcome {
            request: request.clone(),
            result: write_report(request, runs, holds_secret),
        })
        .collect()
}

fn write_report(
    request: &ReportRequest,
    runs: &[RunRecord<'_>],
    holds_secret: Guard<'_>,
) -> Result<(), ReportError> {
    let path = &request.path;
    let text = render(request, runs).map_err(|source| ReportError::Render {
        path: path.clone(),
        format: request.format.name(),
        source,
    })?;
    let as_read = || html::unescaped(&text);
    let is_page = request.format == ReportFormat::Html;
    if holds_secret(text.as_bytes()) || (is_page && holds_secret(as_read().as_bytes())) {
        return Err(ReportError::Secret {
            path: path.clone(),
            became: WITHHELD,
        });
    }
    let written = if is_standard_output(path) {
        print(&text)
    } else {
        create_folder_of(path)?;
        write_whole(path, text.as_bytes())
    };
    written.map_err(|source| ReportError::Write {
        path: path.clone(),
        source,
    })
}

/// Appends to the summary of a step of GitHub's, as far as there is room in it.
///
/// # Errors
///
/// Where it holds a secret, or the file cannot be written.
pub fn append_step_summary(
    path: &Path,
    runs: &[RunRecord<'_>],
    holds_secret: Guard<'_>,
) -> Result<(), ReportError> {
    let there = fs::metadata(path).map_or(0, |found| found.len());
    let there = usize::try_from(there).unwrap_or(usize::MAX);
    let room = github::SUMMARY_BYTES_MAX.saturating_sub(there);
    let text = github::step_summary(runs, room);
    let path = path.to_owned();
    if holds_secret(text.as_bytes()) {
        let became = WITHHELD;
        return Err(ReportError::Secret { path, became });
    }
    let file = fs::OpenOptions::new().create(true).append(true).open(&path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|source| ReportError::Write { path, source })
}

/// Looks once more at every artefact that was written, and removes what holds a secret: redaction
/// is not trusted blindly. What is no file can be neither read again nor removed.
#[must_use]
pub fn discard_leaks(
    paths: impl IntoIterator<Item = PathBuf>,
    holds_secret: Guard<'_>,
) -> Vec<ReportError> {
    let mut leaks = Vec::new();
    for path in paths {
        let is_file = fs::metadata(&path).is_ok_and(|found| found.is_file());
        if !is_file || is_standard_output(&path) {
            continue;
        }
        let clean = fs::read(&path).is_ok_and(|bytes| !holds_secret(&bytes));
        if clean {
            continue;
        }
        // A link is followed: what it leads to has the secret.
        let real = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        let removed = fs::remove_file(real).is_ok();
        leaks.push(ReportError::Secret {
            path,
            became: if removed {
                "it was removed"
            } else {
                "it could not be removed, do not pass it on"
            },
        });
    }
    leaks
}

/// Prints a report. A reader that has enough is no fault.
fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Makes the folder that `path` lies in.
pub(super) fn create_folder_of(path: &Path) -> Result<(), ReportError> {
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
