//! The trials that wait for their verdicts, and what each is told.

use std::collections::{BTreeMap, HashMap};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use libtest_mimic::{Completion, Failed, Trial};

use super::progress::{PERIOD_MS, Progress};
use super::{FaceOptions, Format};
use crate::plan::CaseId;
use crate::report::cause::{self, Key};
use crate::report::inert::one_line;
use crate::report::{self, failure_text, record};
use crate::run::event::{CaseFact, CaseFinished};

/// What libtest-mimic puts around a case's name before its verdict: `test NAME ... `.
const AROUND_NAME: usize = 10;

/// What a trial is told about its case.
#[derive(Debug)]
pub(super) enum Told {
    /// libtest's `ok`.
    Ok,
    /// libtest's `FAILED`.
    Failed(Box<CaseFinished>),
    /// libtest's `FAILED` for a case without a verdict, and why it has none.
    Unjudged(String),
    /// libtest's `ignored`, and why.
    Ignored(String),
}

/// The trials that wait, by case.
pub(super) type Waiting = HashMap<CaseId, mpsc::Sender<Told>>;

/// What all trials share.
#[derive(Clone)]
pub(super) struct Screen {
    /// How far the run is, where a person watches.
    pub(super) progress: Option<Arc<Progress>>,
    /// Whether a cause is shown whole only once: machines get every text whole.
    brief: bool,
    /// The causes that were shown, and by which case. Trials run in plan order.
    shown: Arc<Mutex<BTreeMap<Key, CaseId>>>,
}

/// What a case's verdict looks like to libtest.
pub(super) fn told(case: &CaseFinished, partial: bool) -> Told {
    match record::face(case, partial) {
        report::Face::Ok => Told::Ok,
        report::Face::Failed(_) => Told::Failed(Box::new(case.clone())),
        report::Face::Ignored(reason) => Told::Ignored(one_line(&reason).into_owned()),
    }
}

impl Screen {
    pub(super) fn new(cases: &[CaseFact], face: &FaceOptions) -> Self {
        let longest = cases.iter().map(|case| case.id.as_str().len()).max();
        let column = longest.unwrap_or_default() + AROUND_NAME;
        let progress = face
            .watched
            .map(|watched| Arc::new(Progress::new(watched, cases.len(), column)));
        Self {
            progress,
            brief: face.format == Format::Pretty,
            shown: Arc::default(),
        }
    }

    /// A trial for each case, which waits to be told, and the other ends.
    pub(super) fn trials(&self, cases: &[CaseFact]) -> (Vec<Trial>, Waiting) {
        let mut waiting = HashMap::new();
        let mut trials = Vec::new();
        for case in cases {
            let (tells, waits) = mpsc::channel();
            waiting.insert(case.id.clone(), tells);
            let screen = self.clone();
            trials.push(Trial::ignorable_test(
                one_line(case.id.as_str()),
                move || match screen.wait(&waits) {
                    Some(Told::Ok) => Ok(Completion::Completed),
                    Some(Told::Ignored(reason)) => Ok(Completion::ignored_with(reason)),
                    Some(Told::Failed(case)) => Err(Failed::from(screen.failed_text(&case))),
                    Some(Told::Unjudged(text)) => Err(Failed::from(text)),
                    None => Err(Failed::from("error: nobody is left to tell the verdict")),
                },
            ));
        }
        (trials, waiting)
    }

    /// Waits for the verdict and shows progress meanwhile; nothing where nobody will tell it.
    fn wait(&self, waits: &Receiver<Told>) -> Option<Told> {
        let Some(progress) = &self.progress else {
            return waits.recv().ok();
        };
        let mut drawn = false;
        let told = loop {
            match waits.recv_timeout(Duration::from_millis(PERIOD_MS)) {
                Ok(told) => break Some(told),
                Err(RecvTimeoutError::Timeout) => drawn |= progress.draw(),
                Err(RecvTimeoutError::Disconnected) => break None,
            }
        };
        if drawn {
            progress.erase();
        }
        told
    }

    /// The whole text, or a short one where earlier cases have shown the same causes.
    fn failed_text(&self, case: &CaseFinished) -> String {
        let causes = record::gating_failures(case).into_iter().map(cause::key);
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let mut first = None;
        let mut new = false;
        for cause in causes {
            match shown.get(&cause) {
                Some(before) => first = first.or_else(|| Some(before.clone())),
                None => {
                    new = true;
                    shown.insert(cause, case.case.clone());
                }
            }
        }
        match first.filter(|_| self.brief && !new) {
            Some(first) => failure_text::failed_again_text(case, &first),
            None => failure_text::failed_text(case),
        }
    }
}
