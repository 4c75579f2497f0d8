//! The proof of ourselves: a module a stage.

mod api;
mod config;
mod document;
mod suite;
