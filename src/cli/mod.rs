//! The binary alone: arguments, exit codes, printing.

mod args;
mod compare;
mod exit;
mod explain;
mod plan;
mod prepare;
mod report;
mod reports;
mod run;
mod selftest;
mod serve;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use args::{Arguments, Command};
use exit::Exit;

/// The whole program.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Demo(arguments) => run::demo(&arguments),
        Command::Report(arguments) => report::report(&arguments),
        Command::Plan(arguments) => plan::plan(&arguments),
        Command::Explain(arguments) => explain::explain(&arguments),
        Command::Lint(arguments) => explain::lint(&arguments),
        Command::Serve(arguments) => serve::serve(&arguments),
        Command::Replay(arguments) => compare::replay(&arguments),
        Command::Diff(arguments) => compare::diff(&arguments),
        Command::Selftest(arguments) => selftest::selftest(&arguments),
        Command::Init => print(probity::config::init_text()),
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "probity", &mut text);
            print(&String::from_utf8_lossy(&text))
        }
        Command::Man => {
            let mut text = Vec::new();
            match clap_mangen::Man::new(Arguments::command()).render(&mut text) {
                Ok(()) => print(&String::from_utf8_lossy(&text)),
                Err(error) => Err(Exit::fault(&error)),
            }
        }
    };
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(exit) => exit.print(),
    }
}

/// Prints to standard output; a reader that has enough is no fault.
fn print(text: &str) -> Result<u8, Exit> {
    use std::io::Write as _;
    match anstream::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Exit::fault(&error)),
        _ => Ok(0),
    }
}
