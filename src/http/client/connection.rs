//! One exchange on one connection: writes and reads at once, within the bounds.

use std::future::{Future as _, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWrite as _};
use tokio::time::{Instant, timeout_at};

use super::dial::Stream;
use super::reader::{Reader, RequestFacts};
use super::{ClientSettings, Connection, content, encode, head};
use crate::http::message::{ConnectionFacts, Exchange, Fault, FramingViolation, Phase, Request};

/// How much is read at once, in bytes; most responses fit.
const READ_BYTES: usize = 8 * 1024;
/// Most bytes after the end of a message that are kept as evidence.
const STRAY_BYTES_MAX: usize = 64 * 1024;
/// How many quiet waits a connection gets to become quiet.
const QUIET_WAITS_MAX: u32 = 10;

impl Connection {
    /// Sends a request and reads all that comes of it; a fault is in the outcome.
    pub async fn exchange(&mut self, request: &Request) -> Exchange {
        let reused = self.exchanges > 0;
        let mut exchange = Exchange::new(request.clone(), Err(Fault::ClosedBeforeResponse));
        exchange.origin = Some(Arc::clone(&self.shared.origin));
        exchange.tls = self.tls.clone();
        if !reused {
            exchange.timing.connect = Some(self.connect_time);
            exchange.timing.tls = self.tls_time;
        }
        if let Some(detail) = self.why_unusable().await {
            exchange.outcome = Err(Fault::UsedUp { detail });
            exchange.connection = Some(self.facts(reused, self.ended));
            return exchange;
        }
        match encode::encode(request, &self.shared.origin) {
            Ok(bytes) => self.run(bytes, &mut exchange).await,
            Err(fault) => exchange.outcome = Err(fault),
        }
        let closed = self.ended || self.said_close;
        exchange.connection = Some(self.facts(reused, closed));
        exchange
    }

    /// Writes a request fully, then closes without reading. Hands back what was written.
    ///
    /// # Errors
    /// Why it could not be written.
    pub async fn send_and_drop(mut self, request: &Request) -> Result<Vec<u8>, Fault> {
        let bytes = encode::encode(request, &self.shared.origin)?;
        let limit = self.shared.settings.exchange_timeout;
        let mut written = 0;
        let write =
            poll_fn(|context| poll_write_all(&mut self.stream, &bytes, &mut written, context));
        match timeout_at(Instant::now() + limit, write).await {
            Ok(Ok(())) => Ok(bytes),
            Ok(Err(error)) => Err(broken(&error, 0)),
            Err(_) => Err(Fault::Timeout {
                phase: Phase::FirstByte,
                limit,
            }),
        }
    }

    /// Whether another exchange can go over it, by what is known: a silent close of the target
    /// is seen only when the connection is used.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.open
    }

    /// Unique in this process.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Looks at the connection before it is used again.
    async fn why_unusable(&mut self) -> Option<String> {
        if self.open && self.exchanges > 0 {
            let mut unasked = Vec::new();
            match look(&mut self.stream, &mut unasked).await {
                Poll::Pending => {}
                Poll::Ready(Ok(length)) if length > 0 => {
                    self.open = false;
                    return Some(format!("{length} bytes came that no request asked for"));
                }
                Poll::Ready(_) => {
                    self.open = false;
                    self.ended = true;
                }
            }
        }
        (!self.open).then(|| {
            let why = if self.ended {
                "the target closed it"
            } else {
                "it was used up before"
            };
            why.to_owned()
        })
    }

    async fn run(&mut self, bytes: Vec<u8>, exchange: &mut Exchange) {
        // Not usable until the end is reached: this future may be dropped on the way.
        self.open = false;
        self.exchanges = self.exchanges.saturating_add(1);
        let facts = RequestFacts {
            is_head: exchange.request.method == "HEAD",
            asks_upgrade: exchange.request.has_header("upgrade"),
        };
        let settings = &self.shared.settings;
        let mut wire = Wire::new(bytes, Reader::new(facts, settings.response_bytes_max));
        let outcome = wire.transfer(&mut self.stream, settings).await;
        exchange.timing.first_byte = wire.first_byte;
        exchange.timing.whole = outcome.is_ok().then(|| wire.started.elapsed());
        if outcome.is_ok() {
            wire.settle(&mut self.stream, self.quiet_wait).await;
        }
        self.ended = wire.ended;
        let sent_whole = wire.written == wire.bytes.len();
        let mut reader = wire.reader;
        let response = &reader.response;
        self.said_close =
            reader.has_head && !head::keeps_alive(&response.version, &response.headers);
        self.open = outcome.is_ok()
            && sent_whole
            && !self.ended
            && !self.said_close
            && response.status != 101
            && reader.violations.is_empty()
            && !asks_close(&exchange.request);
        exchange.status_of_broken = reader.status.filter(|_| outcome.is_err());
        exchange.outcome = outcome.map(|()| {
            let mut response = std::mem::take(&mut reader.response);
            response.decoded = content::decode(&response, settings.response_bytes_max);
            response
        });
        wire.bytes.truncate(wire.written);
        exchange.sent = wire.bytes;
        exchange.received = reader.received;
        exchange.body_ranges = reader.body_ranges;
        exchange.framing = reader.violations;
        exchange.stray = wire.stray;
    }

    fn facts(&self, reused: bool, closed_by_target: bool) -> ConnectionFacts {
        ConnectionFacts {
            id: self.id,
            reused,
            closed_by_target,
            peer: self.peer,
        }
    }
}

/// Whether a kept connection was dead before a byte came back, so that a safe request may be
/// sent again on another one.
pub(super) fn died_while_kept(exchange: &Exchange) -> bool {
    let reused = exchange
        .connection
        .as_ref()
        .is_some_and(|facts| facts.reused);
    let dead = match &exchange.outcome {
        Ok(_) => false,
        Err(Fault::ClosedBeforeResponse | Fault::Reset { .. } | Fault::Broken { .. }) => true,
        Err(_) => false,
    };
    reused && dead && exchange.received.is_empty()
}

/// What goes over the wire in one exchange.
struct Wire {
    bytes: Vec<u8>,
    written: usize,
    write_error: Option<io::Error>,
    reader: Reader,
    stray: Vec<u8>,
    started: Instant,
    first_byte: Option<Duration>,
    ended: bool,
}

impl Wire {
    fn new(bytes: Vec<u8>, reader: Reader) -> Self {
        Self {
            bytes,
            written: 0,
            write_error: None,
            reader,
            stray: Vec::new(),
            started: Instant::now(),
            first_byte: None,
            ended: false,
        }
    }

    /// Sends the request and reads the response to its end.
    async fn transfer(
        &mut self,
        stream: &mut Stream,
        settings: &ClientSettings,
    ) -> Result<(), Fault> {
        let whole = settings.exchange_timeout;
        while !self.reader.is_done() {
            let waiting = self.reader.received.is_empty();
            let limit = if waiting {
                settings.first_byte_timeout.min(whole)
            } else {
                whole
            };
            let deadline = self.started + limit;
            let timed_out = Fault::Timeout {
                phase: self.reader.phase(),
                limit,
            };
            // A stream that always has bytes ready would never let the timer speak.
            if Instant::now() >= deadline {
                return Err(timed_out);
            }
            match timeout_at(deadline, self.write_and_read(stream)).await {
                Err(_) => return Err(timed_out),
                Ok(Ok(0)) => return self.end(false),
                Ok(Ok(_)) => {
                    if waiting {
                        self.first_byte = Some(self.started.elapsed());
                    }
                    self.reader.advance()?;
                }
                // So rustls reports an end without the closure alert.
                Ok(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    return self.end(true);
                }
                Ok(Err(error)) => {
                    return self.cut(&error);
                }
            }
        }
        Ok(())
    }

    fn end(&mut self, unannounced: bool) -> Result<(), Fault> {
        self.ended = true;
        if unannounced && self.reader.is_until_close() {
            self.reader.note(FramingViolation::UnannouncedTlsEnd);
        }
        match (self.reader.end(), &self.write_error) {
            // The write met the reset, so the read only met the end after it.
            (Err(Fault::ClosedBeforeResponse), Some(error)) => Err(broken(error, 0)),
            (outcome, _) => outcome,
        }
    }

    /// The connection broke. Where only its end was to delimit the body, the answer is there, if
    /// perhaps not all of it: a server that closes with unread bytes of the request left resets.
    fn cut(&mut self, error: &io::Error) -> Result<(), Fault> {
        self.ended = true;
        let fault = broken(error, self.reader.final_bytes());
        if matches!(fault, Fault::Reset { .. }) && self.reader.is_until_close() {
            self.reader.note(FramingViolation::EndByReset);
            return self.reader.end();
        }
        Err(fault)
    }

    /// Writes what can be written, and reads what there is: a server may answer before it has
    /// read the request, or without reading it at all.
    async fn write_and_read(&mut self, stream: &mut Stream) -> io::Result<usize> {
        self.reader.received.reserve(READ_BYTES);
        poll_fn(|context| {
            if self.write_error.is_none() {
                let (bytes, written) = (&self.bytes, &mut self.written);
                if let Poll::Ready(Err(error)) = poll_write_all(stream, bytes, written, context) {
                    // An answer may have come before the write failed.
                    self.write_error = Some(error);
                }
            }
            pin!(stream.read_buf(&mut self.reader.received)).poll(context)
        })
        .await
    }

    /// Collects what comes after the message. After a response without content the connection
    /// has to stay quiet for a while; after others only what is there already is taken.
    async fn settle(&mut self, stream: &mut Stream, quiet_wait: Duration) {
        self.stray = self.reader.take_stray();
        let no_content = self.reader.has_no_content();
        let begun = Instant::now();
        let last = begun + quiet_wait * QUIET_WAITS_MAX;
        while !self.ended && self.stray.len() < STRAY_BYTES_MAX {
            let got = if no_content && Instant::now() < last {
                self.stray.reserve(READ_BYTES);
                let quiet = last.min(Instant::now() + quiet_wait);
                match timeout_at(quiet, stream.read_buf(&mut self.stray)).await {
                    Ok(got) => Poll::Ready(got),
                    Err(_) => Poll::Pending,
                }
            } else if no_content {
                Poll::Pending
            } else {
                look(stream, &mut self.stray).await
            };
            match got {
                Poll::Pending => break,
                Poll::Ready(Ok(length)) if length > 0 => {}
                // A reset after the whole response takes nothing from it.
                Poll::Ready(_) => self.ended = true,
            }
        }
        if self.stray.is_empty() {
            return;
        }
        // A second response is no content of the first.
        let is_content = no_content && !self.stray.starts_with(b"HTTP/");
        self.reader.note(if is_content {
            FramingViolation::ContentAfterNoContent
        } else {
            FramingViolation::StrayBytes
        });
    }
}

/// What there is to read right now.
async fn look(stream: &mut Stream, into: &mut Vec<u8>) -> Poll<io::Result<usize>> {
    // Lets the runtime ask the system once: it remembers that the last read emptied the socket.
    tokio::task::yield_now().await;
    into.reserve(READ_BYTES);
    pin!(stream.read_buf(into)).poll(&mut Context::from_waker(Waker::noop()))
}

fn poll_write_all(
    stream: &mut Stream,
    bytes: &[u8],
    written: &mut usize,
    context: &mut Context<'_>,
) -> Poll<io::Result<()>> {
    while let Some(rest) = bytes.get(*written..).filter(|rest| !rest.is_empty()) {
        match Pin::new(&mut *stream).poll_write(context, rest) {
            Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
            Poll::Ready(Ok(length)) => *written += length,
            Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            Poll::Pending => return Poll::Pending,
        }
    }
    Pin::new(stream).poll_flush(context)
}

fn broken(error: &io::Error, received_bytes: usize) -> Fault {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
    match error.kind() {
        BrokenPipe | ConnectionAborted | ConnectionReset => Fault::Reset { received_bytes },
        _ => Fault::Broken {
            received_bytes,
            detail: error.to_string(),
        },
    }
}

fn asks_close(request: &Request) -> bool {
    let closes = |value: &crate::http::Text| {
        value
            .display_lossy()
            .split(',')
            .any(|option| option.trim().eq_ignore_ascii_case("close"))
    };
    let mut fields = request.headers.iter();
    fields.any(|(name, value)| name.eq_ignore_ascii_case("connection") && closes(value))
}
