//! The kill matrix as a Markdown page. It holds nothing that differs from run to run.

use std::fmt::Write as _;

use crate::tenant::Class;

use super::matrix::{DefectRow, Fate, KillMatrix, OddRow, RequirementRow};
use super::table;

/// The page.
#[must_use]
pub fn page(matrix: &KillMatrix) -> String {
    let mut text = String::from(
        "# The kill matrix\n\n\
         What proves the built-in suite: each defect that the reference tenant can be given is \
         caught by the\nrequirement that it violates, and on each odd but correct variant the \
         suite stays quiet. Written by\n`probity selftest --markdown`; a test fails when it is \
         stale (`PROBITY_BLESS=1 cargo test --test it\nselftest` writes it anew).\n",
    );
    let _ = writeln!(
        text,
        "\nSuite `{}`: {} requirements, {} cases, {} defects, {} odd variants.",
        matrix.suite,
        matrix.requirements.len(),
        matrix.cases,
        matrix.defects.len(),
        matrix.odd.len(),
    );
    requirements(&mut text, matrix);
    defects(&mut text, matrix);
    odd(&mut text, matrix);
    text
}

fn requirements(text: &mut String, matrix: &KillMatrix) {
    text.push_str(
        "\n## Requirements\n\n\
         Each with the defects that name it.\n\n\
         | requirement | level | profile | demands | proven by |\n|---|---|---|---|---|\n",
    );
    for row in &matrix.requirements {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            row.code,
            row.level,
            row.profile,
            cell(&row.title),
            proven_by(matrix, row)
        );
    }
}

fn proven_by(matrix: &KillMatrix, row: &RequirementRow) -> String {
    let own = |flaky: bool| {
        let caught = matrix.defects.iter().filter(move |defect| {
            defect.requirement == row.code.as_str()
                && defect.fate == Fate::Caught
                && is_flaky(defect) == flaky
        });
        let names: Vec<String> = caught.map(|defect| format!("`{}`", defect.name)).collect();
        names.join(", ")
    };
    let surely = own(false);
    if !surely.is_empty() {
        return surely;
    }
    let now_and_then = own(true);
    if !now_and_then.is_empty() {
        return now_and_then;
    }
    match row.unprovable {
        Some(reason) => format!("nothing: {}", cell(reason)),
        None => "nothing".to_owned(),
    }
}

/// What it is caught by differs from run to run.
fn is_flaky(row: &DefectRow) -> bool {
    row.class == Class::Flaky.name()
}

fn defects(text: &mut String, matrix: &KillMatrix) {
    text.push_str(
        "\n## Defects\n\n\
         | defect | class | what the tenant does | requirement | caught |\n|---|---|---|---|---|\n",
    );
    for row in &matrix.defects {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} | {} |",
            row.name,
            row.class,
            cell(row.description),
            row.requirement,
            fate(row)
        );
    }
}

fn fate(row: &DefectRow) -> String {
    // What else may catch it says little, and is not the same each time.
    if !row.demanded && row.fate != Fate::Survived {
        return "not yet demanded".to_owned();
    }
    match row.fate {
        Fate::Caught | Fate::Warned | Fate::CaughtByAnother if is_flaky(row) => {
            "now and then".to_owned()
        }
        Fate::Caught => cell(&table::cases(&row.cases)),
        Fate::Warned => format!("warned: {}", cell(&table::cases(&row.cases))),
        Fate::CaughtByAnother => "by another requirement".to_owned(),
        Fate::Stopped => "the run stops".to_owned(),
        Fate::NotYetDemanded => "not yet demanded".to_owned(),
        Fate::Survived => "**no**".to_owned(),
    }
}

fn odd(text: &mut String, matrix: &KillMatrix) {
    text.push_str(
        "\n## Odd variants\n\n\
         | variant | what the tenant does | the suite |\n|---|---|---|\n",
    );
    for row in std::iter::once(&matrix.conforming).chain(&matrix.odd) {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} |",
            row.name,
            cell(row.description),
            quiet(row)
        );
    }
}

fn quiet(row: &OddRow) -> &'static str {
    if row.quiet { "quiet" } else { "**not quiet**" }
}

/// Text that cannot end its cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
