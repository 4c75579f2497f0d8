//! What failed and what is warned of, by cause: one fault of a server shows in many cases.

use super::super::cause;
use super::super::failure_text::{self, heading};
use super::super::record::{RunRecord, warnings};
use super::{cases, counts_as_failed, id_lines, put, title};
use crate::check::Failure;

/// Most causes that the last line names: those that fail most cases, and the line stays one.
const CAUSES_NAMED_MAX: usize = 3;

/// How many cases failed, and of which few causes.
pub(super) fn failed_words(record: &RunRecord<'_>) -> String {
    let failed = record.cases.iter().filter(|case| counts_as_failed(case));
    let failed = failed.count();
    let causes = cause::causes(record);
    let counting: Vec<_> = causes.iter().filter(|cause| cause.counts).collect();
    let words = format!("{} failed", cases(failed));
    if counting.is_empty() || counting.len() >= failed {
        return words;
    }
    let named = counting.iter().take(CAUSES_NAMED_MAX);
    let named: Vec<String> = named
        .map(|cause| format!("{} in {}", cause.first.code, cases(cause.cases.len())))
        .collect();
    let more = match counting.len().saturating_sub(CAUSES_NAMED_MAX) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    let causes = match counting.len() {
        1 => "1 cause".to_owned(),
        count => format!("{count} causes"),
    };
    format!("{words} of {causes}: {}{more}", named.join(", "))
}

/// What made cases FAILED, by cause: libtest's own block has them by case.
pub(super) fn causes_block(text: &mut String, record: &RunRecord<'_>) {
    let causes = cause::causes(record);
    let counting = || causes.iter().filter(|cause| cause.counts);
    // Where each case has a cause of its own, libtest's block says it all.
    if counting().all(|cause| cause.cases.len() < 2) {
        return;
    }
    title(text, "failures by cause:");
    for cause in counting() {
        let (failure, count) = (cause.first, cases(cause.cases.len()));
        put(text, format_args!("{}, {count}", heading(failure)));
        failure_text::field(text, "requires", &failure.requires);
        let others = cause.codes.iter().filter(|code| **code != &failure.code);
        let others: Vec<&str> = others.map(|code| code.as_str()).collect();
        if !others.is_empty() {
            failure_text::field(text, "also", &others.join(", "));
        }
        failure_text::field(text, "expected", &failure.expected);
        failure_text::field(text, "actual", &cause::seen_words(&cause.seen));
        let places = cause
            .cases
            .iter()
            .filter_map(|place| record.cases.get(*place));
        let ids: Vec<&str> = places.map(|case| case.fact.id.as_str()).collect();
        let selects = format!("the rest: `probity run --list {}`", failure.code);
        id_lines(text, &ids, &selects);
        text.push('\n');
    }
}

/// What is only warned of, by cause.
pub(super) fn warnings_block(text: &mut String, record: &RunRecord<'_>) {
    let mut groups: Vec<Warned<'_>> = Vec::new();
    for case in record.cases.iter().filter_map(|case| case.judged) {
        for failure in warnings(case) {
            let id = case.case.as_str();
            let same = |group: &&mut Warned<'_>| {
                let first = group.first;
                first.level == failure.level && cause::key(first) == cause::key(failure)
            };
            match groups.iter_mut().find(same) {
                Some(group) => group.add(id, failure),
                None => groups.push(Warned {
                    first: failure,
                    ids: vec![id],
                    seen: vec![&failure.actual],
                }),
            }
        }
    }
    groups.sort_by(|left, right| left.first.code.cmp(&right.first.code));
    if groups.is_empty() {
        return;
    }
    title(text, "warnings:");
    for Warned { first, ids, seen } in groups {
        put(
            text,
            format_args!("{}, {}", heading(first), cases(ids.len())),
        );
        text.push_str(&failure_text::parts(&Failure {
            actual: cause::seen_words(&seen),
            ..first.clone()
        }));
        let selects = format!("the rest: `probity run --list {}`", first.code);
        id_lines(text, &ids, &selects);
        text.push('\n');
    }
}

/// Cases that one requirement warns of for the same reason.
struct Warned<'a> {
    first: &'a Failure,
    ids: Vec<&'a str>,
    seen: Vec<&'a str>,
}

impl<'a> Warned<'a> {
    fn add(&mut self, id: &'a str, failure: &'a Failure) {
        if !self.ids.contains(&id) {
            self.ids.push(id);
        }
        cause::add_seen(&mut self.seen, &failure.actual);
    }
}
