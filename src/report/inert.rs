//! Text of the target made inert: nothing in it steers a terminal, a line or a report's reader.
//!
//! What is taken out stays visible as an escape, because it is evidence: a target that answers with
//! an escape sequence is shown to have done so.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text as one line: line breaks and tabs are escapes too, so it cannot forge a line.
#[must_use]
pub fn one_line(text: &str) -> Cow<'_, str> {
    if text.chars().any(steers) || text.contains("##") {
        Cow::Owned(without_commands(&escape(text)))
    } else {
        Cow::Borrowed(text)
    }
}

/// Text that no CI runner takes for an order: Azure, GitHub and TeamCity obey `##vso[…]`,
/// `##[…]` and `##teamcity[…]` wherever they stand in a line of a log.
fn without_commands(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("##") {
        let (before, mark) = rest.split_at(at + 1);
        shown.push_str(before);
        let word = mark
            .trim_start_matches('#')
            .trim_start_matches(|c: char| c.is_alphabetic());
        if word.starts_with('[') {
            shown.push(' ');
        }
        rest = mark;
    }
    shown.push_str(rest);
    shown
}

/// The text's lines, each inert. A CR before the line break belongs to the break.
pub fn lines(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    text.lines().map(one_line)
}

/// A value as JSON in lines, with an escape for each character that steers whoever prints it: the
/// value stays what it is.
#[must_use]
pub fn json(value: &serde_json::Value) -> String {
    // With the alternate form a value is pretty, and cannot fail to be written.
    let mut text = escaped_json(&format!("{value:#}"));
    text.push('\n');
    text
}

/// A text as one line and a JSON string, which is a YAML scalar too: YAML knows no surrogates, so
/// what steers is an escape already.
#[must_use]
pub fn json_string(text: &str) -> String {
    escaped_json(&serde_json::Value::from(one_line(text)).to_string())
}

fn escaped_json(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    let mut before = ' ';
    for character in json.chars() {
        // A line break can only be one between values: within them it is an escape already.
        let escape = (steers(character) && character != '\n') || (character, before) == ('#', '#');
        if escape {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // To write into a string cannot fail.
                let _ = write!(shown, "\\u{unit:04x}");
            }
        } else {
            shown.push(character);
        }
        before = character;
    }
    shown
}

/// Whether a terminal or an XML reader does more with the character than show it.
fn steers(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            // What reorders or hides text: marks of direction, widthless ones, line separators,
            // tags, and what no XML file may hold.
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
                | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}'
        )
}

fn escape(text: &str) -> String {
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            _ if !steers(character) => shown.push(character),
            _ => {
                let code = u32::from(character);
                // To write into a string cannot fail.
                let _ = if code < 0x80 {
                    write!(shown, "\\x{code:02x}")
                } else {
                    write!(shown, "\\u{{{code:x}}}")
                };
            }
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_left_alone() {
        assert_eq!(one_line("401, “Größe” 日本 \\n"), "401, “Größe” 日本 \\n");
    }

    #[test]
    fn what_steers_a_terminal_becomes_a_visible_escape() {
        assert_eq!(
            one_line("\x1b[2Ja\r\n\tb\0\x7f\u{9b}31m\u{202e}\u{feff}\u{ffff}"),
            "\\x1b[2Ja\\r\\n\\tb\\x00\\x7f\\u{9b}31m\\u{202e}\\u{feff}\\u{ffff}"
        );
    }

    #[test]
    fn orders_to_a_ci_runner_are_broken_and_headings_are_not() {
        assert_eq!(
            one_line("a ##vso[task.setvariable]x ##[group]y ##teamcity[z ### Title ##"),
            "a # #vso[task.setvariable]x # #[group]y # #teamcity[z ### Title ##"
        );
    }

    #[test]
    fn json_shows_nothing_that_steers_and_keeps_its_value() {
        let value =
            serde_json::json!({"a": "\u{1b}[2J\u{9b}\u{202e}\u{e0001} ###[x\n\"", "b": [1, {}]});
        let text = json(&value);
        assert!(text.chars().all(|c| c == '\n' || !steers(c)), "{text}");
        assert!(!text.contains("##"), "{text}");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&text).unwrap(),
            value
        );
    }

    #[test]
    fn lines_keep_their_breaks_and_nothing_else() {
        let shown: Vec<_> = lines("HTTP/1.1 200 OK\r\nX: \x1b\r\n\r\na\rb").collect();
        assert_eq!(shown, ["HTTP/1.1 200 OK", "X: \\x1b", "", "a\\rb"]);
    }
}
