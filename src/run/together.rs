//! Requests that overlap: several at once, and one while its instance's credential is in use.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use tokio::task::JoinSet;

use crate::check::{Moment, Purpose, Use};
use crate::fixture::{Fixtures, Instance};
use crate::plan::{Limits, Send, Slot};

use super::limits::{LOOK_PAUSE, USES_AFTER, USES_MAX};
use super::perform::{Absence, Logged, Performer};
use super::render::render;

impl Performer<'_> {
    /// Sends all of them at once, then looks at every instance that they address.
    pub(super) async fn send_together(
        &mut self,
        sends: &[Send],
        limits: Limits,
    ) -> Result<(), Absence> {
        let mut requests = Vec::new();
        for send in sends {
            let request = render(&send.template, &self.bindings, self.fixtures);
            requests.push(request.map_err(Absence::NotApplicable)?);
        }
        let mut tasks = JoinSet::new();
        for (index, request) in requests.iter().cloned().enumerate() {
            let messenger = self.fixtures.messenger().clone();
            tasks.spawn(async move { (index, messenger.send_once(&request).await) });
        }
        let mut delivered = tasks.join_all().await;
        delivered.sort_by_key(|(index, _)| *index);
        let mut places = Vec::new();
        for ((index, mut delivered), send) in delivered.into_iter().zip(sends) {
            let limited = crate::fixture::pause(&delivered.exchange).is_some();
            if let (true, Limits::WaitedOut, Some(request)) = (limited, limits, requests.get(index))
            {
                delivered = self.fixtures.messenger().send_fresh(request).await;
            }
            let sent = self.noted(send, delivered.exchange, delivered.at);
            places.push(self.record.sends.len());
            self.record.sends.push(sent);
        }
        self.record.moments.push(Moment::SentTogether(places));
        let mut addressed: Vec<Slot> = sends.iter().filter_map(|send| send.addresses).collect();
        addressed.sort_unstable();
        addressed.dedup();
        for slot in addressed {
            let instance = self.bindings.slots.get(&slot);
            if instance.is_some_and(|instance| self.lease.is_spent(&instance.id)) {
                self.await_death(slot).await;
            } else {
                self.look(slot, "look after").await;
            }
        }
        Ok(())
    }

    /// Sends the request while the instance's credential is in use without a pause.
    pub(super) async fn send_in_use(&mut self, slot: Slot, send: &Send) -> Result<(), Absence> {
        let Some(instance) = self.bindings.slots.get(&slot).cloned() else {
            return Err(Absence::Inconclusive(format!("no {slot} was leased")));
        };
        let usage = Usage {
            fixtures: self.fixtures,
            instance,
            slot,
            started: AtomicU32::new(0),
            over: AtomicBool::new(false),
        };
        let main = async {
            while usage.started.load(Ordering::Relaxed) < USERS {
                tokio::task::yield_now().await;
            }
            let outcome = self.send(send).await;
            // No use is judged that begins before the revocation must have taken effect.
            tokio::time::sleep(usage.fixtures.revocation_within()).await;
            usage.over.store(true, Ordering::Relaxed);
            outcome
        };
        let (outcome, first, second) = tokio::join!(main, usage.go_on(false), usage.go_on(true));
        let mut uses: Vec<(Use, Logged)> = first.into_iter().chain(second).collect();
        uses.sort_by_key(|(used, _)| used.at);
        for (used, logged) in uses {
            self.record.uses.push(used);
            self.log.push(logged);
        }
        outcome
    }
}

/// How many use the credential at a time.
const USERS: u32 = 2;

/// An instance's credential in use.
struct Usage<'a> {
    fixtures: &'a Fixtures,
    instance: Instance,
    slot: Slot,
    started: AtomicU32,
    over: AtomicBool,
}

impl Usage<'_> {
    /// Uses the credential until the request is over, and a few times more: each time on a
    /// connection of its own, or on one that is kept for as long as the target keeps it.
    async fn go_on(&self, keeps: bool) -> Vec<(Use, Logged)> {
        let mut uses = Vec::new();
        let mut kept = None;
        let mut left = USES_AFTER;
        let pause = LOOK_PAUSE.max(self.fixtures.revocation_within() / (USES_MAX / 4));
        for round in 0..USES_MAX {
            if self.over.load(Ordering::Relaxed) {
                if left == 0 {
                    break;
                }
                left -= 1;
            } else if round > USES_MAX / 2 {
                // The request takes long: what is left is spread over its time.
                tokio::time::sleep(pause).await;
            }
            let at = self.fixtures.messenger().elapsed();
            let (secret, id) = (&self.instance.secret, Some(self.instance.id.as_str()));
            let look = if keeps {
                self.fixtures.look_again(secret, id, &mut kept).await
            } else {
                self.fixtures.look(secret, id).await
            };
            if round == 0 {
                self.started.fetch_add(1, Ordering::Relaxed);
            }
            uses.extend(self.noted(at, look));
        }
        uses
    }

    fn noted(&self, at: std::time::Duration, look: crate::fixture::Look) -> Option<(Use, Logged)> {
        let used = Use {
            slot: self.slot,
            purpose: Purpose::Throughout,
            at,
            life: look.life,
        };
        let logged = Logged::look(format!("use: {}", self.slot), look.exchange?, at);
        Some((used, logged))
    }
}
