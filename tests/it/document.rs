//! Bytes -> Document: both formats, places, and everything that is refused.

<<<<<<< HEAD
=======
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests: clippy takes only functions under `#[test]` for such, not what they call"
)]

mod places;
mod references;
mod refusals;
mod scalars;

>>>>>>> document
use std::time::{Duration, Instant};

use probity::document::{Dialect, Document, DocumentError, Pointer, Position};
use serde_json::json;

/// Longest time that a hostile document may take to be refused. It takes milliseconds, or tens
/// of them in an unoptimized build; a reader without limits would not finish at all.
const REFUSAL_MAX: Duration = Duration::from_secs(10);

fn parse(name: &str, text: &str) -> Document {
    match Document::parse(name, text.as_bytes()) {
        Ok(document) => document,
        Err(error) => panic!("{}", error.report(text)),
    }
}

fn yaml(text: &str) -> Document {
    parse("api.yaml", text)
}

fn at<'a>(document: &'a Document, pointer: &str) -> &'a probity::document::Node {
    document.at(&Pointer::parse(pointer).unwrap()).unwrap()
}

fn check_value(name: &str, text: &str, expected: serde_json::Value) {
    assert_eq!(parse(name, text).root().to_json(), expected, "{text}");
}

fn check_yaml(text: &str, expected: serde_json::Value) {
    check_value("api.yaml", text, expected);
}

#[track_caller]
fn check_refused(name: &str, bytes: &[u8], message: &str, place: Option<(u32, u32)>) {
    let start = Instant::now();
    let error = match Document::parse(name, bytes) {
        Ok(document) => panic!("read as {}", document.root().to_json()),
        Err(error) => error,
    };
    assert!(start.elapsed() < REFUSAL_MAX, "took {:?}", start.elapsed());
    assert!(error.to_string().contains(message), "{error}");
    let position = place.map(|(line, column)| Position { line, column });
    assert_eq!(error.position(), position, "{error}");
    assert_eq!(error.document(), name);
}

#[track_caller]
fn check_yaml_refused(text: &str, message: &str, place: (u32, u32)) {
    check_refused("api.yaml", text.as_bytes(), message, Some(place));
}

#[track_caller]
fn check_json_refused(text: &str, message: &str, place: (u32, u32)) {
    check_refused("api.json", text.as_bytes(), message, Some(place));
}

#[track_caller]
fn check_place(document: &Document, pointer: &str, key: Option<&str>, value: &str) {
    let pointer = Pointer::parse(pointer).unwrap();
    let key_place = document
        .key_position(&pointer)
        .map(|place| place.to_string());
    assert_eq!(key_place.as_deref(), key, "key of {pointer}");
    assert_eq!(
        document.at(&pointer).unwrap().position().to_string(),
        value,
        "{pointer}"
    );
}
<<<<<<< HEAD

// ---- places

#[test]
fn yaml_nodes_and_keys_know_their_places() {
    let document = yaml("a: 1\nüb:\n  - x\n  - {y: z, 'q r':   [true]}\nb: &k |\n  text\nc: *k\n");
    check_place(&document, "", None, "1:1");
    check_place(&document, "/a", Some("1:1"), "1:4");
    check_place(&document, "/üb", Some("2:1"), "3:3");
    check_place(&document, "/üb/0", Some("3:5"), "3:5");
    check_place(&document, "/üb/1/y", Some("4:6"), "4:9");
    check_place(&document, "/üb/1/q r", Some("4:12"), "4:21");
    check_place(&document, "/üb/1/q r/0", Some("4:22"), "4:22");
    // A copied node stands where its text stands, its key where it is used.
    assert_eq!(
        at(&document, "/c").position(),
        at(&document, "/b").position()
    );
    check_place(
        &document,
        "/c",
        Some("7:1"),
        &at(&document, "/b").position().to_string(),
    );
}

#[test]
fn json_nodes_and_keys_know_their_places() {
    let text = "{\n\t\"a\": 1,\r\n  \"ü😀\": [\"é\", {\"b\":null}],\"c\":{}\r}";
    let document = parse("api.json", text);
    check_place(&document, "", None, "1:1");
    check_place(&document, "/a", Some("2:2"), "2:7");
    check_place(&document, "/ü😀", Some("3:3"), "3:9");
    check_place(&document, "/ü😀/0", Some("3:10"), "3:10");
    check_place(&document, "/ü😀/1/b", Some("3:16"), "3:20");
    check_place(&document, "/c", Some("3:27"), "3:31");
}

#[test]
fn both_readers_give_json_the_same_value_and_places() {
    let text = r#"{"openapi": "3.0.3", "n": [1, -2.50, 1e3, true, null, "a\n\u00e9\ud83d\ude00\/"],
  "o": {"": {}, "x": []},
    "deep": {"a": {"b": [[["c"]]]}}}"#;
    let (json, yaml) = (
        parse("a.json", text),
        parse("a.json.yaml", &format!("# YAML\n{text}")),
    );
    assert_eq!(json.root().to_json(), yaml.root().to_json());
    for pointer in ["/openapi", "/n/1", "/n/5", "/o/", "/o/x", "/deep/a/b/0/0/0"] {
        let (one, other) = (at(&json, pointer).position(), at(&yaml, pointer).position());
        assert_eq!(
            (one.line + 1, one.column),
            (other.line, other.column),
            "{pointer}"
        );
    }
}

#[test]
fn lines_are_shown_as_they_stand() {
    let document = yaml("a: 1\r\nb: 2\n");
    assert_eq!(document.excerpt(1), Some("a: 1"));
    assert_eq!(document.excerpt(2), Some("b: 2"));
    assert_eq!((document.excerpt(0), document.excerpt(9)), (None, None));
}

#[test]
fn a_report_shows_the_line_and_a_caret() {
    let text = "a: 1\nb:\n  a: 1\n  a: 2\n";
    let error = Document::parse("api.yaml", text.as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), "duplicate key `a` (first at 3:3)");
    let report = error.report(text);
    for part in [
        "error: duplicate key `a` (first at 3:3)",
        "api.yaml:4:3",
        "  a: 2",
        "^",
    ] {
        assert!(report.contains(part), "{part} in:\n{report}");
    }
    let report = yaml("a: 1\n").report("it is one", Position { line: 1, column: 4 });
    assert!(
        report.contains("warning: it is one") && report.contains("api.yaml:1:4"),
        "{report}"
    );
}

#[test]
fn a_byte_order_mark_shifts_nothing() {
    let document = yaml("\u{feff}a: 1\n");
    check_place(&document, "/a", Some("1:1"), "1:4");
    let document = parse("api.json", "\u{feff}{\"a\": 1}");
    check_place(&document, "/a", Some("1:2"), "1:7");
}

// ---- scalars and keys

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

// ---- formats

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

// ---- what is refused in a well-formed text

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

// ---- aliases and merge keys

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

// ---- references

const REFERENCES: &str = r##"
paths:
  /a b/{c}: {get: 1}
  /x: {$ref: "#/paths/~1a%20b~1%7Bc%7D"}
  /y: {$ref: "#/paths/~1x"}
  /z: {$ref: "#/paths/~1y/get"}
loop: {$ref: "#/pool"}
pool: {$ref: "#/loop"}
self: {$ref: "#/self"}
within: {$ref: "#/within/deeper"}
gone: {$ref: "#/nowhere/at/all"}
other: {$ref: "other.yaml#/a"}
url: {$ref: "https://host.example/a.yaml"}
anchor: {$ref: "#anchor"}
itself: {$ref: "./api.yaml#/paths/~1x"}
percent: {$ref: "#/%zz"}
list: [a, {$ref: "#/list/0"}, {$ref: "#/list/00"}]
whole: {$ref: "#"}
data: {$ref: 7}
"##;

#[track_caller]
fn check_resolved(start: &str, end: Option<&str>) {
    let document = yaml(REFERENCES);
    let (node, pointer) = document.resolve(at(&document, start)).unwrap();
    assert_eq!(pointer.as_ref().map(Pointer::as_str), end);
    let expected = at(&document, end.unwrap_or(start));
    assert!(
        std::ptr::eq(node, expected),
        "{start} leads to {}",
        node.position()
    );
}

#[track_caller]
fn check_unresolved(start: &str, message: &str, place: (u32, u32)) {
    let document = yaml(REFERENCES);
    let error = document.resolve(at(&document, start)).unwrap_err();
    assert!(error.to_string().contains(message), "{error}");
    assert_eq!(
        error.position(),
        Some(Position {
            line: place.0,
            column: place.1
        }),
        "{error}"
    );
}

#[test]
fn references_are_followed_to_the_end() {
    check_resolved("/paths/~1a b~1{c}", None);
    check_resolved("/paths/~1x", Some("/paths/~1a b~1{c}"));
    check_resolved("/paths/~1y", Some("/paths/~1a b~1{c}"));
    check_resolved("/itself", Some("/paths/~1a b~1{c}"));
    check_resolved("/list/1", Some("/list/0"));
    check_resolved("/whole", Some(""));
    check_resolved("/data", None);
}

#[test]
fn references_on_the_way_are_followed_too() {
    check_resolved("/paths/~1z", Some("/paths/~1a b~1{c}/get"));
}

#[test]
fn references_that_lead_nowhere_say_where_they_stand() {
    check_unresolved("/gone", "`#/nowhere/at/all` leads nowhere", (11, 14));
    check_unresolved("/list/2", "`#/list/00` leads nowhere", (17, 38));
    check_unresolved(
        "/other",
        "`other.yaml#/a` leads to another document",
        (12, 15),
    );
    check_unresolved("/url", "leads to another document", (13, 13));
    check_unresolved("/anchor", "`#anchor` is not a JSON pointer", (14, 16));
    check_unresolved("/percent", "`#/%zz` is not a JSON pointer", (16, 17));
}

#[test]
fn references_in_a_circle_are_an_error() {
    check_unresolved("/loop", "`#/pool` leads back to itself", (7, 14));
    check_unresolved("/self", "`#/self` leads back to itself", (9, 14));
    let document = yaml(REFERENCES);
    assert!(document.resolve(at(&document, "/within")).is_err());
}

#[test]
fn long_chains_of_references_are_an_error() {
    let chain: String = (0..100)
        .map(|n| format!("a{n}: {{$ref: '#/a{}'}}\n", n + 1))
        .collect();
    let document = yaml(&format!("{chain}a100: end\n"));
    let error = document.resolve(at(&document, "/a0")).unwrap_err();
    assert!(
        matches!(error, DocumentError::ReferenceChain { .. }),
        "{error}"
    );
    let (end, _) = document.resolve(at(&document, "/a90")).unwrap();
    assert_eq!(end.as_str(), Some("end"));
}

// ---- versions

fn dialect(text: &str) -> Result<Dialect, DocumentError> {
    Dialect::of(&yaml(text))
}

#[test]
fn the_version_decides_the_dialect() {
    for (text, expected) in [
        ("swagger: '2.0'", Dialect::Swagger20),
        ("swagger: 2.0", Dialect::Swagger20),
        ("openapi: 3.0.3", Dialect::OpenApi30),
        ("openapi: 3.0", Dialect::OpenApi30),
        ("openapi: 3.1.1", Dialect::OpenApi31),
        ("openapi: '3.2.0'", Dialect::OpenApi32),
        ("openapi: 3.1.0-rc1", Dialect::OpenApi31),
    ] {
        assert_eq!(dialect(text), Ok(expected), "{text}");
    }
}

#[test]
fn other_versions_are_refused_with_the_place_and_what_is_supported() {
    for text in [
        "openapi: 4.0.0",
        "openapi: 3.10.0",
        "openapi: 2.0",
        "swagger: '1.2'",
        "openapi: [3]",
    ] {
        let error = dialect(text).unwrap_err();
        assert!(
            matches!(error, DocumentError::UnknownVersion { .. }),
            "{text}: {error}"
        );
        assert!(error.to_string().contains("3.0, 3.1, 3.2"), "{error}");
        assert_eq!(error.position().unwrap().line, 1);
    }
    for text in ["info: {}", "[]", "just text"] {
        let error = dialect(text).unwrap_err();
        assert!(
            matches!(error, DocumentError::NoVersion { .. }),
            "{text}: {error}"
        );
    }
}

// ---- size

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
=======
>>>>>>> document
