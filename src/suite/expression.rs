//! Runtime expressions (OpenAPI 3.0.3, "Runtime Expressions"): what is taken from a response.

use std::fmt;

use crate::document::Pointer;

/// A runtime expression that names a part of a response.
///
/// The specification has more of them (`$url`, `$request.…`): what a fixture captures is always
/// in a response, so others are refused when the suite is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuntimeExpression {
    /// `$response.body`, with the pointer after `#`.
    ResponseBody(Pointer),
    /// `$response.header.NAME`.
    ResponseHeader(String),
}

impl RuntimeExpression {
    /// Reads an expression such as `$response.body#/data/id`.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(name) = text.strip_prefix("$response.header.") {
            return if !name.is_empty() && name.bytes().all(is_token_byte) {
                Ok(Self::ResponseHeader(name.to_owned()))
            } else {
                Err(format!("`{name}` is no header name in `{text}`"))
            };
        }
        if let Some(rest) = text.strip_prefix("$response.body") {
            let pointer = match rest.strip_prefix('#') {
                Some(pointer) => Pointer::parse(pointer),
                None if rest.is_empty() => Some(Pointer::root()),
                None => None,
            };
            return pointer.map(Self::ResponseBody).ok_or_else(|| {
                format!("`{text}` has no JSON pointer: expected such as `$response.body#/data/id`")
            });
        }
        let sources = ["$url", "$method", "$statusCode", "$request."];
        if sources.iter().any(|source| text.starts_with(source)) {
            return Err(format!(
                "`{text}` is not in the response: expected such as `$response.body#/data/id`"
            ));
        }
        Err(format!(
            "`{text}` is no runtime expression: expected such as `$response.body#/data/id`"
        ))
    }
}

impl fmt::Display for RuntimeExpression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ResponseBody(pointer) if pointer.is_root() => {
                formatter.write_str("$response.body")
            }
            Self::ResponseBody(pointer) => write!(formatter, "$response.body#{pointer}"),
            Self::ResponseHeader(name) => write!(formatter, "$response.header.{name}"),
        }
    }
}

/// Whether the byte may stand in a token (RFC 9110, section 5.6.2).
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_survive_the_round_trip() {
        for text in [
            "$response.body",
            "$response.body#/data/id",
            "$response.body#/a~1b/0",
            "$response.header.Location",
        ] {
            assert_eq!(RuntimeExpression::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_capture_is_refused_with_its_reason() {
        for (text, reason) in [
            ("response.body#/id", "no runtime expression"),
            ("", "no runtime expression"),
            ("$response.body/id", "no JSON pointer"),
            ("$response.body#id", "no JSON pointer"),
            ("$response.body#/a~2", "no JSON pointer"),
            ("$response.header.", "no header name"),
            ("$response.header.a b", "no header name"),
            ("$request.path.id", "not in the response"),
            ("$statusCode", "not in the response"),
        ] {
            let error = RuntimeExpression::parse(text).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
