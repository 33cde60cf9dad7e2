"""Who was dialled: every call that was placed, whatever was answered.

Bounded like the journal, but only calls that dial weigh on it, so it reaches further back.  What was dropped is
counted, and a question that the kept part cannot answer raises.
"""

from __future__ import annotations

import json
from collections import deque
from typing import NamedTuple

from ccc_contract.model import JSON

from .journal import decoded
from .numbers import normalised


class Incomplete(RuntimeError):
    """Calls were dropped to stay within bounds, so the ledger does not know; the message says how many."""


class Call(NamedTuple):
    """A call that was placed."""

    n: int
    """The running number within the account, from 1."""
    at: float
    """The account's time, Unix seconds."""
    request_id: str
    action: str
    callee: str
    """As it was sent."""
    raw: bytes
    """The parameters as JSON, as they were sent or as they were read from a query or a form."""
    session_id: str
    credential: str
    """The SecretId that signed."""

    @property
    def params(self) -> dict[str, JSON]:
        """The decoded parameters."""
        return decoded(self.raw) or {}

    @property
    def key(self) -> str:
        """Equal for calls of one action with equal parameters, however they and the number were written."""
        params = {**self.params, "Callee": normalised(self.callee)}
        return f"{self.action} {json.dumps(params, sort_keys=True)}"

    def __repr__(self) -> str:
        return f"<Call {self.n} {self.request_id}>"


class Duplicate(NamedTuple):
    """A call that repeats an earlier one whose answer was lost: somebody's phone rang twice."""

    first: Call
    again: Call


class Ledger:
    """The newest calls.  Not locked: its account's lock guards it."""

    MAX_CALLS = 5_000
    MAX_BYTES = 8 * 1024 * 1024

    def __init__(self, max_calls: int = MAX_CALLS, max_bytes: int = MAX_BYTES) -> None:
        self.max_calls = max_calls
        self._max_bytes = max_bytes
        self._calls: deque[tuple[object, ...]] = deque()
        self._lost: set[str] = set()
        self._bytes = 0
        self.count = 0
        """How many calls were placed since the account began or was reset, dropped ones too."""
        self.dropped = 0

    def record(
        self,
        at: float,
        request_id: str,
        action: str,
        callee: str,
        raw: bytes,
        session_id: str,
        credential: str,
        *,
        lost: bool = False,
    ) -> None:
        """Write a placed call down: the fields of Call after `n`.

        `lost`: the client does not get the answer as it was meant, or not yet.
        """
        self.count += 1
        if lost:
            self._lost.add(request_id)
        self._calls.append((self.count, at, request_id, action, callee, raw, session_id, credential))
        self._bytes += len(raw)
        while len(self._calls) > self.max_calls or (self._bytes > self._max_bytes and len(self._calls) > 1):
            oldest = Call(*self._calls.popleft())  # type: ignore[arg-type]  # flat, for the garbage collector's sake
            self._bytes -= len(oldest.raw)
            self._lost.discard(oldest.request_id)
            self.dropped += 1

    def deliver(self, request_id: str) -> None:
        """The client has got the answer to that request after all."""
        self._lost.discard(request_id)

    def clear(self) -> None:
        self._calls.clear()
        self._lost.clear()
        self._bytes = self.count = self.dropped = 0

    def __len__(self) -> int:
        return len(self._calls)

    def calls(self) -> list[Call]:
        """Every call, oldest first.  Raises Incomplete when some were dropped."""
        if self.dropped:
            raise Incomplete(
                f"{self.dropped} of {self.count} calls were dropped to stay within {self.max_calls} calls and "
                f"{self._max_bytes} bytes; `serve --ledger-calls` and `Endpoint(ledger_calls=…)` raise the first"
            )
        return self.kept()

    def kept(self) -> list[Call]:
        """The calls that are still there, oldest first."""
        return [Call(*each) for each in self._calls]  # type: ignore[arg-type]

    def calls_to(self, callee: str) -> list[Call]:
        """The calls to a number, in whatever spelling.  Raises Incomplete."""
        number = normalised(callee)
        return [call for call in self.calls() if normalised(call.callee) == number]

    def lost(self, call: Call) -> bool:
        """Did the client not get this call's answer as it was meant?"""
        return call.request_id in self._lost

    @property
    def unheard(self) -> frozenset[str]:
        """The RequestIds of the calls that are still there whose answer the client did not get as it was meant."""
        return frozenset(self._lost)

    def duplicates(self) -> list[Duplicate]:
        """The calls that equal, in action and decoded parameters, an earlier one whose answer was lost.

        Two calls that were both answered are two calls.  Raises Incomplete.
        """
        lost: dict[str, Call] = {}
        found: list[Duplicate] = []
        for call in self.calls():
            first = lost.get(call.key) if lost else None
            if first is not None:
                found.append(Duplicate(first, call))
            elif self.lost(call):
                lost[call.key] = call
        return found
