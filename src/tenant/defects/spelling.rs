//! Defects of the path value's spelling: what is read from a value that is no id, or not this one.

use super::Class::Path;
use super::effect::neighbour;
use super::path::{list, malformed, readdress, revoke_everything, revoke_pattern, revoke_range};
use super::{Defect, defect};
use crate::tenant::answer::Answer;
use crate::tenant::hooks::Hook;
use crate::tenant::operations::{revoke_in, strict_id};
use crate::tenant::request::decoded;

pub(super) static TABLE: &[Defect] = &[
    defect(
        (Path, "id-begins-after-letters", "RAK-INP-05"),
        "letters before an id are dropped",
        &[Hook::Id(|_, text| {
            strict_id(text.trim_start_matches(|c: char| c.is_ascii_alphabetic()))
        })],
    ),
    defect(
        (Path, "id-ends-at-underscore", "RAK-INP-25"),
        "a path value is read up to its first underscore",
        &[Hook::Id(|_, text| strict_id(text.split_once('_')?.0))],
    ),
    defect(
        (Path, "underscore-in-id-204-without-effect", "RAK-INP-10"),
        "an id with an underscore in it is answered with 204 and revokes nothing",
        &[Hook::Answer(|call, answer| {
            let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            let within = |text: &str| {
                let parts = text.split_once('_');
                parts.is_some_and(|(a, b)| digits(a) && digits(b) && !b.is_empty())
            };
            if call.path_value().is_some_and(within) {
                malformed(call, answer, Answer::bare(204));
            }
        })],
    ),
    defect(
        (Path, "underscore-in-id-revokes-neighbour", "RAK-INP-10"),
        "an id with an underscore in it is read as the next one",
        &[Hook::Id(|call, text| {
            let id = strict_id(&text.replace('_', ""))?;
            neighbour(call, id).filter(|_| text.contains('_'))
        })],
    ),
    defect(
        (Path, "id-is-decoded-twice", "RAK-INP-26"),
        "percent-encodings in a path value are resolved twice",
        &[Hook::Id(|_, text| strict_id(&decoded(text)))],
    ),
    defect(
        (Path, "id-wraps-at-31-bits", "RAK-INP-13"),
        "of an id the lower 31 bits count",
        &[Hook::Revoke(|call, id| {
            let wrapped = (id >> 31 != 0).then_some(id & 0x7FFF_FFFF)?;
            Some(revoke_in(call, call.acting_realm(), wrapped))
        })],
    ),
    defect(
        (Path, "id-wraps-at-53-bits", "RAK-INP-13"),
        "of an id the lower 53 bits count",
        &[Hook::Revoke(|call, id| {
            let wrapped = (id >> 53 != 0).then_some(id & ((1 << 53) - 1))?;
            Some(revoke_in(call, call.acting_realm(), wrapped))
        })],
    ),
    defect(
        (Path, "id-wraps-at-63-bits", "RAK-INP-13"),
        "of an id the lower 63 bits count",
        &[Hook::Id(|_, text| {
            let wide: u64 = text.parse().ok()?;
            i64::try_from(wide & (u64::MAX >> 1)).ok()
        })],
    ),
    defect(
        (Path, "blank-separated-ids", "RAK-INP-14"),
        "each id of a list separated by blanks is revoked",
        &[Hook::Id(|call, text| list(call, text, ' '))],
    ),
    defect(
        (Path, "json-list-of-ids", "RAK-INP-14"),
        "each id of a list in JSON is revoked",
        &[Hook::Id(|call, text| {
            list(call, text.strip_prefix('[')?.strip_suffix(']')?, ',')
        })],
    ),
    defect(
        (Path, "range-of-ids-with-dots", "RAK-INP-14"),
        "each id of a range written with two dots is revoked",
        &[Hook::Id(|call, text| revoke_range(call, text, ".."))],
    ),
    defect(
        (Path, "id-ends-at-encoded-slash", "RAK-INP-15"),
        "a path value is read up to an encoded slash",
        &[Hook::Id(|_, text| strict_id(text.split_once('/')?.0))],
    ),
    defect(
        (Path, "id-is-after-encoded-slash", "RAK-INP-15"),
        "of a path value with encoded slashes the last part counts",
        &[Hook::Id(|_, text| strict_id(text.rsplit_once('/')?.1))],
    ),
    defect(
        (
            Path,
            "traversal-is-resolved-after-decoding-twice",
            "RAK-INP-15",
        ),
        "slashes and dot segments that are encoded twice are resolved",
        &[Hook::Id(|_, text| {
            strict_id(
                decoded(text)
                    .split_once("/../")
                    .filter(|_| text.contains('%'))?
                    .1,
            )
        })],
    ),
    defect(
        (Path, "backslash-in-id-is-a-slash", "RAK-INP-15"),
        "backslashes and dot segments in a path value are resolved",
        &[Hook::Id(|_, text| strict_id(text.split_once("\\..\\")?.1))],
    ),
    defect(
        (Path, "form-overrides-path", "RAK-INP-18"),
        "an id in a form replaces the path value",
        &[Hook::Request(|_, request| {
            readdress(request, |request| {
                request
                    .body_value("id")
                    .filter(|_| request.json().is_none())
            });
        })],
    ),
    defect(
        (Path, "blank-id-revokes-all", "RAK-INP-22"),
        "a DELETE of a blank id revokes all keys",
        &[Hook::Instead(|call| {
            revoke_everything(call, "/api/v1/api-keys/%20")
        })],
    ),
    defect(
        (Path, "parent-of-key-revokes-all", "RAK-INP-22"),
        "a DELETE of a key's parent revokes all keys",
        &[Hook::Instead(|call| {
            let up = call.request.path.ends_with("/..");
            let path = call.request.path.clone();
            up.then(|| revoke_everything(call, &path)).flatten()
        })],
    ),
    defect(
        (Path, "all-revokes-all", "RAK-INP-23"),
        "the id all revokes all keys",
        &[Hook::Id(|call, text| revoke_pattern(call, text, "all"))],
    ),
    defect(
        (Path, "sql-in-id-revokes-all", "RAK-INP-23"),
        "a condition of SQL in the path value holds for all keys",
        &[Hook::Id(|call, text| {
            revoke_pattern(call, text, "0 OR 1=1")
        })],
    ),
];
