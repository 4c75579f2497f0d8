//! Schemas of every version judge instances, on both sides.

use super::*;

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

#[test]
fn compositions_of_compositions_end() {
    let parameter = "{name: q, in: query, schema: {$ref: '#/components/schemas/S0'}}";
    let mut text = format!(
        "openapi: 3.0.0\npaths: {{/p: {{get: {{parameters: [{parameter}], responses: {{}}}}}}}}\n\
         components:\n  schemas:\n"
    );
    for number in 0..30 {
        let next = format!("{{$ref: '#/components/schemas/S{}'}}", number + 1);
        let members = vec![next; 10].join(", ");
        text += &format!("    S{number}: {{anyOf: [{members}]}}\n");
    }
    let api = lower(&format!("{text}    S30: {{type: string}}\n"));
    assert_eq!(api.operations[0].parameters[0].types, []);
    assert_eq!(api.schemas().len(), 32);
}
