//! A page for a browser: what each run came to, and its cases.
//!
//! A plain table without script or style of others, so that it can be opened anywhere.

use std::fmt::Write as _;

use super::inert::one_line;
use super::record::{self, RunRecord, words};
use super::{RenderError, terminal};

/// The report as a page.
///
/// # Errors
///
/// None so far.
pub fn render(runs: &[RunRecord<'_>]) -> Result<String, RenderError> {
    let mut page = String::from(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <title>Probity</title></head><body>\n",
    );
    for run in runs {
        let verdict = anstream::adapter::strip_str(&terminal::verdict_line(run)).to_string();
        put(&mut page, format_args!("<h1>{}</h1>", text(run.target())));
        put(&mut page, format_args!("<p>{}</p>", text(&verdict)));
        put(
            &mut page,
            format_args!("<table><tr><th>case</th><th>verdict</th><th>why</th></tr>"),
        );
        for case in &run.cases {
            let (verdict, why) = match case.judged {
                None => ("never judged", run.unjudged_reason()),
                Some(judged) => (words(judged.verdict), why(judged)),
            };
            let id = text(case.fact.id.as_str());
            put(
                &mut page,
                format_args!(
                    "<tr><td>{id}</td><td>{verdict}</td><td>{}</td></tr>",
                    text(&why)
                ),
            );
        }
        put(&mut page, format_args!("</table>"));
    }
    page.push_str("</body></html>\n");
    Ok(page)
}

fn why(case: &crate::run::event::CaseFinished) -> String {
    let failures = record::gating_failures(case).into_iter();
    let failures: Vec<String> = failures
        .chain(record::warnings(case))
        .map(super::failure_text::summary)
        .collect();
    if failures.is_empty() {
        case.reason.clone().unwrap_or_default()
    } else {
        failures.join("; ")
    }
}

fn text(value: &str) -> String {
    let inert = one_line(value).replace('&', "&amp;");
    let inert = inert.replace('<', "&lt;").replace('>', "&gt;");
    inert.replace('"', "&quot;").replace('\'', "&#39;")
}

fn put(page: &mut String, line: std::fmt::Arguments<'_>) {
    // To write into a string cannot fail.
    let _ = writeln!(page, "{line}");
}
