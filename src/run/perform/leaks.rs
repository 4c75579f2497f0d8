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
        let leaks = leaks(exchange, redactor).into_iter();
        self.record.leaks.extend(leaks.map(|(place, echoed)| Leak {
            exchange: index,
            label: label.to_owned(),
            place,
            echoed,
        }));
    }
}

/// The places of the answer in which a whole secret stands, in whatever encoding, and whether all
/// that stand there are the request's own, from its target or content.
///
/// It is asked before what the answer itself hands out becomes known.
fn leaks(exchange: &Exchange, redactor: &SharedRedactor) -> Vec<(String, bool)> {
    let Ok(response) = &exchange.outcome else {
        return Vec::new();
    };
    redactor.with(|redactor| {
        let content = response.content().unwrap_or(&response.body);
        let fields = response.headers.iter().chain(&response.trailers);
        let places = fields
            .map(|(name, value)| (format!("the field {name}"), value.as_slice()))
            .chain(std::iter::once(("the content".to_owned(), content)));
        let mut found: Vec<_> = places
            .map(|(place, bytes)| (place, redactor.whole_secrets(bytes)))
            .filter(|(_, secrets)| !secrets.is_empty())
            .collect();
        if found.is_empty() {
            return Vec::new();
        }
        let (target, fields, content) = parts(&exchange.sent);
        let mut own = redactor.whole_secrets(target);
        own.extend(redactor.whole_secrets(content));
        // What went as a credential is one, wherever else it stood.
        for credential in redactor.whole_secrets(fields) {
            own.remove(credential);
        }
        found
            .drain(..)
            .map(|(place, secrets)| (place, secrets.is_subset(&own)))
            .collect()
    })
}

/// The request line, the fields and the content of a request as it was sent.
fn parts(sent: &[u8]) -> (&[u8], &[u8], &[u8]) {
    let cut = |bytes: &'_ [u8], mark: &[u8]| {
        let mut windows = bytes.windows(mark.len());
        let at = windows.position(|window| window == mark);
        at.map_or(bytes.len(), |at| at + mark.len())
    };
    let (head, content) = sent.split_at(cut(sent, b"\r\n\r\n"));
    let (line, fields) = head.split_at(cut(head, b"\r\n"));
    (line, fields, content)
}

#[cfg(test)]
mod tests {
    use super::leaks;
    use crate::fixture::SharedRedactor;
    use crate::http::{Exchange, Redactor, Request, Response, Secret};

    const ONE: &str = "first-secret-1";
    const TWO: &str = "second-secret-2";

    fn check(sent: &str, body: &str, expected: &[bool]) {
        let secrets = [ONE, TWO].map(|text| Secret::new(text).expect("long enough"));
        let redactor = SharedRedactor::new(Redactor::new(b"key", secrets));
        let response = Response {
            status: 404,
            body: body.as_bytes().to_vec(),
            ..Response::default()
        };
        let mut exchange = Exchange::new(Request::new("DELETE", "/"), Ok(response));
        exchange.sent = sent.as_bytes().to_vec();
        let found = leaks(&exchange, &redactor);
        let echoed: Vec<bool> = found.into_iter().map(|(_, echoed)| echoed).collect();
        assert_eq!(echoed, expected, "{sent} {body}");
    }

    #[test]
    fn only_what_the_target_or_the_content_had_is_an_echo() {
        let in_path = format!("DELETE /keys/{ONE} HTTP/1.1\r\nX-Api-Key: {TWO}\r\n\r\n");
        check(&in_path, "nothing", &[]);
        check(&in_path, &format!("no key {ONE}"), &[true]);
        check(&in_path, &format!("no right {TWO}"), &[false]);
        check(&in_path, &format!("{ONE} {TWO}"), &[false]);
        let in_content = format!("POST /keys HTTP/1.1\r\nHost: a\r\n\r\n{{\"key\":\"{ONE}\"}}");
        check(&in_content, ONE, &[true]);
        check(&in_content, TWO, &[false]);
        let both = format!("DELETE /keys/{ONE} HTTP/1.1\r\nX-Api-Key: {ONE}\r\n\r\n");
        check(&both, ONE, &[false]);
    }
}
