//! The versions of OpenAPI, and how they differ, as tables.

use super::error::DocumentError;
use super::{Document, Node};

/// A version of OpenAPI.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Dialect {
    /// Swagger 2.0.
    Swagger20,
    /// OpenAPI 3.0.
    OpenApi30,
    /// OpenAPI 3.1.
    OpenApi31,
    /// OpenAPI 3.2.
    OpenApi32,
}

/// How a version writes what all versions say.
#[derive(Debug)]
pub struct DialectTable {
    /// The name of the version in reports.
    pub name: &'static str,
    /// The keys of a path item that are operations, in the order of the specification.
    pub methods: &'static [&'static str],
    /// The key of a path item under which other methods stand.
    pub additional_operations_key: Option<&'static str>,
    /// Where the security schemes stand.
    pub security_schemes: &'static [&'static str],
    /// Whether a parameter and a header carry their schema's keywords themselves, and bodies
    /// are parameters (2.0), instead of having `schema`, `content` and `requestBody`.
    pub inline_parameters: bool,
    /// Whether an operation must have responses.
    pub responses_required: bool,
    /// Whether a response must have a description.
    pub response_description_required: bool,
    /// Whether a document must have paths.
    pub paths_required: bool,
    /// How schemas are written.
    pub schema: SchemaForm,
}

/// How a version writes schemas.
#[derive(Debug)]
pub struct SchemaForm {
    /// The key that lets a schema take null too, where `type` cannot say it.
    pub nullable_key: Option<&'static str>,
    /// Whether `exclusiveMinimum` and `exclusiveMaximum` are truth values.
    pub boolean_exclusive_bounds: bool,
    /// Whether the keywords beside `$ref` count.
    pub reference_siblings: bool,
    /// Whether the keywords of JSON Schema 2020-12 that 3.0 does not have count.
    pub full_vocabulary: bool,
    /// Whether `format` demands something; from 3.1 on it is an annotation.
    pub format_asserts: bool,
}

const OLD_METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch"];
const METHODS: &[&str] = &[
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];
const NEW_METHODS: &[&str] = &[
    "get", "put", "post", "delete", "options", "head", "patch", "trace", "query",
];

static SWAGGER_20: DialectTable = DialectTable {
    name: "Swagger 2.0",
    methods: OLD_METHODS,
    additional_operations_key: None,
    security_schemes: &["securityDefinitions"],
    inline_parameters: true,
    responses_required: true,
    response_description_required: true,
    paths_required: true,
    schema: SchemaForm {
        nullable_key: Some("x-nullable"),
        boolean_exclusive_bounds: true,
        reference_siblings: false,
        full_vocabulary: false,
        format_asserts: true,
    },
};

static OPENAPI_30: DialectTable = DialectTable {
    name: "OpenAPI 3.0",
    methods: METHODS,
    additional_operations_key: None,
    security_schemes: &["components", "securitySchemes"],
    inline_parameters: false,
    responses_required: true,
    response_description_required: true,
    paths_required: true,
    schema: SchemaForm {
        nullable_key: Some("nullable"),
        boolean_exclusive_bounds: true,
        reference_siblings: false,
        full_vocabulary: false,
        format_asserts: true,
    },
};

static OPENAPI_31: DialectTable = DialectTable {
    name: "OpenAPI 3.1",
    methods: METHODS,
    additional_operations_key: None,
    security_schemes: &["components", "securitySchemes"],
    inline_parameters: false,
    responses_required: false,
    response_description_required: true,
    paths_required: false,
    schema: FULL_SCHEMA,
};

static OPENAPI_32: DialectTable = DialectTable {
    name: "OpenAPI 3.2",
    methods: NEW_METHODS,
    additional_operations_key: Some("additionalOperations"),
    security_schemes: &["components", "securitySchemes"],
    inline_parameters: false,
    responses_required: false,
    response_description_required: false,
    paths_required: false,
    schema: FULL_SCHEMA,
};

const FULL_SCHEMA: SchemaForm = SchemaForm {
    nullable_key: None,
    boolean_exclusive_bounds: false,
    reference_siblings: true,
    full_vocabulary: true,
    format_asserts: false,
};

impl Dialect {
    /// The version that the document says it has.
    ///
    /// # Errors
    /// The document says none, or one that is not supported; the error has the place.
    pub fn of(document: &Document) -> Result<Dialect, DocumentError> {
        let name = || document.name().to_owned();
        let root = document.root();
        let version = root.get("openapi").or_else(|| root.get("swagger"));
        let Some(version) = version else {
            let position = root.position();
            return Err(DocumentError::NoVersion {
                document: name(),
                position,
            });
        };
        // Unquoted, `3.0` and `2.0` are numbers; their spelling is what was meant.
        let found = spelling(version);
        let minor = |prefix: &str| {
            found
                .strip_prefix(prefix)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let dialect = if minor("2.0") && root.get("openapi").is_none() {
            Some(Dialect::Swagger20)
        } else if minor("3.0") {
            Some(Dialect::OpenApi30)
        } else if minor("3.1") {
            Some(Dialect::OpenApi31)
        } else if minor("3.2") {
            Some(Dialect::OpenApi32)
        } else {
            None
        };
        dialect.ok_or_else(|| DocumentError::UnknownVersion {
            document: name(),
            position: version.position(),
            found: found.to_owned(),
        })
    }

    /// How this version writes things.
    #[must_use]
    pub fn table(self) -> &'static DialectTable {
        match self {
            Dialect::Swagger20 => &SWAGGER_20,
            Dialect::OpenApi30 => &OPENAPI_30,
            Dialect::OpenApi31 => &OPENAPI_31,
            Dialect::OpenApi32 => &OPENAPI_32,
        }
    }
}

fn spelling(node: &Node) -> &str {
    let number = node.as_number().map(super::Number::spelling);
    node.as_str().or(number).unwrap_or_else(|| node.kind_name())
}
