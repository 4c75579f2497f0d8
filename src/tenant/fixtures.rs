//! The identities and victims that a tenant starts with.

use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};

use super::keys::{Blueprint, Draft, Key, Keys, Realm};

/// How many disposable keys there are from the start.
const VICTIMS: usize = 4;

/// How many there are where none can be made: enough for several runs of the largest suite.
const VICTIMS_TO_HAND_OUT: usize = 256;

/// When the expired key ended and the revoked one was revoked: an hour before the start.
const LONG_AGO: Duration = Duration::from_secs(60 * 60);

/// A key that is handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFixture {
    /// The id that `DELETE /api-keys/{apiKey}` takes.
    pub id: i64,
    /// The value of `X-Api-Key`.
    pub secret: String,
}

impl KeyFixture {
    fn to_json(&self) -> Value {
        json!({ "id": self.id, "secret": self.secret })
    }
}

/// The second tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherTenant {
    /// Its URL, without `/api/v1`.
    pub url: String,
    /// A key that may do everything there.
    pub admin: KeyFixture,
}

/// What a suite needs to know of a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixtures {
    /// The first tenant's URL, without `/api/v1`.
    pub url: String,
    /// A key that may do everything.
    pub admin: KeyFixture,
    /// A live key that may not manage keys.
    pub limited: KeyFixture,
    /// A key whose time is over.
    pub expired: KeyFixture,
    /// A key that was revoked.
    pub revoked: KeyFixture,
    /// The second tenant.
    pub other: OtherTenant,
    /// Live keys that nobody misses.
    pub victims: Vec<KeyFixture>,
    /// Whether the tenant has an operation that makes keys, so that the victims are not needed.
    pub makes_keys: bool,
    /// The root certificate by which to trust it, in PEM, where it speaks TLS.
    pub root_pem: Option<String>,
}

/// Where both tenants are reached.
pub(super) struct Place {
    /// The first one's URL.
    pub(super) url: String,
    /// The second one's.
    other_url: String,
    root_pem: Option<String>,
}

impl Place {
    /// Behind this address, encrypted where there is a root to trust.
    pub(super) fn of(address: SocketAddr, root_pem: Option<String>) -> Place {
        let port = address.port();
        let (url, scheme) = match root_pem {
            Some(_) => (format!("https://localhost:{port}"), "https"),
            None => (format!("http://{address}"), "http"),
        };
        Place {
            url,
            other_url: format!("{scheme}://other.localhost:{port}"),
            root_pem,
        }
    }
}

/// The environment variables that [`Fixtures::to_config`] names.
const ADMIN_VARIABLE: &str = "PROBITY_API_KEY";
const LIMITED_VARIABLE: &str = "PROBITY_LIMITED_KEY";
const EXPIRED_VARIABLE: &str = "PROBITY_EXPIRED_KEY";
const REVOKED_VARIABLE: &str = "PROBITY_REVOKED_KEY";
const OTHER_VARIABLE: &str = "PROBITY_OTHER_KEY";
const VICTIMS_VARIABLE: &str = "PROBITY_VICTIMS";

impl Fixtures {
    /// Everything, secrets included, as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let victims: Vec<Value> = self.victims.iter().map(KeyFixture::to_json).collect();
        let mut fixtures = json!({
            "url": self.url,
            "identities": {
                "admin": self.admin.to_json(),
                "limited": self.limited.to_json(),
                "expired": self.expired.to_json(),
                "revoked": self.revoked.to_json(),
                "other-tenant": {
                    "id": self.other.admin.id,
                    "secret": self.other.admin.secret,
                    "target": self.other.url,
                },
            },
            "victims": victims,
        });
        if let (Some(pem), Some(members)) = (&self.root_pem, fixtures.as_object_mut()) {
            members.insert("ca_pem".to_owned(), json!(pem));
        }
        fixtures
    }

    /// A `probity.yaml` for this tenant. It holds no secret: they are in the variables of
    /// [`Fixtures::environment`]. Victims are made, as by default, where the tenant makes keys.
    #[must_use]
    pub fn to_config(&self) -> String {
        let victims = if self.makes_keys {
            String::new()
        } else {
            format!("victims: {{pool: {{env: {VICTIMS_VARIABLE}}}}}\n")
        };
        format!(
            "target: {url}\n\
             allow: revoke\n\
             identities:\n\
             \x20 admin: {{env: {ADMIN_VARIABLE}}}\n\
             \x20 limited: {{env: {LIMITED_VARIABLE}}}\n\
             \x20 expired: {{env: {EXPIRED_VARIABLE}}}\n\
             \x20 revoked: {{env: {REVOKED_VARIABLE}, id: {revoked}}}\n\
             \x20 other-tenant: {{env: {OTHER_VARIABLE}, target: \"{other}\"}}\n\
             {victims}",
            url = self.url,
            revoked = self.revoked.id,
            other = self.other.url,
        )
    }

    /// The environment variables that [`Fixtures::to_config`] refers to, with their values.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let mut variables = vec![
            (ADMIN_VARIABLE, self.admin.secret.clone()),
            (LIMITED_VARIABLE, self.limited.secret.clone()),
            (EXPIRED_VARIABLE, self.expired.secret.clone()),
            (REVOKED_VARIABLE, self.revoked.secret.clone()),
            (OTHER_VARIABLE, self.other.admin.secret.clone()),
        ];
        if !self.makes_keys {
            variables.push((VICTIMS_VARIABLE, self.victims_json().to_string()));
        }
        variables
    }

    /// The victims as a pool file holds them: `[{"id": 12, "secret": "…"}, …]`.
    #[must_use]
    pub fn victims_json(&self) -> Value {
        self.victims.iter().map(KeyFixture::to_json).collect()
    }

    /// Makes all of them.
    pub(super) fn create(keys: &mut Keys, blueprint: Blueprint, place: Place) -> Fixtures {
        let admin = create(keys, Realm::First, "admin", "*");
        let other = create(keys, Realm::Second, "admin", "*");
        let limited = create(keys, Realm::First, "limited", "messages.read");
        let expired = create(keys, Realm::First, "expired", "*");
        if let Some(key) = keys.find_mut(Realm::First, expired.id) {
            key.expires_at = SystemTime::now() - LONG_AGO;
        }
        let revoked = create(keys, Realm::First, "revoked", "*");
        if let Some(key) = keys.find_mut(Realm::First, revoked.id) {
            let now = Instant::now();
            key.revoked_at = Some(now.checked_sub(LONG_AGO).unwrap_or(now));
        }
        let count = if blueprint.made_here {
            VICTIMS
        } else {
            VICTIMS_TO_HAND_OUT
        };
        let victims = (1..=count).map(|number| {
            let name = format!("victim {number}");
            create(keys, Realm::First, &name, "*")
        });
        let victims = victims.collect();
        let other = OtherTenant {
            url: place.other_url,
            admin: other,
        };
        Fixtures {
            url: place.url,
            root_pem: place.root_pem,
            makes_keys: blueprint.made_here,
            admin,
            limited,
            expired,
            revoked,
            other,
            victims,
        }
    }
}

fn create(keys: &mut Keys, realm: Realm, name: &str, scope: &str) -> KeyFixture {
    let expires_at = SystemTime::now() + Duration::from_secs(90 * 24 * 60 * 60);
    let scopes = vec![scope.to_owned()];
    let Key { id, secret, .. } = keys.create(Draft {
        realm,
        name: name.to_owned(),
        scopes,
        expires_at,
    });
    KeyFixture { id, secret }
}
