//! The contract that the suites speak of, as it was given.

use super::*;

#[test]
fn the_given_contract_is_lowered_whole() {
    let api = sinjapp();
    assert_eq!(
        lines(&api),
        [
            "GET /me getTenantContext 200[application/json] 401[application/json] \
             404[application/json] (ApiKeyAuth)",
            "GET /subscription getTenantSubscription 200[application/json] 401[application/json] \
             404[application/json] (ApiKeyAuth)",
            "POST /api-keys createApiKey body*=application/json 201[application/json] \
             422[application/json] (ApiKeyAuth)",
            "DELETE /api-keys/{apiKey} revokeApiKey path:apiKey*=integer 204[] \
             401[application/json] (ApiKeyAuth)",
            "GET /sender-numbers listSenderNumbers 200[application/json] 401[application/json] \
             (ApiKeyAuth)",
            "GET /messages listMessages 200[] 401[application/json] (ApiKeyAuth)",
            "GET /usage getUsage 200[] 401[application/json] (ApiKeyAuth)",
        ]
    );
    assert_eq!(api.findings, []);
    assert_eq!(
        (api.title.as_str(), api.version.as_str()),
        ("Sinjapp Business API", "1.0.0")
    );
}

#[test]
fn the_given_operation_is_exactly_as_given() {
    let api = sinjapp();
    let operation = api.operation("revokeApiKey").unwrap();
    assert_eq!(
        operation.pointer.as_str(),
        "/paths/~1api-keys~1{apiKey}/delete"
    );
    let pieces: Vec<_> = operation
        .segments
        .iter()
        .map(|one| one.pieces.clone())
        .collect();
    let expected = [
        vec![Piece::Literal("api-keys".into())],
        vec![Piece::Parameter("apiKey".into())],
    ];
    assert_eq!(pieces, expected);
    assert_eq!(
        (operation.tags.as_slice(), operation.deprecated),
        (["API Keys".into()].as_slice(), false)
    );
    let [parameter] = operation.parameters.as_slice() else {
        panic!("one parameter")
    };
    assert_eq!(
        (parameter.style, parameter.explode),
        (ParameterStyle::Simple, false)
    );
    assert_eq!(parameter.types, [SchemaType::Integer]);
    let schema = api.schemas().rewritten(parameter.schema.unwrap());
    assert_eq!(schema, Some(&json!({"type": "integer"})));

    let revoked = operation.response_for(204).unwrap();
    assert_eq!(revoked.description, "API key revoked.");
    let refused = operation.response_for(401).unwrap();
    assert_eq!(
        refused.pointer.as_str(),
        "/components/responses/Unauthorized"
    );
    assert_eq!(
        refused.declared_at.as_str(),
        "/paths/~1api-keys~1{apiKey}/delete/responses/401"
    );
    assert_eq!(
        refused.description,
        "Missing, invalid, expired, or insufficient API credentials."
    );
    let schema = refused.media_types[0].schema.unwrap();
    let message = json!({"type": "object", "properties": {"message": {"type": "string"}}});
    assert_eq!(api.schemas().rewritten(schema), Some(&message));
    assert_eq!(operation.response_for(403), None);
}

#[test]
fn the_given_server_and_scheme_are_as_given() {
    let api = sinjapp();
    let [server] = api.servers.as_slice() else {
        panic!("one server")
    };
    assert_eq!(server.url, "{tenantBaseUrl}/api/v1");
    assert_eq!(server.variables[0].name, "tenantBaseUrl");
    assert_eq!(
        server.default_url(),
        "https://your-tenant.sinjapp.org/api/v1"
    );
    let scheme = api.security_scheme("ApiKeyAuth").unwrap();
    let expected = SecuritySchemeKind::ApiKey {
        location: ParameterLocation::Header,
        parameter: "X-Api-Key".into(),
    };
    assert_eq!(scheme.kind, expected);
    assert_eq!(
        scheme.pointer.as_str(),
        "/components/securitySchemes/ApiKeyAuth"
    );
}

#[test]
fn places_are_those_of_the_text() {
    let (name, bytes) = package_file("spec/sinjapp-business.v1.yaml");
    let document = Document::parse(&name, &bytes).unwrap();
    let api = Api::lower(&document).unwrap();
    let operation = api.operation("revokeApiKey").unwrap();
    let line = |line: u32| document.excerpt(line).unwrap().trim();
    assert_eq!(line(operation.position.line), "delete:");
    assert_eq!(
        line(operation.parameters[0].position.line),
        "- name: apiKey"
    );
    assert_eq!(line(operation.responses[0].position.line), "\"204\":");
    for operation in &api.operations {
        assert!(
            document.at(&operation.pointer).is_some(),
            "{}",
            operation.pointer
        );
        for response in &operation.responses {
            assert!(
                document.at(&response.pointer).is_some(),
                "{}",
                response.pointer
            );
            assert!(
                document.at(&response.declared_at).is_some(),
                "{}",
                response.declared_at
            );
        }
    }
}
