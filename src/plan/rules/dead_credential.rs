//! What a revoked instance can still do, and what else its revocation touched.
//!
//! ## Requires   From the success on, the instance's own credential is refused everywhere, also
//!               after warm use; a repetition has no further effect; nothing else died.
//! ## Why        Caches keep revoked credentials alive for seconds to days: the recurring real
//!               defect of this field.
//! ## Spec       The contract's success ("revoked") and refusal; RFC 7592 §5; RFC 7009 §2.1 (an
//!               analogue); RFC 9110 §9.2.2; ASVS 8.3.2, 7.4.1.
//! ## Silent     Other operations that the instance's credential could not use before either.

use super::request::MAIN;
use super::valid_request::base;
use super::{Context, ControlDraft, Draft, Rule};
use crate::api::Operation;
use crate::plan::{Holder, Piece, Script, Send, Slot, Step, Tier, Watch, Wire};
use crate::suite::CredentialClass;

/// The dead instance's credential on another instance.
pub const DEAD_CREDENTIAL: Rule = Rule {
    name: "dead-credential",
    document: include_str!("dead_credential.rs"),
    derive: dead_credential,
};

/// The same request on the dead instance again.
pub const REPEATED_REQUEST: Rule = Rule {
    name: "repeated-request",
    document: include_str!("dead_credential.rs"),
    derive: repeated_request,
};

/// The instance's credential just used many times.
pub const WARM_CREDENTIAL: Rule = Rule {
    name: "warm-credential",
    document: include_str!("dead_credential.rs"),
    derive: warm_credential,
};

/// The dead instance's credential on the contract's other operations.
pub const DEAD_ON_OTHER_OPERATIONS: Rule = Rule {
    name: "dead-on-other-operations",
    document: include_str!("dead_credential.rs"),
    derive: dead_on_other_operations,
};

/// Every instance that no request addressed, at the end.
pub const BYSTANDERS: Rule = Rule {
    name: "bystanders",
    document: include_str!("dead_credential.rs"),
    derive: bystanders,
};

/// How often a credential is used before it is revoked: enough to fill any per-use cache.
const WARM_USES: u32 = 8;
/// Over how many fresh connections a dead credential is tried: more than a service usually has
/// replicas.
const LOOKS_ACROSS: u32 = 8;
/// How often a revocation is repeated.
const REPETITIONS: u32 = 3;

/// The label of the request that revokes the instance first.
pub const SETUP: &str = "setup";

/// One instance dies; its credential is tried on a second; its revocation is repeated.
fn aftermath(context: &Context) -> Script {
    let mut setup = context.requests.authorised();
    setup.label = SETUP.to_owned();
    let mut use_dead = context
        .requests
        .insufficient(context.requests.as_holder(Holder::Leased(Slot::Victim)));
    use_dead.template.target = context.requests.path(&[Piece::Id(Slot::Second)]);
    use_dead.addresses = Some(Slot::Second);
    use_dead.label = "use-dead".to_owned();
    let mut steps = vec![
        Step::Send(Box::new(setup)),
        require_setup(),
        Step::Send(Box::new(use_dead)),
    ];
    for round in 1..=REPETITIONS {
        let mut repeat = context.requests.authorised();
        repeat.label = format!("repeat-{round}");
        steps.push(Step::Send(Box::new(repeat)));
    }
    Script {
        name: "aftermath".to_owned(),
        steps,
        alone: true,
        consumes: 1,
        watch: Watch::Bystanders,
        tier_at_least: Tier::Observe,
    }
}

/// Ends the script where that request had no success.
#[must_use]
pub fn require_setup() -> Step {
    Step::RequireAnySuccess {
        labels: vec![SETUP.to_owned()],
        otherwise: "the instance could not be revoked first".to_owned(),
    }
}

fn dead_credential(context: &Context) -> Vec<Draft> {
    vec![Draft {
        detail: String::new(),
        title: "the credential of an instance revoked a moment ago".to_owned(),
        script: aftermath(context),
        focus: vec!["use-dead".to_owned()],
        control: Some(ControlDraft {
            base: base(context),
            shaped: None,
        }),
        pointers: context.security_pointers(),
    }]
}

fn repeated_request(context: &Context) -> Vec<Draft> {
    vec![Draft {
        detail: String::new(),
        title: "the same request again on a dead instance".to_owned(),
        script: aftermath(context),
        focus: (1..=REPETITIONS)
            .map(|round| format!("repeat-{round}"))
            .collect(),
        control: None,
        pointers: vec![context.operation.pointer.clone()],
    }]
}

fn warm_credential(context: &Context) -> Vec<Draft> {
    let mut script = Script::single("warm-credential", context.requests.authorised());
    script.steps.insert(0, Step::Use(Slot::Victim, WARM_USES));
    script
        .steps
        .push(Step::LookAcross(Slot::Victim, LOOKS_ACROSS));
    script.alone = true;
    vec![Draft {
        detail: String::new(),
        title: "an authorised request on an instance whose credential was just in use".to_owned(),
        script,
        focus: vec![MAIN.to_owned()],
        control: None,
        pointers: vec![context.operation.pointer.clone()],
    }]
}

fn dead_on_other_operations(context: &Context) -> Vec<Draft> {
    let others: Vec<&Operation> = reachable(context).collect();
    if others.is_empty() {
        return Vec::new();
    }
    let script = other_operations_script(context, &others);
    others
        .iter()
        .map(|operation| Draft {
            detail: operation.id.clone(),
            title: format!(
                "a dead credential on {} {}",
                operation.method, operation.path
            ),
            script: script.clone(),
            focus: vec![before(operation), after(operation)],
            control: None,
            pointers: vec![operation.pointer.clone()],
        })
        .collect()
}

/// The label of an operation's request while the instance lives.
fn before(operation: &Operation) -> String {
    format!("before-{}", operation.id)
}

/// The label of an operation's request when the instance is dead.
fn after(operation: &Operation) -> String {
    format!("after-{}", operation.id)
}

/// Every other operation before and after the revocation of one and the same instance.
fn other_operations_script(context: &Context, others: &[&Operation]) -> Script {
    let send = |operation: &Operation, label: String, credential| {
        Step::Send(Box::new(Send {
            label,
            template: context
                .requests
                .other_operation(operation, Holder::Leased(Slot::Victim)),
            wire: Wire::Fresh,
            credential,
            path: None,
            addresses: None,
            breaks: None,
        }))
    };
    let mut setup = context.requests.authorised();
    setup.label = SETUP.to_owned();
    let live = others
        .iter()
        .map(|operation| send(operation, before(operation), CredentialClass::Sufficient));
    let mut steps: Vec<Step> = live.collect();
    steps.push(Step::RequireAnySuccess {
        labels: others.iter().map(|operation| before(operation)).collect(),
        otherwise: "the instance's credential could use none of these operations before".to_owned(),
    });
    steps.push(Step::Send(Box::new(setup)));
    steps.push(require_setup());
    steps.extend(
        others
            .iter()
            .map(|operation| send(operation, after(operation), CredentialClass::Insufficient)),
    );
    Script {
        name: "dead-on-other-operations".to_owned(),
        steps,
        alone: false,
        consumes: 1,
        watch: Watch::Own,
        tier_at_least: Tier::Observe,
    }
}

/// The operations that a plain GET reaches and that want the same credential.
fn reachable<'a>(context: &'a Context) -> impl Iterator<Item = &'a Operation> {
    context.api.operations.iter().filter(|operation| {
        operation.method == "GET"
            && operation
                .parameters
                .iter()
                .all(|parameter| !parameter.required)
            && !operation.path.contains('{')
            && operation.security == context.operation.security
    })
}

fn bystanders(context: &Context) -> Vec<Draft> {
    let script = Script {
        name: "bystanders".to_owned(),
        steps: vec![Step::LookAtBystanders],
        alone: true,
        consumes: 0,
        watch: Watch::Own,
        tier_at_least: Tier::Observe,
    };
    vec![Draft {
        detail: String::new(),
        title: "the instances that no request addressed, at the end".to_owned(),
        script,
        focus: Vec::new(),
        control: None,
        pointers: vec![context.operation.pointer.clone()],
    }]
}
