//! The path between the target and the operations' own paths.

use crate::api::Server;

/// The path of the document's first server, without a slash at its end: `/api/v1` of
/// `https://acme.example/api/v1`, of `{tenantBaseUrl}/api/v1` and of `/api/v1`.
#[must_use]
pub fn server_path(servers: &[Server]) -> String {
    let Some(server) = servers.first() else {
        return String::new();
    };
    let filled = server
        .variables
        .iter()
        .fold(server.url.clone(), |url, variable| {
            let hole = format!("{{{}}}", variable.name);
            // A template whose variable is the whole base is filled with the target.
            match url.strip_prefix(&hole) {
                Some(rest) => rest.to_owned(),
                None => url.replace(&hole, &variable.default),
            }
        });
    let path = match filled.split_once("://") {
        Some((_, rest)) => rest
            .find('/')
            .and_then(|at| rest.get(at..))
            .unwrap_or_default(),
        None => filled.as_str(),
    };
    let path = path
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .trim_end_matches('/');
    if path.is_empty() || path.starts_with('/') {
        path.to_owned()
    } else {
        format!("/{path}")
    }
}

#[cfg(test)]
mod tests {
    use super::server_path;
    use crate::api::Api;
    use crate::document::Document;

    fn check_path(servers: &str, expected: &str) {
        let text = format!(
            "openapi: 3.0.3\ninfo: {{title: t, version: '1'}}\nservers: {servers}\npaths: {{}}\n"
        );
        let document = Document::parse("test.yaml", text.as_bytes()).unwrap();
        let api = Api::lower(&document).unwrap();
        assert_eq!(server_path(&api.servers), expected, "{servers}");
    }

    #[test]
    fn the_path_of_a_server_is_found_in_every_form() {
        check_path("[{url: 'https://acme.example/api/v1'}]", "/api/v1");
        check_path("[{url: 'https://acme.example/api/v1/'}]", "/api/v1");
        check_path("[{url: 'https://acme.example'}]", "");
        check_path("[{url: /api/v1}]", "/api/v1");
        check_path("[{url: /}]", "");
        check_path(
            "[{url: '{base}/api/v1', variables: {base: {default: 'https://a.b'}}}]",
            "/api/v1",
        );
        check_path(
            "[{url: 'https://{host}/v{n}', variables: {host: {default: a}, n: {default: '2'}}}]",
            "/v2",
        );
    }
}
