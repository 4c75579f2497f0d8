//! The proof of ourselves: a module a stage.

mod driver;
mod report;
