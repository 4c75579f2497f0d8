//! The types that a schema declares.

use crate::document::{Document, Node, SchemaForm};

use super::SchemaType;

/// Largest number of schemas that are looked into for the types of one.
///
/// References may be circular, and compositions of compositions grow exponentially; a type that
/// takes longer to find is of no use to anyone.
const SCHEMAS_MAX: usize = 200;

/// The types that a schema declares, itself or by what it is composed of; none if it does not.
pub(in super::super) fn declared_types(
    document: &Document,
    schema: &Node,
    form: &SchemaForm,
) -> Vec<SchemaType> {
    let mut left = SCHEMAS_MAX;
    types_within(document, schema, (form, &mut left))
}

fn types_within(
    document: &Document,
    schema: &Node,
    (form, left): (&SchemaForm, &mut usize),
) -> Vec<SchemaType> {
    let Ok((schema, _)) = document.resolve(schema) else {
        return Vec::new();
    };
    let Some(fewer) = left.checked_sub(1) else {
        return Vec::new();
    };
    *left = fewer;
    let mut within = |schema: &Node| types_within(document, schema, (form, &mut *left));
    let mut types = own_types(schema);
    for member in schema.get("allOf").map(Node::items).unwrap_or_default() {
        let others = within(member);
        if types.is_empty() {
            types = others;
        } else if !others.is_empty() {
            types.retain(|one| others.iter().any(|other| narrows(*one, *other)));
        }
    }
    for key in ["oneOf", "anyOf"] {
        let alternatives: Vec<_> = schema
            .get(key)
            .map(Node::items)
            .unwrap_or_default()
            .iter()
            .map(&mut within)
            .collect();
        if types.is_empty() && !alternatives.iter().any(Vec::is_empty) {
            for one in alternatives.into_iter().flatten() {
                push_new(&mut types, one);
            }
        }
    }
    let nullable = form
        .nullable_key
        .and_then(|key| schema.get(key))
        .and_then(Node::as_bool);
    if nullable == Some(true) && !types.is_empty() {
        push_new(&mut types, SchemaType::Null);
    }
    types
}

fn own_types(schema: &Node) -> Vec<SchemaType> {
    let mut types = Vec::new();
    let Some(declared) = schema.get("type") else {
        return types;
    };
    let single = std::iter::once(declared);
    for name in single.chain(declared.items()).filter_map(Node::as_str) {
        if let Some(one) = SchemaType::parse(name) {
            push_new(&mut types, one);
        }
    }
    types
}

/// Whether every value of one type is of the other.
fn narrows(one: SchemaType, other: SchemaType) -> bool {
    one == other || (one, other) == (SchemaType::Integer, SchemaType::Number)
}

fn push_new(types: &mut Vec<SchemaType>, one: SchemaType) {
    if !types.contains(&one) {
        types.push(one);
    }
}
