//! The tenant as its users see it: started, asked, stopped.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

use super::connection;
use super::defects::Defect;
use super::fixtures::{Fixtures, Place};
use super::hooks::{Hook, Hooks};
use super::keys::{Blueprint, KeyState, Keys};
use super::odd::Odd;
use super::random::Random;
use super::state::{LoggedRequest, State, locked};
use super::tls::{Tls, TlsBlueprint};

/// How long nothing is accepted after that failed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);

/// How a tenant is started.
#[derive(Clone, Debug)]
pub struct TenantSettings {
    /// Where it listens: by default a free port on loopback.
    pub listen: SocketAddr,
    /// What it does wrong.
    pub defects: Vec<Defect>,
    /// What it does unusually.
    pub odd: Vec<Odd>,
    /// Makes the secrets the same each time; otherwise they are random.
    pub seed: Option<u64>,
    /// Whether it speaks TLS also where no defect and no variant is about that.
    pub tls: bool,
}

impl Default for TenantSettings {
    fn default() -> Self {
        TenantSettings {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            defects: Vec::new(),
            odd: Vec::new(),
            seed: None,
            tls: false,
        }
    }
}

/// A running tenant; it ends when it is dropped.
#[derive(Debug)]
pub struct Tenant {
    url: String,
    fixtures: Fixtures,
    state: Arc<State>,
    accepting: JoinHandle<()>,
}

impl Tenant {
    /// Starts a tenant on the current tokio runtime; it answers from now on.
    ///
    /// # Errors
    /// When the address cannot be bound, or the operating system gives no randomness.
    pub async fn start(settings: TenantSettings) -> io::Result<Tenant> {
        let listener = TcpListener::bind(settings.listen).await?;
        let address = listener.local_addr()?;
        let defects = settings.defects.iter().flat_map(|defect| defect.hooks);
        let odd = settings.odd.iter().flat_map(|odd| odd.hooks);
        let hooks = Hooks::new(defects.chain(odd).copied());
        let mut blueprint = Blueprint::default();
        for hook in hooks.iter() {
            if let Hook::Setup(change) = hook {
                change(&mut blueprint);
            }
        }
        let mut keys = Keys::empty(blueprint, Random::start(settings.seed)?);
        let tls = tls_blueprint(&hooks, settings.tls).map(Tls::start);
        let (tls, root_pem) = tls.transpose()?.unzip();
        let place = Place::of(address, root_pem);
        let url = place.url.clone();
        let fixtures = Fixtures::create(&mut keys, blueprint, place);
        let state = Arc::new(State::new(hooks, keys));
        let accepting = accept(listener, Arc::clone(&state), tls.map(Arc::new));
        let accepting = tokio::spawn(accepting);
        Ok(Tenant {
            url,
            fixtures,
            state,
            accepting,
        })
    }

    /// Its URL, without `/api/v1`.
    #[must_use]
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// The identities and victims that it started with.
    #[must_use]
    pub fn fixtures(&self) -> Fixtures {
        self.fixtures.clone()
    }

    /// The requests that it answered so far, in that order: the last 65,536 of them.
    #[must_use]
    pub fn log(&self) -> Vec<LoggedRequest> {
        self.state.logged()
    }

    /// Every key of both tenants, in the order they were made.
    #[must_use]
    pub fn keys(&self) -> Vec<KeyState> {
        locked(&self.state.keys).states()
    }

    /// Ends it and waits until no connection is left.
    pub async fn stop(mut self) {
        self.accepting.abort();
        // An aborted task ends with an error, and that is all it can tell.
        let _aborted = (&mut self.accepting).await;
    }
}

impl Drop for Tenant {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// How the tenant speaks TLS, if it does.
fn tls_blueprint(hooks: &Hooks, asked: bool) -> Option<TlsBlueprint> {
    let mut blueprint = asked.then(TlsBlueprint::default);
    for hook in hooks.iter() {
        if let Hook::Tls(change) = hook {
            change(blueprint.get_or_insert_default());
        }
    }
    blueprint
}

async fn accept(listener: TcpListener, state: Arc<State>, tls: Option<Arc<Tls>>) {
    // Dropped with this task, and with it every connection.
    let mut connections = JoinSet::new();
    let mut number = 0;
    loop {
        // Accepting fails for want of file descriptors or because the peer has gone; both pass.
        if let Ok((socket, _)) = listener.accept().await {
            number += 1;
            let (state, tls) = (Arc::clone(&state), tls.clone());
            connections.spawn(connection::serve(socket, state, tls, number));
        } else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
        }
        while connections.try_join_next().is_some() {}
    }
}
