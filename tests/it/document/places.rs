//! Every node knows its place, in both formats.

use super::*;

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
