//! The proof of ourselves: a module a stage.

mod suite;
mod driver;
mod report;
