//! What was typed -> what it means: settings, contract, suite, plan. Nothing is sent to a target.

use std::collections::BTreeMap;
use std::path::Path;

use probity::api::{Api, ApiError};
use probity::config::table::VARIABLE_PREFIX;
use probity::config::{ContractSetting, Flags, Inputs, Settings, Subcommand, SuiteSetting};
use probity::document::Document;
use probity::plan::{self, Plan, Selection};
use probity::run::{Parts, SourceText};
use probity::suite::{Suite, built_in};
use probity::{driver, http, run};

use super::args::{LibtestArguments, RunArguments, SettingArguments};
use super::exit::{Exit, chain, warn};

/// The settings' file where no other is named.
const CONFIG_FILE: &str = "probity.yaml";

/// The largest real documents have 12 MB; a slow server may take a while to hand one out.
const CONTRACT_LIMITS: http::fetch::FetchLimits = http::fetch::FetchLimits {
    timeout: std::time::Duration::from_secs(60),
    bytes_max: 64 * 1024 * 1024,
};

/// Settings that another part of the program brings, such as the demo's tenant.
#[derive(Default)]
pub struct Brought {
    /// A file of settings, instead of one on disk; then the user's `PROBITY_…` variables, which
    /// are for targets of his own, count for nothing.
    pub file: Option<(String, Vec<u8>)>,
    /// Variables, beside the environment's.
    pub environment: Vec<(String, String)>,
}

/// Resolves the settings.
pub fn settings(
    arguments: &SettingArguments,
    libtest: &LibtestArguments,
    brought: Brought,
) -> Result<Settings, Exit> {
    let mut environment: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| brought.file.is_none() || !name.starts_with(VARIABLE_PREFIX))
        .collect();
    environment.extend(brought.environment);
    let file = match brought.file {
        Some(file) => Some(file),
        None => config_file(arguments, &environment)?,
    };
    let inputs = Inputs {
        file,
        environment,
        flags: flags(arguments, libtest),
    };
    let settings =
        Settings::resolve(&inputs).map_err(|error| Exit::usage_text(error.to_string()))?;
    settings.warnings.iter().for_each(|text| warn(text));
    Ok(settings)
}

fn config_file(
    arguments: &SettingArguments,
    environment: &BTreeMap<String, String>,
) -> Result<Option<(String, Vec<u8>)>, Exit> {
    let named = arguments
        .config
        .clone()
        .or_else(|| environment.get("PROBITY_CONFIG").cloned());
    let path = match named {
        Some(path) => path,
        None if Path::new(CONFIG_FILE).exists() => CONFIG_FILE.to_owned(),
        None => return Ok(None),
    };
    let bytes = std::fs::read(&path).map_err(|error| {
        Exit::usage_text(format!(
            "failed to read settings `{path}`\n  caused by: {error}"
        ))
    })?;
    Ok(Some((path, bytes)))
}

fn flags(arguments: &SettingArguments, libtest: &LibtestArguments) -> Flags {
    let said = |flag: bool| flag.then_some(true);
    let mut reports = arguments.reports.files();
    reports.extend(
        arguments
            .events
            .clone()
            .map(|path| ("events".to_owned(), path)),
    );
    Flags {
        target: arguments.target.clone(),
        contract: arguments.contract.clone(),
        suites: arguments.suites.clone(),
        config: arguments.config.clone(),
        allow: arguments.allow.clone(),
        tags: arguments.tags.clone(),
        gate: arguments.gate.clone(),
        strict: said(arguments.strict),
        partial: said(arguments.partial),
        reports,
        github: said(arguments.reports.github),
        baseline: arguments.baseline.clone(),
        shard: arguments.shard.clone(),
        base_path: arguments.base_path.clone(),
        headers: arguments.headers.clone(),
        ca_file: arguments.ca_file.clone(),
        insecure: said(arguments.insecure),
        proxy: arguments.proxy.clone(),
        allow_http: said(arguments.allow_http),
        rate: arguments.rate.clone(),
        timeout: arguments.timeout.clone(),
        max_time: arguments.max_time.clone(),
        linger: arguments.linger.clone(),
        repeat: arguments.repeat.clone(),
        test_threads: libtest.test_threads.clone(),
    }
}

/// Settings, contract, suite and the plan with the selected cases.
pub fn parts(arguments: &RunArguments, settings: Settings) -> Result<Parts, Exit> {
    let contract = contract(&settings)?;
    let (document, api) = read_contract(&contract, Api::lower_lazily)?;
    let suite_text = suite_text(&settings)?;
    let suite = Suite::parse(&suite_text.name, &suite_text.bytes)
        .map_err(|error| Exit::usage_text(error.to_string()))?;
    let (_, base_path) = run::base_path(&settings, &api).map_err(|error| Exit::usage(&error))?;
    let plan = plan::plan(&api, &document, &suite, &base_path).map_err(|error| {
        Exit::usage_text(format!(
            "{} and {}: {}",
            suite_text.name,
            contract.name,
            chain(&error)
        ))
    })?;
    let plan = select(arguments, &settings, plan);
    Ok(Parts {
        settings,
        contract,
        document: document.into(),
        api: api.into(),
        suite: suite_text,
        plan,
        subcommand: Subcommand::Run,
        ca_pem: None,
    })
}

/// Reduces the plan to what was asked for; says which filter means nothing.
fn select(arguments: &RunArguments, settings: &Settings, plan: Plan) -> Plan {
    let selection = Selection {
        filters: arguments.filters.clone(),
        exact: arguments.libtest.exact,
        skip: arguments.libtest.skip.clone(),
        tags: settings.tags.value.clone(),
        shard: settings.shard.value.map(|shard| (shard.index, shard.count)),
    };
    for (filter, nearest) in selection.unmatched(&plan) {
        let hint = nearest.map_or_else(String::new, |id| format!(" (nearest: `{id}`)"));
        warn(&format!("the filter `{filter}` means no case{hint}"));
    }
    let plan = selection.apply(plan);
    // libtest's `--ignored` runs only what is ignored beforehand, and that is nothing here.
    if arguments.libtest.ignored {
        Plan {
            cases: Vec::new(),
            ..plan
        }
    } else {
        plan
    }
}

/// Reads the contract that the settings name.
pub fn contract(settings: &Settings) -> Result<SourceText, Exit> {
    match &settings.contract.value {
        ContractSetting::BuiltIn => {
            let (name, bytes) = built_in::CONTRACT;
            Ok(SourceText {
                name: name.to_owned(),
                bytes: bytes.to_vec(),
            })
        }
        ContractSetting::File(path) => read("contract", path),
        ContractSetting::Url(url) => {
            let fetched = driver::block_on(http::fetch::fetch_document(url, CONTRACT_LIMITS));
            let bytes = fetched
                .map_err(|error| Exit::fault(&error))?
                .map_err(|error| Exit::usage(&error))?;
            Ok(SourceText {
                name: url.clone(),
                bytes,
            })
        }
    }
}

/// Reads a document as a contract.
pub fn read_contract(
    text: &SourceText,
    lower: fn(&Document) -> Result<Api, ApiError>,
) -> Result<(Document, Api), Exit> {
    let document = Document::parse(&text.name, &text.bytes)
        .map_err(|error| Exit::usage_text(error.report(&String::from_utf8_lossy(&text.bytes))))?;
    let api = lower(&document).map_err(|error| match error.position() {
        Some(position) => Exit::usage_text(document.report_error(&error.to_string(), position)),
        None => Exit::usage(&error),
    })?;
    Ok((document, api))
}

fn suite_text(settings: &Settings) -> Result<SourceText, Exit> {
    let named = settings.suites.value.as_slice();
    let one = match named {
        [] => return built_in_suite("revoke-api-key"),
        [one] => one,
        _ => {
            return Err(Exit::usage_text(
                "one run takes one --suite so far: run them one by one",
            ));
        }
    };
    match one {
        SuiteSetting::BuiltIn(name) => built_in_suite(name),
        SuiteSetting::File(path) => read("suite", path),
    }
}

fn built_in_suite(name: &str) -> Result<SourceText, Exit> {
    let bytes = built_in::suite(name).ok_or_else(|| {
        let known: Vec<&str> = built_in::SUITES.iter().map(|(name, _)| *name).collect();
        Exit::usage_text(format!(
            "there is no built-in suite `{name}`: there is {}",
            known.join(", ")
        ))
    })?;
    Ok(SourceText {
        name: format!("{name}.yaml"),
        bytes: bytes.to_vec(),
    })
}

fn read(kind: &str, path: &str) -> Result<SourceText, Exit> {
    let bytes = std::fs::read(path).map_err(|error| {
        Exit::usage_text(format!(
            "failed to read {kind} `{path}`\n  caused by: {error}"
        ))
    })?;
    Ok(SourceText {
        name: path.to_owned(),
        bytes,
    })
}
