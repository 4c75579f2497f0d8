//! Suites: what is read, and every refusal with its text and place.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "the whole file is tests; clippy.toml exempts only functions marked as such"
)]

use std::fs;
use std::path::Path;

use probity::document::Document;
use probity::suite::{Effect, Level, Profile, Source, Suite, SuiteError, Trigger};

const SAMPLE: &str = "\
suite: sample-suite
title: a dead credential opens nothing
contract: sample.v1
operation: closeDoor
resource:
  parameter: door
  create:
    operation: openDoor
    body: {name: 'probity {run}', days: 1}
    privileged: {scopes: ['*']}
    take: {id: $response.body#/data/id, secret: $response.body#/key}
  probe: {operation: look, alive: 200, dead: 401, id: $response.body#/door/id}
gaps:
  G1: {title: what an unknown door gets}
requirements:
  - code: DOR-AUT-01
    title: a request without a key is refused
    level: must
    profile: contract
    rule: missing-credential
    variants: [absent]
    expect: {status: [401], warn: [4XX], effect: none}
    sources: [contract#/components/responses/Unauthorized, RFC 9110 §15.5.2]
    tags: [smoke]
    gap: G1
  - code: DOR-AUT-02
    title: the refusal is of the declared media type
    level: should
    profile: http
    on: {status: [401, 5XX], credential: insufficient, path: canonical, except: [other]}
    check: declared-media-type
    argument: message
    sources: [RFC 9110 §8.3]
";

fn parse(text: &str) -> Result<Suite, SuiteError> {
    Suite::parse("sample.yaml", text.as_bytes())
}

/// The sample with one text in it replaced by another.
fn sample_with(from: &str, to: &str) -> String {
    assert!(SAMPLE.contains(from), "{from}");
    SAMPLE.replacen(from, to, 1)
}

/// The problems of a text, each as its first line.
fn check_problems(text: &str, expected: &[&str]) {
    let error = parse(text).expect_err(text);
    let problems: Vec<String> = error
        .problems()
        .iter()
        .map(|problem| problem.to_string().lines().next().unwrap().to_owned())
        .collect();
    assert_eq!(problems, expected, "{text}");
}

/// The first problem of the sample with one text replaced, after the file's name.
fn check_first(from: &str, to: &str, expected: &str) -> SuiteError {
    let error = parse(&sample_with(from, to)).expect_err(to);
    let first = error.problems()[0].to_string();
    let expected = format!("sample.yaml:{expected}");
    assert_eq!(first.lines().next(), Some(&*expected), "{to}");
    error
}

/// The schema that editors use.
fn schema() -> jsonschema::Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("suites/suite.schema.json");
    let schema = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

fn json(text: &str) -> serde_json::Value {
    let document = Document::parse("sample.yaml", text.as_bytes()).unwrap();
    document.root().to_json()
}

#[test]
fn a_suite_is_read_whole() {
    let suite = parse(SAMPLE).unwrap();
    assert_eq!(suite.suite, "sample-suite");
    let create = suite.resource.create.unwrap();
    assert_eq!(create.body["days"], 1);
    assert_eq!(create.take["secret"], "$response.body#/key");
    assert_eq!(suite.resource.probe.unwrap().dead, 401);
    let [first, second] = &suite.requirements[..] else {
        panic!("two requirements");
    };
    assert!(matches!(
        first.trigger(),
        Trigger::Rule("missing-credential")
    ));
    let expect = first.expect.as_ref().unwrap();
    assert!(expect.status[0].matches(401) && expect.warn[0].matches(422));
    assert_eq!(expect.effect, Some(Effect::None));
    assert_eq!(
        first.sources[0],
        Source::Contract("/components/responses/Unauthorized".to_owned())
    );
    assert_eq!(
        (second.level, second.profile),
        (Level::Should, Profile::Http)
    );
    assert!(matches!(second.trigger(), Trigger::On(on) if on.except == ["other"]));
}

#[test]
fn anchors_and_merge_keys_are_followed() {
    let text = sample_with("  - code: DOR-AUT-01", "  - &first\n    code: DOR-AUT-01")
        + "  - <<: *first\n    code: DOR-AUT-03\n";
    let suite = parse(&text).unwrap();
    assert_eq!(suite.requirements[2].code.as_str(), "DOR-AUT-03");
    assert_eq!(suite.requirements[2].title, suite.requirements[0].title);
}

#[test]
fn a_suite_may_be_json() {
    let text = serde_json::to_string_pretty(&json(SAMPLE)).unwrap();
    assert_eq!(parse(&text).unwrap().requirements.len(), 2);
}

#[test]
fn an_error_shows_the_line_and_points_at_the_column() {
    let error = parse(&sample_with("    expect:", "    expct:")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "sample.yaml:22:5: unknown field `expct`, did you mean `expect`?\n   \
            |\n\
         22 |     expct: {status: [401], warn: [4XX], effect: none}\n   \
            |     ^"
    );
}

#[test]
fn one_reading_lists_all_problems() {
    let text = SAMPLE
        .replace("    expect:", "    expct:")
        .replace("DOR-AUT-01", "dor-1")
        .replace("    level: should\n", "    level: shuold\n    zzzzzz: 1\n")
        .replace("  parameter: door\n", "");
    check_problems(
        &text,
        &[
            "sample.yaml:5:1: missing field `parameter`",
            "sample.yaml:15:11: `dor-1` is no requirement code: expected such as RAK-AUT-01",
            "sample.yaml:21:5: unknown field `expct`, did you mean `expect`?",
            "sample.yaml:27:12: `shuold` is none of `may`, `should`, `must`",
            "sample.yaml:28:5: unknown field `zzzzzz` (known are `code`, `title`, `level`, \
             `profile`, `rule`, `variants`, `on`, `expect`, `check`, `argument`, `sources`, \
             `tags`, `gap`, `note`)",
        ],
    );
}

#[test]
fn items_that_were_put_aside_do_not_shift_places() {
    let text = sample_with("tags: [smoke]", "tags: [a, {b: 1}, c, [d], e, 7]");
    check_problems(
        &text,
        &[
            "sample.yaml:24:15: expected a text, found a mapping",
            "sample.yaml:24:26: expected a text, found a list",
            "sample.yaml:24:34: expected a text, found a number",
        ],
    );
}

#[test]
fn shapes_are_refused_with_their_place() {
    for (from, to, expected) in [
        (
            "status: [401],",
            "status: 401,",
            "22:22: expected a list, found a number",
        ),
        (
            "status: [401],",
            "status: [700],",
            "22:23: `700` is no status: expected such as 401 or 4XX",
        ),
        (
            "alive: 200",
            "alive: 70000",
            "12:35: expected a number from 0 to 65535, found a number",
        ),
        (
            "days: 1",
            "days: 18446744073709551616",
            "9:41: the number does not fit into 64 bits \
          (put it in quotes if it is a text)",
        ),
        (
            "title: a dead",
            "titel: a dead",
            "2:1: unknown field `titel`, did you mean `title`?",
        ),
        (
            "operation: closeDoor\n",
            "",
            "1:1: missing field `operation`",
        ),
        (
            "effect: none",
            "effect: nothing",
            "22:50: `nothing` is none of `none`, `revoked`",
        ),
        (
            "path: canonical",
            "path: canon",
            "30:62: `canon` is none of `canonical`, `template`",
        ),
        (
            "gaps:\n  G1: {title: what an unknown door gets}",
            "gaps: [G1]",
            "13:7: expected a mapping, found a list",
        ),
    ] {
        check_first(from, to, expected);
    }
}

/// What replaces what in the sample, and what is said of it.
const CONTRADICTIONS: &[(&str, &str, &str)] = &[
    (
        "suite: sample-suite",
        "suite: Sample",
        "1:8: `Sample` is no kebab-case name",
    ),
    (
        "title: a dead credential opens nothing",
        "title: ''",
        "2:8: must not be empty",
    ),
    (
        "    rule: missing-credential\n    variants: [absent]\n",
        "",
        "16:5: `DOR-AUT-01` has neither `rule` nor `on`",
    ),
    (
        "    rule: missing-credential\n",
        "    rule: a\n    on: {}\n",
        "21:5: `rule` and `on` exclude each other: a requirement derives cases or attaches \
          to exchanges",
    ),
    (
        "    check: declared-media-type\n    argument: message\n",
        "",
        "26:5: `DOR-AUT-02` has neither `expect` nor `check`",
    ),
    (
        "    check: declared-media-type\n",
        "    expect: {status: [2XX]}\n",
        "32:5: `argument` is a check's, and no `check` is given",
    ),
    (
        "DOR-AUT-02",
        "DOR-AUT-01",
        "26:11: duplicate code `DOR-AUT-01` (first at 16:11)",
    ),
    (
        "gap: G1",
        "gap: G2",
        "25:10: the suite has no gap `G2`, did you mean `G1`?",
    ),
    (
        "sources: [RFC 9110 §8.3]",
        "sources: []",
        "33:5: no source: a demand without one is an opinion",
    ),
    (
        "contract#/components/responses/Unauthorized",
        "contract#components",
        "23:15: `components` is no JSON pointer",
    ),
    (
        "profile: contract",
        "profile: robustness",
        "18:12: a robustness requirement has no normative source, so it is `should` or `may`",
    ),
    (
        "    check: declared",
        "    variants: [x]\n    check: declared",
        "31:5: `variants` are a rule's, and no `rule` is given",
    ),
    (
        "variants: [absent]",
        "variants: [a, b, a]",
        "21:22: duplicate variant `a`",
    ),
    (
        "$response.body#/key",
        "$response.body/key",
        "11:49: `$response.body/key` has no JSON pointer: expected such as \
          `$response.body#/data/id`",
    ),
    (
        "$response.body#/door/id",
        "$request.path.id",
        "12:55: `$request.path.id` is not in the response: expected such as \
          `$response.body#/data/id`",
    ),
    (
        ", secret: $",
        ", secrt: $",
        "11:41: unknown field `secrt`, did you mean `secret`?",
    ),
    (
        "dead: 401",
        "dead: 200",
        "12:46: the probe cannot tell: `alive` and `dead` are the same status",
    ),
    ("alive: 200", "alive: 99", "12:35: `99` is no status"),
    (
        "{status: [401], warn: [4XX], effect: none}",
        "{}",
        "22:5: nothing is expected: give `status`, `warn` or `effect`",
    ),
    (
        "warn: [4XX]",
        "warn: ['401']",
        "22:36: `401` satisfies already by `status`",
    ),
    (
        "check: declared-media-type",
        "check: declared media",
        "31:12: `declared media` is no kebab-case name",
    ),
    (
        "rule: missing-credential",
        "rule: ''",
        "20:11: `` is no kebab-case name",
    ),
];

#[test]
fn contradictions_are_refused_with_their_place() {
    for (from, to, expected) in CONTRADICTIONS {
        let error = check_first(from, to, expected);
        assert!(matches!(error, SuiteError::Unsound(_)), "{to}");
    }
}

#[test]
fn a_misspelled_field_is_not_missing_too() {
    check_problems(
        &sample_with("{id: $response.body#/data/id, secret:", "{x: y, secrt:"),
        &[
            "sample.yaml:11:5: missing field `id`",
            "sample.yaml:11:12: unknown field `x` (known are `id`, `secret`)",
            "sample.yaml:11:15: `y` is no runtime expression: expected such as \
             `$response.body#/data/id`",
            "sample.yaml:11:18: unknown field `secrt`, did you mean `secret`?",
        ],
    );
}

#[test]
fn a_suite_without_requirements_demands_nothing() {
    let start = SAMPLE.find("requirements:").unwrap();
    let text = format!("{}requirements: []\n", &SAMPLE[..start]);
    check_problems(&text, &["sample.yaml:15:1: the suite demands nothing"]);
}

#[test]
fn what_is_no_document_is_refused_with_its_place() {
    check_problems(
        &sample_with("title: a dead", "suite: a dead"),
        &["sample.yaml:2:1: duplicate key `suite` (first at 1:1)"],
    );
    check_problems("", &["sample.yaml: the document is empty"]);
    let problems = parse("suite: [a\ntitle: b\n").unwrap_err();
    let problem = &problems.problems()[0];
    assert!(problem.message.starts_with("malformed YAML"), "{problem}");
    assert!(
        problem.position.is_some() && problem.line.is_some(),
        "{problem}"
    );
}

#[test]
fn a_list_where_a_suite_should_be_is_refused() {
    check_problems(
        "- suite",
        &["sample.yaml:1:1: expected a mapping, found a list"],
    );
}

#[test]
fn the_schema_accepts_what_the_reader_accepts() {
    let schema = schema();
    assert!(schema.validate(&json(SAMPLE)).is_ok());
    let suites = Path::new(env!("CARGO_MANIFEST_DIR")).join("suites");
    for entry in fs::read_dir(suites).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "yaml")
        {
            let text = fs::read_to_string(&path).unwrap();
            let name = path.display().to_string();
            if let Err(error) = Suite::parse(&name, text.as_bytes()) {
                panic!("{error}");
            }
            let errors: Vec<String> = schema
                .iter_errors(&json(&text))
                .map(|error| format!("{name}{}: {error}", error.instance_path()))
                .collect();
            assert_eq!(errors, [""; 0]);
        }
    }
}

#[test]
fn the_schema_refuses_what_the_reader_refuses() {
    let schema = schema();
    for (from, to) in [
        ("suite: sample-suite", "suite: Sample"),
        ("title: a dead", "titel: a dead"),
        ("operation: closeDoor\n", ""),
        ("title: a dead credential opens nothing", "title: ''"),
        (
            "    rule: missing-credential\n",
            "    rule: a\n    on: {}\n",
        ),
        ("    rule: missing-credential\n    variants: [absent]\n", ""),
        (
            "    check: declared-media-type\n    argument: message\n",
            "",
        ),
        (
            "    check: declared-media-type\n",
            "    expect: {status: [2XX]}\n",
        ),
        (
            "    check: declared",
            "    variants: [x]\n    check: declared",
        ),
        ("variants: [absent]", "variants: [a, b, a]"),
        ("sources: [RFC 9110 §8.3]", "sources: []"),
        ("profile: contract", "profile: robustness"),
        ("$response.body#/key", "$response.body/key"),
        (", secret: $", ", secrt: $"),
        ("alive: 200", "alive: 99"),
        ("status: [401],", "status: 401,"),
        ("status: [401],", "status: [700],"),
        ("warn: [4XX]", "warn: [4xx]"),
        ("effect: none", "effect: nothing"),
        ("{status: [401], warn: [4XX], effect: none}", "{}"),
        ("path: canonical", "path: canon"),
        ("level: must", "level: MUST"),
        ("DOR-AUT-01", "DOR-AUT-1"),
        ("G1: {title", "G1: {titel"),
        ("tags: [smoke]", "tags: smoke"),
    ] {
        let text = sample_with(from, to);
        assert!(parse(&text).is_err(), "the reader accepts {to}");
        assert!(!schema.is_valid(&json(&text)), "the schema accepts {to}");
    }
}
