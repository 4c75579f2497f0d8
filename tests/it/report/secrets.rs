//! No artefact keeps a secret, should redaction fail: a record that was never redacted is the seam.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use probity::http::{Redactor, Secret};
use probity::report::{
    EventLog, ReportError, ReportFormat, ReportRequest, RunRecord, append_step_summary,
    discard_leaks, write_reports,
};
use probity::run::event::{Event, Verdict};

use super::events::{ended, exchange, failed, not_refused, run};
use super::formats::request;

const SECRET: &str = "sk-live/<0123>&\"4567\"";

/// The secret in the forms that a target may echo. Written as it is, it has its JSON-escaped form
/// in every format that is JSON.
fn forms() -> Vec<String> {
    let hex = SECRET.bytes().map(|byte| format!("{byte:02x}"));
    let encoded = SECRET.bytes().map(|byte| format!("%{byte:02X}"));
    vec![
        SECRET.to_owned(),
        STANDARD.encode(SECRET),
        hex.collect(),
        encoded.collect(),
    ]
}

/// A run whose target echoes something, which nobody took out.
fn echoing(echo: &str) -> Vec<Event> {
    let mut failure = not_refused();
    failure.actual = format!("it said {echo} to us");
    let mut wrong = failed("missing-credential", failure, Verdict::Fail, true);
    let mut echoed = exchange(&format!("HTTP/1.1 200 OK\r\n\r\n{echo}"));
    echoed.fault = Some(echo.to_owned());
    wrong.exchanges = vec![echoed];
    let mut end = ended(Verdict::Fail, 1);
    end.notes = vec![echo.to_owned()];
    run(vec![wrong], Some(end))
}

#[test]
fn a_report_with_a_secret_in_any_form_is_not_written() {
    let secret = Secret::new(SECRET).expect("a secret");
    let redactor = Redactor::new(b"key", [secret]);
    let holds = |bytes: &[u8]| redactor.finds(bytes);
    let folder = tempfile::tempdir().expect("a folder");
    let shown = ReportFormat::ALL.into_iter().filter(|format| {
        // The statement has names and digests alone.
        !matches!(format, ReportFormat::Intoto)
    });
    for format in shown {
        for form in forms() {
            let wanted = ReportRequest {
                path: folder.path().join(format.name()),
                ..request(format)
            };
            let events = echoing(&form);
            let outcomes = write_reports(&[wanted], &[RunRecord::fold(&events)], &holds);
            let error = outcomes[0].result.as_ref().err();
            let named = matches!(error, Some(ReportError::Secret { path, .. })
                if path.ends_with(format.name()));
            assert!(named, "{}: {form}: {error:?}", format.name());
        }
    }
    let left = fs::read_dir(folder.path()).expect("the folder").count();
    assert_eq!(left, 0, "something was written");
}

#[test]
fn a_steps_summary_with_a_secret_is_not_appended() {
    let secret = Secret::new(SECRET).expect("a secret");
    let redactor = Redactor::new(b"key", [secret]);
    let holds = |bytes: &[u8]| redactor.finds(bytes);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("summary.md");
    fs::write(&path, "before\n").expect("a file");
    let events = echoing(SECRET);
    let runs = [RunRecord::fold(&events)];
    append_step_summary(&path, &runs, &holds).expect_err("a secret");
    assert_eq!(fs::read_to_string(&path).expect("the file"), "before\n");
    append_step_summary(&path, &runs, &|_| false).expect("it is appended");
    let text = fs::read_to_string(&path).expect("the file");
    assert!(
        text.starts_with("before\n# Probity: FAIL (exit 1)\n"),
        "{text}"
    );
}

#[test]
fn an_event_log_with_a_secret_is_removed_and_named() {
    let secret = Secret::new(SECRET).expect("a secret");
    let redactor = Redactor::new(b"key", [secret]);
    let holds = |bytes: &[u8]| redactor.finds(bytes);
    let folder = tempfile::tempdir().expect("a folder");
    let paths = ["clean", "leaking"].map(|name| folder.path().join(name));
    for (path, echo) in paths.iter().zip(["harmless", SECRET]) {
        let mut log = EventLog::create(path).expect("a log");
        for event in echoing(echo) {
            log.append(&event).expect("it is written");
        }
    }
    let leaks = discard_leaks(paths.to_vec(), &holds);
    assert_eq!(leaks.len(), 1);
    let said = leaks[0].to_string();
    assert!(
        said.contains("leaking") && said.contains("it was removed"),
        "{said}"
    );
    assert_eq!(paths.map(|path| path.exists()), [true, false]);
}
