//! The real binary against tenants of our own: what a user and a CI gate see of it.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "the whole file is tests; clippy.toml exempts only functions marked as such"
)]

mod agreement;
mod compare;
mod exits;
mod harm;
mod hostile;
mod readme;
mod reports;
mod reproduce;
mod rounds;
mod secrecy;
mod sends_nothing;
mod signals;
mod tls;
mod wrong_inputs;

use std::fs;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use probity::tenant::{Defect, Fixtures, KeyState, KeyStatus, LoggedRequest, Odd};
use probity::tenant::{Tenant, TenantSettings};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The longest that the binary may take here. A run takes a second; whatever needs so much longer
/// hangs, and must not hang the tests too.
const PATIENCE: Duration = Duration::from_secs(120);

/// A tenant that serves while this lives.
pub struct Served {
    /// Serves in the background.
    _runtime: Runtime,
    tenant: Tenant,
}

impl Served {
    /// One that conforms.
    pub fn conforming() -> Self {
        Self::with(&[], &[])
    }

    /// One with defects and odd behaviours, by name.
    pub fn with(defects: &[&str], odd: &[&str]) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let defects = defects
            .iter()
            .map(|name| Defect::named(name).expect("a defect"));
        let odd = odd
            .iter()
            .map(|name| Odd::named(name).expect("an odd variant"));
        let settings = TenantSettings {
            defects: defects.collect(),
            odd: odd.collect(),
            ..TenantSettings::default()
        };
        let tenant = runtime.block_on(Tenant::start(settings)).expect("a tenant");
        Self {
            _runtime: runtime,
            tenant,
        }
    }

    pub fn fixtures(&self) -> Fixtures {
        self.tenant.fixtures()
    }

    pub fn log(&self) -> Vec<LoggedRequest> {
        self.tenant.log()
    }

    pub fn keys(&self) -> Vec<KeyState> {
        self.tenant.keys()
    }

    /// The ids of all keys that open something now.
    pub fn living(&self) -> Vec<i64> {
        let living = self.keys().into_iter();
        let living = living.filter(|key| key.status == KeyStatus::Active);
        living.map(|key| key.id).collect()
    }

    /// A folder with a `probity.yaml` for it, and a command in it that knows the variables.
    pub fn probity(&self, arguments: &[&str]) -> Probity {
        let mut probity = Probity::new(arguments);
        let fixtures = self.fixtures();
        let mut config = fixtures.to_config();
        if let Some(pem) = &fixtures.root_pem {
            probity.write("ca.pem", pem);
            config.push_str("ca_file: ca.pem\n");
        }
        probity.write("probity.yaml", &config);
        for (name, value) in self.fixtures().environment() {
            probity.command.env(name, value);
        }
        probity
    }
}

/// The binary, about to run in a folder of its own.
pub struct Probity {
    pub folder: TempDir,
    pub command: Command,
}

/// What a run came to.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Probity {
    /// In an empty folder, with nothing of ours in the environment.
    pub fn new(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PROBITY_") {
                command.env_remove(name);
            }
        }
        command
            .args(arguments)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Self { folder, command }
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn without_env(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Writes a file into the folder.
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).expect("a file");
    }

    pub fn with_file(self, name: &str, text: &str) -> Self {
        self.write(name, text);
        self
    }

    /// What a file in the folder holds.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).expect("a file that was written")
    }

    pub fn spawn(&mut self) -> Child {
        self.command.spawn().expect("the binary")
    }

    pub fn run(&mut self) -> Ran {
        wait(self.spawn())
    }
}

/// Reads everything that a child says, until it ends.
pub fn wait(mut child: Child) -> Ran {
    let out = reading(child.stdout.take());
    let err = reading(child.stderr.take());
    let text = |from: &mpsc::Receiver<String>| from.recv_timeout(PATIENCE).ok();
    let (Some(out), Some(err)) = (text(&out), text(&err)) else {
        child.kill().expect("a child that hangs");
        panic!("the binary hangs");
    };
    let status = child.wait().expect("an end");
    let code = status
        .code()
        .unwrap_or_else(|| panic!("ended by a signal: {status}"));
    Ran { code, out, err }
}

fn reading(stream: Option<impl Read + Send + 'static>) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            stream.read_to_end(&mut bytes).expect("what it says");
        }
        // Whoever has given up does not listen.
        let _ = sender.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    receiver
}

/// Runs the binary, and asserts its exit code.
#[track_caller]
pub fn check_exit(probity: &mut Probity, code: i32) -> Ran {
    let ran = probity.run();
    assert_eq!(ran.code, code, "\n{}\n{}", ran.out, ran.err);
    ran
}

/// Asserts that a text says something.
#[track_caller]
pub fn check_says(text: &str, what: &str) {
    assert!(text.contains(what), "`{what}` is not said in:\n{text}");
}

/// The verdicts by case, as libtest's lines tell them.
pub fn verdicts(out: &str) -> Vec<(String, String)> {
    out.lines()
        .filter_map(|line| line.strip_prefix("test "))
        .filter_map(|line| line.split_once(" ... "))
        .map(|(id, verdict)| (id.trim().to_owned(), verdict.to_owned()))
        .collect()
}
