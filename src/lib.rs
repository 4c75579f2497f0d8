//! Probity proves whether a running HTTP API keeps its contract.

pub mod api;
pub mod check;
pub mod config;
pub mod document;
pub mod driver;
pub mod fixture;
pub mod http;
pub mod plan;
pub mod proof;
pub mod report;
pub mod run;
pub mod suite;
pub mod tenant;
