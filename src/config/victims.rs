//! Where victims come from: the keys that a run may revoke.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::file::{FileHooks, FilePool, FileVictims, Spelling};
use super::identity::{check_command, check_id, read_secret};
use super::layers::Layers;
use super::problem::{ConfigError, ConfigProblem};
use super::setting::Setting;
use super::table;
use crate::document::{Document, Pointer};
use crate::http::Secret;
use crate::suite::{Problem, read_typed};

/// Most victims in a pool: far more than any suite revokes.
const POOL_VICTIMS_MAX: usize = 100_000;

/// Where victims come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Victims {
    /// The contract's operation makes them.
    Create,
    /// They are handed over.
    Pool {
        /// By what.
        source: PoolSource,
    },
    /// Commands make and revoke them; each prints JSON on standard output.
    Exec {
        /// Makes one.
        create: Vec<String>,
        /// Revokes one, if the run does not do so itself.
        destroy: Option<Vec<String>>,
    },
}

/// What holds a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PoolSource {
    /// A file, to be read by [`parse_pool`].
    File(String),
    /// An environment variable: read already.
    Environment {
        /// The variable.
        name: String,
        /// The victims in it: id and secret.
        victims: Vec<(String, Secret)>,
    },
}

/// Reads a pool: `[{"id": 12, "secret": "…"}]`. `name` is what errors call it; none of them
/// shows a line or a value of it.
///
/// # Errors
/// It is malformed, has another shape, is empty, or names a victim twice; each with its place.
pub fn parse_pool(name: &str, bytes: &[u8]) -> Result<Vec<(String, Secret)>, ConfigError> {
    let of = |problems: Vec<Problem>| {
        let problems = problems.into_iter().map(Problem::without_line);
        ConfigError {
            problems: problems.map(ConfigProblem::InFile).collect(),
        }
    };
    let document = Document::parse(name, bytes)
        .map_err(|error| of(vec![Problem::unreadable(&error, bytes)]))?;
    let entries: Vec<PoolEntry> = read_typed(&document).map_err(|error| of(error.0.into_vec()))?;
    let root = Pointer::root();
    let wrong = |at: &Pointer, message: String| Problem::with_value(&document, at, message);
    if entries.is_empty() || entries.len() > POOL_VICTIMS_MAX {
        let message = format!("a pool holds from 1 to {POOL_VICTIMS_MAX} victims");
        return Err(of(vec![wrong(&root, message)]));
    }
    let mut problems = Vec::new();
    let mut victims = Vec::new();
    let mut ids = BTreeMap::new();
    let mut secrets = BTreeMap::new();
    for (number, entry) in entries.iter().enumerate() {
        let at = root.push(number.to_string());
        let id = check_id(&entry.id).and_then(|id| match ids.insert(id.clone(), number) {
            Some(first) => Err(format!("the id is also that of victim {}", first + 1)),
            None => Ok(id),
        });
        let secret = read_secret(entry.secret.as_bytes()).and_then(|secret| {
            match secrets.insert(secret.clone(), number) {
                Some(first) => Err(format!("the secret is also that of victim {}", first + 1)),
                None => Ok(secret),
            }
        });
        match (id, secret) {
            (Ok(id), Ok(secret)) => victims.push((id, secret)),
            (id, secret) => {
                let id = id.err().map(|message| wrong(&at.push("id"), message));
                let secret = secret.err();
                let secret = secret.map(|message| wrong(&at.push("secret"), message));
                problems.extend(id.into_iter().chain(secret));
            }
        }
    }
    if problems.is_empty() {
        Ok(victims)
    } else {
        Err(of(problems))
    }
}

/// The victims of the file.
pub(super) fn victims(layers: &mut Layers<'_>, file: Option<&FileVictims>) -> Setting<Victims> {
    let at = table::VICTIMS.pointer();
    let default = Setting::default_of(Victims::Create);
    let Some(file) = file else {
        return default;
    };
    let value = match (&file.pool, &file.exec) {
        (Some(_), Some(_)) => {
            let message = "`pool` and `exec` exclude each other";
            layers.complain_of_key(&at.push("exec"), message.to_owned());
            None
        }
        (Some(given), None) => pool(layers, &at.push("pool"), given),
        (None, Some(hooks)) => exec(layers, &at.push("exec"), hooks),
        (None, None) => {
            let message = "give `pool` or `exec`, or leave `victims` out to have them made by the \
                           contract's own operation";
            layers.complain_of_key(&at, message.to_owned());
            None
        }
    };
    let origin = layers.file_origin(&at);
    value.map_or(default, |value| Setting { value, origin })
}

fn pool(layers: &mut Layers<'_>, at: &Pointer, given: &FilePool) -> Option<Victims> {
    let source = match (&given.file, &given.env) {
        (Some(path), None) if path.trim().is_empty() => {
            layers.complain_in_file(&at.push("file"), "the path is empty".to_owned());
            return None;
        }
        (Some(path), None) => {
            let origin = layers.file_origin(at);
            PoolSource::File(layers.path(path, &origin))
        }
        (None, Some(name)) => {
            let text = match layers.named_variable(name) {
                Ok(text) => text,
                Err(message) => {
                    layers.complain_in_file(&at.push("env"), message);
                    return None;
                }
            };
            match parse_pool(name, text.as_bytes()) {
                Ok(victims) => PoolSource::Environment {
                    name: name.clone(),
                    victims,
                },
                Err(error) => {
                    layers.extend(error.problems);
                    return None;
                }
            }
        }
        (Some(_), Some(_)) => {
            let message = "`file` and `env` exclude each other";
            layers.complain_of_key(&at.push("env"), message.to_owned());
            return None;
        }
        (None, None) => {
            let message = "nothing says where the pool is: give `file` or `env`";
            layers.complain_of_key(at, message.to_owned());
            return None;
        }
    };
    Some(Victims::Pool { source })
}

fn exec(layers: &mut Layers<'_>, at: &Pointer, hooks: &FileHooks) -> Option<Victims> {
    let destroy = hooks.destroy.as_deref().map(|command| ("destroy", command));
    let commands = [("create", &hooks.create[..])].into_iter().chain(destroy);
    for (key, command) in commands {
        if let Err(message) = check_command(command) {
            layers.complain_in_file(&at.push(key), message);
            return None;
        }
    }
    Some(Victims::Exec {
        create: hooks.create.clone(),
        destroy: hooks.destroy.clone(),
    })
}

/// A victim as it stands in a pool.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PoolEntry {
    id: Spelling,
    secret: String,
}
