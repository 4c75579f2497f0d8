//! Keeps what was left out of schemas from making others stricter.
//!
//! A schema without a malformed keyword accepts more than it was meant to. Under `allOf` that is
//! harmless; under `not`, `oneOf`, `if` and `contains` it would turn valid instances into
//! violations, so these are left out as well, across references.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::keyword::{Shape, shape_of};

/// The key that marks a schema of which something was left out.
pub(super) const LEFT_OUT_KEY: &str = "$comment";

/// The keywords that accept less where the schema under them accepts more.
const CONTRARY: &[&str] = &["not", "oneOf", "if", "contains"];

/// The keywords that accept less where what stands beside them knows of less.
const REMAINDERS: &[&str] = &["unevaluatedItems", "unevaluatedProperties"];

/// Leaves out, in all schemas, what could be stricter than the document.
pub(super) fn weaken(definitions: &mut Map<String, Value>) {
    let incomplete = incomplete_keys(definitions);
    for schema in definitions.values_mut() {
        leave_out(schema, &incomplete);
    }
}

/// The keys of the schemas of which something was left out, and of those that refer to them.
fn incomplete_keys(definitions: &Map<String, Value>) -> BTreeSet<String> {
    let mut referrers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut found = Vec::new();
    for (key, schema) in definitions {
        let mut references = Vec::new();
        if collect_references(schema, &mut references) {
            found.push(key.as_str());
        }
        for target in references {
            referrers.entry(target).or_default().push(key);
        }
    }
    let mut incomplete = BTreeSet::new();
    while let Some(key) = found.pop() {
        if incomplete.insert(key.to_owned()) {
            found.extend(referrers.get(key).into_iter().flatten());
        }
    }
    incomplete
}

/// Collects the keys that a schema refers to; whether something was left out of it itself.
fn collect_references<'a>(schema: &'a Value, references: &mut Vec<&'a str>) -> bool {
    let Value::Object(keywords) = schema else {
        return false;
    };
    references.extend(referred_key(keywords));
    let mut marked = keywords.contains_key(LEFT_OUT_KEY);
    for (name, value) in keywords {
        for subschema in subschemas(name, value) {
            marked |= collect_references(subschema, references);
        }
    }
    marked
}

fn referred_key(keywords: &Map<String, Value>) -> Option<&str> {
    keywords.get("$ref")?.as_str()?.strip_prefix("#/$defs/")
}

fn is_incomplete(schema: &Value, incomplete: &BTreeSet<String>) -> bool {
    let Value::Object(keywords) = schema else {
        return false;
    };
    let refers = referred_key(keywords).is_some_and(|key| incomplete.contains(key));
    let within = |(name, value): (&String, &Value)| {
        subschemas(name, value).any(|schema| is_incomplete(schema, incomplete))
    };
    refers || keywords.contains_key(LEFT_OUT_KEY) || keywords.iter().any(within)
}

fn leave_out(schema: &mut Value, incomplete: &BTreeSet<String>) {
    let unsure = is_incomplete(schema, incomplete);
    let Value::Object(keywords) = schema else {
        return;
    };
    if !unsure {
        return;
    }
    keywords.retain(|name, value| {
        let contrary = CONTRARY.contains(&name.as_str())
            && subschemas(name, value).any(|schema| is_incomplete(schema, incomplete));
        !contrary && !REMAINDERS.contains(&name.as_str())
    });
    for (name, value) in keywords.iter_mut() {
        match (shape_of(name, true), value) {
            (Some(Shape::Schema), value) => leave_out(value, incomplete),
            (Some(Shape::SchemaArray), Value::Array(schemas)) => {
                schemas
                    .iter_mut()
                    .for_each(|schema| leave_out(schema, incomplete));
            }
            (Some(Shape::SchemaMap | Shape::PatternMap), Value::Object(schemas)) => {
                schemas
                    .values_mut()
                    .for_each(|schema| leave_out(schema, incomplete));
            }
            _ => {}
        }
    }
}

/// The schemas directly under a keyword.
fn subschemas<'a>(name: &str, value: &'a Value) -> Box<dyn Iterator<Item = &'a Value> + 'a> {
    match (shape_of(name, true), value) {
        (Some(Shape::Schema), value) => Box::new(std::iter::once(value)),
        (Some(Shape::SchemaArray), Value::Array(schemas)) => Box::new(schemas.iter()),
        (Some(Shape::SchemaMap | Shape::PatternMap), Value::Object(schemas)) => {
            Box::new(schemas.values())
        }
        _ => Box::new(std::iter::empty()),
    }
}
