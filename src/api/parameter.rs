//! Parameters: what a request carries in its path, query, headers and cookies.

use std::fmt;

use crate::document::{Pointer, Position};

use super::schema::{SchemaId, SchemaType};

/// A parameter of an operation.
#[derive(Clone, PartialEq, Debug)]
pub struct Parameter {
    /// The name, as the document has it.
    pub name: String,
    /// Where it goes.
    pub location: ParameterLocation,
    /// Whether a request must have it; always so in a path.
    pub required: bool,
    /// The schema, if one is given.
    pub schema: Option<SchemaId>,
    /// The types that the schema declares; none where it declares none.
    pub types: Vec<SchemaType>,
    /// How an array or object is written.
    pub style: ParameterStyle,
    /// Whether each item of an array or object becomes a parameter of its own.
    pub explode: bool,
    /// The media type of the value, where the document gives one instead of a style.
    pub media_type: Option<String>,
    /// The parameter in the document, after `$ref`.
    pub pointer: Pointer,
    /// Where the parameter stands, after `$ref`.
    pub position: Position,
}

/// Where a parameter goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ParameterLocation {
    /// In the path, in place of a template expression.
    Path,
    /// In the query.
    Query,
    /// In a header.
    Header,
    /// In the `Cookie` header.
    Cookie,
}

/// How a parameter's array or object is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParameterStyle {
    /// `1,2` (also `collectionFormat: csv` of 2.0).
    Simple,
    /// `.1.2`.
    Label,
    /// `;name=1,2`.
    Matrix,
    /// `name=1,2`, exploded `name=1&name=2`.
    Form,
    /// `1%202`.
    SpaceDelimited,
    /// `1%092` (2.0 only).
    TabDelimited,
    /// `1|2`.
    PipeDelimited,
    /// `name[key]=1`.
    DeepObject,
    /// As `form`, unescaped, in a cookie (3.2).
    Cookie,
}

impl ParameterLocation {
    /// The location that `in` names.
    #[must_use]
    pub fn parse(text: &str) -> Option<ParameterLocation> {
        match text {
            "path" => Some(ParameterLocation::Path),
            "query" => Some(ParameterLocation::Query),
            "header" => Some(ParameterLocation::Header),
            "cookie" => Some(ParameterLocation::Cookie),
            _ => None,
        }
    }

    /// The style where none is given.
    #[must_use]
    pub fn default_style(self) -> ParameterStyle {
        match self {
            ParameterLocation::Path | ParameterLocation::Header => ParameterStyle::Simple,
            ParameterLocation::Query | ParameterLocation::Cookie => ParameterStyle::Form,
        }
    }
}

impl fmt::Display for ParameterLocation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            ParameterLocation::Path => "path",
            ParameterLocation::Query => "query",
            ParameterLocation::Header => "header",
            ParameterLocation::Cookie => "cookie",
        })
    }
}

impl ParameterStyle {
    /// The style that `style` names.
    #[must_use]
    pub fn parse(text: &str) -> Option<ParameterStyle> {
        match text {
            "simple" => Some(ParameterStyle::Simple),
            "label" => Some(ParameterStyle::Label),
            "matrix" => Some(ParameterStyle::Matrix),
            "form" => Some(ParameterStyle::Form),
            "spaceDelimited" => Some(ParameterStyle::SpaceDelimited),
            "pipeDelimited" => Some(ParameterStyle::PipeDelimited),
            "deepObject" => Some(ParameterStyle::DeepObject),
            "cookie" => Some(ParameterStyle::Cookie),
            _ => None,
        }
    }
}
