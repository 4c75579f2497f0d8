//! The reference tenant, running beside whoever judges it.

use std::io;

use crate::driver::Background;
use crate::run::Stopper;
use crate::suite::Tier;
use crate::tenant::{Fixtures, Tenant, TenantSettings};

/// The file beside its settings that holds the root by which an encrypted tenant is trusted.
pub const CA_FILE: &str = "ca.pem";

/// A reference tenant on loopback; it ends when this is dropped.
pub struct EmbeddedTenant {
    tenant: Tenant,
    background: Background,
}

impl EmbeddedTenant {
    /// A conforming one on a free port.
    ///
    /// # Errors
    ///
    /// Where no port is free or no thread can be started.
    pub fn start() -> io::Result<Self> {
        Self::start_with(TenantSettings::default())
    }

    /// One as the settings say.
    ///
    /// # Errors
    ///
    /// Where the address is taken or no thread can be started.
    pub fn start_with(settings: TenantSettings) -> io::Result<Self> {
        let background = Background::start()?;
        let tenant = background.block_on(Tenant::start(settings))?;
        Ok(Self { tenant, background })
    }

    /// Everything that a run needs to know of it.
    #[must_use]
    pub fn fixtures(&self) -> Fixtures {
        self.tenant.fixtures()
    }

    /// A `probity.yaml` for it that allows a tier. Where it speaks TLS, its root is to stand in
    /// [`CA_FILE`] beside.
    #[must_use]
    pub fn config(&self, allow: Tier) -> String {
        let fixtures = self.fixtures();
        let mut config = fixtures.to_config();
        if fixtures.root_pem.is_some() {
            config.push_str(&format!("ca_file: {CA_FILE}\n"));
        }
        let config = config.replace("allow: revoke", &format!("allow: {allow}"));
        // What comes back to life here does so within a moment: nobody should wait for caches.
        format!("{config}linger: 0s\n")
    }

    /// The variables that the config refers to.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, String)> {
        let fixtures = self.fixtures();
        let variables = fixtures.environment().into_iter();
        variables
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    /// Serves until SIGINT or SIGTERM.
    pub fn wait_for_signal(&self) {
        self.background.block_on(async {
            let stopper = Stopper::default();
            crate::run::signalled(&stopper).await;
        });
    }
}
