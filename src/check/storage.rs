//! What may be stored on the way, and what a browser is told to be careful with.
//!
//! ## Requires   Nothing lets a cache keep a refusal for later callers; over https, https is
//!               demanded for later, too, and media types are not guessed.
//! ## Why        A refusal that a cache keeps hides a key made later, and meets other callers.
//! ## Spec       RFC 9110 §9.3.5, §15.1; RFC 9111 §3, §4.2.1, §4.2.2, §5.2.2; ASVS 3.4.1, 3.4.4,
//!               14.3.2; OWASP API8:2023.
//! ## Silent     A refusal of an unsafe method that says nothing of storage: no cache may keep it
//!               (RFC 9111 §3). Hardening fields where the target is plain http (RFC 6797 §7.2).

use super::{Judgement, Subject, Violation, fold};
use crate::http::Response;
use crate::plan::Requirement;

/// A year, in seconds: what ASVS 3.4.1 asks for.
const YEAR_S: u64 = 365 * 24 * 60 * 60;

/// No cache may keep the answer and give it to others.
pub fn not_storable(subject: &Subject, requirement: &Requirement) -> Judgement {
    fold(subject.selected(requirement).map(|(index, sent)| {
        let Ok(response) = &sent.exchange.outcome else {
            return Judgement::Silent(sent.seen());
        };
        let method = &sent.exchange.request.method;
        let Some(permission) = permission(method, response) else {
            return Judgement::Satisfied;
        };
        let actual = format!("{} {permission}", response.status);
        let violation = Violation::at(index, "Cache-Control: no-store", actual);
        Judgement::Violated(vec![violation.in_field("Cache-Control")])
    }))
}

/// What lets a cache keep the answer, where anything does.
///
/// An answer has to permit it itself (RFC 9111 §3): by `public`, by a time for which it is fresh,
/// or by a status that is cacheable by heuristics. The last counts for `GET` and `HEAD` alone: no
/// other method has a definition of how its answers would be cached without being told, and
/// RFC 9110 §9.3.5 says outright that answers to `DELETE` are not cacheable. Frameworks leave
/// `Cache-Control` out of such refusals, rightly.
fn permission(method: &str, response: &Response) -> Option<String> {
    let directives = directives(response, "cache-control");
    let has = |wanted: &str| directives.iter().any(|(name, _)| name == wanted);
    if has("no-store") || has("private") || has("no-cache") {
        return None;
    }
    let lifetime_s = ["s-maxage", "max-age"].into_iter().find_map(|wanted| {
        let (_, value) = directives.iter().find(|(name, _)| name == wanted)?;
        value.trim_matches('"').parse::<u64>().ok()
    });
    let fresh = match lifetime_s {
        Some(seconds) => seconds > 0,
        None => has("public") || expires_later(response),
    };
    let named: Vec<&str> = directives.iter().map(|(name, _)| name.as_str()).collect();
    let by_heuristics = matches!(method, "GET" | "HEAD")
        && lifetime_s.is_none()
        && response.header("expires").is_none()
        && matches!(response.status, 404 | 405 | 410);
    match (fresh, named.is_empty()) {
        (true, true) => Some("with a later Expires".to_owned()),
        (true, false) => Some(format!("with Cache-Control: {}", named.join(", "))),
        (false, true) if by_heuristics => Some(format!("to {method} without Cache-Control")),
        (false, false) if by_heuristics => Some(format!(
            "to {method} with Cache-Control: {}",
            named.join(", ")
        )),
        _ => None,
    }
}

/// Whether `Expires` names a time after the answer's own `Date` (RFC 9111 §4.2.1).
fn expires_later(response: &Response) -> bool {
    let time = |name| {
        let value = std::str::from_utf8(response.header(name)?).ok()?;
        httpdate::parse_http_date(value.trim()).ok()
    };
    match (time("expires"), time("date")) {
        (Some(expires), Some(date)) => expires > date,
        _ => false,
    }
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

#[cfg(test)]
mod tests {
    use super::permission;
    use crate::http::Response;

    fn check(method: &str, status: u16, fields: &[(&str, &str)], expected: Option<&str>) {
        let fields = fields.iter();
        let response = Response {
            status,
            headers: fields
                .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
                .collect(),
            ..Response::default()
        };
        let found = permission(method, &response);
        assert_eq!(found.as_deref(), expected, "{method} {status}");
    }

    #[test]
    fn a_refusal_of_an_unsafe_method_is_kept_only_where_it_says_so() {
        let date = ("Date", "Thu, 26 Nov 2026 01:00:00 GMT");
        let later = ("Expires", "Thu, 26 Nov 2026 02:00:00 GMT");
        let past = ("Expires", "Thu, 01 Jan 1970 00:00:00 GMT");
        for method in ["DELETE", "POST", "PUT", "OPTIONS", "REVOKE"] {
            for status in [401, 404, 405, 410] {
                check(method, status, &[], None);
                check(method, status, &[date, past], None);
                check(method, status, &[("Cache-Control", "max-age=0")], None);
                check(method, status, &[("Cache-Control", "private")], None);
            }
            let cached = [("Cache-Control", "max-age=60")];
            check(method, 404, &cached, Some("with Cache-Control: max-age"));
            let public = [("Cache-Control", "public")];
            check(method, 401, &public, Some("with Cache-Control: public"));
            check(method, 401, &[date, later], Some("with a later Expires"));
        }
    }

    #[test]
    fn what_is_cacheable_by_heuristics_is_so_for_safe_methods_alone() {
        for status in [404, 405, 410] {
            let expected = Some("to GET without Cache-Control");
            check("GET", status, &[], expected);
            check("GET", status, &[("Cache-Control", "no-store")], None);
            check("GET", status, &[("Expires", "0")], None);
        }
        check("GET", 401, &[], None);
        check("HEAD", 404, &[], Some("to HEAD without Cache-Control"));
    }
}
