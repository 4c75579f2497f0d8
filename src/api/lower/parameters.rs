//! Parameters of path items and operations.

use super::super::parameter::{Parameter, ParameterLocation, ParameterStyle};
use super::super::schema::{SchemaId, declared_types};
use super::{Lowering, Spot};

/// Headers that are no parameters by the specification: other parts of a document say them.
const NOT_PARAMETERS: &[&str] = &["accept", "content-type", "authorization"];

/// What a list of parameters came to.
pub(super) struct Listed<'doc> {
    pub(super) parameters: Vec<Parameter>,
    /// In 2.0, those that are the body.
    pub(super) bodies: Vec<Spot<'doc>>,
    /// Whether one is in another document, which is not read: it may be any.
    pub(super) unread: bool,
}

/// How a parameter is serialized, and the schema of its value.
struct Shape<'doc> {
    schema: Option<Spot<'doc>>,
    style: ParameterStyle,
    explode: bool,
    media_type: Option<String>,
}

impl<'doc> Lowering<'doc> {
    /// The parameters of a path item or operation; and, in 2.0, those that are its body.
    pub(super) fn parameters(&mut self, parent: &Spot<'doc>) -> Listed<'doc> {
        let (mut parameters, mut bodies) = (Vec::<Parameter>::new(), Vec::new());
        let mut unread = false;
        let list = self.array(parent, "parameters");
        for item in list.iter().flat_map(Spot::items) {
            let Some(spot) = self.object(&item, "a parameter") else {
                unread |= self.is_elsewhere(&item);
                continue;
            };
            if self.table.inline_parameters && matches!(spot.text("in"), Some("body" | "formData"))
            {
                bodies.push(spot);
                continue;
            }
            let Some(parameter) = self.parameter(&spot) else {
                continue;
            };
            let known = parameters
                .iter()
                .any(|other| other.location == parameter.location && other.name == parameter.name);
            if known {
                let (name, location) = (&parameter.name, parameter.location);
                self.find(&item, format!("duplicate {location} parameter `{name}`"));
            } else {
                parameters.push(parameter);
            }
        }
        Listed {
            parameters,
            bodies,
            unread,
        }
    }

    fn parameter(&mut self, spot: &Spot<'doc>) -> Option<Parameter> {
        let (Some(name), Some(place)) = (spot.text("name"), spot.text("in")) else {
            self.find(spot, "a parameter needs `name` and `in`");
            return None;
        };
        let Some(location) = ParameterLocation::parse(place) else {
            self.find(
                spot,
                format!("parameter `{name}` is in `{place}`, which is not supported"),
            );
            return None;
        };
        if location == ParameterLocation::Header
            && !self.table.inline_parameters
            && NOT_PARAMETERS.contains(&name.to_ascii_lowercase().as_str())
        {
            return None;
        }
        let in_path = location == ParameterLocation::Path;
        if in_path && !spot.flag("required") {
            self.find(
                spot,
                format!("path parameter `{name}` must have `required: true`"),
            );
        }
        let shape = self.shape(spot, location);
        let (schema, types) = match &shape.schema {
            Some(schema) => (
                Some(self.schema_of(schema)),
                declared_types(self.document, schema.node, &self.table.schema),
            ),
            None => (None, Vec::new()),
        };
        Some(Parameter {
            name: name.to_owned(),
            location,
            required: in_path || spot.flag("required"),
            schema,
            types,
            style: shape.style,
            explode: shape.explode,
            media_type: shape.media_type,
            pointer: spot.pointer.clone(),
            position: spot.node.position(),
        })
    }

    fn shape(&mut self, spot: &Spot<'doc>, location: ParameterLocation) -> Shape<'doc> {
        if self.table.inline_parameters {
            let (style, explode) = collection_style(spot.text("collectionFormat"), location);
            return Shape {
                schema: Some(spot.clone()),
                style,
                explode,
                media_type: None,
            };
        }
        let default_style = location.default_style();
        let style = match spot.text("style") {
            Some(text) => ParameterStyle::parse(text).unwrap_or_else(|| {
                self.find(spot, format!("unknown style `{text}`"));
                default_style
            }),
            None => default_style,
        };
        let form = matches!(style, ParameterStyle::Form | ParameterStyle::Cookie);
        let explode = spot
            .node
            .get("explode")
            .and_then(|node| node.as_bool())
            .unwrap_or(form);
        let content = self.map(spot, "content");
        let media_type = content.and_then(|content| content.entries().next());
        if let Some((name, _, media_type)) = media_type {
            let schema = media_type.get("schema");
            return Shape {
                schema,
                style,
                explode,
                media_type: Some(name.to_owned()),
            };
        }
        let schema = spot.get("schema");
        if schema.is_none() {
            let name = spot.text("name").unwrap_or_default();
            let message = format!("parameter `{name}` has neither `schema` nor `content`");
            self.find(spot, message);
        }
        Shape {
            schema,
            style,
            explode,
            media_type: None,
        }
    }

    fn schema_of(&mut self, spot: &Spot<'doc>) -> SchemaId {
        if self.table.inline_parameters {
            self.schemas.request_inline(spot.node, &spot.pointer)
        } else {
            self.schemas.request(spot.node, &spot.pointer)
        }
    }
}

/// The style and explosion that a collection format of 2.0 stands for.
fn collection_style(format: Option<&str>, location: ParameterLocation) -> (ParameterStyle, bool) {
    match format {
        Some("multi") => (ParameterStyle::Form, true),
        Some("ssv") => (ParameterStyle::SpaceDelimited, false),
        Some("tsv") => (ParameterStyle::TabDelimited, false),
        Some("pipes") => (ParameterStyle::PipeDelimited, false),
        _ => (location.default_style(), false),
    }
}
