//! Whether the bytes of a path segment are an integer, as a server would read them.

/// Whether a path segment, percent-decoded, is an integer by JSON Schema's notion as it is spelled
/// in a URL: a sign that is a minus at most, digits, and a fraction of zeros.
///
/// Spellings that some readers take for an integer (`+7`, `7e0`, blanks) count as integers here:
/// no rule may call them invalid.
#[must_use]
pub fn is_integer(segment: &str) -> bool {
    let decoded = percent_encoding::percent_decode_str(segment).decode_utf8_lossy();
    let text = decoded.trim();
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.chars().all(char::is_numeric);
    let exponent_is_whole = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    !whole.is_empty()
        && digits(whole)
        && exponent_is_whole
        && (fraction.chars().all(|digit| digit == '0') || (exponent.is_some() && digits(fraction)))
}

#[cfg(test)]
mod tests {
    use super::is_integer;

    #[test]
    fn integers_in_every_spelling_are_integers() {
        for text in ["42", "-1", "%2B7", "007", "7.0", "7e0", "%207", "\u{ff17}"] {
            assert!(is_integer(text), "{text}");
        }
    }

    #[test]
    fn everything_else_is_not() {
        for text in [
            "abc", "null", "NaN", "42xyz", "42.1", "42%00", "", "0x2a", "1,2", "4_2",
        ] {
            assert!(!is_integer(text), "{text}");
        }
    }
}
