//! No secret is shown, in whatever form it turns up.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use probity::http::{
    Client, Evidence, Exchange, Redactor, Request, Secret, SecretError, Text, Via,
};

use super::{Server, answer_to_get};

/// A value that every encoding changes.
const VALUE: &str = "p/w+\"<é'9 &~K0";

/// The value as other writers write it: made with another language's libraries.
const FORMS: [&str; 23] = [
    VALUE,
    "cC93KyI8w6knOSAmfksw",
    "cC93KyI8w6knOSAmfksweno=",
    "eHAvdysiPMOpJzkgJn5LMA==",
    "eHAvdysiPMOpJzkgJn5LMHo=",
    "eHlwL3crIjzDqSc5ICZ+SzA=",
    "eHlwL3crIjzDqSc5ICZ-SzB6eg==",
    "eHlwL3crIjzDqSc5ICZ%2BSzA%3D",
    "eHlwL3crIjzDqSc5ICZ%2bSzA%3d",
    "702f772b223cc3a9273920267e4b30",
    "702F772B223CC3A9273920267E4B30",
    "p%2Fw%2B%22%3C%C3%A9%279%20%26~K0",
    "p%2fw%2b%22%3c%c3%a9%279%20%26~K0",
    "p%2Fw%2B%22%3C%C3%A9%279+%26~K0",
    "p%2Fw%2B%22%3C%C3%A9'9%20%26~K0",
    "p/w+%22%3C%C3%A9'9%20&~K0",
    "%70%2F%77%2B%22%3C%C3%A9%27%39%20%26%7E%4B%30",
    "p/w+\\\"<\\u00e9'9 &~K0",
    "p\\/w+\\\"<é'9 &~K0",
    "p/w+\\\"\\u003c\\u00e9\\u00279 \\u0026~K0",
    "p/w+\\\"\\u003cé'9 \\u0026~K0",
    "p/w+&quot;&lt;é&#x27;9 &amp;~K0",
    "p/w+&#34;&lt;é&#39;9 &amp;~K0",
];

fn secret() -> Secret {
    Secret::new(VALUE).unwrap()
}

#[test]
fn every_form_of_a_value_is_found_and_replaced() {
    let redactor = Redactor::new(b"key", [secret()]);
    let mark = format!("[redacted:{}]", redactor.fingerprint(&secret()));
    for form in FORMS {
        let text = format!("a {form} b");
        assert!(secret().occurs_in(text.as_bytes()), "{form}");
        assert!(redactor.finds(text.as_bytes()), "{form}");
        let redacted = redactor.redact_text(&text);
        assert!(redacted.contains(&mark), "{form}: {redacted}");
        assert!(!redactor.finds(redacted.as_bytes()));
        assert!(
            redacted.len() <= mark.len() + "a zz b  =%3Dxy".len(),
            "{form}: {redacted}"
        );
    }
}

/// A value behind escapes of one kind, of several, and of one inside another.
const HIDDEN: [&str; 7] = [
    r"\u0073\u006b\u002d\u0030\u0031\u0032\u0033\u0034\u0035\u0036\u0037\u0038\u0039",
    r"\x73\x6b\x2d\x30\x31\x32\x33\x34\x35\x36\x37\x38\x39",
    "&#115;&#107;&#45;&#48;&#49;&#50;&#51;&#52;&#53;&#54;&#55;&#56;&#57;",
    "&#x73;k&#x2d;0123456789",
    "sk%2d01234567%389",
    r"\u{73}&#107;%2d012345678&#57",
    r"\\u0073k&amp;#45;0123456789",
];

#[test]
fn no_escape_hides_a_value() {
    let secret = Secret::new("sk-0123456789").unwrap();
    let redactor = Redactor::new(b"key", [secret.clone()]);
    let mark = format!("[redacted:{}]", redactor.fingerprint(&secret));
    for hidden in HIDDEN {
        let text = format!("{{\"key\":\"é {hidden}.\"}}");
        assert!(secret.occurs_in(text.as_bytes()), "{hidden}");
        assert!(redactor.finds(text.as_bytes()), "{hidden}");
        assert!(
            !redactor.whole_secrets(text.as_bytes()).is_empty(),
            "{hidden}"
        );
        let redacted = redactor.redact_text(&text);
        assert_eq!(redacted, format!("{{\"key\":\"é {mark}.\"}}"), "{hidden}");
    }
}

#[test]
fn a_part_behind_escapes_is_hidden_and_is_no_whole_value() {
    let secret = Secret::new("sk-0123456789").unwrap();
    let mut redactor = Redactor::new(b"key", [secret.clone()]);
    redactor.add_part(&secret.derive(|value| value[..9].to_vec()));
    let part = b"sk&#45;012345";
    assert!(redactor.finds(part) && redactor.whole_secrets(part).is_empty());
    assert!(!redactor.whole_secrets(b"sk&#45;0123456789").is_empty());
}

#[test]
fn what_is_near_a_value_is_left_alone() {
    let redactor = Redactor::new(b"key", [secret()]);
    for text in [
        "",
        "p/w+",
        "p/w+\"<é'9 &~K1",
        "cC93KyI8w6knOSAmfks",
        r"\u0070/w+&quot;&lt;\u00e9'9 &amp;~K1",
        "[redacted:00000000]",
    ] {
        assert!(!secret().occurs_in(text.as_bytes()), "{text}");
        assert_eq!(redactor.redact_text(text), text);
    }
}

#[test]
fn equal_values_stay_equal_and_others_differ() {
    let (one, two) = (
        Secret::new("first-secret").unwrap(),
        Secret::new("other-secret").unwrap(),
    );
    let redactor = Redactor::new(b"key", [one.clone(), two.clone()]);
    let text = redactor.redact_text("first-secret other-secret Zmlyc3Qtc2VjcmV0");
    let (one, two) = (redactor.fingerprint(&one), redactor.fingerprint(&two));
    assert_ne!(one, two);
    assert_eq!(
        text,
        format!("[redacted:{one}] [redacted:{two}] [redacted:{one}]")
    );
    let other_run = Redactor::new(b"other", []);
    assert_ne!(
        other_run.fingerprint(&Secret::new("first-secret").unwrap()),
        one
    );
}

#[test]
fn the_longest_value_wins_and_an_overlap_leaves_no_tail() {
    let secrets = ["key-0123456", "key-01234567", "4567-and-more"];
    let secrets = secrets.map(|value| Secret::new(value).unwrap());
    let redactor = Redactor::new(b"key", secrets.clone());
    let reversed = Redactor::new(b"key", secrets.iter().rev().cloned());
    let mark = |secret: &Secret| format!("[redacted:{}]", redactor.fingerprint(secret));
    assert_eq!(
        redactor.redact_text("<key-01234567>"),
        format!("<{}>", mark(&secrets[1]))
    );
    assert_eq!(
        redactor.redact_text("<key-01234568>"),
        format!("<{}8>", mark(&secrets[0]))
    );
    assert_eq!(reversed.redact_text("key-01234567"), mark(&secrets[1]));
    let overlap = redactor.redact_text("<key-01234567-and-more>");
    assert_eq!(overlap, format!("<{}>", mark(&secrets[1])));
}

#[test]
fn a_secret_has_at_least_eight_bytes_and_derived_ones_any() {
    assert_eq!(
        Secret::new("1234567"),
        Err(SecretError::TooShort { actual: 7 })
    );
    let secret = Secret::new("12345678").unwrap();
    let short = secret.derive(|value| value[..5].to_vec());
    assert_eq!(short.len(), 5);
    assert!(!short.occurs_in(b"12345678"));
    assert!(!Redactor::new(b"key", [short]).finds(b"12345678"));
    let near = secret.derive(|value| [value, b"x"].concat());
    assert!(near.occurs_in(b"12345678x") && !near.occurs_in(b"12345678"));
}

#[test]
fn a_request_knows_what_it_holds_also_where_nothing_is_marked() {
    let secret = Secret::new("sk-0123456789").unwrap();
    let near = Request::new("GET", "/?key=sk%2d012345678").with_header("x-a", "9");
    assert!(!near.holds(&secret));
    for request in [
        Request::new("GET", "/sk-0123456789"),
        Request::new("GET", "/%73k%2d0%3123456789"),
        Request::new("GET", "/").with_header("authorization", "Basic eDpzay0wMTIzNDU2Nzg5"),
        Request::new("GET", "/").with_header("sk-0123456789", ""),
        Request::new("GET", "/").with_body("[\"sk-0123456789\"]"),
        Request::new("GET", Text::plain("/sk-0123").and_plain("456789")),
    ] {
        assert!(request.holds(&secret), "{request:?}");
    }
}

#[tokio::test]
async fn debug_shows_no_secret_and_no_byte_of_a_response() {
    let secret = Secret::new("sk-0123456789").unwrap();
    let answer = b"HTTP/1.1 200 OK\r\nX-Echo: sk-0123456789\r\nContent-Length: 13\r\n\r\n\
        sk-0123456789";
    let server = Server::answering(answer).await;
    let mut request = Request::new("POST", "/").with_header("x-api-key", secret.clone());
    request.target = Text::plain("/?key=").and_secret(secret.clone());
    request.body = Some(secret.clone().into());
    let client: Client = server.client();
    let exchange = client.exchange(&request, Via::Fresh).await;
    let redactor = Redactor::new(b"key", [secret.clone()]);
    let shown = format!(
        "{exchange:?} {:?} {client:?} {secret:?} {secret} {redactor:?} {:#?} {}",
        exchange.outcome,
        request,
        request.target.display_lossy()
    );
    assert!(!secret.occurs_in(shown.as_bytes()), "{shown}");
    assert!(!shown.to_lowercase().contains("echo"), "{shown}");
    assert!(shown.contains("[redacted]"));
    // They are there, all the same.
    assert!(secret.occurs_in(&exchange.sent) && secret.occurs_in(&exchange.received));
}

async fn evidence_of(answer: &[u8]) -> (Exchange, Evidence, String) {
    let secret = Secret::new("sk-0123456789").unwrap();
    let redactor = Redactor::new(b"key", [secret.clone()]);
    let exchange = answer_to_get(answer).await;
    let evidence = Evidence::new(&exchange, &redactor);
    let mark = format!("[redacted:{}]", redactor.fingerprint(&secret));
    (exchange, evidence, mark)
}

#[tokio::test]
async fn a_secret_in_pieces_is_taken_out_with_what_cuts_it() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: sk-0123456789\r\n\r\n";
    let chunks = "5\r\nak-sk\r\n1\r\n-\r\nd\r\n0123456789-ok\r\n0\r\n\r\n";
    let (_, evidence, mark) = evidence_of(format!("{head}{chunks}").as_bytes()).await;
    let head = head.replace("sk-0123456789", &mark);
    let expected = format!("{head}5\r\nak-{mark}-ok\r\n0\r\n\r\n");
    assert_eq!(String::from_utf8(evidence.received).unwrap(), expected);
    assert_eq!(evidence.withheld, None);
}

#[tokio::test]
async fn a_coded_body_is_shown_only_where_it_holds_no_secret() {
    let gzip = |text: &str| {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(text.as_bytes()).unwrap();
        gzip.finish().unwrap()
    };
    let answer = |coding: &str, body: &[u8]| {
        let length = body.len();
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {length}\r\n\r\n"
        );
        (head.clone(), [head.as_bytes(), body].concat())
    };
    let (_, whole) = answer("gzip", &gzip("nothing of note"));
    let (exchange, evidence, _) = evidence_of(&whole).await;
    assert_eq!(
        (evidence.received, evidence.withheld),
        (exchange.received, None)
    );

    let body = gzip("key: sk-0123456789");
    let (head, whole) = answer("gzip", &body);
    let (_, evidence, mark) = evidence_of(&whole).await;
    assert_eq!(evidence.received, head.as_bytes());
    let withheld = evidence.withheld.unwrap();
    assert_eq!(withheld.bytes, body.len());
    assert_eq!(withheld.content, Some(format!("key: {mark}").into_bytes()));

    let (head, whole) = answer("br", &body);
    let (_, evidence, _) = evidence_of(&whole).await;
    assert_eq!(evidence.received, head.as_bytes());
    assert_eq!(evidence.withheld.unwrap().content, None);
}

#[tokio::test]
async fn a_coded_body_that_breaks_off_is_not_shown() {
    let head = "HTTP/1.1 200 OK\r\ncontent-ENCODING: gzip\r\nContent-Length: 99\r\n\r\n";
    let answer = super::answer_then_close(format!("{head}abc")).await;
    let evidence = Evidence::new(&answer, &Redactor::new(b"key", []));
    assert_eq!(evidence.received, head.as_bytes());
    assert_eq!(evidence.withheld.unwrap().bytes, 3);
}
