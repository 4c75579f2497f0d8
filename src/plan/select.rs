//! Selection: which cases of a plan run.

use std::collections::BTreeSet;

use super::{Case, Plan, RequirementIndex};

/// What was asked for, as libtest means it, and by code and tag beside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Parts of ids, or codes; a case that any of them means is selected. All where there is none.
    pub filters: Vec<String>,
    /// Whether filters are whole ids (or codes).
    pub exact: bool,
    /// Parts of ids, or codes, whose cases are left out; whole ones with `exact`.
    pub skip: Vec<String>,
    /// Tags of which a case must have one. Any where there is none.
    pub tags: Vec<String>,
    /// The part of what is selected that runs: the how manieth, from 1, of how many.
    pub shard: Option<(u32, u32)>,
}

impl Selection {
    /// Reduces the plan to the selected cases.
    #[must_use]
    pub fn apply(&self, mut plan: Plan) -> Plan {
        let before = plan.cases.len();
        let keep: BTreeSet<String> = plan
            .cases
            .iter()
            .filter(|case| self.selects(&plan, case))
            .map(|case| case.id.to_string())
            .collect();
        plan.cases.retain(|case| keep.contains(case.id.as_str()));
        if let Some((index, count)) = self.shard {
            let mut turn = (1..=count.max(1)).cycle();
            plan.cases.retain(|_| turn.next() == Some(index));
        }
        plan.filtered_out += before - plan.cases.len();
        plan.selection = self.clone();
        plan
    }

    fn selects(&self, plan: &Plan, case: &Case) -> bool {
        let wanted = self.filters.is_empty()
            || self
                .filters
                .iter()
                .any(|filter| self.means(filter, plan, case));
        let skipped = self.skip.iter().any(|skip| self.means(skip, plan, case));
        let tagged = self.tags.is_empty() || self.tags.iter().any(|tag| case.tags.contains(tag));
        wanted && !skipped && tagged
    }

    /// Whether a filter means the case: by id, or by the code of a requirement that judges it.
    fn means(&self, filter: &str, plan: &Plan, case: &Case) -> bool {
        let id = case.id.as_str();
        let by_id = if self.exact {
            id == filter
        } else {
            id.contains(filter)
        };
        by_id
            || case
                .requirements
                .iter()
                .chain(&case.attached)
                .any(|RequirementIndex(index)| {
                    let requirement = plan.suite.requirements.get(*index);
                    requirement.is_some_and(|requirement| requirement.code.as_str() == filter)
                })
    }

    /// Filters that mean no case, each with the nearest id: most likely typing errors.
    #[must_use]
    pub fn unmatched<'a>(&'a self, plan: &Plan) -> Vec<(&'a str, Option<String>)> {
        let unmatched = self
            .filters
            .iter()
            .filter(|filter| !plan.cases.iter().any(|case| self.means(filter, plan, case)));
        unmatched
            .map(|filter| {
                let ids = plan.cases.iter().map(|case| case.id.as_str());
                (filter.as_str(), super::nearest(filter, ids))
            })
            .collect()
    }
}
