//! Rewrites a schema of any version to JSON Schema 2020-12, assertions only.
//!
//! The paths stay those of the document but for two additions, which `violation` maps back:
//! what may be null too stands under `else`, the bounds of an integer format under `then`.
//! Neither keyword is known to the versions that need the additions.

use serde_json::{Map, Value, json};

use crate::document::{Node, Pointer};

use super::super::Finding;
use super::gather::{Gathered, SchemaGatherer};
use super::keyword::{Shape, integer_bounds, is_asserted_format, shape_of};
use super::weaken::LEFT_OUT_KEY;
use super::{SchemaType, object};

/// What the mark of a schema says.
const LEFT_OUT: &str = "something that could not be read was left out here";

/// Rewrites one schema; what is malformed in it becomes a finding and is left out.
pub(super) fn rewrite<'doc>(
    gatherer: &mut SchemaGatherer<'doc>,
    gathered: Gathered<'doc>,
) -> Value {
    let Gathered {
        node,
        pointer,
        inline,
    } = gathered;
    let mut rewriter = Rewriter {
        gatherer,
        start: pointer,
        path: Vec::new(),
    };
    match node.value() {
        crate::document::Value::Object(_) => rewriter.object(node, inline),
        _ => rewriter.schema(node),
    }
}

struct Rewriter<'gatherer, 'doc> {
    gatherer: &'gatherer mut SchemaGatherer<'doc>,
    start: Pointer,
    /// The tokens from the start to the node at hand. Only a finding makes a pointer of them.
    path: Vec<Token<'doc>>,
}

#[derive(Clone, Copy)]
enum Token<'doc> {
    Key(&'doc str),
    Index(usize),
}

impl<'doc> Rewriter<'_, 'doc> {
    fn schema(&mut self, node: &'doc Node) -> Value {
        match node.value() {
            crate::document::Value::Object(_) => self.object(node, false),
            crate::document::Value::Bool(truth) => Value::Bool(*truth),
            // `schema:` with nothing under it says nothing.
            crate::document::Value::Null => Value::Bool(true),
            _ => {
                let kind = node.kind_name();
                self.leave_out(node, format!("a schema must be an object, this is {kind}"));
                json!({ LEFT_OUT_KEY: LEFT_OUT })
            }
        }
    }

    fn object(&mut self, node: &'doc Node, inline: bool) -> Value {
        let mut schema = Map::new();
        let left_out = self.gatherer.left_out;
        if let Some(reference) = node.get("$ref") {
            self.reference(reference, &mut schema);
            if !self.gatherer.form.reference_siblings {
                self.mark(left_out, &mut schema);
                return Value::Object(schema);
            }
        }
        for (name, _, value) in node.entries() {
            // In a parameter of 2.0 this says whether the parameter must be there.
            if inline && name == "required" {
                continue;
            }
            let Some(shape) = shape_of(name, self.gatherer.form.full_vocabulary) else {
                continue;
            };
            self.path.push(Token::Key(name));
            let rewritten = self.keyword(value, shape, node);
            self.path.pop();
            if let Some(rewritten) = rewritten {
                schema.insert(name.to_owned(), rewritten);
            }
        }
        if node.get("$dynamicRef").is_some() {
            self.leave_out(node, "`$dynamicRef` is not followed".to_owned());
        }
        drop_remainders(node, &mut schema);
        if self.gatherer.form.boolean_exclusive_bounds {
            drop_replaced_bounds(node, &mut schema);
        }
        self.integer_format(node, &mut schema);
        self.mark(left_out, &mut schema);
        self.nullable(node, schema)
    }

    fn reference(&mut self, reference: &'doc Node, schema: &mut Map<String, Value>) {
        let Some(text) = reference.as_str() else {
            let kind = reference.kind_name();
            return self.leave_out(reference, format!("`$ref` must be text, this is {kind}"));
        };
        match self.gatherer.refer(text, reference.position()) {
            Ok(id) => {
                schema.insert(
                    "$ref".into(),
                    Value::String(format!("#/$defs/{}", id.key())),
                );
            }
            Err(error) => self.leave_out(reference, error.to_string()),
        }
    }

    /// What a keyword becomes; `None` if it is left out.
    fn keyword(&mut self, value: &'doc Node, shape: Shape, parent: &'doc Node) -> Option<Value> {
        match shape {
            Shape::Schema => self.single(value),
            Shape::SchemaArray => self.array(value),
            Shape::SchemaMap => self.map(value, false),
            Shape::PatternMap => self.map(value, true),
            Shape::Types => self.types(value),
            Shape::Anything => Some(value.to_json()),
            Shape::Values => {
                let values = value.is_array().then(|| value.to_json());
                self.expect(value, values, "an array")
            }
            Shape::Number => self.number(value, |_| true, "a number"),
            Shape::PositiveNumber => {
                self.number(value, |number| number > 0.0, "a number above zero")
            }
            Shape::ExclusiveBound => self.exclusive_bound(value, parent),
            Shape::Count => {
                let count = value.as_u64().map(Value::from);
                self.expect(value, count, "a count (an integer not below zero)")
            }
            Shape::Flag => self.expect(value, value.as_bool().map(Value::Bool), "true or false"),
            Shape::Names => self.required(value, parent),
            Shape::NamesMap => self.names_map(value),
            Shape::Pattern => self.pattern(value),
            Shape::Format => self.format(value),
        }
    }

    fn single(&mut self, value: &'doc Node) -> Option<Value> {
        if value.is_array() {
            // Several schemas for `items` are of earlier drafts.
            return self.expect(value, None, "a schema");
        }
        Some(self.schema(value))
    }

    fn array(&mut self, value: &'doc Node) -> Option<Value> {
        if value.items().is_empty() {
            return self.expect(value, None, "an array of at least one schema");
        }
        let mut schemas = Vec::with_capacity(value.items().len());
        for (index, item) in value.items().iter().enumerate() {
            self.path.push(Token::Index(index));
            schemas.push(self.schema(item));
            self.path.pop();
        }
        Some(Value::Array(schemas))
    }

    fn map(&mut self, value: &'doc Node, patterns: bool) -> Option<Value> {
        if value.is_null() {
            return None;
        }
        if !value.is_object() {
            return self.expect(value, None, "an object of schemas");
        }
        let mut schemas = Map::new();
        for (key, _, item) in value.entries() {
            self.path.push(Token::Key(key));
            let fault = if patterns {
                self.gatherer.pattern_fault(key)
            } else {
                None
            };
            match fault {
                Some(_) => self.leave_out(
                    item,
                    format!("pattern `{key}` cannot be compiled, it is not checked"),
                ),
                None => {
                    schemas.insert(key.to_owned(), self.schema(item));
                }
            }
            self.path.pop();
        }
        Some(Value::Object(schemas))
    }

    fn types(&mut self, value: &'doc Node) -> Option<Value> {
        if let Some(name) = value.as_str() {
            // A file of 2.0 is no JSON value.
            if name == "file" && self.gatherer.form.nullable_key == Some("x-nullable") {
                return None;
            }
            let known = SchemaType::parse(name).map(|known| json!(known.name()));
            return self.expect(value, known, "a known type");
        }
        let mut names: Vec<Value> = Vec::new();
        for item in value.items() {
            let Some(known) = item.as_str().and_then(SchemaType::parse) else {
                return self.expect(item, None, "a known type");
            };
            if !names.iter().any(|name| name == known.name()) {
                names.push(json!(known.name()));
            }
        }
        if !self.gatherer.form.full_vocabulary {
            // It is not allowed there, but what it means is clear.
            self.find(
                value,
                "`type` must be one type in this version of OpenAPI".to_owned(),
            );
        }
        let names = (!names.is_empty()).then_some(Value::Array(names));
        self.expect(value, names, "a type, or an array of types")
    }

    fn number(
        &mut self,
        value: &'doc Node,
        fits: fn(f64) -> bool,
        expected: &str,
    ) -> Option<Value> {
        let fitting = value
            .as_f64()
            .filter(|number| number.is_finite() && fits(*number));
        self.expect(value, fitting.map(|_| value.to_json()), expected)
    }

    fn exclusive_bound(&mut self, value: &'doc Node, parent: &'doc Node) -> Option<Value> {
        if !self.gatherer.form.boolean_exclusive_bounds {
            return self.number(value, |_| true, "a number");
        }
        let Some(exclusive) = value.as_bool() else {
            if value.is_number() {
                // Not allowed there, but what it means is clear.
                let name = self.keyword_name();
                let message = "must be true or false in this version of OpenAPI";
                self.find(value, format!("`{name}` {message}"));
                return self.number(value, |_| true, "a number");
            }
            return self.expect(value, None, "true or false");
        };
        let key = match self.path.last() {
            Some(Token::Key("exclusiveMaximum")) => "maximum",
            _ => "minimum",
        };
        let bound = parent
            .get(key)
            .filter(|bound| exclusive && bound.is_number())?;
        bound
            .as_f64()
            .filter(|number| number.is_finite())
            .map(|_| bound.to_json())
    }

    /// The names of `required`, without those of properties that a response need not have.
    fn required(&mut self, value: &'doc Node, parent: &'doc Node) -> Option<Value> {
        let names = self.names(value)?;
        let document = self.gatherer.document;
        let flag = |schema: &Node| schema.get("writeOnly").and_then(Node::as_bool) == Some(true);
        let property_is_write_only = |schema: &Node, name: &str| {
            let property = schema.get("properties").and_then(|list| list.get(name));
            property.is_some_and(|property| {
                flag(property) || document.resolve(property).is_ok_and(|(node, _)| flag(node))
            })
        };
        let is_write_only = |name: &str| {
            let members = parent.get("allOf").map(Node::items).unwrap_or_default();
            property_is_write_only(parent, name)
                || members
                    .iter()
                    .filter_map(|member| document.resolve(member).ok())
                    .any(|(member, _)| property_is_write_only(member, name))
        };
        let (write_only, kept): (Vec<_>, Vec<_>) =
            names.into_iter().partition(|name| is_write_only(name));
        self.gatherer.left_out += write_only.len();
        Some(kept.into_iter().collect())
    }

    fn names(&mut self, value: &'doc Node) -> Option<Vec<&'doc str>> {
        let mut names: Vec<&'doc str> = Vec::new();
        let all_text = value.items().iter().all(Node::is_string);
        if !value.is_array() || !all_text {
            self.expect(value, None, "an array of names");
            return None;
        }
        for name in value.items().iter().filter_map(Node::as_str) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Some(names)
    }

    fn names_map(&mut self, value: &'doc Node) -> Option<Value> {
        if !value.is_object() {
            return self.expect(value, None, "an object of arrays of names");
        }
        let mut map = Map::new();
        for (key, _, item) in value.entries() {
            self.path.push(Token::Key(key));
            if let Some(names) = self.names(item) {
                map.insert(key.to_owned(), names.into_iter().collect());
            }
            self.path.pop();
        }
        Some(Value::Object(map))
    }

    fn pattern(&mut self, value: &'doc Node) -> Option<Value> {
        let Some(pattern) = value.as_str() else {
            return self.expect(value, None, "a regular expression");
        };
        if self.gatherer.pattern_fault(pattern).is_some() {
            self.find(
                value,
                format!("pattern `{pattern}` cannot be compiled, it is not checked"),
            );
            return None;
        }
        Some(json!(pattern))
    }

    fn format(&mut self, value: &'doc Node) -> Option<Value> {
        let Some(format) = value.as_str() else {
            return self.expect(value, None, "the name of a format");
        };
        let asserted = self.gatherer.form.format_asserts && is_asserted_format(format);
        asserted.then(|| json!(format))
    }

    /// The bounds of `int32` and `int64`, where `format` demands them of a number.
    fn integer_format(&self, node: &Node, schema: &mut Map<String, Value>) {
        let format = node.get("format").and_then(Node::as_str);
        let numeric = matches!(
            node.get("type").and_then(Node::as_str),
            Some("integer" | "number")
        );
        let asserted = self.gatherer.form.format_asserts && numeric;
        let Some((least, greatest)) = format.filter(|_| asserted).and_then(integer_bounds) else {
            return;
        };
        schema.insert("if".into(), Value::Bool(true));
        schema.insert(
            "then".into(),
            json!({ "minimum": least, "maximum": greatest }),
        );
    }

    /// Lets null pass where the nullable key says so, whatever else the schema demands.
    ///
    /// To the letter of 3.0.3 the key does nothing without a `type` beside it, nor with an `enum`
    /// that lacks null. But `nullable` beside `allOf` or such an `enum` has but one meaning, and
    /// a server that sends null there does what the document's author wrote.
    fn nullable(&mut self, node: &'doc Node, mut schema: Map<String, Value>) -> Value {
        let key = self.gatherer.form.nullable_key;
        let nullable = key.and_then(|key| node.get(key)).and_then(Node::as_bool);
        if nullable != Some(true) {
            return Value::Object(schema);
        }
        let composed = ["enum", "allOf", "anyOf", "oneOf", "not"];
        let own_type = schema
            .get("type")
            .and_then(Value::as_str)
            .map(str::to_owned);
        match own_type {
            Some(name) if !composed.iter().any(|key| schema.contains_key(*key)) => {
                schema.insert("type".into(), json!([name, "null"]));
                Value::Object(schema)
            }
            _ => object([
                ("if", json!({ "type": "null" })),
                ("else", Value::Object(schema)),
            ]),
        }
    }

    /// The rewritten value; without one, what was expected becomes a finding.
    fn expect(&mut self, node: &Node, rewritten: Option<Value>, expected: &str) -> Option<Value> {
        if rewritten.is_none() {
            let keyword = self.keyword_name();
            let found = match node.as_str() {
                Some(text) => format!("`{}`", text.chars().take(60).collect::<String>()),
                None => node.kind_name().to_owned(),
            };
            self.find(
                node,
                format!("`{keyword}` must be {expected}, this is {found}"),
            );
        }
        rewritten
    }

    /// The keyword at hand, or the key within it.
    fn keyword_name(&self) -> &'doc str {
        let keys = self.path.iter().rev().find_map(|token| match token {
            Token::Key(key) => Some(*key),
            Token::Index(_) => None,
        });
        keys.unwrap_or_default()
    }

    /// Records that something demands nothing, and why.
    fn leave_out(&mut self, node: &Node, message: String) {
        self.gatherer.left_out += 1;
        self.find(node, message);
    }

    /// Marks a schema of which something was left out since the count was taken.
    fn mark(&self, left_out_before: usize, schema: &mut Map<String, Value>) {
        if self.gatherer.left_out == left_out_before {
            return;
        }
        schema.insert(LEFT_OUT_KEY.into(), Value::String(LEFT_OUT.into()));
    }

    fn find(&mut self, node: &Node, message: String) {
        let pointer = self
            .path
            .iter()
            .fold(self.start.clone(), |at, token| match token {
                Token::Key(key) => at.push(key),
                Token::Index(index) => at.push(index.to_string()),
            });
        let position = node.position();
        self.gatherer.findings.push(Finding {
            position,
            pointer,
            message,
        });
    }
}

/// An exclusive bound took the place of the bound beside it.
fn drop_replaced_bounds(node: &Node, schema: &mut Map<String, Value>) {
    for (exclusive, inclusive) in [
        ("exclusiveMinimum", "minimum"),
        ("exclusiveMaximum", "maximum"),
    ] {
        if node.get(exclusive).and_then(Node::as_bool) == Some(true) {
            schema.remove(inclusive);
        }
    }
}

/// Without what it is the remainder of, a remainder would be all there is.
///
/// So goes `additionalProperties` where `properties` could not be read whole. In 3.0 it goes
/// beside `patternProperties` too: 3.0 does not know that keyword, but an author who wrote it did
/// not mean to forbid the properties that it names.
fn drop_remainders(node: &Node, schema: &mut Map<String, Value>) {
    let lost = |key: &str| {
        let declared = match node.get(key) {
            Some(value) if value.is_object() => value.entries().count(),
            Some(value) => usize::from(!value.is_null()),
            None => 0,
        };
        declared
            > schema
                .get(key)
                .and_then(Value::as_object)
                .map_or(0, Map::len)
    };
    let properties_lost = lost("properties") || lost("patternProperties");
    if properties_lost {
        schema.remove("additionalProperties");
    }
    if node.get("prefixItems").is_some() && !schema.contains_key("prefixItems") {
        schema.remove("items");
    }
}
