//! Other methods on the instance's path, and fields that ask for another method.
//!
//! ## Requires   Without a sufficient credential nothing happens, by whatever method; TRACE gives
//!               nothing back.
//! ## Why        Guards are tied to one method and routers to several; frameworks let a form field
//!               or a header field stand for the method.
//! ## Spec       The contract's security; OWASP API5:2023 ("by simply changing the HTTP method");
//!               ASVS 4.1.4, 13.4.4.
//! ## Silent     Which refusal it is; what a limited credential does where it may do it plainly.

use super::request::MAIN;
use super::{Context, Draft, Rule};
use crate::plan::{Derivation, Holder, Piece, Script, Send, Step, Template};
use crate::suite::CredentialClass;

/// The other unsafe methods, without and with an authorised credential.
pub const UNSAFE_METHOD: Rule = Rule {
    name: "unsafe-method",
    document: include_str!("other_method.rs"),
    derive: unsafe_method,
};

/// TRACE with a credential that is none.
pub const TRACE: Rule = Rule {
    name: "trace",
    document: include_str!("other_method.rs"),
    derive: trace,
};

/// Another method, and a field, query or content that names the operation's own.
pub const METHOD_OVERRIDE: Rule = Rule {
    name: "method-override",
    document: include_str!("other_method.rs"),
    derive: method_override,
};

/// The label of the plain request by the operation's own method.
pub const PLAIN: &str = "plain";

fn unsafe_method(context: &Context) -> Vec<Draft> {
    if context.requests.credential_field().is_none() {
        return Vec::new();
    }
    let methods = ["POST", "PUT", "PATCH"].into_iter();
    let others: Vec<&str> = methods
        .filter(|method| !is_declared(context, method))
        .collect();
    let anonymous = others.iter().map(|method| {
        let send = other(context, context.requests.anonymous(), method);
        let detail = format!("anonymous-{}", method.to_ascii_lowercase());
        let script = Script::single(format!("unsafe-method::{detail}"), send);
        (detail, script, format!("no credential, and {method}"))
    });
    let authorised = others.iter().map(|method| {
        let template = context.requests.as_holder(Holder::Admin);
        let mut send = other(context, template, method);
        send.credential = CredentialClass::Sufficient;
        let detail = format!("authorised-{}", method.to_ascii_lowercase());
        let script = Script::single(format!("unsafe-method::{detail}"), send);
        (detail, script, format!("an authorised {method}"))
    });
    anonymous
        .chain(authorised)
        .map(|(detail, mut script, title)| {
            script.consumes = 0;
            script.watch_victim();
            Draft::guarded(context, &detail, title, script)
        })
        .collect()
}

/// Whether the contract has the method on the same path.
fn is_declared(context: &Context, method: &str) -> bool {
    let mut operations = context.api.operations.iter();
    operations
        .any(|operation| operation.path == context.operation.path && operation.method == method)
}

fn other(context: &Context, mut template: Template, method: &str) -> Send {
    template.method = method.to_owned();
    let mut send = context.requests.insufficient(template);
    send.path = None;
    send.addresses = None;
    send
}

fn trace(context: &Context) -> Vec<Draft> {
    if context.requests.credential_field().is_none() {
        return Vec::new();
    }
    let value = Piece::Secret(Holder::Disposable, Derivation::RandomAlike);
    let template = context.requests.with_value(vec![value]);
    let send = other(context, template, "TRACE");
    let title = "TRACE with a wrong credential";
    vec![Draft::guarded(
        context,
        "",
        title,
        Script::single("trace", send),
    )]
}

/// How the operation's method is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ask {
    Field,
    FieldOnGet,
    Query,
    Content,
}

const ASKS: [(&str, Ask, &str); 4] = [
    ("field", Ask::Field, "a header field on POST"),
    ("field-on-get", Ask::FieldOnGet, "a header field on GET"),
    ("query", Ask::Query, "the query of a POST"),
    ("content", Ask::Content, "the content of a POST"),
];

/// The fields that frameworks read a method from.
const FIELDS: [&str; 3] = [
    "X-Http-Method-Override",
    "X-Http-Method",
    "X-Method-Override",
];

fn method_override(context: &Context) -> Vec<Draft> {
    if context.requests.credential_field().is_none() {
        return Vec::new();
    }
    let own = &context.operation.method;
    let anonymous = ASKS.iter().map(|(detail, ask, words)| {
        let send = asking(context, context.requests.anonymous(), *ask);
        let mut script = Script::single(format!("method-override::{detail}"), send);
        script.watch_victim();
        let title = format!("no credential, and {own} asked for in {words}");
        Draft::guarded(context, detail, title, script)
    });
    anonymous
        .chain([limited(context), authorised(context)])
        .collect()
}

fn asking(context: &Context, mut template: Template, ask: Ask) -> Send {
    let own = context.operation.method.clone();
    match ask {
        Ask::Field | Ask::FieldOnGet => {
            let line = |name: &&str| ((*name).to_owned(), vec![Piece::text(own.clone())]);
            template.headers.extend(FIELDS.iter().map(line));
        }
        Ask::Query => {
            let query = format!("?_method={own}");
            template.target.push(Piece::Text(query));
        }
        Ask::Content => {
            let media_type = Piece::text("application/x-www-form-urlencoded");
            template
                .headers
                .push(("Content-Type".to_owned(), vec![media_type]));
            template.body = Some(vec![Piece::Text(format!("_method={own}"))]);
        }
    }
    let method = if ask == Ask::FieldOnGet {
        "GET"
    } else {
        "POST"
    };
    other(context, template, method)
}

/// As a credential that may not: first plainly, since where that succeeds nothing is left to say.
fn limited(context: &Context) -> Draft {
    let as_limited = || context.requests.as_holder(Holder::Limited);
    let mut plain = context.requests.insufficient(as_limited());
    plain.label = PLAIN.to_owned();
    let mut script = Script::single("method-override::limited", plain);
    for (detail, ask, _) in ASKS.iter().filter(|(_, ask, _)| *ask != Ask::FieldOnGet) {
        let mut send = asking(context, as_limited(), *ask);
        send.label = (*detail).to_owned();
        script.steps.push(Step::Send(Box::new(send)));
    }
    let title = format!(
        "a credential that may not, and {} asked for otherwise",
        context.operation.method
    );
    Draft::guarded(context, "limited", title, script)
}

/// As an authorised caller: a path to the operation that the contract does not have.
fn authorised(context: &Context) -> Draft {
    let template = context.requests.as_holder(Holder::Admin);
    let mut send = asking(context, template, Ask::Field);
    send.label = MAIN.to_owned();
    send.credential = CredentialClass::Sufficient;
    let mut script = Script::single("method-override::authorised", send);
    script.consumes = 0;
    script.watch_victim();
    let title = format!(
        "an authorised POST that asks for {} in a header field",
        context.operation.method
    );
    Draft::guarded(context, "authorised", title, script)
}
