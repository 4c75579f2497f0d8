//! Api + Suite -> Plan.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use thiserror::Error;

use crate::api::{Api, Operation};
use crate::document::{Document, Pointer};
use crate::plan::rules::{self, Context, ControlDraft, Draft, Requests, Rule};
use crate::plan::{
    Case, CaseId, Control, RequirementIndex, Script, ScriptIndex, Selection, Send, Tier,
};
use crate::suite::{CredentialClass, Requirement, Selector, Source, Suite, Trigger};

/// The most cases that one operation may have.
///
/// The largest suite here has some hundred; a rule that multiplies variants is found at once.
pub const CASES_PER_OPERATION_MAX: usize = 2_000;

/// What is planned, before anything is sent.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The suite that demands it: shared, as many runs of one plan do.
    pub suite: Arc<Suite>,
    /// The path that every request begins with.
    pub base_path: String,
    /// What is done on the wire, each once.
    pub scripts: Arc<Vec<Script>>,
    /// The cases, in the order of reports.
    pub cases: Vec<Case>,
    /// The ids of all cases, selected or not.
    pub all_ids: BTreeSet<String>,
    /// Which of all cases these are.
    pub selection: Selection,
    /// How many cases a selection left out.
    pub filtered_out: usize,
}

/// Why there is no plan.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum PlanError {
    /// The suite names an operation that the contract does not have.
    #[error("the contract has no operation `{operation}`{}", nearest_text(.nearest))]
    UnknownOperation {
        /// The name.
        operation: String,
        /// The nearest that there is.
        nearest: Option<String>,
    },
    /// A requirement names a rule that does not exist.
    #[error("{code}: there is no rule `{rule}`{}", nearest_text(.nearest))]
    UnknownRule {
        /// The requirement.
        code: String,
        /// The name.
        rule: String,
        /// The nearest that there is.
        nearest: Option<String>,
    },
    /// A requirement names a variant that the rule does not derive.
    #[error("{code}: rule `{rule}` has no variant `{variant}`{}", nearest_text(.nearest))]
    UnknownVariant {
        /// The requirement.
        code: String,
        /// The rule.
        rule: String,
        /// The name.
        variant: String,
        /// The nearest that there is.
        nearest: Option<String>,
    },
    /// A requirement cites a place that the contract does not have.
    #[error("{code}: the contract has no `{pointer}`")]
    UnknownPlace {
        /// The requirement.
        code: String,
        /// The pointer.
        pointer: String,
    },
    /// A requirement names a check that does not exist.
    #[error("{code}: there is no check `{check}`{}", nearest_text(.nearest))]
    UnknownCheck {
        /// The requirement.
        code: String,
        /// The name.
        check: String,
        /// The nearest that there is.
        nearest: Option<String>,
    },
    /// Two scripts share a name but not their steps: a fault of a rule.
    #[error("two scripts are named `{script}`")]
    AmbiguousScript {
        /// The name.
        script: String,
    },
    /// More cases than [`CASES_PER_OPERATION_MAX`].
    #[error("`{operation}` has {cases} cases, more than {CASES_PER_OPERATION_MAX}")]
    TooManyCases {
        /// The operation.
        operation: String,
        /// How many.
        cases: usize,
    },
}

fn nearest_text(nearest: &Option<String>) -> String {
    nearest
        .as_ref()
        .map_or_else(String::new, |name| format!(" (nearest: `{name}`)"))
}

/// The name of `names` that is most like the given one, if any is like it at all.
pub fn nearest<'a>(given: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(given, name), name))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, name)| name.to_owned())
}

/// Plans the suite's cases on the contract.
///
/// # Errors
///
/// Where the suite names an operation, a rule, a variant, a check or a place that does not exist.
pub fn plan(
    api: &Api,
    document: &Document,
    suite: &Suite,
    base_path: &str,
) -> Result<Plan, PlanError> {
    let operation = find_operation(api, suite)?;
    let context = Context {
        api,
        operation,
        resource: &suite.resource,
        requests: Requests::new(api, operation, base_path),
    };
    let mut builder = Builder {
        suite,
        operation,
        scripts: Vec::new(),
        by_name: BTreeMap::new(),
        cases: Vec::new(),
    };
    let drafts = draft_all(&context, document, suite)?;
    for (rule, draft) in drafts {
        builder.add(rule, draft)?;
    }
    builder.answer_for_all(suite);
    let Builder { scripts, cases, .. } = builder;
    if cases.len() > CASES_PER_OPERATION_MAX {
        let operation = operation.id.clone();
        return Err(PlanError::TooManyCases {
            operation,
            cases: cases.len(),
        });
    }
    Ok(Plan {
        suite: Arc::new(suite.clone()),
        base_path: base_path.to_owned(),
        scripts: Arc::new(scripts),
        all_ids: cases.iter().map(|case| case.id.to_string()).collect(),
        cases,
        selection: Selection::default(),
        filtered_out: 0,
    })
}

fn find_operation<'a>(api: &'a Api, suite: &Suite) -> Result<&'a Operation, PlanError> {
    api.operation(&suite.operation)
        .ok_or_else(|| PlanError::UnknownOperation {
            operation: suite.operation.clone(),
            nearest: nearest(
                &suite.operation,
                api.operations.iter().map(|operation| operation.id.as_str()),
            ),
        })
}

/// Every case of every rule that the suite names, in the order of the rules.
fn draft_all(
    context: &Context,
    document: &Document,
    suite: &Suite,
) -> Result<Vec<(&'static Rule, Draft)>, PlanError> {
    let mut named: BTreeMap<&str, Vec<&Requirement>> = BTreeMap::new();
    for requirement in &suite.requirements {
        known_check(requirement)?;
        known_places(document, requirement)?;
        if let Trigger::Rule(rule) = requirement.trigger() {
            known_rule(requirement, rule)?;
            named.entry(rule).or_default().push(requirement);
        }
    }
    let mut drafts = Vec::new();
    for rule in rules::RULES {
        let Some(requirements) = named.get(rule.name) else {
            continue;
        };
        let derived = rule.derive(context);
        for requirement in requirements {
            known_variants(requirement, rule, &derived)?;
        }
        let wanted = derived.into_iter().filter(|draft| {
            requirements
                .iter()
                .any(|requirement| judges(requirement, rule.name, &draft.detail))
        });
        drafts.extend(wanted.map(|draft| (rule, draft)));
    }
    Ok(drafts)
}

/// Whether the requirement derives the rule's case with the detail.
fn judges(requirement: &Requirement, rule: &str, detail: &str) -> bool {
    requirement.rule.as_deref() == Some(rule)
        && (requirement.variants.is_empty()
            || requirement.variants.iter().any(|variant| variant == detail))
}

fn known_rule(requirement: &Requirement, rule: &str) -> Result<(), PlanError> {
    if rules::named(rule).is_some() {
        return Ok(());
    }
    Err(PlanError::UnknownRule {
        code: requirement.code.to_string(),
        rule: rule.to_owned(),
        nearest: nearest(rule, rules::RULES.iter().map(|rule| rule.name)),
    })
}

fn known_variants(
    requirement: &Requirement,
    rule: &Rule,
    derived: &[Draft],
) -> Result<(), PlanError> {
    // A rule that finds no occasion at all here leaves its requirements without a case: said in
    // the report, since another contract may lack what the suite speaks of.
    if derived.is_empty() {
        return Ok(());
    }
    let missing = requirement
        .variants
        .iter()
        .find(|variant| !derived.iter().any(|draft| draft.detail == **variant));
    missing.map_or(Ok(()), |variant| {
        Err(PlanError::UnknownVariant {
            code: requirement.code.to_string(),
            rule: rule.name.to_owned(),
            variant: variant.clone(),
            nearest: nearest(variant, derived.iter().map(|draft| draft.detail.as_str())),
        })
    })
}

fn known_check(requirement: &Requirement) -> Result<(), PlanError> {
    match &requirement.check {
        Some(check) if !crate::plan::CHECKS.contains(&check.0.as_str()) => {
            Err(PlanError::UnknownCheck {
                code: requirement.code.to_string(),
                check: check.0.clone(),
                nearest: nearest(&check.0, crate::plan::CHECKS.iter().copied()),
            })
        }
        _ => Ok(()),
    }
}

fn known_places(document: &Document, requirement: &Requirement) -> Result<(), PlanError> {
    let unknown = requirement.sources.iter().find_map(|source| match source {
        Source::Contract(pointer) if !exists(document, pointer) => Some(pointer.clone()),
        _ => None,
    });
    unknown.map_or(Ok(()), |pointer| {
        Err(PlanError::UnknownPlace {
            code: requirement.code.to_string(),
            pointer,
        })
    })
}

fn exists(document: &Document, pointer: &str) -> bool {
    Pointer::parse(pointer).is_some_and(|pointer| document.at(&pointer).is_some())
}

/// Collects cases, and shares the scripts that they have in common.
struct Builder<'a> {
    suite: &'a Suite,
    operation: &'a Operation,
    scripts: Vec<Script>,
    by_name: BTreeMap<String, ScriptIndex>,
    cases: Vec<Case>,
}

impl Builder<'_> {
    fn add(&mut self, rule: &'static Rule, draft: Draft) -> Result<(), PlanError> {
        let suite = self.suite;
        let requirements: Vec<RequirementIndex> = indexes(suite, |requirement| {
            judges(requirement, rule.name, &draft.detail)
        });
        let attached = indexes(suite, |requirement| match requirement.trigger() {
            Trigger::On(selector) => may_attach(selector, rule.name, judged(&draft)),
            _ => false,
        });
        let mut tags: BTreeSet<String> = BTreeSet::new();
        for RequirementIndex(index) in &requirements {
            tags.extend(
                suite
                    .requirements
                    .get(*index)
                    .into_iter()
                    .flat_map(|found| found.tags.iter().cloned()),
            );
        }
        let control = draft
            .control
            .map(|control| self.control(control))
            .transpose()?;
        let tier = draft.script.tier();
        let script = self.script(draft.script)?;
        self.cases.push(Case {
            id: CaseId::new(&self.operation.id, rule.name, &draft.detail),
            operation: self.operation.id.clone(),
            rule: rule.name,
            title: draft.title,
            script,
            focus: draft.focus,
            beside: Vec::new(),
            requirements,
            attached,
            control,
            tier,
            tags: tags.into_iter().collect(),
            pointers: draft.pointers,
        });
        Ok(())
    }

    /// Gives the requests that no case judges to the first case of their script.
    fn answer_for_all(&mut self, suite: &Suite) {
        let mut judged: BTreeSet<(ScriptIndex, String)> = BTreeSet::new();
        for case in &self.cases {
            let focus = case.focus.iter().cloned();
            judged.extend(focus.map(|label| (case.script, label)));
        }
        for case in &mut self.cases {
            let Some(script) = self.scripts.get(case.script.0) else {
                continue;
            };
            let unjudged = script
                .sends()
                .filter(|send| judged.insert((case.script, send.label.clone())));
            let unjudged: Vec<&Send> = unjudged.collect();
            let attached = indexes(suite, |requirement| match requirement.trigger() {
                Trigger::On(selector) => may_attach(selector, case.rule, unjudged.iter().copied()),
                _ => false,
            });
            case.attached.extend(attached);
            case.attached.sort_unstable();
            case.attached.dedup();
            case.beside = unjudged.iter().map(|send| send.label.clone()).collect();
        }
    }

    fn control(&mut self, control: ControlDraft) -> Result<Control, PlanError> {
        let base = self.script(control.base)?;
        let shaped = control
            .shaped
            .map(|shaped| self.script(shaped))
            .transpose()?;
        Ok(Control { base, shaped })
    }

    /// The script's place; a script with the same name must be the same script.
    fn script(&mut self, script: Script) -> Result<ScriptIndex, PlanError> {
        if let Some(index) = self.by_name.get(&script.name) {
            let known = self.scripts.get(index.0);
            return if known == Some(&script) {
                Ok(*index)
            } else {
                Err(PlanError::AmbiguousScript {
                    script: script.name,
                })
            };
        }
        let index = ScriptIndex(self.scripts.len());
        self.by_name.insert(script.name.clone(), index);
        self.scripts.push(script);
        Ok(index)
    }
}

fn indexes(suite: &Suite, wanted: impl Fn(&Requirement) -> bool) -> Vec<RequirementIndex> {
    let numbered = suite.requirements.iter().enumerate();
    numbered
        .filter(|(_, requirement)| wanted(requirement))
        .map(|(index, _)| RequirementIndex(index))
        .collect()
}

/// The requests that the case judges.
fn judged(draft: &Draft) -> impl Iterator<Item = &Send> {
    let focus = &draft.focus;
    let sends = draft.script.sends();
    sends.filter(move |send| focus.contains(&send.label))
}

/// Whether one of the requests may be one that the selector means: all but the status, which only
/// the run knows.
fn may_attach<'a>(
    selector: &Selector,
    rule: &str,
    mut sends: impl Iterator<Item = &'a Send>,
) -> bool {
    if selector.except.iter().any(|except| except == rule) {
        return false;
    }
    sends.any(|send| {
        let plausible_refusal = send.credential == CredentialClass::Insufficient;
        let wants_refusal =
            !selector.status.is_empty() && selector.status.iter().all(|status| status.matches(401));
        selector.covers(send.credential, send.path) && (!wants_refusal || plausible_refusal)
    })
}

impl Plan {
    /// The script at the index.
    #[must_use]
    pub fn script(&self, index: ScriptIndex) -> Option<&Script> {
        self.scripts.get(index.0)
    }

    /// The requirement at the index.
    #[must_use]
    pub fn requirement(&self, index: RequirementIndex) -> Option<&Requirement> {
        self.suite.requirements.get(index.0)
    }

    /// The scripts that the cases need, controls included, in plan order.
    #[must_use]
    pub fn needed_scripts(&self) -> BTreeSet<ScriptIndex> {
        let controls = self
            .cases
            .iter()
            .filter_map(|case| case.control)
            .flat_map(|control| std::iter::once(control.base).chain(control.shaped));
        self.cases
            .iter()
            .map(|case| case.script)
            .chain(controls)
            .collect()
    }

    /// The tier that a case needs to be judged in full, its control included.
    #[must_use]
    pub fn tier_to_judge(&self, case: &Case) -> Tier {
        let control = case.control.and_then(|control| self.script(control.base));
        case.tier.max(control.map_or(Tier::Observe, Script::tier))
    }

    /// Every place of the contract that the plan's cases speak of.
    #[must_use]
    pub fn pointers(&self) -> BTreeSet<Pointer> {
        self.cases
            .iter()
            .flat_map(|case| case.pointers.iter().cloned())
            .collect()
    }
}
