//! Lowers a document of any version to the model.
//!
//! What is wrong in one place becomes a finding, and the place is left out; the rest survives.

mod bodies;
mod operations;
mod parameters;
mod responses;
mod security;
mod servers;

use std::collections::{BTreeMap, BTreeSet};

use crate::document::{Dialect, DialectTable, Document, DocumentError, Node, Pointer, Position};

use super::schema::{SchemaId, SchemaRequests};
use super::{Api, ApiError, Finding};

/// Lowers the document; the findings are in the order in which they were met, and those of schemas
/// are not among them.
pub(super) fn lower(document: &Document) -> Result<Api, ApiError> {
    let dialect = Dialect::of(document)?;
    let mut lowering = Lowering {
        document,
        table: dialect.table(),
        findings: Vec::new(),
        schemas: SchemaRequests::new(document, &dialect.table().schema),
        unread_schemes: BTreeSet::new(),
    };
    let root = Spot {
        node: document.root(),
        pointer: Pointer::root(),
    };
    let info = |key: &str| {
        let value = root.get("info").and_then(|info| info.get(key));
        value
            .map(|value| scalar_text(value.node))
            .unwrap_or_default()
    };
    let security_schemes = lowering.security_schemes(&root);
    let operations = lowering.operations(&root, &security_schemes)?;
    let servers = lowering.servers(&root);
    let numbered = operations.iter().zip(0..).map(|(operation, number)| {
        let id: &String = &operation.id;
        (id.clone(), number)
    });
    Ok(Api {
        title: info("title"),
        version: info("version"),
        dialect,
        servers,
        operation_numbers: numbered.collect::<BTreeMap<_, _>>(),
        operations,
        security_schemes,
        findings: lowering.findings,
        schemas: lowering.schemas.finish(),
    })
}

/// The state of lowering one document.
struct Lowering<'doc> {
    document: &'doc Document,
    table: &'static DialectTable,
    findings: Vec<Finding>,
    schemas: SchemaRequests,
    /// The names of security schemes that are in another document, which is not read.
    unread_schemes: BTreeSet<&'doc str>,
}

/// A node and its pointer.
#[derive(Clone)]
struct Spot<'doc> {
    node: &'doc Node,
    pointer: Pointer,
}

impl<'doc> Spot<'doc> {
    fn get(&self, key: &str) -> Option<Spot<'doc>> {
        let node = self.node.get(key)?;
        Some(Spot {
            node,
            pointer: self.pointer.push(key),
        })
    }

    /// The entries: key, where it stands, and what it has.
    fn entries(&self) -> impl Iterator<Item = (&'doc str, Position, Spot<'doc>)> + use<'doc> {
        let pointer = self.pointer.clone();
        self.node.entries().map(move |(key, position, node)| {
            (
                key,
                position,
                Spot {
                    node,
                    pointer: pointer.push(key),
                },
            )
        })
    }

    /// The entries whose keys are no extensions, where the specification knows the keys.
    fn standard_entries(
        &self,
    ) -> impl Iterator<Item = (&'doc str, Position, Spot<'doc>)> + use<'doc> {
        self.entries().filter(|(key, _, _)| !key.starts_with("x-"))
    }

    fn items(&self) -> impl Iterator<Item = Spot<'doc>> + use<'doc> {
        let pointer = self.pointer.clone();
        let items = self.node.items().iter().enumerate();
        items.map(move |(index, node)| Spot {
            node,
            pointer: pointer.push(index.to_string()),
        })
    }

    fn text(&self, key: &str) -> Option<&'doc str> {
        self.node.get(key)?.as_str()
    }

    fn flag(&self, key: &str) -> bool {
        self.node.get(key).and_then(Node::as_bool).unwrap_or(false)
    }
}

impl<'doc> Lowering<'doc> {
    fn find(&mut self, spot: &Spot<'_>, message: impl Into<String>) {
        self.find_at(spot.node.position(), &spot.pointer, message);
    }

    fn find_at(&mut self, position: Position, pointer: &Pointer, message: impl Into<String>) {
        let (pointer, message) = (pointer.clone(), message.into());
        self.findings.push(Finding {
            position,
            pointer,
            message,
        });
    }

    /// The object that a spot has or refers to; what keeps it from that is a finding.
    fn object(&mut self, spot: &Spot<'doc>, what: &str) -> Option<Spot<'doc>> {
        match self.document.resolve(spot.node) {
            Ok((node, pointer)) if node.is_object() => {
                let pointer = pointer.unwrap_or_else(|| spot.pointer.clone());
                Some(Spot { node, pointer })
            }
            Ok((node, _)) => {
                self.find(
                    spot,
                    format!("{what} must be an object, this is {}", a_kind(node)),
                );
                None
            }
            Err(error) => {
                let position = error.position().unwrap_or(spot.node.position());
                self.find_at(position, &spot.pointer, error.to_string());
                None
            }
        }
    }

    /// Whether a spot refers to another document, which is not read.
    fn is_elsewhere(&self, spot: &Spot<'doc>) -> bool {
        let resolved = self.document.resolve(spot.node);
        matches!(resolved, Err(DocumentError::ReferenceExternal { .. }))
    }

    /// The array under a key, if there is one; something else there is a finding.
    fn array(&mut self, parent: &Spot<'doc>, key: &str) -> Option<Spot<'doc>> {
        let spot = parent.get(key).filter(|spot| !spot.node.is_null())?;
        if spot.node.is_array() {
            return Some(spot);
        }
        self.find(
            &spot,
            format!("`{key}` must be an array, this is {}", a_kind(spot.node)),
        );
        None
    }

    /// The object under a key, if there is one, references not followed.
    fn map(&mut self, parent: &Spot<'doc>, key: &str) -> Option<Spot<'doc>> {
        let spot = parent.get(key).filter(|spot| !spot.node.is_null())?;
        if spot.node.is_object() {
            return Some(spot);
        }
        self.find(
            &spot,
            format!("`{key}` must be an object, this is {}", a_kind(spot.node)),
        );
        None
    }

    /// The schema under a key, if there is one.
    fn schema(&mut self, parent: &Spot<'doc>, key: &str) -> Option<SchemaId> {
        let spot = parent.get(key)?;
        Some(self.schemas.request(spot.node, &spot.pointer))
    }
}

/// What kind of value a node is, with its article.
fn a_kind(node: &Node) -> String {
    match node.kind_name() {
        "null" => "null".to_owned(),
        kind @ ("array" | "object") => format!("an {kind}"),
        kind => format!("a {kind}"),
    }
}

/// A scalar in the spelling of the source (`version: 1.0` is a number there).
fn scalar_text(node: &Node) -> String {
    let number = node.as_number().map(|number| number.spelling());
    node.as_str().or(number).unwrap_or_default().to_owned()
}
