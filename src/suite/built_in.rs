//! What is built in: the suites and the contract that they are written for.

/// The contract that is judged where no other is given: its name and its bytes.
pub const CONTRACT: (&str, &[u8]) = (
    "sinjapp-business.v1.yaml",
    include_bytes!("../../spec/sinjapp-business.v1.yaml"),
);

/// The suites, by name.
pub const SUITES: &[(&str, &[u8])] = &[(
    "revoke-api-key",
    include_bytes!("../../suites/revoke-api-key.yaml"),
)];

/// The bytes of the built-in suite with the name.
#[must_use]
pub fn suite(name: &str) -> Option<&'static [u8]> {
    SUITES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, bytes)| *bytes)
}
