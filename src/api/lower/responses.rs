//! Responses and their headers.

use crate::document::{Pointer, Position};

use super::super::operation::MediaType;
use super::super::response::{Response, ResponseHeader, StatusPattern};
use super::{Lowering, Spot};

impl<'doc> Lowering<'doc> {
    /// The responses of an operation.
    pub(super) fn responses(
        &mut self,
        operation: &Spot<'doc>,
        position: Position,
        root: &Spot<'doc>,
    ) -> Vec<Response> {
        let Some(list) = self.map(operation, "responses") else {
            if self.table.responses_required && operation.get("responses").is_none() {
                self.find_at(position, &operation.pointer, "`responses` is missing");
            }
            return Vec::new();
        };
        let mut responses = Vec::new();
        for (key, position, declared) in list.standard_entries() {
            let Some(status) = StatusPattern::parse(key) else {
                let message = format!("`{key}` is no status: a code, a range (`4XX`) or `default`");
                self.find_at(position, &declared.pointer, message);
                continue;
            };
            let declared_at = declared.pointer.clone();
            if let Some(spot) = self.object(&declared, "a response") {
                if self.table.response_description_required && spot.get("description").is_none() {
                    self.find(&spot, "a response needs a `description`");
                }
                let media_types = self.response_content(&spot, operation, root);
                let headers = self.headers(&spot);
                responses.push(Response {
                    status,
                    description: spot.text("description").unwrap_or_default().to_owned(),
                    media_types,
                    headers,
                    pointer: spot.pointer,
                    declared_at,
                    position,
                });
            }
        }
        responses
    }

    fn response_content(
        &mut self,
        response: &Spot<'doc>,
        operation: &Spot<'doc>,
        root: &Spot<'doc>,
    ) -> Vec<MediaType> {
        if !self.table.inline_parameters {
            return self.content(response);
        }
        let Some(schema) = response.get("schema") else {
            return Vec::new();
        };
        // A file is no JSON value: nothing in it can be judged.
        let file = schema.text("type") == Some("file");
        let id = (!file).then(|| self.schemas.request(schema.node, &schema.pointer));
        let named = |name| MediaType {
            name,
            schema: id,
            pointer: schema.pointer.clone(),
        };
        let names = self.media_type_names(operation, root, "produces");
        names.into_iter().map(named).collect()
    }

    fn headers(&mut self, response: &Spot<'doc>) -> Vec<ResponseHeader> {
        let list = self.map(response, "headers");
        let mut headers = Vec::new();
        for (name, _, declared) in list.iter().flat_map(Spot::entries) {
            // By the specification this one is said by `content`.
            if name.eq_ignore_ascii_case("content-type") {
                continue;
            }
            let Some(spot) = self.object(&declared, "a header") else {
                continue;
            };
            let schema = if self.table.inline_parameters {
                Some(self.schemas.request_inline(spot.node, &spot.pointer))
            } else {
                self.schema(&spot, "schema")
            };
            let (required, pointer): (bool, Pointer) = (spot.flag("required"), spot.pointer);
            headers.push(ResponseHeader {
                name: name.to_owned(),
                required,
                schema,
                pointer,
            });
        }
        headers
    }
}
