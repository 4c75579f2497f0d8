//! The rules: each derives cases from an operation, its security scheme and the resource that its
//! path parameter names. A file a family, its variants as a table.

mod addition;
mod afterlife;
mod concurrent_request;
mod conflicting_id;
mod connection;
mod credential_elsewhere;
mod credential_value;
mod dead_credential;
mod doubled_credential;
mod foreign_origin;
mod hostile_credential;
mod http_2;
mod identity;
mod instance_alike;
mod later_request;
mod lock_out;
mod malformed_content;
mod mass_id;
mod method;
mod missing_credential;
mod non_integer_id;
mod other_id;
mod other_method;
mod other_tenant;
mod remaining_instances;
mod request;
mod respelled_path;
mod shared_cache;
mod spelled_id;
mod telling_refusal;
mod transport;
mod trusted_field;
mod used_credential;
mod valid_request;

use crate::api::{Api, Operation};
use crate::document::Pointer;
use crate::plan::{Script, Send};
use crate::suite::Resource;

pub use foreign_origin::ORIGIN as FOREIGN_ORIGIN;
pub use other_method::PLAIN;
pub use request::Requests;

/// A rule: a name, what it derives, and the file that documents it.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Its name in suites and case ids.
    pub name: &'static str,
    /// The head of its family's file: what is required and why, as `explain` prints it.
    pub document: &'static str,
    derive: fn(&Context) -> Vec<Draft>,
}

impl Rule {
    /// The cases that the rule derives here; none where the operation gives no occasion.
    #[must_use]
    pub fn derive(&self, context: &Context) -> Vec<Draft> {
        (self.derive)(context)
    }
}

/// What a rule may look at.
pub struct Context<'a> {
    /// The contract.
    pub api: &'a Api,
    /// The operation under test.
    pub operation: &'a Operation,
    /// The resource that its path parameter names.
    pub resource: &'a Resource,
    /// Builds requests of the operation.
    pub requests: Requests<'a>,
}

impl Context<'_> {
    /// Where the contract demands the credential and says what a refusal looks like.
    #[must_use]
    pub fn security_pointers(&self) -> Vec<Pointer> {
        let schemes = self
            .operation
            .security
            .iter()
            .flat_map(|requirement| &requirement.schemes);
        let mut pointers: Vec<Pointer> = schemes
            .filter_map(|(name, _)| self.api.security_scheme(name))
            .map(|scheme| scheme.pointer.clone())
            .collect();
        let refusal = self.operation.response_for(401);
        pointers.extend(refusal.map(|response| response.declared_at.clone()));
        pointers
    }
}

/// A case as a rule proposes it.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What tells it from the rule's other cases; empty where there is one.
    pub detail: String,
    /// What it does, in one line.
    pub title: String,
    /// What is done on the wire.
    pub script: Script,
    /// The labels of the requests that it judges.
    pub focus: Vec<String>,
    /// What must be accepted for a refusal to mean anything.
    pub control: Option<ControlDraft>,
    /// Where the contract speaks of what it tries.
    pub pointers: Vec<Pointer>,
}

impl Draft {
    /// A case about the operation's security, whose control is the plain authorised request; it
    /// judges every request of its script.
    fn guarded(context: &Context, detail: &str, title: impl Into<String>, script: Script) -> Self {
        Self {
            detail: detail.to_owned(),
            title: title.into(),
            focus: script.sends().map(|send| send.label.clone()).collect(),
            script,
            control: Some(ControlDraft {
                base: valid_request::base(context),
                shaped: None,
            }),
            pointers: context.security_pointers(),
        }
    }

    /// A case of one request that uses up nothing on a correct target, whatever it names; its
    /// control is the plain authorised request.
    fn wasting_nothing(
        context: &Context,
        (rule, detail, words): (&str, &str, &str),
        send: Send,
    ) -> Self {
        let mut script = Script::single(format!("{rule}::{detail}"), send);
        script.consumes = 0;
        Self {
            pointers: vec![context.operation.pointer.clone()],
            ..Self::guarded(context, detail, words, script)
        }
    }
}

/// The name of a rule's script: the rule's own where it has one case.
fn script_name(rule: &str, detail: &str) -> String {
    if detail.is_empty() {
        rule.to_owned()
    } else {
        format!("{rule}::{detail}")
    }
}

/// The controls of a case, before they are shared.
#[derive(Debug, Clone)]
pub struct ControlDraft {
    /// The plain request of an authorised caller.
    pub base: Script,
    /// The same with the case's unusual but harmless part.
    pub shaped: Option<Script>,
}

/// Every rule, in the order of the plan.
pub const RULES: &[Rule] = &[
    valid_request::VALID_REQUEST,
    valid_request::VALID_REQUEST_ACCEPT,
    addition::FIELD_NAME_SPELLING,
    addition::BLANKS_AROUND_CREDENTIAL,
    addition::ENCODED_ID,
    addition::UNKNOWN_ADDITION,
    addition::ACCEPT_ENCODING,
    addition::EMPTY_CONTENT,
    addition::PRECONDITION,
    connection::KEPT_CONNECTION,
    later_request::LATER_REQUEST,
    http_2::HTTP_2,
    connection::ABANDONED_REQUEST,
    valid_request::VALID_REQUEST_VARIATION,
    missing_credential::MISSING_CREDENTIAL,
    missing_credential::MISSING_CREDENTIAL_ACCEPT,
    missing_credential::MISSING_CREDENTIAL_CONTENT_TYPE,
    missing_credential::MISSING_CREDENTIAL_OTHER_ID,
    later_request::CREDENTIAL_BEFORE,
    credential_value::EMPTY_CREDENTIAL,
    credential_value::PLACEHOLDER_CREDENTIAL,
    credential_value::UNKNOWN_CREDENTIAL,
    credential_value::SHORTENED_CREDENTIAL,
    credential_value::LENGTHENED_CREDENTIAL,
    credential_value::CASE_FLIPPED_CREDENTIAL,
    credential_value::PADDED_CREDENTIAL,
    credential_value::QUOTED_CREDENTIAL,
    identity::EXPIRED_CREDENTIAL,
    identity::REVOKED_CREDENTIAL,
    identity::LIMITED_CREDENTIAL,
    identity::OTHER_TENANT_CREDENTIAL,
    credential_elsewhere::CREDENTIAL_ELSEWHERE,
    credential_elsewhere::CREDENTIAL_FALLBACK,
    doubled_credential::DOUBLED_CREDENTIAL,
    hostile_credential::HOSTILE_CREDENTIAL,
    trusted_field::TRUSTED_FIELD,
    telling_refusal::KNOWN_AND_UNKNOWN_ID,
    telling_refusal::REASON_OF_REFUSAL,
    respelled_path::RESPELLED_PATH,
    respelled_path::OTHER_VERSION,
    other_method::UNSAFE_METHOD,
    other_method::TRACE,
    other_method::METHOD_OVERRIDE,
    foreign_origin::FOREIGN_ORIGIN,
    shared_cache::SHARED_CACHE,
    non_integer_id::NON_INTEGER_ID,
    non_integer_id::WRAPPED_ID,
    spelled_id::SPELLED_ID,
    other_id::OTHER_ID,
    conflicting_id::CONFLICTING_ID,
    malformed_content::MALFORMED_CONTENT,
    dead_credential::DEAD_CREDENTIAL,
    dead_credential::REPEATED_REQUEST,
    dead_credential::WARM_CREDENTIAL,
    dead_credential::DEAD_ON_OTHER_OPERATIONS,
    used_credential::CREDENTIAL_IN_USE,
    used_credential::USED_CONNECTION,
    instance_alike::INSTANCE_ALIKE,
    concurrent_request::CONCURRENT_REQUEST,
    concurrent_request::ANONYMOUS_BURST,
    used_credential::LINGERING_CREDENTIAL,
    method::OTHER_METHOD,
    method::UNKNOWN_METHOD,
    transport::NUL_IN_CREDENTIAL,
    transport::HOST,
    transport::LENGTH_BESIDE_CHUNKS,
    transport::CLEARTEXT,
    transport::OLD_TLS,
    connection::REUSED_IDS,
    connection::TRAFFIC,
    afterlife::DEAD_CREDENTIAL_MAKES,
    afterlife::REVIVAL,
    afterlife::OWN_INSTANCE,
    other_tenant::FOREIGN_ID,
    other_tenant::FOREIGN_CALLER,
    other_tenant::FOREIGN_ID_BY_FIELD,
    other_tenant::FOREIGN_ID_BY_HOST,
    other_tenant::FOREIGN_HOST,
    dead_credential::BYSTANDERS,
    lock_out::LOCK_OUT,
    // Last: on a broken target they may empty the tenant.
    mass_id::EMPTY_ID,
    mass_id::RESERVED_ID,
    remaining_instances::REMAINING_INSTANCES,
];

/// The rule with the name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.name == name)
}

/// The head of a rule's file, for `explain`: its module documentation.
#[must_use]
pub fn head(source: &'static str) -> String {
    source
        .lines()
        .take_while(|line| line.starts_with("//!"))
        .map(|line| {
            line.trim_start_matches("//!")
                .strip_prefix(' ')
                .unwrap_or_default()
        })
        .collect::<Vec<_>>()
        .join("\n")
}
