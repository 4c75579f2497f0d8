//! A strict reader of the XML that we write: what it does not know is an error.

use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    pub name: String,
    pub attributes: BTreeMap<String, String>,
    pub children: Vec<Element>,
    pub text: String,
}

impl Element {
    pub fn attribute(&self, name: &str) -> &str {
        self.attributes
            .get(name)
            .unwrap_or_else(|| panic!("no {name} on {}", self.name))
    }

    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    pub fn all(&self, name: &str) -> Vec<&Element> {
        self.children
            .iter()
            .filter(|child| child.name == name)
            .collect()
    }

    pub fn count(&self, attribute: &str) -> usize {
        self.attribute(attribute).parse().expect("a count")
    }
}

/// Parses a document, or says what is wrong with it.
pub fn parse(document: &str) -> Element {
    if let Some(illegal) = document.chars().find(|character| !is_legal(*character)) {
        panic!("U+{:04X} may not be in XML", u32::from(illegal));
    }
    let body = document
        .strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>")
        .expect("an XML declaration");
    let mut rest = body.trim_start();
    let root = element(&mut rest);
    assert_eq!(rest.trim(), "", "text after the root");
    root
}

fn is_legal(character: char) -> bool {
    matches!(
        character,
        '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..
    )
}

fn element(rest: &mut &str) -> Element {
    *rest = rest.strip_prefix('<').expect("a tag");
    let end = rest.find('>').expect("the tag's end");
    let (tag, after) = rest.split_at(end);
    *rest = &after[1..];
    let (tag, is_empty) = match tag.strip_suffix('/') {
        Some(tag) => (tag, true),
        None => (tag, false),
    };
    let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
    let mut element = Element {
        name: name.to_owned(),
        attributes: read_attributes(attributes),
        children: Vec::new(),
        text: String::new(),
    };
    if is_empty {
        return element;
    }
    loop {
        let next = rest.find('<').expect("an end tag");
        let (text, tags) = rest.split_at(next);
        element.text.push_str(&decode(text));
        *rest = tags;
        if let Some(after) = rest.strip_prefix(&format!("</{name}>")) {
            *rest = after;
            return element;
        }
        element.children.push(self::element(rest));
    }
}

fn read_attributes(mut text: &str) -> BTreeMap<String, String> {
    let mut attributes = BTreeMap::new();
    while !text.trim().is_empty() {
        let (name, after) = text.trim_start().split_once("=\"").expect("an attribute");
        let (value, after) = after.split_once('"').expect("the value's end");
        let clean = name.bytes().all(|byte| byte.is_ascii_alphabetic());
        assert!(clean, "attribute {name}");
        assert!(!value.contains('\n'), "{name} has a line break");
        let before = attributes.insert(name.to_owned(), decode(value));
        assert_eq!(before, None, "{name} twice");
        text = after;
    }
    attributes
}

fn decode(text: &str) -> String {
    let mut parts = text.split('&');
    let mut decoded = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (entity, after) = part.split_once(';').expect("an entity");
        decoded.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            other => panic!("entity {other}"),
        });
        decoded.push_str(after);
    }
    assert!(!text.contains('>') && !text.contains("]]>"), "`>` as it is");
    decoded
}
