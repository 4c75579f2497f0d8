//! A request before its fixtures are known: text with holes for ids and secrets.

use std::fmt;

use crate::http::{Framing, HostHeader};
use crate::plan::{Holder, Slot};

/// A request with holes. The run fills them; `plan` shows them by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// The method, as sent.
    pub method: String,
    /// The request target from the first slash on, as sent.
    pub target: Vec<Piece>,
    /// Header fields in order, names spelled as sent; `Host` apart.
    pub headers: Vec<(String, Vec<Piece>)>,
    /// The content, if any.
    pub body: Option<Vec<Piece>>,
    /// The `Host` field.
    pub host: HostHeader,
    /// How the content's length is said.
    pub framing: Framing,
}

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text as it is.
    Text(String),
    /// Bytes that are no text.
    Bytes(Vec<u8>),
    /// A character this many times.
    Repeated(char, usize),
    /// The id of a leased instance.
    Id(Slot),
    /// The id of a leased instance plus a number: a value that wraps around to the id.
    IdPlus(Slot, u128),
    /// The id of a leased instance in another spelling.
    IdAs(Slot, IdSpelling),
    /// The id of a leased instance with each character percent-encoded (RFC 3986 §2.1).
    IdEncoded(Slot),
    /// The id of the already revoked instance.
    RevokedId,
    /// An id that belongs to nobody, so far above every id that the run has seen.
    UnseenId(u64),
    /// The other tenant's host, with its port where it has one.
    OtherAuthority,
    /// The first label of the other tenant's host: what applications name it by.
    OtherName,
    /// A secret, or something made from it.
    Secret(Holder, Derivation),
}

/// Another spelling of an id, as some readers take it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdSpelling {
    /// In base 16, as `0x2a`.
    Hexadecimal,
    /// In base 8 with a zero before it, as `052`: to others a larger number.
    Octal,
    /// In full-width digits (U+FF10 to U+FF19), percent-encoded.
    FullWidth,
    /// With an underscore after its first digit, as some languages write long numbers: `4_2`.
    Underscored,
    /// Each character percent-encoded, and the percent signs again: `%2534%2532`.
    EncodedTwice,
    /// Its first character percent-encoded, and the others as they are: `%342`.
    FirstEncoded,
    /// Its last character percent-encoded, and the others as they are: `4%32`.
    LastEncoded,
}

impl IdSpelling {
    /// The id so spelled; nothing where it is too short for the spelling, or no decimal number
    /// where that is needed.
    #[must_use]
    pub fn spell(self, id: &str) -> Option<String> {
        let number = id.parse::<u128>().ok();
        Some(match self {
            Self::Hexadecimal => format!("{:#x}", number?),
            Self::Octal => format!("0{:o}", number?),
            Self::FirstEncoded => {
                let (first, rest) = id.split_at_checked(1)?;
                format!("{}{rest}", encoded(first))
            }
            Self::LastEncoded => {
                let (rest, last) = id.split_at_checked(id.len().checked_sub(1)?)?;
                format!("{rest}{}", encoded(last))
            }
            _ if number.is_none() => return None,
            // U+FF10 is EF BC 90 in UTF-8, and the nine digits after it follow.
            Self::FullWidth => id
                .bytes()
                .map(|digit| format!("%EF%BC%{:02X}", 0x90 + (digit & 0x0f)))
                .collect(),
            Self::Underscored => {
                let (first, rest) = id.split_at_checked(1)?;
                return (!rest.is_empty()).then(|| format!("{first}_{rest}"));
            }
            Self::EncodedTwice => encoded(id).replace('%', "%25"),
        })
    }

    /// Whether those who do not know the notation read another number from it, and not none: then
    /// it may be that one that is revoked, or unknown.
    #[must_use]
    pub fn has_another_reading(self) -> bool {
        self == Self::Octal
    }

    fn name(self) -> &'static str {
        match self {
            Self::Hexadecimal => "hexadecimal",
            Self::Octal => "octal",
            Self::FullWidth => "in full-width digits",
            Self::Underscored => "with an underscore in it",
            Self::EncodedTwice => "percent-encoded twice",
            Self::FirstEncoded => "with its first digit percent-encoded",
            Self::LastEncoded => "with its last digit percent-encoded",
        }
    }
}

/// Each byte percent-encoded.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// What is made of a secret before it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Derivation {
    /// The secret itself.
    Verbatim,
    /// Without its last character that is no padding.
    DropLast,
    /// Without its first character.
    DropFirst,
    /// Its first half.
    FirstHalf,
    /// Its second half.
    LastHalf,
    /// With one more character of its own alphabet.
    Lengthened,
    /// With the letter case of its letters flipped.
    CaseFlipped,
    /// Random, of the same length and alphabet.
    RandomAlike,
    /// Percent-encoded for a path segment or a query value.
    PercentEncoded,
    /// Percent-encoded where a cookie cannot hold it as it is.
    CookieValue,
    /// As the user of Basic credentials with an empty password (RFC 7617 §2), in base64.
    Basic,
    /// As the password of Basic credentials, in base64.
    BasicPassword,
}

impl Derivation {
    /// Whether what is sent authenticates as the holder on some conceivable target: what a tier
    /// must protect.
    #[must_use]
    pub fn is_live(self) -> bool {
        !matches!(self, Self::RandomAlike)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Verbatim => "",
            Self::DropLast => " without its last character",
            Self::DropFirst => " without its first character",
            Self::FirstHalf => ", first half",
            Self::LastHalf => ", second half",
            Self::Lengthened => " plus one character",
            Self::CaseFlipped => " with letter case flipped",
            Self::RandomAlike => "-like random value",
            Self::PercentEncoded => ", percent-encoded",
            Self::CookieValue => ", as a cookie's value",
            Self::Basic => ", as Basic credentials",
            Self::BasicPassword => ", as a password of Basic credentials",
        }
    }
}

impl Piece {
    /// Text as it is.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

impl fmt::Display for Piece {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => formatter.write_str(text),
            Self::Bytes(bytes) => write!(formatter, "{}", bytes.escape_ascii()),
            Self::Repeated(character, times) => write!(formatter, "{{{character} x {times}}}"),
            Self::Id(slot) => write!(formatter, "{{{slot}.id}}"),
            Self::IdPlus(slot, number) => write!(formatter, "{{{slot}.id + {number}}}"),
            Self::IdAs(slot, spelling) => write!(formatter, "{{{slot}.id {}}}", spelling.name()),
            Self::IdEncoded(slot) => write!(formatter, "{{{slot}.id, percent-encoded}}"),
            Self::RevokedId => formatter.write_str("{revoked.id}"),
            Self::UnseenId(distance) => write!(formatter, "{{unseen.id+{distance}}}"),
            Self::OtherAuthority => formatter.write_str("{other-tenant.host}"),
            Self::OtherName => formatter.write_str("{other-tenant.name}"),
            Self::Secret(holder, derivation) => {
                write!(formatter, "{{{holder}.secret{}}}", derivation.name())
            }
        }
    }
}

/// Pieces as one line of text, holes by name.
#[must_use]
pub fn display(pieces: &[Piece]) -> String {
    pieces.iter().map(Piece::to_string).collect()
}

impl Template {
    /// Every piece, wherever it stands.
    pub fn pieces(&self) -> impl Iterator<Item = &Piece> {
        let headers = self.headers.iter().flat_map(|(_, value)| value);
        self.target
            .iter()
            .chain(headers)
            .chain(self.body.iter().flatten())
    }

    /// The header field's pieces, by case-insensitive name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&[Piece]> {
        self.headers
            .iter()
            .find(|(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_slice())
    }

    /// Whether it is nothing but a path and what is accepted: nobody's request.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        let queried =
            |piece: &Piece| matches!(piece, Piece::Text(text) if text.contains(['?', '#']));
        !self.target.iter().any(queried)
            && self.headers.iter().all(|(name, _)| name == "Accept")
            && self.body.is_none()
            && self.host == HostHeader::Automatic
            && self.framing == Framing::Automatic
    }

    /// Whether the method is safe (RFC 9110 §9.2.1).
    #[must_use]
    pub fn is_safe(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS" | "TRACE")
    }

    /// Whether some target would act on it: its method is unsafe, or it names another one that is.
    #[must_use]
    pub fn may_act(&self) -> bool {
        let names_method = |text: &str| text.to_ascii_lowercase().contains("method");
        !self.is_safe()
            || self.headers.iter().any(|(name, _)| names_method(name))
            || names_method(&display(&self.target))
            || self
                .body
                .as_deref()
                .is_some_and(|body| names_method(&display(body)))
    }

    /// Whether a secret that may live is anywhere in its bytes.
    #[must_use]
    pub fn carries_live_secret(&self) -> bool {
        self.pieces()
            .any(|piece| matches!(piece, Piece::Secret(_, derivation) if derivation.is_live()))
    }
}

#[cfg(test)]
mod tests {
    use super::IdSpelling;

    #[test]
    fn an_id_is_spelled_in_other_ways_where_it_has_them() {
        let spelled = |spelling: IdSpelling, id: &str| spelling.spell(id);
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(spelled(IdSpelling::Hexadecimal, "42"), some("0x2a"));
        assert_eq!(spelled(IdSpelling::Octal, "42"), some("052"));
        assert_eq!(spelled(IdSpelling::FullWidth, "4"), some("%EF%BC%94"));
        assert_eq!(spelled(IdSpelling::Underscored, "427"), some("4_27"));
        assert_eq!(spelled(IdSpelling::Underscored, "4"), None);
        assert_eq!(spelled(IdSpelling::EncodedTwice, "42"), some("%2534%2532"));
        assert_eq!(spelled(IdSpelling::EncodedTwice, "key-42"), None);
        assert_eq!(spelled(IdSpelling::FirstEncoded, "427"), some("%3427"));
        assert_eq!(spelled(IdSpelling::LastEncoded, "427"), some("42%37"));
    }
}
