//! Settings + contract + suite -> Job: everything that is decided before the first request.

mod started;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::api::{Api, Operation, Segment};
use crate::config::{
    ConfigError, IdentitySetting, PoolSource, SecretSource, Settings, Subcommand, Victims,
    parse_pool,
};
use crate::document::Document;
use crate::fixture::{
    FixtureSettings, Fixtures, Identity, Messenger, MessengerSettings, OtherPlace, SecretPlace,
    SecretProblem, SharedRedactor, VictimSource, Wiring, read_secret,
};
use crate::http::{
    Client, ClientError, ClientSettings, Origin, Redactor, Scheme, Target, TargetError, Text,
    TlsSettings, check_certificates,
};
use crate::plan::rules::Requests;
use crate::plan::{Holder, Plan, nearest, server_path};
use crate::suite::{Baseline, SuiteError};

use super::exchange_fact::EvidenceRoom;
use super::verdict::Policy;
use super::{Job, victims_needed};
use started::{again, started};

/// The largest body of an answer that is read, in bytes.
///
/// Documented answers have some hundred; a thousand times that is no answer but an attack.
const RESPONSE_BYTES_MAX: usize = 1024 * 1024;

/// A text that was read: its name and its bytes.
#[derive(Debug, Clone)]
pub struct SourceText {
    /// What errors and reports call it.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Why there is no job.
#[derive(Debug, thiserror::Error)]
pub enum AssembleError {
    /// No target is set.
    #[error(
        "no target is set: name the tenant's URL by --target, PROBITY_TARGET or `target:` in \
         probity.yaml"
    )]
    NoTarget,
    /// The target is no URL that can be used.
    #[error("the target `{url}` cannot be used")]
    Target {
        /// The URL.
        url: String,
        /// The cause.
        #[source]
        source: TargetError,
    },
    /// The target already ends in the path that is appended to it.
    #[error(
        "the target `{url}` already ends in `{path}`, which the contract's server appends: write \
         `{corrected}` (or say --base-path)"
    )]
    PathTwice {
        /// The URL.
        url: String,
        /// The server's path.
        path: String,
        /// The URL without it.
        corrected: String,
    },
    /// A file cannot be read.
    #[error("failed to read `{path}`")]
    File {
        /// The file.
        path: String,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// A pool of victims is malformed.
    #[error(transparent)]
    Pool(#[from] ConfigError),
    /// A baseline is malformed.
    #[error(transparent)]
    Baseline(#[from] SuiteError),
    /// A baseline lists a case that does not exist.
    #[error(
        "the baseline `{path}` lists `{case}`, which is no case{}",
        .nearest.as_ref().map_or_else(String::new, |name| format!(" (nearest: `{name}`)"))
    )]
    UnknownCase {
        /// The file.
        path: String,
        /// The id.
        case: String,
        /// The nearest that there is.
        nearest: Option<String>,
    },
    /// The proxy is no URL that can be used.
    #[error("the proxy `{url}` cannot be used")]
    Proxy {
        /// The URL.
        url: String,
        /// The cause.
        #[source]
        source: TargetError,
    },
    /// The proxy is to be spoken to by TLS.
    #[error("the proxy `{0}` is on https, which is not supported: name one on http")]
    EncryptedProxy(String),
    /// A secret cannot be read.
    #[error("the secret of the `{identity}` identity cannot be used")]
    Secret {
        /// Whose.
        identity: Holder,
        /// The cause.
        #[source]
        source: SecretProblem,
    },
    /// The certificates to trust cannot be read.
    #[error("the certificates to trust in `{path}` ({origin}) cannot be used")]
    Certificates {
        /// The file.
        path: String,
        /// Where it was named.
        origin: String,
        /// The cause.
        #[source]
        source: ClientError,
    },
    /// The client cannot be made.
    #[error("failed to prepare connections to the target")]
    Client(#[from] ClientError),
    /// The operation wants no secret in a header field.
    #[error("operation `{0}` takes no credential in a header field, which suites need so far")]
    NoCredentialField(String),
    /// The operating system gives no randomness.
    #[error("this machine gives no random bytes: {0}")]
    NoRandomness(String),
}

/// Checks the target against the contract's server and gives the path that precedes every
/// operation's.
///
/// # Errors
///
/// Where the target is no usable URL, or already ends in the server's path.
pub fn base_path(
    settings: &Settings,
    api: &Api,
) -> Result<(Option<Target>, String), AssembleError> {
    let own = match &settings.base_path.value {
        Some(path) => path.trim_end_matches('/').to_owned(),
        None => server_path(&api.servers),
    };
    let Some(url) = &settings.target.value else {
        return Ok((None, own));
    };
    let target = Target::parse(url).map_err(|source| AssembleError::Target {
        url: url.clone(),
        source,
    })?;
    let given = target.base_path.trim_end_matches('/').to_owned();
    if settings.base_path.value.is_none() && !own.is_empty() && given.ends_with(&own) {
        let trimmed = url.trim_end_matches('/');
        return Err(AssembleError::PathTwice {
            url: url.clone(),
            corrected: trimmed.strip_suffix(&own).unwrap_or(trimmed).to_owned(),
            path: own,
        });
    }
    Ok((Some(target), format!("{given}{own}")))
}

/// What a job is made from.
pub struct Parts {
    /// The settings.
    pub settings: Settings,
    /// The contract, as read.
    pub contract: SourceText,
    /// Its document.
    pub document: Arc<Document>,
    /// The contract.
    pub api: Arc<Api>,
    /// The suite, as read.
    pub suite: SourceText,
    /// The plan, selected.
    pub plan: Plan,
    /// The command that the settings are for.
    pub subcommand: Subcommand,
    /// Certificates in PEM that are trusted besides those that the settings name.
    pub ca_pem: Option<Vec<u8>>,
}

/// Makes a job; secrets are read now, nothing is sent.
///
/// # Errors
///
/// Where the target, a file, a secret or a certificate cannot be used.
pub async fn assemble(parts: Parts) -> Result<Job, AssembleError> {
    let (target, _) = base_path(&parts.settings, &parts.api)?;
    let target = target.ok_or(AssembleError::NoTarget)?;
    let settings = &parts.settings;
    let run = run_tag()?;
    let tls = tls_settings(&parts)?;
    let messenger = messenger(settings, &target, &tls)?;
    settings
        .secrets()
        .iter()
        .for_each(|secret| messenger.redactor().add(secret));
    let fixtures = FixtureSettings {
        identities: identities(settings).await?,
        victims: victims(settings)?,
        other: other_place(settings, &target, &tls)?,
        resource: parts.plan.suite.resource.clone(),
        wiring: wiring(&parts.api, &parts.plan)?,
        allow: settings.allow.value,
        run: run.clone(),
        victims_needed: victims_needed(&parts.plan, settings.repeat.value),
        revocation_within: settings.revocation_within.value,
        linger: settings.linger.value,
    };
    let policy = Policy {
        gate: settings.gate.value.iter().copied().collect(),
        strict: settings.strict.value,
        partial: settings.partial.value,
    };
    let started = started(&parts, &policy, run);
    Ok(Job {
        policy,
        baseline: baseline(settings, &parts.plan)?,
        today: jiff::Zoned::now().date().to_string(),
        repeat: settings.repeat.value,
        concurrency: usize::try_from(settings.concurrency.value).unwrap_or(1),
        max_time: settings.max_time.value,
        again: again(settings, parts.subcommand),
        started,
        evidence: EvidenceRoom::default(),
        fixtures: Fixtures::new(fixtures, messenger),
        plan: parts.plan,
        api: parts.api,
        document: parts.document,
    })
}

fn tls_settings(parts: &Parts) -> Result<TlsSettings, AssembleError> {
    let mut ca_pem = parts.ca_pem.clone();
    if let Some(path) = &parts.settings.ca_file.value {
        let given = read(path)?;
        // Each alone, so that the fault is told of the file that has it.
        check_certificates(&given).map_err(|source| AssembleError::Certificates {
            path: path.clone(),
            origin: parts.settings.ca_file.origin.to_string(),
            source,
        })?;
        let all = ca_pem.get_or_insert_default();
        all.push(b'\n');
        all.extend(given);
    }
    Ok(TlsSettings {
        ca_pem,
        insecure: parts.settings.insecure.value,
    })
}

/// The proxy that every connection goes through.
fn proxy(settings: &Settings) -> Result<Option<Origin>, AssembleError> {
    let Some(url) = &settings.proxy.value else {
        return Ok(None);
    };
    let proxy = Target::parse(url).map_err(|source| AssembleError::Proxy {
        url: url.clone(),
        source,
    })?;
    match proxy.origin.scheme {
        Scheme::Http => Ok(Some(proxy.origin)),
        Scheme::Https => Err(AssembleError::EncryptedProxy(url.clone())),
    }
}

fn client(
    settings: &Settings,
    target: &Target,
    tls: &TlsSettings,
) -> Result<Client, AssembleError> {
    let timeouts = settings.timeouts();
    Ok(Client::new(
        target.origin.clone(),
        ClientSettings {
            connect_timeout: timeouts.connect,
            first_byte_timeout: timeouts.first_byte,
            exchange_timeout: timeouts.whole,
            response_bytes_max: RESPONSE_BYTES_MAX,
            tls: tls.clone(),
            proxy: proxy(settings)?,
            ..ClientSettings::default()
        },
    )?)
}

fn messenger(
    settings: &Settings,
    target: &Target,
    tls: &TlsSettings,
) -> Result<Messenger, AssembleError> {
    let client = client(settings, target, tls)?;
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|error| AssembleError::NoRandomness(error.to_string()))?;
    let headers = settings.headers.iter().map(|header| {
        (
            header.value.name.clone(),
            Text::secret(header.value.value.clone()),
        )
    });
    let interval = settings.rate.value.map(crate::config::Rate::interval);
    let own = MessengerSettings {
        headers: headers.collect(),
        interval: interval.unwrap_or_default(),
    };
    Ok(Messenger::new(
        client,
        own,
        SharedRedactor::new(Redactor::new(&key, [])),
    ))
}

/// Where the other tenant is: at a URL of its own, below the same path.
fn other_place(
    settings: &Settings,
    target: &Target,
    tls: &TlsSettings,
) -> Result<OtherPlace, AssembleError> {
    let IdentitySetting::Given {
        target: Some(url), ..
    } = &settings.identities.other_tenant.value
    else {
        return Ok(OtherPlace::SameUrl);
    };
    let other = Target::parse(url).map_err(|source| AssembleError::Target {
        url: url.clone(),
        source,
    })?;
    if other.base_path != target.base_path {
        let why = "the other tenant's URL has another path than the target's";
        return Ok(OtherPlace::Unusable(why.to_owned()));
    }
    Ok(OtherPlace::Own(client(settings, &other, tls)?))
}

async fn identities(settings: &Settings) -> Result<BTreeMap<Holder, Identity>, AssembleError> {
    let given = [
        (Holder::Admin, &settings.identities.admin),
        (Holder::Limited, &settings.identities.limited),
        (Holder::Expired, &settings.identities.expired),
        (Holder::Revoked, &settings.identities.revoked),
        (Holder::OtherTenant, &settings.identities.other_tenant),
    ];
    let mut identities = BTreeMap::new();
    for (holder, setting) in given {
        let identity = match &setting.value {
            IdentitySetting::Unset => Identity::Unset,
            IdentitySetting::Absent { reason } => Identity::Absent {
                reason: reason.clone(),
            },
            IdentitySetting::Given { source, id, .. } => {
                let secret = secret(source).await;
                let secret = secret.map_err(|source| AssembleError::Secret {
                    identity: holder,
                    source,
                })?;
                Identity::Given {
                    secret,
                    id: id.clone(),
                }
            }
        };
        identities.insert(holder, identity);
    }
    Ok(identities)
}

async fn secret(source: &SecretSource) -> Result<crate::http::Secret, SecretProblem> {
    match source {
        SecretSource::Environment { secret, .. } => Ok(secret.clone()),
        SecretSource::File(path) => read_secret(SecretPlace::File(Path::new(path))).await,
        SecretSource::Command(command) => read_secret(SecretPlace::Command(command)).await,
        SecretSource::Stdin => read_secret(SecretPlace::Stdin).await,
    }
}

fn victims(settings: &Settings) -> Result<VictimSource, AssembleError> {
    Ok(match &settings.victims.value {
        Victims::Create => VictimSource::Create,
        Victims::Pool {
            source: PoolSource::Environment { victims, .. },
        } => VictimSource::Pool(victims.clone()),
        Victims::Pool {
            source: PoolSource::File(path),
        } => VictimSource::Pool(parse_pool(path, &read(path)?)?),
        Victims::Exec { create, destroy } => VictimSource::Exec {
            create: create.clone(),
            destroy: destroy.clone(),
        },
    })
}

fn baseline(settings: &Settings, plan: &Plan) -> Result<Baseline, AssembleError> {
    let Some(path) = &settings.baseline.value else {
        return Ok(Baseline::default());
    };
    let baseline = Baseline::parse(path, &read(path)?)?;
    let unknown = baseline
        .cases()
        .find(|listed| !plan.all_ids.contains(*listed));
    match unknown {
        None => Ok(baseline),
        Some(listed) => Err(AssembleError::UnknownCase {
            path: path.clone(),
            case: listed.to_owned(),
            nearest: nearest(listed, plan.all_ids.iter().map(String::as_str)),
        }),
    }
}

fn read(path: &str) -> Result<Vec<u8>, AssembleError> {
    std::fs::read(path).map_err(|source| AssembleError::File {
        path: path.to_owned(),
        source,
    })
}

fn wiring(api: &Api, plan: &Plan) -> Result<Wiring, AssembleError> {
    let none = || AssembleError::NoCredentialField(plan.suite.operation.clone());
    let operation = api.operation(&plan.suite.operation).ok_or_else(none)?;
    let field = Requests::new(api, operation, &plan.base_path)
        .credential_field()
        .ok_or_else(none)?;
    let resource = &plan.suite.resource;
    let wired = |id: &str| {
        let operation = api.operation(id)?;
        Some((
            operation.method.clone(),
            format!("{}{}", plan.base_path, operation.path),
        ))
    };
    Ok(Wiring {
        field: field.name,
        prefix: field.prefix,
        revoke: (
            operation.method.clone(),
            with_hole(operation, &plan.base_path),
        ),
        create: resource
            .create
            .as_ref()
            .and_then(|create| wired(&create.operation)),
        probe: resource
            .probe
            .as_ref()
            .and_then(|probe| wired(&probe.operation)),
    })
}

/// The operation's path with `{id}` for its parameter.
fn with_hole(operation: &Operation, base_path: &str) -> String {
    let segment = |segment: &Segment| -> String {
        segment
            .pieces
            .iter()
            .map(|piece| match piece {
                crate::api::Piece::Literal(text) => text.as_str(),
                crate::api::Piece::Parameter(_) => "{id}",
            })
            .collect()
    };
    let segments: Vec<String> = operation.segments.iter().map(segment).collect();
    format!("{base_path}/{}", segments.join("/"))
}

/// A short tag that tells this run's keys from others'.
fn run_tag() -> Result<String, AssembleError> {
    let mut random = [0; 4];
    getrandom::fill(&mut random).map_err(|error| AssembleError::NoRandomness(error.to_string()))?;
    Ok(format!("run-{:08x}", u32::from_be_bytes(random)))
}
