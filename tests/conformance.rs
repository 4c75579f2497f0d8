//! The suite as a cargo test target, against the embedded reference tenant.
//!
//! It takes libtest's flags and filters and has libtest's exit codes: 0 also where nothing was
//! selected, so that `cargo test NAME` stays whole, and 101 where something failed. What it runs
//! is the real binary, so it holds whatever a user of `probity demo` sees.

use std::process::{Command, ExitCode};

/// libtest's exit code where a test failed.
const FAILED: u8 = 101;
/// The exit code of `probity` where nothing was selected.
const NOTHING_SELECTED: i32 = 4;

fn main() -> ExitCode {
    let mut demo = Command::new(env!("CARGO_BIN_EXE_probity"));
    demo.arg("demo").args(std::env::args_os().skip(1));
    match demo.status().map(|status| status.code()) {
        Ok(Some(0 | NOTHING_SELECTED)) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(FAILED),
        Err(error) => {
            eprintln!("error: failed to run probity: {error}");
            ExitCode::from(FAILED)
        }
    }
}
