//! The budgets of the design, measured as ratios in one run.
//!
//! `cargo bench` measures in full and ends with 1 where a budget is exceeded; whatever follows
//! `--` is a part of the names of the budgets to measure. `cargo test` runs the same in small and
//! unoptimised, where times say nothing: then it is enough that everything can be measured.
//!
//! Everything measured is a process of its own, so that its CPU time and its memory are known to
//! the system. This program is all of them: `role NAME` plays one.

mod bare;
mod budget;
mod cost;
mod document;
mod reading;
mod recorder;
mod role;
mod running;
mod target;

use std::process::ExitCode;

use budget::{Budget, Scale};

/// What goes wrong while measuring: it is told, and ends the program.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What the test runner of others calls this program, as libtest would list it.
const NAME: &str = "budgets";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.split_first() {
        Some((first, rest)) if first == role::ROLE => role::play(rest).map(|()| true),
        _ if arguments.iter().any(|argument| argument == "--list") => {
            list(&arguments);
            Ok(true)
        }
        _ => measure(&arguments),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Says what there is, as libtest does. Runners ask for what is ignored separately.
fn list(arguments: &[String]) {
    if !arguments.iter().any(|argument| argument == "--ignored") {
        println!("{NAME}: test");
    }
}

/// Measures what is wanted and prints it; says whether all of it is within its budget.
fn measure(arguments: &[String]) -> Result<bool, Failure> {
    // Cargo says `--bench` where it benches, and says nothing where it tests.
    let full = arguments.iter().any(|argument| argument == "--bench");
    let scale = if full { Scale::Full } else { Scale::Small };
    let words = arguments.iter().filter(|word| !word.starts_with('-'));
    let wanted: Vec<&str> = words
        .map(String::as_str)
        .filter(|word| full && *word != NAME)
        .collect();
    if !cfg!(target_os = "linux") {
        println!("budgets are measured on Linux alone: what processes cost is read from /proc");
        return Ok(true);
    }
    let mut within = true;
    println!("{}", Budget::heading());
    for part in [reading::budgets, running::budgets] {
        for budget in part(scale, &wanted)? {
            println!("{}", budget.line(scale));
            within &= budget.holds(scale);
        }
    }
    Ok(within)
}
