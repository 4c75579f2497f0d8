<<<<<<< HEAD
<<<<<<< HEAD
//! The proof of ourselves: one integration binary, a module a stage.
=======
//! One integration binary, a module a stage.
>>>>>>> config

mod api;
mod config;
mod document;
<<<<<<< HEAD
mod driver;
mod http;
mod report;
mod suite;
mod tenant;
=======
mod http;
mod suite;
>>>>>>> config
=======
//! One integration binary, a module a stage.

mod api;
mod document;
>>>>>>> document
