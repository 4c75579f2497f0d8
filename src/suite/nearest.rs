//! The word that was meant.

/// The candidate that `word` most likely is a typo of: it differs in at most a third of the
/// letters, and by two at most in short words.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (word.chars().count() / 3).max(2);
    let folded = fold(word);
    candidates
        .into_iter()
        .map(|candidate| {
            let distance = strsim::damerau_levenshtein(&folded, &fold(candidate));
            (distance, candidate)
        })
        // A word that shares nothing with a short candidate is no typo of it.
        .filter(|&(distance, candidate)| {
            distance <= allowed && distance < candidate.chars().count().max(2)
        })
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// Letter case and the choice of hyphen or underscore are no difference.
fn fold(word: &str) -> String {
    word.to_lowercase().replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_found() {
        let words = ["expect", "except", "rule", "on", "base_path"];
        assert_eq!(nearest("expct", words), Some("expect"));
        assert_eq!(nearest("rules", words), Some("rule"));
        assert_eq!(nearest("base-path", words), Some("base_path"));
        assert_eq!(nearest("Rule", words), Some("rule"));
        assert_eq!(nearest("xy", words), None);
        assert_eq!(nearest("sources", words), None);
    }
}
