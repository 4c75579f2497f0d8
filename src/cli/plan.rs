//! `plan`: what a run would send.

use std::fmt::Write as _;

use probity::plan::{Case, Plan, Send, Step, display};
use probity::run::{Parts, victims_needed};
use probity::suite::{CredentialClass, Effect, Requirement, Tier};

use super::args::RunArguments;
use super::exit::Exit;
use super::prepare::{self, Brought};

/// `probity plan`.
pub fn plan(arguments: &RunArguments) -> Result<u8, Exit> {
    let settings = prepare::settings(&arguments.settings, &arguments.libtest, Brought::default())?;
    if arguments.show_config {
        return super::run::run(arguments);
    }
    let parts = prepare::parts(arguments, settings)?;
    let code = if parts.plan.cases.is_empty() { 4 } else { 0 };
    super::print(&text(&parts))?;
    Ok(code)
}

fn text(parts: &Parts) -> String {
    let plan = &parts.plan;
    let mut text = String::new();
    let target = parts.settings.target.value.as_deref().unwrap_or("{target}");
    let allow = parts.settings.allow.value;
    let _ = writeln!(
        text,
        "target {target}   allowed: {allow}   nothing is sent\n"
    );
    for case in &plan.cases {
        write_case(&mut text, plan, case, allow);
    }
    write_summary(&mut text, parts);
    text
}

fn write_case(text: &mut String, plan: &Plan, case: &Case, allow: Tier) {
    let _ = writeln!(text, "{}\n  {}", case.id, case.title);
    for requirement in case
        .requirements
        .iter()
        .filter_map(|index| plan.requirement(*index))
    {
        let expects = expectation(requirement);
        let _ = writeln!(
            text,
            "  {} ({}, {}) expects {expects}",
            requirement.code, requirement.level, requirement.profile
        );
    }
    if let Some(script) = plan.script(case.script) {
        for step in &script.steps {
            write_step(text, step, case);
        }
        let slots: Vec<String> = script.slots().iter().map(ToString::to_string).collect();
        let holders: Vec<String> = script.holders().iter().map(ToString::to_string).collect();
        let _ = writeln!(
            text,
            "  fixtures  {}",
            [slots, holders].concat().join(", ").as_str()
        );
        let when = if script.alone {
            ", alone at the end"
        } else {
            ""
        };
        let _ = writeln!(
            text,
            "  could lose  {}{when}",
            blast(script.consumes, case.tier)
        );
    }
    if let Some(control) = case.control {
        let names: Vec<&str> = std::iter::once(control.base)
            .chain(control.shaped)
            .filter_map(|index| plan.script(index))
            .map(|script| script.name.as_str())
            .collect();
        let _ = writeln!(text, "  control   {}", names.join(", "));
    }
    let needed = plan.tier_to_judge(case);
    if needed > allow {
        let _ = writeln!(text, "  not judged in full: needs --allow {needed}");
    }
    text.push('\n');
}

fn expectation(requirement: &Requirement) -> String {
    let mut parts = Vec::new();
    if let Some(expect) = &requirement.expect {
        let statuses = expect.status.iter().map(ToString::to_string);
        let closed = expect.closed.then(|| "a closed connection".to_owned());
        let statuses: Vec<String> = statuses.chain(closed).collect();
        if !statuses.is_empty() {
            parts.push(statuses.join(" or "));
        }
        match expect.effect {
            Some(Effect::None) => parts.push("no effect".to_owned()),
            Some(Effect::Revoked) => parts.push("the key dead".to_owned()),
            None => {}
        }
    }
    parts.extend(
        requirement
            .check
            .as_ref()
            .map(|check| format!("check `{check}`")),
    );
    parts.join(", ")
}

fn write_step(text: &mut String, step: &Step, case: &Case) {
    match step {
        Step::Send(send) => write_send(text, send, case),
        Step::Together(sends, _) => {
            let _ = writeln!(text, "  at once   {} requests:", sends.len());
            for send in sends {
                write_send(text, send, case);
            }
        }
        Step::SendInUse(slot, send) => {
            let _ = writeln!(
                text,
                "  use       {slot}'s credential on the probe all the while"
            );
            write_send(text, send, case);
        }
        Step::LookAcross(slot, times) => {
            let _ = writeln!(text, "  look      at {slot} over {times} fresh connections");
        }
        Step::LookAtTheDead => {
            text.push_str("  look      again at keys that were revoked --linger ago\n");
        }
        Step::RequireAnySuccess { .. } => {
            text.push_str("  then      only where that succeeded:\n");
        }
        Step::Look(slot) => {
            let _ = writeln!(text, "  watch     {slot}");
        }
        Step::Use(slot, times) => {
            let _ = writeln!(
                text,
                "  use       {slot}'s credential on the probe, {times} times"
            );
        }
        Step::Abandon(send) => {
            text.push_str("  abandon   the next request: its answer is not read\n");
            write_send(text, send, case);
        }
        Step::LookAtTraffic => text.push_str("  look      at limits and latencies of the run\n"),
        Step::OfferOldTls => text.push_str("  offer     TLS 1.0, and TLS 1.1\n"),
        Step::TakeAway(send) => {
            text.push_str("  end       every key that the run made and that lives:\n");
            write_send(text, send, case);
        }
        Step::PauseMs(pause) => {
            let _ = writeln!(text, "  wait      {pause} ms");
        }
        Step::LookForReusedIds => {
            text.push_str("  make      one more key, and compare its id with those of dead ones\n");
        }
        Step::LookAtBystanders => text.push_str("  look      at every key that nobody addressed\n"),
    }
}

fn write_send(text: &mut String, send: &Send, case: &Case) {
    let judged = if case.focus.contains(&send.label) {
        "judged"
    } else {
        &send.label
    };
    let template = &send.template;
    let _ = writeln!(
        text,
        "  {judged:9} {} {}",
        template.method,
        display(&template.target)
    );
    for (name, value) in &template.headers {
        let _ = writeln!(text, "            {name}: {}", display(value));
    }
    if let Some(body) = &template.body {
        let _ = writeln!(text, "            content: {}", display(body));
    }
    if let Some(constraint) = &send.breaks {
        let _ = writeln!(text, "            breaks {constraint}");
    }
    if send.credential == CredentialClass::Sufficient && case.focus.contains(&send.label) {
        text.push_str("            with a sufficient credential\n");
    }
}

fn blast(consumes: u32, tier: Tier) -> String {
    match (consumes, tier) {
        (0, Tier::Observe) => "nothing; on a broken target the addressed key".to_owned(),
        (0, _) => "nothing; on a broken target disposable keys".to_owned(),
        (count, _) => format!(
            "{}, on purpose",
            counted(
                usize::try_from(count).unwrap_or(usize::MAX),
                "disposable key"
            )
        ),
    }
}

fn write_summary(text: &mut String, parts: &Parts) {
    let (plan, allow) = (&parts.plan, parts.settings.allow.value);
    let repeat = parts.settings.repeat.value;
    let scripts: Vec<_> = plan
        .needed_scripts()
        .into_iter()
        .filter_map(|index| plan.script(index))
        .collect();
    let requests: usize = scripts.iter().map(|script| script.sends().count()).sum();
    let beyond = plan
        .cases
        .iter()
        .filter(|case| plan.tier_to_judge(case) > allow)
        .count();
    let _ = writeln!(
        text,
        "{}, {} and the looks around them; {} filtered out",
        counted(plan.cases.len(), "case"),
        counted(requests, "request"),
        plan.filtered_out
    );
    let _ = writeln!(
        text,
        "disposable keys needed: {}",
        victims_needed(plan, repeat)
    );
    if beyond > 0 {
        let _ = writeln!(
            text,
            "not judged in full without more than --allow {allow}: {}",
            counted(beyond, "case")
        );
    }
}

/// A number of things in words.
fn counted(count: usize, thing: &str) -> String {
    match count {
        1 => format!("1 {thing}"),
        count => format!("{count} {thing}s"),
    }
}
