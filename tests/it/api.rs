//! Document -> Api: operations in every dialect, schemas, findings.

<<<<<<< HEAD
=======
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

>>>>>>> document
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

<<<<<<< HEAD
// ---- the contract

#[test]
fn the_given_contract_is_lowered_whole() {
    let api = sinjapp();
    assert_eq!(
        lines(&api),
        [
            "GET /me getTenantContext 200[application/json] 401[application/json] \
             404[application/json] (ApiKeyAuth)",
            "GET /subscription getTenantSubscription 200[application/json] 401[application/json] \
             404[application/json] (ApiKeyAuth)",
            "POST /api-keys createApiKey body*=application/json 201[application/json] \
             422[application/json] (ApiKeyAuth)",
            "DELETE /api-keys/{apiKey} revokeApiKey path:apiKey*=integer 204[] \
             401[application/json] (ApiKeyAuth)",
            "GET /sender-numbers listSenderNumbers 200[application/json] 401[application/json] \
             (ApiKeyAuth)",
            "GET /messages listMessages 200[] 401[application/json] (ApiKeyAuth)",
            "GET /usage getUsage 200[] 401[application/json] (ApiKeyAuth)",
        ]
    );
    assert_eq!(api.findings, []);
    assert_eq!(
        (api.title.as_str(), api.version.as_str()),
        ("Sinjapp Business API", "1.0.0")
    );
}

#[test]
fn the_given_operation_is_exactly_as_given() {
    let api = sinjapp();
    let operation = api.operation("revokeApiKey").unwrap();
    assert_eq!(
        operation.pointer.as_str(),
        "/paths/~1api-keys~1{apiKey}/delete"
    );
    let pieces: Vec<_> = operation
        .segments
        .iter()
        .map(|one| one.pieces.clone())
        .collect();
    let expected = [
        vec![Piece::Literal("api-keys".into())],
        vec![Piece::Parameter("apiKey".into())],
    ];
    assert_eq!(pieces, expected);
    assert_eq!(
        (operation.tags.as_slice(), operation.deprecated),
        (["API Keys".into()].as_slice(), false)
    );
    let [parameter] = operation.parameters.as_slice() else {
        panic!("one parameter")
    };
    assert_eq!(
        (parameter.style, parameter.explode),
        (ParameterStyle::Simple, false)
    );
    assert_eq!(parameter.types, [SchemaType::Integer]);
    let schema = api.schemas().rewritten(parameter.schema.unwrap());
    assert_eq!(schema, Some(&json!({"type": "integer"})));

    let revoked = operation.response_for(204).unwrap();
    assert_eq!(revoked.description, "API key revoked.");
    let refused = operation.response_for(401).unwrap();
    assert_eq!(
        refused.pointer.as_str(),
        "/components/responses/Unauthorized"
    );
    assert_eq!(
        refused.declared_at.as_str(),
        "/paths/~1api-keys~1{apiKey}/delete/responses/401"
    );
    assert_eq!(
        refused.description,
        "Missing, invalid, expired, or insufficient API credentials."
    );
    let schema = refused.media_types[0].schema.unwrap();
    let message = json!({"type": "object", "properties": {"message": {"type": "string"}}});
    assert_eq!(api.schemas().rewritten(schema), Some(&message));
    assert_eq!(operation.response_for(403), None);
}

#[test]
fn the_given_server_and_scheme_are_as_given() {
    let api = sinjapp();
    let [server] = api.servers.as_slice() else {
        panic!("one server")
    };
    assert_eq!(server.url, "{tenantBaseUrl}/api/v1");
    assert_eq!(server.variables[0].name, "tenantBaseUrl");
    assert_eq!(
        server.default_url(),
        "https://your-tenant.sinjapp.org/api/v1"
    );
    let scheme = api.security_scheme("ApiKeyAuth").unwrap();
    let expected = SecuritySchemeKind::ApiKey {
        location: ParameterLocation::Header,
        parameter: "X-Api-Key".into(),
    };
    assert_eq!(scheme.kind, expected);
    assert_eq!(
        scheme.pointer.as_str(),
        "/components/securitySchemes/ApiKeyAuth"
    );
}

#[test]
fn places_are_those_of_the_text() {
    let (name, bytes) = package_file("spec/sinjapp-business.v1.yaml");
    let document = Document::parse(&name, &bytes).unwrap();
    let api = Api::lower(&document).unwrap();
    let operation = api.operation("revokeApiKey").unwrap();
    let line = |line: u32| document.excerpt(line).unwrap().trim();
    assert_eq!(line(operation.position.line), "delete:");
    assert_eq!(
        line(operation.parameters[0].position.line),
        "- name: apiKey"
    );
    assert_eq!(line(operation.responses[0].position.line), "\"204\":");
    for operation in &api.operations {
        assert!(
            document.at(&operation.pointer).is_some(),
            "{}",
            operation.pointer
        );
        for response in &operation.responses {
            assert!(
                document.at(&response.pointer).is_some(),
                "{}",
                response.pointer
            );
            assert!(
                document.at(&response.declared_at).is_some(),
                "{}",
                response.declared_at
            );
        }
    }
}

// ---- dialects

const DIALECTS: [&str; 4] = ["swagger20", "openapi30", "openapi31", "openapi32"];

fn library(dialect: &str) -> Api {
    load(&format!("tests/data/library.{dialect}.yaml"))
}

#[test]
fn one_api_written_in_four_dialects_is_the_same() {
    for dialect in DIALECTS {
        let api = library(dialect);
        assert_eq!(
            lines(&api),
            [
                "GET /books listBooks query:limit=integer query:sort=array 200[application/json] \
                 default[application/json] (key)",
                "POST /books addBook body*=application/json 201[application/json] \
                 default[application/json] (key)",
                "GET /books/{book} getBook path:book*=integer 200[application/json] \
                 404[application/json]",
                "DELETE /books/{book} delete-books-book header:X-Reason*=string path:book*=string \
                 204[] 404[application/json] (key)",
            ],
            "{dialect}"
        );
        assert_eq!(api.findings, [], "{dialect}");
        assert_eq!(
            api.servers[0].default_url(),
            "https://library.example/v1",
            "{dialect}"
        );
        assert!(
            api.operation("delete-books-book").unwrap().deprecated,
            "{dialect}"
        );
        let list = api.operation("listBooks").unwrap();
        assert_eq!(list.responses[0].headers[0].name, "x-total", "{dialect}");
        let sort = list.parameter(ParameterLocation::Query, "sort").unwrap();
        assert_eq!(
            (sort.style, sort.explode),
            (ParameterStyle::Form, false),
            "{dialect}"
        );
        assert_eq!(
            list.response_for(200).unwrap().status,
            StatusPattern::Code(200)
        );
        assert_eq!(
            list.response_for(500).unwrap().status,
            StatusPattern::Default
        );
    }
}

#[test]
fn one_schema_written_in_four_dialects_judges_the_same() {
    let book = |change: Value| {
        let mut book = json!({"id": 1, "title": "t", "isbn": null, "price": 0.5});
        book.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        book
    };
    for dialect in DIALECTS {
        let api = library(dialect);
        let operation = api.operation("getBook").unwrap();
        let schema = operation.response_for(200).unwrap().media_types[0]
            .schema
            .unwrap();
        let check = |change: Value, expected: &[(&str, &str, &str)]| {
            let violations = api.schemas().validate(schema, &book(change));
            let found: Vec<_> = violations
                .iter()
                .map(|one| {
                    let keyword = one.keyword_pointer.as_ref().unwrap().as_str();
                    let keyword = keyword.rsplit_once("/Book").unwrap().1;
                    (one.instance_pointer.as_str(), one.message.as_str(), keyword)
                })
                .collect();
            assert_eq!(found, expected, "{dialect}");
        };
        check(json!({}), &[]);
        check(
            json!({"id": 1.0, "isbn": "x", "sequel": book(json!({}))}),
            &[],
        );
        let type_of_isbn = "/properties/isbn/type";
        check(
            json!({"isbn": 7}),
            &[("/isbn", "must be null or string, is number", type_of_isbn)],
        );
        let bound = "/properties/price/exclusiveMinimum";
        check(
            json!({"price": 0}),
            &[("/price", "must be greater than 0", bound)],
        );
        let length = "/properties/title/minLength";
        let deep = [(
            "/sequel/sequel/title",
            "must have at least 1 characters",
            length,
        )];
        check(
            json!({"sequel": book(json!({"sequel": book(json!({"title": ""}))}))}),
            &deep,
        );
        check(
            json!({"sequel": {"id": 1}}),
            &[("/sequel", "must have property `title`", "/required")],
        );
    }
}

#[test]
fn swagger_forms_and_collection_formats_are_lowered() {
    let api = lower(
        "{swagger: '2.0', info: {title: t, version: 1.0}, basePath: /b, paths: {/p: {post: {
           consumes: [application/json, multipart/form-data], produces: [text/csv, image/png],
           parameters: [{name: f, in: formData, type: file, required: true},
                        {name: n, in: query, type: array, collectionFormat: multi, items: {type: string}},
                        {name: p, in: query, type: array, collectionFormat: pipes, items: {type: string}}],
           responses: {200: {description: d, schema: {type: file}}}}},
         /q: {post: {parameters: [{name: g, in: formData, type: string}], responses: {201: {description: d}}}}}}",
    );
    assert_eq!(api.findings, []);
    assert_eq!(
        lines(&api),
        [
            "POST /p post-p query:n=array query:p=array body*=multipart/form-data \
             200[text/csv,image/png]",
            "POST /q post-q body=application/x-www-form-urlencoded 201[]",
        ]
    );
    let [multi, pipes] = api.operations[0].parameters.as_slice() else {
        panic!("two")
    };
    assert_eq!((multi.style, multi.explode), (ParameterStyle::Form, true));
    assert_eq!(
        (pipes.style, pipes.explode),
        (ParameterStyle::PipeDelimited, false)
    );
    assert_eq!(api.operations[0].responses[0].media_types[0].schema, None);
    assert_eq!(api.servers[0].url, "/b");
    assert_eq!(api.version, "1.0");
}

#[test]
fn methods_of_version_3_2_are_operations() {
    let paths = "{/p: {query: {responses: {}}, additionalOperations: {COPY: {operationId: copy}}}}";
    let new = lower(&format!("{{openapi: 3.2.0, paths: {paths}}}"));
    assert_eq!(lines(&new), ["QUERY /p query-p", "COPY /p copy"]);
    let old = lower(&format!("{{openapi: 3.1.0, paths: {paths}}}"));
    assert_eq!(lines(&old), Vec::<String>::new());
}

#[test]
fn security_schemes_are_told_apart() {
    let api = lower(
        "{openapi: 3.1.0, paths: {}, components: {securitySchemes: {
           a: {type: apiKey, in: cookie, name: sid}, b: {type: http, scheme: Basic},
           c: {type: http, scheme: bearer}, d: {type: http, scheme: DPoP}, e: {type: oauth2},
           f: {type: openIdConnect}, g: {type: mutualTLS}, h: {$ref: '#/components/securitySchemes/c'},
           x-i: {type: magic}, j: {type: apiKey, in: path, name: k}}}}",
    );
    let kinds: Vec<_> = api
        .security_schemes
        .iter()
        .map(|scheme| scheme.kind.clone())
        .collect();
    use SecuritySchemeKind as Kind;
    let cookie = Kind::ApiKey {
        location: ParameterLocation::Cookie,
        parameter: "sid".into(),
    };
    assert_eq!(
        kinds,
        [
            cookie,
            Kind::HttpBasic,
            Kind::HttpBearer,
            Kind::Http("dpop".into()),
            Kind::OAuth2,
            Kind::OpenIdConnect,
            Kind::MutualTls,
            Kind::HttpBearer,
            Kind::Unknown("magic".into()),
            Kind::Unknown("apiKey".into()),
        ]
    );
    assert_eq!(api.findings.len(), 2, "{:?}", api.findings);
}

#[test]
fn security_of_the_operation_replaces_that_of_the_document() {
    let api = lower(
        "{openapi: 3.0.0, security: [{a: []}], paths: {
           /1: {get: {responses: {}}}, /2: {get: {security: [], responses: {}}},
           /3: {get: {security: [{}, {a: [], b: [s, t]}], responses: {}}}},
          components: {securitySchemes: {a: {type: http, scheme: basic}, b: {type: oauth2}}}}",
    );
    assert_eq!(
        lines(&api),
        ["GET /1 get-1 (a)", "GET /2 get-2", "GET /3 get-3 () (a+b)"]
    );
    let scopes = &api.operations[2].security[1].schemes[1];
    assert_eq!(
        scopes,
        &("b".to_owned(), vec!["s".to_owned(), "t".to_owned()])
    );
}

// ---- an independent reader

/// What `openapiv3` reads: method, path, id, parameters with their location, statuses.
fn oracle_lines(path: &str) -> Vec<String> {
    let (_, bytes) = package_file(path);
    let read: openapiv3::OpenAPI = serde_yaml::from_slice(&bytes).unwrap();
    let mut lines = Vec::new();
    for (path, item) in &read.paths.paths {
        let item = item.as_item().unwrap();
        for (method, operation) in item.iter() {
            let mut parameters: Vec<String> = Vec::new();
            for parameter in item.parameters.iter().chain(&operation.parameters) {
                let data = parameter.as_item().unwrap().parameter_data_ref();
                parameters.push(format!(
                    "{}{}",
                    data.name,
                    if data.required { "*" } else { "" }
                ));
            }
            parameters.sort();
            parameters.dedup();
            let mut statuses: Vec<String> = operation
                .responses
                .responses
                .keys()
                .map(ToString::to_string)
                .collect();
            statuses.extend(
                operation
                    .responses
                    .default
                    .iter()
                    .map(|_| "default".to_owned()),
            );
            let method = method.to_uppercase();
            lines.push(format!("{method} {path} {parameters:?} {statuses:?}"));
        }
    }
    lines.sort();
    lines
}

fn our_lines(path: &str) -> Vec<String> {
    let api = load(path);
    let line = |operation: &Operation| {
        let name = |one: &Parameter| format!("{}{}", one.name, if one.required { "*" } else { "" });
        let mut parameters: Vec<String> = operation.parameters.iter().map(name).collect();
        parameters.sort();
        let statuses: Vec<String> = operation
            .responses
            .iter()
            .map(|response| response.status.to_string())
            .collect();
        format!(
            "{} {} {parameters:?} {statuses:?}",
            operation.method, operation.path
        )
    };
    let mut lines: Vec<String> = api.operations.iter().map(line).collect();
    lines.sort();
    lines
}

#[test]
fn an_independent_reader_sees_the_same_operations() {
    for path in [
        "spec/sinjapp-business.v1.yaml",
        "tests/data/library.openapi30.yaml",
    ] {
        assert_eq!(our_lines(path), oracle_lines(path), "{path}");
        assert!(!our_lines(path).is_empty());
    }
}

// ---- schemas

=======
>>>>>>> document
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

<<<<<<< HEAD
#[track_caller]
fn check_schema(version: &str, schema: &str, valid: Value, invalid: &[(Value, &str)]) {
    let api = with_schema(version, schema);
    assert_eq!(api.findings, [], "{schema}");
    for instance in valid.as_array().unwrap() {
        assert_eq!(
            violations(&api, instance),
            Vec::<String>::new(),
            "{schema} {instance}"
        );
    }
    for (instance, expected) in invalid {
        assert_eq!(
            violations(&api, instance),
            [*expected],
            "{schema} {instance}"
        );
    }
}

#[test]
fn version_3_0_null_is_what_nullable_says() {
    let check = |schema: &str, valid: Value, invalid: &[(Value, &str)]| {
        check_schema("3.0.3", schema, valid, invalid);
    };
    check(
        "{type: string}",
        json!(["x"]),
        &[(json!(null), ": must be string, is null (/type)")],
    );
    check(
        "{type: string, nullable: true, minLength: 2}",
        json!([null, "xy"]),
        &[
            (json!(1), ": must be null or string, is number (/type)"),
            (json!("x"), ": must have at least 2 characters (/minLength)"),
        ],
    );
    check(
        "{type: string, nullable: true, enum: [a, b]}",
        json!([null, "a"]),
        &[(json!("c"), ": must be one of [\"a\",\"b\"] (/enum)")],
    );
    check(
        "{nullable: true, allOf: [{$ref: '#/components/schemas/Text'}]}",
        json!([null, "a"]),
        &[(
            json!(1),
            ": must be string, is number (/components/schemas/Text/type)",
        )],
    );
    check(
        "{nullable: true, allOf: [{type: object, properties: {else: {type: string}}}]}",
        json!([null, {"else": "a"}]),
        &[(
            json!({"else": 1}),
            "/else: must be string, is number (/allOf/0/properties/else/type)",
        )],
    );
    check("{type: string, nullable: false}", json!(["x"]), &[]);
}

#[test]
fn version_3_0_exclusive_bounds_are_truth_values() {
    let schema = "{type: number, minimum: 1, exclusiveMinimum: true, maximum: 5, \
                  exclusiveMaximum: false}";
    check_schema(
        "3.0.3",
        schema,
        json!([1.1, 5]),
        &[
            (json!(1), ": must be greater than 1 (/exclusiveMinimum)"),
            (json!(6), ": must be at most 5 (/maximum)"),
        ],
    );
}

#[test]
fn version_3_0_keywords_beside_a_reference_are_dropped() {
    let schema = "{$ref: '#/components/schemas/Text', minLength: 5}";
    check_schema("3.0.3", schema, json!(["x"]), &[]);
    let violation = ": must have at least 5 characters (/minLength)";
    check_schema(
        "3.1.0",
        schema,
        json!(["xxxxx"]),
        &[(json!("x"), violation)],
    );
}

#[test]
fn version_3_0_formats_assert_and_later_ones_do_not() {
    let check = |format: &str, kind: &str, valid: Value, invalid: &[(Value, &str)]| {
        let schema = format!("{{type: {kind}, format: {format}}}");
        check_schema("3.0.3", &schema, valid.clone(), invalid);
        let all: Vec<Value> = invalid
            .iter()
            .map(|(instance, _)| instance.clone())
            .collect();
        check_schema("3.1.0", &schema, Value::Array(all), &[]);
    };
    check(
        "int32",
        "integer",
        json!([2_147_483_647, -2_147_483_648_i64, 7.0]),
        &[(
            json!(2_147_483_648_i64),
            ": must be at most 2147483647 (/format)",
        )],
    );
    check(
        "int64",
        "integer",
        json!([i64::MAX, i64::MIN]),
        &[(
            json!(u64::MAX),
            ": must be at most 9223372036854775807 (/format)",
        )],
    );
    check(
        "date-time",
        "string",
        json!(["2024-02-29T10:00:00Z", "2024-02-29T10:00:00.5+02:00"]),
        &[(
            json!("2024-02-30T10:00:00Z"),
            ": must have format `date-time` (/format)",
        )],
    );
    check(
        "byte",
        "string",
        json!(["", "aGk=", "aGkh"]),
        &[(json!("a b"), ": must have format `byte` (/format)")],
    );
    check("time", "string", json!(["10 past"]), &[]);
    check("password", "string", json!(["any"]), &[]);
    check("anything-else", "string", json!(["any"]), &[]);
}

#[test]
fn version_3_0_does_not_know_later_keywords() {
    check_schema(
        "3.0.3",
        "{const: 1, if: true, then: false}",
        json!([2]),
        &[],
    );
    check_schema(
        "3.1.0",
        "{if: {type: integer}, then: {const: 1}, else: {type: [string, 'null']}}",
        json!([1, "x", null]),
        &[
            (json!(2), ": must be 1 (/then/const)"),
            (
                json!(true),
                ": must be null or string, is boolean (/else/type)",
            ),
        ],
    );
}

#[test]
fn version_3_1_is_json_schema() {
    check_schema(
        "3.1.0",
        "{type: array, prefixItems: [{type: integer}], items: {$ref: \
         '#/components/schemas/Text'}, contains: {const: x}}",
        json!([[1, "x"]]),
        &[(
            json!(["1", "x"]),
            "/0: must be integer, is string (/prefixItems/0/type)",
        )],
    );
    check_schema(
        "3.1.0",
        "{type: object, patternProperties: {'^a': {type: integer}}, unevaluatedProperties: false}",
        json!([{"a": 1}]),
        &[
            (
                json!({"b": 1}),
                ": has 1 undeclared property, no other are allowed (/unevaluatedProperties)",
            ),
            (
                json!({"a": "x"}),
                "/a: must be integer, is string (/patternProperties/^a/type)",
            ),
        ],
    );
}

#[test]
fn circular_schemas_end() {
    check_schema(
        "3.0.3",
        "{$ref: '#/components/schemas/Tree'}",
        json!([{}, {"next": {"next": {}}}]),
        &[(
            json!({"next": {"next": {"x": 1}}}),
            "/next/next: has 1 undeclared property, no other are allowed \
             (/components/schemas/Tree/additionalProperties)",
        )],
    );
}

#[test]
fn responses_need_not_have_what_is_write_only() {
    let schema = "{type: object, required: [a, b, c, d], properties: {a: {type: string}, b: \
                  {type: string, writeOnly: true}, c: {$ref: '#/components/schemas/Secret'}}, \
                  allOf: [{properties: {d: {writeOnly: true}}}]}";
    check_schema(
        "3.0.3",
        schema,
        json!([{"a": "x"}, {"a": "x", "b": "y"}]),
        &[
            (json!({"b": "y"}), ": must have property `a` (/required)"),
            (
                json!({"a": "x", "b": 1}),
                "/b: must be string, is number (/properties/b/type)",
            ),
        ],
    );
}

#[test]
fn messages_never_tell_what_an_instance_has() {
    let secret = "s3cr3t-v4lue";
    let api = with_schema(
        "3.1.0",
        "{type: object, additionalProperties: false, propertyNames: {maxLength: 3}, properties: {
           t: {type: integer}, e: {enum: [1]}, c: {const: 1}, p: {pattern: '^x$'},
           f: {type: string, maxLength: 1}, o: {oneOf: [{const: 1}, {const: 2}]},
           a: {anyOf: [{type: integer}]}, n: {not: {type: string}}, u: {type: array, uniqueItems:
           true, items: {type: integer}}, z: false}}",
    );
    let instance = json!({
        secret: secret, "t": secret, "e": secret, "c": secret, "p": secret, "f": secret,
        "o": secret, "a": secret, "n": secret, "u": [secret, secret], "z": secret,
    });
    let violations = violations(&api, &instance);
    assert!(violations.len() >= 12, "{violations:#?}");
    for violation in violations {
        let (pointer, message) = violation.split_once(": ").unwrap();
        assert!(!message.contains(secret), "{pointer} {message}");
    }
}

#[test]
fn declared_types_are_found_through_references_and_compositions() {
    let types = |version: &str, schema: &str| {
        let api = with_schema(version, schema);
        let id = api.operations[0].responses[0].media_types[0]
            .schema
            .unwrap();
        let names = api.schemas().declared_type(id).iter().map(|one| one.name());
        names.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(types("3.0.3", "{type: integer}"), "integer");
    assert_eq!(
        types("3.0.3", "{type: integer, nullable: true}"),
        "integer null"
    );
    assert_eq!(types("3.1.0", "{type: [integer, 'null']}"), "integer null");
    assert_eq!(
        types("3.0.3", "{$ref: '#/components/schemas/Text'}"),
        "string"
    );
    assert_eq!(
        types("3.0.3", "{allOf: [{minLength: 1}, {type: string}]}"),
        "string"
    );
    assert_eq!(
        types("3.0.3", "{oneOf: [{type: string}, {type: integer}]}"),
        "string integer"
    );
    assert_eq!(
        types("3.0.3", "{oneOf: [{type: string}, {minimum: 1}]}"),
        ""
    );
    assert_eq!(
        types("3.0.3", "{allOf: [{$ref: '#/components/schemas/Tree'}]}"),
        "object"
    );
    assert_eq!(types("3.0.3", "{}"), "");
}

// ---- findings

=======
>>>>>>> document
/// The findings as `line:column message`.
fn findings(api: &Api) -> Vec<String> {
    let shown = api
        .findings
        .iter()
        .map(|one| format!("{} {}", one.position, one.message));
    shown.collect()
}
<<<<<<< HEAD

#[track_caller]
fn check_schema_finding(version: &str, schema: &str, message: &str, still: &Value) {
    let api = with_schema(version, schema);
    let found = findings(&api);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].contains(message), "{found:#?}");
    assert_eq!(api.findings[0].position.line, 8, "{found:#?}");
    assert!(
        api.findings[0].pointer.as_str().starts_with(SCHEMA_POINTER),
        "{:?}",
        api.findings
    );
    // What is malformed demands nothing; what is not still does.
    assert_eq!(
        violations(&api, still).len(),
        1,
        "{:?}",
        violations(&api, still)
    );
}

#[test]
fn malformed_keywords_are_findings_and_demand_nothing() {
    let check = |keywords: &str, message: &str| {
        let schema = format!("{{properties: {{k: {{type: string, {keywords}}}}}}}");
        check_schema_finding("3.0.3", &schema, message, &json!({"k": 1}));
    };
    check("pattern: '[a-'", "`[a-`");
    check("pattern: '\\Z'", "`\\Z`");
    check("minLength: -1", "`minLength` must be a count");
    check("maximum: '5'", "`maximum` must be a number, this is `5`");
    check("multipleOf: 0", "`multipleOf` must be a number above zero");
    check("enum: x", "`enum` must be an array");
    check("uniqueItems: 1", "`uniqueItems` must be true or false");
    check("required: true", "`required` must be an array of names");
    check("format: 1", "`format` must be the name of a format");
    check(
        "properties: []",
        "`properties` must be an object of schemas",
    );
    check(
        "allOf: []",
        "`allOf` must be an array of at least one schema",
    );
    check("items: []", "`items` must be a schema");
    check("not: 1", "a schema must be an object");
    check("additionalProperties: maybe", "a schema must be an object");
    check("allOf: [{$ref: '#/nowhere'}]", "`#/nowhere` leads nowhere");
    check(
        "allOf: [{$ref: 'other.yaml#/x'}]",
        "leads to another document",
    );
    check("allOf: [{$ref: 1}]", "`$ref` must be text");
    check(
        "allOf: [{type: text}]",
        "`type` must be a known type, this is `text`",
    );
}

#[test]
fn clear_meanings_of_other_versions_are_kept_and_found() {
    let nested = |inner: &str| format!("{{properties: {{k: {inner}}}}}");
    let check = |version: &str, inner: &str, message: &str, still: Value| {
        check_schema_finding(version, &nested(inner), message, &json!({ "k": still }));
    };
    check(
        "3.0.3",
        "{type: [string, 'null']}",
        "`type` must be one type",
        json!(1),
    );
    check(
        "3.0.3",
        "{exclusiveMinimum: 5}",
        "`exclusiveMinimum` must be true or false",
        json!(5),
    );
    check(
        "3.1.0",
        "{minimum: 5, exclusiveMinimum: true}",
        "must be a number",
        json!(4),
    );
    check(
        "3.1.0",
        "{type: string, patternProperties: {'[': {}}}",
        "`[`",
        json!(1),
    );
}

#[test]
fn what_was_left_out_makes_nothing_stricter() {
    let gone = "{$ref: 'other.yaml#/x'}";
    let tree = "{$ref: '#/components/schemas/Tree'}";
    for schema in [
        format!("{{not: {gone}}}"),
        format!("{{oneOf: [{gone}, {{type: object}}]}}"),
        format!("{{oneOf: [{{properties: {{a: {gone}}}}}, {tree}]}}"),
        format!("{{if: {gone}, then: {{type: string}}}}"),
        format!("{{properties: {{a: {gone}}}, not: {{required: [a], allOf: [{gone}]}}}}"),
        "{properties: 1, additionalProperties: false}".to_owned(),
        "{patternProperties: {'[': {}}, additionalProperties: false}".to_owned(),
        format!("{{allOf: [{gone}], unevaluatedProperties: false}}"),
        format!("{{contains: {gone}, maxContains: 0}}"),
    ] {
        let api = with_schema("3.1.0", &schema);
        assert!(!api.findings.is_empty(), "{schema}");
        for instance in [json!({}), json!({"a": {}}), json!([1])] {
            assert_eq!(
                violations(&api, &instance),
                Vec::<String>::new(),
                "{schema} {instance}"
            );
        }
    }
    // What stays sure is still demanded.
    let api = with_schema(
        "3.1.0",
        &format!("{{oneOf: [{gone}], type: object, not: {tree}}}"),
    );
    assert_eq!(
        violations(&api, &json!([])),
        [": must be object, is array (/type)"]
    );
    assert_eq!(
        violations(&api, &json!({})),
        [": must not match the schema under `not` (/not)"]
    );
}

#[test]
fn what_was_left_out_is_minded_across_references() {
    let api = lower(
        "{openapi: 3.0.3, paths: {/p: {get: {responses: {200: {description: d, content: {a/b:
           {schema: {oneOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}]}}}}}}}},
          components: {schemas: {A: {properties: {k: {$ref: '#/components/schemas/C'}}},
            B: {type: object}, C: {allOf: [{$ref: 'other.yaml#/C'}]}}}}",
    );
    assert_eq!(api.findings.len(), 1, "{:?}", api.findings);
    assert_eq!(violations(&api, &json!({"k": 1})), Vec::<String>::new());
}

#[test]
fn what_is_wrong_in_one_place_leaves_the_rest() {
    let api = lower(
        "openapi: 3.0.3
paths:
  /list: []
  /gone: {$ref: '#/paths/nowhere'}
  no-slash: {get: {operationId: one, responses: {200: {description: d}}}}
  /other:
    $ref: other.yaml#/paths/x
  /p/{a}/{b}:
    parameters:
      - {name: a, in: path, required: true, schema: {type: integer}}
      - {name: c, in: path, schema: {type: integer}}
      - {in: query}
      - {name: q, in: body}
    get:
      operationId: one
      parameters: [{$ref: '#/components/parameters/gone'}, {name: q, in: query}, {name: q, in: query}]
      security: [{nobody: []}, 1]
      responses:
        '200': {description: d}
        '2000': {description: d}
        fine: {description: d}
        '404': {$ref: '#/components/responses/gone'}
    put: {responses: {}, operationId: ' '}
    post: 7
    patch: {}
",
    );
    assert_eq!(
        findings(&api),
        [
            "3:10 a path item must be an object, this is an array",
            "4:17 reference `#/paths/nowhere` leads nowhere",
            "5:3 path `no-slash` must begin with `/`",
            "7:11 reference `other.yaml#/paths/x` leads to another document, which is not read \
             (bundle it)",
            "11:9 path parameter `c` is not in the template",
            "11:9 path parameter `c` must have `required: true`",
            "12:9 a parameter needs `name` and `in`",
            "13:9 parameter `q` is in `body`, which is not supported",
            "14:5 path parameter `b` of the template is not declared",
            "15:20 duplicate operationId `one`",
            "16:27 reference `#/components/parameters/gone` leads nowhere",
            "16:82 duplicate query parameter `q`",
            "17:19 security scheme `nobody` is not declared",
            "17:32 a security requirement must be an object",
            "20:9 `2000` is no status: a code, a range (`4XX`) or `default`",
            "21:9 `fine` is no status: a code, a range (`4XX`) or `default`",
            "22:23 reference `#/components/responses/gone` leads nowhere",
            "23:5 path parameter `b` of the template is not declared",
            "23:39 an operationId must be text that is not blank",
            "24:11 an operation must be an object, this is a number",
            "25:5 `responses` is missing",
            "25:5 path parameter `b` of the template is not declared",
        ]
    );
    assert_eq!(
        lines(&api),
        [
            "GET no-slash one 200[]",
            "GET /p/{a}/{b} get-p-a-b path:a*=integer path:c*=integer query:q= 200[] (nobody)",
            "PUT /p/{a}/{b} put-p-a-b path:a*=integer path:c*=integer",
            "PATCH /p/{a}/{b} patch-p-a-b path:a*=integer path:c*=integer",
        ]
    );
}

#[test]
fn made_ids_never_take_the_name_of_another() {
    let api = lower(
        "{openapi: 3.1.0, paths: {/a-b: {get: {}}, /a/b: {get: {}}, /c: {get: {}}, /d: {get:
           {operationId: get-c}}, /e: {get: {operationId: \"two words\\n\"}}}}",
    );
    let ids: Vec<_> = api
        .operations
        .iter()
        .map(|operation| operation.id.as_str())
        .collect();
    assert_eq!(
        ids,
        ["get-a-b", "get-a-b-2", "get-c-2", "get-c", "two-words"]
    );
    for id in ids {
        assert_eq!(api.operation(id).unwrap().id, id);
    }
    assert_eq!(api.operation("absent"), None);
}

#[test]
fn documents_without_an_api_are_errors_with_a_place() {
    let error = |text: &str| {
        let document = Document::parse("api.yaml", text.as_bytes()).unwrap();
        Api::lower(&document).unwrap_err()
    };
    let found = error("openapi: 3.0.0\npaths: [1]\n");
    assert!(matches!(found, ApiError::NotObject { .. }), "{found}");
    assert_eq!(found.position().unwrap().to_string(), "2:8");
    assert!(
        error("openapi: 5.0.0")
            .to_string()
            .contains("unsupported version `5.0.0`")
    );
    assert_eq!(
        findings(&lower("openapi: 3.0.0")),
        ["1:1 `paths` is missing"]
    );
    assert_eq!(findings(&lower("openapi: 3.1.0")), Vec::<String>::new());
}

#[test]
fn headers_that_the_specification_says_elsewhere_are_no_parameters() {
    let api = lower(
        "{openapi: 3.0.0, paths: {/p: {get: {parameters: [{name: Accept, in: header}, {name:
           authorization, in: header}, {name: x-own, in: header, content: {a/b: {schema: {type:
           object}}}}], responses: {default: {description: d, headers: {Content-Type: {}, x-h: {}}}}}}}}",
    );
    assert_eq!(lines(&api), ["GET /p get-p header:x-own=object default[]"]);
    assert_eq!(
        api.operations[0].parameters[0].media_type.as_deref(),
        Some("a/b")
    );
    assert_eq!(api.operations[0].responses[0].headers[0].name, "x-h");
}

// ---- size, and documents of others

#[test]
fn the_time_grows_with_the_operations_alone() {
    let mut text = "openapi: 3.0.0\npaths:\n".to_owned();
    for number in 0..3_000 {
        text += &format!(
            "  /p{number}:\n    get:\n      responses:\n        '200': {{description: d, content: \
             {{a/b: {{schema: {{$ref: '#/components/schemas/S{number}'}}}}}}}}\n"
        );
    }
    text += "components:\n  schemas:\n";
    for number in 0..3_000 {
        let next = (number + 1) % 3_000;
        text += &format!(
            "    S{number}: {{type: object, properties: {{n: {{$ref: \
             '#/components/schemas/S{next}'}}, v: {{type: string, pattern: '^a'}}}}}}\n"
        );
    }
    let start = Instant::now();
    let api = lower(&text);
    for operation in &api.operations {
        let id = operation.responses[0].media_types[0].schema.unwrap();
        assert_eq!(
            api.schemas()
                .validate(id, &json!({"n": {"n": {"v": "b"}}}))
                .len(),
            1
        );
    }
    assert_eq!((api.operations.len(), api.findings.len()), (3_000, 0));
    assert!(
        start.elapsed() < TIME_PER_MEGABYTE_MAX,
        "took {:?}",
        start.elapsed()
    );
}

fn corpus_files() -> Vec<PathBuf> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let mut files = Vec::new();
    let mut folders = vec![corpus];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let extension = path.extension().and_then(|extension| extension.to_str());
            if path.is_dir() {
                folders.push(path);
            } else if matches!(extension, Some("json" | "yaml" | "yml")) {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// Runs over public documents where they lie beside the package, and over nothing elsewhere.
#[test]
fn real_documents_load_or_say_where_they_are_wrong() {
    for path in corpus_files() {
        let name = path.display().to_string();
        let bytes = std::fs::read(&path).unwrap();
        let start = Instant::now();
        let document = match Document::parse(&name, &bytes) {
            Ok(document) => document,
            Err(error) => {
                assert!(error.position().is_some(), "{name}: {error}");
                continue;
            }
        };
        match Api::lower(&document) {
            Ok(api) => {
                assert_eq!(api.schemas().fault(), None, "{name}");
                for finding in &api.findings {
                    assert!(
                        document.at(&finding.pointer).is_some(),
                        "{name}: {finding:?}"
                    );
                }
            }
            Err(error) => assert!(error.position().is_some(), "{name}: {error}"),
        }
        let megabytes = 1 + u32::try_from(bytes.len() >> 20).unwrap();
        assert!(
            start.elapsed() < TIME_PER_MEGABYTE_MAX * megabytes,
            "{name}: too slow"
        );
    }
}
=======
>>>>>>> document
