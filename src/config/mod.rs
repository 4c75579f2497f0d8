//! probity.yaml, environment and flags -> Settings.
