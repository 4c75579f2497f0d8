//! What can be wrong with a document as text, and with its references.

use thiserror::Error;

use super::limits::{
    ALIAS_NODES_MAX, DOCUMENT_BYTES_MAX, NESTING_LEVELS_MAX, NODES_MAX, REFERENCE_STEPS_MAX,
};
use super::position::Position;
use super::source;

/// Why a document could not be read, or a reference in it not be followed.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields are `document`, `position` and what the text names"
)]
pub enum DocumentError {
    /// The bytes are not in UTF-8, but in an encoding that could be told.
    #[error("the document is encoded as {encoding}, only UTF-8 is read (convert it first)")]
    Encoding {
        document: String,
        encoding: &'static str,
    },
    /// The bytes are not in UTF-8.
    #[error("the document is not UTF-8: an invalid byte")]
    NotUtf8 {
        document: String,
        position: Position,
    },
    /// There are too many bytes.
    #[error("the document has {bytes} bytes, more than {DOCUMENT_BYTES_MAX}")]
    TooLarge { document: String, bytes: usize },
    /// There is nothing in it.
    #[error("the document is empty")]
    Empty { document: String },
    /// The text is not well-formed.
    #[error("malformed {format}: {detail}")]
    Syntax {
        document: String,
        position: Position,
        format: &'static str,
        detail: String,
    },
    /// An object has a key twice.
    #[error("duplicate key `{key}` (first at {first})")]
    DuplicateKey {
        document: String,
        position: Position,
        key: String,
        first: Position,
    },
    /// A key is an array or an object.
    #[error("a key must be a scalar, this is an {kind}")]
    KeyNotScalar {
        document: String,
        position: Position,
        kind: &'static str,
    },
    /// The stream has several documents.
    #[error("a second document begins here, but only one is read (keep one document a file)")]
    SecondDocument {
        document: String,
        position: Position,
    },
    /// Arrays and objects are nested too deeply.
    #[error("arrays and objects are nested more than {NESTING_LEVELS_MAX} levels deep")]
    TooDeep {
        document: String,
        position: Position,
    },
    /// There are too many nodes.
    #[error("the document has more than {NODES_MAX} nodes")]
    TooManyNodes {
        document: String,
        position: Position,
    },
    /// Aliases copy too much.
    #[error("anchors and aliases copy more than {ALIAS_NODES_MAX} nodes")]
    TooManyAliasNodes {
        document: String,
        position: Position,
    },
    /// An alias stands within the node that its anchor names.
    #[error("the alias refers to a node that contains it")]
    AliasWithinItself {
        document: String,
        position: Position,
    },
    /// A merge key has something else than an object or an array of them.
    #[error("the merge key `<<` takes an object or an array of objects, this is a {kind}")]
    MergeNotObject {
        document: String,
        position: Position,
        kind: &'static str,
    },
    /// Neither `openapi` nor `swagger` says what the document is.
    #[error(
        "not an OpenAPI document: neither `openapi` nor `swagger` is given \
         (supported: `swagger: \"2.0\"`, `openapi:` 3.0, 3.1, 3.2)"
    )]
    NoVersion {
        document: String,
        position: Position,
    },
    /// The version is none that is supported.
    #[error(
        "unsupported version `{found}` \
         (supported: `swagger: \"2.0\"`, `openapi:` 3.0, 3.1, 3.2)"
    )]
    UnknownVersion {
        document: String,
        position: Position,
        found: String,
    },
    /// A reference leads nowhere.
    #[error("reference `{reference}` leads nowhere")]
    ReferenceDangling {
        document: String,
        position: Position,
        reference: String,
    },
    /// A reference leads to another document.
    #[error("reference `{reference}` leads to another document, which is not read (bundle it)")]
    ReferenceExternal {
        document: String,
        position: Position,
        reference: String,
    },
    /// A reference names its target by something else than a JSON pointer.
    #[error("reference `{reference}` is not a JSON pointer")]
    ReferenceNotPointer {
        document: String,
        position: Position,
        reference: String,
    },
    /// References lead back to themselves.
    #[error("reference `{reference}` leads back to itself")]
    ReferenceCycle {
        document: String,
        position: Position,
        reference: String,
    },
    /// A chain of references is too long.
    #[error("reference `{reference}` begins a chain of more than {REFERENCE_STEPS_MAX} references")]
    ReferenceChain {
        document: String,
        position: Position,
        reference: String,
    },
}

impl DocumentError {
    /// Where the trouble stands, if it stands somewhere.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        match self {
            Self::Encoding { .. } | Self::TooLarge { .. } | Self::Empty { .. } => None,
            Self::NotUtf8 { position, .. }
            | Self::Syntax { position, .. }
            | Self::DuplicateKey { position, .. }
            | Self::KeyNotScalar { position, .. }
            | Self::SecondDocument { position, .. }
            | Self::TooDeep { position, .. }
            | Self::TooManyNodes { position, .. }
            | Self::TooManyAliasNodes { position, .. }
            | Self::AliasWithinItself { position, .. }
            | Self::MergeNotObject { position, .. }
            | Self::NoVersion { position, .. }
            | Self::UnknownVersion { position, .. }
            | Self::ReferenceDangling { position, .. }
            | Self::ReferenceExternal { position, .. }
            | Self::ReferenceNotPointer { position, .. }
            | Self::ReferenceCycle { position, .. }
            | Self::ReferenceChain { position, .. } => Some(*position),
        }
    }

    /// The name of the document, as it was given.
    #[must_use]
    pub fn document(&self) -> &str {
        match self {
            Self::Encoding { document, .. }
            | Self::NotUtf8 { document, .. }
            | Self::TooLarge { document, .. }
            | Self::Empty { document }
            | Self::Syntax { document, .. }
            | Self::DuplicateKey { document, .. }
            | Self::KeyNotScalar { document, .. }
            | Self::SecondDocument { document, .. }
            | Self::TooDeep { document, .. }
            | Self::TooManyNodes { document, .. }
            | Self::TooManyAliasNodes { document, .. }
            | Self::AliasWithinItself { document, .. }
            | Self::MergeNotObject { document, .. }
            | Self::NoVersion { document, .. }
            | Self::UnknownVersion { document, .. }
            | Self::ReferenceDangling { document, .. }
            | Self::ReferenceExternal { document, .. }
            | Self::ReferenceNotPointer { document, .. }
            | Self::ReferenceCycle { document, .. }
            | Self::ReferenceChain { document, .. } => document,
        }
    }

    /// The error for a terminal: the message, `document:line:column`, and that line of the
    /// source with a caret. `text` is the source of the document.
    #[must_use]
    pub fn report(&self, text: &str) -> String {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let place = self.position();
        let line = place.and_then(|place| source::line_of(text, place.line));
        source::report("error", &self.to_string(), (self.document(), place), line)
    }
}
