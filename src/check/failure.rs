//! What a check says: the target is wrong here, in five parts.

use serde::{Deserialize, Serialize};

use crate::check::{Subject, Violation};
use crate::document::Pointer;
use crate::plan::{Code, Level, Profile, Requirement, Source};

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
    /// The part of that exchange's answer that shows it; the status where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<AnswerPart>,
    /// Why it matters or what to do, where the suite says so.
    pub note: Option<String>,
}

/// A part of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnswerPart {
    /// The field lines with this name, or that there is none.
    Field(String),
    /// The content at this JSON Pointer; all of it where the pointer is empty.
    Content(String),
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

/// The violations of a requirement as failures, with its sources and their places.
#[must_use]
pub fn failures(
    subject: &Subject,
    requirement: &Requirement,
    violations: &[Violation],
) -> Vec<Failure> {
    let sources: Vec<SourcePlace> = requirement
        .sources
        .iter()
        .map(|source| place(subject, source))
        .collect();
    violations
        .iter()
        .map(|violation| Failure {
            code: requirement.code.clone(),
            level: if violation.tolerated {
                requirement.level.min(Level::Should)
            } else {
                requirement.level
            },
            profile: requirement.profile,
            requires: requirement.title.clone(),
            expected: violation.expected.clone(),
            actual: violation.actual.clone(),
            sources: sources.clone(),
            exchange: violation.exchange,
            part: violation.part.clone(),
            note: requirement.note.clone(),
        })
        .collect()
}

fn place(subject: &Subject, source: &Source) -> SourcePlace {
    let position = match source {
        Source::Contract(pointer) => Pointer::parse(pointer).and_then(|pointer| {
            let document = subject.document;
            document
                .key_position(&pointer)
                .or_else(|| document.at(&pointer).map(crate::document::Node::position))
        }),
        Source::Citation(_) => None,
    };
    SourcePlace {
        source: source.to_string(),
        place: position.map(|position| format!("{}:{position}", subject.document.name())),
        line: position
            .and_then(|position| subject.document.excerpt(position.line))
            .map(str::to_owned),
    }
}
