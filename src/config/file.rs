//! `probity.yaml` as it stands in the file.

use std::collections::BTreeMap;

use serde::Deserialize;

/// All of `probity.yaml`. Scalars are kept as they are spelled, so that one parser reads them
/// from the file, the environment and the flags.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct FileSettings {
    pub(super) target: Option<Spelling>,
    pub(super) contract: Option<Spelling>,
    pub(super) suites: Option<Vec<Spelling>>,
    pub(super) allow: Option<Spelling>,
    pub(super) tags: Option<Vec<Spelling>>,
    pub(super) gate: Option<Vec<Spelling>>,
    pub(super) strict: Option<Spelling>,
    pub(super) partial: Option<Spelling>,
    pub(super) baseline: Option<Spelling>,
    pub(super) base_path: Option<Spelling>,
    pub(super) headers: Option<BTreeMap<String, FileHeader>>,
    pub(super) ca_file: Option<Spelling>,
    pub(super) insecure: Option<Spelling>,
    pub(super) allow_http: Option<Spelling>,
    pub(super) proxy: Option<Spelling>,
    pub(super) rate: Option<Spelling>,
    pub(super) timeout: Option<Spelling>,
    pub(super) max_time: Option<Spelling>,
    pub(super) linger: Option<Spelling>,
    pub(super) revocation_within: Option<Spelling>,
    pub(super) repeat: Option<Spelling>,
    pub(super) shard: Option<Spelling>,
    pub(super) concurrency: Option<Spelling>,
    pub(super) reports: Option<FileReports>,
    pub(super) identities: Option<FileIdentities>,
    pub(super) victims: Option<FileVictims>,
}

/// The keys of [`FileSettings`] that hold others: they may stand there empty, with everything
/// under them commented out.
pub(super) const SECTIONS: [&str; 4] = ["headers", "reports", "identities", "victims"];

/// The keys under which the file may hold a secret by mistake, so that its lines are not shown.
pub(super) const SENSITIVE_SECTIONS: [&str; 3] = ["headers", "identities", "victims"];

/// A header: its value comes from the environment.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileHeader {
    pub(super) env: String,
}

/// Where the reports go.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct FileReports {
    pub(super) junit: Option<Spelling>,
    pub(super) html: Option<Spelling>,
    pub(super) markdown: Option<Spelling>,
    pub(super) json: Option<Spelling>,
    pub(super) ctrf: Option<Spelling>,
    pub(super) sarif: Option<Spelling>,
    pub(super) tap: Option<Spelling>,
    pub(super) har: Option<Spelling>,
    pub(super) intoto: Option<Spelling>,
    pub(super) events: Option<Spelling>,
    pub(super) github: Option<Spelling>,
}

/// The identities.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(super) struct FileIdentities {
    pub(super) admin: Option<FileIdentity>,
    pub(super) limited: Option<FileIdentity>,
    pub(super) expired: Option<FileIdentity>,
    pub(super) revoked: Option<FileIdentity>,
    pub(super) other_tenant: Option<FileIdentity>,
}

/// An identity: exactly one of the first five is given.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct FileIdentity {
    pub(super) env: Option<String>,
    pub(super) file: Option<String>,
    pub(super) command: Option<Vec<String>>,
    pub(super) stdin: Option<bool>,
    pub(super) absent: Option<String>,
    pub(super) id: Option<Spelling>,
    pub(super) target: Option<String>,
}

/// Where victims come from: one of the two.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct FileVictims {
    pub(super) pool: Option<FilePool>,
    pub(super) exec: Option<FileHooks>,
}

/// A pool of victims: one of the two.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct FilePool {
    pub(super) file: Option<String>,
    pub(super) env: Option<String>,
}

/// The commands that make and revoke a victim.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileHooks {
    pub(super) create: Vec<String>,
    #[serde(default)]
    pub(super) destroy: Option<Vec<String>>,
}

/// A scalar as it is spelled: `50`, `50/s`, `true`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Scalar")]
pub(super) struct Spelling(pub(super) String);

#[derive(Deserialize)]
#[serde(transparent)]
struct Scalar(serde_json::Value);

impl TryFrom<Scalar> for Spelling {
    type Error = &'static str;

    fn try_from(scalar: Scalar) -> Result<Self, Self::Error> {
        match scalar.0 {
            serde_json::Value::String(text) => Ok(Self(text)),
            serde_json::Value::Number(number) => Ok(Self(number.to_string())),
            serde_json::Value::Bool(truth) => Ok(Self(truth.to_string())),
            serde_json::Value::Array(_) => Err("expected one value, found a list"),
            serde_json::Value::Object(_) => Err("expected one value, found a mapping"),
            serde_json::Value::Null => Err("expected a value, found nothing"),
        }
    }
}
