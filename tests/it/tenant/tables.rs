//! The tables of defects and odd variants.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use probity::tenant::{Class, Defect, Odd};
use tokio::task::JoinSet;

use super::script::{PARTS, Part, differs, transcript};
use super::wire::{conforming, defective, odd};

/// How many scripts run at once: enough to use the machine, few enough to keep each quick.
const SCRIPTS_AT_ONCE: usize = 4;

fn is_kebab(name: &str) -> bool {
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    name.chars().all(letter) && !name.contains("--") && !name.starts_with('-')
}

#[test]
fn names_are_kebab_case_unique_and_found_again() {
    let names: Vec<&str> = Defect::all()
        .map(|d| d.name)
        .chain(Odd::all().map(|o| o.name))
        .collect();
    let distinct: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(names.len(), distinct.len());
    assert!(names.iter().all(|name| is_kebab(name)), "{names:?}");
    for defect in Defect::all() {
        assert_eq!(
            Defect::named(defect.name).map(|d| d.description),
            Some(defect.description)
        );
    }
    for odd in Odd::all() {
        assert_eq!(
            Odd::named(odd.name).map(|o| o.description),
            Some(odd.description)
        );
    }
    assert!(Defect::named("no-such-defect").is_none() && Odd::named("no-such-variant").is_none());
}

#[test]
fn there_are_enough_of_every_class_and_each_says_what_it_does() {
    let mut classes: BTreeMap<&str, usize> = BTreeMap::new();
    for defect in Defect::all() {
        *classes.entry(defect.class.name()).or_default() += 1;
    }
    assert!(Defect::all().count() >= 120, "{classes:?}");
    assert!(Odd::all().count() >= 25);
    let named = [
        Class::Auth,
        Class::Response,
        Class::Effect,
        Class::Path,
        Class::Protocol,
        Class::Transport,
        Class::Flaky,
    ];
    assert!(
        named.iter().all(|class| classes[class.name()] >= 10),
        "{classes:?}"
    );
    let described = Defect::all()
        .map(|d| d.description)
        .chain(Odd::all().map(|o| o.description));
    for text in described {
        assert!(
            !text.is_empty() && !text.contains('\n') && !text.ends_with('.'),
            "{text}"
        );
    }
}

#[test]
fn every_defect_names_a_code_of_the_catalogue() {
    let families = [
        "CON", "AUT", "AUZ", "INP", "NEG", "MET", "EFF", "LEA", "TRN",
    ];
    let retired = ["AUZ-02", "INP-08", "INP-09", "INP-21", "EFF-11"];
    for defect in Defect::all() {
        let code = defect.requirement.strip_prefix("RAK-").unwrap();
        let (family, number) = code.split_once('-').unwrap();
        assert!(families.contains(&family), "{code}");
        assert!(number.len() == 2 && number.parse::<u8>().is_ok(), "{code}");
        assert!(!retired.contains(&code), "{code}");
    }
}

/// What the script cannot show, since it is a matter of time or of requests at the same time:
/// `samples.rs` and `odd.rs` show each of them.
const SHOWN_ELSEWHERE: [&str; 8] = [
    "abandoned-revocation-rolls-back",
    "byte-by-byte",
    "concurrent-revocations-500",
    "concurrent-revocations-cancel-out",
    "concurrent-revocations-roll-back",
    "revocations-are-lost-under-load",
    "revoked-key-comes-back",
    "slow",
];

/// The part of the script that is most likely to show a defect of that class.
fn likely_part(class: Class) -> Part {
    match class {
        Class::Auth | Class::Response => Part::Credentials,
        Class::Effect | Class::Flaky => Part::Effects,
        Class::Path => Part::PathValues,
        Class::Protocol | Class::Transport => Part::Methods,
    }
}

/// Whether a tenant makes something else of some part than the reference.
async fn is_seen(name: &str, first: Part, reference: &BTreeMap<Part, Vec<String>>) -> bool {
    for part in [first]
        .into_iter()
        .chain(PARTS.into_iter().filter(|part| *part != first))
    {
        let tenant = match Defect::named(name) {
            Some(_) => defective(&[name]).await,
            None => odd(&[name]).await,
        };
        if differs(tenant, part, &reference[&part]).await {
            return true;
        }
    }
    false
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_defect_and_every_odd_variant_changes_something() {
    let mut reference = BTreeMap::new();
    for part in PARTS {
        let lines = transcript(conforming().await, part).await;
        assert_eq!(
            lines,
            transcript(conforming().await, part).await,
            "{part:?} is repeatable"
        );
        reference.insert(part, lines);
    }
    let reference = Arc::new(reference);
    // What is about TLS is shown over it, in `encrypted.rs`.
    let defects = Defect::all().filter(|defect| !defect.is_encrypted());
    let defects = defects.map(|defect| (defect.name, likely_part(defect.class)));
    let odd = Odd::all().filter(|odd| !odd.is_encrypted());
    let all = defects.chain(odd.map(|odd| (odd.name, Part::Credentials)));
    let mut names = all.filter(|(name, _)| !SHOWN_ELSEWHERE.contains(name));
    let mut scripts = JoinSet::new();
    let mut idle = Vec::new();
    loop {
        while scripts.len() < SCRIPTS_AT_ONCE
            && let Some((name, first)) = names.next()
        {
            let reference = Arc::clone(&reference);
            scripts.spawn(async move { (name, is_seen(name, first, &reference).await) });
        }
        let Some(done) = scripts.join_next().await else {
            break;
        };
        let (name, seen) = done.unwrap();
        if !seen {
            idle.push(name);
        }
    }
    idle.sort_unstable();
    assert!(idle.is_empty(), "without any effect: {idle:#?}");
}
