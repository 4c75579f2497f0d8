//! Template -> Request: fills the holes with what was leased and given.

use std::cell::Cell;
use std::collections::BTreeMap;

use crate::fixture::{Credential, Fixtures, Instance, STAND_IN_ID};
use crate::http::{HostHeader, Part, Request, Secret, Text};
use crate::plan::{Derivation, Holder, Piece, Slot, Template};

/// What the holes of a script are filled with.
#[derive(Default, Clone)]
pub struct Bindings {
    /// The leased instances.
    pub slots: BTreeMap<Slot, Instance>,
    /// The credentials of holders that are not leased.
    pub holders: BTreeMap<Holder, Credential>,
    /// Whether ids of leased instances are a stand-in that belongs to nobody.
    pub stand_in: bool,
}

/// A secret whose shape look-alikes take where the run has none of its own.
const SHAPE: &str = "key_0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2yZ3";

/// Fills a template.
///
/// # Errors
///
/// Where a piece cannot be made, with the reason: such a case does not apply.
pub fn render(
    template: &Template,
    bindings: &Bindings,
    fixtures: &Fixtures,
) -> Result<Request, String> {
    let text = |pieces: &[Piece]| render_text(pieces, bindings, fixtures);
    let mut request = Request::new(template.method.clone(), text(&template.target)?);
    request.host = template.host.clone();
    for (name, value) in &template.headers {
        let value = text(value)?;
        // A host with holes stands among the fields.
        if name.eq_ignore_ascii_case("host") {
            request.host = HostHeader::Value(value.display_lossy());
        } else {
            request.headers.push((name.clone(), value));
        }
    }
    request.framing = template.framing;
    request.body = template.body.as_deref().map(text).transpose()?;
    Ok(request)
}

fn render_text(pieces: &[Piece], bindings: &Bindings, fixtures: &Fixtures) -> Result<Text, String> {
    let mut text = Text::default();
    for piece in pieces {
        match piece {
            Piece::Text(plain) => text.push(Part::Plain(plain.clone().into_bytes())),
            Piece::Bytes(bytes) => text.push(Part::Plain(bytes.clone())),
            Piece::Repeated(character, times) => {
                text.push(Part::Plain(
                    character.to_string().repeat(*times).into_bytes(),
                ));
            }
            Piece::Id(slot) => text.push(Part::Plain(id(bindings, *slot)?.into_bytes())),
            Piece::IdPlus(slot, number) => {
                let id = id(bindings, *slot)?;
                let sum = id
                    .parse::<u128>()
                    .ok()
                    .and_then(|id| id.checked_add(*number));
                let sum = sum.ok_or_else(|| format!("the id `{id}` is no number to add to"))?;
                text.push(Part::Plain(sum.to_string().into_bytes()));
            }
            Piece::IdAs(slot, spelling) => {
                let id = id(bindings, *slot)?;
                let spelled = spelling.spell(&id);
                let spelled = spelled.ok_or_else(|| format!("the id `{id}` is no number"))?;
                text.push(Part::Plain(spelled.into_bytes()));
            }
            Piece::IdEncoded(slot) => {
                let encoded = percent_encoded(&id(bindings, *slot)?);
                text.push(Part::Plain(encoded.into_bytes()));
            }
            Piece::RevokedId => {
                let revoked = bindings.holders.get(&Holder::Revoked);
                let id = revoked.and_then(|credential| credential.id.clone());
                let id = id.or_else(|| fixtures.dead_id());
                let id = id.ok_or("the revoked identity has no id: give it as `id:`")?;
                text.push(Part::Plain(id.into_bytes()));
            }
            Piece::UnseenId(distance) => {
                text.push(Part::Plain(fixtures.unseen_id(*distance).into_bytes()));
            }
            Piece::OtherAuthority => {
                text.push(Part::Plain(fixtures.other_authority()?.into_bytes()));
            }
            Piece::OtherName => {
                let authority = fixtures.other_authority()?;
                let name = authority.split(['.', ':']).next().unwrap_or_default();
                text.push(Part::Plain(name.as_bytes().to_vec()));
            }
            Piece::Secret(holder, how) => {
                let secret = secret(bindings, fixtures, *holder, *how)?;
                let derived = fixtures
                    .derive(&secret, *how)
                    .map_err(|why| why.to_string())?;
                text.push(Part::Secret(derived));
            }
        }
    }
    Ok(text)
}

fn id(bindings: &Bindings, slot: Slot) -> Result<String, String> {
    if bindings.stand_in {
        return Ok(STAND_IN_ID.to_owned());
    }
    let instance = bindings.slots.get(&slot);
    instance
        .map(|instance| instance.id.clone())
        .ok_or_else(|| format!("no {slot} was leased"))
}

/// Every byte percent-encoded, also those that need not be.
fn percent_encoded(id: &str) -> String {
    id.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn secret(
    bindings: &Bindings,
    fixtures: &Fixtures,
    holder: Holder,
    how: Derivation,
) -> Result<Secret, String> {
    let bound = match holder {
        Holder::Leased(slot) => bindings
            .slots
            .get(&slot)
            .map(|instance| instance.secret.clone()),
        other => bindings
            .holders
            .get(&other)
            .map(|credential| credential.secret.clone()),
    };
    if let Some(secret) = bound {
        return Ok(secret);
    }
    if how.is_live() {
        return Err(format!("there is no credential of the {holder}"));
    }
    // A look-alike takes the shape of any secret of the target.
    let any = bindings
        .slots
        .values()
        .map(|instance| instance.secret.clone())
        .next();
    let any = any.or_else(|| fixtures.admin().cloned());
    any.map_or_else(|| Secret::new(SHAPE).map_err(|error| error.to_string()), Ok)
}

/// The part of a request target that stands for the id, when the instances fill it; handed to
/// `look` since a secret may be in it. Nothing where one of them does not fit in.
pub fn with_id_text<'a, T>(
    template: &Template,
    instance_of: impl Fn(Slot) -> Option<&'a Instance>,
    look: impl FnOnce(&str) -> T,
) -> Option<T> {
    let mut target = Secret::new(SHAPE).ok()?.derive(|_| Vec::new());
    for piece in &template.target {
        let more: Vec<u8> = match piece {
            Piece::Text(plain) => plain.clone().into_bytes(),
            Piece::Bytes(bytes) => bytes.clone(),
            Piece::Repeated(character, times) => character.to_string().repeat(*times).into_bytes(),
            Piece::OtherAuthority | Piece::OtherName => Vec::new(),
            Piece::Id(slot) => instance_of(*slot)?.id.clone().into_bytes(),
            Piece::IdPlus(slot, number) => {
                let id: u128 = instance_of(*slot)?.id.parse().ok()?;
                id.checked_add(*number)?.to_string().into_bytes()
            }
            Piece::IdEncoded(slot) => percent_encoded(&instance_of(*slot)?.id).into_bytes(),
            Piece::IdAs(slot, spelling) => spelling.spell(&instance_of(*slot)?.id)?.into_bytes(),
            Piece::RevokedId | Piece::UnseenId(_) => Vec::new(),
            Piece::Secret(Holder::Leased(slot), _) => revealed(&instance_of(*slot)?.secret),
            Piece::Secret(..) => Vec::new(),
        };
        target = target.derive(|before| [before, &more].concat());
    }
    let outcome = Cell::new(None);
    let _ = target.derive(|bytes| {
        let text = String::from_utf8_lossy(bytes);
        let path = text.split(['?', '#']).next().unwrap_or_default();
        outcome.set(Some(look(path.rsplit('/').next().unwrap_or_default())));
        Vec::new()
    });
    outcome.into_inner()
}

/// The bytes of a secret, on their way into another one.
fn revealed(secret: &Secret) -> Vec<u8> {
    let taken = Cell::new(Vec::new());
    let _ = secret.derive(|bytes| {
        taken.set(bytes.to_vec());
        Vec::new()
    });
    taken.into_inner()
}
