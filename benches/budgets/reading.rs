//! What it costs to start and to read a document: the real program against a plain parser.

use std::ffi::OsStr;
use std::path::Path;

use super::Failure;
use super::budget::{Budget, Scale, Side};
use super::cost::{self, Cost};
use super::document::{self, Form};

/// The role that parses a document into plain values, without places, and does no more.
pub const PLAIN: &str = "plain";

/// The program.
pub const PROBITY: &str = env!("CARGO_BIN_EXE_probity");

/// The size of the large document, in bytes; a quarter of it shows how the cost grows.
const LARGE_BYTES: usize = 12_000_000;
/// Its size in small.
const SMALL_BYTES: usize = 200_000;
/// How many times smaller the document is that growth is measured against.
const SMALLER: usize = 4;

/// The budgets of starting and reading.
///
/// # Errors
/// Where something cannot be run.
pub fn budgets(scale: Scale, wanted: &[&str]) -> Result<Vec<Budget>, Failure> {
    let mut budgets = Vec::new();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|word| name.contains(word));
    if is_wanted("binary") {
        budgets.push(binary()?);
    }
    if is_wanted("list of the built-in suite") {
        budgets.extend(start(scale)?);
    }
    for (form, name) in [
        (Form::Line, "JSON on one line"),
        (Form::Pretty, "JSON"),
        (Form::Yaml, "YAML"),
    ] {
        if is_wanted(name) {
            budgets.extend(large(scale, form, name)?);
        }
    }
    Ok(budgets)
}

#[expect(clippy::cast_precision_loss, reason = "a file is far below 2^53 bytes")]
fn binary() -> Result<Budget, Failure> {
    let bytes = std::fs::metadata(PROBITY)?.len() as f64;
    let limit = (Side::AtMost, 20.0);
    Ok(Budget::new("size of the binary", limit, bytes / 1e6, "MB"))
}

fn start(scale: Scale) -> Result<Vec<Budget>, Failure> {
    let runs = scale.choose(30, 2);
    let cost = cost::least(runs, &[PROBITY.as_ref(), "run".as_ref(), "--list".as_ref()])?;
    let name = "list of the built-in suite";
    let time = Budget::new(name, (Side::AtMost, 20.0), cost.wall_s * 1e3, "ms");
    let cpu = format!("{:.1} ms of CPU", cost.cpu_s * 1e3);
    let memory = Budget::new(
        &format!("{name}, memory"),
        (Side::AtMost, 20.0),
        cost.peak_mib,
        "MiB",
    );
    Ok(vec![time.made_from(cpu), memory])
}

/// What reading one file costs the real program, and what it costs a plain parser.
fn reading(runs: u32, file: &Path) -> Result<(Cost, Cost), Failure> {
    let this = std::env::current_exe()?;
    let [role, plain] = [super::role::ROLE, PLAIN].map(OsStr::new);
    let plain = cost::least(runs, &[this.as_ref(), role, plain, file.as_ref()])?;
    let words = [PROBITY, "run", "--list", "--contract"].map(OsStr::new);
    let command: Vec<&OsStr> = words.into_iter().chain([file.as_os_str()]).collect();
    Ok((cost::least(runs, &command)?, plain))
}

fn large(scale: Scale, form: Form, name: &str) -> Result<Vec<Budget>, Failure> {
    let folder = tempfile::tempdir()?;
    let runs = scale.choose(5, 1);
    let bytes = scale.choose(LARGE_BYTES, SMALL_BYTES);
    let mut read = Vec::new();
    for bytes in [bytes / SMALLER, bytes] {
        let file = folder.path().join(format!("{bytes}.{}", form.extension()));
        let resources = document::write(&file, form, bytes)?;
        let (cost, plain) = reading(runs, &file)?;
        read.push((resources, cost, plain));
    }
    let [(few, smaller, _), (many, cost, plain)] = read.as_slice() else {
        return Err("two documents are read".into());
    };
    let size = format!("{:.1} MB", times(bytes, 1_000_000));
    let from = format!(
        "{:.0} ms against {:.0} ms, {many} resources",
        cost.cpu_s * 1e3,
        plain.cpu_s * 1e3
    );
    let ratio = Budget::new(
        &format!("{size} of {name}, listed against parsed"),
        (Side::AtMost, 1.5),
        cost.cpu_s / plain.cpu_s,
        "x",
    );
    let memory = Budget::new(
        &format!("{size} of {name}, memory"),
        (Side::AtMost, 400.0),
        cost.peak_mib,
        "MiB",
    );
    let grown = times(*many, *few);
    let growth = Budget::new(
        &format!("growth with the operations, {name}"),
        (Side::AtMost, 1.25),
        cost.cpu_s / smaller.cpu_s / grown,
        "x",
    );
    let from_growth = format!(
        "{:.1}x the time for {grown:.1}x",
        cost.cpu_s / smaller.cpu_s
    );
    Ok(vec![
        ratio.made_from(from),
        memory.made_from(format!("parsed plainly {:.0} MiB", plain.peak_mib)),
        growth.made_from(from_growth),
    ])
}

/// How many times as much.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub fn times(many: usize, few: usize) -> f64 {
    many as f64 / few as f64
}

/// Plays the plain parser.
///
/// # Errors
/// Where the file cannot be read.
pub fn read_plainly(arguments: &[String]) -> Result<(), Failure> {
    let path = arguments.first().ok_or("no file is named")?;
    let bytes = std::fs::read(path)?;
    let value: serde_json::Value = if path.ends_with(".json") {
        serde_json::from_slice(&bytes)?
    } else {
        serde_yaml::from_slice(&bytes)?
    };
    // It has to be there as a whole for once.
    println!("{}", value.as_object().map_or(0, serde_json::Map::len));
    Ok(())
}
