//! Document -> Api: operations in every dialect, schemas, findings.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests: clippy takes only functions under `#[test]` for such, not what they call"
)]

mod contract;
mod dialects;
mod findings;
mod oracle;
mod schemas;
mod size;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use probity::api::{
    Api, ApiError, Operation, Parameter, ParameterLocation, ParameterStyle, Piece, SchemaType,
    SecuritySchemeKind, StatusPattern,
};
use probity::document::Document;
use serde_json::{Value, json};

/// Longest time that reading and lowering may take, per megabyte, in an unoptimized build on a
/// machine that is busy with other things. A quadratic step would take minutes.
const TIME_PER_MEGABYTE_MAX: Duration = Duration::from_secs(20);

fn package_file(path: &str) -> (String, Vec<u8>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    (name, std::fs::read(path).unwrap())
}

fn load(path: &str) -> Api {
    let (name, bytes) = package_file(path);
    Api::lower(&Document::parse(&name, &bytes).unwrap()).unwrap()
}

fn sinjapp() -> Api {
    load("spec/sinjapp-business.v1.yaml")
}

fn lower(text: &str) -> Api {
    match Document::parse("api.yaml", text.as_bytes()) {
        Ok(document) => Api::lower(&document).unwrap(),
        Err(error) => panic!("{}", error.report(text)),
    }
}

/// An operation in one line: method, path, id, parameters, body, responses, security.
fn line(operation: &Operation) -> String {
    let parameter = |parameter: &Parameter| {
        let types: Vec<_> = parameter.types.iter().map(|one| one.name()).collect();
        let mark = if parameter.required { "*" } else { "" };
        format!(
            " {}:{}{mark}={}",
            parameter.location,
            parameter.name,
            types.join("|")
        )
    };
    let mut line = format!("{} {} {}", operation.method, operation.path, operation.id);
    line.extend(operation.parameters.iter().map(parameter));
    if let Some(body) = &operation.request_body {
        let names: Vec<_> = body
            .media_types
            .iter()
            .map(|one| one.name.as_str())
            .collect();
        line += &format!(
            " body{}={}",
            if body.required { "*" } else { "" },
            names.join(",")
        );
    }
    for response in &operation.responses {
        let names: Vec<_> = response
            .media_types
            .iter()
            .map(|one| one.name.as_str())
            .collect();
        line += &format!(" {}[{}]", response.status, names.join(","));
    }
    for requirement in &operation.security {
        let names: Vec<_> = requirement
            .schemes
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        line += &format!(" ({})", names.join("+"));
    }
    line
}

fn lines(api: &Api) -> Vec<String> {
    api.operations.iter().map(line).collect()
}

fn with_schema(version: &str, schema: &str) -> Api {
    lower(&format!(
        "openapi: {version}\npaths:\n  /p:\n    get:\n      responses:\n        '200':\n          \
         description: d\n          content: {{a/b: {{schema: {schema}}}}}\ncomponents:\n  \
         schemas:\n    Text: {{type: string}}\n    Tree: {{type: object, properties: {{next: \
         {{$ref: '#/components/schemas/Tree'}}}}, additionalProperties: false}}\n    Secret: \
         {{type: string, writeOnly: true}}\n"
    ))
}

const SCHEMA_POINTER: &str = "/paths/~1p/get/responses/200/content/a~1b/schema";

/// The violations as `pointer: message (keyword)`, the keyword relative to the schema.
fn violations(api: &Api, instance: &Value) -> Vec<String> {
    assert_eq!(api.schemas().fault(), None);
    let id = api.operations[0].responses[0].media_types[0]
        .schema
        .unwrap();
    let shown = api.schemas().validate(id, instance).into_iter().map(|one| {
        let keyword = one.keyword_pointer.unwrap();
        let keyword = keyword
            .as_str()
            .strip_prefix(SCHEMA_POINTER)
            .unwrap_or(keyword.as_str());
        format!("{}: {} ({keyword})", one.instance_pointer, one.message)
    });
    shown.collect()
}

/// The findings as `line:column message`.
fn findings(api: &Api) -> Vec<String> {
    let shown = api
        .findings
        .iter()
        .map(|one| format!("{} {}", one.position, one.message));
    shown.collect()
}
