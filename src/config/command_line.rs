//! Settings -> the command line that judges by them again.

use super::amount::show_duration;
use super::setting::{Origin, Setting};
use super::settings::{ContractSetting, Settings, SuiteSetting};
use super::table::{self, Entry};

/// The command that settings are for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Subcommand {
    /// `probity run`: a target of the user's own.
    #[default]
    Run,
    /// `probity demo`: an embedded tenant, whose settings no file on disk has.
    Demo,
}

/// A command line in the making.
#[derive(Default)]
struct Line {
    /// Settings that only a variable can give, before the command.
    variables: Vec<String>,
    words: Vec<String>,
}

impl Settings {
    /// The command that judges by these settings, for a shell: `probity run --config probity.yaml
    /// --gate contract`.
    ///
    /// What flags and variables said is written out, since the next shell may have other variables;
    /// what the file said, it says again. Left out is what changes no verdict: which cases run,
    /// how many at once and how long in all, and the reports. Secrets stay where they are.
    #[must_use]
    pub fn command_line(&self, subcommand: Subcommand) -> String {
        let mut line = Line::default();
        if let (Some(file), Subcommand::Run) = (&self.config.value, subcommand) {
            line.give(&table::CONFIG, file);
        }
        self.add_judging(&mut line);
        self.add_connecting(&mut line);
        let name = match subcommand {
            Subcommand::Run => "probity run",
            Subcommand::Demo => "probity demo",
        };
        line.variables.push(name.to_owned());
        line.variables.append(&mut line.words);
        line.variables.join(" ")
    }

    /// What curl must be told to reach the target in the same way: ` --cacert ca.pem`, or nothing.
    #[must_use]
    pub fn curl_options(&self) -> String {
        let mut options = String::new();
        if self.insecure.value {
            options.push_str(" --insecure");
        } else if let Some(path) = &self.ca_file.value {
            options.push_str(&format!(" --cacert {}", shell_word(path)));
        }
        if let Some(url) = &self.proxy.value {
            options.push_str(&format!(" --proxytunnel --proxy {}", shell_word(url)));
        }
        options
    }

    fn add_judging(&self, line: &mut Line) {
        line.optional(&table::TARGET, &self.target, Clone::clone);
        if is_outside(&self.contract.origin) {
            match &self.contract.value {
                ContractSetting::BuiltIn => line.give(&table::CONTRACT, "built-in"),
                // The query may hold a token: whoever has it hands it over by the variable.
                ContractSetting::Url(url) if url.contains('?') => {
                    line.words
                        .push("--contract \"$PROBITY_CONTRACT\"".to_owned());
                }
                ContractSetting::File(name) | ContractSetting::Url(name) => {
                    line.give(&table::CONTRACT, name);
                }
            }
        }
        if is_outside(&self.suites.origin) {
            for SuiteSetting::BuiltIn(name) | SuiteSetting::File(name) in &self.suites.value {
                line.give(&table::SUITES, name);
            }
        }
        line.plain(&table::ALLOW, &self.allow, ToString::to_string);
        line.plain(&table::GATE, &self.gate, |profiles| {
            let names: Vec<String> = profiles.iter().map(ToString::to_string).collect();
            names.join(",")
        });
        line.truth(&table::STRICT, &self.strict);
        line.truth(&table::PARTIAL, &self.partial);
        line.optional(&table::BASELINE, &self.baseline, Clone::clone);
        line.plain(&table::LINGER, &self.linger, |time| show_duration(*time));
        let within = &self.revocation_within;
        line.plain(&table::REVOCATION_WITHIN, within, |time| {
            show_duration(*time)
        });
        line.plain(&table::REPEAT, &self.repeat, ToString::to_string);
        // A file or a variable would cut the one case into parts again.
        let again = match self.shard.origin {
            Origin::Environment(_) | Origin::File { .. } => self.shard.value,
            Origin::Flag(_) | Origin::Default => None,
        };
        if again.is_some() {
            line.give(&table::SHARD, "1/1");
        }
    }

    fn add_connecting(&self, line: &mut Line) {
        // The settings hold the path without the slash at its end: none is the root.
        line.optional(&table::BASE_PATH, &self.base_path, |path| {
            let root = path.is_empty();
            if root { "/".to_owned() } else { path.clone() }
        });
        for header in self.headers.iter().filter(|one| is_outside(&one.origin)) {
            let (name, variable) = (&header.value.name, &header.value.variable);
            line.give(&table::HEADERS, &format!("{name}=env:{variable}"));
        }
        line.optional(&table::CA_FILE, &self.ca_file, Clone::clone);
        line.truth(&table::INSECURE, &self.insecure);
        line.truth(&table::ALLOW_HTTP, &self.allow_http);
        line.optional(&table::PROXY, &self.proxy, Clone::clone);
        line.optional(&table::RATE, &self.rate, ToString::to_string);
        line.plain(&table::TIMEOUT, &self.timeout, |time| show_duration(*time));
    }
}

impl Line {
    fn give(&mut self, entry: &Entry, value: &str) {
        let value = shell_word(value);
        match (entry.flag, entry.variable) {
            (Some(flag), _) => self.words.push(format!("{flag} {value}")),
            (None, Some(variable)) => self.variables.push(format!("{variable}={value}")),
            (None, None) => {}
        }
    }

    fn plain<T>(&mut self, entry: &Entry, setting: &Setting<T>, show: impl Fn(&T) -> String) {
        if is_outside(&setting.origin) {
            self.give(entry, &show(&setting.value));
        }
    }

    fn optional<T>(
        &mut self,
        entry: &Entry,
        setting: &Setting<Option<T>>,
        show: impl Fn(&T) -> String,
    ) {
        if let (true, Some(value)) = (is_outside(&setting.origin), &setting.value) {
            self.give(entry, &show(value));
        }
    }

    /// Flags can only say yes: a variable says no to what the file says.
    fn truth(&mut self, entry: &Entry, setting: &Setting<bool>) {
        match (is_outside(&setting.origin), setting.value) {
            (false, _) => {}
            (true, true) => self.words.extend(entry.flag.map(str::to_owned)),
            (true, false) => {
                let variable = entry.variable.map(|variable| format!("{variable}=false"));
                self.variables.extend(variable);
            }
        }
    }
}

/// A text as one word of a shell's command line.
#[must_use]
pub fn shell_word(text: &str) -> String {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || b"_@%+=:,./-".contains(&byte);
    if !text.is_empty() && text.bytes().all(bare) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Whether only a flag or a variable says so.
fn is_outside(origin: &Origin) -> bool {
    matches!(origin, Origin::Flag(_) | Origin::Environment(_))
}
