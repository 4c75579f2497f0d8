//! Scalars, keys, aliases and merge keys.

use super::*;

#[test]
fn plain_scalars_follow_the_core_schema_of_yaml_1_2() {
    check_yaml(
        "[~, null, '', true, FALSE, no, on, 12, 0o17, 0xf, 1.50, 1e2, 2024-01-01, '12', \"true\"]",
        json!([
            null,
            null,
            "",
            true,
            false,
            "no",
            "on",
            12,
            15,
            15,
            1.5,
            100.0,
            "2024-01-01",
            "12",
            "true"
        ]),
    );
    check_yaml("a:\nb: |\n  1\n", json!({"a": null, "b": "1\n"}));
}

#[test]
fn tags_decide_before_spelling() {
    check_yaml(
        "[!!str 12, !!int '12', !!float '1.5', !!bool 'true', !custom 12, !custom '12', ! 12]",
        json!(["12", 12, 1.5, true, 12, "12", "12"]),
    );
    check_yaml(
        "!custom {a: !!map {b: !!seq [1]}}",
        json!({"a": {"b": [1]}}),
    );
}

#[test]
fn keys_keep_the_spelling_of_the_source() {
    let document = yaml("200: a\n0200: b\n2e2: c\nnull: d\ntrue: e\n~: f\n1.0: g\n");
    let keys: Vec<&str> = document.root().entries().map(|(key, _, _)| key).collect();
    assert_eq!(keys, ["200", "0200", "2e2", "null", "true", "~", "1.0"]);
}

#[test]
fn numbers_keep_the_spelling_of_the_source() {
    let document = yaml("[18446744073709551616, 1.50, 1e400, .inf, -.inf, .nan, 9007199254740993]");
    let spellings: Vec<&str> = document
        .root()
        .items()
        .iter()
        .map(|node| node.as_number().unwrap().spelling())
        .collect();
    let expected = [
        "18446744073709551616",
        "1.50",
        "1e400",
        ".inf",
        "-.inf",
        ".nan",
        "9007199254740993",
    ];
    assert_eq!(spellings, expected);
    let big = 18_446_744_073_709_551_616.0;
    let json = json!([big, 1.5, null, null, null, null, 9_007_199_254_740_993_u64]);
    assert_eq!(document.root().to_json(), json);
    check_value("api.json", "[18446744073709551616, -0]", json!([big, 0]));
}

#[test]
fn json_escapes_and_surrogates_are_read() {
    let text = r#"{"k\u0065y": "\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\uFFFF"}"#;
    let expected = json!({"key": "\"\\/\u{8}\u{c}\n\r\té😀\u{ffff}"});
    check_value("api.json", text, expected.clone());
    check_value("api.yaml", text, expected.clone());
    check_value("api.yaml", &format!("# not JSON\n{text}"), expected);
}

#[test]
fn tabs_between_tokens_are_blanks() {
    check_yaml("a:\t1\nb: [1,\t2]\t# three\n", json!({"a": 1, "b": [1, 2]}));
    check_value("api.json", "{\t\"a\"\t:\t1\t}", json!({"a": 1}));
}

#[test]
fn aliases_are_copies() {
    check_yaml(
        "a: &x {k: [1]}\nb: *x\nc: &x 2\nd: [*x]\n? &key e\n: *key\n",
        json!({"a": {"k": [1]}, "b": {"k": [1]}, "c": 2, "d": [2], "e": "e"}),
    );
    check_yaml(
        "a: &x 200\nb: {*x : ok}\n",
        json!({"a": 200, "b": {"200": "ok"}}),
    );
    check_yaml_refused(
        "a: &x\n  b: *x\n",
        "refers to a node that contains it",
        (2, 6),
    );
}

#[test]
fn merge_keys_bring_what_is_not_given() {
    check_yaml(
        "base: &b {x: 1, y: 2}\none:\n  <<: *b\n  y: 3\n",
        json!({"base": {"x": 1, "y": 2}, "one": {"y": 3, "x": 1}}),
    );
    check_yaml(
        "[&a {x: 1}, &b {x: 2, y: 2}, {<<: [*a, *b], z: 3}, {<<: {<<: *b, w: 4}}]",
        json!([{"x": 1}, {"x": 2, "y": 2}, {"z": 3, "x": 1, "y": 2}, {"w": 4, "x": 2, "y": 2}]),
    );
    check_yaml("{'<<': 1}", json!({"<<": 1}));
    check_yaml_refused(
        "a:\n  <<: 1\n",
        "the merge key `<<` takes an object",
        (2, 7),
    );
    check_yaml_refused(
        "a:\n  <<: [{}, 1]\n",
        "the merge key `<<` takes an object",
        (2, 7),
    );
}
