//! Whom a TLS client trusts.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use rustls_platform_verifier::Verifier;

use super::{ClientError, TlsSettings};

/// A TLS configuration that trusts the platform's roots and the given ones, or anybody.
///
/// # Errors
/// Where the given certificates, or the platform's, cannot be used.
pub(super) fn client_config(settings: &TlsSettings) -> Result<ClientConfig, ClientError> {
    // Chosen here and not by a process-wide default, which another crate could have set.
    let provider = Arc::new(aws_lc_rs::default_provider());
    let given = settings
        .ca_pem
        .as_deref()
        .map(certificates)
        .transpose()?
        .unwrap_or_default();
    let verifier: Arc<dyn ServerCertVerifier> = if settings.insecure {
        Arc::new(Anybody(Arc::clone(&provider)))
    } else {
        let verifier = Verifier::new_with_extra_roots(given, Arc::clone(&provider));
        Arc::new(verifier.map_err(|error| failed(&error))?)
    };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(&error))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, ClientError> {
    let bad = |detail: String| ClientError::Certificates { detail };
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match all {
        Ok(all) if all.is_empty() => Err(bad("no PEM certificate in it".to_owned())),
        Ok(all) => Ok(all),
        Err(error) => Err(bad(format!("{error:?}"))),
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
