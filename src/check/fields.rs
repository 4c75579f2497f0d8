//! Fields that HTTP demands of an answer, whatever the operation.
//!
//! ## Requires   Date in every 2xx, 3xx and 4xx, in its one form; a Retry-After that can be read;
//!               an unsafe request's answer never out of a cache.
//! ## Why        Caches, clocks and retries run on these fields.
//! ## Spec       RFC 9110 §6.6.1, §5.6.7, §10.2.3, §9.3.5; RFC 9111 §5.1; RFC 9211; RFC 6585 §4.
//! ## Silent     After 5xx; where the run saw no limit and no outage.

use super::{Judgement, Subject, Violation, fold};
use crate::http::Response;
use crate::plan::Requirement;

/// The answer says when it was made, as RFC 9110 §5.6.7 wants it written.
pub fn date(subject: &Subject, requirement: &Requirement) -> Judgement {
    fold(subject.selected(requirement).map(|(index, sent)| {
        let Some(response) = sent.exchange.response() else {
            return Judgement::Silent(sent.seen());
        };
        if response.status >= 500 {
            let status = response.status;
            return Judgement::Silent(format!("a {status} need not have a Date"));
        }
        let expected = "a Date such as `Sun, 06 Nov 1994 08:49:37 GMT`";
        let violated = |actual: String| {
            Judgement::Violated(vec![
                Violation::at(index, expected, actual).in_field("Date"),
            ])
        };
        match response.header("Date") {
            None => violated(format!("{} without it", response.status)),
            Some(value) if is_http_date(&String::from_utf8_lossy(value)) => Judgement::Satisfied,
            Some(value) => violated(format!("Date: {}", String::from_utf8_lossy(value).trim())),
        }
    }))
}

/// The answer to an unsafe request did not come out of a cache.
pub fn not_from_cache(subject: &Subject, requirement: &Requirement) -> Judgement {
    fold(subject.selected(requirement).map(|(index, sent)| {
        let Some(response) = sent.exchange.response() else {
            return Judgement::Silent(sent.seen());
        };
        let method = &sent.send.template.method;
        if sent.send.template.is_safe() {
            return Judgement::Silent(format!("an answer to {method} may come from a cache"));
        }
        cache_sign(response).map_or(Judgement::Satisfied, |sign| {
            let expected = format!("an answer to {method} that no cache gives");
            let name = sign.split(':').next().unwrap_or_default().to_owned();
            let violation = Violation::at(index, expected, sign);
            Judgement::Violated(vec![violation.in_field(&name)])
        })
    }))
}

/// Every Retry-After of the run can be read.
pub fn retry_after(subject: &Subject, _: &Requirement) -> Judgement {
    if subject.record.limits.is_empty() {
        return Judgement::Silent("no answer of this run had a Retry-After".to_owned());
    }
    fold(subject.record.limits.iter().map(|(status, value)| {
        let value = value.trim();
        let seconds = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
        if seconds || is_http_date(value) {
            return Judgement::Satisfied;
        }
        Judgement::Violated(vec![Violation::of_state(
            "Retry-After: a number of seconds or a date",
            format!("{status} with Retry-After: {value}"),
        )])
    }))
}

/// What is only told: how long exchanges took.
pub fn latency(_: &Subject, _: &Requirement) -> Judgement {
    Judgement::Satisfied
}

/// The one form that may be generated: an IMF-fixdate (RFC 9110 §5.6.7).
fn is_http_date(value: &str) -> bool {
    let value = value.trim();
    httpdate::parse_http_date(value).is_ok_and(|time| httpdate::fmt_http_date(time) == value)
}

/// A sign that a cache gave the answer.
fn cache_sign(response: &Response) -> Option<String> {
    let text = |name: &str| {
        let value = response.header(name)?;
        Some(String::from_utf8_lossy(value).trim().to_owned())
    };
    let age = text("Age").filter(|value| value.parse::<u64>().is_ok_and(|seconds| seconds > 0));
    let hit = text("X-Cache").filter(|value| value.to_ascii_lowercase().starts_with("hit"));
    let status = text("Cache-Status").filter(|value| {
        let mut parameters = value.split([';', ',']);
        parameters.any(|parameter| parameter.trim() == "hit")
    });
    age.map(|value| format!("Age: {value}"))
        .or(hit.map(|value| format!("X-Cache: {value}")))
        .or(status.map(|value| format!("Cache-Status: {value}")))
}

#[cfg(test)]
mod tests {
    use super::is_http_date;

    #[test]
    fn only_the_preferred_form_of_a_date_may_be_sent() {
        assert!(is_http_date("Sun, 06 Nov 1994 08:49:37 GMT"));
        for other in [
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Sun, 06 Nov 1994 08:49:37 +0000",
            "1994-11-06T08:49:37Z",
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "",
        ] {
            assert!(!is_http_date(other), "{other}");
        }
    }
}
