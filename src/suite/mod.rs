//! YAML -> Suite: what we demand of an operation, as data.
//!
//! A suite names an operation of a contract, the resource that its path parameter addresses, and
//! the requirements. A requirement either derives its cases from a `rule:` or attaches itself to
//! exchanges with `on:`; each has a permanent code, a level, a profile and its sources.

mod baseline;
pub mod built_in;
mod expression;
mod model;
mod nearest;
mod problem;
mod read;
mod typed;

pub use baseline::{Baseline, KnownFailure};
pub use expression::RuntimeExpression;
pub use model::{
    CheckName, Code, CreateFixture, CredentialClass, Effect, Expect, Gap, Level, PathClass, Probe,
    Profile, Requirement, Resource, Selector, Source, StatusText, Suite, Tier, Trigger,
};
pub use nearest::nearest;
pub use problem::{Problem, Problems};
pub use read::SuiteError;
pub use typed::{TypedError, read_typed};
