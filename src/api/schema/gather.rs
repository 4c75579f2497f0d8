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
        let (node, pointer) = self.document.target(reference, position)?;
        let id = self.gather(Gathered {
            node,
            pointer,
            inline: false,
        });
        self.by_reference.insert(reference, id);
        Ok(id)
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
