//! Credential values that attack whoever reads them: endless, beyond ASCII, parts of queries.
//!
//! ## Requires   The request is refused as any wrong credential is: a 4xx, and nothing happens.
//! ## Why        A look-up that pastes the value into a query lets everybody in, and one that dies
//!               of it is a way to stop the service.
//! ## Spec       The contract's refusal ("invalid"); ASVS 2.2.1; OWASP API4:2023; RFC 9110 §5.5.
//! ## Silent     Which 4xx it is: a server may refuse the field before it reads the credential.

use super::{Context, Draft, Rule};
use crate::plan::{Piece, Script};

/// Values that no credential of the target looks like.
pub const HOSTILE_CREDENTIAL: Rule = Rule {
    name: "hostile-credential",
    document: include_str!("hostile_credential.rs"),
    derive: hostile_credential,
};

/// The length of the endless value: more than the 8 KiB of most servers' field limits.
const LONG_BYTES: usize = 64 * 1024;

/// The length of one that passes those limits, and so comes to whoever reads credentials.
const LONGISH_BYTES: usize = 6 * 1024;

/// "ключ" in KOI8-R: obs-text that is no UTF-8.
const BEYOND_ASCII: [u8; 8] = [b'k', 0xcb, 0xcc, 0xc0, 0xde, 0xff, 0x80, b'y'];

fn hostile_credential(context: &Context) -> Vec<Draft> {
    if context.requests.credential_field().is_none() {
        return Vec::new();
    }
    let table: [(&str, Piece, &str); 7] = [
        (
            "longish",
            Piece::Repeated('k', LONGISH_BYTES),
            "a credential of 6 KiB",
        ),
        (
            "long",
            Piece::Repeated('k', LONG_BYTES),
            "a credential of 64 KiB",
        ),
        (
            "beyond-ascii",
            Piece::Bytes(BEYOND_ASCII.to_vec()),
            "a credential with bytes beyond ASCII",
        ),
        (
            "sql",
            Piece::text("' OR '1'='1' -- "),
            "a credential that ends a quoted SQL text",
        ),
        (
            "sql-wildcard",
            Piece::text("%"),
            "a credential that is SQL's wildcard",
        ),
        (
            "ldap",
            Piece::text("*)(objectClass=*"),
            "a credential that ends an LDAP filter",
        ),
        (
            "query-operator",
            Piece::text("{\"$ne\":null}"),
            "a credential that is an operator of a document store",
        ),
    ];
    table
        .into_iter()
        .map(|(detail, value, words)| {
            let template = context.requests.with_value(vec![value]);
            let send = context.requests.insufficient(template);
            let script = Script::single(format!("hostile-credential::{detail}"), send);
            Draft::guarded(context, detail, words, script)
        })
        .collect()
}
