//! Patterns of marks: text as it is, with holes.
//!
//! `%d` is a number, `%5` one of five digits, `%w` a name of code, `%T` one that begins with a
//! capital, `%s` anything. `^` is the beginning of a line, blanks apart. Nothing goes beyond a line.

use std::str::Chars;

/// The most that a hole may be, in characters: paths and signatures are shorter.
const HOLE_CHARS_MAX: usize = 160;

/// Many patterns, looked for in one pass: a line costs a look-up a character, however many there are.
pub struct Patterns {
    /// Those that stand at the beginning of a line, without the sign for it.
    first: Vec<&'static str>,
    /// The others behind their first two bytes, in order.
    anywhere: Vec<([u8; 2], &'static str)>,
}

impl Patterns {
    /// Patterns that begin with `^` or with two bytes as they are.
    pub fn new(patterns: impl Iterator<Item = &'static str>) -> Self {
        let (mut first, mut anywhere) = (Vec::new(), Vec::new());
        for pattern in patterns {
            match (pattern.strip_prefix('^'), pattern.as_bytes().first_chunk()) {
                (Some(rest), _) => first.push(rest),
                (None, Some(beginning)) => anywhere.push((*beginning, pattern)),
                (None, None) => {}
            }
        }
        anywhere.sort_unstable();
        Self { first, anywhere }
    }

    /// Whether one of them is in the line. Where one begins with a letter, it cuts no word.
    #[must_use]
    pub fn are_in(&self, line: &str) -> bool {
        let trimmed = line.trim_start();
        let pairs = line.as_bytes().array_windows::<2>().enumerate();
        self.first.iter().any(|pattern| begins(pattern, trimmed))
            || pairs
                .into_iter()
                .any(|(at, pair)| self.is_at(line, at, *pair))
    }

    fn is_at(&self, line: &str, at: usize, pair: [u8; 2]) -> bool {
        let from = self
            .anywhere
            .partition_point(|(beginning, _)| *beginning < pair);
        let behind = self.anywhere.get(from..).unwrap_or_default().iter();
        let mut alike = behind.take_while(|(beginning, _)| *beginning == pair);
        alike.any(|(_, pattern)| {
            let Some((before, rest)) = line.split_at_checked(at) else {
                return false;
            };
            let cuts = before.ends_with(char::is_alphanumeric)
                && pattern.starts_with(char::is_alphanumeric);
            !cuts && begins(pattern, rest)
        })
    }
}

/// Whether the text begins as the pattern says.
fn begins(pattern: &str, text: &str) -> bool {
    let (literal, rest) = pattern.split_once('%').unwrap_or((pattern, ""));
    let Some(text) = text.strip_prefix(literal) else {
        return false;
    };
    let mut rest = rest.chars();
    match rest.next() {
        None => true,
        Some('d') => hole(rest, text, char_is_digit),
        Some('w') => hole(rest, text, char_is_of_name),
        Some('T') => text.starts_with(char::is_uppercase) && hole(rest, text, char_is_of_name),
        Some(count) if count.is_ascii_digit() => {
            let count = count.to_digit(10).unwrap_or_default();
            let digits = text.chars().take_while(char::is_ascii_digit).count();
            u32::try_from(digits) == Ok(count)
                && begins(rest.as_str(), text.get(digits..).unwrap_or_default())
        }
        Some(_) => hole(rest, text, |_| true),
    }
}

/// Whether some beginning of the text fills the hole, and what is left begins as the rest says.
fn hole(rest: Chars, text: &str, fits: impl Fn(char) -> bool) -> bool {
    let ends = text.char_indices().take(HOLE_CHARS_MAX);
    let filled = ends.take_while(|(_, character)| fits(*character));
    let mut ends = filled.map(|(at, character)| at + character.len_utf8());
    ends.any(|end| begins(rest.as_str(), text.get(end..).unwrap_or_default()))
}

fn char_is_digit(character: char) -> bool {
    character.is_ascii_digit()
}

fn char_is_of_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_$.<>/`@-\\".contains(character)
}

#[cfg(test)]
mod tests {
    use super::Patterns;

    fn is_in(pattern: &'static str, line: &str) -> bool {
        Patterns::new([pattern].into_iter()).are_in(line)
    }

    #[test]
    fn holes_are_filled_by_what_they_say() {
        for (pattern, line) in [
            ("plain", "a plain text"),
            (
                "^at %w(%w.java:%d)",
                "\tat com.example.Keys.find(Keys.java:12)",
            ),
            ("ORA-%5", "failed: ORA-01722: invalid number"),
            ("at %T.%w(%s)", "at Acme.Keys.Revoke(String id)"),
            ("near '%s' and", "near 'é' and"),
        ] {
            assert!(is_in(pattern, line), "{pattern}: {line}");
        }
    }

    #[test]
    fn nothing_else_fills_them() {
        for (pattern, line) in [
            ("plain", "explains"),
            ("^at %w", "look at it"),
            ("at %d", "at x"),
            ("ORA-%5", "ORA-123456"),
            ("ORA-%5", "AURORA-12345"),
            ("at %T.", "at acme.Keys"),
            ("(%s)", "()"),
        ] {
            assert!(!is_in(pattern, line), "{pattern}: {line}");
        }
    }

    #[test]
    fn a_long_line_takes_no_long_time() {
        let line = "at a(b:1".repeat(50_000);
        assert!(!is_in("^at %s(%s:%d:%d)", &line));
        assert!(!is_in("at %w(%w.java:%d)", &line));
    }
}
