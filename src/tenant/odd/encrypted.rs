//! Odd ways of speaking TLS, and of what goes over it.

use super::{Odd, odd};
use crate::tenant::answer::Answer;
use crate::tenant::certificates::Signer;
use crate::tenant::hooks::Hook;
use crate::tenant::tls::{ONLY_1_2, ONLY_1_3, Resumption};

pub(super) static TABLE: &[Odd] = &[
    odd(
        "encrypted",
        "it speaks TLS, and nothing else",
        &[Hook::Tls(|_| {})],
    ),
    odd(
        "tls-1-2-only",
        "of TLS only 1.2 is spoken",
        &[Hook::Tls(|tls| tls.versions = ONLY_1_2)],
    ),
    odd(
        "tls-1-3-only",
        "of TLS only 1.3 is spoken",
        &[Hook::Tls(|tls| tls.versions = ONLY_1_3)],
    ),
    odd(
        "hangs-up-on-old-tls",
        "an offer of TLS 1.0 or 1.1 is refused by closing, without an alert",
        &[Hook::Tls(|tls| tls.hangs_up_on_old = true)],
    ),
    odd(
        "rsa-certificate",
        "the certificate has an RSA key",
        &[Hook::Tls(|tls| tls.certificate.rsa = true)],
    ),
    odd(
        "certificate-by-way-of-another",
        "there is a certificate between the tenant's and the root, and it is shown",
        &[Hook::Tls(|tls| {
            tls.certificate.signer = Signer::Intermediate
        })],
    ),
    odd(
        "tls-tickets",
        "sessions are resumed from tickets that hold all of their state",
        &[Hook::Tls(|tls| tls.resumption = Resumption::Tickets)],
    ),
    odd(
        "no-tls-resumption",
        "no session is resumed",
        &[Hook::Tls(|tls| tls.resumption = Resumption::Off)],
    ),
    odd(
        "no-closure-alert",
        "connections are closed after a whole answer, without the closure alert",
        &[
            Hook::Tls(|tls| tls.announces_end = false),
            Hook::Answer(|_, answer| answer.close = true),
        ],
    ),
    odd(
        "plain-http-gets-400",
        "plain HTTP on the port of TLS is answered with 400, which says why",
        &[
            Hook::Tls(|tls| tls.answers_plain_http = true),
            Hook::Instead(|call| {
                let plain = !call.request.connection.is_encrypted();
                plain.then(|| Answer::message(400, "This port speaks TLS."))
            }),
        ],
    ),
    odd(
        "http-2-too",
        "HTTP/2 is offered, and preferred",
        &[Hook::Tls(|tls| tls.http2 = true)],
    ),
];
