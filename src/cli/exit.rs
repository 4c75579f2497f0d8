//! Errors -> exit codes, and how errors are printed.

use std::error::Error;
use std::fmt::Write as _;
use std::process::ExitCode;

/// The exit code for a fault of ours.
const FAULT: u8 = 70;
/// The exit code for wrong usage, settings, documents or suites.
const USAGE: u8 = 2;

/// Why the program ends without a run.
pub struct Exit {
    code: u8,
    text: String,
}

impl Exit {
    /// Something that was typed or written is wrong; nothing was sent.
    pub fn usage(error: &dyn Error) -> Self {
        Self {
            code: USAGE,
            text: chain(error),
        }
    }

    /// The same with a text that already shows its place.
    pub fn usage_text(text: impl Into<String>) -> Self {
        Self {
            code: USAGE,
            text: text.into(),
        }
    }

    /// We failed.
    pub fn fault(error: &dyn Error) -> Self {
        Self {
            code: FAULT,
            text: chain(error),
        }
    }

    /// Prints the error and gives the exit code.
    pub fn print(self) -> ExitCode {
        complain(&self.text);
        ExitCode::from(self.code)
    }
}

/// Says something on standard error, without terminal escapes of others.
pub fn complain(text: &str) {
    let inert: Vec<_> = probity::report::inert::lines(text).collect();
    let text = inert.join("\n");
    // The report of a document's error brings the word itself.
    let prefix = if text.starts_with("error: ") {
        ""
    } else {
        "error: "
    };
    anstream::eprintln!("{prefix}{text}");
}

/// Says something worth knowing on standard error.
pub fn warn(text: &str) {
    let inert: Vec<_> = probity::report::inert::lines(text).collect();
    anstream::eprintln!("warning: {}", inert.join("\n"));
}

/// An error with its causes, a line each.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let _ = write!(text, "\n  caused by: {error}");
        cause = error.source();
    }
    text
}
