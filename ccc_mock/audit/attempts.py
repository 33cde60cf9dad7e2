"""A journal's entries as attempts: what was asked again, and what the client could know of the one before.

An answer is lost where the step of the plan, played once more, keeps the client from what was meant.  Whether it waited
for a slow one to the end no journal tells; who knows that (a ledger does) names the requests that stayed without.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from ccc_contract.errors import ServiceFailed, class_of
from ccc_contract.http import Headers, Request
from ccc_contract.model import JSON, Action, Api

from ..journal import FAULT, NOT_SUPPORTED, OK, Entry
from ..numbers import normalised
from ..plans.faults import Delay, Drip, Stall
from ..plans.grammar import parse
from ..plans.plan import Step
from ..plans.words import AFTER, PlanError
from ..reply import Reply, is_lost

ANSWERED, REFUSED, UNKNOWN = "answered", "refused", "unknown"
"""What the client can know: it was done; it was not done; it may have been."""


@dataclass(frozen=True, slots=True, repr=False)
class Attempt:
    """One call, as far as it matters to the next."""

    n: int
    """The number of the journal's entry."""
    at: float
    """When it came, in seconds of the program (a world that runs faster is slowed down to them)."""
    action: str
    same: str
    """Equal for calls of one action with equal parameters by one caller, however they and a number are written."""
    outcome: str
    """ANSWERED, REFUSED or UNKNOWN."""
    verdict: str
    retry: str
    """What is known of repeating after the code (`ErrorCode.retry`); "" where none was told."""
    plan: str
    planned: bool
    """The code came of a plan, and not of how things were."""
    dials: bool
    writes: bool
    rang: bool
    """A phone was dialled, whatever was told."""
    slow: bool
    """The answer took its time, and it is not known whether the client waited for it."""
    signature: bytes
    """What proves the request, with what it was made of; empty for none."""
    around: tuple[bytes | None, ...]
    """What can be corrected beside the parameters: version, region, language, content type, method."""
    token: bytes | None
    limit_per_second: int

    def __repr__(self) -> str:
        return f"<Attempt {self.n} {self.action} {self.verdict}>"


def attempts(
    entries: Iterable[Entry], api: Api, *, lost: Container[str] | None = None, speed: float = 1.0
) -> Iterator[Attempt]:
    """Those of the entries that are calls, oldest first.

    `speed` is how many seconds of the account's world passed in one of the program's, 0 for a frozen one.  `lost` are
    the RequestIds of calls whose answer the client did not get; None where nobody knows: then what was slow counts as
    lost.
    """
    kept = [entry for entry in entries if entry.action and entry.verdict != NOT_SUPPORTED]
    # A signature that does not hold proves nobody; the same key has done so before or will.
    callers = {entry.secret_id: entry.sub_account for entry in kept if entry.sub_account}
    for entry in kept:
        caller = callers.get(entry.secret_id, entry.secret_id)
        yield _attempt(entry, api, caller, lost, speed or 1.0)


def _attempt(entry: Entry, api: Api, caller: str, lost: Container[str] | None, speed: float) -> Attempt:
    action, step = api.actions.get(entry.action), _step(entry.plan, api)
    headers = Headers(entry.headers)
    known = api.errors.get(entry.verdict)
    slow = _is_slow(step)
    away = _is_lost(entry, action, step) or (slow if lost is None else entry.request_id in lost)
    return Attempt(
        n=entry.n,
        at=entry.at / speed,
        action=entry.action,
        same=_same(entry, caller),
        outcome=_outcome(entry.verdict, away),
        verdict=entry.verdict,
        retry="" if known is None else known.retry,
        plan=entry.plan,
        planned=step is not None and step.code == entry.verdict,
        dials=action is not None and action.dials,
        writes=action is not None and action.effect == "write",
        rang=action is not None and action.dials and _was_placed(entry, step),
        slow=slow and away,
        signature=_signature(entry, headers),
        around=(*map(headers.get, _AROUND), entry.method.encode("utf-8", "replace")),
        token=headers.get(b"x-tc-token"),
        limit_per_second=20 if action is None else action.limit_per_second,
    )


_AROUND = (b"x-tc-version", b"x-tc-region", b"x-tc-language", b"content-type", b"x-tc-content-sha256")


def _outcome(verdict: str, away: bool) -> str:
    if away or verdict == FAULT or issubclass(class_of(verdict), ServiceFailed):
        return UNKNOWN
    return ANSWERED if verdict == OK else REFUSED


def _was_placed(entry: Entry, step: Step | None) -> bool:
    """Was the call placed?  A code `@after` is told although it was."""
    told_after = step is not None and step.moment == AFTER and step.code == entry.verdict
    return entry.verdict == OK or told_after


# --- what was asked ------------------------------------------------------------------------------------------------


def _same(entry: Entry, caller: str) -> str:
    params = entry.params
    asked: JSON = entry.body.decode("latin-1") if params is None else params
    if params is not None and isinstance(params.get("Callee"), str):
        asked = {**params, "Callee": normalised(params["Callee"])}
    return json.dumps([caller, entry.action, asked], sort_keys=True)


_SIGNATURE = re.compile(rb"(?:^|&)Signature=([^&]+)")


def _signature(entry: Entry, headers: Headers) -> bytes:
    header = headers.get(b"authorization")
    if header is not None:
        return header if b"Signature=" in header else b""  # `SKIP` proves nothing
    found = _SIGNATURE.search(entry.query) or (_SIGNATURE.search(entry.body) if entry.text_params else None)
    return found[1] if found else b""


# --- what the plan made of the answer ------------------------------------------------------------------------------


def _step(drawn: str, api: Api) -> Step | None:
    """The step that `name: step` of an entry tells of; None for none, or for one that cannot be read."""
    return _read(drawn.partition(": ")[2], api) if drawn else None


@lru_cache(maxsize=256)
def _read(text: str, api: Api) -> Step | None:
    try:
        return parse(f"action=*: {text}", api).drafts[0].steps[0]
    except PlanError:  # a plan whose name has a colon and a blank
        return None


def _is_slow(step: Step | None) -> bool:
    return step is not None and any(isinstance(strike.fault, Delay | Stall | Drip) for strike in step.strikes)


def _is_lost(entry: Entry, action: Action | None, step: Step | None) -> bool:
    """Did the step keep the client from what the service meant?  Played again, on an answer of the same length."""
    if step is None or not step.strikes or entry.verdict == FAULT:
        return False
    meant = Reply(200, (), _meant(entry, action))
    request = Request(entry.method, entry.path, entry.query, Headers(entry.headers), entry.body)
    return is_lost(step.spoil(meant, request, entry.at, Random(0)), meant)


def _meant(entry: Entry, action: Action | None) -> bytes:
    """The answer as it was meant: as it was sent, where that is whole; else one with the fields that it had."""
    fields = _fields(entry.reply)
    names = ("RequestId", "Error") if entry.verdict != OK else tuple(action.output.members) if action else ()
    if fields is not None and all(fields.get(name) is not None for name in names):
        return entry.reply
    return json.dumps({"Response": dict.fromkeys((*names, "RequestId"), "x")}).encode()


def _fields(body: bytes) -> dict[str, JSON] | None:
    try:
        fields = json.loads(body)["Response"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return fields if isinstance(fields, dict) else None
