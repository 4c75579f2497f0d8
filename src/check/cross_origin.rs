//! What a page of another origin may read.
//!
//! ## Requires   No answer lets a foreign origin read it together with the caller's credentials.
//! ## Why        A server that repeats whatever origin asks trusts every page in the world.
//! ## Spec       ASVS 3.4.2; OWASP API8:2023.
//! ## Silent     Where there is no answer.

use super::{Judgement, Subject, Violation, fold};
use crate::plan::Requirement;
use crate::plan::rules::FOREIGN_ORIGIN;

/// No foreign origin is let in with credentials.
pub fn no_foreign_origin(subject: &Subject, _: &Requirement) -> Judgement {
    fold(subject.focus().map(|(index, sent)| {
        let Ok(response) = &sent.exchange.outcome else {
            return Judgement::Silent(sent.seen());
        };
        let field = |name: &str| {
            let value = response.header(name).unwrap_or_default();
            String::from_utf8_lossy(value).trim().to_owned()
        };
        let origin = field("access-control-allow-origin");
        let credentials = field("access-control-allow-credentials");
        let let_in = origin.eq_ignore_ascii_case(FOREIGN_ORIGIN) || origin == "null";
        if let_in && credentials.eq_ignore_ascii_case("true") {
            let actual = format!("{} allows `{origin}` with credentials", response.status);
            let expected = "no foreign origin with credentials";
            let violation = Violation::at(index, expected, actual);
            return Judgement::Violated(vec![violation.in_field("Access-Control-Allow-Origin")]);
        }
        Judgement::Satisfied
    }))
}
