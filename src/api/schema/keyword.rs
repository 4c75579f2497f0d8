//! The keywords that demand something of an instance, and what each takes.
//!
//! Only these reach the validator: it refuses a whole document for one malformed keyword, and
//! annotations would cost memory for nothing.

/// What a keyword takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// A schema.
    Schema,
    /// An array of schemas, at least one.
    SchemaArray,
    /// An object of schemas.
    SchemaMap,
    /// An object of schemas whose keys are patterns.
    PatternMap,
    /// A type or several.
    Types,
    /// Any value.
    Anything,
    /// An array of any values.
    Values,
    /// A number.
    Number,
    /// A number above zero.
    PositiveNumber,
    /// A number; or, before 2020-12, whether the bound beside it is exclusive.
    ExclusiveBound,
    /// A count.
    Count,
    /// True or false.
    Flag,
    /// An array of names.
    Names,
    /// An object of arrays of names.
    NamesMap,
    /// A regular expression.
    Pattern,
    /// The name of a format.
    Format,
}

/// A keyword: its name, what it takes, and whether 2.0 and 3.0 have it too.
struct Keyword {
    name: &'static str,
    shape: Shape,
    in_all: bool,
}

/// In the order of JSON Schema 2020-12.
const KEYWORDS: &[Keyword] = &[
    old("allOf", Shape::SchemaArray),
    old("anyOf", Shape::SchemaArray),
    old("oneOf", Shape::SchemaArray),
    old("not", Shape::Schema),
    new("if", Shape::Schema),
    new("then", Shape::Schema),
    new("else", Shape::Schema),
    new("dependentSchemas", Shape::SchemaMap),
    new("prefixItems", Shape::SchemaArray),
    old("items", Shape::Schema),
    new("contains", Shape::Schema),
    old("properties", Shape::SchemaMap),
    new("patternProperties", Shape::PatternMap),
    old("additionalProperties", Shape::Schema),
    new("propertyNames", Shape::Schema),
    new("unevaluatedItems", Shape::Schema),
    new("unevaluatedProperties", Shape::Schema),
    old("type", Shape::Types),
    new("const", Shape::Anything),
    old("enum", Shape::Values),
    old("multipleOf", Shape::PositiveNumber),
    old("maximum", Shape::Number),
    old("exclusiveMaximum", Shape::ExclusiveBound),
    old("minimum", Shape::Number),
    old("exclusiveMinimum", Shape::ExclusiveBound),
    old("maxLength", Shape::Count),
    old("minLength", Shape::Count),
    old("pattern", Shape::Pattern),
    old("maxItems", Shape::Count),
    old("minItems", Shape::Count),
    old("uniqueItems", Shape::Flag),
    new("maxContains", Shape::Count),
    new("minContains", Shape::Count),
    old("maxProperties", Shape::Count),
    old("minProperties", Shape::Count),
    old("required", Shape::Names),
    new("dependentRequired", Shape::NamesMap),
    old("format", Shape::Format),
];

/// The formats of strings that are asserted where `format` asserts: those that OpenAPI 3.0
/// defines, and those that every tool reads in the same way. Others (`time`, `duration`,
/// `uri-reference`, …) mean different things in different documents.
const FORMATS: &[&str] = &[
    "byte",
    "date",
    "date-time",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "uri",
    "uuid",
];

const fn old(name: &'static str, shape: Shape) -> Keyword {
    Keyword {
        name,
        shape,
        in_all: true,
    }
}

const fn new(name: &'static str, shape: Shape) -> Keyword {
    Keyword {
        name,
        shape,
        in_all: false,
    }
}

/// What a keyword takes; `None` if it demands nothing.
pub(super) fn shape_of(name: &str, full_vocabulary: bool) -> Option<Shape> {
    let keyword = KEYWORDS.iter().find(|keyword| keyword.name == name)?;
    (keyword.in_all || full_vocabulary).then_some(keyword.shape)
}

/// Whether a format of strings is asserted.
pub(super) fn is_asserted_format(name: &str) -> bool {
    FORMATS.contains(&name)
}

/// The least and the greatest integer of a format of numbers.
pub(super) fn integer_bounds(format: &str) -> Option<(i64, i64)> {
    match format {
        "int32" => Some((i64::from(i32::MIN), i64::from(i32::MAX))),
        "int64" => Some((i64::MIN, i64::MAX)),
        _ => None,
    }
}
