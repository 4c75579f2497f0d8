//! The places in the request path where a defect or an odd variant may act.

use super::answer::Answer;
use super::call::{Actor, Call};
use super::keys::Blueprint;
use super::request::Request;
use super::state::State;
use super::tls::TlsBlueprint;

/// One place, and what is done there.
#[derive(Clone, Copy, Debug)]
pub(super) enum Hook {
    /// Before the tenant starts: how keys are made.
    Setup(fn(&mut Blueprint)),
    /// Before the tenant starts: how it speaks TLS, which it does for this.
    Tls(fn(&mut TlsBlueprint)),
    /// While a request is read: what is not refused.
    Reading(Leniency),
    /// Before the request is looked at.
    Request(fn(&State, &mut Request)),
    /// In place of everything that follows.
    Instead(fn(&mut Call<'_>) -> Option<Answer>),
    /// After authentication refused: who is let in all the same.
    Admit(fn(&mut Call<'_>) -> Option<Actor>),
    /// After authentication let in: whether it refuses all the same.
    Refuse(fn(&mut Call<'_>) -> bool),
    /// After the strict reader refused a path value: what id is read from it.
    Id(fn(&mut Call<'_>, &str) -> Option<i64>),
    /// In place of the revocation of this id.
    Revoke(fn(&mut Call<'_>, i64) -> Option<Answer>),
    /// Once there is an answer.
    Answer(fn(&mut Call<'_>, &mut Answer)),
    /// Once the answer's framing has been written into its fields.
    Sealed(fn(&mut Call<'_>, &mut Answer)),
}

/// Whether one of the hooks is about TLS.
pub(super) fn is_about_tls(hooks: &[Hook]) -> bool {
    hooks.iter().any(|hook| matches!(hook, Hook::Tls(_)))
}

/// Something that a request may not be and that a reader lets pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leniency {
    /// No Host.
    NoHost,
    /// More than one Host.
    ManyHosts,
    /// Content-Length beside Transfer-Encoding.
    LengthAndChunked,
    /// A field value that a NUL cuts short.
    NulEndsValue,
}

/// The hooks of all defects and odd variants that a tenant was started with.
#[derive(Clone, Debug, Default)]
pub(super) struct Hooks(Vec<Hook>);

impl Hooks {
    /// The hooks in the order in which they act.
    pub(super) fn new(hooks: impl Iterator<Item = Hook>) -> Hooks {
        Hooks(hooks.collect())
    }

    /// All of them; each place picks its own.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Hook> {
        self.0.iter()
    }

    /// Whether the reader lets this pass.
    pub(super) fn lenient(&self, leniency: Leniency) -> bool {
        self.0
            .iter()
            .any(|hook| matches!(hook, Hook::Reading(held) if *held == leniency))
    }
}
