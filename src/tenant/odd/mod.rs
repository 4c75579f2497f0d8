//! Odd variants: unusual, and correct by the contract and the RFCs.

mod decisions;
mod encrypted;
mod form;
mod keys;

use super::hooks::{Hook, is_about_tls};

/// Something unusual that a correct tenant may do.
#[derive(Clone, Copy, Debug)]
pub struct Odd {
    /// Its name, in kebab case.
    pub name: &'static str,
    /// One line that says what it does.
    pub description: &'static str,
    pub(super) hooks: &'static [Hook],
}

impl Odd {
    /// The odd variant with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Odd> {
        Odd::all().find(|odd| odd.name == name)
    }

    /// Whether a tenant with it speaks TLS, which it is about.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        is_about_tls(self.hooks)
    }

    /// All of them, in a fixed order.
    pub fn all() -> impl Iterator<Item = Odd> {
        TABLES.iter().flat_map(|table| table.iter()).copied()
    }
}

/// The tables, one a file.
static TABLES: [&[Odd]; 4] = [form::TABLE, decisions::TABLE, keys::TABLE, encrypted::TABLE];

/// A row of a table: name, what it does, where it acts.
const fn odd(name: &'static str, description: &'static str, hooks: &'static [Hook]) -> Odd {
    Odd {
        name,
        description,
        hooks,
    }
}
