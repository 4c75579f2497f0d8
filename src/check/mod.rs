//! Case + Exchanges -> Failures: pure judgements, a file a family.

mod failure;

pub use failure::{Failure, SourcePlace};
