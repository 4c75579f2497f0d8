//! Instances in a script that are made for it: the other tenant's, and such as may everything.

use crate::check::KeyTrace;
use crate::plan::{Life, Slot};
use crate::run::limits::DEAD_LEASES_MAX;

use super::{Absence, Performer};

impl Performer<'_> {
    /// The other tenant's credential is refused here for whose it is, and for nothing else.
    pub(super) async fn other_credential_lives(&mut self) -> Result<(), Absence> {
        match self.fixtures.other_credential_lives().await {
            Life::Alive => Ok(()),
            Life::Dead => Err(Absence::Inconclusive(
                "the other tenant refuses its own credential, so that a refusal here says nothing: \
                 set a live one at `identities.other-tenant`"
                    .to_owned(),
            )),
            Life::Unknown(why) => {
                self.record.notes.push(format!(
                    "the other tenant's credential is not known to be good there: {why}"
                ));
                Ok(())
            }
        }
    }

    /// An instance that may everything: others of the stock may do less. It is the script's only
    /// lease.
    pub(super) async fn bind_privileged(&mut self, slots: &[Slot]) -> Result<(), Absence> {
        for slot in slots {
            let lease = self.fixtures.lease_privileged().await;
            let lease = lease.map_err(|why| Absence::NotApplicable(why.to_string()))?;
            self.bindings
                .slots
                .extend(lease.instances.first().cloned().map(|one| (*slot, one)));
            self.lease = lease;
            let life = self.look(*slot, "look before").await;
            self.trace(*slot, life);
        }
        Ok(())
    }

    /// Two instances that were made with the same content, the older one as the victim.
    pub(in crate::run) async fn bind_twins(&mut self) -> Result<(), Absence> {
        let lease = self.fixtures.lease_twins().await;
        self.lease = lease.map_err(|why| Absence::NotApplicable(why.to_string()))?;
        let instances = self.lease.instances.clone();
        for (slot, instance) in [Slot::Victim, Slot::Twin].into_iter().zip(instances) {
            self.bindings.slots.insert(slot, instance);
            let life = self.look(slot, "look before").await;
            self.trace(slot, life);
        }
        Ok(())
    }

    /// Notes that the instance is as it was seen before the first request.
    fn trace(&mut self, slot: Slot, life: Life) {
        let instance = self.bindings.slots.get(&slot);
        let trace = KeyTrace {
            id: instance.map(|one| one.id.clone()).unwrap_or_default(),
            before: life.clone(),
            after: life,
        };
        self.record.keys.insert(slot, trace);
    }

    /// Instances of the other tenant: they have no lease, since what names them runs alone.
    pub(super) async fn bind_foreign(&mut self, slots: &[Slot]) -> Result<(), Absence> {
        for slot in slots {
            let fresh = *slot == Slot::ForeignSecond;
            let mut life = Life::Dead;
            for attempt in 0..DEAD_LEASES_MAX {
                let made = self.fixtures.other_instance(fresh || attempt > 0).await;
                let instance = made.map_err(|reason| self.without_probe(reason))?;
                self.bindings.slots.insert(*slot, instance);
                self.record.moments.clear();
                let id = self.bindings.slots.get(slot).map(|one| one.id.clone());
                life = self.look(*slot, "look before").await;
                if life != Life::Dead {
                    self.fixtures.seen_there(id);
                    break;
                }
                self.fixtures.lost_there(id);
            }
            self.trace(*slot, life);
        }
        Ok(())
    }
}
