//! One case of two runs side by side: verdicts, what was found, and each exchange.

use std::fmt::Write as _;

use super::failure_text::{exchange_line, summary};
use super::inert::{lines, one_line};
use super::record::{CaseRecord, RunRecord, reason, words};
use crate::run::event::{CaseFinished, ExchangeFact};

/// The narrowest column that is worth reading, in characters.
const COLUMN_MIN: usize = 30;

/// Between columns whose lines are the same.
const SAME: &str = "   ";
/// Between columns whose lines differ.
const DIFFERS: &str = " ! ";

/// The case in both runs, in two columns of `width` characters in all.
#[must_use]
pub fn beside(old: &RunRecord<'_>, new: &RunRecord<'_>, case: &str, width: usize) -> String {
    let column = (width.saturating_sub(SAME.len()) / 2).max(COLUMN_MIN);
    let mut page = Page {
        text: format!("{}\n", one_line(case)),
        column,
    };
    page.row("old", "new");
    page.row(&"-".repeat(column), &"-".repeat(column));
    let (before, after) = (find(old, case), find(new, case));
    page.rows(&about(old, before.as_ref()), &about(new, after.as_ref()));
    let (before, after) = (exchanges(before), exchanges(after));
    let mut left: Vec<&ExchangeFact> = before.iter().collect();
    for exchange in after {
        // Scripts are the same, so exchanges pair by label; what one run did not come to is alone.
        let partner = left.iter().position(|old| old.label == exchange.label);
        let partner = partner.map(|place| left.remove(place));
        page.exchange(partner, Some(exchange));
    }
    for exchange in left {
        page.exchange(Some(exchange), None);
    }
    page.text
}

struct Page {
    text: String,
    column: usize,
}

impl Page {
    fn exchange(&mut self, old: Option<&ExchangeFact>, new: Option<&ExchangeFact>) {
        self.text.push('\n');
        self.rows(&wire(old), &wire(new));
    }

    fn rows(&mut self, old: &[String], new: &[String]) {
        for place in 0..old.len().max(new.len()) {
            let line = |lines: &[String]| lines.get(place).cloned().unwrap_or_default();
            self.row(&line(old), &line(new));
        }
    }

    /// A line on each side; a long one goes on below, so nothing is lost.
    fn row(&mut self, old: &str, new: &str) {
        let between = if old == new || old == "old" {
            SAME
        } else {
            DIFFERS
        };
        let (old, new) = (wrapped(old, self.column), wrapped(new, self.column));
        for place in 0..old.len().max(new.len()) {
            let piece = |lines: &[String]| lines.get(place).cloned().unwrap_or_default();
            let (left, right) = (piece(&old), piece(&new));
            let gap = self.column.saturating_sub(left.chars().count());
            let row = format!("{left}{:gap$}{between}{right}", "");
            // To write into a string cannot fail.
            let _ = writeln!(self.text, "{}", row.trim_end());
        }
    }
}

fn wrapped(line: &str, column: usize) -> Vec<String> {
    let characters: Vec<char> = line.chars().collect();
    if characters.is_empty() {
        return vec![String::new()];
    }
    characters
        .chunks(column)
        .map(|piece| piece.iter().collect())
        .collect()
}

fn find<'a>(run: &RunRecord<'a>, case: &str) -> Option<CaseRecord<'a>> {
    let mut cases = run.cases.iter();
    cases
        .find(|record| record.fact.id.as_str() == case)
        .cloned()
}

fn about(run: &RunRecord<'_>, case: Option<&CaseRecord<'_>>) -> Vec<String> {
    let mut shown = Vec::new();
    if let Some(started) = run.started {
        shown.push(format!("target: {}", one_line(&started.target)));
        shown.push(format!("at: {}", started.started_at));
    }
    match case.and_then(|case| case.judged) {
        None => shown.push(format!("not judged: {}", one_line(&run.unjudged_reason()))),
        Some(judged) => {
            shown.push(format!("verdict: {}", words(judged.verdict)));
            shown.extend(found(judged));
        }
    }
    shown
}

fn found(case: &CaseFinished) -> Vec<String> {
    let failures = case.judgements.iter().flat_map(|fact| &fact.failures);
    let mut shown: Vec<String> = failures.map(summary).collect();
    if shown.is_empty() && case.reason.is_some() {
        shown.push(one_line(&reason(case)).into_owned());
    }
    if let Some(control) = &case.control {
        let became = if control.accepted {
            "accepted"
        } else {
            "not accepted"
        };
        let (name, seen) = (one_line(&control.name), one_line(&control.seen));
        shown.push(format!("control {name}: {became}, {seen}"));
    }
    shown
}

fn exchanges<'a>(case: Option<CaseRecord<'a>>) -> &'a [ExchangeFact] {
    case.and_then(|case| case.judged)
        .map_or(&[], |judged| &judged.exchanges)
}

fn wire(exchange: Option<&ExchangeFact>) -> Vec<String> {
    let Some(exchange) = exchange else {
        return vec!["(not sent)".to_owned()];
    };
    let mut shown = vec![exchange_line(exchange)];
    for (mark, wire) in [('>', &exchange.sent), ('<', &exchange.received)] {
        shown.extend(lines(&wire.text).map(|line| format!("{mark} {line}")));
        if wire.cut {
            shown.push(format!("{mark} … of {} bytes in all", wire.bytes));
        }
    }
    shown
}
