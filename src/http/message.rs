//! What is sent and what came back: plain data, no sockets.

mod exchange;
mod request;
mod response;

pub use exchange::{ConnectionFacts, Exchange, Fault, FramingViolation, Phase, Timing, TlsFacts};
pub use request::{Encoder, Framing, HostHeader, Part, Request, Text, encoder_for};
pub use response::{Interim, Response};

pub(in crate::http) use request::{NameCase, name_case, title_case};
