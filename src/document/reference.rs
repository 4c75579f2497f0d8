//! Following `$ref` within the document.

use std::borrow::Cow;

use super::error::DocumentError;
use super::limits::REFERENCE_STEPS_MAX;
use super::node::{Node, Value};
use super::pointer::Pointer;
use super::{Document, Position};

/// The key of a reference.
const REFERENCE_KEY: &str = "$ref";

impl Document {
    /// Follows the references that begin at `node`: the node where they end, and its pointer if
    /// any was followed. A node without a reference is its own end.
    ///
    /// # Errors
    /// A reference leads nowhere, to another document, or back to itself.
    pub fn resolve<'a>(
        &'a self,
        node: &'a Node,
    ) -> Result<(&'a Node, Option<Pointer>), DocumentError> {
        self.resolve_within(node, REFERENCE_STEPS_MAX)
    }

    /// The pointer that a reference such as `#/components/schemas/Key` stands for, and the node
    /// there. References on the way are followed; one at the end is not.
    ///
    /// # Errors
    /// The reference leads nowhere, to another document, or is no JSON pointer.
    pub fn target<'a>(
        &'a self,
        reference: &str,
        position: Position,
    ) -> Result<(&'a Node, Pointer), DocumentError> {
        self.target_within(reference, position, REFERENCE_STEPS_MAX)
    }

    fn resolve_within<'a>(
        &'a self,
        start: &'a Node,
        steps_max: usize,
    ) -> Result<(&'a Node, Option<Pointer>), DocumentError> {
        let Some((first, first_position)) = reference_of(start) else {
            return Ok((start, None));
        };
        let (mut reference, mut position) = (first, first_position);
        let mut seen: Vec<Pointer> = Vec::new();
        for step in 1..=steps_max {
            let (node, pointer) = self.target_within(reference, position, steps_max - step)?;
            if std::ptr::eq(node, start) || seen.contains(&pointer) {
                return Err(DocumentError::ReferenceCycle {
                    document: self.name().to_owned(),
                    position: first_position,
                    reference: first.to_owned(),
                });
            }
            let Some((next, next_position)) = reference_of(node) else {
                return Ok((node, Some(pointer)));
            };
            (reference, position) = (next, next_position);
            seen.push(pointer);
        }
        Err(DocumentError::ReferenceChain {
            document: self.name().to_owned(),
            position: first_position,
            reference: first.to_owned(),
        })
    }

    fn target_within<'a>(
        &'a self,
        reference: &str,
        position: Position,
        steps_max: usize,
    ) -> Result<(&'a Node, Pointer), DocumentError> {
        let document = || self.name().to_owned();
        let (resource, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        if !self.is_itself(resource) {
            let reference = reference.to_owned();
            return Err(DocumentError::ReferenceExternal {
                document: document(),
                position,
                reference,
            });
        }
        let Some(pointer) = decode_percent(fragment).and_then(|text| Pointer::parse(&text)) else {
            let reference = reference.to_owned();
            let document = document();
            return Err(DocumentError::ReferenceNotPointer {
                document,
                position,
                reference,
            });
        };
        let (mut node, mut at) = (self.root(), Pointer::root());
        for token in pointer.tokens() {
            if child(node, &token).is_none() {
                let (end, moved) = self.resolve_within(node, steps_max)?;
                (node, at) = (end, moved.unwrap_or(at));
            }
            let Some(next) = child(node, &token) else {
                let reference = reference.to_owned();
                let document = document();
                return Err(DocumentError::ReferenceDangling {
                    document,
                    position,
                    reference,
                });
            };
            (node, at) = (next, at.push(&token));
        }
        Ok((node, at))
    }

    /// Whether the resource of a reference is this very document: empty, or its file name.
    fn is_itself(&self, resource: &str) -> bool {
        let file_name = self.name().rsplit(['/', '\\']).next().unwrap_or_default();
        resource.is_empty() || resource.strip_prefix("./").unwrap_or(resource) == file_name
    }
}

/// The child that a token of a pointer names: an entry of an object, an item of an array.
pub(super) fn child<'a>(node: &'a Node, token: &str) -> Option<&'a Node> {
    match &node.value {
        Value::Object(object) => object.get(token),
        Value::Array(items) => {
            let canonical = token == "0" || !token.starts_with(['0', '+']);
            token
                .parse::<usize>()
                .ok()
                .filter(|_| canonical)
                .and_then(|index| items.get(index))
        }
        _ => None,
    }
}

fn reference_of(node: &Node) -> Option<(&str, Position)> {
    let reference = node.get(REFERENCE_KEY)?;
    Some((reference.as_str()?, reference.position()))
}

/// The fragment with its percent-encoding undone; `None` if that is malformed.
fn decode_percent(fragment: &str) -> Option<Cow<'_, str>> {
    if !fragment.contains('%') {
        return Some(Cow::Borrowed(fragment));
    }
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut parts = fragment.split('%');
    bytes.extend_from_slice(parts.next()?.as_bytes());
    for part in parts {
        let digits = part.get(..2).filter(|digits| !digits.starts_with('+'))?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend_from_slice(part.get(2..)?.as_bytes());
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}
