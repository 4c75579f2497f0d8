//! What is wrong in a file that people write: a message, its place and the line it stands on.

use std::fmt;

use crate::document::{Document, DocumentError, Pointer, Position};

/// Most problems that are listed at once; whoever has more mends these first.
pub const PROBLEMS_MAX: usize = 50;

/// Longest line that is shown, in characters; a longer one would bury the message.
const LINE_CHARACTERS_MAX: usize = 200;

/// Something wrong at a place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file's name.
    pub document: String,
    /// Where it is, if it is somewhere.
    pub position: Option<Position>,
    /// The node that it is about.
    pub pointer: Pointer,
    /// What is wrong and, where we know it, what to do.
    pub message: String,
    /// The line of the file; none where it must not or cannot be shown.
    pub line: Option<String>,
}

impl Problem {
    /// A problem with the node that `pointer` names.
    #[must_use]
    pub fn with_value(document: &Document, pointer: &Pointer, message: String) -> Self {
        let position = nearest_node(document, pointer);
        Self::new(document, pointer, (message, position))
    }

    /// A problem with the key that `pointer` ends with.
    #[must_use]
    pub fn with_key(document: &Document, pointer: &Pointer, message: String) -> Self {
        let position = document
            .key_position(pointer)
            .unwrap_or_else(|| nearest_node(document, pointer));
        Self::new(document, pointer, (message, position))
    }

    /// A file that is no document at all.
    #[must_use]
    pub fn unreadable(error: &DocumentError, bytes: &[u8]) -> Self {
        let line = error.position().and_then(|position| {
            let text = std::str::from_utf8(bytes).ok()?;
            let text = text.strip_prefix('\u{feff}').unwrap_or(text);
            text.lines().nth((position.line as usize).checked_sub(1)?)
        });
        Self {
            document: error.document().to_owned(),
            position: error.position(),
            pointer: Pointer::root(),
            message: error.to_string(),
            line: line.map(str::to_owned),
        }
    }

    /// The same problem without the line that it stands on, which may hold a secret.
    #[must_use]
    pub fn without_line(self) -> Self {
        Self { line: None, ..self }
    }

    fn new(
        document: &Document,
        pointer: &Pointer,
        (message, position): (String, Position),
    ) -> Self {
        Self {
            document: document.name().to_owned(),
            position: Some(position),
            pointer: pointer.clone(),
            message,
            line: document.excerpt(position.line).map(str::to_owned),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(position) = self.position else {
            return write!(formatter, "{}: {}", self.document, self.message);
        };
        write!(formatter, "{}:{position}: {}", self.document, self.message)?;
        let Some(line) = &self.line else {
            return Ok(());
        };
        let line: String = line.chars().take(LINE_CHARACTERS_MAX).map(inert).collect();
        let number = position.line.to_string();
        let margin = " ".repeat(number.len());
        write!(formatter, "\n{margin} |\n{number} | {}", line.trim_end())?;
        let before = (position.column as usize).saturating_sub(1);
        if before <= LINE_CHARACTERS_MAX {
            write!(formatter, "\n{margin} | {}^", " ".repeat(before))?;
        }
        Ok(())
    }
}

/// The problems of a file, in the order of their places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Takes problems; `None` where there are none.
    #[must_use]
    pub fn of(mut problems: Vec<Problem>) -> Option<Self> {
        problems.sort_by_key(|problem| problem.position);
        problems.dedup();
        problems.truncate(PROBLEMS_MAX);
        (!problems.is_empty()).then_some(Self(problems))
    }

    /// The problems, in the order of their places.
    #[must_use]
    pub fn as_slice(&self) -> &[Problem] {
        &self.0
    }

    /// The problems, in the order of their places.
    #[must_use]
    pub fn into_vec(self) -> Vec<Problem> {
        self.0
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, problem) in self.0.iter().enumerate() {
            if number > 0 {
                formatter.write_str("\n")?;
            }
            write!(formatter, "{problem}")?;
        }
        Ok(())
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

/// The position of the node, or of the nearest one above it that exists.
fn nearest_node(document: &Document, pointer: &Pointer) -> Position {
    let mut pointer = pointer.clone();
    loop {
        if let Some(node) = document.at(&pointer) {
            return node.position();
        }
        match pointer.split_last() {
            Some((parent, _)) => pointer = parent,
            None => return document.root().position(),
        }
    }
}

/// A tab is one column, so it is shown as one; other control characters are made visible.
fn inert(character: char) -> char {
    match character {
        '\t' => ' ',
        other if other.is_control() => '\u{fffd}',
        other => other,
    }
}
