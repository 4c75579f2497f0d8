//! References within a document, and its version.

use super::*;

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
