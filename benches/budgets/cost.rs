//! What a process costs: its CPU time and the most memory that it held, as Linux counts them.

use std::ffi::OsStr;
use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::Failure;

/// How often a process is looked at. What it takes in its last moment is not seen.
const LOOK_EACH: Duration = Duration::from_micros(500);

/// How long a process may take: many times what the slowest here takes.
const PROCESS_MAX: Duration = Duration::from_secs(300);

/// What Linux counts the CPU time of processes in, in seconds; the same on all machines.
const TICK_S: f64 = 0.01;

/// What a process cost.
#[derive(Debug, Clone, Copy)]
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

/// Runs a command and tells what it cost.
///
/// # Errors
/// Where it cannot be run, or does not end.
pub fn of(command: &[&OsStr], environment: &[(String, String)]) -> Result<Cost, Failure> {
    let (program, arguments) = command.split_first().ok_or("nothing to run")?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null());
    command.stdout(Stdio::null());
    command.envs(environment.iter().map(|(name, value)| (name, value)));
    let start = Instant::now();
    let mut child = command.spawn()?;
    let mut peak_mib = 0.0_f64;
    // What has ended stays to be looked at until it is waited for.
    let cpu_s = loop {
        let (state, cpu_s) = times(child.id())?;
        if state == 'Z' {
            break cpu_s;
        }
        if let Some(seen) = peak(child.id()) {
            peak_mib = seen;
        }
        if start.elapsed() > PROCESS_MAX {
            child.kill()?;
            return Err(format!("{program:?} does not end").into());
        }
        thread::sleep(LOOK_EACH);
    };
    let wall_s = start.elapsed().as_secs_f64();
    Ok(Cost {
        cpu_s,
        wall_s,
        peak_mib,
        code: child.wait()?.code().unwrap_or(-1),
    })
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
    /// The lesser of each; of the memory the greater, since a look may miss some.
    pub fn min(self, other: Self) -> Self {
        Self {
            cpu_s: self.cpu_s.min(other.cpu_s),
            wall_s: self.wall_s.min(other.wall_s),
            peak_mib: self.peak_mib.max(other.peak_mib),
            code: self.code.max(other.code),
        }
    }
}

/// The state of a process, and its user and system time in seconds, all its threads together.
fn times(process: u32) -> Result<(char, f64), Failure> {
    let text = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name before may hold anything but this.
    let (_, facts) = text.rsplit_once(')').ok_or("no facts of the process")?;
    let facts: Vec<&str> = facts.split_whitespace().collect();
    let [state, _, _, _, _, _, _, _, _, _, _, user, system, ..] = facts.as_slice() else {
        return Err("too few facts of the process".into());
    };
    let ticks: f64 = user.parse::<f64>()? + system.parse::<f64>()?;
    // Whatever runs takes some time, if less than can be told.
    let cpu_s = ticks.max(1.0) * TICK_S;
    Ok((state.chars().next().unwrap_or_default(), cpu_s))
}

/// The most memory that a process held so far, in MiB.
fn peak(process: u32) -> Option<f64> {
    let text = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024.0)
}

/// The CPU time of this process's threads so far, those that have ended left out, in seconds.
///
/// # Errors
/// Where the system does not tell.
pub fn own_cpu_s() -> Result<f64, Failure> {
    let mut nanoseconds = 0.0;
    for thread in fs::read_dir("/proc/self/task")? {
        let text = fs::read_to_string(thread?.path().join("schedstat"))?;
        let running = text.split_whitespace().next().ok_or("no time is told")?;
        nanoseconds += running.parse::<f64>()?;
    }
    Ok(nanoseconds / 1e9)
}
