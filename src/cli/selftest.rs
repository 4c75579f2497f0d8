//! `selftest`: the kill matrix.

use probity::driver::Background;
use probity::proof::{self, Depth, KillMatrix, SelftestError};

use super::args::SelftestArguments;
use super::exit::Exit;

/// The exit code where a defect survives, a correct tenant is blamed or a MUST is not proven.
const NOT_PROVEN: u8 = 1;

/// `probity selftest`.
pub fn selftest(arguments: &SelftestArguments) -> Result<u8, Exit> {
    let depth = if arguments.whole {
        Depth::Whole
    } else {
        Depth::Own
    };
    let background = Background::start_on_all_cores().map_err(|error| Exit::fault(&error))?;
    let matrix = background.block_on(proof::selftest(&arguments.filters, depth));
    let matrix = matrix.map_err(|error| match error {
        SelftestError::NoMatch { .. } => Exit::usage(&error),
        SelftestError::Rehearsal { .. } | SelftestError::BuiltIn(_) => Exit::fault(&error),
    })?;
    super::print(&shown(arguments, &matrix)?)?;
    Ok(if matrix.holds() { 0 } else { NOT_PROVEN })
}

fn shown(arguments: &SelftestArguments, matrix: &KillMatrix) -> Result<String, Exit> {
    if arguments.json {
        let json = serde_json::to_string_pretty(matrix);
        let json = json.map_err(|error| Exit::fault(&error))?;
        return Ok(format!("{json}\n"));
    }
    Ok(if arguments.markdown {
        proof::page(matrix)
    } else {
        proof::table(matrix)
    })
}
