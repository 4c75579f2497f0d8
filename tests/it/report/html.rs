//! The page: one file that loads nothing, in which text of the target stays text.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use probity::plan::Code;
use probity::report::{RunRecord, cause, html};
use probity::run::event::{Event, Verdict};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::events::{code, fact, failed, hostile, not_refused, red, started};
use super::runs;

/// Elements of the page; the target's text makes none.
const ELEMENTS: &[&str] = &[
    "b", "body", "caption", "code", "div", "h1", "h2", "h3", "head", "html", "li", "main", "meta",
    "p", "pre", "script", "section", "style", "table", "td", "th", "title", "tr", "ul",
];

/// A page in its parts.
struct Page {
    text: String,
    /// Attributes and content of each script, in order: data, script, evidence.
    scripts: Vec<(String, String)>,
    style: String,
    /// Everything outside of scripts and the style.
    markup: String,
}

impl Page {
    fn of(runs: &[&[Event]]) -> Self {
        let records: Vec<RunRecord<'_>> =
            runs.iter().map(|events| RunRecord::fold(events)).collect();
        let text = html::render(&records).expect("a page");
        let mut scripts = Vec::new();
        let mut markup = String::new();
        let mut rest = text.as_str();
        while let Some((before, opened)) = rest.split_once("<script") {
            let (attributes, content) = opened.split_once('>').expect("the tag ends");
            let (content, after) = content.split_once("</script>").expect("the script ends");
            scripts.push((attributes.trim().to_owned(), content.to_owned()));
            markup.push_str(before);
            markup.push_str("<script></script>");
            rest = after;
        }
        markup.push_str(rest);
        let (before, styled) = markup.split_once("<style>").expect("a style");
        let (style, after) = styled.split_once("</style>").expect("the style ends");
        Self {
            style: style.to_owned(),
            markup: format!("{before}<style></style>{after}"),
            text,
            scripts,
        }
    }

    fn data(&self) -> Value {
        serde_json::from_str(&self.scripts[0].1).expect("the data is JSON")
    }

    fn evidence(&self) -> Vec<Value> {
        let lines = self.scripts[2].1.trim().lines();
        lines
            .map(|line| serde_json::from_str(line).expect("a line of evidence is JSON"))
            .collect()
    }

    fn elements(&self) -> BTreeSet<String> {
        let tags = self.markup.split('<').skip(1);
        let names = tags.map(|tag| {
            let name = tag.trim_start_matches('/');
            let end = name.find(|c: char| !c.is_ascii_alphanumeric());
            name[..end.unwrap_or(name.len())].to_owned()
        });
        names.filter(|name| !name.is_empty()).collect()
    }
}

fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}

#[test]
fn the_page_is_one_file_that_may_load_nothing() {
    for (name, events) in runs() {
        let page = Page::of(&[&events]);
        let unknown: Vec<_> = page
            .elements()
            .into_iter()
            .filter(|element| !ELEMENTS.contains(&element.as_str()))
            .collect();
        assert!(unknown.is_empty(), "{name}: {unknown:?}");
        for loads in [" src=", " href=", " srcset=", " style=", " onclick="] {
            let tags = page.markup.split('<').skip(1);
            let mut tags = tags.filter_map(|tag| tag.split_once('>'));
            assert!(tags.all(|(tag, _)| !tag.contains(loads)), "{name}: {loads}");
        }
        for loads in ["url(", "@import", "http:", "https:"] {
            assert!(!page.style.contains(loads), "{name}: the style has {loads}");
        }
        let kinds: Vec<_> = page.scripts.iter().map(|script| &*script.0).collect();
        let island = |id: &str| format!("type=\"application/json\" id=\"{id}\"");
        assert_eq!(
            kinds,
            [&*island("data"), "", &*island("evidence")],
            "{name}"
        );
    }
}

#[test]
fn the_policy_names_the_style_and_the_script_and_nothing_else() {
    let page = Page::of(&[&red()]);
    let wanted = format!(
        "content=\"default-src 'none'; base-uri 'none'; form-action 'none'; style-src {}; \
         script-src {}\"",
        hash(&page.style),
        hash(&page.scripts[1].1)
    );
    assert!(page.markup.contains(&wanted), "{wanted}");
}

#[test]
fn the_script_makes_no_markup_of_texts() {
    let page = Page::of(&[&red()]);
    let script = &page.scripts[1].1;
    for way in [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
        "createContextualFragment",
        "DOMParser",
        "fetch(",
        "XMLHttpRequest",
        "import(",
    ] {
        assert!(!script.contains(way), "the script uses {way}");
    }
}

#[test]
fn text_of_the_target_is_inert() {
    let mut events = hostile();
    let markup = "</script><script>alert(1)</script><img src=x onerror=alert(1)>{{data}}";
    for event in &mut events {
        if let Event::CaseFinished(case) = event {
            case.exchanges[0].received.text.push_str(markup);
            case.notes.push(markup.to_owned());
            case.reason = Some(markup.to_owned());
            for judgement in &mut case.judgements {
                for failure in &mut judgement.failures {
                    failure.actual = markup.to_owned();
                }
            }
        }
    }
    let page = Page::of(&[&events]);
    assert_eq!(page.scripts.len(), 3, "the target adds no script");
    assert_eq!(page.text.matches("</script>").count(), 3);
    assert!(!page.text.contains("<img") && !page.text.contains('\u{202e}'));
    assert!(
        page.elements()
            .iter()
            .all(|name| ELEMENTS.contains(&name.as_str()))
    );
    let shown = page.evidence()[0].to_string();
    assert!(
        shown.contains("<img src=x"),
        "what the target sent is still there to be read"
    );
    assert!(!page.text.contains('\x1b') && !page.text.contains('\0'));
}

#[test]
fn counts_and_the_exit_code_are_those_of_the_record() {
    for (name, events) in runs() {
        let record = RunRecord::fold(&events);
        let data = Page::of(&[&events]).data();
        let run = &data["runs"][0];
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let mut red = 0;
        for case in run["cases"].as_array().expect("cases") {
            *counts
                .entry(case["v"].as_str().expect("a verdict").to_owned())
                .or_default() += 1;
            red += usize::from(case["red"] == true);
        }
        let mut expected: BTreeMap<String, usize> = record
            .counts()
            .into_iter()
            .map(|(verdict, count)| (verdict.name().to_owned(), count))
            .collect();
        if record.unjudged() > 0 {
            expected.insert("never-judged".to_owned(), record.unjudged());
        }
        assert_eq!(counts, expected, "{name}");
        let tally = record.tally();
        assert_eq!(red, tally.failures + tally.errors, "{name}");
        assert_eq!(run["exit"], record.exit_code(), "{name}");
        assert_eq!(run["complete"], record.complete(), "{name}");
        let undecided = record.counts().contains_key(&Verdict::Inconclusive);
        let opening = match (record.complete(), undecided) {
            (true, false) => "Complete: ",
            (true, true) => "Not everything was judged: ",
            (false, _) => "Not complete: ",
        };
        let completeness = run["completeness"].as_str().expect("a sentence");
        assert!(completeness.starts_with(opening), "{name}: {completeness}");
    }
}

#[test]
fn the_evidence_has_a_line_for_each_case_of_each_run_in_order() {
    let (first, second) = (red(), hostile());
    let page = Page::of(&[&first, &second]);
    let data = page.data();
    let cases = data["runs"].as_array().expect("runs").iter();
    let cases: Vec<&Value> = cases
        .flat_map(|run| run["cases"].as_array().expect("cases"))
        .collect();
    let evidence = page.evidence();
    assert_eq!(evidence.len(), cases.len());
    for (case, evidence) in cases.iter().zip(&evidence) {
        let judged = case["v"] != "never-judged";
        assert_eq!(evidence.is_object(), judged, "{}", case["id"]);
    }
    let id = cases[0]["id"].as_str().expect("an id");
    let reproduce = evidence[0]["reproduce"].as_str().expect("a command");
    assert!(reproduce.ends_with(id), "{reproduce}");
}

#[test]
fn equal_events_give_equal_bytes() {
    for (name, events) in runs() {
        assert_eq!(
            Page::of(&[&events]).text,
            Page::of(&[&events]).text,
            "{name}"
        );
    }
}

#[test]
fn without_a_script_the_verdict_and_the_failures_can_be_read() {
    let events = red();
    let page = Page::of(&[&events]);
    let exit = format!("exit code {}", RunRecord::fold(&events).exit_code());
    for text in [
        &exit,
        "Failures, by cause",
        "a request without X-Api-Key is refused with 401",
        "reproduce probity run",
        "Neither passed nor failed",
    ] {
        assert!(page.markup.contains(text), "{text}");
    }
    let page = Page::of(&[&super::green()]);
    assert!(!page.markup.contains("Failures, by cause"));
}

fn check_causes(failures: &[(&str, &str, &str)], expected: &[(&str, &[&str])]) {
    let facts: Vec<_> = failures.iter().map(|(name, ..)| fact(name)).collect();
    let mut events = vec![started(&facts)];
    for (name, requirement, actual) in failures {
        let mut failure = not_refused();
        failure.code = code(requirement);
        failure.actual = (*actual).to_owned();
        let case = failed(name, failure, Verdict::Fail, true);
        events.push(Event::CaseFinished(Box::new(case)));
    }
    let record = RunRecord::fold(&events);
    let causes = cause::causes(&record);
    let seen: Vec<(&str, Vec<&str>)> = causes
        .iter()
        .map(|cause| {
            let codes = cause.codes.iter().map(|code: &&Code| code.as_str());
            (cause.first.actual.as_str(), codes.collect())
        })
        .collect();
    let expected: Vec<_> = expected
        .iter()
        .map(|(actual, codes)| (*actual, codes.to_vec()))
        .collect();
    assert_eq!(seen, expected);
}

#[test]
fn failures_that_say_the_same_are_one_cause_and_the_widest_comes_first() {
    check_causes(
        &[
            ("one", "RAK-AUT-01", "404 0 bytes"),
            ("two", "RAK-AUT-02", "204 0 bytes"),
            ("three", "RAK-AUT-03", "204 17 bytes"),
        ],
        &[
            ("204 0 bytes", &["RAK-AUT-02", "RAK-AUT-03"]),
            ("404 0 bytes", &["RAK-AUT-01"]),
        ],
    );
}
