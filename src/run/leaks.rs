//! Where an answer holds a secret of the run: only the run knows them all.

use crate::fixture::SharedRedactor;
use crate::http::Exchange;

/// The places of the answer in which a whole secret stands, in whatever encoding.
///
/// It is asked before what the answer itself hands out becomes known.
#[must_use]
pub fn leaks(exchange: &Exchange, redactor: &SharedRedactor) -> Vec<String> {
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
