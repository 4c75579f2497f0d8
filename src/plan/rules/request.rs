//! Builds the requests of an operation: the path from its template, the credential where the
//! security scheme wants it.

use crate::api::{Api, Operation, ParameterLocation, Piece as SegmentPiece, SecuritySchemeKind};
use crate::http::{Framing, HostHeader};
use crate::plan::{Derivation, Holder, Piece, Send, Slot, Template, Wire};
use crate::suite::{CredentialClass, PathClass};

/// The label of the one request of most cases.
pub const MAIN: &str = "main";

/// The media type of documented answers, which a plain request asks for.
const ACCEPT: &str = "application/json";

/// Builds requests of one operation.
pub struct Requests<'a> {
    api: &'a Api,
    operation: &'a Operation,
    base_path: &'a str,
}

/// A field that a credential goes into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialField {
    /// The header field's name.
    pub name: String,
    /// What stands before the secret, such as `Bearer `.
    pub prefix: String,
}

impl<'a> Requests<'a> {
    /// For an operation below a base path (`/api/v1`, or empty).
    #[must_use]
    pub fn new(api: &'a Api, operation: &'a Operation, base_path: &'a str) -> Self {
        Self {
            api,
            operation,
            base_path,
        }
    }

    /// The header field that the operation's security wants, where it wants a secret in one.
    #[must_use]
    pub fn credential_field(&self) -> Option<CredentialField> {
        let names = self
            .operation
            .security
            .iter()
            .flat_map(|requirement| &requirement.schemes);
        names
            .filter_map(|(name, _)| self.api.security_scheme(name))
            .find_map(|scheme| match &scheme.kind {
                SecuritySchemeKind::ApiKey {
                    location: ParameterLocation::Header,
                    parameter,
                } => Some(CredentialField {
                    name: parameter.clone(),
                    prefix: String::new(),
                }),
                SecuritySchemeKind::HttpBearer
                | SecuritySchemeKind::OAuth2
                | SecuritySchemeKind::OpenIdConnect => Some(CredentialField {
                    name: "Authorization".to_owned(),
                    prefix: "Bearer ".to_owned(),
                }),
                _ => None,
            })
    }

    /// The path of the operation with the pieces in the place of its path parameter.
    #[must_use]
    pub fn path(&self, id: &[Piece]) -> Vec<Piece> {
        let mut pieces = vec![Piece::text(self.base_path)];
        for segment in &self.operation.segments {
            pieces.push(Piece::text("/"));
            for part in &segment.pieces {
                match part {
                    SegmentPiece::Literal(text) => pieces.push(Piece::text(text)),
                    SegmentPiece::Parameter(_) => pieces.extend(id.iter().cloned()),
                }
            }
        }
        merge(pieces)
    }

    /// The operation's request with the victim's id, asking for JSON, without a credential.
    #[must_use]
    pub fn anonymous(&self) -> Template {
        Template {
            method: self.operation.method.clone(),
            target: self.path(&[Piece::Id(Slot::Victim)]),
            headers: vec![("Accept".to_owned(), vec![Piece::text(ACCEPT)])],
            body: None,
            host: HostHeader::Automatic,
            framing: Framing::Automatic,
        }
    }

    /// The same with a credential value where the contract wants it.
    #[must_use]
    pub fn with_value(&self, value: Vec<Piece>) -> Template {
        let mut template = self.anonymous();
        if let Some(field) = self.credential_field() {
            let mut pieces = Vec::new();
            if !field.prefix.is_empty() {
                pieces.push(Piece::Text(field.prefix));
            }
            pieces.extend(value);
            template.headers.insert(0, (field.name, pieces));
        }
        template
    }

    /// The same with a holder's own secret.
    #[must_use]
    pub fn as_holder(&self, holder: Holder) -> Template {
        self.with_value(vec![Piece::Secret(holder, Derivation::Verbatim)])
    }

    /// The plain request of an authorised caller on the victim: the base of everything.
    #[must_use]
    pub fn authorised(&self) -> Send {
        self.sufficient(self.as_holder(Holder::Admin))
    }

    /// A request on the victim that the operation must refuse for its credential.
    #[must_use]
    pub fn insufficient(&self, template: Template) -> Send {
        self.on_victim(template, CredentialClass::Insufficient)
    }

    /// A request on the victim that the operation must serve.
    #[must_use]
    pub fn sufficient(&self, template: Template) -> Send {
        self.on_victim(template, CredentialClass::Sufficient)
    }

    /// A request that addresses nothing under test, on a connection of its own.
    #[must_use]
    pub fn beside(label: &str, template: Template, credential: CredentialClass) -> Send {
        Send {
            label: label.to_owned(),
            template,
            wire: Wire::Fresh,
            credential,
            path: None,
            addresses: None,
            breaks: None,
        }
    }

    /// The operation's request by a holder at whatever path: what it means there is open.
    #[must_use]
    pub fn at(&self, target: Vec<Piece>, holder: Holder) -> Send {
        let mut template = self.as_holder(holder);
        template.target = target;
        let mut send = self.sufficient(template);
        send.path = None;
        send.addresses = None;
        send
    }

    /// A request of another operation, by method and path below the base path, as a holder.
    #[must_use]
    pub fn other_operation(&self, operation: &Operation, holder: Holder) -> Template {
        let mut template = self.as_holder(holder);
        template.method.clone_from(&operation.method);
        template.target = vec![Piece::Text(format!("{}{}", self.base_path, operation.path))];
        template
    }

    fn on_victim(&self, template: Template, credential: CredentialClass) -> Send {
        Send {
            label: MAIN.to_owned(),
            template,
            wire: Wire::Fresh,
            credential,
            path: Some(PathClass::Canonical),
            addresses: Some(Slot::Victim),
            breaks: None,
        }
    }
}

/// Joins neighbouring texts, so that a template reads and compares as one would write it.
fn merge(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut merged: Vec<Piece> = Vec::new();
    for piece in pieces {
        match (merged.last_mut(), piece) {
            (Some(Piece::Text(before)), Piece::Text(text)) => before.push_str(&text),
            (_, piece) => merged.push(piece),
        }
    }
    merged
}
