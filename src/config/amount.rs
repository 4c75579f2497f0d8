//! Durations, rates and counts as they are written.

use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

/// Longest duration that a setting takes, in seconds: a day. More is a slip of the unit.
const DURATION_S_MAX: u64 = 24 * 60 * 60;

/// Most shards that a run is cut into; each needs fixtures of its own.
const SHARDS_MAX: u32 = 1000;

/// How many requests in a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub requests: NonZeroU32,
    /// In this time.
    pub period: Duration,
}

/// A part of the cases: the `index`th of `count`, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Which part, from 1.
    pub index: u32,
    /// How many parts.
    pub count: u32,
}

impl Rate {
    /// The time from one request to the next, at this rate.
    #[must_use]
    pub fn interval(self) -> Duration {
        self.period / self.requests.get()
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = if self.period.as_secs() == 1 { "s" } else { "m" };
        write!(formatter, "{}/{unit}", self.requests)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.index, self.count)
    }
}

/// Reads a duration such as `500ms`, `10s`, `2m` or `1h`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let (digits, unit) = split_unit(text);
    let unit_ms = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "" if !digits.is_empty() => {
            return Err(format!(
                "`{text}` has no unit: write `{digits}s` or `{digits}ms`"
            ));
        }
        _ => return Err(no_duration(text)),
    };
    if digits.is_empty() {
        return Err(no_duration(text));
    }
    let ms = digits.parse().ok();
    let ms = ms.and_then(|amount: u64| amount.checked_mul(unit_ms));
    ms.map(Duration::from_millis)
        .filter(|duration| *duration <= Duration::from_secs(DURATION_S_MAX))
        .ok_or_else(|| format!("`{text}` is more than a day"))
}

/// Reads a duration that is not 0.
pub(super) fn positive_duration(text: &str) -> Result<Duration, String> {
    match duration(text)? {
        Duration::ZERO => Err(format!("`{text}` leaves no time: more than 0 is needed")),
        duration => Ok(duration),
    }
}

/// A duration as it would be written.
pub(super) fn show_duration(duration: Duration) -> String {
    if duration.subsec_millis() == 0 {
        format!("{}s", duration.as_secs())
    } else {
        format!("{}ms", duration.as_millis())
    }
}

/// Reads a rate such as `50/s` or `100/m`.
pub(super) fn rate(text: &str) -> Result<Rate, String> {
    let wrong = || format!("`{text}` is no rate: expected such as `50/s` or `100/m`");
    let Some((requests, unit)) = text.split_once('/') else {
        let bare = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        return Err(if bare {
            format!("`{text}` has no unit: write `{text}/s` or `{text}/m`")
        } else {
            wrong()
        });
    };
    let period = match unit {
        "s" => Duration::from_secs(1),
        "m" => Duration::from_secs(60),
        _ => return Err(wrong()),
    };
    let requests = whole(requests)
        .and_then(NonZeroU32::new)
        .ok_or_else(wrong)?;
    Ok(Rate { requests, period })
}

/// Reads a shard such as `1/4`.
pub(super) fn shard(text: &str) -> Result<Shard, String> {
    let wrong = || format!("`{text}` is no shard: expected such as `1/4`");
    let (index, count) = text.split_once('/').ok_or_else(wrong)?;
    let index = whole(index).ok_or_else(wrong)?;
    let count = whole(count).ok_or_else(wrong)?;
    if count > SHARDS_MAX {
        return Err(format!("`{text}` has more than {SHARDS_MAX} shards"));
    }
    if index == 0 || index > count {
        return Err(format!(
            "`{text}` is no shard: they are counted from 1 to {count}"
        ));
    }
    Ok(Shard { index, count })
}

/// Reads a count from 1 to `most`.
pub(super) fn count(text: &str, most: u32) -> Result<u32, String> {
    whole(text)
        .filter(|count| (1..=most).contains(count))
        .ok_or_else(|| format!("`{text}` is no number from 1 to {most}"))
}

/// Reads `true` or `false`.
pub(super) fn truth(text: &str) -> Result<bool, String> {
    match text {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(format!("`{text}` is neither `true` nor `false`")),
    }
}

/// A number of digits alone; `+5` is none.
fn whole(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn split_unit(text: &str) -> (&str, &str) {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    text.split_at(digits)
}

fn no_duration(text: &str) -> String {
    format!("`{text}` is no duration: expected such as `500ms`, `10s`, `2m` or `1h`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_shown() {
        for (text, ms, shown) in [
            ("0s", 0, "0s"),
            ("500ms", 500, "500ms"),
            ("1500ms", 1500, "1500ms"),
            ("2000ms", 2000, "2s"),
            ("2m", 120_000, "120s"),
            ("24h", 86_400_000, "86400s"),
        ] {
            let duration = duration(text).unwrap();
            assert_eq!(duration, Duration::from_millis(ms), "{text}");
            assert_eq!(show_duration(duration), shown, "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused_with_its_reason() {
        for (text, reason) in [
            ("10", "has no unit: write `10s` or `10ms`"),
            ("s", "is no duration"),
            ("", "is no duration"),
            ("1.5s", "is no duration"),
            ("-1s", "is no duration"),
            ("1 s", "is no duration"),
            ("1m30s", "is no duration"),
            ("10S", "is no duration"),
            ("25h", "is more than a day"),
            ("99999999999999999999s", "is more than a day"),
            ("9999999999999999999h", "is more than a day"),
        ] {
            let error = duration(text).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
        assert!(
            positive_duration("0ms")
                .unwrap_err()
                .contains("more than 0")
        );
    }

    #[test]
    fn rates_shards_and_counts_are_read() {
        let per_second = rate("50/s").unwrap();
        assert_eq!(per_second.interval(), Duration::from_millis(20));
        assert_eq!(rate("100/m").unwrap().to_string(), "100/m");
        for text in ["", "0/s", "x/s", "5/h", "/s", "-1/s", "+5/s", "1.5/s"] {
            assert!(rate(text).unwrap_err().contains("is no rate"), "{text}");
        }
        assert!(rate("50").unwrap_err().contains("write `50/s`"));
        assert_eq!(shard("2/4").unwrap(), Shard { index: 2, count: 4 });
        for text in ["", "2", "0/4", "5/4", "a/4", "1/", "1/2000", "+1/4"] {
            assert!(shard(text).is_err(), "{text}");
        }
        assert_eq!(count("8", 8), Ok(8));
        for text in ["0", "9", "", "-1", "+1", "8.0"] {
            assert!(count(text, 8).is_err(), "{text}");
        }
    }
}
