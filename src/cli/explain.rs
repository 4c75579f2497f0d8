//! `explain` and `lint`: what is demanded, by which sentence; what is wrong with a document.

use std::fmt::Write as _;

use probity::api::Api;
use probity::check;
use probity::document::{Document, Pointer};
use probity::plan::{Case, Plan, RequirementIndex, nearest, rules};
use probity::run::{Parts, SourceText};
use probity::suite::{Requirement, Source, Trigger};

use super::args::{ExplainArguments, LibtestArguments, LintArguments, RunArguments};
use super::exit::Exit;
use super::prepare::{self, Brought};

/// `probity explain`.
pub fn explain(arguments: &ExplainArguments) -> Result<u8, Exit> {
    let libtest = LibtestArguments::default();
    let settings = prepare::settings(&arguments.settings, &libtest, Brought::default())?;
    let parts = prepare::parts(&RunArguments::default(), settings)?;
    let Some(subject) = &arguments.subject else {
        return super::print(&listing(&parts.plan));
    };
    let text = of_code(&parts, subject)
        .or_else(|| of_case(&parts, subject))
        .or_else(|| of_rule(&parts, subject))
        .or_else(|| of_check(&parts, subject));
    match text {
        Some(text) => super::print(&text),
        None => {
            let names = known_names(&parts.plan);
            let hint = nearest(subject, names.iter().map(String::as_str));
            let hint = hint.map_or_else(String::new, |name| format!(" (nearest: `{name}`)"));
            Err(Exit::usage_text(format!(
                "`{subject}` is no case, code, rule or check{hint}; `probity explain` lists them"
            )))
        }
    }
}

fn listing(plan: &Plan) -> String {
    let mut text = String::new();
    for requirement in &plan.suite.requirements {
        let _ = writeln!(
            text,
            "{}  {:6} {:10} {}",
            requirement.code,
            requirement.level.to_string(),
            requirement.profile.to_string(),
            requirement.title
        );
    }
    text
}

fn known_names(plan: &Plan) -> Vec<String> {
    let codes = plan
        .suite
        .requirements
        .iter()
        .map(|requirement| requirement.code.to_string());
    let cases = plan.cases.iter().map(|case| case.id.to_string());
    let rules = rules::RULES.iter().map(|rule| rule.name.to_owned());
    let checks = probity::plan::CHECKS.iter().map(|name| (*name).to_owned());
    codes.chain(cases).chain(rules).chain(checks).collect()
}

fn of_code(parts: &Parts, code: &str) -> Option<String> {
    let requirements = &parts.plan.suite.requirements;
    let index = requirements
        .iter()
        .position(|requirement| requirement.code.as_str() == code)?;
    let requirement = requirements.get(index)?;
    let mut text = String::new();
    write_requirement(&mut text, parts, requirement);
    let judging = |case: &&Case| {
        let index = RequirementIndex(index);
        case.requirements.contains(&index) || case.attached.contains(&index)
    };
    let _ = writeln!(text, "judged by");
    for case in parts.plan.cases.iter().filter(judging) {
        let _ = writeln!(text, "  {}", case.id);
    }
    match requirement.trigger() {
        Trigger::Rule(rule) => text.extend(of_rule_head(rule)),
        Trigger::On(_) | Trigger::Nothing => {}
    }
    text.extend(
        requirement
            .check
            .as_ref()
            .and_then(|check| of_check_head(&check.0)),
    );
    Some(text)
}

fn write_requirement(text: &mut String, parts: &Parts, requirement: &Requirement) {
    let _ = writeln!(text, "{}  {}", requirement.code, requirement.title);
    let _ = writeln!(
        text,
        "level     {}, profile {}",
        requirement.level, requirement.profile
    );
    for source in &requirement.sources {
        let _ = writeln!(text, "source    {source}");
        if let Source::Contract(pointer) = source
            && let Some((place, line)) = place(&parts.document, pointer)
        {
            let _ = writeln!(text, "          {place}\n            {}", line.trim());
        }
    }
    if let Some(note) = &requirement.note {
        let _ = writeln!(text, "note      {note}");
    }
    if let Some(gap) = requirement
        .gap
        .as_ref()
        .and_then(|key| parts.plan.suite.gaps.get(key))
    {
        let _ = writeln!(text, "gap       {}", gap.title);
    }
    if !requirement.tags.is_empty() {
        let _ = writeln!(text, "tags      {}", requirement.tags.join(", "));
    }
}

fn place(document: &Document, pointer: &str) -> Option<(String, String)> {
    let pointer = Pointer::parse(pointer)?;
    let position = document
        .key_position(&pointer)
        .or_else(|| document.at(&pointer).map(probity::document::Node::position))?;
    let line = document.excerpt(position.line)?;
    Some((format!("{}:{position}", document.name()), line.to_owned()))
}

fn of_case(parts: &Parts, id: &str) -> Option<String> {
    let case = parts
        .plan
        .cases
        .iter()
        .find(|case| case.id.as_str() == id)?;
    let mut text = format!("{}\n{}\n\n", case.id, case.title);
    for index in &case.requirements {
        write_requirement(&mut text, parts, parts.plan.requirement(*index)?);
        text.push('\n');
    }
    let attached = case
        .attached
        .iter()
        .filter_map(|index| parts.plan.requirement(*index));
    let _ = writeln!(text, "also judged, where its answer gives occasion");
    for requirement in attached {
        let _ = writeln!(text, "  {}  {}", requirement.code, requirement.title);
    }
    text.extend(of_rule_head(case.rule));
    Some(text)
}

fn of_rule(parts: &Parts, name: &str) -> Option<String> {
    let mut text = of_rule_head(name)?;
    let _ = writeln!(text, "\ncases");
    for case in parts.plan.cases.iter().filter(|case| case.rule == name) {
        let _ = writeln!(text, "  {}  {}", case.id, case.title);
    }
    Some(text)
}

fn of_rule_head(name: &str) -> Option<String> {
    let rule = rules::named(name)?;
    Some(format!("\nrule {name}\n{}\n", rules::head(rule.document)))
}

fn of_check(parts: &Parts, name: &str) -> Option<String> {
    let mut text = of_check_head(name)?;
    let _ = writeln!(text, "\nrequirements");
    let named = parts.plan.suite.requirements.iter().filter(|requirement| {
        requirement
            .check
            .as_ref()
            .is_some_and(|check| check.0 == name)
    });
    for requirement in named {
        let _ = writeln!(text, "  {}  {}", requirement.code, requirement.title);
    }
    Some(text)
}

fn of_check_head(name: &str) -> Option<String> {
    Some(format!(
        "\ncheck {name}\n{}\n",
        rules::head(check::document(name)?)
    ))
}

/// `probity lint`.
pub fn lint(arguments: &LintArguments) -> Result<u8, Exit> {
    let name = arguments.document.display().to_string();
    let bytes = std::fs::read(&arguments.document).map_err(|error| {
        Exit::usage_text(format!(
            "failed to read document `{name}`\n  caused by: {error}"
        ))
    })?;
    let text = SourceText {
        name: name.clone(),
        bytes,
    };
    let (_, api) = prepare::read_contract(&text, Api::lower)?;
    let mut text = String::new();
    for finding in &api.findings {
        let _ = writeln!(text, "{name}:{}: {}", finding.position, finding.message);
    }
    let _ = writeln!(
        text,
        "{} {}: {} operations, {} findings",
        api.title,
        api.version,
        api.operations.len(),
        api.findings.len()
    );
    super::print(&text)?;
    Ok(u8::from(!api.findings.is_empty()))
}
