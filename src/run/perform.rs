//! Performs a script: leases, looks, sends, looks again, and writes it all down.

mod deliver;
mod foreign;
mod leaks;
mod leasing;
mod logged;
mod owner;
mod take_away;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::check::{KeyTrace, Moment, Record, Sent};
use crate::fixture::{Fixtures, Instance, Lease, Missing, ProbeKind, Unavailable, Wish};
use crate::http::{Connection, Exchange, Fault};
use crate::plan::{CredentialClass, Holder, Life, Script, Send, Slot, Step, Tier, Watch, Wire};

use super::limits::{DEAD_LEASES_MAX, RAW_BYTES_KEPT, TRIES_WITHOUT_ANSWER};
use super::render::{Bindings, render};

pub use logged::Logged;

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
    /// Whether the sentinel was dead before anything was sent.
    pub died_before: bool,
    /// Whether the target could not be connected to at the end.
    pub target_lost: bool,
    /// Whether it got no answer, also not the second time.
    pub unanswered: bool,
    /// Whether an answer began and did not end in its time.
    pub unending: bool,
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
                // Plain HTTP is often not served at all, and that is an answer.
                sent.status().is_none()
                    && sent.send.wire != Wire::Cleartext
                    && sent
                        .exchange
                        .outcome
                        .as_ref()
                        .is_err_and(Fault::is_no_answer)
            })
            .map(|sent| sent.send.label.clone())
            .collect();
        if silent.is_empty() {
            // An answer that never ends is as good as none: each takes a whole timeout.
            performance.unending = performance.record.sends.iter().any(|sent| {
                let outcome = sent.exchange.outcome.as_ref();
                matches!(outcome, Err(Fault::Timeout { .. }))
            });
            return performance;
        }
        if tries >= TRIES_WITHOUT_ANSWER {
            performance.unanswered = true;
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
    unanswered: BTreeMap<String, u32>,
    kept: Option<Connection>,
    made_limited: bool,
    /// Whether the probe named another id than that of the instance that was looked at.
    pub(super) mispaired: bool,
    pub(super) died_before: bool,
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
            mispaired: false,
            died_before: false,
        }
    }

    fn finish(mut self) -> Performance {
        self.fixtures.release(std::mem::take(&mut self.lease));
        Performance {
            record: self.record,
            log: self.log,
            absence: None,
            made_limited: self.made_limited,
            died_before: self.died_before,
            target_lost: false,
            unanswered: false,
            unending: false,
        }
    }

    async fn once(&mut self) -> Result<(), Absence> {
        self.may_it()?;
        self.bind_holders().await?;
        self.fixtures.sentinel().await;
        self.bind_slots().await?;
        let bystanders = self.living_bystanders().await;
        if self.script.watch == Watch::Bystanders {
            self.nothing_died_before().await?;
        }
        self.step_through().await?;
        self.look_again_at(bystanders).await;
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
            if holder == Holder::OtherTenant {
                self.other_credential_lives().await?;
            }
            self.made_limited |= holder == Holder::Limited && credential.made;
            self.bindings.holders.insert(holder, credential);
        }
        Ok(())
    }

    /// Leases instances until all of them live.
    async fn bind_slots(&mut self) -> Result<(), Absence> {
        let slots = self.script.slots().into_iter();
        let (foreign, slots): (Vec<Slot>, Vec<Slot>) = slots.partition(|slot| slot.is_foreign());
        self.bind_foreign(&foreign).await?;
        let (privileged, slots): (Vec<Slot>, Vec<Slot>) = slots
            .into_iter()
            .partition(|slot| *slot == Slot::Privileged);
        self.bind_privileged(&privileged).await?;
        if slots.contains(&Slot::Twin) {
            return self.bind_twins().await;
        }
        if slots.is_empty() {
            return self.reads_harmlessly();
        }
        if self.script.watch == Watch::OnlyAfter {
            return self.bind_unused(&slots).await;
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
            self.bindings
                .slots
                .extend(slots.iter().copied().zip(instances));
            if self.all_live_before(&slots).await {
                return self.reads_harmlessly();
            }
            if self.mispaired {
                // Whose id it is nobody knows, so that no request may address it.
                return Err(Absence::Inconclusive(
                    "the probe names another id than the key's own for its secret".to_owned(),
                ));
            }
            self.fixtures.release(std::mem::take(&mut self.lease));
            self.nothing_died_before().await?;
            self.record
                .moments
                .retain(|moment| matches!(moment, Moment::Looked(slot, _) if slot.is_foreign()));
            self.record.keys.retain(|slot, _| slot.is_foreign());
        }
        Err(Absence::Inconclusive(
            "every key that was leased for it was dead already".to_owned(),
        ))
    }

    /// Leases instances that nobody has looked at or used.
    async fn bind_unused(&mut self, slots: &[Slot]) -> Result<(), Absence> {
        if self.fixtures.looker().kind() != ProbeKind::Operation {
            let reason =
                "the target has no probe, so only a key that was used before can be judged";
            return Err(self.without_probe(reason.to_owned()));
        }
        let unused = |instance: &Instance| !instance.used;
        let lease = self
            .fixtures
            .lease(slots.len(), &Wish::First(&unused))
            .await;
        self.lease = lease.map_err(|unavailable| {
            if unavailable.needs_tenant {
                Absence::NotApplicable("every key was used before".to_owned())
            } else {
                unavailable.into()
            }
        })?;
        for (slot, instance) in slots.iter().zip(self.lease.instances.clone()) {
            let unknown = Life::Unknown("nobody looked, on purpose".to_owned());
            let trace = KeyTrace {
                id: instance.id.clone(),
                before: unknown.clone(),
                after: unknown,
            };
            self.record.keys.insert(*slot, trace);
            self.bindings.slots.insert(*slot, instance);
        }
        Ok(())
    }

    async fn all_live_before(&mut self, slots: &[Slot]) -> bool {
        for slot in slots {
            let Some(instance) = self.bindings.slots.get(slot).cloned() else {
                continue;
            };
            let life = self.look(*slot, "look before").await;
            if self.mispaired {
                self.fixtures.disown(&mut self.lease, &instance.id);
                return false;
            }
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
                Step::LookAtTheDead => self.look_at_the_dead().await?,
                Step::Abandon(send) => self.abandon(send).await?,
                Step::LookAtTraffic => self.look_at_traffic(),
                Step::OfferOldTls => self.offer_old_tls().await?,
                Step::LookForReusedIds => self.look_for_reused_ids().await,
                Step::TakeAway(send) => self.take_away(send).await?,
                Step::PauseMs(pause) => tokio::time::sleep(Duration::from_millis(*pause)).await,
            }
        }
        Ok(())
    }

    pub(super) async fn send(&mut self, send: &Send) -> Result<(), Absence> {
        let request = render(&send.template, &self.bindings, self.fixtures)
            .map_err(Absence::NotApplicable)?;
        let (exchange, at) = self.deliver(&request, send.wire).await?;
        if let Some(pause) = crate::fixture::pause(&exchange) {
            let impatience = self.fixtures.messenger().patience().gone();
            let impatience = impatience.map_or_else(String::new, |why| format!("; {why}"));
            return Err(Absence::Inconclusive(format!(
                "the target limits requests or is out (it asks to wait {} s{impatience})",
                pause.as_secs()
            )));
        }
        let sent = self.noted(send, exchange, at);
        let acted = sent.is_success()
            && send.credential == CredentialClass::Sufficient
            && send.path.is_some();
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
    pub(super) fn noted(&mut self, send: &Send, mut exchange: Exchange, at: Duration) -> Sent {
        let label = send.label.clone();
        self.log.push(Logged::new(label, exchange.clone(), at));
        exchange.received.truncate(RAW_BYTES_KEPT);
        exchange.received.shrink_to_fit();
        let unanswered = self.unanswered.get(&send.label).copied();
        let sent = Sent {
            send: send.clone(),
            exchange,
            unanswered: unanswered.unwrap_or_default(),
            at,
        };
        let index = self.record.sends.len();
        self.look_for_secrets(&sent.exchange, Some(index), &send.label);
        self.fixtures.adopt(&sent.exchange);
        // A safe method that is served, such as OPTIONS, claims no revocation.
        let served = sent.is_success() && !send.template.is_safe();
        let may_have_acted = served || claims_nothing(&sent);
        if let Some(instance) = send
            .addresses
            .and_then(|slot| self.bindings.slots.get(&slot))
            && may_have_acted
        {
            self.lease.spend(&instance.id);
        }
        sent
    }
}

/// Whether an authorised request got an answer, or none, that says nothing of what it did.
fn claims_nothing(sent: &Sent) -> bool {
    sent.send.credential == CredentialClass::Sufficient
        && sent.status().is_none_or(|status| status >= 500)
}
