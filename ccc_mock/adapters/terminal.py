"""One line per call, for people or for programs, written so that a slow reader never slows the fake."""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Callable
from typing import TextIO

from ccc_contract.model import JSON

from ..exchange import Exchange
from ..journal import decoded
from ..redaction import printable, shortened_number

Render = Callable[[Exchange], str]


def facts(exchange: Exchange) -> dict[str, JSON]:
    """What is printed of an exchange: numbers shortened, nothing secret."""
    params = decoded(exchange.request.body) or {}
    return {
        "at": round(exchange.received_at, 3),
        "action": printable(exchange.action_name) or None,
        "callee": shortened_number(params["Callee"]) if params.get("Callee") is not None else None,
        "verdict": exchange.verdict,
        "stage": exchange.stage,
        "check": exchange.check,
        "why": str(exchange.refused.message if exchange.refused else exchange.unsupported or "") or None,
        "request_id": exchange.request_id,
    }


def as_json(exchange: Exchange) -> str:
    return json.dumps(facts(exchange))


def as_line(exchange: Exchange) -> str:
    told = facts(exchange)
    clock = time.strftime("%H:%M:%S", time.localtime(exchange.received_at))
    action, callee = told["action"] or exchange.request.method, told["callee"] or "-"
    where = "" if exchange.verdict == "ok" else f" at {told['stage']}/{told['check']}"
    return f"{clock}  {printable(action)}  {callee}  {told['verdict']}{where}  {told['request_id']}"


class CallLog:
    """Writes a line for each exchange from a thread of its own.

    Where nobody reads the stream, lines are dropped after `capacity` and counted; the fake goes on.
    """

    def __init__(self, stream: TextIO, render: Render, *, capacity: int = 10_000) -> None:
        self.dropped = 0
        self._stream = stream
        self._render = render
        self._queue: queue.Queue[Exchange | None] = queue.Queue(capacity)
        self._thread = threading.Thread(target=self._write, name="ccc-mock call log", daemon=True)
        self._thread.start()

    def __call__(self, exchange: Exchange) -> None:
        try:
            self._queue.put_nowait(exchange)
        except queue.Full:
            self.dropped += 1

    def close(self, seconds: float = 0.2) -> None:
        """Write what is left, for at most `seconds`."""
        try:
            self._queue.put_nowait(None)
        except queue.Full:
            return
        self._thread.join(seconds)

    def _write(self) -> None:
        while True:
            lines = []
            exchange = self._queue.get()
            while exchange is not None:
                lines.append(self._render(exchange) + "\n")
                if len(lines) >= 256 or self._queue.empty():
                    break
                exchange = self._queue.get()
            try:
                self._stream.write("".join(lines))
                self._stream.flush()
            except (OSError, ValueError):  # nobody reads any more
                return
            if exchange is None:
                return
