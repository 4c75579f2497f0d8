//! The proof of ourselves: one integration binary, a module a stage.

mod api;
mod cli;
mod config;
mod document;
mod driver;
mod http;
mod report;
mod selftest;
mod suite;
mod tenant;
mod tidy;
