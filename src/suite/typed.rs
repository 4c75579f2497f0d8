//! Document -> typed values, with every error at its place.
//!
//! The document is the only reader of the text: serde_yaml types its tree, so the two cannot
//! disagree on duplicate keys, merge keys, aliases or numbers.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};
use serde_yaml::Value as Yaml;

use super::nearest::nearest;
use super::problem::{PROBLEMS_MAX, Problem, Problems};
use crate::document::{Document, Node, Pointer, Value};

/// Why a document does not have the shape that is asked for: every place where it departs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TypedError(pub Problems);

/// Reads the document as a `T`, whose structs must refuse unknown fields.
///
/// What is wrong is put aside and the rest read again, so that one reading lists all problems
/// that do not hide in one another.
///
/// # Errors
/// The problems, each at its key or value, in the order of their places.
pub fn read_typed<T: DeserializeOwned>(document: &Document) -> Result<T, TypedError> {
    let mut problems = Vec::new();
    let mut tree = Tree {
        root: untyped(document, document.root(), &mut problems),
        removed_items: BTreeMap::new(),
        removed_keys: BTreeSet::new(),
    };
    for _ in 0..PROBLEMS_MAX {
        let error = match serde_path_to_error::deserialize::<_, T>(&tree.root) {
            Ok(typed) if problems.is_empty() => return Ok(typed),
            Ok(_) => break,
            Err(error) => error,
        };
        let tokens = tokens(error.path());
        let pointer = tree.pointer(&tokens);
        let message = error.into_inner().to_string();
        let missing = quoted(&message, "missing field `").map(|field| pointer.push(field));
        // A field that was put aside is not missing; then what should hold it goes too.
        if !missing.is_some_and(|field| tree.removed_keys.contains(&field)) {
            problems.push(problem(document, &pointer, &message));
        }
        if let Some((parent, _)) = pointer.split_last()
            && let Some(meant) = meant_field(&message)
        {
            tree.removed_keys.insert(parent.push(meant));
        }
        if !tree.remove(&tokens) {
            break;
        }
    }
    // Without a problem the last reading succeeded and returned, or the tree ran out of what
    // could be put aside, which takes at least one.
    match Problems::of(problems) {
        Some(problems) => Err(TypedError(problems)),
        None => Err(TypedError(Problems::from(Problem::with_value(
            document,
            &Pointer::root(),
            "cannot be read".to_owned(),
        )))),
    }
}

/// The tree that is typed, and what was put aside of it.
struct Tree {
    root: Yaml,
    /// Array -> the numbers, in the document, of the items put aside.
    removed_items: BTreeMap<Pointer, BTreeSet<usize>>,
    /// The keys put aside, and those that they most likely are typos of.
    removed_keys: BTreeSet<Pointer>,
}

/// A step from a node to its child in the tree as it stands.
enum Token {
    Key(String),
    Item(usize),
}

impl Tree {
    /// The place in the document of a node of the tree.
    fn pointer(&self, tokens: &[Token]) -> Pointer {
        tokens
            .iter()
            .fold(Pointer::root(), |parent, token| match token {
                Token::Key(key) => parent.push(key),
                Token::Item(number) => parent.push(self.original(&parent, *number).to_string()),
            })
    }

    /// The number that the item had before others were put aside.
    fn original(&self, array: &Pointer, number: usize) -> usize {
        let removed = self.removed_items.get(array).into_iter().flatten();
        removed.fold(number, |number, gone| number + usize::from(*gone <= number))
    }

    /// Puts a node aside; false for the root and for what is not there.
    fn remove(&mut self, tokens: &[Token]) -> bool {
        let Some((last, parents)) = tokens.split_last() else {
            return false;
        };
        let pointer = self.pointer(parents);
        let parent = parents
            .iter()
            .try_fold(&mut self.root, |node, token| match token {
                Token::Key(key) => node.get_mut(key.as_str()),
                Token::Item(number) => node.get_mut(*number),
            });
        match (parent, last) {
            (Some(Yaml::Mapping(mapping)), Token::Key(key)) => {
                self.removed_keys.insert(pointer.push(key));
                mapping.remove(key.as_str()).is_some()
            }
            (Some(Yaml::Sequence(items)), Token::Item(number)) if *number < items.len() => {
                items.remove(*number);
                let original = self.original(&pointer, *number);
                self.removed_items
                    .entry(pointer)
                    .or_default()
                    .insert(original);
                true
            }
            _ => false,
        }
    }
}

fn tokens(path: &Path) -> Vec<Token> {
    path.iter()
        .map_while(|segment| match segment {
            Segment::Map { key } => Some(Token::Key(key.clone())),
            Segment::Seq { index } => Some(Token::Item(*index)),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

/// The node as serde_yaml holds it, its keys as they are spelled.
fn untyped(document: &Document, node: &Node, problems: &mut Vec<Problem>) -> Yaml {
    let mut numbers = Vec::new();
    let tree = convert(node, &Pointer::root(), &mut numbers);
    problems.extend(numbers.into_iter().map(|pointer| {
        let message = "the number does not fit into 64 bits (put it in quotes if it is a text)";
        Problem::with_value(document, &pointer, message.to_owned())
    }));
    tree
}

fn convert(node: &Node, pointer: &Pointer, unfit: &mut Vec<Pointer>) -> Yaml {
    match node.value() {
        Value::Null => Yaml::Null,
        Value::Bool(truth) => Yaml::Bool(*truth),
        Value::String(text) => Yaml::String(text.clone()),
        Value::Number(number) => {
            let spelled_whole = !number.spelling().contains(['.', 'e', 'E', 'n', 'N']);
            match number.to_json() {
                serde_json::Value::Number(json) if !(json.is_f64() && spelled_whole) => {
                    if let Some(integer) = json.as_i64() {
                        return Yaml::Number(integer.into());
                    }
                    if let Some(integer) = json.as_u64() {
                        return Yaml::Number(integer.into());
                    }
                    json.as_f64()
                        .map_or(Yaml::Null, |float| Yaml::Number(float.into()))
                }
                _ => {
                    unfit.push(pointer.clone());
                    Yaml::Null
                }
            }
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(number, item)| convert(item, &pointer.push(number.to_string()), unfit))
            .collect(),
        Value::Object(object) => Yaml::Mapping(
            object
                .entries()
                .map(|(key, _, node)| {
                    let value = convert(node, &pointer.push(key), unfit);
                    (Yaml::String(key.to_owned()), value)
                })
                .collect(),
        ),
    }
}

fn problem(document: &Document, pointer: &Pointer, message: &str) -> Problem {
    if let Some(field) = quoted(message, "unknown field `") {
        let meant = match meant_field(message) {
            Some(meant) => format!(", did you mean `{meant}`?"),
            None => format!(" (known are {})", listed(&expected(message))),
        };
        let message = format!("unknown field `{field}`{meant}");
        return Problem::with_key(document, pointer, message);
    }
    if let Some(variant) = quoted(message, "unknown variant `") {
        let known = expected(message);
        let message = format!("`{variant}` is none of {}", listed(&known));
        return Problem::with_value(document, pointer, message);
    }
    if message.starts_with("missing field `") {
        // The key says better than the first entry under it what lacks the field.
        return Problem::with_key(document, pointer, message.to_owned());
    }
    let mismatch = message.starts_with("invalid type: ")
        || message.starts_with("invalid value: ")
        || message.starts_with("invalid length: ");
    match message.split_once(", expected ") {
        // What was found is named by kind alone: the value may be a misplaced secret.
        Some((_, wanted)) if mismatch => {
            let found = document.at(pointer).map_or("nothing", kind);
            let message = format!("expected {}, found {found}", readable(wanted));
            Problem::with_value(document, pointer, message)
        }
        _ => Problem::with_value(document, pointer, message.to_owned()),
    }
}

/// The field that an unknown one most likely is a typo of.
fn meant_field(message: &str) -> Option<&str> {
    let field = quoted(message, "unknown field `")?;
    nearest(field, expected(message))
}

fn kind(node: &Node) -> &'static str {
    match node.value() {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}

/// What serde expected, in the words of whoever writes the file.
fn readable(wanted: &str) -> &str {
    match wanted {
        "a sequence" => "a list",
        "a map" => "a mapping",
        "a string" => "a text",
        "a boolean" => "true or false",
        "u16" => "a number from 0 to 65535",
        wanted if wanted.starts_with("struct ") => "a mapping",
        wanted => wanted,
    }
}

/// The quoted word after `prefix`. Serde's messages end it at the last backtick before the
/// comma; a name with a backtick in it is cut, which only shortens the message.
fn quoted<'a>(message: &'a str, prefix: &str) -> Option<&'a str> {
    let rest = message.strip_prefix(prefix)?;
    rest.split_once('`').map(|(word, _)| word)
}

/// The names that serde lists as expected.
fn expected(message: &str) -> Vec<&str> {
    let list = message
        .rsplit_once(", expected ")
        .map_or("", |(_, list)| list);
    list.split('`').skip(1).step_by(2).collect()
}

fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}
