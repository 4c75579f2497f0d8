//! What the event log begins with.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use sha2::{Digest, Sha256};

use super::{Parts, SourceText};
use crate::config::{Settings, Subcommand};
use crate::plan::{Plan, RequirementIndex, Selection};
use crate::run::event::{
    CaseFact, EVENT_LOG_VERSION, NamedDigest, OperationFact, RequirementFact, RunStarted,
    SelectionFact, SettingFact,
};
use crate::run::facts;
use crate::run::reproduce::Again;
use crate::run::verdict::Policy;

/// Everything that was decided before the first request.
pub fn started(parts: &Parts, policy: &Policy, run: String) -> RunStarted {
    let plan = &parts.plan;
    let settings = &parts.settings;
    RunStarted {
        version: EVENT_LOG_VERSION,
        probity: env!("CARGO_PKG_VERSION").to_owned(),
        run,
        started_at: jiff::Timestamp::now().to_string(),
        target: settings.target.value.clone().unwrap_or_default(),
        contract: digest(&parts.contract),
        suites: vec![NamedDigest {
            name: plan.suite.suite.clone(),
            ..digest(&parts.suite)
        }],
        baseline: settings.baseline.value.as_deref().and_then(file_digest),
        config: settings.config.value.as_deref().and_then(file_digest),
        operations: operation_facts(parts),
        settings: setting_facts(settings),
        cases: case_facts(plan),
        requirements: requirement_facts(parts, policy),
        selection: Some(selection_fact(&plan.selection)),
        filtered_out: plan.filtered_out,
    }
}

/// How the run's cases are run again.
pub fn again(settings: &Settings, subcommand: Subcommand) -> Again {
    let headers = settings.headers.iter().map(|header| &header.value);
    let variables = headers.map(|header| (header.name.clone(), header.variable.clone()));
    Again {
        command: settings.command_line(subcommand),
        curl_options: settings.curl_options(),
        variables: variables.collect(),
    }
}

fn selection_fact(selection: &Selection) -> SelectionFact {
    let shard = selection.shard;
    SelectionFact {
        filters: selection.filters.clone(),
        skip: selection.skip.clone(),
        exact: selection.exact,
        tags: selection.tags.clone(),
        shard: shard.map(|(index, count)| format!("{index}/{count}")),
    }
}

fn case_facts(plan: &Plan) -> Vec<CaseFact> {
    let codes = |indexes: &[RequirementIndex]| {
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
        attached: codes(&case.attached),
        tags: case.tags.clone(),
    });
    cases.collect()
}

fn operation_facts(parts: &Parts) -> Vec<OperationFact> {
    let cases = parts.plan.cases.iter();
    let addressed: BTreeSet<&str> = cases.map(|case| case.operation.as_str()).collect();
    let operations = parts.api.operations.iter();
    operations
        .filter(|operation| addressed.contains(operation.id.as_str()))
        .map(|operation| OperationFact {
            id: operation.id.clone(),
            method: operation.method.clone(),
            path: operation.path.clone(),
            place: format!("{}:{}", parts.document.name(), operation.position),
            responses: facts::responses(operation, &parts.document),
        })
        .collect()
}

fn setting_facts(settings: &Settings) -> Vec<SettingFact> {
    let facts = settings.facts().into_iter();
    facts
        .map(|fact| SettingFact {
            name: fact.name,
            value: fact.value,
            origin: fact.origin,
        })
        .collect()
}

fn requirement_facts(parts: &Parts, policy: &Policy) -> Vec<RequirementFact> {
    let plan = &parts.plan;
    let mut judging: BTreeMap<RequirementIndex, usize> = BTreeMap::new();
    for case in &plan.cases {
        let indexes = case.requirements.iter().chain(&case.attached);
        for index in indexes.collect::<BTreeSet<_>>() {
            *judging.entry(*index).or_default() += 1;
        }
    }
    let requirements = plan.suite.requirements.iter().enumerate();
    requirements
        .map(|(index, requirement)| RequirementFact {
            code: requirement.code.clone(),
            title: requirement.title.clone(),
            level: requirement.level,
            profile: requirement.profile,
            sources: requirement
                .sources
                .iter()
                .map(ToString::to_string)
                .collect(),
            gating: policy.gates(requirement),
            cases: judging
                .get(&RequirementIndex(index))
                .copied()
                .unwrap_or_default(),
            excerpts: facts::excerpts(requirement, &parts.document),
            gap: requirement.gap.clone(),
            note: requirement.note.clone(),
        })
        .collect()
}

/// The digest of a file; nothing where it cannot be read, such as settings that are no file.
fn file_digest(path: &str) -> Option<NamedDigest> {
    let bytes = fs::read(path).ok()?;
    let name = path.to_owned();
    Some(digest(&SourceText { name, bytes }))
}

fn digest(text: &SourceText) -> NamedDigest {
    let sum = Sha256::digest(&text.bytes);
    let hex = sum.iter().map(|byte| format!("{byte:02x}")).collect();
    NamedDigest {
        name: text.name.clone(),
        sha256: hex,
    }
}
