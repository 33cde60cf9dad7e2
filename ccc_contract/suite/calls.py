"""Calls that are really placed: to whom its owner allows it, and so many in all, counted on disk over runs.

A call is counted before it is sent, in a transaction that is on disk when it is: what ends the program in between has
cost a call and not placed it, never the other way round.
"""

from __future__ import annotations

import json
import sqlite3
import time
import tomllib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from .. import strict
from ..http import Request, Response
from ..model import JSON
from .harmless import expect_one_reading
from .reply import Unreachable
from .target import Own

KEYS = {"sdk_app_id": int, "ai_agent_id": int, "callees": list, "budget": int}
MAX_CALLEES, MAX_BUDGET = 20, 100


class NotAllowed(ValueError):
    """The file that allows calls is not as it has to be; the message says where."""


class SpentAll(Unreachable):
    """The budget of calls is spent."""


@dataclass(frozen=True)
class Allowed:
    """What the owner wrote: `own`, and how many calls in all."""

    own: Own
    budget: int

    @classmethod
    def read(cls, path: Path) -> Allowed:
        """From TOML with the keys of KEYS.  Raises NotAllowed, OSError."""
        try:
            given = tomllib.loads(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise NotAllowed(f"{path.name}: no TOML: {error}") from None
        if wrong := sorted(set(given) ^ set(KEYS)):
            raise NotAllowed(f"{path.name}: expected the keys {', '.join(KEYS)}; missing or unknown: {wrong[0]}")
        for name, kind in KEYS.items():
            if type(given[name]) is not kind:
                raise NotAllowed(f"{path.name}: {name}: expected {kind.__name__}, got {type(given[name]).__name__}")
        callees = given["callees"]
        if not 1 <= len(callees) <= MAX_CALLEES or not all(isinstance(each, str) and each for each in callees):
            raise NotAllowed(f"{path.name}: callees: expected 1 to {MAX_CALLEES} numbers, as text")
        if not 1 <= given["budget"] <= MAX_BUDGET:
            raise NotAllowed(f"{path.name}: budget: expected 1 to {MAX_BUDGET} calls in all, got {given['budget']}")
        return cls(Own(given["sdk_app_id"], given["ai_agent_id"], tuple(callees)), given["budget"])


@dataclass
class OwnCalls:
    """The gate's knowledge of calls that may be placed; `book` is the file in which they are counted."""

    allowed: Allowed
    book: Path
    now: Callable[[], float] = time.time
    sessions: set[str] = field(default_factory=set)

    def covers(self, request: Request) -> bool:
        """Is it one of the owner's calls, or about one that was placed in this run?"""
        params = _params(request)
        own = self.allowed.own
        if params is None or params.get("SdkAppId") != own.app:
            return False
        if request.headers.text(b"x-tc-action") == "CreateAIAgentCall":
            wanted = {"SdkAppId", "AIAgentId", "Callee"}
            return params.keys() == wanted and params["AIAgentId"] == own.agent and params["Callee"] in own.callees
        return (
            request.headers.text(b"x-tc-action") in ("DescribeTelSession", "HangUpCall")
            and params.keys() == {"SdkAppId", "SessionId"}
            and params["SessionId"] in self.sessions
        )

    def count(self, request: Request) -> None:
        """Take a call from the budget, where it is one.  Raises SpentAll; Unreachable where it cannot be counted."""
        if request.headers.text(b"x-tc-action") != "CreateAIAgentCall":
            return
        callee = (_params(request) or {}).get("Callee", "")
        try:
            self.book.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.book, isolation_level=None, timeout=30)) as book:
                self._take(book, callee)
        except (sqlite3.Error, OSError) as error:
            raise Unreachable(f"{self.book}: expected a file in which calls can be counted: {error}") from None

    def _take(self, book: sqlite3.Connection, callee: str) -> None:
        book.execute("PRAGMA synchronous = FULL")
        book.execute("BEGIN IMMEDIATE")
        book.execute("CREATE TABLE IF NOT EXISTS calls (at REAL NOT NULL, callee TEXT NOT NULL)")
        (spent,) = book.execute("SELECT count(*) FROM calls").fetchone()
        if spent >= self.allowed.budget:
            book.execute("ROLLBACK")
            raise SpentAll(f"{self.allowed.budget} calls are allowed in all, and {self.book} counts {spent}")
        book.execute("INSERT INTO calls VALUES (?, ?)", (self.now(), f"…{callee[-2:]}"))
        book.execute("COMMIT")

    def note(self, response: Response) -> None:
        """Remember the session that an answer names."""
        try:
            session = json.loads(response.body)["Response"]["SessionId"]
        except (ValueError, KeyError, TypeError):
            return
        if isinstance(session, str):
            self.sessions.add(session)


def _params(request: Request) -> dict[str, JSON] | None:
    """Of a POST of the current scheme without a query; None for everything else, which is never the owner's."""
    if request.method != "POST" or request.query or b"authorization" not in request.headers:
        return None
    try:
        expect_one_reading(request)
        params = strict.decode(request.body.decode(), is_plain=True)
    except (ValueError, RecursionError):
        return None
    return params if isinstance(params, dict) else None
