//! Events -> reports.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what a test is built from may panic like the test"
)]

mod circumstances;
mod compare;
pub mod events;
mod formats;
mod html;
mod junit;
mod merging;
pub mod schema;
mod secrets;
mod shapes;
mod terminal;
mod xml;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use events::{failed, green, hostile, incomplete, interrupted, killed, not_refused, passed, red};
use probity::plan::Level;
use probity::report::{
    EventLog, Face, FailedKind, ReportFormat, ReportRequest, RunRecord, log, record, write_reports,
};
use probity::run::event::{Event, Verdict};

/// Compares with the file in `tests/data/events`; `PROBITY_BLESS=1` writes it.
pub fn check_golden(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/events")
        .join(name);
    if std::env::var_os("PROBITY_BLESS").is_some() {
        fs::write(&path, actual).expect("the golden file is written");
    }
    let expected = fs::read_to_string(&path).expect("the golden file is there");
    assert_eq!(actual, expected, "{name} differs");
}

/// All runs that are built by hand.
pub fn runs() -> Vec<(&'static str, Vec<Event>)> {
    vec![
        ("green", green()),
        ("red", red()),
        ("incomplete", incomplete()),
        ("interrupted", interrupted()),
        ("killed", killed()),
        ("hostile", hostile()),
    ]
}

fn check_face(verdict: Verdict, gating: bool, partial: bool, expected: &Face) {
    let case = match verdict {
        Verdict::Fail | Verdict::Warn => failed("minimal", not_refused(), verdict, gating),
        Verdict::Pass => passed("minimal"),
        other => events::unjudged("minimal", other, gating, "why"),
    };
    let actual = record::face(&case, partial);
    assert_eq!(
        &actual, expected,
        "{verdict:?} gating={gating} partial={partial}"
    );
}

#[test]
fn every_row_of_the_verdict_table_holds() {
    let ignored = |reason: &str| Face::Ignored(reason.to_owned());
    for partial in [false, true] {
        for gating in [false, true] {
            check_face(Verdict::Pass, gating, partial, &Face::Ok);
            check_face(Verdict::Warn, gating, partial, &Face::Ok);
            let not_applicable = ignored("not applicable: why");
            check_face(Verdict::NotApplicable, gating, partial, &not_applicable);
            check_face(
                Verdict::KnownFailure,
                gating,
                partial,
                &ignored("known failure: why"),
            );
            let stale = Face::Failed(FailedKind::StaleBaseline);
            check_face(Verdict::Stale, gating, partial, &stale);
            check_face(
                Verdict::Error,
                gating,
                partial,
                &Face::Failed(FailedKind::Error),
            );
        }
        check_face(
            Verdict::Fail,
            true,
            partial,
            &Face::Failed(FailedKind::Must),
        );
        check_face(Verdict::Fail, false, partial, &Face::Ok);
        check_face(
            Verdict::Inconclusive,
            false,
            partial,
            &ignored("inconclusive: why"),
        );
    }
    let inconclusive = Face::Failed(FailedKind::Inconclusive);
    check_face(Verdict::Inconclusive, true, false, &inconclusive);
    check_face(
        Verdict::Inconclusive,
        true,
        true,
        &ignored("inconclusive: why"),
    );
}

#[test]
fn a_should_that_was_made_to_count_is_named_should() {
    let mut failure = not_refused();
    failure.level = Level::Should;
    let case = failed("minimal", failure, Verdict::Fail, true);
    assert_eq!(record::face(&case, false), Face::Failed(FailedKind::Should));
}

#[test]
fn the_worst_of_two_verdicts_for_one_case_stays() {
    let wrong = failed("minimal", not_refused(), Verdict::Fail, true);
    for pair in [
        [passed("minimal"), wrong.clone()],
        [wrong.clone(), passed("minimal")],
    ] {
        let events = pair.map(|case| Event::CaseFinished(Box::new(case)));
        let record = RunRecord::fold(&events);
        assert_eq!(record.cases.len(), 1);
        assert_eq!(record.counts().get(&Verdict::Fail), Some(&1));
    }
}

#[test]
fn a_verdict_outside_the_plan_is_not_lost() {
    let mut events = green();
    let wrong = failed("unplanned", not_refused(), Verdict::Fail, true);
    events.insert(1, Event::CaseFinished(Box::new(wrong)));
    let record = RunRecord::fold(&events);
    let last = record.cases.last().expect("cases");
    assert_eq!(last.fact.operation, "revokeApiKey");
    assert_eq!(last.fact.rule, "unplanned");
    assert_eq!(record.face(last), Face::Failed(FailedKind::Must));
}

/// A writer that can be read while it is owned elsewhere, and that fails after so many bytes.
#[derive(Clone)]
struct Shared {
    bytes: Arc<Mutex<Vec<u8>>>,
    room: usize,
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut held = self.bytes.lock().expect("no panic");
        let left = self.room.saturating_sub(held.len());
        if left == 0 {
            return Err(io::Error::from(io::ErrorKind::StorageFull));
        }
        let taken = bytes.len().min(left);
        held.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn logged(events: &[Event]) -> Vec<u8> {
    let shared = Shared {
        bytes: Arc::default(),
        room: usize::MAX,
    };
    let mut log = EventLog::to(Box::new(shared.clone()), Path::new("run.ndjson"));
    for event in events {
        log.append(event).expect("it is written");
        let held = shared.bytes.lock().expect("no panic");
        assert!(held.ends_with(b"\n"), "an event is a whole line at once");
    }
    let held = shared.bytes.lock().expect("no panic");
    held.clone()
}

#[test]
fn a_log_reads_back_as_it_was_written() {
    for (name, events) in runs() {
        let bytes = logged(&events);
        let read = log::parse(&bytes, Path::new("run.ndjson")).expect(name);
        assert_eq!(read.torn_line, None);
        assert_eq!(logged(&read.events), bytes, "{name}");
        assert_eq!(
            bytes.iter().filter(|byte| **byte == b'\n').count(),
            events.len()
        );
        let (before, after) = (RunRecord::fold(&events), RunRecord::fold(&read.events));
        assert_eq!(before.counts(), after.counts(), "{name}");
        assert_eq!(before.unjudged(), after.unjudged(), "{name}");
    }
}

#[test]
fn a_torn_log_reads_up_to_its_last_event_wherever_it_is_torn() {
    let bytes = logged(&killed());
    let whole: Vec<usize> = (0..bytes.len())
        .filter(|place| bytes[*place] == b'\n')
        .map(|place| place + 1)
        .collect();
    for end in 0..=bytes.len() {
        let read = log::parse(&bytes[..end], Path::new("run.ndjson")).expect("it is readable");
        // A line without its break may be whole, and then it counts.
        let lines = whole.iter().filter(|place| **place <= end + 1).count();
        assert_eq!(read.events.len(), lines, "torn at {end}");
        let clean = end == 0 || whole.contains(&end) || whole.contains(&(end + 1));
        assert_eq!(read.torn_line.is_none(), clean, "torn at {end}");
    }
}

#[test]
fn a_broken_line_within_a_log_is_named() {
    let mut bytes = logged(&killed()[..2]);
    bytes.extend_from_slice(b"{\"event\":\"case-finished\",\"case\":7}\n");
    bytes.extend(logged(&killed()[3..]));
    let error = log::parse(&bytes, Path::new("run.ndjson")).expect_err("line 3 is broken");
    let said = error.to_string();
    assert!(
        said.starts_with("event log `run.ndjson` line 3 is no event: "),
        "{said}"
    );
}

#[test]
fn a_log_of_a_newer_version_says_so_whatever_its_shape() {
    let newer = b"{\"event\":\"run-started\",\"version\":7}\n";
    let error = log::parse(newer, Path::new("run.ndjson")).expect_err("it is newer");
    assert_eq!(
        error.to_string(),
        "event log `run.ndjson` line 1 has version 7, and this Probity reads 1"
    );
}

#[test]
fn a_full_disk_ends_the_log_and_says_so_once() {
    let room = logged(&killed()[..1]).len() + 10;
    let shared = Shared {
        bytes: Arc::default(),
        room,
    };
    let mut log = EventLog::to(Box::new(shared.clone()), Path::new("run.ndjson"));
    let results: Vec<bool> = killed()
        .iter()
        .map(|event| log.append(event).is_ok())
        .collect();
    assert_eq!(results, [true, false, true, true]);
    let held = shared.bytes.lock().expect("no panic");
    let read = log::parse(&held, Path::new("run.ndjson")).expect("what is there is readable");
    assert_eq!((read.events.len(), read.torn_line), (1, Some(2)));
}

fn request(path: PathBuf) -> ReportRequest {
    ReportRequest {
        format: ReportFormat::Junit,
        path,
        subjects: Vec::new(),
    }
}

#[test]
fn a_broken_report_names_its_path_and_loses_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let taken = folder.path().join("taken");
    fs::create_dir(&taken).expect("a folder in the way");
    fs::write(folder.path().join("file"), "").expect("a file in the way");
    let wanted = [
        request(taken),
        request(folder.path().join("file/junit.xml")),
        request(folder.path().join("new/deep/junit.xml")),
    ];
    let events = green();
    let outcomes = write_reports(&wanted, &[RunRecord::fold(&events)], &|_| false);
    for outcome in &outcomes[..2] {
        let said = outcome
            .result
            .as_ref()
            .expect_err("it is in the way")
            .to_string();
        let path = outcome.request.path.to_string_lossy();
        assert!(said.contains(&*path), "{said}");
    }
    outcomes[2].result.as_ref().expect("it is written");
    let written =
        fs::read_to_string(folder.path().join("new/deep/junit.xml")).expect("it is there");
    assert_eq!(
        written,
        probity::report::junit::render(&[RunRecord::fold(&events)]).expect("XML")
    );
}

#[test]
fn a_report_replaces_the_old_one_and_leaves_nothing_beside_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("junit.xml");
    fs::write(&path, "old").expect("an old report");
    let (first, second) = (red(), green());
    for events in [&first, &second] {
        let outcomes = write_reports(
            &[request(path.clone())],
            &[RunRecord::fold(events)],
            &|_| false,
        );
        outcomes[0].result.as_ref().expect("it is written");
    }
    let names: Vec<_> = fs::read_dir(folder.path())
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(names, ["junit.xml"]);
    assert!(
        fs::read_to_string(&path)
            .expect("it is there")
            .contains("tests=\"3\"")
    );
}

#[cfg(unix)]
#[test]
fn a_link_to_a_report_stays_a_link() {
    let folder = tempfile::tempdir().expect("a folder");
    let (real, link) = (
        folder.path().join("real.xml"),
        folder.path().join("link.xml"),
    );
    fs::write(&real, "old").expect("an old report");
    std::os::unix::fs::symlink(&real, &link).expect("a link");
    let events = green();
    let outcomes = write_reports(
        &[request(link.clone())],
        &[RunRecord::fold(&events)],
        &|_| false,
    );
    outcomes[0].result.as_ref().expect("it is written");
    assert!(fs::symlink_metadata(&link).expect("the link").is_symlink());
    assert!(
        fs::read_to_string(&real)
            .expect("it is there")
            .contains("testsuites")
    );
}
