//! JSON Pointer (RFC 6901): the name of a node within its document.

use std::borrow::Cow;
use std::fmt;

/// A JSON Pointer such as `/paths/~1x/get`; the empty one names the root.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Pointer(String);

impl Pointer {
    /// The pointer to the whole document.
    #[must_use]
    pub fn root() -> Pointer {
        Pointer(String::new())
    }

    /// Reads a pointer: empty, or beginning with `/`, with `~` only in `~0` and `~1`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Pointer> {
        let well_formed = text.is_empty() || text.starts_with('/');
        let escapes_hold = text
            .split('~')
            .skip(1)
            .all(|rest| rest.starts_with('0') || rest.starts_with('1'));
        (well_formed && escapes_hold).then(|| Pointer(text.to_owned()))
    }

    /// The pointer to the child that `token` (unescaped) names.
    #[must_use]
    pub fn push(&self, token: impl AsRef<str>) -> Pointer {
        let token = token.as_ref();
        let mut text = String::with_capacity(self.0.len() + token.len() + 1);
        text.push_str(&self.0);
        push_token(&mut text, token);
        Pointer(text)
    }

    /// The tokens from the root on, unescaped.
    pub fn tokens(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.0.split('/').skip(1).map(unescape)
    }

    /// The pointer to the parent, and the last token; `None` for the root.
    #[must_use]
    pub fn split_last(&self) -> Option<(Pointer, Cow<'_, str>)> {
        let (parent, last) = self.0.rsplit_once('/')?;
        Some((Pointer(parent.to_owned()), unescape(last)))
    }

    /// The pointer as text, escaped.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the pointer to the whole document.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Appends `/` and the token, escaped, to the text of a pointer.
fn push_token(text: &mut String, token: &str) {
    text.push('/');
    if !token.contains(['~', '/']) {
        text.push_str(token);
        return;
    }
    for character in token.chars() {
        match character {
            '~' => text.push_str("~0"),
            '/' => text.push_str("~1"),
            other => text.push(other),
        }
    }
}

fn unescape(token: &str) -> Cow<'_, str> {
    if token.contains('~') {
        Cow::Owned(token.replace("~1", "/").replace("~0", "~"))
    } else {
        Cow::Borrowed(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_survive_the_round_trip() {
        let pointer = Pointer::root().push("paths").push("/x/~y").push("get");
        assert_eq!(pointer.to_string(), "/paths/~1x~1~0y/get");
        let tokens: Vec<_> = pointer.tokens().collect();
        assert_eq!(tokens, ["paths", "/x/~y", "get"]);
        assert_eq!(Pointer::parse(pointer.as_str()), Some(pointer));
    }

    #[test]
    fn the_escape_of_an_escape_is_not_a_slash() {
        let pointer = Pointer::root().push("~1");
        assert_eq!(pointer.as_str(), "/~01");
        assert_eq!(pointer.tokens().collect::<Vec<_>>(), ["~1"]);
    }

    #[test]
    fn empty_tokens_are_tokens() {
        let pointer = Pointer::root().push("").push("");
        assert_eq!(pointer.as_str(), "//");
        assert_eq!(pointer.tokens().count(), 2);
        assert_eq!(Pointer::root().tokens().count(), 0);
    }

    #[test]
    fn malformed_pointers_are_refused() {
        for text in ["a", "a/b", "/~", "/~2", "/a~"] {
            assert_eq!(Pointer::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_last_token_splits_off() {
        let pointer = Pointer::root().push("a").push("b/c");
        let (parent, last) = pointer.split_last().unwrap();
        assert_eq!((parent.as_str(), last.as_ref()), ("/a", "b/c"));
        assert_eq!(Pointer::root().split_last(), None);
    }
}
