//! The text of an answer's content, as whoever reads it sees it.

use serde_json::Value;

use crate::http::Response;

/// Tags in the middle of a sentence; at any other a new line begins.
const INLINE: [&str; 12] = [
    "a", "abbr", "b", "code", "em", "font", "i", "span", "strong", "tt", "u", "wbr",
];

/// What pages write for characters, the ampersand last.
const WRITTEN: [(&str, &str); 10] = [
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&apos;", "'"),
    ("&#39;", "'"),
    ("&#039;", "'"),
    ("&#x27;", "'"),
    ("&#10;", "\n"),
    ("&nbsp;", " "),
    ("&amp;", "&"),
];

/// All text of the content: of JSON each text in it, unescaped, a line each; of a page what stands
/// between its tags.
#[must_use]
pub fn text(response: &Response) -> String {
    let content = response.content().unwrap_or_default();
    if let Ok(value) = serde_json::from_slice::<Value>(content) {
        let mut lines = Vec::new();
        gather(&value, &mut lines);
        return lines.join("\n");
    }
    let text = String::from_utf8_lossy(content);
    if text.trim_start().starts_with('<') {
        of_page(&text)
    } else {
        text.into_owned()
    }
}

fn gather(value: &Value, lines: &mut Vec<String>) {
    match value {
        Value::String(text) => lines.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| gather(item, lines)),
        Value::Object(entries) => {
            for (_, entry) in entries {
                gather(entry, lines);
            }
        }
        _ => {}
    }
}

/// The page without its tags, which are no text: links in them are no paths of files.
fn of_page(page: &str) -> String {
    let mut parts = page.split('<');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let Some((tag, after)) = part.split_once('>') else {
            text.push_str(part);
            continue;
        };
        let is_name = |character: char| character.is_ascii_alphanumeric();
        let name = tag.trim_start_matches('/');
        let name = name.split(|c| !is_name(c)).next().unwrap_or_default();
        if !INLINE.contains(&name.to_ascii_lowercase().as_str()) {
            text.push('\n');
        }
        text.push_str(after);
    }
    for (written, character) in WRITTEN {
        text = text.replace(written, character);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::text;
    use crate::http::Response;

    #[track_caller]
    fn check_text(content: &str, expected: &str) {
        let response = Response {
            body: content.as_bytes().to_vec(),
            ..Response::new(404)
        };
        assert_eq!(text(&response), expected);
    }

    #[test]
    fn the_texts_of_json_are_lines() {
        check_text(r#"{"a":["x\ny",1],"b":{"c":"\u007a"}}"#, "x\ny\nz");
    }

    #[test]
    fn a_page_is_what_stands_between_its_tags() {
        check_text(
            "<p>in <b>x.php</b> on line <b>3</b></p>",
            "\nin x.php on line 3\n",
        );
        check_text("<pre>a&#10;b<br>c &lt;d&gt;</pre>", "\na\nb\nc <d>\n");
        check_text("<a href=\"/usr/lib/x\">link</a>", "link");
    }

    #[test]
    fn any_other_text_stays() {
        check_text("at f (<anonymous>)", "at f (<anonymous>)");
    }
}
