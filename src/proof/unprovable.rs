//! The MUST requirements that no defect of the reference tenant can violate, each with its reason.

/// Code and reason.
///
/// An entry that a defect proves all the same is stale, and the kill matrix says so.
const UNPROVABLE: &[(&str, &str)] = &[(
    "RAK-TRN-01",
    "it speaks of targets on https, and the reference tenant has no TLS; tests/it/http/tls.rs \
     proves the client",
)];

/// Why no defect can prove a requirement, where none can.
#[must_use]
pub fn reason(code: &str) -> Option<&'static str> {
    let mut entries = UNPROVABLE.iter();
    entries
        .find(|(known, _)| *known == code)
        .map(|(_, reason)| *reason)
}
