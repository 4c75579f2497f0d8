//! Escapes of texts undone: what a value is to whoever reads the text that it stands in.
//!
//! JSON, programming languages, pages and URLs each have ways to write a character otherwise, and
//! one text may use several of them, also one inside another.

/// How many escapes inside another are undone: a value in JSON, that in a page, that in a log.
const LAYERS_MAX: usize = 3;
/// Most digits of a character's number: `&#x0010FFFF;` has eight.
const DIGITS_MAX: usize = 8;

/// The characters that pages write by name.
const ENTITIES: [(&str, char); 24] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("sol", '/'),
    ("bsol", '\\'),
    ("plus", '+'),
    ("equals", '='),
    ("lowbar", '_'),
    ("hyphen", '-'),
    ("dash", '-'),
    ("period", '.'),
    ("comma", ','),
    ("colon", ':'),
    ("semi", ';'),
    ("excl", '!'),
    ("num", '#'),
    ("dollar", '$'),
    ("percnt", '%'),
    ("ast", '*'),
    ("commat", '@'),
    ("vert", '|'),
    ("nbsp", '\u{a0}'),
];

/// A text without its escapes, and where each byte of it stood.
pub(in crate::http) struct Reading {
    /// The text.
    pub bytes: Vec<u8>,
    /// For each byte where what it was made of begins, and at last where the original ends.
    starts: Vec<usize>,
}

impl Reading {
    /// Where in the original stands what this part of the text was made of.
    pub fn origin(&self, range: &std::ops::Range<usize>) -> std::ops::Range<usize> {
        let place = |at: usize| self.starts.get(at).or(self.starts.last()).copied();
        place(range.start).unwrap_or_default()..place(range.end).unwrap_or_default()
    }
}

/// The text with one layer of escapes undone after the other, as long as there are any.
pub(in crate::http) fn readings(bytes: &[u8]) -> Vec<Reading> {
    let mut all: Vec<Reading> = Vec::new();
    while all.len() < LAYERS_MAX {
        let text = all.last().map_or(bytes, |reading| &reading.bytes);
        let mut starts = Vec::new();
        let Some(undone) = undo(text, |at| starts.push(at)) else {
            break;
        };
        starts.push(text.len());
        if let Some(before) = all.last() {
            for start in &mut starts {
                *start = before.origin(&(*start..*start)).start;
            }
        }
        all.push(Reading {
            bytes: undone,
            starts,
        });
    }
    all
}

/// The same without the places, a layer at a time: of a long text less is held.
pub(in crate::http) fn texts(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    std::iter::successors(undo(bytes, |_| {}), |text| undo(text, |_| {})).take(LAYERS_MAX)
}

/// What stands for something else.
enum Unit {
    Byte(u8),
    Character(char),
}

/// The text with its escapes undone, nothing where it has none; `note` is told for each byte where
/// what it was made of begins.
fn undo(bytes: &[u8], mut note: impl FnMut(usize)) -> Option<Vec<u8>> {
    let first = bytes.iter().position(|byte| b"\\&%".contains(byte))?;
    let mut out = Vec::with_capacity(bytes.len());
    out.extend_from_slice(bytes.get(..first).unwrap_or_default());
    (0..first).for_each(&mut note);
    let (mut at, mut undone) = (first, false);
    while let Some((byte, rest)) = bytes.get(at..).and_then(<[u8]>::split_first) {
        let before = out.len();
        let length = match escape(*byte, rest) {
            Some((unit, length)) => {
                undone = true;
                push(&mut out, &unit);
                length + 1
            }
            None => {
                out.push(*byte);
                1
            }
        };
        (before..out.len()).for_each(|_| note(at));
        at += length;
    }
    undone.then_some(out)
}

fn push(out: &mut Vec<u8>, unit: &Unit) {
    match unit {
        Unit::Byte(byte) => out.push(*byte),
        Unit::Character(character) => {
            out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}

/// What the byte and those after it stand for, and how many of those after it belong to it.
fn escape(byte: u8, rest: &[u8]) -> Option<(Unit, usize)> {
    match byte {
        b'\\' => behind_backslash(rest),
        b'&' => behind_ampersand(rest),
        b'%' => behind_percent(rest),
        _ => None,
    }
}

fn behind_backslash(rest: &[u8]) -> Option<(Unit, usize)> {
    let (letter, digits) = rest.split_first()?;
    let plain = |byte: u8| Some((Unit::Byte(byte), 1));
    match letter {
        b'u' if digits.first() == Some(&b'{') => {
            let number = number(digits.get(1..)?, 16)?;
            let closed = digits.get(1 + number.length) == Some(&b'}');
            let unit = Unit::Character(char::from_u32(number.value)?);
            closed.then_some((unit, number.length + 3))
        }
        b'u' => utf16(digits).map(|(unit, length)| (unit, length + 1)),
        b'U' => {
            let value = exact(digits, 8, 16)?;
            Some((Unit::Character(char::from_u32(value)?), 9))
        }
        b'x' => Some((Unit::Byte(u8::try_from(exact(digits, 2, 16)?).ok()?), 3)),
        b'0'..=b'3' => Some((Unit::Byte(u8::try_from(exact(rest, 3, 8)?).ok()?), 3)),
        b'n' => plain(b'\n'),
        b'r' => plain(b'\r'),
        b't' => plain(b'\t'),
        b'"' | b'\'' | b'`' | b'\\' | b'/' | b'$' => plain(*letter),
        _ => None,
    }
}

/// Four digits of UTF-16, and four more where the first are half a character.
fn utf16(digits: &[u8]) -> Option<(Unit, usize)> {
    let unit = u16::try_from(exact(digits, 4, 16)?).ok()?;
    if let Some(character) = char::from_u32(unit.into()) {
        return Some((Unit::Character(character), 4));
    }
    let second = digits.get(4..)?.strip_prefix(b"\\u")?;
    let second = u16::try_from(exact(second, 4, 16)?).ok()?;
    let character = char::decode_utf16([unit, second]).next()?.ok()?;
    Some((Unit::Character(character), 10))
}

fn behind_percent(rest: &[u8]) -> Option<(Unit, usize)> {
    match rest.strip_prefix(b"u") {
        // What `escape` of old scripts makes of a character beyond Latin-1.
        Some(digits) => utf16(digits).map(|(unit, length)| (unit, length + 1)),
        None => Some((Unit::Byte(u8::try_from(exact(rest, 2, 16)?).ok()?), 2)),
    }
}

fn behind_ampersand(rest: &[u8]) -> Option<(Unit, usize)> {
    let Some(digits) = rest.strip_prefix(b"#") else {
        let named = |(name, _): &&(&str, char)| {
            let after = rest.strip_prefix(name.as_bytes());
            after.is_some_and(|after| after.first() == Some(&b';'))
        };
        let (name, character) = ENTITIES.iter().find(named)?;
        return Some((Unit::Character(*character), name.len() + 1));
    };
    let (number, before) = match digits.split_first() {
        Some((b'x' | b'X', digits)) => (number(digits, 16)?, 2),
        _ => (number(digits, 10)?, 1),
    };
    let length = before + number.length;
    // Browsers read a number also where its semicolon is missing.
    let closed = usize::from(rest.get(length) == Some(&b';'));
    let unit = Unit::Character(char::from_u32(number.value)?);
    Some((unit, length + closed))
}

struct Number {
    value: u32,
    length: usize,
}

/// The digits that the text begins with.
fn number(text: &[u8], radix: u32) -> Option<Number> {
    let is_digit = |byte: &&u8| char::from(**byte).is_digit(radix);
    let length = text.iter().take(DIGITS_MAX).take_while(is_digit).count();
    let value = exact(text, length, radix)?;
    Some(Number { value, length })
}

/// The number that so many digits make.
fn exact(text: &[u8], digits: usize, radix: u32) -> Option<u32> {
    let digits = text.get(..digits).filter(|digits| !digits.is_empty())?;
    digits.iter().try_fold(0u32, |value, byte| {
        let digit = char::from(*byte).to_digit(radix)?;
        value.checked_mul(radix)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::{readings, texts};

    #[test]
    fn escapes_of_every_kind_are_undone() {
        for (escaped, plain) in [
            (r"\u0061\u00e9\ud83d\ude00", "aé😀"),
            (r"\u{61}\U0001F600\x61\141", "a😀aa"),
            (r#"\"\\\/\n"#, "\"\\/\n"),
            ("&#97;&#x61;&#X61&#97 &amp;&lowbar;", "aaaa &_"),
            ("%61%u0061", "aa"),
            (r"a\u0062&#99;%64", "abcd"),
        ] {
            let found = texts(escaped.as_bytes()).next();
            assert_eq!(found.as_deref(), Some(plain.as_bytes()), "{escaped}");
        }
    }

    #[test]
    fn what_is_no_escape_stays() {
        for text in [
            "",
            "plain",
            r"\q",
            r"\u12",
            r"\ud83d",
            r"\u{}",
            "&#;",
            "&unknown;",
            "&amp",
            "%6",
            "%zz",
            "\\",
            "&",
            "%",
        ] {
            assert!(texts(text.as_bytes()).next().is_none(), "{text}");
            assert!(readings(text.as_bytes()).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_part_is_traced_back_through_every_layer() {
        let text = br"<&amp;#x61;b\\u0063>";
        let found = readings(text);
        let last = found.last().expect("escapes");
        assert_eq!(last.bytes, b"<abc>");
        assert_eq!(found.len(), 2);
        assert_eq!(last.origin(&(1..2)), 1..11);
        assert_eq!(last.origin(&(1..4)), 1..19);
        assert_eq!(last.origin(&(0..5)), 0..20);
    }
}
