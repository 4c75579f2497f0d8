//! JSON -> nodes with places. Strict (RFC 8259), but for a byte order mark.

use super::error::DocumentError;
use super::limits::{NESTING_LEVELS_MAX, NODES_MAX};
use super::node::{Entry, Node, Object, Value};
use super::number::Number;
use super::position::Position;
use super::source::{count_u32, end_of};

/// Reads the text of one JSON value.
pub(super) fn read(document: &str, text: &str) -> Result<Node, DocumentError> {
    let mut reader = Reader {
        document,
        text,
        offset: 0,
        line: 1,
        line_start: 0,
        levels: 0,
        nodes: 0,
    };
    reader.skip_blanks();
    if reader.peek().is_none() {
        return Err(DocumentError::Empty {
            document: document.into(),
        });
    }
    let node = reader.node()?;
    reader.skip_blanks();
    match reader.peek() {
        None => Ok(node),
        Some(_) => Err(reader.syntax("something follows the value")),
    }
}

struct Reader<'text> {
    document: &'text str,
    text: &'text str,
    offset: usize,
    /// The line of the offset: only blanks hold line breaks.
    line: u32,
    /// Where that line would start if all before the offset were ASCII: only strings hold bytes
    /// that are no columns, and each moves it on.
    line_start: usize,
    levels: usize,
    nodes: usize,
}

impl<'text> Reader<'text> {
    fn node(&mut self) -> Result<Node, DocumentError> {
        let position = self.position();
        self.nodes += 1;
        if self.nodes > NODES_MAX {
            let document = self.document.into();
            return Err(DocumentError::TooManyNodes { document, position });
        }
        let value = match self.peek() {
            Some(b'{') => self.nested(Self::object)?,
            Some(b'[') => self.nested(Self::array)?,
            Some(b'"') => Value::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true", Value::Bool(true))?,
            Some(b'f') => self.word("false", Value::Bool(false))?,
            Some(b'n') => self.word("null", Value::Null)?,
            Some(_) => return Err(self.syntax("a value is expected")),
            None => return Err(self.syntax("the text ends where a value is expected")),
        };
        Ok(Node { position, value })
    }

    fn nested(
        &mut self,
        read: fn(&mut Self) -> Result<Value, DocumentError>,
    ) -> Result<Value, DocumentError> {
        self.levels += 1;
        if self.levels > NESTING_LEVELS_MAX {
            let (document, position) = (self.document.into(), self.position());
            return Err(DocumentError::TooDeep { document, position });
        }
        self.offset += 1;
        let value = read(self)?;
        self.levels -= 1;
        Ok(value)
    }

    /// The object whose brace was just read.
    fn object(&mut self) -> Result<Value, DocumentError> {
        let mut entries = Vec::new();
        self.skip_blanks();
        if self.take(b'}') {
            return Ok(Value::Object(Object::default()));
        }
        loop {
            self.skip_blanks();
            let position = self.position();
            if self.peek() != Some(b'"') {
                return Err(self.syntax("a key in double quotes is expected"));
            }
            let key = self.string()?.into_boxed_str();
            self.skip_blanks();
            if !self.take(b':') {
                return Err(self.syntax("`:` is expected after a key"));
            }
            self.skip_blanks();
            let node = self.node()?;
            entries.push(Entry {
                key,
                position,
                node,
            });
            self.skip_blanks();
            if self.take(b'}') {
                break;
            }
            if !self.take(b',') {
                return Err(self.syntax("`,` or `}` is expected"));
            }
        }
        let object = Object::of(entries).map_err(|found| DocumentError::DuplicateKey {
            document: self.document.into(),
            position: found.position,
            key: found.key.into(),
            first: found.first,
        })?;
        Ok(Value::Object(object))
    }

    /// The array whose bracket was just read.
    fn array(&mut self) -> Result<Value, DocumentError> {
        let mut items = Vec::new();
        self.skip_blanks();
        if self.take(b']') {
            return Ok(Value::Array(items));
        }
        loop {
            self.skip_blanks();
            items.push(self.node()?);
            self.skip_blanks();
            if self.take(b']') {
                return Ok(Value::Array(items));
            }
            if !self.take(b',') {
                return Err(self.syntax("`,` or `]` is expected"));
            }
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, DocumentError> {
        if !self.rest().starts_with(word) {
            return Err(self.syntax("a value is expected"));
        }
        self.offset += word.len();
        Ok(value)
    }

    fn number(&mut self) -> Result<Value, DocumentError> {
        let start = self.offset;
        self.take(b'-');
        let zero = self.peek() == Some(b'0');
        let digits = self.digits();
        let mut formed = digits > 0 && !(zero && digits > 1);
        if self.take(b'.') {
            formed &= self.digits() > 0;
        }
        if self.take(b'e') || self.take(b'E') {
            let _sign = self.take(b'+') || self.take(b'-');
            formed &= self.digits() > 0;
        }
        let spelling = self.text.get(start..self.offset).filter(|_| formed);
        let Some(spelling) = spelling else {
            self.offset = start;
            return Err(self.syntax("a malformed number"));
        };
        Ok(Value::Number(Number::of(spelling)))
    }

    fn digits(&mut self) -> usize {
        let start = self.offset;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.offset += 1;
        }
        self.offset - start
    }

    /// The string whose first quote is next.
    fn string(&mut self) -> Result<String, DocumentError> {
        self.offset += 1;
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
            let Some(plain) = rest.as_bytes().iter().position(special) else {
                self.offset = self.text.len();
                return Err(self.syntax("the text ends within a string"));
            };
            let run = rest.get(..plain).unwrap_or_default();
            self.offset += plain;
            self.line_start += continuing(run);
            match self.peek() {
                Some(b'"') if text.is_empty() => {
                    self.offset += 1;
                    return Ok(run.to_owned());
                }
                Some(b'"') => {
                    text.push_str(run);
                    self.offset += 1;
                    return Ok(text);
                }
                Some(b'\\') => {
                    text.push_str(run);
                    text.push(self.escape()?);
                }
                _ => return Err(self.syntax("a control character in a string (escape it)")),
            }
        }
    }

    /// The character that the escape at the offset stands for.
    fn escape(&mut self) -> Result<char, DocumentError> {
        let start = self.offset;
        self.offset += 1;
        let letter = self.peek();
        self.offset += 1;
        let character = match letter {
            Some(letter @ (b'"' | b'\\' | b'/')) => Some(char::from(letter)),
            Some(b'b') => Some('\u{8}'),
            Some(b'f') => Some('\u{c}'),
            Some(b'n') => Some('\n'),
            Some(b'r') => Some('\r'),
            Some(b't') => Some('\t'),
            Some(b'u') => self.unicode_escape(),
            _ => None,
        };
        character.ok_or_else(|| {
            self.offset = start;
            self.syntax("a malformed escape in a string")
        })
    }

    /// The character of one `\uXXXX`, or of two that are a surrogate pair.
    fn unicode_escape(&mut self) -> Option<char> {
        let first = self.code_unit()?;
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first);
        }
        if !self.rest().starts_with("\\u") {
            return None;
        }
        self.offset += 2;
        let second = self.code_unit()?;
        let low = second.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
        char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + low)
    }

    fn code_unit(&mut self) -> Option<u32> {
        let digits = self.text.get(self.offset..self.offset + 4)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        self.offset += 4;
        u32::from_str_radix(digits, 16).ok()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.offset).copied()
    }

    fn rest(&self) -> &'text str {
        self.text.get(self.offset..).unwrap_or_default()
    }

    fn take(&mut self, byte: u8) -> bool {
        let here = self.peek() == Some(byte);
        self.offset += usize::from(here);
        here
    }

    fn skip_blanks(&mut self) {
        while let Some(byte @ (b' ' | b'\n' | b'\r' | b'\t')) = self.peek() {
            self.offset += 1;
            if byte == b'\n' || (byte == b'\r' && self.peek() != Some(b'\n')) {
                self.line += 1;
                self.line_start = self.offset;
            }
        }
    }

    /// The place of the offset, where that is no place within a string.
    fn position(&self) -> Position {
        Position {
            line: self.line,
            column: count_u32(self.offset - self.line_start + 1),
        }
    }

    /// An error at the offset, wherever that is.
    fn syntax(&self, detail: &str) -> DocumentError {
        let before = self.text.get(..self.offset).unwrap_or(self.text);
        DocumentError::Syntax {
            document: self.document.into(),
            position: end_of(before),
            format: "JSON",
            detail: detail.into(),
        }
    }
}

/// How many bytes of a text are no columns: those that continue a character.
fn continuing(text: &str) -> usize {
    if text.is_ascii() {
        return 0;
    }
    text.len() - text.chars().count()
}
