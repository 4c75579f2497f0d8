//! A script: what is done on the wire for one or several cases.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::plan::{Piece, Template, Tier};
use crate::suite::{CredentialClass, PathClass};

/// Whose credential a request carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Holder {
    /// The identity that may revoke.
    Admin,
    /// The identity that may not.
    Limited,
    /// The identity whose credential has expired.
    Expired,
    /// The identity whose credential was revoked.
    Revoked,
    /// The other tenant's identity.
    OtherTenant,
    /// A disposable instance that may revoke: near misses and relocated credentials are made of it.
    Disposable,
    /// The leased instance of the slot.
    Leased(Slot),
}

impl Holder {
    /// The identities that a config can give, make or declare absent.
    pub const IDENTITIES: [Self; 5] = [
        Self::Admin,
        Self::Limited,
        Self::Expired,
        Self::Revoked,
        Self::OtherTenant,
    ];
}

impl fmt::Display for Holder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Admin => formatter.write_str("admin"),
            Self::Limited => formatter.write_str("limited"),
            Self::Expired => formatter.write_str("expired"),
            Self::Revoked => formatter.write_str("revoked"),
            Self::OtherTenant => formatter.write_str("other-tenant"),
            Self::Disposable => formatter.write_str("disposable"),
            Self::Leased(slot) => slot.fmt(formatter),
        }
    }
}

/// A place for a disposable instance in a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Slot {
    /// The instance that the request addresses.
    Victim,
    /// A second one, made after the first: addressed by a sloppy target alone.
    Second,
    /// One more, by number, for scripts that address many at once.
    Further(u8),
    /// One that was made right after the victim, with the very same content.
    Twin,
    /// One that was made to be able to do everything.
    Privileged,
    /// An instance of the other tenant.
    Foreign,
    /// A second instance of the other tenant, made for one script.
    ForeignSecond,
    /// Each that the run made and that still lives, one after the other: leased to nobody.
    Remaining,
}

impl fmt::Display for Slot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Victim => formatter.write_str("victim"),
            Self::Second => formatter.write_str("second"),
            Self::Further(number) => write!(formatter, "further-{number}"),
            Self::Twin => formatter.write_str("twin"),
            Self::Privileged => formatter.write_str("privileged"),
            Self::Foreign => formatter.write_str("foreign"),
            Self::ForeignSecond => formatter.write_str("foreign-second"),
            Self::Remaining => formatter.write_str("remaining"),
        }
    }
}

impl Slot {
    /// Whether it is for an instance of the other tenant.
    #[must_use]
    pub fn is_foreign(self) -> bool {
        matches!(self, Self::Foreign | Self::ForeignSecond)
    }
}

/// How a request reaches the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// On a connection of its own.
    Fresh,
    /// On the connection of the request before it in the script.
    Kept,
    /// To the other tenant's URL, on a connection of its own.
    OtherTenant,
    /// On a connection of its own without encryption: only where the target is encrypted. At the
    /// port of plain HTTP where the target is at that of HTTPS, and else at the target's own.
    Cleartext,
    /// By HTTP/2 on a connection of its own: only where the target offers it.
    Http2,
}

/// One request of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Send {
    /// What it is for; cases name the requests that they judge by it.
    pub label: String,
    /// The request.
    pub template: Template,
    /// The connection.
    pub wire: Wire,
    /// Whether it carries what the operation's security demands, where the contract wants it.
    pub credential: CredentialClass,
    /// How its path stands to the operation's template; nothing for other paths and operations.
    pub path: Option<PathClass>,
    /// The instance that its path names, canonically or in a spelling that some readers take.
    pub addresses: Option<Slot>,
    /// The constraint that it breaks, where it is invalid by the contract.
    pub breaks: Option<String>,
}

/// A step of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Sends a request.
    Send(Box<Send>),
    /// Sends all of them at once, each on a connection of its own.
    Together(Vec<Send>, Limits),
    /// Keeps using the instance's credential on the probe while the request is sent, and a little
    /// longer.
    SendInUse(Slot, Box<Send>),
    /// Ends the script here unless one of the requests got a 2xx: what follows would mean nothing.
    RequireAnySuccess {
        /// The requests' labels.
        labels: Vec<String>,
        /// What it means that none did.
        otherwise: String,
    },
    /// Looks whether the instance lives, on a fresh connection.
    Look(Slot),
    /// Uses the instance's credential on the probe this many times, to warm any cache.
    Use(Slot, u32),
    /// Looks at a dead instance over this many fresh connections: each may meet another replica.
    LookAcross(Slot, u32),
    /// Looks at every disposable instance that no request addressed.
    LookAtBystanders,
    /// Looks again at instances that were revoked `--linger` ago.
    LookAtTheDead,
    /// Sends a request and closes the connection without reading the answer.
    Abandon(Box<Send>),
    /// Collects what the run's traffic as a whole shows: limits, outages, latencies.
    LookAtTraffic,
    /// Offers the versions of TLS that must not be spoken any more.
    OfferOldTls,
    /// Makes one more instance and compares its id with those of the dead.
    LookForReusedIds,
    /// Sends the request on each instance that the run made and that still lives: what clean-up
    /// does, and judged. Nothing may follow it.
    TakeAway(Box<Send>),
    /// Lets this many milliseconds pass.
    PauseMs(u64),
}

/// What is done about a limit that requests sent at once run into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limits {
    /// It is waited out, and what met it is sent again.
    WaitedOut,
    /// It is an answer like any other.
    Answers,
}

/// What is done on the wire for one or several cases. Every leased instance is looked at before
/// the first step and after the last, and so is the sentinel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// A stable name, also of the control that it may be.
    pub name: String,
    /// What is done.
    pub steps: Vec<Step>,
    /// Whether it runs while nothing else does, at the end.
    pub alone: bool,
    /// How many leased instances die of it on a correct target.
    pub consumes: u32,
    /// What is watched beside the leased instances and the sentinel.
    pub watch: Watch,
    /// A tier that it needs whatever its bytes say: `Observe` where they say it all.
    pub tier_at_least: Tier,
}

/// What a script watches beside its own instances and the sentinel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Watch {
    /// Nothing more.
    #[default]
    Own,
    /// An instance of the other tenant, before and after, where one can be made there.
    OtherTenant,
    /// Instances that nobody has, before and after, and the other tenant's: for requests whose
    /// stray effect could hit any.
    Bystanders,
    /// Not even its own before the first request: for an instance that was never used.
    OnlyAfter,
}

impl Script {
    /// A script of one request.
    #[must_use]
    pub fn single(name: impl Into<String>, send: Send) -> Self {
        let consumes = u32::from(send.credential == CredentialClass::Sufficient);
        Self {
            consumes,
            ..Self::of(name, vec![Step::Send(Box::new(send))])
        }
    }

    /// A script of steps that uses up nothing.
    #[must_use]
    pub fn of(name: impl Into<String>, steps: Vec<Step>) -> Self {
        Self {
            name: name.into(),
            steps,
            alone: false,
            consumes: 0,
            watch: Watch::Own,
            tier_at_least: Tier::Observe,
        }
    }

    /// Runs it while nothing else does, and watches instances that nobody has: whatever dies is its
    /// doing.
    pub fn isolate(&mut self) {
        self.alone = true;
        self.watch = Watch::Bystanders;
    }

    /// Leases a victim and watches it, also where no request names it.
    pub fn watch_victim(&mut self) {
        self.steps.insert(0, Step::Look(Slot::Victim));
    }

    /// Whether it holds a connection while it opens others. Several such at a time would wait for
    /// each other where a target serves few connections.
    #[must_use]
    pub fn keeps_connection(&self) -> bool {
        self.sends().any(|send| send.wire == Wire::Kept)
    }

    /// Its requests in order.
    pub fn sends(&self) -> impl Iterator<Item = &Send> {
        self.steps.iter().flat_map(|step| match step {
            Step::Send(send)
            | Step::SendInUse(_, send)
            | Step::Abandon(send)
            | Step::TakeAway(send) => std::slice::from_ref(send.as_ref()),
            Step::Together(sends, _) => sends.as_slice(),
            _ => &[],
        })
    }

    /// The request with the label.
    #[must_use]
    pub fn send(&self, label: &str) -> Option<&Send> {
        self.sends().find(|send| send.label == label)
    }

    /// The slots that need a lease, in order.
    #[must_use]
    pub fn slots(&self) -> BTreeSet<Slot> {
        let looked = self.steps.iter().filter_map(|step| match step {
            Step::Look(slot)
            | Step::Use(slot, _)
            | Step::SendInUse(slot, _)
            | Step::LookAcross(slot, _) => Some(*slot),
            _ => None,
        });
        let named = self
            .sends()
            .flat_map(|send| send.template.pieces())
            .filter_map(|piece| match piece {
                Piece::Id(slot)
                | Piece::IdPlus(slot, _)
                | Piece::IdAs(slot, _)
                | Piece::IdEncoded(slot)
                | Piece::Secret(Holder::Leased(slot), _) => Some(*slot),
                _ => None,
            });
        let leased = |slot: &Slot| *slot != Slot::Remaining;
        looked.chain(named).filter(leased).collect()
    }

    /// Whose credentials it carries, leased ones apart.
    #[must_use]
    pub fn holders(&self) -> BTreeSet<Holder> {
        let pieces = self.sends().flat_map(|send| send.template.pieces());
        let there = self.sends().any(|send| send.wire == Wire::OtherTenant);
        let there = there || self.slots().into_iter().any(Slot::is_foreign);
        let there = there.then_some(Holder::OtherTenant);
        pieces
            .filter_map(|piece| match piece {
                Piece::RevokedId => Some(Holder::Revoked),
                Piece::OtherAuthority | Piece::OtherName => Some(Holder::OtherTenant),
                Piece::Secret(Holder::Leased(_), _) => None,
                // A random look-alike takes only the shape; any instance of ours has it.
                Piece::Secret(_, derivation) if !derivation.is_live() => None,
                Piece::Secret(holder, _) => Some(*holder),
                _ => None,
            })
            .chain(there)
            .collect()
    }

    /// Whether it takes away everything that the run made, the sentinel with it.
    #[must_use]
    pub fn ends_all(&self) -> bool {
        let mut steps = self.steps.iter();
        steps.any(|step| matches!(step, Step::TakeAway(_)))
    }

    /// The least tier that it needs, but for the readings of its ids, which the run knows.
    #[must_use]
    pub fn tier(&self) -> Tier {
        let live = self
            .sends()
            .any(|send| send.template.may_act() && send.template.carries_live_secret());
        let by_bytes = if live { Tier::Revoke } else { Tier::Observe };
        by_bytes.max(self.tier_at_least)
    }
}
