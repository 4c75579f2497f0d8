//! Where an answer holds a secret of the run: only the run knows them all.

use crate::check::{Leak, LeakPlace};
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
        let leaks = leaks(exchange, redactor).into_iter().map(|place| Leak {
            exchange: index,
            label: label.to_owned(),
            place,
        });
        self.record.leaks.extend(leaks);
    }
}

/// The places of the answer in which a whole secret stands, in whatever encoding.
///
/// It is asked before what the answer itself hands out becomes known.
fn leaks(exchange: &Exchange, redactor: &SharedRedactor) -> Vec<LeakPlace> {
    let Ok(response) = &exchange.outcome else {
        return Vec::new();
    };
    redactor.with(|redactor| {
        let mut places = Vec::new();
        if redactor.finds_whole(&response.reason) {
            places.push(LeakPlace::Reason);
        }
        let interim = response.interim.iter().flat_map(|interim| &interim.headers);
        for (fields, place) in [
            (
                interim.collect(),
                LeakPlace::InterimField as fn(String) -> _,
            ),
            (response.headers.iter().collect(), LeakPlace::Field as _),
            (response.trailers.iter().collect(), LeakPlace::Trailer as _),
        ] {
            let fields: Vec<&(String, Vec<u8>)> = fields;
            let holding = fields
                .iter()
                .filter(|(_, value)| redactor.finds_whole(value));
            places.extend(holding.map(|(name, _)| place(name.clone())));
        }
        let content = response.content().unwrap_or(&response.body);
        if redactor.finds_whole(content) {
            places.push(LeakPlace::Content);
        }
        // What no part of it shows alone.
        if places.is_empty() && redactor.finds_whole(&around_content(exchange)) {
            places.push(LeakPlace::Framing);
        }
        places
    })
}

/// The bytes received without those of the content, and those behind its end.
fn around_content(exchange: &Exchange) -> Vec<u8> {
    let mut around = Vec::new();
    let mut from = 0;
    for range in &exchange.body_ranges {
        let gap = exchange.received.get(from..range.start);
        around.extend_from_slice(gap.unwrap_or_default());
        from = range.end;
    }
    around.extend_from_slice(exchange.received.get(from..).unwrap_or_default());
    around.extend_from_slice(&exchange.stray);
    around
}
