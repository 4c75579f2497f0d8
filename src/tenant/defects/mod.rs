//! Defects: each breaks one demand of the catalogue, and nothing else if it can be helped.

mod admission;
mod bypass;
mod connection;
mod credential;
mod disclosure;
mod effect;
mod flaky;
mod method;
mod path;
mod protocol;
mod refusal;
mod response;
mod spelling;
mod timing;
mod transport;

use super::hooks::{Hook, is_about_tls};

pub(super) use effect::make_narrow;

/// What kind of thing a defect breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Who is let in.
    Auth,
    /// What an answer looks like.
    Response,
    /// What is revoked, and when.
    Effect,
    /// Which resource and which id a request names.
    Path,
    /// HTTP itself.
    Protocol,
    /// TLS, and what goes beside it or over it.
    Transport,
    /// Something that shows now and then.
    Flaky,
}

impl Class {
    /// The class as it is written: lower case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Class::Auth => "auth",
            Class::Response => "response",
            Class::Effect => "effect",
            Class::Path => "path",
            Class::Protocol => "protocol",
            Class::Transport => "transport",
            Class::Flaky => "flaky",
        }
    }
}

/// Something that the tenant does wrong.
#[derive(Clone, Copy, Debug)]
pub struct Defect {
    /// Its name, in kebab case.
    pub name: &'static str,
    /// What kind of thing it breaks.
    pub class: Class,
    /// One line that says what the tenant does.
    pub description: &'static str,
    /// The code of the requirement that is expected to catch it.
    pub requirement: &'static str,
    pub(super) hooks: &'static [Hook],
}

impl Defect {
    /// The defect with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Defect> {
        Defect::all().find(|defect| defect.name == name)
    }

    /// Whether a tenant with it speaks TLS, which it is about.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        is_about_tls(self.hooks)
    }

    /// All of them, in a fixed order.
    pub fn all() -> impl Iterator<Item = Defect> {
        TABLES.iter().flat_map(|table| table.iter()).copied()
    }
}

/// The tables, one a file.
static TABLES: [&[Defect]; 15] = [
    admission::TABLE,
    credential::TABLE,
    connection::TABLE,
    refusal::TABLE,
    response::TABLE,
    disclosure::TABLE,
    effect::TABLE,
    timing::TABLE,
    path::TABLE,
    spelling::TABLE,
    bypass::TABLE,
    method::TABLE,
    protocol::TABLE,
    transport::TABLE,
    flaky::TABLE,
];

/// A row of a table: class, name and requirement; what it does; where it acts.
const fn defect(
    (class, name, requirement): (Class, &'static str, &'static str),
    description: &'static str,
    hooks: &'static [Hook],
) -> Defect {
    Defect {
        name,
        class,
        description,
        requirement,
        hooks,
    }
}
