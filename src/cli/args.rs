//! What can be typed.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Proves whether a running HTTP API keeps its contract.
#[derive(Debug, Parser)]
#[command(name = "probity", version, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

/// What the exit codes say; the highest row wins.
const EXIT_CODES: &str = "\
Exit codes (the highest row wins):
  70  a fault of Probity's own, or a secret found in a report
   2  usage, settings, contract or suite are wrong; nothing was sent
   5  the target cannot be reached, refuses the admin key, knows no such tenant, or is out of order
   7  safety stop: a key died that no request addressed
   1  the target does not conform
   6  the run could not take away what it made
   3  incomplete: something that the gate requires could not be judged
   4  nothing was selected
   0  the target conforms, and everything was judged

First steps:
  probity demo                          watch a whole run against an embedded tenant
  probity init > probity.yaml           begin with settings of your own
  probity plan                          see every request that a run would send
  probity run                           judge your tenant";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the suite against a target
    Run(RunArguments),
    /// Run the whole suite against an embedded reference tenant, on loopback
    Demo(RunArguments),
    /// Make reports of event logs, and merge those of shards; what the run says without a format
    ///
    /// Any report that `run` can write, made later and elsewhere. One file may be `-`, which is
    /// standard output. Without a format it prints what `run` ends with.
    ///
    /// The exit code is the run's own, so that a step of a pipeline may rest on it: that of shards
    /// is the whole's, with a shard that is missing or was cut off it is incomplete (3), and of
    /// several runs the worst counts. It is 2 for a log that is none.
    Report(ReportCommand),
    /// Show every request that a run would send, and what it could cost; send nothing
    Plan(RunArguments),
    /// Explain a case, a requirement's code, a rule or a check
    Explain(ExplainArguments),
    /// Show the findings of an OpenAPI document, with line and column
    Lint(LintArguments),
    /// Serve the reference tenant, conforming or with planted defects
    Serve(ServeArguments),
    /// Send a case of an event log again, on fresh fixtures, and show both side by side
    Replay(ReplayArguments),
    /// Compare two event logs case by case; exit 1 where something fails that did not
    Diff(DiffArguments),
    /// Prove the suite: try it on every defect and odd variant of the reference tenant
    Selftest(SelftestArguments),
    /// Print a commented probity.yaml to begin with
    Init,
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

#[derive(Debug, Args, Default)]
pub struct RunArguments {
    /// Cases to run: parts of ids, or codes such as RAK-AUT-01; all where none is named
    #[arg(value_name = "FILTER")]
    pub filters: Vec<String>,

    #[command(flatten)]
    pub settings: SettingArguments,

    #[command(flatten)]
    pub libtest: LibtestArguments,

    /// Print each setting with its origin, secrets redacted, and end
    #[arg(long)]
    pub show_config: bool,
}

#[derive(Debug, Clone, Args, Default)]
#[command(next_help_heading = "Settings (flag > environment > probity.yaml > default)")]
pub struct SettingArguments {
    /// The tenant's URL, such as https://acme.example [env: PROBITY_TARGET]
    #[arg(long, value_name = "URL")]
    pub target: Option<String>,
    /// The OpenAPI document; the built-in contract where none is named
    #[arg(long, value_name = "FILE|URL")]
    pub contract: Option<String>,
    /// The suite; the built-in one where none is named
    #[arg(long = "suite", value_name = "NAME|FILE")]
    pub suites: Vec<String>,
    /// The file of settings; ./probity.yaml where there is one
    #[arg(long, value_name = "FILE")]
    pub config: Option<String>,
    /// What a broken target may lose: observe (nothing), revoke (disposable keys), tenant (all)
    #[arg(long, value_name = "TIER")]
    pub allow: Option<String>,
    /// Only cases with this tag, such as smoke
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<String>,
    /// The profiles that count for the exit code [default: contract,security]
    #[arg(long, value_name = "PROFILE,…", value_delimiter = ',')]
    pub gate: Vec<String>,
    /// A SHOULD counts as a MUST
    #[arg(long)]
    pub strict: bool,
    /// What could not be judged does not fail the run; every report says so
    #[arg(long)]
    pub partial: bool,
    /// Known failures: a case in this file that fails does not fail the run, one that passes does
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<String>,
    /// Only this part of the selected cases, such as 1/4
    #[arg(long, value_name = "K/N")]
    pub shard: Option<String>,
    /// Write the event log as NDJSON, as it happens
    #[arg(long, value_name = "FILE")]
    pub events: Option<String>,
    /// The path between target and operations, instead of the contract's server (`/` for none)
    #[arg(long, value_name = "PATH")]
    pub base_path: Option<String>,
    /// Add a header field to each request, its value from the environment
    #[arg(long = "header", value_name = "NAME=env:VAR")]
    pub headers: Vec<String>,
    /// Trust the certificates in this PEM file too
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<String>,
    /// Do not verify the target's certificate
    #[arg(long)]
    pub insecure: bool,
    /// Tunnel every connection to the target through this proxy
    #[arg(long, value_name = "URL")]
    pub proxy: Option<String>,
    /// Allow plain http to targets that are not loopback
    #[arg(long)]
    pub allow_http: bool,
    /// At most this many requests in a time, such as 10/s
    #[arg(long, value_name = "N/s")]
    pub rate: Option<String>,
    /// The longest that one exchange may take, such as 10s
    #[arg(long, value_name = "DURATION")]
    pub timeout: Option<String>,
    /// The longest that the run may take, such as 5m
    #[arg(long, value_name = "DURATION")]
    pub max_time: Option<String>,
    /// How long after its revocation a key is looked at again [default: 5s]
    #[arg(long, value_name = "DURATION")]
    pub linger: Option<String>,
    /// How often each case runs, each time on keys of its own [default: 1]
    #[arg(long, value_name = "N")]
    pub repeat: Option<String>,

    #[command(flatten)]
    pub reports: ReportArguments,
}

/// Reports, as `run` and `report` write them.
#[derive(Debug, Clone, Args, Default)]
#[command(next_help_heading = "Reports (a file each)")]
pub struct ReportArguments {
    /// Write a JUnit report
    #[arg(long, value_name = "FILE")]
    pub junit: Option<String>,
    /// Write a page for a browser
    #[arg(long, value_name = "FILE")]
    pub html: Option<String>,
    /// Write a Markdown report
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<String>,
    /// Write a summary as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<String>,
    /// Write a CTRF report
    #[arg(long, value_name = "FILE")]
    pub ctrf: Option<String>,
    /// Write a SARIF 2.1.0 report: failures and warnings at the operation's line
    #[arg(long, value_name = "FILE")]
    pub sarif: Option<String>,
    /// Write a TAP 14 report
    #[arg(long, value_name = "FILE")]
    pub tap: Option<String>,
    /// Write all exchanges as HAR 1.2
    #[arg(long, value_name = "FILE")]
    pub har: Option<String>,
    /// Write an in-toto test result, of a complete run alone; needs --subject
    #[arg(long, value_name = "FILE")]
    pub intoto: Option<String>,
    /// What the in-toto statement is about, such as name=tenant,sha256=…
    #[arg(long = "subject", value_name = "NAME,DIGEST")]
    pub subjects: Vec<String>,
    /// Print GitHub's annotations, and append to the file that GITHUB_STEP_SUMMARY names
    #[arg(long)]
    pub github: bool,
}

impl ReportArguments {
    /// What was asked for: each format's name and file.
    pub fn files(&self) -> Vec<(String, String)> {
        let files = [
            ("junit", &self.junit),
            ("html", &self.html),
            ("markdown", &self.markdown),
            ("json", &self.json),
            ("ctrf", &self.ctrf),
            ("sarif", &self.sarif),
            ("tap", &self.tap),
            ("har", &self.har),
            ("intoto", &self.intoto),
        ];
        let files = files.into_iter();
        files
            .filter_map(|(name, file)| Some((name.to_owned(), file.clone()?)))
            .collect()
    }
}

/// Makes reports of recorded runs, later and elsewhere.
#[derive(Debug, Args)]
pub struct ReportCommand {
    /// Event logs: shards of one run become one, and several targets stay apart
    #[arg(value_name = "EVENTS", required = true)]
    pub events: Vec<PathBuf>,

    #[command(flatten)]
    pub reports: ReportArguments,

    /// When colours are used
    #[arg(long, value_enum, default_value_t)]
    pub color: Color,
}

#[derive(Debug, Args, Default)]
#[command(next_help_heading = "As libtest")]
pub struct LibtestArguments {
    /// List the selected cases, and send nothing
    #[arg(long)]
    pub list: bool,
    /// Filters are whole ids or codes
    #[arg(long)]
    pub exact: bool,
    /// Leave out cases that this filter means
    #[arg(long, value_name = "FILTER")]
    pub skip: Vec<String>,
    /// How many cases run at once [default: 8]
    #[arg(long, value_name = "N")]
    pub test_threads: Option<String>,
    /// The format of standard output
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Print each case's exchanges on standard error
    #[arg(long, alias = "no-capture")]
    pub nocapture: bool,
    /// When colours are used
    #[arg(long, value_enum, default_value_t)]
    pub color: Color,
    /// As --format terse
    #[arg(short, long)]
    pub quiet: bool,
    /// Write what goes to standard output to a file
    #[arg(long, value_name = "FILE")]
    pub logfile: Option<PathBuf>,
    /// Accepted for libtest's sake: no case is ignored beforehand
    #[arg(long, hide = true)]
    pub include_ignored: bool,
    /// Only ignored cases: there are none
    #[arg(long, hide = true)]
    pub ignored: bool,
    /// Accepted for libtest's sake
    #[arg(long, hide = true)]
    pub test: bool,
    /// Accepted for libtest's sake: there are no benchmarks
    #[arg(long, hide = true)]
    pub bench: bool,
    /// Accepted for libtest's sake: each failure is shown anyway
    #[arg(long, hide = true)]
    pub show_output: bool,
    /// Accepted for libtest's sake: the event log has the times
    #[arg(long, hide = true)]
    pub report_time: bool,
    /// Accepted for libtest's sake: no case is expected to panic
    #[arg(long, hide = true)]
    pub exclude_should_panic: bool,
    /// Accepted for libtest's sake: cases always run in this process
    #[arg(long, hide = true)]
    pub force_run_in_process: bool,
    /// Accepted for libtest's sake: unstable options
    #[arg(short = 'Z', hide = true, value_name = "OPTION")]
    pub unstable: Vec<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A line a case, then failures, warnings, gaps, and what was not judged
    #[default]
    Pretty,
    /// A character a case
    Terse,
    /// A JSON object an event
    Json,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR says otherwise
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// A case id, a code such as RAK-AUT-01, a rule or a check; all where none is named
    #[arg(value_name = "CASE|CODE|RULE|CHECK")]
    pub subject: Option<String>,

    #[command(flatten)]
    pub settings: SettingArguments,
}

#[derive(Debug, Args)]
pub struct ReplayArguments {
    /// The event log of an earlier run
    #[arg(value_name = "EVENTS")]
    pub log: PathBuf,
    /// The case, by its whole id
    #[arg(value_name = "CASE")]
    pub case: String,

    #[command(flatten)]
    pub settings: SettingArguments,
}

#[derive(Debug, Args)]
pub struct DiffArguments {
    /// The event log of the earlier run
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// The event log of the later run
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    /// Print the difference as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct LintArguments {
    /// The OpenAPI document
    #[arg(value_name = "FILE")]
    pub document: PathBuf,
}

#[derive(Debug, Args)]
pub struct ServeArguments {
    /// Where to listen; loopback only
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Plant a defect
    #[arg(long = "defect", value_name = "NAME")]
    pub defects: Vec<String>,
    /// Behave correctly, but unusually
    #[arg(long = "odd", value_name = "NAME")]
    pub odd: Vec<String>,
    /// Speak TLS; the fixtures tell by which root to trust it (defects of TLS do so anyway)
    #[arg(long)]
    pub tls: bool,
    /// List the defects that can be planted
    #[arg(long)]
    pub list_defects: bool,
    /// List the unusual behaviours
    #[arg(long)]
    pub list_odd: bool,
    /// Write a probity.yaml for this tenant, and victims beside it, into this folder
    #[arg(long, value_name = "FOLDER")]
    pub config_into: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct SelftestArguments {
    /// Defects and odd variants to try: parts of their names, or codes; all where none is named
    #[arg(value_name = "FILTER")]
    pub filters: Vec<String>,
    /// Try every case on every defect, not only those that judge the requirement that it violates
    #[arg(long)]
    pub whole: bool,
    /// Print the matrix as JSON
    #[arg(long)]
    pub json: bool,
    /// Print the matrix as a Markdown page
    #[arg(long, conflicts_with = "json")]
    pub markdown: bool,
}
