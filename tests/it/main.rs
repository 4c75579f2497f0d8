//! The proof of ourselves, a module a stage.

mod http;
