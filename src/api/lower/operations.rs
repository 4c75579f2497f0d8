//! Paths and their operations.

use std::collections::{BTreeMap, BTreeSet};

use crate::document::Position;

use super::super::operation::{Operation, Segment};
use super::super::parameter::{Parameter, ParameterLocation};
use super::super::security::SecurityScheme;
use super::super::{ApiError, Finding};
use super::{Lowering, Spot};

/// What all operations of a path share.
struct PathItem<'doc> {
    path: &'doc str,
    parameters: Vec<Parameter>,
    body_parameters: Vec<Spot<'doc>>,
    /// Whether a parameter is in another document.
    unread: bool,
}

/// A method of a path item, where it stands, and what it has.
struct Declared<'doc> {
    method: String,
    position: Position,
    spot: Spot<'doc>,
}

/// Where operations are collected.
struct Collected<'doc, 'schemes> {
    root: &'schemes Spot<'doc>,
    schemes: &'schemes [SecurityScheme],
    /// The ids that the document declares.
    declared: BTreeSet<String>,
    /// The ids that operations have already.
    taken: BTreeSet<String>,
    operations: Vec<Operation>,
}

impl<'doc> Lowering<'doc> {
    /// All operations of the document.
    pub(super) fn operations(
        &mut self,
        root: &Spot<'doc>,
        schemes: &[SecurityScheme],
    ) -> Result<Vec<Operation>, ApiError> {
        let Some(paths) = root.get("paths").filter(|paths| !paths.node.is_null()) else {
            if self.table.paths_required {
                self.find(root, "`paths` is missing");
            }
            return Ok(Vec::new());
        };
        if !paths.node.is_object() {
            return Err(ApiError::NotObject {
                document: self.document.name().to_owned(),
                position: paths.node.position(),
                pointer: paths.pointer,
                kind: paths.node.kind_name(),
            });
        }
        let mut collected = Collected {
            root,
            schemes,
            declared: declared_ids(&paths),
            taken: BTreeSet::new(),
            operations: Vec::new(),
        };
        let mut shapes: BTreeMap<String, &str> = BTreeMap::new();
        for (path, position, item) in paths.standard_entries() {
            let first = *shapes.entry(shape(path)).or_insert(path);
            if first != path {
                let message =
                    format!("path `{path}` is the same as `{first}`: only names in braces differ");
                self.find_at(position, &item.pointer, message);
            }
            if !path.starts_with('/') {
                let message = format!("path `{path}` must begin with `/`");
                self.find_at(position, &item.pointer, message);
            }
            if let Some(item) = self.object(&item, "a path item") {
                self.path_item(path, &item, &mut collected);
            }
        }
        Ok(collected.operations)
    }

    fn path_item(
        &mut self,
        path: &'doc str,
        item: &Spot<'doc>,
        collected: &mut Collected<'doc, '_>,
    ) {
        let listed = self.parameters(item);
        let shared = PathItem {
            path,
            parameters: listed.parameters,
            body_parameters: listed.bodies,
            unread: listed.unread,
        };
        for (key, position, spot) in item.entries() {
            if self.table.methods.contains(&key) {
                let declared = Declared {
                    method: key.to_ascii_uppercase(),
                    position,
                    spot,
                };
                self.operation(&shared, declared, collected);
            }
        }
        let additional = self.table.additional_operations_key;
        let additional = additional.and_then(|key| self.map(item, key));
        for (method, position, spot) in additional.iter().flat_map(Spot::entries) {
            let declared = Declared {
                method: method.to_owned(),
                position,
                spot,
            };
            self.operation(&shared, declared, collected);
        }
    }

    fn operation(
        &mut self,
        shared: &PathItem<'doc>,
        declared: Declared<'doc>,
        collected: &mut Collected<'doc, '_>,
    ) {
        let Declared {
            method,
            position,
            spot,
        } = declared;
        let Some(spot) = self.object(&spot, "an operation") else {
            return;
        };
        let segments = Segment::split(shared.path);
        let listed = self.parameters(&spot);
        let (own, own_bodies) = (listed.parameters, listed.bodies);
        let unread = shared.unread || listed.unread;
        let overridden =
            |inherited: &&Parameter| !own.iter().any(|parameter| same(parameter, inherited));
        let mut parameters: Vec<Parameter> = shared
            .parameters
            .iter()
            .filter(overridden)
            .cloned()
            .collect();
        parameters.extend(own);
        if !unread {
            self.check_declared(&segments, &parameters, (&spot, position));
        }
        self.check_in_template(&segments, &parameters);
        let bodies = if own_bodies.is_empty() {
            &shared.body_parameters
        } else {
            &own_bodies
        };
        let request_body = self.request_body(&spot, bodies, collected.root);
        let tags = self.array(&spot, "tags");
        let tags = tags.iter().flat_map(|tags| tags.node.items());
        let tags = tags
            .filter_map(|tag| tag.as_str().map(str::to_owned))
            .collect();
        let operation = Operation {
            id: self.operation_id(&spot, (&method, shared.path), collected),
            responses: self.responses(&spot, position, collected.root),
            security: self.security(&spot, collected.root, collected.schemes),
            deprecated: spot.flag("deprecated"),
            path: shared.path.to_owned(),
            pointer: spot.pointer,
            method,
            segments,
            parameters,
            request_body,
            tags,
            position,
        };
        collected.operations.push(operation);
    }

    /// Each name in the template must be declared, as far as all parameters were read.
    fn check_declared(
        &mut self,
        segments: &[Segment],
        parameters: &[Parameter],
        (operation, position): (&Spot<'doc>, Position),
    ) {
        for name in segments.iter().flat_map(Segment::parameters) {
            if !in_path(parameters).any(|parameter| parameter.name == name) {
                let message = format!("path parameter `{name}` of the template is not declared");
                self.find_at(position, &operation.pointer, message);
            }
        }
    }

    /// Each path parameter must be in the template.
    fn check_in_template(&mut self, segments: &[Segment], parameters: &[Parameter]) {
        let in_template: Vec<&str> = segments.iter().flat_map(Segment::parameters).collect();
        for parameter in in_path(parameters) {
            if !in_template.contains(&parameter.name.as_str()) {
                self.findings.push(Finding {
                    position: parameter.position,
                    pointer: parameter.pointer.clone(),
                    message: format!("path parameter `{}` is not in the template", parameter.name),
                });
            }
        }
    }

    /// The id of an operation: what it declares, in printable ASCII; else its method and path.
    fn operation_id(
        &mut self,
        operation: &Spot<'doc>,
        (method, path): (&str, &str),
        collected: &mut Collected<'doc, '_>,
    ) -> String {
        if let Some(declared) = operation.get("operationId") {
            let id = declared.node.as_str().map(printable).unwrap_or_default();
            if id.is_empty() {
                self.find(&declared, "an operationId must be text that is not blank");
            } else if collected.taken.insert(id.clone()) {
                return id;
            } else {
                self.find(&declared, format!("duplicate operationId `{id}`"));
            }
        }
        let made = kebab(&format!("{method} {path}"));
        let numbered = (2..).map(|number: u64| format!("{made}-{number}"));
        let mut candidates = std::iter::once(made.clone()).chain(numbered);
        let free = |id: &String| !collected.declared.contains(id) && !collected.taken.contains(id);
        let id = candidates.find(free).unwrap_or(made);
        collected.taken.insert(id.clone());
        id
    }
}

fn in_path(parameters: &[Parameter]) -> impl Iterator<Item = &Parameter> {
    let parameters = parameters.iter();
    parameters.filter(|parameter| parameter.location == ParameterLocation::Path)
}

/// A path template without the names in its braces.
fn shape(path: &str) -> String {
    let mut parts = path.split('{');
    let mut shape = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.split_once('}').map_or(part, |(_, rest)| rest);
        shape.push_str("{}");
        shape.push_str(rest);
    }
    shape
}

fn same(one: &Parameter, other: &Parameter) -> bool {
    one.location == other.location && one.name == other.name
}

/// The ids that operations declare, so that a made one never takes the name of a declared one.
fn declared_ids(paths: &Spot<'_>) -> BTreeSet<String> {
    let operations = paths.node.entries().flat_map(|(_, _, item)| item.entries());
    let ids = operations.filter_map(|(_, _, operation)| operation.get("operationId")?.as_str());
    ids.map(printable).collect()
}

/// The text with a dash for each run of blanks and characters that are not printable ASCII.
fn printable(text: &str) -> String {
    let parts = text.split(|character: char| !character.is_ascii_graphic());
    parts
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("-")
}

/// The words of a text in lower case with dashes between: `DELETE /keys/{apiKey}` is
/// `delete-keys-api-key`.
fn kebab(text: &str) -> String {
    let mut kebab = String::new();
    let mut after_small = false;
    for character in text.chars() {
        if !character.is_ascii_alphanumeric() {
            after_small = false;
            if !kebab.is_empty() && !kebab.ends_with('-') {
                kebab.push('-');
            }
            continue;
        }
        if character.is_ascii_uppercase() && after_small {
            kebab.push('-');
        }
        after_small = !character.is_ascii_uppercase();
        kebab.push(character.to_ascii_lowercase());
    }
    kebab.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_and_paths_become_kebab() {
        assert_eq!(
            kebab("DELETE /api-keys/{apiKey}"),
            "delete-api-keys-api-key"
        );
        assert_eq!(kebab("GET /"), "get");
        assert_eq!(kebab("GET /a/{x}.{y}:go"), "get-a-x-y-go");
        assert_eq!(kebab("GET /HTTPServer/über"), "get-httpserver-ber");
    }

    #[test]
    fn ids_keep_what_is_printable() {
        assert_eq!(printable("actions/list"), "actions/list");
        assert_eq!(printable(" Get the\nkey ü "), "Get-the-key");
    }
}
