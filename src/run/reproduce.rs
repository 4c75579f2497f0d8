//! The lines that run a case again: by Probity, and by curl where curl can send it.

use crate::http::{Encoder, Exchange, HostHeader};
use crate::plan::{Case, Derivation, Holder, Piece, Send, Tier};

/// The command that runs the case again.
#[must_use]
pub fn command(case: &Case, target: &str, tier: Tier) -> String {
    let allow = if tier == Tier::Observe {
        String::new()
    } else {
        format!(" --allow {tier}")
    };
    format!("probity run --target {target}{allow} --exact {}", case.id)
}

/// The request as a curl command, secrets as environment variables.
#[must_use]
pub fn curl(send: &Send, exchange: &Exchange, origin: &str) -> Option<String> {
    let template = &send.template;
    if exchange.encoder != Encoder::Hyper || template.method == "HEAD" {
        return None;
    }
    let target = shell_text(&template.target, exchange)?;
    let mut line = format!(
        "curl -i --path-as-is -X {} \"{origin}{target}\"",
        template.method
    );
    for (name, value) in &template.headers {
        let value = shell_text(value, exchange)?;
        // An empty field needs curl's own spelling; without a value it would be left out.
        if value.is_empty() {
            line.push_str(&format!(" -H \"{name};\""));
        } else {
            line.push_str(&format!(" -H \"{name}: {value}\""));
        }
    }
    if !template
        .headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("accept"))
    {
        line.push_str(" -H \"Accept:\"");
    }
    match &exchange.request.host {
        HostHeader::Absent => line.push_str(" -H \"Host:\""),
        // curl sends one Host, whatever it is told.
        HostHeader::Doubled | HostHeader::Twice(..) => return None,
        HostHeader::Automatic | HostHeader::Value(_) => {}
    }
    if let Some(body) = &template.body {
        line.push_str(&format!(
            " --data-binary \"{}\"",
            shell_text(body, exchange)?
        ));
    }
    Some(line)
}

/// Pieces inside double quotes: ids as they were sent, secrets as variables.
fn shell_text(pieces: &[Piece], exchange: &Exchange) -> Option<String> {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(plain) => text.push_str(&quoted(plain)?),
            Piece::Bytes(_) | Piece::Repeated(..) | Piece::OtherAuthority | Piece::OtherName => {
                return None;
            }
            Piece::Secret(holder, Derivation::Verbatim) => {
                text.push_str(&format!("${}", variable(*holder)));
            }
            Piece::Secret(holder, how) => {
                text.push_str(&format!("${}_{}", variable(*holder), suffix(*how)));
            }
            Piece::Id(_)
            | Piece::IdPlus(..)
            | Piece::IdAs(..)
            | Piece::IdEncoded(_)
            | Piece::RevokedId
            | Piece::UnseenId(_) => {
                text.push_str(&sent_id(pieces, piece, exchange)?);
            }
        }
    }
    Some(text)
}

fn quoted(plain: &str) -> Option<String> {
    if plain.contains(['\n', '\r', '\0']) {
        return None;
    }
    let mut text = String::new();
    for character in plain.chars() {
        if matches!(character, '"' | '\\' | '$' | '`') {
            text.push('\\');
        }
        text.push(character);
    }
    Some(text)
}

/// The id that stood in this place, read from the target as it was sent.
fn sent_id(pieces: &[Piece], piece: &Piece, exchange: &Exchange) -> Option<String> {
    let place = pieces.iter().position(|other| std::ptr::eq(other, piece))?;
    let before: Vec<String> = pieces
        .get(..place)?
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => Some(text.clone()),
            _ => None,
        })
        .collect::<Option<_>>()?;
    let target = exchange.request.target.display_lossy();
    let rest = target.strip_prefix(&before.concat())?;
    let digits = rest.find(|character: char| !character.is_ascii_alphanumeric());
    rest.get(..digits.unwrap_or(rest.len())).map(str::to_owned)
}

fn variable(holder: Holder) -> String {
    match holder {
        Holder::Admin => "PROBITY_API_KEY".to_owned(),
        other => format!(
            "{}_SECRET",
            other.to_string().to_uppercase().replace('-', "_")
        ),
    }
}

fn suffix(how: Derivation) -> &'static str {
    match how {
        Derivation::Verbatim => "",
        Derivation::DropLast => "SHORTENED",
        Derivation::FirstHalf => "HALF",
        Derivation::Lengthened => "LENGTHENED",
        Derivation::CaseFlipped => "CASE_FLIPPED",
        Derivation::RandomAlike => "RANDOM",
        Derivation::PercentEncoded => "ENCODED",
        Derivation::CookieValue => "COOKIE",
        Derivation::Basic => "BASIC",
        Derivation::BasicPassword => "BASIC_PASSWORD",
        Derivation::DropFirst => "WITHOUT_FIRST_CHARACTER",
        Derivation::LastHalf => "LAST_HALF",
    }
}
