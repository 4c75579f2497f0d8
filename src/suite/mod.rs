//! YAML -> Suite: requirements as data.
