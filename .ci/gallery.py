"""Draws a terminal's text as SVG, and takes pictures of the HTML report."""

import html
import pathlib
import re
import shutil
import sys

from browser import Browser, Page

COLUMNS, LINE_PX, CHAR_PX = 108, 19, 8.05
COLORS = {31: "#f0796e", 32: "#7cc79d", 33: "#dba64a", 34: "#8ab6e6", 91: "#f0796e",
          92: "#7cc79d", 93: "#dba64a"}
BYTES_MAX = 150_000


def spans(line):
    """The pieces of a line with the colour and weight that its escapes give them."""
    color, bold, out, place = None, False, [], 0
    for escape in re.finditer(r"\x1b\[([\d;]*)m", line):
        if escape.start() > place:
            out.append((line[place:escape.start()], color, bold))
        for code in (int(part or 0) for part in escape[1].split(";")):
            if code == 0:
                color, bold = None, False
            elif code == 1:
                bold = True
            elif code in COLORS:
                color = COLORS[code]
        place = escape.end()
    out.append((line[place:], color, bold))
    return [(text, color, bold) for text, color, bold in out if text]


def cut(pieces):
    """The pieces up to the width of the picture."""
    room, out = COLUMNS, []
    for text, color, bold in pieces:
        if len(text) > room:
            out.append((text[:max(room - 1, 0)] + "…", color, bold))
            break
        out.append((text, color, bold))
        room -= len(text)
    return out


def terminal(command, text):
    lines = [[("$ ", "#7d848d", False), (command, None, True)], []]
    lines += [cut(spans(line)) for line in text.splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    width, height = round(COLUMNS * CHAR_PX + 48), len(lines) * LINE_PX + 72
    rows = []
    for number, pieces in enumerate(lines):
        parts = "".join(
            f'<tspan{f" fill={chr(34)}{color}{chr(34)}" if color else ""}'
            f'{" font-weight=" + chr(34) + "700" + chr(34) if bold else ""}>'
            f"{html.escape(part)}</tspan>" for part, color, bold in pieces)
        rows.append(f'<text x="24" y="{60 + number * LINE_PX}" xml:space="preserve">{parts}</text>')
    dots = "".join(f'<circle cx="{26 + 20 * at}" cy="22" r="6" fill="#3a4048"/>' for at in range(3))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="ui-monospace,Menlo,Consolas,'
        f'DejaVu Sans Mono,monospace" font-size="13.4" fill="#dfe1dd">'
        f'<rect width="100%" height="100%" rx="9" fill="#171a1e"/>{dots}{"".join(rows)}</svg>\n')


def main():
    folder, images = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    images.mkdir(exist_ok=True)
    text = (folder / "terminal.txt").read_text(encoding="utf-8")
    (images / "terminal.svg").write_text(terminal("probity run credential-elsewhere", text))
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser",
                                                    "google-chrome"))))
    browser = Browser(program)
    try:
        page = Page(browser, width=1180, height=980).open(folder / "reports/defect.html")
        page.shot(images / "report.png")
        page.close()
        page = Page(browser, width=1180, height=1080, dark=True).open(
            folder / "picture.html", "#verdict=fail")
        page.run("document.querySelector('#causes .case summary').click()")
        page.run("new Promise(done => setTimeout(done, 300))")
        page.run("document.querySelector('#causes .case').scrollIntoView()")
        page.run("new Promise(done => setTimeout(done, 600))")
        page.shot(images / "failure.png")
        page.close()
    finally:
        browser.close()
    large = [image.name for image in images.iterdir() if image.stat().st_size > BYTES_MAX]
    if large:
        raise SystemExit(f"too large for the repository: {', '.join(large)}")


if __name__ == "__main__":
    main()
