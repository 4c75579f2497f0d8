//! The reference tenant in a process of its own, so that its costs are not the client's.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};

use probity::proof::EmbeddedTenant;
use probity::suite::Tier;
use probity::tenant::TenantSettings;
use serde::{Deserialize, Serialize};

use super::{Failure, role};

/// The role that serves a tenant until its standard input ends.
pub const TENANT: &str = "tenant";

/// Makes ids and secrets the same each time, so that what was recorded can be sent again.
const SEED: u64 = 20_260_101;

/// How a tenant is reached.
#[derive(Clone, Serialize, Deserialize)]
pub struct Reach {
    /// A `probity.yaml` for it.
    pub config: String,
    /// The variables that it refers to.
    pub environment: Vec<(String, String)>,
    /// Where it listens, on loopback.
    pub port: u16,
}

impl Reach {
    /// The same by way of another port.
    pub fn by_way_of(&self, port: u16) -> Self {
        let (own, other) = (format!(":{}", self.port), format!(":{port}"));
        Self {
            config: self.config.replace(&own, &other),
            environment: self.environment.clone(),
            port,
        }
    }
}

/// A tenant; it ends when this is dropped.
pub struct Target {
    child: Child,
    /// How it is reached.
    pub reach: Reach,
}

impl Target {
    /// Starts one.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn start() -> Result<Self, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args([role::ROLE, TENANT]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let out = child.stdout.take().ok_or("it has no output")?;
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        Ok(Self {
            child,
            reach: serde_json::from_str(&line)?,
        })
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        // Its input ends, and with it the tenant.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// Plays the tenant.
///
/// # Errors
/// Where it cannot be started.
pub fn serve() -> Result<(), Failure> {
    let tenant = EmbeddedTenant::start_with(TenantSettings {
        seed: Some(SEED),
        ..TenantSettings::default()
    })?;
    let url = tenant.fixtures().url;
    let port = url.rsplit(':').next().unwrap_or_default();
    let reach = Reach {
        config: tenant.config(Tier::Tenant),
        environment: tenant.environment(),
        port: port.parse()?,
    };
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string(&reach)?)?;
    out.flush()?;
    std::io::stdin().lock().read_to_end(&mut Vec::new())?;
    Ok(())
}
