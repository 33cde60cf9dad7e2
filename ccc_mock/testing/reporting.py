"""What is added to the reports of a test that uses a fake."""

from __future__ import annotations

import sys

import pytest

from . import in_use
from .in_use import Uses
from .rate import beyond


def reported(item: pytest.Item, report: pytest.TestReport) -> None:
    """A phase of a test is over, and this is what will be told of it."""
    uses = in_use.of(item)
    if uses is None:
        return
    if report.when == "call":
        uses.passed = report.outcome == "passed" and not hasattr(report, "wasxfail")
    if report.failed and not uses.told:
        uses.told = True
        told = _explained(item, uses)
        if told:
            add_section(report, told)
    if report.when == "teardown":
        too_fast = [sentence for fake in uses.fakes for sentence in beyond(fake)]
        if too_fast:
            report.ccc_mock = too_fast  # type: ignore[attr-defined]  # xdist carries what JSON can hold
        in_use.forget(item)


def _explained(item: pytest.Item, uses: Uses) -> str:
    from .explaining import explanation

    try:
        return explanation(item, uses)
    except Exception as bug:  # it would end the whole run, and nobody would see why the test had failed
        return f"ccc-mock could not explain this failure, which is a bug of its own: {type(bug).__name__}: {bug}"


def add_section(report: pytest.TestReport, text: str) -> None:
    """Show a text of ours with the failure that is reported."""
    text = _encodable(text)
    # With the traceback it is also in JUnit's XML and in editors, whatever --show-capture says.
    add = getattr(report.longrepr, "addsection", None)
    if add is None:
        report.sections.append(("ccc-mock", text))
    else:
        add("ccc-mock", text, "-")


def _encodable(text: str) -> str:
    """As the console can show it: for what it cannot, pytest would escape the whole section, line ends too."""
    # Of xdist's workers it is the same: what decides it is in the environment.
    encoding = getattr(sys.__stdout__, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)
