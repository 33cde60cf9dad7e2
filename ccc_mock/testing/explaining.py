"""What a failing test says of its fakes: the last exchanges, and how to have them again.

Our own words are ASCII: they must be readable on a console of any encoding.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ccc_contract.model import JSON

from ..clock import BEIJING
from ..endpoint import Endpoint
from ..journal import OK, Entry
from ..languages import CHINESE, ENGLISH
from ..messages import in_english
from ..redaction import printable, shortened_number
from .in_use import InUse, Uses
from .mismatch import both_sides
from .rate import beyond
from .strictness import findings

MAX_EXCHANGES = 8
"""The newest exchanges that are shown."""

MAX_MISMATCHES = 1
"""The newest bad signatures that are taken apart."""

NO_KEY = (
    "does the code read its key from the environment?  There is none of this fake: let the test take the fixture "
    "`ccc_credentials`, too, or set `ccc_credentials` in the ini (docs/pytest.md)"
)
"""The commonest reason for which nothing came."""


def explanation(item: pytest.Item, uses: Uses) -> str:
    """The section of a failing test's report; "" where the fakes that matter are the test's own."""
    return "\n\n".join("\n".join(_of_a_fake(item, fake, uses)) for fake in uses.of_interest)


def _of_a_fake(item: pytest.Item, use: InUse, uses: Uses) -> Iterator[str]:
    surface = use.surface
    with surface.account.lock:
        journal = surface.account.journal
        entries, last = journal.page(limit=journal.MAX_ENTRIES).entries, journal.last
    yield from _heading(use, last, len(entries))
    if not last and not use.settings["credentials"] and "ccc_credentials" not in getattr(item, "fixturenames", ()):
        yield NO_KEY
    for entry in entries[-MAX_EXCHANGES:]:
        yield from _of_an_exchange(entry, surface.endpoint)
    for entry in [entry for entry in entries if entry.string_to_sign][-MAX_MISMATCHES:]:
        yield from both_sides(entry, surface.endpoint)
    yield from (f"note: {sentence}" for sentence in beyond(use))
    if not uses.passed:  # else they are the failure itself
        yield from (f"also {text.replace('ccc-mock: ', '', 1)}" for text in findings(use))
    marker, whole = _marker(use, entries, item.config.rootpath), item.config.option.ccc_seed
    yield f"to repeat it: {marker}, or the whole run with --ccc-seed={whole}"


def _heading(use: InUse, last: int, kept: int) -> Iterator[str]:
    shown = min(kept, MAX_EXCHANGES)
    auth = "" if use.settings["auth"] == "known" else f" with auth {use.settings['auth']!r}"
    told = "no call has come" if not last else "1 exchange" if last == 1 else f"{last} exchanges"
    newest = f", the newest {shown}" if shown < last else ""
    yield f"the fake of `{use.fixture}`{auth}: {told}{newest}"
    moved = use.surface.clock.moved()
    if moved:
        yield f"time: {moved}"


def _of_an_exchange(entry: Entry, endpoint: Endpoint) -> Iterator[str]:
    at = datetime.fromtimestamp(entry.at, BEIJING).isoformat(timespec="milliseconds")
    unverified = "" if entry.verified or entry.verdict != OK else " (not verified)"
    yield f"#{entry.n}  {at}  {printable(entry.action) or entry.method}  {entry.verdict}{unverified}"
    yield f"      {_params(entry, endpoint)}"
    if entry.verdict != OK:
        why = printable(_why(entry, endpoint), 500)
        yield f"      decided by {entry.stage}/{entry.check}{': ' if why else ''}{why}"
    if entry.hint:
        yield f"      to do: {entry.hint}"
    if entry.plan:
        yield f"      drew {printable(entry.plan, 200)}"


def _why(entry: Entry, endpoint: Endpoint) -> str:
    """The reason in English, as everything here is, whatever language the client was told it in."""
    known = endpoint.api.errors.get(entry.verdict)
    if known is not None and entry.why == known.meaning(CHINESE):
        return known.meaning(ENGLISH)
    return in_english(entry.why)


def _params(entry: Entry, endpoint: Endpoint) -> str:
    if entry.params is None:
        return "parameters that cannot be read"
    if not entry.params:
        return "no parameters"
    shown: JSON = endpoint.redaction.params(entry.params)
    return ", ".join(f"{printable(name)}={_value(value)}" for name, value in shown.items())[:600]


_LONG_NUMBER = re.compile(r"\+?[0-9][0-9 -]{5,30}")


def _value(value: JSON) -> str:
    return printable(json.dumps(_shortened(value), ensure_ascii=False), 120)


def _shortened(value: JSON) -> JSON:
    """With every text that may be a telephone number as such a number may be printed."""
    if isinstance(value, dict):
        return {name: _shortened(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_shortened(item) for item in value]
    return shortened_number(value) if isinstance(value, str) and _LONG_NUMBER.fullmatch(value) else value


def _marker(use: InUse, entries: list[Entry], root: Path) -> str:
    """The marker that makes this fake again, with what was planned meanwhile."""
    plans = list(use.surface.account.plans)
    given = {"plan": "; ".join(plan.text for plan in plans) or None, "at": _at(use, entries)}
    given["seed"] = use.settings["seed"]
    if use.settings["world"] != "open":
        given["world"] = _as_written(use.settings["world"], root)
    if use.settings["auth"] != "known":
        given["auth"] = use.settings["auth"]
    if use.settings["limits"]:
        given["limits"] = use.settings["limits"]
    told = ", ".join(f"{name}={_literal(value)}" for name, value in given.items() if value is not None)
    return f"@pytest.mark.ccc({told})"


def _at(use: InUse, entries: list[Entry]) -> Any:
    """Where its world stood still; or is to, because a rate that is counted by real seconds is not met at every run."""
    beyond_the_rate = [entry.at for entry in entries if entry.verdict == "RequestLimitExceeded" and not entry.plan]
    if use.settings["at"] is None and use.settings["limits"] and beyond_the_rate:
        return datetime.fromtimestamp(beyond_the_rate[-1], BEIJING).isoformat(timespec="seconds")
    return use.settings["at"]


def _as_written(world: Any, root: Path) -> Any:
    """A file as the marker may name it: from the root folder of the run, and as a text, which needs no import."""
    if not isinstance(world, Path):
        return world
    return (world.relative_to(root) if world.is_relative_to(root) else world).as_posix()


def _literal(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)
