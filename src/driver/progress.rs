//! Progress for a person who watches: a line on standard error while a verdict is awaited.
//!
//! libtest's line of a case begins before its verdict is there. The thread that printed the
//! beginning waits for the verdict and draws here meanwhile, behind the cursor, and takes it away
//! before it prints on. So nothing is ever mixed into a line, and none of it is on standard output.

use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How long a verdict may be awaited before progress is shown, and how often it is renewed, in
/// milliseconds: slower than the eye tires of, faster than patience ends.
pub(super) const PERIOD_MS: u64 = 200;

/// The least room that is worth drawing into, in columns: two numbers and what they mean.
const ROOM_MIN: usize = 16;

/// The terminal of a person who watches standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watched {
    /// How wide it is, in columns.
    pub width: usize,
    /// Whether libtest's lines go to the same screen.
    pub same_screen: bool,
}

/// How far the run is.
#[derive(Debug)]
pub(super) struct Progress {
    watched: Watched,
    /// Where libtest's unfinished line ends, in columns.
    column: usize,
    total: usize,
    done: AtomicUsize,
    failed: AtomicUsize,
    since: Instant,
}

impl Progress {
    /// Nothing of `total` cases is done; unfinished lines end at `column`.
    pub(super) fn new(watched: Watched, total: usize, column: usize) -> Self {
        Self {
            watched,
            column,
            total,
            done: AtomicUsize::new(0),
            failed: AtomicUsize::new(0),
            since: Instant::now(),
        }
    }

    /// A case has its verdict.
    pub(super) fn count(&self, failed: bool) {
        self.done.fetch_add(1, Ordering::Relaxed);
        self.failed
            .fetch_add(usize::from(failed), Ordering::Relaxed);
    }

    /// Shows how far the run is; false where there is no room.
    pub(super) fn draw(&self) -> bool {
        let behind = if self.watched.same_screen {
            self.column % self.watched.width.max(1)
        } else {
            0
        };
        // The last column is left free: a terminal may break the line there.
        let room = self.watched.width.saturating_sub(behind + 1);
        if room < ROOM_MIN {
            return false;
        }
        let line = self.line(self.since.elapsed(), room);
        // Save the cursor, draw, clear what is left of an older line, go back.
        Self::put(&format!("\u{1b}7{line}\u{1b}[K\u{1b}8"));
        true
    }

    /// Takes away what was drawn.
    pub(super) fn erase(&self) {
        Self::put("\u{1b}[K");
    }

    fn put(text: &str) {
        let mut out = io::stderr().lock();
        // Nobody is left to watch, then.
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }

    /// `45 of 193 done, 2 failed, 60/s, 3 s left`, the last words left out where they do not fit.
    fn line(&self, elapsed: Duration, room: usize) -> String {
        let done = self.done.load(Ordering::Relaxed);
        let failed = self.failed.load(Ordering::Relaxed);
        let mut line = format!("{done} of {} done", self.total);
        let mut words = Vec::new();
        if failed > 0 {
            words.push(format!("{failed} failed"));
        }
        let elapsed_ms = elapsed.as_millis().max(1);
        if done > 0 {
            words.push(format!("{}/s", (done as u128 * 1000).div_ceil(elapsed_ms)));
            let left = self.total.saturating_sub(done) as u128;
            words.push(left_words(left * elapsed_ms / done as u128));
        }
        for word in words {
            if line.chars().count() + word.chars().count() + 2 > room {
                break;
            }
            line.push_str(", ");
            line.push_str(&word);
        }
        line.chars().take(room).collect()
    }
}

fn left_words(left_ms: u128) -> String {
    let seconds = left_ms.div_ceil(1000);
    if seconds < 100 {
        format!("{seconds} s left")
    } else {
        format!("{} min left", seconds.div_ceil(60))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(done: usize, failed: usize, elapsed_ms: u64, room: usize) -> String {
        let watched = Watched {
            width: 80,
            same_screen: true,
        };
        let progress = Progress::new(watched, 193, 40);
        for place in 0..done {
            progress.count(place < failed);
        }
        progress.line(Duration::from_millis(elapsed_ms), room)
    }

    #[test]
    fn it_says_what_is_done_what_failed_how_fast_and_how_long_yet() {
        assert_eq!(
            line(45, 2, 1000, 80),
            "45 of 193 done, 2 failed, 45/s, 4 s left"
        );
        assert_eq!(line(0, 0, 1000, 80), "0 of 193 done");
        assert_eq!(
            line(1, 0, 60_000, 80),
            "1 of 193 done, 1/s, 192 min left",
            "a slow target"
        );
    }

    #[test]
    fn it_never_takes_more_room_than_there_is() {
        for room in ROOM_MIN..60 {
            assert!(line(45, 2, 1000, room).chars().count() <= room, "{room}");
        }
        assert_eq!(line(45, 2, 1000, 26), "45 of 193 done, 2 failed");
    }
}
