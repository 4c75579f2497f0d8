//! Schemas: rewritten once to JSON Schema 2020-12, validated by one validator.
//!
//! One validator for the whole document, since each build compiles everything that it can reach:
//! its root takes an object whose key is the number of a schema and whose value is the instance.
//! All that is done at the first validation, so that listing never pays for it.

mod declared;
mod gather;
mod keyword;
mod requests;
mod rewrite;
mod violation;
mod weaken;

use std::fmt;
use std::sync::OnceLock;

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

use super::Finding;
use crate::document::{Document, Pointer, SchemaForm};

pub(super) use declared::declared_types;
use gather::{Rewritten, rewrite_all};
pub(super) use requests::SchemaRequests;
pub use violation::SchemaViolation;

/// A schema of a document.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SchemaId(u32);

/// A type of JSON Schema.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum SchemaType {
    /// A number without a fraction.
    Integer,
    /// A number.
    Number,
    /// Text.
    String,
    /// True or false.
    Boolean,
    /// A sequence.
    Array,
    /// A mapping.
    Object,
    /// Nothing.
    Null,
}

/// The schemas of a document.
pub struct Schemas {
    document: Document,
    form: &'static SchemaForm,
    /// Those that something else than a schema names, in the order of their numbers.
    requested: Vec<Known>,
    rewritten: OnceLock<Rewritten>,
    validator: OnceLock<Result<Validator, String>>,
}

/// What is known of a schema without its keywords.
#[derive(Debug)]
struct Known {
    pointer: Pointer,
    /// Whether it is a parameter or header of 2.0, which carries its schema's keywords itself.
    inline: bool,
    types: OnceLock<Vec<SchemaType>>,
}

impl Schemas {
    /// What is wrong with an instance, in the order of the schema; nothing if it is valid.
    ///
    /// The schemas are those of responses: a property that is `writeOnly` is not required.
    #[must_use]
    pub fn validate(&self, id: SchemaId, instance: &Value) -> Vec<SchemaViolation> {
        let validator = match self.validator() {
            Ok(validator) => validator,
            Err(fault) => return vec![SchemaViolation::fault(fault)],
        };
        let key = id.key();
        let wrapped = Value::Object(Map::from_iter([(key, instance.clone())]));
        let errors = validator.iter_errors(&wrapped);
        errors
            .map(|error| SchemaViolation::of(self, &error))
            .collect()
    }

    /// Why the schemas could not be compiled: a fault of ours, since what is wrong in them was
    /// left out. Every validation then reports a violation, so that nothing passes for it.
    #[must_use]
    pub fn fault(&self) -> Option<&str> {
        self.validator().err()
    }

    /// What is wrong in the schemas themselves.
    pub(super) fn findings(&self) -> &[Finding] {
        &self.rewritten_all().findings
    }

    /// The types that a schema declares; none where it declares none.
    #[must_use]
    pub fn declared_type(&self, id: SchemaId) -> &[SchemaType] {
        let Some(known) = self.known(id) else {
            return &[];
        };
        known.types.get_or_init(|| {
            let node = self.document.at(&known.pointer);
            node.map(|node| declared_types(&self.document, node, self.form))
                .unwrap_or_default()
        })
    }

    /// The schema in the document.
    #[must_use]
    pub fn pointer(&self, id: SchemaId) -> Option<&Pointer> {
        self.known(id).map(|known| &known.pointer)
    }

    /// The schema as it is validated: JSON Schema 2020-12, assertions only. Its references have
    /// the form `#/$defs/NUMBER` and are followed with [`Schemas::referenced`].
    #[must_use]
    pub fn rewritten(&self, id: SchemaId) -> Option<&Value> {
        self.rewritten_all().root.get("$defs")?.get(id.key())
    }

    /// The schema that a reference in a rewritten schema leads to.
    #[must_use]
    pub fn referenced(&self, reference: &str) -> Option<SchemaId> {
        let number = reference.strip_prefix("#/$defs/")?.parse().ok()?;
        let id = SchemaId(number);
        self.known(id).map(|_| id)
    }

    /// How many schemas there are, those that others refer to included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.requested.len() + self.rewritten_all().referred.len()
    }

    /// Whether there are no schemas.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.requested.is_empty()
    }

    fn known(&self, id: SchemaId) -> Option<&Known> {
        let number = id.0 as usize;
        match number.checked_sub(self.requested.len()) {
            None => self.requested.get(number),
            Some(beyond) => self.rewritten_all().referred.get(beyond),
        }
    }

    /// Whether a nullable key rewrites schemas, so that pointers must be mapped back.
    fn rewrites_null(&self) -> bool {
        self.form.nullable_key.is_some()
    }

    fn rewritten_all(&self) -> &Rewritten {
        let rewrite = || rewrite_all(&self.document, self.form, &self.requested);
        self.rewritten.get_or_init(rewrite)
    }

    fn validator(&self) -> Result<&Validator, &str> {
        let build = || {
            let options = jsonschema::options()
                .with_draft(Draft::Draft202012)
                .should_validate_formats(true)
                .with_format("byte", is_base64)
                .offline();
            options
                .build(&self.rewritten_all().root)
                .map_err(|error| error.masked().to_string())
        };
        self.validator
            .get_or_init(build)
            .as_ref()
            .map_err(String::as_str)
    }
}

impl Known {
    fn new(pointer: Pointer, inline: bool) -> Self {
        Known {
            pointer,
            inline,
            types: OnceLock::new(),
        }
    }
}

impl SchemaId {
    fn numbered(number: usize) -> Self {
        SchemaId(u32::try_from(number).unwrap_or(u32::MAX))
    }

    /// The key of the schema in the validator's root.
    fn key(self) -> String {
        self.0.to_string()
    }
}

impl SchemaType {
    /// The type with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<SchemaType> {
        match name {
            "integer" => Some(SchemaType::Integer),
            "number" => Some(SchemaType::Number),
            "string" => Some(SchemaType::String),
            "boolean" => Some(SchemaType::Boolean),
            "array" => Some(SchemaType::Array),
            "object" => Some(SchemaType::Object),
            "null" => Some(SchemaType::Null),
            _ => None,
        }
    }

    /// The name, as in a schema.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            SchemaType::Integer => "integer",
            SchemaType::Number => "number",
            SchemaType::String => "string",
            SchemaType::Boolean => "boolean",
            SchemaType::Array => "array",
            SchemaType::Object => "object",
            SchemaType::Null => "null",
        }
    }
}

impl fmt::Display for SchemaType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl fmt::Debug for Schemas {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Schemas")
            .field("requested", &self.requested)
            .finish_non_exhaustive()
    }
}

/// An object of these entries. The macro `json!` would copy their values.
fn object<const COUNT: usize>(entries: [(&str, Value); COUNT]) -> Value {
    Value::Object(
        entries
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    )
}

/// Why a pattern is none that the validator can read; `None` if it is one.
fn pattern_fault(pattern: &str) -> Option<String> {
    let schema = json!({ "pattern": pattern });
    let options = jsonschema::options()
        .with_draft(Draft::Draft202012)
        .offline();
    options
        .build(&schema)
        .err()
        .map(|error| error.masked().to_string())
}

/// Whether text is base64 (RFC 4648, section 4), as `format: byte` demands.
fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    let padding = text.len() - digits.len();
    let alphabet = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    padding <= 2 && text.len().is_multiple_of(4) && digits.bytes().all(alphabet)
}
