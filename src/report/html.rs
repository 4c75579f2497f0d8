//! One page for a browser, in one file: it loads nothing, and works without a network.
//!
//! The page is a shell with a few holes, so there is no template engine: what is in the holes is a
//! style, a script, the hashes of both for the policy, a summary that can be read without any
//! script, and the data. The data is JSON, and the script puts its texts into the page as texts
//! only; the policy lets nothing else run. What is drawn on opening is in one island; the evidence
//! of each case is a line of its own at the end, which is read when somebody opens the case: the
//! page is drawn before all of it is there.
//!
//! Equal events give equal bytes: nothing here looks at a clock.

mod evidence;
mod island;
mod plain;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::record::{RunRecord, labels};
use super::{RenderError, terminal};

const SHELL: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// The report as a page.
///
/// # Errors
///
/// When a text cannot be written as JSON: a fault of ours.
pub fn render(runs: &[RunRecord<'_>]) -> Result<String, RenderError> {
    let json = |problem: serde_json::Error| RenderError::Writer(problem.to_string());
    let data = island::of(runs);
    let data = serde_json::to_string(&data).map_err(json)?;
    let mut evidence = String::new();
    for run in runs {
        for case in &run.cases {
            let line = evidence::of(run, case);
            evidence.push_str(&within_script(&serde_json::to_string(&line).map_err(json)?));
            evidence.push('\n');
        }
    }
    let holes = [
        ("{{title}}", escape(&title(runs))),
        ("{{style-hash}}", hash(STYLE)),
        ("{{script-hash}}", hash(SCRIPT)),
        ("{{style}}", STYLE.to_owned()),
        ("{{plain}}", plain::of(runs)),
        ("{{data}}", within_script(&data)),
        ("{{script}}", SCRIPT.to_owned()),
        ("{{evidence}}", evidence),
    ];
    Ok(filled(SHELL, &holes))
}

/// A page as its reader sees it, without the escapes: what a search for secrets looks at too.
#[must_use]
pub fn unescaped(page: &str) -> String {
    let text = page.replace("\\u003c", "<").replace("&lt;", "<");
    let text = text.replace("&gt;", ">").replace("&quot;", "\"");
    text.replace("&#39;", "'").replace("&amp;", "&")
}

/// The shell with its holes filled, from left to right: what fills a hole has none.
fn filled(shell: &str, holes: &[(&str, String)]) -> String {
    let room = holes.iter().map(|(_, text)| text.len()).sum::<usize>();
    let mut page = String::with_capacity(shell.len() + room);
    let mut rest = shell;
    for (hole, text) in holes {
        let (before, after) = rest.split_once(hole).unwrap_or((rest, ""));
        page.push_str(before);
        page.push_str(text);
        rest = after;
    }
    page.push_str(rest);
    page
}

/// What the browser's tab says: the verdict first.
fn title(runs: &[RunRecord<'_>]) -> String {
    let names = runs.iter().map(|run| {
        let verdict = Verdict::of(run);
        format!("{} {}", verdict.name, run.target())
    });
    let names: Vec<String> = names.collect();
    format!("{} - Probity", names.join(", "))
}

/// What a run came to, in words.
struct Verdict {
    /// `PASS`, `FAIL` …
    name: String,
    /// The rest of the sentence.
    sentence: String,
}

impl Verdict {
    /// As the terminal says it.
    fn of(run: &RunRecord<'_>) -> Self {
        let line = anstream::adapter::strip_str(&terminal::verdict_line(run)).to_string();
        let line = line.strip_prefix("verdict: ").unwrap_or(&line).to_owned();
        let (head, sentence) = line.split_once(": ").unwrap_or((&line, ""));
        let name = head.split(" (").next().unwrap_or(head);
        Self {
            name: name.to_owned(),
            sentence: sentence.to_owned(),
        }
    }
}

/// What was and was not judged, in one sentence.
fn completeness(run: &RunRecord<'_>) -> String {
    use crate::run::event::Verdict as Of;
    let counts = run.counts();
    let count = |verdict| counts.get(&verdict).copied().unwrap_or(0);
    let (cases, unjudged) = (run.cases.len(), run.unjudged());
    let mut parts = Vec::new();
    let undecided = count(Of::Inconclusive);
    let opening = match (run.complete(), undecided) {
        (true, 0) => "Complete",
        (true, _) => "Not everything was judged",
        (false, _) => "Not complete",
    };
    parts.push(match unjudged {
        0 => format!("{cases} selected cases ran"),
        _ => {
            let why = run.unjudged_reason();
            format!("{unjudged} of {cases} selected cases were never judged ({why})")
        }
    });
    let apart = count(Of::NotApplicable);
    match undecided {
        0 if unjudged == 0 => parts.push("none was left undecided".to_owned()),
        0 => {}
        _ => parts.push(format!("{undecided} could not be decided")),
    }
    if apart > 0 {
        parts.push(format!("{apart} do not apply to this target"));
    }
    if let Some(left_out) = run.started.map(|started| started.filtered_out)
        && left_out > 0
    {
        parts.push(format!("{left_out} more were not selected"));
    }
    if run.partial() {
        parts.push("what could not be decided is excused by --partial".to_owned());
    }
    super::inert::one_line(&format!("{opening}: {}.", parts.join("; "))).into_owned()
}

/// The runs' names for the switch: targets where they differ.
fn names(runs: &[RunRecord<'_>]) -> Vec<String> {
    let labels = labels(runs).into_iter().zip(runs);
    let named = labels.map(|(label, run)| match label.is_empty() {
        true => run.target().to_owned(),
        false => label,
    });
    named.collect()
}

/// A source of the policy: `'sha256-…'`.
fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}

/// JSON that may stand in a `script` element: nothing in it can end the element.
fn within_script(json: &str) -> String {
    json.replace('<', "\\u003c")
}

/// Text for an element or an attribute.
fn escape(value: &str) -> String {
    let inert = super::inert::one_line(value).replace('&', "&amp;");
    let inert = inert.replace('<', "&lt;").replace('>', "&gt;");
    inert.replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::{SCRIPT, SHELL, STYLE, filled};

    /// The binary has a budget, and a page is sent by mail.
    const ASSET_BYTES_MAX: usize = 60_000;

    #[test]
    fn the_assets_stay_small() {
        let bytes = SHELL.len() + STYLE.len() + SCRIPT.len();
        assert!(bytes <= ASSET_BYTES_MAX, "{bytes} bytes");
    }

    #[test]
    fn what_fills_a_hole_is_not_looked_into() {
        let holes = [("{{a}}", "{{b}}".to_owned()), ("{{b}}", "x".to_owned())];
        assert_eq!(filled("1 {{a}} 2 {{b}} 3", &holes), "1 {{b}} 2 x 3");
    }
}
