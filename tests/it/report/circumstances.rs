//! What a run was asked for and how it was encrypted is told wherever a person reads of the run.

use probity::report::{RunRecord, circumstances, har, html, junit, markdown, terminal};
use probity::run::event::{Event, SelectionFact, TlsFact};

use super::events::green;
use super::schema;

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}

fn tls(version: &str, objection: Option<&str>) -> TlsFact {
    TlsFact {
        version: version.to_owned(),
        cipher: "TLS13_AES_256_GCM_SHA384".to_owned(),
        objection: objection.map(str::to_owned),
    }
}

/// A green run that was asked for this, whose exchanges were encrypted in turn like that.
fn run(selection: SelectionFact, ways: &[Option<TlsFact>]) -> Vec<Event> {
    let mut events = green();
    let mut ways = ways.iter().cycle();
    for event in &mut events {
        match event {
            Event::RunStarted(started) => started.selection = Some(selection.clone()),
            Event::CaseFinished(case) => {
                for exchange in &mut case.exchanges {
                    exchange.tls = ways.next().cloned().flatten();
                }
            }
            _ => {}
        }
    }
    events
}

fn everything() -> SelectionFact {
    SelectionFact::default()
}

#[test]
fn a_selection_is_told_in_words_and_everything_in_none() {
    let filtered = SelectionFact {
        filters: words(&["effect", "RAK-AUT-01"]),
        ..everything()
    };
    let exact = SelectionFact {
        filters: words(&["a::b"]),
        skip: words(&["c::d", "e::f"]),
        exact: true,
        tags: words(&["smoke", "fast"]),
        shard: Some("1/4".to_owned()),
    };
    for (selection, expected) in [
        (everything(), None),
        (filtered, Some("effect or RAK-AUT-01")),
        (
            exact,
            Some("exactly a::b, without exactly c::d and e::f, tagged smoke or fast, shard 1/4"),
        ),
    ] {
        let told = circumstances::selection_words(&selection);
        assert_eq!(told.as_deref(), expected);
    }
}

#[test]
fn encryption_is_told_by_version_and_objection_and_plain_text_in_no_words() {
    let good = tls("TLSv1_3", None);
    let bad = tls("TLSv1_2", Some("it expired"));
    for (ways, expected) in [
        (vec![None], None),
        (vec![Some(good.clone())], Some("TLSv1_3")),
        (vec![Some(good.clone()), None], Some("TLSv1_3")),
        (
            vec![Some(good), Some(bad)],
            Some(
                "TLSv1_2, not to be trusted (it expired) in 1 of 3 exchanges; \
                 TLSv1_3 in 2 of 3 exchanges",
            ),
        ),
    ] {
        let events = run(everything(), &ways);
        let told = circumstances::encryption(&RunRecord::fold(&events));
        assert_eq!(told.as_deref(), expected);
    }
}

#[test]
fn every_page_tells_both_and_the_log_is_as_the_schema_says() {
    let selection = SelectionFact {
        filters: words(&["effect"]),
        shard: Some("1/2".to_owned()),
        ..everything()
    };
    let events = run(selection, &[Some(tls("TLSv1_3", Some("it expired")))]);
    let lines: Result<Vec<String>, _> = events.iter().map(serde_json::to_string).collect();
    schema::check_log(&lines.expect("JSON").join("\n"));
    let runs = [RunRecord::fold(&events)];
    let selected = "effect, shard 1/2";
    let pages = [
        markdown::render(&runs).expect("Markdown"),
        html::render(&runs).expect("HTML"),
        junit::render(&runs).expect("XML"),
        terminal::blocks(&runs[0]),
    ];
    for page in &pages {
        assert!(page.contains(selected), "`{selected}` is not in {page}");
    }
    for page in &pages[..2] {
        assert!(
            page.contains("TLSv1_3, not to be trusted (it expired)"),
            "{page}"
        );
    }
}

#[test]
fn an_exchange_with_another_origin_has_its_url_in_the_archive() {
    let mut events = green();
    for event in &mut events {
        if let Event::CaseFinished(case) = event
            && let Some(exchange) = case.exchanges.first_mut()
        {
            exchange.origin = Some("https://other.example:8443".to_owned());
            break;
        }
    }
    let archive = har::render(&[RunRecord::fold(&events)]).expect("JSON");
    let archive: serde_json::Value = serde_json::from_str(&archive).expect("JSON");
    let url = |number: usize| archive["log"]["entries"][number]["request"]["url"].clone();
    assert_eq!(url(0), "https://other.example:8443/api/v1/api-keys/42");
    assert_eq!(url(1), "https://acme.example/api/v1/api-keys/42");
}
