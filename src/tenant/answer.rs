//! A response, and the bytes it becomes.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

/// How the end of the content is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// By nothing: there is no content, or a defect sends it unannounced.
    Bare,
    /// By `Content-Length`.
    Length,
    /// By the chunked coding.
    Chunked,
    /// By closing the connection.
    UntilClose,
}

/// How the bytes go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// In one write.
    Whole,
    /// One byte a segment.
    ByteByByte,
    /// What comes after the end a moment later.
    LateTail,
    /// In one write, and then the connection is reset, not closed.
    WholeThenReset,
    /// Not at all: the connection is reset instead.
    Reset,
}

/// A response.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// The reason phrase, if it is not the registered one.
    pub(super) reason: Option<String>,
    pub(super) fields: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    pub(super) framing: Framing,
    /// Whether the content is left out, as after HEAD.
    pub(super) headless: bool,
    /// Bytes before the status line: interim responses.
    pub(super) before: Vec<u8>,
    /// Bytes after the end: only a defect has any.
    pub(super) after: Vec<u8>,
    pub(super) delay: Duration,
    pub(super) pace: Pace,
    /// Whether the connection is closed afterwards.
    pub(super) close: bool,
    /// What is noted if the client has gone before the answer: only a defect cares.
    pub(super) note_if_abandoned: Option<String>,
}

impl Answer {
    /// A response without content.
    pub(super) fn bare(status: u16) -> Answer {
        Answer {
            status,
            reason: None,
            fields: Vec::new(),
            body: Vec::new(),
            framing: if status == 204 {
                Framing::Bare
            } else {
                Framing::Length
            },
            headless: false,
            before: Vec::new(),
            after: Vec::new(),
            delay: Duration::ZERO,
            pace: Pace::Whole,
            close: false,
            note_if_abandoned: None,
        }
    }

    /// A response with JSON content.
    pub(super) fn json(status: u16, body: &Value) -> Answer {
        let mut answer = Answer::bare(status);
        answer.set_json(body);
        answer
    }

    /// A response with `{"message": …}`.
    pub(super) fn message(status: u16, message: &str) -> Answer {
        Answer::json(status, &json!({ "message": message }))
    }

    /// With one more field line.
    pub(super) fn with(mut self, name: &str, value: &str) -> Answer {
        self.add(name, value);
        self
    }

    /// Adds a field line.
    pub(super) fn add(&mut self, name: &str, value: &str) {
        self.fields.push((name.to_owned(), value.to_owned()));
    }

    /// Replaces all lines of that name by one.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.remove(name);
        self.add(name, value);
    }

    /// Removes all lines of that name.
    pub(super) fn remove(&mut self, name: &str) {
        self.fields
            .retain(|(key, _)| !key.eq_ignore_ascii_case(name));
    }

    /// Replaces the content by JSON.
    pub(super) fn set_json(&mut self, body: &Value) {
        self.set_content("application/json", body.to_string());
    }

    /// Replaces `{"message": …}`.
    pub(super) fn set_message(&mut self, message: &str) {
        self.set_json(&json!({ "message": message }));
    }

    /// Replaces the content and its media type.
    pub(super) fn set_content(&mut self, media_type: &str, body: impl Into<Vec<u8>>) {
        self.set("Content-Type", media_type);
        self.body = body.into();
        if self.framing == Framing::Bare {
            self.framing = Framing::Length;
        }
    }

    /// Replaces status and content by those of another answer, and keeps the other fields.
    pub(super) fn become_like(&mut self, other: Answer) {
        self.status = other.status;
        self.body = other.body;
        self.framing = other.framing;
        for name in ["Content-Type", "WWW-Authenticate", "Allow"] {
            self.remove(name);
        }
        self.fields.extend(other.fields);
    }

    /// Adds the fields that follow from the framing.
    pub(super) fn seal(&mut self) {
        match self.framing {
            Framing::Length => self.add("Content-Length", &self.body.len().to_string()),
            Framing::Chunked => self.add("Transfer-Encoding", "chunked"),
            Framing::Bare => {}
            Framing::UntilClose => self.close = true,
        }
        if self.close {
            self.add("Connection", "close");
        }
    }

    /// The bytes on the wire.
    pub(super) fn encode(&self) -> Vec<u8> {
        let reason = self
            .reason
            .as_deref()
            .unwrap_or_else(|| reason_phrase(self.status));
        let mut bytes = self.before.clone();
        bytes.extend(format!("HTTP/1.1 {} {reason}\r\n", self.status).bytes());
        for (name, value) in &self.fields {
            bytes.extend(format!("{name}: {value}\r\n").bytes());
        }
        bytes.extend(b"\r\n");
        if !self.headless {
            bytes.extend(self.content());
        }
        if self.pace != Pace::LateTail {
            bytes.extend(&self.after);
        }
        bytes
    }

    fn content(&self) -> Vec<u8> {
        if self.framing != Framing::Chunked {
            return self.body.clone();
        }
        let mut bytes = Vec::new();
        // Small chunks, so that a reader meets more than one.
        for piece in self.body.chunks(16) {
            bytes.extend(format!("{:x}\r\n", piece.len()).bytes());
            bytes.extend(piece);
            bytes.extend(b"\r\n");
        }
        bytes.extend(b"0\r\n\r\n");
        bytes
    }
}

/// Now, as `Date` writes it.
pub(super) fn http_date() -> String {
    httpdate::fmt_http_date(SystemTime::now())
}

fn reason_phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        409 => "Conflict",
        410 => "Gone",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        414 => "URI Too Long",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        423 => "Locked",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        505 => "HTTP Version Not Supported",
        _ => "Unknown",
    }
}
