//! The settings as they are shown: every value with its origin, secrets left out.

use std::fmt::Display;

use super::amount::show_duration;
use super::identity::{Identities, IdentitySetting, SecretSource};
use super::setting::{Origin, Setting};
use super::settings::{ContractSetting, ReportFormat, Settings, SuiteSetting};
use super::table::{self, Entry};
use super::url;
use super::victims::{PoolSource, Victims};

/// A setting as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Its key in `probity.yaml`.
    pub name: String,
    /// Its value, without secrets.
    pub value: String,
    /// Where it was given: `flag --target`, `environment PROBITY_TARGET`, `probity.yaml:3:5` or
    /// `default`.
    pub origin: String,
}

impl Settings {
    /// Every setting in the order of the table, for `--show-config` and the event log.
    #[must_use]
    pub fn facts(&self) -> Vec<Fact> {
        let mut facts = self.judging();
        facts.extend(self.connecting());
        facts.extend(self.pacing());
        for format in ReportFormat::ALL {
            let report = self.reports.iter();
            let mut report = report.filter(|report| report.value.format == format);
            facts.push(match report.next() {
                Some(report) => fact(format.entry(), &report.value.path, &report.origin),
                None => default(format.entry()),
            });
        }
        facts.push(plain(&table::REPORT_GITHUB, &self.github));
        for (entry, identity) in self.identities.entries() {
            facts.push(match &identity.value {
                IdentitySetting::Unset => default(entry),
                given => fact(entry, show_identity(given), &identity.origin),
            });
        }
        facts.push(match &self.victims.value {
            Victims::Create => default(&table::VICTIMS),
            given => fact(&table::VICTIMS, show_victims(given), &self.victims.origin),
        });
        facts
    }

    fn judging(&self) -> Vec<Fact> {
        let contract = match &self.contract.value {
            ContractSetting::BuiltIn => "built-in".to_owned(),
            ContractSetting::File(path) => path.clone(),
            ContractSetting::Url(text) => url::without_query(text),
        };
        let suites = self.suites.value.iter().map(|suite| match suite {
            SuiteSetting::BuiltIn(name) | SuiteSetting::File(name) => name,
        });
        vec![
            optional(&table::CONFIG, &self.config),
            optional(&table::TARGET, &self.target),
            fact(&table::CONTRACT, contract, &self.contract.origin),
            list(&table::SUITES, suites, &self.suites.origin),
            plain(&table::ALLOW, &self.allow),
            list(&table::TAGS, &self.tags.value, &self.tags.origin),
            list(&table::GATE, &self.gate.value, &self.gate.origin),
            plain(&table::STRICT, &self.strict),
            plain(&table::PARTIAL, &self.partial),
            optional(&table::BASELINE, &self.baseline),
        ]
    }

    fn connecting(&self) -> Vec<Fact> {
        let mut facts = vec![optional(&table::BASE_PATH, &self.base_path)];
        if self.headers.is_empty() {
            facts.push(default(&table::HEADERS));
        }
        facts.extend(self.headers.iter().map(|header| Fact {
            name: format!("{}.{}", table::HEADERS.key, header.value.name),
            value: format!("[redacted] (environment {})", header.value.variable),
            origin: header.origin.to_string(),
        }));
        facts.extend([
            optional(&table::CA_FILE, &self.ca_file),
            plain(&table::INSECURE, &self.insecure),
            plain(&table::ALLOW_HTTP, &self.allow_http),
            optional(&table::PROXY, &self.proxy),
        ]);
        facts
    }

    fn pacing(&self) -> Vec<Fact> {
        let duration = |entry, setting: &Setting<_>| {
            fact(entry, show_duration(setting.value), &setting.origin)
        };
        let max_time = self.max_time.clone();
        vec![
            optional(&table::RATE, &self.rate),
            duration(&table::TIMEOUT, &self.timeout),
            optional(
                &table::MAX_TIME,
                &max_time.map(|time| time.map(show_duration)),
            ),
            duration(&table::LINGER, &self.linger),
            duration(&table::REVOCATION_WITHIN, &self.revocation_within),
            plain(&table::REPEAT, &self.repeat),
            optional(&table::SHARD, &self.shard),
            plain(&table::CONCURRENCY, &self.concurrency),
        ]
    }
}

impl Identities {
    /// The identities with their settings' entries, in the order of the table.
    #[must_use]
    pub fn entries(&self) -> [(&'static Entry, &Setting<IdentitySetting>); 5] {
        [
            (&table::ADMIN, &self.admin),
            (&table::LIMITED, &self.limited),
            (&table::EXPIRED, &self.expired),
            (&table::REVOKED, &self.revoked),
            (&table::OTHER_TENANT, &self.other_tenant),
        ]
    }
}

fn fact(entry: &Entry, value: impl Display, origin: &Origin) -> Fact {
    let name = if entry.key.is_empty() {
        "config"
    } else {
        entry.key
    };
    Fact {
        name: name.to_owned(),
        value: value.to_string(),
        origin: origin.to_string(),
    }
}

fn default(entry: &Entry) -> Fact {
    fact(entry, entry.default, &Origin::Default)
}

fn plain<T: Display>(entry: &Entry, setting: &Setting<T>) -> Fact {
    fact(entry, &setting.value, &setting.origin)
}

fn optional<T: Display>(entry: &Entry, setting: &Setting<Option<T>>) -> Fact {
    match &setting.value {
        Some(value) => fact(entry, value, &setting.origin),
        None => default(entry),
    }
}

fn list<T: Display>(entry: &Entry, items: impl IntoIterator<Item = T>, origin: &Origin) -> Fact {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    if items.is_empty() {
        default(entry)
    } else {
        fact(entry, items.join(", "), origin)
    }
}

fn show_identity(identity: &IdentitySetting) -> String {
    match identity {
        IdentitySetting::Unset => "none".to_owned(),
        IdentitySetting::Absent { reason } => format!("absent: {reason}"),
        IdentitySetting::Given { source, id, target } => {
            let mut text = match source {
                SecretSource::Environment { name, .. } => {
                    format!("[redacted] (environment {name})")
                }
                SecretSource::File(path) => format!("[redacted] (file {path})"),
                SecretSource::Command(command) => {
                    format!("[redacted] (command {})", show_command(command))
                }
                SecretSource::Stdin => "[redacted] (standard input)".to_owned(),
            };
            if let Some(id) = id {
                text.push_str(&format!(", id {id}"));
            }
            if let Some(target) = target {
                text.push_str(&format!(", target {target}"));
            }
            text
        }
    }
}

fn show_victims(victims: &Victims) -> String {
    match victims {
        Victims::Create => table::VICTIMS.default.to_owned(),
        Victims::Pool {
            source: PoolSource::File(path),
        } => format!("pool in file {path}"),
        Victims::Pool {
            source: PoolSource::Environment { name, victims },
        } => format!("pool of {} in environment {name}", victims.len()),
        Victims::Exec { create, destroy } => {
            let destroy = destroy.as_deref().map(show_command);
            let destroy = destroy.map(|command| format!(", destroy {command}"));
            let create = show_command(create);
            format!("exec create {create}{}", destroy.unwrap_or_default())
        }
    }
}

/// The program alone: the arguments may hold a secret.
fn show_command(command: &[String]) -> String {
    let program = command.first().map_or("", String::as_str);
    match command.len() {
        0 | 1 => format!("`{program}`"),
        2 => format!("`{program}` with 1 argument"),
        more => format!("`{program}` with {} arguments", more - 1),
    }
}
