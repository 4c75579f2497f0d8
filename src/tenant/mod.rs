//! The embedded reference tenant: an HTTP server that keeps the contract, to prove the suite on.
//!
//! Started plainly it conforms. A [`Defect`] makes it break one demand, an [`Odd`] variant makes it
//! unusual in one way that the contract and the RFCs allow; both may be combined. A defect and an
//! odd variant are a row in a table with the functions that the request path calls at its named
//! places (`hooks.rs`), so the conforming path holds no `if` for any of them.
//!
//! It speaks HTTP/1.1 over raw sockets, since a defect may sit in the framing, where a server
//! library would repair it; over TLS where that is asked for, or a defect or variant is about it.
//!
//! Two tenants share the listener, told apart by `Host`: `other.localhost` is the second one.

mod answer;
mod call;
mod certificates;
mod connection;
mod defects;
mod fixtures;
mod hello;
mod hooks;
mod http2;
mod keys;
mod odd;
mod operations;
mod random;
mod reader;
mod request;
mod respond;
mod routes;
mod server;
mod socket;
mod state;
mod tls;

pub use defects::{Class, Defect};
pub use fixtures::{Fixtures, KeyFixture, OtherTenant};
pub use keys::{KeyState, KeyStatus};
pub use odd::Odd;
pub use server::{Tenant, TenantSettings};
pub use state::LoggedRequest;
