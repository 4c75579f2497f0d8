//! Credentials as a type: they are compared, derived from and searched for, never printed.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use zeroize::Zeroizing;

use super::{encodings, escapes};

/// Shortest secret that is accepted, in bytes.
///
/// A shorter one occurs by chance in bodies and paths, so that neither a leak could be told
/// from a coincidence nor a report be redacted without destroying it.
pub const SECRET_BYTES_MIN: usize = 8;

/// A value that must not be shown: `Debug` and `Display` print `[redacted]`.
///
/// Clones share one buffer, which is overwritten when the last of them is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<Zeroizing<Vec<u8>>>);

/// Why bytes cannot be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// Too short to be told from a coincidence.
    #[error("a secret of {actual} bytes is too short, {SECRET_BYTES_MIN} are the least")]
    TooShort {
        /// How many bytes were given.
        actual: usize,
    },
}

impl Secret {
    /// Takes bytes as a secret.
    ///
    /// # Errors
    /// [`SecretError::TooShort`] under [`SECRET_BYTES_MIN`] bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, SecretError> {
        let bytes = Zeroizing::new(bytes.into());
        if bytes.len() < SECRET_BYTES_MIN {
            return Err(SecretError::TooShort {
                actual: bytes.len(),
            });
        }
        Ok(Self(Arc::new(bytes)))
    }

    /// A secret made from this one, of any length: a near miss, or a `Basic` encoding.
    #[must_use]
    pub fn derive(&self, make: impl FnOnce(&[u8]) -> Vec<u8>) -> Self {
        Self(Arc::new(Zeroizing::new(make(&self.0))))
    }

    /// Whether the value, or an encoded form of it, is in `haystack`.
    ///
    /// Looked for are base64 (both alphabets, all three alignments), hex, percent-encoded,
    /// JSON-escaped and HTML-escaped forms, and whatever undoing escapes brings to light.
    /// Values under six bytes are never found.
    #[must_use]
    pub fn occurs_in(&self, haystack: &[u8]) -> bool {
        let mut forms = encodings::Forms::default();
        forms.add(&self.0, 0);
        let found = |bytes: &[u8]| forms.first_match(bytes, 0).is_some();
        found(haystack) || escapes::texts(haystack).any(|text| found(&text))
    }

    /// Length of the value in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the value is empty, which only a derived one can be.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value itself: for the encoders and the redactor, and for nobody else.
    pub(in crate::http) fn reveal(&self) -> &[u8] {
        &self.0
    }
}

impl PartialOrd for Secret {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Secret {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.as_slice().cmp(other.0.as_slice())
    }
}

impl Hash for Secret {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.as_slice().hash(state);
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}
