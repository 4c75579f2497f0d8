//! Reads one response from bytes as they come; no sockets.

use std::ops::Range;

use super::head::{self, BodyLength, Head};
use crate::http::message::{Fault, FramingViolation, Interim, Phase, Response};

/// Largest head of a response, and largest trailer section, in bytes.
///
/// Servers limit requests to 8 to 64 KiB, and responses are no larger in practice.
const HEAD_BYTES_MAX: usize = 256 * 1024;
/// Most interim responses before the final one.
const INTERIM_MAX: usize = 32;
/// Longest line that begins a chunk, in bytes; it holds a number, and extensions nobody uses.
const CHUNK_LINE_BYTES_MAX: usize = 4 * 1024;
/// Most pieces in which a body may come.
///
/// Each is remembered, to find in the bytes received what was found in the body.
const CHUNKS_MAX: usize = 256 * 1024;
/// How much larger than the largest body a message may be on the wire: only very small chunks
/// double it.
const CODED_RATIO_MAX: usize = 2;

/// A response that is being read.
pub(super) struct Reader {
    /// All that came, in order.
    pub received: Vec<u8>,
    /// The response as far as it is known.
    pub response: Response,
    /// Where in `received` the bytes of the body are.
    pub body_ranges: Vec<Range<usize>>,
    /// What breaks the framing rules, each once.
    pub violations: Vec<FramingViolation>,
    /// Whether the head of the final response is complete.
    pub has_head: bool,
    /// The status of the final response, also where the rest of its head cannot be read.
    pub status: Option<u16>,
    request: RequestFacts,
    body_bytes_max: usize,
    body_bytes: usize,
    at: usize,
    scanned: usize,
    state: State,
}

/// What of the request decides how a response is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct RequestFacts {
    pub is_head: bool,
    pub asks_upgrade: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Head,
    Length { left: usize },
    ChunkLine,
    ChunkData { left: usize },
    ChunkEnd,
    Trailers,
    UntilClose,
    Done,
}

impl Reader {
    pub fn new(request: RequestFacts, body_bytes_max: usize) -> Self {
        Self {
            received: Vec::new(),
            response: Response::default(),
            body_ranges: Vec::new(),
            violations: Vec::new(),
            has_head: false,
            status: None,
            request,
            body_bytes_max,
            body_bytes: 0,
            at: 0,
            scanned: 0,
            state: State::Head,
        }
    }

    pub fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Whether only the end of the connection ends the body.
    pub fn is_until_close(&self) -> bool {
        self.state == State::UntilClose
    }

    /// Whether the response has no content, whatever its fields say.
    pub fn has_no_content(&self) -> bool {
        self.has_head
            && (self.request.is_head || matches!(self.response.status, 100..=199 | 204 | 304))
    }

    /// What is being waited for.
    pub fn phase(&self) -> Phase {
        match self.state {
            State::Head if self.received.len() == self.at => Phase::FirstByte,
            State::Head => Phase::Head,
            _ => Phase::Body,
        }
    }

    /// How many bytes of the final response came.
    pub fn final_bytes(&self) -> usize {
        if self.has_head {
            self.received.len()
        } else {
            self.received.len() - self.at
        }
    }

    /// Takes the bytes after the end of the message.
    pub fn take_stray(&mut self) -> Vec<u8> {
        if self.is_done() {
            self.received.split_off(self.at)
        } else {
            Vec::new()
        }
    }

    /// Notes a violation, once.
    pub fn note(&mut self, violation: FramingViolation) {
        if !self.violations.contains(&violation) {
            self.violations.push(violation);
        }
    }

    /// Reads on in what was received, as far as it goes.
    ///
    /// # Errors
    /// Where what came is no response, or more than is read.
    pub fn advance(&mut self) -> Result<(), Fault> {
        while self.step()? {}
        let coded_max = self.body_bytes_max.saturating_mul(CODED_RATIO_MAX);
        if self.received.len() > coded_max.saturating_add(2 * HEAD_BYTES_MAX) && !self.is_done() {
            return Err(too_large(Phase::Body, coded_max));
        }
        Ok(())
    }

    /// The connection ended.
    ///
    /// # Errors
    /// Where the response is not complete by that.
    pub fn end(&mut self) -> Result<(), Fault> {
        match self.state {
            State::Done => {}
            State::UntilClose => self.finish(),
            _ if self.final_bytes() == 0 => return Err(Fault::ClosedBeforeResponse),
            _ => {
                let received_bytes = self.final_bytes();
                return Err(Fault::ClosedInsideResponse { received_bytes });
            }
        }
        Ok(())
    }

    /// One step; false where more bytes are needed, or none.
    fn step(&mut self) -> Result<bool, Fault> {
        match self.state {
            State::Head => self.step_head(),
            State::Length { left } => {
                let taken = self.take_body(left)?;
                match left - taken {
                    0 => self.finish(),
                    left => self.state = State::Length { left },
                }
                Ok(false)
            }
            State::ChunkLine => self.step_chunk_line(),
            State::ChunkData { left } => {
                let taken = self.take_body(left)?;
                let left = left - taken;
                self.state = if left == 0 {
                    State::ChunkEnd
                } else {
                    State::ChunkData { left }
                };
                Ok(left == 0)
            }
            State::ChunkEnd => match self.rest() {
                [b'\r', b'\n', ..] => Ok(self.go_on(2, State::ChunkLine)),
                [b'\n', ..] => {
                    self.note(FramingViolation::BareLineFeed);
                    Ok(self.go_on(1, State::ChunkLine))
                }
                [] | [b'\r'] => Ok(false),
                _ => Err(malformed("a chunk is longer than it says")),
            },
            State::Trailers => self.step_trailers(),
            State::UntilClose => {
                self.take_body(usize::MAX)?;
                Ok(false)
            }
            State::Done => Ok(false),
        }
    }

    fn step_head(&mut self) -> Result<bool, Fault> {
        head::check_beginning(self.rest())?;
        let Some(length) = self.find_blank_line() else {
            return if self.rest().len() > HEAD_BYTES_MAX {
                Err(too_large(Phase::Head, HEAD_BYTES_MAX))
            } else {
                Ok(false)
            };
        };
        let bytes = self.rest().get(..length).unwrap_or_default();
        let head = match head::parse(bytes) {
            Ok(head) => head,
            Err(fault) => {
                self.status = head::status_alone(bytes).filter(|status| *status >= 200);
                return Err(fault);
            }
        };
        self.go_on(length, State::Head);
        for violation in head::violations(&head, self.request) {
            self.note(violation);
        }
        if matches!(head.status, 100..=199) && head.status != 101 {
            if self.response.interim.len() == INTERIM_MAX || self.at > HEAD_BYTES_MAX {
                return Err(malformed(format!(
                    "more than {INTERIM_MAX} interim responses, or {HEAD_BYTES_MAX} bytes of them"
                )));
            }
            self.response.interim.push(Interim {
                status: head.status,
                headers: head.headers,
            });
            return Ok(true);
        }
        self.begin_body(head)
    }

    fn begin_body(&mut self, head: Head) -> Result<bool, Fault> {
        self.has_head = true;
        self.status = Some(head.status);
        let length = head::body_length(&head, self.request);
        self.response.version = head.version.to_owned();
        self.response.status = head.status;
        self.response.reason = head.reason;
        self.response.headers = head.headers;
        self.state = match length? {
            BodyLength::None | BodyLength::Known(0) => {
                self.finish();
                return Ok(false);
            }
            BodyLength::Known(left) if left > self.body_bytes_max => {
                return Err(too_large(Phase::Body, self.body_bytes_max));
            }
            BodyLength::Known(left) => State::Length { left },
            BodyLength::Chunked => State::ChunkLine,
            BodyLength::UntilClose => State::UntilClose,
        };
        Ok(true)
    }

    fn step_chunk_line(&mut self) -> Result<bool, Fault> {
        let Some(end) = self
            .rest()
            .iter()
            .take(CHUNK_LINE_BYTES_MAX)
            .position(|&b| b == b'\n')
        else {
            return if self.rest().len() >= CHUNK_LINE_BYTES_MAX {
                Err(malformed("the line that begins a chunk is too long"))
            } else {
                Ok(false)
            };
        };
        let line = self.rest().get(..end).unwrap_or_default();
        let (line, bare) = match line.strip_suffix(b"\r") {
            Some(line) => (line, false),
            None => (line, true),
        };
        let left = head::chunk_size(line)?;
        if bare {
            self.note(FramingViolation::BareLineFeed);
        }
        let next = if left == 0 {
            State::Trailers
        } else {
            State::ChunkData { left }
        };
        Ok(self.go_on(end + 1, next))
    }

    fn step_trailers(&mut self) -> Result<bool, Fault> {
        // No trailers at all is by far the most common.
        let length = match self.rest() {
            [b'\r', b'\n', ..] => 2,
            [b'\n', ..] => {
                self.note(FramingViolation::BareLineFeed);
                1
            }
            _ => match self.find_blank_line() {
                Some(length) => length,
                None if self.rest().len() > HEAD_BYTES_MAX => {
                    return Err(too_large(Phase::Body, HEAD_BYTES_MAX));
                }
                None => return Ok(false),
            },
        };
        self.response.trailers = head::parse_fields(self.rest().get(..length).unwrap_or_default())?;
        self.go_on(length, State::Trailers);
        self.finish();
        Ok(false)
    }

    fn finish(&mut self) {
        self.state = State::Done;
        self.response.body = Vec::with_capacity(self.body_bytes);
        for range in &self.body_ranges {
            let piece = self.received.get(range.clone()).unwrap_or_default();
            self.response.body.extend_from_slice(piece);
        }
    }

    /// Takes up to `most` bytes as body, and says how many.
    fn take_body(&mut self, most: usize) -> Result<usize, Fault> {
        let taken = self.rest().len().min(most);
        self.body_bytes += taken;
        if self.body_bytes > self.body_bytes_max {
            return Err(too_large(Phase::Body, self.body_bytes_max));
        }
        if self.body_ranges.len() > CHUNKS_MAX {
            return Err(malformed(format!(
                "its body comes in more than {CHUNKS_MAX} chunks"
            )));
        }
        let end = self.at + taken;
        match self.body_ranges.last_mut() {
            Some(last) if last.end == self.at => last.end = end,
            _ if taken > 0 => self.body_ranges.push(self.at..end),
            _ => {}
        }
        self.at = end;
        Ok(taken)
    }

    /// The length up to and with the first empty line, each byte looked at once.
    fn find_blank_line(&mut self) -> Option<usize> {
        let mut from = self.scanned.max(self.at);
        while let Some(offset) = self
            .received
            .get(from..)?
            .iter()
            .position(|&byte| byte == b'\n')
        {
            let next = from + offset + 1;
            match self.received.get(next..)? {
                [b'\n', ..] => return Some(next + 1 - self.at),
                [b'\r', b'\n', ..] => return Some(next + 2 - self.at),
                [] | [b'\r'] => {
                    self.scanned = next - 1;
                    return None;
                }
                _ => from = next,
            }
        }
        self.scanned = self.received.len();
        None
    }

    fn rest(&self) -> &[u8] {
        self.received.get(self.at..).unwrap_or_default()
    }

    fn go_on(&mut self, bytes: usize, state: State) -> bool {
        self.at += bytes;
        self.state = state;
        true
    }
}

fn too_large(phase: Phase, limit_bytes: usize) -> Fault {
    Fault::TooLarge { phase, limit_bytes }
}

fn malformed(detail: impl Into<String>) -> Fault {
    Fault::Malformed {
        detail: detail.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY_BYTES_MAX: usize = 4096;
    const MESSAGES: [&str; 6] = [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello",
        "HTTP/1.1 103 Early\r\nLink: a\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n\
         000b\r\n0123456\r\n89\r\n0\r\nA: b\r\n\r\n",
        "HTTP/1.0 200 OK\n\n\n\nuntil the end\n\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\na\n0\n\n",
        "HTTP/1.1 401 No\r\nA: b\r\n c\r\nContent-Length: 2, 2\r\n\r\n{}stray\r\n\r\n",
    ];

    /// What is read when the bytes come in these pieces.
    fn read(pieces: &[&[u8]]) -> (Result<(), Fault>, Reader, Vec<u8>) {
        let facts = RequestFacts {
            is_head: false,
            asks_upgrade: false,
        };
        let mut reader = Reader::new(facts, BODY_BYTES_MAX);
        let mut outcome = Ok(());
        let mut after = Vec::new();
        for piece in pieces {
            if outcome.is_ok() && !reader.is_done() {
                reader.received.extend_from_slice(piece);
                outcome = reader.advance();
            } else {
                after.extend_from_slice(piece);
            }
        }
        let outcome = outcome.and_then(|()| reader.end());
        let stray = [reader.take_stray(), after].concat();
        (outcome, reader, stray)
    }

    #[test]
    fn how_the_bytes_are_cut_makes_no_difference() {
        for message in MESSAGES.map(str::as_bytes) {
            let (outcome, whole, stray) = read(&[message]);
            assert_eq!(outcome, Ok(()), "{}", message.escape_ascii());
            let single: Vec<&[u8]> = message.chunks(1).collect();
            let halves = (0..=message.len()).map(|at| {
                let (one, two) = message.split_at(at);
                vec![one, two]
            });
            for pieces in halves.chain([single]) {
                let (outcome, reader, other_stray) = read(&pieces);
                assert_eq!(outcome, Ok(()), "{pieces:?}");
                assert!(reader.response == whole.response, "{pieces:?}");
                assert_eq!(reader.violations, whole.violations);
                assert_eq!(reader.received, whole.received);
                assert_eq!(reader.body_ranges, whole.body_ranges);
                assert_eq!(other_stray, stray);
            }
        }
    }

    #[test]
    fn the_body_is_what_its_ranges_say() {
        for message in MESSAGES {
            let (_, reader, _) = read(&[message.as_bytes()]);
            let pieces = reader
                .body_ranges
                .iter()
                .map(|range| &reader.received[range.clone()]);
            assert_eq!(pieces.collect::<Vec<_>>().concat(), reader.response.body);
        }
        let (_, chunked, _) = read(&[MESSAGES[2].as_bytes()]);
        assert_eq!(chunked.response.body, b"abc0123456\r\n89");
        let (_, until_end, _) = read(&[MESSAGES[3].as_bytes()]);
        assert_eq!(until_end.response.body, b"\n\nuntil the end\n\n");
    }

    #[test]
    fn no_damage_to_the_bytes_makes_it_panic() {
        // A fixed sequence, so that a failure happens again.
        let mut seed = 1_u64;
        let mut next = |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            usize::try_from(seed >> 33).unwrap() % below
        };
        let splices: [&[u8]; 8] = [
            b"\r\n",
            b"\n",
            b"\r\n\r\n",
            b"ffffffffffffffff",
            b":",
            b" ",
            b"\0",
            b"HTTP/1.1 100 C",
        ];
        for _ in 0..20_000 {
            let mut bytes = MESSAGES[next(MESSAGES.len())].as_bytes().to_vec();
            for _ in 0..=next(4) {
                let at = next(bytes.len());
                match next(3) {
                    0 => bytes[at] = u8::try_from(next(256)).unwrap(),
                    1 => drop(bytes.splice(at..at, splices[next(splices.len())].iter().copied())),
                    _ => bytes.truncate(at + 1),
                }
            }
            let (one, two) = bytes.split_at(next(bytes.len()));
            let (outcome, reader, stray) = read(&[one, two]);
            if outcome.is_ok() {
                assert_eq!([reader.received, stray].concat(), bytes);
            }
        }
    }
}
