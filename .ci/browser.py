"""Drives a headless Chromium over its debugging pipe; needs nothing but Python's standard library.

Opens the HTML reports that `.ci/browser` made and fails on what a person would stumble over:
a console error, a request to anywhere, a wrong count, a filter or a key that does nothing, text of
the target that became markup, a page that is slow or wider than a phone.
"""

import base64
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ANSWER_S = 60
# An idle machine needs half a second for 5,000 cases; a CI runner may be busy with more than this.
READY_MS_MAX = 3000
REDRAW_MS_MAX = 500


class Browser:
    """A Chromium, and the one pipe to it: a message a NUL-terminated JSON text."""

    def __init__(self, program):
        to_browser, self.out = os.pipe()
        self.back, from_browser = os.pipe()
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)

        def wire():
            # The browser reads descriptor 3 and writes descriptor 4; ours may have these numbers.
            reader, writer = os.dup(to_browser), os.dup(from_browser)
            os.dup2(reader, 3)
            os.dup2(writer, 4)

        self.process = subprocess.Popen(
            [
                program, "--headless=new", "--remote-debugging-pipe", "--no-first-run",
                "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                f"--user-data-dir={self.profile.name}",
                *(["--no-sandbox"] if os.geteuid() == 0 else []),
            ],
            close_fds=False, preexec_fn=wire,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        os.set_blocking(self.back, False)
        self.buffer, self.number = b"", 0
        self.events = collections.deque()

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.profile.cleanup()

    def messages(self, deadline):
        while b"\0" not in self.buffer:
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise SystemExit("the browser does not answer")
            try:
                piece = os.read(self.back, 1 << 20)
                self.buffer += piece
            except BlockingIOError:
                time.sleep(0.005)
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, session=None, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.out, data):]
        deadline = time.monotonic() + ANSWER_S
        while True:
            answer = self.messages(deadline)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise SystemExit(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)


class Page:
    """One tab."""

    def __init__(self, browser, width=1280, height=900, dark=False, script=True, media=""):
        self.browser = browser
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        attached = browser.call("Target.attachToTarget", targetId=target, flatten=True)
        self.target, self.session, self.url = target, attached["sessionId"], None
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", media=media, features=[scheme])
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=width < 500)
        if not script:
            self.call("Emulation.setScriptExecutionDisabled", value=True)

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def open(self, path, fragment=""):
        if self.url:
            # Another fragment alone would not load the page again.
            self.load("about:blank")
        self.url = pathlib.Path(path).resolve().as_uri()
        self.load(self.url + fragment)
        return self

    def load(self, url):
        self.browser.events.clear()
        self.call("Page.navigate", url=url)
        deadline = time.monotonic() + ANSWER_S
        while not any(event.get("method") == "Page.loadEventFired"
                      and event.get("sessionId") == self.session
                      for event in self.browser.events):
            self.browser.events.append(self.browser.messages(deadline))

    def run(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in result:
            raise SystemExit(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def key(self, name, code):
        text = {"text": "\r"} if name == "Enter" else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", key=name, code=name,
                  windowsVirtualKeyCode=code, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=name, code=name,
                  windowsVirtualKeyCode=code)

    def shot(self, path, whole=False):
        more = {}
        if whole:
            size = self.call("Page.getLayoutMetrics")["cssContentSize"]
            more = {"captureBeyondViewport": True,
                    "clip": {"x": 0, "y": 0, "width": size["width"],
                             "height": min(size["height"], 6000), "scale": 1}}
        data = self.call("Page.captureScreenshot", format="png", **more)["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(data))

    def complaints(self):
        """Console errors, uncaught exceptions, dialogs, and requests to anywhere else."""
        self.run("new Promise(done => setTimeout(done, 60))")
        found = []
        for event in self.browser.events:
            if event.get("sessionId") != self.session:
                continue
            method, facts = event.get("method"), event.get("params", {})
            if method == "Runtime.exceptionThrown":
                thrown = facts["exceptionDetails"].get("exception", {})
                found.append(f"exception: {thrown.get('description', facts)}")
            elif method == "Runtime.consoleAPICalled" and facts["type"] in ("error", "warning"):
                found.append(f"console: {facts['args']}")
            elif method == "Log.entryAdded" and facts["entry"]["level"] in ("error", "warning"):
                found.append(f"log: {facts['entry']['text']}")
            elif method == "Page.javascriptDialogOpening":
                found.append("a dialog opened")
            elif method == "Network.requestWillBeSent":
                url = facts["request"]["url"].split("#")[0]
                if url not in (self.url, "about:blank"):
                    found.append(f"it asks for {url}")
        return found

    def close(self):
        self.browser.call("Target.closeTarget", targetId=self.target)


class Checks:
    """Counts what holds, and keeps what does not."""

    def __init__(self):
        self.passed, self.failed = 0, []

    def that(self, holds, what):
        if holds:
            self.passed += 1
        else:
            self.failed.append(what)
            print(f"FAILED: {what}", flush=True)

    def quiet(self, page, name):
        found = page.complaints()
        self.that(not found, f"{name}: {[one[:300] for one in found[:3]]}")


def verdicts(log):
    """Cases by verdict, as the event log has them."""
    counts = collections.Counter()
    with open(log, encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line)
            if event["event"] == "case-finished":
                counts[event["verdict"]] += 1
    return counts


CHIPS = """Object.fromEntries([...document.querySelectorAll('.chip')].map(chip =>
    [chip.dataset.verdict, Number(chip.querySelector('span').textContent)]))"""
ROWS = "document.querySelectorAll('#list .case').length"


def counts_agree(checks, browser, folder):
    for name in ("demo", "defect", "large", "hostile"):
        page = Page(browser).open(folder / f"{name}.html")
        checks.quiet(page, name)
        checks.that(page.run("document.documentElement.classList.contains('scripted')"),
                    f"{name}: the script ran")
        expected = dict(verdicts(folder / f"{name}.ndjson"))
        checks.that(page.run(CHIPS) == expected, f"{name}: counts are those of the log")
        page.close()


def verdict_comes_first(checks, browser, folder):
    for name, word in (("demo", "Pass."), ("defect", "Fail.")):
        page = Page(browser).open(folder / f"{name}.html")
        checks.that(page.run("document.querySelector('h1').textContent").startswith(word),
                    f"{name}: the heading begins with {word}")
        top = page.run("document.querySelector('h1').getBoundingClientRect().bottom")
        checks.that(top < 400, f"{name}: the verdict stands at the top")
        page.close()


def a_failure_is_explained(checks, browser, folder):
    page = Page(browser).open(folder / "defect.html", "#verdict=fail")
    page.run("document.querySelector('#causes .case summary').click()")
    page.run("new Promise(done => setTimeout(done, 150))")
    text = page.run("document.querySelector('#causes .case .body').innerText")
    for word in ("expected", "actual", "Control", "Run again", "probity run", "By hand"):
        checks.that(word in text, f"an opened failure shows `{word}`")
    checks.that(page.run("document.querySelectorAll('.case .line.wrong').length > 0"),
                "the part of the answer that broke the requirement is marked")
    # The first cause may be one whose control is the same request on another connection.
    page.run("document.querySelectorAll('#causes details:not([open]) > summary')"
             ".forEach(summary => summary.click())")
    page.run("new Promise(done => setTimeout(done, 150))")
    checks.that(page.run("document.querySelectorAll('.case .line.diff').length > 0"),
                "what differs from the control is marked")
    checks.that(page.run("document.querySelectorAll('.case .excerpt').length > 0"),
                "the contract's lines are shown")
    stray = page.run("[...document.querySelectorAll('.case pre')].flatMap(pre =>"
                     "[...pre.childNodes].filter(node => node.nodeType === 3)"
                     ".map(node => node.data)).filter(text => text && !text.startsWith('probity')"
                     " && !text.startsWith('curl'))")
    checks.that(not stray, f"nothing stands between the lines of an exchange: {stray}")
    checks.that("case=" in page.run("location.hash"), "the address names the opened case")
    checks.quiet(page, "an opened failure")
    page.close()


def filters_live_in_the_address(checks, browser, folder):
    counts = verdicts(folder / "defect.ndjson")
    page = Page(browser).open(folder / "defect.html", "#verdict=fail,warn")
    wanted = counts["fail"] + counts["warn"]
    checks.that(page.run(ROWS) == min(wanted, 100), "the address filters by verdict")
    page.run("document.querySelector('.chip[data-verdict=warn]').click()")
    checks.that(page.run(ROWS) == min(counts["fail"], 100), "a chip filters")
    checks.that(page.run("location.hash") == "#verdict=fail", "a chip changes the address")
    page.run("document.getElementById('clear').click()")
    checks.that(page.run(ROWS) == 100, "`Show all` shows all")
    page.run("location.hash = '#requirement=RAK-AUT-01'")
    page.run("new Promise(done => setTimeout(done, 100))")
    checks.that(0 < page.run(ROWS) < 100, "a requirement in the address filters")
    checks.that("RAK-AUT-01" in page.run("document.querySelector('.demand').innerText"),
                "the chosen requirement is shown")
    page.run("location.hash = '#q=missing-credential'")
    page.run("new Promise(done => setTimeout(done, 100))")
    checks.that(page.run("[...document.querySelectorAll('#list .id')].every(id =>"
                         "id.textContent.includes('missing-credential'))")
                and page.run(ROWS) > 0, "a search in the address filters")
    page.run("location.hash = '#profile=security&operation=revokeApiKey'")
    page.run("new Promise(done => setTimeout(done, 100))")
    checks.that(page.run(ROWS) > 0, "profile and operation in the address filter")
    checks.quiet(page, "filters")
    page.open(folder / "defect.html", "#case=revokeApiKey::valid-request")
    checks.that(page.run("document.querySelector('.case[open] .id').textContent")
                == "valid-request", "a case in the address is open")
    page.close()


def the_keyboard_is_enough(checks, browser, folder):
    page = Page(browser).open(folder / "defect.html")
    reached = set()
    for _ in range(80):
        page.key("Tab", 9)
        reached.add(page.run("document.activeElement.className.split(' ')[0]"
                             " || document.activeElement.tagName"))
        if page.run("document.activeElement.matches('.case > summary')"):
            break
    checks.that(page.run("document.activeElement.matches('.case > summary')"),
                f"Tab reaches a case (reached {sorted(reached)})")
    checks.that(page.run("getComputedStyle(document.activeElement).outlineStyle") == "solid",
                "the focus is visible")
    page.key("Enter", 13)
    page.run("new Promise(done => setTimeout(done, 100))")
    checks.that(page.run("document.activeElement.parentElement.open"), "Enter opens the case")
    page.run("document.querySelector('.cells button').focus()")
    page.key("ArrowRight", 39)
    checks.that(page.run("[...document.querySelectorAll('.cells button')]"
                         ".indexOf(document.activeElement)") == 1, "arrows walk the grid")
    checks.quiet(page, "keyboard")
    page.close()


def five_thousand_cases_are_quick(checks, browser, folder):
    page = Page(browser).open(folder / "large.html")
    ready = float(page.run("document.documentElement.dataset.ready"))
    print(f"5,000 cases: ready after {ready:.0f} ms", flush=True)
    checks.that(ready < READY_MS_MAX, f"5,000 cases are ready after {ready} ms")
    nodes = page.run("document.getElementsByTagName('*').length")
    checks.that(nodes < 20_000, f"{nodes} elements are drawn at first")
    redraw = page.run("""(() => { const start = performance.now();
        const field = document.getElementById('by-q');
        field.value = 'credential'; field.dispatchEvent(new Event('input'));
        document.body.getBoundingClientRect(); return performance.now() - start; })()""")
    print(f"5,000 cases: searched and drawn in {redraw:.0f} ms", flush=True)
    checks.that(redraw < REDRAW_MS_MAX, f"a search takes {redraw} ms")
    page.run("document.querySelector('#list .case summary').click()")
    page.run("new Promise(done => setTimeout(done, 400))")
    checks.that(page.run("document.querySelector('#list .case .body') !== null"),
                "a case of five thousand opens")
    page.close()


def text_of_the_target_stays_text(checks, browser, folder):
    page = Page(browser).open(folder / "hostile.html")
    page.run("document.querySelectorAll('.case > summary').forEach(one => one.click())")
    page.run("new Promise(done => setTimeout(done, 300))")
    checks.that(page.run("document.querySelector('#app').innerText.includes('<img src=x')"),
                "the hostile text is shown")
    checks.that(page.run("document.querySelectorAll('img, iframe, object, base').length") == 0,
                "the hostile text makes no element")
    checks.that(page.run("window.pwned === undefined"), "the hostile text does not run")
    checks.quiet(page, "hostile")
    page.close()


def it_reads_without_a_script(checks, browser, folder):
    page = Page(browser, script=False).open(folder / "defect.html")
    page.call("Emulation.setScriptExecutionDisabled", value=False)
    checks.that(page.run("document.getElementById('app').hidden"), "nothing is drawn")
    text = page.run("document.getElementById('plain').innerText")
    for word in ("FAIL", "Failures, by cause", "requires", "reproduce"):
        checks.that(word in text, f"without a script the page says `{word}`")
    page.close()


def it_fits_a_phone(checks, browser, folder):
    for name in ("demo", "defect", "hostile"):
        page = Page(browser, width=360, height=740).open(folder / f"{name}.html")
        page.run("document.querySelector('.case > summary').click()")
        page.run("new Promise(done => setTimeout(done, 150))")
        wide = page.run("document.documentElement.scrollWidth")
        checks.that(wide <= 360, f"{name}: {wide} px wide on a phone of 360")
        page.close()


def runs_can_be_switched(checks, browser, folder):
    page = Page(browser).open(folder / "both.html")
    checks.that(page.run("document.querySelectorAll('.runs button').length") == 2,
                "two runs have a switch")
    page.run("document.querySelectorAll('.runs button')[1].click()")
    checks.that("run=2" in page.run("location.hash"), "the chosen run is in the address")
    checks.that(page.run("document.querySelector('h1').textContent").startswith("Fail."),
                "the second run is shown")
    page.run("document.querySelector('#causes .case summary').click()")
    page.run("new Promise(done => setTimeout(done, 100))")
    checks.that("expected" in page.run("document.querySelector('.case .body').innerText"),
                "its evidence is its own")
    checks.quiet(page, "two runs")
    page.close()


def pictures(browser, folder):
    for name, options in (
        ("light", {}), ("dark", {"dark": True}), ("phone", {"width": 360, "height": 740}),
        ("print", {"media": "print"}),
    ):
        page = Page(browser, **options).open(folder / "defect.html")
        page.run("document.querySelector('#causes .case summary').click()")
        page.run("new Promise(done => setTimeout(done, 200))")
        page.shot(folder / f"{name}.png", whole=True)
        page.close()
    page = Page(browser).open(folder / "demo.html")
    page.shot(folder / "green.png", whole=True)
    page.close()


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    checks, browser = Checks(), Browser(program)
    try:
        for check in (
            counts_agree, verdict_comes_first, a_failure_is_explained,
            filters_live_in_the_address, the_keyboard_is_enough, five_thousand_cases_are_quick,
            text_of_the_target_stays_text, it_reads_without_a_script, it_fits_a_phone,
            runs_can_be_switched,
        ):
            check(checks, browser, folder)
        if os.environ.get("PICTURES"):
            pictures(browser, folder)
    finally:
        browser.close()
    print(f"{checks.passed} passed, {len(checks.failed)} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
