//! Responses: what an operation promises to answer.

use std::fmt;

use crate::document::{Pointer, Position};

use super::operation::MediaType;
use super::schema::SchemaId;

/// A response that an operation declares.
#[derive(Clone, PartialEq, Debug)]
pub struct Response {
    /// The statuses it is for.
    pub status: StatusPattern,
    /// The description; empty where none is given.
    pub description: String,
    /// The media types of its content; none where no content is declared.
    pub media_types: Vec<MediaType>,
    /// The headers it declares.
    pub headers: Vec<ResponseHeader>,
    /// The response in the document, after `$ref`: `/components/responses/Unauthorized`.
    pub pointer: Pointer,
    /// Where the operation declares it: `/paths/~1x/get/responses/401`.
    pub declared_at: Pointer,
    /// Where the status stands in the operation.
    pub position: Position,
}

/// A header that a response declares.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ResponseHeader {
    /// The name, as the document has it.
    pub name: String,
    /// Whether the response must have it.
    pub required: bool,
    /// The schema, if one is given.
    pub schema: Option<SchemaId>,
    /// The header in the document, after `$ref`.
    pub pointer: Pointer,
}

/// The statuses that a key under `responses` is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum StatusPattern {
    /// One status: `404`.
    Code(u16),
    /// All statuses with this first digit: `4XX`.
    Range(u8),
    /// Every status that no other key is for: `default`.
    Default,
}

impl StatusPattern {
    /// Reads a key under `responses`.
    #[must_use]
    pub fn parse(key: &str) -> Option<StatusPattern> {
        if key == "default" {
            return Some(StatusPattern::Default);
        }
        match key.as_bytes() {
            [first @ b'1'..=b'5', b'X' | b'x', b'X' | b'x'] => {
                Some(StatusPattern::Range(first - b'0'))
            }
            [b'1'..=b'9', b'0'..=b'9', b'0'..=b'9'] => key.parse().ok().map(StatusPattern::Code),
            _ => None,
        }
    }

    /// Whether a status is one of these.
    #[must_use]
    pub fn matches(self, status: u16) -> bool {
        match self {
            StatusPattern::Code(code) => code == status,
            StatusPattern::Range(first) => status / 100 == u16::from(first),
            StatusPattern::Default => true,
        }
    }

    /// How much it covers: where several match, the least wide counts.
    pub(super) fn breadth(self) -> u8 {
        match self {
            StatusPattern::Code(_) => 0,
            StatusPattern::Range(_) => 1,
            StatusPattern::Default => 2,
        }
    }
}

impl fmt::Display for StatusPattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StatusPattern::Code(code) => write!(formatter, "{code}"),
            StatusPattern::Range(first) => write!(formatter, "{first}XX"),
            StatusPattern::Default => formatter.write_str("default"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_codes_ranges_or_default() {
        assert_eq!(StatusPattern::parse("200"), Some(StatusPattern::Code(200)));
        assert_eq!(StatusPattern::parse("4XX"), Some(StatusPattern::Range(4)));
        assert_eq!(StatusPattern::parse("5xx"), Some(StatusPattern::Range(5)));
        assert_eq!(
            StatusPattern::parse("default"),
            Some(StatusPattern::Default)
        );
        for key in [
            "", "20", "2000", "+20", "40X", "XXX", "6XX", "0200", "Default", "2e2", "099",
        ] {
            assert_eq!(StatusPattern::parse(key), None, "{key}");
        }
    }

    #[test]
    fn patterns_match_their_statuses_alone() {
        assert!(StatusPattern::Code(204).matches(204) && !StatusPattern::Code(204).matches(200));
        assert!(StatusPattern::Range(4).matches(499) && !StatusPattern::Range(4).matches(500));
        assert!(StatusPattern::Default.matches(799));
    }

    #[test]
    fn patterns_print_as_they_are_written() {
        for key in ["404", "4XX", "default"] {
            assert_eq!(StatusPattern::parse(key).unwrap().to_string(), key);
        }
    }
}
