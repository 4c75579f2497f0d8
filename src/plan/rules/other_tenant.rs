//! One tenant's caller and the other tenant's instance.
//!
//! ## Requires   The other tenant's instance lives on, whoever the request says that it is for; and
//!               its id is answered as an unknown one is.
//! ## Why        An id is looked up in one table for all tenants, and the tenant is taken from a
//!               field that anybody can write.
//! ## Spec       OWASP API1:2023; ASVS 4.1.3, 8.2.2, 8.4.1; RFC 9110 §7.4, §15.5.4.
//! ## Silent     Where the ids of the two tenants are not known to be counted together: an id of
//!               one may be another key's of the other.

use super::request::MAIN;
use super::telling_refusal::NOBODYS_ID;
use super::{Context, ControlDraft, Draft, Rule};
use crate::plan::{CredentialClass, Holder, Piece, Script, Send, Slot, Step, Template, Wire};

/// The other tenant's id, beside ids that nobody has.
pub const FOREIGN_ID: Rule = Rule {
    name: "foreign-id",
    document: include_str!("other_tenant.rs"),
    derive: foreign_id,
};

/// The other tenant's caller, at its own URL, with an id of ours.
pub const FOREIGN_CALLER: Rule = Rule {
    name: "foreign-caller",
    document: include_str!("other_tenant.rs"),
    derive: foreign_caller,
};

/// The other tenant's id, and fields that name the other tenant.
pub const FOREIGN_ID_BY_FIELD: Rule = Rule {
    name: "foreign-id-by-field",
    document: include_str!("other_tenant.rs"),
    derive: foreign_id_by_field,
};

/// The other tenant's id and host, on a connection to this one.
pub const FOREIGN_ID_BY_HOST: Rule = Rule {
    name: "foreign-id-by-host",
    document: include_str!("other_tenant.rs"),
    derive: foreign_id_by_host,
};

/// An id of ours and the other tenant's host, on a connection to this one.
pub const FOREIGN_HOST: Rule = Rule {
    name: "foreign-host",
    document: include_str!("other_tenant.rs"),
    derive: foreign_host,
};

fn foreign_id(context: &Context) -> Vec<Draft> {
    let requests = [
        ("subject", Piece::Id(Slot::Foreign)),
        ("other-dead", Piece::RevokedId),
        ("other-unknown", Piece::text(NOBODYS_ID)),
    ];
    let sends = requests.into_iter().map(|(label, id)| {
        let mut send = crossing(context, on(context, Holder::Admin, id));
        send.label = label.to_owned();
        send
    });
    let script = alone(context, "foreign-id", sends.collect());
    let title = "an authorised request on the other tenant's instance";
    vec![guarded(context, "", title, script)]
}

fn foreign_caller(context: &Context) -> Vec<Draft> {
    let victim = Piece::Id(Slot::Victim);
    let mut send = crossing(context, on(context, Holder::OtherTenant, victim));
    send.wire = Wire::OtherTenant;
    let mut script = alone(context, "foreign-caller", vec![send]);
    // Watched, too: it is what shows whether ids may cross at all.
    script.steps.insert(0, Step::Look(Slot::Foreign));
    let title = "the other tenant's caller, at its own URL, on an instance of ours";
    vec![guarded(context, "", title, script)]
}

/// Detail, the fields, and what is in each of them.
type Row = (&'static str, &'static [&'static str], &'static [Piece]);

/// Applications name a tenant by its whole host or by its first label.
const FIELDS: [Row; 4] = [
    (
        "forwarded-host",
        &["X-Forwarded-Host", "X-Original-Host"],
        &[Piece::OtherAuthority],
    ),
    ("host-override", &["X-Host"], &[Piece::OtherAuthority]),
    ("tenant", TENANT_FIELDS, &[Piece::OtherName]),
    ("tenant-host", TENANT_FIELDS, &[Piece::OtherAuthority]),
];

/// The fields that applications and gateways name a tenant in.
const TENANT_FIELDS: &[&str] = &[
    "X-Tenant",
    "X-Tenant-Id",
    "X-Tenant-Name",
    "X-Tenant-Domain",
];

fn foreign_id_by_field(context: &Context) -> Vec<Draft> {
    let forwarded = vec![
        Piece::text("host=\""),
        Piece::OtherAuthority,
        Piece::text("\""),
    ];
    let fields = FIELDS
        .iter()
        .map(|(detail, names, value)| (*detail, *names, value.to_vec()))
        .chain([("forwarded", ["Forwarded"].as_slice(), forwarded)]);
    fields
        .map(|(detail, names, value)| {
            let mut template = on(context, Holder::Admin, Piece::Id(Slot::Foreign));
            for name in names {
                let line = ((*name).to_owned(), value.clone());
                template.headers.push(line);
            }
            let send = crossing(context, template);
            let name_of = format!("foreign-id-by-field::{detail}");
            let script = alone(context, &name_of, vec![send]);
            let first = names.first().copied().unwrap_or_default();
            let title = format!("the other tenant's instance, and {first} that names that tenant");
            guarded(context, detail, &title, script)
        })
        .collect()
}

fn foreign_id_by_host(context: &Context) -> Vec<Draft> {
    let template = on(context, Holder::Admin, Piece::Id(Slot::Foreign));
    let send = crossing(context, with_other_host(template));
    let script = alone(context, "foreign-id-by-host", vec![send]);
    let title = "the other tenant's instance and host, on a connection to this tenant";
    vec![guarded(context, "", title, script)]
}

fn foreign_host(context: &Context) -> Vec<Draft> {
    if context.requests.credential_field().is_none() {
        return Vec::new();
    }
    let victim = Piece::Id(Slot::Victim);
    let caller = on(context, Holder::OtherTenant, victim);
    let table = [
        ("anonymous", context.requests.anonymous(), "no credential"),
        ("caller", caller, "the other tenant's caller"),
    ];
    table
        .into_iter()
        .map(|(detail, template, words)| {
            let mut send = crossing(context, with_other_host(template));
            // Such a host may be unknown here, and answered as no documented path is.
            send.path = None;
            if detail == "anonymous" {
                send.credential = CredentialClass::Insufficient;
            }
            let name = format!("foreign-host::{detail}");
            let mut script = alone(context, &name, vec![send]);
            // Watched, too: it is what shows whether ids may cross at all.
            script.steps.insert(0, Step::Look(Slot::Foreign));
            let title = format!("{words}, and the other tenant's host, on an instance of ours");
            guarded(context, detail, &title, script)
        })
        .collect()
}

/// The same, as if the connection went to the other tenant.
fn with_other_host(mut template: Template) -> Template {
    let host = ("Host".to_owned(), vec![Piece::OtherAuthority]);
    template.headers.insert(0, host);
    template
}

fn on(context: &Context, holder: Holder, id: Piece) -> Template {
    let mut template = context.requests.as_holder(holder);
    template.target = context.requests.path(&[id]);
    template
}

/// A request whose caller is good where it comes from, on an instance that is not his: what its
/// status says of that instance is open, since an unknown id may be answered with a success.
fn crossing(context: &Context, template: Template) -> Send {
    let mut send = context.requests.sufficient(template);
    send.addresses = None;
    send
}

fn alone(context: &Context, name: &str, sends: Vec<Send>) -> Script {
    let mut script = Script::single(name, context.requests.authorised());
    let steps = sends.into_iter().map(|send| Step::Send(Box::new(send)));
    script.steps = steps.collect();
    script.alone = true;
    script.consumes = 0;
    script
}

fn guarded(context: &Context, detail: &str, title: &str, script: Script) -> Draft {
    Draft {
        control: Some(ControlDraft {
            base: control(context),
            shaped: None,
        }),
        ..Draft::guarded(context, detail, title, script)
    }
}

/// The other tenant's caller on an instance of its own, at its own URL.
fn control(context: &Context) -> Script {
    let template = on(context, Holder::OtherTenant, Piece::Id(Slot::ForeignSecond));
    let mut send = context.requests.sufficient(template);
    send.label = MAIN.to_owned();
    send.wire = Wire::OtherTenant;
    send.addresses = Some(Slot::ForeignSecond);
    let mut script = Script::single("control::foreign", send);
    script.consumes = 0;
    script
}
