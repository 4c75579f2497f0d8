//! Takes every known secret out of bytes that are about to be shown or written.

use std::collections::BTreeSet;
use std::fmt;

use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::encodings::{Forms, Match, united};
use super::escapes;
use super::secret::Secret;

/// Every secret that a run knows, and what stands in its place.
///
/// A value, in any of its encoded forms and however it is escaped, becomes `[redacted:xxxxxxxx]`: a fingerprint under a
/// key of the run, so that equal values stay equal in a report, and nobody without the key can
/// try values against it. Values under six bytes are not searched for.
pub struct Redactor {
    key: zeroize::Zeroizing<Vec<u8>>,
    forms: Forms,
    fingerprints: Vec<String>,
    /// Owners that are only a part of a secret: shown by design here and there, such as a prefix.
    parts: std::collections::BTreeSet<usize>,
}

impl Redactor {
    /// A redactor of these secrets; `key` is random bytes, new for each run.
    #[must_use]
    pub fn new(key: &[u8], secrets: impl IntoIterator<Item = Secret>) -> Self {
        let key = key.to_vec().into();
        let mut redactor = Self {
            key,
            forms: Forms::default(),
            fingerprints: Vec::new(),
            parts: std::collections::BTreeSet::new(),
        };
        for secret in secrets {
            redactor.add(&secret);
        }
        redactor
    }

    /// Makes one more secret known.
    pub fn add(&mut self, secret: &Secret) {
        let fingerprint = self.fingerprint(secret);
        self.forms.add(secret.reveal(), self.fingerprints.len());
        self.fingerprints.push(fingerprint);
    }

    /// Makes known what is only a part of a secret: it is taken out of what is shown, but whoever
    /// tells it does not tell the secret.
    pub fn add_part(&mut self, part: &Secret) {
        self.parts.insert(self.fingerprints.len());
        self.add(part);
    }

    /// What stands for each whole secret that is in these bytes, also where escapes hide it.
    #[must_use]
    pub fn whole_secrets(&self, bytes: &[u8]) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        self.gather_whole(bytes, &mut found);
        for text in escapes::texts(bytes) {
            self.gather_whole(&text, &mut found);
        }
        found
    }

    fn gather_whole<'a>(&'a self, bytes: &[u8], found: &mut BTreeSet<&'a str>) {
        let whole = self.forms.matches(bytes).into_iter();
        let whole = whole.filter(|found| !self.parts.contains(&found.owner));
        let fingerprints = whole.filter_map(|found| self.fingerprints.get(found.owner));
        found.extend(fingerprints.map(String::as_str));
    }

    /// What stands for this secret: eight hex digits, the same for equal values.
    #[must_use]
    pub fn fingerprint(&self, secret: &Secret) -> String {
        // HMAC takes a key of any length, so this cannot fail.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) else {
            return String::new();
        };
        mac.update(secret.reveal());
        mac.finalize()
            .into_bytes()
            .iter()
            .take(4)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// The bytes without any known secret.
    #[must_use]
    pub fn redact(&self, bytes: &[u8]) -> Vec<u8> {
        self.replace(bytes, &self.matches(bytes))
    }

    /// The text without any known secret.
    #[must_use]
    pub fn redact_text(&self, text: &str) -> String {
        let redacted = self.redact(text.as_bytes());
        String::from_utf8(redacted)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    }

    /// Whether a known secret is in these bytes, also where escapes hide it.
    #[must_use]
    pub fn finds(&self, bytes: &[u8]) -> bool {
        let found = |bytes: &[u8]| self.forms.first_match(bytes, 0).is_some();
        found(bytes) || escapes::texts(bytes).any(|text| found(&text))
    }

    pub(in crate::http) fn matches(&self, bytes: &[u8]) -> Vec<Match> {
        let mut matches = self.forms.matches(bytes);
        for reading in escapes::readings(bytes) {
            let found = self.forms.matches(&reading.bytes).into_iter();
            matches.extend(found.map(|found| Match {
                range: reading.origin(&found.range),
                owner: found.owner,
            }));
        }
        united(matches)
    }

    /// Replaces these ranges, which are in order and do not overlap.
    pub(in crate::http) fn replace(&self, bytes: &[u8], matches: &[Match]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len());
        let mut from = 0;
        for found in matches {
            out.extend_from_slice(bytes.get(from..found.range.start).unwrap_or_default());
            let fingerprint = self
                .fingerprints
                .get(found.owner)
                .map_or("", String::as_str);
            out.extend_from_slice(format!("[redacted:{fingerprint}]").as_bytes());
            from = found.range.end;
        }
        out.extend_from_slice(bytes.get(from..).unwrap_or_default());
        out
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Redactor({} secrets)", self.fingerprints.len())
    }
}
