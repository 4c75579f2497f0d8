//! Request -> Exchange on the wire.
//!
//! A [`Request`] says exactly what is to be sent, a [`Client`] sends it, and an [`Exchange`]
//! holds the exact bytes of both directions beside what they mean. Nothing here follows a
//! redirect, reads the environment or repeats an unsafe request: what a check judges is what
//! one request did.
//!
//! Invariants: [`secret`] is the only place that turns a [`Secret`] back into bytes; no
//! `Debug` of this module prints a secret or a received byte; every wait and every size has a
//! bound, in [`client::ClientSettings`] or beside the code that it bounds.

pub mod client;
mod encodings;
mod escapes;
pub mod evidence;
pub mod fetch;
pub mod message;
pub mod origin;
pub mod redactor;
pub mod secret;

pub use client::{
    Client, ClientError, ClientSettings, Connection, OldTls, OldTlsAnswer, TlsSettings, Via,
    check_certificates,
};
pub use evidence::{Evidence, Withheld};
pub use message::{
    ConnectionFacts, Encoder, Exchange, Fault, Framing, FramingViolation, HostHeader, Interim,
    Part, Phase, Request, Response, Text, Timing, TlsFacts, encoder_for,
};
pub use origin::{Origin, Scheme, Target, TargetError};
pub use redactor::Redactor;
pub use secret::{Secret, SecretError};
