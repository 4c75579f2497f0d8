//! Requests that are in flight at the same time.
//!
//! ## Requires   Of several requests on one instance one succeeds at least, and it is dead; of
//!               several on different ones each does what its own status says; what is refused
//!               alone is refused in company.
//! ## Why        Locks that are not taken, transactions that roll back after the answer, and state
//!               that leaks from one request into another show only here.
//! ## Spec       RFC 9110 §9.2.2 (idempotent methods); OWASP API4:2023 and RFC 6585 §4 for bursts.
//! ## Silent     Which of the requests wins.

use super::{Context, Draft, Rule};
use crate::plan::{Derivation, Holder, Limits, Piece, Script, Send, Slot, Step, Tier, Watch};

/// Authorised requests at once, and refused ones among them.
pub const CONCURRENT_REQUEST: Rule = Rule {
    name: "concurrent-request",
    document: include_str!("concurrent_request.rs"),
    derive: concurrent_request,
};

/// Many requests without a credential at once.
pub const ANONYMOUS_BURST: Rule = Rule {
    name: "anonymous-burst",
    document: include_str!("concurrent_request.rs"),
    derive: anonymous_burst,
};

/// How many requests address one instance at once.
const RIVALS: u8 = 8;
/// How many instances are addressed at once by requests that must succeed.
const INSTANCES: u8 = 4;
/// How many requests are refused among them, of each kind.
const REFUSED: u8 = 3;
/// How many requests a burst has: enough for any limit that is meant to stop guessing.
const BURST: u8 = 20;

fn concurrent_request(context: &Context) -> Vec<Draft> {
    let same = (1..=RIVALS).map(|number| {
        let mut send = context.requests.authorised();
        send.label = format!("rival-{number}");
        send
    });
    vec![
        draft(
            context,
            (
                "same-instance",
                "eight authorised requests on one instance at once",
            ),
            (same.collect(), 1),
        ),
        draft(
            context,
            (
                "several-instances",
                "authorised requests on four instances at once, and refused ones among them",
            ),
            (several(context), INSTANCES),
        ),
    ]
}

/// Requests on instances of their own, with refused ones on one more in between.
fn several(context: &Context) -> Vec<Send> {
    let spared = Slot::Further(INSTANCES);
    let mut sends = Vec::new();
    for number in 0..INSTANCES {
        let slot = if number == 0 {
            Slot::Victim
        } else {
            Slot::Further(number)
        };
        sends.push(at(
            context,
            context.requests.authorised(),
            slot,
            format!("revoke-{number}"),
        ));
        if number < REFUSED {
            let anonymous = context.requests.insufficient(context.requests.anonymous());
            sends.push(at(
                context,
                anonymous,
                spared,
                format!("anonymous-{number}"),
            ));
            let alike = Piece::Secret(Holder::Leased(spared), Derivation::RandomAlike);
            let unknown = context
                .requests
                .insufficient(context.requests.with_value(vec![alike]));
            sends.push(at(context, unknown, spared, format!("unknown-{number}")));
        }
    }
    sends
}

fn at(context: &Context, mut send: Send, slot: Slot, label: String) -> Send {
    send.template.target = context.requests.path(&[Piece::Id(slot)]);
    send.addresses = Some(slot);
    send.label = label;
    send
}

fn draft(
    context: &Context,
    (detail, words): (&str, &str),
    (sends, consumes): (Vec<Send>, u8),
) -> Draft {
    let focus = sends.iter().map(|send| send.label.clone()).collect();
    Draft {
        detail: detail.to_owned(),
        title: words.to_owned(),
        script: Script {
            name: format!("concurrent-request::{detail}"),
            steps: vec![Step::Together(sends, Limits::WaitedOut)],
            alone: true,
            consumes: consumes.into(),
            watch: Watch::Own,
            tier_at_least: Tier::Observe,
        },
        focus,
        control: None,
        pointers: vec![context.operation.pointer.clone()],
    }
}

fn anonymous_burst(context: &Context) -> Vec<Draft> {
    let sends = (1..=BURST).map(|number| {
        let mut send = context.requests.insufficient(context.requests.anonymous());
        send.label = format!("anonymous-{number}");
        send
    });
    let sends: Vec<Send> = sends.collect();
    vec![Draft {
        detail: String::new(),
        title: "twenty requests without a credential at once".to_owned(),
        focus: sends.iter().map(|send| send.label.clone()).collect(),
        script: Script {
            name: "anonymous-burst".to_owned(),
            steps: vec![Step::Together(sends, Limits::Answers)],
            alone: true,
            consumes: 0,
            // A limit that it runs into may refuse others of this tenant for a while.
            watch: Watch::Own,
            tier_at_least: Tier::Tenant,
        },
        control: None,
        pointers: context.security_pointers(),
    }]
}
