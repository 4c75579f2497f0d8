//! Api + Suite -> Plan: the cases, their requests and what is expected of them.

mod case;

pub use case::CaseId;
// The layers after `plan` speak of levels and profiles without knowing suites.
pub use crate::suite::{Code, Level, Profile, Tier};
