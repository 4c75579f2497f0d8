//! What a tenant remembers while it runs.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::hooks::Hooks;
use super::keys::Keys;

/// Most requests that are kept in the log: more than any run sends.
const LOG_ENTRIES_MAX: usize = 65_536;

/// Most of a request's content that is kept in the log, in bytes.
const LOG_BODY_BYTES_MAX: usize = 4096;

/// A request that was answered, and with what.
///
/// What could not be read as a request has an empty method and target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedRequest {
    /// The connection it came on, counted from 1.
    pub connection: u64,
    /// The method as it was spelled.
    pub method: String,
    /// The request target exactly as it was sent.
    pub target: String,
    /// The header fields in order, values as text.
    pub headers: Vec<(String, String)>,
    /// The content, of which the first 4 KiB are kept.
    pub body: Vec<u8>,
    /// The status of the answer.
    pub status: u16,
}

/// The state that all connections share.
#[derive(Debug)]
pub(super) struct State {
    pub(super) hooks: Hooks,
    pub(super) keys: Mutex<Keys>,
    log: Mutex<VecDeque<LoggedRequest>>,
    counters: Mutex<HashMap<&'static str, u64>>,
    notes: Mutex<HashMap<String, String>>,
    in_flight: AtomicUsize,
}

/// Counts a request as in flight until it is dropped.
pub(super) struct InFlight<'a>(&'a AtomicUsize);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl State {
    /// Nothing happened yet.
    pub(super) fn new(hooks: Hooks, keys: Keys) -> State {
        State {
            hooks,
            keys: Mutex::new(keys),
            log: Mutex::default(),
            counters: Mutex::default(),
            notes: Mutex::default(),
            in_flight: AtomicUsize::new(0),
        }
    }

    /// A request has come in.
    pub(super) fn enter(&self) -> InFlight<'_> {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight(&self.in_flight)
    }

    /// How many requests are in flight, the asking one included.
    pub(super) fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// Counts the event; true each time `period` of them are full.
    pub(super) fn every(&self, period: u64, event: &'static str) -> bool {
        let mut counters = locked(&self.counters);
        let counter = counters.entry(event).or_default();
        *counter += 1;
        counter.is_multiple_of(period)
    }

    /// Keeps what was answered.
    pub(super) fn log(&self, mut entry: LoggedRequest) {
        entry.body.truncate(LOG_BODY_BYTES_MAX);
        let mut log = locked(&self.log);
        if log.len() == LOG_ENTRIES_MAX {
            log.pop_front();
        }
        log.push_back(entry);
    }

    /// What was answered, the oldest first.
    pub(super) fn logged(&self) -> Vec<LoggedRequest> {
        locked(&self.log).iter().cloned().collect()
    }

    /// What was noted under this name.
    pub(super) fn noted(&self, name: &str) -> Option<String> {
        locked(&self.notes).get(name).cloned()
    }

    /// Notes a text under this name.
    pub(super) fn note(&self, name: &str, text: &str) {
        locked(&self.notes).insert(name.to_owned(), text.to_owned());
    }
}

/// The content of a mutex. A panic while it was held has been reported by its own thread, and
/// nothing here can be left half-changed.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
