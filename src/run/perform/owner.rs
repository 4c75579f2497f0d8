//! Whose secret an answer holds, in words.

use crate::http::{Exchange, Secret};
use crate::plan::Holder;

use super::Performer;

impl Performer<'_> {
    /// Whose secret stands in the answer, as far as this script knows them: its instances by id,
    /// its identities by name.
    pub(super) fn owner_of_secret_in(&self, exchange: &Exchange) -> String {
        let places = places(exchange);
        let stands = |secret: &Secret| places.iter().any(|place| secret.occurs_in(place));
        let slots = self.bindings.slots.iter();
        let instances = slots
            .map(|(slot, instance)| (&instance.secret, format!("the {slot} (id {})", instance.id)));
        let holders = self.bindings.holders.iter();
        let holders = holders.map(|(holder, credential)| (&credential.secret, holder.to_string()));
        let admin = self.fixtures.admin().into_iter();
        let admin = admin.map(|secret| (secret, Holder::Admin.to_string()));
        let known = instances.chain(holders.map(the)).chain(admin.map(the));
        let mut known = known.filter(|(secret, _)| stands(secret));
        let owner = known.next().map(|(_, owner)| owner);
        owner.map_or_else(
            || "a secret of this run".to_owned(),
            |owner| format!("the secret of {owner}"),
        )
    }
}

fn the((secret, name): (&Secret, String)) -> (&Secret, String) {
    (secret, format!("the {name} identity"))
}

/// The parts of an answer that may hold a secret.
fn places(exchange: &Exchange) -> Vec<&[u8]> {
    let Some(response) = exchange.response() else {
        return Vec::new();
    };
    let fields = response.headers.iter().chain(&response.trailers);
    let fields = fields.map(|(_, value)| value.as_slice());
    let content = response.content().unwrap_or(&response.body);
    fields.chain([content, &response.reason]).collect()
}
