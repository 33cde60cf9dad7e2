"""Assumptions that a team has looked at and goes by: a name and a reason for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ccc_contract.spelling import did_you_mean

from ..assumptions.floor import ASSUMPTIONS, LEVELS, UNJUDGED


def accepted(given: Mapping[str, str]) -> frozenset[str]:
    """The names of a mapping from name to reason.  Raises ValueError for one that there is not, or has no reason."""
    if not isinstance(given, Mapping):
        raise ValueError(
            f'expected assumptions with a reason each, such as {{"null": "no client sends it"}}, got {given!r}'
        )
    for name, reason in given.items():
        if name in UNJUDGED:
            raise ValueError(f"{name!r} fails no test, so there is nothing to accept: {UNJUDGED[name]}")
        if name not in ASSUMPTIONS:
            raise ValueError(f"no assumption {str(name)[:60]!r}; {did_you_mean(str(name), tuple(ASSUMPTIONS))}")
        if not isinstance(reason, str) or not reason.strip():
            raise ValueError(f"{name}: expected a reason, got {reason!r}")
    return frozenset(given)


def accepted_lines(lines: Iterable[str]) -> frozenset[str]:
    """The names of lines `name: reason`.  Raises ValueError."""
    pairs = (line.partition(":") for line in lines)
    return accepted({name.strip(): reason for name, _, reason in pairs})


def level(given: str) -> str:
    """A word of LEVELS, or "" for none.  Raises ValueError."""
    if given and given not in LEVELS:
        raise ValueError(f"expected {' or '.join(LEVELS)}, got {given!r}; {did_you_mean(given, LEVELS)}")
    return given
