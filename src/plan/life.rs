//! What a look at an instance says.

/// Whether an instance lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Life {
    /// Its credential is accepted.
    Alive,
    /// Its credential is refused.
    Dead,
    /// Nobody could tell, and why.
    Unknown(String),
}
