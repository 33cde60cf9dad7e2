"""One line per call, for people or for programs, written so that a slow reader never slows the fake."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import threading
from collections.abc import Callable
from typing import TextIO

from ccc_contract.model import JSON

from ..clock import in_beijing
from ..exchange import Exchange
from ..journal import OK, decoded
from ..languages import ENGLISH
from ..redaction import printable, shortened_number

Render = Callable[[Exchange], str]


def facts(exchange: Exchange) -> dict[str, JSON]:
    """What is printed of an exchange: numbers shortened, nothing secret."""
    # Decoded already, unless the exchange ended before that.
    params = getattr(exchange, "params", None) or decoded(exchange.request.body) or {}
    return {
        "at": round(exchange.received_at, 3),
        "action": printable(exchange.action_name) or None,
        "callee": shortened_number(params["Callee"]) if params.get("Callee") is not None else None,
        "verdict": exchange.verdict,
        "stage": exchange.stage,
        "check": exchange.check,
        "plan": exchange.planned.text if exchange.planned is not None else None,
        "why": str(exchange.refused.message if exchange.refused else exchange.unsupported or "") or None,
        "verified": exchange.proven,
        "hint": _hint(exchange),
        "diagnosis": exchange.diagnosis.told(ENGLISH) if exchange.diagnosis is not None else None,
        "request_id": exchange.request_id,
    }


def as_json(exchange: Exchange) -> str:
    return json.dumps(facts(exchange))


def as_line(exchange: Exchange) -> str:
    told = facts(exchange)
    clock = f"{in_beijing(exchange.received_at):%H:%M:%S}+08"  # where the hours of the rules are
    decided = exchange.stage if exchange.verdict == OK else f"{exchange.stage}/{exchange.check}"
    what = (told["action"] or exchange.request.method, told["callee"] or "-", exchange.verdict, decided)
    line = "  ".join((clock, *map(printable, what), exchange.request_id))
    if exchange.planned is not None:
        line += f"  (planned, {printable(exchange.planned.text, 200)})"
    if exchange.verdict == OK and not exchange.proven:
        line += "  (not verified)"
    if told["why"] is not None:
        line += f"  {printable(told['why'], 300)}"
    if exchange.diagnosis is not None:
        line += f"  {printable(exchange.diagnosis.verdict(ENGLISH), 500)}"
    return line if told["hint"] is None else f"{line} ({told['hint']})"


def _hint(exchange: Exchange) -> str | None:
    """What whoever runs the server looks at next, or does."""
    if exchange.hint:
        return exchange.hint
    if exchange.mismatch is not None:
        return "the journal has the canonical request and the string to sign: GET /_ccc/journal"
    return None


class CallLog:
    """Writes a line for each exchange, and what else is to be said, from a thread of its own.

    Where nobody reads, lines are dropped after `capacity` and counted; the fake goes on.  It writes UTF-8 to the
    stream's file descriptor: a thread that is stuck in a write must hold no lock of the stream, or the process could
    not end.
    """

    def __init__(self, stream: TextIO, render: Render, *, capacity: int = 10_000) -> None:
        self.dropped = 0
        self._file = stream.fileno()
        self._render = render
        self._queue: queue.Queue[Exchange | str | None] = queue.Queue(capacity)
        self._thread = threading.Thread(target=self._run, name="ccc-mock call log", daemon=True)
        self._thread.start()

    def __call__(self, told: Exchange | str) -> None:
        try:
            self._queue.put_nowait(told)
        except queue.Full:
            self.dropped += 1

    def close(self, last: str, seconds: float = 0.2) -> None:
        """Write what is left and then `last`, for at most `seconds`."""
        for told in (last, None):
            with contextlib.suppress(queue.Full):
                self._queue.put_nowait(told)
        self._thread.join(seconds)

    def _run(self) -> None:
        while True:
            lines: list[str] = []
            told = self._queue.get()
            while told is not None:
                lines.append(told if isinstance(told, str) else self._render(told))
                if len(lines) >= 256 or self._queue.empty():
                    break
                told = self._queue.get()
            try:
                self._write("".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace"))
            except OSError:  # nobody reads any more
                return
            if told is None:
                return

    def _write(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._file, data) :]
