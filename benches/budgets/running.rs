//! What it costs to run: the real program against a bare client that sends the same requests.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Failure;
use super::bare::{self, Replayed};
use super::budget::{Budget, Scale, Side};
use super::cost::{self, Cost};
use super::reading::PROBITY;
use super::recorder::{Asks, Recorder};
use super::role;
use super::target::{Reach, Target};

/// How many exchanges are in flight where throughput is measured.
const IN_FLIGHT: u32 = 32;

/// What runs where throughput is measured: many cases that wait for nothing and run at once.
const CROWD: [&str; 4] = [
    "credential-elsewhere",
    "hostile-credential",
    "placeholder-credential",
    "trusted-field",
];

/// How many times more rounds there are where growth is measured.
const MORE: u32 = 4;

/// The budgets of running.
///
/// # Errors
/// Where something cannot be run.
pub fn budgets(scale: Scale, wanted: &[&str]) -> Result<Vec<Budget>, Failure> {
    let names = ["client CPU per case", "throughput", "growth with the cases"];
    let mut budgets = Vec::new();
    for name in names {
        if !wanted.is_empty() && !wanted.iter().any(|word| name.contains(word)) {
            continue;
        }
        budgets.push(match name {
            "client CPU per case" => cpu(scale, name)?,
            "throughput" => throughput(scale)?,
            _ => growth(scale, name)?,
        });
    }
    Ok(budgets)
}

/// What is run against a tenant.
struct Scene {
    folder: tempfile::TempDir,
    arguments: Vec<String>,
    in_flight: u32,
}

impl Scene {
    fn of(arguments: &[&str], in_flight: u32) -> Result<Self, Failure> {
        Ok(Self {
            folder: tempfile::tempdir()?,
            arguments: arguments.iter().map(|word| (*word).to_owned()).collect(),
            in_flight,
        })
    }

    /// Runs the program and tells what it cost; it must end with 0.
    fn run(&self, reach: &Reach) -> Result<Cost, Failure> {
        let config = self.folder.path().join("probity.yaml");
        std::fs::write(&config, &reach.config)?;
        let mut command: Vec<&OsStr> = [PROBITY, "run", "--config"].map(OsStr::new).into();
        command.push(config.as_ref());
        command.extend(self.arguments.iter().map(OsStr::new));
        let cost = cost::of(&command, &reach.environment)?;
        if cost.code == 0 {
            return Ok(cost);
        }
        let code = cost.code;
        Err(format!("the run with {:?} ended with {code}", self.arguments).into())
    }

    /// Runs the program once and writes down what it asks: the file, and how many requests.
    fn record(&self) -> Result<(PathBuf, usize), Failure> {
        let target = Target::start()?;
        let recorder = Recorder::start(target.reach.port)?;
        self.run(&target.reach.by_way_of(recorder.port))?;
        let asked: Vec<Asks> = recorder.stop()?;
        let file = self.folder.path().join("recorded.json");
        std::fs::write(&file, serde_json::to_vec(&asked)?)?;
        Ok((file, asked.iter().map(Vec::len).sum()))
    }

    /// Sends what was recorded by the bare client.
    fn replay(&self, recorded: &Path) -> Result<Replayed, Failure> {
        let target = Target::start()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args([role::ROLE, bare::REPLAY]).arg(recorded);
        command.args([target.reach.port.to_string(), self.in_flight.to_string()]);
        Ok(serde_json::from_slice(&command.output()?.stdout)?)
    }

    /// The least that the program and the bare client cost, in turns: whatever else the machine
    /// does disturbs both alike.
    fn both(&self, rounds: u32) -> Result<(Cost, Replayed), Failure> {
        let (recorded, requests) = self.record()?;
        let mut least: Option<(Cost, Replayed)> = None;
        for _ in 0..rounds {
            let target = Target::start()?;
            let cost = self.run(&target.reach)?;
            drop(target);
            let replayed = self.replay(&recorded)?;
            if replayed.requests != requests || replayed.unanswered * 100 > requests {
                let unlike = format!("{requests} requests were recorded, and then {replayed:?}");
                return Err(unlike.into());
            }
            least = Some(match least {
                None => (cost, replayed),
                Some((other, bare)) => (cost.min(other), bare.min(replayed)),
            });
        }
        least.ok_or_else(|| "nothing was run".into())
    }
}

impl Replayed {
    fn min(self, other: Self) -> Self {
        Self {
            cpu_s: self.cpu_s.min(other.cpu_s),
            wall_s: self.wall_s.min(other.wall_s),
            ..self
        }
    }
}

/// The whole suite: what the program costs beyond its requests, its own start included.
fn cpu(scale: Scale, name: &str) -> Result<Budget, Failure> {
    let arguments: &[&str] = scale.choose(&[], &["valid-request"]);
    let (cost, bare) = Scene::of(arguments, 1)?.both(scale.choose(7, 1))?;
    let from = format!(
        "{:.0} ms against {:.0} ms, {} requests, {} by hyper",
        cost.cpu_s * 1e3,
        bare.cpu_s * 1e3,
        bare.requests,
        bare.by_hyper
    );
    let ratio = cost.cpu_s / bare.cpu_s;
    Ok(Budget::new(name, (Side::AtMost, 1.5), ratio, "x").made_from(from))
}

fn throughput(scale: Scale) -> Result<Budget, Failure> {
    let (threads, rounds) = (IN_FLIGHT.to_string(), scale.choose("40", "1"));
    let flags = ["--test-threads", &threads, "--repeat", rounds];
    let scene = Scene::of(&[&CROWD[..], &flags].concat(), IN_FLIGHT)?;
    let (cost, bare) = scene.both(scale.choose(5, 1))?;
    let from = format!(
        "{:.0} a second against {:.0}, {} requests",
        per_second(bare.requests, cost.wall_s),
        per_second(bare.requests, bare.wall_s),
        bare.requests
    );
    let name = format!("throughput at {IN_FLIGHT} in flight");
    let ratio = bare.wall_s / cost.wall_s;
    Ok(Budget::new(&name, (Side::AtLeast, 0.7), ratio, "x").made_from(from))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a count of requests is far below 2^53"
)]
fn per_second(count: usize, seconds: f64) -> f64 {
    count as f64 / seconds
}

/// The same cases in more rounds, each with keys and secrets of its own: the time must grow as
/// they do.
fn growth(scale: Scale, name: &str) -> Result<Budget, Failure> {
    let few = scale.choose(10, 1);
    let mut costs = Vec::new();
    for rounds in [few, few * MORE] {
        let rounds = rounds.to_string();
        let scene = Scene::of(&[&CROWD[..], &["--repeat", &rounds]].concat(), 1)?;
        let mut least: Option<Cost> = None;
        for _ in 0..scale.choose(5, 1) {
            let target = Target::start()?;
            let cost = scene.run(&target.reach)?;
            least = Some(least.map_or(cost, |least| least.min(cost)));
        }
        costs.push(least.ok_or("nothing was run")?.cpu_s);
    }
    let [smaller, larger] = costs.as_slice() else {
        return Err("two runs are measured".into());
    };
    let from = format!("{:.1}x the time for {MORE}x the rounds", larger / smaller);
    let ratio = larger / smaller / f64::from(MORE);
    Ok(Budget::new(name, (Side::AtMost, 1.25), ratio, "x").made_from(from))
}
