//! One script of requests that meets every defect, and what a tenant makes of it.

use probity::tenant::{KeyStatus, Tenant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::forms::{FORMS, PATH_VALUES, PATHS, SPELLINGS, percent_encoded};
use super::wire::{connect, key, masked, request, request_with, send_on};

/// The parts of the script. Each is played on a tenant of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Credentials,
    CredentialsElsewhere,
    Fields,
    PathValues,
    Paths,
    Methods,
    Tenants,
    Effects,
    Reuse,
}

/// All parts, the cheap ones first.
pub const PARTS: [Part; 9] = [
    Part::Credentials,
    Part::Reuse,
    Part::Tenants,
    Part::Methods,
    Part::Paths,
    Part::CredentialsElsewhere,
    Part::Fields,
    Part::PathValues,
    Part::Effects,
];

/// Everything that part saw, with what changes from run to run taken out.
pub async fn transcript(tenant: Tenant, part: Part) -> Vec<String> {
    play(tenant, part, None).await.lines
}

/// Whether a tenant makes something else of that part than the reference did.
pub async fn differs(tenant: Tenant, part: Part, reference: &[String]) -> bool {
    play(tenant, part, Some(reference)).await.lines != reference
}

async fn play(tenant: Tenant, part: Part, reference: Option<&[String]>) -> Script<'_> {
    let mut script = Script {
        tenant,
        reference,
        lines: Vec::new(),
        made: 0,
    };
    match part {
        Part::Credentials => script.credentials().await,
        Part::CredentialsElsewhere => script.credentials_elsewhere().await,
        Part::Fields => script.fields().await,
        Part::PathValues => script.path_values().await,
        Part::Paths => script.paths().await,
        Part::Methods => script.methods().await,
        Part::Tenants => script.tenants().await,
        Part::Effects => script.effects().await,
        Part::Reuse => script.reuse().await,
    }
    script
}

struct Script<'a> {
    tenant: Tenant,
    reference: Option<&'a [String]>,
    lines: Vec<String>,
    made: usize,
}

impl Script<'_> {
    /// Whether the answer is known already, and nothing need be sent any more.
    fn is_over(&self) -> bool {
        let last = self.lines.len().saturating_sub(2);
        let seen = &self.lines[last..];
        self.reference
            .is_some_and(|lines| lines.get(last..self.lines.len()) != Some(seen))
    }

    /// Sends on a fresh connection and notes what came back and which keys live afterwards.
    async fn note(&mut self, bytes: impl AsRef<[u8]>) {
        if self.is_over() {
            return;
        }
        let bytes = bytes.as_ref();
        let mut socket = connect(&self.tenant).await;
        socket.write_all(bytes).await.unwrap();
        let mut all = Vec::with_capacity(4096);
        // A reset is an end like any other here.
        let _end = socket.read_to_end(&mut all).await;
        let sent: String = String::from_utf8_lossy(bytes).chars().take(60).collect();
        let received = String::from_utf8_lossy(&all)
            .split("\r\n")
            .map(masked)
            .collect::<Vec<_>>();
        self.lines.push(format!("{sent:?} {received:?}"));
        self.note_keys();
    }

    fn note_keys(&mut self) {
        let live = self
            .tenant
            .keys()
            .into_iter()
            .filter(|key| key.status == KeyStatus::Active);
        self.lines
            .push(format!("{:?}", live.map(|key| key.id).collect::<Vec<_>>()));
    }

    fn admin(&self) -> String {
        key(&self.tenant.fixtures().admin.secret)
    }

    /// Makes a key and gives its id and its secret; one of those there are, if it cannot be made.
    async fn victim(&mut self) -> (i64, String) {
        if self.is_over() {
            let admin = self.tenant.fixtures().admin;
            return (admin.id, admin.secret);
        }
        let body = r#"{"name":"made"}"#;
        let text = request_with("POST", "/api/v1/api-keys", &[&self.admin()], body);
        let mut socket = connect(&self.tenant).await;
        let reply = send_on(&mut socket, &text).await;
        let made: Option<serde_json::Value> =
            reply.and_then(|reply| serde_json::from_slice(&reply.rest).ok());
        let made = made.and_then(|made| {
            Some((
                made["data"]["id"].as_i64()?,
                made["plain_text_key"].as_str()?.to_owned(),
            ))
        });
        let victims = self.tenant.fixtures().victims;
        self.made += 1;
        let spare = &victims[self.made % victims.len()];
        made.unwrap_or_else(|| (spare.id, spare.secret.clone()))
    }

    /// A DELETE of that path value.
    async fn delete(&mut self, value: &str, fields: &[&str]) {
        self.note(request(
            "DELETE",
            &format!("/api/v1/api-keys/{value}"),
            fields,
        ))
        .await;
    }

    /// A DELETE of a new key.
    async fn delete_new(&mut self, fields: &[&str]) {
        let (id, _) = self.victim().await;
        self.delete(&id.to_string(), fields).await;
    }

    async fn probe(&mut self, secret: &str) {
        self.note(request("GET", "/api/v1/me", &[&key(secret)]))
            .await;
    }

    async fn credentials(&mut self) {
        let fixtures = self.tenant.fixtures();
        let (_, secret) = self.victim().await;
        let flip = |c: char| match c.is_lowercase() {
            true => c.to_ascii_uppercase(),
            false => c.to_ascii_lowercase(),
        };
        let flipped: String = secret.chars().map(flip).collect();
        let long = "k".repeat(5000);
        let wrong = format!("{}0000", &secret[..secret.len() - 4]);
        for value in [
            "",
            "\t ",
            "null",
            "0",
            "*",
            "nonsense",
            "' OR '1'='1",
            &wrong,
            &secret[..secret.len() / 2],
            &secret[secret.len() / 2..],
            &secret[..secret.len() - 1],
            &format!("{secret}x"),
            &flipped,
            &format!("wrong, {secret}"),
            &format!("{secret}\0x"),
            &long,
            &"\u{e9}".repeat(43),
            &fixtures.expired.secret,
            &fixtures.revoked.secret,
            &fixtures.limited.secret,
            &fixtures.other.admin.secret,
            &secret,
            &format!(" \t{secret}\t "),
        ] {
            self.delete_new(&[&key(value)]).await;
        }
        self.delete_new(&["X-Api-Key:"]).await;
        self.delete_new(&[&format!("x-api-key: {secret}")]).await;
        self.delete_new(&[&key("wrong"), &key(&secret)]).await;
        self.delete_new(&[&key(&secret), &key("wrong")]).await;
        self.delete("999999", &[]).await;
    }

    async fn credentials_elsewhere(&mut self) {
        let (_, secret) = self.victim().await;
        let base64 =
            |text: &str| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, text);
        let user = base64(&format!("{secret}:"));
        let password = base64(&format!("x:{secret}"));
        for credentials in [
            vec![],
            vec![format!("Cookie: X-Api-Key={secret}")],
            vec![format!("Authorization: Bearer {secret}")],
            vec![format!("Authorization: Basic {user}")],
            vec![format!("Authorization: Basic {password}")],
            vec!["X-Forwarded-For: 127.0.0.1".into()],
            vec!["X-User-Id: 1".into()],
            vec!["X-Consumer-Username: admin".into()],
            vec!["X-Original-URL: /".into()],
            vec!["X-Rewrite-URL: /".into()],
            vec![key("wrong"), format!("Cookie: X-Api-Key={secret}")],
            vec!["X-Forwarded-Host: localhost".into()],
            vec!["Content-Type: application/x-www-form-urlencoded".into()],
            vec!["Content-Type: multipart/form-data".into()],
        ]
        .into_iter()
        .chain(FORMS.map(|form| vec![form.replace("{}", &secret)]))
        {
            let fields: Vec<&str> = credentials.iter().map(String::as_str).collect();
            self.delete_new(&fields).await;
        }
        for query in ["X-Api-Key", "api_key", "token"] {
            let (id, _) = self.victim().await;
            self.delete(&format!("{id}?{query}={secret}"), &[]).await;
        }
        let (id, _) = self.victim().await;
        self.delete(&format!("{id}?X-Api-Key={secret}"), &[&key("wrong")])
            .await;
        let wrong = key("wrong");
        let json = format!(r#"{{"api_key":"{secret}"}}"#);
        for (fields, body) in [
            (vec!["Content-Type: application/json"], json.clone()),
            (vec![], format!("api_key={secret}")),
            (vec![wrong.as_str()], json),
        ] {
            let (id, _) = self.victim().await;
            let path = format!("/api/v1/api-keys/{id}");
            self.note(request_with("DELETE", &path, &fields, &body))
                .await;
        }
    }

    async fn fields(&mut self) {
        let admin = self.admin();
        for field in [
            "Accept: application/json",
            "Accept: */*",
            "Accept: text/html",
            "Accept: application/xml",
            "Accept-Encoding: gzip, br",
            "traceparent: 00-00000000000000000000000000000001-0000000000000001-01",
            "Content-Type: application/json",
            "Content-Length: 0",
            "If-Match: \"nope\"",
            "Origin: https://elsewhere.test",
        ] {
            self.delete_new(&[field]).await;
            self.delete_new(&[&admin, field]).await;
        }
        let (id, _) = self.victim().await;
        let path = format!("/api/v1/api-keys/{id}");
        let json = [admin.as_str(), "Content-Type: application/json"];
        self.note(request_with("DELETE", &path, &json, "{")).await;
        let both = ["Content-Length: 5", "Transfer-Encoding: chunked"];
        self.note(request("DELETE", &path, &both) + "0\r\n\r\n")
            .await;
        self.note(request("DELETE", &path, &["Host: localhost"]))
            .await;
        self.note(request("DELETE", &path, &[]).replace("Host: localhost\r\n", ""))
            .await;
    }

    async fn path_values(&mut self) {
        let admin = self.admin();
        let far = i128::from(u64::MAX) + 1;
        for form in PATH_VALUES {
            let (id, secret) = self.victim().await;
            let (other, _) = self.victim().await;
            let encoded = percent_encoded(id);
            let value = form
                .replace("{}", &id.to_string())
                .replace("{+}", &other.to_string())
                .replace("{x}", &format!("{id:x}"))
                .replace("{_}", &format!("{}_{}", id / 10, id % 10))
                .replace("{31}", &(id + (1 << 31)).to_string())
                .replace("{32}", &(id + (1 << 32)).to_string())
                .replace("{53}", &(id + (1 << 53)).to_string())
                .replace("{63}", &(i128::from(id) + (1 << 63)).to_string())
                .replace("{64}", &(i128::from(id) + far).to_string())
                .replace("{%}", &encoded)
                .replace("{%%}", &encoded.replace('%', "%25"))
                .replace("{s}", &secret);
            self.delete(&value, &[&admin]).await;
        }
        self.delete(&"9".repeat(2000), &[&admin]).await;
        let (id, _) = self.victim().await;
        let (other, _) = self.victim().await;
        let path = format!("/api/v1/api-keys/{id}");
        self.note(request_with(
            "DELETE",
            &path,
            &[&admin],
            &format!(r#"{{"id":{other}}}"#),
        ))
        .await;
        let form = format!("id={other}");
        self.note(request_with("DELETE", &path, &[&admin], &form))
            .await;
    }

    async fn paths(&mut self) {
        let admin = self.admin();
        for form in PATHS {
            let (id, _) = self.victim().await;
            self.note(request("DELETE", &form.replace("{}", &id.to_string()), &[]))
                .await;
        }
        for spelled in SPELLINGS {
            let (id, _) = self.victim().await;
            self.delete(&spelled(id), &[]).await;
        }
        for nothing in [
            "/api/v1/api-keys/",
            "/api/v1/api-keys",
            "/api/v1/api-keys/%20",
        ] {
            self.victim().await;
            self.note(request("DELETE", nothing, &[&admin])).await;
        }
        let (id, _) = self.victim().await;
        let parent = format!("/api/v1/api-keys/{id}/..");
        self.note(request("DELETE", &parent, &[&admin])).await;
    }

    async fn methods(&mut self) {
        let (_, secret) = self.victim().await;
        let secret = key(&secret);
        let limited = key(&self.tenant.fixtures().limited.secret);
        let override_field = "X-HTTP-Method-Override: DELETE";
        for method in [
            "GET", "HEAD", "POST", "PUT", "PATCH", "OPTIONS", "TRACE", "REVOKE", "delete",
        ] {
            for fields in [vec![], vec![secret.as_str()]] {
                let (id, _) = self.victim().await;
                self.note(request(method, &format!("/api/v1/api-keys/{id}"), &fields))
                    .await;
            }
        }
        for fields in [vec![override_field], vec![override_field, limited.as_str()]] {
            let (id, _) = self.victim().await;
            self.note(request("POST", &format!("/api/v1/api-keys/{id}"), &fields))
                .await;
        }
        let (id, _) = self.victim().await;
        let path = format!("/api/v1/api-keys/{id}");
        self.note(request("POST", &format!("{path}?_method=DELETE"), &[]))
            .await;
        self.note(request(
            "OPTIONS",
            &path,
            &["Origin: https://elsewhere.test"],
        ))
        .await;
        self.note(request("GET", "/api/v1/me", &["X-Api-Key: wrong"]))
            .await;
        self.note(request("GET", "/api/v1/me", &[&secret])).await;
        self.note(request("GET", "/api/v1/me", &[])).await;
    }

    async fn tenants(&mut self) {
        let fixtures = self.tenant.fixtures();
        let (admin, other) = (self.admin(), key(&fixtures.other.admin.secret));
        let at_other = |text: String| text.replace("Host: localhost", "Host: other.localhost");
        let foreign = format!("/api/v1/api-keys/{}", fixtures.other.admin.id);
        for field in [
            "X-Forwarded-Host: other.localhost",
            "Forwarded: host=other.test",
            "X-Tenant-Id: 2",
        ] {
            self.note(request("DELETE", &foreign, &[&admin, field]))
                .await;
        }
        let (id, _) = self.victim().await;
        let own = format!("/api/v1/api-keys/{id}");
        self.note(at_other(request("DELETE", &own, &[]))).await;
        self.note(at_other(request("DELETE", &own, &[&other])))
            .await;
        self.note(at_other(request("DELETE", &foreign, &[&admin])))
            .await;
        self.note(request("DELETE", &foreign, &[&admin])).await;
        let make = request_with("POST", "/api/v1/api-keys", &[&other], r#"{"name":"there"}"#);
        self.note(at_other(make)).await;
        self.delete_new(&[&admin]).await;
    }

    async fn effects(&mut self) {
        let admin = self.admin();
        let (id, secret) = self.victim().await;
        let value = id.to_string();
        self.probe(&secret).await;
        self.delete(&value, &[&admin]).await;
        self.probe(&secret).await;
        self.delete(&value, &[]).await;
        self.note(request("GET", "/api/v1/subscription", &[&key(&secret)]))
            .await;
        self.note(request("GET", "/api/v1/usage", &[&key(&secret)]))
            .await;
        let body = r#"{"name":"made by a dead key"}"#;
        self.note(request_with(
            "POST",
            "/api/v1/api-keys",
            &[&key(&secret)],
            body,
        ))
        .await;
        self.delete_new(&[&key(&secret)]).await;
        for _ in 0..3 {
            self.delete(&value, &[&admin]).await;
        }
        for method in ["PUT", "PATCH"] {
            let path = format!("/api/v1/api-keys/{id}");
            let json = r#"{"status":"active"}"#;
            self.note(request_with(method, &path, &[&admin], json))
                .await;
        }
        let (own, secret) = self.victim().await;
        self.delete(&own.to_string(), &[&key(&secret)]).await;
        for _ in 0..12 {
            let (id, secret) = self.victim().await;
            for _ in 0..4 {
                self.probe(&secret).await;
            }
            self.delete(&id.to_string(), &[&admin]).await;
            self.probe(&secret).await;
            self.probe(&secret).await;
        }
        let live = self.tenant.keys().into_iter().filter(|key| {
            key.tenant == "first" && key.status == KeyStatus::Active && key.name != "admin"
        });
        for id in live.map(|key| key.id.to_string()).collect::<Vec<_>>() {
            self.delete(&id, &[&admin]).await;
        }
        self.delete(&self.tenant.fixtures().admin.id.to_string(), &[&admin])
            .await;
    }

    /// Several requests on one connection, where a key's use, its end and its probe share one.
    async fn reuse(&mut self) {
        let fixtures = self.tenant.fixtures();
        let mut socket = connect(&self.tenant).await;
        let me = request("GET", "/api/v1/me", &[&key(&fixtures.other.admin.secret)]);
        let me = me.replace("Host: localhost", "Host: other.localhost");
        let path = format!("/api/v1/api-keys/{}", fixtures.other.admin.id);
        let delete = request("DELETE", &path, &[&key(&fixtures.other.admin.secret)]);
        let delete = delete.replace("Host: localhost", "Host: other.localhost");
        for text in [&me, &me, &me, &me, &me, &me, &delete, &me] {
            let reply = send_on(&mut socket, text).await.map(|reply| reply.status);
            self.lines.push(format!("{reply:?}"));
        }
        self.company().await;
    }

    /// Requests without a good key after good ones, and a second revocation, on one connection.
    async fn company(&mut self) {
        let (admin, wrong) = (self.admin(), key("wrong"));
        let (first, second) = (self.victim().await.0, self.victim().await.0);
        let mut socket = connect(&self.tenant).await;
        let me = |fields: &[&str]| request("GET", "/api/v1/me", fields);
        let delete =
            |id: i64, fields: &[&str]| request("DELETE", &format!("/api/v1/api-keys/{id}"), fields);
        for text in [
            me(&[&admin]),
            me(&[]),
            me(&[&wrong]),
            delete(first, &[&admin]),
            delete(second, &[]),
            delete(second, &[&wrong]),
            delete(second, &[&admin]),
        ] {
            let reply = send_on(&mut socket, &text).await.map(|reply| reply.status);
            self.lines.push(format!("{reply:?}"));
        }
        self.note_keys();
    }
}
