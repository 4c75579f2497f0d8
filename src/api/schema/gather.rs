//! Gathers the schemas that a document uses, each once, and what they refer to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use crate::document::{Document, DocumentError, Node, Pointer, Position, SchemaForm};

use super::super::Finding;
use super::declared::declared_types;
use super::rewrite::rewrite;
use super::weaken::weaken;
use super::{SchemaEntry, SchemaId, Schemas, object, pattern_fault};

/// Gathers schemas.
pub(in super::super) struct SchemaGatherer<'doc> {
    pub(super) document: &'doc Document,
    pub(super) form: &'static SchemaForm,
    pub(super) findings: Vec<Finding>,
    /// How much was left out of schemas.
    pub(super) left_out: usize,
    entries: Vec<Gathered<'doc>>,
    by_pointer: BTreeMap<Pointer, SchemaId>,
    by_reference: BTreeMap<&'doc str, SchemaId>,
    /// Whatever names itself by `$id`; looked for once a reference leads out of the document.
    ids: OnceLock<BTreeMap<&'doc str, (&'doc Node, Pointer)>>,
    /// Those that something else than a schema names.
    requested: BTreeSet<SchemaId>,
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
    pub(in super::super) fn new(document: &'doc Document, form: &'static SchemaForm) -> Self {
        SchemaGatherer {
            document,
            form,
            findings: Vec::new(),
            left_out: 0,
            entries: Vec::new(),
            by_pointer: BTreeMap::new(),
            by_reference: BTreeMap::new(),
            ids: OnceLock::new(),
            requested: BTreeSet::new(),
            pattern_faults: BTreeMap::new(),
        }
    }

    /// The id of a schema that something else than a schema names.
    pub(in super::super) fn request(&mut self, node: &'doc Node, pointer: &Pointer) -> SchemaId {
        let gathered = Gathered {
            node,
            pointer: pointer.clone(),
            inline: false,
        };
        let id = self.gather(gathered);
        self.requested.insert(id);
        id
    }

    /// The id of the schema that a parameter or header of 2.0 is itself.
    pub(in super::super) fn request_inline(
        &mut self,
        node: &'doc Node,
        pointer: &Pointer,
    ) -> SchemaId {
        let gathered = Gathered {
            node,
            pointer: pointer.clone(),
            inline: true,
        };
        let id = self.gather(gathered);
        self.requested.insert(id);
        id
    }

    /// Rewrites everything that was gathered, and what it refers to.
    pub(in super::super) fn finish(mut self) -> (Schemas, Vec<Finding>) {
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
        let reference = |id: &SchemaId| {
            let key = id.key();
            let reference = json!({ "$ref": format!("#/$defs/{key}") });
            (key, reference)
        };
        let properties: Map<String, Value> = self.requested.iter().map(reference).collect();
        let (document, form) = (self.document, self.form);
        let known = |gathered: Gathered<'doc>| SchemaEntry {
            types: declared_types(document, gathered.node, form),
            pointer: gathered.pointer,
        };
        let schemas = Schemas {
            entries: self.entries.into_iter().map(known).collect(),
            root: object([
                (
                    "$schema",
                    "https://json-schema.org/draft/2020-12/schema".into(),
                ),
                ("$defs", Value::Object(definitions)),
                ("properties", Value::Object(properties)),
            ]),
            rewrites_null: form.nullable_key.is_some(),
            validator: OnceLock::new(),
        };
        (schemas, self.findings)
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
        if let Some(id) = self.by_pointer.get(&gathered.pointer) {
            return *id;
        }
        let id = SchemaId(u32::try_from(self.entries.len()).unwrap_or(u32::MAX));
        self.by_pointer.insert(gathered.pointer.clone(), id);
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
