//! What readers of the formats demand, written down as JSON Schemas of our own: required members
//! and the values that are allowed, as far as we use them.

use serde_json::{Value, json};

/// Asserts that a report has the shape.
#[track_caller]
pub fn check(name: &str, shape: &Value, report: &Value) {
    let shape = jsonschema::draft202012::new(shape).expect("a schema");
    let errors: Vec<String> = shape
        .iter_errors(report)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{name}:\n{}", errors.join("\n"));
}

fn count() -> Value {
    json!({"type": "integer", "minimum": 0})
}

/// CTRF: <https://ctrf.io>.
pub fn ctrf() -> Value {
    let statuses = ["passed", "failed", "skipped", "pending", "other"];
    let test = json!({
        "type": "object",
        "required": ["name", "status", "duration"],
        "properties": {
            "name": {"type": "string", "minLength": 1},
            "status": {"enum": statuses},
            "duration": count(),
            "message": {"type": "string"},
            "trace": {"type": "string"},
            "rawStatus": {"type": "string"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "extra": {"type": "object"},
        },
        "additionalProperties": false,
    });
    let counts = [
        "tests", "passed", "failed", "pending", "skipped", "other", "start", "stop",
    ];
    let results = json!({
        "type": "object",
        "required": ["tool", "summary", "tests"],
        "properties": {
            "tool": {"type": "object", "required": ["name"]},
            "summary": {
                "type": "object",
                "required": counts,
                "additionalProperties": count(),
            },
            "tests": {"type": "array", "items": test},
            "environment": {
                "type": "object",
                "properties": {"testEnvironment": {"type": "string"}},
                "additionalProperties": false,
            },
            "extra": {"type": "object"},
        },
        "additionalProperties": false,
    });
    json!({
        "type": "object",
        "required": ["reportFormat", "specVersion", "results"],
        "properties": {
            "reportFormat": {"const": "CTRF"},
            "specVersion": {"type": "string", "pattern": "^\\d+\\.\\d+\\.\\d+$"},
            "generatedBy": {"type": "string"},
            "results": results,
        },
        "additionalProperties": false,
    })
}

/// SARIF 2.1.0, sections 3.13 to 3.49.
pub fn sarif() -> Value {
    let (result, invocation) = (sarif_result(), sarif_invocation());
    let driver = json!({
        "type": "object",
        "required": ["name"],
        "properties": {"rules": {
            "type": "array",
            "items": {"type": "object", "required": ["id"]},
            "uniqueItems": true,
        }},
    });
    let run = json!({
        "type": "object",
        "required": ["tool", "results"],
        "properties": {
            "tool": {"type": "object", "required": ["driver"], "properties": {"driver": driver}},
            "automationDetails": {"type": "object", "required": ["id"]},
            "invocations": {"type": "array", "items": invocation},
            "results": {"type": "array", "items": result},
            "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
            "properties": {"type": "object"},
        },
        "additionalProperties": false,
    });
    json!({
        "type": "object",
        "required": ["version", "runs"],
        "properties": {
            "version": {"const": "2.1.0"},
            "$schema": {"type": "string"},
            "runs": {"type": "array", "items": run},
        },
        "additionalProperties": false,
    })
}

fn sarif_message() -> Value {
    json!({"type": "object", "required": ["text"]})
}

fn sarif_location() -> Value {
    let message = sarif_message();
    json!({
        "type": "object",
        "required": ["physicalLocation"],
        "properties": {
            "physicalLocation": {
                "type": "object",
                "required": ["artifactLocation", "region"],
                "properties": {
                    "artifactLocation": {
                        "type": "object",
                        "properties": {"uri": {"type": "string", "pattern": "^[!-~]+$"}},
                        "required": ["uri"],
                    },
                    "region": {
                        "type": "object",
                        "required": ["startLine"],
                        "additionalProperties": {"type": "integer", "minimum": 1},
                    },
                },
            },
            "message": message,
        },
        "additionalProperties": false,
    })
}

fn sarif_result() -> Value {
    let (message, location) = (sarif_message(), sarif_location());
    json!({
        "type": "object",
        "required": ["message", "ruleId", "ruleIndex", "locations"],
        "properties": {
            "ruleId": {"type": "string", "minLength": 1},
            "ruleIndex": count(),
            "kind": {"const": "fail"},
            "level": {"enum": ["error", "warning", "note"]},
            "message": message,
            "locations": {"type": "array", "items": location, "minItems": 1},
            "relatedLocations": {"type": "array", "items": location, "minItems": 1},
            "partialFingerprints": {"additionalProperties": {"type": "string"}},
            "properties": {"type": "object"},
        },
        "additionalProperties": false,
    })
}

fn sarif_invocation() -> Value {
    let message = sarif_message();
    json!({
        "type": "object",
        "required": ["executionSuccessful"],
        "properties": {
            "executionSuccessful": {"type": "boolean"},
            "exitCode": {"type": "integer"},
            "startTimeUtc": {"pattern": "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$"},
            "endTimeUtc": {"pattern": "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$"},
            "toolExecutionNotifications": {"type": "array", "items": {
                "type": "object",
                "required": ["message"],
                "properties": {
                    "level": {"enum": ["none", "note", "warning", "error"]},
                    "message": message,
                },
            }},
        },
        "additionalProperties": false,
    })
}

/// HAR 1.2.
pub fn har() -> Value {
    let (request, response) = (har_request(), har_response());
    let time = json!({"type": "number", "minimum": -1});
    let moment = json!({"pattern": "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d+Z$"});
    let entry = json!({
        "type": "object",
        "required": ["startedDateTime", "time", "request", "response", "cache", "timings"],
        "properties": {
            "startedDateTime": moment,
            "time": {"type": "number", "minimum": 0},
            "request": request,
            "response": response,
            "cache": {"type": "object"},
            "timings": {
                "type": "object",
                "required": ["send", "wait", "receive"],
                "additionalProperties": time,
            },
        },
    });
    let page = json!({
        "type": "object",
        "required": ["startedDateTime", "id", "title", "pageTimings"],
        "properties": {"startedDateTime": moment},
    });
    json!({"type": "object", "required": ["log"], "properties": {"log": {
        "type": "object",
        "required": ["version", "creator", "entries"],
        "properties": {
            "version": {"const": "1.2"},
            "creator": {"type": "object", "required": ["name", "version"]},
            "pages": {"type": "array", "items": page},
            "entries": {"type": "array", "items": entry},
        },
    }}})
}

/// Names with values.
fn har_pairs() -> Value {
    json!({"type": "array", "items": {
        "type": "object",
        "required": ["name", "value"],
        "properties": {"name": {"type": "string"}, "value": {"type": "string"}},
    }})
}

fn har_request() -> Value {
    let (pairs, size) = (har_pairs(), json!({"type": "integer", "minimum": -1}));
    json!({
        "type": "object",
        "required": [
            "method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize",
            "bodySize",
        ],
        "properties": {
            "method": {"type": "string"},
            "url": {"type": "string", "pattern": "^https?://[!-~]+$"},
            "httpVersion": {"type": "string", "minLength": 1},
            "cookies": pairs,
            "headers": pairs,
            "queryString": pairs,
            "headersSize": size,
            "bodySize": size,
            "postData": {"type": "object", "required": ["mimeType", "text"]},
        },
        "additionalProperties": false,
    })
}

fn har_response() -> Value {
    let (pairs, size) = (har_pairs(), json!({"type": "integer", "minimum": -1}));
    json!({
        "type": "object",
        "required": [
            "status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL",
            "headersSize", "bodySize",
        ],
        "properties": {
            "status": count(),
            "statusText": {"type": "string"},
            "httpVersion": {"type": "string", "minLength": 1},
            "cookies": pairs,
            "headers": pairs,
            "content": {
                "type": "object",
                "required": ["size", "mimeType"],
                "properties": {"size": size, "encoding": {"const": "base64"}},
            },
            "redirectURL": {"type": "string"},
            "headersSize": size,
            "bodySize": size,
        },
        "additionalProperties": false,
    })
}

/// An in-toto statement (v1) with a test result (v0.1).
pub fn intoto() -> Value {
    let digest = json!({"type": "object", "minProperties": 1});
    let names = json!({"type": "array", "items": {"type": "string"}, "uniqueItems": true});
    let descriptor = json!({
        "type": "object",
        "anyOf": [{"required": ["uri"]}, {"required": ["digest"]}, {"required": ["content"]}],
        "properties": {"digest": digest, "annotations": {"type": "object"}},
    });
    json!({
        "type": "object",
        "required": ["_type", "subject", "predicateType", "predicate"],
        "properties": {
            "_type": {"const": "https://in-toto.io/Statement/v1"},
            "predicateType": {"const": "https://in-toto.io/attestation/test-result/v0.1"},
            "subject": {"type": "array", "minItems": 1, "items": {
                "type": "object",
                "required": ["digest"],
                "properties": {"digest": digest},
            }},
            "predicate": {
                "type": "object",
                "required": ["result", "configuration"],
                "properties": {
                    "result": {"enum": ["PASSED", "WARNED", "FAILED"]},
                    "configuration": {"type": "array", "minItems": 1, "items": descriptor},
                    "passedTests": names,
                    "warnedTests": names,
                    "failedTests": names,
                },
                "additionalProperties": false,
            },
        },
        "additionalProperties": false,
    })
}
