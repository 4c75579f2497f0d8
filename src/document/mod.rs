//! Bytes -> Document: YAML and JSON with a position for every node.
//!
//! One lossless model for both formats. Duplicate keys, several documents in one stream and
//! everything that grows without bound are refused, with the place. Pure: the bytes are handed
//! in, and references are followed within the document only.

mod dialect;
mod error;
mod json;
pub mod limits;
mod node;
mod number;
mod pointer;
mod position;
mod reference;
mod scalar;
mod source;
mod yaml;

use std::sync::Arc;

pub use dialect::{Dialect, DialectTable, SchemaForm};
pub use error::DocumentError;
pub use node::{Node, Object, Value};
pub use number::Number;
pub use pointer::Pointer;
pub use position::Position;

/// A document that was read: its tree and its text. Clones share both.
#[derive(Debug, Clone)]
pub struct Document(Arc<Contents>);

#[derive(Debug)]
struct Contents {
    name: String,
    text: String,
    line_starts: Vec<u32>,
    root: Node,
}

impl Document {
    /// Reads a document. `name` is what reports call it, usually its path; where it ends in
    /// `.json` the text must be JSON, elsewhere it may be YAML or JSON.
    ///
    /// # Errors
    /// The bytes are not UTF-8, the text is malformed, has a duplicate key, or is beyond a limit.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Document, DocumentError> {
        let text = source::decode(name, bytes)?;
        Ok(Document(Arc::new(Contents {
            name: name.to_owned(),
            text: text.to_owned(),
            line_starts: source::line_starts(text),
            root: read(name, text)?,
        })))
    }

    /// What reports call the document.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The whole tree.
    #[must_use]
    pub fn root(&self) -> &Node {
        &self.0.root
    }

    /// The node that the pointer names, references not followed.
    #[must_use]
    pub fn at(&self, pointer: &Pointer) -> Option<&Node> {
        pointer
            .tokens()
            .try_fold(self.root(), |node, token| reference::child(node, &token))
    }

    /// Where the key stands that the pointer ends with; for an item of an array, the item.
    #[must_use]
    pub fn key_position(&self, pointer: &Pointer) -> Option<Position> {
        let (parent, last) = pointer.split_last()?;
        let parent = self.at(&parent)?;
        match parent.as_object() {
            Some(object) => object.key_position(&last),
            None => reference::child(parent, &last).map(Node::position),
        }
    }

    /// A line of the text, counted from 1, without its end.
    #[must_use]
    pub fn excerpt(&self, line: u32) -> Option<&str> {
        source::line_at(&self.0.text, &self.0.line_starts, line)
    }

    /// A warning about a place, for a terminal: the message, `name:line:column`, and that line
    /// with a caret.
    #[must_use]
    pub fn report(&self, message: &str, position: Position) -> String {
        let place = (self.name(), Some(position));
        source::report("warning", message, place, self.excerpt(position.line))
    }

    /// The same for an error: why the document is of no use.
    #[must_use]
    pub fn report_error(&self, message: &str, position: Position) -> String {
        let place = (self.name(), Some(position));
        source::report("error", message, place, self.excerpt(position.line))
    }
}

fn read(name: &str, text: &str) -> Result<Node, DocumentError> {
    if name.to_ascii_lowercase().ends_with(".json") {
        return json::read(name, text);
    }
    if !text.trim_start().starts_with(['{', '[']) {
        return yaml::read(name, text);
    }
    // Either JSON, or YAML in flow style. Only malformed JSON is worth a second look: whatever
    // else is wrong would be wrong there too.
    let json = json::read(name, text);
    if !matches!(json, Err(DocumentError::Syntax { .. })) {
        return json;
    }
    match yaml::read(name, text) {
        // Malformed as both: it was most likely meant as JSON.
        Err(DocumentError::Syntax { .. }) => json,
        read => read,
    }
}
