//! Defects that show now and then: by counters, so that the same requests meet them again.

use super::Class::Flaky;
use super::effect::{live, neighbour};
use super::protocol::has_revoked;
use super::response::succeed;
use super::{Defect, defect};
use crate::tenant::answer::{Answer, Framing};
use crate::tenant::call::{Call, Refusal};
use crate::tenant::hooks::Hook;

pub(super) static TABLE: &[Defect] = &[
    defect(
        (Flaky, "every-fifth-revocation-is-lost", "RAK-EFF-13"),
        "every fifth revocation is answered with 204 and has no effect",
        &[Hook::Revoke(|call, id| {
            let lost = live(call, id) && call.state.every(5, "lost revocation");
            lost.then(|| Answer::bare(204))
        })],
    ),
    defect(
        (Flaky, "first-revocation-is-lost", "RAK-EFF-13"),
        "the first revocation after the start is answered with 204 and has no effect",
        &[Hook::Revoke(|call, id| {
            let first = live(call, id) && call.state.noted("revoked").is_none();
            call.state.note("revoked", "");
            first.then(|| Answer::bare(204))
        })],
    ),
    defect(
        (Flaky, "every-fifth-revocation-500", "RAK-CON-01"),
        "every fifth revocation is answered with 500 and has no effect",
        &[Hook::Revoke(|call, id| {
            let fails = live(call, id) && call.state.every(5, "failed revocation");
            fails.then(|| Answer::message(500, "Server Error"))
        })],
    ),
    defect(
        (Flaky, "every-fifth-revocation-404", "RAK-CON-15"),
        "every fifth revocation of a live key is answered with 404 and has no effect",
        &[Hook::Revoke(|call, id| {
            let missed = live(call, id) && call.state.every(5, "missed revocation");
            missed.then(|| Answer::message(404, "Not found."))
        })],
    ),
    defect(
        (
            Flaky,
            "every-fifth-revocation-404-after-effect",
            "RAK-EFF-13",
        ),
        "every fifth revocation has its effect and is answered with 404",
        &[Hook::Answer(|call, answer| {
            if has_revoked(call) && call.state.every(5, "denied revocation") {
                succeed(call, answer, Answer::message(404, "Not found."));
            }
        })],
    ),
    defect(
        (Flaky, "every-fifth-revocation-200", "RAK-CON-01"),
        "every fifth revocation is answered with 200",
        &[Hook::Answer(|call, answer| {
            if has_revoked(call) && call.state.every(5, "revocation 200") {
                succeed(call, answer, Answer::bare(200));
            }
        })],
    ),
    defect(
        (
            Flaky,
            "every-fifth-revocation-takes-a-neighbour",
            "RAK-EFF-20",
        ),
        "every fifth revocation takes the key that was made next with it",
        &[Hook::Answer(|call, _| {
            let id = call.id.filter(|_| has_revoked(call));
            let id = id.filter(|_| call.state.every(5, "collateral"));
            if let Some(next) = id.and_then(|id| neighbour(call, id)) {
                call.keys.revoke(call.acting_realm(), next);
            }
        })],
    ),
    defect(
        (Flaky, "every-third-missing-key-is-let-in", "RAK-AUT-01"),
        "every third DELETE without a key is let in",
        &[Hook::Admit(|call| {
            let keyless = call.refused(Refusal::Missing) && call.revokes();
            (keyless && call.state.every(3, "missing key")).then(|| call.anybody())
        })],
    ),
    defect(
        (Flaky, "every-fifth-wrong-key-is-let-in", "RAK-AUT-04"),
        "every fifth DELETE with an unknown key is let in",
        &[Hook::Admit(|call| {
            let wrong = call.refused(Refusal::Unknown) && call.revokes();
            (wrong && call.state.every(5, "wrong key")).then(|| call.anybody())
        })],
    ),
    defect(
        (Flaky, "every-tenth-refusal-500", "RAK-AUT-01"),
        "every tenth refusal is answered with 500",
        &[Hook::Answer(|call, answer| {
            let refused = answer.status == 401 && call.revokes();
            if refused && call.state.every(10, "failed refusal") {
                answer.become_like(Answer::message(500, "Server Error"));
            }
        })],
    ),
    defect(
        (Flaky, "every-fourth-refusal-as-html", "RAK-AUT-20"),
        "every fourth refusal is a page",
        &[Hook::Answer(|call, answer| {
            if answer.status == 401 && call.revokes() && call.state.every(4, "page") {
                answer.set_content("text/html", "<h1>Unauthenticated</h1>");
            }
        })],
    ),
    defect(
        (Flaky, "every-third-204-has-a-length", "RAK-CON-03"),
        "every third 204 has Content-Length: 0",
        &[Hook::Answer(|call, answer| {
            if answer.status == 204 && call.state.every(3, "length") {
                answer.framing = Framing::Length;
            }
        })],
    ),
    defect(
        (Flaky, "every-third-revocation-comes-late", "RAK-EFF-01"),
        "every third revoked key opens everything once more",
        &[Hook::Admit(|call| {
            let id = call
                .presented_key()
                .filter(|_| call.refused(Refusal::Revoked))?
                .id;
            let name = format!("late {id}");
            let first = call.state.noted(&name).is_none();
            call.state.note(&name, "");
            call.holder()
                .filter(|_| first && call.state.every(3, "late revocation"))
        })],
    ),
    defect(
        (Flaky, "revocations-are-lost-under-load", "RAK-EFF-12"),
        "a revocation while another request is in flight is answered with 204 without effect",
        &[
            Hook::Revoke(|call, id| {
                let busy = live(call, id) && call.state.in_flight() > 1;
                busy.then(|| Answer::bare(204))
            }),
            Hook::Answer(slow_revocation),
        ],
    ),
    defect(
        (Flaky, "every-fiftieth-request-429-with-prose", "RAK-LEA-08"),
        "every fiftieth request is answered with 429 and a Retry-After that is no time",
        &[Hook::Instead(|call| {
            let limited = call.state.every(50, "limit");
            let answer = Answer::message(429, "Too many attempts.");
            limited.then(|| answer.with("Retry-After", "in a moment"))
        })],
    ),
];

/// Makes revocations take so long that others overlap with them.
fn slow_revocation(call: &mut Call<'_>, answer: &mut Answer) {
    if call.revokes() {
        answer.delay = std::time::Duration::from_millis(5);
    }
}
