"""Makes event logs from recorded ones: five thousand cases, and texts that a hostile target sends."""

import copy
import json
import pathlib
import sys

CASES = 5_000
HOSTILE = (
    "</script><script>window.pwned=1</script><img src=x onerror=\"window.pwned=1\">"
    "<!-- <script> javascript:alert(1) ]]> \u202e\u2028 {{data}} &lt; `$(x)` ' \" \\u003c"
)


def read(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write(path, events):
    lines = (json.dumps(event, ensure_ascii=False) + "\n" for event in events)
    path.write_text("".join(lines), encoding="utf-8")


def large(events):
    """The same cases again and again, each time under other ids."""
    started = copy.deepcopy(next(e for e in events if e["event"] == "run-started"))
    rest = [e for e in events if e["event"] == "case-finished"]
    facts = {fact["id"]: fact for fact in started["cases"]}
    started["cases"], finished = [], []
    for number in range(CASES):
        case = copy.deepcopy(rest[number % len(rest)])
        fact = dict(facts[case["case"]])
        fact["id"] = case["case"] = f"{case['case']}-{number}"
        started["cases"].append(fact)
        finished.append(case)
    end = next(e for e in events if e["event"] == "run-finished")
    return [started, *finished, end]


def hostile(events):
    """Every text that a target has a hand in, replaced by markup."""
    events = copy.deepcopy(events)
    for event in events:
        if event["event"] == "run-started":
            for fact in event["cases"]:
                fact["title"] = HOSTILE
        if event["event"] == "run-finished":
            event["notes"] = [HOSTILE]
            event["left_behind"] = [HOSTILE]
        if event["event"] != "case-finished":
            continue
        event["notes"] = [HOSTILE]
        event["gaps"] = [{"gap": "G1", "title": HOSTILE, "seen": HOSTILE}]
        event["reproduce"] = event["curl"] = HOSTILE
        for judgement in event["judgements"]:
            judgement["reason"] = HOSTILE
            for failure in judgement["failures"]:
                failure["actual"] = failure["expected"] = failure["note"] = HOSTILE
        for exchange in event["exchanges"]:
            exchange["target"] = exchange["fault"] = HOSTILE
            for side in ("sent", "received"):
                head, _, _ = exchange[side]["text"].partition("\r\n\r\n")
                content = json.dumps({HOSTILE: [HOSTILE]})
                exchange[side]["text"] = f"{head}\r\nX-Odd: {HOSTILE}\r\n\r\n{content}"
    return events


def main():
    folder = pathlib.Path(sys.argv[1])
    write(folder / "large.ndjson", large(read(folder / "defect.ndjson")))
    write(folder / "hostile.ndjson", hostile(read(folder / "defect.ndjson")))


if __name__ == "__main__":
    main()
