//! Document -> Api: what the contract promises.
//!
//! The versions 2.0 to 3.2 are lowered to one model. What is wrong in one place of a document
//! becomes a finding, and the rest survives. Everything knows its JSON pointer, so that a
//! failure can show the line of the contract it breaks.

mod lower;
mod operation;
mod parameter;
mod response;
mod schema;
mod security;
mod server;

use std::collections::BTreeMap;

use thiserror::Error;

use crate::document::{Dialect, Document, DocumentError, Pointer, Position};

pub use operation::{MediaType, Operation, Piece, RequestBody, Segment};
pub use parameter::{Parameter, ParameterLocation, ParameterStyle};
pub use response::{Response, ResponseHeader, StatusPattern};
pub use schema::{SchemaId, SchemaType, SchemaViolation, Schemas};
pub use security::{SecurityRequirement, SecurityScheme, SecuritySchemeKind};
pub use server::{Server, ServerVariable};

/// What a document promises.
#[derive(Debug)]
pub struct Api {
    /// The title; empty where none is given.
    pub title: String,
    /// The version of the API; empty where none is given.
    pub version: String,
    /// The version of OpenAPI.
    pub dialect: Dialect,
    /// The servers; where the document names none, one with the URL `/`.
    pub servers: Vec<Server>,
    /// The operations in the order of the document.
    pub operations: Vec<Operation>,
    /// The security schemes in the order of the document.
    pub security_schemes: Vec<SecurityScheme>,
    /// What is wrong in the document, in the order of the text.
    pub findings: Vec<Finding>,
    schemas: Schemas,
    operation_numbers: BTreeMap<String, usize>,
}

/// Something that is wrong in the document.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Finding {
    /// Where it stands.
    pub position: Position,
    /// The node that it is about.
    pub pointer: Pointer,
    /// What is wrong, as a fragment of a sentence.
    pub message: String,
}

/// Why a document has no API at all.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum ApiError {
    /// The document itself is wrong, such as in its version.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// A part without which there is nothing has the wrong kind.
    #[error("`{pointer}` must be an object, this is {kind}")]
    NotObject {
        /// The name of the document.
        document: String,
        /// Where the part stands.
        position: Position,
        /// The part.
        pointer: Pointer,
        /// What it is instead.
        kind: &'static str,
    },
}

impl Api {
    /// Lowers a document of any supported version.
    ///
    /// # Errors
    /// The version is unknown, or the root or its `paths` is no object; the error has the place.
    pub fn lower(document: &Document) -> Result<Api, ApiError> {
        let mut api = lower::lower(document)?;
        api.findings.extend_from_slice(api.schemas.findings());
        api.findings.sort();
        api.findings.dedup();
        Ok(api)
    }

    /// The same for whoever asks for no findings: schemas are looked into when the first instance
    /// is validated, and what is wrong in them is not among the findings.
    ///
    /// # Errors
    /// As for [`Api::lower`].
    pub fn lower_lazily(document: &Document) -> Result<Api, ApiError> {
        lower::lower(document)
    }

    /// The operation with this id.
    #[must_use]
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.get(*self.operation_numbers.get(id)?)
    }

    /// The security scheme with this name.
    #[must_use]
    pub fn security_scheme(&self, name: &str) -> Option<&SecurityScheme> {
        self.security_schemes
            .iter()
            .find(|scheme| scheme.name == name)
    }

    /// The schemas that parameters, bodies, responses and headers name.
    #[must_use]
    pub fn schemas(&self) -> &Schemas {
        &self.schemas
    }
}

impl ApiError {
    /// Where the trouble stands, if it stands somewhere.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        match self {
            ApiError::Document(error) => error.position(),
            ApiError::NotObject { position, .. } => Some(*position),
        }
    }
}
