"""Calls one after the other: below the action's limit in every second, whoever shares the pace."""

from __future__ import annotations

import threading
from bisect import bisect_left
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccc_contract import load_api
from ccc_contract.client import Pace

ACTIONS = load_api().actions
DIAL, READ = ACTIONS["CreateAIAgentCall"], ACTIONS["DescribeNumbers"]


@given(
    share=st.floats(0.05, 1.0),
    arrivals=st.lists(st.floats(0, 0.2), min_size=1, max_size=80),
)
def test_no_second_has_more_than_the_share_of_the_limit(share: float, arrivals: list[float]) -> None:
    pace, now, turns = Pace(share), 0.0, []
    for gap in arrivals:
        now += gap
        wait = pace.reserve(DIAL, now, float("inf"))
        assert wait is not None
        turns.append(now + wait)
    most = DIAL.limit_per_second * share
    for n, turn in enumerate(turns):
        in_second = bisect_left(turns, turn + 1.0 - 1e-9) - n
        assert in_second <= most + 1
    assert all(later - earlier >= 1 / most - 1e-9 for earlier, later in pairwise(turns))


def test_each_action_has_its_own_turns() -> None:
    pace = Pace()
    assert pace.reserve(DIAL, 0.0, 9.0) == 0.0
    assert pace.reserve(READ, 0.0, 9.0) == 0.0
    assert pace.reserve(DIAL, 0.0, 9.0) == pytest.approx(1 / 18)


def test_a_turn_that_comes_too_late_is_not_taken() -> None:
    pace = Pace(1.0)
    assert pace.reserve(DIAL, 0.0, 0.0) == 0.0
    assert pace.reserve(DIAL, 0.0, 0.01) is None
    assert pace.reserve(DIAL, 0.0, 1.0) == pytest.approx(0.05)


def test_threads_share_the_turns() -> None:
    pace, turns = Pace(1.0), []

    def take() -> None:
        for _ in range(200):
            turns.append(pace.reserve(DIAL, 0.0, float("inf")))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(turns) == pytest.approx([n * 0.05 for n in range(1600)])


@pytest.mark.parametrize("share", [0, -1, 1.01, float("nan")])
def test_a_share_that_is_none_says_so(share: float) -> None:
    with pytest.raises(ValueError, match="expected a share of the limit above 0 and at most 1"):
        Pace(share)
