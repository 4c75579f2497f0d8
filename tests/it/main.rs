//! The proof of ourselves: a module a stage.

mod config;
mod suite;
