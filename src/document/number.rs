//! Numbers in the spelling of the source.

use std::fmt;

/// Integers up to this are exact as floats.
const EXACT_FLOAT_MAX: f64 = 9_007_199_254_740_992.0;

/// A number that keeps the spelling of the source, so that none loses digits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Number {
    spelling: Box<str>,
}

impl Number {
    /// A number with a spelling of YAML's core schema (of which JSON's are a part).
    pub(super) fn of(spelling: &str) -> Number {
        Number {
            spelling: spelling.into(),
        }
    }

    /// The number as the source spells it.
    #[must_use]
    pub fn spelling(&self) -> &str {
        &self.spelling
    }

    /// The integer, if it is one within the range; `1.0` and `1e2` are.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        self.as_i128()
            .and_then(|integer| i64::try_from(integer).ok())
    }

    /// The non-negative integer, if it is one within the range; `1.0` and `1e2` are.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        self.as_i128()
            .and_then(|integer| u64::try_from(integer).ok())
    }

    /// The nearest floating-point value; it may be infinite or not a number.
    #[must_use]
    pub fn as_f64(&self) -> f64 {
        if let Some(integer) = self.spelled_integer() {
            return integer as f64;
        }
        let (negative, digits) = split_sign(&self.spelling);
        let magnitude = match digits {
            ".inf" | ".Inf" | ".INF" => f64::INFINITY,
            // Rust reads every decimal spelling of the core schema; a long hexadecimal one is
            // beyond any use that a document has for it.
            other => other.parse().unwrap_or(f64::NAN),
        };
        if negative { -magnitude } else { magnitude }
    }

    /// The number as JSON. An integer beyond 64 bits becomes the nearest float; not-a-number and
    /// the infinities become null.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        if let Some(integer) = self.spelled_integer() {
            if let Ok(signed) = i64::try_from(integer) {
                return signed.into();
            }
            if let Ok(unsigned) = u64::try_from(integer) {
                return unsigned.into();
            }
        }
        serde_json::Number::from_f64(self.as_f64())
            .map_or(serde_json::Value::Null, serde_json::Value::Number)
    }

    fn as_i128(&self) -> Option<i128> {
        self.spelled_integer().or_else(|| {
            let float = self.as_f64();
            let whole = float.fract() == 0.0 && float.abs() <= EXACT_FLOAT_MAX;
            whole.then_some(float as i128)
        })
    }

    /// The integer, if it is spelled without fraction and exponent.
    fn spelled_integer(&self) -> Option<i128> {
        if let Some(octal) = self.spelling.strip_prefix("0o") {
            return i128::from_str_radix(octal, 8).ok();
        }
        if let Some(hexadecimal) = self.spelling.strip_prefix("0x") {
            return i128::from_str_radix(hexadecimal, 16).ok();
        }
        self.spelling.parse().ok()
    }
}

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.spelling)
    }
}

fn split_sign(spelling: &str) -> (bool, &str) {
    if let Some(digits) = spelling.strip_prefix('-') {
        return (true, digits);
    }
    (false, spelling.strip_prefix('+').unwrap_or(spelling))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check_number(spelling: &str, expected: serde_json::Value) {
        assert_eq!(Number::of(spelling).to_json(), expected, "{spelling}");
    }

    #[test]
    fn spellings_become_json() {
        check_number("0", json!(0));
        check_number("-17", json!(-17));
        check_number("+5", json!(5));
        check_number("0755", json!(755));
        check_number("0o17", json!(15));
        check_number("0xFF", json!(255));
        check_number("18446744073709551615", json!(u64::MAX));
        check_number("1.0", json!(1.0));
        check_number(".5", json!(0.5));
        check_number("+1.5e3", json!(1500.0));
        check_number("1.", json!(1.0));
    }

    #[test]
    fn what_json_cannot_hold_is_null_or_near() {
        check_number("18446744073709551616", json!(18_446_744_073_709_551_616.0));
        for spelling in [".inf", "-.Inf", ".nan", "1e999"] {
            check_number(spelling, json!(null));
        }
    }

    #[test]
    fn whole_floats_are_integers() {
        assert_eq!(Number::of("1.0").as_u64(), Some(1));
        assert_eq!(Number::of("1e2").as_i64(), Some(100));
        assert_eq!(Number::of("1.5").as_i64(), None);
        assert_eq!(Number::of("-1").as_u64(), None);
        assert_eq!(Number::of("1e300").as_i64(), None);
        assert_eq!(Number::of(".nan").as_i64(), None);
        assert_eq!(Number::of("9223372036854775808").as_i64(), None);
    }
}
