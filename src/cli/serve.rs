//! `serve`: the reference tenant.

use std::fmt::Write as _;
use std::path::Path;

use probity::plan::nearest;
use probity::proof::{CA_FILE, EmbeddedTenant};
use probity::suite::Tier;
use probity::tenant::{Defect, Odd, TenantSettings};

use super::args::ServeArguments;
use super::exit::Exit;

/// `probity serve`.
pub fn serve(arguments: &ServeArguments) -> Result<u8, Exit> {
    if arguments.list_defects {
        return super::print(&defects());
    }
    if arguments.list_odd {
        return super::print(&odd());
    }
    if !arguments.listen.ip().is_loopback() {
        return Err(Exit::usage_text(format!(
            "the reference tenant hands out its keys, so it listens on loopback alone, not on {}",
            arguments.listen
        )));
    }
    let defects = arguments
        .defects
        .iter()
        .map(|name| named(name, Defect::named, Defect::all()));
    let odd = arguments
        .odd
        .iter()
        .map(|name| named(name, Odd::named, Odd::all()));
    let (defects, odd) = (
        defects.collect::<Result<_, _>>()?,
        odd.collect::<Result<_, _>>()?,
    );
    let settings = TenantSettings {
        listen: arguments.listen,
        defects,
        odd,
        tls: arguments.tls,
        ..TenantSettings::default()
    };
    let tenant = EmbeddedTenant::start_with(settings).map_err(|error| {
        Exit::usage_text(format!(
            "failed to listen on {}\n  caused by: {error}",
            arguments.listen
        ))
    })?;
    if let Some(folder) = &arguments.config_into {
        write_config(&tenant, folder)?;
    }
    super::print(&format!("{}\n", tenant.fixtures().to_json()))?;
    tenant.wait_for_signal();
    Ok(0)
}

/// Writes a file that only its owner reads: most of them hold secrets.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}

trait Named {
    fn name(&self) -> &'static str;
}

impl Named for Defect {
    fn name(&self) -> &'static str {
        self.name
    }
}

impl Named for Odd {
    fn name(&self) -> &'static str {
        self.name
    }
}

fn named<T: Named>(
    name: &str,
    find: impl Fn(&str) -> Option<T>,
    all: impl Iterator<Item = T>,
) -> Result<T, Exit> {
    find(name).ok_or_else(|| {
        let names: Vec<&str> = all.map(|known| known.name()).collect();
        let hint = nearest(name, names.iter().copied());
        let hint = hint.map_or_else(String::new, |name| format!(" (nearest: `{name}`)"));
        Exit::usage_text(format!("there is no `{name}`{hint}"))
    })
}

fn defects() -> String {
    let mut text = String::new();
    for defect in Defect::all() {
        let class = defect.class.name();
        let (name, code) = (defect.name, defect.requirement);
        let _ = writeln!(text, "{name:44} {class:9} {code:11} {}", defect.description);
    }
    text
}

fn odd() -> String {
    let mut text = String::new();
    for odd in Odd::all() {
        let _ = writeln!(text, "{:32} {}", odd.name, odd.description);
    }
    text
}

/// Files to try it by hand: settings, secrets as variables to source, and a pool of victims.
fn write_config(tenant: &EmbeddedTenant, folder: &Path) -> Result<(), Exit> {
    let mut variables = String::new();
    for (name, value) in tenant.environment() {
        let _ = writeln!(variables, "export {name}='{value}'");
    }
    let fixtures = tenant.fixtures();
    let mut files = vec![
        ("probity.yaml", tenant.config(Tier::Revoke)),
        ("secrets.sh", variables),
        ("victims.json", fixtures.victims_json().to_string()),
    ];
    files.extend(fixtures.root_pem.map(|pem| (CA_FILE, pem)));
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(folder)
            .and_then(|()| write_private(&path, &text))
            .map_err(|error| {
                let path = path.display();
                Exit::usage_text(format!("failed to write `{path}`\n  caused by: {error}"))
            })?;
    }
    Ok(())
}
