//! Defects of the path: spellings and versions of it that need no key.

use super::Class::Path;
use super::{Defect, defect};
use crate::tenant::call::{Actor, Call, Refusal};
use crate::tenant::hooks::Hook;
use crate::tenant::operations::strict_id;
use crate::tenant::request::{Request, decoded};
use crate::tenant::routes::Resource;

/// Where keys are.
const KEYS: &str = "/api/v1/api-keys/";

pub(super) static TABLE: &[Defect] = &[
    defect(
        (Path, "trailing-slash-needs-no-key", "RAK-AUZ-10"),
        "a path with a slash after it is served, and not guarded",
        &[
            Hook::Request(|_, request| {
                if let Some(path) = request.path.strip_suffix('/') {
                    request.path = path.to_owned();
                }
            }),
            Hook::Admit(|call| respelled(call, |path| path.ends_with('/'))),
        ],
    ),
    defect(
        (Path, "doubled-slash-needs-no-key", "RAK-AUZ-10"),
        "a path with a doubled slash is served, and not guarded",
        &[
            Hook::Request(|_, request| request.path = request.path.replace("//", "/")),
            Hook::Admit(|call| respelled(call, |path| path.contains("//"))),
        ],
    ),
    defect(
        (Path, "dot-segment-needs-no-key", "RAK-AUZ-10"),
        "a path with dot segments is served, and not guarded",
        &[
            Hook::Request(|_, request| request.path = without_dots(&request.path)),
            Hook::Admit(|call| respelled(call, |path| path.contains("/."))),
        ],
    ),
    defect(
        (Path, "other-letter-case-needs-no-key", "RAK-AUZ-10"),
        "a path in other letter case is served, and not guarded",
        &[
            Hook::Request(|_, request| request.path = request.path.to_ascii_lowercase()),
            Hook::Admit(|call| respelled(call, |path| path.contains("API"))),
        ],
    ),
    defect(
        (Path, "extension-needs-no-key", "RAK-AUZ-10"),
        "a path with .json after it is served, and not guarded",
        &[
            Hook::Request(|_, request| {
                if let Some(path) = request.path.strip_suffix(".json") {
                    request.path = path.to_owned();
                }
            }),
            Hook::Admit(|call| respelled(call, |path| path.ends_with(".json"))),
        ],
    ),
    defect(
        (Path, "matrix-parameter-needs-no-key", "RAK-AUZ-10"),
        "a path with matrix parameters is served, and not guarded",
        &[
            Hook::Request(|_, request| {
                let cut = |segment: &str| segment.split(';').next().unwrap_or("").to_owned();
                let segments: Vec<String> = request.path.split('/').map(cut).collect();
                request.path = segments.join("/");
            }),
            Hook::Admit(|call| respelled(call, |path| path.contains(';'))),
        ],
    ),
    defect(
        (Path, "encoded-path-needs-no-key", "RAK-AUZ-10"),
        "a path with an encoded letter is served, and not guarded",
        &[Hook::Admit(|call| {
            respelled(call, |path| path.contains("/%61pi-keys"))
        })],
    ),
    defect(
        (Path, "path-encoded-twice-needs-no-key", "RAK-AUZ-10"),
        "a path whose letters are encoded twice is served, and not guarded",
        &[
            Hook::Request(|_, request| request.path = decoded(&decoded(&request.path))),
            Hook::Admit(|call| respelled(call, |path| path.contains("%25"))),
        ],
    ),
    defect(
        (Path, "encoded-slash-needs-no-key", "RAK-AUZ-10"),
        "a path with an encoded slash before the id is served, and not guarded",
        &[
            Hook::Request(|_, request| {
                request.path = request.path.replace("api-keys%2F", "api-keys/");
            }),
            Hook::Admit(|call| respelled(call, |path| path.contains("api-keys%2F"))),
        ],
    ),
    defect(
        (Path, "backslash-needs-no-key", "RAK-AUZ-10"),
        "a path with a backslash before the id is served, and not guarded",
        &[
            Hook::Request(|_, request| request.path = request.path.replace("%5C", "/")),
            Hook::Admit(|call| respelled(call, |path| path.contains("%5C"))),
        ],
    ),
    defect(
        (Path, "encoded-dot-segment-needs-no-key", "RAK-AUZ-10"),
        "a path with encoded dot segments is served, and not guarded",
        &[
            Hook::Request(|_, request| {
                let dots = request.path.replace("%2e", ".");
                request.path = without_dots(&dots);
            }),
            Hook::Admit(|call| respelled(call, |path| path.contains("/%2e"))),
        ],
    ),
    defect(
        (Path, "blank-after-path-needs-no-key", "RAK-AUZ-10"),
        "a path with a blank after it is served, and not guarded",
        &[
            Hook::Request(|_, request| {
                if let Some(path) = request.path.strip_suffix("%20") {
                    request.path = path.to_owned();
                }
            }),
            Hook::Admit(|call| respelled(call, |path| path.ends_with("%20"))),
        ],
    ),
    defect(
        (Path, "encoded-id-needs-no-key", "RAK-AUZ-10"),
        "an id whose first digit is encoded is served, and not guarded",
        &[Hook::Admit(|call| {
            respelled(call, |path| path.contains("api-keys/%3"))
        })],
    ),
    defect(
        (Path, "encoded-digit-needs-no-key", "RAK-AUZ-10"),
        "an id of which only a later digit is encoded is served, and not guarded",
        &[Hook::Admit(|call| {
            respelled(call, |path| {
                let id = path.rsplit('/').next().unwrap_or("");
                id.starts_with(|c: char| c.is_ascii_digit()) && id.contains("%3")
            })
        })],
    ),
    defect(
        (Path, "plus-before-id-needs-no-key", "RAK-AUZ-10"),
        "an id with a plus before it is served, and not guarded",
        &[
            Hook::Id(|_, text| strict_id(text.strip_prefix('+')?)),
            Hook::Admit(|call| {
                respelled(call, |path| path.contains("/%2B") || path.contains("/+"))
            }),
        ],
    ),
    defect(
        (Path, "zero-fraction-needs-no-key", "RAK-AUZ-10"),
        "an id with a fraction of zero is served, and not guarded",
        &[
            Hook::Id(|_, text| strict_id(text.strip_suffix(".0")?)),
            Hook::Admit(|call| respelled(call, |path| path.ends_with(".0"))),
        ],
    ),
    defect(
        (Path, "full-width-id-needs-no-key", "RAK-AUZ-10"),
        "an id in full-width digits is served, and not guarded",
        &[
            Hook::Id(|_, text| {
                let digit = |c: char| u32::from(c).checked_sub(0xff10);
                let digit = |c: char| digit(c).and_then(|value| char::from_digit(value, 10));
                strict_id(&text.chars().map(digit).collect::<Option<String>>()?)
            }),
            Hook::Admit(|call| respelled(call, |path| path.contains("/%EF%BC%"))),
        ],
    ),
    defect(
        (Path, "empty-query-needs-no-key", "RAK-AUZ-10"),
        "a path with an empty query after it is served, and not guarded",
        &[Hook::Admit(|call| {
            let empty = call.request.target.ends_with('?');
            respelled(call, |_| true).filter(|_| empty)
        })],
    ),
    defect(
        (Path, "unversioned-path-needs-no-key", "RAK-AUZ-11"),
        "the path without a version is served, and not guarded",
        &[
            Hook::Request(|_, request| version(request, "/api/api-keys/")),
            Hook::Admit(|call| respelled(call, |path| path.starts_with("/api/api-keys/"))),
        ],
    ),
    defect(
        (Path, "old-version-needs-no-key", "RAK-AUZ-11"),
        "the version v0 is served, and not guarded",
        &[
            Hook::Request(|_, request| version(request, "/api/v0/api-keys/")),
            Hook::Admit(|call| respelled(call, |path| path.starts_with("/api/v0/"))),
        ],
    ),
    defect(
        (Path, "next-version-needs-no-key", "RAK-AUZ-11"),
        "the version v2 is served, and not guarded",
        &[
            Hook::Request(|_, request| version(request, "/api/v2/api-keys/")),
            Hook::Admit(|call| respelled(call, |path| path.starts_with("/api/v2/"))),
        ],
    ),
];

/// Lets in a request for one key without credentials, if its path was spelled so.
fn respelled(call: &Call<'_>, spelled: fn(&str) -> bool) -> Option<Actor> {
    let path = call.request.target.split('?').next().unwrap_or("");
    let item = matches!(call.resource, Some(Resource::ApiKey(_)));
    (item && call.refused(Refusal::Missing) && spelled(path)).then(|| call.anybody())
}

fn version(request: &mut Request, prefix: &str) {
    if let Some(id) = request.path.strip_prefix(prefix) {
        request.path = format!("{KEYS}{id}");
    }
}

/// The path with dot segments removed (RFC 3986, 5.2.4).
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "." => {}
            ".." => {
                kept.pop();
            }
            _ => kept.push(segment),
        }
    }
    kept.join("/")
}
