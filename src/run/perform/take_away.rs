//! Everything that the run made and that still lives, revoked and judged: clean-up as a script.

use crate::check::Moment;
use crate::fixture::ProbeKind;
use crate::plan::{Life, Send, Slot};
use crate::run::limits::LIES_MAX;

use super::{Absence, Performer};

impl Performer<'_> {
    /// Sends the request on each instance that is left, and looks at it.
    pub(super) async fn take_away(&mut self, send: &Send) -> Result<(), Absence> {
        let kind = self.fixtures.looker().kind();
        if let ProbeKind::None(why) = kind {
            return Err(self.without_probe(why));
        }
        let mut lies = 0;
        for instance in self.fixtures.remaining() {
            let id = instance.id.clone();
            self.bindings.slots.insert(Slot::Remaining, instance);
            // Without a probe only what was accepted before can be seen to be dead.
            if kind != ProbeKind::Operation {
                self.look(Slot::Remaining, "look before").await;
            }
            let sent = self.send(send).await;
            match self.record.moments.last() {
                Some(Moment::Looked(_, Life::Dead)) => self.fixtures.took_away(&id),
                Some(Moment::Looked(_, Life::Alive)) if self.claims_success() => lies += 1,
                _ => {}
            }
            // What is left then is clean-up's, which tries more than once.
            if sent.is_err() || lies >= LIES_MAX {
                break;
            }
        }
        self.bindings.slots.remove(&Slot::Remaining);
        Ok(())
    }

    fn claims_success(&self) -> bool {
        let last = self.record.sends.last();
        last.is_some_and(crate::check::Sent::is_success)
    }
}
