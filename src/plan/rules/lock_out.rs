//! Many wrong credentials in a row, and then a right one.
//!
//! ## Requires   Nothing: whether the target slows guessing down, and whom that hits, is observed.
//! ## Why        A limit on guessing that locks the rightful caller out is a way to stop him.
//! ## Spec       ASVS 6.1.1; OWASP API2:2023.
//! ## Silent     Always, but for a note.

use super::request::MAIN;
use super::{Context, Draft, Rule};
use crate::plan::{Derivation, Holder, Piece, Script, Step, Tier};

/// Twenty wrong credentials, then a right one.
pub const LOCK_OUT: Rule = Rule {
    name: "lock-out",
    document: include_str!("lock_out.rs"),
    derive: lock_out,
};

/// How many wrong credentials: more than the usual limits on guessing, which are at 3 to 10.
const WRONG: u32 = 20;

fn lock_out(context: &Context) -> Vec<Draft> {
    if context.requests.credential_field().is_none() {
        return Vec::new();
    }
    let mut script = Script::single("lock-out", context.requests.authorised());
    for round in (1..=WRONG).rev() {
        let wrong = Piece::Secret(Holder::Admin, Derivation::RandomAlike);
        let template = context.requests.with_value(vec![wrong]);
        let mut send = context.requests.insufficient(template);
        send.label = format!("wrong-{round}");
        // One look after all of them is enough.
        send.addresses = None;
        script.steps.insert(0, Step::Send(Box::new(send)));
    }
    script.alone = true;
    script.tier_at_least = Tier::Tenant;
    vec![Draft {
        focus: vec![MAIN.to_owned()],
        control: None,
        ..Draft::guarded(
            context,
            "",
            "an authorised request after many wrong ones",
            script,
        )
    }]
}
