//! Defects of the path: which id a value is read as, and which path needs a key.

use super::Class::Path;
use super::effect::{live_ids, neighbour, revoke_all};
use super::{Defect, defect};
use crate::tenant::answer::Answer;
use crate::tenant::call::{Actor, Call, Refusal};
use crate::tenant::hooks::Hook;
use crate::tenant::operations::{revoke_in, strict_id};
use crate::tenant::request::Request;

/// Where keys are.
const KEYS: &str = "/api/v1/api-keys/";

/// Longest path value that does not crash the tenant that crashes on long ones, in bytes.
const LONG_VALUE_BYTES: usize = 1000;

pub(super) static TABLE: &[Defect] = &[
    defect(
        (Path, "word-as-id-500", "RAK-INP-04"),
        "a path value without any digit is answered with 500",
        &[Hook::Answer(|call, answer| {
            let word = |text: &str| !text.contains(|c: char| c.is_ascii_digit());
            if answer.status == 422 && call.path_value().is_some_and(word) {
                answer.become_like(Answer::message(500, "Server Error"));
            }
        })],
    ),
    defect(
        (Path, "malformed-id-204", "RAK-INP-04"),
        "a path value that is no integer is answered with 204",
        &[Hook::Answer(|call, answer| {
            malformed(call, answer, Answer::bare(204))
        })],
    ),
    defect(
        (Path, "malformed-id-500", "RAK-INP-04"),
        "a path value that is no integer is answered with 500",
        &[Hook::Answer(|call, answer| {
            malformed(call, answer, Answer::message(500, "Error."))
        })],
    ),
    defect(
        (Path, "malformed-id-redirects", "RAK-INP-04"),
        "a path value that is no integer is redirected back to the list",
        &[Hook::Answer(|call, answer| {
            let list = Answer::bare(302).with("Location", "/api/v1/api-keys");
            malformed(call, answer, list);
        })],
    ),
    defect(
        (Path, "word-as-id-revokes-newest", "RAK-INP-04"),
        "a path value without any digit is answered with 404 and revokes the newest key",
        &[Hook::Id(|call, text| {
            let word = !text.contains(|c: char| c.is_ascii_digit());
            let newest = live_ids(call).last().copied().filter(|_| word)?;
            call.keys.revoke(call.acting_realm(), newest);
            Some(newest)
        })],
    ),
    defect(
        (Path, "id-ends-at-first-letter", "RAK-INP-05"),
        "a path value is read up to its first letter",
        &[Hook::Id(|_, text| {
            let end = text.find(|c: char| !c.is_ascii_digit())?;
            let rest = text.get(end..)?;
            let letter = rest.starts_with(|c: char| c.is_ascii_alphabetic());
            text.get(..end).filter(|_| letter).and_then(strict_id)
        })],
    ),
    defect(
        (Path, "id-is-all-digits-of-value", "RAK-INP-05"),
        "everything but digits is taken out of a path value",
        &[Hook::Id(|_, text| {
            strict_id(
                &text
                    .chars()
                    .filter(char::is_ascii_digit)
                    .collect::<String>(),
            )
        })],
    ),
    defect(
        (Path, "id-is-truncated-fraction", "RAK-INP-06"),
        "a path value is read as a fraction and truncated",
        &[Hook::Id(|_, text| {
            let (whole, part) = text.split_once('.')?;
            let digits = part.bytes().all(|byte| byte.is_ascii_digit());
            strict_id(whole).filter(|_| digits)
        })],
    ),
    defect(
        (Path, "id-ends-at-nul", "RAK-INP-11"),
        "a path value is read up to its first NUL",
        &[Hook::Id(|_, text| strict_id(text.split_once('\0')?.0))],
    ),
    defect(
        (Path, "nul-in-id-500", "RAK-INP-11"),
        "a path value with a NUL in it is answered with 500",
        &[Hook::Answer(|call, answer| {
            if call.path_value().is_some_and(|text| text.contains('\0')) {
                malformed(call, answer, Answer::message(500, "Server Error"));
            }
        })],
    ),
    defect(
        (Path, "id-wraps-at-32-bits", "RAK-INP-13"),
        "of an id the lower 32 bits count",
        &[Hook::Revoke(|call, id| {
            let wrapped = (id >> 32 != 0).then_some(id & 0xFFFF_FFFF)?;
            Some(revoke_in(call, call.acting_realm(), wrapped))
        })],
    ),
    defect(
        (Path, "id-wraps-at-64-bits", "RAK-INP-13"),
        "of an id the lower 64 bits count",
        &[Hook::Id(|_, text| {
            let wide: u128 = text.parse().ok()?;
            i64::try_from(wide & u128::from(u64::MAX)).ok()
        })],
    ),
    defect(
        (Path, "id-beyond-64-bits-500", "RAK-INP-13"),
        "an id beyond 64 bits is answered with 500",
        &[Hook::Answer(|call, answer| {
            if call
                .path_value()
                .is_some_and(|text| text.parse::<u128>().is_ok())
            {
                malformed(call, answer, Answer::message(500, "out of range"));
            }
        })],
    ),
    defect(
        (Path, "negative-id-is-made-positive", "RAK-INP-02"),
        "a minus before an id is dropped",
        &[Hook::Id(|_, text| strict_id(text.strip_prefix('-')?))],
    ),
    defect(
        (Path, "negative-id-500", "RAK-INP-02"),
        "a negative id is answered with 500",
        &[Hook::Answer(|call, answer| {
            if call.path_value().is_some_and(|text| text.starts_with('-')) {
                malformed(call, answer, Answer::message(500, "Server Error"));
            }
        })],
    ),
    defect(
        (Path, "largest-id-500", "RAK-INP-03"),
        "the largest id of 64 bits is answered with 500",
        &[Hook::Answer(|call, answer| {
            if call.id == Some(i64::MAX) {
                answer.become_like(Answer::message(500, "integer out of range"));
            }
        })],
    ),
    defect(
        (Path, "leading-zeros-204-without-effect", "RAK-INP-07"),
        "an id with leading zeros is answered with 204 and revokes nothing",
        &[Hook::Answer(|call, answer| {
            if call
                .path_value()
                .is_some_and(|text| text.starts_with('0') && text.len() > 1)
            {
                malformed(call, answer, Answer::bare(204));
            }
        })],
    ),
    defect(
        (Path, "plus-before-id-revokes-neighbour", "RAK-INP-07"),
        "an id with a plus before it is read as the next one",
        &[Hook::Id(|call, text| {
            neighbour(call, strict_id(text.trim().strip_prefix('+')?)?)
        })],
    ),
    defect(
        (Path, "blank-after-id-204-without-effect", "RAK-INP-07"),
        "an id with a blank or line feed after it is answered with 204 and revokes nothing",
        &[Hook::Answer(|call, answer| {
            if call
                .path_value()
                .is_some_and(|text| text.trim_end().len() != text.len())
            {
                malformed(call, answer, Answer::bare(204));
            }
        })],
    ),
    defect(
        (Path, "hexadecimal-id-revokes-neighbour", "RAK-INP-10"),
        "a hexadecimal path value is read as the next id",
        &[Hook::Id(|call, text| {
            let id = i64::from_str_radix(text.strip_prefix("0x")?, 16).ok()?;
            neighbour(call, id)
        })],
    ),
    defect(
        (Path, "exponent-204-without-effect", "RAK-INP-10"),
        "an id with an exponent is answered with 204 and revokes nothing",
        &[Hook::Answer(|call, answer| {
            let exponent = |text: &str| {
                let parts = text.split_once('e');
                parts.is_some_and(|(a, b)| strict_id(a).is_some() && b.parse::<u8>().is_ok())
            };
            if call.path_value().is_some_and(exponent) {
                malformed(call, answer, Answer::bare(204));
            }
        })],
    ),
    defect(
        (Path, "matrix-parameter-500", "RAK-INP-12"),
        "an id with a matrix parameter is answered with 500",
        &[Hook::Answer(|call, answer| {
            if call.path_value().is_some_and(|text| text.contains(';')) {
                malformed(call, answer, Answer::message(500, "Server Error"));
            }
        })],
    ),
    defect(
        (Path, "matrix-parameter-revokes-neighbour", "RAK-INP-12"),
        "an id with a matrix parameter revokes the next key as well",
        &[Hook::Id(|call, text| {
            let id = strict_id(text.split_once(';')?.0)?;
            let next = neighbour(call, id)?;
            call.keys.revoke(call.acting_realm(), next);
            Some(id)
        })],
    ),
    defect(
        (Path, "list-of-ids", "RAK-INP-14"),
        "each id of a comma-separated list is revoked",
        &[Hook::Id(|call, text| list(call, text, ','))],
    ),
    defect(
        (Path, "alternatives-of-ids", "RAK-INP-14"),
        "each id of a list separated by bars is revoked",
        &[Hook::Id(|call, text| list(call, text, '|'))],
    ),
    defect(
        (Path, "range-of-ids", "RAK-INP-14"),
        "each id of a range is revoked",
        &[Hook::Id(|call, text| revoke_range(call, text, "-"))],
    ),
    defect(
        (Path, "encoded-slash-is-a-slash", "RAK-INP-15"),
        "encoded slashes and dot segments in a path value are resolved",
        &[Hook::Id(|_, text| strict_id(text.split_once("/../")?.1))],
    ),
    defect(
        (Path, "query-overrides-path", "RAK-INP-17"),
        "the query parameter apiKey replaces the path value",
        &[Hook::Request(|_, request| {
            readdress(request, |request| request.query_value("apiKey"))
        })],
    ),
    defect(
        (Path, "query-id-overrides-path", "RAK-INP-17"),
        "the query parameter id replaces the path value",
        &[Hook::Request(|_, request| {
            readdress(request, |request| request.query_value("id"))
        })],
    ),
    defect(
        (Path, "body-overrides-path", "RAK-INP-18"),
        "an id in the body replaces the path value",
        &[Hook::Request(|_, request| {
            readdress(request, |request| request.body_value("id"))
        })],
    ),
    defect(
        (Path, "long-id-500", "RAK-INP-19"),
        "a very long id is answered with 500",
        &[Hook::Answer(|call, answer| {
            if call
                .path_value()
                .is_some_and(|text| text.len() > LONG_VALUE_BYTES)
            {
                answer.become_like(Answer::message(500, "Server Error"));
            }
        })],
    ),
    defect(
        (Path, "empty-id-revokes-all", "RAK-INP-22"),
        "a DELETE of the empty id revokes all keys",
        &[Hook::Instead(|call| revoke_everything(call, KEYS))],
    ),
    defect(
        (Path, "collection-delete-revokes-all", "RAK-INP-22"),
        "a DELETE of the collection revokes all keys",
        &[Hook::Instead(|call| {
            revoke_everything(call, KEYS.trim_end_matches('/'))
        })],
    ),
    defect(
        (Path, "star-revokes-all", "RAK-INP-23"),
        "the id * revokes all keys",
        &[Hook::Id(|call, text| revoke_pattern(call, text, "*"))],
    ),
    defect(
        (Path, "percent-revokes-all", "RAK-INP-23"),
        "the id % revokes all keys, as a pattern of SQL",
        &[Hook::Id(|call, text| revoke_pattern(call, text, "%"))],
    ),
    defect(
        (Path, "me-is-the-first-key", "RAK-INP-23"),
        "the ids me, self and current mean the key that was made first",
        &[Hook::Id(|call, text| {
            let alias = matches!(text, "me" | "self" | "current");
            live_ids(call).first().copied().filter(|_| alias)
        })],
    ),
    defect(
        (Path, "secret-as-id", "RAK-INP-24"),
        "a key's secret is taken for its id",
        &[Hook::Id(|call, text| {
            call.keys.with_secret(text).map(|key| key.id)
        })],
    ),
    defect(
        (Path, "encoded-id-404", "RAK-CON-10"),
        "a percent-encoded id is not found",
        &[Hook::Instead(|call| {
            let encoded = call.revokes() && call.request.path.contains("/%");
            encoded.then(|| Answer::message(404, "Not found."))
        })],
    ),
    defect(
        (Path, "encoded-id-revokes-neighbour", "RAK-CON-10"),
        "a percent-encoded id is read as the next one",
        &[Hook::Revoke(|call, id| {
            let next = neighbour(call, id).filter(|_| call.request.path.contains('%'))?;
            Some(revoke_in(call, call.acting_realm(), next))
        })],
    ),
    defect(
        (Path, "unknown-query-422", "RAK-CON-11"),
        "a query parameter that is not known is answered with 422",
        &[Hook::Instead(|call| {
            let query = call.revokes() && !call.request.query.is_empty();
            query.then(|| Answer::message(422, "Unknown parameter."))
        })],
    ),
];

pub(super) fn malformed(call: &Call<'_>, answer: &mut Answer, other: Answer) {
    if call.outcome == Some(crate::tenant::call::Outcome::Malformed) {
        answer.become_like(other);
    }
}

/// Revokes all ids of a list but the first, which is left to the operation.
pub(super) fn list(call: &mut Call<'_>, text: &str, separator: char) -> Option<i64> {
    let ids: Option<Vec<i64>> = text.split(separator).map(strict_id).collect();
    let ids = ids?;
    for id in ids.iter().skip(1) {
        call.keys.revoke(call.acting_realm(), *id);
    }
    ids.first().copied()
}

/// Revokes all ids of a range but the first, which is left to the operation.
pub(super) fn revoke_range(call: &mut Call<'_>, text: &str, dash: &str) -> Option<i64> {
    let (first, last) = text.split_once(dash)?;
    let (first, last) = (strict_id(first)?, strict_id(last)?);
    let within = live_ids(call).into_iter();
    for id in within.filter(|id| *id != first && (first..=last).contains(id)) {
        call.keys.revoke(call.acting_realm(), id);
    }
    Some(first)
}

/// Makes a request address the id that it has elsewhere.
pub(super) fn readdress(request: &mut Request, find: fn(&Request) -> Option<String>) {
    if let Some(id) = find(request).filter(|_| request.path.starts_with(KEYS)) {
        request.path = format!("{KEYS}{id}");
    }
}

pub(super) fn revoke_everything(call: &mut Call<'_>, path: &str) -> Option<Answer> {
    let addressed = call.request.method == "DELETE" && call.request.path == path;
    let actor: Actor = call.authenticate().ok().filter(|_| addressed)?;
    call.actor = Some(actor);
    revoke_all(call);
    Some(Answer::bare(204))
}

pub(super) fn revoke_pattern(call: &mut Call<'_>, text: &str, pattern: &str) -> Option<i64> {
    if text != pattern || call.refused(Refusal::Missing) {
        return None;
    }
    let first = live_ids(call).first().copied();
    for id in live_ids(call).into_iter().skip(1) {
        call.keys.revoke(call.acting_realm(), id);
    }
    first
}
