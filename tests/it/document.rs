//! Bytes -> Document: both formats, places, and everything that is refused.

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
