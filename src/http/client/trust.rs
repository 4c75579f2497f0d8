//! Whom a TLS client trusts.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use rustls_platform_verifier::Verifier;

use super::{ClientError, TlsSettings};

/// How one client speaks TLS, and with whom.
pub(super) struct Trust {
    /// For HTTP/1.1.
    pub config: Arc<ClientConfig>,
    /// For HTTP/2, where the target has it.
    pub config_of_http2: Arc<ClientConfig>,
    /// The name that the certificate has to have.
    pub name: ServerName<'static>,
    /// An error where this machine has no roots, which hinders nobody who takes anybody.
    verifier: Result<Arc<Verifier>, rustls::Error>,
}

impl Trust {
    /// Trusts the platform's roots and the given ones; where anybody is taken, only to know
    /// better.
    ///
    /// # Errors
    /// Where the host can be in no certificate, or the given certificates, or the platform's,
    /// cannot be used.
    pub fn new(host: &str, settings: &TlsSettings) -> Result<Self, ClientError> {
        let name = ServerName::try_from(host.to_owned()).map_err(|_| ClientError::ServerName {
            host: host.to_owned(),
        })?;
        // Chosen here and not by a process-wide default, which another crate could have set.
        let provider = Arc::new(aws_lc_rs::default_provider());
        let given = settings
            .ca_pem
            .as_deref()
            .map(certificates)
            .transpose()?
            .unwrap_or_default();
        let verifier = Verifier::new_with_extra_roots(given, Arc::clone(&provider)).map(Arc::new);
        let asked: Arc<dyn ServerCertVerifier> = match &verifier {
            _ if settings.insecure => Arc::new(Anybody(Arc::clone(&provider))),
            Ok(verifier) => Arc::<Verifier>::clone(verifier),
            Err(error) => return Err(failed(error)),
        };
        let config = |protocols: &[&[u8]]| client_config(&provider, &asked, protocols);
        Ok(Self {
            config: Arc::new(config(&[HTTP_1_1])?),
            config_of_http2: Arc::new(config(&[HTTP_2, HTTP_1_1])?),
            name,
            verifier,
        })
    }

    /// Why the certificates that were shown are not to be trusted, if they are not.
    pub fn objection(&self, shown: Option<&[CertificateDer<'_>]>) -> Option<String> {
        let Some((own, others)) = shown.and_then(<[_]>::split_first) else {
            return Some("no certificate was shown".to_owned());
        };
        let now = UnixTime::now();
        let verified = self.verifier.as_ref().map_err(Clone::clone);
        let verified = verified
            .and_then(|verifier| verifier.verify_server_cert(own, others, &self.name, &[], now));
        verified.err().map(|error| error.to_string())
    }
}

/// The protocol names of ALPN (RFC 7301).
const HTTP_1_1: &[u8] = b"http/1.1";
pub(super) const HTTP_2: &[u8] = b"h2";

fn client_config(
    provider: &Arc<CryptoProvider>,
    verifier: &Arc<dyn ServerCertVerifier>,
    protocols: &[&[u8]],
) -> Result<ClientConfig, ClientError> {
    let mut config = ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(&error))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(verifier))
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    Ok(config)
}

/// Whether a text holds certificates, and nothing that is none.
///
/// # Errors
/// What is wrong with it.
pub fn check_certificates(pem: &[u8]) -> Result<(), ClientError> {
    certificates(pem).map(|_| ())
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, ClientError> {
    let bad = |detail: String| ClientError::Certificates { detail };
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match all {
        Ok(all) if all.is_empty() => Err(bad("no PEM certificate in it".to_owned())),
        Ok(all) => Ok(all),
        Err(error) => Err(bad(error.to_string())),
    }
}

fn failed(error: &rustls::Error) -> ClientError {
    ClientError::Tls {
        detail: error.to_string(),
    }
}

/// Takes any certificate; signatures are checked all the same, so that the key is the one in
/// the certificate that was shown.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
