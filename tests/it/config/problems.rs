//! What is wrong with the settings: every refusal with its text and place.

use probity::config::{ConfigError, Flags, Settings};
use probity::suite::Tier;

use super::{first_line, inputs, problems, resolve, text};

#[test]
fn an_unknown_key_is_refused_with_its_place_and_the_nearest() {
    let text = "target: https://a.example\nbase-path: /\nidentities:\n  admn: {env: X}\n\
                zzz: 1\nreports: {junt: x}\n";
    let error = Settings::resolve(&inputs(text, &[])).unwrap_err();
    let lines: Vec<String> = error.problems.iter().map(first_line).collect();
    assert_eq!(
        lines[0],
        "probity.yaml:2:1: unknown field `base-path`, did you mean `base_path`?"
    );
    assert_eq!(
        lines[1],
        "probity.yaml:4:3: unknown field `admn`, did you mean `admin`?"
    );
    assert!(lines[2].starts_with("probity.yaml:5:1: unknown field `zzz` (known are `target`,"));
    assert_eq!(
        lines[3],
        "probity.yaml:6:11: unknown field `junt`, did you mean `junit`?"
    );
    assert_eq!(lines.len(), 4);
    assert!(
        error.to_string().contains("2 | base-path: /\n  | ^\n"),
        "{error}"
    );
}

/// What is in the file, and what is said of it.
#[rustfmt::skip]
pub const FILE_PROBLEMS: &[(&str, &str)] = &[
    ("target: acme.example", "1:9: `acme.example` has no scheme: write `https://acme.example`"),
    ("target: https://a.example?x", "1:9: a target holds no query (`?…`)"),
    ("target: https://u:hunter2@a.example", "1:9: a URL holds no user name or password (`…@`): \
      give secrets by `identities` or `headers`"),
    ("target: http://a.example", "1:9: `http://a.example` is plain http to another machine: use \
      https, or allow it with `--allow-http`"),
    ("target:", "1:1: there is no value: give one or leave the key out"),
    ("target: ''", "1:9: is empty: give a value or leave it out"),
    ("target: [a]", "1:9: expected one value, found a list"),
    ("target: a\ntarget: b", "2:1: duplicate key `target` (first at 1:1)"),
    ("- a", "1:1: expected a mapping, found a list"),
    ("allow: everything", "1:8: `everything` is no tier: expected observe, revoke or tenant"),
    ("gate: [contract, htp]", "1:18: `htp` is no profile, did you mean `http`?"),
    ("gate: [none]", "1:8: `none` is no profile: expected contract, http, security, robustness"),
    ("gate: []", "1:7: is empty: give a value or leave it out"),
    ("gate: contract", "1:7: expected a list, found a text"),
    ("tags: [a, '']", "1:11: is empty: give a value or leave it out"),
    ("suites: ['https://a.example/s.yaml']", "1:10: a suite is a built-in one or a file, no URL"),
    ("contract: http://a.example/x",
     "1:11: a contract is fetched over https, or from this machine"),
    ("strict: yes", "1:9: `yes` is neither `true` nor `false`"),
    ("base_path: api", "1:12: `api` does not begin with `/`"),
    ("base_path: /a?b", "1:12: a base path does not hold '?'"),
    ("proxy: http://a/b", "1:8: a proxy's URL ends with its host and port"),
    ("rate: 50", "1:7: `50` has no unit: write `50/s` or `50/m`"),
    ("timeout: 10", "1:10: `10` has no unit: write `10s` or `10ms`"),
    ("timeout: 0s", "1:10: `0s` leaves no time: more than 0 is needed"),
    ("timeout: 1.5", "1:10: `1.5` is no duration: expected such as `500ms`, `10s`, `2m` or `1h`"),
    ("max_time: 0s", "1:11: `0s` leaves no time: more than 0 is needed"),
    ("linger: 25h", "1:9: `25h` is more than a day"),
    ("revocation_within: 0", "1:20: `0` has no unit: write `0s` or `0ms`"),
    ("repeat: 0", "1:9: `0` is no number from 1 to 10000"),
    ("concurrency: 1000", "1:14: `1000` is no number from 1 to 256"),
    ("concurrency: 18446744073709551616", "1:14: the number does not fit into 64 bits (put it in \
      quotes if it is a text)"),
    ("shard: 0/4", "1:8: `0/4` is no shard: they are counted from 1 to 4"),
    ("shard: 5/4", "1:8: `5/4` is no shard: they are counted from 1 to 4"),
    ("reports: {junit: x, events: x}", "1:29: the junit report goes to the same file"),
    ("reports: [x]", "1:10: expected a mapping, found a list"),
    ("headers: {Host: {env: X}}", "1:17: `Host` is set by each request itself"),
    ("headers: {'a b': {env: X}}", "1:18: `a b` is no header name"),
    ("headers: {A: {env: X}}", "1:14: the environment variable `X` is not set"),
    ("headers: {A: secret-value}", "1:14: expected a mapping, found a text"),
];

#[test]
fn what_is_wrong_in_the_file_is_said_with_its_place() {
    for (text, expected) in FILE_PROBLEMS {
        let error = Settings::resolve(&inputs(text, &[])).expect_err(text);
        let lines: Vec<String> = error.problems.iter().map(first_line).collect();
        assert_eq!(lines, [format!("probity.yaml:{expected}")], "{text}");
        let whole = error.to_string();
        assert!(
            !whole.contains("hunter2") && !whole.contains("secret-value"),
            "{whole}"
        );
    }
}

#[test]
fn malformed_yaml_has_a_place_and_shows_no_line() {
    let text = "identities: {admin: sk-live-0123456789\ntarget: x";
    let error = Settings::resolve(&inputs(text, &[])).unwrap_err();
    assert!(error.to_string().starts_with("probity.yaml:2:"), "{error}");
    assert!(!error.to_string().contains("sk-live"), "{error}");
}

/// Flags, and what is said of them.
fn flag_problems() -> Vec<(Flags, &'static str)> {
    let with = |set: fn(&mut Flags)| {
        let mut flags = Flags::default();
        set(&mut flags);
        flags
    };
    let timeout = |flags: &mut Flags| flags.timeout = text("10");
    let gate = |flags: &mut Flags| flags.gate = vec!["contract,foo".to_owned()];
    let header = |flags: &mut Flags| flags.headers = vec!["X-A=secret-value".to_owned()];
    let unset = |flags: &mut Flags| flags.headers = vec!["X-A=env:FOO".to_owned()];
    let twice = |flags: &mut Flags| {
        flags.headers = vec!["X-A=env:BAR".to_owned(), "x-a=env:BAR".to_owned()];
    };
    let reports = |flags: &mut Flags| {
        flags.reports = vec![("junit".into(), "a".into()), ("junit".into(), "b".into())];
    };
    let format = |flags: &mut Flags| flags.reports = vec![("pdf".into(), "a".into())];
    vec![
        (
            with(timeout),
            "--timeout: `10` has no unit: write `10s` or `10ms`",
        ),
        (
            with(|flags| flags.target = text("")),
            "--target: is empty: give a value or leave it out",
        ),
        (
            with(gate),
            "--gate: `foo` is no profile: expected contract, http, security, robustness",
        ),
        (
            with(header),
            "--header: expected `NAME=env:VARIABLE`: values come from the environment",
        ),
        (
            with(unset),
            "--header: the environment variable `FOO` is not set",
        ),
        (with(twice), "--header: the header `x-a` is given twice"),
        (with(reports), "--junit: is given twice"),
        (
            with(format),
            "the reports: `pdf` is no report format: junit, html, markdown, json, ctrf, sarif, \
             tap, har, intoto, events",
        ),
    ]
}

#[test]
fn what_is_wrong_with_a_flag_names_it() {
    for (flags, expected) in flag_problems() {
        let mut given = inputs("", &[("BAR", "x")]);
        given.flags = flags;
        assert_eq!(problems(&given), [expected]);
    }
}

#[test]
fn what_is_wrong_with_a_variable_names_it() {
    for (name, value, expected) in [
        (
            "PROBITY_ALLOW",
            "all",
            "`all` is no tier: expected observe, revoke or tenant",
        ),
        ("PROBITY_STRICT", "on", "`on` is neither `true` nor `false`"),
        (
            "PROBITY_TARGET",
            "",
            "is empty: give a value or leave it out",
        ),
        (
            "PROBITY_GATE",
            "http,",
            "is empty: give a value or leave it out",
        ),
        (
            "PROBITY_TARGT",
            "x",
            "no setting has this variable, did you mean `PROBITY_TARGET`?",
        ),
        (
            "PROBITY_GATES",
            "x",
            "no setting has this variable, did you mean `PROBITY_GATE`?",
        ),
    ] {
        let given = inputs("", &[(name, value)]);
        assert_eq!(problems(&given), [format!("{name}: {expected}")]);
    }
}

#[test]
fn a_foreign_variable_of_ours_is_a_warning() {
    let settings = resolve(&inputs("", &[("PROBITY_VERSION", "1"), ("PATH", "/bin")]));
    assert_eq!(
        settings.warnings,
        ["`PROBITY_VERSION` is set, but no setting reads it"]
    );
    let given = inputs(
        "headers: {X-A: {env: PROBITY_VERSION}}",
        &[("PROBITY_VERSION", "1")],
    );
    assert_eq!(resolve(&given).warnings, [""; 0]);
}

#[test]
fn a_hidden_layer_is_not_judged() {
    let mut given = inputs("allow: nonsense", &[("PROBITY_ALLOW", "worse")]);
    given.flags.allow = text("revoke");
    assert_eq!(resolve(&given).allow.value, Tier::Revoke);
}

#[test]
fn all_problems_are_said_at_once() {
    let mut given = inputs("repeat: 0\nlinger: 5", &[("PROBITY_ALLOW", "x")]);
    given.flags.timeout = text("1");
    let error: ConfigError = Settings::resolve(&given).unwrap_err();
    let places: Vec<String> = error
        .problems
        .iter()
        .map(|problem| first_line(problem).split(": ").next().unwrap().to_owned())
        .collect();
    assert_eq!(
        places,
        [
            "probity.yaml:1:9",
            "probity.yaml:2:9",
            "PROBITY_ALLOW",
            "--timeout"
        ]
    );
}
