//! Looks at instances: before, between, after and long after the requests of a script.

use tokio::time::Instant;

use crate::check::{LaterLook, Moment, Purpose, Use};
use crate::fixture::Instance;
use crate::plan::{Life, Slot, Watch};

use super::limits::{BYSTANDERS_WATCHED, DEAD_AWAITED, DEAD_LOOKED_AT_MAX, LOOK_PAUSE};
use super::perform::{Absence, Logged, Performer};

impl Performer<'_> {
    /// Looks at an instance that should be dead: at once, and again until it is or must be.
    pub(super) async fn look_until_dead(&mut self, slot: Slot) {
        let since = Instant::now();
        if self.await_death(slot).await == Life::Dead {
            self.record.revocation_latency = Some(since.elapsed());
        }
    }

    /// Looks at an instance until it is dead or the time is over that a revocation may take; the
    /// last look alone is on record.
    pub(super) async fn await_death(&mut self, slot: Slot) -> Life {
        let since = Instant::now();
        let within = self.fixtures.revocation_within();
        loop {
            let life = self.look(slot, "look after").await;
            if life != Life::Alive || since.elapsed() >= within {
                return life;
            }
            self.record.moments.pop();
            tokio::time::sleep(LOOK_PAUSE).await;
        }
    }

    pub(super) async fn look(&mut self, slot: Slot, label: &str) -> Life {
        let Some(instance) = self.bindings.slots.get(&slot).cloned() else {
            return Life::Unknown(format!("no {slot} was leased"));
        };
        let at = self.fixtures.messenger().elapsed();
        let look = if slot.is_foreign() {
            self.fixtures.look_there(&instance).await
        } else {
            let id = Some(instance.id.as_str());
            self.fixtures.look(&instance.secret, id).await
        };
        if slot.is_foreign() && look.life == Life::Dead {
            self.fixtures.died_there(&instance.id);
        }
        if let Some(exchange) = look.exchange {
            self.look_for_secrets(&exchange, None, &format!("{label}: {slot}"));
            self.log
                .push(Logged::look(format!("{label}: {slot}"), exchange, at));
        }
        if look.pairing == Some(false) {
            self.record.notes.push(format!(
                "the probe names another id than {} for this key's secret: nobody knows whose the \
                 id is",
                instance.id
            ));
            self.mispaired |= !slot.is_foreign();
        }
        if let Some(status) = look.refusal {
            self.record.refusals.insert(slot, status);
        }
        self.record
            .moments
            .push(Moment::Looked(slot, look.life.clone()));
        self.lease.report(&instance.id, &look.life);
        if let Some(trace) = self.record.keys.get_mut(&slot) {
            trace.after = look.life.clone();
        }
        look.life
    }

    /// After the last request: every leased instance, the sentinel, and the caller's own key.
    pub(super) async fn look_around(&mut self) {
        let slots: Vec<Slot> = self.bindings.slots.keys().copied().collect();
        for slot in slots {
            let looked_last = matches!(
                self.record.moments.last(),
                Some(Moment::Looked(last, _)) if *last == slot
            );
            let instance = self.bindings.slots.get(&slot);
            let spent = instance.is_some_and(|instance| self.lease.is_spent(&instance.id));
            let life = self.record.keys.get(&slot).map(|trace| &trace.after);
            let within = self.fixtures.revocation_within();
            if spent && life == Some(&Life::Alive) && !within.is_zero() {
                // What the target claims, or may have begun, has its time to take effect.
                self.await_death(slot).await;
            } else if !looked_last {
                self.look(slot, "look after").await;
            }
        }
        let acts = self.script.sends().any(|send| send.template.may_act());
        if acts
            && !self.script.ends_all()
            && let Some(sentinel) = self.fixtures.sentinel().await.cloned()
        {
            let life = self
                .look_at("sentinel", &sentinel.secret, Some(&sentinel.id))
                .await;
            self.record.sentinel = Some(life);
        }
        // Where a sentinel is refused it matters whether good credentials are at all.
        let doubtful = self.record.sentinel == Some(Life::Dead);
        if (self.script.consumes > 0 || self.script.alone || doubtful)
            && let Some(admin) = self.fixtures.admin().cloned()
        {
            let life = self.look_at("admin", &admin, None).await;
            self.record.admin = Some(life);
        }
    }

    /// A few instances that nobody has, if the script watches them: the oldest and the newest,
    /// which stray look-ups hit first.
    pub(super) async fn living_bystanders(&mut self) -> Vec<Instance> {
        if matches!(self.script.watch, Watch::OtherTenant | Watch::Bystanders) {
            self.fixtures.bystander_there().await;
        }
        if self.script.watch != Watch::Bystanders {
            return Vec::new();
        }
        let mut idle = self.fixtures.idle();
        idle.sort_by_key(|instance| instance.sequence);
        let newest = idle.split_off(idle.len().saturating_sub(BYSTANDERS_WATCHED / 2));
        idle.truncate(BYSTANDERS_WATCHED / 2);
        let mut living = Vec::new();
        for instance in idle.into_iter().chain(newest) {
            let id = Some(instance.id.as_str());
            if self.look_at("bystander", &instance.secret, id).await == Life::Alive {
                living.push(instance);
            }
        }
        living
    }

    /// Whether the sentinel still lives before the script's first request: whatever died by then
    /// is not this script's doing.
    ///
    /// # Errors
    ///
    /// Where it is dead: then the run stops, and the script sends nothing.
    pub(super) async fn nothing_died_before(&mut self) -> Result<(), Absence> {
        let Some(sentinel) = self.fixtures.sentinel().await.cloned() else {
            return Ok(());
        };
        let life = self
            .look_at("sentinel", &sentinel.secret, Some(&sentinel.id))
            .await;
        if life != Life::Dead {
            return Ok(());
        }
        self.record.sentinel = Some(life);
        self.died_before = true;
        Err(Absence::Inconclusive(
            "keys that no request addressed were dead before its first request".to_owned(),
        ))
    }

    pub(super) async fn look_again_at(&mut self, bystanders: Vec<Instance>) {
        for instance in bystanders {
            let id = Some(instance.id.as_str());
            let life = self.look_at("bystander", &instance.secret, id).await;
            self.record.bystanders.push((instance.id, life));
        }
        if matches!(self.script.watch, Watch::OtherTenant | Watch::Bystanders) {
            self.look_at_bystander_there().await;
        }
    }

    /// The instance of the other tenant that is addressed by nobody, there or here.
    async fn look_at_bystander_there(&mut self) {
        let Some(instance) = self.fixtures.bystander_there().await.cloned() else {
            return;
        };
        let at = self.fixtures.messenger().elapsed();
        let look = self.fixtures.look_there(&instance).await;
        if let Some(exchange) = look.exchange {
            let label = "look at the other tenant's bystander";
            self.look_for_secrets(&exchange, None, label);
            self.log.push(Logged::look(label.to_owned(), exchange, at));
        }
        // What an outage there hides is no doubt about what happened here.
        if !matches!(look.life, Life::Unknown(_)) {
            let name = format!("{} of the other tenant", instance.id);
            self.record.bystanders.push((name, look.life));
        }
    }

    pub(super) async fn look_at_bystanders(&mut self) {
        for id in self.fixtures.lost() {
            self.record.bystanders.push((id, Life::Dead));
        }
        self.look_at_bystander_there().await;
        let sentinel = self.fixtures.sentinel().await.cloned();
        for instance in self.fixtures.idle().into_iter().chain(sentinel) {
            let life = self
                .look_at("bystander", &instance.secret, Some(&instance.id))
                .await;
            // A key that was never seen alive, such as one handed over dead, proves nothing.
            if life != Life::Dead || instance.lived {
                self.record.bystanders.push((instance.id, life));
            }
        }
    }

    /// Looks over many fresh connections.
    pub(super) async fn look_across(&mut self, slot: Slot, times: u32) {
        let Some(instance) = self.bindings.slots.get(&slot).cloned() else {
            return;
        };
        for _ in 0..times {
            let at = self.fixtures.messenger().elapsed();
            let life = self
                .look_at(&slot.to_string(), &instance.secret, Some(&instance.id))
                .await;
            self.record.uses.push(Use {
                slot,
                purpose: Purpose::Across,
                at,
                life,
            });
        }
    }

    /// Looks again at what was revoked a while ago; waits for the first of them to be ripe.
    pub(super) async fn look_at_the_dead(&mut self) -> Result<(), Absence> {
        let linger = self.fixtures.linger();
        let mut dead = self.fixtures.died();
        if dead.is_empty() {
            let revoked = self.fixtures.revoke_one().await;
            revoked.map_err(Absence::Inconclusive)?;
            dead = self.fixtures.died();
        }
        let awaited = dead.len().min(DEAD_AWAITED);
        if let Some((_, since)) = awaited.checked_sub(1).and_then(|last| dead.get(last)) {
            tokio::time::sleep_until(*since + linger).await;
        }
        dead.retain(|(_, since)| since.elapsed() >= linger);
        for (instance, since) in dead.into_iter().take(DEAD_LOOKED_AT_MAX) {
            let life = self
                .look_at("dead key", &instance.secret, Some(&instance.id))
                .await;
            self.record.later.push(LaterLook {
                id: instance.id,
                since: since.elapsed(),
                life,
            });
        }
        Ok(())
    }

    async fn look_at(
        &mut self,
        label: &str,
        secret: &crate::http::Secret,
        id: Option<&str>,
    ) -> Life {
        let at = self.fixtures.messenger().elapsed();
        let look = self.fixtures.look(secret, id).await;
        if let Some(exchange) = look.exchange {
            self.look_for_secrets(&exchange, None, &format!("look at the {label}"));
            self.log
                .push(Logged::look(format!("look at the {label}"), exchange, at));
        }
        look.life
    }
}
