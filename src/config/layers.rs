//! Flag over environment over file: the layers that a setting may be given in.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::file::{FileSettings, SECTIONS, SENSITIVE_SECTIONS, Spelling};
use super::problem::{ConfigError, ConfigProblem};
use super::setting::{Origin, Setting};
use super::table::{ENTRIES, Entry, VARIABLE_PREFIX};
use crate::document::{Document, DocumentError, Node, Pointer};
use crate::suite::{Problem, nearest, read_typed};

/// The layers, and what was found wrong in them so far.
pub(super) struct Layers<'a> {
    environment: &'a BTreeMap<String, String>,
    document: Option<&'a Document>,
    /// The variables that settings refer to by name.
    referenced: BTreeSet<String>,
    problems: Vec<ConfigProblem>,
}

/// One value as the flag and the file give it.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    pub(super) flag: Option<&'a str>,
    pub(super) file: Option<&'a Spelling>,
}

/// A list as the flags and the file give it.
#[derive(Clone, Copy)]
pub(super) struct GivenList<'a> {
    pub(super) flags: &'a [String],
    pub(super) file: Option<&'a Vec<Spelling>>,
}

/// A text that was given, where, and where in the file if there.
struct Text {
    text: String,
    origin: Origin,
    pointer: Pointer,
}

impl<'a> Layers<'a> {
    pub(super) fn new(
        environment: &'a BTreeMap<String, String>,
        document: Option<&'a Document>,
    ) -> Self {
        Self {
            environment,
            document,
            referenced: BTreeSet::new(),
            problems: Vec::new(),
        }
    }

    /// A setting with one value, from the highest layer that gives it.
    pub(super) fn one<T>(
        &mut self,
        entry: &Entry,
        given: Given<'_>,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<Setting<T>> {
        let flag = entry.flag.zip(given.flag);
        let text = flag
            .map(|(name, text)| (text.to_owned(), Origin::Flag(name)))
            .or_else(|| self.variable(entry))
            .or_else(|| {
                let origin = self.file_origin(&entry.pointer());
                given.file.map(|spelling| (spelling.0.clone(), origin))
            });
        let (text, origin) = text?;
        self.parse(
            Text {
                text,
                origin,
                pointer: entry.pointer(),
            },
            parse,
        )
    }

    /// A setting with a list of values, from the highest layer that gives one; lists in flags and
    /// variables have commas.
    pub(super) fn list<T>(
        &mut self,
        entry: &Entry,
        given: GivenList<'_>,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Setting<Vec<T>>> {
        let at = entry.pointer();
        let split = |text: &str| -> Vec<String> {
            text.split(',').map(|item| item.trim().to_owned()).collect()
        };
        let (items, origin) = match (entry.flag, self.variable(entry), given.file) {
            (Some(name), _, _) if !given.flags.is_empty() => {
                let items = given.flags.iter().flat_map(|text| split(text));
                (items.collect(), Origin::Flag(name))
            }
            (_, Some((text, origin)), _) => (split(&text), origin),
            (_, None, Some(items)) => {
                let items: Vec<String> = items.iter().map(|item| item.0.clone()).collect();
                (items, self.file_origin(&at))
            }
            (_, None, None) => return None,
        };
        if items.is_empty() {
            let message = "is empty: give a value or leave it out";
            self.complain(&origin, &at, message.to_owned());
            return None;
        }
        let mut value = Vec::new();
        for (number, text) in items.into_iter().enumerate() {
            let text = Text {
                text,
                origin: origin.clone(),
                pointer: at.push(number.to_string()),
            };
            value.push(self.parse(text, &parse)?.value);
        }
        Some(Setting { value, origin })
    }

    /// The value of a variable that a setting names.
    pub(super) fn named_variable(&mut self, name: &str) -> Result<&'a str, String> {
        if !is_variable_name(name) {
            // Not repeated: it may be the secret itself.
            return Err(
                "this is no name of an environment variable, which has only letters, \
                        digits and `_`"
                    .to_owned(),
            );
        }
        self.referenced.insert(name.to_owned());
        match self.environment.get(name) {
            Some(value) if value.is_empty() => {
                Err(format!("the environment variable `{name}` is empty"))
            }
            Some(value) => Ok(value),
            None => {
                let meant = match nearest(name, self.environment.keys().map(String::as_str)) {
                    Some(meant) => format!(", did you mean `{meant}`?"),
                    None => String::new(),
                };
                Err(format!(
                    "the environment variable `{name}` is not set{meant}"
                ))
            }
        }
    }

    /// Notes that a setting names a variable, although its value is not needed.
    pub(super) fn refer(&mut self, name: &str) {
        self.referenced.insert(name.to_owned());
    }

    /// What the variable of a setting says.
    pub(super) fn variable(&self, entry: &Entry) -> Option<(String, Origin)> {
        let name = entry.variable?;
        let text = self.environment.get(name)?;
        Some((text.clone(), Origin::Environment(name.to_owned())))
    }

    /// The origin of what the file gives at the pointer: its key.
    pub(super) fn file_origin(&self, at: &Pointer) -> Origin {
        let Some(document) = self.document else {
            return Origin::Default;
        };
        match document.key_position(at) {
            Some(position) => Origin::File {
                name: document.name().to_owned(),
                position,
            },
            None => Origin::Default,
        }
    }

    /// A path: in the file it is relative to the file's folder, elsewhere to where Probity runs.
    pub(super) fn path(&self, text: &str, origin: &Origin) -> String {
        match origin {
            Origin::File { name, .. } => match Path::new(name).parent() {
                Some(folder) => folder.join(text).to_string_lossy().into_owned(),
                None => text.to_owned(),
            },
            _ => text.to_owned(),
        }
    }

    /// Something is wrong with what was given there.
    pub(super) fn complain(&mut self, origin: &Origin, at: &Pointer, message: String) {
        let place = match origin {
            Origin::Flag(name) => (*name).to_owned(),
            Origin::Environment(name) => name.clone(),
            Origin::File { .. } => return self.complain_in_file(at, message),
            Origin::Default => "the default".to_owned(),
        };
        self.problems
            .push(ConfigProblem::Outside { place, message });
    }

    /// Something is wrong with a value in the file.
    pub(super) fn complain_in_file(&mut self, at: &Pointer, message: String) {
        if let Some(document) = self.document {
            let problem = Problem::with_value(document, at, message);
            self.problems.push(ConfigProblem::InFile(showable(problem)));
        }
    }

    /// Something is wrong with a key in the file.
    pub(super) fn complain_of_key(&mut self, at: &Pointer, message: String) {
        if let Some(document) = self.document {
            let problem = Problem::with_key(document, at, message);
            self.problems.push(ConfigProblem::InFile(showable(problem)));
        }
    }

    /// Takes over problems that were found elsewhere.
    pub(super) fn extend(&mut self, problems: Vec<ConfigProblem>) {
        self.problems.extend(problems);
    }

    /// Checks the variables that look like ours, and ends the reading: warnings, or all problems.
    ///
    /// A near miss of a known name is an error, since a setting that was meant would silently
    /// not hold. Any other is a warning: shells and CI jobs have variables for other purposes.
    pub(super) fn finish(mut self) -> Result<Vec<String>, ConfigError> {
        let known: BTreeSet<&str> = ENTRIES.iter().filter_map(|entry| entry.variable).collect();
        let mut warnings = Vec::new();
        for name in self.environment.keys() {
            let Some(suffix) = name.strip_prefix(VARIABLE_PREFIX) else {
                continue;
            };
            if known.contains(name.as_str()) || self.referenced.contains(name) {
                continue;
            }
            let suffixes = known
                .iter()
                .filter_map(|name| name.strip_prefix(VARIABLE_PREFIX));
            match nearest(suffix, suffixes) {
                Some(meant) => self.problems.push(ConfigProblem::Outside {
                    place: name.clone(),
                    message: format!(
                        "no setting has this variable, did you mean `{VARIABLE_PREFIX}{meant}`?"
                    ),
                }),
                None => warnings.push(format!("`{name}` is set, but no setting reads it")),
            }
        }
        match ConfigError::of(self.problems) {
            Some(error) => Err(error),
            None => Ok(warnings),
        }
    }

    fn parse<T>(
        &mut self,
        text: Text,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<Setting<T>> {
        let parsed = if text.text.trim().is_empty() {
            Err("is empty: give a value or leave it out".to_owned())
        } else {
            parse(&text.text)
        };
        match parsed {
            Ok(value) => Some(Setting {
                value,
                origin: text.origin,
            }),
            Err(message) => {
                self.complain(&text.origin, &text.pointer, message);
                None
            }
        }
    }
}

/// Reads the file; one with comments alone says nothing.
pub(super) fn read_file(
    name: &str,
    bytes: &[u8],
) -> Result<(Option<Document>, FileSettings), ConfigError> {
    let of = |problems: Vec<Problem>| {
        let problems = problems.into_iter().map(showable);
        ConfigError {
            problems: problems.map(ConfigProblem::InFile).collect(),
        }
    };
    let document = match Document::parse(name, bytes) {
        Ok(document) if !document.root().is_null() => document,
        Ok(_) | Err(DocumentError::Empty { .. }) => return Ok((None, FileSettings::default())),
        Err(error) => {
            // Which section the line is in is not known, so it is not shown.
            return Err(of(vec![Problem::unreadable(&error, bytes).without_line()]));
        }
    };
    let settings = read_typed(&document).map_err(|error| of(error.0.into_vec()))?;
    let mut empty = Vec::new();
    for (key, _, node) in document.root().entries() {
        if !(node.is_null() && SECTIONS.contains(&key)) {
            collect_empty(node, &Pointer::root().push(key), &mut empty);
        }
    }
    if empty.is_empty() {
        return Ok((Some(document), settings));
    }
    let of_key = |pointer| {
        let message = "there is no value: give one or leave the key out".to_owned();
        Problem::with_key(&document, &pointer, message)
    };
    Err(of(empty.into_iter().map(of_key).collect()))
}

/// The places that have a key and no value, which would be read as if the key were not there.
fn collect_empty(node: &Node, pointer: &Pointer, empty: &mut Vec<Pointer>) {
    if node.is_null() {
        empty.push(pointer.clone());
    }
    for (key, _, child) in node.entries() {
        collect_empty(child, &pointer.push(key), empty);
    }
}

/// The problem without its line where that may hold a secret: by mistake under some sections, or
/// in a URL with credentials.
fn showable(problem: Problem) -> Problem {
    let section = problem.pointer.tokens().next();
    let sensitive = section.is_some_and(|section| SENSITIVE_SECTIONS.contains(&&*section));
    let credentials = problem.line.as_ref().is_some_and(|line| line.contains('@'));
    if sensitive || credentials {
        problem.without_line()
    } else {
        problem
    }
}

fn is_variable_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    let first = bytes.next();
    first.is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
