//! The tables of defects and odd variants.

use std::collections::{BTreeMap, BTreeSet};

use probity::tenant::{Class, Defect, Odd};
use tokio::task::JoinSet;

use super::script::transcript;
use super::wire::{conforming, defective, odd};

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_defect_and_every_odd_variant_changes_something() {
    let reference = transcript(conforming().await).await;
    assert_eq!(
        reference,
        transcript(conforming().await).await,
        "the script is deterministic"
    );
    let mut scripts = JoinSet::new();
    for defect in Defect::all() {
        let name = defect.name;
        scripts.spawn(async move { (name, transcript(defective(&[name]).await).await) });
    }
    for variant in Odd::all() {
        let name = variant.name;
        scripts.spawn(async move { (name, transcript(odd(&[name]).await).await) });
    }
    let mut idle = Vec::new();
    while let Some(done) = scripts.join_next().await {
        let (name, script) = done.unwrap();
        if script == reference {
            idle.push(name);
        }
    }
    idle.sort_unstable();
    assert!(idle.is_empty(), "without any effect: {idle:#?}");
}
