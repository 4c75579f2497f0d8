//! What the page shows of a case when it is opened: what was judged, sent and seen.

use serde_json::{Value, json};

use crate::check::{AnswerPart, Failure};
use crate::report::inert::{lines, one_line};
use crate::report::record::{CaseRecord, Face, RunRecord, warnings};
use crate::run::event::{
    CaseFinished, ControlFact, ExchangeFact, JudgementFact, TlsFact, WireText,
};

/// Most characters of each direction of an exchange, where somebody will look for the fault.
const WIRE_CHARS_MAX: usize = 4096;

/// The same for cases without one: five thousand of them must open within a second. The event log
/// has the rest.
const QUIET_WIRE_CHARS_MAX: usize = 1024;

/// The evidence of a case; nothing where it was never judged.
pub fn of(run: &RunRecord<'_>, case: &CaseRecord<'_>) -> Value {
    let Some(judged) = case.judged else {
        return Value::Null;
    };
    let loud = run.face(case) != Face::Ok || !warnings(judged).is_empty();
    let exchanges = judged.exchanges.iter().map(|one| {
        let room = match (loud, one.judged) {
            (true, _) => WIRE_CHARS_MAX,
            (false, true) => QUIET_WIRE_CHARS_MAX,
            (false, false) => 0,
        };
        exchange(one, room)
    });
    json!({
        "judgements": judged.judgements.iter().map(judgement).collect::<Vec<_>>(),
        "exchanges": exchanges.collect::<Vec<_>>(),
        "control": judged.control.as_ref().map(|one| control(one, loud)),
        "sentinel": judged.sentinel.map(|fact| fact.name()),
        "notes": judged.notes.iter().map(|note| one_line(note)).collect::<Vec<_>>(),
        "reproduce": one_line(&judged.reproduce),
        "curl": curl(judged),
    })
}

fn curl(case: &CaseFinished) -> Option<String> {
    case.curl.as_deref().map(|curl| one_line(curl).into_owned())
}

/// What a requirement said; a pass in as few words as can be, since most are.
fn judgement(fact: &JudgementFact) -> Value {
    if fact.failures.is_empty() && fact.reason.is_none() {
        return json!({ "code": one_line(fact.code.as_str()), "v": fact.verdict.name() });
    }
    json!({
        "code": one_line(fact.code.as_str()),
        "level": fact.level.to_string(),
        "profile": fact.profile.to_string(),
        "v": fact.verdict.name(),
        "gating": fact.gating,
        "why": fact.reason.as_deref().map(one_line),
        "failures": fact.failures.iter().map(failure).collect::<Vec<_>>(),
    })
}

fn failure(failure: &Failure) -> Value {
    let sources = failure.sources.iter().map(|source| {
        let (place, line) = (source.place.as_deref(), source.line.as_deref());
        json!([
            one_line(&source.source),
            place.map(one_line),
            line.map(one_line)
        ])
    });
    let part = failure.part.as_ref().map(|part| match part {
        AnswerPart::Field(name) => json!(["field", one_line(name)]),
        AnswerPart::Content(pointer) => json!(["content", one_line(pointer)]),
    });
    json!({
        "level": failure.level.to_string(),
        "requires": one_line(&failure.requires),
        "expected": one_line(&failure.expected),
        "actual": one_line(&failure.actual),
        "sources": sources.collect::<Vec<_>>(),
        "exchange": failure.exchange,
        "part": part,
        "note": failure.note.as_deref().map(one_line),
    })
}

fn control(control: &ControlFact, loud: bool) -> Value {
    let room = if loud {
        WIRE_CHARS_MAX
    } else {
        QUIET_WIRE_CHARS_MAX
    };
    json!({
        "name": one_line(&control.name),
        "accepted": control.accepted,
        "seen": one_line(&control.seen),
        "exchange": control.exchange.as_deref().map(|one| exchange(one, room)),
    })
}

fn exchange(fact: &ExchangeFact, room: usize) -> Value {
    json!({
        "label": one_line(&fact.label),
        "judged": fact.judged,
        "method": one_line(&fact.method),
        "target": one_line(&fact.target),
        "status": fact.status,
        "fault": fact.fault.as_deref().map(one_line),
        "sent": wire(&fact.sent, room),
        "received": wire(&fact.received, room),
        "connection": fact.connection,
        "reused": fact.reused,
        "tls": fact.tls.as_ref().map(tls),
        "origin": fact.origin.as_deref().map(one_line),
        "us": [fact.connect_us, fact.tls_us, fact.first_byte_us, Some(fact.whole_us)],
        "at": fact.at_us,
    })
}

fn tls(fact: &TlsFact) -> String {
    let words = match &fact.objection {
        None => fact.version.clone(),
        Some(why) => format!("{}, not to be trusted: {why}", fact.version),
    };
    one_line(&words).into_owned()
}

/// What went over the wire, line by line and inert, how many bytes there were, and whether some
/// are left out.
fn wire(wire: &WireText, room: usize) -> Value {
    let end = wire.text.char_indices().nth(room);
    let end = end.map_or(wire.text.len(), |(end, _)| end);
    let (shown, left_out) = wire.text.split_at(end);
    let cut = wire.cut || !left_out.is_empty();
    json!([lines(shown).collect::<Vec<_>>(), wire.bytes, cut])
}
