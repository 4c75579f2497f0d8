//! What an instance lacks, told without its values, and the keyword in the document.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde_json::Value;

use crate::document::Pointer;

use super::{SchemaId, Schemas};

/// Longest list of allowed values that a message shows, in characters.
///
/// Enumerations of hundreds of values are common; the schema is shown beside the message.
const OPTIONS_CHARACTERS_MAX: usize = 120;

/// Something that a schema demands and an instance does not have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SchemaViolation {
    /// The JSON pointer of the value within the instance.
    pub instance_pointer: String,
    /// What is demanded; never with a value or an undeclared name of the instance.
    pub message: String,
    /// The keyword that demands it, in the document.
    pub keyword_pointer: Option<Pointer>,
}

impl SchemaViolation {
    pub(super) fn of(schemas: &Schemas, error: &ValidationError<'_>) -> SchemaViolation {
        let path = error.instance_path().as_str();
        // The first token is the number of the schema: the instance was wrapped.
        let unwrapped = path
            .get(1..)
            .and_then(|rest| rest.find('/'))
            .map(|at| at + 1);
        SchemaViolation {
            instance_pointer: unwrapped
                .and_then(|at| path.get(at..))
                .unwrap_or("")
                .to_owned(),
            message: message_of(error),
            keyword_pointer: keyword_pointer(schemas, error.schema_path().as_str()),
        }
    }

    pub(super) fn fault(fault: &str) -> SchemaViolation {
        SchemaViolation {
            instance_pointer: String::new(),
            message: format!("the schemas of the document could not be compiled: {fault}"),
            keyword_pointer: None,
        }
    }
}

fn message_of(error: &ValidationError<'_>) -> String {
    use ValidationErrorKind as Kind;
    match error.kind() {
        Kind::Type { kind } => {
            format!(
                "must be {}, is {}",
                type_names(kind),
                kind_of(error.instance())
            )
        }
        Kind::Required { property } => {
            format!(
                "must have property `{}`",
                property.as_str().unwrap_or_default()
            )
        }
        Kind::Enum { options } => format!("must be one of {}", shortened(&options.to_string())),
        Kind::Constant { expected_value } => {
            format!("must be {}", shortened(&expected_value.to_string()))
        }
        Kind::Format { format } => format!("must have format `{format}`"),
        Kind::Pattern { pattern } => format!("must match pattern `{}`", shortened(pattern)),
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            format!("has {}, no other are allowed", undeclared(unexpected.len()))
        }
        Kind::PropertyNames { .. } => "has a property whose name is not allowed".to_owned(),
        Kind::AnyOf { context } => format!("matches none of {} alternatives", context.len()),
        Kind::OneOfNotValid { context } => {
            format!(
                "matches none of {} alternatives, must match exactly one",
                context.len()
            )
        }
        Kind::OneOfMultipleValid { .. } => {
            "matches several alternatives, must match exactly one".to_owned()
        }
        Kind::Not { .. } => "must not match the schema under `not`".to_owned(),
        Kind::FalseSchema => "is not allowed here".to_owned(),
        Kind::Contains => "has no item, or not as many, as `contains` demands".to_owned(),
        Kind::UniqueItems => "has an item twice".to_owned(),
        Kind::UnevaluatedItems { .. } | Kind::AdditionalItems { .. } => {
            "has more items than are allowed".to_owned()
        }
        kind => bound_message(kind),
    }
}

fn bound_message(kind: &ValidationErrorKind) -> String {
    use ValidationErrorKind as Kind;
    match kind {
        Kind::Minimum { limit } => format!("must be at least {limit}"),
        Kind::Maximum { limit } => format!("must be at most {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("must be greater than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("must be less than {limit}"),
        Kind::MultipleOf { multiple_of } => format!("must be a multiple of {multiple_of}"),
        Kind::MinLength { limit } => format!("must have at least {limit} characters"),
        Kind::MaxLength { limit } => format!("must have at most {limit} characters"),
        Kind::MinItems { limit } => format!("must have at least {limit} items"),
        Kind::MaxItems { limit } => format!("must have at most {limit} items"),
        Kind::MinProperties { limit } => format!("must have at least {limit} properties"),
        Kind::MaxProperties { limit } => format!("must have at most {limit} properties"),
        other => format!("does not satisfy `{}`", other.keyword()),
    }
}

fn type_names(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(one) => one.to_string(),
        TypeKind::Multiple(set) => set
            .iter()
            .map(|one| one.to_string())
            .collect::<Vec<_>>()
            .join(" or "),
    }
}

fn kind_of(instance: &Value) -> &'static str {
    match instance {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn undeclared(count: usize) -> String {
    match count {
        1 => "1 undeclared property".to_owned(),
        count => format!("{count} undeclared properties"),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(OPTIONS_CHARACTERS_MAX) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// What comes next in a path through a rewritten schema.
#[derive(Clone, Copy, PartialEq)]
enum Expected {
    Keyword,
    /// A key or index that leads to a schema.
    Name,
    /// Nothing that is within schemas.
    Rest,
}

/// The place in the document of a keyword of the validator's root, `/$defs/3/properties/id/type`.
fn keyword_pointer(schemas: &Schemas, path: &str) -> Option<Pointer> {
    let path = Pointer::parse(path)?;
    let mut tokens = path.tokens();
    if tokens.next()? != "$defs" {
        return None;
    }
    let number: usize = tokens.next()?.parse().ok()?;
    let mut pointer = schemas.pointer(SchemaId::numbered(number))?.clone();
    let mut expected = Expected::Keyword;
    for token in tokens {
        if expected == Expected::Keyword && schemas.rewrites_null() {
            match token.as_ref() {
                "else" => continue,
                "then" => return Some(pointer.push("format")),
                _ => {}
            }
        }
        expected = match (expected, token.as_ref()) {
            (Expected::Name, _) => Expected::Keyword,
            (Expected::Rest, _) => Expected::Rest,
            (Expected::Keyword, keyword) => after_keyword(keyword),
        };
        pointer = pointer.push(&token);
    }
    Some(pointer)
}

fn after_keyword(keyword: &str) -> Expected {
    use super::keyword::{Shape, shape_of};
    match shape_of(keyword, true) {
        Some(Shape::Schema) => Expected::Keyword,
        Some(Shape::SchemaArray | Shape::SchemaMap | Shape::PatternMap) => Expected::Name,
        _ => Expected::Rest,
    }
}
