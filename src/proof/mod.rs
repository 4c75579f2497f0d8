//! The proof: the suite against the reference tenant.

mod embedded;

pub use embedded::EmbeddedTenant;
