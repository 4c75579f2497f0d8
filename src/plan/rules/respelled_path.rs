//! A request without a credential whose path is spelled so that a guard may not know it again.
//!
//! ## Requires   Nothing happens, and no success is told.
//! ## Why        Guards compare paths as text, routers after normalising them; whatever falls
//!               between the two is open. Old versions stay mounted and lose their guard.
//! ## Spec       The contract's security; OWASP API5:2023, API9:2023; ASVS 8.2.1; CWE-551, CWE-647.
//! ## Silent     Which refusal it is: such a path may be unknown, redirected or served.

use super::spelled_id::readable;
use super::{Context, Draft, Rule};
use crate::plan::{IdSpelling, Piece, Script, Slot, Step};

/// The same path in another spelling.
pub const RESPELLED_PATH: Rule = Rule {
    name: "respelled-path",
    document: include_str!("respelled_path.rs"),
    derive: respelled_path,
};

/// The same path below another version.
pub const OTHER_VERSION: Rule = Rule {
    name: "other-version",
    document: include_str!("respelled_path.rs"),
    derive: other_version,
};

/// A path: the base, what stands before the id, and the rest from the id on.
struct Path {
    base: String,
    before: String,
    rest: Vec<Piece>,
}

fn path(context: &Context) -> Option<Path> {
    let mut pieces = context.requests.anonymous().target.into_iter();
    let Some(Piece::Text(start)) = pieces.next() else {
        return None;
    };
    let first = context.operation.path.split('{').next()?;
    let base = start.strip_suffix(first)?.to_owned();
    Some(Path {
        base,
        before: first.to_owned(),
        rest: pieces.collect(),
    })
}

fn respelled_path(context: &Context) -> Vec<Draft> {
    let Some(Path { base, before, rest }) = path(context) else {
        return Vec::new();
    };
    let spelled = |start: String, after: &str| {
        let mut target = vec![Piece::Text(start)];
        target.extend(rest.iter().cloned());
        if !after.is_empty() {
            target.push(Piece::text(after));
        }
        target
    };
    let spellings = starts(&base, &before).into_iter();
    let drafts = spellings
        .chain(encodings(&base, &before))
        .map(|(detail, start, after, words)| {
            let target = spelled(start, after);
            let title = format!("no credential, and a path with {words}");
            draft(context, "respelled-path", (detail, title), target)
        });
    drafts
        .chain(ids(context))
        .chain([elsewhere(context)])
        .collect()
}

/// The id otherwise: encoded, which is the same URI (RFC 3986 §6.2.2.2), or as some readers take it
/// for the same id, which a guard that knows digits alone does not.
fn ids(context: &Context) -> impl Iterator<Item = Draft> {
    let slot = Slot::Victim;
    let after = |text: &str| vec![Piece::Id(slot), Piece::text(text)];
    let spelled = |spelling| vec![Piece::IdAs(slot, spelling)];
    let equivalent = [
        ("encoded", vec![Piece::IdEncoded(slot)], "an encoded id"),
        (
            "encoded-first-digit",
            spelled(IdSpelling::FirstEncoded),
            "an id whose first digit is encoded",
        ),
        (
            "encoded-last-digit",
            spelled(IdSpelling::LastEncoded),
            "an id whose last digit is encoded",
        ),
        (
            "encoded-twice",
            spelled(IdSpelling::EncodedTwice),
            "an id that is encoded twice",
        ),
        (
            "plus-as-it-is",
            vec![Piece::text("+"), Piece::Id(slot)],
            "an id with a bare plus before it",
        ),
        ("tab-after", after("%09"), "an id with a tab after it"),
        ("nul-after", after("%00"), "an id with a NUL after it"),
        ("empty-query", after("?"), "a query that is empty"),
    ];
    // Both stand among the spellings of the path already.
    let known = ["blank-after", "matrix-parameter"];
    let readable = readable(context).into_iter();
    let others = readable.filter(move |(detail, ..)| !known.contains(detail));
    equivalent
        .into_iter()
        .chain(others)
        .map(|(detail, id, words)| {
            let target = context.requests.path(&id);
            let title = format!("no credential, and {words}");
            draft(
                context,
                "respelled-path",
                (&format!("id-{detail}"), title),
                target,
            )
        })
}

/// A spelling: detail, what stands before the id, what stands after it, and in words.
type Spelling = (&'static str, String, &'static str, &'static str);

/// The path with more in it, and in other letter case.
fn starts(base: &str, before: &str) -> [Spelling; 10] {
    let plain = format!("{base}{before}");
    let upper = before.to_ascii_uppercase();
    // The slash before the last literal segment's end, where a matrix parameter goes.
    let cut = before.trim_end_matches('/');
    [
        (
            "doubled-slash",
            format!("{base}/{before}"),
            "",
            "a doubled slash",
        ),
        (
            "doubled-slash-first",
            format!("/{plain}"),
            "",
            "a doubled slash at its start",
        ),
        (
            "dot-segment",
            format!("{base}/.{before}"),
            "",
            "a dot segment",
        ),
        (
            "parent-segment",
            format!("{base}/x/..{before}"),
            "",
            "a segment taken back",
        ),
        ("trailing-slash", plain.clone(), "/", "a slash after it"),
        ("extension", plain.clone(), ".json", "an extension after it"),
        (
            "matrix-before",
            format!("{base}{cut};x/"),
            "",
            "a matrix parameter before the id",
        ),
        (
            "matrix-after",
            plain.clone(),
            ";x=1",
            "a matrix parameter after the id",
        ),
        (
            "letter-case",
            format!("{base}{upper}"),
            "",
            "the other letter case",
        ),
        (
            "letter-case-throughout",
            plain.to_ascii_uppercase(),
            "",
            "the other letter case from its start",
        ),
    ]
}

/// The path with characters of it percent-encoded, or with another one for a slash.
fn encodings(base: &str, before: &str) -> [Spelling; 8] {
    let cut = before.trim_end_matches('/');
    let twice = encoded(before).replacen('%', "%25", 1);
    [
        (
            "encoded-letter",
            format!("{base}{}", encoded(before)),
            "",
            "an encoded letter",
        ),
        (
            "encoded-letters",
            format!("{base}{}", encoded_throughout(before)),
            "",
            "each letter encoded",
        ),
        (
            "twice-encoded-letter",
            format!("{base}{twice}"),
            "",
            "a letter that is encoded twice",
        ),
        (
            "encoded-slash",
            format!("{base}{cut}%2F"),
            "",
            "an encoded slash before the id",
        ),
        (
            "backslash",
            format!("{base}{cut}%5C"),
            "",
            "an encoded backslash before the id",
        ),
        (
            "encoded-dot-segment",
            format!("{base}/%2e{before}"),
            "",
            "an encoded dot segment",
        ),
        (
            "encoded-parent-segment",
            format!("{base}/x/%2e%2e{before}"),
            "",
            "a segment taken back by encoded dots",
        ),
        (
            "blank-after",
            format!("{base}{before}"),
            "%20",
            "an encoded blank after it",
        ),
    ]
}

/// A harmless path, and the instance's in fields from which some routers take it.
fn elsewhere(context: &Context) -> Draft {
    let (rule, detail) = ("respelled-path", "in-a-field");
    let title = "no credential, and the instance's path in X-Original-Url alone".to_owned();
    let target = vec![Piece::text("/")];
    let mut draft = draft(context, rule, (detail, title), target);
    let path = context.requests.anonymous().target;
    draft.script.watch_victim();
    for step in &mut draft.script.steps {
        if let Step::Send(send) = step {
            let line = |name: &str| (name.to_owned(), path.clone());
            let fields = [line("X-Original-Url"), line("X-Rewrite-Url")];
            send.template.headers.extend(fields);
        }
    }
    draft
}

/// The first letter percent-encoded: equivalent by RFC 3986 §6.2.2.2.
fn encoded(path: &str) -> String {
    let Some(place) = path.find(|character: char| character.is_ascii_alphabetic()) else {
        return path.to_owned();
    };
    let (start, tail) = path.split_at(place);
    let byte = tail.bytes().next().unwrap_or_default();
    format!("{start}%{byte:02x}{}", tail.get(1..).unwrap_or_default())
}

/// Each letter percent-encoded.
fn encoded_throughout(path: &str) -> String {
    path.chars()
        .map(|character| match character {
            'a'..='z' | 'A'..='Z' => format!("%{:02x}", u32::from(character)),
            other => other.to_string(),
        })
        .collect()
}

fn other_version(context: &Context) -> Vec<Draft> {
    let Some(Path { base, before, rest }) = path(context) else {
        return Vec::new();
    };
    let Some((stem, version)) = base.rsplit_once("/v") else {
        return Vec::new();
    };
    let Ok(number) = version.parse::<u32>() else {
        return Vec::new();
    };
    let mut bases = vec![
        (
            "unversioned",
            stem.to_owned(),
            "no version in the path".to_owned(),
        ),
        (
            "next",
            format!("{stem}/v{}", number.saturating_add(1)),
            "the next version".to_owned(),
        ),
    ];
    if let Some(earlier) = number.checked_sub(1) {
        let words = "the version before".to_owned();
        bases.push(("previous", format!("{stem}/v{earlier}"), words));
    }
    let drafts = bases.into_iter().map(|(detail, base, words)| {
        let mut target = vec![Piece::Text(format!("{base}{before}"))];
        target.extend(rest.iter().cloned());
        let title = format!("no credential, and {words}");
        draft(context, "other-version", (detail, title), target)
    });
    drafts.collect()
}

fn draft(
    context: &Context,
    rule: &str,
    (detail, title): (&str, String),
    target: Vec<Piece>,
) -> Draft {
    let mut template = context.requests.anonymous();
    template.target = target;
    let mut send = context.requests.insufficient(template);
    send.path = None;
    send.addresses = None;
    let script = Script::single(format!("{rule}::{detail}"), send);
    Draft::guarded(context, detail, title, script)
}
