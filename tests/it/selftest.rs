//! The kill matrix holds: every defect is caught, every correct tenant is left alone, every MUST is
//! proven, and the page that says so is fresh.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "the whole file is tests; clippy.toml exempts only functions marked as such"
)]

use std::path::Path;
use std::sync::OnceLock;

use probity::driver::Background;
use probity::proof::{self, Depth, Fate, KillMatrix, SelftestError};

/// Writes the page anew where it is set to anything.
const BLESS: &str = "PROBITY_BLESS";

fn tried(filters: &[&str]) -> Result<KillMatrix, SelftestError> {
    let filters: Vec<String> = filters.iter().map(ToString::to_string).collect();
    let background = Background::start_on_all_cores().expect("threads");
    background.block_on(proof::selftest(&filters, Depth::Own))
}

/// The whole matrix, made once for all tests here.
fn whole() -> &'static KillMatrix {
    static WHOLE: OnceLock<KillMatrix> = OnceLock::new();
    WHOLE.get_or_init(|| tried(&[]).expect("what is built in is right"))
}

/// The matrix as text, for whoever reads why a test failed.
fn shown() -> String {
    proof::table(whole())
}

#[test]
fn no_defect_survives_whose_requirement_the_suite_has() {
    let survivors: Vec<&str> = whole().survivors().map(|row| row.name).collect();
    assert!(survivors.is_empty(), "{survivors:?}\n{}", shown());
    assert!(
        whole().count(Fate::Caught) > whole().defects.len() / 3,
        "{}",
        shown()
    );
}

#[test]
fn no_correct_tenant_is_blamed() {
    let loud: Vec<&str> = whole().loud().map(|row| row.name).collect();
    assert!(loud.is_empty(), "{loud:?}\n{}", shown());
    assert!(whole().conforming.warnings.is_empty(), "{}", shown());
}

#[test]
fn every_must_is_proven_by_a_defect_or_says_why_none_can() {
    let unproven: Vec<&str> = whole().unproven().map(|row| row.code.as_str()).collect();
    assert!(unproven.is_empty(), "{unproven:?}\n{}", shown());
    assert_eq!(whole().wrongly_unprovable().count(), 0, "{}", shown());
}

#[test]
fn no_tenant_brings_us_down() {
    let faulted: Vec<_> = whole().faulted().collect();
    assert!(faulted.is_empty(), "{faulted:?}");
}

#[test]
fn the_page_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("suites/kill-matrix.md");
    let page = proof::page(whole());
    if std::env::var_os(BLESS).is_some() {
        std::fs::write(&path, &page).expect("the page can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let differing = page.lines().zip(kept.lines()).find(|(new, old)| new != old);
    assert!(
        page == kept,
        "suites/kill-matrix.md is stale (write it anew with {BLESS}=1): {differing:?}"
    );
}

#[test]
fn a_selection_is_tried_alone_and_proves_no_must_wanting() {
    let matrix = tried(&["accepts-empty-key", "RAK-AUT-07", "ids-from-one"]).expect("known");
    let names: Vec<&str> = matrix.defects.iter().map(|row| row.name).collect();
    assert_eq!(names, ["accepts-empty-key", "ignores-letter-case-of-key"]);
    assert_eq!(matrix.odd.len(), 1);
    assert!(!matrix.whole && matrix.holds());
    assert!(matrix.defects.iter().all(|row| row.fate == Fate::Caught));
}

#[test]
fn a_filter_that_means_nothing_is_refused_with_the_nearest() {
    let error = tried(&["accepts-emtpy-key"]).map(|_| ()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no defect, odd variant or requirement is meant by `accepts-emtpy-key` (nearest: \
         `accepts-empty-key`)"
    );
}
