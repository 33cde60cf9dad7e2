"""The table as one page of HTML that needs nothing else: no script, no image, no address of anything.

It says so itself, by a Content-Security-Policy of its own.  A server with a stricter one (which forbids its style, too)
still shows headings, tables and lists.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from html import escape

from ..redaction import printable
from .as_text import HEADINGS, cells, counted, plural
from .cells import KINDS
from .report import OfAction, Report, Row, written

MAX_TEST = 300
"""Characters of a test's name."""

MAX_TESTS = 50
"""Tests that are named for a cell: a page of a large suite is to stay small.  The JSON names all."""

_STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 80rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid GrayText; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
code { font: 13px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
.never code { margin-right: .75rem; display: inline-block; }
.wide { overflow-x: auto; }
meter { width: 12rem; }
"""

_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-{_DIGEST}'"


def as_html(report: Report, *, title: str = "Error-path coverage") -> str:
    """The page, as ASCII."""
    body = "\n".join(_body(report, title))
    page = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{_shown(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )
    return page.encode("ascii", "xmlcharrefreplace").decode()


def _body(report: Report, title: str) -> Iterator[str]:
    yield f"<h1>{_shown(title)}</h1>"
    yield f"<p>{report.met} of {report.counted} met, <strong>{_shown(written(report.percent))}</strong>"
    yield f"{_meter(report.met, report.counted)} ({plural(report.calls, 'call')} in {plural(report.tests, 'test')})</p>"
    if not report.actions:
        yield "<p>No call of the service was seen: nothing could be met.</p>"
    for action in report.actions:
        yield from _of_action(action)
    yield from _remarks(report)


def _meter(met: int, counted: int) -> str:
    return f'<meter min="0" max="{max(1, counted)}" value="{met}">{met} of {counted}</meter>'


def _of_action(action: OfAction) -> Iterator[str]:
    counted = len(action.counted)
    yield f"<h2>{_shown(action.name)}</h2>"
    yield f"<p>{action.met} of {counted} met, {_shown(written(100 * action.met / max(1, counted)))}"
    yield f"{_meter(action.met, counted)} ({plural(action.calls, 'call')} in {plural(action.tests, 'test')})</p>"
    if action.inherited_from:
        yield f"<p>Its own list of codes only repeats that of {_shown(action.inherited_from)}, and is left out.</p>"
    met = [row for row in action.rows if row.is_met]
    if met:
        yield '<div class="wide"><table>\n<thead><tr>' + _headings(HEADINGS) + "</tr></thead>\n<tbody>"
        yield from map(_row, met)
        yield "</tbody></table></div>"
    yield from _never(action)


def _row(row: Row) -> str:
    name, times, again, given, verdicts, *more = cells(row)
    lines = [f"{test}: {counted(each, 0)}" for test, each in sorted(row.tests.items())]
    rest = [f"and {len(lines) - MAX_TESTS} more"] if len(lines) > MAX_TESTS else []
    tests = _details(verdicts, [*lines[:MAX_TESTS], *rest])
    return (
        f'<tr><td><code>{_shown(name)}</code></td><td class="number">{_shown(times)}</td>'
        f"{_cells('td', (again, given))}<td>{tests}</td>{_cells('td', more)}</tr>"
    )


def _details(summary: str, lines: Iterable[str]) -> str:
    items = "".join(f"<li><code>{_shown(line)}</code></li>" for line in lines)
    return f"<details><summary>{_shown(summary)}</summary><ul>{items}</ul></details>"


def _never(action: OfAction) -> Iterator[str]:
    never = action.never
    for kind in KINDS:
        names = [row.cell.name for row in never if row.cell.kind == kind]
        if names:
            told = " ".join(f"<code>{_shown(name)}</code>" for name in names)
            yield f'<p class="never">Never met, {kind} ({len(names)}): {told}</p>'


def _remarks(report: Report) -> Iterator[str]:
    if report.excluded:
        yield "<h2>Not counted</h2>\n<ul>"
        for pattern, reason in report.excluded.items():
            yield f"<li><code>{_shown(pattern)}</code> {_shown(reason)}</li>"
        yield "</ul>"
    if report.others:
        named = ", ".join(f"<code>{_shown(cell)}</code> ({times})" for cell, times in report.others.items())
        yield f"<p>Met and not counted, because no list has it: {named}</p>"
    if report.unread:
        yield f"<p>{plural(report.unread, 'call')} had left the journals before they could be read.</p>"


def _headings(texts: Iterable[str]) -> str:
    return "".join(f'<th scope="col">{_shown(text)}</th>' for text in texts)


def _cells(tag: str, texts: Iterable[str]) -> str:
    return "".join(f"<{tag}>{_shown(text)}</{tag}>" for text in texts)


def _shown(text: str) -> str:
    return escape(printable(text, MAX_TEST))
