//! What an event log begins with.

use sha2::{Digest, Sha256};

use crate::run::event::{
    CaseFact, EVENT_LOG_VERSION, NamedDigest, RequirementFact, RunStarted, SettingFact,
};
use crate::suite::Suite;

use super::{Parts, SourceText};

/// Run facts: who ran what, against whom, with which settings.
pub(super) fn started(parts: &Parts, target: &str, run: String) -> RunStarted {
    let plan = &parts.plan;
    let codes = |indexes: &[crate::plan::RequirementIndex]| {
        let requirements = indexes.iter().filter_map(|index| plan.requirement(*index));
        requirements
            .map(|requirement| requirement.code.clone())
            .collect()
    };
    let cases = plan.cases.iter().map(|case| CaseFact {
        id: case.id.clone(),
        operation: case.operation.clone(),
        rule: case.rule.to_owned(),
        title: case.title.clone(),
        requirements: codes(&case.requirements),
        tags: case.tags.clone(),
    });
    RunStarted {
        version: EVENT_LOG_VERSION,
        probity: env!("CARGO_PKG_VERSION").to_owned(),
        run,
        started_at: jiff::Timestamp::now().to_string(),
        target: target.to_owned(),
        contract: digest(&parts.contract),
        suites: vec![NamedDigest {
            name: plan.suite.suite.clone(),
            ..digest(&parts.suite)
        }],
        settings: setting_facts(parts),
        cases: cases.collect(),
        requirements: requirement_facts(&plan.suite),
        filtered_out: plan.filtered_out,
    }
}

fn setting_facts(parts: &Parts) -> Vec<SettingFact> {
    let facts = parts.settings.facts().into_iter();
    facts
        .map(|fact| SettingFact {
            name: fact.name,
            value: fact.value,
            origin: fact.origin,
        })
        .collect()
}

fn requirement_facts(suite: &Suite) -> Vec<RequirementFact> {
    suite
        .requirements
        .iter()
        .map(|requirement| RequirementFact {
            code: requirement.code.clone(),
            title: requirement.title.clone(),
            level: requirement.level,
            profile: requirement.profile,
            sources: requirement
                .sources
                .iter()
                .map(ToString::to_string)
                .collect(),
        })
        .collect()
}

fn digest(text: &SourceText) -> NamedDigest {
    let sum = Sha256::digest(&text.bytes);
    let hex = sum.iter().map(|byte| format!("{byte:02x}")).collect();
    NamedDigest {
        name: text.name.clone(),
        sha256: hex,
    }
}
