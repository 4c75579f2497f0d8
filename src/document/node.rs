//! The tree of a document: values that know where they stand.

use super::limits::INDEXED_ENTRIES_MIN;
use super::number::Number;
use super::position::Position;

/// A value with its place in the source.
#[derive(Clone, PartialEq, Debug)]
pub struct Node {
    pub(super) position: Position,
    pub(super) value: Value,
}

/// What a node holds.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A number, in the spelling of the source.
    Number(Number),
    /// Text.
    String(String),
    /// A sequence.
    Array(Vec<Node>),
    /// A mapping with unique keys, in the order of the source.
    Object(Object),
}

/// A mapping with unique keys, in the order of the source.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Object {
    entries: Vec<Entry>,
    /// The entries' numbers in the order of their keys; empty for small objects.
    by_key: Vec<u32>,
}

/// A key, where it stands, and its node.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Entry {
    pub(super) key: Box<str>,
    pub(super) position: Position,
    pub(super) node: Node,
}

/// Two entries of an object that have the same key: where the second and the first stand.
#[derive(Debug, PartialEq)]
pub(super) struct Duplicate {
    pub(super) key: Box<str>,
    pub(super) position: Position,
    pub(super) first: Position,
}

impl Node {
    /// Where the value stands.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// The value itself.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The child of an object under `key`; `None` too if this is no object.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_object()?.get(key)
    }

    /// The entries of an object in source order; none if this is no object.
    pub fn entries(&self) -> impl Iterator<Item = (&str, Position, &Node)> {
        self.as_object().into_iter().flat_map(Object::entries)
    }

    /// The items of an array; none if this is no array.
    #[must_use]
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::Array(items) => items,
            _ => &[],
        }
    }

    /// The object, if this is one.
    #[must_use]
    pub fn as_object(&self) -> Option<&Object> {
        match &self.value {
            Value::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The text, if this is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, if this is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(truth) => Some(truth),
            _ => None,
        }
    }

    /// The number, if this is one.
    #[must_use]
    pub fn as_number(&self) -> Option<&Number> {
        match &self.value {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The integer, if this is a number that is one within the range (`1.0` is).
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number()?.as_i64()
    }

    /// The non-negative integer, if this is a number that is one within the range (`1.0` is).
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        self.as_number()?.as_u64()
    }

    /// The nearest floating-point value, if this is a number.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        self.as_number().map(Number::as_f64)
    }

    /// Whether this is an object.
    #[must_use]
    pub fn is_object(&self) -> bool {
        matches!(self.value, Value::Object(_))
    }

    /// Whether this is an array.
    #[must_use]
    pub fn is_array(&self) -> bool {
        matches!(self.value, Value::Array(_))
    }

    /// Whether this is a string.
    #[must_use]
    pub fn is_string(&self) -> bool {
        matches!(self.value, Value::String(_))
    }

    /// Whether this is a number.
    #[must_use]
    pub fn is_number(&self) -> bool {
        matches!(self.value, Value::Number(_))
    }

    /// Whether this is true or false.
    #[must_use]
    pub fn is_bool(&self) -> bool {
        matches!(self.value, Value::Bool(_))
    }

    /// Whether this is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// What kind of value this is, in the words of JSON: `object`, `array`, `string`, …
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        }
    }

    /// The value without its places. Numbers that JSON cannot hold lose something: an integer
    /// beyond 64 bits becomes the nearest float; not-a-number and the infinities become null.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(truth) => serde_json::Value::Bool(*truth),
            Value::Number(number) => number.to_json(),
            Value::String(text) => serde_json::Value::String(text.clone()),
            Value::Array(items) => items.iter().map(Node::to_json).collect(),
            Value::Object(object) => serde_json::Value::Object(
                object
                    .entries()
                    .map(|(key, _, node)| (key.to_owned(), node.to_json()))
                    .collect(),
            ),
        }
    }

    /// How many nodes the tree under this one has, itself included.
    pub(super) fn count(&self) -> usize {
        match &self.value {
            Value::Array(items) => 1 + items.iter().map(Node::count).sum::<usize>(),
            Value::Object(object) => {
                let children = object.entries.iter().map(|entry| entry.node.count());
                1 + children.sum::<usize>()
            }
            _ => 1,
        }
    }
}

impl Object {
    /// Takes the entries, unless two of them have the same key.
    pub(super) fn of(entries: Vec<Entry>) -> Result<Object, Duplicate> {
        if entries.len() < INDEXED_ENTRIES_MIN {
            for (number, entry) in entries.iter().enumerate() {
                let mut before = entries.iter().take(number);
                if let Some(first) = before.find(|other| other.key == entry.key) {
                    return Err(duplicate(first, entry));
                }
            }
            return Ok(Object {
                entries,
                by_key: Vec::new(),
            });
        }
        let mut order: Vec<(&Entry, u32)> = entries.iter().zip(0..).collect();
        order.sort_by(|(one, _), (other, _)| one.key.cmp(&other.key));
        let earliest = order
            .windows(2)
            .filter_map(|pair| match pair {
                [(first, _), (second, number)] if first.key == second.key => {
                    Some((*number, duplicate(first, second)))
                }
                _ => None,
            })
            .min_by_key(|(number, _)| *number);
        if let Some((_, found)) = earliest {
            return Err(found);
        }
        let by_key = order.into_iter().map(|(_, number)| number).collect();
        Ok(Object { entries, by_key })
    }

    /// The node under `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// Where the key stands.
    #[must_use]
    pub fn key_position(&self, key: &str) -> Option<Position> {
        self.entry(key).map(|entry| entry.position)
    }

    /// The entries in the order of the source: key, where it stands, node.
    pub fn entries(&self) -> impl Iterator<Item = (&str, Position, &Node)> {
        self.entries
            .iter()
            .map(|entry| (&*entry.key, entry.position, &entry.node))
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn into_entries(self) -> Vec<Entry> {
        self.entries
    }

    fn entry(&self, key: &str) -> Option<&Entry> {
        if self.by_key.is_empty() {
            return self.entries.iter().find(|entry| &*entry.key == key);
        }
        let key_of = |number: &u32| self.entries.get(*number as usize).map(|entry| &*entry.key);
        let slot = self
            .by_key
            .binary_search_by(|number| key_of(number).cmp(&Some(key)))
            .ok()?;
        self.entries.get(*self.by_key.get(slot)? as usize)
    }
}

fn duplicate(first: &Entry, second: &Entry) -> Duplicate {
    Duplicate {
        key: second.key.clone(),
        position: second.position,
        first: first.position,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(keys: impl Iterator<Item = String>) -> Result<Object, Duplicate> {
        let entry = |(key, line): (String, u32)| Entry {
            key: key.into(),
            position: Position { line, column: 1 },
            node: Node {
                position: Position { line, column: 5 },
                value: Value::Null,
            },
        };
        Object::of(keys.zip(1..).map(entry).collect())
    }

    #[test]
    fn small_and_large_objects_find_the_same() {
        for size in [0, 1, INDEXED_ENTRIES_MIN - 1, INDEXED_ENTRIES_MIN, 100] {
            let object = object((0..size).map(|number| format!("key{number}"))).unwrap();
            for number in 0..size {
                let found = object.key_position(&format!("key{number}")).unwrap();
                assert_eq!(found.line as usize, number + 1);
            }
            assert_eq!(object.get("absent"), None);
            assert_eq!(object.len(), size);
        }
    }

    #[test]
    fn small_and_large_objects_refuse_the_same() {
        for size in [3, 100] {
            let keys = (0..size).map(|number| format!("key{number}"));
            let found = object(keys.chain(["key1".into()])).unwrap_err();
            assert_eq!(&*found.key, "key1");
            assert_eq!((found.first.line, found.position.line), (2, size + 1));
        }
    }
}
