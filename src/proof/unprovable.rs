//! The MUST requirements that no defect of the reference tenant can violate, each with its reason.

/// Code and reason: none at present.
///
/// An entry that a defect proves all the same is stale, and the kill matrix says so.
const UNPROVABLE: &[(&str, &str)] = &[];

/// Why no defect can prove a requirement, where none can.
#[must_use]
pub fn reason(code: &str) -> Option<&'static str> {
    let mut entries = UNPROVABLE.iter();
    entries
        .find(|(known, _)| *known == code)
        .map(|(_, reason)| *reason)
}
