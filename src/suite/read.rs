//! Bytes -> Suite: through the document reader for places, then typed, then what types cannot
//! say.

use std::collections::{BTreeMap, BTreeSet};

use super::expression::RuntimeExpression;
use super::model::{Level, Profile, Requirement, Source, Suite};
use super::nearest::nearest;
use super::problem::{Problem, Problems};
use super::typed::{TypedError, read_typed};
use crate::document::{Document, Pointer};

/// What a fixture's `take` has to name, and all that it may.
const TAKEN: [&str; 2] = ["id", "secret"];

/// Why a suite cannot be used: every problem, each with its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SuiteError {
    /// It is no YAML or JSON document.
    #[error("{0}")]
    Unreadable(Problems),
    /// It is none of the shape of a suite.
    #[error(transparent)]
    Shape(#[from] TypedError),
    /// It contradicts itself.
    #[error("{0}")]
    Unsound(Problems),
}

impl SuiteError {
    /// The problems, in the order of their places.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Unreadable(problems) | Self::Unsound(problems) => problems.as_slice(),
            Self::Shape(TypedError(problems)) => problems.as_slice(),
        }
    }
}

impl Suite {
    /// Reads a suite; `name` is what errors call the file.
    ///
    /// # Errors
    /// The text is malformed, has another shape than a suite, or contradicts itself.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, SuiteError> {
        let document = Document::parse(name, bytes).map_err(|error| {
            SuiteError::Unreadable(Problems::from(Problem::unreadable(&error, bytes)))
        })?;
        Self::read(&document)
    }

    /// Reads a suite from a document.
    ///
    /// # Errors
    /// The document has another shape than a suite, or contradicts itself.
    pub fn read(document: &Document) -> Result<Self, SuiteError> {
        let suite: Self = read_typed(document)?;
        let mut inspector = Inspector {
            document,
            suite: &suite,
            problems: Vec::new(),
        };
        inspector.inspect();
        match Problems::of(inspector.problems) {
            Some(problems) => Err(SuiteError::Unsound(problems)),
            None => Ok(suite),
        }
    }
}

/// Collects what is unsound about a suite.
struct Inspector<'a> {
    document: &'a Document,
    suite: &'a Suite,
    problems: Vec<Problem>,
}

impl Inspector<'_> {
    fn inspect(&mut self) {
        let suite = self.suite;
        let root = Pointer::root();
        if !is_kebab(&suite.suite) {
            let message = format!("`{}` is no kebab-case name", suite.suite);
            self.value(&root.push("suite"), message);
        }
        for (key, text) in [
            ("title", &suite.title),
            ("contract", &suite.contract),
            ("operation", &suite.operation),
        ] {
            self.not_blank(&root.push(key), text);
        }
        for (gap, contents) in &suite.gaps {
            self.not_blank(&root.push("gaps").push(gap).push("title"), &contents.title);
        }
        self.resource();
        let requirements = root.push("requirements");
        if suite.requirements.is_empty() {
            self.key(&requirements, "the suite demands nothing".to_owned());
        }
        let mut codes = BTreeMap::new();
        for (number, requirement) in suite.requirements.iter().enumerate() {
            let at = requirements.push(number.to_string());
            let code = at.push("code");
            let first = codes
                .entry(&requirement.code)
                .or_insert_with(|| code.clone());
            if *first != code
                && let Some(place) = self.document.at(first)
            {
                let place = place.position();
                let message = format!("duplicate code `{}` (first at {place})", requirement.code);
                self.value(&code, message);
            }
            self.requirement(&at, requirement);
        }
    }

    fn resource(&mut self) {
        let resource = &self.suite.resource;
        let at = Pointer::root().push("resource");
        self.not_blank(&at.push("parameter"), &resource.parameter);
        if let Some(create) = &resource.create {
            let at = at.push("create");
            self.not_blank(&at.push("operation"), &create.operation);
            let take = at.push("take");
            let mut missing = BTreeSet::from(TAKEN);
            for (name, expression) in &create.take {
                let place = take.push(name);
                let meant = nearest(name, TAKEN);
                missing.remove(meant.unwrap_or_default());
                if !TAKEN.contains(&name.as_str()) {
                    let message = match meant {
                        Some(meant) => format!("unknown field `{name}`, did you mean `{meant}`?"),
                        None => format!("unknown field `{name}` (known are `id`, `secret`)"),
                    };
                    self.key(&place, message);
                }
                self.expression(&place, expression);
            }
            for name in missing {
                self.key(&take, format!("missing field `{name}`"));
            }
        }
        if let Some(probe) = &resource.probe {
            let at = at.push("probe");
            self.not_blank(&at.push("operation"), &probe.operation);
            if let Some(expression) = &probe.id {
                self.expression(&at.push("id"), expression);
            }
            for (key, status) in [("alive", probe.alive), ("dead", probe.dead)] {
                if !(100..600).contains(&status) {
                    self.value(&at.push(key), format!("`{status}` is no status"));
                }
            }
            if probe.alive == probe.dead {
                let message = "the probe cannot tell: `alive` and `dead` are the same status";
                self.value(&at.push("dead"), message.to_owned());
            }
        }
    }

    fn requirement(&mut self, at: &Pointer, requirement: &Requirement) {
        self.not_blank(&at.push("title"), &requirement.title);
        self.trigger(at, requirement);
        self.judgement(at, requirement);
        if requirement.profile == Profile::Robustness && requirement.level == Level::Must {
            let message = "a robustness requirement has no normative source, \
                           so it is `should` or `may`";
            self.value(&at.push("level"), message.to_owned());
        }
        self.sources(&at.push("sources"), &requirement.sources);
        if let Some(gap) = &requirement.gap
            && !self.suite.gaps.contains_key(gap)
        {
            let message = match nearest(gap, self.suite.gaps.keys().map(String::as_str)) {
                Some(meant) => format!("the suite has no gap `{gap}`, did you mean `{meant}`?"),
                None => format!("the suite has no gap `{gap}`"),
            };
            self.value(&at.push("gap"), message);
        }
    }

    /// By what the requirement comes to its exchanges.
    fn trigger(&mut self, at: &Pointer, requirement: &Requirement) {
        match (&requirement.rule, &requirement.on) {
            (Some(_), Some(_)) => {
                let message = "`rule` and `on` exclude each other: a requirement derives cases \
                               or attaches to exchanges";
                self.key(&at.push("on"), message.to_owned());
            }
            (None, None) => {
                let message = format!("`{}` has neither `rule` nor `on`", requirement.code);
                self.value(at, message);
            }
            (Some(rule), None) if !is_kebab(rule) => {
                self.value(&at.push("rule"), format!("`{rule}` is no kebab-case name"));
            }
            _ => {}
        }
        if requirement.rule.is_none() && !requirement.variants.is_empty() {
            let message = "`variants` are a rule's, and no `rule` is given";
            self.key(&at.push("variants"), message.to_owned());
        }
        let mut seen = BTreeSet::new();
        for (number, variant) in requirement.variants.iter().enumerate() {
            if !seen.insert(variant) {
                let place = at.push("variants").push(number.to_string());
                self.value(&place, format!("duplicate variant `{variant}`"));
            }
        }
    }

    /// By what the requirement judges.
    fn judgement(&mut self, at: &Pointer, requirement: &Requirement) {
        match (&requirement.expect, &requirement.check) {
            (None, None) => {
                let message = format!("`{}` has neither `expect` nor `check`", requirement.code);
                self.value(at, message);
            }
            (_, Some(check)) if !is_kebab(&check.0) => {
                self.value(
                    &at.push("check"),
                    format!("`{check}` is no kebab-case name"),
                );
            }
            _ => {}
        }
        if let Some(expect) = &requirement.expect {
            if expect.status.is_empty() && expect.warn.is_empty() && expect.effect.is_none() {
                let message = "nothing is expected: give `status`, `warn` or `effect`";
                self.key(&at.push("expect"), message.to_owned());
            }
            for (number, status) in expect.warn.iter().enumerate() {
                if expect.status.contains(status) {
                    let place = at.push("expect").push("warn").push(number.to_string());
                    self.value(&place, format!("`{status}` satisfies already by `status`"));
                }
            }
        }
        if requirement.argument.is_some() && requirement.check.is_none() {
            let message = "`argument` is a check's, and no `check` is given";
            self.key(&at.push("argument"), message.to_owned());
        }
    }

    fn sources(&mut self, at: &Pointer, sources: &[Source]) {
        if sources.is_empty() {
            self.key(
                at,
                "no source: a demand without one is an opinion".to_owned(),
            );
        }
        for (number, source) in sources.iter().enumerate() {
            let place = at.push(number.to_string());
            match source {
                Source::Contract(pointer) if Pointer::parse(pointer).is_none() => {
                    self.value(&place, format!("`{pointer}` is no JSON pointer"));
                }
                Source::Contract(_) => {}
                Source::Citation(text) => self.not_blank(&place, text),
            }
        }
    }

    fn expression(&mut self, at: &Pointer, text: &str) {
        if let Err(message) = RuntimeExpression::parse(text) {
            self.value(at, message);
        }
    }

    fn not_blank(&mut self, at: &Pointer, text: &str) {
        if text.trim().is_empty() {
            self.value(at, "must not be empty".to_owned());
        }
    }

    fn value(&mut self, at: &Pointer, message: String) {
        self.problems
            .push(Problem::with_value(self.document, at, message));
    }

    fn key(&mut self, at: &Pointer, message: String) {
        self.problems
            .push(Problem::with_key(self.document, at, message));
    }
}

fn is_kebab(text: &str) -> bool {
    let part = |part: &str| {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        !part.is_empty() && part.bytes().all(allowed)
    };
    text.split('-').all(part)
}
