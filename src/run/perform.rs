//! Performs a script: leases, looks, sends, looks again, and writes it all down.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::check::{KeyTrace, Moment, Record, Sent};
use crate::fixture::{Fixtures, Lease, Missing, Unavailable, Wish};
use crate::http::{Connection, Exchange, Fault};
use crate::plan::{CredentialClass, Holder, Life, PathClass, Script, Send, Slot, Step, Tier, Wire};

use super::limits::{DEAD_LEASES_MAX, TRIES_WITHOUT_ANSWER};
use super::render::{Bindings, render, with_id_text};

/// Everything that a script did.
#[derive(Default)]
pub struct Performance {
    /// What checks look at.
    pub record: Record,
    /// Every exchange with its purpose and its start since the run began, in order.
    pub log: Vec<Logged>,
    /// Why nothing was sent.
    pub absence: Option<Absence>,
    /// Whether the limited credential was made by the run, so that it is a guess.
    pub made_limited: bool,
    /// Whether the target could not be connected to at the end.
    pub target_lost: bool,
}

/// An exchange, what it was for, and when it began.
pub struct Logged {
    /// What it was for.
    pub label: String,
    /// The exchange.
    pub exchange: Exchange,
    /// Its start, since the run began.
    pub at: Duration,
}

/// Why a script was not performed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Absence {
    /// It does not apply here.
    NotApplicable(String),
    /// It could not be done.
    Inconclusive(String),
}

impl From<Missing> for Absence {
    fn from(missing: Missing) -> Self {
        match missing {
            Missing::Absent(reason) => Self::NotApplicable(format!("declared absent: {reason}")),
            Missing::NotGiven(reason) => Self::Inconclusive(reason),
        }
    }
}

impl From<Unavailable> for Absence {
    fn from(unavailable: Unavailable) -> Self {
        if unavailable.needs_tenant {
            Self::NotApplicable(unavailable.reason)
        } else {
            Self::Inconclusive(unavailable.reason)
        }
    }
}

/// Performs a script, once more on fresh instances where it got no answer.
pub async fn perform(fixtures: &Fixtures, script: &Script) -> Performance {
    let mut unanswered: BTreeMap<String, u32> = BTreeMap::new();
    let mut log = Vec::new();
    let mut tries = 0;
    loop {
        tries += 1;
        let mut performer = Performer::new(fixtures, script, unanswered.clone());
        performer.log = std::mem::take(&mut log);
        let outcome = performer.once().await;
        let mut performance = performer.finish();
        if let Err(absence) = outcome {
            performance.absence = Some(absence);
            return performance;
        }
        let silent: Vec<String> = performance
            .record
            .sends
            .iter()
            .filter(|sent| {
                sent.status().is_none()
                    && sent
                        .exchange
                        .outcome
                        .as_ref()
                        .is_err_and(Fault::is_no_answer)
            })
            .map(|sent| sent.send.label.clone())
            .collect();
        if silent.is_empty() {
            return performance;
        }
        if tries >= TRIES_WITHOUT_ANSWER {
            performance.target_lost = fixtures.messenger().client().connect().await.is_err();
            return performance;
        }
        silent
            .into_iter()
            .for_each(|label| *unanswered.entry(label).or_default() += 1);
        log = performance.log;
    }
}

pub(super) struct Performer<'a> {
    pub(super) fixtures: &'a Fixtures,
    pub(super) script: &'a Script,
    pub(super) bindings: Bindings,
    pub(super) lease: Lease,
    pub(super) record: Record,
    pub(super) log: Vec<Logged>,
    pub(super) unanswered: BTreeMap<String, u32>,
    kept: Option<Connection>,
    made_limited: bool,
}

impl<'a> Performer<'a> {
    fn new(fixtures: &'a Fixtures, script: &'a Script, unanswered: BTreeMap<String, u32>) -> Self {
        Self {
            fixtures,
            script,
            bindings: Bindings::default(),
            lease: Lease::default(),
            record: Record {
                revocation_within: fixtures.revocation_within(),
                ..Record::default()
            },
            log: Vec::new(),
            unanswered,
            kept: None,
            made_limited: false,
        }
    }

    fn finish(mut self) -> Performance {
        self.fixtures.release(std::mem::take(&mut self.lease));
        Performance {
            record: self.record,
            log: self.log,
            absence: None,
            made_limited: self.made_limited,
            target_lost: false,
        }
    }

    async fn once(&mut self) -> Result<(), Absence> {
        self.may_it()?;
        self.bind_holders().await?;
        self.fixtures.sentinel().await;
        self.bind_slots().await?;
        self.step_through().await?;
        self.look_around().await;
        Ok(())
    }

    fn may_it(&self) -> Result<(), Absence> {
        match self.script.tier() {
            needed if needed <= self.fixtures.allow() => Ok(()),
            Tier::Tenant => Err(Absence::NotApplicable("needs --allow tenant".to_owned())),
            needed => Err(Absence::Inconclusive(format!("needs --allow {needed}"))),
        }
    }

    async fn bind_holders(&mut self) -> Result<(), Absence> {
        for holder in self.script.holders() {
            let credential = self.fixtures.credential(holder).await?;
            self.made_limited |= holder == Holder::Limited && credential.made;
            self.bindings.holders.insert(holder, credential);
        }
        Ok(())
    }

    /// Leases instances until all of them live.
    async fn bind_slots(&mut self) -> Result<(), Absence> {
        let slots: Vec<Slot> = self.script.slots().into_iter().collect();
        if slots.is_empty() {
            return self.reads_harmlessly();
        }
        for _ in 0..DEAD_LEASES_MAX {
            match self.lease(slots.len()).await {
                Ok(lease) => self.lease = lease,
                Err(unavailable) if self.may_stand_in() => {
                    self.record
                        .notes
                        .push(format!("a stand-in id is addressed: {unavailable}"));
                    self.bindings.stand_in = true;
                    self.record.stand_in = true;
                    return Ok(());
                }
                Err(unavailable) => return Err(unavailable.into()),
            }
            let instances = self.lease.instances.clone();
            self.bindings.slots = slots.iter().copied().zip(instances).collect();
            if self.all_live_before(&slots).await {
                return self.reads_harmlessly();
            }
            self.fixtures.release(std::mem::take(&mut self.lease));
            self.record.moments.clear();
            self.record.keys.clear();
        }
        Err(Absence::Inconclusive(
            "every key that was leased for it was dead already".to_owned(),
        ))
    }

    async fn lease(&self, count: usize) -> Result<Lease, Unavailable> {
        let odd: Vec<&Send> = self.odd_sends().collect();
        if odd.is_empty() || self.fixtures.allow() == Tier::Tenant {
            return self.fixtures.lease(count, &Wish::Any).await;
        }
        let harmless = |instance: &crate::fixture::Instance| {
            odd.iter().all(|send| {
                let look = |text: &str| self.fixtures.is_harmless(text);
                with_id_text(&send.template, |_| Some(instance), look).unwrap_or(true)
            })
        };
        self.fixtures.lease(count, &Wish::First(&harmless)).await
    }

    /// The requests whose path a sloppy target may misread.
    fn odd_sends(&self) -> impl Iterator<Item = &'a Send> {
        self.script
            .sends()
            .filter(|send| send.path != Some(PathClass::Canonical) && !send.template.is_safe())
    }

    /// Whether all readings of the ids are ours or nobody's, now that it is known which they are.
    fn reads_harmlessly(&self) -> Result<(), Absence> {
        if self.fixtures.allow() == Tier::Tenant {
            return Ok(());
        }
        let bound = |slot| self.bindings.slots.get(&slot);
        let look = |text: &str| self.fixtures.is_harmless(text);
        let harmless = self
            .odd_sends()
            .all(|send| with_id_text(&send.template, bound, look).unwrap_or(true));
        if harmless {
            return Ok(());
        }
        let reason = "a sloppy target could read somebody else's id (needs --allow tenant)";
        Err(Absence::NotApplicable(reason.to_owned()))
    }

    /// Whether an id that belongs to nobody may be addressed instead: only where no request could
    /// have an effect that matters.
    fn may_stand_in(&self) -> bool {
        self.script.sends().all(|send| {
            send.credential == CredentialClass::Insufficient
                && send.path == Some(PathClass::Canonical)
                && !send.template.carries_live_secret()
        })
    }

    async fn all_live_before(&mut self, slots: &[Slot]) -> bool {
        for slot in slots {
            let Some(instance) = self.bindings.slots.get(slot).cloned() else {
                continue;
            };
            let life = self.look(*slot, "look before").await;
            if life == Life::Dead {
                self.fixtures
                    .discard(&mut self.lease, &instance.id, instance.lived);
                return false;
            }
            let trace = KeyTrace {
                id: instance.id.clone(),
                before: life.clone(),
                after: life,
            };
            self.record.keys.insert(*slot, trace);
        }
        true
    }

    async fn step_through(&mut self) -> Result<(), Absence> {
        for step in &self.script.steps {
            match step {
                Step::Send(send) => self.send(send).await?,
                Step::RequireAnySuccess { labels, otherwise } => {
                    let succeeded = self
                        .record
                        .sends
                        .iter()
                        .any(|sent| labels.contains(&sent.send.label) && sent.is_success());
                    if !succeeded {
                        self.record.ended_early = Some(otherwise.clone());
                        return Ok(());
                    }
                }
                // Every leased instance was looked at before the first step.
                Step::Look(_) => {}
                Step::Use(slot, times) => {
                    for _ in 0..*times {
                        self.look(*slot, "use").await;
                    }
                }
                Step::Together(sends, limits) => self.send_together(sends, *limits).await?,
                Step::SendInUse(slot, send) => self.send_in_use(*slot, send).await?,
                Step::LookAcross(slot, times) => self.look_across(*slot, *times).await,
                Step::LookAtBystanders => self.look_at_bystanders().await,
                Step::LookAtIdle => self.look_at_idle().await,
                Step::LookAtTheDead => self.look_at_the_dead().await?,
            }
        }
        Ok(())
    }

    pub(super) async fn send(&mut self, send: &Send) -> Result<(), Absence> {
        let request = render(&send.template, &self.bindings, self.fixtures)
            .map_err(Absence::NotApplicable)?;
        let (exchange, at) = match send.wire {
            Wire::Fresh => {
                let delivered = self.fixtures.messenger().send_fresh(&request).await;
                if delivered.waits > 0 {
                    let note = format!("waited {} times for a limit or an outage", delivered.waits);
                    self.record.notes.push(note);
                }
                (delivered.exchange, delivered.at)
            }
            Wire::Kept => self.send_kept(&request).await,
        };
        if let Some(pause) = crate::fixture::pause(&exchange) {
            return Err(Absence::Inconclusive(format!(
                "the target limits requests or is out (it asks to wait {} s)",
                pause.as_secs()
            )));
        }
        let sent = self.noted(send, exchange, at);
        let acted = sent.is_success() && send.credential == CredentialClass::Sufficient;
        self.record
            .moments
            .push(Moment::Sent(self.record.sends.len()));
        self.record.sends.push(sent);
        match send.addresses {
            Some(slot) if acted => self.look_until_dead(slot).await,
            Some(slot) => {
                self.look(slot, "look after").await;
            }
            None => {}
        }
        Ok(())
    }

    /// The request and its exchange for the record; the log has it from here on.
    pub(super) fn noted(&mut self, send: &Send, exchange: Exchange, at: Duration) -> Sent {
        self.log.push(Logged {
            label: send.label.clone(),
            exchange: exchange.clone(),
            at,
        });
        let unanswered = self.unanswered.get(&send.label).copied();
        Sent {
            send: send.clone(),
            exchange,
            unanswered: unanswered.unwrap_or_default(),
            at,
        }
    }

    async fn send_kept(&mut self, request: &crate::http::Request) -> (Exchange, Duration) {
        let messenger = self.fixtures.messenger();
        let at = messenger.elapsed();
        let usable = self.kept.take().filter(Connection::is_usable);
        let connection = match usable {
            Some(connection) => Ok(connection),
            None => messenger.client().connect().await,
        };
        match connection {
            Ok(mut connection) => {
                let exchange = connection.exchange(request).await;
                self.kept = Some(connection);
                (exchange, at)
            }
            Err(fault) => (Exchange::new(request.clone(), Err(fault)), at),
        }
    }
}
