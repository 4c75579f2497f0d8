//! What is refused, and where the error says it stands.

use super::*;

#[test]
fn the_format_follows_name_and_content() {
    check_value("API.JSON", "{\"a\": 1}", json!({"a": 1}));
    check_value("http://host/doc", "  {\"a\": 1}", json!({"a": 1}));
    check_value(
        "doc",
        "{a: 1, b: [x]} # flow style",
        json!({"a": 1, "b": ["x"]}),
    );
    check_json_refused("a: 1", "malformed JSON: a value is expected", (1, 1));
    // What is meant to be JSON is told in the words of JSON, also where YAML was tried.
    check_refused(
        "doc",
        b"{\"a\": 1,\n \"b\": [}",
        "malformed JSON",
        Some((2, 8)),
    );
}

#[test]
fn malformed_json_is_refused_with_the_place() {
    check_json_refused("{\"a\": 1,}", "a key in double quotes", (1, 9));
    check_json_refused("{\"a\" 1}", "`:` is expected", (1, 6));
    check_json_refused("[1 2]", "`,` or `]`", (1, 4));
    check_json_refused("[1,]", "a value is expected", (1, 4));
    check_json_refused("{\"a\": 1} x", "something follows", (1, 10));
    check_json_refused("{\"a\": tru}", "a value is expected", (1, 7));
    check_json_refused("{\n \"é\": 01}", "a malformed number", (2, 7));
    check_json_refused("[-]", "a malformed number", (1, 2));
    check_json_refused("[1.]", "a malformed number", (1, 2));
    check_json_refused("[1e]", "a malformed number", (1, 2));
    check_json_refused("[\"a\tb\"]", "a control character", (1, 4));
    check_json_refused("[\"ab", "ends within a string", (1, 5));
    check_json_refused("[\"\\x\"]", "a malformed escape", (1, 3));
    check_json_refused("[\"\\ud83d\"]", "a malformed escape", (1, 3));
    check_json_refused("[\"\\ude00\"]", "a malformed escape", (1, 3));
    check_json_refused("[\"\\ud83d\\u0041\"]", "a malformed escape", (1, 3));
    check_json_refused("[\"\\u+123\"]", "a malformed escape", (1, 3));
    check_json_refused("[\"\\", "a malformed escape", (1, 3));
    check_json_refused("[\"\\é\"]", "a malformed escape", (1, 3));
    check_json_refused("{\"a\":", "the text ends", (1, 6));
    check_json_refused("[NaN]", "a value is expected", (1, 2));
}

#[test]
fn malformed_yaml_is_refused_with_the_place() {
    check_yaml_refused("a: [1, 2\nb: 3\n", "malformed YAML", (2, 2));
    check_yaml_refused("a: *gone\n", "malformed YAML", (1, 4));
    check_yaml_refused("a: b: c\n", "malformed YAML", (1, 5));
}

#[test]
fn an_empty_document_is_refused() {
    for (name, text) in [
        ("api.yaml", ""),
        ("api.yaml", "# nothing\n"),
        ("api.json", " \n"),
        ("api.yaml", "\u{feff}"),
    ] {
        check_refused(name, text.as_bytes(), "the document is empty", None);
    }
}

#[test]
fn other_encodings_are_refused_by_name() {
    let utf16 = |text: &str| {
        text.encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<_>>()
    };
    check_refused("api.yaml", &utf16("\u{feff}a: 1"), "UTF-16", None);
    check_refused("api.json", &utf16("{\"a\": 1}"), "UTF-16", None);
    check_refused(
        "api.yaml",
        &[0, 0, 0xfe, 0xff, 0, 0, 0, b'a'],
        "UTF-32",
        None,
    );
    check_refused(
        "api.yaml",
        b"a: 1\nb: \xc3\xa9\xe9\n",
        "not UTF-8",
        Some((2, 5)),
    );
}

#[test]
fn duplicate_keys_are_refused_with_both_places() {
    check_yaml_refused(
        "a: 1\nb: 2\na: 3\n",
        "duplicate key `a` (first at 1:1)",
        (3, 1),
    );
    check_yaml_refused("a: 1\n'a': 3\n", "duplicate key `a` (first at 1:1)", (2, 1));
    check_yaml_refused(
        "x: {200: a, 200: b}\n",
        "duplicate key `200` (first at 1:5)",
        (1, 13),
    );
    check_json_refused(
        "{\"a\": {\"b\": 1,\n\"\\u0062\": 2}}",
        "duplicate key `b` (first at 1:8)",
        (2, 1),
    );
    let many: String = (0..40).map(|number| format!("k{number}: 1\n")).collect();
    check_yaml_refused(
        &format!("{many}k7: 1\n"),
        "duplicate key `k7` (first at 8:1)",
        (41, 1),
    );
}

#[test]
fn keys_that_are_no_scalars_are_refused() {
    check_yaml_refused(
        "? [a, b]\n: 1\n",
        "a key must be a scalar, this is an array",
        (1, 3),
    );
    check_yaml_refused(
        "{{a: 1}: 1}",
        "a key must be a scalar, this is an object",
        (1, 2),
    );
    check_yaml_refused("a: &x [1]\n*x : 1\n", "this is an array", (2, 1));
}

#[test]
fn several_documents_in_a_stream_are_refused() {
    check_yaml_refused("a: 1\n---\nb: 2\n", "a second document begins here", (2, 1));
    check_yaml("---\na: 1\n...\n", json!({"a": 1}));
    check_yaml("%YAML 1.2\n---\na: 1\n", json!({"a": 1}));
}

#[test]
fn deep_nesting_stops_quickly() {
    let deep = "[".repeat(100_000);
    check_refused(
        "api.yaml",
        format!("x: {deep}").as_bytes(),
        "levels deep",
        Some((1, 204)),
    );
    check_refused("api.json", deep.as_bytes(), "levels deep", Some((1, 201)));
    let stairs: String = (0..2_000)
        .map(|level| format!("{}a:\n", " ".repeat(level)))
        .collect();
    check_refused(
        "api.yaml",
        stairs.as_bytes(),
        "levels deep",
        Some((201, 201)),
    );
    let fits = format!("{}{}", "[".repeat(200), "]".repeat(200));
    assert!(parse("api.json", &fits).root().is_array());
    assert!(
        parse("api.yaml", &format!("# YAML\n{fits}"))
            .root()
            .is_array()
    );
}

#[test]
fn nested_aliases_stop_quickly() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..20 {
        let before = format!("*a{}", level - 1);
        text += &format!("a{level}: &a{level} [{}]\n", vec![before; 9].join(", "));
    }
    let start = Instant::now();
    let error = Document::parse("api.yaml", text.as_bytes()).unwrap_err();
    assert!(
        matches!(error, DocumentError::TooManyAliasNodes { .. }),
        "{error}"
    );
    assert!(start.elapsed() < REFUSAL_MAX, "took {:?}", start.elapsed());
}

#[test]
fn a_long_list_of_one_alias_is_bounded_too() {
    let text = format!(
        "a: &a [1, 2, 3, 4, 5, 6, 7, 8, 9]\nb: [{}]\n",
        "*a, ".repeat(200_000)
    );
    let error = Document::parse("api.yaml", text.as_bytes()).unwrap_err();
    assert!(
        matches!(error, DocumentError::TooManyAliasNodes { .. }),
        "{error}"
    );
}

#[test]
fn the_time_grows_with_the_size_alone() {
    // One line, one object of many keys, and as many items: each a trap for a quadratic step.
    let keys: Vec<String> = (0..100_000)
        .map(|number| format!("\"k{number}\":[{number}]"))
        .collect();
    let text = format!("{{{}}}", keys.join(","));
    let start = Instant::now();
    let document = parse("api.json", &text);
    for number in (0..100_000).step_by(7) {
        let node = document.root().get(&format!("k{number}")).unwrap();
        assert_eq!(node.items()[0].as_i64(), Some(number));
    }
    assert!(start.elapsed() < REFUSAL_MAX, "took {:?}", start.elapsed());
}
