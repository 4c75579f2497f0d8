//! Servers: where the document says that the API is.

use crate::document::Pointer;

/// A server that the document names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Server {
    /// The URL template, as the document has it; it may be relative.
    pub url: String,
    /// The variables of the template.
    pub variables: Vec<ServerVariable>,
    /// The server in the document.
    pub pointer: Pointer,
}

/// A variable of a server's URL template.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServerVariable {
    /// The name, as it stands between braces in the template.
    pub name: String,
    /// The value where none is chosen; empty where the document gives none.
    pub default: String,
}

impl Server {
    /// The URL with each variable at its default.
    #[must_use]
    pub fn default_url(&self) -> String {
        self.variables
            .iter()
            .fold(self.url.clone(), |url, variable| {
                url.replace(&format!("{{{}}}", variable.name), &variable.default)
            })
    }
}
