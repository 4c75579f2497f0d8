//! Identities and victims: what is read, and every refusal with its text and place; and that no
//! secret is shown.

use probity::config::{
    Identities, IdentitySetting, Origin, PoolSource, SecretSource, Settings, Victims, parse_pool,
    read_secret, schema_text,
};
use probity::document::Document;
use probity::http::Secret;

use super::{inputs, problems};

const SECRET: &str = "sk-live-0123456789";
const OTHER: &str = "sk-test-9876543210";

/// The settings of a file with both secrets in the environment.
fn resolve(file: &str) -> Settings {
    let given = inputs(file, &[("KEY", SECRET), ("OTHER_KEY", OTHER)]);
    Settings::resolve(&given).unwrap_or_else(|error| panic!("{error}"))
}

fn identities(file: &str) -> Identities {
    resolve(&format!("identities:\n{file}")).identities
}

fn from_environment(name: &str, secret: &str) -> SecretSource {
    SecretSource::Environment {
        name: name.to_owned(),
        secret: Secret::new(secret).unwrap(),
    }
}

#[test]
fn identities_are_given_absent_or_unset() {
    let identities = identities(
        "  admin: {env: KEY}\n  limited: {absent: scopes are not used here}\n\
         \x20 revoked: {file: keys/revoked, id: 4}\n\
         \x20 other-tenant: {command: [vault, read], target: 'https://b.example/', id: x-1}\n",
    );
    let given = |source, id: Option<&str>, target: Option<&str>| IdentitySetting::Given {
        source,
        id: id.map(str::to_owned),
        target: target.map(str::to_owned),
    };
    let admin = given(from_environment("KEY", SECRET), None, None);
    assert_eq!(identities.admin.value, admin);
    assert_eq!(identities.admin.origin.to_string(), "probity.yaml:2:3");
    let reason = "scopes are not used here".to_owned();
    assert_eq!(identities.limited.value, IdentitySetting::Absent { reason });
    let file = SecretSource::File("keys/revoked".to_owned());
    assert_eq!(identities.revoked.value, given(file, Some("4"), None));
    let command = SecretSource::Command(vec!["vault".to_owned(), "read".to_owned()]);
    let other = given(command, Some("x-1"), Some("https://b.example"));
    assert_eq!(identities.other_tenant.value, other);
    assert_eq!(identities.expired.value, IdentitySetting::Unset);
    assert_eq!(identities.expired.origin, Origin::Default);
}

#[test]
fn standard_input_gives_one_secret() {
    let read = identities("  expired: {stdin: true}\n");
    let IdentitySetting::Given { source, .. } = read.expired.value else {
        panic!("given");
    };
    assert_eq!(source, SecretSource::Stdin);
    let file = "identities:\n  admin: {stdin: true}\n  expired: {stdin: true}\n";
    assert_eq!(
        problems(&inputs(file, &[])),
        ["probity.yaml:3:20: standard input gives one secret, and another identity has it"]
    );
}

#[test]
fn the_admin_key_of_the_environment_goes_before_the_file() {
    let check = |file: &str, environment: &[(&str, &str)], origin: &str, secret: &str| {
        let settings = Settings::resolve(&inputs(file, environment)).unwrap();
        let admin = &settings.identities.admin;
        assert_eq!(admin.origin.to_string(), origin, "{file}");
        assert_eq!(settings.secrets(), [Secret::new(secret).unwrap()], "{file}");
        assert_eq!(settings.warnings, [""; 0]);
    };
    let own = ("PROBITY_API_KEY", SECRET);
    check("", &[own], "environment PROBITY_API_KEY", SECRET);
    let file = "identities: {admin: {env: PROBITY_OTHER_KEY}}";
    check(
        file,
        &[("PROBITY_OTHER_KEY", OTHER)],
        "probity.yaml:1:14",
        OTHER,
    );
    let both = [own, ("PROBITY_OTHER_KEY", OTHER)];
    check(file, &both, "environment PROBITY_API_KEY", SECRET);
    // The variable that the file names need not be set then.
    check(file, &[own], "environment PROBITY_API_KEY", SECRET);
    let file = "identities: {admin: {env: PROBITY_API_KEY, id: 7}}";
    check(file, &[own], "probity.yaml:1:14", SECRET);
    let settings = Settings::resolve(&inputs(file, &[own])).unwrap();
    let IdentitySetting::Given { id, .. } = settings.identities.admin.value else {
        panic!("given");
    };
    assert_eq!(id.as_deref(), Some("7"));
}

#[test]
fn a_bad_admin_key_of_the_environment_is_refused() {
    for (value, message) in [
        ("", "the secret is empty"),
        (
            "hunter2",
            "a secret of 7 bytes is too short, 8 are the least",
        ),
        (
            " sk-live-0123",
            "the secret begins or ends with a blank, which HTTP takes away",
        ),
    ] {
        let expected = format!("PROBITY_API_KEY: {message}");
        assert_eq!(
            problems(&inputs("", &[("PROBITY_API_KEY", value)])),
            [expected]
        );
    }
}

/// What stands under `identities`, and what is said of it.
#[rustfmt::skip]
const IDENTITY_PROBLEMS: &[(&str, &str)] = &[
    ("admin: sk-live-0123456789", "2:10: expected a mapping, found a text"),
    ("admin:", "2:3: there is no value: give one or leave the key out"),
    ("admin: {env: }", "2:11: there is no value: give one or leave the key out"),
    ("admin: {}", "2:3: nothing says where the secret is: give one of `env`, `file`, `command`, \
      `stdin`, or `absent` with a reason"),
    ("admin: {id: 4}", "2:3: nothing says where the secret is: give one of `env`, `file`, \
      `command`, `stdin`, or `absent` with a reason"),
    ("admin: {env: KEY, file: x}", "2:21: `env` and `file` exclude each other"),
    ("admin: {absent: x, stdin: true}", "2:11: `stdin` and `absent` exclude each other"),
    ("admin: {env: UNSET_KEY}", "2:16: the environment variable `UNSET_KEY` is not set"),
    ("admin: {env: OTHER_KYE}",
     "2:16: the environment variable `OTHER_KYE` is not set, did you mean `OTHER_KEY`?"),
    ("admin: {env: EMPTY}", "2:16: the environment variable `EMPTY` is empty"),
    ("admin: {env: $KEY}", "2:16: this is no name of an environment variable, which has only \
      letters, digits and `_`"),
    ("admin: {env: sk-live-0123456789}", "2:16: this is no name of an environment variable, \
      which has only letters, digits and `_`"),
    ("admin: {env: SHORT}", "2:16: a secret of 3 bytes is too short, 8 are the least \
      (environment variable `SHORT`)"),
    ("admin: {env: 5}", "2:16: expected a text, found a number"),
    ("admin: {file: ''}", "2:17: the path is empty"),
    ("admin: {command: sk-live-0123456789}", "2:20: expected a list, found a text"),
    ("admin: {command: []}", "2:20: the command names no program"),
    ("admin: {stdin: false}", "2:18: `stdin` is `true` or left out"),
    ("admin: {stdin: 'sk-live-0123456789'}", "2:18: expected true or false, found a text"),
    ("admin: {absent: ' '}", "2:19: `absent` needs a reason: every report shows it"),
    ("admin: {absent: x, id: 4}", "2:22: an absent identity has no `id`"),
    ("admin: {env: KEY, target: 'https://a.example'}",
     "2:21: only `other-tenant` has a target of its own"),
    ("admin: {value: sk-live-0123456789}", "2:11: unknown field `value` (known are `env`, \
      `file`, `command`, `stdin`, `absent`, `id`, `target`)"),
    ("admin: {env: KEY, id: ''}", "2:25: the id is empty"),
    ("admin: {env: KEY, id: 'a b'}",
     "2:25: the id holds something else than visible ASCII characters"),
    ("admin: {env: KEY, id: [1]}", "2:25: expected one value, found a list"),
    ("revoked: {env: KEY}", "2:3: a revoked key needs its `id`: requests address it"),
    ("other-tenant: {env: KEY}", "2:3: `other-tenant` needs its own `target`: the other tenant's \
      URL"),
    ("other-tenant: {env: KEY, target: 'http://b.example'}", "2:36: `http://b.example` is plain \
      http to another machine: use https, or allow it with `--allow-http`"),
    ("other_tenant: {env: KEY}", "2:3: unknown field `other_tenant`, did you mean `other-tenant`?"),
];

#[test]
fn what_is_wrong_with_an_identity_is_said_with_its_place_and_without_its_line() {
    let environment = [
        ("KEY", SECRET),
        ("OTHER_KEY", OTHER),
        ("EMPTY", ""),
        ("SHORT", "abc"),
    ];
    for (text, expected) in IDENTITY_PROBLEMS {
        let given = inputs(&format!("identities:\n  {text}\n"), &environment);
        assert_eq!(
            problems(&given),
            [format!("probity.yaml:{expected}")],
            "{text}"
        );
        let whole = Settings::resolve(&given).unwrap_err().to_string();
        assert!(!whole.contains("sk-") && !whole.contains('\n'), "{whole}");
    }
}

#[test]
fn the_schema_refuses_such_identities_too() {
    let schema = serde_json::from_str(schema_text()).unwrap();
    let schema = jsonschema::draft202012::new(&schema).unwrap();
    let valid = |text: &str| {
        let text = format!("identities:\n  {text}\n");
        let document = Document::parse("probity.yaml", text.as_bytes()).unwrap();
        schema.is_valid(&document.root().to_json())
    };
    // The environment is not in the file, and no schema knows which host is this machine.
    let beyond = ["UNSET", "KYE", "EMPTY", "SHORT", "http://b.example"];
    for (text, _) in IDENTITY_PROBLEMS {
        if !beyond.iter().any(|part| text.contains(part)) {
            assert!(!valid(text), "the schema accepts {text}");
        }
    }
    for text in [
        "admin: {env: KEY}",
        "admin: {env: KEY, id: 4}",
        "limited: {absent: scopes are not used here}",
        "revoked: {absent: none}",
        "revoked: {file: x, id: '4'}",
        "other-tenant: {absent: one tenant only}",
        "other-tenant: {command: [vault, read], target: 'https://b.example'}",
        "expired: {stdin: true}",
    ] {
        assert!(valid(text), "the schema refuses {text}");
    }
}

#[test]
fn a_target_of_another_tenant_may_be_plain_where_that_is_allowed() {
    let text = "allow_http: true\ntarget: http://a.example\nidentities:\n\
                \x20 other-tenant: {env: KEY, target: http://b.example}";
    let settings = resolve(text);
    assert_eq!(settings.target.value.as_deref(), Some("http://a.example"));
}

#[test]
fn no_secret_is_shown() {
    let pool = format!("[{{\"id\": 1, \"secret\": \"{OTHER}\"}}]");
    let file = "identities:\n  admin: {env: KEY, id: 3}\n\
                \x20 expired: {command: [vault, sk-in-argument]}\nvictims: {pool: {env: POOL}}\n";
    let given = inputs(file, &[("KEY", SECRET), ("POOL", &pool)]);
    let settings = Settings::resolve(&given).unwrap();
    assert_eq!(settings.secrets().len(), 2);
    let facts = settings.facts();
    let show = |name: &str| {
        let fact = facts.iter().find(|fact| fact.name == name).unwrap();
        fact.value.clone()
    };
    let admin = "[redacted] (environment KEY), id 3";
    assert_eq!(show("identities.admin"), admin);
    let expired = "[redacted] (command `vault` with 1 argument)";
    assert_eq!(show("identities.expired"), expired);
    assert_eq!(show("victims"), "pool of 1 in environment POOL");
    assert!(!format!("{facts:?}").contains("sk-"));
    let debug = format!("{settings:?}");
    assert!(!debug.contains(SECRET) && !debug.contains(OTHER), "{debug}");
}

#[test]
fn a_line_end_after_a_secret_is_no_part_of_it() {
    for bytes in [
        &b"sk-live-0123456789"[..],
        b"sk-live-0123456789\n",
        b"sk-live-0123456789\r\n",
    ] {
        assert_eq!(read_secret(bytes), Ok(Secret::new(SECRET).unwrap()));
    }
    for bytes in [
        &b""[..],
        b"\n",
        b"short",
        b"sk-live-0123\n\n",
        b"sk-live\n0123456",
        b"sk-live-0123 ",
        b"\tsk-live-0123",
        b"sk-live-\x000123",
    ] {
        assert!(read_secret(bytes).is_err(), "{bytes:?}");
    }
}

#[test]
fn victims_are_made_where_nothing_is_said() {
    assert_eq!(resolve("victims:").victims.value, Victims::Create);
    let pool = Victims::Pool {
        source: PoolSource::File("victims.json".to_owned()),
    };
    assert_eq!(
        resolve("victims: {pool: {file: victims.json}}")
            .victims
            .value,
        pool
    );
    let exec = Victims::Exec {
        create: vec!["./make".to_owned(), "key".to_owned()],
        destroy: Some(vec!["./revoke".to_owned()]),
    };
    let text = "victims: {exec: {create: [./make, key], destroy: [./revoke]}}";
    assert_eq!(resolve(text).victims.value, exec);
}

#[test]
fn what_is_wrong_with_victims_is_said_with_its_place() {
    for (text, expected) in [
        (
            "{}",
            "1:1: give `pool` or `exec`, or leave `victims` out to have them made by the \
          contract's own operation",
        ),
        (
            "{pool: {file: x}, exec: {create: [x]}}",
            "1:28: `pool` and `exec` exclude each other",
        ),
        (
            "{pool: {}}",
            "1:11: nothing says where the pool is: give `file` or `env`",
        ),
        (
            "{pool: {file: x, env: X}}",
            "1:27: `file` and `env` exclude each other",
        ),
        ("{pool: {file: ''}}", "1:24: the path is empty"),
        (
            "{pool: {env: POOL}}",
            "1:23: the environment variable `POOL` is not set",
        ),
        ("{exec: {}}", "1:11: missing field `create`"),
        ("{exec: {create: []}}", "1:26: the command names no program"),
        (
            "{exec: {create: [x], destroy: ['']}}",
            "1:40: the command names no program",
        ),
        (
            "{exec: {create: sk-live}}",
            "1:26: expected a list, found a text",
        ),
        (
            "{poll: {}}",
            "1:11: unknown field `poll`, did you mean `pool`?",
        ),
    ] {
        let given = inputs(&format!("victims: {text}"), &[]);
        assert_eq!(
            problems(&given),
            [format!("probity.yaml:{expected}")],
            "{text}"
        );
    }
}

#[test]
fn a_pool_is_read_with_its_ids_and_secrets() {
    let pool = parse_pool(
        "victims.json",
        br#"[{"id": 12, "secret": "sk-live-0123456789"},
             {"id": "b", "secret": "sk-test-9876543210"}]"#,
    );
    let expected = [("12", SECRET), ("b", OTHER)];
    let expected = expected.map(|(id, secret)| (id.to_owned(), Secret::new(secret).unwrap()));
    assert_eq!(pool.unwrap(), expected);
}

#[test]
fn what_is_wrong_with_a_pool_is_said_with_its_place_and_without_its_line() {
    let good = r#"{"id": 1, "secret": "sk-live-0123456789"}"#;
    for (text, expected) in [
        (
            "[]".to_owned(),
            vec!["1:1: a pool holds from 1 to 100000 victims"],
        ),
        (
            "{}".to_owned(),
            vec!["1:1: expected a list, found a mapping"],
        ),
        (
            format!("[{good},\n {good}]"),
            vec![
                "2:9: the id is also that of victim 1",
                "2:22: the secret is also that of victim 1",
            ],
        ),
        (
            r#"[{"id": 1}]"#.to_owned(),
            vec!["1:2: missing field `secret`"],
        ),
        (
            r#"[{"id": 1, "secret": "sk-live"}]"#.to_owned(),
            vec!["1:22: a secret of 7 bytes is too short, 8 are the least"],
        ),
        (
            r#"[{"id": 1, "secret": 5}, {"id": 2, "secrt": "sk-live-0123456789"}]"#.to_owned(),
            vec![
                "1:22: expected a text, found a number",
                "1:36: unknown field `secrt`, did you mean `secret`?",
            ],
        ),
        (
            r#"[{"id": "sk live", "secret": "sk-live-0123456789"}]"#.to_owned(),
            vec!["1:9: the id holds something else than visible ASCII characters"],
        ),
        (
            r#"["sk-live-0123456789"]"#.to_owned(),
            vec!["1:2: expected a mapping, found a text"],
        ),
    ] {
        let error = parse_pool("victims.json", text.as_bytes()).expect_err(&text);
        let lines: Vec<String> = error.problems.iter().map(ToString::to_string).collect();
        let expected: Vec<String> = expected
            .iter()
            .map(|problem| format!("victims.json:{problem}"))
            .collect();
        assert_eq!(lines, expected, "{text}");
        assert!(!error.to_string().contains("sk-"), "{error}");
    }
    let error = parse_pool(
        "victims.json",
        br#"[{"id": 1, "secret": "sk-live-0123456789]"#,
    );
    let error = error.unwrap_err().to_string();
    assert!(
        error.starts_with("victims.json:1:") && !error.contains("sk-"),
        "{error}"
    );
}

#[test]
fn a_pool_in_the_environment_is_read_at_once() {
    let file = "victims: {pool: {env: PROBITY_VICTIMS}}";
    let pool = r#"[{"id": 1, "secret": "sk-live-0123456789"}]"#;
    let settings = Settings::resolve(&inputs(file, &[("PROBITY_VICTIMS", pool)])).unwrap();
    let Victims::Pool {
        source: PoolSource::Environment { name, victims },
    } = settings.victims.value
    else {
        panic!("a pool");
    };
    assert_eq!(
        (name.as_str(), victims[0].0.as_str()),
        ("PROBITY_VICTIMS", "1")
    );
    assert_eq!(
        problems(&inputs(file, &[("PROBITY_VICTIMS", "[\n{}]")])),
        ["PROBITY_VICTIMS:2:1: missing field `id`"]
    );
}
