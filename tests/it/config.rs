//! Settings: the layers, and every refusal with its text and place.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "the whole file is tests; clippy.toml exempts only functions marked as such"
)]

mod identities;
mod problems;

use std::collections::BTreeMap;
use std::time::Duration;

use probity::config::{
    ContractSetting, Flags, Inputs, Origin, Settings, SuiteSetting, init_text, schema_text, table,
};
use probity::document::Document;
use probity::suite::{Profile, Tier};

/// Inputs with a file of this text and these variables.
pub fn inputs(file: &str, environment: &[(&str, &str)]) -> Inputs {
    Inputs {
        file: (!file.is_empty()).then(|| ("probity.yaml".to_owned(), file.into())),
        environment: variables(environment),
        flags: Flags::default(),
    }
}

/// The first line of each problem of the inputs.
pub fn problems(inputs: &Inputs) -> Vec<String> {
    let error = Settings::resolve(inputs).expect_err("settings that are wrong");
    error.problems.iter().map(first_line).collect()
}

fn first_line(problem: &impl ToString) -> String {
    let text = problem.to_string();
    text.lines().next().unwrap_or_default().to_owned()
}

fn variables(environment: &[(&str, &str)]) -> BTreeMap<String, String> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    environment.iter().map(owned).collect()
}

fn resolve(inputs: &Inputs) -> Settings {
    Settings::resolve(inputs).unwrap_or_else(|error| panic!("{error}"))
}

/// The value and origin of a setting, as they are shown.
fn shown(settings: &Settings, name: &str) -> (String, String) {
    let facts = settings.facts();
    let fact = facts.iter().find(|fact| fact.name == name);
    let fact = fact.unwrap_or_else(|| panic!("no fact `{name}`"));
    (fact.value.clone(), fact.origin.clone())
}

/// A setting that has all three layers.
struct Layered {
    key: &'static str,
    /// What the file has, as YAML, and how it is shown.
    file: (&'static str, &'static str),
    variable: (&'static str, &'static str, &'static str),
    flag: (&'static str, fn(&mut Flags), &'static str),
}

fn text(value: &str) -> Option<String> {
    Some(value.to_owned())
}

macro_rules! layered {
    ($key:literal, $file:literal => $file_shown:literal,
     $variable:literal = $value:literal => $value_shown:literal,
     $flag:literal $field:ident = $given:expr => $flag_shown:literal) => {
        Layered {
            key: $key,
            file: ($file, $file_shown),
            variable: ($variable, $value, $value_shown),
            flag: ($flag, |flags| flags.$field = $given, $flag_shown),
        }
    };
}

#[rustfmt::skip]
fn layered() -> Vec<Layered> {
    vec![
        layered!("target", "https://a.example/" => "https://a.example",
            "PROBITY_TARGET" = "https://b.example" => "https://b.example",
            "--target" target = text("http://127.0.0.1:1") => "http://127.0.0.1:1"),
        layered!("contract", "a.yaml" => "a.yaml", "PROBITY_CONTRACT" = "b.yaml" => "b.yaml",
            "--contract" contract = text("https://c.example/x?t=1")
            => "https://c.example/x?[redacted]"),
        layered!("suites", "[a]" => "a", "PROBITY_SUITES" = "b,c" => "b, c",
            "--suite" suites = vec!["d".into(), "e".into()] => "d, e"),
        layered!("allow", "revoke" => "revoke", "PROBITY_ALLOW" = "tenant" => "tenant",
            "--allow" allow = text("observe") => "observe"),
        layered!("tags", "[a, b]" => "a, b", "PROBITY_TAGS" = "c" => "c",
            "--tag" tags = vec!["c,d".into()] => "c, d"),
        layered!("gate", "[http]" => "http", "PROBITY_GATE" = "security,contract"
            => "contract, security", "--gate" gate = vec!["robustness".into()] => "robustness"),
        layered!("strict", "true" => "true", "PROBITY_STRICT" = "0" => "false",
            "--strict" strict = Some(true) => "true"),
        layered!("partial", "true" => "true", "PROBITY_PARTIAL" = "false" => "false",
            "--partial" partial = Some(true) => "true"),
        layered!("baseline", "a.yaml" => "a.yaml", "PROBITY_BASELINE" = "b" => "b",
            "--baseline" baseline = text("c") => "c"),
        layered!("base_path", "/a/" => "/a", "PROBITY_BASE_PATH" = "/b" => "/b",
            "--base-path" base_path = text("/c") => "/c"),
        layered!("ca_file", "a.pem" => "a.pem", "PROBITY_CA_FILE" = "b" => "b",
            "--ca-file" ca_file = text("c") => "c"),
        layered!("insecure", "true" => "true", "PROBITY_INSECURE" = "false" => "false",
            "--insecure" insecure = Some(true) => "true"),
        layered!("allow_http", "true" => "true", "PROBITY_ALLOW_HTTP" = "false" => "false",
            "--allow-http" allow_http = Some(true) => "true"),
        layered!("proxy", "http://a:1" => "http://a:1", "PROBITY_PROXY" = "http://b" => "http://b",
            "--proxy" proxy = text("http://c/") => "http://c"),
        layered!("rate", "5/s" => "5/s", "PROBITY_RATE" = "6/m" => "6/m",
            "--rate" rate = text("7/s") => "7/s"),
        layered!("timeout", "1s" => "1s", "PROBITY_TIMEOUT" = "2500ms" => "2500ms",
            "--timeout" timeout = text("1m") => "60s"),
        layered!("max_time", "1s" => "1s", "PROBITY_MAX_TIME" = "2s" => "2s",
            "--max-time" max_time = text("3s") => "3s"),
        layered!("linger", "0s" => "0s", "PROBITY_LINGER" = "2s" => "2s",
            "--linger" linger = text("3s") => "3s"),
        layered!("repeat", "2" => "2", "PROBITY_REPEAT" = "3" => "3",
            "--repeat" repeat = text("4") => "4"),
        layered!("shard", "1/2" => "1/2", "PROBITY_SHARD" = "2/2" => "2/2",
            "--shard" shard = text("3/4") => "3/4"),
        layered!("concurrency", "2" => "2", "PROBITY_TEST_THREADS" = "3" => "3",
            "--test-threads" test_threads = text("4") => "4"),
        layered!("reports.junit", "a" => "a", "PROBITY_JUNIT" = "b" => "b",
            "--junit" reports = vec![("junit".into(), "c".into())] => "c"),
        layered!("reports.html", "a" => "a", "PROBITY_HTML" = "b" => "b",
            "--html" reports = vec![("html".into(), "c".into())] => "c"),
        layered!("reports.markdown", "a" => "a", "PROBITY_MARKDOWN" = "b" => "b",
            "--markdown" reports = vec![("markdown".into(), "c".into())] => "c"),
        layered!("reports.json", "a" => "a", "PROBITY_JSON" = "b" => "b",
            "--json" reports = vec![("json".into(), "c".into())] => "c"),
        layered!("reports.ctrf", "a" => "a", "PROBITY_CTRF" = "b" => "b",
            "--ctrf" reports = vec![("ctrf".into(), "c".into())] => "c"),
        layered!("reports.sarif", "a" => "a", "PROBITY_SARIF" = "b" => "b",
            "--sarif" reports = vec![("sarif".into(), "c".into())] => "c"),
        layered!("reports.tap", "a" => "a", "PROBITY_TAP" = "b" => "b",
            "--tap" reports = vec![("tap".into(), "c".into())] => "c"),
        layered!("reports.har", "a" => "a", "PROBITY_HAR" = "b" => "b",
            "--har" reports = vec![("har".into(), "c".into())] => "c"),
        layered!("reports.intoto", "a" => "a", "PROBITY_INTOTO" = "b" => "b",
            "--intoto" reports = vec![("intoto".into(), "c".into())] => "c"),
        layered!("reports.events", "a" => "a", "PROBITY_EVENTS" = "b" => "b",
            "--events" reports = vec![("events".into(), "c".into())] => "c"),
        layered!("reports.github", "true" => "true", "PROBITY_GITHUB" = "false" => "false",
            "--github" github = Some(true) => "true"),
    ]
}

#[test]
fn flag_goes_before_environment_before_file_before_default() {
    for setting in layered() {
        let key = setting.key;
        let entry = table::ENTRIES
            .iter()
            .find(|entry| entry.key == key)
            .unwrap();
        let check = |inputs: &Inputs, value: &str, origin: String| {
            assert_eq!(
                shown(&resolve(inputs), key),
                (value.to_owned(), origin),
                "{key}"
            );
        };
        check(&inputs("", &[]), entry.default, "default".to_owned());

        let (yaml, place) = match key.split_once('.') {
            Some((section, key)) => (
                format!("{section}: {{{key}: {}}}", setting.file.0),
                format!("1:{}", section.len() + 4),
            ),
            None => (format!("{key}: {}", setting.file.0), "1:1".to_owned()),
        };
        let mut given = inputs(&yaml, &[]);
        check(&given, setting.file.1, format!("probity.yaml:{place}"));

        let (variable, value, shown) = setting.variable;
        given.environment = variables(&[(variable, value)]);
        check(&given, shown, format!("environment {variable}"));

        let (flag, set, shown) = setting.flag;
        set(&mut given.flags);
        check(&given, shown, format!("flag {flag}"));

        assert_eq!(
            (entry.variable, entry.flag),
            (Some(variable), Some(flag)),
            "{key}"
        );
    }
}

#[test]
fn every_setting_of_the_table_is_shown_and_all_layers_are_tested() {
    let facts = resolve(&inputs("", &[])).facts();
    let names: Vec<&str> = facts.iter().map(|fact| fact.name.as_str()).collect();
    let keys: Vec<&str> = table::ENTRIES
        .iter()
        .map(|entry| {
            if entry.key.is_empty() {
                "config"
            } else {
                entry.key
            }
        })
        .collect();
    assert_eq!(names, keys);
    assert!(facts.iter().all(|fact| fact.origin == "default"));
    for entry in table::ENTRIES {
        let both = entry.flag.is_some() && entry.variable.is_some() && !entry.key.is_empty();
        assert_eq!(
            both,
            layered().iter().any(|layered| layered.key == entry.key),
            "{entry:?}"
        );
    }
}

#[test]
fn revocation_within_has_no_flag() {
    let mut given = inputs("revocation_within: 2s", &[]);
    assert_eq!(
        resolve(&given).revocation_within.value,
        Duration::from_secs(2)
    );
    given.environment = variables(&[("PROBITY_REVOCATION_WITHIN", "500ms")]);
    let settings = resolve(&given);
    assert_eq!(settings.revocation_within.value, Duration::from_millis(500));
    let origin = Origin::Environment("PROBITY_REVOCATION_WITHIN".to_owned());
    assert_eq!(settings.revocation_within.origin, origin);
}

#[test]
fn the_defaults_are_as_documented() {
    let settings = resolve(&inputs("", &[]));
    assert_eq!(settings.target.value, None);
    assert_eq!(settings.contract.value, ContractSetting::BuiltIn);
    assert_eq!(settings.allow.value, Tier::Observe);
    assert_eq!(settings.gate.value, [Profile::Contract, Profile::Security]);
    assert_eq!(settings.concurrency.value, 8);
    assert_eq!(settings.linger.value, Duration::from_secs(5));
    let timeouts = settings.timeouts();
    assert_eq!(timeouts.whole, Duration::from_secs(10));
    assert_eq!(timeouts.connect, Duration::from_secs(5));
}

#[test]
fn the_example_of_the_design_is_read() {
    let text = "\
target: https://staging.example
allow: revoke
identities:
  admin:        {env: PROBITY_API_KEY}          # or {file: …}, {command: […]}, {stdin: true}
  expired:      {env: PROBITY_EXPIRED_KEY}
  revoked:      {env: PROBITY_REVOKED_KEY, id: 4}
  limited:      {absent: \"scopes are not used here\"}
  other-tenant: {env: PROBITY_OTHER_KEY, target: https://other.example}
victims: {pool: {file: victims.json}}
revocation_within: 0s
gate: [contract, security]
reports: {junit: out/junit.xml, events: out/run.ndjson}
";
    let keys = ["API", "EXPIRED", "REVOKED", "OTHER"].map(|name| format!("PROBITY_{name}_KEY"));
    let environment: Vec<(&str, &str)> = keys
        .iter()
        .map(|name| (name.as_str(), "sk-live-0123456789"))
        .collect();
    let settings = resolve(&inputs(text, &environment));
    assert_eq!(settings.warnings, [""; 0]);
    assert_eq!(settings.allow.value, Tier::Revoke);
    assert_eq!(settings.reports.len(), 2);
    let revoked = shown(&settings, "identities.revoked");
    let value = "[redacted] (environment PROBITY_REVOKED_KEY), id 4".to_owned();
    assert_eq!(revoked, (value, "probity.yaml:6:3".to_owned()));
}

#[test]
fn a_file_that_says_nothing_is_read() {
    for text in [
        "\n",
        "# nothing\n",
        "---\n",
        "identities:\n  # admin: {env: X}\nreports:\n",
    ] {
        let settings = resolve(&inputs(text, &[]));
        assert_eq!(
            settings.config.value.as_deref(),
            Some("probity.yaml"),
            "{text}"
        );
        assert_eq!(settings.allow.value, Tier::Observe);
    }
}

#[test]
fn paths_in_the_file_are_relative_to_its_folder() {
    let mut given = inputs("", &[("PROBITY_BASELINE", "known.yaml")]);
    let text = "contract: api.yaml\nsuites: [own.yaml, built-in-one]\nca_file: /etc/ca.pem\n\
                reports: {junit: out/junit.xml}\nidentities: {admin: {file: key}}\n\
                victims: {pool: {file: victims.json}}";
    given.file = Some(("ci/probity.yaml".to_owned(), text.into()));
    let settings = resolve(&given);
    assert_eq!(
        settings.contract.value,
        ContractSetting::File("ci/api.yaml".to_owned())
    );
    let suites = [
        SuiteSetting::File("ci/own.yaml".to_owned()),
        SuiteSetting::BuiltIn("built-in-one".to_owned()),
    ];
    assert_eq!(settings.suites.value, suites);
    assert_eq!(settings.ca_file.value.as_deref(), Some("/etc/ca.pem"));
    assert_eq!(settings.reports[0].value.path, "ci/out/junit.xml");
    assert_eq!(settings.baseline.value.as_deref(), Some("known.yaml"));
    let (admin, _) = shown(&settings, "identities.admin");
    assert_eq!(admin, "[redacted] (file ci/key)");
    assert_eq!(
        shown(&settings, "victims").0,
        "pool in file ci/victims.json"
    );
}

#[test]
fn headers_of_flags_hide_those_of_the_file() {
    let mut given = inputs(
        "headers: {X-Gate: {env: PROBITY_OLD_GATE}, X-Short: {env: SHORT}}",
        &[("NEW", "new-value"), ("SHORT", "https")],
    );
    given.flags.headers = vec!["x-gate=env:NEW".to_owned()];
    let settings = resolve(&given);
    let facts: Vec<(String, String)> = settings
        .facts()
        .into_iter()
        .filter(|fact| fact.name.starts_with("headers"))
        .map(|fact| (fact.name, fact.origin))
        .collect();
    let expected = [
        ("headers.x-gate", "flag --header"),
        ("headers.X-Short", "probity.yaml:1:44"),
    ];
    assert_eq!(
        facts,
        expected.map(|(name, origin)| (name.to_owned(), origin.to_owned()))
    );
    assert!(settings.headers[0].value.value.occurs_in(b"a new-value b"));
    assert_eq!(settings.headers[1].value.value.len(), 5);
    assert!(!format!("{settings:?} {:?}", settings.facts()).contains("new-value"));
}

#[test]
fn the_text_of_init_is_valid_in_every_line() {
    let settings = resolve(&inputs(init_text(), &[]));
    assert_eq!(settings.allow.value, Tier::Observe);
    assert_eq!(settings.warnings, [""; 0]);
    let mut tried = 0;
    let letter = |byte: u8| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'-');
    let keyed = |line: &str| {
        let text = line.trim_start().strip_prefix('#').unwrap_or_default();
        let key = text.trim_start().split_once(": ");
        key.is_some_and(|(key, _)| key.bytes().all(letter))
    };
    for (number, line) in init_text().lines().enumerate() {
        if !keyed(line) {
            continue;
        }
        // A line that was under another comes with that one.
        let nested = line.starts_with("#   ");
        let lines = init_text().lines().enumerate().map(|(other, text)| {
            let chosen = other == number || nested && other + 1 == number;
            if chosen {
                text.replacen("# ", "", 1)
            } else {
                text.to_owned()
            }
        });
        let text = lines.collect::<Vec<_>>().join("\n");
        let environment = ["API", "LIMITED", "EXPIRED", "REVOKED", "OTHER"].map(|name| {
            (
                format!("PROBITY_{name}_KEY"),
                "sk-live-0123456789".to_owned(),
            )
        });
        let mut given = inputs(&text, &[("GATEWAY_TOKEN", "x")]);
        given.environment.extend(environment);
        resolve(&given);
        tried += 1;
    }
    assert!(tried >= 25, "{tried}");
}

fn schema() -> jsonschema::Validator {
    let schema = serde_json::from_str(schema_text()).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

fn json(text: &str) -> serde_json::Value {
    let document = Document::parse("probity.yaml", text.as_bytes()).unwrap();
    document.root().to_json()
}

#[test]
fn the_schema_knows_every_setting_and_no_other() {
    let schema: serde_json::Value = serde_json::from_str(schema_text()).unwrap();
    let mut keys = Vec::new();
    for (key, value) in schema["properties"].as_object().unwrap() {
        match (key.as_str(), value["properties"].as_object()) {
            ("reports" | "identities", Some(nested)) => {
                keys.extend(nested.keys().map(|nested| format!("{key}.{nested}")));
            }
            _ => keys.push(key.clone()),
        }
    }
    let entries = table::ENTRIES.iter().filter(|entry| !entry.key.is_empty());
    let mut known: Vec<String> = entries.map(|entry| entry.key.to_owned()).collect();
    keys.sort();
    known.sort();
    assert_eq!(keys, known);
}

#[test]
fn the_schema_and_the_reader_agree() {
    let schema = schema();
    let errors: Vec<String> = schema
        .iter_errors(&json(init_text()))
        .map(|error| error.to_string())
        .collect();
    assert_eq!(errors, [""; 0]);
    for setting in layered() {
        let text = match setting.key.split_once('.') {
            Some((section, key)) => format!("{section}: {{{key}: {}}}", setting.file.0),
            None => format!("{}: {}", setting.key, setting.file.0),
        };
        assert!(schema.is_valid(&json(&text)), "{text}");
    }
    // What no schema of this kind can say: which host is this machine, what is set, what is
    // twice, how large a number in a text is.
    let beyond = [
        "http://a.example",
        "env: X",
        "events: x",
        "25h",
        "/4",
        "0s",
        "''",
        "suites",
    ];
    for (text, _) in problems::FILE_PROBLEMS {
        if !beyond.iter().any(|part| text.contains(part)) && !text.contains('\n') {
            assert!(!schema.is_valid(&json(text)), "the schema accepts {text}");
        }
    }
}
