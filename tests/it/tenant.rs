//! The reference tenant, asked over a raw socket.

mod conforming;
mod wire;
