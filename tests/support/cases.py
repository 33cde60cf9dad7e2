"""The cases of the interop matrix: what clients are told, what the fake is told before, and what is to come of it.

fixtures/interop/cases.json has them, and fixtures/sdk_answers.json the faults, each with what was measured.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import cells
from captures import FIXTURES

ASKED = {
    "python": "Python",
    "python-async": "Python, async",
    "tccli": "tccli",
    "tccli-tls": "tccli, TLS",
    "node": "Node.js",
    "go": "Go",
    "java": "Java",
}
"""The clients that are run, and what they are called."""

MEASURED_ONLY = {"php": "PHP", "ruby": "Ruby", "cpp": "C++", "dotnet": ".NET"}
"""Those that only fixtures/sdk_answers.json knows."""

FAULTS = "faults"
LATE = ("delay(", "stall(", "close(")
"""Steps of answers that do not come, or not whole: clients wait for these a second, and not as long as for others."""

_GIVEN: dict[str, Any] = json.loads((FIXTURES / "interop" / "cases.json").read_bytes())
_ANSWERS: list[dict[str, Any]] = json.loads((FIXTURES / "sdk_answers.json").read_bytes())["rows"]

_TOLD = (
    "action", "version", "generic", "method", "signed_by", "unsigned_payload", "skip_sign", "region", "language",
    "timeout", "calls", "retries",
)  # fmt: skip
_TOLD_INSTEAD = ("secret_id", "secret_key", "token", "endpoint")
"""What is the account's and the route's unless a case says otherwise."""

_FAKE = ("account", "clock", "world", "plan", "already")


@dataclass(frozen=True)
class Case:
    """One thing that is asked of every client."""

    name: str
    group: str
    told: Mapping[str, Any]
    """What the client is told to do; the rest is the account's and the route's."""

    fake: Mapping[str, Any]
    """What the fake is told before: bodies of control, and how many calls were `already` made."""

    expect: str | Mapping[str, str]
    """The cell; or one for each client."""

    route: str = "http"
    """The way to the fake (tests/support/clients.py)."""

    stage: str | None = None
    """Which stage decides."""

    carries: str = ""
    """What the message holds."""

    alone: bool = False
    """Does it need a process in which nothing was asked before?"""

    cannot: Mapping[str, str] = field(default_factory=dict)
    """Clients of which this cannot be asked, and why."""

    def expected(self, client: str) -> str:
        """The cell of a client; with nothing else said, that of the client without its `-async` or `-tls`."""
        if (client, self.name) in EXCEPTIONS:
            return EXCEPTIONS[client, self.name]
        return self.expect if isinstance(self.expect, str) else self.expect[_plain(client)]

    def why_not(self, client: str) -> str | None:
        """Why this cannot be asked of a client; None where it can."""
        return self.cannot.get(client, self.cannot.get(_plain(client)))


def _plain(client: str) -> str:
    return client.partition("-")[0]


def _case(given: Mapping[str, Any]) -> Case:
    defaults = _GIVEN["defaults"]
    told = {name: given.get(name, defaults[name]) for name in _TOLD}
    more = _GIVEN["everything"] if given.get("params") == "everything" else given.get("params", {})
    params = {name: _whole(value) for name, value in {**defaults["params"], **more}.items() if value is not None}
    return Case(
        given["case"],
        given["group"],
        {**told, "params": params, **{name: given[name] for name in _TOLD_INSTEAD if name in given}},
        {name: given[name] for name in _FAKE if name in given},
        given.get("expect", "ok"),
        given.get("route", "http"),
        given.get("stage"),
        given.get("carries", ""),
        given.get("alone", False),
        given.get("not", {}),
    )


def _whole(value: Any) -> Any:
    """The value, where `{"repeat": TEXT, "times": N}` stands for a long text."""
    if isinstance(value, dict):
        if value.keys() == {"repeat", "times"}:
            return value["repeat"] * value["times"]
        return {name: _whole(each) for name, each in value.items()}
    return [_whole(each) for each in value] if isinstance(value, list) else value


_WAYS = {"connection refused": "refused", "untrusted certificate": "untrusted", "HTTP 302 Location loop": "counted"}
_NOT_ASKED = {"counted": {"tccli-tls": "asks over TLS, where nobody counts how often it follows"}}

_ON_A_NEW_CONNECTION = ("TCP reset after request", "clean close, no response")
"""As they were measured: okhttp keeps connections, and repeats what fails on one that it kept."""


def _fault(row: Mapping[str, Any]) -> Case:
    step = row["step"] or "ok"
    code = re.split(r"[+@*]", step)[0]
    route = _WAYS.get(row["answer"], "http")
    return _case(
        {
            "case": row["answer"],
            "group": FAULTS,
            "timeout": 1 if any(word in step for word in LATE) else _GIVEN["defaults"]["timeout"],
            "plan": f"{step}*",
            "expect": {client: cells.of_measurement(made, code) for client, made in row["made_of_it"].items()},
            "route": route,
            "alone": row["answer"] in _ON_A_NEW_CONNECTION,
            "not": _NOT_ASKED.get(route, {}),
        }
    )


CASES = (*map(_case, _GIVEN["cases"]), *map(_fault, _ANSWERS))

EXCEPTIONS: dict[tuple[str, str], str] = {
    (client, case): cell
    for exception in _GIVEN["exceptions"]
    for client in exception["clients"]
    for case, cell in exception["cases"].items()
}
"""(client, case) → its cell, where that is not what others make of it, or not what was measured."""

REASONS: list[tuple[list[str], str]] = [
    (exception["clients"], exception["because"]) for exception in _GIVEN["exceptions"]
]


def asked_of(client: str) -> list[Case]:
    return [case for case in CASES if case.why_not(client) is None]
