"use strict";
// Draws the report from the two islands of data. Every text goes in as a text node, so nothing that
// a target wrote is ever read as markup. The state of the view is the URL's fragment.
(() => {
const WORDS = {
  fail: "failed", error: "our fault", stale: "stale baseline", inconclusive: "undecided",
  "never-judged": "never judged", warn: "warning", "known-failure": "known failure",
  pass: "passed", "not-applicable": "not applicable",
};
const ORDER = Object.keys(WORDS);
const PROFILES = ["contract", "security", "http", "robustness"];
const PAGE = 100;
const SVG = "http://www.w3.org/2000/svg";

const data = JSON.parse(document.getElementById("data").textContent);
const app = document.getElementById("app");
let lines = null;
const base = [];
data.runs.reduce((sum, run) => (base.push(sum), sum + run.cases.length), 0);

function put(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  }
  return node;
}
const el = (tag, attributes, ...children) =>
  put(document.createElement(tag), attributes, children);
const svg = (tag, attributes, ...children) =>
  put(document.createElementNS(SVG, tag), attributes, children);
const many = (count, one, more) => `${count} ${count === 1 ? one : more || one + "s"}`;
const time = us => us === null || us === undefined ? ""
  : us >= 1e6 ? `${(us / 1e6).toFixed(2)} s` : us >= 1e4 ? `${Math.round(us / 1e3)} ms`
  : `${(us / 1e3).toFixed(1)} ms`;
const count = (items, key) => {
  const counts = new Map();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) || 0) + 1);
  return counts;
};
// A sentence of a suite: it begins with a capital, and what stands in backticks is code.
const sentence = text => `${text[0] || ""}`.toUpperCase() + text.slice(1);
const ticked = text => text.split(/`([^`]+)`/).map((part, place) =>
  place % 2 ? el("code", {}, part) : part);
const short = id => id.includes("::") ? id.slice(id.indexOf("::") + 2) : id;

// ---- state ------------------------------------------------------------------------------------

const state = {};
function read() {
  const given = new URLSearchParams(location.hash.slice(1));
  const list = name => new Set((given.get(name) || "").split(",").filter(Boolean));
  const run = Number(given.get("run") || 1) - 1;
  Object.assign(state, {
    run: data.runs[run] ? run : 0, verdict: list("verdict"), profile: given.get("profile") || "",
    requirement: given.get("requirement") || "", operation: given.get("operation") || "",
    q: given.get("q") || "", open: given.get("case") || "",
  });
}
function fragment() {
  const parts = new URLSearchParams();
  if (state.run) parts.set("run", state.run + 1);
  if (state.verdict.size) parts.set("verdict", [...state.verdict].join(","));
  for (const [name, key] of [["profile", "profile"], ["requirement", "requirement"],
    ["operation", "operation"], ["q", "q"], ["case", "open"]]) {
    if (state[key]) parts.set(name, state[key]);
  }
  return parts.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
}
function write() {
  const wanted = "#" + fragment();
  if (location.hash !== wanted) history.replaceState(null, "", wanted);
}
// Filters draw the lists anew, which closes what was open.
function change(changes) {
  Object.assign(state, { open: "" }, changes);
  write();
  update();
}
const toggled = (set, name) => {
  const next = new Set(set);
  if (!next.delete(name)) next.add(name);
  return next;
};
function jump(id) {
  const section = document.getElementById(id);
  section.scrollIntoView();
  section.focus({ preventScroll: true });
}

let run, demands, offset;
function matches(one) {
  if (state.verdict.size && !state.verdict.has(one.v)) return false;
  if (state.operation && one.op !== state.operation) return false;
  if (state.requirement && !one.codes.includes(state.requirement)) return false;
  if (state.profile) {
    const of = code => demands.get(code) && demands.get(code).profile === state.profile;
    if (!one.codes.slice(0, one.own || undefined).some(of) && !one.failing.some(of)) return false;
  }
  if (state.q) {
    const text = (one.text ||= [one.id, one.title, one.why || "", ...one.codes, one.causes]
      .join("\n").toLowerCase());
    return state.q.toLowerCase().split(/\s+/).every(word => text.includes(word));
  }
  return true;
}

// ---- the whole page of a run -------------------------------------------------------------------

function show() {
  run = data.runs[state.run];
  offset = base[state.run];
  demands = new Map(run.requirements.map(one => [one.code, one]));
  run.cases.forEach((one, place) => Object.assign(one, { place, causes: "", failing: [] }));
  for (const cause of run.causes) {
    for (const place of cause.cases) {
      const one = run.cases[place];
      one.causes += `${cause.expected} ${cause.actual} ${cause.requires} `;
      one.failing.push(...cause.codes.filter(code => one.codes.includes(code)));
    }
  }
  app.replaceChildren(top(), verdict(), links(), glance(),
    el("section", { id: "failures", tabindex: -1 }, filters(), el("div", { id: "causes" })),
    el("section", { id: "cases", tabindex: -1 }, el("h2", {}, "All cases"),
      el("div", { id: "list" })),
    gaps(), timing(), facts());
  update();
  if (state.open) reveal(state.open);
}

function top() {
  const switches = data.runs.length > 1 && el("div", {
    class: "runs", role: "group", "aria-label": "Run",
  }, data.runs.map((one, place) => el("button", {
    type: "button", class: `v-${one.worst}`, "aria-pressed": String(place === state.run),
    onclick: () => { change({ run: place, open: "", requirement: "" }); show(); },
  }, el("b", {}, one.verdict), " ", one.name)));
  const started = run.started;
  return el("div", { class: "top" }, el("span", { class: "brand" }, "Probity"), switches,
    started && el("span", { class: "facts" },
      `${started.contract[0]} · ${started.suites.map(one => one[0]).join(", ")} · `
      + `${started.at.slice(0, 16).replace("T", " ")} UTC`
      + (run.us === null ? "" : ` · took ${time(run.us)}`)));
}

function verdict() {
  const main = run.causes.filter(one => one.counts);
  return el("header", { class: `verdict v-${run.worst}` },
    el("h1", {}, el("b", {}, `${run.verdict[0]}${run.verdict.slice(1).toLowerCase()}. `),
      `${sentence(run.sentence)}.`),
    el("p", { class: "target" }, `${run.target} · exit code ${run.exit}`),
    el("p", { class: `complete ${run.whole ? "" : "no"}` }, run.completeness),
    main.length > 0 && el("p", { class: "why" },
      `${many(main.length, "cause")}. ${main.length > 1 ? "The widest" : "It"} fails `
        + `${many(main[0].cases.length, "case")}: expected `, el("code", {}, main[0].expected), ", got ",
      el("code", {}, main[0].actual), ". ",
      el("a", { href: "#failures", onclick: away("failures") }, "See the failures")));
}
const away = id => event => { event.preventDefault(); jump(id); };

function links() {
  const gapped = new Set(run.cases.flatMap(one => (one.gaps || []).map(gap => gap[0])));
  const to = (id, text, number) => el("a", { href: "#" + id, onclick: away(id) }, text,
    number === undefined ? "" : el("span", {}, ` ${number}`));
  return el("nav", { "aria-label": "Parts of the report" },
    to("failures", "Causes", run.causes.length), to("cases", "Cases", run.cases.length),
    to("gaps", "Gaps of the contract", gapped.size), to("timing", "Timing"),
    to("run", "Settings"));
}

// ---- at a glance --------------------------------------------------------------------------------

function glance() {
  const verdicts = new Set(run.requirements.map(one => one.v));
  return el("section", { id: "glance" },
    el("div", { class: "glance" },
      el("div", {}, el("h3", {}, "Requirements by profile"), el("div", { class: "bars" },
        PROFILES.map(bar)),
        el("div", { class: "legend" }, ORDER.filter(v => verdicts.has(v)).map(v =>
          el("span", { class: `v-${v}` }, el("i", { class: `v-${v} fill` }), WORDS[v])),
          el("span", {}, "pale: reported only"))),
      el("div", {}, el("h3", {}, "Every requirement"), grid())),
    answers());
}

function bar(profile) {
  const own = run.requirements.filter(one => one.profile === profile);
  if (!own.length) return null;
  const counts = count(own, one => one.v);
  const gates = own.some(one => one.gating);
  const track = el("div", { class: "track" });
  for (const v of ORDER.filter(v => counts.has(v))) {
    const number = counts.get(v);
    const part = el("button", {
      type: "button", class: `v-${v} fill`, title: `${number} ${WORDS[v]}`,
      "aria-label": `${profile}: ${many(number, "requirement")} ${WORDS[v]}; show the cases`,
      onclick: () => { change({ profile, verdict: new Set([v]), requirement: "" });
        jump("failures"); },
    });
    part.style.flexGrow = number;
    track.append(part);
  }
  return el("div", { class: gates ? "bar" : "bar quiet" },
    el("div", { class: "head" }, el("b", {}, profile), el("span", {},
      `${counts.get("pass") || 0} of ${own.length} met`
      + (gates ? "" : ", reported only"))), track);
}

const MARKS = { fail: "×", error: "!", stale: "!", warn: "–", inconclusive: "?" };
function grid() {
  const families = new Map();
  for (const one of run.requirements) {
    const family = one.code.split("-").slice(0, -1).join("-");
    if (!families.has(family)) families.set(family, []);
    families.get(family).push(one);
  }
  const tip = el("p", { class: "tip", "aria-live": "polite" },
    "Each square is a requirement. Choose one to see its cases and what demands it.");
  const box = el("div", { class: "grid" });
  let first = true;
  for (const [family, own] of families) {
    box.append(el("b", {}, family), el("div", { class: "cells" }, own.map(one => {
      const say = () => tip.replaceChildren(el("b", {}, one.code), ` ${WORDS[one.v]}, `
        + `${one.level}, ${one.profile}: ${one.title}`);
      const cell = el("button", {
        type: "button", class: `v-${one.v} fill${one.gating ? "" : " weak"}`,
        tabindex: first ? 0 : -1, "data-code": one.code,
        "aria-label": `${one.code}, ${WORDS[one.v]}: ${one.title}`,
        onmouseenter: say, onfocus: say, onclick: () => {
          const same = state.requirement === one.code;
          change({ requirement: same ? "" : one.code, verdict: new Set(), profile: "" });
          if (!same) jump("failures");
        },
      }, MARKS[one.v] || "");
      first = false;
      return cell;
    })));
  }
  box.addEventListener("keydown", event => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const cells = [...box.querySelectorAll("button")];
    const next = cells[cells.indexOf(document.activeElement) + step];
    if (!next) return;
    event.preventDefault();
    cells.forEach(cell => cell.setAttribute("tabindex", cell === next ? 0 : -1));
    next.focus();
  });
  return [box, tip];
}

// Which statuses each operation gave to its own method, beside those that the contract declares.
function answers() {
  const rows = (run.operations || []).map(operation => {
    const seen = new Map();
    for (const one of run.cases) {
      if (one.op !== operation.id) continue;
      for (const [method, status] of one.sent || []) {
        if (method !== operation.method) continue;
        seen.set(String(status || "none"), (seen.get(String(status || "none")) || 0) + 1);
      }
    }
    return { operation, seen };
  }).filter(row => row.seen.size);
  if (!rows.length) return null;
  const all = new Set(rows.flatMap(row => [...row.seen.keys(),
    ...row.operation.responses.map(one => one[0])]));
  const columns = [...all].sort();
  return el("div", { class: "answers" }, el("h3", {}, "What the operations answered"),
    el("table", {}, rows.map(({ operation, seen }) => el("tr", {},
      el("th", { scope: "row" }, el("code", {}, `${operation.method} ${operation.path}`)),
      columns.map(status => {
        const declared = declares(operation, status);
        const number = seen.get(status) || 0;
        const cell = el("td", {
          class: declared ? "declared" : number ? "undeclared" : "none",
        }, el("b", {}, status === "none" ? "no answer" : status),
          el("small", {}, number ? many(number, "time") : "never"),
          el("small", {}, declared ? "declared" : status === "none" ? "" : "not declared"));
        // As high as its share, so that the common answers stand out.
        const share = 100 * Math.sqrt(number / Math.max(...seen.values()));
        cell.style.setProperty("--share", `${share}%`);
        return cell;
      })))));
}
const declares = (operation, status) => operation.responses.some(([own]) =>
  own === status || own === "default" || (/^[1-5]XX$/i.test(own) && own[0] === status[0]
    && status.length === 3));

// ---- filters ------------------------------------------------------------------------------------

function filters() {
  const counts = count(run.cases, one => one.v);
  const operations = [...new Set(run.cases.map(one => one.op))];
  const option = (value, text) => el("option", { value }, text);
  const select = (name, label, options) => el("select", {
    id: `by-${name}`, "aria-label": label,
    onchange: event => change({ [name]: event.target.value }),
  }, option("", label), options);
  return el("div", { class: "filters", role: "search" },
    el("div", { class: "chips", role: "group", "aria-label": "Verdict" },
      ORDER.filter(v => counts.has(v)).map(v => el("button", {
        type: "button", class: `chip v-${v}`, "data-verdict": v,
        onclick: () => change({ verdict: toggled(state.verdict, v) }),
      }, WORDS[v], el("span", {}, ` ${counts.get(v)}`)))),
    el("input", {
      type: "search", id: "by-q", placeholder: "Search cases, codes, texts",
      "aria-label": "Search", oninput: event => change({ q: event.target.value }),
    }),
    select("profile", "Any profile", PROFILES.map(one => option(one, one))),
    select("requirement", "Any requirement", run.requirements.map(one =>
      option(one.code, one.title ? `${one.code}  ${one.title.slice(0, 60)}` : one.code))),
    operations.length > 1 && select("operation", "Any operation",
      operations.map(one => option(one, one))),
    el("button", {
      type: "button", class: "clear", id: "clear",
      onclick: () => change({ verdict: new Set(), profile: "", requirement: "", operation: "",
        q: "" }),
    }, "Show all"));
}

function update() {
  for (const chip of app.querySelectorAll(".chip")) {
    chip.setAttribute("aria-pressed", String(state.verdict.has(chip.dataset.verdict)));
  }
  for (const name of ["q", "profile", "requirement", "operation"]) {
    const field = document.getElementById(`by-${name}`);
    if (field && field.value !== state[name]) field.value = state[name];
  }
  for (const cell of app.querySelectorAll("[data-code]")) {
    cell.setAttribute("aria-pressed", String(cell.dataset.code === state.requirement));
  }
  const filtered = state.verdict.size || state.profile || state.requirement || state.operation
    || state.q;
  document.getElementById("clear").hidden = !filtered;
  const shown = run.cases.filter(matches);
  causes(new Set(shown.map(one => one.place)));
  list(document.getElementById("list"), shown, filtered
    ? `${shown.length} of ${many(run.cases.length, "case")}` : "");
}

// ---- causes and cases ---------------------------------------------------------------------------

function causes(shown) {
  const box = document.getElementById("causes");
  const parts = [];
  if (state.requirement && demands.has(state.requirement)) {
    parts.push(demand(demands.get(state.requirement)));
  }
  const fits = cause => cause.cases.some(place => shown.has(place))
    && (!state.requirement || cause.codes.includes(state.requirement));
  const groups = [["Failures, by cause", run.causes.filter(one => one.counts && fits(one))],
    ["Warnings, by cause", run.causes.filter(one => !one.counts && fits(one))]];
  for (const [title, own] of groups) {
    if (own.length) {
      parts.push(el("h2", {}, title), own.map(cause => causeBox(cause, shown)));
    }
  }
  const others = unjudged(shown);
  if (others) parts.push(el("h2", {}, "Neither passed nor failed"), others);
  if (!groups[0][1].length && !groups[1][1].length && !others) {
    parts.push(el("p", { class: "empty" }, run.causes.length
      ? "No failure is among the chosen cases."
      : "Nothing failed and nothing was left open."));
  }
  box.replaceChildren(...parts.flat());
}

function causeBox(cause, shown) {
  const own = cause.cases.filter(place => shown.has(place)).map(place => run.cases[place]);
  const first = demands.get(cause.codes[0]);
  const others = cause.codes.length - 1;
  const box = el("div", { class: `cause v-${cause.counts ? "fail" : "warn"}` },
    el("h3", {}, ticked(sentence(cause.requires)),
      others > 0 && ` (and ${many(others, "more requirement")})`),
    el("p", { class: "meta" }, codes(cause.codes.slice(0, 12)),
      cause.codes.length > 12 && ` and ${cause.codes.length - 12} more`,
      ` · ${cause.level}${first ? `, ${first.profile}` : ""} · ${many(own.length, "case")}`),
    pair(cause.expected, cause.actual),
    first && !state.requirement && excerpts(first.excerpts));
  const rows = el("div", {});
  box.append(rows);
  rowsInto(rows, own, own.length > 6 ? 4 : 6);
  return box;
}

const codes = list => list.map((code, place) => [place ? ", " : "", el("button", {
  type: "button", class: "linkish", title: (demands.get(code) || {}).title,
  onclick: () => { change({ requirement: code, verdict: new Set(), profile: "" });
    jump("failures"); },
}, code)]);

const pair = (expected, actual) => el("dl", { class: "pair" },
  el("div", {}, el("dt", {}, "expected"), el("dd", {}, expected)),
  el("div", { class: "actual" }, el("dt", {}, "actual"), el("dd", {}, actual)));

function demand(one) {
  return el("div", { class: `demand v-${one.v}` },
    el("p", { class: "badge" }, WORDS[one.v]),
    el("h3", {}, `${one.code}: `, ticked(one.title || "")),
    el("p", { class: "meta" }, [one.level, one.profile,
      one.gating ? "counts for the exit code" : "reported only",
      one.judged ? `judged in ${many(one.judged, "case")}` : "judged in no case",
      one.why].filter(Boolean).join(" · ")),
    one.note && el("p", { class: "note" }, ticked(`${sentence(one.note)}.`)),
    sources(one.sources || []), excerpts(one.excerpts));
}

// Citations of standards; places of the contract are shown as excerpts.
function sources(list) {
  const cited = list.filter(source => !source.startsWith("contract#"));
  if (!cited.length) return null;
  return el("p", { class: "note" }, "Demanded by ", cited.map((source, place) => {
    const rfc = /^RFC (\d+)(?: §([\d.]+))?$/.exec(source);
    const link = rfc && `${"https:"}//www.rfc-editor.org/rfc/rfc${rfc[1]}`
      + (rfc[2] ? `#section-${rfc[2]}` : "");
    return [place ? ", " : "", link ? el("a", { href: link, rel: "noreferrer" }, source) : source];
  }), ".");
}

function excerpts(list) {
  const indent = one => Math.min(...one.lines.filter(text => text.trim())
    .map(text => text.search(/\S/)));
  return (list || []).map(one => el("figure", { class: "excerpt" },
    el("figcaption", {}, `${one.document}:${one.line}  ${one.source}`),
    el("pre", { tabindex: 0, "aria-label": `lines of ${one.document}` },
      one.lines.map((text, place) => el("span", {
        class: place ? "line" : "line here", "data-n": one.line + place,
      }, text.slice(indent(one)) || " ")),
      one.cut && el("span", { class: "line ghost", "data-n": "" }, "…"))));
}

function unjudged(shown) {
  const groups = new Map();
  for (const one of run.cases) {
    if (!one.why || !shown.has(one.place)) continue;
    const key = `${ORDER.indexOf(one.v)} ${one.why}`;
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(one);
  }
  if (!groups.size) return null;
  return [...groups].sort((a, b) => a[0].localeCompare(b[0])).map(([, own]) => {
    const rows = el("div", {});
    rowsInto(rows, own, 4);
    return el("details", { class: `cause v-${own[0].v}`, open: own[0].v !== "not-applicable" },
      el("summary", {}, el("span", { class: "badge" }, WORDS[own[0].v]),
        ` ${many(own.length, "case")}: ${own[0].why}`), rows);
  });
}

function list(box, shown, heading) {
  box.replaceChildren(heading ? el("p", { class: "empty" }, heading) : "");
  const rows = el("div", {});
  box.append(rows);
  rowsInto(rows, shown, PAGE);
}

function rowsInto(box, own, size) {
  let place = 0;
  const more = () => {
    const next = own.slice(place, place += size);
    box.append(...next.map(row));
    size = Math.max(PAGE, size);
    const left = own.length - place;
    if (left <= 0) return;
    const button = el("button", { type: "button", class: "more", onclick: () => {
      const before = button.previousElementSibling;
      button.remove();
      more();
      before.nextElementSibling.querySelector("summary").focus();
    } }, left > size ? `Show ${size} more of ${left}` : `Show ${left} more`);
    box.append(button);
  };
  more();
}

function row(one) {
  const box = el("details", { class: `case v-${one.v}`, "data-id": one.id },
    el("summary", {}, el("span", { class: "badge" }, WORDS[one.v]),
      el("span", { class: "what" }, el("span", { class: "id" }, short(one.id)),
        el("span", { class: "title" }, ticked(one.title))),
      el("span", { class: "took" }, time(one.us))));
  box.addEventListener("toggle", () => {
    if (box.open && !box.querySelector(".body")) {
      const place = el("div", { class: "body" });
      box.append(place);
      whenRead(() => place.replaceWith(body(one)));
    }
    if (box.open) { state.open = one.id; write(); }
    else if (state.open === one.id) { state.open = ""; write(); }
  });
  return box;
}

function reveal(id) {
  const one = run.cases.find(one => one.id === id);
  if (!one) return;
  const find = () => [...app.querySelectorAll(".case")].find(box => box.dataset.id === id);
  if (!find()) {
    list(document.getElementById("list"), [one], "1 case, as the address says");
  }
  const box = find();
  const group = box.parentElement.closest("details");
  if (group) group.open = true;
  box.open = true;
  box.scrollIntoView();
}

// ---- one case -----------------------------------------------------------------------------------

// The evidence stands after this script: a large report is drawn before all of it is read.
const whenRead = then => document.readyState === "loading"
  ? document.addEventListener("DOMContentLoaded", then, { once: true }) : then();

function evidence(one) {
  lines ||= document.getElementById("evidence").textContent.trim().split("\n");
  return JSON.parse(lines[offset + one.place]);
}

function body(one) {
  const found = evidence(one);
  if (!found) return el("div", { class: "body" }, el("p", {}, `It was never judged: ${one.why}.`));
  const failures = found.judgements.flatMap(judgement => (judgement.failures || [])
    .filter(() => judgement.v !== "pass")
    .map(failure => ({ ...failure, code: judgement.code, profile: judgement.profile,
      counts: judgement.gating && judgement.v === "fail" })));
  failures.sort((a, b) => b.counts - a.counts);
  const wrong = new Map();
  for (const failure of failures) {
    const at = failure.exchange;
    if (at === null || !found.exchanges[at]) continue;
    if (!wrong.has(at)) wrong.set(at, []);
    wrong.get(at).push(failure.part || ["status"]);
  }
  const opened = new Set(wrong.size ? [...wrong.keys()]
    : [found.exchanges.findIndex(exchange => exchange.judged)]);
  const control = found.control && found.control.exchange;
  return el("div", { class: "body" },
    one.why && el("p", { class: "note" }, `${WORDS[one.v]}: ${one.why}`),
    failures.map(fault), looks(found), exchanges(found, opened, wrong, control),
    el("div", { class: "run-again" },
      command("Run again", found.reproduce),
      found.curl && command("By hand", found.curl)),
    found.notes.length > 0 && el("ul", { class: "list note" },
      found.notes.map(note => el("li", {}, note))),
    judged(found));
}

function fault(failure) {
  const stated = demands.get(failure.code);
  const places = stated && stated.excerpts && stated.excerpts.length ? excerpts(stated.excerpts)
    : failure.sources.filter(source => source[2]).map(([source, place, line]) =>
      el("figure", { class: "excerpt" }, el("figcaption", {}, `${place}  ${source}`),
        el("pre", {}, el("span", { class: "line here", "data-n": "" }, line))));
  return el("div", { class: "fault" },
    el("h4", {}, ticked(sentence(failure.requires))),
    el("p", { class: "meta" }, codes([failure.code]), ` · ${failure.level}, ${failure.profile}`
      + (failure.counts ? "" : " · does not count for the exit code")),
    pair(failure.expected, failure.actual),
    failure.note && el("p", { class: "note" }, ticked(`${sentence(failure.note)}.`)),
    sources(failure.sources.map(source => source[0])), places);
}

// What the control showed, and whether keys lived before and after.
function looks(found) {
  const items = [];
  if (found.control) {
    const { name, accepted, seen } = found.control;
    items.push(el("li", { class: accepted ? "v-pass" : "v-inconclusive" }, "Control ",
      el("code", {}, name), ", the same with only the tested property put right: ",
      el("b", {}, accepted ? "accepted" : "not accepted"), `, ${seen}`));
  }
  if (found.sentinel) {
    items.push(el("li", { class: found.sentinel === "alive" ? "v-pass" : "v-fail" },
      "Sentinel, a key that no request addresses: ", el("b", {}, found.sentinel)));
  }
  const seen = new Map();
  for (const one of found.exchanges) {
    const look = /^look (before|after): (.*)$/.exec(one.label);
    if (!look) continue;
    if (!seen.has(look[2])) seen.set(look[2], {});
    seen.get(look[2])[look[1]] = one.status || "no answer";
  }
  for (const [who, { before, after }] of seen) {
    const life = status => status === undefined ? "not asked" : status;
    items.push(el("li", {}, `Looks at the ${who} key: `, el("b", {}, life(before)), " before, ",
      el("b", {}, life(after)), " after"));
  }
  return items.length ? el("ul", { class: "looks" }, items) : null;
}

function exchanges(found, opened, wrong, control) {
  const all = found.exchanges.map((one, place) => ({ one, place }));
  const main = all.filter(({ one, place }) => one.judged || opened.has(place));
  const rest = all.filter(entry => !main.includes(entry));
  const most = Math.max(...found.exchanges.map(one => one.us[3]), 1);
  const drawn = ({ one, place }) => exchange(one, opened.has(place), wrong.get(place) || [],
    one.judged ? control : null, most);
  const shown = main.slice(0, 30).map(drawn);
  if (control) shown.push(exchange({ ...control, label: "control" }, false, [], null, most));
  return [shown, rest.length > 0 && el("details", {
    class: "more-exchanges", ontoggle: event => {
      const box = event.target;
      if (box.open && box.childElementCount === 1) box.append(...rest.map(drawn));
    },
  }, el("summary", {}, `${many(rest.length, "exchange")} around it: preparing and looking`))];
}

function exchange(one, open, wrong, control, most) {
  const answer = one.status || one.fault || "no answer";
  const box = el("details", { class: `exchange ${one.judged ? "judged" : ""}`, open },
    el("summary", {}, el("b", {}, one.label === "main" ? "request" : one.label),
      el("span", { class: "mono" }, `${one.method} ${one.target.length > 90
        ? one.target.slice(0, 90) + "…" : one.target}`),
      el("b", {}, `→ ${answer}`), el("span", { class: "took" }, time(one.us[3]))));
  const fill = () => {
    if (box.open && box.childElementCount === 1) {
      box.append(el("div", { class: "sides" }, request(one, control), response(one, wrong)),
        clocks(one, most));
    }
  };
  box.addEventListener("toggle", fill);
  fill();
  return box;
}

const line = (text, kind, why) => el("span", { class: kind ? `line ${kind}` : "line",
  title: why }, text || " ");

function side(name, wire, drawn, tool) {
  const [, bytes, cut] = wire;
  return el("div", { class: "wire" },
    el("div", { class: "label" }, `${name}, ${many(bytes, "byte")}`, tool || ""),
    el("pre", { tabindex: 0, "aria-label": name }, drawn,
      cut && line(`… ${many(bytes, "byte")} in all; the event log has the rest`, "ghost")));
}

// The request, with what differs from the control marked. Ids and ports differ in any case.
function request(one, control) {
  const text = one.sent[0];
  if (!control) return side("request", one.sent, text.map(own => line(own)));
  const end = list => list.indexOf("") < 0 ? list.length : list.indexOf("");
  const theirs = control.sent[0];
  const plain = own => own.replace(/\d+/g, "#");
  const known = new Set(theirs.slice(0, end(theirs)).slice(1));
  const names = new Set(text.slice(1, end(text)).map(own => own.split(":")[0].toLowerCase()));
  const drawn = text.map((own, place) => {
    if (place === 0) return line(own, theirs[0] && plain(own) !== plain(theirs[0]) && "diff");
    if (place > end(text)) return line(own, theirs.includes(own) ? "" : "diff");
    const same = !own || known.has(own) || /^host:/i.test(own);
    return line(own, same ? "" : "diff", same ? "" : "differs from the control");
  });
  const missing = [...known].filter(own => !names.has(own.split(":")[0].toLowerCase()));
  drawn.splice(end(text), 0, ...missing.map(own =>
    line(`(not sent; the control has ${own})`, "diff ghost")));
  return side("request", one.sent, drawn);
}

// The answer, with the part marked that broke the requirement.
function response(one, wrong) {
  const text = one.received[0];
  const end = text.indexOf("") < 0 ? text.length : text.indexOf("");
  const fields = new Set(wrong.filter(part => part[0] === "field").map(part => part[1].toLowerCase()));
  const pointers = wrong.filter(part => part[0] === "content").map(part => part[1]);
  const status = wrong.some(part => part[0] === "status");
  const head = text.slice(0, end).map((own, place) => {
    const bad = place ? fields.has(own.split(":")[0].trim().toLowerCase()) : status;
    return line(own, bad && "wrong", bad ? "this breaks the requirement" : "");
  });
  const have = new Set(text.slice(1, end).map(own => own.split(":")[0].trim().toLowerCase()));
  for (const part of wrong) {
    if (part[0] === "field" && !have.has(part[1].toLowerCase())) {
      head.push(line(`(no ${part[1]})`, "wrong ghost"));
    }
  }
  if (!text.length || (text.length === 1 && !text[0])) {
    head.push(line(one.fault ? `(${one.fault})` : one.received[1]
      ? "(left out here: nothing failed)" : "(no answer)",
    status ? "wrong ghost" : "ghost"));
  }
  const rest = text.slice(end + 1);
  const raw = () => rest.map(own => line(own, pointers.length && "wrong"));
  const neat = rest.length === 1 && !one.received[2] && indented(rest[0], pointers);
  const content = el("span", {}, neat || raw());
  let is_neat = Boolean(neat);
  const tool = neat && el("button", { type: "button", class: "raw", onclick: event => {
    is_neat = !is_neat;
    content.replaceChildren(...(is_neat ? neat : raw()));
    event.target.textContent = is_neat ? "as received" : "indented";
  } }, "as received");
  const bare = end < text.length && !rest.join("") && pointers.length > 0
    && line("(no content)", "wrong ghost");
  return side("response", one.received,
    [head, end < text.length && line(""), content, bare], tool);
}

// JSON laid out line by line, each line with the pointer that it is at.
function indented(text, wrong) {
  let value;
  try { value = JSON.parse(text); } catch { return null; }
  const out = [];
  const bad = pointer => wrong.some(own => own === "" || pointer === own
    || pointer.startsWith(own + "/"));
  const add = (depth, pointer, own) =>
    out.push(line("  ".repeat(depth) + own, bad(pointer) && "wrong"));
  const walk = (depth, pointer, name, own, tail) => {
    const open = Array.isArray(own) ? "[" : "{";
    const entries = own && typeof own === "object" ? Object.entries(own) : null;
    if (!entries || !entries.length || depth > 40) {
      return add(depth, pointer, name + JSON.stringify(own) + tail);
    }
    add(depth, pointer, name + open);
    entries.forEach(([key, child], place) => walk(depth + 1,
      `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`,
      open === "{" ? JSON.stringify(key) + ": " : "", child,
      place + 1 < entries.length ? "," : ""));
    add(depth, pointer, (open === "[" ? "]" : "}") + tail);
  };
  walk(0, "", "", value, "");
  const parent = wrong.find(own => own && !at(value, own));
  if (parent) out.push(line(`(no ${parent})`, "wrong ghost"));
  return out;
}
function at(value, pointer) {
  for (const token of pointer.split("/").slice(1)) {
    const key = token.replaceAll("~1", "/").replaceAll("~0", "~");
    if (!value || typeof value !== "object" || !Object.hasOwn(value, key)) return false;
    value = value[key];
  }
  return true;
}

function clocks(one, most) {
  const [connect, tls, first, whole] = one.us;
  const parts = [["connect", connect, "var(--apart)"], ["TLS", tls, "var(--unsure)"],
    ["first byte", first, "var(--accent)"], ["rest", first === null ? whole : whole - first,
      "var(--pass)"]].filter(part => part[1] > 49 || part[0] === "first byte");
  const sum = parts.reduce((total, part) => total + part[1], 0) || 1;
  const scale = 150 * Math.min(1, Math.max(.15, sum / most)) / sum;
  let x = 0;
  const drawing = svg("svg", { viewBox: "0 0 150 8", "aria-hidden": "true" },
    parts.map(([, us, color]) => {
      const box = svg("rect", { x, y: 0, width: Math.max(1, us * scale), height: 8, rx: 1 });
      box.style.fill = color;
      x += us * scale;
      return box;
    }));
  const key = ([name, us]) => el("span", {}, `${name} ${time(us)}`);
  return el("div", { class: "timing" }, drawing, parts.map(key),
    el("span", {}, `connection ${one.connection}${one.reused ? ", reused" : ""}`),
    one.tls && el("span", {}, one.tls),
    one.origin && el("span", {}, `sent to ${one.origin}`),
    el("span", {}, `${time(one.at)} after the start`));
}

function command(label, text) {
  const button = el("button", { type: "button", class: "copy",
    "aria-label": `Copy: ${label}`, onclick: () => copy(text, button) }, "Copy");
  return el("div", { class: "command" }, el("span", { class: "label" }, label),
    el("pre", { tabindex: 0, "aria-label": label }, text), button);
}
async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    const range = document.createRange();
    range.selectNodeContents(button.previousElementSibling);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    button.textContent = document.execCommand("copy") ? "Copied" : "Selected";
  }
  setTimeout(() => { button.textContent = "Copy"; }, 1600);
}

function judged(found) {
  const sorted = [...found.judgements].sort((a, b) => ORDER.indexOf(a.v) - ORDER.indexOf(b.v));
  return el("details", { class: "quiet" },
    el("summary", {}, `Judged by ${many(sorted.length, "requirement")}`),
    el("div", { class: "judgements" }, sorted.map(one => [
      el("span", { class: `badge v-${one.v}` }, WORDS[one.v]),
      el("span", {}, codes([one.code])),
      el("span", { class: "says" }, one.why
        || (demands.get(one.code) ? demands.get(one.code).title : ""))])));
}

// ---- gaps, timing, settings ---------------------------------------------------------------------

function gaps() {
  const all = new Map();
  for (const one of run.cases) {
    for (const [key, title, seen] of one.gaps || []) {
      if (!all.has(key)) all.set(key, { key, title, entries: [] });
      all.get(key).entries.push({ one, seen });
    }
  }
  const parts = [...all.values()].sort((a, b) => a.key.localeCompare(b.key)).map(gap);
  return el("section", { id: "gaps", tabindex: -1 }, el("h2", {}, "Gaps of the contract"),
    el("p", { class: "note" }, parts.length
      ? "Where the contract is silent, nothing is judged. This is what was seen, and what its "
        + "owner could add."
      : "Nothing was seen about which the contract is silent."), parts);
}

function gap({ key, title, entries }) {
  const split = entries.map(({ one, seen }) => {
    const [, statuses, rest] = /^([\d, ]+|no answer) to (.*)$/.exec(seen) || [null, "", seen];
    return { one, seen: rest, statuses: [...new Set(statuses.split(", ").filter(Boolean))] };
  });
  const counts = count(split.flatMap(entry => entry.statuses), status => status);
  const most = Math.max(...counts.values(), 1);
  const operation = (run.operations || []).find(own => own.id === entries[0].one.op);
  const missing = operation ? [...counts.keys()].filter(status => /^\d+$/.test(status)
    && !declares(operation, status)).sort() : [];
  const bars = [...counts].sort((a, b) => b[1] - a[1]).map(([status, number]) => [
    el("b", {}, status), svg("svg", { viewBox: "0 0 100 12", preserveAspectRatio: "none",
      "aria-hidden": "true" }, svg("rect", { class: "col", width: 100 * number / most,
      height: 12, rx: 1 })), el("span", {}, many(number, "case"))]);
  const text = missing.map(status => `"${status}":\n  description: …  # ${title}`).join("\n");
  const seen = el("details", { class: "quiet" }, el("summary", {}, "In which cases"),
    el("ul", {}, split.slice(0, 200).map(({ one, seen: what, statuses }) => el("li", {},
      `${statuses.join(", ")} to ${what} `, caseLink(one)))));
  return el("div", { class: "gap" },
    el("div", {}, el("h3", {}, `${key}: ${title}`), el("div", { class: "seen" }, bars), seen),
    el("div", { class: "advice" }, missing.length
      ? [el("p", {}, el("code", {}, operation.id), ` declares ${operation.responses
        .map(own => own[0]).join(", ") || "no response"}, and not `,
      el("b", {}, missing.join(", ")), `. Add to its responses (${operation.place}), and say `
        + "when each is the answer:"), command("Add", text)]
      : el("p", {}, "The statuses that were seen are declared. Say in the description of the "
        + "response that this is what it means."),
    counts.size > 1 && el("p", { class: "note" },
      "Several statuses were seen: decide on one, or say what tells them apart.")));
}

const caseLink = one => el("button", { type: "button", class: "linkish", onclick: () => {
  change({ verdict: new Set(), profile: "", requirement: "", operation: "", q: "",
    open: one.id });
  reveal(one.id);
} }, short(one.id));

const quantile = (sorted, part) => sorted[Math.min(sorted.length - 1,
  Math.floor(part * sorted.length))];

function timing() {
  const latencies = run.cases.filter(one => one.latency !== null && one.latency !== undefined);
  const answered = run.cases.flatMap(one => (one.sent || []).map(([, status, us]) =>
    ({ one, us, status }))).filter(entry => entry.status);
  const plots = [
    latencies.length && strip("Revocation: from the success to the key's first refusal",
      latencies.map(one => ({ one, us: one.latency }))),
    answered.length && histogram("Response times of the judged requests", answered),
  ].filter(Boolean);
  return el("section", { id: "timing", tabindex: -1 }, el("h2", {}, "Timing"),
    plots.length ? el("div", { class: "plots" }, plots)
      : el("p", { class: "empty" }, "Nothing was measured."));
}

// A logarithmic axis over whole decades, so that 1 ms and 1 s are both readable.
function axis(sorted) {
  const low = Math.floor(Math.log10(Math.max(1, sorted[0])));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(1, sorted.at(-1)) + 1)));
  const x = us => 10 + 480 * (Math.log10(Math.max(1, us)) - low) / (high - low);
  const ticks = [];
  for (let power = low; power <= high; power += 1) ticks.push(10 ** power);
  const label = us => us >= 1e6 ? `${us / 1e6} s` : us >= 1e3 ? `${us / 1e3} ms` : `${us} µs`;
  return { x, marks: ticks.map(us => [svg("line", { class: "axis", x1: x(us), x2: x(us), y1: 14,
    y2: 104 }), svg("text", { x: x(us), y: 122, "text-anchor": "middle" }, label(us))]) };
}

function plot(title, entries, draw) {
  const sorted = entries.map(entry => entry.us).sort((a, b) => a - b);
  const { x, marks } = axis(sorted);
  const [half, most] = [quantile(sorted, .5), quantile(sorted, .95)];
  const slow = [...entries].sort((a, b) => b.us - a.us).slice(0, 3);
  const says = `${many(entries.length, "measurement")}: half within ${time(half)}, `
    + `95 % within ${time(most)}, the longest ${time(sorted.at(-1))}.`;
  return el("figure", { class: "plot" }, el("h3", {}, title),
    svg("svg", { viewBox: "0 0 500 128", role: "img", "aria-label": `${title}. ${says}` }, marks,
      draw(x), svg("line", { class: "mid", x1: x(half), x2: x(half), y1: 8, y2: 104 }),
      svg("text", { x: x(half) + 4, y: 14 }, "half")),
    el("figcaption", { class: "note" }, says),
    el("details", { class: "quiet" }, el("summary", {}, "The slowest"),
      el("ol", {}, slow.map(({ one, us }) => el("li", {}, `${time(us)} `, caseLink(one))))));
}

const strip = (title, entries) => plot(title, entries, x => entries.map((entry, place) =>
  svg("circle", { class: "dot", cx: x(entry.us), cy: 28 + (place * 37) % 68, r: 4 })));

const histogram = (title, entries) => plot(title, entries, x => {
  const bins = count(entries, entry => Math.floor(x(entry.us) / 10));
  const most = Math.max(...bins.values());
  return [...bins].map(([bin, number]) => svg("rect", { class: "col", x: bin * 10, width: 9,
    y: 104 - 86 * number / most, height: 86 * number / most, rx: 1 }));
});

function facts() {
  const started = run.started;
  const notes = (title, list) => list.length > 0 && [el("h3", {}, title),
    el("ul", { class: "list note" }, list.map(note => el("li", {}, note)))];
  const row = (name, value, origin) => el("tr", {}, el("th", { scope: "row" }, name),
    el("td", {}, value), el("td", {}, origin || ""));
  return el("section", { id: "run", tabindex: -1 }, el("h2", {}, "Settings of the run"),
    notes("Left behind at the target", run.left), notes("Notes", [...run.preflight, ...run.notes]),
    started && el("table", { class: "settings" },
      row("probity", started.probity), row("run", started.run), row("started", started.at),
      run.ended && row("ended", run.ended),
      run.selected && row("selected", run.selected),
      run.encrypted && row("encrypted", run.encrypted),
      row("contract", started.contract[0], `sha256 ${started.contract[1]}`),
      started.suites.map(one => row("suite", one[0], `sha256 ${one[1]}`)),
      started.settings.map(one => row(one[0], one[1], one[2]))));
}

// ---- begin --------------------------------------------------------------------------------------

window.addEventListener("hashchange", () => {
  const before = state.run;
  const opened = state.open;
  read();
  if (before !== state.run) show();
  else {
    update();
    if (state.open && state.open !== opened) reveal(state.open);
  }
});
read();
show();
app.hidden = false;
document.documentElement.classList.add("scripted");
document.documentElement.dataset.ready = Math.round(performance.now());
})();
