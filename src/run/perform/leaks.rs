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
        if redactor.finds_whole(&response.reason) {
            places.push("the reason phrase".to_owned());
        }
        let content = response.content().unwrap_or(&response.body);
        if redactor.finds_whole(content) || redactor.finds_whole(unescaped(content).as_bytes()) {
            places.push("the content".to_owned());
        }
        places
    })
}

/// The names and texts in JSON content, their escapes resolved, a line each.
fn unescaped(content: &[u8]) -> String {
    let mut text = String::new();
    // Without a backslash nothing in it is escaped.
    if content.contains(&b'\\')
        && let Ok(value) = serde_json::from_slice::<serde_json::Value>(content)
    {
        gather(&value, &mut text);
    }
    text
}

fn gather(value: &serde_json::Value, text: &mut String) {
    match value {
        serde_json::Value::String(own) => {
            text.push_str(own);
            text.push('\n');
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| gather(item, text)),
        serde_json::Value::Object(members) => {
            for (name, member) in members {
                text.push_str(name);
                text.push('\n');
                gather(member, text);
            }
        }
        _ => {}
    }
}
