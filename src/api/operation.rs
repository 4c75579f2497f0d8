//! Operations: one method on one path.

use crate::document::{Pointer, Position};

use super::parameter::Parameter;
use super::response::Response;
use super::schema::SchemaId;
use super::security::SecurityRequirement;

/// One method on one path, with everything that the document says about it.
#[derive(Clone, PartialEq, Debug)]
pub struct Operation {
    /// `operationId`, else the method and path in kebab case; unique in the document, printable
    /// ASCII without blanks.
    pub id: String,
    /// The method in upper case.
    pub method: String,
    /// The path template as the document has it, without the server's path.
    pub path: String,
    /// The path template between its slashes.
    pub segments: Vec<Segment>,
    /// The parameters of the path item and the operation, in the order of the document.
    pub parameters: Vec<Parameter>,
    /// What the operation takes as content.
    pub request_body: Option<RequestBody>,
    /// The responses in the order of the document.
    pub responses: Vec<Response>,
    /// The alternatives of which a request meets one; none at all: no credential is needed.
    pub security: Vec<SecurityRequirement>,
    /// The tags.
    pub tags: Vec<String>,
    /// Whether the operation is declared deprecated.
    pub deprecated: bool,
    /// The operation in the document, after `$ref`.
    pub pointer: Pointer,
    /// Where the operation stands: its method.
    pub position: Position,
}

/// What stands between two slashes of a path template: pieces without anything between them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Segment {
    /// The pieces; none where two slashes meet or the path ends in one.
    pub pieces: Vec<Piece>,
}

/// A part of a segment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Piece {
    /// Text as it is.
    Literal(String),
    /// The value of the path parameter with this name.
    Parameter(String),
}

/// What an operation takes as content.
#[derive(Clone, PartialEq, Debug)]
pub struct RequestBody {
    /// Whether a request must have it.
    pub required: bool,
    /// The media types that are taken.
    pub media_types: Vec<MediaType>,
    /// The request body in the document, after `$ref`.
    pub pointer: Pointer,
}

/// A media type and the schema of what is in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MediaType {
    /// The name, or range such as `text/*`, as the document has it.
    pub name: String,
    /// The schema, if one is given.
    pub schema: Option<SchemaId>,
    /// The media type in the document.
    pub pointer: Pointer,
}

impl Operation {
    /// The response that is declared for a status: by its code, else by its range, else the
    /// default.
    #[must_use]
    pub fn response_for(&self, status: u16) -> Option<&Response> {
        let matching = self
            .responses
            .iter()
            .filter(|response| response.status.matches(status));
        matching.min_by_key(|response| response.status.breadth())
    }

    /// The parameter with this name and location.
    #[must_use]
    pub fn parameter(&self, location: super::ParameterLocation, name: &str) -> Option<&Parameter> {
        self.parameters
            .iter()
            .find(|parameter| parameter.location == location && parameter.name == name)
    }
}

impl Segment {
    /// The segments of a path template; the slash at its beginning opens the first.
    #[must_use]
    pub fn split(path: &str) -> Vec<Segment> {
        let path = path.strip_prefix('/').unwrap_or(path);
        path.split('/').map(Segment::parse).collect()
    }

    /// The names of the parameters in it.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Parameter(name) => Some(name.as_str()),
            Piece::Literal(_) => None,
        })
    }

    fn parse(text: &str) -> Segment {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else {
                break;
            };
            if !before.is_empty() {
                pieces.push(Piece::Literal(before.to_owned()));
            }
            pieces.push(Piece::Parameter(name.to_owned()));
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Literal(rest.to_owned()));
        }
        Segment { pieces }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_segments(path: &str, expected: &[&[Piece]]) {
        let segments = Segment::split(path);
        let pieces: Vec<_> = segments
            .iter()
            .map(|segment| segment.pieces.as_slice())
            .collect();
        assert_eq!(pieces, expected, "{path}");
    }

    #[test]
    fn paths_split_into_segments_and_pieces() {
        let literal = |text: &str| Piece::Literal(text.into());
        let parameter = |name: &str| Piece::Parameter(name.into());
        check_segments(
            "/api-keys/{apiKey}",
            &[&[literal("api-keys")], &[parameter("apiKey")]],
        );
        check_segments(
            "/a/{x}.{y}:go",
            &[
                &[literal("a")],
                &[parameter("x"), literal("."), parameter("y"), literal(":go")],
            ],
        );
        check_segments("/", &[&[]]);
        check_segments("/a/", &[&[literal("a")], &[]]);
        check_segments("/{open", &[&[literal("{open")]]);
    }
}
