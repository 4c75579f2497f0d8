//! Security: the schemes of a document, and which of them an operation requires.

use crate::document::{Pointer, Position};

use super::parameter::ParameterLocation;

/// One way to meet the security of an operation: all of these schemes together.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SecurityRequirement {
    /// The names of the schemes, each with the scopes it needs; none: no credential is needed.
    pub schemes: Vec<(String, Vec<String>)>,
}

/// A security scheme that the document declares.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SecurityScheme {
    /// The name by which requirements call it.
    pub name: String,
    /// What it is.
    pub kind: SecuritySchemeKind,
    /// The scheme in the document, after `$ref`.
    pub pointer: Pointer,
    /// Where the scheme stands.
    pub position: Position,
}

/// What a security scheme is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SecuritySchemeKind {
    /// A key in a header, the query or a cookie.
    ApiKey {
        /// Where the key goes.
        location: ParameterLocation,
        /// The name of the header, query parameter or cookie.
        parameter: String,
    },
    /// HTTP `Basic`.
    HttpBasic,
    /// HTTP `Bearer`.
    HttpBearer,
    /// Another HTTP scheme, in lower case.
    Http(String),
    /// OAuth 2.
    OAuth2,
    /// OpenID Connect.
    OpenIdConnect,
    /// A certificate of the client's.
    MutualTls,
    /// Something that OpenAPI does not know, by the name the document gives.
    Unknown(String),
}
