//! The lines that run a case again: by Probity, and by curl where curl can send it.

use std::collections::BTreeMap;

use crate::http::{Encoder, Exchange, HostHeader, Part, Request, Text};
use crate::plan::{Case, Derivation, Holder, Piece, Send, Template, Wire};

/// The longest line for curl, in bytes: nobody reads or pastes a longer one.
const CURL_BYTES_MAX: usize = 4 * 1024;

/// How the cases of a run are run again: what is known before the first request.
#[derive(Debug, Clone, Default)]
pub struct Again {
    /// The command without the case: `probity run --config probity.yaml`.
    pub command: String,
    /// What curl must be told to reach the target.
    pub curl_options: String,
    /// The variables that hold the fields of every request, by name of the field.
    pub variables: BTreeMap<String, String>,
}

/// The command that runs the case again.
#[must_use]
pub fn command(case: &Case, again: &Again) -> String {
    format!("{} --exact {}", again.command, case.id)
}

/// The request as a curl command, secrets as environment variables; nothing where curl would send
/// another request, or the same one elsewhere.
#[must_use]
pub fn curl(send: &Send, exchange: &Exchange, to: (&str, &Again)) -> Option<String> {
    let (origin, again) = to;
    let request = &exchange.request;
    let same_place = matches!(send.wire, Wire::Fresh | Wire::Kept);
    if exchange.encoder != Encoder::Hyper || !same_place {
        return None;
    }
    let mut secrets = Variables::of(&send.template);
    let mut url = vec![Segment::Bytes(origin.as_bytes())];
    url.extend(secrets.segments(&request.target)?);
    let mut line = format!("curl -i --path-as-is{}", again.curl_options);
    if request
        .target
        .display_lossy()
        .contains(['[', ']', '{', '}'])
    {
        line.push_str(" --globoff");
    }
    if request.method == "HEAD" {
        line.push_str(" --head");
    } else {
        let method = [Segment::Bytes(request.method.as_bytes())];
        line.push_str(&format!(" -X {}", bare_word(&method)?));
    }
    line.push_str(&format!(" {}", word(&url)?));
    if let HostHeader::Value(host) = &request.host {
        let field = [Segment::Bytes(b"Host: "), Segment::Bytes(host.as_bytes())];
        line.push_str(&format!(" -H {}", word(&field)?));
    }
    let own = request.headers.len().saturating_sub(again.variables.len());
    for (index, (name, value)) in request.headers.iter().enumerate() {
        let value = match again.variables.get(name).filter(|_| index >= own) {
            Some(variable) => vec![Segment::Variable(variable.clone())],
            None => secrets.segments(value)?,
        };
        line.push_str(&field(name, &value)?);
    }
    for name in unsaid(request) {
        line.push_str(&format!(" -H \"{name}\""));
    }
    if let Some(body) = &request.body {
        let body = secrets.segments(body)?;
        line.push_str(&format!(" --data-binary {}", word(&body)?));
    }
    (line.len() <= CURL_BYTES_MAX).then_some(line)
}

/// A header field as curl takes it; nothing where it would leave it out.
fn field(name: &str, value: &[Segment]) -> Option<String> {
    let blank = |segment: &Segment| match segment {
        Segment::Bytes(bytes) => bytes.iter().all(|byte| matches!(byte, b' ' | b'\t')),
        Segment::Variable(_) => false,
    };
    let empty = |segment: &Segment| matches!(segment, Segment::Bytes(bytes) if bytes.is_empty());
    let mut field = vec![Segment::Bytes(name.as_bytes())];
    if value.iter().all(empty) {
        // An empty field has curl's own spelling.
        field.push(Segment::Bytes(b";"));
    } else if value.iter().all(blank) {
        return None;
    } else {
        field.push(Segment::Bytes(b": "));
        field.extend(value.iter().cloned());
    }
    Some(format!(" -H {}", word(&field)?))
}

/// The fields that curl would add, taken back, and those that it would leave out.
fn unsaid(request: &Request) -> Vec<&'static str> {
    let mut fields = Vec::new();
    if request.host == HostHeader::Absent {
        fields.push("Host:");
    }
    if !request.has_header("accept") {
        fields.push("Accept:");
    }
    let expects_content = matches!(request.method.as_str(), "POST" | "PUT" | "PATCH");
    match &request.body {
        Some(_) if !request.has_header("content-type") => fields.push("Content-Type:"),
        None if expects_content => fields.push("Content-Length: 0"),
        _ => {}
    }
    fields
}

/// A part of a word: bytes as they are, or a variable.
#[derive(Clone)]
enum Segment<'a> {
    Bytes(&'a [u8]),
    Variable(String),
}

/// The variables that stand for a request's secrets, in the order in which these go out.
struct Variables(std::vec::IntoIter<String>);

impl Variables {
    fn of(template: &Template) -> Self {
        let variables = template.pieces().filter_map(|piece| match piece {
            Piece::Secret(holder, how) => Some(variable(*holder, *how)),
            _ => None,
        });
        Self(variables.collect::<Vec<_>>().into_iter())
    }

    fn segments<'a>(&mut self, text: &'a Text) -> Option<Vec<Segment<'a>>> {
        let parts = text.parts().iter();
        parts
            .map(|part| match part {
                Part::Plain(bytes) => Some(Segment::Bytes(bytes)),
                Part::Secret(_) => self.0.next().map(Segment::Variable),
            })
            .collect()
    }
}

/// A word that needs no quotes, or else one in quotes.
fn bare_word(segments: &[Segment]) -> Option<String> {
    let word = word(segments)?;
    let inner = word.trim_matches('"');
    let bare = inner.bytes().all(|byte| byte.is_ascii_alphanumeric());
    Some(if bare { inner.to_owned() } else { word })
}

/// Segments as one word of a shell's command line: in double quotes, where variables are read, and
/// what these cannot hold in `$'…'`. Nothing where curl takes no such byte.
fn word(segments: &[Segment]) -> Option<String> {
    // A `!` calls up an earlier command in some shells, quoted or not.
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~') && *byte != b'!';
    let mut word = Quoted::default();
    for (index, segment) in segments.iter().enumerate() {
        match segment {
            Segment::Variable(name) => {
                let next = segments.get(index + 1);
                let goes_on = matches!(next, Some(Segment::Bytes([first, ..]))
                    if first.is_ascii_alphanumeric() || *first == b'_');
                word.double();
                word.text.push_str(&if goes_on {
                    format!("${{{name}}}")
                } else {
                    format!("${name}")
                });
            }
            Segment::Bytes(bytes) if bytes.iter().any(|byte| b"\n\r\0".contains(byte)) => {
                return None;
            }
            Segment::Bytes(bytes) => {
                for run in bytes.chunk_by(|a, b| is_plain(a) == is_plain(b)) {
                    if run.iter().all(is_plain) {
                        word.double();
                        run.iter().for_each(|byte| word.push(*byte, b"\"\\$`"));
                    } else {
                        word.ansi();
                        run.iter().for_each(|byte| word.push_escaped(*byte));
                    }
                }
            }
        }
    }
    if word.quotes == Quotes::None {
        word.double();
    }
    word.end();
    Some(word.text)
}

/// Which quotes are open.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Quotes {
    #[default]
    None,
    Double,
    Ansi,
}

#[derive(Default)]
struct Quoted {
    text: String,
    quotes: Quotes,
}

impl Quoted {
    fn double(&mut self) {
        if self.quotes != Quotes::Double {
            self.end();
            self.text.push('"');
            self.quotes = Quotes::Double;
        }
    }

    fn ansi(&mut self) {
        if self.quotes != Quotes::Ansi {
            self.end();
            self.text.push_str("$'");
            self.quotes = Quotes::Ansi;
        }
    }

    fn end(&mut self) {
        match self.quotes {
            Quotes::None => {}
            Quotes::Double => self.text.push('"'),
            Quotes::Ansi => self.text.push('\''),
        }
        self.quotes = Quotes::None;
    }

    fn push(&mut self, byte: u8, special: &[u8]) {
        if special.contains(&byte) {
            self.text.push('\\');
        }
        self.text.push(char::from(byte));
    }

    fn push_escaped(&mut self, byte: u8) {
        match byte {
            b'\t' => self.text.push_str("\\t"),
            b'!' => self.text.push('!'),
            other => self.text.push_str(&format!("\\x{other:02x}")),
        }
    }
}

fn variable(holder: Holder, how: Derivation) -> String {
    let name = match holder {
        Holder::Admin => "PROBITY_API_KEY".to_owned(),
        other => format!(
            "{}_SECRET",
            other.to_string().to_uppercase().replace('-', "_")
        ),
    };
    match suffix(how) {
        "" => name,
        suffix => format!("{name}_{suffix}"),
    }
}

fn suffix(how: Derivation) -> &'static str {
    match how {
        Derivation::Verbatim => "",
        Derivation::DropLast => "SHORTENED",
        Derivation::FirstHalf => "HALF",
        Derivation::Lengthened => "LENGTHENED",
        Derivation::CaseFlipped => "CASE_FLIPPED",
        Derivation::RandomAlike => "RANDOM",
        Derivation::PercentEncoded => "ENCODED",
        Derivation::CookieValue => "COOKIE",
        Derivation::Basic => "BASIC",
        Derivation::BasicPassword => "BASIC_PASSWORD",
        Derivation::DropFirst => "WITHOUT_FIRST_CHARACTER",
        Derivation::LastHalf => "LAST_HALF",
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::{Again, Variables, curl, variable};
    use crate::api::Api;
    use crate::document::Document;
    use crate::http::{Encoder, Exchange, Fault, HostHeader, Part, Phase, Request, Secret, Text};
    use crate::plan::{Piece, Send, Template, plan};
    use crate::suite::{Suite, built_in};

    const ORIGIN: &str = "http://127.0.0.1:80";

    /// What a hole that is no secret is filled with.
    fn plain(piece: &Piece) -> Vec<u8> {
        match piece {
            Piece::Text(text) => text.clone().into_bytes(),
            Piece::Bytes(bytes) => bytes.clone(),
            Piece::Repeated(character, times) => character.to_string().repeat(*times).into_bytes(),
            Piece::IdPlus(_, number) => (42 + number).to_string().into_bytes(),
            Piece::IdAs(_, spelling) => spelling.spell("42").expect("a number").into_bytes(),
            Piece::IdEncoded(_) => b"%34%32".to_vec(),
            Piece::OtherAuthority | Piece::OtherName => b"other.localhost".to_vec(),
            Piece::Id(_) | Piece::RevokedId | Piece::UnseenId(_) => b"42".to_vec(),
            Piece::Secret(holder, how) => format!("is-{}", variable(*holder, *how)).into_bytes(),
        }
    }

    fn filled(pieces: &[Piece]) -> Text {
        let mut text = Text::default();
        for piece in pieces {
            text.push(match piece {
                Piece::Secret(..) => Part::Secret(Secret::new(plain(piece)).expect("long enough")),
                _ => Part::Plain(plain(piece)),
            });
        }
        text
    }

    fn sent(template: &Template) -> Exchange {
        let mut request = Request::new(template.method.clone(), filled(&template.target));
        request.host = template.host.clone();
        for (name, value) in &template.headers {
            match name.as_str() {
                "Host" => request.host = HostHeader::Value("other.localhost".to_owned()),
                _ => request.headers.push((name.clone(), filled(value))),
            }
        }
        request.framing = template.framing;
        request.body = template.body.as_deref().map(filled);
        let fault = Fault::Timeout {
            phase: Phase::Connect,
            limit: std::time::Duration::ZERO,
        };
        Exchange::new(request, Err(fault))
    }

    /// The words that curl must get, in the order in which they stand in the line.
    fn expected(send: &Send, exchange: &Exchange) -> Vec<Vec<u8>> {
        let bytes = |pieces: &[Piece]| pieces.iter().flat_map(plain).collect::<Vec<u8>>();
        let template = &send.template;
        let mut words = vec![[ORIGIN.as_bytes(), &bytes(&template.target)].concat()];
        if let HostHeader::Value(host) = &exchange.request.host {
            words.push(format!("Host: {host}").into_bytes());
        }
        let fields = template.headers.iter().filter(|(name, _)| name != "Host");
        words.extend(fields.map(|(name, value)| match bytes(value) {
            value if value.is_empty() => format!("{name};").into_bytes(),
            value => [name.as_bytes(), b": ", &value].concat(),
        }));
        if template.host == HostHeader::Absent {
            words.push(b"Host:".to_vec());
        }
        words.extend(template.body.as_deref().map(bytes));
        words
    }

    fn sends() -> Vec<Send> {
        let (name, bytes) = built_in::CONTRACT;
        let document = Document::parse(name, bytes).expect("a document");
        let api = Api::lower(&document).expect("an API");
        let bytes = built_in::suite("revoke-api-key").expect("a suite");
        let suite = Suite::parse("revoke-api-key.yaml", bytes).expect("a suite");
        let plan = plan(&api, &document, &suite, "/api/v1").expect("a plan");
        let sends = plan.scripts.iter().flat_map(|script| script.sends());
        sends.cloned().collect()
    }

    #[test]
    fn a_shell_hands_curl_each_request_of_the_suite_as_it_was_sent() {
        let sends = sends();
        let mut script = "curl() { printf '%s\\0' \"$@\" END; }\n".to_owned();
        let mut lines = Vec::new();
        let again = Again::default();
        for send in &sends {
            let exchange = sent(&send.template);
            let Some(line) = curl(send, &exchange, (ORIGIN, &again)) else {
                continue;
            };
            for variable in Variables::of(&send.template).0 {
                script.push_str(&format!("{variable}=is-{variable}\n"));
            }
            script.push_str(&format!("{line}\n"));
            lines.push((line, expected(send, &exchange)));
        }
        assert!(
            lines.len() * 10 > sends.len() * 8,
            "only {} lines",
            lines.len()
        );
        let output = Command::new("bash").args(["-c", &script]).output();
        let output = output.expect("bash runs").stdout;
        let words: Vec<&[u8]> = output.split(|byte| *byte == 0).collect();
        let given: Vec<&[&[u8]]> = words.split(|word| *word == b"END").collect();
        assert_eq!(given.len(), lines.len() + 1, "a line ran into another");
        for ((line, expected), given) in lines.iter().zip(given) {
            let mut rest = given.iter();
            for word in expected {
                let lossy = String::from_utf8_lossy(word);
                assert!(rest.any(|other| other == word), "{lossy:?} in {line}");
            }
        }
    }

    #[test]
    fn what_curl_cannot_send_has_no_line_and_a_tab_is_one() {
        let case = |wanted: fn(&Template) -> bool| {
            let send = sends().into_iter().find(|send| wanted(&send.template));
            let send = send.expect("such a request");
            let exchange = sent(&send.template);
            curl(&send, &exchange, (ORIGIN, &Again::default()))
        };
        assert_eq!(case(|template| template.host == HostHeader::Doubled), None);
        let missing = case(|template| template.host == HostHeader::Absent).expect("a line");
        assert!(missing.contains(" -H \"Host:\""), "{missing}");
        let is_tab = |piece: &Piece| matches!(piece, Piece::Text(text) if text.contains('\t'));
        let tab = sends()
            .into_iter()
            .find(|send| send.template.pieces().any(is_tab));
        let tab = tab.expect("a request with a tab");
        let exchange = sent(&tab.template);
        assert_eq!(exchange.encoder, Encoder::Hyper);
        let line = curl(&tab, &exchange, (ORIGIN, &Again::default())).expect("a line");
        assert!(line.contains("$'\\t'"), "{line}");
    }
}
