//! Inputs -> Settings: one setting after the other.

use std::time::Duration;

use super::amount;
use super::file::{FileReports, FileSettings, Spelling};
use super::header::headers;
use super::identity::identities;
use super::inputs::Flags;
use super::layers::{Given, GivenList, Layers};
use super::setting::{Origin, Setting};
use super::settings::{ContractSetting, Report, ReportFormat, Settings, SuiteSetting};
use super::table::{self, Entry};
use super::url;
use super::victims::victims;
use crate::suite::{Profile, Tier, nearest};

/// Longest that one exchange takes where nothing is said.
///
/// A revocation takes milliseconds; ten seconds are a target that hangs, not a slow one.
const TIMEOUT_DEFAULT: Duration = Duration::from_secs(10);

/// How long a revoked key is watched for coming back where nothing is said.
///
/// Replicas and caches that lag do so for a second or two; more would slow every run.
const LINGER_DEFAULT: Duration = Duration::from_secs(5);

/// Most cases in flight where nothing is said: quick, and no load test.
const CONCURRENCY_DEFAULT: u32 = 8;

/// Most cases in flight at all; each has a connection, and many systems allow 1024.
const CONCURRENCY_MAX: u32 = 256;

/// Most repetitions of a case; each may use up a victim.
const REPEAT_MAX: u32 = 10_000;

/// What stands for standard output where a report's file is expected.
const STANDARD_OUTPUT: &str = "-";

/// Resolves one setting after the other.
pub(super) struct Resolver<'a> {
    pub(super) layers: Layers<'a>,
    pub(super) flags: &'a Flags,
    pub(super) file: &'a FileSettings,
}

impl Resolver<'_> {
    /// All settings but the warnings, which are known at the end.
    pub(super) fn settings(&mut self) -> Settings {
        let (flags, file) = (self.flags, self.file);
        let allow_http = self.truth(&table::ALLOW_HTTP, flags.allow_http, &file.allow_http);
        let plain = allow_http.value;
        let identities = identities(&mut self.layers, file.identities.as_ref(), plain);
        Settings {
            config: self.config(),
            target: self.optional(&table::TARGET, (&flags.target, &file.target), |text| {
                url::target(text, plain)
            }),
            contract: self.contract(),
            suites: self.suites(),
            allow: self.one(
                &table::ALLOW,
                (&flags.allow, &file.allow),
                (Tier::Observe, str::parse),
            ),
            tags: self.tags(),
            gate: self.gate(),
            strict: self.truth(&table::STRICT, flags.strict, &file.strict),
            partial: self.truth(&table::PARTIAL, flags.partial, &file.partial),
            baseline: self.path(&table::BASELINE, (&flags.baseline, &file.baseline)),
            base_path: self.optional(
                &table::BASE_PATH,
                (&flags.base_path, &file.base_path),
                base_path,
            ),
            headers: headers(&mut self.layers, &flags.headers, file.headers.as_ref()),
            ca_file: self.path(&table::CA_FILE, (&flags.ca_file, &file.ca_file)),
            insecure: self.truth(&table::INSECURE, flags.insecure, &file.insecure),
            proxy: self.optional(&table::PROXY, (&flags.proxy, &file.proxy), url::proxy),
            rate: self.optional(&table::RATE, (&flags.rate, &file.rate), amount::rate),
            timeout: self.one(
                &table::TIMEOUT,
                (&flags.timeout, &file.timeout),
                (TIMEOUT_DEFAULT, amount::positive_duration),
            ),
            max_time: self.optional(
                &table::MAX_TIME,
                (&flags.max_time, &file.max_time),
                amount::positive_duration,
            ),
            linger: self.linger(),
            revocation_within: self.one(
                &table::REVOCATION_WITHIN,
                (&None, &file.revocation_within),
                (Duration::ZERO, amount::duration),
            ),
            repeat: self.one(
                &table::REPEAT,
                (&flags.repeat, &file.repeat),
                (1, |text| amount::count(text, REPEAT_MAX)),
            ),
            shard: self.optional(&table::SHARD, (&flags.shard, &file.shard), amount::shard),
            concurrency: self.one(
                &table::CONCURRENCY,
                (&flags.test_threads, &file.concurrency),
                (CONCURRENCY_DEFAULT, |text| {
                    amount::count(text, CONCURRENCY_MAX)
                }),
            ),
            reports: self.reports(),
            github: self.github(),
            victims: victims(&mut self.layers, file.victims.as_ref()),
            allow_http,
            identities,
            warnings: Vec::new(),
        }
    }

    /// A setting with a default.
    fn one<T>(
        &mut self,
        entry: &Entry,
        given: (&Option<String>, &Option<Spelling>),
        (default, parse): (T, impl FnOnce(&str) -> Result<T, String>),
    ) -> Setting<T> {
        let found = self.layers.one(entry, of(given), parse);
        found.unwrap_or_else(|| Setting::default_of(default))
    }

    /// A setting that may be given nowhere.
    fn optional<T>(
        &mut self,
        entry: &Entry,
        given: (&Option<String>, &Option<Spelling>),
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Setting<Option<T>> {
        let found = self.layers.one(entry, of(given), parse);
        found.map_or_else(|| Setting::default_of(None), |setting| setting.map(Some))
    }

    fn path(
        &mut self,
        entry: &Entry,
        given: (&Option<String>, &Option<Spelling>),
    ) -> Setting<Option<String>> {
        let mut setting = self.optional(entry, given, |text| Ok(text.to_owned()));
        if let Some(path) = &mut setting.value {
            *path = self.layers.path(path, &setting.origin);
        }
        setting
    }

    fn truth(
        &mut self,
        entry: &Entry,
        flag: Option<bool>,
        file: &Option<Spelling>,
    ) -> Setting<bool> {
        let flag = flag.map(|truth| truth.to_string());
        self.one(entry, (&flag, file), (false, amount::truth))
    }

    /// The file's name is not a setting of the file; it is here to be shown with its origin.
    fn config(&mut self) -> Setting<Option<String>> {
        let given = (&self.flags.config, &None);
        self.optional(&table::CONFIG, given, |text| Ok(text.to_owned()))
    }

    fn contract(&mut self) -> Setting<ContractSetting> {
        let given = (&self.flags.contract, &self.file.contract);
        let mut setting = self.one(
            &table::CONTRACT,
            given,
            (ContractSetting::BuiltIn, contract),
        );
        if let ContractSetting::File(path) = &mut setting.value {
            *path = self.layers.path(path, &setting.origin);
        }
        setting
    }

    fn suites(&mut self) -> Setting<Vec<SuiteSetting>> {
        let given = GivenList {
            flags: &self.flags.suites,
            file: self.file.suites.as_ref(),
        };
        let found = self.layers.list(&table::SUITES, given, suite);
        let mut setting = found.unwrap_or_else(|| Setting::default_of(Vec::new()));
        for suite in &mut setting.value {
            if let SuiteSetting::File(path) = suite {
                *path = self.layers.path(path, &setting.origin);
            }
        }
        setting
    }

    fn tags(&mut self) -> Setting<Vec<String>> {
        let given = GivenList {
            flags: &self.flags.tags,
            file: self.file.tags.as_ref(),
        };
        let tag = |text: &str| Ok(text.to_owned());
        let found = self.layers.list(&table::TAGS, given, tag);
        found.unwrap_or_else(|| Setting::default_of(Vec::new()))
    }

    fn gate(&mut self) -> Setting<Vec<Profile>> {
        let given = GivenList {
            flags: &self.flags.gate,
            file: self.file.gate.as_ref(),
        };
        let found = self.layers.list(&table::GATE, given, profile);
        let default = vec![Profile::Contract, Profile::Security];
        let mut setting = found.unwrap_or_else(|| Setting::default_of(default));
        setting.value.sort();
        setting.value.dedup();
        setting
    }

    fn linger(&mut self) -> Setting<Duration> {
        let given = (&self.flags.linger, &self.file.linger);
        self.one(&table::LINGER, given, (LINGER_DEFAULT, amount::duration))
    }

    fn github(&mut self) -> Setting<bool> {
        let file = self.file.reports.as_ref();
        let file = file.and_then(|reports| reports.github.clone());
        self.truth(&table::REPORT_GITHUB, self.flags.github, &file)
    }

    fn reports(&mut self) -> Vec<Setting<Report>> {
        let mut reports: Vec<Setting<Report>> = Vec::new();
        let none = FileReports::default();
        let file = self.file.reports.as_ref().unwrap_or(&none);
        for format in ReportFormat::ALL {
            let flags = self.flags.reports.iter();
            let paths = flags.filter(|(name, _)| name == format.name());
            let paths: Vec<&str> = paths.map(|(_, path)| path.as_str()).collect();
            let entry = format.entry();
            if let (Some(flag), 2..) = (entry.flag, paths.len()) {
                let message = "is given twice".to_owned();
                self.layers
                    .complain(&Origin::Flag(flag), &entry.pointer(), message);
            }
            let given = Given {
                flag: paths.first().copied(),
                file: in_file(format, file),
            };
            let found = self.layers.one(entry, given, |text| Ok(text.to_owned()));
            let Some(Setting { value, origin }) = found else {
                continue;
            };
            let path = if value == STANDARD_OUTPUT {
                value
            } else {
                self.layers.path(&value, &origin)
            };
            if let Some(other) = reports.iter().find(|other| other.value.path == path) {
                let other = other.value.format.name();
                let message = format!("the {other} report goes to the same file");
                self.layers.complain(&origin, &entry.pointer(), message);
            }
            reports.push(Setting {
                value: Report { format, path },
                origin,
            });
        }
        let known = ReportFormat::ALL.map(ReportFormat::name);
        for (format, _) in &self.flags.reports {
            if !known.contains(&format.as_str()) {
                let message = format!("`{format}` is no report format: {}", known.join(", "));
                let origin = Origin::Flag("the reports");
                self.layers
                    .complain(&origin, &table::REPORT_JUNIT.pointer(), message);
            }
        }
        reports
    }
}

fn of<'a>((flag, file): (&'a Option<String>, &'a Option<Spelling>)) -> Given<'a> {
    Given {
        flag: flag.as_deref(),
        file: file.as_ref(),
    }
}

fn contract(text: &str) -> Result<ContractSetting, String> {
    match text {
        "built-in" => Ok(ContractSetting::BuiltIn),
        text if url::is_url(text) => url::contract(text).map(ContractSetting::Url),
        text => Ok(ContractSetting::File(text.to_owned())),
    }
}

/// A name, or else a file: whatever has a folder or the ending of one.
fn suite(text: &str) -> Result<SuiteSetting, String> {
    let endings = [".yaml", ".yml", ".json"];
    if url::is_url(text) {
        return Err("a suite is a built-in one or a file, no URL".to_owned());
    }
    let file = text.contains(['/', '\\']) || endings.iter().any(|end| text.ends_with(end));
    Ok(if file {
        SuiteSetting::File(text.to_owned())
    } else {
        SuiteSetting::BuiltIn(text.to_owned())
    })
}

fn profile(text: &str) -> Result<Profile, String> {
    text.parse().map_err(|_| {
        let names = Profile::ALL.map(|profile| profile.to_string());
        match nearest(text, names.iter().map(String::as_str)) {
            Some(meant) => format!("`{text}` is no profile, did you mean `{meant}`?"),
            None => format!("`{text}` is no profile: expected {}", names.join(", ")),
        }
    })
}

fn base_path(text: &str) -> Result<String, String> {
    let Some(rest) = text.strip_prefix('/') else {
        return Err(format!("`{text}` does not begin with `/`"));
    };
    let forbidden = |character: char| {
        !character.is_ascii_graphic() || matches!(character, '?' | '#' | '"' | '<' | '>' | '\\')
    };
    if let Some(character) = rest.chars().find(|character| forbidden(*character)) {
        return Err(format!("a base path does not hold {character:?}"));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

fn in_file(format: ReportFormat, file: &FileReports) -> Option<&Spelling> {
    match format {
        ReportFormat::Junit => file.junit.as_ref(),
        ReportFormat::Html => file.html.as_ref(),
        ReportFormat::Markdown => file.markdown.as_ref(),
        ReportFormat::Json => file.json.as_ref(),
        ReportFormat::Ctrf => file.ctrf.as_ref(),
        ReportFormat::Sarif => file.sarif.as_ref(),
        ReportFormat::Tap => file.tap.as_ref(),
        ReportFormat::Har => file.har.as_ref(),
        ReportFormat::Intoto => file.intoto.as_ref(),
        ReportFormat::Events => file.events.as_ref(),
    }
}
