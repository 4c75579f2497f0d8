//! Api + Suite -> Plan: the cases, their requests and what is expected of them. Nothing is sent.

mod base_path;
mod build;
mod case;
mod life;
mod readings;
pub mod rules;
mod script;
mod select;
mod template;
pub mod validity;

pub use base_path::server_path;
pub use build::{CASES_PER_OPERATION_MAX, Plan, PlanError, nearest, plan};
pub use case::{Case, CaseId, Control, RequirementIndex, ScriptIndex};
pub use life::Life;
pub use readings::readings;
pub use script::{Holder, Limits, Script, Send, Slot, Step, Watch, Wire};
pub use select::Selection;
pub use template::{Derivation, IdSpelling, Piece, Template, display};

// The layers after `plan` speak of levels and requirements without knowing suites.
pub use crate::suite::{
    CheckName, Code, CredentialClass, Effect, Expect, Level, PathClass, Profile, Requirement,
    Selector, Source, Tier,
};

/// The checks that a requirement may name; `check` implements each.
pub const CHECKS: &[&str] = &[
    "accepted",
    "alike",
    "allow-complete",
    "allow-present",
    "ambiguous-length",
    "answered-within",
    "bad-request",
    "bare-no-content",
    "bearer-error",
    "bystanders-live",
    "certificate-verified",
    "challenge-present",
    "challenge-valid",
    "cleartext-refused",
    "concurrent",
    "connection-clean",
    "consistent",
    "date",
    "dead-in-the-end",
    "declared-media-type",
    "declared-schema",
    "hardened",
    "harmless-method",
    "headers-only",
    "ids-not-reused",
    "latency",
    "live-not-refused",
    "method-refused",
    "no-content",
    "no-content-length",
    "no-cookie",
    "no-echoed-secret",
    "no-effect",
    "no-foreign-origin",
    "no-internals",
    "no-redirect",
    "no-secret",
    "no-transfer-encoding",
    "no-version",
    "nobody-served",
    "not-cut",
    "not-from-cache",
    "not-revived",
    "not-served",
    "not-shared",
    "not-storable",
    "nothing-dies",
    "old-tls-refused",
    "only-addressed",
    "options",
    "override-ignored",
    "property-present",
    "refused-across",
    "refused-elsewhere",
    "refused-in-use",
    "refused-later",
    "refused-on-kept-connection",
    "repetition",
    "retry-after",
    "revocation-latency",
    "revoked",
    "same-by-http-2",
    "same-or-nothing",
    "second-lives",
    "served-later",
    "stays-dead",
    "unserved-method",
];
