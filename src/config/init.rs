//! The `probity.yaml` that `probity init` writes.

/// A `probity.yaml` to begin with: every setting with a comment, those without a sensible value
/// for everyone commented out.
#[must_use]
pub fn init_text() -> &'static str {
    include_str!("init.yaml")
}

/// The JSON Schema of `probity.yaml`, for editors.
#[must_use]
pub fn schema_text() -> &'static str {
    include_str!("probity.schema.json")
}
