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

/// In the order of their names, for the search.
const KEYWORDS: &[Keyword] = &[
    old("additionalProperties", Shape::Schema),
    old("allOf", Shape::SchemaArray),
    old("anyOf", Shape::SchemaArray),
    new("const", Shape::Anything),
    new("contains", Shape::Schema),
    new("dependentRequired", Shape::NamesMap),
    new("dependentSchemas", Shape::SchemaMap),
    new("else", Shape::Schema),
    old("enum", Shape::Values),
    old("exclusiveMaximum", Shape::ExclusiveBound),
    old("exclusiveMinimum", Shape::ExclusiveBound),
    old("format", Shape::Format),
    new("if", Shape::Schema),
    old("items", Shape::Schema),
    new("maxContains", Shape::Count),
    old("maxItems", Shape::Count),
    old("maxLength", Shape::Count),
    old("maxProperties", Shape::Count),
    old("maximum", Shape::Number),
    new("minContains", Shape::Count),
    old("minItems", Shape::Count),
    old("minLength", Shape::Count),
    old("minProperties", Shape::Count),
    old("minimum", Shape::Number),
    old("multipleOf", Shape::PositiveNumber),
    old("not", Shape::Schema),
    old("oneOf", Shape::SchemaArray),
    old("pattern", Shape::Pattern),
    new("patternProperties", Shape::PatternMap),
    new("prefixItems", Shape::SchemaArray),
    old("properties", Shape::SchemaMap),
    new("propertyNames", Shape::Schema),
    old("required", Shape::Names),
    new("then", Shape::Schema),
    old("type", Shape::Types),
    new("unevaluatedItems", Shape::Schema),
    new("unevaluatedProperties", Shape::Schema),
    old("uniqueItems", Shape::Flag),
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
    let found = KEYWORDS
        .binary_search_by(|keyword| keyword.name.cmp(name))
        .ok()?;
    let keyword = KEYWORDS.get(found)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_in_the_order_of_their_names() {
        assert!(KEYWORDS.is_sorted_by(|one, other| one.name < other.name));
        for keyword in KEYWORDS {
            assert_eq!(
                shape_of(keyword.name, true),
                Some(keyword.shape),
                "{}",
                keyword.name
            );
            assert_eq!(shape_of(keyword.name, false).is_some(), keyword.in_all);
        }
        assert_eq!(shape_of("description", true), None);
    }
}
