//! YAML -> nodes with places: the only home of the event parser.
//!
//! YAML 1.2 with its core schema, and merge keys, which real documents use. Keys keep the
//! spelling of the source, so `200` and `0200` are two keys.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use granit_parser::{ErrorKind, Event, Options, Parser, ScalarStyle, ScanError, Span, Tag};

use super::error::DocumentError;
use super::limits::{ALIAS_NODES_MAX, NESTING_LEVELS_MAX, NODES_MAX};
use super::node::{Entry, Node, Object, Value};
use super::position::Position;
use super::scalar;
use super::source::count_u32;

/// Reads the text of one YAML document.
pub(super) fn read(document: &str, text: &str) -> Result<Node, DocumentError> {
    let mut builder = Builder::new(document);
    for event in Parser::new_from_str_with_options(text, options()) {
        let (event, span) = event.map_err(|error| builder.scan_error(&error))?;
        builder.take(event, position_of(&span))?;
    }
    builder.root.ok_or_else(|| DocumentError::Empty {
        document: document.into(),
    })
}

fn options() -> Options {
    granit_parser::options! {
        emit_comments: false,
        flow_nesting_limit: NESTING_LEVELS_MAX,
        block_nesting_limit: NESTING_LEVELS_MAX,
    }
}

/// Builds the tree from the events.
struct Builder<'text> {
    document: &'text str,
    root: Option<Node>,
    documents: usize,
    open: Vec<Open>,
    anchored: BTreeMap<usize, Node>,
    nodes: usize,
    alias_nodes: usize,
}

/// An array or object whose end has not come yet.
struct Open {
    position: Position,
    anchor: usize,
    content: Content,
}

enum Content {
    Array(Vec<Node>),
    Object {
        entries: Vec<Entry>,
        merged: Vec<Node>,
        key: Option<Key>,
    },
}

struct Key {
    text: Box<str>,
    position: Position,
    merge: bool,
}

impl<'text> Builder<'text> {
    fn new(document: &'text str) -> Builder<'text> {
        Builder {
            document,
            root: None,
            documents: 0,
            open: Vec::new(),
            anchored: BTreeMap::new(),
            nodes: 0,
            alias_nodes: 0,
        }
    }

    fn take(&mut self, event: Event<'_>, position: Position) -> Result<(), DocumentError> {
        match event {
            Event::DocumentStart(..) => self.start_document(position),
            Event::Scalar(text, style, anchor, tag) => {
                self.count(position)?;
                if self.awaits_key() {
                    self.scalar_key(text, style, (anchor, position))
                } else {
                    let value = resolve(text, style, tag.as_deref());
                    self.complete(Node { position, value }, anchor)
                }
            }
            Event::SequenceStart(_, anchor, _) => {
                self.start(position, anchor, Content::Array(Vec::new()))
            }
            Event::MappingStart(_, anchor, _) => {
                let content = Content::Object {
                    entries: Vec::new(),
                    merged: Vec::new(),
                    key: None,
                };
                self.start(position, anchor, content)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(id) => self.alias(id, position),
            _ => Ok(()),
        }
    }

    fn start_document(&mut self, position: Position) -> Result<(), DocumentError> {
        self.documents += 1;
        if self.documents > 1 {
            return Err(DocumentError::SecondDocument {
                document: self.name(),
                position,
            });
        }
        Ok(())
    }

    fn start(
        &mut self,
        position: Position,
        anchor: usize,
        content: Content,
    ) -> Result<(), DocumentError> {
        self.count(position)?;
        if self.awaits_key() {
            let kind = match content {
                Content::Array(_) => "array",
                Content::Object { .. } => "object",
            };
            return Err(DocumentError::KeyNotScalar {
                document: self.name(),
                position,
                kind,
            });
        }
        if self.open.len() >= NESTING_LEVELS_MAX {
            return Err(DocumentError::TooDeep {
                document: self.name(),
                position,
            });
        }
        self.open.push(Open {
            position,
            anchor,
            content,
        });
        Ok(())
    }

    fn end(&mut self) -> Result<(), DocumentError> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let value = match open.content {
            Content::Array(items) => Value::Array(items),
            Content::Object {
                entries, merged, ..
            } => Value::Object(self.object(entries, merged)?),
        };
        self.complete(
            Node {
                position: open.position,
                value,
            },
            open.anchor,
        )
    }

    fn object(&self, entries: Vec<Entry>, merged: Vec<Node>) -> Result<Object, DocumentError> {
        let object = self.unique(entries)?;
        if merged.is_empty() {
            return Ok(object);
        }
        let mut entries = object.into_entries();
        let mut keys: BTreeSet<Box<str>> = entries.iter().map(|entry| entry.key.clone()).collect();
        for node in merged {
            for entry in self.merge_sources(node)? {
                if keys.insert(entry.key.clone()) {
                    entries.push(entry);
                }
            }
        }
        self.unique(entries)
    }

    fn unique(&self, entries: Vec<Entry>) -> Result<Object, DocumentError> {
        Object::of(entries).map_err(|found| DocumentError::DuplicateKey {
            document: self.name(),
            position: found.position,
            key: found.key.into(),
            first: found.first,
        })
    }

    /// The entries that a merge key brings, those that win first.
    fn merge_sources(&self, node: Node) -> Result<Vec<Entry>, DocumentError> {
        match node.value {
            Value::Object(object) => Ok(object.into_entries()),
            Value::Array(items) if items.iter().all(Node::is_object) => {
                let objects = items.into_iter().filter_map(|item| match item.value {
                    Value::Object(object) => Some(object.into_entries()),
                    _ => None,
                });
                Ok(objects.flatten().collect())
            }
            _ => Err(DocumentError::MergeNotObject {
                document: self.name(),
                position: node.position,
                kind: node.kind_name(),
            }),
        }
    }

    fn alias(&mut self, id: usize, position: Position) -> Result<(), DocumentError> {
        let Some(node) = self.anchored.get(&id) else {
            return Err(DocumentError::AliasWithinItself {
                document: self.name(),
                position,
            });
        };
        let copied = node.count();
        let node = node.clone();
        self.count_copies(copied, position)?;
        if !self.awaits_key() {
            return self.complete(node, 0);
        }
        let text = match node.value {
            Value::String(text) => text,
            Value::Number(number) => number.spelling().to_owned(),
            Value::Bool(truth) => truth.to_string(),
            Value::Null => "null".to_owned(),
            Value::Array(_) | Value::Object(_) => {
                let kind = node.kind_name();
                return Err(DocumentError::KeyNotScalar {
                    document: self.name(),
                    position,
                    kind,
                });
            }
        };
        self.set_key(Key {
            text: text.into(),
            position,
            merge: false,
        });
        Ok(())
    }

    fn scalar_key(
        &mut self,
        text: Cow<'_, str>,
        style: ScalarStyle,
        (anchor, position): (usize, Position),
    ) -> Result<(), DocumentError> {
        if anchor != 0 {
            self.count_copies(1, position)?;
            let value = Value::String(text.clone().into_owned());
            self.anchored.insert(anchor, Node { position, value });
        }
        let merge = style == ScalarStyle::Plain && text == "<<";
        self.set_key(Key {
            text: text.into(),
            position,
            merge,
        });
        Ok(())
    }

    fn awaits_key(&self) -> bool {
        let content = self.open.last().map(|open| &open.content);
        matches!(content, Some(Content::Object { key: None, .. }))
    }

    fn set_key(&mut self, new: Key) {
        let content = self.open.last_mut().map(|open| &mut open.content);
        if let Some(Content::Object { key, .. }) = content {
            *key = Some(new);
        }
    }

    /// Puts a node that is whole where it belongs.
    fn complete(&mut self, node: Node, anchor: usize) -> Result<(), DocumentError> {
        if anchor != 0 {
            self.count_copies(node.count(), node.position)?;
            self.anchored.insert(anchor, node.clone());
        }
        match self.open.last_mut().map(|open| &mut open.content) {
            None => self.root = Some(node),
            Some(Content::Array(items)) => items.push(node),
            Some(Content::Object {
                entries,
                merged,
                key,
            }) => match key.take() {
                Some(Key { merge: true, .. }) => merged.push(node),
                Some(Key { text, position, .. }) => {
                    entries.push(Entry {
                        key: text,
                        position,
                        node,
                    });
                }
                None => {}
            },
        }
        Ok(())
    }

    fn count(&mut self, position: Position) -> Result<(), DocumentError> {
        self.nodes += 1;
        if self.nodes > NODES_MAX {
            return Err(DocumentError::TooManyNodes {
                document: self.name(),
                position,
            });
        }
        Ok(())
    }

    fn count_copies(&mut self, copied: usize, position: Position) -> Result<(), DocumentError> {
        self.alias_nodes += copied;
        if self.alias_nodes > ALIAS_NODES_MAX {
            return Err(DocumentError::TooManyAliasNodes {
                document: self.name(),
                position,
            });
        }
        Ok(())
    }

    fn scan_error(&self, error: &ScanError) -> DocumentError {
        let marker = error.marker();
        let position = position_at(marker.line(), marker.col());
        if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
            return DocumentError::TooDeep {
                document: self.name(),
                position,
            };
        }
        let detail = error.info();
        DocumentError::Syntax {
            document: self.name(),
            position,
            format: "YAML",
            detail,
        }
    }

    fn name(&self) -> String {
        self.document.to_owned()
    }
}

/// The value of a scalar: by its tag, else by its quotes, else by its spelling.
fn resolve(text: Cow<'_, str>, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    let as_text = match tag {
        Some(tag) => match tag.core_suffix() {
            Some("int" | "float" | "bool" | "null") => false,
            Some(_) => true,
            // The tag `!` alone says that the scalar is text.
            None if tag.original() == "!" => true,
            None => !tag.is_custom() || style != ScalarStyle::Plain,
        },
        None => style != ScalarStyle::Plain,
    };
    if as_text {
        Value::String(text.into_owned())
    } else {
        scalar::resolve(text)
    }
}

fn position_of(span: &Span) -> Position {
    position_at(span.start.line(), span.start.col())
}

fn position_at(line: usize, column: usize) -> Position {
    Position {
        line: count_u32(line),
        column: count_u32(column + 1),
    }
}
