//! Runs as their events, built by hand.

use probity::check::{Failure, SourcePlace};
use probity::plan::{CaseId, Code, Level, Profile};
use probity::run::event::{
    CaseFact, CaseFinished, CaseStarted, ControlFact, EVENT_LOG_VERSION, Event, ExchangeFact,
    GapFact, JudgementFact, NamedDigest, OperationFact, PreflightPassed, RequirementVerdict,
    RunFinished, RunStarted, SentinelFact, SettingFact, Verdict, WireText,
};

/// `revokeApiKey::RULE`, or `revokeApiKey::RULE::DETAIL`.
pub fn id(text: &str) -> CaseId {
    let (rule, detail) = text.split_once("::").unwrap_or((text, ""));
    CaseId::new("revokeApiKey", rule, detail)
}

pub fn code(text: &str) -> Code {
    text.parse().expect("a code")
}

pub fn fact(text: &str) -> CaseFact {
    CaseFact {
        id: id(text),
        operation: "revokeApiKey".to_owned(),
        rule: text.split("::").next().unwrap_or_default().to_owned(),
        title: format!("does {text}"),
        requirements: vec![code("RAK-AUT-01")],
        attached: vec![code("RAK-AUT-20")],
        tags: Vec::new(),
    }
}

pub fn started(cases: &[CaseFact]) -> Event {
    Event::RunStarted(Box::new(RunStarted {
        version: EVENT_LOG_VERSION,
        probity: "0.1.0".to_owned(),
        run: "k7f2".to_owned(),
        started_at: "2026-11-25T17:00:00Z".to_owned(),
        target: "https://acme.example".to_owned(),
        contract: digest("sinjapp-business.v1"),
        suites: vec![digest("revoke-api-key")],
        baseline: None,
        config: None,
        operations: vec![OperationFact {
            id: "revokeApiKey".to_owned(),
            method: "DELETE".to_owned(),
            path: "/api-keys/{apiKey}".to_owned(),
            place: "sinjapp-business.v1.yaml:31:5".to_owned(),
            responses: Vec::new(),
        }],
        settings: vec![SettingFact {
            name: "allow".to_owned(),
            value: "revoke".to_owned(),
            origin: "flag".to_owned(),
        }],
        cases: cases.to_vec(),
        requirements: Vec::new(),
        selection: None,
        filtered_out: 2,
    }))
}

fn digest(name: &str) -> NamedDigest {
    NamedDigest {
        name: name.to_owned(),
        sha256: "ab12".to_owned(),
    }
}

/// A case that passed; the others are made from it.
pub fn passed(text: &str) -> CaseFinished {
    CaseFinished {
        case: id(text),
        verdict: Verdict::Pass,
        gating: true,
        reason: None,
        judgements: vec![judgement("RAK-AUT-01", Verdict::Pass)],
        exchanges: vec![exchange(
            "HTTP/1.1 401 Unauthorized\r\n\r\n{\"message\":\"no\"}",
        )],
        control: None,
        sentinel: Some(SentinelFact::Alive),
        gaps: Vec::new(),
        notes: Vec::new(),
        revocation_latency_us: None,
        reproduce: format!(
            "probity run --target https://acme.example --exact {}",
            id(text)
        ),
        curl: None,
        duration_us: 12_345,
    }
}

/// A case with another verdict and a reason.
pub fn unjudged(text: &str, verdict: Verdict, gating: bool, reason: &str) -> CaseFinished {
    CaseFinished {
        verdict,
        gating,
        reason: Some(reason.to_owned()),
        judgements: vec![JudgementFact {
            gating,
            ..judgement("RAK-AUT-01", verdict)
        }],
        ..passed(text)
    }
}

/// A case that a requirement finds wrong.
pub fn failed(text: &str, failure: Failure, verdict: Verdict, gating: bool) -> CaseFinished {
    CaseFinished {
        verdict,
        gating,
        judgements: vec![JudgementFact {
            code: failure.code.clone(),
            level: failure.level,
            profile: failure.profile,
            verdict,
            gating,
            failures: vec![failure],
            reason: None,
        }],
        exchanges: vec![exchange("HTTP/1.1 204 No Content\r\n\r\n")],
        ..passed(text)
    }
}

pub fn judgement(of: &str, verdict: Verdict) -> JudgementFact {
    JudgementFact {
        code: code(of),
        level: Level::Must,
        profile: Profile::Contract,
        verdict,
        gating: true,
        failures: Vec::new(),
        reason: None,
    }
}

pub fn exchange(received: &str) -> ExchangeFact {
    let sent = "DELETE /api/v1/api-keys/42 HTTP/1.1\r\nHost: acme.example\r\n\r\n";
    ExchangeFact {
        label: "main".to_owned(),
        judged: true,
        method: "DELETE".to_owned(),
        target: "/api/v1/api-keys/42".to_owned(),
        origin: None,
        status: received.get(9..12).and_then(|status| status.parse().ok()),
        fault: None,
        sent: wire(sent),
        received: wire(received),
        connection: 1,
        reused: false,
        tls: None,
        connect_us: Some(300),
        tls_us: None,
        first_byte_us: Some(9_000),
        whole_us: 9_100,
        at_us: 1_000,
    }
}

fn wire(text: &str) -> WireText {
    WireText {
        text: text.to_owned(),
        base64: None,
        bytes: text.len() as u64,
        cut: false,
    }
}

/// No credential, and yet 204.
pub fn not_refused() -> Failure {
    Failure {
        code: code("RAK-AUT-01"),
        level: Level::Must,
        profile: Profile::Contract,
        requires: "a request without X-Api-Key is refused with 401".to_owned(),
        expected: "401".to_owned(),
        actual: "204 No Content, and the key is dead".to_owned(),
        sources: vec![
            SourcePlace {
                source: "contract#/components/responses/Unauthorized".to_owned(),
                place: Some("sinjapp-business.v1.yaml:41:9".to_owned()),
                line: Some("        '401':".to_owned()),
            },
            SourcePlace {
                source: "OWASP API2:2023".to_owned(),
                place: None,
                line: None,
            },
        ],
        exchange: Some(0),
        part: None,
        note: Some("anybody can revoke any key".to_owned()),
    }
}

/// A header that HTTP forbids; the profile does not gate.
pub fn length_sent() -> Failure {
    Failure {
        code: code("RAK-CON-03"),
        level: Level::Must,
        profile: Profile::Http,
        requires: "a 204 has no Content-Length".to_owned(),
        expected: "no Content-Length".to_owned(),
        actual: "Content-Length: 0".to_owned(),
        sources: vec![SourcePlace {
            source: "RFC 9110 §8.6".to_owned(),
            place: None,
            line: None,
        }],
        exchange: Some(0),
        part: None,
        note: None,
    }
}

pub fn ended(verdict: Verdict, exit_code: u8) -> RunFinished {
    RunFinished {
        ended_at: "2026-11-25T17:00:01Z".to_owned(),
        duration_us: 1_234_567,
        complete: true,
        stopped: None,
        stop: None,
        verdict,
        exit_code,
        partial: false,
        requirements: vec![demand("RAK-AUT-01", verdict, 1)],
        left_behind: Vec::new(),
        notes: Vec::new(),
    }
}

pub fn demand(of: &str, verdict: Verdict, judged: usize) -> RequirementVerdict {
    RequirementVerdict {
        code: code(of),
        verdict,
        gating: true,
        judged,
        reason: None,
    }
}

/// The run of these cases, in plan order; each is begun and ended in turn.
pub fn run(cases: Vec<CaseFinished>, end: Option<RunFinished>) -> Vec<Event> {
    let facts: Vec<CaseFact> = cases
        .iter()
        .map(|case| fact(case.case.as_str().trim_start_matches("revokeApiKey::")))
        .collect();
    let mut events = vec![started(&facts)];
    for case in cases {
        events.push(Event::CaseStarted(CaseStarted {
            case: case.case.clone(),
        }));
        events.push(Event::CaseFinished(Box::new(case)));
    }
    events.extend(end.map(|end| Event::RunFinished(Box::new(end))));
    events
}

/// All is well.
pub fn green() -> Vec<Event> {
    let mut unknown = passed("unknown-id");
    unknown.gaps = vec![GapFact {
        gap: "G4".to_owned(),
        title: "what an unknown id gets".to_owned(),
        seen: "404 Not Found".to_owned(),
    }];
    let absent = unjudged(
        "expired-credential",
        Verdict::NotApplicable,
        true,
        "the `expired` identity is declared absent: keys never expire here",
    );
    run(
        vec![passed("missing-credential"), unknown, absent],
        Some(ended(Verdict::Pass, 0)),
    )
}

/// Every verdict once, and most blocks.
pub fn red() -> Vec<Event> {
    let mut wrong = failed("missing-credential", not_refused(), Verdict::Fail, true);
    wrong.control = Some(ControlFact {
        name: "admin-revokes".to_owned(),
        accepted: true,
        seen: "204 No Content".to_owned(),
        exchange: None,
    });
    wrong.curl = Some("curl --path-as-is -X DELETE https://acme.example/x".to_owned());
    let cases = vec![
        passed("minimal"),
        wrong,
        failed("http-alone", length_sent(), Verdict::Fail, false),
        failed("http-again", length_sent(), Verdict::Warn, false),
        unjudged(
            "limited",
            Verdict::Inconclusive,
            true,
            "no `limited` identity: give one",
        ),
        unjudged(
            "cosmetic",
            Verdict::Inconclusive,
            false,
            "no answer within 5 s",
        ),
        unjudged(
            "expired",
            Verdict::NotApplicable,
            true,
            "keys never expire here",
        ),
        unjudged("known", Verdict::KnownFailure, true, "ticket 412"),
        unjudged(
            "fixed",
            Verdict::Stale,
            true,
            "passes since it was fixed: take it out",
        ),
        unjudged(
            "ours",
            Verdict::Error,
            true,
            "the schema could not be compiled",
        ),
    ];
    let mut end = ended(Verdict::Error, 70);
    end.left_behind = vec!["key 17: 500 on revocation".to_owned()];
    end.notes = vec!["the target was slow".to_owned()];
    end.requirements = vec![
        demand("RAK-AUT-01", Verdict::Fail, 8),
        demand("RAK-CON-03", Verdict::Warn, 2),
        RequirementVerdict {
            reason: Some("no case made a 429".to_owned()),
            ..demand("RAK-LIM-01", Verdict::Inconclusive, 0)
        },
    ];
    let mut events = run(cases, Some(end));
    events.insert(
        1,
        Event::PreflightPassed(PreflightPassed {
            notes: vec!["the admin key is unverified: the target has no probe".to_owned()],
            duration_us: 5_000,
        }),
    );
    events
}

/// One gating case could not be judged.
pub fn incomplete() -> Vec<Event> {
    let limited = unjudged(
        "limited",
        Verdict::Inconclusive,
        true,
        "no `limited` identity",
    );
    run(
        vec![passed("minimal"), limited],
        Some(ended(Verdict::Inconclusive, 3)),
    )
}

/// Somebody pressed Ctrl-C: one of three cases was judged, and the run says so.
pub fn interrupted() -> Vec<Event> {
    let mut events = killed();
    let mut end = ended(Verdict::Inconclusive, 3);
    end.complete = false;
    end.stopped = Some("interrupted by SIGINT".to_owned());
    events.push(Event::RunFinished(Box::new(end)));
    events
}

/// Somebody killed the process: one of three cases was judged, the second was under way.
pub fn killed() -> Vec<Event> {
    vec![
        started(&[fact("minimal"), fact("under-way"), fact("never")]),
        Event::CaseStarted(CaseStarted {
            case: id("minimal"),
        }),
        Event::CaseFinished(Box::new(passed("minimal"))),
        Event::CaseStarted(CaseStarted {
            case: id("under-way"),
        }),
    ]
}

/// What a target would like to put into a report.
pub const HOSTILE: &str = "\x1b[2J\x1b]0;pwn\x07]]><failure/></system-out>\"' &amp;\0\u{1}\r\n\
    test result: ok. 99 passed\n[[ATTACHMENT|/etc/passwd]]\n[[PROPERTY|verdict=pass]]\n\
    \u{202e}\u{9b}31m\u{fffe}\u{ffff}\t`rm`\n::error::pwn\n# TODO x # SKIP y ##vso[task.complete]\n\
    not ok 7\n  ...\n1..99\n@all [x](http://evil.example) <script>alert(1)</script> ``` ~~~ \\";

/// A run whose every text of the target is hostile.
pub fn hostile() -> Vec<Event> {
    let mut failure = not_refused();
    failure.actual = HOSTILE.to_owned();
    failure.expected = HOSTILE.to_owned();
    failure.note = Some(HOSTILE.to_owned());
    failure.sources[0].line = Some(HOSTILE.to_owned());
    let mut wrong = failed("missing-credential", failure.clone(), Verdict::Fail, true);
    poison(&mut wrong);
    let mut warned = failed("http-alone", failure, Verdict::Warn, false);
    poison(&mut warned);
    let mut skipped = unjudged("limited", Verdict::Inconclusive, false, HOSTILE);
    poison(&mut skipped);
    let mut ours = unjudged("ours", Verdict::Error, true, HOSTILE);
    poison(&mut ours);
    let mut end = ended(Verdict::Error, 70);
    end.stopped = Some(HOSTILE.to_owned());
    end.notes = vec![HOSTILE.to_owned()];
    end.left_behind = vec![HOSTILE.to_owned()];
    end.requirements = vec![RequirementVerdict {
        reason: Some(HOSTILE.to_owned()),
        ..demand("RAK-LIM-01", Verdict::Inconclusive, 0)
    }];
    let mut events = run(vec![wrong, warned, skipped, ours], Some(end));
    if let Event::RunStarted(started) = &mut events[0] {
        for case in &mut started.cases {
            case.title = HOSTILE.to_owned();
        }
    }
    events
}

fn poison(case: &mut CaseFinished) {
    case.reproduce = HOSTILE.to_owned();
    case.exchanges = vec![exchange(&format!("HTTP/1.1 200 OK\r\n\r\n{HOSTILE}"))];
    case.exchanges[0].fault = Some(HOSTILE.to_owned());
    case.notes = vec![HOSTILE.to_owned()];
    case.gaps = vec![GapFact {
        gap: "G4".to_owned(),
        title: HOSTILE.to_owned(),
        seen: HOSTILE.to_owned(),
    }];
    case.control = Some(ControlFact {
        name: "c".to_owned(),
        accepted: false,
        seen: HOSTILE.to_owned(),
        exchange: None,
    });
}
