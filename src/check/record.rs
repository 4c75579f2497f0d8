//! What a script did on the wire and what became of the instances in it.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::http::{Exchange, Fault};
use crate::plan::{CredentialClass, Life, Send, Slot};

/// A request of the script and what came back.
#[derive(Debug, Clone)]
pub struct Sent {
    /// What the plan said.
    pub send: Send,
    /// What happened on the wire.
    pub exchange: Exchange,
    /// How often it went without an answer before this one.
    pub unanswered: u32,
    /// When it started, since the run began.
    pub at: Duration,
}

impl Sent {
    /// When its answer was there, since the run began.
    #[must_use]
    pub fn answered_at(&self) -> Duration {
        let timing = &self.exchange.timing;
        let parts = [timing.connect, timing.tls, timing.whole];
        self.at + parts.into_iter().flatten().sum::<Duration>()
    }

    /// The status, where the head of an answer came, whatever became of its content.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.exchange.status_of_head()
    }

    /// Whether it was answered with a 2xx.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.status()
            .is_some_and(|status| (200..300).contains(&status))
    }

    /// Whether the target closed the connection instead of answering; that it only kept silent is
    /// no end.
    #[must_use]
    pub fn hung_up(&self) -> bool {
        matches!(
            self.exchange.outcome,
            Err(Fault::ClosedBeforeResponse | Fault::Reset { received_bytes: 0 })
        )
    }

    /// The answer in a few words: `401 application/json, 30 bytes`, or the fault.
    #[must_use]
    pub fn seen(&self) -> String {
        match &self.exchange.outcome {
            Ok(response) => {
                let media_type = response
                    .media_type()
                    .map_or_else(String::new, |name| format!(" {name},"));
                format!(
                    "{}{media_type} {} bytes",
                    response.status,
                    response.body.len()
                )
            }
            Err(fault) => match self.status() {
                Some(status) => format!("{status}, not whole: {fault}"),
                None => format!("no answer: {fault}"),
            },
        }
    }
}

/// Something that happened, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moment {
    /// The request at this place of [`Record::sends`] was sent and answered.
    Sent(usize),
    /// The requests at these places were sent at once.
    SentTogether(Vec<usize>),
    /// The instance was looked at.
    Looked(Slot, Life),
}

/// A use of a leased instance's credential beside the script's own requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// Whose.
    pub slot: Slot,
    /// What for.
    pub purpose: Purpose,
    /// When it started, since the run began.
    pub at: Duration,
    /// Whether the credential was accepted.
    pub life: Life,
}

/// What a use is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To keep the credential in use while its instance is revoked.
    Throughout,
    /// To meet every replica afterwards.
    Across,
}

/// A look at an instance that was revoked a while ago.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaterLook {
    /// Its id.
    pub id: String,
    /// How long ago it was known to be dead.
    pub since: Duration,
    /// Whether it lives.
    pub life: Life,
}

/// A secret of the run in an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    /// The request's place in [`Record::sends`]; nothing for a look.
    pub exchange: Option<usize>,
    /// What the request was for.
    pub label: String,
    /// Whose it is: `the secret of the victim (id 12)`.
    pub owner: String,
    /// Where in the answer it stands.
    pub place: LeakPlace,
    /// Whether the request had it in its target or content, and in no field: its sender is told
    /// nothing new.
    pub echoed: bool,
}

/// A part of an answer that may hold a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeakPlace {
    /// The reason phrase of the status line.
    Reason,
    /// The value of the field with this name.
    Field(String),
    /// The value of the field with this name of an interim response (1xx).
    InterimField(String),
    /// The value of the field with this name behind the content.
    Trailer(String),
    /// The content.
    Content,
    /// Whatever else goes over the wire for it, such as names of fields and what stands beside the
    /// sizes of chunks.
    Framing,
}

impl fmt::Display for LeakPlace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reason => formatter.write_str("the reason phrase"),
            Self::Field(name) => write!(formatter, "the field {name}"),
            Self::InterimField(name) => {
                write!(formatter, "the field {name} of an interim response")
            }
            Self::Trailer(name) => write!(formatter, "the trailer {name}"),
            Self::Content => formatter.write_str("the content"),
            Self::Framing => formatter.write_str("the framing"),
        }
    }
}

/// What became of a leased instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyTrace {
    /// Its id.
    pub id: String,
    /// Whether it lived before the first request.
    pub before: Life,
    /// Whether it lived after the last.
    pub after: Life,
}

/// What a script did.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// The requests, in order.
    pub sends: Vec<Sent>,
    /// Requests and looks, in order.
    pub moments: Vec<Moment>,
    /// The leased instances.
    pub keys: BTreeMap<Slot, KeyTrace>,
    /// The sentinel after the last request.
    pub sentinel: Option<Life>,
    /// The authorised credential after the last request.
    pub admin: Option<Life>,
    /// The status that refused a leased instance's credential when it was last seen dead.
    pub refusals: BTreeMap<Slot, u16>,
    /// Instances that no request addressed, by id.
    pub bystanders: Vec<(String, Life)>,
    /// Uses of credentials beside the requests, in order of their starts.
    pub uses: Vec<Use>,
    /// Looks at instances that were revoked a while ago.
    pub later: Vec<LaterLook>,
    /// How long a revocation may take until it must be seen.
    pub revocation_within: Duration,
    /// Limits and outages of the whole run, where the script looked: the status, and what
    /// `Retry-After` said.
    pub limits: Vec<(u16, String)>,
    /// Versions of TLS that must not be spoken any more, and whether the target spoke them.
    pub old_tls: Vec<(&'static str, bool)>,
    /// Ids that a new instance got though they were a dead one's; nothing where nobody looked.
    pub reused_ids: Option<Vec<String>>,
    /// How long after the last success the addressed instance was seen dead.
    pub revocation_latency: Option<Duration>,
    /// Why the script ended before its last step.
    pub ended_early: Option<String>,
    /// Whether the addressed id was a stand-in that belongs to nobody.
    pub stand_in: bool,
    /// Secrets of the run that answers held.
    pub leaks: Vec<Leak>,
    /// Facts worth telling.
    pub notes: Vec<String>,
}

impl Record {
    /// The request with the label.
    #[must_use]
    pub fn sent(&self, label: &str) -> Option<(usize, &Sent)> {
        self.sends
            .iter()
            .enumerate()
            .find(|(_, sent)| sent.send.label == label)
    }

    /// The last look at the slot before the request, if nothing else was sent to it in between.
    #[must_use]
    pub fn life_before(&self, exchange: usize, slot: Slot) -> Option<&Life> {
        let place = self.place_of(exchange, slot)?;
        let earlier = self.moments.get(..place)?;
        self.nearest_look(earlier.iter().rev(), slot)
    }

    /// The first look at the slot after the request, if nothing else was sent to it in between.
    #[must_use]
    pub fn life_after(&self, exchange: usize, slot: Slot) -> Option<&Life> {
        let place = self.place_of(exchange, slot)?;
        let later = self.moments.get(place + 1..)?;
        self.nearest_look(later.iter(), slot)
    }

    /// Where the request stands, unless one that was sent at the same time may have had an effect
    /// on the slot.
    fn place_of(&self, exchange: usize, slot: Slot) -> Option<usize> {
        let place = self.moments.iter().position(|moment| match moment {
            Moment::Sent(sent) => *sent == exchange,
            Moment::SentTogether(all) => all.contains(&exchange),
            Moment::Looked(..) => false,
        })?;
        let rivals = match self.moments.get(place) {
            Some(Moment::SentTogether(all)) => all.as_slice(),
            _ => &[],
        };
        let mut rivals = rivals.iter().filter(|rival| **rival != exchange);
        let disturbed = rivals.any(|rival| {
            self.addresses(*rival, slot)
                && self
                    .sends
                    .get(*rival)
                    .is_some_and(|sent| sent.send.credential == CredentialClass::Sufficient)
        });
        (!disturbed).then_some(place)
    }

    fn addresses(&self, exchange: usize, slot: Slot) -> bool {
        self.sends
            .get(exchange)
            .is_some_and(|sent| sent.send.addresses == Some(slot))
    }

    fn nearest_look<'a>(
        &self,
        moments: impl Iterator<Item = &'a Moment>,
        slot: Slot,
    ) -> Option<&'a Life> {
        for moment in moments {
            match moment {
                Moment::Looked(looked, life) if *looked == slot => return Some(life),
                Moment::Sent(other) if self.addresses(*other, slot) => return None,
                Moment::SentTogether(others)
                    if others.iter().any(|other| self.addresses(*other, slot)) =>
                {
                    return None;
                }
                _ => {}
            }
        }
        None
    }
}

/// What a control showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlSeen {
    /// The control's name.
    pub name: String,
    /// Whether the plain request of an authorised caller was accepted.
    pub accepted: bool,
    /// The plain request's answer, in a few words, or why it was not sent.
    pub seen: String,
    /// Whether the target answered the plain request at all.
    pub answered: bool,
    /// The status that the same request with the case's unusual part got, where it has one.
    pub shaped_status: Option<u16>,
}
