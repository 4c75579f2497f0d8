//! One integration binary, a module a stage.

mod api;
mod document;
