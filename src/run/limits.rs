//! The bounds of a run, each with its unit and its reason.

use std::time::Duration;

/// The most bytes of one direction of an exchange that the event log keeps.
///
/// Evidence is in the first lines; a hostile target must not fill the disk.
pub const WIRE_BYTES_MAX: usize = 64 * 1024;

/// The most bytes of the answer to a look that the event log keeps.
///
/// A run looks some thousand times, and the documented answer has some hundred bytes: a target that
/// answers each with 100 KB would fill the room for what cases judge.
pub const LOOK_BYTES_MAX: usize = 4 * 1024;

/// The most bytes of text that the event log keeps of all exchanges before it keeps of each only
/// [`WIRE_BYTES_LEAST`].
///
/// All exchanges of a whole run take some two MiB; every report holds them in memory.
pub const EVIDENCE_BYTES_MAX: usize = 12 * 1024 * 1024;

/// The bytes of one direction that the event log keeps however full it is: a head and the first
/// lines.
pub const WIRE_BYTES_LEAST: usize = 1024;

/// The raw bytes of one direction that are kept beside what the log keeps, until all is redacted:
/// room for the longest secret, so that none is cut before it is found.
pub const SECRET_ROOM: usize = 16 * 1024;

/// The most raw bytes of one direction that are kept until they are redacted.
pub const RAW_BYTES_KEPT: usize = WIRE_BYTES_MAX + SECRET_ROOM;

/// The pause between two looks at an instance that should be dead soon.
///
/// Short enough to measure a latency of a cache, long enough not to be load.
pub const LOOK_PAUSE: Duration = Duration::from_millis(50);

/// How often a credential in use is used again by each user after its instance's revocation.
pub const USES_AFTER: u32 = 6;

/// How often a credential in use is used at most by each user.
///
/// A request takes some ten uses; one that takes hundreds is watched at longer intervals.
pub const USES_MAX: u32 = 200;

/// How many dead instances are waited for until `--linger` is over for them.
///
/// The first ones died early in the run, so that the wait is short; a few are enough, since what
/// brings one back brings others back.
pub const DEAD_AWAITED: usize = 4;

/// How many dead instances are looked at again.
pub const DEAD_LOOKED_AT_MAX: usize = 32;

/// How many successes without an effect end the last script: a few prove it, and each may have been
/// waited for.
pub const LIES_MAX: usize = 3;

/// How often a script is tried when it gets no answer: once more, on fresh instances.
pub const TRIES_WITHOUT_ANSWER: u32 = 2;

/// How often a lease is renewed because an instance in it turned out to be dead already.
///
/// One may have died of an earlier case's late effect; many mean that the target loses keys.
pub const DEAD_LEASES_MAX: usize = 4;

/// How often a lease is renewed because what can be misread from its id came into use meanwhile.
///
/// Others begin and end all the time; each renewal asks for an id that is fit at that time.
pub const CLAIMS_MAX: usize = 4;

/// How long the run waits for requests in flight after it was told to stop.
///
/// Longer than a healthy exchange takes; a person who pressed Ctrl-C waits for it.
pub const STOP_GRACE: Duration = Duration::from_secs(10);

/// How many scripts in a row may go without an answer, twice each, until the target counts as lost.
///
/// Each may take two timeouts; a target that is silent so often answers nothing else either.
pub const UNANSWERED_MAX: u32 = 4;

/// How many instances that nobody has are watched around a script that could hit any.
///
/// Each costs two looks; look-ups that go astray hit the first or the last row.
pub const BYSTANDERS_WATCHED: usize = 4;
