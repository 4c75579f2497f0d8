//! What the settings are made of, handed in: nothing here reads a file or the environment.

use std::collections::BTreeMap;

/// Everything that settings are resolved from.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    /// The name and the bytes of `probity.yaml`, if there is one.
    pub file: Option<(String, Vec<u8>)>,
    /// The environment.
    pub environment: BTreeMap<String, String>,
    /// The flags.
    pub flags: Flags,
}

/// The flags as they were written; what was not written is empty.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// `--target URL`
    pub target: Option<String>,
    /// `--contract FILE|URL|built-in`
    pub contract: Option<String>,
    /// `--suite NAME|FILE`, each also a list with commas.
    pub suites: Vec<String>,
    /// `--config FILE`: read by whoever hands in the file.
    pub config: Option<String>,
    /// `--allow TIER`
    pub allow: Option<String>,
    /// `--tag TAG`, each also a list with commas.
    pub tags: Vec<String>,
    /// `--gate PROFILE`, each also a list with commas.
    pub gate: Vec<String>,
    /// `--strict`
    pub strict: Option<bool>,
    /// `--partial`
    pub partial: Option<bool>,
    /// `--baseline FILE`
    pub baseline: Option<String>,
    /// Reports as format and path: `--junit FILE`, `--events FILE`.
    pub reports: Vec<(String, String)>,
    /// `--github`
    pub github: Option<bool>,
    /// `--base-path PATH`
    pub base_path: Option<String>,
    /// `--header NAME=env:VARIABLE`
    pub headers: Vec<String>,
    /// `--ca-file FILE`
    pub ca_file: Option<String>,
    /// `--insecure`
    pub insecure: Option<bool>,
    /// `--allow-http`
    pub allow_http: Option<bool>,
    /// `--proxy URL`
    pub proxy: Option<String>,
    /// `--rate N/s`
    pub rate: Option<String>,
    /// `--timeout DURATION`
    pub timeout: Option<String>,
    /// `--max-time DURATION`
    pub max_time: Option<String>,
    /// `--linger DURATION`
    pub linger: Option<String>,
    /// `--repeat N`
    pub repeat: Option<String>,
    /// `--shard K/N`
    pub shard: Option<String>,
    /// `--test-threads N`
    pub test_threads: Option<String>,
}
