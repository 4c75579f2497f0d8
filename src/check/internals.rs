//! Marks of a server's insides in a text: stack traces, queries, source files, classes.
//!
//! ## Requires   As the check `no-internals` says.
//! ## Why        Each mark is one that frameworks print, and that no text for people has.
//! ## Spec       ASVS 16.5.1.
//! ## Silent     Words alone, such as `error` or `select`; paths in links.

use std::fmt;

/// What of a server's insides a text shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Insides {
    /// A stack trace.
    StackTrace,
    /// A query, or what a database says.
    Query,
    /// The path of a source file.
    SourcePath,
    /// The name of a class.
    ClassName,
}

impl fmt::Display for Insides {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::StackTrace => "a stack trace",
            Self::Query => "a query, or what a database says",
            Self::SourcePath => "the path of a source file",
            Self::ClassName => "the name of a class",
        })
    }
}

/// The worst mark in the text.
#[must_use]
pub fn insides(text: &str) -> Option<Insides> {
    if text.lines().any(is_frame) || TRACES.iter().any(|mark| text.contains(mark)) {
        Some(Insides::StackTrace)
    } else if is_query(text) {
        Some(Insides::Query)
    } else if words(text).any(is_source_path) {
        Some(Insides::SourcePath)
    } else if words(text).any(is_class_name) {
        Some(Insides::ClassName)
    } else {
        None
    }
}

/// What stands over or in traces, and nowhere else.
const TRACES: [&str; 7] = [
    "Traceback (most recent call last)",
    "Stack trace:",
    "goroutine 1 [running]",
    "stack backtrace:",
    "Exception in thread",
    "panicked at ",
    "NullReferenceException",
];

/// One frame: `at f (file:1:2)`, `at a.B.c(B.java:1)`, `#0 /file(1): f()`, `File "x", line 1`.
fn is_frame(line: &str) -> bool {
    let line = line.trim();
    let has_line_number = |rest: &str| {
        let after_colon = rest.split(':').skip(1);
        let mut numbered =
            after_colon.filter(|part| part.starts_with(|c: char| c.is_ascii_digit()));
        numbered.next().is_some()
    };
    if let Some(rest) = line.strip_prefix("at ") {
        let called = rest.contains('(') && rest.contains(')');
        return (called && (has_line_number(rest) || rest.contains(".java"))) || is_method(rest);
    }
    if let Some(rest) = line.strip_prefix('#') {
        let after_number = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let numbered = after_number.len() < rest.len();
        return numbered && after_number.starts_with(" /") && rest.contains("): ");
    }
    if let Some(rest) = line.strip_prefix("File \"") {
        return rest.contains("\", line ");
    }
    // Ruby: `/app/x.rb:12:in 'f'`.
    line.contains(".rb:") && line.contains(":in ")
}

/// A .NET frame, which names its file only where symbols are at hand: `A.B.C.M(String id)`.
fn is_method(rest: &str) -> bool {
    let Some((name, parameters)) = rest.split_once('(') else {
        return false;
    };
    let in_name =
        |character: char| character.is_ascii_alphanumeric() || "._`<>[],+|".contains(character);
    let parts: Vec<&str> = name.split('.').collect();
    let begins_with_capital = |part: &&str| part.starts_with(|c: char| c.is_ascii_uppercase());
    parts.len() >= 3
        && parts.iter().all(begins_with_capital)
        && name.chars().all(in_name)
        && parameters.contains(')')
}

/// What databases say, in lower case.
const DATABASE: [&str; 11] = [
    "sqlstate[",
    "syntax error at or near",
    "you have an error in your sql syntax",
    "ora-0",
    "ora-1",
    "ora-2",
    "pg::",
    "sqlite3::",
    "sqlite_error",
    "duplicate key value violates unique constraint",
    "er_parse_error",
];

fn is_query(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    if DATABASE.iter().any(|mark| lower.contains(mark)) {
        return true;
    }
    let in_order = |first: &str, second: &str, marks: &[&str]| {
        let Some((_, rest)) = lower.split_once(first) else {
            return false;
        };
        let Some((between, rest)) = rest.split_once(second) else {
            return false;
        };
        marks
            .iter()
            .any(|mark| between.contains(mark) || rest.contains(mark))
    };
    // A sentence may select something from somewhere; a query has marks besides.
    in_order("select ", " from ", &["* ", "*,", " = ", "`", "=?", "= $"])
        || in_order("delete from ", " where ", &["=", "`", " in ("])
        || in_order("update ", " set ", &["`", " = ?", " = $", "where "])
        || in_order("insert into ", " values", &["("])
}

/// The parts of a text between blanks, quotes and brackets.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| {
        character.is_whitespace() || matches!(character, '"' | '\'' | '(' | ')' | '[' | ']' | ',')
    })
    // What follows `src=` or `href=` is a link.
    .filter(|word| !word.ends_with('='))
}

/// Where servers keep their files. A link may begin with any other directory.
const ROOTS: [&str; 9] = [
    "/var/",
    "/srv/",
    "/home/",
    "/opt/",
    "/usr/",
    "/root/",
    "/etc/",
    "/Users/",
    "/private/",
];

/// Names of source files end so.
const SOURCES: [&str; 12] = [
    ".php", ".py", ".rb", ".js", ".ts", ".mjs", ".java", ".kt", ".go", ".rs", ".cs", ".ex",
];

fn is_source_path(word: &str) -> bool {
    let word = word.trim_end_matches(['.', ';', '<']);
    let place = word.trim_end_matches(|c: char| c.is_ascii_digit() || c == ':');
    let is_source = SOURCES.iter().any(|ending| place.ends_with(ending));
    let windows = word.get(1..3) == Some(":\\");
    let rooted = ROOTS.iter().any(|root| word.starts_with(root));
    // Elsewhere, a line number tells a source file from a link.
    let numbered = place.len() < word.len() && word.starts_with('/');
    is_source && (windows || rooted || numbered)
}

/// `App\Models\ApiKey`, `com.example.keys.KeyNotFoundException`.
fn is_class_name(word: &str) -> bool {
    let parts: Vec<&str> = word.trim_matches(['.', ':', ';']).split('\\').collect();
    let is_name = |part: &&str| {
        part.starts_with(|c: char| c.is_ascii_uppercase())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    if parts.len() >= 2 && parts.iter().all(is_name) {
        return true;
    }
    let dotted: Vec<&str> = word.trim_matches(['.', ':', ';']).split('.').collect();
    let Some((last, packages)) = dotted.split_last() else {
        return false;
    };
    packages.len() >= 2
        && (last.ends_with("Exception") || last.ends_with("Error"))
        && is_name(last)
        && packages
            .iter()
            .all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::{Insides, insides};

    #[test]
    fn traces_of_usual_frameworks_are_seen() {
        for trace in [
            "Error: no\n    at authenticate (/srv/app/src/auth.js:17:11)",
            "x\n\tat com.example.Keys.find(Keys.java:12)",
            "#0 /var/www/app/Http/Controllers/ApiKeyController.php(41): destroy()",
            "Traceback (most recent call last):\n  File \"/app/x.py\", line 3, in f",
            "/app/models/key.rb:12:in `find'",
            "System.FormatException: x\n   at App.Keys.Keys.Find(Int32 id) in C:\\F.cs:line 4",
            "x\n   at System.Number.ThrowFormatException[TChar](ReadOnlySpan`1 value)",
        ] {
            assert_eq!(insides(trace), Some(Insides::StackTrace), "{trace}");
        }
    }

    #[test]
    fn queries_paths_and_classes_are_told_apart() {
        let seen = |text: &str| insides(text);
        assert_eq!(seen("SQLSTATE[02000]: no data"), Some(Insides::Query));
        assert_eq!(
            seen("select * from `api_keys` where `id` = ? limit 1"),
            Some(Insides::Query)
        );
        assert_eq!(
            seen("No such method in /var/www/html/app/routes/api.php on line 12"),
            Some(Insides::SourcePath)
        );
        assert_eq!(
            seen("No query results for model [App\\Models\\ApiKey]."),
            Some(Insides::ClassName)
        );
    }

    #[test]
    fn texts_for_people_show_nothing() {
        for text in [
            "Unauthenticated.",
            "Select a key from the list, then try again.",
            "Update your key, or set a new one.",
            "<html><script src=\"/assets/app.js\"></script><a href='/docs/x.php'>docs</a></html>",
            "See https://docs.example.com/errors/E42.php for more.",
            "The key ' OR '1'='1' -- is not valid.",
            "Not found (at /api/v1/api-keys/42).",
            "#1 priority: contact support (24/7): we help.",
            "at Support.Example.Com (by mail) or by phone (24/7)",
            "at www.example.com(24/7)",
        ] {
            assert_eq!(insides(text), None, "{text}");
        }
    }
}
