//! What a connection and the run as a whole show, beyond one answer.
//!
//! ## Requires   After a success the connection is fit for the next request; a request whose answer
//!               was lost may be repeated; limits say when to come back; no id is given twice.
//! ## Why        Stray bytes are read as the answer to somebody else's request; clients repeat what
//!               they lost, and an id that comes again makes a repetition kill a stranger's key.
//! ## Spec       RFC 9112 §6.3, §9.3; RFC 9110 §9.2.2, §10.2.3; RFC 6585 §4; ASVS 4.2.2.
//! ## Silent     Where the target closes the connection; where no limit or outage was seen; where
//!               no instance can be made.

use super::request::MAIN;
use super::{Context, Draft, Rule, script_name};
use crate::plan::{Script, Step, Tier, Wire};

/// A second request on the connection of a success.
pub const KEPT_CONNECTION: Rule = Rule {
    name: "kept-connection",
    document: include_str!("connection.rs"),
    derive: kept_connection,
};

/// The request sent, its answer not read, and the request again.
pub const ABANDONED_REQUEST: Rule = Rule {
    name: "abandoned-request",
    document: include_str!("connection.rs"),
    derive: abandoned_request,
};

/// One more instance, after others died.
pub const REUSED_IDS: Rule = Rule {
    name: "reused-ids",
    document: include_str!("connection.rs"),
    derive: reused_ids,
};

/// What the run's own traffic shows: limits, outages, latencies.
pub const TRAFFIC: Rule = Rule {
    name: "traffic",
    document: include_str!("connection.rs"),
    derive: traffic,
};

/// How long a connection rests until it is used again, in milliseconds: content that is written
/// apart from its head comes within some tens.
const LATE_BYTES_MS: u64 = 120;

fn kept_connection(context: &Context) -> Vec<Draft> {
    let waits = [
        (
            "",
            None,
            "another request on the connection of an authorised one",
        ),
        (
            "after-a-while",
            Some(LATE_BYTES_MS),
            "another request on the connection of an authorised one, a moment later",
        ),
    ];
    let drafts = waits.map(|(detail, pause, words)| kept(context, detail, pause, words));
    drafts.into()
}

fn kept(context: &Context, detail: &str, pause: Option<u64>, words: &str) -> Draft {
    let mut first = context.requests.authorised();
    first.wire = Wire::Kept;
    // Without a credential it is refused, whatever became of the instance; only that it is
    // answered, and as HTTP has it, counts.
    let mut next = context.requests.insufficient(context.requests.anonymous());
    next.label = "next".to_owned();
    next.wire = Wire::Kept;
    next.path = None;
    next.addresses = None;
    let mut script = Script::single(script_name("kept-connection", detail), first);
    script.steps.extend(pause.map(Step::PauseMs));
    script.steps.push(Step::Send(Box::new(next)));
    let focus = vec![MAIN.to_owned(), "next".to_owned()];
    Draft {
        detail: detail.to_owned(),
        ..draft(context, words, script, focus)
    }
}

fn abandoned_request(context: &Context) -> Vec<Draft> {
    let mut abandoned = context.requests.authorised();
    abandoned.label = "abandoned".to_owned();
    let mut repeated = context.requests.authorised();
    // The first may still be at work, so that nothing is known of the state before this one.
    repeated.path = None;
    repeated.addresses = None;
    let mut script = Script::single("abandoned-request", repeated);
    script.steps.insert(0, Step::Abandon(Box::new(abandoned)));
    let words = "an authorised request whose answer is not read, and the same again";
    vec![draft(context, words, script, vec![MAIN.to_owned()])]
}

fn reused_ids(context: &Context) -> Vec<Draft> {
    if context.resource.create.is_none() {
        return Vec::new();
    }
    let mut script = whole_run("reused-ids", Step::LookForReusedIds);
    // Making one sends the authorised credential.
    script.tier_at_least = Tier::Revoke;
    let words = "one more instance, after others died";
    vec![draft(context, words, script, Vec::new())]
}

fn traffic(context: &Context) -> Vec<Draft> {
    let script = whole_run("traffic", Step::LookAtTraffic);
    let words = "the run's own traffic, at its end";
    vec![draft(context, words, script, Vec::new())]
}

fn whole_run(name: &str, step: Step) -> Script {
    Script {
        alone: true,
        ..Script::of(name, vec![step])
    }
}

fn draft(context: &Context, words: &str, script: Script, focus: Vec<String>) -> Draft {
    Draft {
        detail: String::new(),
        title: words.to_owned(),
        script,
        focus,
        control: None,
        pointers: vec![context.operation.pointer.clone()],
    }
}
