//! Why a run ends before its last case, and how it is told to.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::fixture::PreflightError;

use super::event::StopKind;
use super::limits::STOP_GRACE;

/// Why a run ends before its last case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StopReason {
    /// The preflight failed: nothing was judged.
    Preflight(PreflightError),
    /// A person or the system asked for it.
    Interrupted(&'static str),
    /// `--max-time` is over.
    OutOfTime(Duration),
    /// The target can no longer be connected to.
    TargetLost,
    /// The target takes connections, but no longer answers.
    Unanswering,
    /// A sentinel died while several scripts ran: nobody knows of which.
    SentinelDied {
        /// Whether the authorised credential is refused, too: then either everything was revoked,
        /// or good credentials are locked out.
        all_refused: bool,
        /// What ran since the sentinel was last seen alive.
        suspects: Vec<String>,
    },
    /// A sentinel died before the first request of the one script that ran, and after the last of
    /// all others.
    KeysLost,
    /// A sentinel died of the one script that ran: its case says so.
    Collateral {
        /// The script.
        script: String,
    },
}

impl StopReason {
    /// What the exit code knows of it.
    #[must_use]
    pub fn kind(&self) -> StopKind {
        match self {
            Self::Preflight(_) => StopKind::Preflight,
            Self::SentinelDied { .. } | Self::KeysLost => StopKind::SentinelDied,
            Self::Collateral { .. } => StopKind::Collateral,
            Self::Interrupted(_) | Self::OutOfTime(_) | Self::TargetLost | Self::Unanswering => {
                StopKind::Cut
            }
        }
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Preflight(error) => error.fmt(formatter),
            Self::Interrupted(signal) => write!(formatter, "the run was interrupted ({signal})"),
            Self::OutOfTime(limit) => {
                write!(
                    formatter,
                    "the run was out of time (--max-time {} s)",
                    limit.as_secs_f64()
                )
            }
            Self::TargetLost => formatter.write_str("the target can no longer be connected to"),
            Self::Unanswering => formatter.write_str("the target does not answer the operation"),
            Self::SentinelDied {
                all_refused: true, ..
            } => formatter.write_str(
                "safety stop: a key that no request addressed is refused (the sentinel), and so is \
                 the admin's own: either every key was revoked, or the target locks good keys out",
            ),
            Self::SentinelDied { .. } => formatter
                .write_str("safety stop: a key that no request addressed died (the sentinel)"),
            Self::KeysLost => formatter.write_str(
                "safety stop: keys died while no request of the run addressed any (the sentinel, \
                 too): the target lost them, as one does that restarts and keeps them in memory, \
                 or somebody else revoked them",
            ),
            Self::Collateral { script } => write!(
                formatter,
                "stopped to do no more harm: `{script}` revoked a key that it did not address"
            ),
        }
    }
}

/// Tells a run to stop: nothing new begins, what is in flight ends, what was made is taken away.
#[derive(Debug, Clone, Default)]
pub struct Stopper {
    reason: Arc<Mutex<Option<StopReason>>>,
    stopped: Arc<Notify>,
    deadline: Arc<Mutex<Option<(Instant, Duration)>>>,
}

impl Stopper {
    /// Stops the run; the first reason stands.
    pub fn stop(&self, reason: StopReason) {
        self.reason
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert(reason);
        self.stopped.notify_waiters();
    }

    /// Stops the run when the time is over.
    pub fn after(&self, limit: Duration) {
        let mut deadline = self.deadline.lock().unwrap_or_else(PoisonError::into_inner);
        *deadline = Some((Instant::now() + limit, limit));
    }

    /// Ends when the run was told to stop and what was in flight had its time to end.
    pub async fn grace_over(&self) {
        loop {
            let stopped = self.stopped.notified();
            let deadline = *self.deadline.lock().unwrap_or_else(PoisonError::into_inner);
            if self.reason().is_some() {
                break;
            }
            match deadline {
                Some((at, _)) => tokio::select! {
                    () = stopped => {}
                    () = tokio::time::sleep_until(at) => {}
                },
                None => stopped.await,
            }
        }
        tokio::time::sleep(STOP_GRACE).await;
    }

    /// Why the run is to stop, if it is.
    #[must_use]
    pub fn reason(&self) -> Option<StopReason> {
        let deadline = *self.deadline.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, limit)) = deadline
            && Instant::now() >= at
        {
            self.stop(StopReason::OutOfTime(limit));
        }
        self.reason
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Stops the run on SIGINT or SIGTERM. A second signal ends the program at once, since then a
/// person does not want to wait for clean-up.
pub fn stop_on_signals(stopper: Stopper) {
    tokio::spawn(async move {
        signalled(&stopper).await;
        signalled(&Stopper::default()).await;
        std::process::exit(INTERRUPTED_TWICE);
    });
}

/// The exit code after a second signal: the run is incomplete.
const INTERRUPTED_TWICE: i32 = 3;

/// Waits for SIGINT or SIGTERM and stops the run for it.
pub async fn signalled(stopper: &Stopper) {
    let name = next_signal().await;
    stopper.stop(StopReason::Interrupted(name));
}

#[cfg(unix)]
async fn next_signal() -> &'static str {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return "SIGINT";
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => "SIGINT",
        _ = terminate.recv() => "SIGTERM",
    }
}

#[cfg(not(unix))]
async fn next_signal() -> &'static str {
    let _ = tokio::signal::ctrl_c().await;
    "SIGINT"
}
