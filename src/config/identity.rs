//! Whose keys requests carry: each identity is given, declared absent, or neither.

use super::file::{FileIdentities, FileIdentity, Spelling};
use super::layers::Layers;
use super::setting::Setting;
use super::table::{self, Entry};
use super::url;
use crate::document::Pointer;
use crate::http::Secret;

/// Longest id that an identity or a victim has, in characters. Ids are integers of at most 20
/// digits or such as UUIDs; a longer text is a secret in the wrong place.
const ID_CHARACTERS_MAX: usize = 64;

/// The identities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identities {
    /// May revoke.
    pub admin: Setting<IdentitySetting>,
    /// May not revoke.
    pub limited: Setting<IdentitySetting>,
    /// Has expired.
    pub expired: Setting<IdentitySetting>,
    /// Was revoked; its id is known where it is given.
    pub revoked: Setting<IdentitySetting>,
    /// Belongs to another tenant, whose URL is known where it is given.
    pub other_tenant: Setting<IdentitySetting>,
}

/// What is said of an identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdentitySetting {
    /// There is one.
    Given {
        /// Where its secret comes from.
        source: SecretSource,
        /// The id of the key, where it is said.
        id: Option<String>,
        /// The URL of its tenant, where that is not the target.
        target: Option<String>,
    },
    /// The tenant has none: what needs it does not apply.
    Absent {
        /// Why, as every report shows it.
        reason: String,
    },
    /// Nothing is said: what needs it is made or inconclusive.
    Unset,
}

/// Where a secret comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// From the environment: read already.
    Environment {
        /// The variable.
        name: String,
        /// What it holds.
        secret: Secret,
    },
    /// From a file, which holds nothing else.
    File(String),
    /// From the standard output of a command.
    Command(Vec<String>),
    /// From standard input.
    Stdin,
}

/// Takes the bytes of a variable, a file or a command's output as a secret; one line end after it
/// is no part of it.
///
/// # Errors
/// What is wrong with it, as a fragment that does not repeat it.
pub fn read_secret(bytes: &[u8]) -> Result<Secret, String> {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    if bytes.is_empty() {
        return Err("the secret is empty".to_owned());
    }
    let blank = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
    if blank(bytes.first()) || blank(bytes.last()) {
        return Err("the secret begins or ends with a blank, which HTTP takes away".to_owned());
    }
    if bytes.iter().any(u8::is_ascii_control) {
        return Err("the secret holds a control character, such as the end of a line".to_owned());
    }
    Secret::new(bytes).map_err(|error| error.to_string())
}

/// The identities of the file, and the admin of the environment over them.
pub(super) fn identities(
    layers: &mut Layers<'_>,
    file: Option<&FileIdentities>,
    allow_http: bool,
) -> Identities {
    let mut reader = Reader {
        layers,
        allow_http,
        stdin_taken: false,
    };
    let file = |of: fn(&FileIdentities) -> &Option<FileIdentity>| {
        file.and_then(|identities| of(identities).as_ref())
    };
    Identities {
        admin: reader.admin(file(|identities| &identities.admin)),
        limited: reader.read(&table::LIMITED, file(|identities| &identities.limited)),
        expired: reader.read(&table::EXPIRED, file(|identities| &identities.expired)),
        revoked: reader.read(&table::REVOKED, file(|identities| &identities.revoked)),
        other_tenant: reader.read(
            &table::OTHER_TENANT,
            file(|identities| &identities.other_tenant),
        ),
    }
}

/// Checks an id; the message does not repeat it, since it may be a secret in the wrong place.
pub(super) fn check_id(spelling: &Spelling) -> Result<String, String> {
    let id = &spelling.0;
    if id.is_empty() {
        return Err("the id is empty".to_owned());
    }
    if id.chars().count() > ID_CHARACTERS_MAX {
        return Err(format!(
            "the id has more than {ID_CHARACTERS_MAX} characters"
        ));
    }
    if !id.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("the id holds something else than visible ASCII characters".to_owned());
    }
    Ok(id.clone())
}

struct Reader<'l, 'a> {
    layers: &'l mut Layers<'a>,
    allow_http: bool,
    stdin_taken: bool,
}

impl Reader<'_, '_> {
    /// The environment goes before the file here as everywhere, unless the file names the same
    /// variable: then it says more, such as the id.
    fn admin(&mut self, file: Option<&FileIdentity>) -> Setting<IdentitySetting> {
        let named = file.and_then(|identity| identity.env.as_deref());
        if named.is_some() && named == table::ADMIN.variable {
            return self.read(&table::ADMIN, file);
        }
        let Some((value, origin)) = self.layers.variable(&table::ADMIN) else {
            return self.read(&table::ADMIN, file);
        };
        if let Some(name) = named {
            self.layers.refer(name);
        }
        match read_secret(value.as_bytes()) {
            Ok(secret) => {
                let name = table::ADMIN.variable.unwrap_or_default().to_owned();
                let value = IdentitySetting::Given {
                    source: SecretSource::Environment { name, secret },
                    id: None,
                    target: None,
                };
                Setting { value, origin }
            }
            Err(message) => {
                self.layers
                    .complain(&origin, &table::ADMIN.pointer(), message);
                Setting::default_of(IdentitySetting::Unset)
            }
        }
    }

    fn read(&mut self, entry: &Entry, file: Option<&FileIdentity>) -> Setting<IdentitySetting> {
        let at = entry.pointer();
        let unset = Setting::default_of(IdentitySetting::Unset);
        let Some(identity) = file else {
            return unset;
        };
        if !self.says_one_thing(&at, identity) {
            return unset;
        }
        let value = match &identity.absent {
            Some(reason) => self.absent(&at, (identity, reason)),
            None => self.given(entry, identity),
        };
        let origin = self.layers.file_origin(&at);
        value.map_or(unset, |value| Setting { value, origin })
    }

    /// Whether exactly one of the keys that say where the secret is stands there.
    fn says_one_thing(&mut self, at: &Pointer, identity: &FileIdentity) -> bool {
        let said: Vec<&str> = [
            ("env", identity.env.is_some()),
            ("file", identity.file.is_some()),
            ("command", identity.command.is_some()),
            ("stdin", identity.stdin.is_some()),
            ("absent", identity.absent.is_some()),
        ]
        .into_iter()
        .filter_map(|(key, said)| said.then_some(key))
        .collect();
        match said[..] {
            [_] => true,
            [] => {
                let message = "nothing says where the secret is: give one of `env`, `file`, \
                               `command`, `stdin`, or `absent` with a reason";
                self.layers.complain_of_key(at, message.to_owned());
                false
            }
            [first, second, ..] => {
                let message = format!("`{first}` and `{second}` exclude each other");
                self.layers.complain_of_key(&at.push(second), message);
                false
            }
        }
    }

    fn absent(
        &mut self,
        at: &Pointer,
        (identity, reason): (&FileIdentity, &String),
    ) -> Option<IdentitySetting> {
        let beside = [
            ("id", identity.id.is_some()),
            ("target", identity.target.is_some()),
        ];
        for (key, _) in beside.into_iter().filter(|(_, given)| *given) {
            let message = format!("an absent identity has no `{key}`");
            self.layers.complain_of_key(&at.push(key), message);
        }
        if reason.trim().is_empty() {
            let message = "`absent` needs a reason: every report shows it";
            self.layers
                .complain_in_file(&at.push("absent"), message.to_owned());
            return None;
        }
        Some(IdentitySetting::Absent {
            reason: reason.clone(),
        })
    }

    fn given(&mut self, entry: &Entry, identity: &FileIdentity) -> Option<IdentitySetting> {
        let at = entry.pointer();
        let source = self.source(&at, identity);
        let id = self.id(&at, identity.id.as_ref());
        if *entry == table::REVOKED && identity.id.is_none() {
            let message = "a revoked key needs its `id`: requests address it";
            self.layers.complain_of_key(&at, message.to_owned());
        }
        let target = self.target(entry, identity);
        Some(IdentitySetting::Given {
            source: source?,
            id,
            target,
        })
    }

    fn source(&mut self, at: &Pointer, identity: &FileIdentity) -> Option<SecretSource> {
        let (key, source) = if let Some(name) = &identity.env {
            let secret = self.layers.named_variable(name).and_then(|value| {
                read_secret(value.as_bytes())
                    .map_err(|message| format!("{message} (environment variable `{name}`)"))
            });
            let source = secret.map(|secret| SecretSource::Environment {
                name: name.clone(),
                secret,
            });
            ("env", source)
        } else if let Some(path) = &identity.file {
            ("file", self.file(at, path))
        } else if let Some(command) = &identity.command {
            let command = check_command(command).map(|()| command.clone());
            ("command", command.map(SecretSource::Command))
        } else {
            ("stdin", self.stdin(identity.stdin == Some(true)))
        };
        match source {
            Ok(source) => Some(source),
            Err(message) => {
                self.layers.complain_in_file(&at.push(key), message);
                None
            }
        }
    }

    fn file(&mut self, at: &Pointer, path: &str) -> Result<SecretSource, String> {
        if path.trim().is_empty() {
            return Err("the path is empty".to_owned());
        }
        let origin = self.layers.file_origin(at);
        Ok(SecretSource::File(self.layers.path(path, &origin)))
    }

    fn stdin(&mut self, taken: bool) -> Result<SecretSource, String> {
        if !taken {
            return Err("`stdin` is `true` or left out".to_owned());
        }
        if std::mem::replace(&mut self.stdin_taken, true) {
            return Err("standard input gives one secret, and another identity has it".to_owned());
        }
        Ok(SecretSource::Stdin)
    }

    fn id(&mut self, at: &Pointer, spelling: Option<&Spelling>) -> Option<String> {
        match check_id(spelling?) {
            Ok(id) => Some(id),
            Err(message) => {
                self.layers.complain_in_file(&at.push("id"), message);
                None
            }
        }
    }

    fn target(&mut self, entry: &Entry, identity: &FileIdentity) -> Option<String> {
        let at = entry.pointer();
        let other_tenant = *entry == table::OTHER_TENANT;
        let message = match &identity.target {
            Some(text) if other_tenant => match url::target(text, self.allow_http) {
                Ok(target) => return Some(target),
                Err(message) => message,
            },
            Some(_) => {
                let message = "only `other-tenant` has a target of its own";
                self.layers
                    .complain_of_key(&at.push("target"), message.to_owned());
                return None;
            }
            None if other_tenant => {
                let message = "`other-tenant` needs its own `target`: the other tenant's URL";
                self.layers.complain_of_key(&at, message.to_owned());
                return None;
            }
            None => return None,
        };
        self.layers.complain_in_file(&at.push("target"), message);
        None
    }
}

/// Checks that a command names a program.
pub(super) fn check_command(command: &[String]) -> Result<(), String> {
    match command.first() {
        Some(program) if !program.trim().is_empty() => Ok(()),
        _ => Err("the command names no program".to_owned()),
    }
}
