"""What the largest and the worst of requests cost: memory and calls have bounds.  Time: tests/benchmarks/worst.py."""

from __future__ import annotations

import tracemalloc
from cProfile import Profile
from functools import cache
from typing import NamedTuple

import pytest

from answers import endpoint_for
from ccc_contract import Request
from drafts import Draft
from extremes import EXTREMES

MIB = 1024 * 1024

MOST_CALLS = 500_000
"""Of functions, Python's and C's: as many objects in a form as there may be take 440,000, in JSON 400,000.  The number
grows with every loop over what was sent, and is the same on each machine."""

MOST_MEMORY_PER_BYTE = 6
"""A text of four bytes a character is held as sent, decoded, and as a value."""
MOST_MEMORY_BESIDE = 12 * MIB
"""As many lists, objects and texts as there may be, each of them almost empty: 9 MiB."""


class Cost(NamedTuple):
    """What one exchange came to."""

    verdict: str
    sent: int
    """Bytes of the request."""
    peak: int
    """Bytes that were allocated at once, beside the request."""
    calls: int


@cache
def cost_of(name: str) -> Cost:
    """Of a fresh fake whose caches are warm; what it costs to watch is watched too, and is little."""
    endpoint, request = endpoint_for(), EXTREMES[name].make()
    endpoint.handle(Draft().request())
    profile = Profile(subcalls=False)
    tracemalloc.start()
    try:
        verdict = profile.runcall(endpoint.exchange, request).verdict
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return Cost(verdict, size_of(request), peak, sum(function.callcount for function in profile.getstats()))


def size_of(request: Request) -> int:
    headers = sum(len(name) + len(value) for name, value in request.headers.lines)
    return len(request.target) + headers + len(request.body)


@pytest.mark.parametrize("name", EXTREMES)
def test_an_extreme_is_answered(name: str) -> None:
    assert cost_of(name).verdict == EXTREMES[name].verdict


@pytest.mark.parametrize("name", EXTREMES)
def test_an_extreme_takes_memory_in_proportion_to_its_size(name: str) -> None:
    cost = cost_of(name)
    assert cost.peak <= MOST_MEMORY_PER_BYTE * cost.sent + MOST_MEMORY_BESIDE


@pytest.mark.parametrize("name", EXTREMES)
def test_an_extreme_takes_no_more_calls_than_a_call_of_many_values(name: str) -> None:
    assert cost_of(name).calls <= MOST_CALLS
