//! What is wrong with the settings, each with the place where it was said.

use std::fmt;

use crate::suite::Problem;

/// Why the settings cannot be used: every problem.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", lines(.problems))]
pub struct ConfigError {
    /// The problems: first those of the file in the order of their places, then the rest.
    pub problems: Vec<ConfigProblem>,
}

/// Something wrong with a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigProblem {
    /// In a file.
    InFile(Problem),
    /// In a flag or an environment variable.
    Outside {
        /// Its name.
        place: String,
        /// What is wrong and, where we know it, what to do.
        message: String,
    },
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InFile(problem) => problem.fmt(formatter),
            Self::Outside { place, message } => write!(formatter, "{place}: {message}"),
        }
    }
}

impl ConfigError {
    /// Takes problems; `None` where there are none.
    pub(super) fn of(mut problems: Vec<ConfigProblem>) -> Option<Self> {
        problems.sort_by_key(|problem| match problem {
            ConfigProblem::InFile(problem) => (0, problem.position),
            ConfigProblem::Outside { .. } => (1, None),
        });
        problems.dedup();
        (!problems.is_empty()).then_some(Self { problems })
    }
}

fn lines(problems: &[ConfigProblem]) -> String {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n")
}
