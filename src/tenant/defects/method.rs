//! Defects of the method: what else than DELETE revokes, and how other methods are answered.

use super::Class::Protocol;
use super::{Defect, defect};
use crate::tenant::answer::{Answer, Pace};
use crate::tenant::call::{Call, Refusal};
use crate::tenant::hooks::Hook;
use crate::tenant::operations::{revoke_in, strict_id};
use crate::tenant::routes::Resource;

/// The fields that override a method.
const OVERRIDES: [&str; 3] = [
    "X-HTTP-Method-Override",
    "X-HTTP-Method",
    "X-Method-Override",
];

pub(super) static TABLE: &[Defect] = &[
    defect(
        (Protocol, "get-revokes", "RAK-MET-01"),
        "GET of a key revokes it",
        &[Hook::Instead(|call| revoke_by(call, "GET", true))],
    ),
    defect(
        (Protocol, "get-500", "RAK-MET-01"),
        "GET of a key is answered with 500",
        &[Hook::Instead(|call| {
            is(call, "GET").then(|| Answer::message(500, "Call to undefined method show()"))
        })],
    ),
    defect(
        (Protocol, "405-without-allow", "RAK-MET-02"),
        "a 405 has no Allow",
        &[Hook::Answer(|_, answer| {
            if answer.status == 405 {
                answer.remove("Allow");
            }
        })],
    ),
    defect(
        (Protocol, "405-allows-the-wrong-method", "RAK-MET-03"),
        "the Allow of a 405 does not list DELETE",
        &[Hook::Answer(|_, answer| {
            if answer.status == 405 {
                answer.set("Allow", "GET, OPTIONS");
            }
        })],
    ),
    defect(
        (Protocol, "post-revokes-without-key", "RAK-MET-04"),
        "POST to a key revokes it without a key",
        &[Hook::Instead(|call| revoke_by(call, "POST", false))],
    ),
    defect(
        (Protocol, "put-revokes", "RAK-MET-04"),
        "PUT to a key revokes it",
        &[Hook::Instead(|call| revoke_by(call, "PUT", true))],
    ),
    defect(
        (Protocol, "patch-revokes-behind-405", "RAK-MET-04"),
        "PATCH to a key revokes it and is answered with 405",
        &[Hook::Answer(|call, _| {
            if is(call, "PATCH") {
                call.revoke_addressed();
            }
        })],
    ),
    defect(
        (Protocol, "put-without-key-200", "RAK-MET-04"),
        "PUT to a key without a key is answered with 200",
        &[Hook::Instead(|call| {
            let keyless = call.authenticate().err() == Some(Refusal::Missing);
            (is(call, "PUT") && keyless).then(|| Answer::message(200, "Updated."))
        })],
    ),
    defect(
        (Protocol, "head-has-content", "RAK-MET-05"),
        "the answer to HEAD of a key has content",
        &[Hook::Answer(|call, answer| {
            if is(call, "HEAD") {
                answer.headless = false;
            }
        })],
    ),
    defect(
        (Protocol, "head-revokes", "RAK-MET-05"),
        "HEAD of a key revokes it",
        &[Hook::Answer(|call, _| {
            if is(call, "HEAD") && call.authenticate().is_ok() {
                call.revoke_addressed();
            }
        })],
    ),
    defect(
        (Protocol, "trace-echoes", "RAK-MET-06"),
        "TRACE is answered with the request, key included",
        &[Hook::Instead(|call| {
            let mut echo = Answer::bare(200);
            echo.set_content("message/http", call.request.head.clone());
            (call.request.method == "TRACE").then_some(echo)
        })],
    ),
    defect(
        (Protocol, "unknown-method-500", "RAK-MET-07"),
        "an unknown method is answered with 500",
        &[Hook::Answer(|_, answer| {
            if answer.status == 501 {
                answer.become_like(Answer::message(500, "Server Error"));
            }
        })],
    ),
    defect(
        (Protocol, "unknown-method-hangs-up", "RAK-MET-07"),
        "an unknown method ends the connection without an answer",
        &[Hook::Answer(|_, answer| {
            if answer.status == 501 {
                answer.pace = Pace::Reset;
            }
        })],
    ),
    defect(
        (Protocol, "unknown-method-200", "RAK-MET-07"),
        "an unknown method is answered with 200",
        &[Hook::Answer(|_, answer| {
            if answer.status == 501 {
                answer.become_like(Answer::message(200, "OK"));
            }
        })],
    ),
    defect(
        (
            Protocol,
            "lower-case-delete-204-without-effect",
            "RAK-MET-07",
        ),
        "the method delete is answered with 204 and revokes nothing",
        &[Hook::Instead(|call| {
            is(call, "delete").then(|| Answer::bare(204))
        })],
    ),
    defect(
        (Protocol, "letter-case-of-methods-is-ignored", "RAK-MET-07"),
        "the method delete is served as DELETE",
        &[Hook::Request(|_, request| {
            if request.method == "delete" {
                request.method = "DELETE".to_owned();
            }
        })],
    ),
    defect(
        (Protocol, "method-override-needs-no-key", "RAK-MET-08"),
        "an override field makes a POST a DELETE, behind the guard",
        &[Hook::Instead(|call| {
            let named = OVERRIDES
                .iter()
                .any(|name| call.request.mentions(name, "delete"));
            overridden(call, named, Refusal::Missing)
        })],
    ),
    defect(
        (Protocol, "method-override-needs-no-scope", "RAK-MET-08"),
        "an override field makes a POST a DELETE, for keys of any scope",
        &[Hook::Instead(|call| {
            let named = OVERRIDES
                .iter()
                .any(|name| call.request.mentions(name, "delete"));
            overridden(call, named, Refusal::Insufficient)
        })],
    ),
    defect(
        (Protocol, "method-parameter-needs-no-key", "RAK-MET-08"),
        "_method=DELETE in query or body makes a POST a DELETE, behind the guard",
        &[Hook::Instead(|call| {
            let query = call.request.query_value("_method");
            let method = query.or_else(|| call.request.body_value("_method"));
            let named = method.is_some_and(|method| method.eq_ignore_ascii_case("DELETE"));
            overridden(call, named, Refusal::Missing)
        })],
    ),
    defect(
        (Protocol, "options-revokes", "RAK-MET-09"),
        "OPTIONS of a key revokes it",
        &[Hook::Answer(|call, _| {
            if is(call, "OPTIONS") {
                call.revoke_addressed();
            }
        })],
    ),
    defect(
        (Protocol, "options-without-allow", "RAK-MET-09"),
        "OPTIONS succeeds without Allow",
        &[Hook::Answer(|call, answer| {
            if is(call, "OPTIONS") {
                answer.remove("Allow");
            }
        })],
    ),
    defect(
        (Protocol, "preflight-reflects-origin", "RAK-MET-10"),
        "a preflight from any origin is allowed, with credentials",
        &[Hook::Answer(|call, answer| {
            if call.request.method == "OPTIONS" {
                reflect_origin(call, answer);
            }
        })],
    ),
    defect(
        (Protocol, "refusal-reflects-origin", "RAK-MET-10"),
        "a refusal may be read by any origin, with credentials",
        &[Hook::Answer(|call, answer| {
            if answer.status == 401 {
                reflect_origin(call, answer);
            }
        })],
    ),
];

/// Whether the request has this method and addresses one key.
fn is(call: &Call<'_>, method: &str) -> bool {
    call.request.method == method && matches!(call.resource, Some(Resource::ApiKey(_)))
}

/// Revokes the addressed key by another method, guarded or not.
fn revoke_by(call: &mut Call<'_>, method: &str, guarded: bool) -> Option<Answer> {
    if !is(call, method) || (guarded && call.authenticate().is_err()) {
        return None;
    }
    let id = strict_id(call.path_value()?)?;
    Some(revoke_in(call, call.realm, id))
}

/// Takes a GET or POST for a DELETE, if authentication would refuse for this reason.
fn overridden(call: &mut Call<'_>, named: bool, refusal: Refusal) -> Option<Answer> {
    let method = is(call, "GET") || is(call, "POST");
    if !method || !named || call.authenticate().err() != Some(refusal) {
        return None;
    }
    let id = strict_id(call.path_value()?)?;
    Some(revoke_in(call, call.realm, id))
}

fn reflect_origin(call: &Call<'_>, answer: &mut Answer) {
    if let Some(origin) = call.request.value("origin") {
        answer.add("Access-Control-Allow-Origin", &origin);
        answer.add("Access-Control-Allow-Credentials", "true");
    }
}
