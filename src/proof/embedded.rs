//! The reference tenant, running beside whoever judges it.

use std::io;
use std::net::SocketAddr;

use crate::driver::Background;
use crate::run::Stopper;
use crate::suite::Tier;
use crate::tenant::{Defect, Fixtures, Odd, Tenant, TenantSettings};

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
        Self::start_with(
            SocketAddr::from(([127, 0, 0, 1], 0)),
            Vec::new(),
            Vec::new(),
        )
    }

    /// One with planted defects and odd behaviours.
    ///
    /// # Errors
    ///
    /// Where the address is taken or no thread can be started.
    pub fn start_with(listen: SocketAddr, defects: Vec<Defect>, odd: Vec<Odd>) -> io::Result<Self> {
        let background = Background::start()?;
        let settings = TenantSettings {
            listen,
            defects,
            odd,
            ..TenantSettings::default()
        };
        let tenant = background.block_on(Tenant::start(settings))?;
        Ok(Self { tenant, background })
    }

    /// Everything that a run needs to know of it.
    #[must_use]
    pub fn fixtures(&self) -> Fixtures {
        self.tenant.fixtures()
    }

    /// A `probity.yaml` for it that allows a tier.
    #[must_use]
    pub fn config(&self, allow: Tier) -> String {
        let config = self.fixtures().to_config();
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
