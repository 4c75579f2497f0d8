//! Offers TLS 1.0 and 1.1 by hand: no library that is fit for use speaks them any more.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use super::Client;
use super::dial;
use crate::http::message::Fault;

/// A version of TLS that must not be spoken any more (RFC 8996).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OldTls {
    /// TLS 1.0.
    V1_0,
    /// TLS 1.1.
    V1_1,
}

/// What came of an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OldTlsAnswer {
    /// A ServerHello of that very version.
    Accepted,
    /// An alert, a closed connection, or anything else but that.
    Refused,
}

/// The longest wait for the answer to an offer.
///
/// A server that speaks answers within a round trip; one that says nothing does not accept.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

/// Cipher suites that servers of the time speak: ECDHE and plain RSA, AES and 3DES, all in CBC.
const CIPHER_SUITES: [u16; 9] = [
    0xc013, 0xc014, 0xc009, 0xc00a, 0x0033, 0x0039, 0x002f, 0x0035, 0x000a,
];
/// Curves: x25519, P-256, P-384, P-521.
const CURVES: [u16; 4] = [0x001d, 0x0017, 0x0018, 0x0019];

const HANDSHAKE_RECORD: u8 = 0x16;
const CLIENT_HELLO: u8 = 0x01;
const SERVER_HELLO: u8 = 0x02;
const ALERT_RECORD: u8 = 0x15;
const WARNING: u8 = 1;
const CLOSE_NOTIFY: u8 = 0;
/// How many warnings may go before a ServerHello; servers that do not know the name send one.
const WARNINGS_MAX: usize = 4;

impl OldTls {
    /// The version as it is known.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::V1_0 => "TLS 1.0",
            Self::V1_1 => "TLS 1.1",
        }
    }

    fn wire(self) -> [u8; 2] {
        match self {
            Self::V1_0 => [3, 1],
            Self::V1_1 => [3, 2],
        }
    }
}

impl Client {
    /// Offers the version, and no newer one, to the client's origin. Sends nothing else.
    ///
    /// # Errors
    /// Why no connection could be made.
    pub async fn offer_old_tls(&self, version: OldTls) -> Result<OldTlsAnswer, Fault> {
        let origin = &self.shared.origin;
        let limit = self.shared.settings.connect_timeout;
        let mut stream = dial::dial_plain(&self.shared).await?;
        let hello = client_hello(version, &origin.host);
        let talk = async {
            stream.write_all(&hello).await?;
            is_accepted(&mut stream, version).await
        };
        // A server that is silent or gone accepts nothing.
        let answered = timeout(limit.min(ANSWER_TIMEOUT), talk).await;
        Ok(if matches!(answered, Ok(Ok(true))) {
            OldTlsAnswer::Accepted
        } else {
            OldTlsAnswer::Refused
        })
    }
}

/// Reads up to a ServerHello, or to what is none.
async fn is_accepted(
    stream: &mut (impl AsyncRead + Unpin),
    version: OldTls,
) -> std::io::Result<bool> {
    for _ in 0..=WARNINGS_MAX {
        let mut header = [0; 5];
        stream.read_exact(&mut header).await?;
        match header {
            [ALERT_RECORD, _, _, 0, 2] => {
                let mut alert = [0; 2];
                stream.read_exact(&mut alert).await?;
                if alert[0] != WARNING || alert[1] == CLOSE_NOTIFY {
                    return Ok(false);
                }
            }
            [HANDSHAKE_RECORD, ..] => {
                let mut message = [0; 6];
                stream.read_exact(&mut message).await?;
                let [kind, _, _, _, major, minor] = message;
                return Ok(kind == SERVER_HELLO && [major, minor] == version.wire());
            }
            _ => return Ok(false),
        }
    }
    Ok(false)
}

/// A ClientHello (RFC 4346 §7.4.1.2) in its record.
fn client_hello(version: OldTls, host: &str) -> Vec<u8> {
    let mut body = version.wire().to_vec();
    // Nothing is encrypted with it: the handshake ends after the answer.
    body.extend([0x50; 32]);
    body.push(0);
    let suites: Vec<u8> = CIPHER_SUITES
        .iter()
        .flat_map(|suite| suite.to_be_bytes())
        .collect();
    body.extend(sized(&suites));
    body.extend([1, 0]);
    body.extend(sized(&extensions(host)));
    let mut message = vec![CLIENT_HELLO, 0];
    message.extend(sized(&body));
    let mut record = vec![HANDSHAKE_RECORD, 3, 1];
    record.extend(sized(&message));
    record
}

fn extensions(host: &str) -> Vec<u8> {
    let mut all = Vec::new();
    // An address is no server name (RFC 6066 §3).
    if host.parse::<std::net::IpAddr>().is_err() {
        let mut name = vec![0];
        name.extend(sized(host.as_bytes()));
        all.extend([0, 0]);
        all.extend(sized(&sized(&name)));
    }
    let curves: Vec<u8> = CURVES
        .iter()
        .flat_map(|curve| curve.to_be_bytes())
        .collect();
    all.extend([0, 10]);
    all.extend(sized(&sized(&curves)));
    // Points uncompressed.
    all.extend([0, 11, 0, 2, 1, 0]);
    all
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
    use super::{OldTls, client_hello, is_accepted};

    #[test]
    fn lengths_agree_in_a_hello() {
        let hello = client_hello(OldTls::V1_0, "tenant.example");
        let record = usize::from(u16::from_be_bytes([hello[3], hello[4]]));
        let message = usize::from(u16::from_be_bytes([hello[7], hello[8]]));
        assert_eq!(record, hello.len() - 5);
        assert_eq!(message, hello.len() - 9);
        assert_eq!(hello[9..11], [3, 1]);
    }

    #[tokio::test]
    async fn only_a_server_hello_of_that_version_accepts() {
        let hello = [22, 3, 1, 0, 80, 2, 0, 0, 76, 3, 1];
        let warned = [[21, 3, 1, 0, 2, 1, 112].as_slice(), &hello].concat();
        let alert = [[21, 3, 1, 0, 2, 2, 70].as_slice(), &hello].concat();
        let closed = [[21, 3, 1, 0, 2, 1, 0].as_slice(), &hello].concat();
        for (answer, version, accepts) in [
            (hello.as_slice(), OldTls::V1_0, true),
            (&hello, OldTls::V1_1, false),
            (&warned, OldTls::V1_0, true),
            (&alert, OldTls::V1_0, false),
            (&closed, OldTls::V1_0, false),
            (b"HTTP/1.1 400 Bad Request\r\n\r\n", OldTls::V1_0, false),
        ] {
            let accepted = is_accepted(&mut &*answer, version).await.unwrap();
            assert_eq!(accepted, accepts, "{answer:?}");
        }
    }
}
