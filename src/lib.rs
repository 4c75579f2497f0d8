//! Probity proves whether a running HTTP API keeps its contract.
//!
//! It reads an OpenAPI document, derives test cases, sends them to a target, judges the answers and
//! reports them. This page is the map of the code; `README.md` is the way in for users.
//!
//! # The line
//!
//! ```text
//! bytes ──document──▶ Document ──api──▶ Api + Findings ┐
//! text  ──suite─────▶ Suite ───────────────────────────┤
//!                                                 plan ──▶ Plan of Cases
//! text, flags ──config──▶ Settings ──run::assemble──▶ Job
//! Job ──run: fixture, http──▶ Exchanges ──check──▶ Judgements ──▶ Verdicts, told as Events
//! Events ──driver, report──▶ libtest · exit code · event log · JUnit · HTML · SARIF · …
//! ```
//!
//! | module | what goes in and what comes out |
//! |---|---|
//! | [`document`] | bytes → [`Document`](document::Document), with a place for every node |
//! | [`api`] | Document → [`Api`](api::Api), what it promises, and findings |
//! | [`suite`] | YAML → [`Suite`](suite::Suite), and what is built in |
//! | [`config`] | file, environment, flags → [`Settings`](config::Settings) |
//! | [`plan`] | Api + Suite → [`Plan`](plan::Plan); `plan::rules` has a file a family |
//! | [`http`] | Request → [`Exchange`](http::Exchange), with the exact bytes; secrets |
//! | [`fixture`] | identities, disposable keys, sentinels, probe, preflight, clean-up |
//! | [`check`] | Case + Record → [`Judgement`](check::Judgement), a file a family |
//! | [`run`] | [`Job`](run::Job) → events: performs, judges, decides the exit code |
//! | [`report`] | events, of one run or merged from several → every format, a file each |
//! | [`driver`] | events → libtest's lines in plan order; owns the runtime |
//! | [`tenant`] | the reference tenant: conforming, odd, or defective on demand |
//! | [`proof`] | the suite against the tenant, for `demo` and `selftest` |
//!
//! The binary's own part, `cli/`, belongs to `main.rs`, so that nothing here can name it. Beside
//! the code, `spec/` holds what APIs promise and `suites/` what is demanded of them, both as data.
//!
//! # The words
//!
//! A *requirement* is one demand with a permanent code, a level, a profile and its sources. A
//! *rule* derives *cases*; a case has a *script*, what is done on the wire, and names the requests
//! of it that it judges. A script is performed once in a run, whoever judges it. A *control* is the
//! script whose success shows that a refusal has the right reason. A *check* judges for one case
//! and one requirement. Cases and requirements are many to many: a requirement has its own cases
//! (`rule:`), or attaches to whatever gives occasion (`on:`).
//!
//! A *failure* says that the target is wrong, an *error* that we are, a *finding* that the document
//! is, and a *gap* that the contract is silent.
//!
//! # Invariants
//!
//! - `document`, `api`, `suite`, `config`, `plan` and `check` are pure: no files, network, clock,
//!   randomness or environment. The same document and suite give the same plan, byte for byte.
//! - Whatever can be decided before the first request is. Then nothing is sent for a typo.
//! - A request addresses a key that was made or handed over for it, leased to one script at a time;
//!   the sentinel is addressed by none. What a run makes is listed until it is known to be dead.
//! - A refusal passes only where its control was accepted. What could not be judged is not green.
//! - `check` never sends, `report` never decides a verdict, and the exit code is the event log's.
//! - A secret enters the redactor before it is sent, and only `http::secret` turns one into bytes.
//! - Every wait, size and depth has a bound, beside the code that it bounds or in the stage's
//!   limits.
//! - Where standard output is closed or a report fails, the verdicts stay what they are.
//!
//! # The import law
//!
//! Modules import along the line and never back. `tests/it/tidy/law.rs` has the table, with the
//! homes of crates, and a test holds it. What is worth knowing beyond the line: `plan` and `check`
//! speak of `document`'s pointers and places; `fixture` speaks of `plan`'s holders, derivations and
//! readings; `plan`, `check` and `report` know `http`'s messages and none of what sends them.
//!
//! # Where to begin
//!
//! A new family of cases is a file in `plan/rules/`, a line in its table, and a requirement in
//! `suites/`. A new judgement is a function in `check/` and its name in [`plan::CHECKS`]. Both come
//! with a defect of the [`tenant`] that they catch: the kill matrix of [`proof`] asks for it.

// The order of the line, not of the alphabet.
pub mod document;

pub mod api;

pub mod suite;

pub mod config;

pub mod plan;

pub mod http;

pub mod fixture;

pub mod check;

pub mod run;

pub mod report;

pub mod driver;

pub mod tenant;

pub mod proof;
