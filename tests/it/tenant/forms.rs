//! The forms of credentials, path values and paths that the script sends.

/// Fields that a key stands in for `{}`, where or as it should not.
pub const FORMS: [&str; 14] = [
    "X-Api-Key: x{}",
    "X-Api-Key: x{}x",
    "X-Api-Key: '{}'",
    "X-Api-Key: \"{}\"",
    "X-Api-Key: Bearer {}",
    "Cookie: token={}",
    "Authorization: {}",
    "Api-Key: {}",
    "X_Api_Key: {}",
    "X-ApiKey: {}",
    "Apikey: {}",
    "X-Api-Token: {}",
    "X-Auth-Token: {}",
    "X-Access-Token: {}",
];

/// Path values: `{}` is a new key's id and `{+}` that of the next; what else stands in braces is
/// made of the former.
pub const PATH_VALUES: [&str; 44] = [
    "{}abc",
    "{}.1",
    "{}.0",
    "0{}",
    "%2B{}",
    "{}%20",
    "-{}",
    "{}e0",
    "{}%00",
    "{}%00.json",
    "{};x=1",
    "{},{+}",
    "{}%7C{+}",
    "{}-{+}",
    "{}%2F..%2F{+}",
    "{}?apiKey={+}",
    "{}?id={+}",
    "{}?x=1",
    "0x{x}",
    "{32}",
    "{64}",
    "{%}",
    "{s}",
    "abc",
    "me",
    "*",
    "xyz{}",
    "{}_",
    "{_}",
    "{%%}",
    "{31}",
    "{53}",
    "{63}",
    "{}%20{+}",
    "%5B{},{+}%5D",
    "{}..{+}",
    "{}%2F{+}",
    "{}%252F..%252F{+}",
    "{}%5C..%5C{+}",
    "all",
    "0%20OR%201=1",
    "%25",
    "9223372036854775807",
    "999999",
];

/// Paths with a new key's id for `{}`.
pub const PATHS: [&str; 19] = [
    "/api/v1/api-keys/{}?",
    "/api/v1/api-keys/{}/",
    "/api/v1//api-keys/{}",
    "/api/v1/./api-keys/{}",
    "/api/v1/x/../api-keys/{}",
    "/api/v1/API-KEYS/{}",
    "/api/v1/api-keys/{}.json",
    "/api/v1/api-keys;x/{}",
    "/api/v1/api-keys/{};x=1",
    "/api/v1/%61pi-keys/{}",
    "/api/api-keys/{}",
    "/api/v0/api-keys/{}",
    "/api/v2/api-keys/{}",
    "/api/v1/%2561pi-keys/{}",
    "/api/v1/api-keys%2F{}",
    "/api/v1/api-keys%5C{}",
    "/api/v1/%2e/api-keys/{}",
    "/api/v1/api-keys/{}%20",
    "/elsewhere",
];

/// Spellings of an id, digit by digit.
pub const SPELLINGS: [fn(i64) -> String; 3] = [percent_encoded, last_encoded, full_width];

pub fn percent_encoded(id: i64) -> String {
    let digits = id.to_string().into_bytes();
    digits.iter().map(|b| format!("%{b:02X}")).collect()
}

fn last_encoded(id: i64) -> String {
    format!("{}%{:02X}", id / 10, u32::from(b'0') + (id % 10) as u32)
}

fn full_width(id: i64) -> String {
    let digits = id.to_string().into_bytes();
    let wide = |digit: &u8| format!("%EF%BC%{:02X}", 0x90 + digit - b'0');
    digits.iter().map(wide).collect()
}
