//! A setting and where it was given.

use std::fmt;

use crate::document::Position;

/// A value and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Where it was given.
    pub origin: Origin,
}

/// Where a value was given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// By this flag.
    Flag(&'static str),
    /// By this environment variable.
    Environment(String),
    /// In a file.
    File {
        /// The file's name.
        name: String,
        /// Where in the file.
        position: Position,
    },
    /// Nowhere.
    Default,
}

impl<T> Setting<T> {
    /// A value that was given nowhere.
    #[must_use]
    pub fn default_of(value: T) -> Self {
        Self {
            value,
            origin: Origin::Default,
        }
    }

    /// The same setting with another value.
    #[must_use]
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Setting<U> {
        Setting {
            value: change(self.value),
            origin: self.origin,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => write!(formatter, "flag {name}"),
            Self::Environment(name) => write!(formatter, "environment {name}"),
            Self::File { name, position } => write!(formatter, "{name}:{position}"),
            Self::Default => formatter.write_str("default"),
        }
    }
}
