//! A response as it was received.

use std::fmt;

/// A response as it was received, its transfer coding removed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Response {
    /// `HTTP/1.1`, `HTTP/1.0` or `HTTP/2`.
    pub version: String,
    /// The status code.
    pub status: u16,
    /// The reason phrase, often empty; it means nothing.
    pub reason: Vec<u8>,
    /// Header fields in the order and the case in which they came.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body without its transfer coding, still in its content coding.
    pub body: Vec<u8>,
    /// Where `Content-Encoding` names a coding: the body without it, or why it cannot be read.
    pub decoded: Option<Result<Vec<u8>, String>>,
    /// Fields after the last chunk.
    pub trailers: Vec<(String, Vec<u8>)>,
    /// Interim responses (1xx) that came before, each with its fields.
    pub interim: Vec<Interim>,
}

/// An interim response (1xx).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Interim {
    /// The status code, 100 to 199.
    pub status: u16,
    /// Header fields in the order and the case in which they came.
    pub headers: Vec<(String, Vec<u8>)>,
}

impl fmt::Debug for Interim {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "Interim({}, {} fields)",
            self.status,
            self.headers.len()
        )
    }
}

impl Response {
    /// An HTTP/1.1 response of this status and nothing else.
    #[must_use]
    pub fn new(status: u16) -> Self {
        Self {
            version: "HTTP/1.1".to_owned(),
            status,
            ..Self::default()
        }
    }

    /// The first value of a field, its name compared without regard to case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        let named = |(other, _): &&(String, Vec<u8>)| other.eq_ignore_ascii_case(name);
        self.headers
            .iter()
            .find(named)
            .map(|(_, value)| value.as_slice())
    }

    /// Every value of a field, in order.
    pub fn header_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers
            .iter()
            .filter(move |(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_slice())
    }

    /// The media type in lower case, without its parameters.
    #[must_use]
    pub fn media_type(&self) -> Option<String> {
        let value = String::from_utf8_lossy(self.header("content-type")?);
        let essence = value.split(';').next().unwrap_or_default().trim();
        (!essence.is_empty()).then(|| essence.to_ascii_lowercase())
    }

    /// The content without any coding.
    ///
    /// # Errors
    /// Says why the content coding cannot be removed.
    pub fn content(&self) -> Result<&[u8], &str> {
        match &self.decoded {
            None => Ok(&self.body),
            Some(Ok(content)) => Ok(content),
            Some(Err(reason)) => Err(reason),
        }
    }
}

/// Status and lengths only: a response may hold anything, secrets included.
impl fmt::Debug for Response {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (status, headers) = (self.status, self.headers.len());
        write!(
            formatter,
            "Response({status}, {headers} fields, {} bytes)",
            self.body.len()
        )
    }
}
