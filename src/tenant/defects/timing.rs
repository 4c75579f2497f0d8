//! Defects of time: a revocation that comes late, not everywhere, or not for good.

use std::time::Duration;

use super::Class::Effect;
use super::{Defect, defect};
use crate::tenant::answer::Answer;
use crate::tenant::call::{Actor, Call, Outcome, Refusal};
use crate::tenant::hooks::Hook;
use crate::tenant::keys::Key;

/// How late a revocation comes where it comes late.
const LATE: Duration = Duration::from_millis(300);

/// How long a cached credential still opens something.
const CACHED: Duration = Duration::from_secs(1);

/// Within this time two requests count as concurrent; longer than any of them takes.
const CONCURRENT: Duration = Duration::from_millis(50);

/// How long requests take where that makes them overlap.
const OVERLAP: Duration = Duration::from_millis(20);

/// After this time a revoked key comes back to life.
const RESURRECTION: Duration = Duration::from_millis(300);

/// How often a key is used before a cache keeps it.
const WARM_USES: u64 = 3;

pub(super) static TABLE: &[Defect] = &[
    defect(
        (Effect, "revocation-comes-late", "RAK-EFF-01"),
        "a revoked key still opens everything for 300 ms",
        &[Hook::Admit(|call| {
            if_dead(call, |_, key| dead_within(key, LATE))
        })],
    ),
    defect(
        (Effect, "revoked-key-still-revokes", "RAK-EFF-02"),
        "a key that was revoked lately may still revoke keys",
        &[Hook::Admit(|call| {
            let lately = |_: &Call<'_>, key: &Key| dead_within(key, Duration::from_secs(60));
            if_dead(call, lately).filter(|_| call.revokes())
        })],
    ),
    defect(
        (Effect, "cache-keeps-used-keys", "RAK-EFF-03"),
        "a key that was used three times is cached for a second after its revocation",
        &[Hook::Admit(|call| {
            if_dead(call, |_, key| {
                key.uses >= WARM_USES && dead_within(key, CACHED)
            })
        })],
    ),
    defect(
        (Effect, "a-replica-lags", "RAK-EFF-04"),
        "every fourth connection meets a replica that learns of revocations half a second late",
        &[Hook::Admit(|call| {
            if_dead(call, |call, key| {
                let lagging = call.request.connection.number.is_multiple_of(4);
                lagging && dead_within(key, Duration::from_millis(500))
            })
        })],
    ),
    defect(
        (Effect, "connection-keeps-its-key", "RAK-EFF-05"),
        "on a connection where a key was used it opens everything after its revocation",
        &[Hook::Admit(|call| {
            if_dead(call, |call, key| {
                key.connections.contains(&call.request.connection.number)
            })
        })],
    ),
    defect(
        (Effect, "key-in-use-lives-on", "RAK-EFF-07"),
        "a key in use keeps opening everything until it is left alone for a moment",
        &[Hook::Admit(|call| {
            let in_use = |key: &Key| key.last_used.is_some_and(|at| at.elapsed() < CONCURRENT);
            if_dead(call, |_, key| key.uses >= WARM_USES && in_use(key))
        })],
    ),
    defect(
        (Effect, "revoked-key-comes-back", "RAK-EFF-08"),
        "a revoked key that was in use opens everything again after 300 ms",
        &[Hook::Admit(|call| {
            if_dead(call, |_, key| {
                key.uses > 0 && !dead_within(key, RESURRECTION)
            })
        })],
    ),
    defect(
        (Effect, "concurrent-revocations-cancel-out", "RAK-EFF-12"),
        "of two concurrent revocations of a key the second takes the first back",
        &[
            Hook::Revoke(|call, id| {
                let key = call.keys.find(call.acting_realm(), id)?;
                let just_now = dead_within(key, CONCURRENT) && call.state.in_flight() > 1;
                let key = call
                    .keys
                    .find_mut(call.acting_realm(), id)
                    .filter(|_| just_now)?;
                key.revoked_at = None;
                Some(Answer::bare(204))
            }),
            Hook::Answer(overlap),
        ],
    ),
    defect(
        (Effect, "concurrent-revocations-500", "RAK-EFF-12"),
        "concurrent revocations of a key are answered with 500, as of a deadlock",
        &[Hook::Answer(|call, answer| {
            overlap(call, answer);
            if call.outcome == Some(Outcome::Dead) && call.state.in_flight() > 1 {
                answer.become_like(Answer::message(500, "Deadlock found."));
            }
        })],
    ),
    defect(
        (Effect, "abandoned-revocation-rolls-back", "RAK-EFF-14"),
        "where the client hung up on a revocation, repeating it gets 409 and takes it back",
        &[
            Hook::Revoke(|call, id| {
                call.state.noted(&abandoned(id))?;
                call.keys.find_mut(call.acting_realm(), id)?.revoked_at = None;
                Some(Answer::message(409, "Conflict."))
            }),
            Hook::Answer(|call, answer| {
                overlap(call, answer);
                answer.note_if_abandoned = call.id.map(abandoned);
            }),
        ],
    ),
    defect(
        (Effect, "concurrent-revocations-roll-back", "RAK-EFF-12"),
        "while a key is being revoked others that try get 409, and the first is rolled back",
        &[Hook::Revoke(roll_back), Hook::Answer(overlap)],
    ),
];

/// Whoever holds the presented key, if it is dead and the test holds.
fn if_dead(call: &Call<'_>, test: impl Fn(&Call<'_>, &Key) -> bool) -> Option<Actor> {
    let key = call
        .presented_key()
        .filter(|_| call.refused(Refusal::Revoked))?;
    if test(call, key) { call.holder() } else { None }
}

fn dead_within(key: &Key, time: Duration) -> bool {
    key.dead_for().is_some_and(|since| since < time)
}

/// The name under which an abandoned revocation is noted.
fn abandoned(id: i64) -> String {
    format!("abandoned {id}")
}

/// Makes revocations take so long that concurrent ones overlap.
fn overlap(call: &mut Call<'_>, answer: &mut Answer) {
    if call.revokes() {
        answer.delay = OVERLAP;
    }
}

/// Refuses an attempt while another one on the same key is in flight, and undoes that one.
fn roll_back(call: &mut Call<'_>, id: i64) -> Option<Answer> {
    let name = format!("attempt {id}");
    let now = jiff::Timestamp::now().as_millisecond();
    let before = call
        .state
        .noted(&name)
        .and_then(|time| time.parse::<i64>().ok());
    call.state.note(&name, &now.to_string());
    let just_now = before.is_some_and(|before| now - before < 50);
    if !just_now || call.state.in_flight() < 2 {
        return None;
    }
    call.keys.find_mut(call.acting_realm(), id)?.revoked_at = None;
    Some(Answer::message(409, "Conflict."))
}
