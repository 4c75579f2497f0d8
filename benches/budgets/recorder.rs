//! Stands between a client and a target and writes down what each connection asks.
//!
//! It is there for one run, whose costs are not measured; then the same can be asked again.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use serde::{Deserialize, Serialize};

use super::Failure;

/// How much is passed on at once, in bytes.
const PASSED_BYTES: usize = 16 * 1024;

/// A request as it went over the wire.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether anything was answered.
    pub answered: bool,
}

/// The requests of one connection, in order.
pub type Asks = Vec<Asked>;

type Recorded = Arc<Mutex<Vec<Asks>>>;

/// A recorder of everything that is asked of one port.
pub struct Recorder {
    /// Where it listens, on loopback.
    pub port: u16,
    recorded: Recorded,
    ended: Arc<AtomicBool>,
    accepting: JoinHandle<()>,
}

impl Recorder {
    /// Starts one before the target on this port.
    ///
    /// # Errors
    /// Where no port is free.
    pub fn start(target: u16) -> Result<Self, Failure> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let (recorded, ended) = (Recorded::default(), Arc::new(AtomicBool::new(false)));
        let (into, until) = (Arc::clone(&recorded), Arc::clone(&ended));
        let accepting = thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if until.load(Ordering::SeqCst) {
                    break;
                }
                let number = note(&into, |all| {
                    all.push(Asks::new());
                    all.len() - 1
                });
                let into = Arc::clone(&into);
                thread::spawn(move || pass(client, target, number, &into));
            }
        });
        Ok(Self {
            port,
            recorded,
            ended,
            accepting,
        })
    }

    /// What was asked, a list of requests a connection, in the order of the connections.
    ///
    /// # Errors
    /// Where the recorder died.
    pub fn stop(self) -> Result<Vec<Asks>, Failure> {
        self.ended.store(true, Ordering::SeqCst);
        drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?);
        self.accepting.join().map_err(|_| "the recorder died")?;
        Ok(note(&self.recorded, std::mem::take))
    }
}

fn note<T>(recorded: &Recorded, change: impl FnOnce(&mut Vec<Asks>) -> T) -> T {
    let mut all: MutexGuard<'_, Vec<Asks>> =
        recorded.lock().unwrap_or_else(PoisonError::into_inner);
    change(&mut all)
}

/// Passes on what one connection says, both ways, until both sides have ended.
fn pass(client: TcpStream, target: u16, number: usize, into: &Recorded) {
    let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, target)) else {
        return;
    };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (Ok(client_too), Ok(server_too)) = (client.try_clone(), server.try_clone()) else {
        return;
    };
    let answers = Arc::clone(into);
    let back = thread::spawn(move || {
        copy(server_too, client_too, |_| {
            let answered = |asks: &mut Asks| {
                if let Some(last) = asks.last_mut() {
                    last.answered = true;
                }
            };
            note(&answers, |all| all.get_mut(number).map(answered));
        });
    });
    copy(client, server, |bytes| {
        let asked = |asks: &mut Asks| match asks.last_mut() {
            // What comes after an answer is another request.
            Some(last) if !last.answered => last.bytes.extend_from_slice(bytes),
            _ => asks.push(Asked {
                bytes: bytes.to_vec(),
                answered: false,
            }),
        };
        note(into, |all| all.get_mut(number).map(asked));
    });
    let _ = back.join();
}

fn copy(mut from: TcpStream, mut to: TcpStream, mut seen: impl FnMut(&[u8])) {
    let mut buffer = vec![0; PASSED_BYTES];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        let bytes = buffer.get(..length).unwrap_or_default();
        seen(bytes);
        if to.write_all(bytes).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
