//! Documents of others, and large ones.

use super::*;

#[test]
fn the_time_grows_with_the_operations_alone() {
    let mut text = "openapi: 3.0.0\npaths:\n".to_owned();
    for number in 0..3_000 {
        text += &format!(
            "  /p{number}:\n    get:\n      responses:\n        '200': {{description: d, content: \
             {{a/b: {{schema: {{$ref: '#/components/schemas/S{number}'}}}}}}}}\n"
        );
    }
    text += "components:\n  schemas:\n";
    for number in 0..3_000 {
        let next = (number + 1) % 3_000;
        text += &format!(
            "    S{number}: {{type: object, properties: {{n: {{$ref: \
             '#/components/schemas/S{next}'}}, v: {{type: string, pattern: '^a'}}}}}}\n"
        );
    }
    let start = Instant::now();
    let api = lower(&text);
    for operation in &api.operations {
        let id = operation.responses[0].media_types[0].schema.unwrap();
        assert_eq!(
            api.schemas()
                .validate(id, &json!({"n": {"n": {"v": "b"}}}))
                .len(),
            1
        );
    }
    assert_eq!((api.operations.len(), api.findings.len()), (3_000, 0));
    assert!(
        start.elapsed() < TIME_PER_MEGABYTE_MAX,
        "took {:?}",
        start.elapsed()
    );
}

fn corpus_files() -> Vec<PathBuf> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let mut files = Vec::new();
    let mut folders = vec![corpus];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let extension = path.extension().and_then(|extension| extension.to_str());
            if path.is_dir() {
                folders.push(path);
            } else if matches!(extension, Some("json" | "yaml" | "yml")) {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// Runs over public documents where they lie beside the package, and over nothing elsewhere.
#[test]
fn real_documents_load_or_say_where_they_are_wrong() {
    for path in corpus_files() {
        let name = path.display().to_string();
        let bytes = std::fs::read(&path).unwrap();
        let start = Instant::now();
        let document = match Document::parse(&name, &bytes) {
            Ok(document) => document,
            Err(error) => {
                assert!(error.position().is_some(), "{name}: {error}");
                continue;
            }
        };
        match Api::lower(&document) {
            Ok(api) => {
                assert_eq!(api.schemas().fault(), None, "{name}");
                for finding in &api.findings {
                    assert!(
                        document.at(&finding.pointer).is_some(),
                        "{name}: {finding:?}"
                    );
                }
            }
            Err(error) => assert!(error.position().is_some(), "{name}: {error}"),
        }
        let megabytes = 1 + u32::try_from(bytes.len() >> 20).unwrap();
        assert!(
            start.elapsed() < TIME_PER_MEGABYTE_MAX * megabytes,
            "{name}: too slow"
        );
    }
}
