//! Inputs -> Settings: what they are.

use std::time::Duration;

use super::amount::{Rate, Shard};
use super::file::FileSettings;
use super::header::Header;
use super::identity::{Identities, IdentitySetting, SecretSource};
use super::inputs::Inputs;
use super::layers::{Layers, read_file};
use super::problem::ConfigError;
use super::resolver::Resolver;
use super::setting::Setting;
use super::table::{self, Entry};
use super::victims::{PoolSource, Victims};
use crate::http::Secret;
use crate::suite::{Profile, Tier};

/// All settings of a run, each with its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The file that they are in, where there is one.
    pub config: Setting<Option<String>>,
    /// The tenant's URL, without a slash at its end.
    pub target: Setting<Option<String>>,
    /// The contract.
    pub contract: Setting<ContractSetting>,
    /// The suites; none where those of the contract are meant.
    pub suites: Setting<Vec<SuiteSetting>>,
    /// What a broken target may lose.
    pub allow: Setting<Tier>,
    /// Only cases with one of these tags; none where all are meant.
    pub tags: Setting<Vec<String>>,
    /// The profiles that decide the exit code, in the order of reports.
    pub gate: Setting<Vec<Profile>>,
    /// Whether warnings fail.
    pub strict: Setting<bool>,
    /// Whether what could not be judged is excused.
    pub partial: Setting<bool>,
    /// The file of known failures.
    pub baseline: Setting<Option<String>>,
    /// The path before each operation's, instead of the contract's.
    pub base_path: Setting<Option<String>>,
    /// Headers sent with every request.
    pub headers: Vec<Setting<Header>>,
    /// A file with certificates to trust besides the system's.
    pub ca_file: Setting<Option<String>>,
    /// Whether any certificate is accepted.
    pub insecure: Setting<bool>,
    /// Whether plain http to other machines is allowed.
    pub allow_http: Setting<bool>,
    /// The proxy's URL.
    pub proxy: Setting<Option<String>>,
    /// Most requests in a time.
    pub rate: Setting<Option<Rate>>,
    /// Longest that one exchange may take.
    pub timeout: Setting<Duration>,
    /// Longest that the run may take.
    pub max_time: Setting<Option<Duration>>,
    /// How long a revoked key is watched for coming back.
    pub linger: Setting<Duration>,
    /// How soon after its revocation a key must be dead.
    pub revocation_within: Setting<Duration>,
    /// How often each case runs.
    pub repeat: Setting<u32>,
    /// The part of the cases that runs.
    pub shard: Setting<Option<Shard>>,
    /// Most cases in flight at once.
    pub concurrency: Setting<u32>,
    /// The reports, at most one of each format.
    pub reports: Vec<Setting<Report>>,
    /// Whether GitHub's annotations and step summary are written.
    pub github: Setting<bool>,
    /// Whose keys requests carry.
    pub identities: Identities,
    /// Where disposable keys come from.
    pub victims: Setting<Victims>,
    /// What is odd, but no error: to be shown before the run.
    pub warnings: Vec<String>,
}

/// Which contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContractSetting {
    /// The one that Probity brings along.
    BuiltIn,
    /// A file.
    File(String),
    /// A URL: https, or http on this machine.
    Url(String),
}

/// Which suite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SuiteSetting {
    /// One that Probity brings along, by name.
    BuiltIn(String),
    /// A file.
    File(String),
}

/// A report: its format and the file it goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The format.
    pub format: ReportFormat,
    /// The file.
    pub path: String,
}

/// A report's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReportFormat {
    /// JUnit XML.
    Junit,
    /// A page for a browser.
    Html,
    /// Markdown.
    Markdown,
    /// A summary as JSON.
    Json,
    /// CTRF JSON.
    Ctrf,
    /// SARIF 2.1.0.
    Sarif,
    /// TAP 14.
    Tap,
    /// All exchanges, as HAR 1.2.
    Har,
    /// An in-toto statement.
    Intoto,
    /// The event log, as NDJSON.
    Events,
}

/// How long each step of an exchange may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// To connect, the TLS handshake included.
    pub connect: Duration,
    /// From sending to the first byte of the answer.
    pub first_byte: Duration,
    /// From the beginning to the end of the exchange.
    pub whole: Duration,
}

impl ReportFormat {
    /// All formats.
    pub const ALL: [Self; 10] = [
        Self::Junit,
        Self::Html,
        Self::Markdown,
        Self::Json,
        Self::Ctrf,
        Self::Sarif,
        Self::Tap,
        Self::Har,
        Self::Intoto,
        Self::Events,
    ];

    /// The format's name, as in `probity.yaml`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Junit => "junit",
            Self::Html => "html",
            Self::Markdown => "markdown",
            Self::Json => "json",
            Self::Ctrf => "ctrf",
            Self::Sarif => "sarif",
            Self::Tap => "tap",
            Self::Har => "har",
            Self::Intoto => "intoto",
            Self::Events => "events",
        }
    }

    /// The setting that asks for it.
    #[must_use]
    pub fn entry(self) -> &'static Entry {
        match self {
            Self::Junit => &table::REPORT_JUNIT,
            Self::Html => &table::REPORT_HTML,
            Self::Markdown => &table::REPORT_MARKDOWN,
            Self::Json => &table::REPORT_JSON,
            Self::Ctrf => &table::REPORT_CTRF,
            Self::Sarif => &table::REPORT_SARIF,
            Self::Tap => &table::REPORT_TAP,
            Self::Har => &table::REPORT_HAR,
            Self::Intoto => &table::REPORT_INTOTO,
            Self::Events => &table::REPORT_EVENTS,
        }
    }
}

impl Settings {
    /// Resolves the settings: flag over environment over file over default.
    ///
    /// # Errors
    /// All problems, each with the flag, variable or place in the file that has it.
    pub fn resolve(inputs: &Inputs) -> Result<Self, ConfigError> {
        let (document, file) = match &inputs.file {
            Some((name, bytes)) => read_file(name, bytes)?,
            None => (None, FileSettings::default()),
        };
        let mut resolver = Resolver {
            layers: Layers::new(&inputs.environment, document.as_ref()),
            flags: &inputs.flags,
            file: &file,
        };
        let mut settings = resolver.settings();
        settings.config.value = inputs.file.as_ref().map(|(name, _)| name.clone());
        settings.warnings = resolver.layers.finish()?;
        Ok(settings)
    }

    /// The timeout, split over the steps: connecting may take half of it.
    #[must_use]
    pub fn timeouts(&self) -> Timeouts {
        let whole = self.timeout.value;
        Timeouts {
            connect: whole / 2,
            first_byte: whole,
            whole,
        }
    }

    /// Every secret that the settings hold, for redaction.
    #[must_use]
    pub fn secrets(&self) -> Vec<Secret> {
        let headers = self.headers.iter().map(|header| &header.value.value);
        let mut secrets: Vec<Secret> = headers.cloned().collect();
        for (_, identity) in self.identities.entries() {
            if let IdentitySetting::Given {
                source: SecretSource::Environment { secret, .. },
                ..
            } = &identity.value
            {
                secrets.push(secret.clone());
            }
        }
        if let Victims::Pool {
            source: PoolSource::Environment { victims, .. },
        } = &self.victims.value
        {
            secrets.extend(victims.iter().map(|(_, secret)| secret.clone()));
        }
        secrets
    }
}
