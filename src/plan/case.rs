//! Case ids.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The stable name of a case: `operationId::rule[::detail]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CaseId(String);

impl CaseId {
    /// The id of a case of `rule` on `operation`; `detail` is empty where the rule has one case.
    #[must_use]
    pub fn new(operation: &str, rule: &str, detail: &str) -> Self {
        if detail.is_empty() {
            Self(format!("{operation}::{rule}"))
        } else {
            Self(format!("{operation}::{rule}::{detail}"))
        }
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CaseId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
