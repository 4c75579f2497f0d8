//! Requests that HTTP itself forbids, or that come the wrong way.
//!
//! ## Requires   A missing or doubled Host gets 400; a message whose length is said in two ways is
//!               refused; a NUL in a value is refused or replaced; plain HTTP serves nothing.
//! ## Why        Two readers that disagree on such a message let one caller speak for another.
//! ## Spec       RFC 9112 §3.2, §6.1, §6.3, §11.2; RFC 9110 §5.5; ASVS 4.2.1, 4.1.2, 12.2.1.
//! ## Silent     Where the operation wants no secret in a header field; plain HTTP where the target
//!               is not encrypted anyway. Where it is, and not at port 443, nothing says where
//!               else plain HTTP would be: it is tried on the target's own port.

use super::credential_value::control_of;
use super::request::MAIN;
use super::{Context, ControlDraft, Draft, Rule};
use crate::http::{Framing, HostHeader};
use crate::plan::{Derivation, Holder, Piece, Script, Send, Step, Template, Tier, Wire};

/// A valid credential, a NUL, and a letter.
pub const NUL_IN_CREDENTIAL: Rule = Rule {
    name: "nul-in-credential",
    document: include_str!("transport.rs"),
    derive: nul_in_credential,
};

/// No Host, and two.
pub const HOST: Rule = Rule {
    name: "host",
    document: include_str!("transport.rs"),
    derive: host,
};

/// Content-Length beside Transfer-Encoding.
pub const LENGTH_BESIDE_CHUNKS: Rule = Rule {
    name: "length-beside-chunks",
    document: include_str!("transport.rs"),
    derive: length_beside_chunks,
};

/// The request with a made-up credential over plain HTTP.
pub const CLEARTEXT: Rule = Rule {
    name: "cleartext",
    document: include_str!("transport.rs"),
    derive: cleartext,
};

/// Offers of TLS 1.0 and 1.1.
pub const OLD_TLS: Rule = Rule {
    name: "old-tls",
    document: include_str!("transport.rs"),
    derive: |context| {
        let words = "offers of TLS 1.0 and TLS 1.1";
        let script = Script::of("old-tls", vec![Step::OfferOldTls]);
        let mut drafted = draft(context, ("", words), script);
        drafted.focus.clear();
        vec![drafted]
    },
};

fn nul_in_credential(context: &Context) -> Vec<Draft> {
    if context.requests.credential_field().is_none() {
        return Vec::new();
    }
    let value = vec![
        Piece::Secret(Holder::Disposable, Derivation::Verbatim),
        Piece::Bytes(b"\0x".to_vec()),
    ];
    let template = context.requests.with_value(value);
    let send = context.requests.insufficient(template);
    vec![Draft {
        detail: String::new(),
        title: "a valid credential with a NUL and a letter after it".to_owned(),
        script: Script::single("nul-in-credential", send),
        focus: vec![MAIN.to_owned()],
        control: Some(ControlDraft {
            base: control_of(context, Holder::Disposable),
            shaped: None,
        }),
        pointers: context.security_pointers(),
    }]
}

fn host(context: &Context) -> Vec<Draft> {
    let table = [
        ("missing", HostHeader::Absent, "a request without Host"),
        ("doubled", HostHeader::Doubled, "a request with two Hosts"),
    ];
    table
        .into_iter()
        .map(|(detail, host, words)| {
            let mut template = context.requests.anonymous();
            template.host = host;
            let script = watched(&format!("host::{detail}"), malformed(context, template));
            draft(context, (detail, words), script)
        })
        .collect()
}

fn length_beside_chunks(context: &Context) -> Vec<Draft> {
    let mut template = context.requests.anonymous();
    template.framing = Framing::ContentLengthBesideTransferEncoding;
    template.body = Some(vec![Piece::text("x")]);
    let mut first = malformed(context, template);
    first.wire = Wire::Kept;
    // Whether the connection is closed is only seen by using it.
    let mut next = malformed(context, context.requests.anonymous());
    next.label = "next".to_owned();
    next.wire = Wire::Kept;
    let mut script = watched("length-beside-chunks", first);
    script.steps.push(Step::Send(Box::new(next)));
    script.alone = true;
    script.tier_at_least = Tier::Tenant;
    let words = "a request with Content-Length beside Transfer-Encoding";
    let mut drafted = draft(context, ("", words), script);
    drafted.focus.push("next".to_owned());
    vec![drafted]
}

fn cleartext(context: &Context) -> Vec<Draft> {
    let made_up = vec![Piece::Secret(Holder::Disposable, Derivation::RandomAlike)];
    let mut send = malformed(context, context.requests.with_value(made_up));
    send.wire = Wire::Cleartext;
    let script = Script::single("cleartext", send);
    let words = "a request with a made-up credential over plain HTTP";
    vec![draft(context, ("", words), script)]
}

/// A request that says nothing about the operation: HTTP refuses it before.
fn malformed(context: &Context, template: Template) -> Send {
    let mut send = context.requests.insufficient(template);
    send.path = None;
    send.addresses = None;
    send
}

fn watched(name: &str, send: Send) -> Script {
    let mut script = Script::single(name, send);
    script.watch_victim();
    script
}

fn draft(context: &Context, (detail, words): (&str, &str), script: Script) -> Draft {
    Draft {
        detail: detail.to_owned(),
        title: words.to_owned(),
        script,
        focus: vec![MAIN.to_owned()],
        control: None,
        pointers: vec![context.operation.pointer.clone()],
    }
}
