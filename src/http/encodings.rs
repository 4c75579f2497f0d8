//! The forms in which a value may turn up in bytes, and the search for many of them at once.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

/// Values shorter than this, in bytes, are not searched for: they occur by chance.
const SEARCHED_BYTES_MIN: usize = 6;

/// How many pairs of bytes there are.
const PAIRS: usize = 1 << 16;

/// What `encodeURIComponent` leaves alone.
const COMPONENT: &AsciiSet = &UNRESERVED
    .remove(b'!')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');
/// What RFC 3986 calls unreserved is left alone, and `*`, as forms do.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'*');
/// The same without `*`: RFC 3986 to the letter.
const STRICT: &AsciiSet = &UNRESERVED.add(b'*');
/// What a whole URL keeps, as `encodeURI` does.
const WHOLE_URL: &AsciiSet = &COMPONENT
    .remove(b';')
    .remove(b'/')
    .remove(b'?')
    .remove(b':')
    .remove(b'@')
    .remove(b'&')
    .remove(b'=')
    .remove(b'+')
    .remove(b'$')
    .remove(b',')
    .remove(b'#');

/// Many forms of many values, searched for in one pass.
///
/// Forms are found by their first six bytes, so adding one costs nothing but itself, and a
/// scan costs a look-up a byte, whatever the number of values.
#[derive(Default)]
pub(in crate::http) struct Forms {
    by_prefix: HashMap<[u8; SEARCHED_BYTES_MIN], Vec<Form>>,
    /// A bit for each pair of bytes that some form begins with: most places are no match, and
    /// are passed over without a hash. Empty until the first form.
    first_pairs: Vec<u64>,
}

struct Form {
    bytes: zeroize::Zeroizing<Vec<u8>>,
    owner: usize,
}

/// A place where one or, overlapping, several values were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::http) struct Match {
    /// The bytes to hide.
    pub range: Range<usize>,
    /// Whose they are: of the first value found there.
    pub owner: usize,
}

impl Forms {
    /// Adds a value in all its forms; `owner` is handed back with each match.
    pub fn add(&mut self, value: &[u8], owner: usize) {
        if value.len() < SEARCHED_BYTES_MIN {
            return;
        }
        for form in spellings(value) {
            let Some(prefix) = form.first_chunk::<SEARCHED_BYTES_MIN>() else {
                continue;
            };
            if self.first_pairs.is_empty() {
                self.first_pairs.resize(PAIRS / 64, 0);
            }
            let (word, bit) = pair_of(prefix);
            if let Some(word) = self.first_pairs.get_mut(word) {
                *word |= bit;
            }
            let known = self.by_prefix.entry(*prefix).or_default();
            // Longest first, so that the first that fits is the longest.
            let at = known.partition_point(|other| other.bytes.len() >= form.len());
            if !known.iter().any(|other| *other.bytes == form) {
                known.insert(
                    at,
                    Form {
                        bytes: form.into(),
                        owner,
                    },
                );
            }
        }
    }

    /// The first match at or after `from`, with all that overlaps it.
    pub fn first_match(&self, haystack: &[u8], from: usize) -> Option<Match> {
        if self.by_prefix.is_empty() {
            return None;
        }
        let mut at = from;
        let mut found: Option<Match> = None;
        while let Some(rest) = haystack.get(at..) {
            if rest.len() < SEARCHED_BYTES_MIN || found.as_ref().is_some_and(|f| at >= f.range.end)
            {
                break;
            }
            if let Some((length, owner)) = self.longest_at(rest) {
                match &mut found {
                    // Two values that overlap leave no tail of the second in the open.
                    Some(earlier) => earlier.range.end = earlier.range.end.max(at + length),
                    None => {
                        found = Some(Match {
                            range: at..at + length,
                            owner,
                        })
                    }
                }
            }
            at += 1;
        }
        found
    }

    /// All matches, in order, none overlapping another.
    pub fn matches(&self, haystack: &[u8]) -> Vec<Match> {
        let mut all = Vec::new();
        let mut from = 0;
        while let Some(found) = self.first_match(haystack, from) {
            from = found.range.end;
            all.push(found);
        }
        all
    }

    fn longest_at(&self, rest: &[u8]) -> Option<(usize, usize)> {
        let prefix = rest.first_chunk::<SEARCHED_BYTES_MIN>()?;
        let (word, bit) = pair_of(prefix);
        if self.first_pairs.get(word)? & bit == 0 {
            return None;
        }
        let form = self
            .by_prefix
            .get(prefix)?
            .iter()
            .find(|form| rest.starts_with(&form.bytes))?;
        Some((form.bytes.len(), form.owner))
    }
}

/// Where the bit of the first two bytes is.
fn pair_of(prefix: &[u8; SEARCHED_BYTES_MIN]) -> (usize, u64) {
    let pair = usize::from(u16::from_be_bytes([prefix[0], prefix[1]]));
    (pair / 64, 1 << (pair % 64))
}

/// A value, and every form of it that is searched for.
fn spellings(value: &[u8]) -> BTreeSet<Vec<u8>> {
    let mut plain = BTreeSet::from([value.to_vec()]);
    for alignment in 0..3 {
        plain.insert(base64_core(&STANDARD, value, alignment));
        plain.insert(base64_core(&URL_SAFE, value, alignment));
    }
    // A value, or its base64, may have been escaped for the text that it stands in.
    let mut all = BTreeSet::new();
    for form in plain {
        // Letters and digits are escaped nowhere: most forms of most values have nothing else,
        // and a run makes hundreds of values known.
        if !form.iter().all(u8::is_ascii_alphanumeric) {
            all.extend(percent_forms(&form));
            all.extend(text_forms(&form));
        }
        all.insert(form);
    }
    all.insert(hex(value, |digit| digit));
    all.insert(hex(value, |digit| digit.to_ascii_uppercase()));
    if let Ok(text) = std::str::from_utf8(value) {
        // As a JSON writer that escapes whatever it can.
        let escaped = |upper: bool| -> String {
            let unit = |unit: u16| match upper {
                true => format!("\\u{unit:04X}"),
                false => format!("\\u{unit:04x}"),
            };
            text.encode_utf16().map(unit).collect()
        };
        all.insert(escaped(true).into_bytes());
        all.insert(escaped(false).into_bytes());
    }
    let every: String = value.iter().map(|byte| format!("%{byte:02X}")).collect();
    all.insert(every.to_ascii_lowercase().into_bytes());
    all.insert(every.into_bytes());
    all
}

/// Matches in order, those that overlap made one.
pub(in crate::http) fn united(mut matches: Vec<Match>) -> Vec<Match> {
    matches.sort_by_key(|found| found.range.start);
    let mut all: Vec<Match> = Vec::new();
    for found in matches {
        match all.last_mut() {
            Some(last) if found.range.start < last.range.end => {
                last.range.end = last.range.end.max(found.range.end);
            }
            _ => all.push(found),
        }
    }
    all
}

/// The base64 characters that depend on the value alone, when it stands `alignment` bytes
/// after a multiple of three: the first and last character may mix with their neighbours.
fn base64_core(engine: &impl base64::Engine, value: &[u8], alignment: usize) -> Vec<u8> {
    let mut padded = vec![0; alignment];
    padded.extend_from_slice(value);
    let encoded = zeroize::Zeroizing::new(engine.encode(&padded));
    let first = (alignment * 8).div_ceil(6);
    let end = padded.len() * 8 / 6;
    encoded
        .as_bytes()
        .get(first..end)
        .unwrap_or_default()
        .to_vec()
}

fn hex(value: &[u8], case: impl Fn(char) -> char) -> Vec<u8> {
    let digits = |byte: &u8| [byte >> 4, byte & 15].map(|n| char::from_digit(n.into(), 16));
    value
        .iter()
        .flat_map(digits)
        .flatten()
        .map(|digit| case(digit) as u8)
        .collect()
}

/// The spellings that differ from the value.
fn percent_forms(value: &[u8]) -> Vec<Vec<u8>> {
    let mut forms = Vec::new();
    for set in [NON_ALPHANUMERIC, STRICT, UNRESERVED, COMPONENT, WHOLE_URL] {
        // Most values have nothing to escape, and every key of a run is searched for.
        let Cow::Owned(upper) = Cow::from(percent_encode(value, set)) else {
            continue;
        };
        forms.push(lower_escapes(&upper).into_bytes());
        forms.push(upper.replace("%20", "+").into_bytes());
        forms.push(upper.into_bytes());
    }
    forms
}

/// `%2F` as `%2f`, and nothing else changed.
fn lower_escapes(text: &str) -> String {
    let mut left = 0;
    let lower = |character: char| {
        left = if character == '%' {
            2
        } else {
            i32::max(left - 1, -1)
        };
        if left >= 0 && character != '%' {
            character.to_ascii_lowercase()
        } else {
            character
        }
    };
    text.chars().map(lower).collect()
}

/// As JSON and HTML writers escape text: the slash or not, `<`, `>` and `&` or not, non-ASCII
/// or not. Bytes that are no text have none of these forms.
fn text_forms(value: &[u8]) -> Vec<Vec<u8>> {
    let Ok(text) = std::str::from_utf8(value) else {
        return Vec::new();
    };
    if !value.iter().any(|byte| is_escaped(*byte)) {
        return Vec::new();
    }
    let mut forms = Vec::new();
    let json = serde_json::to_string(text).unwrap_or_default();
    let json = json
        .get(1..json.len().saturating_sub(1))
        .unwrap_or_default()
        .to_owned();
    // Go writes the first three as escapes, PHP on request the apostrophe too.
    for markup in ["", "<>&", "<>&'"] {
        for ascii in [false, true] {
            let escaped = escape_json(&json, markup, ascii);
            forms.push(escaped.replace('/', "\\/").into_bytes());
            forms.push(escaped.into_bytes());
        }
    }
    let html = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    for double in ["\"", "&quot;", "&#34;", "&#x22;"] {
        for single in ["'", "&#39;", "&#x27;", "&apos;"] {
            forms.push(html.replace('"', double).replace('\'', single).into_bytes());
        }
    }
    forms
}

/// Whether some writer of JSON or HTML escapes it.
fn is_escaped(byte: u8) -> bool {
    byte.is_ascii_control() || !byte.is_ascii() || br#""'\/<>&"#.contains(&byte)
}

fn escape_json(json: &str, markup: &str, ascii: bool) -> String {
    let mut out = String::new();
    for character in json.chars() {
        let escape = markup.contains(character) || (ascii && !character.is_ascii());
        if escape {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(character);
        }
    }
    out
}
