//! Where an answer holds a secret of the run: only the run knows them all.

use crate::check::Leak;
use crate::fixture::SharedRedactor;
use crate::http::Exchange;

use super::Performer;

impl Performer<'_> {
    /// Writes down where an answer holds a secret of the run.
    pub(in crate::run) fn look_for_secrets(
        &mut self,
        exchange: &Exchange,
        index: Option<usize>,
        label: &str,
    ) {
        let redactor = self.fixtures.messenger().redactor();
        let places = leaks(exchange, redactor);
        if places.is_empty() {
            return;
        }
        let owner = self.owner_of_secret_in(exchange);
        let leaks = places.into_iter().map(|place| Leak {
            exchange: index,
            label: label.to_owned(),
            owner: owner.clone(),
            place,
        });
        self.record.leaks.extend(leaks);
    }
}

/// The places of the answer in which a whole secret stands, in whatever encoding.
///
/// It is asked before what the answer itself hands out becomes known.
fn leaks(exchange: &Exchange, redactor: &SharedRedactor) -> Vec<String> {
    let Ok(response) = &exchange.outcome else {
        return Vec::new();
    };
    redactor.with(|redactor| {
        let fields = response.headers.iter().chain(&response.trailers);
        let mut places: Vec<String> = fields
            .filter(|(_, value)| redactor.finds_whole(value))
            .map(|(name, _)| format!("the field {name}"))
            .collect();
        let content = response.content().unwrap_or(&response.body);
        if redactor.finds_whole(content) {
            places.push("the content".to_owned());
        }
        places
    })
}
