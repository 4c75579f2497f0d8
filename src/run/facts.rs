//! Suite + document -> what the event log says of requirements and operations, the contract's own
//! lines beside them: who reads a report need not have the contract at hand.

use crate::api::{Api, Operation};
use crate::document::{Document, Node, Pointer, Position};
use crate::plan::Plan;
use crate::suite::{Requirement, Source, Suite};

use super::event::{ExcerptFact, OperationFact, RequirementFact, ResponseFact};

/// Most lines of an excerpt: a response with its content and schema has about this many.
const EXCERPT_LINES_MAX: usize = 10;

/// Longest line of an excerpt, in characters. A document in JSON may be one line.
const EXCERPT_CHARS_MAX: usize = 160;

/// Every requirement of a suite, with what the contract says.
#[must_use]
pub fn requirements(suite: &Suite, document: &Document) -> Vec<RequirementFact> {
    let requirements = suite.requirements.iter();
    requirements
        .map(|requirement| requirement_fact(requirement, document))
        .collect()
}

/// The operations that the cases of a plan are about, in the order of the contract.
#[must_use]
pub fn operations(plan: &Plan, api: &Api, document: &Document) -> Vec<OperationFact> {
    let addressed = |operation: &&Operation| {
        let mut cases = plan.cases.iter();
        cases.any(|case| case.operation == operation.id)
    };
    let operations = api.operations.iter().filter(addressed);
    operations
        .map(|operation| operation_fact(operation, document))
        .collect()
}

fn requirement_fact(requirement: &Requirement, document: &Document) -> RequirementFact {
    let sources = requirement.sources.iter();
    let excerpts = sources
        .clone()
        .filter_map(|source| excerpt(source, document));
    RequirementFact {
        code: requirement.code.clone(),
        title: requirement.title.clone(),
        level: requirement.level,
        profile: requirement.profile,
        excerpts: excerpts.collect(),
        sources: sources.map(ToString::to_string).collect(),
        gap: requirement.gap.clone(),
        note: requirement.note.clone(),
    }
}

fn operation_fact(operation: &Operation, document: &Document) -> OperationFact {
    let place = |position: Position| format!("{}:{position}", document.name());
    let responses = operation.responses.iter().map(|response| ResponseFact {
        status: response.status.to_string(),
        description: response.description.clone(),
        place: place(response.position),
    });
    OperationFact {
        operation: operation.id.clone(),
        method: operation.method.clone(),
        path: operation.path.clone(),
        place: place(operation.position),
        responses: responses.collect(),
    }
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
