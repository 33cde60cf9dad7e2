"""What a check is, and what all of them may use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from ccc_contract import conform
from ccc_contract.model import Api

from ..auth import IN_PROCESS
from ..domain import Handler
from ..exchange import Exchange
from ..hosts import SERVICE, host_name, is_real
from ..limits import Limit
from ..settings import Settings
from ..world.rules import RULES, Rule


@dataclass(frozen=True, slots=True)
class Backend:
    """Everything that a check may consult beside its exchange."""

    api: Api
    settings: Settings
    handlers: Mapping[str, Handler]
    magic: str = ""
    """The beginning of the magic numbers, normalised; empty where there are none."""
    limits: Mapping[str, tuple[Limit, ...]] = field(default_factory=dict)
    """Action → how many of its calls may pass in a second; empty where nothing is limited."""
    rules: tuple[Rule, ...] = RULES
    """The rules of the business, in the order in which they are looked at."""
    cure: str = IN_PROCESS
    """The line that lets an unknown SecretId in."""
    service: str = SERVICE
    """Whose API it is: the first label of the host name, and a part of the credential's scope."""


__all__ = ["Backend", "Check", "Judges", "Run", "check", "host_name", "is_real", "refuse_first"]

Run = Callable[[Exchange, Backend], None]

Judges = Literal["request", "signature", "key"]
"""What a check judges: the `request`, whoever sent it; its `signature`, as far as it can be read; or what only the
`key` of the SecretId can tell."""


@dataclass(frozen=True, slots=True)
class Check:
    """One step of the pipeline: `run` passes or raises; `confidence`, `source` and `evidence` are of its place."""

    name: str
    run: Run
    codes: tuple[str, ...]
    confidence: str
    source: str
    evidence: str
    judges: Judges = "request"
    unsigned: Run | None = None
    """In place of `run` where the signature is not judged."""


def check(
    name: str,
    *codes: str,
    confidence: str,
    source: str,
    evidence: str,
    judges: Judges = "request",
    unsigned: Run | None = None,
) -> Callable[[Run], Check]:
    """Make a check of a function."""
    return lambda run: Check(name, run, codes, confidence, source, evidence, judges, unsigned)


def refuse_first(exchange: Exchange, rule: conform.Rule, code: str) -> None:
    """Refuse for the first violation of that rule, if there is one."""
    for violation in exchange.violations:
        if violation.rule == rule:
            in_text = exchange.parameters.text is not None and violation.expected == "object"
            key = "object-as-text" if in_text else rule
            raise exchange.refusal(code, key, name=violation.path, expected=violation.expected)
