"""The table for a terminal: our own words are ASCII, and nothing in it can move a cursor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import wrap

from ..redaction import printable
from .cells import KINDS
from .record import Met
from .report import OfAction, Report, Row, written

HEADINGS = ("met", "times", "tried again", "the HTTP library got", "the tests", "the code under test", "retries")
NOT_SEEN = "not seen"

FIRST_NEVER = 10
"""Cells of an action that were never met and are named unless all are asked for."""

WIDTH = 110


def as_text(report: Report, *, missing: bool = False) -> Iterator[str]:
    """Its lines.  With `missing` everything that was never met is named, else what costs most."""
    for action in report.actions:
        yield from _of_action(action, missing)
    if not report.actions:
        yield "no call of the service was seen: nothing could be met"
    yield from _remarks(report)
    if report.counted:
        yield f"error-path coverage: {report.met} of {report.counted} met, {written(report.percent)}"


def _of_action(action: OfAction, missing: bool) -> Iterator[str]:
    counted, percent = len(action.counted), written(100 * action.met / max(1, len(action.counted)))
    calls, tests = plural(action.calls, "call"), plural(action.tests, "test")
    yield f"{action.name}: {action.met} of {counted} met, {percent} ({calls} in {tests})"
    if action.inherited_from:
        yield f"  its own list of codes only repeats that of {action.inherited_from}, and is left out"
    met = [row for row in action.rows if row.is_met]
    if met:
        yield from table([HEADINGS, *map(cells, met)])
    yield from _never(action, missing)
    yield ""


def _never(action: OfAction, missing: bool) -> Iterator[str]:
    never = action.never
    if not missing and never:
        named = ", ".join(row.cell.name for row in never[:FIRST_NEVER])
        rest = f" and {len(never) - FIRST_NEVER} more" if len(never) > FIRST_NEVER else ""
        yield from _wrapped("never met: ", f"{named}{rest}")
    for kind in KINDS if missing else ():
        names = [row.cell.name for row in action.rows if row.cell.kind == kind and row in never]
        if names:
            yield from _wrapped(f"never met, {kind}: ", ", ".join(names))


def _wrapped(title: str, text: str) -> list[str]:
    return wrap(
        text,
        WIDTH,
        initial_indent=f"  {title}",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def cells(row: Row) -> tuple[str, ...]:
    """What is told of a cell that was met."""
    met = row.met
    name = row.cell.name + (" (excluded)" if row.excluded else "")
    return (
        name,
        str(met.times),
        tried_again(met),
        counted(met.given, met.times),
        counted(row.verdicts, 0),
        counted(met.ended, met.times),
        counted(met.retries, 0, "; ") or "nothing found",
    )


def tried_again(met: Met) -> str:
    """How often the same call came again, and how soon."""
    if not met.repeated:
        return "no"
    often = f"{met.repeated} of {met.times}"
    row = f", up to {met.most} in a row" if met.most > 1 else ""
    if met.waits is None:
        return f"{often}{row}, wait {NOT_SEEN}"
    low, high = met.waits
    return f"{often}{row}, after {low:g} s" + (f" to {high:g} s" if high > low else "")


def counted(texts: Mapping[str, int], times: int, between: str = ", ") -> str:
    """Texts with their numbers; what they lack of `times` was not seen."""
    missing = times - sum(texts.values())
    all_of_them = Counter(texts)
    if missing > 0:
        all_of_them[NOT_SEEN] += missing
    if len(all_of_them) == 1 and times:
        return printable(next(iter(all_of_them)))
    return between.join(f"{number} {printable(text)}" for text, number in all_of_them.most_common())


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows with their columns under each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _remarks(report: Report) -> Iterator[str]:
    for pattern, reason in report.excluded.items():
        number = sum(bool(row.excluded) for row in _excluded(report, pattern))
        yield f"excluded: {printable(pattern)} ({number}): {printable(reason, 200)}"
    yield from (f"{cell} was met and is excluded" for cell in _met_all_the_same(report))
    if report.others:
        told = ", ".join(f"{printable(cell)} ({times})" for cell, times in report.others.items())
        yield f"met and not counted, because no list has it: {told}"
    if report.unread:
        yield (
            f"{plural(report.unread, 'call')} had left the journals before they could be read: what these met is not "
            "known (docs/coverage.md)"
        )


def _excluded(report: Report, pattern: str) -> Iterable[Row]:
    from fnmatch import fnmatchcase

    return (row for action in report.actions for row in action.rows if fnmatchcase(str(row.cell), pattern))


def _met_all_the_same(report: Report) -> Iterator[str]:
    return (str(row.cell) for action in report.actions for row in action.rows if row.excluded and row.is_met)


def plural(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
