//! probity.yaml, environment and flags -> Settings, each with its origin.
//!
//! Pure: the file's bytes, the environment and the flags are handed in. A setting given by a flag
//! goes before the environment, that before the file, that before the default; [`table`] lists
//! them all. Secrets come from the environment here, or are named to be read later; no message
//! and no `Debug` of this module shows one, nor a line that may hold one by mistake.

mod amount;
mod command_line;
mod facts;
mod file;
mod header;
mod identity;
mod init;
mod inputs;
mod layers;
mod problem;
mod resolver;
mod setting;
mod settings;
pub mod table;
mod url;
mod victims;

pub use amount::{Rate, Shard};
pub use command_line::{Subcommand, shell_word};
pub use facts::Fact;
pub use header::Header;
pub use identity::{Identities, IdentitySetting, SecretSource, read_secret};
pub use init::{init_text, schema_text};
pub use inputs::{Flags, Inputs};
pub use problem::{ConfigError, ConfigProblem};
pub use setting::{Origin, Setting};
pub use settings::{ContractSetting, Report, ReportFormat, Settings, SuiteSetting, Timeouts};
pub use victims::{PoolSource, Victims, parse_pool};
