//! Request bodies and media types.

use super::super::operation::{MediaType, RequestBody};
use super::{Lowering, Spot};

/// What a media type is called where 2.0 names none.
const ANY_MEDIA_TYPE: &str = "*/*";

impl<'doc> Lowering<'doc> {
    /// The request body of an operation; in 2.0 it is a parameter.
    pub(super) fn request_body(
        &mut self,
        operation: &Spot<'doc>,
        body_parameters: &[Spot<'doc>],
        root: &Spot<'doc>,
    ) -> Option<RequestBody> {
        if self.table.inline_parameters {
            return self.parameter_body(operation, body_parameters, root);
        }
        let spot = operation.get("requestBody")?;
        let spot = self.object(&spot, "a request body")?;
        Some(RequestBody {
            required: spot.flag("required"),
            media_types: self.content(&spot),
            pointer: spot.pointer,
        })
    }

    /// The media types under `content`.
    pub(super) fn content(&mut self, parent: &Spot<'doc>) -> Vec<MediaType> {
        let content = self.map(parent, "content");
        let mut media_types = Vec::new();
        for (name, _, spot) in content.iter().flat_map(Spot::entries) {
            // `application/json:` with nothing under it declares the media type all the same.
            let spot = if spot.node.is_null() {
                Some(spot)
            } else {
                self.object(&spot, "a media type")
            };
            let Some(spot) = spot else {
                continue;
            };
            let schema = self.schema(&spot, "schema");
            media_types.push(MediaType {
                name: name.to_owned(),
                schema,
                pointer: spot.pointer,
            });
        }
        media_types
    }

    fn parameter_body(
        &mut self,
        operation: &Spot<'doc>,
        parameters: &[Spot<'doc>],
        root: &Spot<'doc>,
    ) -> Option<RequestBody> {
        let first = parameters.first()?;
        let body = parameters
            .iter()
            .find(|spot| spot.text("in") == Some("body"));
        let mut names = self.media_type_names(operation, root, "consumes");
        if let Some(body) = body {
            let schema = self.schema(body, "schema");
            let pointer = &body.pointer;
            let named = |name| MediaType {
                name,
                schema,
                pointer: pointer.clone(),
            };
            return Some(RequestBody {
                required: body.flag("required"),
                media_types: names.into_iter().map(named).collect(),
                pointer: pointer.clone(),
            });
        }
        let is_form =
            |name: &String| name.starts_with("multipart/") || name.ends_with("-urlencoded");
        names.retain(is_form);
        if names.is_empty() {
            let file = parameters
                .iter()
                .any(|spot| spot.text("type") == Some("file"));
            let name = if file {
                "multipart/form-data"
            } else {
                "application/x-www-form-urlencoded"
            };
            names.push(name.to_owned());
        }
        let pointer = &first.pointer;
        let named = |name| MediaType {
            name,
            schema: None,
            pointer: pointer.clone(),
        };
        Some(RequestBody {
            required: parameters.iter().any(|spot| spot.flag("required")),
            media_types: names.into_iter().map(named).collect(),
            pointer: pointer.clone(),
        })
    }

    /// The media types that `consumes` or `produces` of 2.0 names, in the operation or globally.
    pub(super) fn media_type_names(
        &mut self,
        operation: &Spot<'doc>,
        root: &Spot<'doc>,
        key: &str,
    ) -> Vec<String> {
        let list = self.array(operation, key).or_else(|| self.array(root, key));
        let items = list.iter().flat_map(|list| list.node.items());
        let names: Vec<String> = items
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect();
        if names.is_empty() {
            vec![ANY_MEDIA_TYPE.to_owned()]
        } else {
            names
        }
    }
}
