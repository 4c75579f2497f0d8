//! The parts that this program plays in processes of their own.

use super::{Failure, bare, reading, target};

/// The word that begins a part.
pub const ROLE: &str = "role";

/// Plays the part that the first argument names.
///
/// # Errors
/// Where the part is unknown, or fails.
pub fn play(arguments: &[String]) -> Result<(), Failure> {
    let (name, rest) = arguments.split_first().ok_or("no role is named")?;
    match name.as_str() {
        reading::PLAIN => reading::read_plainly(rest),
        target::TENANT => target::serve(),
        bare::REPLAY => bare::replay(rest),
        _ => Err(format!("there is no role `{name}`").into()),
    }
}
