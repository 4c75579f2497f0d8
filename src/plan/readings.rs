//! The ids that a sloppy parser may read from a text.
//!
//! A malformed id is only sent where each of its readings is ours or belongs to nobody.

/// Bounds at which integers of real servers wrap around, as powers of two.
const WRAPS: [u32; 5] = [31, 32, 53, 63, 64];

/// How much of a range is listed.
const RANGE_MAX: u128 = 4096;

/// Every id that a sloppy parser may read from the text: cut at the first non-digit, with its
/// non-digits stripped, octal, hexadecimal, absolute, each of them rounded to a double, and each of
/// them wrapped at 2^31, 2^32, 2^53, 2^63 and 2^64. A text without a digit has no reading.
/// Sorted, without duplicates; `u128::MAX` stands for everything larger.
#[must_use]
pub fn readings(text: &str) -> Vec<u128> {
    let ascii = fold_digits(text);
    if !ascii.bytes().any(|byte| byte.is_ascii_digit()) {
        return Vec::new();
    }
    let trimmed = ascii.trim().trim_start_matches(['+', '-']);
    let mut found: Vec<u128> = Vec::new();
    found.extend(leading(trimmed, 10));
    found.extend(decimal(
        &ascii
            .chars()
            .filter(char::is_ascii_digit)
            .collect::<String>(),
    ));
    found.extend(radix_readings(trimmed));
    found.extend(range(trimmed));
    // Integers wrap around; a double does not, whatever is left of its digits.
    let whole = found.clone();
    found.extend(float(trimmed));
    for value in whole {
        found.extend(rounded(value));
        found.extend(WRAPS.iter().map(|bits| value & ((1u128 << bits) - 1)));
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Full-width and other decimal digits as ASCII ones.
fn fold_digits(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\u{ff10}'..='\u{ff19}' => {
                char::from_digit(u32::from(character) - 0xff10, 10).unwrap_or(character)
            }
            other => other,
        })
        .collect()
}

fn decimal(digits: &str) -> Option<u128> {
    if digits.is_empty() {
        None
    } else {
        Some(digits.parse().unwrap_or(u128::MAX))
    }
}

fn leading(text: &str, radix: u32) -> Option<u128> {
    let end = text
        .find(|character: char| !character.is_digit(radix))
        .unwrap_or(text.len());
    let digits = text.get(..end).unwrap_or_default();
    if digits.is_empty() {
        None
    } else {
        Some(u128::from_str_radix(digits, radix).unwrap_or(u128::MAX))
    }
}

/// What lies between two numbers, as in `3-7`, `3..7` or `3:7`; the first thousands of it, since
/// that many in a row are never all ours.
fn range(text: &str) -> Vec<u128> {
    let ends = ["-", "..", ":"]
        .into_iter()
        .find_map(|dash| text.split_once(dash));
    let Some((first, last)) = ends else {
        return Vec::new();
    };
    match (first.parse::<u128>(), last.parse::<u128>()) {
        (Ok(first), Ok(last)) => (first..=last.min(first.saturating_add(RANGE_MAX))).collect(),
        _ => Vec::new(),
    }
}

fn radix_readings(text: &str) -> Vec<u128> {
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    if let Some(rest) = lower.strip_prefix("0x") {
        found.extend(leading(rest, 16));
    } else if lower
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_hexdigit())
        && lower.bytes().all(|byte| byte.is_ascii_hexdigit())
        && lower.bytes().any(|byte| byte.is_ascii_alphabetic())
    {
        found.extend(leading(&lower, 16));
    }
    if let Some(rest) = lower.strip_prefix("0b") {
        found.extend(leading(rest, 2));
    }
    if let Some(rest) = lower.strip_prefix('0') {
        found.extend(leading(rest.trim_start_matches('o'), 8));
    }
    found
}

/// What a float parser makes of the longest numeric beginning, cut and rounded to an integer.
fn float(text: &str) -> Vec<u128> {
    let shaped = |character: char| character.is_ascii_digit() || "eE.+-".contains(character);
    let end = text
        .find(|character| !shaped(character))
        .unwrap_or(text.len());
    let mut part = text.get(..end).unwrap_or_default();
    while !part.is_empty() {
        if let Ok(value) = part.parse::<f64>() {
            return vec![
                to_integer(value.abs().trunc()),
                to_integer(value.abs().round()),
            ];
        }
        part = part.get(..part.len() - 1).unwrap_or_default();
    }
    Vec::new()
}

fn rounded(value: u128) -> Option<u128> {
    #[expect(clippy::cast_precision_loss, reason = "the rounding is what is wanted")]
    let double = value as f64;
    Some(to_integer(double))
}

fn to_integer(value: f64) -> u128 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the value is not negative and the cast saturates"
    )]
    let integer = value as u128;
    integer
}

#[cfg(test)]
mod tests {
    use super::readings;

    #[test]
    fn a_text_without_a_digit_has_no_reading() {
        assert!(readings("abc").is_empty());
        assert!(readings("ffffffff-ffff-ffff-ffff-ffffffffffff").is_empty());
    }

    #[test]
    fn letters_after_an_id_read_as_that_id() {
        assert_eq!(readings("42xyz"), [42]);
        assert!(readings("42abc").contains(&0x42abc));
    }

    #[test]
    fn a_fraction_reads_cut_and_stripped() {
        assert_eq!(readings("42.1"), [42, 421]);
    }

    #[test]
    fn sums_with_powers_of_two_wrap_around_to_the_id() {
        assert!(readings("4294967338").contains(&42));
        assert!(readings("18446744073709551658").contains(&42));
        let beyond = readings("18446744073709556384");
        assert!(
            beyond.iter().all(|id| *id == 4768 || *id > 1 << 60),
            "{beyond:?}"
        );
    }

    #[test]
    fn a_range_reads_as_all_that_lies_in_it() {
        for range in ["42-45", "42..45", "42:45"] {
            let found = readings(range);
            assert!((42..=45).all(|id| found.contains(&id)), "{found:?}");
        }
    }

    #[test]
    fn exponents_hex_and_octal_are_read() {
        assert!(readings("1e3").contains(&1000));
        assert!(readings("0x2a").contains(&42));
        assert!(readings("052").contains(&42));
        assert!(readings("\u{ff14}\u{ff12}").contains(&42));
    }
}
