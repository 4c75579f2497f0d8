//! Document -> Api.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use probity::api::Api;
use probity::document::Document;

/// Longest time that reading and lowering may take, per megabyte, in an unoptimized build on a
/// machine that is busy with other things. A quadratic step would take minutes.
const TIME_PER_MEGABYTE_MAX: Duration = Duration::from_secs(20);

fn corpus_files() -> Vec<PathBuf> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let mut files = Vec::new();
    let mut folders = vec![corpus];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let known = |extension: &str| path.extension().is_some_and(|found| found == extension);
            if path.is_dir() {
                folders.push(path);
            } else if ["json", "yaml", "yml"]
                .iter()
                .any(|extension| known(extension))
            {
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
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).unwrap();
        let start = Instant::now();
        let document = match Document::parse(&name, &bytes) {
            Ok(document) => document,
            Err(error) => {
                assert!(error.position().is_some(), "{}: {error}", path.display());
                println!(
                    "DOC {}: {}",
                    path.display(),
                    error.report(&String::from_utf8_lossy(&bytes))
                );
                continue;
            }
        };
        let parsed = start.elapsed();
        let lowered = Api::lower(&document);
        let taken = start.elapsed();
        let megabytes = 1 + u32::try_from(bytes.len() >> 20).unwrap();
        assert!(
            taken < TIME_PER_MEGABYTE_MAX * megabytes,
            "{}: {taken:?}",
            path.display()
        );
        match lowered {
            Ok(api) => {
                println!(
                    "OK {} {} ops {} schemas {} findings, parse {parsed:?} lower {:?}",
                    path.display(),
                    api.operations.len(),
                    api.schemas().len(),
                    api.findings.len(),
                    taken - parsed
                );
                for finding in &api.findings {
                    println!(
                        "  F {}:{} {} {}",
                        name, finding.position, finding.pointer, finding.message
                    );
                }
                let start = Instant::now();
                assert_eq!(api.schemas().fault(), None, "{}", path.display());
                println!("  V {:?}", start.elapsed());
            }
            Err(error) => {
                assert!(error.position().is_some(), "{}: {error}", path.display());
                println!("API {}: {error}", path.display());
            }
        }
    }
}
