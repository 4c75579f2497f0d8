//! The law as tables, and what breaks it.

use super::source::Source;

/// A module of the map: what it may import of ours, and what it may do.
struct Module {
    name: &'static str,
    may_import: &'static [&'static str],
    /// No files, network, clock, randomness, environment, or order of a hash map.
    pure: bool,
    may_wait: bool,
}

/// A module that is pure.
const fn pure(name: &'static str, may_import: &'static [&'static str]) -> Module {
    Module {
        name,
        may_import,
        pure: true,
        may_wait: false,
    }
}

/// A module that may be async.
const fn waiting(name: &'static str, may_import: &'static [&'static str]) -> Module {
    Module {
        name,
        may_import,
        pure: false,
        may_wait: true,
    }
}

/// The import law, in the order of the line.
const MODULES: &[Module] = &[
    pure("document", &[]),
    pure("api", &["document"]),
    pure("suite", &["document"]),
    pure("config", &["document", "suite", "http"]),
    pure("plan", &["document", "api", "suite", "http"]),
    waiting("http", &[]),
    waiting("fixture", &["api", "suite", "config", "plan", "http"]),
    pure("check", &["document", "api", "plan", "http"]),
    waiting(
        "run",
        &[
            "document", "api", "suite", "config", "plan", "http", "fixture", "check",
        ],
    ),
    Module {
        name: "report",
        may_import: &["plan", "check", "run", "http"],
        pure: false,
        may_wait: false,
    },
    waiting("driver", &["plan", "run", "report"]),
    waiting("tenant", &[]),
    waiting(
        "proof",
        &[
            "document", "api", "suite", "config", "plan", "http", "fixture", "check", "run",
            "report", "driver", "tenant",
        ],
    ),
    // The binary names the library's public names as everybody else does.
    Module {
        name: "cli",
        may_import: &[],
        pure: false,
        may_wait: false,
    },
    Module {
        name: "main",
        may_import: &[],
        pure: false,
        may_wait: false,
    },
];

/// Imports that only some files of a module may make: module, imported, files.
const ONLY_IN: &[(&str, &str, &[&str])] = &[(
    "run",
    "config",
    &["run/assemble.rs", "run/assemble/started.rs"],
)];

/// Imports of which only some items may be named: module, imported, items.
const ONLY_ITEMS: &[(&str, &str, &[&str])] = &[("report", "run", &["conclusion", "event"])];

/// What of `http` sends: modules that may import its messages name none of it.
const SENDS: &[&str] = &[
    "Client",
    "ClientSettings",
    "TlsSettings",
    "Via",
    "client",
    "fetch",
];
const MESSAGES_ONLY: &[&str] = &["config", "plan", "check", "report"];

/// The only homes of a crate or a part of the standard library: files, or folders with a slash.
const HOMES: &[(&str, &[&str])] = &[
    ("annotate_snippets", &["document/source.rs"]),
    ("clap", &["cli/"]),
    ("clap_complete", &["cli/"]),
    ("clap_mangen", &["cli/"]),
    ("granit_parser", &["document/yaml.rs"]),
    ("h2", &["http/client/", "tenant/http2.rs"]),
    ("hmac", &["http/redactor.rs"]),
    ("http_body_util", &["http/client/"]),
    ("hyper", &["http/client/"]),
    ("hyper_util", &["http/client/"]),
    ("jsonschema", &["api/schema.rs", "api/schema/"]),
    ("libtest_mimic", &["driver.rs", "driver/"]),
    ("quick_junit", &["report/junit.rs"]),
    ("quick_xml", &["report/junit.rs"]),
    ("rcgen", &["tenant/certificates.rs"]),
    ("reqwest", &["http/fetch.rs"]),
    (
        "rustls",
        &["http/client/", "tenant/tls.rs", "tenant/certificates.rs"],
    ),
    ("rustls_platform_verifier", &["http/client/"]),
    (
        "tokio_rustls",
        &[
            "http/client/",
            "tenant/tls.rs",
            "tenant/socket.rs",
            "tenant/http2.rs",
        ],
    ),
    ("serde_yaml", &["suite/", "config/"]),
    ("terminal_size", &["cli/"]),
    ("std::env", &["cli/"]),
    ("std::process::Command", &[]),
    // Hooks: programs that the settings name.
    (
        "tokio::process",
        &["fixture/hooks.rs", "fixture/identities.rs"],
    ),
    ("tokio::runtime", &["driver.rs"]),
    ("tokio::main", &[]),
    // The clock of cases is the run's; http bounds its own waits, and the tenant its connections.
    ("tokio::time", &["run/", "fixture/", "http/", "tenant/"]),
];

/// What a pure module does not reach for.
const IMPURE_PATHS: &[&str] = &[
    "getrandom",
    "std::env",
    "std::fs",
    "std::io::stdin",
    "std::process",
    "std::thread",
    "tokio",
];

/// What a pure module does not speak of: a hash map has an order of its own each time.
const IMPURE_WORDS: &[&str] = &[
    "HashMap",
    "HashSet",
    "Instant",
    "SystemTime",
    "TcpListener",
    "TcpStream",
    "ToSocketAddrs",
    "UdpSocket",
];

/// File names that say nothing of the content.
const EMPTY_NAMES: &[&str] = &[
    "common", "helper", "helpers", "imp", "types", "util", "utils",
];

const LINES_MAX: usize = 500;
const COLUMNS_MAX: usize = 100;

/// Everything in these files that breaks the law, a line each.
pub fn violations(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        for broken in form(source).into_iter().chain(layers(source)) {
            found.push(format!("{}: {broken}", source.path));
        }
    }
    found
}

/// Names and sizes: for `src`, `tests` and `benches` alike.
fn form(source: &Source) -> Vec<String> {
    let mut found = Vec::new();
    let mut parts = source.path.trim_end_matches(".rs").split('/');
    if let Some(name) = parts.find(|part| EMPTY_NAMES.contains(part)) {
        found.push(format!("`{name}` says nothing of the content"));
    }
    let lines = source.text.lines().count();
    if lines > LINES_MAX {
        found.push(format!("{lines} lines, at most {LINES_MAX}"));
    }
    for (index, line) in source.text.lines().enumerate() {
        let columns = line.chars().count();
        if columns > COLUMNS_MAX {
            let line = index + 1;
            found.push(format!(
                "line {line} has {columns} columns, at most {COLUMNS_MAX}"
            ));
        }
    }
    if !source.text.starts_with("//!") {
        found.push("does not begin by saying what it is".to_owned());
    }
    for (mark, why) in [
        ("#[ignore", "a test that is not run proves nothing"),
        (
            "fn test_",
            "the name of a test is a sentence, without `test_`",
        ),
    ] {
        if source.path.starts_with("tests/") && source.code.contains(mark) {
            found.push(format!("`{mark}`: {why}"));
        }
    }
    found
}

/// Imports, homes, purity: for `src`.
fn layers(source: &Source) -> Vec<String> {
    let Some(name) = source.module().filter(|name| *name != "lib") else {
        return Vec::new();
    };
    let Some(module) = MODULES.iter().find(|module| module.name == name) else {
        return vec![format!("`{name}` has no line in the law")];
    };
    let mut found = imports(source, module);
    let below = source.below_src().unwrap_or_default();
    for (path, homes) in HOMES {
        if source.reaches(path) && !homes.iter().any(|home| is_home(home, below)) {
            found.push(format!("reaches for `{path}`, whose home is {homes:?}"));
        }
    }
    if module.pure {
        let paths = IMPURE_PATHS.iter().filter(|path| source.reaches(path));
        let words = IMPURE_WORDS.iter().filter(|word| source.says(word));
        let impure = paths.chain(words);
        found.extend(impure.map(|what| format!("`{name}` is pure, and has `{what}`")));
    }
    if !module.may_wait && (source.says("async") || source.says("await")) {
        found.push(format!("`{name}` is not async"));
    }
    found
}

fn imports(source: &Source, module: &Module) -> Vec<String> {
    let name = module.name;
    let mut found = Vec::new();
    let below = source.below_src().unwrap_or_default();
    for path in source.own_paths() {
        let Some(imported) = path.first().map(String::as_str) else {
            continue;
        };
        if imported != name && !module.may_import.contains(&imported) {
            found.push(format!("`{name}` may not import `{imported}`"));
        }
        let here = |(of, what, _): &&(&str, &str, &[&str])| *of == name && *what == imported;
        if let Some((_, _, files)) = ONLY_IN.iter().find(here)
            && !files.contains(&below)
        {
            found.push(format!(
                "of `{name}` only {files:?} may import `{imported}`"
            ));
        }
        let item = path.get(1).map(String::as_str).unwrap_or_default();
        if let Some((_, _, items)) = ONLY_ITEMS.iter().find(here)
            && !items.contains(&item)
        {
            found.push(format!(
                "`{name}` may import only {items:?} of `{imported}`"
            ));
        }
        if MESSAGES_ONLY.contains(&name) && imported == "http" && SENDS.contains(&item) {
            found.push(format!(
                "`{name}` may name only messages of `http`, not {path:?}"
            ));
        }
    }
    // A path that climbs to the root would be an import that the law does not see.
    if source.climbs() >= source.depth() {
        found.push("climbs to the root with `super`: say `crate::`".to_owned());
    }
    found
}

fn is_home(home: &str, below: &str) -> bool {
    home == below || (home.ends_with('/') && below.starts_with(home))
}

/// A module that imports itself by way of others, if the tables allow one.
pub fn cycle() -> Option<String> {
    let mut left: Vec<&Module> = MODULES.iter().collect();
    loop {
        let before = left.len();
        let names: Vec<&str> = left.iter().map(|module| module.name).collect();
        left.retain(|module| module.may_import.iter().any(|name| names.contains(name)));
        if left.len() == before {
            return left.first().map(|module| module.name.to_owned());
        }
    }
}
