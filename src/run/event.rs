//! The event log: what happened, as it happened. Every report is a pure function of it.
//!
//! All texts are redacted when the event is made. Bytes of the target are kept as they came (as
//! text where they are UTF-8, else lossy with `base64` beside), so every face escapes them.

mod exchange;

use serde::{Deserialize, Serialize};

use crate::check::Failure;
use crate::plan::{CaseId, Code, Level, Profile};

pub use exchange::{ExchangeFact, TlsFact, WireText};

/// The version of the event log's format; it grows when a field changes its meaning.
pub const EVENT_LOG_VERSION: u32 = 1;

/// One line of the event log.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The run begins: everything that was decided before the first request.
    RunStarted(Box<RunStarted>),
    /// The preflight passed, with what it learned.
    PreflightPassed(PreflightPassed),
    /// A case begins to run.
    CaseStarted(CaseStarted),
    /// A case was judged.
    CaseFinished(Box<CaseFinished>),
    /// The run ends.
    RunFinished(Box<RunFinished>),
}

/// What was decided before the first request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunStarted {
    /// [`EVENT_LOG_VERSION`].
    pub version: u32,
    /// Probity's own version.
    pub probity: String,
    /// The run's tag, which is in the names of what the run makes.
    pub run: String,
    /// When it began, as RFC 3339.
    pub started_at: String,
    /// The target's URL.
    pub target: String,
    /// The contract's name and SHA-256 digest in hex.
    pub contract: NamedDigest,
    /// The suites' names and digests.
    pub suites: Vec<NamedDigest>,
    /// The baseline's name and digest, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<NamedDigest>,
    /// The name and digest of the file of settings, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<NamedDigest>,
    /// The operations that the cases address.
    #[serde(default)]
    pub operations: Vec<OperationFact>,
    /// The effective settings, each with its origin.
    pub settings: Vec<SettingFact>,
    /// The cases that will be judged, in plan order.
    pub cases: Vec<CaseFact>,
    /// The requirements of the suites that were selected.
    pub requirements: Vec<RequirementFact>,
    /// Which cases were asked for; absent in logs from before it was written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selection: Option<SelectionFact>,
    /// How many cases the selection left out.
    pub filtered_out: usize,
}

/// Which cases were asked for: all of them where nothing is named.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SelectionFact {
    /// Parts of ids, or codes, of which a case had to have one.
    pub filters: Vec<String>,
    /// Parts of ids, or codes, of which a case had to have none.
    pub skip: Vec<String>,
    /// Whether both are whole ids.
    pub exact: bool,
    /// Tags of which a case had to have one.
    pub tags: Vec<String>,
    /// The part of what was asked for that ran, such as `1/4`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
}

/// Something with a name and a content digest.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NamedDigest {
    /// Its name.
    pub name: String,
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
}

/// A setting, its redacted value and where the value came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingFact {
    /// The setting's name as in `probity.yaml`.
    pub name: String,
    /// Its value, redacted.
    pub value: String,
    /// `flag`, `environment PROBITY_TARGET`, `probity.yaml:3:5` or `default`.
    pub origin: String,
}

/// A case as it was planned.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CaseFact {
    /// Its id.
    pub id: CaseId,
    /// The operation it addresses.
    pub operation: String,
    /// The rule that derived it.
    pub rule: String,
    /// What it does, in one line.
    pub title: String,
    /// The requirements that derived it.
    pub requirements: Vec<Code>,
    /// The requirements that judge it too, where it gets an answer that they speak of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attached: Vec<Code>,
    /// Tags for selection.
    pub tags: Vec<String>,
}

/// An operation of the contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationFact {
    /// Its id.
    pub id: String,
    /// Its method.
    pub method: String,
    /// Its path template.
    pub path: String,
    /// `document:line:column` of where the contract has it.
    pub place: String,
    /// The responses that it declares, in the order of the document.
    #[serde(default)]
    pub responses: Vec<ResponseFact>,
}

/// A requirement as the suite states it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RequirementFact {
    /// Its code.
    pub code: Code,
    /// What it demands.
    pub title: String,
    /// Its level.
    pub level: Level,
    /// Its profile.
    pub profile: Profile,
    /// Its sources, as cited.
    pub sources: Vec<String>,
    /// Whether it counts for the exit code.
    #[serde(default)]
    pub gating: bool,
    /// How many of the selected cases may come to judge it.
    #[serde(default)]
    pub cases: usize,
    /// What the contract says where a source is a place in it, in the order of the sources.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excerpts: Vec<ExcerptFact>,
    /// The gap of the contract to which what was seen is recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<String>,
    /// Why it matters or what to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Some lines of the contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExcerptFact {
    /// The source that they are, as cited.
    pub source: String,
    /// The document's name.
    pub document: String,
    /// The first line's number, from 1.
    pub line: u32,
    /// The column of what is cited in that line, from 1.
    pub column: u32,
    /// The lines without their ends, long ones cut.
    pub lines: Vec<String>,
    /// Whether what is cited goes on after them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

/// A response that an operation declares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseFact {
    /// A status, a range such as `4XX`, or `default`.
    pub status: String,
    /// Its description.
    pub description: String,
    /// `document:line:column` of where the operation declares it.
    pub place: String,
}

/// What the preflight learned.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PreflightPassed {
    /// Facts worth knowing, such as `the admin key is unverified: the target has no probe`.
    pub notes: Vec<String>,
    /// How long it took, in microseconds.
    pub duration_us: u64,
}

/// A case begins.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CaseStarted {
    /// Which case.
    pub case: CaseId,
}

/// A case was judged.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CaseFinished {
    /// Which case.
    pub case: CaseId,
    /// Its verdict: the worst of its judgements.
    pub verdict: Verdict,
    /// Whether the verdict counts for the exit code.
    pub gating: bool,
    /// Why it is inconclusive, not applicable or an error, and what would make it judgeable.
    pub reason: Option<String>,
    /// What each requirement that looked at it said.
    pub judgements: Vec<JudgementFact>,
    /// What was sent and what came back, in order.
    pub exchanges: Vec<ExchangeFact>,
    /// The id of the control that guards it, and what the control showed.
    pub control: Option<ControlFact>,
    /// Whether the sentinel, a key that no request addresses, lived after the case; absent where
    /// nobody looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentinel: Option<SentinelFact>,
    /// What the contract is silent about and the target showed.
    pub gaps: Vec<GapFact>,
    /// Further facts, such as a measured latency.
    pub notes: Vec<String>,
    /// How long after its revocation was answered the key was first refused, in microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revocation_latency_us: Option<u64>,
    /// The command that runs this case again.
    pub reproduce: String,
    /// The request as a curl command, where curl can send it.
    pub curl: Option<String>,
    /// How long it took, in microseconds.
    pub duration_us: u64,
}

/// What a control showed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ControlFact {
    /// Its name.
    pub name: String,
    /// Whether it was accepted.
    pub accepted: bool,
    /// What it got, in one line.
    pub seen: String,
    /// Its last request and what came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange: Option<Box<ExchangeFact>>,
}

/// What a look at the sentinel showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SentinelFact {
    /// It lives.
    Alive,
    /// It died.
    Dead,
    /// Nobody could tell.
    Unknown,
}

impl SentinelFact {
    /// The fact's name, as in the event log.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Alive => "alive",
            Self::Dead => "dead",
            Self::Unknown => "unknown",
        }
    }
}

/// What became of a case, or of one requirement in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It does not apply here.
    NotApplicable,
    /// The target does what is demanded.
    Pass,
    /// It fails, and the baseline says so.
    KnownFailure,
    /// It violates a SHOULD, or something tolerated.
    Warn,
    /// It could not be judged.
    Inconclusive,
    /// A baseline entry that passed or expired.
    Stale,
    /// The target is wrong.
    Fail,
    /// We are wrong.
    Error,
}

impl Verdict {
    /// All verdicts, best first.
    pub const ALL: [Self; 8] = [
        Self::NotApplicable,
        Self::Pass,
        Self::KnownFailure,
        Self::Warn,
        Self::Inconclusive,
        Self::Stale,
        Self::Fail,
        Self::Error,
    ];

    /// The verdict's name, as in the event log.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NotApplicable => "not-applicable",
            Self::Pass => "pass",
            Self::KnownFailure => "known-failure",
            Self::Warn => "warn",
            Self::Inconclusive => "inconclusive",
            Self::Stale => "stale",
            Self::Fail => "fail",
            Self::Error => "error",
        }
    }
}

/// What one requirement said of a case.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct JudgementFact {
    /// The requirement.
    pub code: Code,
    /// Its level.
    pub level: Level,
    /// Its profile.
    pub profile: Profile,
    /// What it says.
    pub verdict: Verdict,
    /// Whether it counts for the exit code.
    pub gating: bool,
    /// The violations, where it fails or warns.
    pub failures: Vec<Failure>,
    /// Why it could not be judged or does not apply.
    pub reason: Option<String>,
}

impl CaseFinished {
    /// The same without the bytes of the wire, for what decides by verdicts alone.
    #[must_use]
    pub fn without_evidence(&self) -> Self {
        Self {
            exchanges: Vec::new(),
            control: None,
            judgements: self.judgements.clone(),
            reason: self.reason.clone(),
            gaps: self.gaps.clone(),
            notes: self.notes.clone(),
            curl: self.curl.clone(),
            case: self.case.clone(),
            reproduce: self.reproduce.clone(),
            sentinel: self.sentinel,
            ..*self
        }
    }
}

/// What the target showed where the contract is silent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GapFact {
    /// The gap's key in the suite, such as `G4`.
    pub gap: String,
    /// What the contract does not say.
    pub title: String,
    /// What was seen, in a few words.
    pub seen: String,
}

/// The run ends.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunFinished {
    /// When it ended, as RFC 3339.
    pub ended_at: String,
    /// How long it took, in microseconds.
    pub duration_us: u64,
    /// Whether every selected case was judged or has a lasting reason not to be; false after an
    /// interruption, a lost target, a safety stop or a time limit.
    pub complete: bool,
    /// Why it stopped early.
    pub stopped: Option<String>,
    /// The same as one of the kinds that the exit code knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<StopKind>,
    /// The verdict that names the run.
    pub verdict: Verdict,
    /// The exit code.
    pub exit_code: u8,
    /// Whether `--partial` excused what could not be judged.
    pub partial: bool,
    /// What each requirement came to over all cases.
    pub requirements: Vec<RequirementVerdict>,
    /// Keys that the run made or was handed and could not revoke, by id.
    pub left_behind: Vec<String>,
    /// Facts about the whole run, such as the sentinel that died and the suspects.
    pub notes: Vec<String>,
}

/// Why a run is not whole, as the exit code knows it; what outweighs the others first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StopKind {
    /// The preflight failed: nothing was judged.
    Preflight,
    /// A sentinel died, and nobody knows of which case.
    SentinelDied,
    /// A sentinel died of the one case that ran.
    Collateral,
    /// It was interrupted, out of time, or lost its target.
    Cut,
}

/// What a requirement came to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RequirementVerdict {
    /// The requirement.
    pub code: Code,
    /// The worst of its judgements; inconclusive where no case judged it.
    pub verdict: Verdict,
    /// Whether it counts for the exit code.
    pub gating: bool,
    /// How many cases judged it.
    pub judged: usize,
    /// Why it could not be judged, where it could not.
    pub reason: Option<String>,
}
