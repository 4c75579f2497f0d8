//! The reference tenant, asked over a raw socket.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what tests share is a test as well, though clippy cannot see it"
)]

mod conforming;
mod encrypted;
mod forms;
mod odd;
mod samples;
mod script;
mod tables;
mod wire;
