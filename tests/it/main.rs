//! One integration binary, a module a stage.

mod api;
mod config;
mod document;
mod http;
mod suite;
