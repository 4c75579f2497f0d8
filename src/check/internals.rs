//! Marks of a server's insides in a text: stack traces, queries, source files, classes.
//!
//! ## Requires   As the check `no-internals` says.
//! ## Why        Each mark is one that frameworks print, and that no text for people has.
//! ## Spec       ASVS 16.5.1.
//! ## Silent     Words alone, such as `error` or `select`; paths in links; what stands beyond the
//!               first 256 KiB of a text.

mod marks;
mod pattern;
mod text;

use std::fmt;

pub use text::text;

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

/// How much of a text is looked at: pages for developers have some tens of KiB of style before what
/// they tell.
const TEXT_BYTES_MAX: usize = 256 * 1024;

/// The worst mark in the text.
#[must_use]
pub fn insides(text: &str) -> Option<Insides> {
    let text = text.get(..text.floor_char_boundary(TEXT_BYTES_MAX))?;
    if text.lines().any(marks::is_trace) {
        Some(Insides::StackTrace)
    } else if text.lines().any(marks::is_of_database) || is_query(text) {
        Some(Insides::Query)
    } else if words(text).any(is_source_path) {
        Some(Insides::SourcePath)
    } else if words(text).any(is_class_name) {
        Some(Insides::ClassName)
    } else {
        None
    }
}

fn is_query(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
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

/// Directories in which servers keep their files, and that no link begins with.
const DIRECTORIES: [&str; 23] = [
    "/etc/nginx/",
    "/go/pkg/mod/",
    "/go/src/",
    "/home/site/wwwroot/",
    "/opt/app/",
    "/opt/bitnami/",
    "/private/var/",
    "/proc/self/",
    "/srv/app/",
    "/srv/http/",
    "/srv/www/",
    "/usr/app/",
    "/usr/bin/",
    "/usr/lib/",
    "/usr/local/",
    "/usr/sbin/",
    "/usr/share/",
    "/usr/src/",
    "/var/lib/",
    "/var/log/",
    "/var/runtime/",
    "/var/task/",
    "/var/www/",
];

/// Where else they keep them; a link may begin so, but ends otherwise.
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

/// Where images of containers keep them; many a link begins so.
const IN_CONTAINERS: [&str; 7] = [
    "/app/",
    "/build/",
    "/code/",
    "/data/",
    "/src/",
    "/tmp/",
    "/workspace/",
];

/// Names of source files end so.
const SOURCES: [&str; 12] = [
    ".php", ".py", ".rb", ".js", ".ts", ".mjs", ".java", ".kt", ".go", ".rs", ".cs", ".ex",
];

/// Names of files end so that no browser is given.
const NEVER_SERVED: [&str; 16] = [
    ".py", ".pyc", ".rb", ".java", ".class", ".jar", ".kt", ".go", ".rs", ".cs", ".ex", ".so",
    ".env", ".conf", ".sqlite", ".db",
];

fn is_source_path(word: &str) -> bool {
    let word = word.strip_prefix("file://").unwrap_or(word);
    let word = word.trim_end_matches(['.', ';', '<', ':', '`']);
    let place = word.trim_end_matches(|c: char| c.is_ascii_digit() || c == ':');
    let begins = |roots: &[&str]| roots.iter().any(|root| word.starts_with(root));
    let ends = |endings: &[&str]| endings.iter().any(|ending| place.ends_with(ending));
    // Elsewhere, a line number tells a source file from a link.
    let numbered = place.len() < word.len() && word.starts_with('/') && ends(&SOURCES);
    let below = DIRECTORIES
        .iter()
        .any(|directory| word.len() > directory.len() && word.starts_with(directory));
    below
        || word == "/etc/passwd"
        || numbered
        || is_on_drive(place) && (ends(&SOURCES) || place.matches('\\').count() > 1)
        || begins(&ROOTS) && (ends(&SOURCES) || ends(&NEVER_SERVED))
        || begins(&IN_CONTAINERS) && ends(&NEVER_SERVED)
}

/// `C:\inetpub\wwwroot`, and no text in which `\n` is written out.
fn is_on_drive(word: &str) -> bool {
    let drive = word.starts_with(|c: char| c.is_ascii_alphabetic());
    drive
        && word.get(1..3) == Some(":\\")
        && word.split('\\').skip(1).all(|name| {
            let is_name = |c: char| c.is_alphanumeric() || "._-~$".contains(c);
            !name.is_empty() && name.chars().all(is_name)
        })
}

/// `App\Models\ApiKey`, `ActiveRecord::RecordNotFound`, `com.example.keys.KeyNotFoundException`,
/// `System.FormatException`.
fn is_class_name(word: &str) -> bool {
    let word = word.trim_matches(['.', ':', ';', '`']);
    let is_name = |part: &&str| {
        part.starts_with(|c: char| c.is_ascii_uppercase())
            && part.contains(|c: char| c.is_ascii_lowercase())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let is_path_of_names = |separator: &str| {
        let parts: Vec<&str> = word.split(separator).collect();
        parts.len() >= 2 && parts.iter().all(is_name)
    };
    if is_path_of_names("\\") || is_path_of_names("::") {
        return true;
    }
    let dotted: Vec<&str> = word.split('.').collect();
    let Some((last, packages)) = dotted.split_last() else {
        return false;
    };
    let of_platform = matches!(packages, ["System" | "Microsoft"]);
    (packages.len() >= 2 || of_platform)
        && (last.ends_with("Exception") || last.ends_with("Error"))
        && is_name(last)
        && packages
            .iter()
            .all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::{Insides, insides};

    #[track_caller]
    fn check_insides(expected: Option<Insides>, texts: &[&str]) {
        for text in texts {
            assert_eq!(insides(text), expected, "{text}");
        }
    }

    #[test]
    fn a_trace_is_seen_wherever_its_line_stands() {
        check_insides(
            Some(Insides::StackTrace),
            &[
                "Error: no\n    at authenticate (/srv/app/src/auth.js:17:11)",
                "System.FormatException: no\r\n   at Acme.Keys.Revoke(String id) in C:\\b\\K.cs:line 4",
                "Bad id.\n#0 /var/www/app/KeyController.php(41): destroy()\n#1 {main}",
                "/app/models/key.rb:12:in `find'",
            ],
        );
    }

    #[test]
    fn what_a_database_says_is_seen_and_so_is_a_query() {
        check_insides(
            Some(Insides::Query),
            &[
                "Bad id.\nORA-01722: invalid number",
                "failed: invalid input syntax for type bigint: \"abc\"",
                "select * from `api_keys` where `id` = ? limit 1",
                "UPDATE api_keys SET revoked_at = now() WHERE id = 'abc'",
                "SELECT id FROM api_keys WHERE id = abc",
            ],
        );
    }

    #[test]
    fn a_path_of_the_server_is_seen() {
        check_insides(
            Some(Insides::SourcePath),
            &[
                "No such method in /var/www/html/app/routes/api.php on line 12",
                "Cannot read /var/www/html/storage/keys/abc.json",
                "open /usr/local/etc/keys: permission denied",
                "open '/home/deploy/keys/current/config.py'",
                "module 'keys' has no attribute 'abc' (/app/keys/__init__.py)",
                "failed at /app/main.js:12",
                "Could not find file 'C:\\inetpub\\wwwroot\\keys\\abc.json'.",
                "D:\\Keys.cs is not readable",
                "file:///srv/app/x is missing",
            ],
        );
    }

    #[test]
    fn the_name_of_a_class_is_seen() {
        check_insides(
            Some(Insides::ClassName),
            &[
                "No query results for model [App\\Models\\ApiKey].",
                "ActiveRecord::RecordNotFound",
                "com.example.keys.KeyNotFoundException: 42",
                "System.FormatException: Input string was not in a correct format.",
            ],
        );
    }

    #[test]
    fn texts_for_people_show_nothing() {
        check_insides(
            None,
            &[
                "Unauthenticated.",
                "Select a key from the list, then try again.",
                "Update your key, or set a new one.",
                "There is an error in line 5 of your request, at character 12.",
                "application/json is expected, not text/html; charset=utf-8",
                "Cannot DELETE /api/v1/api-keys/42.json",
                "Not found (at /api/v1/api-keys/42).",
                "DELETE /app/api/v1/api-keys/abc: see /home/docs or /data/export.json",
                "Go to /tmp/upload/1 or /build/7, /code/abc.js, /src/app.js",
                "See https://docs.example.com/errors/E42.php for more.",
                "See https://example.com/var/www/x and /users/42/keys",
                "The key ' OR '1'='1' -- is not valid.",
                "#1 priority: contact support (24/7): we help.",
                "At Acme, Inc. (since 1999) at 10:15:20 in room 3: line 4 was busy",
                "Try again at 12:30 (UTC+1:00).",
                "{message:\\nhello\\tworld}",
                "The value abc is not a valid integer",
                "Input should be a valid integer, unable to parse string as an integer",
                "Failed to convert 'apiKey' with value: 'abc'",
                "The requested URL was not found on this server. nginx/1.25.3",
                "Error reference number: 1000, Ray ID: 8abc-FRA, IP ::1",
                "The resource fe80::1 and FE80::AB are addresses; A::1 too",
                "invalid api.key.Format or unknown.error.code",
                "Duplicate entry. No such key: abc. Access to the database is not for you.",
                "Your key was locked; the table below says why. Column 3 is out of range.",
            ],
        );
    }
}
