//! Headers that are sent with every request; their values come from the environment.

use std::collections::BTreeMap;

use super::file::FileHeader;
use super::layers::Layers;
use super::setting::{Origin, Setting};
use super::table;
use crate::document::Pointer;
use crate::http::Secret;

/// Headers that say how the message is framed or whom it is for; requests set them themselves.
const OWN_HEADERS: [&str; 6] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "transfer-encoding",
    "upgrade",
];

/// A header of every request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Its name, as it was written.
    pub name: String,
    /// The variable that holds its value.
    pub variable: String,
    /// Its value; unlike other secrets it may be short.
    pub value: Secret,
}

/// The headers of both layers; a flag hides the file's header of the same name.
pub(super) fn headers(
    layers: &mut Layers<'_>,
    flags: &[String],
    file: Option<&BTreeMap<String, FileHeader>>,
) -> Vec<Setting<Header>> {
    let mut headers: Vec<Setting<Header>> = Vec::new();
    let section = table::HEADERS.pointer();
    for flag in flags {
        let origin = Origin::Flag("--header");
        let Some((name, variable)) = flag.split_once("=env:") else {
            // Not repeated: whoever writes the value here writes a secret.
            let message = "expected `NAME=env:VARIABLE`: values come from the environment";
            layers.complain(&origin, &section, message.to_owned());
            continue;
        };
        let header = header(layers, name, variable);
        add(layers, &mut headers, (header, origin, section.clone()));
    }
    let from_flags: Vec<String> = headers
        .iter()
        .map(|header| header.value.name.to_ascii_lowercase())
        .collect();
    for (name, given) in file.into_iter().flatten() {
        if from_flags.contains(&name.to_ascii_lowercase()) {
            layers.refer(&given.env);
            continue;
        }
        let at = section.push(name);
        let origin = layers.file_origin(&at);
        let header = header(layers, name, &given.env);
        add(layers, &mut headers, (header, origin, at));
    }
    headers
}

fn add(
    layers: &mut Layers<'_>,
    headers: &mut Vec<Setting<Header>>,
    (header, origin, at): (Result<Header, String>, Origin, Pointer),
) {
    let header = header.and_then(|header| {
        let mut others = headers.iter().map(|other| &other.value.name);
        if others.any(|name| name.eq_ignore_ascii_case(&header.name)) {
            return Err(format!("the header `{}` is given twice", header.name));
        }
        Ok(header)
    });
    match header {
        Ok(value) => headers.push(Setting { value, origin }),
        Err(message) => layers.complain(&origin, &at, message),
    }
}

fn header(layers: &mut Layers<'_>, name: &str, variable: &str) -> Result<Header, String> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(token) {
        return Err(format!("`{}` is no header name", name.escape_debug()));
    }
    if OWN_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
        return Err(format!("`{name}` is set by each request itself"));
    }
    let text = layers.named_variable(variable)?;
    if text
        .bytes()
        .any(|byte| byte.is_ascii_control() && byte != b'\t')
    {
        return Err(format!(
            "the environment variable `{variable}` holds a control character, such as the end \
             of a line"
        ));
    }
    // A header may be as short as `https`, which no credential may be.
    let value = Secret::new(*b"any bytes")
        .map(|any| any.derive(|_| text.as_bytes().to_vec()))
        .map_err(|error| error.to_string())?;
    Ok(Header {
        name: name.to_owned(),
        variable: variable.to_owned(),
        value,
    })
}
