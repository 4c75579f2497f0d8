//! The proof: the suite against the reference tenant.

mod embedded;
mod matrix;
mod page;
mod rehearsal;
mod table;
mod unprovable;

pub use embedded::{CA_FILE, EmbeddedTenant};
pub use matrix::{
    DefectRow, Depth, Fate, KillMatrix, OddRow, RequirementRow, SelftestError, selftest,
};
pub use page::page;
pub use rehearsal::{Rehearsal, RehearsalError, Sighting};
pub use table::table;
