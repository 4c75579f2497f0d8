//! The operation by HTTP/2, beside the same by HTTP/1.1.
//!
//! ## Requires   By HTTP/2 an authorised request and one without a credential get the same status
//!               and have the same effect as by HTTP/1.1.
//! ## Why        Another version often takes another way through proxies and frameworks, and what
//!               guards one of the ways may be missing on the other.
//! ## Spec       RFC 9113 §8: messages are framed otherwise, and mean the same.
//! ## Silent     Where the target is plain HTTP, or does not choose HTTP/2 when that is offered.

use super::request::MAIN;
use super::{Context, Draft, Rule};
use crate::plan::{Piece, Script, Send, Slot, Step, Wire};

/// The label of the request by HTTP/1.1.
const BY_HTTP_1: &str = "by-http-1";

/// Requests by HTTP/2, each beside the same by HTTP/1.1.
pub const HTTP_2: Rule = Rule {
    name: "http-2",
    document: include_str!("http_2.rs"),
    derive: |context| vec![authorised(context), missing_credential(context)],
};

fn authorised(context: &Context) -> Draft {
    let mut by_1 = context.requests.authorised();
    // Its own instance: the first one's is dead by then.
    let slot = Slot::Further(1);
    by_1.template.target = context.requests.path(&[Piece::Id(slot)]);
    by_1.addresses = Some(slot);
    let by_2 = context.requests.authorised();
    draft(context, ("", "an authorised request"), (by_2, by_1))
}

fn missing_credential(context: &Context) -> Draft {
    let anonymous = || context.requests.insufficient(context.requests.anonymous());
    let name = ("missing-credential", "a request without a credential");
    draft(context, name, (anonymous(), anonymous()))
}

/// HTTP/2 goes first: where it is not offered, nothing has been sent.
fn draft(context: &Context, (detail, words): (&str, &str), (by_2, by_1): (Send, Send)) -> Draft {
    let mut by_2 = by_2;
    by_2.wire = Wire::Http2;
    let mut by_1 = by_1;
    BY_HTTP_1.clone_into(&mut by_1.label);
    let name = if detail.is_empty() {
        "http-2".to_owned()
    } else {
        format!("http-2::{detail}")
    };
    let mut script = Script::single(name, by_2);
    script.consumes *= 2;
    script.steps.push(Step::Send(Box::new(by_1)));
    Draft {
        detail: detail.to_owned(),
        title: format!("{words} by HTTP/2, and the same by HTTP/1.1"),
        script,
        focus: vec![MAIN.to_owned(), BY_HTTP_1.to_owned()],
        control: None,
        pointers: vec![context.operation.pointer.clone()],
    }
}
