"""The table as a value: for each action that was called, every cell, met or not.  Text, JSON, HTML are made of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import floor

from ccc_contract.model import Api

from .cells import Cell, by_cost, cells_of
from .exclusions import reason_for
from .record import Met, OfTest, Record


@dataclass(frozen=True, slots=True)
class Row:
    """One cell of an action."""

    cell: Cell
    met: Met
    tests: dict[str, Counter[str]]
    """Test → its verdicts, of those that met it."""
    excluded: str
    """Why it is not counted; "" where it is."""

    @property
    def is_met(self) -> bool:
        return bool(self.met.times)

    @property
    def verdicts(self) -> Counter[str]:
        """Of all runs of its tests."""
        whole = Counter[str]()
        for verdicts in self.tests.values():
            whole.update(verdicts)
        return whole


@dataclass(frozen=True, slots=True)
class OfAction:
    """One action that was called."""

    name: str
    calls: int
    tests: int
    rows: tuple[Row, ...]
    inherited_from: str
    """Whose list of codes its own only repeats, which is therefore left out; "" for none."""

    @property
    def counted(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if not row.excluded)

    @property
    def met(self) -> int:
        return sum(row.is_met for row in self.counted)

    @property
    def never(self) -> list[Row]:
        """Those that count and were not met, the costliest first."""
        return sorted((row for row in self.counted if not row.is_met), key=lambda row: by_cost(row.cell))


@dataclass(frozen=True, slots=True)
class Report:
    """All of it."""

    actions: tuple[OfAction, ...]
    tests: int
    """Tests that called anything."""
    calls: int
    unread: int
    """Calls that had left the journals before they were read."""
    others: dict[str, int]
    """`Action/Code` that is no cell: forced by a plan, or of an action that there is not; with its times."""
    excluded: dict[str, str]
    called: Counter[str] = field(default_factory=Counter)

    @property
    def counted(self) -> int:
        return sum(len(action.counted) for action in self.actions)

    @property
    def met(self) -> int:
        return sum(action.met for action in self.actions)

    @property
    def percent(self) -> float | None:
        """Of what counts; None where nothing does, because nothing was called."""
        return 100 * self.met / self.counted if self.counted else None

    @property
    def never(self) -> list[Row]:
        rows = (row for action in self.actions for row in action.never)
        return sorted(rows, key=lambda row: by_cost(row.cell))

    def falls_short_of(self, percent: float) -> bool:
        """Is it less?  Where nothing was called nothing was covered, either."""
        return (self.percent or 0.0) < percent


def report_of(record: Record, api: Api) -> Report:
    """The table of what was met."""
    called = Counter[str]()
    for test in record.tests.values():
        called.update(test.calls)
    known = [name for name in api.actions if called[name]]
    return Report(
        tuple(_of_action(name, record, api) for name in known),
        sum(bool(test.calls) for test in record.tests.values()),
        called.total(),
        sum(test.unread for test in record.tests.values()),
        dict(_others(record, api)),
        dict(record.excluded),
        called,
    )


def _of_action(name: str, record: Record, api: Api) -> OfAction:
    action = api.actions[name]
    tests = {test: of_test for test, of_test in record.tests.items() if of_test.calls[name]}
    by_cell = _by_cell(name, tests)
    rows = tuple(_row(cell, by_cell.get(cell.name, ()), record) for cell in cells_of(action, api))
    calls = sum(of_test.calls[name] for of_test in tests.values())
    return OfAction(name, calls, len(tests), rows, action.errors_inherited_from or "")


_MetBy = tuple[str, Counter[str], Met]
"""A test, its verdicts, and how it met a cell."""


def _by_cell(action: str, tests: dict[str, OfTest]) -> dict[str, list[_MetBy]]:
    found: dict[str, list[_MetBy]] = {}
    for name, test in tests.items():
        for cell, met in test.met.get(action, {}).items():
            found.setdefault(cell, []).append((name, test.verdicts, met))
    return found


def _row(cell: Cell, met_by: Iterable[_MetBy], record: Record) -> Row:
    whole, tests = Met(), {}
    for test, verdicts, met in met_by:
        whole.add(met)
        tests[test] = verdicts
    return Row(cell, whole, tests, reason_for(cell, record.excluded))


def _others(record: Record, api: Api) -> Iterator[tuple[str, int]]:
    times = Counter[str]()
    for test in record.tests.values():
        for action, cells in test.met.items():
            for cell, met in cells.items():
                times[f"{action}/{cell}"] += met.times
    known = {str(cell) for name in _actions(times) if name in api.actions for cell in cells_of(api.actions[name], api)}
    return ((cell, number) for cell, number in sorted(times.items()) if cell not in known)


def _actions(cells: Iterable[str]) -> set[str]:
    return {cell.rpartition("/")[0] for cell in cells}


def written(percent: float | None) -> str:
    """A percentage, never rounded up: 99.97 is no 100."""
    return "nothing" if percent is None else f"{floor(percent * 10) / 10:g} %"


MAX_NAMED = 5
"""Cells that a line names."""


def shortfall(report: Report, percent: float) -> str:
    """What is missing, in one line; "" where it is enough."""
    if not report.falls_short_of(percent):
        return ""
    if report.percent is None:
        return f"error-path coverage is under {percent:g} %: no call of the service was seen, so nothing was met"
    never = report.never
    named = ", ".join(str(row.cell) for row in never[:MAX_NAMED])
    more = f" and {len(never) - MAX_NAMED} more" if len(never) > MAX_NAMED else ""
    return f"error-path coverage of {written(report.percent)} is under {percent:g} %: never met {named}{more}"
