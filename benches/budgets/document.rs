//! Large documents in the shape of real ones: the built-in contract, and as many more resources
//! as make the size.
//!
//! Each resource has three operations and three schemas that refer to each other, with the
//! descriptions, examples, formats and patterns that generated documents are full of.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use probity::suite::built_in;
use serde_json::{Map, Value, json};

use super::Failure;

/// How a document is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// JSON without a line break, as servers hand it out.
    Line,
    /// JSON with a line a value, as people keep it.
    Pretty,
    /// YAML in blocks.
    Yaml,
}

impl Form {
    /// How files of this form end.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Line | Self::Pretty => "json",
            Self::Yaml => "yaml",
        }
    }
}

/// Writes a document of about so many bytes; gives how many resources it has.
///
/// # Errors
/// Where the file cannot be written.
pub fn write(path: &Path, form: Form, bytes: usize) -> Result<usize, Failure> {
    let each = text(&entry(0, 0), form)?.len();
    let contract: Value = serde_yaml::from_slice(built_in::CONTRACT.1)?;
    let room = bytes.saturating_sub(text(&contract, form)?.len());
    let count = (room / each.max(1)).max(1);
    let mut out = BufWriter::new(File::create(path)?);
    out.write_all(text(&with_resources(contract, count), form)?.as_bytes())?;
    out.flush()?;
    Ok(count)
}

fn text(value: &Value, form: Form) -> Result<String, Failure> {
    Ok(match form {
        Form::Line => serde_json::to_string(value)?,
        Form::Pretty => serde_json::to_string_pretty(value)?,
        Form::Yaml => serde_yaml::to_string(value)?,
    })
}

/// What a resource adds to a document, at the depth at which it stands there.
fn entry(first: usize, count: usize) -> Value {
    let mut contract = json!({"paths": {}, "components": {"schemas": {}}});
    for number in first..=first + count {
        add(&mut contract, number);
    }
    contract
}

fn with_resources(mut contract: Value, count: usize) -> Value {
    for number in 0..count {
        add(&mut contract, number);
    }
    contract
}

fn add(document: &mut Value, number: usize) {
    if let Some(paths) = document
        .pointer_mut("/paths")
        .and_then(Value::as_object_mut)
    {
        paths.insert(format!("/resources-{number}"), collection(number));
        paths.insert(format!("/resources-{number}/{{id}}"), item(number));
    }
    let schemas = document.pointer_mut("/components/schemas");
    if let Some(schemas) = schemas.and_then(Value::as_object_mut) {
        add_schemas(schemas, number);
    }
}

fn reference(name: &str, number: usize) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}{number}")})
}

fn answers(number: usize, status: &str) -> Value {
    let content = json!({"application/json": {"schema": reference("Resource", number)}});
    let refusal = json!({"application/json": {"schema": reference("Fault", number)}});
    json!({
        status: {"description": "The resource as it is now.", "content": content},
        "401": {"$ref": "#/components/responses/Unauthorized"},
        "429": {
            "description": "Too many requests within a minute.",
            "headers": {"Retry-After": {
                "description": "How long to wait, in seconds.",
                "schema": {"type": "integer", "minimum": 0}
            }},
            "content": refusal
        }
    })
}

fn collection(number: usize) -> Value {
    json!({
        "get": {
            "operationId": format!("listResources{number}"),
            "tags": ["Resources"],
            "summary": "Lists what there is, a page at a time.",
            "description": "Any active key may ask. What is filtered out is not counted; pages \
                            are in the order of creation, and the last one may be short.",
            "parameters": [
                {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1}},
                {"name": "expand", "in": "query", "style": "form", "explode": false,
                 "description": "What to put in instead of its id.",
                 "schema": {"type": "array", "items": {"type": "string", "maxLength": 80}}}
            ],
            "responses": answers(number, "200")
        },
        "post": {
            "operationId": format!("createResource{number}"),
            "tags": ["Resources"],
            "summary": "Makes one.",
            "requestBody": {"required": true, "content": {"application/json": {
                "schema": {"type": "object", "required": ["name"], "properties": {
                    "name": {"type": "string", "minLength": 1, "maxLength": 200},
                    "parent": reference("Resource", number)
                }},
                "example": {"name": "A name that somebody chose"}
            }}},
            "responses": answers(number, "201")
        }
    })
}

fn item(number: usize) -> Value {
    json!({
        "get": {
            "operationId": format!("getResource{number}"),
            "tags": ["Resources"],
            "summary": "Tells what is known of one.",
            "description": "Any active key may ask.",
            "parameters": [{
                "name": "id", "in": "path", "required": true,
                "description": "Which one.",
                "schema": {"type": "integer", "format": "int64", "minimum": 1}
            }],
            "responses": answers(number, "200")
        }
    })
}

fn add_schemas(schemas: &mut Map<String, Value>, number: usize) {
    let resource = json!({
        "type": "object",
        "description": "A resource with what is known of it and what it refers to.",
        "required": ["id", "name"],
        "properties": {
            "id": {"type": "integer", "format": "int64", "readOnly": true},
            "name": {"type": "string", "maxLength": 200, "example": "A name"},
            "status": {"type": "string", "enum": ["active", "paused", "ended"]},
            "created_at": {"type": "string", "format": "date-time", "nullable": true},
            "label": {"type": "string", "pattern": "^[a-z][a-z0-9-]*$"},
            "owner": {"allOf": [reference("Owner", number)], "nullable": true},
            "parent": reference("Resource", number),
            "amount": {"type": "number", "minimum": 0, "exclusiveMinimum": true},
            "notes": {"type": "array", "maxItems": 50, "items": {"type": "string"}}
        }
    });
    let owner = json!({
        "type": "object",
        "description": "Whoever answers for a resource; \u{fc}ber all, with an e-mail address.",
        "properties": {
            "email": {"type": "string", "format": "email"},
            "resources": {"type": "array", "items": reference("Resource", number)}
        }
    });
    let fault = json!({
        "type": "object",
        "properties": {"message": {"type": "string"}, "code": {"type": "integer"}},
        "additionalProperties": false
    });
    for (name, schema) in [("Resource", resource), ("Owner", owner), ("Fault", fault)] {
        schemas.insert(format!("{name}{number}"), schema);
    }
}
