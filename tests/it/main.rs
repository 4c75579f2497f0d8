//! The proof of ourselves: a module a stage.

mod suite;
mod driver;
mod report;
//! One integration binary, a module a stage.

mod api;
mod document;
//! The proof of ourselves, a module a stage.

mod http;
//! One integration binary, a module a stage.

mod tenant;
