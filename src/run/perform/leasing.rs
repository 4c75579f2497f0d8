//! Which instances a script gets, so that what it may hit is its own.

use crate::fixture::{Instance, Lease, Unavailable, Wish};
use crate::plan::{CredentialClass, PathClass, Send, Tier};
use crate::run::limits::CLAIMS_MAX;
use crate::run::render::with_id_text;

use super::{Absence, Performer};

impl<'a> Performer<'a> {
    /// Why a script that needs the probe is not performed: where the target has none it does not
    /// apply; where the probe is faulty, nobody knows.
    pub(super) fn without_probe(&self, reason: String) -> Absence {
        match self.fixtures.looker().fault() {
            Some(fault) => Absence::Inconclusive(fault),
            None => Absence::NotApplicable(reason),
        }
    }

    pub(super) async fn lease(&self, count: usize) -> Result<Lease, Unavailable> {
        let odd: Vec<&Send> = self.odd_sends().collect();
        // What runs alone takes from no other script, and may be about what it hits beside.
        let alone = self.script.alone;
        if odd.is_empty() || (alone && self.fixtures.allow() == Tier::Tenant) {
            return self.fixtures.lease(count, &Wish::Any).await;
        }
        let harmless = |instance: &Instance| {
            odd.iter().all(|send| {
                let look = |text: &str| {
                    if alone {
                        self.fixtures.is_harmless(text)
                    } else {
                        self.fixtures.misleads_nobody(text, instance)
                    }
                };
                with_id_text(&send.template, |_| Some(instance), look).unwrap_or(true)
            })
        };
        for _ in 0..CLAIMS_MAX {
            let mut lease = self.fixtures.lease(count, &Wish::First(&harmless)).await?;
            if alone || self.claims(&mut lease, &odd) {
                return Ok(lease);
            }
            self.fixtures.release(lease);
        }
        Err(Unavailable::new(
            "whatever a sloppy target could read from the id was in use by other cases each time",
        ))
    }

    /// Whether whatever can be read from the requests' ids is now this script's alone.
    fn claims(&self, lease: &mut Lease, odd: &[&Send]) -> bool {
        let Some(first) = lease.instances.first().cloned() else {
            return true;
        };
        odd.iter().all(|send| {
            let claim = |text: &str| self.fixtures.claim(lease, text);
            with_id_text(&send.template, |_| Some(&first), claim).unwrap_or(true)
        })
    }

    /// The requests whose path a sloppy target may misread.
    fn odd_sends(&self) -> impl Iterator<Item = &'a Send> {
        self.script
            .sends()
            .filter(|send| send.path != Some(PathClass::Canonical) && !send.template.is_safe())
    }

    /// Whether all readings of the ids are ours or nobody's, now that it is known which they are.
    pub(super) fn reads_harmlessly(&self) -> Result<(), Absence> {
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
    pub(super) fn may_stand_in(&self) -> bool {
        self.script.sends().all(|send| {
            send.credential == CredentialClass::Insufficient
                && send.path == Some(PathClass::Canonical)
                && !send.template.carries_live_secret()
        })
    }
}
