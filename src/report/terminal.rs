//! What follows libtest's lines on a terminal: warnings, gaps, what was not judged and why, and
//! one last line with the verdict.
//!
//! The text carries colours; who prints it takes them out where they do not belong
//! (`anstream`). All other text is inert.

mod by_cause;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::circumstances;
use super::failure_text;
use super::inert::one_line;
use super::record::{self, CaseRecord, Face, RunRecord, words};
use crate::run::event::{CaseFinished, RunFinished, Verdict};

use by_cause::{causes_block, failed_words, warnings_block};

/// Most case ids that one entry lists: what is left out has the same text, and the entry says
/// what selects it.
const IDS_LISTED_MAX: usize = 12;

/// Verdicts in the order of the counts: what is good, then the worst first.
const COUNT_ORDER: [Verdict; 8] = [
    Verdict::Pass,
    Verdict::Error,
    Verdict::Fail,
    Verdict::Stale,
    Verdict::Inconclusive,
    Verdict::Warn,
    Verdict::KnownFailure,
    Verdict::NotApplicable,
];

/// All blocks after libtest's summary, the verdict's line last.
#[must_use]
pub fn blocks(record: &RunRecord<'_>) -> String {
    let mut text = String::new();
    warnings_block(&mut text, record);
    gaps_block(&mut text, record);
    not_judged_block(&mut text, record);
    let notes = record
        .preflight
        .map_or(&[][..], |preflight| &preflight.notes);
    notes_block(&mut text, "preflight:", notes);
    if let Some(finished) = record.finished {
        notes_block(&mut text, "notes:", &finished.notes);
        notes_block(&mut text, "left behind:", &finished.left_behind);
    }
    // Last, where whoever opens the log of a red job looks first.
    causes_block(&mut text, record);
    counts_lines(&mut text, record);
    put(&mut text, format_args!("{}", verdict_line(record)));
    text
}

/// All of a run that a terminal shows of it later: the failures in plan order, then [`blocks`].
#[must_use]
pub fn whole(record: &RunRecord<'_>) -> String {
    let mut text = String::new();
    for case in &record.cases {
        let Some(judged) = case.judged.filter(|_| is_failed(record, case)) else {
            continue;
        };
        if text.is_empty() {
            title(&mut text, "failures:");
            text.push('\n');
        }
        let id = one_line(case.fact.id.as_str());
        put(&mut text, format_args!("---- {id} ----"));
        put(
            &mut text,
            format_args!("{}\n", failure_text::failed_text(judged)),
        );
    }
    text.push_str(&blocks(record));
    text
}

fn is_failed(record: &RunRecord<'_>, case: &CaseRecord<'_>) -> bool {
    matches!(record.face(case), Face::Failed(_))
}

/// The exchanges of a case with what went over the wire, for `--nocapture`.
#[must_use]
pub fn exchanges(case: &CaseFinished) -> String {
    let mut text = String::new();
    let verdict = words(case.verdict);
    put(
        &mut text,
        format_args!(
            "---- {} ({verdict}) exchanges ----",
            one_line(case.case.as_str())
        ),
    );
    for exchange in &case.exchanges {
        text.push_str(&failure_text::exchange_text(exchange, usize::MAX));
    }
    for note in &case.notes {
        put(&mut text, format_args!("note: {}", one_line(note)));
    }
    text
}

/// The verdict of the run with its exit code, in words.
#[must_use]
pub fn verdict_line(record: &RunRecord<'_>) -> String {
    let (color, line) = verdict_words(record);
    let style = Style::new().bold().fg_color(Some(color.into()));
    format!("{style}verdict: {}{style:#}", one_line(&line))
}

fn verdict_words(record: &RunRecord<'_>) -> (AnsiColor, String) {
    if let Some(fault) = &record.fault {
        return (
            AnsiColor::Red,
            format!("ERROR (exit 70): a fault of ours: {fault}"),
        );
    }
    let Some(finished) = record.finished else {
        let judged = record.cases.len() - record.unjudged();
        let cases = record.cases.len();
        let line = format!("INCOMPLETE: the run was cut off; {judged} of {cases} cases are judged");
        return (AnsiColor::Yellow, line);
    };
    let (color, name, why) = exit_words(record, finished);
    let mut line = format!("{name} (exit {}): {why}", finished.exit_code);
    if let Some(stopped) = &finished.stopped
        && !line.contains(stopped.as_str())
    {
        let _ = write!(line, "; stopped: {stopped}");
    }
    if finished.partial {
        line.push_str("; --partial: what could not be judged is excused");
    }
    (color, line)
}

/// The colour, the name and the meaning of the exit code (DESIGN, section 6).
fn exit_words(record: &RunRecord<'_>, finished: &RunFinished) -> (AnsiColor, &'static str, String) {
    let counts = record.counts();
    let count = |verdict| counts.get(&verdict).copied().unwrap_or(0);
    let stopped = || finished.stopped.clone();
    let red = AnsiColor::Red;
    match finished.exit_code {
        0 => (AnsiColor::Green, "PASS", "the target conforms".to_owned()),
        1 if finished.verdict == Verdict::Stale => {
            let stale = cases(count(Verdict::Stale));
            (red, "FAIL", format!("the baseline is stale for {stale}"))
        }
        1 => {
            let why = format!("the target does not conform: {}", failed_words(record));
            (red, "FAIL", why)
        }
        2 => (
            red,
            "ERROR",
            stopped().unwrap_or_else(|| "the input is wrong".to_owned()),
        ),
        3 => (
            AnsiColor::Yellow,
            "INCOMPLETE",
            incomplete_words(record, finished),
        ),
        4 => (
            AnsiColor::Yellow,
            "NOTHING",
            "no case was selected".to_owned(),
        ),
        5 => (
            red,
            "PREFLIGHT",
            stopped().unwrap_or_else(|| "the preflight failed".to_owned()),
        ),
        6 => {
            let count = finished.left_behind.len();
            let what = if count == 1 {
                "fixture was"
            } else {
                "fixtures were"
            };
            (red, "LEFT BEHIND", format!("{count} {what} left behind"))
        }
        7 => (
            red,
            "STOPPED",
            stopped().unwrap_or_else(|| "a sentinel died".to_owned()),
        ),
        70 => {
            let why = stopped().unwrap_or_else(|| match count(Verdict::Error) {
                0 => "a fault of ours".to_owned(),
                count => format!("a fault of ours in {}", cases(count)),
            });
            (red, "ERROR", why)
        }
        _ => (
            red,
            "ERROR",
            stopped().unwrap_or_else(|| "an unknown exit code".to_owned()),
        ),
    }
}

fn incomplete_words(record: &RunRecord<'_>, finished: &RunFinished) -> String {
    let gates = |case: &&CaseRecord<'_>| {
        let inconclusive =
            |judged: &CaseFinished| judged.gating && judged.verdict == Verdict::Inconclusive;
        case.judged.is_none_or(inconclusive)
    };
    let unjudged = record.cases.iter().filter(gates).count();
    let demands = finished
        .requirements
        .iter()
        .filter(|requirement| requirement.gating && requirement.verdict == Verdict::Inconclusive);
    match (unjudged, demands.count()) {
        (0, 0) => "the run is not complete".to_owned(),
        (0, 1) => "1 requirement could not be judged".to_owned(),
        (0, count) => format!("{count} requirements could not be judged"),
        (count, _) => format!("{} could not be judged", cases(count)),
    }
}

fn counts_as_failed(case: &CaseRecord<'_>) -> bool {
    case.judged
        .is_some_and(|judged| judged.gating && judged.verdict == Verdict::Fail)
}

fn gaps_block(text: &mut String, record: &RunRecord<'_>) {
    let mut gaps: BTreeMap<(&str, &str), BTreeMap<&str, usize>> = BTreeMap::new();
    for case in record.cases.iter().filter_map(|case| case.judged) {
        for gap in &case.gaps {
            let seen = gaps.entry((&gap.gap, &gap.title)).or_default();
            *seen.entry(&gap.seen).or_insert(0) += 1;
        }
    }
    if gaps.is_empty() {
        return;
    }
    title(text, "gaps, where the contract is silent:");
    for ((gap, about), seen) in gaps {
        put(
            text,
            format_args!("  {}  {}", one_line(gap), one_line(about)),
        );
        let mut seen: Vec<_> = seen.into_iter().collect();
        seen.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        for (what, count) in seen {
            put(text, format_args!("    {count:>4} x  {}", one_line(what)));
        }
    }
    text.push('\n');
}

fn not_judged_block(text: &mut String, record: &RunRecord<'_>) {
    let mut groups: Vec<(&str, String, Vec<&str>)> = Vec::new();
    for case in &record.cases {
        let (kind, reason) = match case.judged {
            None => ("never judged", record.unjudged_reason()),
            Some(judged) if is_unjudged(judged.verdict) => {
                (words(judged.verdict), record::reason(judged).into_owned())
            }
            Some(_) => continue,
        };
        let id = case.fact.id.as_str();
        match groups
            .iter_mut()
            .find(|group| group.0 == kind && group.1 == reason)
        {
            Some((_, _, ids)) => ids.push(id),
            None => groups.push((kind, reason, vec![id])),
        }
    }
    // What could become judgeable comes before what does not apply.
    groups.sort_by_key(|(kind, _, _)| *kind == words(Verdict::NotApplicable));
    let demands = record
        .finished
        .map_or(&[][..], |finished| &finished.requirements);
    let demands: Vec<_> = demands
        .iter()
        .filter(|demand| demand.judged == 0 && is_unjudged(demand.verdict))
        .collect();
    if groups.is_empty() && demands.is_empty() {
        return;
    }
    title(text, "not judged:");
    for (kind, reason, ids) in groups {
        let counted = cases(ids.len());
        put(
            text,
            format_args!("  {kind}, {counted}: {}", one_line(&reason)),
        );
        id_lines(text, &ids, "the rest has the same reason");
    }
    if !demands.is_empty() {
        put(
            text,
            format_args!("  requirements that no case judged, {}:", demands.len()),
        );
    }
    for demand in demands {
        let why = demand.reason.as_deref().unwrap_or("no reason is given");
        let (code, verdict) = (&demand.code, words(demand.verdict));
        put(
            text,
            format_args!("    {code}  {verdict}: {}", one_line(why)),
        );
    }
    text.push('\n');
}

fn is_unjudged(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Inconclusive | Verdict::NotApplicable)
}

fn notes_block(text: &mut String, name: &str, notes: &[String]) {
    if notes.is_empty() {
        return;
    }
    title(text, name);
    for note in notes {
        put(text, format_args!("  - {}", one_line(note)));
    }
    text.push('\n');
}

fn counts_lines(text: &mut String, record: &RunRecord<'_>) {
    let judged = record.cases.iter().filter_map(|case| case.judged);
    let mut counted = count_words(judged.map(|case| (case.verdict, case.gating)));
    let unjudged = record.unjudged();
    if unjudged > 0 {
        counted.push(format!("{unjudged} never judged"));
    }
    if let Some(words) = circumstances::selection(record) {
        put(text, format_args!("selected: {}", one_line(&words)));
    }
    put(text, format_args!("cases: {}", or_none(&counted)));
    if let Some(finished) = record.finished {
        let demands = finished.requirements.iter();
        let counted = count_words(demands.map(|demand| (demand.verdict, demand.gating)));
        put(text, format_args!("requirements: {}", or_none(&counted)));
    }
}

/// How many there are of each verdict, and how many of them gate where that makes a difference.
fn count_words(verdicts: impl Iterator<Item = (Verdict, bool)>) -> Vec<String> {
    let mut counts: BTreeMap<Verdict, (usize, usize)> = BTreeMap::new();
    for (verdict, gating) in verdicts {
        let (count, gate) = counts.entry(verdict).or_default();
        *count += 1;
        *gate += usize::from(gating);
    }
    let words = COUNT_ORDER.into_iter().filter_map(|verdict| {
        let (count, gate) = *counts.get(&verdict)?;
        let weighs = matches!(verdict, Verdict::Fail | Verdict::Inconclusive);
        let gating = match weighs && gate < count {
            true => format!(" ({gate} gating)"),
            false => String::new(),
        };
        Some(format!("{count} {}{gating}", words(verdict)))
    });
    words.collect()
}

fn or_none(counted: &[String]) -> String {
    if counted.is_empty() {
        "none".to_owned()
    } else {
        counted.join(", ")
    }
}

fn id_lines(text: &mut String, ids: &[&str], rest: &str) {
    // One more id takes no more room than to say that one is left out.
    let shown = if ids.len() == IDS_LISTED_MAX + 1 {
        ids.len()
    } else {
        IDS_LISTED_MAX
    };
    for id in ids.iter().take(shown) {
        put(text, format_args!("    {}", one_line(id)));
    }
    if let Some(left_out @ 1..) = ids.len().checked_sub(shown) {
        put(text, format_args!("    … and {left_out} more ({rest})"));
    }
}

fn title(text: &mut String, name: &str) {
    let style = Style::new().bold();
    put(text, format_args!("{style}{name}{style:#}"));
}

fn cases(count: usize) -> String {
    if count == 1 {
        "1 case".to_owned()
    } else {
        format!("{count} cases")
    }
}

fn put(text: &mut String, line: std::fmt::Arguments<'_>) {
    // To write into a string cannot fail.
    let _ = writeln!(text, "{line}");
}
