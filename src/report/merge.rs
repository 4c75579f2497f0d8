//! Several event logs -> runs: the shards of one run become the log that it would have left
//! unsharded, and runs against several targets stay apart.
//!
//! What belongs together has the same contract, suites, baseline, target and settings, and was
//! asked for the same cases; only the shard may differ, and what says nothing of the verdicts:
//! where reports and settings lie, and how many cases ran at once. A shard of other cases is none
//! of this run: it stays apart, and is named where its place is empty. What a merged run comes to
//! is decided where every run's end is ([`conclusion`]).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::ReadLog;
use super::circumstances::selection_words;
use crate::run::conclusion::{self, Grounds};
use crate::run::event::{
    CaseFact, CaseFinished, CaseStarted, Event, PreflightPassed, RequirementFact, RunFinished,
    RunStarted, SelectionFact, SettingFact, StopKind,
};

/// Most shards that a log is believed to have: no run has more.
const SHARDS_MAX: u64 = 1_000;

/// The setting that tells shards apart.
const SHARD: &str = "shard";

/// Settings that may differ between the shards of one run: they change no verdict.
const INCIDENTAL: [&str; 3] = [SHARD, "config", "concurrency"];

/// The beginning of the names of settings that say where reports go.
const REPORTS: &str = "reports.";

/// A log that does not begin with the beginning of a run: its place among the logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoBeginning(pub usize);

/// Groups what belongs to one run, and gives the events of each run in the order of the logs.
///
/// # Errors
///
/// Where a log has no beginning of a run.
pub fn merge(logs: Vec<ReadLog>) -> Result<Vec<Vec<Event>>, NoBeginning> {
    let mut groups: Vec<Group> = Vec::new();
    for (place, log) in logs.into_iter().enumerate() {
        for part in parts(log).ok_or(NoBeginning(place))? {
            let (key, selection) = (key(&part), asked_for(&part));
            let same = |group: &&mut Group| group.key == key && group.selection == selection;
            match groups.iter_mut().find(same) {
                Some(group) => group.parts.push(part),
                None => groups.push(Group {
                    key,
                    selection,
                    parts: vec![part],
                }),
            }
        }
    }
    let strays: Vec<Strays> = groups.iter().map(|group| group.strays(&groups)).collect();
    let groups = groups.into_iter().zip(strays);
    Ok(groups
        .map(|(group, strays)| united(group.parts, &strays))
        .collect())
}

/// What belongs to one run.
struct Group {
    key: String,
    selection: SelectionFact,
    parts: Vec<Part>,
}

/// Shards that would belong to a run if they had been asked for the same cases: by number, what
/// they were asked for instead.
type Strays = BTreeMap<u64, String>;

impl Group {
    fn strays(&self, groups: &[Self]) -> Strays {
        let like = groups.iter().filter(|other| other.key == self.key);
        let others = like.filter(|other| other.selection != self.selection);
        let shards = others.flat_map(|other| {
            let words = selection_words(&other.selection);
            let words = words.unwrap_or_else(|| "all cases".to_owned());
            let shards = other.parts.iter().filter(|part| part.shard.1 > 1);
            shards.map(move |part| (part.shard.0, words.clone()))
        });
        shards.collect()
    }
}

/// One shard, or a whole run.
struct Part {
    /// Which of how many.
    shard: (u64, u64),
    started: Box<RunStarted>,
    rest: Vec<Event>,
}

impl Part {
    fn finished(&self) -> Option<&RunFinished> {
        self.rest.iter().find_map(|event| match event {
            Event::RunFinished(finished) => Some(&**finished),
            _ => None,
        })
    }

    fn called(&self) -> String {
        match self.shard {
            (_, 1) => format!("run {}", self.started.run),
            (index, count) => format!("shard {index}/{count}"),
        }
    }

    fn into_events(self) -> Vec<Event> {
        let mut events = vec![Event::RunStarted(self.started)];
        events.extend(self.rest);
        events
    }
}

/// The runs that one log has one after the other; nothing where it begins with none.
fn parts(log: ReadLog) -> Option<Vec<Part>> {
    let mut parts: Vec<Part> = Vec::new();
    for event in log.events {
        match event {
            Event::RunStarted(started) => parts.push(Part {
                shard: shard(&started),
                started,
                rest: Vec::new(),
            }),
            other => parts.last_mut()?.rest.push(other),
        }
    }
    (!parts.is_empty()).then_some(parts)
}

/// Which shard of how many; the whole is the first of one.
fn shard(started: &RunStarted) -> (u64, u64) {
    let mut settings = started.settings.iter();
    let setting = settings.find(|setting| setting.name == SHARD);
    let numbers = setting.and_then(|setting| {
        let (index, count) = setting.value.split_once('/')?;
        Some((index.parse().ok()?, count.parse().ok()?))
    });
    let believable =
        |(index, count): &(u64, u64)| *count <= SHARDS_MAX && (1..=*count).contains(index);
    numbers.filter(believable).unwrap_or((1, 1))
}

/// What the shards of one run have in common, and nothing else has.
fn key(part: &Part) -> String {
    let started = &part.started;
    let digests = started.suites.iter().chain(&started.baseline);
    let mut settings: Vec<(&str, &str)> = started
        .settings
        .iter()
        .filter(|setting| !is_incidental(&setting.name))
        .map(|setting| (setting.name.as_str(), setting.value.as_str()))
        .collect();
    settings.sort_unstable();
    format!(
        "{:?}",
        (
            &started.probity,
            &started.target,
            &started.contract.sha256,
            digests.map(|digest| &digest.sha256).collect::<Vec<_>>(),
            settings,
            part.shard.1,
        )
    )
}

/// Which cases a part was asked for, its shard left out: the order of words means nothing.
fn asked_for(part: &Part) -> SelectionFact {
    let mut selection = part.started.selection.clone().unwrap_or_default();
    selection.shard = None;
    selection.exact &= !(selection.filters.is_empty() && selection.skip.is_empty());
    for words in [
        &mut selection.filters,
        &mut selection.skip,
        &mut selection.tags,
    ] {
        words.sort_unstable();
        words.dedup();
    }
    selection
}

fn is_incidental(name: &str) -> bool {
    INCIDENTAL.contains(&name) || name.starts_with(REPORTS)
}

/// The events of the one run that the parts make.
fn united(mut parts: Vec<Part>, strays: &Strays) -> Vec<Event> {
    parts.sort_by_key(|part| part.shard);
    if parts.len() == 1 && parts.iter().all(|part| part.shard.1 == 1) {
        return parts.pop().map_or_else(Vec::new, Part::into_events);
    }
    let gaps = Incomplete::of(&parts, strays);
    let Some(started) = started(&parts, &gaps) else {
        return Vec::new();
    };
    let ends: Vec<RunFinished> = parts.iter().filter_map(Part::finished).cloned().collect();
    let rest: Vec<Event> = parts.into_iter().flat_map(|part| part.rest).collect();
    let preflight = preflight(&rest);
    let cases = judged(rest);
    let finished = finished(&started, &cases, &ends, gaps);
    let mut events: Vec<Event> = preflight.map(Event::PreflightPassed).into_iter().collect();
    let begun_cases = started.cases.iter();
    events.extend(
        begun_cases
            .filter(|fact| cases.contains_key(fact.id.as_str()))
            .map(begun),
    );
    let mut cases = cases;
    for fact in &started.cases {
        if let Some(Some(case)) = cases.remove(fact.id.as_str()) {
            events.push(Event::CaseFinished(case));
        }
    }
    // What was judged beyond the plan is not lost.
    let beyond = cases.into_values().flatten();
    events.extend(beyond.map(Event::CaseFinished));
    events.push(Event::RunFinished(Box::new(finished)));
    events.insert(0, Event::RunStarted(Box::new(started)));
    events
}

fn begun(fact: &CaseFact) -> Event {
    Event::CaseStarted(CaseStarted {
        case: fact.id.clone(),
    })
}

/// What keeps a merged run from being whole, in words, and as the exit code knows it.
struct Incomplete {
    reasons: Vec<String>,
    stop: Option<StopKind>,
    missing: Vec<u64>,
}

impl Incomplete {
    fn of(parts: &[Part], strays: &Strays) -> Self {
        let mut reasons = Vec::new();
        let mut stops = Vec::new();
        for part in parts {
            match part.finished() {
                None => {
                    reasons.push(format!("{} was cut off before its end", part.called()));
                    stops.push(StopKind::Cut);
                }
                Some(finished) => {
                    if let Some(stop) = stop_of(finished) {
                        let why = finished.stopped.as_deref().unwrap_or("it is not complete");
                        reasons.push(format!("{}: {why}", part.called()));
                        stops.push(stop);
                    }
                }
            }
        }
        let present: BTreeSet<u64> = parts.iter().map(|part| part.shard.0).collect();
        let count = parts.first().map_or(1, |part| part.shard.1);
        let missing: Vec<u64> = (1..=count)
            .filter(|index| !present.contains(index))
            .collect();
        for index in &missing {
            let stray = strays.get(index).map_or_else(String::new, |words| {
                format!(" (the one that is here was asked for other cases: {words})")
            });
            reasons.push(format!("shard {index}/{count} is missing{stray}"));
            stops.push(StopKind::Cut);
        }
        reasons.dedup();
        Self {
            reasons,
            stop: stops.into_iter().min(),
            missing,
        }
    }
}

/// Why a part is not whole. Logs from before the kind was written down have it in the exit code.
fn stop_of(finished: &RunFinished) -> Option<StopKind> {
    let stopped = finished.stopped.is_some() || !finished.complete;
    finished.stop.or(match finished.exit_code {
        5 => Some(StopKind::Preflight),
        7 => Some(StopKind::SentinelDied),
        _ => stopped.then_some(StopKind::Cut),
    })
}

fn started(parts: &[Part], gaps: &Incomplete) -> Option<RunStarted> {
    let mut merged = RunStarted::clone(&parts.first()?.started);
    let every = || parts.iter().map(|part| &part.started);
    merged.run = joined(every().map(|started| started.run.clone()));
    merged.started_at = earliest(every().map(|started| started.started_at.as_str()));
    merged.cases = dealt_back(parts);
    let planned = every().map(|started| started.filtered_out + started.cases.len());
    let planned = planned.max().unwrap_or_default();
    merged.filtered_out = planned.saturating_sub(merged.cases.len());
    merged.requirements = requirements(parts);
    for operation in every().flat_map(|started| &started.operations) {
        if !merged.operations.contains(operation) {
            merged.operations.push(operation.clone());
        }
    }
    let shards = parts
        .iter()
        .map(|part| format!("{}/{}", part.shard.0, part.shard.1));
    let shards = (!gaps.missing.is_empty()).then(|| joined(shards));
    if let Some(selection) = &mut merged.selection {
        selection.shard.clone_from(&shards);
    }
    if let Some(setting) = merged.settings.iter_mut().find(|fact| fact.name == SHARD) {
        *setting = SettingFact {
            name: SHARD.to_owned(),
            value: shards.unwrap_or_else(|| "none".to_owned()),
            origin: "merged".to_owned(),
        };
    }
    Some(merged)
}

/// The cases in plan order: shards were dealt out one by one.
fn dealt_back(parts: &[Part]) -> Vec<CaseFact> {
    let mut hands: BTreeMap<u64, Vec<&CaseFact>> = BTreeMap::new();
    let mut known = BTreeSet::new();
    for part in parts {
        let hand = hands.entry(part.shard.0).or_default();
        let cases = part.started.cases.iter();
        hand.extend(cases.filter(|fact| known.insert(fact.id.as_str())));
    }
    let longest = hands.values().map(Vec::len).max().unwrap_or_default();
    let turns = (0..longest).flat_map(|turn| hands.values().filter_map(move |hand| hand.get(turn)));
    turns.map(|fact| CaseFact::clone(fact)).collect()
}

/// The requirements, each with how many cases of all shards may judge it.
fn requirements(parts: &[Part]) -> Vec<RequirementFact> {
    let mut merged: Vec<RequirementFact> = parts
        .first()
        .map_or_else(Vec::new, |part| part.started.requirements.clone());
    for requirement in &mut merged {
        let mut by_shard: BTreeMap<u64, usize> = BTreeMap::new();
        for part in parts {
            let mut facts = part.started.requirements.iter();
            let fact = facts.find(|fact| fact.code == requirement.code);
            let cases = by_shard.entry(part.shard.0).or_default();
            *cases = fact.map_or(0, |fact| fact.cases).max(*cases);
            // Logs from before the beginning knew it have it at the end.
            let ends = part
                .finished()
                .into_iter()
                .flat_map(|end| &end.requirements);
            for end in ends.filter(|end| end.code == requirement.code) {
                requirement.gating |= end.gating;
                *cases = (*cases).max(1);
            }
        }
        requirement.cases = by_shard.values().sum();
    }
    merged
}

fn preflight(events: &[Event]) -> Option<PreflightPassed> {
    let passed = events.iter().filter_map(|event| match event {
        Event::PreflightPassed(passed) => Some(passed),
        _ => None,
    });
    passed.cloned().reduce(|mut merged, other| {
        extend_new(&mut merged.notes, &other.notes);
        merged.duration_us = merged.duration_us.max(other.duration_us);
        merged
    })
}

/// Every case that began, with its verdict: of several the worst, so that no failure is lost.
fn judged(events: Vec<Event>) -> HashMap<String, Option<Box<CaseFinished>>> {
    let mut cases: HashMap<String, Option<Box<CaseFinished>>> = HashMap::new();
    for event in events {
        match event {
            Event::CaseStarted(started) => {
                cases.entry(started.case.to_string()).or_default();
            }
            Event::CaseFinished(case) => {
                let weight = |case: &CaseFinished| (case.gating, case.verdict);
                let kept = cases.entry(case.case.to_string()).or_default();
                let worse = kept
                    .as_ref()
                    .is_none_or(|before| weight(before) <= weight(&case));
                if worse {
                    *kept = Some(case);
                }
            }
            _ => {}
        }
    }
    cases
}

fn finished(
    started: &RunStarted,
    cases: &HashMap<String, Option<Box<CaseFinished>>>,
    ends: &[RunFinished],
    gaps: Incomplete,
) -> RunFinished {
    let planned = started.cases.iter().map(|fact| fact.id.as_str());
    let mut all: Vec<&CaseFinished> = planned.filter_map(|id| cases.get(id)?.as_deref()).collect();
    let known: BTreeSet<&str> = started.cases.iter().map(|fact| fact.id.as_str()).collect();
    let beyond = cases.iter().filter(|(id, _)| !known.contains(id.as_str()));
    all.extend(beyond.filter_map(|(_, case)| case.as_deref()));
    let mut left_behind = Vec::new();
    let mut notes: Vec<String> = Vec::new();
    for end in ends {
        extend_new(&mut left_behind, &end.left_behind);
        extend_new(&mut notes, &end.notes);
    }
    let conclusion = conclusion::conclude(&Grounds {
        cases: &all,
        selected: started.cases.len(),
        stop: gaps.stop,
        left_behind: left_behind.len(),
    });
    // A shard may have had no such case where the run has.
    notes.retain(|note| note != conclusion::NOTHING_JUDGED);
    if !conclusion.judged {
        notes.push(conclusion::NOTHING_JUDGED.to_owned());
    }
    let latest = ends.iter().map(|end| end.ended_at.as_str());
    RunFinished {
        ended_at: latest
            .max_by_key(|time| moment(time))
            .unwrap_or(&started.started_at)
            .to_owned(),
        // Shards run side by side.
        duration_us: ends
            .iter()
            .map(|end| end.duration_us)
            .max()
            .unwrap_or_default(),
        complete: gaps.stop.is_none(),
        stopped: (!gaps.reasons.is_empty()).then(|| gaps.reasons.join("; ")),
        stop: gaps.stop,
        verdict: conclusion.verdict,
        exit_code: conclusion.exit_code,
        partial: ends.iter().any(|end| end.partial),
        requirements: conclusion::fold_requirements(&started.requirements, &started.cases, &all),
        left_behind,
        notes,
    }
}

fn extend_new(texts: &mut Vec<String>, more: &[String]) {
    for text in more {
        if !texts.contains(text) {
            texts.push(text.clone());
        }
    }
}

fn joined(texts: impl Iterator<Item = String>) -> String {
    let mut all: Vec<String> = texts.collect();
    all.dedup();
    all.join("+")
}

fn earliest<'a>(times: impl Iterator<Item = &'a str>) -> String {
    let first = times.min_by_key(|time| moment(time));
    first.unwrap_or_default().to_owned()
}

/// A time to compare; one that is none comes before all.
fn moment(time: &str) -> Option<jiff::Timestamp> {
    time.parse().ok()
}
