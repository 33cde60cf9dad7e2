"""Many calls that come back together: each may be well spaced by itself, and all of them are beyond the limit again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .attempts import Attempt
from .chains import Chain
from .finding import Hit, Unknown
from .spacing import STOOD_STILL

MIN_CHAINS = 5
"""Fewer make no crowd."""
TOGETHER_SECONDS = 0.05
AROUND_SECONDS = 0.5
TOGETHER_SHARE = 0.9
"""Of the calls that come back within AROUND_SECONDS before and after, how many do within TOGETHER_SECONDS."""


class Return(NamedTuple):
    """An attempt that came back, and when that call had come before."""

    before: float
    at: float
    attempt: Attempt


def storm(chains: Sequence[Chain]) -> Iterator[Hit | Unknown]:
    """Retries of several calls that together are beyond the limit, or that keep step."""
    found = False
    for action, returns in _returns(chains).items():
        hit = _beyond_the_limit(action, returns) or _in_step(action, returns)
        if hit is not None:
            found = True
            yield hit
    if not found and _most_at_once(chains) < MIN_CHAINS:
        seen = any(chain.known_waits for chain in chains)
        yield Unknown(f"fewer than {MIN_CHAINS} calls were waiting at the same time" if seen else STOOD_STILL)


def _returns(chains: Sequence[Chain]) -> dict[str, list[Return]]:
    """Action → what came back, in the order of time; those alone of which it is known when."""
    found: dict[str, list[Return]] = defaultdict(list)
    for chain in chains:
        for before, wait, attempt in zip(chain.attempts, chain.waits, chain.attempts[1:], strict=False):
            if wait is not None:
                found[chain.action].append(Return(before.at, attempt.at, attempt))
    return {action: sorted(returns, key=lambda each: each.at) for action, returns in found.items()}


def _beyond_the_limit(action: str, returns: Sequence[Return]) -> Hit | None:
    """More of them in a second than the action's limit lets pass, not counting what is called for the first time."""
    limit = returns[0].attempt.limit_per_second
    within = max(_windows(returns, 1.0), key=len)
    if len(within) <= limit or _calls(within) == 1:
        return None
    return Hit(
        tuple(each.attempt.n for each in within),
        action,
        f"{len(within)} attempts of {_calls(within)} calls came back within a second; {limit} pass.",
    )


def _in_step(action: str, returns: Sequence[Return]) -> Hit | None:
    """Nearly all of those that came back about that moment, and had been waiting together."""
    for within in _windows(returns, TOGETHER_SECONDS):
        began = within[0].at
        kept_step = {each.attempt.same for each in within if each.before < began}
        if len(kept_step) < MIN_CHAINS:
            continue
        about = _calls([each for each in returns if abs(each.at - began) <= AROUND_SECONDS])
        if len(kept_step) >= TOGETHER_SHARE * about:
            return Hit(
                tuple(each.attempt.n for each in within), action,
                f"{len(kept_step)} calls that were waiting came back within {TOGETHER_SECONDS * 1e3:.0f} ms"
                f"{f', and {about - len(kept_step)} soon before or after' if about > len(kept_step) else ''}.",
            )  # fmt: skip
    return None


def _windows(returns: Sequence[Return], seconds: float) -> Iterator[Sequence[Return]]:
    """For each of them, those that came within so many seconds from it on."""
    end = 0
    for begin, first in enumerate(returns):
        while end < len(returns) and returns[end].at < first.at + seconds:
            end += 1
        yield returns[begin:end]


def _calls(returns: Sequence[Return]) -> int:
    return len({each.attempt.same for each in returns})


def _most_at_once(chains: Sequence[Chain]) -> int:
    """How many calls were waiting at the same time, at most."""
    edges = [(each.before, 1) for returns in _returns(chains).values() for each in returns]
    edges += [(each.at, -1) for returns in _returns(chains).values() for each in returns]
    most = now = 0
    for _, step in sorted(edges):
        now += step
        most = max(most, now)
    return most
