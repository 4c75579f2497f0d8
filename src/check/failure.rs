//! What a check says: the target is wrong here, in five parts.

use serde::{Deserialize, Serialize};

use crate::plan::{Code, Level, Profile};

/// One violated requirement, in the words of the five-part report. Texts are plain; they may hold
/// bytes of the target, so every face escapes and redacts them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The requirement that is violated.
    pub code: Code,
    /// Its level, as it weighs here (a tolerated answer is lowered to `should`).
    pub level: Level,
    /// Its profile.
    pub profile: Profile,
    /// What is required.
    pub requires: String,
    /// What was expected.
    pub expected: String,
    /// What was seen.
    pub actual: String,
    /// The sources that demand it.
    pub sources: Vec<SourcePlace>,
    /// The index of the exchange in the case that shows it, if one does.
    pub exchange: Option<usize>,
    /// Why it matters or what to do, where the suite says so.
    pub note: Option<String>,
}

/// A source with its place, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourcePlace {
    /// The source as the suite cites it.
    pub source: String,
    /// `document:line:column`, where the source is a place in the contract.
    pub place: Option<String>,
    /// The line of the document, without its line break.
    pub line: Option<String>,
}
