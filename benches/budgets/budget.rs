//! A budget, what was measured of it, and the line that tells both.

/// How much is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// What the budgets speak of.
    Full,
    /// A little of everything, to see that it can be measured at all.
    Small,
}

impl Scale {
    /// The one or the other.
    pub fn choose<T>(self, full: T, small: T) -> T {
        match self {
            Self::Full => full,
            Self::Small => small,
        }
    }
}

/// Which side of the limit is good.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The measured value is at most the limit.
    AtMost,
    /// The measured value is at least the limit.
    AtLeast,
}

/// A budget and what was measured of it.
pub struct Budget {
    /// What it is about.
    pub name: String,
    /// Which side of the limit is good.
    pub side: Side,
    /// The limit.
    pub limit: f64,
    /// What was measured.
    pub measured: f64,
    /// The unit of both; `x` for a ratio.
    pub unit: &'static str,
    /// What the value was made from.
    pub from: String,
}

impl Budget {
    /// A budget with what was measured.
    pub fn new(name: &str, (side, limit): (Side, f64), measured: f64, unit: &'static str) -> Self {
        Self {
            name: name.to_owned(),
            side,
            limit,
            measured,
            unit,
            from: String::new(),
        }
    }

    /// The same, with what it was made from.
    pub fn made_from(self, from: String) -> Self {
        Self { from, ..self }
    }

    /// Whether the measured value is on the good side. A value that is none is not.
    pub fn is_within(&self) -> bool {
        match self.side {
            Side::AtMost => self.measured <= self.limit,
            Side::AtLeast => self.measured >= self.limit,
        }
    }

    /// Whether it holds at this scale: in small, a value must have been measured.
    pub fn holds(&self, scale: Scale) -> bool {
        let measured = self.measured.is_finite() && self.measured > 0.0;
        match scale {
            // Times of an unoptimised program with little to do say nothing.
            Scale::Small => measured,
            Scale::Full => measured && self.is_within(),
        }
    }

    /// The line above all others.
    pub fn heading() -> String {
        line("budget", "limit", "measured", ("", "from"))
    }
}

impl Budget {
    /// The budget's line.
    pub fn line(&self, scale: Scale) -> String {
        let sign = match self.side {
            Side::AtMost => "<=",
            Side::AtLeast => ">=",
        };
        let limit = format!("{sign} {} {}", self.limit, self.unit);
        let measured = format!("{:.2} {}", self.measured, self.unit);
        let word = match (scale, self.holds(scale)) {
            (Scale::Small, true) => "tried",
            (Scale::Full, true) => "ok",
            (_, false) => "OVER",
        };
        let text = line(&self.name, &limit, &measured, (word, &self.from));
        text.trim_end().to_owned()
    }
}

fn line(name: &str, limit: &str, measured: &str, (word, from): (&str, &str)) -> String {
    format!("{name:<46} {limit:>12} {measured:>12}  {word:<5} {from}")
}
