//! Security schemes, and which of them operations require.

use super::super::parameter::ParameterLocation;
use super::super::security::{SecurityRequirement, SecurityScheme, SecuritySchemeKind};
use super::{Lowering, Spot};

impl<'doc> Lowering<'doc> {
    /// The security schemes of the document.
    pub(super) fn security_schemes(&mut self, root: &Spot<'doc>) -> Vec<SecurityScheme> {
        let mut list = Some(root.clone());
        for key in self.table.security_schemes {
            list = list.and_then(|parent| self.map(&parent, key));
        }
        let mut schemes = Vec::new();
        for (name, _, declared) in list.iter().flat_map(Spot::entries) {
            let Some(spot) = self.object(&declared, "a security scheme") else {
                if self.is_elsewhere(&declared) {
                    self.unread_schemes.insert(name);
                }
                continue;
            };
            let kind = self.security_scheme_kind(name, &spot);
            schemes.push(SecurityScheme {
                name: name.to_owned(),
                kind,
                position: spot.node.position(),
                pointer: spot.pointer,
            });
        }
        schemes
    }

    fn security_scheme_kind(&mut self, name: &str, spot: &Spot<'doc>) -> SecuritySchemeKind {
        match spot.text("type") {
            Some("apiKey") => {
                let location = spot.text("in").and_then(ParameterLocation::parse);
                match (
                    location.filter(|place| *place != ParameterLocation::Path),
                    spot.text("name"),
                ) {
                    (Some(location), Some(parameter)) => {
                        let parameter = parameter.to_owned();
                        return SecuritySchemeKind::ApiKey {
                            location,
                            parameter,
                        };
                    }
                    _ => self.find(
                        spot,
                        format!(
                            "apiKey scheme `{name}` needs `name`, and `in`: header, query or cookie"
                        ),
                    ),
                }
                SecuritySchemeKind::Unknown("apiKey".to_owned())
            }
            Some("basic") if self.table.inline_parameters => SecuritySchemeKind::HttpBasic,
            Some("http") => match spot.text("scheme").map(str::to_ascii_lowercase) {
                Some(scheme) if scheme == "basic" => SecuritySchemeKind::HttpBasic,
                Some(scheme) if scheme == "bearer" => SecuritySchemeKind::HttpBearer,
                Some(scheme) => SecuritySchemeKind::Http(scheme),
                None => {
                    self.find(spot, format!("http scheme `{name}` needs `scheme`"));
                    SecuritySchemeKind::Unknown("http".to_owned())
                }
            },
            Some("oauth2") => SecuritySchemeKind::OAuth2,
            Some("openIdConnect") => SecuritySchemeKind::OpenIdConnect,
            Some("mutualTLS") => SecuritySchemeKind::MutualTls,
            other => {
                let kind = other.unwrap_or_default();
                self.find(
                    spot,
                    format!("security scheme `{name}` has unknown type `{kind}`"),
                );
                SecuritySchemeKind::Unknown(kind.to_owned())
            }
        }
    }

    /// The security of an operation: its own, else that of the document.
    pub(super) fn security(
        &mut self,
        operation: &Spot<'doc>,
        root: &Spot<'doc>,
        schemes: &[SecurityScheme],
    ) -> Vec<SecurityRequirement> {
        let list = self
            .array(operation, "security")
            .or_else(|| self.array(root, "security"));
        let mut requirements = Vec::new();
        for item in list.iter().flat_map(Spot::items) {
            if !item.node.is_object() {
                self.find(&item, "a security requirement must be an object");
                continue;
            }
            let mut requirement = SecurityRequirement::default();
            for (name, position, scopes) in item.entries() {
                let declared = schemes.iter().any(|scheme| scheme.name == name);
                if !declared && !self.unread_schemes.contains(name) {
                    let message = format!("security scheme `{name}` is not declared");
                    self.find_at(position, &scopes.pointer, message);
                }
                let scopes = scopes
                    .node
                    .items()
                    .iter()
                    .filter_map(|scope| scope.as_str());
                let scopes = scopes.map(str::to_owned).collect();
                requirement.schemes.push((name.to_owned(), scopes));
            }
            requirements.push(requirement);
        }
        requirements
    }
}
