//! Every setting, in one table: its key, flag, variable, default and a line of help.

use crate::document::Pointer;

/// The beginning of every environment variable that settings are read from.
pub const VARIABLE_PREFIX: &str = "PROBITY_";

/// A setting: where it may be given and what it is where it is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Its key in `probity.yaml`, with dots between levels; empty where it has none.
    pub key: &'static str,
    /// Its flag.
    pub flag: Option<&'static str>,
    /// Its environment variable.
    pub variable: Option<&'static str>,
    /// What holds where it is not given, as shown.
    pub default: &'static str,
    /// What it is, in one line.
    pub help: &'static str,
}

impl Entry {
    /// The place of the setting in `probity.yaml`.
    #[must_use]
    pub fn pointer(&self) -> Pointer {
        let keys = self.key.split('.').filter(|key| !key.is_empty());
        keys.fold(Pointer::root(), |parent, key| parent.push(key))
    }

    const fn new(key: &'static str, default: &'static str, help: &'static str) -> Self {
        Self {
            key,
            flag: None,
            variable: None,
            default,
            help,
        }
    }

    const fn flag(self, flag: &'static str) -> Self {
        Self {
            flag: Some(flag),
            ..self
        }
    }

    const fn variable(self, variable: &'static str) -> Self {
        Self {
            variable: Some(variable),
            ..self
        }
    }
}

macro_rules! entries {
    ($($name:ident = $entry:expr;)+) => {
        $(#[doc = concat!("The setting `", stringify!($name), "`.")]
        pub const $name: Entry = $entry;)+

        /// All settings, in the order in which they are shown.
        pub const ENTRIES: &[Entry] = &[$($name),+];
    };
}

entries! {
    CONFIG = Entry::new("", "probity.yaml if it exists", "the file of settings")
        .flag("--config").variable("PROBITY_CONFIG");
    TARGET = Entry::new("target", "none", "the tenant's URL, such as https://acme.example")
        .flag("--target").variable("PROBITY_TARGET");
    CONTRACT = Entry::new("contract", "built-in", "the OpenAPI document: built-in, a file or a URL")
        .flag("--contract").variable("PROBITY_CONTRACT");
    SUITES = Entry::new("suites", "those of the contract", "the suites, by name or file")
        .flag("--suite").variable("PROBITY_SUITES");
    ALLOW = Entry::new("allow", "observe", "what a broken target may lose: observe, revoke, tenant")
        .flag("--allow").variable("PROBITY_ALLOW");
    TAGS = Entry::new("tags", "all", "only cases with one of these tags")
        .flag("--tag").variable("PROBITY_TAGS");
    GATE = Entry::new("gate", "contract, security", "the profiles that decide the exit code")
        .flag("--gate").variable("PROBITY_GATE");
    STRICT = Entry::new("strict", "false", "warnings fail")
        .flag("--strict").variable("PROBITY_STRICT");
    PARTIAL = Entry::new("partial", "false", "what could not be judged is excused")
        .flag("--partial").variable("PROBITY_PARTIAL");
    BASELINE = Entry::new("baseline", "none", "the file of known failures")
        .flag("--baseline").variable("PROBITY_BASELINE");
    BASE_PATH = Entry::new("base_path", "that of the contract", "the path before each operation's")
        .flag("--base-path").variable("PROBITY_BASE_PATH");
    HEADERS = Entry::new("headers", "none", "headers sent with every request")
        .flag("--header");
    CA_FILE = Entry::new("ca_file", "none", "certificates to trust besides the system's, as PEM")
        .flag("--ca-file").variable("PROBITY_CA_FILE");
    INSECURE = Entry::new("insecure", "false", "any certificate is accepted")
        .flag("--insecure").variable("PROBITY_INSECURE");
    ALLOW_HTTP = Entry::new("allow_http", "false", "plain http to other machines is allowed")
        .flag("--allow-http").variable("PROBITY_ALLOW_HTTP");
    PROXY = Entry::new("proxy", "none", "the proxy's URL; no other variable names one")
        .flag("--proxy").variable("PROBITY_PROXY");
    RATE = Entry::new("rate", "unlimited", "most requests in a time, such as 50/s")
        .flag("--rate").variable("PROBITY_RATE");
    TIMEOUT = Entry::new("timeout", "10s", "longest that one exchange may take")
        .flag("--timeout").variable("PROBITY_TIMEOUT");
    MAX_TIME = Entry::new("max_time", "unlimited", "longest that the run may take")
        .flag("--max-time").variable("PROBITY_MAX_TIME");
    LINGER = Entry::new("linger", "5s", "how long a revoked key is watched for coming back")
        .flag("--linger").variable("PROBITY_LINGER");
    REVOCATION_WITHIN = Entry::new("revocation_within", "0s", "how soon a revoked key is dead")
        .variable("PROBITY_REVOCATION_WITHIN");
    REPEAT = Entry::new("repeat", "1", "how often each case runs")
        .flag("--repeat").variable("PROBITY_REPEAT");
    SHARD = Entry::new("shard", "none", "the part of the cases that runs, such as 1/4")
        .flag("--shard").variable("PROBITY_SHARD");
    CONCURRENCY = Entry::new("concurrency", "8", "most cases in flight at once")
        .flag("--test-threads").variable("PROBITY_TEST_THREADS");
    REPORT_JUNIT = Entry::new("reports.junit", "none", "the file of the JUnit report")
        .flag("--junit").variable("PROBITY_JUNIT");
    REPORT_HTML = Entry::new("reports.html", "none", "the file of the HTML report")
        .flag("--html").variable("PROBITY_HTML");
    REPORT_MARKDOWN = Entry::new("reports.markdown", "none", "the file of the Markdown report")
        .flag("--markdown").variable("PROBITY_MARKDOWN");
    REPORT_JSON = Entry::new("reports.json", "none", "the file of the summary as JSON")
        .flag("--json").variable("PROBITY_JSON");
    REPORT_CTRF = Entry::new("reports.ctrf", "none", "the file of the CTRF report")
        .flag("--ctrf").variable("PROBITY_CTRF");
    REPORT_SARIF = Entry::new("reports.sarif", "none", "the file of the SARIF report")
        .flag("--sarif").variable("PROBITY_SARIF");
    REPORT_TAP = Entry::new("reports.tap", "none", "the file of the TAP report")
        .flag("--tap").variable("PROBITY_TAP");
    REPORT_HAR = Entry::new("reports.har", "none", "the file of all exchanges, as HAR")
        .flag("--har").variable("PROBITY_HAR");
    REPORT_INTOTO = Entry::new("reports.intoto", "none", "the file of the in-toto statement")
        .flag("--intoto").variable("PROBITY_INTOTO");
    REPORT_EVENTS = Entry::new("reports.events", "none", "the file of the event log, as NDJSON")
        .flag("--events").variable("PROBITY_EVENTS");
    REPORT_GITHUB = Entry::new("reports.github", "false", "annotations and the step summary")
        .flag("--github").variable("PROBITY_GITHUB");
    ADMIN = Entry::new("identities.admin", "none", "a key that may revoke")
        .variable("PROBITY_API_KEY");
    LIMITED = Entry::new("identities.limited", "made", "a key that may not revoke");
    EXPIRED = Entry::new("identities.expired", "none", "a key that has expired");
    REVOKED = Entry::new("identities.revoked", "made", "a key that was revoked, with its id");
    OTHER_TENANT = Entry::new("identities.other-tenant", "none", "a key of another tenant");
    VICTIMS = Entry::new("victims", "made by the contract", "where disposable keys come from");
}
