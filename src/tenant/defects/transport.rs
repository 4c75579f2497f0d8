//! Defects of TLS, of what goes beside it, and of what goes over it.

use serde_json::json;

use super::{Class::Transport, Defect, defect};
use crate::tenant::answer::Answer;
use crate::tenant::call::{Call, Refusal};
use crate::tenant::certificates::{Signer, Validity};
use crate::tenant::hello::{TLS_1_0, TLS_1_1};
use crate::tenant::hooks::Hook;
use crate::tenant::request::Protocol;
use crate::tenant::tls::TlsBlueprint;

/// Speaks TLS as it should: what is wrong shows over it.
const ENCRYPTED: Hook = Hook::Tls(|_| {});

/// Offers HTTP/2, too: what is wrong shows by it.
const BY_HTTP_2: Hook = Hook::Tls(|tls| tls.http2 = true);

pub(super) static TABLE: &[Defect] = &[
    defect(
        (Transport, "serves-plain-http-too", "RAK-TRN-01"),
        "the port of TLS serves plain HTTP as well",
        &[Hook::Tls(answer_plain_http)],
    ),
    defect(
        (Transport, "redirects-plain-http", "RAK-TRN-01"),
        "plain HTTP on the port of TLS is redirected to https",
        &[
            Hook::Tls(answer_plain_http),
            Hook::Instead(|call| {
                let to = format!("https://{}{}", call.request.host, call.request.target);
                is_plain(call).then(|| Answer::bare(308).with("Location", &to))
            }),
        ],
    ),
    defect(
        (Transport, "accepts-tls-1-0", "RAK-TRN-02"),
        "an offer of TLS 1.0 is accepted",
        &[Hook::Tls(|tls| tls.old_versions = &[TLS_1_0])],
    ),
    defect(
        (Transport, "accepts-tls-1-1", "RAK-TRN-02"),
        "an offer of TLS 1.1 is accepted",
        &[Hook::Tls(|tls| tls.old_versions = &[TLS_1_1])],
    ),
    defect(
        (Transport, "accepts-tls-1-0-with-a-warning", "RAK-TRN-02"),
        "an offer of TLS 1.0 is accepted, after a warning about the name",
        &[Hook::Tls(|tls| {
            tls.old_versions = &[TLS_1_0];
            tls.warns_first = true;
        })],
    ),
    defect(
        (Transport, "expired-certificate", "RAK-TRN-03"),
        "the certificate is over",
        &[Hook::Tls(|tls| tls.certificate.validity = Validity::Over)],
    ),
    defect(
        (Transport, "certificate-not-yet-valid", "RAK-TRN-03"),
        "the certificate begins in a week",
        &[Hook::Tls(|tls| tls.certificate.validity = Validity::NotYet)],
    ),
    defect(
        (Transport, "certificate-for-another-name", "RAK-TRN-03"),
        "the certificate is for another host",
        &[Hook::Tls(|tls| {
            tls.certificate.names = &["another.example"]
        })],
    ),
    defect(
        (Transport, "self-signed-certificate", "RAK-TRN-03"),
        "the certificate is signed by its own key",
        &[Hook::Tls(|tls| tls.certificate.signer = Signer::Itself)],
    ),
    defect(
        (Transport, "certificate-of-unknown-root", "RAK-TRN-03"),
        "the certificate is signed by a root that nobody trusts",
        &[Hook::Tls(|tls| {
            tls.certificate.signer = Signer::UnknownRoot
        })],
    ),
    defect(
        (Transport, "missing-intermediate-certificate", "RAK-TRN-03"),
        "the certificate between the tenant's and the root is not shown",
        &[Hook::Tls(|tls| {
            tls.certificate.signer = Signer::UnshownIntermediate
        })],
    ),
    defect(
        (Transport, "no-strict-transport-security", "RAK-LEA-06"),
        "no answer demands https for later",
        &[
            ENCRYPTED,
            Hook::Answer(|_, answer| answer.remove("Strict-Transport-Security")),
        ],
    ),
    defect(
        (
            Transport,
            "strict-transport-security-for-a-day",
            "RAK-LEA-06",
        ),
        "answers demand https for a day only",
        &[
            ENCRYPTED,
            Hook::Answer(|_, answer| answer.set("Strict-Transport-Security", "max-age=86400")),
        ],
    ),
    defect(
        (Transport, "media-types-may-be-guessed", "RAK-LEA-06"),
        "no answer has X-Content-Type-Options",
        &[
            ENCRYPTED,
            Hook::Answer(|_, answer| answer.remove("X-Content-Type-Options")),
        ],
    ),
    defect(
        (Transport, "http-2-answers-200", "RAK-CON-12"),
        "by HTTP/2 a revocation is answered with 200 and content",
        &[
            BY_HTTP_2,
            Hook::Answer(|call, answer| {
                if is_http_2(call) && answer.status == 204 {
                    answer.status = 200;
                    answer.set_json(&json!({ "revoked": true }));
                }
            }),
        ],
    ),
    defect(
        (Transport, "http-2-revokes-nothing", "RAK-CON-12"),
        "by HTTP/2 a revocation is answered with 204 and has no effect",
        &[
            BY_HTTP_2,
            Hook::Revoke(|call, _| is_http_2(call).then(|| Answer::bare(204))),
        ],
    ),
    defect(
        (Transport, "http-2-needs-no-key", "RAK-CON-12"),
        "by HTTP/2 whoever has no key is let in",
        &[
            BY_HTTP_2,
            Hook::Admit(|call| {
                let keyless = is_http_2(call) && call.refused(Refusal::Missing);
                keyless.then(|| call.anybody())
            }),
        ],
    ),
];

fn answer_plain_http(tls: &mut TlsBlueprint) {
    tls.answers_plain_http = true;
}

fn is_plain(call: &Call<'_>) -> bool {
    !call.request.connection.is_encrypted()
}

fn is_http_2(call: &Call<'_>) -> bool {
    call.request.connection.protocol == Protocol::Http2OverTls
}
