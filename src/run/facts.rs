//! Suite + document -> what the event log says of requirements and operations, the contract's own
//! lines beside them: who reads a report need not have the contract at hand.

use crate::api::Operation;
use crate::document::{Document, Node, Pointer};
use crate::suite::{Requirement, Source};

use super::event::{ExcerptFact, ResponseFact};

/// Most lines of an excerpt: a response with its content and schema has about this many.
const EXCERPT_LINES_MAX: usize = 10;

/// Longest line of an excerpt, in characters. A document in JSON may be one line.
const EXCERPT_CHARS_MAX: usize = 160;

/// What the contract says where a requirement's sources are places in it.
#[must_use]
pub fn excerpts(requirement: &Requirement, document: &Document) -> Vec<ExcerptFact> {
    let sources = requirement.sources.iter();
    sources
        .filter_map(|source| excerpt(source, document))
        .collect()
}

/// The responses that an operation declares.
#[must_use]
pub fn responses(operation: &Operation, document: &Document) -> Vec<ResponseFact> {
    let responses = operation.responses.iter();
    responses
        .map(|response| ResponseFact {
            status: response.status.to_string(),
            description: response.description.clone(),
            place: format!("{}:{}", document.name(), response.position),
        })
        .collect()
}

/// The lines of the contract that a source names.
fn excerpt(source: &Source, document: &Document) -> Option<ExcerptFact> {
    let Source::Contract(pointer) = source else {
        return None;
    };
    let pointer = Pointer::parse(pointer)?;
    let node = document.at(&pointer)?;
    let start = document.key_position(&pointer).unwrap_or(node.position());
    let length = usize::try_from(last_line(node).saturating_sub(start.line)).unwrap_or(0) + 1;
    let shown = (start.line..).take(length.min(EXCERPT_LINES_MAX));
    let lines = shown.map_while(|line| document.excerpt(line));
    Some(ExcerptFact {
        source: source.to_string(),
        document: document.name().to_owned(),
        line: start.line,
        column: start.column,
        lines: lines.map(|line| shortened(line, start.column)).collect(),
        cut: length > EXCERPT_LINES_MAX,
    })
}

/// The line on which the last thing in a node begins.
fn last_line(node: &Node) -> u32 {
    let own = node.position().line;
    let entries = node
        .entries()
        .map(|(_, key, value)| last_line(value).max(key.line));
    let items = node.items().iter().map(last_line);
    entries.chain(items).fold(own, u32::max)
}

/// A line, or the piece of a long one that begins at the column.
fn shortened(line: &str, column: u32) -> String {
    let characters = line.chars().count();
    if characters <= EXCERPT_CHARS_MAX {
        return line.trim_end().to_owned();
    }
    let before = usize::try_from(column.saturating_sub(1)).unwrap_or(0);
    let piece: String = line.chars().skip(before).take(EXCERPT_CHARS_MAX).collect();
    format!("… {} …", piece.trim_end())
}
