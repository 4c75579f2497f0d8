//! The schemas that something else than a schema names, each once, before anybody looks into them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::document::{Document, Node, Pointer, SchemaForm};

use super::{Known, SchemaId, Schemas};

/// Collects what parameters, bodies, responses and headers name.
pub(in super::super) struct SchemaRequests {
    document: Document,
    form: &'static SchemaForm,
    requested: Vec<Known>,
    /// A node has one pointer, and its address is compared faster.
    by_node: BTreeMap<*const Node, SchemaId>,
}

impl SchemaRequests {
    pub(in super::super) fn new(document: &Document, form: &'static SchemaForm) -> Self {
        SchemaRequests {
            document: document.clone(),
            form,
            requested: Vec::new(),
            by_node: BTreeMap::new(),
        }
    }

    /// The id of a schema.
    pub(in super::super) fn request(&mut self, node: &Node, pointer: &Pointer) -> SchemaId {
        self.enter(node, pointer, false)
    }

    /// The id of the schema that a parameter or header of 2.0 is itself.
    pub(in super::super) fn request_inline(&mut self, node: &Node, pointer: &Pointer) -> SchemaId {
        self.enter(node, pointer, true)
    }

    /// The schemas, none of them looked into.
    pub(in super::super) fn finish(self) -> Schemas {
        Schemas {
            document: self.document,
            form: self.form,
            requested: self.requested,
            rewritten: OnceLock::new(),
            validator: OnceLock::new(),
        }
    }

    fn enter(&mut self, node: &Node, pointer: &Pointer, inline: bool) -> SchemaId {
        let address = std::ptr::from_ref(node);
        debug_assert!(
            self.document.at(pointer).map(std::ptr::from_ref) == Some(address),
            "`{pointer}` names another node"
        );
        let next = SchemaId::numbered(self.requested.len());
        let id = *self.by_node.entry(address).or_insert(next);
        if id == next {
            self.requested.push(Known::new(pointer.clone(), inline));
        }
        id
    }
}
