//! The text of a document: its encoding, its lines, and a line shown with a caret.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::error::DocumentError;
use super::limits::{DOCUMENT_BYTES_MAX, EXCERPT_CHARACTERS_MAX};
use super::position::Position;

/// The bytes as text, without a byte order mark.
pub(super) fn decode<'bytes>(
    document: &str,
    bytes: &'bytes [u8],
) -> Result<&'bytes str, DocumentError> {
    if bytes.len() > DOCUMENT_BYTES_MAX {
        return Err(DocumentError::TooLarge {
            document: document.into(),
            bytes: bytes.len(),
        });
    }
    if let Some(encoding) = foreign_encoding(bytes) {
        return Err(DocumentError::Encoding {
            document: document.into(),
            encoding,
        });
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').unwrap_or(text)),
        Err(error) => {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let before = String::from_utf8_lossy(valid);
            let before = before.strip_prefix('\u{feff}').unwrap_or(&before);
            Err(DocumentError::NotUtf8 {
                document: document.into(),
                position: end_of(before),
            })
        }
    }
}

/// The encoding that the first bytes show, where it is not UTF-8.
fn foreign_encoding(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some("UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("UTF-16"),
        [0, 0, 0, last, ..] if *last != 0 => Some("UTF-32"),
        [first, 0, 0, 0, ..] if *first != 0 => Some("UTF-32"),
        [0, second, 0, last, ..] if *second != 0 && *last != 0 => Some("UTF-16"),
        [first, 0, third, 0, ..] if *first != 0 && *third != 0 => Some("UTF-16"),
        _ => None,
    }
}

/// The place just after the text.
pub(super) fn end_of(text: &str) -> Position {
    let starts = line_starts(text);
    let start = starts.last().copied().unwrap_or(0) as usize;
    let column = text.get(start..).map_or(0, |line| line.chars().count());
    Position {
        line: count_u32(starts.len()),
        column: count_u32(column + 1),
    }
}

/// A count as 32 bits; documents are small enough for it never to be cut.
pub(super) fn count_u32(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The offset in bytes of each line's first character. Lines end as in YAML: LF, CR LF, or CR.
pub(super) fn line_starts(text: &str) -> Vec<u32> {
    let bytes = text.as_bytes();
    let breaks = memchr::memchr2_iter(b'\n', b'\r', bytes);
    // The carriage return of a pair ends nothing yet.
    let ends = breaks.filter(|&offset| bytes.get(offset..offset + 2) != Some(b"\r\n"));
    std::iter::once(0)
        .chain(ends.map(|offset| count_u32(offset + 1)))
        .collect()
}

/// The line with this number, from 1, without its end.
pub(super) fn line_at<'text>(text: &'text str, starts: &[u32], line: u32) -> Option<&'text str> {
    let number = (line as usize).checked_sub(1)?;
    let start = *starts.get(number)? as usize;
    let end = starts
        .get(number + 1)
        .map_or(text.len(), |next| *next as usize);
    text.get(start..end)
        .map(|line| line.trim_end_matches(['\n', '\r']))
}

/// The line with this number, where no index of the lines is kept.
pub(super) fn line_of(text: &str, line: u32) -> Option<&str> {
    line_at(text, &line_starts(text), line)
}

/// A message with its place, `document:line:column`, and the line there with a caret.
pub(super) fn report(
    level: &str,
    message: &str,
    (document, position): (&str, Option<Position>),
    line: Option<&str>,
) -> String {
    let severity = if level == "error" {
        Level::ERROR
    } else {
        Level::WARNING
    };
    let group = Group::with_title(severity.primary_title(message));
    let Some(position) = position else {
        return render(group.element(Origin::path(document)));
    };
    let (first, column) = (position.line as usize, position.column as usize);
    let origin = Origin::path(document).line(first).char_column(column);
    let Some(line) = line else {
        return render(group.element(origin));
    };
    let (window, caret) = window_around(line, column);
    let whole = window.len() == line.len();
    let start = window
        .char_indices()
        .nth(caret)
        .map_or(window.len(), |(offset, _)| offset);
    let under = window.get(start..).and_then(|rest| rest.chars().next());
    let end = start + under.map_or(0, char::len_utf8);
    let annotation = AnnotationKind::Primary.span(start..end);
    let snippet = Snippet::source(window)
        .line_start(first)
        .annotation(annotation);
    if whole {
        return render(group.element(snippet.path(document)));
    }
    // In a part of a line the renderer would count the column from the start of the part.
    render(group.element(origin).element(snippet))
}

fn render(group: Group<'_>) -> String {
    Renderer::plain().render(&[group])
}

/// The part of a line around a column (from 1), and where the column is in it (from 0).
fn window_around(line: &str, column: usize) -> (String, usize) {
    let caret = column.saturating_sub(1);
    let skipped = if caret < EXCERPT_CHARACTERS_MAX {
        0
    } else {
        caret - EXCERPT_CHARACTERS_MAX / 2
    };
    let window = line
        .chars()
        .skip(skipped)
        .take(EXCERPT_CHARACTERS_MAX)
        .collect();
    (window, caret - skipped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_as_in_yaml() {
        let text = "one\ntwo\r\nthree\rfour\n";
        let lines: Vec<_> = (1..=6).map(|line| line_of(text, line)).collect();
        let expected = [
            Some("one"),
            Some("two"),
            Some("three"),
            Some("four"),
            Some(""),
            None,
        ];
        assert_eq!(lines, expected);
        assert_eq!(line_of(text, 0), None);
    }

    #[test]
    fn a_report_has_the_place_and_a_caret_under_it() {
        let place = Position {
            line: 41,
            column: 9,
        };
        let shown = report(
            "error",
            "it broke",
            ("api.yaml", Some(place)),
            Some("äöü  x: here"),
        );
        assert!(shown.contains("api.yaml:41:9"), "{shown}");
        let lines: Vec<_> = shown.lines().collect();
        let source = lines.iter().position(|line| line.contains("äöü")).unwrap();
        let column = |line: &str, needle: &str| {
            line.find(needle)
                .map(|offset| line[..offset].chars().count())
        };
        assert_eq!(
            column(lines[source + 1], "^"),
            column(lines[source], "here"),
            "{shown}"
        );
    }

    #[test]
    fn a_report_of_a_long_line_is_short() {
        let line = "x".repeat(1_000_000);
        let place = Position {
            line: 1,
            column: 500_000,
        };
        let shown = report("error", "it broke", ("api.json", Some(place)), Some(&line));
        assert!(shown.len() < 1_000, "{}", shown.len());
        assert!(
            shown.contains("api.json:1:500000") && shown.contains('^'),
            "{shown}"
        );
    }
}
