//! The proof of ourselves: a module a stage.

mod config;
mod config_identities;
mod suite;
