//! What may be stored on the way, and what a browser is told to be careful with.
//!
//! ## Requires   Refusals are not to be stored; over https, https is demanded for later, too, and
//!               media types are not guessed.
//! ## Why        404, 405 and 410 are cacheable by heuristics: a key made later stays unknown.
//! ## Spec       RFC 9110 §15.1; RFC 9111 §5.2.2; ASVS 3.4.1, 3.4.4, 14.3.2; OWASP API8:2023.
//! ## Silent     Hardening fields where the target is plain http (RFC 6797 §7.2).

use super::{Judgement, Subject, Violation, fold};
use crate::http::Response;
use crate::plan::Requirement;

/// A year, in seconds: what ASVS 3.4.1 asks for.
const YEAR_S: u64 = 365 * 24 * 60 * 60;

/// The answer is not to be stored by a shared cache.
pub fn not_storable(subject: &Subject, requirement: &Requirement) -> Judgement {
    fold(subject.selected(requirement).map(|(index, sent)| {
        let Ok(response) = &sent.exchange.outcome else {
            return Judgement::Silent(sent.seen());
        };
        let directives = directives(response, "cache-control");
        let careful = ["no-store", "private", "no-cache"];
        if directives
            .iter()
            .any(|(name, _)| careful.contains(&name.as_str()))
        {
            return Judgement::Satisfied;
        }
        let seen: Vec<&str> = directives.iter().map(|(name, _)| name.as_str()).collect();
        let actual = if seen.is_empty() {
            format!("{} without Cache-Control", response.status)
        } else {
            format!(
                "{} with Cache-Control: {}",
                response.status,
                seen.join(", ")
            )
        };
        let violation = Violation::at(index, "Cache-Control: no-store", actual);
        Judgement::Violated(vec![violation.in_field("Cache-Control")])
    }))
}

/// Over https: Strict-Transport-Security for a year, and `nosniff`.
pub fn hardened(subject: &Subject, _: &Requirement) -> Judgement {
    fold(subject.focus().map(|(index, sent)| {
        if sent.exchange.tls.is_none() {
            return Judgement::Silent("the target is plain http".to_owned());
        }
        let Ok(response) = &sent.exchange.outcome else {
            return Judgement::Silent(sent.seen());
        };
        let mut violations = Vec::new();
        let age = directives(response, "strict-transport-security")
            .into_iter()
            .find(|(name, _)| name == "max-age")
            .and_then(|(_, value)| value.trim_matches('"').parse::<u64>().ok());
        if age.is_none_or(|age| age < YEAR_S) {
            let expected = "Strict-Transport-Security for a year or more";
            let actual = age.map_or_else(|| "none".to_owned(), |age| format!("max-age={age}"));
            let violation = Violation::at(index, expected, actual);
            violations.push(violation.in_field("Strict-Transport-Security"));
        }
        let options = directives(response, "x-content-type-options");
        if !options.iter().any(|(name, _)| name == "nosniff") {
            let expected = "X-Content-Type-Options: nosniff";
            let violation = Violation::at(index, expected, "none");
            violations.push(violation.in_field("X-Content-Type-Options"));
        }
        if violations.is_empty() {
            Judgement::Satisfied
        } else {
            Judgement::Violated(violations)
        }
    }))
}

/// A field's members, names in lower case, with their values.
fn directives(response: &Response, field: &str) -> Vec<(String, String)> {
    let lines = response.header_all(field).map(String::from_utf8_lossy);
    let joined: Vec<String> = lines.map(std::borrow::Cow::into_owned).collect();
    joined
        .join(",")
        .split([',', ';'])
        .filter_map(|member| {
            let (name, value) = member.split_once('=').unwrap_or((member, ""));
            let name = name.trim().to_ascii_lowercase();
            (!name.is_empty()).then(|| (name, value.trim().to_owned()))
        })
        .collect()
}
