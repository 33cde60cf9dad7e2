"""The table as JSON: versioned, and sorted, so that two runs can be compared line by line."""

from __future__ import annotations

import json
from math import floor

from ccc_contract.model import JSON

from .report import OfAction, Report, Row

FORM = 1
"""The version of the form.  A reader may rely on the fields that are there; new ones can join within a version."""


def as_json(report: Report) -> str:
    """The whole of it, as ASCII."""
    form = {
        "version": FORM,
        "met": report.met,
        "counted": report.counted,
        "percent": _percent(report.met, report.counted),
        "tests": report.tests,
        "calls": report.calls,
        "unread": report.unread,
        "not_counted": report.others,
        "excluded": report.excluded,
        "actions": {action.name: _of_action(action) for action in report.actions},
    }
    return json.dumps(form, indent=1, sort_keys=True) + "\n"


def _of_action(action: OfAction) -> dict[str, JSON]:
    return {
        "met": action.met,
        "counted": len(action.counted),
        "percent": _percent(action.met, len(action.counted)),
        "calls": action.calls,
        "tests": action.tests,
        "codes_inherited_from": action.inherited_from or None,
        "never_met": [row.cell.name for row in action.never],
        "cells": {row.cell.name: _row(row) for row in action.rows},
    }


def _row(row: Row) -> dict[str, JSON]:
    met = row.met
    told: dict[str, JSON] = {"kind": row.cell.kind, "times": met.times, "excluded": row.excluded or None}
    if met.times:
        told |= {
            "tests": {name: dict(verdicts) for name, verdicts in row.tests.items()},
            "tried_again": {"times": met.repeated, "most": met.most, "seconds": met.waits},
            "http_library_got": _with_not_seen(dict(met.given), met.times),
            "code_under_test": _with_not_seen(dict(met.ended), met.times),
            "retries": dict(met.retries),
        }
    return told


def _with_not_seen(texts: dict[str, JSON], times: int) -> dict[str, JSON]:
    """With what was not seen under the empty text's own name, null being no key of JSON."""
    missing = times - sum(texts.values())
    return {**texts, "not seen": missing} if missing > 0 else texts


def _percent(met: int, counted: int) -> float | None:
    """To two places, never rounded up."""
    return floor(10_000 * met / counted) / 100 if counted else None
