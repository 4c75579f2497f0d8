//! The API keys of both tenants.

use std::collections::HashMap;
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};

use super::random::Random;

/// The first id handed out, unless an odd variant numbers otherwise: small, but not 1.
const FIRST_ID: i64 = 41;

/// The largest integer that every JSON reader keeps exactly.
const EXACT_INTEGER_MAX: i64 = (1 << 53) - 1;

/// Letters of a key's random part.
const MIXED: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// One of the two tenants behind the listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Realm {
    First,
    Second,
}

impl Realm {
    /// The tenant's name, as in [`KeyState::tenant`].
    pub(super) fn name(self) -> &'static str {
        match self {
            Realm::First => "first",
            Realm::Second => "other",
        }
    }

    /// The tenant that this one is not.
    pub(super) fn opposite(self) -> Realm {
        match self {
            Realm::First => Realm::Second,
            Realm::Second => Realm::First,
        }
    }
}

/// Whether a key opens anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyStatus {
    /// It does.
    Active,
    /// It was revoked.
    Revoked,
    /// Its time is over.
    Expired,
}

/// What the tenant knows of one key, for whoever wants to look behind the answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyState {
    /// The id that `DELETE /api-keys/{apiKey}` takes.
    pub id: i64,
    /// The tenant that owns it: `first` or `other`.
    pub tenant: &'static str,
    /// Whether it opens anything now.
    pub status: KeyStatus,
    /// The name it was made with.
    pub name: String,
}

/// How ids are given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbering {
    /// One sequence for both tenants, from the given first id.
    Global(i64),
    /// A sequence for each tenant, both from the given first id.
    PerTenant(i64),
    /// Anything up to 2^53 - 1, in no order.
    Random,
}

/// What a key's secret looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SecretShape {
    /// `sk_` and 40 mixed-case letters and digits.
    Prefixed,
    /// 64 hexadecimal digits.
    Hex,
    /// A UUID of version 4.
    Uuid,
    /// The id, a bar, and 40 mixed-case letters and digits.
    IdAndBar,
}

/// How keys are made: what a hook may change before the tenant starts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Blueprint {
    pub(super) numbering: Numbering,
    pub(super) secrets: SecretShape,
    /// Whether there is an operation that makes keys; without one, more victims are handed out.
    pub(super) made_here: bool,
}

impl Default for Blueprint {
    fn default() -> Self {
        Blueprint {
            numbering: Numbering::Global(FIRST_ID),
            secrets: SecretShape::Prefixed,
            made_here: true,
        }
    }
}

/// A key to be made.
pub(super) struct Draft {
    pub(super) realm: Realm,
    pub(super) name: String,
    pub(super) scopes: Vec<String>,
    pub(super) expires_at: SystemTime,
}

/// One key.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) id: i64,
    pub(super) realm: Realm,
    pub(super) secret: String,
    pub(super) name: String,
    pub(super) scopes: Vec<String>,
    pub(super) expires_at: SystemTime,
    pub(super) revoked_at: Option<Instant>,
    /// When it last opened something.
    pub(super) last_used: Option<Instant>,
    /// How often it opened something.
    pub(super) uses: u64,
    /// The connections on which it opened something.
    pub(super) connections: Vec<u64>,
}

impl Key {
    /// Whether it opens anything now.
    pub(super) fn status(&self) -> KeyStatus {
        if self.revoked_at.is_some() {
            KeyStatus::Revoked
        } else if self.expires_at <= SystemTime::now() {
            KeyStatus::Expired
        } else {
            KeyStatus::Active
        }
    }

    /// Whether it carries the scope, or all scopes.
    pub(super) fn may(&self, scope: &str) -> bool {
        self.scopes.iter().any(|held| held == "*" || held == scope)
    }

    /// How long ago it was revoked, if it was.
    pub(super) fn dead_for(&self) -> Option<Duration> {
        self.revoked_at.map(|at| at.elapsed())
    }

    /// Notes that it opened something.
    pub(super) fn note_use(&mut self, connection: u64) {
        self.last_used = Some(Instant::now());
        self.uses += 1;
        if !self.connections.contains(&connection) {
            self.connections.push(connection);
        }
    }

    /// The `ApiKey` of the contract.
    pub(super) fn to_json(&self) -> Value {
        let status = match self.status() {
            KeyStatus::Active | KeyStatus::Expired => "active",
            KeyStatus::Revoked => "revoked",
        };
        let used = self
            .last_used
            .and_then(|at| SystemTime::now().checked_sub(at.elapsed()));
        json!({
            "id": self.id,
            "name": self.name,
            "prefix": self.secret.chars().take(7).collect::<String>(),
            "scopes": self.scopes,
            "status": status,
            "expires_at": timestamp(self.expires_at),
            "last_used_at": used.map(timestamp),
        })
    }
}

/// All keys of both tenants.
#[derive(Debug)]
pub(super) struct Keys {
    all: Vec<Key>,
    by_secret: HashMap<String, usize>,
    by_id: HashMap<(Realm, i64), usize>,
    blueprint: Blueprint,
    random: Random,
}

impl Keys {
    /// No key yet.
    pub(super) fn empty(blueprint: Blueprint, random: Random) -> Keys {
        Keys {
            all: Vec::new(),
            by_secret: HashMap::new(),
            by_id: HashMap::new(),
            blueprint,
            random,
        }
    }

    /// Makes a key with the next id.
    pub(super) fn create(&mut self, draft: Draft) -> Key {
        let id = self.next_id(draft.realm);
        self.create_as(id, draft)
    }

    /// Makes a key with this id; whoever held it before is no longer found by it.
    pub(super) fn create_as(&mut self, id: i64, draft: Draft) -> Key {
        let key = Key {
            id,
            realm: draft.realm,
            secret: self.next_secret(id),
            name: draft.name,
            scopes: draft.scopes,
            expires_at: draft.expires_at,
            revoked_at: None,
            last_used: None,
            uses: 0,
            connections: Vec::new(),
        };
        let at = self.all.len();
        self.by_secret.insert(key.secret.clone(), at);
        self.by_id.insert((key.realm, id), at);
        self.all.push(key.clone());
        key
    }

    /// The key with this secret, of either tenant.
    pub(super) fn with_secret(&self, secret: &str) -> Option<&Key> {
        self.by_secret.get(secret).and_then(|at| self.all.get(*at))
    }

    /// The key of that tenant with this id, dead or alive.
    pub(super) fn find(&self, realm: Realm, id: i64) -> Option<&Key> {
        self.by_id
            .get(&(realm, id))
            .and_then(|at| self.all.get(*at))
    }

    /// As [`Keys::find`], to change it.
    pub(super) fn find_mut(&mut self, realm: Realm, id: i64) -> Option<&mut Key> {
        self.by_id
            .get(&(realm, id))
            .and_then(|at| self.all.get_mut(*at))
    }

    /// Revokes the key; true if it was not revoked before.
    pub(super) fn revoke(&mut self, realm: Realm, id: i64) -> bool {
        match self.find_mut(realm, id) {
            Some(key) if key.revoked_at.is_none() => {
                key.revoked_at = Some(Instant::now());
                true
            }
            Some(_) | None => false,
        }
    }

    /// Every key, in the order they were made.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Key> {
        self.all.iter()
    }

    /// What is known of every key.
    pub(super) fn states(&self) -> Vec<KeyState> {
        let state = |key: &Key| KeyState {
            id: key.id,
            tenant: key.realm.name(),
            status: key.status(),
            name: key.name.clone(),
        };
        self.all.iter().map(state).collect()
    }

    fn next_id(&mut self, realm: Realm) -> i64 {
        match self.blueprint.numbering {
            Numbering::Global(first) => first + count(self.all.iter()),
            Numbering::PerTenant(first) => {
                first + count(self.all.iter().filter(|key| key.realm == realm))
            }
            Numbering::Random => loop {
                let id = self.random.below(EXACT_INTEGER_MAX.unsigned_abs());
                let id = i64::try_from(id).unwrap_or(EXACT_INTEGER_MAX).max(1);
                if self
                    .find(Realm::First, id)
                    .or(self.find(Realm::Second, id))
                    .is_none()
                {
                    return id;
                }
            },
        }
    }

    fn next_secret(&mut self, id: i64) -> String {
        match self.blueprint.secrets {
            SecretShape::Prefixed => format!("sk_{}", self.random.text(MIXED, 40)),
            SecretShape::Hex => self.random.text("0123456789abcdef", 64),
            SecretShape::Uuid => {
                let mut part = |length| self.random.text("0123456789abcdef", length);
                format!(
                    "{}-{}-4{}-a{}-{}",
                    part(8),
                    part(4),
                    part(3),
                    part(3),
                    part(12)
                )
            }
            SecretShape::IdAndBar => format!("{id}|{}", self.random.text(MIXED, 40)),
        }
    }
}

fn count<T>(items: impl Iterator<Item = T>) -> i64 {
    i64::try_from(items.count()).unwrap_or(i64::MAX)
}

/// The time as RFC 3339 writes it, to the second.
fn timestamp(time: SystemTime) -> String {
    let seconds = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    jiff::Timestamp::from_second(seconds).map_or_else(|_| String::new(), |time| time.to_string())
}
