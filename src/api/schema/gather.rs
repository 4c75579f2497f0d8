//! Gathers the schemas that a document uses, each once, and what they refer to; rewrites them all.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use crate::document::{Document, DocumentError, Node, Pointer, Position, SchemaForm};

use super::super::Finding;
use super::rewrite::rewrite;
use super::weaken::weaken;
use super::{Known, SchemaId, object, pattern_fault};

/// What the schemas of a document are rewritten to.
pub(super) struct Rewritten {
    /// The schemas that only others refer to, in the order of their numbers.
    pub(super) referred: Vec<Known>,
    /// `{"$defs": {"0": …}, "properties": {"0": {"$ref": "#/$defs/0"}}}`.
    pub(super) root: Value,
    /// What is wrong in them.
    pub(super) findings: Vec<Finding>,
}

/// Rewrites everything that was requested, and what it refers to.
pub(super) fn rewrite_all(
    document: &Document,
    form: &'static SchemaForm,
    requested: &[Known],
) -> Rewritten {
    let mut gatherer = SchemaGatherer {
        document,
        form,
        findings: Vec::new(),
        left_out: 0,
        entries: Vec::new(),
        by_node: BTreeMap::new(),
        by_reference: BTreeMap::new(),
        ids: OnceLock::new(),
        pattern_faults: BTreeMap::new(),
    };
    for known in requested {
        // It was there when it was requested.
        let node = document.at(&known.pointer).unwrap_or(document.root());
        gatherer.enter(Gathered {
            node,
            pointer: known.pointer.clone(),
            inline: known.inline,
        });
    }
    gatherer.finish(requested.len())
}

/// Gathers schemas.
pub(super) struct SchemaGatherer<'doc> {
    pub(super) document: &'doc Document,
    pub(super) form: &'static SchemaForm,
    pub(super) findings: Vec<Finding>,
    /// How much was left out of schemas.
    pub(super) left_out: usize,
    entries: Vec<Gathered<'doc>>,
    by_node: BTreeMap<*const Node, SchemaId>,
    by_reference: BTreeMap<&'doc str, SchemaId>,
    /// Whatever names itself by `$id`; looked for once a reference leads out of the document.
    ids: OnceLock<BTreeMap<&'doc str, (&'doc Node, Pointer)>>,
    pattern_faults: BTreeMap<&'doc str, Option<String>>,
}

/// A schema of the document.
#[derive(Clone)]
pub(super) struct Gathered<'doc> {
    pub(super) node: &'doc Node,
    pub(super) pointer: Pointer,
    /// Whether this is a parameter or header of 2.0, which carries its schema's keywords itself.
    pub(super) inline: bool,
}

impl<'doc> SchemaGatherer<'doc> {
    /// Rewrites what was entered, of which the first ones were requested.
    fn finish(mut self, requested: usize) -> Rewritten {
        let mut definitions = Map::new();
        let mut number = 0;
        // Rewriting finds references, which gather more entries.
        while let Some(gathered) = self.entries.get(number).cloned() {
            definitions.insert(number.to_string(), rewrite(&mut self, gathered));
            number += 1;
        }
        if self.left_out > 0 {
            weaken(&mut definitions);
        }
        let reference = |number: usize| {
            let key = number.to_string();
            let reference = json!({ "$ref": format!("#/$defs/{key}") });
            (key, reference)
        };
        let properties: Map<String, Value> = (0..requested).map(reference).collect();
        let referred = self.entries.into_iter().skip(requested);
        Rewritten {
            referred: referred
                .map(|gathered| Known::new(gathered.pointer, false))
                .collect(),
            root: object([
                (
                    "$schema",
                    "https://json-schema.org/draft/2020-12/schema".into(),
                ),
                ("$defs", Value::Object(definitions)),
                ("properties", Value::Object(properties)),
            ]),
            findings: self.findings,
        }
    }

    /// The id of the schema that a reference in a schema leads to.
    ///
    /// # Errors
    /// The reference cannot be followed, or there is no schema where it leads.
    pub(super) fn refer(
        &mut self,
        reference: &'doc str,
        position: Position,
    ) -> Result<SchemaId, DocumentError> {
        if let Some(id) = self.by_reference.get(reference) {
            return Ok(*id);
        }
        let (node, pointer) = match self.document.target(reference, position) {
            Err(error @ DocumentError::ReferenceExternal { .. }) => {
                self.identified(reference).ok_or(error)?
            }
            found => found?,
        };
        let id = self.gather(Gathered {
            node,
            pointer,
            inline: false,
        });
        self.by_reference.insert(reference, id);
        Ok(id)
    }

    /// The schema of this document that a reference means by its `$id`, which JSON Schema 2020-12
    /// has: no other document needs to be read for it.
    fn identified(&mut self, reference: &str) -> Option<(&'doc Node, Pointer)> {
        if !self.form.full_vocabulary {
            return None;
        }
        let document = self.document;
        let ids = self.ids.get_or_init(|| {
            let mut ids = BTreeMap::new();
            gather_ids(document.root(), &Pointer::root(), &mut ids);
            ids
        });
        let (resource, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let (mut node, mut pointer) = ids.get(resource).cloned()?;
        for token in Pointer::parse(fragment)?.tokens() {
            let items = || node.items().get(token.parse::<usize>().ok()?);
            node = node.get(&token).or_else(items)?;
            pointer = pointer.push(&token);
        }
        Some((node, pointer))
    }

    /// Why a pattern is none; each is compiled once.
    pub(super) fn pattern_fault(&mut self, pattern: &'doc str) -> Option<String> {
        self.pattern_faults
            .entry(pattern)
            .or_insert_with(|| pattern_fault(pattern))
            .clone()
    }

    fn gather(&mut self, gathered: Gathered<'doc>) -> SchemaId {
        let known = self.by_node.get(&std::ptr::from_ref(gathered.node));
        known.copied().unwrap_or_else(|| self.enter(gathered))
    }

    fn enter(&mut self, gathered: Gathered<'doc>) -> SchemaId {
        let id = SchemaId::numbered(self.entries.len());
        self.by_node.insert(std::ptr::from_ref(gathered.node), id);
        self.entries.push(gathered);
        id
    }
}

/// Every node that has an `$id`, the first of each name. Documents are nested no deeper than they
/// may be read.
fn gather_ids<'doc>(
    node: &'doc Node,
    pointer: &Pointer,
    ids: &mut BTreeMap<&'doc str, (&'doc Node, Pointer)>,
) {
    if let Some(id) = node.get("$id").and_then(Node::as_str) {
        let id = id.strip_suffix('#').unwrap_or(id);
        ids.entry(id).or_insert_with(|| (node, pointer.clone()));
    }
    for (key, _, child) in node.entries() {
        gather_ids(child, &pointer.push(key), ids);
    }
    for (index, child) in node.items().iter().enumerate() {
        gather_ids(child, &pointer.push(index.to_string()), ids);
    }
}
