//! Instances of the other tenant in a script.

use crate::check::KeyTrace;
use crate::plan::{Life, Slot};
use crate::run::limits::DEAD_LEASES_MAX;

use super::{Absence, Performer};

impl Performer<'_> {
    /// Instances of the other tenant: they have no lease, since what names them runs alone.
    pub(super) async fn bind_foreign(&mut self, slots: &[Slot]) -> Result<(), Absence> {
        for slot in slots {
            let fresh = *slot == Slot::ForeignSecond;
            let mut life = Life::Dead;
            for attempt in 0..DEAD_LEASES_MAX {
                let made = self.fixtures.other_instance(fresh || attempt > 0).await;
                let instance = made.map_err(Absence::NotApplicable)?;
                self.bindings.slots.insert(*slot, instance);
                self.record.moments.clear();
                life = self.look(*slot, "look before").await;
                if life != Life::Dead {
                    break;
                }
            }
            let id = self
                .bindings
                .slots
                .get(slot)
                .map(|instance| instance.id.clone());
            let trace = KeyTrace {
                id: id.unwrap_or_default(),
                before: life.clone(),
                after: life,
            };
            self.record.keys.insert(*slot, trace);
        }
        Ok(())
    }
}
