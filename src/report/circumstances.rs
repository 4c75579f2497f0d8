//! Under which circumstances a run came to what it did, in words: which cases were asked for, and
//! how its connections were encrypted.

use std::collections::BTreeMap;

use super::record::RunRecord;
use crate::run::event::SelectionFact;

/// Which cases a run was asked for; nothing where that is all of them, or unknown.
#[must_use]
pub fn selection(run: &RunRecord<'_>) -> Option<String> {
    selection_words(run.started?.selection.as_ref()?)
}

/// Which cases a selection means; nothing where it means all of them.
#[must_use]
pub fn selection_words(selection: &SelectionFact) -> Option<String> {
    let kind = if selection.exact { "exactly " } else { "" };
    let listed = |lead: &str, names: &[String], word: &str| {
        (!names.is_empty()).then(|| format!("{lead}{}", names.join(word)))
    };
    let parts = [
        listed(kind, &selection.filters, " or "),
        listed(&format!("without {kind}"), &selection.skip, " and "),
        listed("tagged ", &selection.tags, " or "),
        selection
            .shard
            .as_ref()
            .map(|shard| format!("shard {shard}")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// What the connections to the target were encrypted with, and what speaks against trusting them;
/// nothing where none was.
#[must_use]
pub fn encryption(run: &RunRecord<'_>) -> Option<String> {
    let mut ways: BTreeMap<String, usize> = BTreeMap::new();
    let cases = run.cases.iter().filter_map(|case| case.judged);
    let exchanges = cases.flat_map(|case| &case.exchanges);
    // The other tenant has a certificate of its own.
    let to_the_target = exchanges.filter(|exchange| exchange.origin.is_none());
    for tls in to_the_target.filter_map(|exchange| exchange.tls.as_ref()) {
        let objection = tls.objection.as_ref();
        let way = match objection {
            None => tls.version.clone(),
            Some(objection) => format!("{}, not to be trusted ({objection})", tls.version),
        };
        *ways.entry(way).or_default() += 1;
    }
    let (several, all) = (ways.len() > 1, ways.values().sum::<usize>());
    let words = ways.into_iter().map(|(way, count)| match several {
        true => format!("{way} in {count} of {all} exchanges"),
        false => way,
    });
    let words: Vec<String> = words.collect();
    (!words.is_empty()).then(|| words.join("; "))
}
