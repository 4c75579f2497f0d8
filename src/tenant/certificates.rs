//! The certificates that an encrypted tenant shows, made when it starts.

use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, Error, ExtendedKeyUsagePurpose,
    IsCa, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256, RsaKeySize,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// How long before the start a certificate begins: clocks differ a little.
const BEGUN_BEFORE: Duration = Duration::from_secs(60 * 60);

/// How long a certificate lasts: longer than any tenant runs, and short enough for the verifiers of
/// all systems, some of which refuse more than a year.
const LASTS: Duration = Duration::from_secs(90 * DAY_S);

/// How far a certificate that is over, or has not begun, is from now.
const AWAY: Duration = Duration::from_secs(7 * DAY_S);

const DAY_S: u64 = 24 * 60 * 60;

/// The names that both tenants answer to.
const OWN_NAMES: [&str; 3] = ["localhost", "other.localhost", "127.0.0.1"];

/// Who signed the tenant's certificate, and what is shown with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signer {
    /// The root that is handed out.
    Root,
    /// An authority that the root signed, shown beside.
    Intermediate,
    /// An authority that the root signed, not shown.
    UnshownIntermediate,
    /// A root that nobody hands out.
    UnknownRoot,
    /// The tenant's own key.
    Itself,
}

/// When a certificate holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Validity {
    Current,
    Over,
    NotYet,
}

/// What the certificate is like.
#[derive(Clone, Copy, Debug)]
pub(super) struct CertificateBlueprint {
    pub(super) signer: Signer,
    pub(super) validity: Validity,
    /// The names that it is for.
    pub(super) names: &'static [&'static str],
    /// Whether its key is an RSA key; else it is one on P-256.
    pub(super) rsa: bool,
}

impl Default for CertificateBlueprint {
    fn default() -> Self {
        CertificateBlueprint {
            signer: Signer::Root,
            validity: Validity::Current,
            names: &OWN_NAMES,
            rsa: false,
        }
    }
}

/// What is shown, the key for it, and whom to trust.
pub(super) struct Identity {
    /// The tenant's own certificate first.
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
    /// The root to trust.
    pub(super) root_pem: String,
}

impl Identity {
    /// Makes keys and certificates.
    ///
    /// # Errors
    /// When the cryptography fails: for want of randomness.
    pub(super) fn make(blueprint: CertificateBlueprint) -> Result<Identity, Error> {
        let root = authority("Root")?;
        let key = if blueprint.rsa {
            KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?
        } else {
            KeyPair::generate()?
        };
        let own = own(blueprint)?;
        let chain = match blueprint.signer {
            Signer::Root => vec![own.signed_by(&key, &root)?.der().clone()],
            Signer::UnknownRoot => {
                let unknown = authority("Unknown Root")?;
                vec![own.signed_by(&key, &unknown)?.der().clone()]
            }
            Signer::Itself => vec![own.self_signed(&key)?.der().clone()],
            Signer::Intermediate | Signer::UnshownIntermediate => {
                let params = authority_params("Intermediate")?;
                let between = CertifiedIssuer::signed_by(params, KeyPair::generate()?, &root)?;
                let mut chain = vec![own.signed_by(&key, &between)?.der().clone()];
                if blueprint.signer == Signer::Intermediate {
                    chain.push(between.der().clone());
                }
                chain
            }
        };
        Ok(Identity {
            chain,
            key: key.into(),
            root_pem: root.pem(),
        })
    }
}

fn authority(name: &str) -> Result<CertifiedIssuer<'static, KeyPair>, Error> {
    CertifiedIssuer::self_signed(authority_params(name)?, KeyPair::generate()?)
}

fn authority_params(name: &str) -> Result<CertificateParams, Error> {
    let mut params = params(&[], &format!("Probity Reference Tenant {name}"))?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

fn own(blueprint: CertificateBlueprint) -> Result<CertificateParams, Error> {
    let mut params = params(blueprint.names, "Probity Reference Tenant")?;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    let now = SystemTime::now();
    match blueprint.validity {
        Validity::Current => {}
        Validity::Over => {
            params.not_before = (now - LASTS).into();
            params.not_after = (now - AWAY).into();
        }
        Validity::NotYet => {
            params.not_before = (now + AWAY).into();
            params.not_after = (now + LASTS).into();
        }
    }
    Ok(params)
}

fn params(names: &[&str], name: &str) -> Result<CertificateParams, Error> {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, name);
    let now = SystemTime::now();
    params.not_before = (now - BEGUN_BEFORE).into();
    params.not_after = (now + LASTS).into();
    Ok(params)
}
