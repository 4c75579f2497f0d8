//! The first bytes of a connection, and the answer to an old offer of TLS.

use std::io;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::sleep;

/// How often the first bytes are looked for, and the pause in between: most come in one segment.
const LOOKS_MAX: u32 = 200;
const LOOK_PAUSE: Duration = Duration::from_millis(5);

/// The most of a hello that is looked at: its first cipher suite is well within.
const HELLO_BYTES_MAX: usize = 128;

const HANDSHAKE_RECORD: u8 = 0x16;
const ALERT_RECORD: u8 = 0x15;
const WARNING: u8 = 1;
const SERVER_HELLO: u8 = 0x02;
/// Headers of the record and of the message, and the version: what shows which one is offered.
const VERSION_END: usize = 5 + 4 + 2;
/// Where the length of the session id stands, behind the random bytes.
const SESSION_ID_AT: usize = VERSION_END + 32;
/// What is picked where no suite can be read: AES with an RSA key, as every old client offers.
const SUITE_FALLBACK: [u8; 2] = [0x00, 0x2f];

/// TLS 1.0 and TLS 1.1 as a hello writes them.
pub(super) const TLS_1_0: [u8; 2] = [3, 1];
pub(super) const TLS_1_1: [u8; 2] = [3, 2];

/// The first bytes of a connection.
pub(super) struct FirstBytes(Vec<u8>);

impl FirstBytes {
    /// Looks at them and leaves them where they are; nothing where the client closed or stayed
    /// silent.
    ///
    /// # Errors
    /// When the socket fails.
    pub(super) async fn peek(tcp: &TcpStream) -> io::Result<Option<FirstBytes>> {
        let mut bytes = [0; HELLO_BYTES_MAX];
        for _ in 0..LOOKS_MAX {
            let length = tcp.peek(&mut bytes).await?;
            let first = FirstBytes(bytes.iter().take(length).copied().collect());
            match first.0.first() {
                None => return Ok(None),
                Some(_) if !first.is_tls() || length > SESSION_ID_AT => return Ok(Some(first)),
                Some(_) => sleep(LOOK_PAUSE).await,
            }
        }
        Ok(None)
    }

    /// Whether they begin a handshake of TLS.
    pub(super) fn is_tls(&self) -> bool {
        self.0.first() == Some(&HANDSHAKE_RECORD)
    }

    /// The version that a hello offers, where it is older than TLS 1.2. From TLS 1.2 on, a hello
    /// says 1.2 here, whatever more it offers.
    pub(super) fn old_version(&self) -> Option<[u8; 2]> {
        let version = self.0.get(VERSION_END - 2..VERSION_END)?;
        [TLS_1_0, TLS_1_1].into_iter().find(|old| version == old)
    }

    /// A ServerHello (RFC 4346 §7.4.1.3) that accepts the version with the first suite offered.
    pub(super) fn accepting(&self, version: [u8; 2]) -> Vec<u8> {
        let mut body = version.to_vec();
        // Nothing is encrypted with it: the handshake ends here.
        body.extend([0x53; 32]);
        body.push(0);
        body.extend(self.first_suite().unwrap_or(SUITE_FALLBACK));
        body.push(0);
        let mut message = vec![SERVER_HELLO, 0];
        message.extend(sized(&body));
        let mut record = vec![HANDSHAKE_RECORD];
        record.extend(version);
        record.extend(sized(&message));
        record
    }

    fn first_suite(&self) -> Option<[u8; 2]> {
        let session_id = usize::from(*self.0.get(SESSION_ID_AT)?);
        let at = SESSION_ID_AT + 1 + session_id + 2;
        self.0.get(at..at + 2)?.try_into().ok()
    }
}

/// A warning that the name is not known (RFC 6066 §3), as some servers send before they go on.
pub(super) fn unrecognized_name([major, minor]: [u8; 2]) -> Vec<u8> {
    vec![ALERT_RECORD, major, minor, 0, 2, WARNING, 112]
}

/// The bytes with their length in two bytes before them; all that is put in is short.
fn sized(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    let mut sized = length.to_be_bytes().to_vec();
    sized.extend(bytes);
    sized
}

#[cfg(test)]
mod tests {
    use super::{FirstBytes, TLS_1_1};

    fn hello(version: [u8; 2]) -> FirstBytes {
        let mut bytes = vec![22, 3, 1, 0, 60, 1, 0, 0, 56];
        bytes.extend(version);
        bytes.extend([7; 32]);
        bytes.extend([2, 9, 9, 0, 4, 0xc0, 0x13, 0xc0, 0x14]);
        FirstBytes(bytes)
    }

    #[test]
    fn only_offers_below_1_2_are_old() {
        assert_eq!(hello(TLS_1_1).old_version(), Some(TLS_1_1));
        assert_eq!(hello([3, 3]).old_version(), None);
        assert!(!FirstBytes(b"GET / HTTP/1.1\r\n".to_vec()).is_tls());
    }

    #[test]
    fn the_first_suite_that_is_offered_is_accepted() {
        let answer = hello(TLS_1_1).accepting(TLS_1_1);
        assert_eq!(answer[..5], [22, 3, 2, 0, 42]);
        assert_eq!(answer[5..11], [2, 0, 0, 38, 3, 2]);
        assert_eq!(answer[44..], [0xc0, 0x13, 0]);
    }
}
