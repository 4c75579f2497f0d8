//! A case: one reason to believe or not to believe the target.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::document::Pointer;
use crate::plan::Tier;

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

/// Which script of the plan, by position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScriptIndex(pub usize);

/// Which requirement of the plan, by position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequirementIndex(pub usize);

/// One reason to believe or not to believe the target.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its stable name.
    pub id: CaseId,
    /// The operation that it is about.
    pub operation: String,
    /// The rule that derived it.
    pub rule: &'static str,
    /// What it does, in one line.
    pub title: String,
    /// The script that it judges; several cases may share one.
    pub script: ScriptIndex,
    /// The labels of the requests that it judges.
    pub focus: Vec<String>,
    /// The labels of the requests that prepare the script and that no case judges by itself. The
    /// first case of a script answers for them, since a demand on every request of the run is one
    /// on them, too.
    pub beside: Vec<String>,
    /// The requirements that derived it.
    pub requirements: Vec<RequirementIndex>,
    /// The requirements that may attach to its exchanges.
    pub attached: Vec<RequirementIndex>,
    /// What must be accepted for a refusal to mean anything.
    pub control: Option<Control>,
    /// The least tier that it needs, the control's apart.
    pub tier: Tier,
    /// The tags of the requirements that derived it.
    pub tags: Vec<String>,
    /// Where the contract speaks of what it tries.
    pub pointers: Vec<Pointer>,
}

/// The request that must be accepted for a refusal to pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Control {
    /// The same request as an authorised caller sends it plainly.
    pub base: ScriptIndex,
    /// The same with the case's own unusual but harmless part (content, an `Accept`), where it has
    /// one: a target may refuse that part whoever sends it.
    pub shaped: Option<ScriptIndex>,
}
