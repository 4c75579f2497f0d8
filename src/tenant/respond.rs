//! The path from a request to its answer.

use super::answer::{Answer, http_date};
use super::call::Call;
use super::hooks::Hook;
use super::keys::Realm;
use super::operations;
use super::reader::Unreadable;
use super::request::{Connection, Request};
use super::routes::Resource;
use super::state::{LoggedRequest, State, locked};

/// The methods of RFC 9110 and PATCH: known, wherever they are not allowed.
const METHODS: [&str; 9] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT",
];

/// Answers a request.
pub(super) fn respond(state: &State, mut request: Request) -> Answer {
    for hook in state.hooks.iter() {
        if let Hook::Request(change) = hook {
            change(state, &mut request);
        }
    }
    let mut keys = locked(&state.keys);
    let mut call = Call {
        state,
        keys: &mut keys,
        request: &request,
        realm: realm_of(&request.host).unwrap_or(Realm::First),
        resource: Resource::of(&request.path),
        refusal: None,
        actor: None,
        outcome: None,
        id: None,
    };
    let mut answer = answer(&mut call);
    add_general_fields(&mut answer, &request.connection);
    for hook in state.hooks.iter() {
        if let Hook::Answer(change) = hook {
            change(&mut call, &mut answer);
        }
    }
    answer.seal();
    for hook in state.hooks.iter() {
        if let Hook::Sealed(change) = hook {
            change(&mut call, &mut answer);
        }
    }
    drop(keys);
    log(state, &request, answer.status);
    answer
}

/// Completes the answer to what could not be read as a request.
pub(super) fn unreadable(state: &State, refused: Unreadable, connection: &Connection) -> Answer {
    let mut answer = refused.answer();
    add_general_fields(&mut answer, connection);
    answer.seal();
    let entry = LoggedRequest {
        connection: 0,
        method: String::new(),
        target: String::new(),
        headers: Vec::new(),
        body: Vec::new(),
        status: answer.status,
    };
    state.log(entry);
    answer
}

/// Who makes the request is not let in.
pub(super) struct Unauthenticated;

/// The refusal that the contract declares.
pub(super) fn unauthenticated() -> Answer {
    Answer::message(401, "Unauthenticated.").with(
        "WWW-Authenticate",
        "ApiKey realm=\"api\", header=\"X-Api-Key\"",
    )
}

/// The answer where there is nothing.
pub(super) fn not_found() -> Answer {
    Answer::message(404, "Not found.")
}

/// Lets the request in, or not.
pub(super) fn admit(call: &mut Call<'_>) -> Result<(), Unauthenticated> {
    let hooks = call.state.hooks.iter();
    let actor = match call.authenticate() {
        Ok(actor) => {
            let refused = hooks.fold(false, |refused, hook| match hook {
                Hook::Refuse(refuses) => refuses(call) || refused,
                _ => refused,
            });
            (!refused).then_some(actor)
        }
        Err(refusal) => {
            call.refusal = Some(refusal);
            let mut hooks = hooks;
            hooks.find_map(|hook| match hook {
                Hook::Admit(admits) => admits(call),
                _ => None,
            })
        }
    };
    call.actor = actor;
    let Some(actor) = actor else {
        return Err(Unauthenticated);
    };
    let connection = call.request.connection.number;
    if let Some(key) = actor.key.and_then(|id| call.keys.find_mut(actor.realm, id)) {
        key.note_use(connection);
    }
    Ok(())
}

fn answer(call: &mut Call<'_>) -> Answer {
    let instead = call.state.hooks.iter().find_map(|hook| match hook {
        Hook::Instead(answers) => answers(call),
        _ => None,
    });
    let headless = call.request.method == "HEAD";
    let mut answer = instead.unwrap_or_else(|| routed(call));
    answer.headless |= headless;
    answer
}

/// The answer by host, path and method, in this order: what does not exist needs no key.
fn routed(call: &mut Call<'_>) -> Answer {
    if realm_of(&call.request.host).is_none() {
        return Answer::message(404, "Tenant could not be identified for this domain.");
    }
    let method = call.request.method.as_str();
    if !METHODS.contains(&method) {
        return Answer::message(501, "The method is not known.");
    }
    if call.request.path == "*" && method == "OPTIONS" {
        return Answer::bare(204).with("Allow", "GET, HEAD, POST, DELETE, OPTIONS");
    }
    let Some(resource) = call.resource.clone() else {
        return not_found();
    };
    match (method, &resource) {
        ("OPTIONS", _) => Answer::bare(204).with("Allow", resource.allow()),
        ("DELETE", Resource::ApiKey(text)) => operations::revoke(call, text),
        ("POST", Resource::ApiKeys) => operations::create(call),
        ("GET" | "HEAD", Resource::ApiKey(_) | Resource::ApiKeys) => not_allowed(&resource),
        ("GET" | "HEAD", readable) => operations::read(call, readable),
        _ => not_allowed(&resource),
    }
}

fn not_allowed(resource: &Resource) -> Answer {
    Answer::message(405, "The method is not allowed here.").with("Allow", resource.allow())
}

/// The tenant that a host names. An address stands for the first one: who runs the tenant chose it.
fn realm_of(host: &str) -> Option<Realm> {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    match host {
        "localhost" => Some(Realm::First),
        "other.localhost" => Some(Realm::Second),
        _ => address
            .parse::<std::net::IpAddr>()
            .ok()
            .map(|_| Realm::First),
    }
}

fn add_general_fields(answer: &mut Answer, connection: &Connection) {
    answer.fields.insert(0, ("Date".to_owned(), http_date()));
    answer.add("Cache-Control", "no-store");
    answer.add("X-Content-Type-Options", "nosniff");
    // Over plain HTTP it must not be sent (RFC 6797, 7.2).
    if connection.is_encrypted() {
        answer.add("Strict-Transport-Security", "max-age=63072000");
    }
}

fn log(state: &State, request: &Request, status: u16) {
    let header = |field: &super::request::Field| {
        (
            field.name.clone(),
            String::from_utf8_lossy(&field.value).into_owned(),
        )
    };
    let entry = LoggedRequest {
        connection: request.connection.number,
        method: request.method.clone(),
        target: request.target.clone(),
        headers: request.fields.iter().map(header).collect(),
        body: request.body.clone(),
        status,
    };
    state.log(entry);
}
