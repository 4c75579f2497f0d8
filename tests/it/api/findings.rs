//! What is wrong in a document is found, and leaves the rest.

use super::*;

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
           {schema: {oneOf: [{$ref: '#/components/schemas/A'},
             {$ref: '#/components/schemas/B'}]}}}}}}}},
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
      parameters:
      - {$ref: '#/components/parameters/gone'}
      - {name: q, in: query}
      - {name: q, in: query}
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
            "17:16 reference `#/components/parameters/gone` leads nowhere",
            "18:9 parameter `q` has neither `schema` nor `content`",
            "19:9 duplicate query parameter `q`",
            "19:9 parameter `q` has neither `schema` nor `content`",
            "20:19 security scheme `nobody` is not declared",
            "20:32 a security requirement must be an object",
            "23:9 `2000` is no status: a code, a range (`4XX`) or `default`",
            "24:9 `fine` is no status: a code, a range (`4XX`) or `default`",
            "25:23 reference `#/components/responses/gone` leads nowhere",
            "26:5 path parameter `b` of the template is not declared",
            "26:39 an operationId must be text that is not blank",
            "27:11 an operation must be an object, this is a number",
            "28:5 `responses` is missing",
            "28:5 path parameter `b` of the template is not declared",
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
fn what_another_document_has_is_not_missing() {
    let unread = |reference| {
        format!("reference `{reference}` leads to another document, which is not read (bundle it)")
    };
    let api = lower(
        "openapi: 3.0.3
paths:
  /p/{a}:
    parameters: [{$ref: 'other.yaml#/a'}]
    get: {security: [{away: []}], responses: {default: {description: d}}}
  /q/{b}:
    get: {parameters: [{$ref: 'other.yaml#/b'}], responses: {default: {description: d}}}
    put: {security: [{gone: []}], responses: {default: {description: d}}}
components: {securitySchemes: {away: {$ref: 'other.yaml#/s'}}}
",
    );
    assert_eq!(
        findings(&api),
        [
            format!("4:25 {}", unread("other.yaml#/a")),
            format!("7:31 {}", unread("other.yaml#/b")),
            "8:5 path parameter `b` of the template is not declared".to_owned(),
            "8:23 security scheme `gone` is not declared".to_owned(),
            format!("9:45 {}", unread("other.yaml#/s")),
        ]
    );
}

#[test]
fn a_schema_is_found_by_its_id_where_schemas_have_ids() {
    let document = |version: &str, reference: &str| {
        lower(&format!(
            "{{openapi: {version}, paths: {{/p: {{get: {{responses: {{200: {{description: d, \
             content: {{a/b: {{schema: {{$ref: '{reference}'}}}}}}}}}}}}}}}}, components: \
             {{schemas: {{Pet: {{$id: 'https://pets.example/pet.json', type: object, properties: \
             {{id: {{type: string}}}}}}}}}}}}"
        ))
    };
    let pet = "https://pets.example/pet.json";
    for (reference, instance, violation) in [
        (
            pet.to_owned(),
            json!(1),
            ": must be object, is number (/type)",
        ),
        (format!("{pet}#"), json!({"id": 1}), "/id: must be string"),
        (
            format!("{pet}#/properties/id"),
            json!(1),
            ": must be string",
        ),
    ] {
        let api = document("3.1.0", &reference);
        assert_eq!(findings(&api), Vec::<String>::new());
        let found = violations(&api, &instance);
        assert!(
            found[0].starts_with(violation) || found.len() == 1,
            "{found:?}"
        );
    }
    let nowhere = "https://pets.example/dog.json";
    for (version, reference) in [("3.1.0", nowhere), ("3.0.3", pet)] {
        assert_eq!(
            findings(&document(version, reference)).len(),
            1,
            "{reference}"
        );
    }
}

#[test]
fn what_the_specification_demands_of_each_part_is_found_where_it_is_missing() {
    let document = |version: &str| {
        lower(&format!(
            "openapi: {version}
paths:
  /p/{{a}}:
    parameters: [{{name: a, in: path, required: true}}]
    get: {{responses: {{200: {{}}}}}}
  /p/{{b}}: {{}}
  /p/{{b}}/c: {{}}
"
        ))
    };
    let bare = "4:18 parameter `a` has neither `schema` nor `content`";
    let same = "6:3 path `/p/{b}` is the same as `/p/{a}`: only names in braces differ";
    let response = "5:28 a response needs a `description`";
    assert_eq!(findings(&document("3.0.3")), [bare, response, same]);
    assert_eq!(findings(&document("3.1.0")), [bare, response, same]);
    assert_eq!(findings(&document("3.2.0")), [bare, same]);
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
           object}}}}], responses: {default: {description: d, headers: {Content-Type: {},
           x-h: {}}}}}}}}",
    );
    assert_eq!(lines(&api), ["GET /p get-p header:x-own=object default[]"]);
    assert_eq!(
        api.operations[0].parameters[0].media_type.as_deref(),
        Some("a/b")
    );
    assert_eq!(api.operations[0].responses[0].headers[0].name, "x-h");
}
