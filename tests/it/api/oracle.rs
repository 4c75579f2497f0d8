//! An independent reader sees the same operations.

use super::*;

/// What `openapiv3` reads: method, path, id, parameters with their location, statuses.
fn oracle_lines(path: &str) -> Vec<String> {
    let (_, bytes) = package_file(path);
    let read: openapiv3::OpenAPI = serde_yaml::from_slice(&bytes).unwrap();
    let mut lines = Vec::new();
    for (path, item) in &read.paths.paths {
        let item = item.as_item().unwrap();
        for (method, operation) in item.iter() {
            let mut parameters: Vec<String> = Vec::new();
            for parameter in item.parameters.iter().chain(&operation.parameters) {
                let data = parameter.as_item().unwrap().parameter_data_ref();
                parameters.push(format!(
                    "{}{}",
                    data.name,
                    if data.required { "*" } else { "" }
                ));
            }
            parameters.sort();
            parameters.dedup();
            let mut statuses: Vec<String> = operation
                .responses
                .responses
                .keys()
                .map(ToString::to_string)
                .collect();
            statuses.extend(
                operation
                    .responses
                    .default
                    .iter()
                    .map(|_| "default".to_owned()),
            );
            let method = method.to_uppercase();
            lines.push(format!("{method} {path} {parameters:?} {statuses:?}"));
        }
    }
    lines.sort();
    lines
}

fn our_lines(path: &str) -> Vec<String> {
    let api = load(path);
    let line = |operation: &Operation| {
        let name = |one: &Parameter| format!("{}{}", one.name, if one.required { "*" } else { "" });
        let mut parameters: Vec<String> = operation.parameters.iter().map(name).collect();
        parameters.sort();
        let statuses: Vec<String> = operation
            .responses
            .iter()
            .map(|response| response.status.to_string())
            .collect();
        format!(
            "{} {} {parameters:?} {statuses:?}",
            operation.method, operation.path
        )
    };
    let mut lines: Vec<String> = api.operations.iter().map(line).collect();
    lines.sort();
    lines
}

#[test]
fn an_independent_reader_sees_the_same_operations() {
    for path in [
        "spec/sinjapp-business.v1.yaml",
        "tests/data/library.openapi30.yaml",
    ] {
        assert_eq!(our_lines(path), oracle_lines(path), "{path}");
        assert!(!our_lines(path).is_empty());
    }
}
