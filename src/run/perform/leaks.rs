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
        let places = leaks(exchange, redactor);
        if places.is_empty() {
            return;
        }
        let owner = self.owner_of_secret_in(exchange);
        let leaks = places.into_iter();
        self.record.leaks.extend(leaks.map(|(place, echoed)| Leak {
            exchange: index,
            label: label.to_owned(),
            owner: owner.clone(),
            place,
            echoed,
        }));
    }
}

/// The places of the answer in which a whole secret stands, in whatever encoding, and whether all
/// that stand there are the request's own, from its target or content.
///
/// It is asked before what the answer itself hands out becomes known.
fn leaks(exchange: &Exchange, redactor: &SharedRedactor) -> Vec<(LeakPlace, bool)> {
    let Ok(response) = &exchange.outcome else {
        return Vec::new();
    };
    redactor.with(|redactor| {
        let fields = |fields: &[(String, Vec<u8>)], place: fn(String) -> LeakPlace| {
            let named = fields
                .iter()
                .map(|(name, value)| (place(name.clone()), value.clone()));
            named.collect::<Vec<_>>()
        };
        let content = response.content().unwrap_or(&response.body);
        let mut places = vec![(LeakPlace::Reason, response.reason.clone())];
        for interim in &response.interim {
            places.extend(fields(&interim.headers, LeakPlace::InterimField));
        }
        places.extend(fields(&response.headers, LeakPlace::Field));
        places.extend(fields(&response.trailers, LeakPlace::Trailer));
        places.push((LeakPlace::Content, content.to_vec()));
        let holding = |places: Vec<(LeakPlace, Vec<u8>)>| {
            let found = places
                .into_iter()
                .map(|(place, bytes)| (place, redactor.whole_secrets(&bytes)))
                .filter(|(_, secrets)| !secrets.is_empty());
            found.collect::<Vec<_>>()
        };
        let mut found = holding(places);
        // What no part of it shows alone.
        if found.is_empty() {
            found = holding(vec![(LeakPlace::Framing, around_content(exchange))]);
        }
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
