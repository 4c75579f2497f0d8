//! One API in every version of OpenAPI.

use super::*;

const DIALECTS: [&str; 4] = ["swagger20", "openapi30", "openapi31", "openapi32"];

fn library(dialect: &str) -> Api {
    load(&format!("tests/data/library.{dialect}.yaml"))
}

#[test]
fn one_api_written_in_four_dialects_is_the_same() {
    for dialect in DIALECTS {
        let api = library(dialect);
        assert_eq!(
            lines(&api),
            [
                "GET /books listBooks query:limit=integer query:sort=array 200[application/json] \
                 default[application/json] (key)",
                "POST /books addBook body*=application/json 201[application/json] \
                 default[application/json] (key)",
                "GET /books/{book} getBook path:book*=integer 200[application/json] \
                 404[application/json]",
                "DELETE /books/{book} delete-books-book header:X-Reason*=string path:book*=string \
                 204[] 404[application/json] (key)",
            ],
            "{dialect}"
        );
        assert_eq!(api.findings, [], "{dialect}");
        assert_eq!(
            api.servers[0].default_url(),
            "https://library.example/v1",
            "{dialect}"
        );
        assert!(
            api.operation("delete-books-book").unwrap().deprecated,
            "{dialect}"
        );
        let list = api.operation("listBooks").unwrap();
        assert_eq!(list.responses[0].headers[0].name, "x-total", "{dialect}");
        let sort = list.parameter(ParameterLocation::Query, "sort").unwrap();
        assert_eq!(
            (sort.style, sort.explode),
            (ParameterStyle::Form, false),
            "{dialect}"
        );
        assert_eq!(
            list.response_for(200).unwrap().status,
            StatusPattern::Code(200)
        );
        assert_eq!(
            list.response_for(500).unwrap().status,
            StatusPattern::Default
        );
    }
}

#[test]
fn one_schema_written_in_four_dialects_judges_the_same() {
    let book = |change: Value| {
        let mut book = json!({"id": 1, "title": "t", "isbn": null, "price": 0.5});
        book.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        book
    };
    for dialect in DIALECTS {
        let api = library(dialect);
        let operation = api.operation("getBook").unwrap();
        let schema = operation.response_for(200).unwrap().media_types[0]
            .schema
            .unwrap();
        let check = |change: Value, expected: &[(&str, &str, &str)]| {
            let violations = api.schemas().validate(schema, &book(change));
            let found: Vec<_> = violations
                .iter()
                .map(|one| {
                    let keyword = one.keyword_pointer.as_ref().unwrap().as_str();
                    let keyword = keyword.rsplit_once("/Book").unwrap().1;
                    (one.instance_pointer.as_str(), one.message.as_str(), keyword)
                })
                .collect();
            assert_eq!(found, expected, "{dialect}");
        };
        check(json!({}), &[]);
        check(
            json!({"id": 1.0, "isbn": "x", "sequel": book(json!({}))}),
            &[],
        );
        let type_of_isbn = "/properties/isbn/type";
        check(
            json!({"isbn": 7}),
            &[("/isbn", "must be null or string, is number", type_of_isbn)],
        );
        let bound = "/properties/price/exclusiveMinimum";
        check(
            json!({"price": 0}),
            &[("/price", "must be greater than 0", bound)],
        );
        let length = "/properties/title/minLength";
        let deep = [(
            "/sequel/sequel/title",
            "must have at least 1 characters",
            length,
        )];
        check(
            json!({"sequel": book(json!({"sequel": book(json!({"title": ""}))}))}),
            &deep,
        );
        check(
            json!({"sequel": {"id": 1}}),
            &[("/sequel", "must have property `title`", "/required")],
        );
    }
}

#[test]
fn swagger_forms_and_collection_formats_are_lowered() {
    let api = lower(
        "{swagger: '2.0', info: {title: t, version: 1.0}, basePath: /b, paths: {/p: {post: {
           consumes: [application/json, multipart/form-data], produces: [text/csv, image/png],
           parameters: [{name: f, in: formData, type: file, required: true},
                        {name: n, in: query, type: array, collectionFormat: multi, items: {}},
                        {name: p, in: query, type: array, collectionFormat: pipes, items: {}}],
           responses: {200: {description: d, schema: {type: file}}}}},
         /q: {post: {parameters: [{name: g, in: formData, type: string}],
           responses: {201: {description: d}}}}}}",
    );
    assert_eq!(api.findings, []);
    assert_eq!(
        lines(&api),
        [
            "POST /p post-p query:n=array query:p=array body*=multipart/form-data \
             200[text/csv,image/png]",
            "POST /q post-q body=application/x-www-form-urlencoded 201[]",
        ]
    );
    let [multi, pipes] = api.operations[0].parameters.as_slice() else {
        panic!("two")
    };
    assert_eq!((multi.style, multi.explode), (ParameterStyle::Form, true));
    assert_eq!(
        (pipes.style, pipes.explode),
        (ParameterStyle::PipeDelimited, false)
    );
    assert_eq!(api.operations[0].responses[0].media_types[0].schema, None);
    assert_eq!(api.servers[0].url, "/b");
    assert_eq!(api.version, "1.0");
}

#[test]
fn methods_of_version_3_2_are_operations() {
    let paths = "{/p: {query: {responses: {}}, additionalOperations: {COPY: {operationId: copy}}}}";
    let new = lower(&format!("{{openapi: 3.2.0, paths: {paths}}}"));
    assert_eq!(lines(&new), ["QUERY /p query-p", "COPY /p copy"]);
    let old = lower(&format!("{{openapi: 3.1.0, paths: {paths}}}"));
    assert_eq!(lines(&old), Vec::<String>::new());
}

#[test]
fn security_schemes_are_told_apart() {
    let api = lower(
        "{openapi: 3.1.0, paths: {}, components: {securitySchemes: {
           a: {type: apiKey, in: cookie, name: sid}, b: {type: http, scheme: Basic},
           c: {type: http, scheme: bearer}, d: {type: http, scheme: DPoP}, e: {type: oauth2},
           f: {type: openIdConnect}, g: {type: mutualTLS},
           h: {$ref: '#/components/securitySchemes/c'},
           x-i: {type: magic}, j: {type: apiKey, in: path, name: k}}}}",
    );
    let kinds: Vec<_> = api
        .security_schemes
        .iter()
        .map(|scheme| scheme.kind.clone())
        .collect();
    use SecuritySchemeKind as Kind;
    let cookie = Kind::ApiKey {
        location: ParameterLocation::Cookie,
        parameter: "sid".into(),
    };
    assert_eq!(
        kinds,
        [
            cookie,
            Kind::HttpBasic,
            Kind::HttpBearer,
            Kind::Http("dpop".into()),
            Kind::OAuth2,
            Kind::OpenIdConnect,
            Kind::MutualTls,
            Kind::HttpBearer,
            Kind::Unknown("magic".into()),
            Kind::Unknown("apiKey".into()),
        ]
    );
    assert_eq!(api.findings.len(), 2, "{:?}", api.findings);
}

#[test]
fn security_of_the_operation_replaces_that_of_the_document() {
    let api = lower(
        "{openapi: 3.0.0, security: [{a: []}], paths: {
           /1: {get: {responses: {}}}, /2: {get: {security: [], responses: {}}},
           /3: {get: {security: [{}, {a: [], b: [s, t]}], responses: {}}}},
          components: {securitySchemes: {a: {type: http, scheme: basic}, b: {type: oauth2}}}}",
    );
    assert_eq!(
        lines(&api),
        ["GET /1 get-1 (a)", "GET /2 get-2", "GET /3 get-3 () (a+b)"]
    );
    let scopes = &api.operations[2].security[1].schemes[1];
    assert_eq!(
        scopes,
        &("b".to_owned(), vec!["s".to_owned(), "t".to_owned()])
    );
}
