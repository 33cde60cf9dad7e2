"""What is told at the end of a run, in the process that has the terminal."""

from __future__ import annotations

from typing import Any

import pytest

_told: dict[str, list[str]] = {}


def told(report: pytest.TestReport) -> None:
    """Keep what a report carries beside its outcome, of whatever process it came from."""
    _told[report.nodeid] = report.ccc_mock


def write(terminal: Any) -> None:
    """Write it, and forget it."""
    if _told:
        terminal.section("ccc-mock")
        for test, sentences in _told.items():
            for sentence in sentences:
                terminal.line(f"{test}: {sentence}")
        _told.clear()
