//! Whom a client trusts, and how an encrypted connection ends.

use std::sync::Arc;

use probity::http::{
    Client, ClientError, Exchange, Fault, FramingViolation, Request, Target, TlsSettings, Via,
};
use rcgen::{
    CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, generate_simple_self_signed,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::settings;

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
const UNTIL_CLOSE: &[u8] = b"HTTP/1.1 200 OK\r\n\r\n{}";

/// A certificate, its key, and the PEM to trust it by.
struct Identity {
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
    trust_pem: Vec<u8>,
}

fn self_signed(name: &str) -> Identity {
    let made = generate_simple_self_signed([name.to_owned()]).unwrap();
    Identity {
        certificate: made.cert.der().clone(),
        key: made.signing_key.into(),
        trust_pem: made.cert.pem().into_bytes(),
    }
}

fn signed_by(authority_name: &str, name: &str) -> Identity {
    let mut authority = CertificateParams::new([]).unwrap();
    authority
        .distinguished_name
        .push(DnType::CommonName, authority_name);
    authority.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new([name.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap();
    Identity {
        certificate: certificate.der().clone(),
        key: key.into(),
        trust_pem: authority.pem().into_bytes(),
    }
}

/// A server that answers one request on each connection; it ends with the TLS closure alert
/// or without it. Handed back is its port.
async fn serve(identity: &Identity, answer: &'static [u8], announces_end: bool) -> u16 {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![identity.certificate.clone()], identity.key.clone_key())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A client that refuses the certificate ends here.
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                if stream.read_buf(&mut request).await.unwrap_or(0) == 0 {
                    break;
                }
            }
            stream.write_all(answer).await.unwrap();
            stream.flush().await.unwrap();
            if announces_end {
                stream.shutdown().await.unwrap();
            } else {
                stream.get_mut().0.shutdown().await.unwrap();
            }
        }
    });
    port
}

async fn get(port: u16, host: &str, tls: TlsSettings) -> Exchange {
    let origin = Target::parse(&format!("https://{host}:{port}"))
        .unwrap()
        .origin;
    let mut settings = settings();
    settings.tls = tls;
    let client = Client::new(origin, settings).unwrap();
    client.exchange(&Request::new("GET", "/"), Via::Fresh).await
}

fn trusting(identity: &Identity) -> TlsSettings {
    TlsSettings {
        ca_pem: Some(identity.trust_pem.clone()),
        insecure: false,
    }
}

#[tokio::test]
async fn a_certificate_that_is_trusted_by_file_is_accepted() {
    for identity in [self_signed("localhost"), signed_by("one", "localhost")] {
        let port = serve(&identity, OK, true).await;
        let exchange = get(port, "localhost", trusting(&identity)).await;
        assert_eq!(exchange.status(), Some(200), "{exchange:?}");
        let facts = exchange.tls.unwrap();
        assert_eq!((facts.version.as_str(), facts.objection), ("TLSv1_3", None));
        assert!(exchange.timing.tls.is_some());
    }
}

#[tokio::test]
async fn a_certificate_is_refused_that_is_not_trusted_or_for_another_name() {
    let identity = signed_by("one", "localhost");
    let port = serve(&identity, OK, true).await;
    let other = signed_by("two", "localhost");
    for (host, tls, detail) in [
        ("localhost", trusting(&other), "UnknownIssuer"),
        ("localhost", TlsSettings::default(), "UnknownIssuer"),
        ("acme.localhost", trusting(&identity), "not valid for name"),
        ("127.0.0.1", trusting(&identity), "not valid for"),
    ] {
        let exchange = get(port, host, tls).await;
        assert_eq!(exchange.sent, b"");
        let fault = exchange.outcome.unwrap_err();
        assert!(fault.is_before_sending());
        let Fault::Tls { detail: actual } = fault else {
            panic!("{host}: {fault:?}")
        };
        assert!(actual.contains(detail), "{host}: {actual}");
    }
}

#[tokio::test]
async fn an_insecure_client_takes_any_certificate_and_says_so() {
    let identity = self_signed("another.example");
    let port = serve(&identity, OK, true).await;
    let exchange = get(
        port,
        "localhost",
        TlsSettings {
            ca_pem: None,
            insecure: true,
        },
    )
    .await;
    assert_eq!(exchange.status(), Some(200), "{exchange:?}");
    let objection = exchange.tls.unwrap().objection.unwrap();
    assert!(
        objection.contains("invalid peer certificate"),
        "{objection}"
    );
    // One that could be trusted is none to complain about.
    let identity = signed_by("one", "localhost");
    let port = serve(&identity, OK, true).await;
    let mut tls = trusting(&identity);
    tls.insecure = true;
    let exchange = get(port, "localhost", tls).await;
    assert_eq!(exchange.tls.unwrap().objection, None);
}

#[tokio::test]
async fn http_2_is_not_offered_by_who_does_not_choose_it() {
    let identity = self_signed("localhost");
    let port = serve(&identity, OK, true).await;
    let target = Target::parse(&format!("https://localhost:{port}")).unwrap();
    let mut settings = settings();
    settings.tls = trusting(&identity);
    let client = Client::new(target.origin, settings).unwrap();
    let exchange = client.exchange(&Request::new("GET", "/"), Via::Http2).await;
    assert_eq!(exchange.outcome, Err(Fault::Http2NotOffered));
    assert_eq!(exchange.sent, b"");
    assert!(exchange.outcome.unwrap_err().is_before_sending());
}

#[tokio::test]
async fn an_end_without_the_closure_alert_counts_only_where_it_ends_the_body() {
    let identity = self_signed("localhost");
    for (answer, announces_end, violations) in [
        (OK, false, vec![]),
        (UNTIL_CLOSE, true, vec![]),
        (
            UNTIL_CLOSE,
            false,
            vec![FramingViolation::UnannouncedTlsEnd],
        ),
    ] {
        let port = serve(&identity, answer, announces_end).await;
        let exchange = get(port, "localhost", trusting(&identity)).await;
        assert_eq!(exchange.framing, violations);
        assert_eq!(exchange.outcome.unwrap().body, b"{}");
    }
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_a_fault_of_the_handshake() {
    let server = super::Server::start(vec![vec![super::Step::Send(OK.to_vec())]]).await;
    let port = server.url.rsplit(':').next().unwrap().parse().unwrap();
    let exchange = get(
        port,
        "localhost",
        TlsSettings {
            ca_pem: None,
            insecure: true,
        },
    )
    .await;
    assert!(
        matches!(exchange.outcome, Err(Fault::Tls { .. })),
        "{exchange:?}"
    );
}

#[test]
fn certificates_that_are_none_are_refused_when_the_client_is_made() {
    let origin = Target::parse("https://localhost").unwrap().origin;
    for pem in [
        "",
        "no certificate",
        "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----",
    ] {
        let mut settings = settings();
        settings.tls.ca_pem = Some(pem.into());
        let error = Client::new(origin.clone(), settings).unwrap_err();
        assert!(
            matches!(error, ClientError::Certificates { .. }),
            "{pem}: {error:?}"
        );
    }
}
