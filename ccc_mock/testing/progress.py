"""How far the tests with every plan have come, in the process that has the terminal: on the way, and at the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from .every_plan import OneOfThem

PARTS = 10
"""A line for each tenth of the plans."""

LEAST = 50
"""So few plans need no line on the way."""

WHOLE = 3
"""So many failures of one test are shown whole; of others, which are mostly the same ones, there is a line."""


@dataclass(frozen=True, slots=True)
class OneLine:
    """In the place of a traceback: the plan, and the first line of what was raised."""

    plan: str
    reprcrash: Any
    """Where it was, as pytest lists it at the end; None where pytest has none."""
    first: str

    def __str__(self) -> str:
        return f'plan "{self.plan}": {self.first}'

    @classmethod
    def of(cls, plan: str, longrepr: Any) -> OneLine:
        crash = getattr(longrepr, "reprcrash", None)
        told = str(getattr(crash, "message", longrepr)).strip()
        return cls(plan, crash, told.partition("\n")[0])


@dataclass(slots=True)
class Progress:
    """The plans of one test."""

    of: int
    up_to: int
    ran: set[str] = field(default_factory=set)
    failed: dict[int, str] = field(default_factory=dict)
    """By their places, the shortest first."""

    def note(self, one: OneOfThem, report: pytest.TestReport) -> bool:
        """A phase is over; is a further tenth?"""
        if report.failed:
            self.failed[one.place] = one.plan
        before = len(self.ran)
        if report.when == "teardown":
            self.ran.add(one.plan)
        return len(self.ran) * PARTS // self.of > before * PARTS // self.of

    @property
    def so_far(self) -> str:
        return f"{len(self.ran):,} of {self.of:,} plans, {len(self.failed):,} failed"

    @property
    def in_the_end(self) -> str:
        """With the shortest plan that failed, as the marker to paste."""
        faults = "1 fault" if self.up_to == 1 else f"{self.up_to} faults"
        told = f"{len(self.ran):,} of {self.of:,} plans of up to {faults} ran, {len(self.failed):,} failed"
        if not self.failed:
            return told
        return f'{told}; the shortest: @pytest.mark.ccc(plan="{self.failed[min(self.failed)]}")'


_PROGRESS = pytest.StashKey[dict[str, Progress]]()


def status(report: pytest.TestReport, config: pytest.Config) -> tuple[str, str, str] | None:
    """Count a phase, and tell a tenth; what passes needs no dot of its own where a line tells of many."""
    one = OneOfThem(*report.ccc_plan)  # as xdist brings it: a list
    tests = config.stash.setdefault(_PROGRESS, {})
    progress = tests.setdefault(one.test, Progress(one.of, one.up_to))
    is_further = progress.note(one, report)
    if report.failed and len(progress.failed) > WHOLE and not isinstance(report.longrepr, OneLine):
        report.longrepr = OneLine.of(one.plan, report.longrepr)  # type: ignore[assignment]  # has what pytest reads
        report.sections = []
    if one.of < LEAST or config.get_verbosity() > 0:
        return None
    if is_further:
        _tell(config, f"{one.test}: {progress.so_far}")
    is_a_dot = report.when == "call" and report.passed and not hasattr(report, "wasxfail")
    return ("passed", "", "") if is_a_dot else None


def _tell(config: pytest.Config, line: str) -> None:
    terminal: Any = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None and config.get_verbosity() > -2:
        terminal.ensure_newline()
        terminal.write_line(line)


def write(terminal: Any) -> None:
    """What came of each test, at the end."""
    tests = terminal.config.stash.get(_PROGRESS, {})
    if tests:
        terminal.section("ccc-mock: every plan")
        for test, progress in tests.items():
            terminal.line(f"{test}: {progress.in_the_end}")
