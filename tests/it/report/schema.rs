//! The event log's JSON Schema describes what is written, all of it and nothing else.

use probity::report::EVENT_LOG_SCHEMA;
use serde_json::{Map, Value};

use super::runs;

/// Members that a line may lack: additions since the first version.
const OPTIONAL: [&str; 12] = [
    "attached",
    "base64",
    "baseline",
    "cases",
    "config",
    "cut",
    "gating",
    "judged",
    "operations",
    "responses",
    "sentinel",
    "stop",
];

pub fn validator() -> jsonschema::Validator {
    let schema = serde_json::from_str(EVENT_LOG_SCHEMA).expect("JSON");
    jsonschema::draft202012::meta::validate(&schema).expect("a schema");
    jsonschema::draft202012::new(&schema).expect("a schema")
}

/// Asserts that every line of a log is as described.
pub fn check_log(log: &str) {
    let schema = validator();
    for (number, line) in log.lines().enumerate() {
        let event: Value = serde_json::from_str(line).expect("JSON");
        let wrong: Vec<String> = schema
            .iter_errors(&event)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(
            wrong.is_empty(),
            "line {}: {}",
            number + 1,
            wrong.join("; ")
        );
    }
}

/// Every value that comes of changing one object within a value.
fn changed(value: &Value, change: &dyn Fn(&Map<String, Value>) -> Vec<Value>) -> Vec<Value> {
    match value {
        Value::Object(members) => {
            let mut all = change(members);
            for (name, member) in members {
                for other in changed(member, change) {
                    let mut members = members.clone();
                    members.insert(name.clone(), other);
                    all.push(Value::Object(members));
                }
            }
            all
        }
        // The first of a list stands for all.
        Value::Array(items) => {
            let first = items.first().map(|first| changed(first, change));
            let first = first.unwrap_or_default().into_iter();
            first
                .map(|other| {
                    let mut items = items.clone();
                    items[0] = other;
                    Value::Array(items)
                })
                .collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn every_event_is_as_the_schema_says() {
    for (_, events) in runs() {
        let lines = events.iter().map(serde_json::to_string);
        let lines: Result<Vec<String>, _> = lines.collect();
        check_log(&lines.expect("JSON").join("\n"));
    }
}

#[test]
fn a_member_too_many_or_too_few_is_refused() {
    let schema = validator();
    let more = |members: &Map<String, Value>| {
        let mut members = members.clone();
        members.insert("novelty".to_owned(), true.into());
        vec![Value::Object(members)]
    };
    let fewer = |members: &Map<String, Value>| {
        let needed = members
            .keys()
            .filter(|name| !OPTIONAL.contains(&name.as_str()));
        let without = needed.map(|name| {
            let mut members = members.clone();
            members.remove(name);
            Value::Object(members)
        });
        without.collect()
    };
    let mut tried = 0;
    for event in super::red() {
        let event = serde_json::to_value(&event).expect("JSON");
        assert!(schema.is_valid(&event));
        for wrong in [changed(&event, &more), changed(&event, &fewer)].concat() {
            assert!(!schema.is_valid(&wrong), "the schema accepts {wrong}");
            tried += 1;
        }
    }
    assert!(tried > 300, "only {tried}");
}
