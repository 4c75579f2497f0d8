//! The types of a suite file, as they stand in the file.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A suite: demands on one operation.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Suite {
    /// The suite's name, kebab-case.
    pub suite: String,
    /// One sentence about what the suite demands.
    pub title: String,
    /// The name of the contract it is written for, such as `sinjapp-business.v1`.
    pub contract: String,
    /// The operation under test, by `operationId`.
    pub operation: String,
    /// What the path parameter names, how to make one and how to know whether it lives.
    pub resource: Resource,
    /// The points on which the contract is silent: what was seen there is reported, never judged.
    #[serde(default)]
    pub gaps: BTreeMap<String, Gap>,
    /// The demands.
    pub requirements: Vec<Requirement>,
}

/// A point on which the contract is silent.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// What the contract does not say, as a question or a noun phrase.
    pub title: String,
}

/// The resource that the path parameter addresses.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Resource {
    /// The path parameter that holds the resource's id.
    pub parameter: String,
    /// How disposable instances are made.
    #[serde(default)]
    pub create: Option<CreateFixture>,
    /// How to see whether an instance lives.
    #[serde(default)]
    pub probe: Option<Probe>,
}

/// An operation that makes a disposable instance.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CreateFixture {
    /// The `operationId` of the operation that makes one.
    pub operation: String,
    /// The JSON body; in its strings `{run}` is replaced by the run's tag and `{number}` by a
    /// number of its own.
    pub body: serde_json::Value,
    /// What is merged into the body for an instance that must be able to do everything.
    #[serde(default)]
    pub privileged: Option<serde_json::Value>,
    /// What is merged into the body for an instance that must be able to do little.
    #[serde(default)]
    pub limited: Option<serde_json::Value>,
    /// Runtime expressions (OpenAPI 3.0.3, "Runtime Expressions") for `id` and `secret`.
    pub take: BTreeMap<String, String>,
}

/// A safe operation whose status says whether a credential lives.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Probe {
    /// The `operationId` of the probe.
    pub operation: String,
    /// The status that a live credential gets.
    pub alive: u16,
    /// The status that a dead credential gets.
    pub dead: u16,
    /// A runtime expression for the id of the credential that asked, where the answer names it.
    #[serde(default)]
    pub id: Option<String>,
}

/// One demand.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Requirement {
    /// The permanent code.
    pub code: Code,
    /// What is required, as a sentence about the target.
    pub title: String,
    /// How binding the source is.
    pub level: Level,
    /// Where the source comes from.
    pub profile: Profile,
    /// The rule whose cases it judges; exactly one of `rule` and `on` is given.
    #[serde(default)]
    pub rule: Option<String>,
    /// The variants of the rule that it judges; all of them where none is named.
    #[serde(default)]
    pub variants: Vec<String>,
    /// The exchanges that it judges, whichever case made them.
    #[serde(default)]
    pub on: Option<Selector>,
    /// What is expected of the case's own exchange and its effect.
    #[serde(default)]
    pub expect: Option<Expect>,
    /// The check that judges, where an expectation does not say it.
    #[serde(default)]
    pub check: Option<CheckName>,
    /// A value that the check takes, such as the name of a property.
    #[serde(default)]
    pub argument: Option<String>,
    /// The sources: `contract#POINTER`, or a citation such as `RFC 9110 §15.5.2`.
    pub sources: Vec<Source>,
    /// Tags for selection, such as `smoke`.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The gap of the contract to which what was seen is recorded.
    #[serde(default)]
    pub gap: Option<String>,
    /// Why it matters or what to do about it: shown by `explain` and with a failure.
    #[serde(default)]
    pub note: Option<String>,
}

impl Requirement {
    /// Whether the requirement derives or attaches.
    #[must_use]
    pub fn trigger(&self) -> Trigger<'_> {
        match (&self.rule, &self.on) {
            (Some(rule), _) => Trigger::Rule(rule),
            (None, Some(selector)) => Trigger::On(selector),
            (None, None) => Trigger::Nothing,
        }
    }
}

/// How a requirement comes to its exchanges.
#[derive(Debug, Clone, Copy)]
pub enum Trigger<'a> {
    /// It derives cases by this rule.
    Rule(&'a str),
    /// It attaches to the exchanges that this selects.
    On(&'a Selector),
    /// It does neither: refused when the suite is read.
    Nothing,
}

/// Selects exchanges of the run.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Selector {
    /// Statuses: `401`, `4XX`; any where none is named.
    #[serde(default)]
    pub status: Vec<StatusText>,
    /// Only requests that carry no sufficient credential, or only those that do.
    #[serde(default)]
    pub credential: Option<CredentialClass>,
    /// Only requests whose path is the template with a canonical id.
    #[serde(default)]
    pub path: Option<PathClass>,
    /// Rules to whose cases it does not attach.
    #[serde(default)]
    pub except: Vec<String>,
}

impl Selector {
    /// Whether it means a request with this credential and path, whatever its status.
    #[must_use]
    pub fn covers(&self, credential: CredentialClass, path: Option<PathClass>) -> bool {
        let path_fits = match (self.path, path) {
            (None, _) => true,
            (Some(PathClass::Template), Some(_)) => true,
            (Some(wanted), Some(found)) => wanted == found,
            (Some(_), None) => false,
        };
        path_fits && self.credential.is_none_or(|wanted| wanted == credential)
    }

    /// Whether it means an answer with this status.
    #[must_use]
    pub fn covers_status(&self, status: u16) -> bool {
        self.status.is_empty() || self.status.iter().any(|wanted| wanted.matches(status))
    }
}

/// A status or a range of statuses as text: `204`, `4XX`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "StatusSpelling")]
pub struct StatusText(String);

#[derive(Deserialize)]
#[serde(transparent)]
struct StatusSpelling(serde_json::Value);

impl TryFrom<StatusSpelling> for StatusText {
    type Error = String;

    fn try_from(spelling: StatusSpelling) -> Result<Self, Self::Error> {
        let text = match spelling.0 {
            serde_json::Value::Number(number) => number.to_string(),
            serde_json::Value::String(text) => text,
            other => {
                return Err(format!(
                    "expected a status such as 401 or 4XX, found `{other}`"
                ));
            }
        };
        let bytes = text.as_bytes();
        let shaped = matches!(bytes, [b'1'..=b'5', b'X', b'X'])
            || matches!(bytes, [b'1'..=b'5', a, b] if a.is_ascii_digit() && b.is_ascii_digit());
        if shaped {
            Ok(Self(text))
        } else {
            Err(format!(
                "`{text}` is no status: expected such as 401 or 4XX"
            ))
        }
    }
}

impl StatusText {
    /// Whether it covers the status.
    #[must_use]
    pub fn matches(&self, status: u16) -> bool {
        let seen = status.to_string();
        self.0.len() == seen.len()
            && self
                .0
                .bytes()
                .zip(seen.bytes())
                .all(|(want, have)| want == b'X' || want == have)
    }
}

impl fmt::Display for StatusText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Whether a request carries what the operation's security demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialClass {
    /// It carries a live credential that may do what it asks, where the contract wants it.
    Sufficient,
    /// It does not.
    Insufficient,
}

/// How a request's path stands to the operation's template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PathClass {
    /// The template with a canonical id in it.
    Canonical,
    /// The template with anything in it.
    Template,
}

/// What is expected of a case's own exchange.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Expect {
    /// Statuses that satisfy.
    #[serde(default)]
    pub status: Vec<StatusText>,
    /// Statuses that warn instead of failing.
    #[serde(default)]
    pub warn: Vec<StatusText>,
    /// Whether a connection that is closed without an answer satisfies, too.
    #[serde(default)]
    pub closed: bool,
    /// What becomes of the addressed instance.
    #[serde(default)]
    pub effect: Option<Effect>,
}

/// What becomes of the addressed instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// It lives on.
    None,
    /// It is dead.
    Revoked,
}

/// The name of a check in `check/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(transparent)]
pub struct CheckName(pub String);

impl fmt::Display for CheckName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A requirement's permanent code, such as `RAK-AUT-01`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Code(String);

impl TryFrom<String> for Code {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let mut parts = text.split('-');
        let upper = |part: Option<&str>| {
            part.is_some_and(|part| {
                !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_uppercase())
            })
        };
        let shaped = upper(parts.next())
            && upper(parts.next())
            && parts.next().is_some_and(|part| {
                part.len() >= 2 && part.bytes().all(|byte| byte.is_ascii_digit())
            })
            && parts.next().is_none();
        if shaped {
            Ok(Self(text))
        } else {
            Err(format!(
                "`{text}` is no requirement code: expected such as RAK-AUT-01"
            ))
        }
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        code.0
    }
}

impl FromStr for Code {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::try_from(text.to_owned())
    }
}

impl Code {
    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// How binding a requirement's source is (RFC 2119).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Only observed.
    May,
    /// A violation warns; it fails under `--strict`.
    Should,
    /// A violation fails.
    Must,
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::May => "may",
            Self::Should => "should",
            Self::Must => "must",
        })
    }
}

/// Where a requirement's source comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// The OpenAPI document.
    Contract,
    /// RFC 9110, 9112, 6585.
    Http,
    /// OWASP API Security Top 10 and ASVS.
    Security,
    /// No normative source: never above `should`.
    Robustness,
}

impl Profile {
    /// All profiles, in the order of reports.
    pub const ALL: [Self; 4] = [Self::Contract, Self::Http, Self::Security, Self::Robustness];
}

impl fmt::Display for Profile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Contract => "contract",
            Self::Http => "http",
            Self::Security => "security",
            Self::Robustness => "robustness",
        })
    }
}

impl FromStr for Profile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|profile| profile.to_string() == text)
            .ok_or_else(|| format!("`{text}` is no profile"))
    }
}

/// What a broken target could lose by a case (DESIGN, "Tiers").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// No live secret in the bytes of an unsafe method.
    Observe,
    /// Live secrets; disposable keys only.
    Revoke,
    /// A throw-away tenant.
    Tenant,
}

impl fmt::Display for Tier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Observe => "observe",
            Self::Revoke => "revoke",
            Self::Tenant => "tenant",
        })
    }
}

impl FromStr for Tier {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Observe, Self::Revoke, Self::Tenant]
            .into_iter()
            .find(|tier| tier.to_string() == text)
            .ok_or_else(|| format!("`{text}` is no tier: expected observe, revoke or tenant"))
    }
}

/// A source of a requirement.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(from = "String", into = "String")]
pub enum Source {
    /// A place in the contract, as a JSON Pointer.
    Contract(String),
    /// A citation of a standard.
    Citation(String),
}

impl From<String> for Source {
    fn from(text: String) -> Self {
        match text.strip_prefix("contract#") {
            Some(pointer) => Self::Contract(pointer.to_owned()),
            None => Self::Citation(text),
        }
    }
}

impl From<Source> for String {
    fn from(source: Source) -> Self {
        source.to_string()
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contract(pointer) => write!(formatter, "contract#{pointer}"),
            Self::Citation(text) => formatter.write_str(text),
        }
    }
}
