//! Where secrets and random ids come from.

use std::io;

/// A SplitMix64 stream: small, and the same for the same seed.
///
/// It is no cryptographic generator. The keys it makes open a tenant that lives in memory for the
/// length of a run and holds nothing.
#[derive(Debug)]
pub(super) struct Random(u64);

impl Random {
    /// A stream from the given seed, else from the operating system.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub(super) fn start(seed: Option<u64>) -> io::Result<Random> {
        match seed {
            Some(seed) => Ok(Random(seed)),
            None => getrandom::u64()
                .map(Random)
                .map_err(|error| io::Error::other(error.to_string())),
        }
    }

    /// The next number.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is at least 1.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    /// `length` characters of `alphabet`, which is ASCII and not empty.
    pub(super) fn text(&mut self, alphabet: &str, length: usize) -> String {
        let letters = alphabet.as_bytes();
        (0..length)
            .filter_map(|_| {
                let at = self.below(letters.len() as u64);
                letters
                    .get(usize::try_from(at).unwrap_or(0))
                    .map(|letter| char::from(*letter))
            })
            .collect()
    }
}
