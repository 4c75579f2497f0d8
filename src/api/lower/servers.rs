//! Servers.

use super::super::server::{Server, ServerVariable};
use super::{Lowering, Spot, scalar_text};

impl<'doc> Lowering<'doc> {
    /// The servers of the document; one with the URL `/` where it names none.
    pub(super) fn servers(&mut self, root: &Spot<'doc>) -> Vec<Server> {
        if self.table.inline_parameters {
            return host_servers(root);
        }
        let list = self.array(root, "servers");
        let mut servers = Vec::new();
        for spot in list.iter().flat_map(Spot::items) {
            let Some(url) = spot.text("url") else {
                self.find(&spot, "a server needs `url`");
                continue;
            };
            let variables = self.map(&spot, "variables");
            let variables = variables.iter().flat_map(Spot::entries);
            let variables = variables.map(|(name, _, variable)| ServerVariable {
                name: name.to_owned(),
                default: variable
                    .node
                    .get("default")
                    .map(scalar_text)
                    .unwrap_or_default(),
            });
            let variables: Vec<ServerVariable> = variables.collect();
            for name in undeclared_variables(url, &variables) {
                self.find(
                    &spot,
                    format!("variable `{name}` of the server's URL is not declared"),
                );
            }
            servers.push(Server {
                url: url.to_owned(),
                variables,
                pointer: spot.pointer,
            });
        }
        if servers.is_empty() {
            servers.push(relative(root, "/"));
        }
        servers
    }
}

/// The names in braces in the URL that are no variables.
fn undeclared_variables(url: &str, variables: &[ServerVariable]) -> Vec<String> {
    let names = url
        .split('{')
        .skip(1)
        .filter_map(|rest| Some(rest.split_once('}')?.0));
    let undeclared = names.filter(|name| !variables.iter().any(|known| known.name == *name));
    undeclared.map(str::to_owned).collect()
}

/// The servers of a 2.0 document: a host, a base path, and a scheme each.
fn host_servers(root: &Spot<'_>) -> Vec<Server> {
    let base_path = root.text("basePath").unwrap_or("/");
    let Some(host) = root.text("host") else {
        return vec![relative(root, base_path)];
    };
    let schemes = root
        .node
        .get("schemes")
        .map(|schemes| schemes.items())
        .unwrap_or_default();
    let schemes: Vec<&str> = schemes
        .iter()
        .filter_map(|scheme| scheme.as_str())
        .collect();
    let path = if base_path == "/" { "" } else { base_path };
    if schemes.is_empty() {
        return vec![relative(root, &format!("//{host}{path}"))];
    }
    let urls = schemes
        .iter()
        .map(|scheme| format!("{scheme}://{host}{path}"));
    urls.map(|url| relative(root, &url)).collect()
}

fn relative(root: &Spot<'_>, url: &str) -> Server {
    Server {
        url: url.to_owned(),
        variables: Vec::new(),
        pointer: root.pointer.clone(),
    }
}
