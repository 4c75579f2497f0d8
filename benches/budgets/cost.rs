//! What a process costs: its CPU time and the most memory that it held, as the system counted.

use std::ffi::OsStr;
use std::io::Read as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{Usage, UsageWho, getrusage};
use serde::{Deserialize, Serialize};

use super::{Failure, role};

/// What a process cost.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Cost {
    /// User and system time, in seconds.
    pub cpu_s: f64,
    /// From its start to its end, in seconds.
    pub wall_s: f64,
    /// The most memory that was resident, in MiB.
    pub peak_mib: f64,
    /// Its exit code.
    pub code: i32,
}

/// The role that watches one process: what the system counts of it is then nobody else's.
pub const WATCH: &str = "watch";

/// Runs a command and tells what it cost.
///
/// # Errors
/// Where it cannot be run, or does not end as expected.
pub fn of(command: &[&OsStr], environment: &[(String, String)]) -> Result<Cost, Failure> {
    let mut watch = Command::new(std::env::current_exe()?);
    watch.args([role::ROLE, WATCH]).args(command);
    watch.envs(environment.iter().map(|(name, value)| (name, value)));
    let output = watch.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("failed to watch {command:?}").into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// The least that a command cost in so many runs: what disturbs a run only makes it dearer.
///
/// # Errors
/// Where it cannot be run, or does not end with 0.
pub fn least(runs: u32, command: &[&OsStr]) -> Result<Cost, Failure> {
    let mut least: Option<Cost> = None;
    for _ in 0..runs {
        let cost = of(command, &[])?;
        if cost.code != 0 {
            return Err(format!("{command:?} ended with {}", cost.code).into());
        }
        least = Some(least.map_or(cost, |least| least.min(cost)));
    }
    least.ok_or_else(|| "nothing was run".into())
}

impl Cost {
    /// The lesser of each.
    pub fn min(self, other: Self) -> Self {
        Self {
            cpu_s: self.cpu_s.min(other.cpu_s),
            wall_s: self.wall_s.min(other.wall_s),
            peak_mib: self.peak_mib.min(other.peak_mib),
            code: self.code.max(other.code),
        }
    }
}

/// Plays the watcher: runs the command and prints what it cost.
///
/// # Errors
/// Where the command cannot be run.
pub fn watch(arguments: &[String]) -> Result<(), Failure> {
    let (program, arguments) = arguments.split_first().ok_or("nothing to watch")?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null());
    command.stdout(Stdio::piped());
    let start = Instant::now();
    let mut child = command.spawn()?;
    // Read, as a terminal would; what it says is not wanted.
    let mut said = Vec::new();
    if let Some(mut out) = child.stdout.take() {
        out.read_to_end(&mut said)?;
    }
    let status = child.wait()?;
    let wall = start.elapsed();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let cost = Cost {
        cpu_s: cpu(&usage).as_secs_f64(),
        wall_s: wall.as_secs_f64(),
        peak_mib: peak_mib(&usage),
        code: status.code().unwrap_or(-1),
    };
    println!("{}", serde_json::to_string(&cost)?);
    Ok(())
}

/// The CPU time of this process so far.
///
/// # Errors
/// Where the system does not tell.
pub fn own_cpu() -> Result<Duration, Failure> {
    Ok(cpu(&getrusage(UsageWho::RUSAGE_SELF)?))
}

fn cpu(usage: &Usage) -> Duration {
    let of = |time: nix::sys::time::TimeVal| {
        let microseconds = time.tv_sec() * 1_000_000 + time.tv_usec();
        Duration::from_micros(u64::try_from(microseconds).unwrap_or_default())
    };
    of(usage.user_time()) + of(usage.system_time())
}

/// Linux counts it in KiB.
#[expect(clippy::cast_precision_loss, reason = "a peak is far below 2^53 KiB")]
fn peak_mib(usage: &Usage) -> f64 {
    usage.max_rss() as f64 / 1024.0
}
