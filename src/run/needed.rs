//! How many instances a plan needs.

use crate::plan::{Holder, Plan, Step};

/// How many instances the plan, so many times repeated, uses up on a correct target and needs at
/// once.
#[must_use]
pub fn victims_needed(plan: &Plan, repeat: u32) -> usize {
    let scripts: Vec<_> = plan
        .needed_scripts()
        .into_iter()
        .filter_map(|index| plan.script(index))
        .collect();
    let consumed: u32 = scripts.iter().map(|script| script.consumes).sum();
    let at_once = scripts
        .iter()
        .map(|script| {
            script
                .slots()
                .iter()
                .filter(|slot| !slot.is_foreign())
                .count()
        })
        .max()
        .unwrap_or_default();
    let sends = scripts.iter().flat_map(|script| &script.steps);
    let disposable = scripts
        .iter()
        .any(|script| script.holders().contains(&Holder::Disposable));
    let sentinel = usize::from(
        sends
            .into_iter()
            .any(|step| matches!(step, Step::Send(_) | Step::Abandon(_))),
    );
    usize::try_from(consumed.saturating_mul(repeat.max(1)))
        .unwrap_or(usize::MAX)
        .saturating_add(at_once)
        + usize::from(disposable)
        + sentinel
}
