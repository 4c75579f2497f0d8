//! The core schema of YAML 1.2: which plain scalars are numbers, truth values or null.

use std::borrow::Cow;

use super::node::Value;
use super::number::Number;

/// The value that a plain scalar with this spelling has.
pub(super) fn resolve(text: Cow<'_, str>) -> Value {
    match text.as_ref() {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        spelling if is_number(spelling) => Value::Number(Number::of(spelling)),
        _ => Value::String(text.into_owned()),
    }
}

fn is_number(spelling: &str) -> bool {
    if let Some(digits) = spelling.strip_prefix("0o") {
        return all_digits(digits, |byte| matches!(byte, b'0'..=b'7'));
    }
    if let Some(digits) = spelling.strip_prefix("0x") {
        return all_digits(digits, |byte| byte.is_ascii_hexdigit());
    }
    if matches!(spelling, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let unsigned = spelling.strip_prefix(['-', '+']).unwrap_or(spelling);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return true;
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let exponent_holds = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        all_digits(digits, |byte| byte.is_ascii_digit())
    });
    exponent_holds && is_mantissa(mantissa)
}

fn is_mantissa(text: &str) -> bool {
    let decimal = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('.') {
        Some(("", fraction)) => !fraction.is_empty() && decimal(fraction),
        Some((whole, fraction)) => decimal(whole) && decimal(fraction),
        None => !text.is_empty() && decimal(text),
    }
}

fn all_digits(text: &str, is_digit: fn(u8) -> bool) -> bool {
    !text.is_empty() && text.bytes().all(is_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_core_schema() {
        for spelling in [
            "0", "-0", "+12", "0755", "1.", ".5", "1.5e-3", "2e2", "0o17", "0xfF", "-.INF", ".nan",
        ] {
            assert!(is_number(spelling), "{spelling}");
        }
        for spelling in [
            "",
            "-",
            ".",
            "e5",
            "1e",
            "1e+",
            "1_000",
            "0b1",
            "-0x1",
            "0o8",
            "1.2.3",
            "1:30",
            "nan",
            ".e1",
            "2024-01-01",
            "1 ",
            "--1",
            "-.nan",
            "١",
        ] {
            assert!(!is_number(spelling), "{spelling}");
        }
    }

    #[test]
    fn words_of_yaml_1_1_stay_text() {
        for word in ["yes", "no", "on", "off", "y", "N", "tRue"] {
            assert_eq!(resolve(word.into()), Value::String(word.into()));
        }
    }
}
