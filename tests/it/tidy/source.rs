//! A source file as the law reads it: its code, without comments, texts and unit tests.

use std::fs;
use std::path::{Path, PathBuf};

/// A file of ours.
pub struct Source {
    /// Its path below the package, with `/`.
    pub path: String,
    /// Its text as it is.
    pub text: String,
    /// Its text with comments, the insides of texts, and unit tests made blank; lines stay lines.
    pub code: String,
}

impl Source {
    /// A file with this path and text.
    pub fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            code: without_tests(&without_comments_and_texts(text)),
        }
    }

    /// The path below `src`, where it is there.
    pub fn below_src(&self) -> Option<&str> {
        self.path.strip_prefix("src/")
    }

    /// The module of the map that the file belongs to, such as `plan`.
    pub fn module(&self) -> Option<&str> {
        let below = self.below_src()?;
        Some(match below.split_once('/') {
            Some((folder, _)) => folder,
            None => below.trim_end_matches(".rs"),
        })
    }

    /// How many modules it is below the root of the crate.
    pub fn depth(&self) -> usize {
        let below = self.below_src().unwrap_or_default();
        let folders = below.split('/').count();
        if below.ends_with("mod.rs") {
            folders - 1
        } else {
            folders
        }
    }

    /// What is named behind `crate::`, a path an entry: `crate::http::{Client, message::Part}` is
    /// `http::Client` and `http::message::Part`.
    pub fn own_paths(&self) -> Vec<Vec<String>> {
        self.paths_from("crate")
    }

    /// What is named behind a root, such as a crate's name.
    fn paths_from(&self, root: &str) -> Vec<Vec<String>> {
        let head = format!("{root}::");
        let mut paths = Vec::new();
        for (at, _) in self.code.match_indices(&head) {
            let before = &self.code[..at];
            let inner = before.ends_with("::") && !before.trim_end_matches("::").ends_with(' ');
            if !before.ends_with(is_word) && !inner {
                tree(&mut &self.code[at + head.len()..], &[], &mut paths);
            }
        }
        paths
    }

    /// Whether the code reaches for this path from outside, such as `hyper` or `tokio::time`.
    pub fn reaches(&self, path: &str) -> bool {
        let mut wanted = path.split("::");
        let root = wanted.next().unwrap_or_default();
        let wanted: Vec<&str> = wanted.collect();
        self.paths_from(root)
            .iter()
            .any(|found| found.len() >= wanted.len() && wanted.iter().eq(&found[..wanted.len()]))
    }

    /// Whether the code has this word.
    pub fn says(&self, word: &str) -> bool {
        self.code.match_indices(word).any(|(at, _)| {
            !self.code[..at].ends_with(is_word)
                && !self.code[at + word.len()..].starts_with(is_word)
        })
    }

    /// The longest run of `super::` in the code.
    pub fn climbs(&self) -> usize {
        let mut rest = self.code.as_str();
        let mut most = 0;
        while let Some(at) = rest.find("super::") {
            rest = &rest[at..];
            let mut steps = 0;
            while let Some(after) = rest.strip_prefix("super::") {
                steps += 1;
                rest = after;
            }
            // `super::super` in a visibility has no colons behind the last word.
            most = most.max(steps);
        }
        most
    }
}

/// Every file below a folder of the package with one of these extensions, in order.
pub fn below(folder: &str, extension: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the package") {
            let path: PathBuf = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|is| is == extension) {
                let below = path.strip_prefix(root).expect("a path of the package");
                let name = below.to_string_lossy().replace('\\', "/");
                let text = fs::read_to_string(&path).expect("a text");
                found.push(Source::new(&name, &text));
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Reads a use tree and notes each of its paths.
fn tree(rest: &mut &str, before: &[String], paths: &mut Vec<Vec<String>>) {
    let mut path = before.to_vec();
    loop {
        *rest = rest.trim_start();
        if let Some(inside) = rest.strip_prefix('{') {
            *rest = inside;
            while !rest.is_empty() && !rest.starts_with('}') {
                let length = rest.len();
                tree(rest, &path, paths);
                *rest = rest.trim_start();
                *rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
                if rest.len() == length {
                    // `as` and whatever else is no path: one character on.
                    *rest = &rest[rest.chars().next().map_or(0, char::len_utf8)..];
                }
            }
            *rest = rest.strip_prefix('}').unwrap_or(rest);
            return;
        }
        let end = rest.find(|next| !is_word(next)).unwrap_or(rest.len());
        if end == 0 {
            break;
        }
        path.push(rest[..end].to_owned());
        *rest = &rest[end..];
        match rest.strip_prefix("::") {
            Some(more) => *rest = more,
            None => break,
        }
    }
    if path.len() > before.len() {
        paths.push(path);
    }
}

/// Makes comments and the insides of texts blank.
fn without_comments_and_texts(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => block_comment(rest),
            '"' => quoted(rest),
            'r' | 'b' | 'c' if !code.ends_with(is_word) => raw_text(rest).unwrap_or(0),
            '\'' => character(rest).unwrap_or(0),
            _ => 0,
        };
        if length == 0 {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            let blank = |character| if character == '\n' { '\n' } else { ' ' };
            code.extend(rest[..length].chars().map(blank));
            rest = &rest[length..];
        }
    }
    code
}

fn block_comment(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of a raw text, such as `br#"…"#`.
fn raw_text(text: &str) -> Option<usize> {
    let marks = text.trim_start_matches(['b', 'c']).strip_prefix('r')?;
    let hashes = marks.len() - marks.trim_start_matches('#').len();
    let inside = marks[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = inside.find(&end).map_or(inside.len(), |at| at + end.len());
    Some(text.len() - inside.len() + length)
}

/// The length of a character, such as `'"'`; a lifetime is none.
fn character(text: &str) -> Option<usize> {
    let inside = &text[1..];
    if inside.starts_with('\\') {
        let after = inside.char_indices().nth(2)?.0;
        return inside[after..].find('\'').map(|end| 1 + after + end + 1);
    }
    let length = inside.chars().next()?.len_utf8();
    inside[length..].starts_with('\'').then_some(length + 2)
}

/// Makes `#[cfg(test)]` modules blank.
fn without_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut kept = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(at) = rest.find(MARK) {
        kept.push_str(&rest[..at]);
        let tests = &rest[at..];
        let end = item(&tests[MARK.len()..]) + MARK.len();
        let blank = |character| if character == '\n' { '\n' } else { ' ' };
        kept.extend(tests[..end].chars().map(blank));
        rest = &tests[end..];
    }
    kept + rest
}

/// The length of the item that begins here: to its closing brace, or to its semicolon.
fn item(code: &str) -> usize {
    let mut depth = 0;
    for (at, character) in code.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 1 => return at + 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}
