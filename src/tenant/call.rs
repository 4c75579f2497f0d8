//! One request on its way to an answer.

use super::keys::{Key, KeyStatus, Keys, Realm};
use super::request::Request;
use super::routes::Resource;
use super::state::State;

/// The header field that carries the key.
pub(super) const KEY_FIELD: &str = "X-Api-Key";

/// Who makes the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Actor {
    /// The tenant it acts in.
    pub(super) realm: Realm,
    /// The id of its key; a defect may let in who has none.
    pub(super) key: Option<i64>,
}

/// Why authentication refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Missing,
    Several,
    Empty,
    Unknown,
    Foreign,
    Revoked,
    Expired,
    Insufficient,
}

/// What the revocation found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The path value is no id.
    Malformed,
    /// No such key in this tenant.
    Unknown,
    /// It was dead already.
    Dead,
    /// It lived and is revoked now.
    Revoked,
}

/// A request, the state it meets, and what became of it so far.
pub(super) struct Call<'a> {
    pub(super) state: &'a State,
    pub(super) keys: &'a mut Keys,
    pub(super) request: &'a Request,
    /// The tenant that the host names.
    pub(super) realm: Realm,
    pub(super) resource: Option<Resource>,
    pub(super) refusal: Option<Refusal>,
    pub(super) actor: Option<Actor>,
    pub(super) outcome: Option<Outcome>,
    /// The id that was to be revoked.
    pub(super) id: Option<i64>,
}

impl Call<'_> {
    /// The key that the request presents: of its first field line, as text.
    pub(super) fn presented(&self) -> Option<String> {
        self.request.value(KEY_FIELD)
    }

    /// Whether authentication refused, and for this reason.
    pub(super) fn refused(&self, refusal: Refusal) -> bool {
        self.refusal == Some(refusal)
    }

    /// Whether it is a DELETE of one key.
    pub(super) fn revokes(&self) -> bool {
        self.request.method == "DELETE" && matches!(self.resource, Some(Resource::ApiKey(_)))
    }

    /// Revokes the key that the path names, whoever asked; true if it lived.
    pub(super) fn revoke_addressed(&mut self) -> bool {
        let id = self.path_value().and_then(|text| text.parse().ok());
        id.is_some_and(|id| self.keys.revoke(self.realm, id))
    }

    /// The path value, if one key is addressed.
    pub(super) fn path_value(&self) -> Option<&str> {
        match &self.resource {
            Some(Resource::ApiKey(text)) => Some(text),
            Some(_) | None => None,
        }
    }

    /// Whoever holds this secret, if the key lives, is of this tenant and has the scope.
    pub(super) fn actor_with(&self, secret: &str) -> Option<Actor> {
        self.check(secret).ok()
    }

    /// As [`Call::actor_with`], for the first secret that the test accepts.
    pub(super) fn actor_where(&self, accepts: impl Fn(&str) -> bool) -> Option<Actor> {
        let mut secrets = self.keys.iter().map(|key| key.secret.as_str());
        secrets.find_map(|secret| self.actor_with(secret).filter(|_| accepts(secret)))
    }

    /// Lets in anybody, in the tenant that the host names.
    pub(super) fn anybody(&self) -> Actor {
        Actor {
            realm: self.realm,
            key: None,
        }
    }

    /// The tenant that the request acts in.
    pub(super) fn acting_realm(&self) -> Realm {
        self.actor.map_or(self.realm, |actor| actor.realm)
    }

    /// Who holds the presented key, whatever its state and tenant.
    pub(super) fn holder(&self) -> Option<Actor> {
        self.presented_key().map(|key| Actor {
            realm: self.realm,
            key: Some(key.id),
        })
    }

    /// The key that was presented, whatever its state.
    pub(super) fn presented_key(&self) -> Option<&Key> {
        self.keys.with_secret(&self.presented()?)
    }

    /// Authentication as the contract has it: exactly one field line, whose value is the secret of
    /// a live key of this tenant, with the scope that the operation needs.
    pub(super) fn authenticate(&self) -> Result<Actor, Refusal> {
        let mut values = self.request.values(KEY_FIELD);
        let value = values.next().ok_or(Refusal::Missing)?;
        if values.next().is_some() {
            return Err(Refusal::Several);
        }
        if value.is_empty() {
            return Err(Refusal::Empty);
        }
        std::str::from_utf8(value)
            .map_err(|_| Refusal::Unknown)
            .and_then(|text| self.check(text))
    }

    fn check(&self, secret: &str) -> Result<Actor, Refusal> {
        let key = self.keys.with_secret(secret).ok_or(Refusal::Unknown)?;
        if key.realm != self.realm {
            return Err(Refusal::Foreign);
        }
        match key.status() {
            KeyStatus::Revoked => return Err(Refusal::Revoked),
            KeyStatus::Expired => return Err(Refusal::Expired),
            KeyStatus::Active => {}
        }
        let scope = self.resource.as_ref().and_then(Resource::scope);
        if scope.is_some_and(|scope| !key.may(scope)) {
            return Err(Refusal::Insufficient);
        }
        Ok(Actor {
            realm: key.realm,
            key: Some(key.id),
        })
    }
}
