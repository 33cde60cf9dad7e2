"""What a journal tells of the codes and faults that code under test was given, and of what it did then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from ccc_contract.model import JSON
from ccc_contract.reading import load_api

from ..journal import FAULT, NOT_SUPPORTED, OK, Entry
from ..observing import Seen
from ..plans.faults import Extra, Fault, Missing, Null
from ..plans.grammar import parse
from ..plans.plan import Step
from ..plans.words import PlanError
from ..reply import Reply, fields_of
from .cells import fault_name

ANSWER = "an answer"
"""What the HTTP library was given where nothing was raised to it."""


class Sighting(NamedTuple):
    """One code or one fault that was given to a caller.  An empty text is what was not seen."""

    n: int
    action: str
    cell: str
    again: int
    """How often the same call came again, up to the first that succeeded."""
    wait: float | None
    """Seconds until the first of these; None without one, and where the world stood still meanwhile."""
    given: str
    """The exception that the HTTP library was given, or ANSWER."""
    ended: str
    """What the code under test returned or raised."""
    retries: str = ""
    """What an audit of the retries says of the call."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one account's journal has of one test, with what was seen beside it."""

    entries: Sequence[Entry]
    broken: Mapping[str, str] | None = None
    """Request id → the exception that the HTTP library was given; None where nobody could look."""
    observed: Sequence[Seen] = ()
    stood_still: bool = False
    """Does the world's clock stand?"""


def sightings(stretch: Stretch) -> Iterator[Sighting]:
    """Every code and fault of a stretch, in the order of the calls."""
    telling = [entry for entry in stretch.entries if entry.plan or entry.verdict != OK]
    if not telling:
        return
    later = _later(stretch)
    for entry in telling:
        names = met_by(entry)
        if names:
            seen = _observation(entry, stretch.observed)
            again, following = later[entry.n]
            wait = None if following is None else _wait(entry, following, stretch)
            given = "" if stretch.broken is None else stretch.broken.get(entry.request_id, ANSWER)
            ended = "" if seen is None else seen.ended
            for name in names:
                yield Sighting(entry.n, entry.action, name, again, wait, given, ended)


def _wait(entry: Entry, following: Entry, stretch: Stretch) -> float | None:
    seconds = round(following.at - entry.at, 3)
    return None if stretch.stood_still and not seconds else seconds


# --- which calls are one -------------------------------------------------------------------------------------------

_Key = tuple[str, bytes, int]


def _key(entry: Entry, seen: Seen | None) -> _Key:
    """Calls with the same are the same call again: its action and parameters, within one observation if any."""
    return entry.action, entry.text_params or entry.body, id(seen)


def _later(stretch: Stretch) -> dict[int, tuple[int, Entry | None]]:
    """The number of each entry → how often the same call came again, and the first of these.

    Counted from the newest back, so that each entry is looked at once.
    """
    counted: dict[int, tuple[int, Entry | None]] = {}
    following: dict[_Key, Entry] = {}
    for entry in reversed(stretch.entries):
        key = _key(entry, _observation(entry, stretch.observed))
        after = following.get(key)
        counted[entry.n] = (0, None) if after is None else (1 + _goes_on(after) * counted[after.n][0], after)
        following[key] = entry
    return counted


def _goes_on(entry: Entry) -> bool:
    """Was the call not over with this one, which neither succeeded nor was told so?"""
    return entry.verdict != OK or bool(entry.plan and _step(entry.plan).strikes)


def _observation(entry: Entry, observed: Sequence[Seen]) -> Seen | None:
    """The block that the call was made in: the one that knows it, else the only one that was open when it came."""
    for seen in observed:
        if entry.request_id in seen.request_ids:
            return seen
    open_then = [seen for seen in observed if seen.was_open(entry.n)]
    return open_then[0] if len(open_then) == 1 else None


# --- what a call met -----------------------------------------------------------------------------------------------


def met_by(entry: Entry) -> list[str]:
    """The codes and faults that the caller was given: not those that another fault kept from him."""
    if entry.verdict == NOT_SUPPORTED:
        return []
    strikes = _step(entry.plan).strikes
    code = [entry.verdict] if entry.verdict not in (OK, FAULT) and (not strikes or _is_told(entry)) else []
    faults = [fault_name(strike) for strike in strikes if _shows(strike.fault, entry)]
    return list(dict.fromkeys([*code, *faults]))


_NOTHING = Step("")
_CUTS = ("reset", "close", "content-length")


@lru_cache(maxsize=4096)
def _step(drawn: str) -> Step:
    """The step of `name: step`, whatever stands in the name; one without faults where none can be read."""
    words = drawn.split(": ")
    for n in range(1, len(words)):
        try:
            # Narrowed to every action, so that a code is held against no list: it was, when it was planned.
            return parse(f"action=*: {': '.join(words[n:])}", load_api()).drafts[0].steps[0]
        except PlanError:
            continue
    return _NOTHING


def _is_told(entry: Entry) -> bool:
    """Does the code stand in what was sent, and was that sent whole?"""
    if any(strike.fault.kind in _CUTS for strike in _step(entry.plan).strikes):
        return False
    error = (_fields(entry) or {}).get("Error")
    return isinstance(error, dict) and error.get("Code") == entry.verdict


def _fields(entry: Entry) -> dict[str, JSON] | None:
    return fields_of(Reply(entry.status, entry.reply_headers, entry.reply))


def _shows(fault: Fault, entry: Entry) -> bool:
    """Some faults leave an answer alone that has nothing for them: then nobody met them."""
    return _SHOWS[fault.kind](fault, entry) if fault.kind in _SHOWS else True


def _is_null(fault: Fault, entry: Entry) -> bool:
    assert isinstance(fault, Null)
    fields = _fields(entry) or {}
    return fault.field in fields and fields[fault.field] is None


def _is_missing(fault: Fault, entry: Entry) -> bool:
    assert isinstance(fault, Missing)
    fields = _fields(entry)
    return fields is not None and fault.field not in fields


def _is_extra(fault: Fault, entry: Entry) -> bool:
    assert isinstance(fault, Extra)
    return fault.field in (_fields(entry) or {})


def _is_compressed(fault: Fault, entry: Entry) -> bool:
    return (b"Content-Encoding", b"gzip") in entry.reply_headers


_SHOWS: Mapping[str, Callable[[Fault, Entry], bool]] = {
    "null": _is_null,
    "missing": _is_missing,
    "extra": _is_extra,
    "gzip": _is_compressed,
    "bare": lambda fault, entry: _fields(entry) is None,
}


def action_of(entry: Entry) -> str:
    """The action that was called; also where the call was refused too early for anybody to have read that."""
    if entry.action:
        return entry.action
    named = next((value for name, value in entry.headers if name.lower() == b"x-tc-action"), b"")
    return named.decode("utf-8", "replace").strip()


def actions_of(entries: Iterable[Entry]) -> Iterator[str]:
    """The action of each call that got an answer."""
    return (entry.action for entry in entries if entry.verdict != NOT_SUPPORTED)
