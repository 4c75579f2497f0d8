//! A client that sends any bytes and shows what came back.

use std::collections::HashMap;
use std::time::Duration;

use probity::tenant::{Defect, KeyStatus, Odd, Tenant, TenantSettings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A response as it came in.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub fields: HashMap<String, String>,
    /// Everything after the head, until the tenant closed or fell silent.
    pub rest: Vec<u8>,
}

impl Reply {
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.rest).into_owned()
    }
}

/// A conforming tenant with known secrets.
pub async fn conforming() -> Tenant {
    Tenant::start(TenantSettings {
        seed: Some(7),
        ..TenantSettings::default()
    })
    .await
    .unwrap()
}

/// A tenant with these defects.
pub async fn defective(names: &[&str]) -> Tenant {
    let named = |name: &&str| Defect::named(name).unwrap_or_else(|| panic!("no defect {name}"));
    let defects = names.iter().map(named).collect();
    let settings = TenantSettings {
        seed: Some(7),
        defects,
        ..TenantSettings::default()
    };
    Tenant::start(settings).await.unwrap()
}

/// A tenant with these odd variants.
pub async fn odd(names: &[&str]) -> Tenant {
    let named = |name: &&str| Odd::named(name).unwrap_or_else(|| panic!("no odd variant {name}"));
    let odd = names.iter().map(named).collect();
    let settings = TenantSettings {
        seed: Some(7),
        odd,
        ..TenantSettings::default()
    };
    Tenant::start(settings).await.unwrap()
}

/// A connection to the tenant.
pub async fn connect(tenant: &Tenant) -> TcpStream {
    let url = tenant.url();
    TcpStream::connect(url.strip_prefix("http://").unwrap())
        .await
        .unwrap()
}

/// A request whose connection is closed after it, with further field lines.
pub fn request(method: &str, path: &str, fields: &[&str]) -> String {
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
    for field in fields {
        text.push_str(field);
        text.push_str("\r\n");
    }
    text + "\r\n"
}

/// As [`request`], with content.
pub fn request_with(method: &str, path: &str, fields: &[&str], body: &str) -> String {
    let length = format!("Content-Length: {}", body.len());
    let fields: Vec<&str> = fields.iter().copied().chain([length.as_str()]).collect();
    request(method, path, &fields) + body
}

/// The field line that carries this secret.
pub fn key(secret: &str) -> String {
    format!("X-Api-Key: {secret}")
}

/// Sends the bytes on a fresh connection and reads until it ends.
pub async fn send(tenant: &Tenant, bytes: impl AsRef<[u8]>) -> Reply {
    try_send(tenant, bytes).await.expect("an answer")
}

/// As [`send`]; nothing where the tenant ends the connection without an answer.
pub async fn try_send(tenant: &Tenant, bytes: impl AsRef<[u8]>) -> Option<Reply> {
    let mut socket = connect(tenant).await;
    socket.write_all(bytes.as_ref()).await.unwrap();
    let mut all = Vec::with_capacity(4096);
    let read = timeout(Duration::from_secs(10), socket.read_to_end(&mut all)).await;
    let _closed = read.expect("the tenant closes the connection");
    parse(&all)
}

/// Sends on an open connection and reads what belongs to that answer.
pub async fn send_on(socket: &mut TcpStream, bytes: &str) -> Option<Reply> {
    socket
        .write_all(bytes.replace("Connection: close\r\n", "").as_bytes())
        .await
        .ok()?;
    let mut all = Vec::with_capacity(4096);
    loop {
        if let Some(reply) = parse(&all) {
            let length = reply
                .field("content-length")
                .map_or(0, |value| value.parse().unwrap());
            if reply.rest.len() >= length {
                return Some(reply);
            }
        }
        let read = timeout(Duration::from_secs(10), socket.read_buf(&mut all)).await;
        if read.expect("an answer in time").ok()? == 0 {
            return None;
        }
    }
}

/// The status of a DELETE of that path value with that secret.
pub async fn revoke(tenant: &Tenant, value: &str, secret: &str) -> u16 {
    let path = format!("/api/v1/api-keys/{value}");
    send(tenant, request("DELETE", &path, &[&key(secret)]))
        .await
        .status
}

/// The status of the probe with that secret.
pub async fn probe(tenant: &Tenant, secret: &str) -> u16 {
    send(tenant, request("GET", "/api/v1/me", &[&key(secret)]))
        .await
        .status
}

/// Whether the tenant itself says that the key lives.
pub fn lives(tenant: &Tenant, id: i64) -> bool {
    let keys = tenant.keys();
    keys.iter()
        .any(|key| key.id == id && key.status == KeyStatus::Active)
}

/// The final response in these bytes, once its head is whole.
fn parse(bytes: &[u8]) -> Option<Reply> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let rest = &bytes[end + 4..];
    let status = head.split(' ').nth(1)?.parse().ok()?;
    if (100..200).contains(&status) {
        return parse(rest);
    }
    let fields = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    let fields = fields.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
    Some(Reply {
        status,
        fields: fields.collect(),
        rest: rest.to_vec(),
        head,
    })
}

/// The line without the times in it, which differ from run to run.
pub fn masked(line: &str) -> String {
    if let Some((name, value)) = line.split_once(": ")
        && httpdate::parse_http_date(value).is_ok()
    {
        return format!("{name}: *");
    }
    let mut line = line.to_owned();
    for name in ["\"expires_at\":\"", "\"last_used_at\":\""] {
        if let Some(at) = line.find(name) {
            let end = line[at + name.len()..].find('"').unwrap_or(0);
            line.replace_range(at + name.len()..at + name.len() + end, "*");
        }
    }
    line
}
