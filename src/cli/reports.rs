//! The reports that were asked for, by settings or by flags, and how they are written.

use std::path::{Path, PathBuf};

use probity::config::{ReportFormat as Named, Settings};
use probity::report::{self, Guard, RenderError, ReportError, ReportFormat, ReportRequest};
use probity::report::{RunRecord, Subject, intoto::SubjectError, is_standard_output};

use super::args::ReportArguments;
use super::exit::{Exit, chain, complain};

/// The variable that names the file of the step's summary.
const STEP_SUMMARY: &str = "GITHUB_STEP_SUMMARY";
/// The exit code where a report that was asked for is not there.
const FAULT: u8 = 70;
/// The exit code where a report is not for a run that is not whole.
const INCOMPLETE: u8 = 3;

/// Reports that were asked for.
pub struct Wanted {
    files: Vec<ReportRequest>,
    github: bool,
}

impl Wanted {
    /// What the settings of a run ask for, the event log apart.
    pub fn of_settings(settings: &Settings, arguments: &ReportArguments) -> Result<Self, Exit> {
        let files = settings.reports.iter().map(|report| &report.value);
        let files = files.filter(|report| report.format != Named::Events);
        let files = files.map(|report| (report.format.name(), report.path.as_str()));
        let mut wanted = Self::of(&files.collect::<Vec<_>>(), arguments)?;
        wanted.github = settings.github.value;
        Ok(wanted)
    }

    /// What the flags of `report` ask for.
    pub fn of_flags(arguments: &ReportArguments) -> Result<Self, Exit> {
        let files = arguments.files();
        let files = files.iter().map(|(name, path)| (&**name, &**path));
        let wanted = Self::of(&files.collect::<Vec<_>>(), arguments)?;
        if wanted.github && wanted.takes_standard_output() {
            return Err(Exit::usage_text(
                "--github takes standard output: give the other report a file",
            ));
        }
        Ok(wanted)
    }

    fn of(named: &[(&str, &str)], arguments: &ReportArguments) -> Result<Self, Exit> {
        let subjects = arguments.subjects.iter().map(|text| text.parse());
        let subjects: Result<Vec<Subject>, SubjectError> = subjects.collect();
        let subjects = subjects.map_err(|error| Exit::usage(&error))?;
        let mut files: Vec<ReportRequest> = Vec::new();
        for (name, path) in named {
            let mut formats = ReportFormat::ALL.into_iter();
            let Some(format) = formats.find(|format| format.name() == *name) else {
                return Err(Exit::usage_text(format!("there is no {name} report")));
            };
            if format == ReportFormat::Intoto && subjects.is_empty() {
                return Err(Exit::usage_text(
                    "--intoto needs what the statement is about: --subject name=…,sha256=…",
                ));
            }
            let path = PathBuf::from(path);
            let same = |other: &&ReportRequest| {
                other.path == path || (is_standard_output(&other.path) && is_standard_output(&path))
            };
            if let Some(other) = files.iter().find(same) {
                let other = other.format.name();
                return Err(Exit::usage_text(format!(
                    "--{name}: the {other} report goes to the same file"
                )));
            }
            files.push(ReportRequest {
                format,
                path,
                subjects: subjects.clone(),
            });
        }
        Ok(Self {
            files,
            github: arguments.github,
        })
    }

    /// Whether nothing was asked for.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && !self.github
    }

    /// Whether a report takes standard output for itself by `-`.
    pub fn takes_standard_output(&self) -> bool {
        let mut files = self.files.iter();
        files.any(|file| file.path == Path::new("-"))
    }

    /// The files that are written.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.files.iter().map(|file| file.path.clone()).collect()
    }

    /// Refuses a report in the place of what it is made from.
    pub fn refuse_to_replace(&self, events: &[PathBuf]) -> Result<(), Exit> {
        for file in &self.files {
            let same = |log: &&PathBuf| {
                let real = std::fs::canonicalize(log);
                **log == file.path
                    || real.is_ok_and(|real| {
                        std::fs::canonicalize(&file.path).is_ok_and(|other| other == real)
                    })
            };
            if let Some(log) = events.iter().find(same) {
                return Err(Exit::usage_text(format!(
                    "--{}: `{}` is the event log itself",
                    file.format.name(),
                    log.display()
                )));
            }
        }
        Ok(())
    }

    /// Writes them all, and says what could not be written; the exit code afterwards.
    pub fn publish(&self, runs: &[RunRecord<'_>], code: u8, holds_secret: Guard<'_>) -> u8 {
        let mut code = code;
        for written in report::write_reports(&self.files, runs, holds_secret) {
            if let Err(error) = written.result {
                complain(&chain(&error));
                code = code_after(&error, code);
            }
        }
        if self.github && self.annotations(runs, holds_secret).is_none() {
            complain("a secret stands in the annotations: they were not printed");
            code = FAULT;
        }
        if self.github
            && let Some(path) = std::env::var_os(STEP_SUMMARY)
            && let Err(error) = report::append_step_summary(Path::new(&path), runs, holds_secret)
        {
            complain(&chain(&error));
            code = FAULT;
        }
        code
    }

    /// GitHub's annotations, where they are asked for; none where they would hold a secret.
    pub fn annotations(&self, runs: &[RunRecord<'_>], holds_secret: Guard<'_>) -> Option<String> {
        let text = self.github.then(|| report::github::annotations(runs))?;
        (!holds_secret(text.as_bytes())).then_some(text)
    }
}

/// The exit code of a run one of whose reports is not there. What no report can be made of is a
/// run that is not whole, and no fault.
fn code_after(error: &ReportError, code: u8) -> u8 {
    match error {
        ReportError::Render {
            source: RenderError::Unfit(_),
            ..
        } => match code {
            0 => INCOMPLETE,
            other => other,
        },
        _ => FAULT,
    }
}
