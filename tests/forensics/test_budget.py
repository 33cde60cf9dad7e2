"""Searching takes a bounded share of real time, whoever sends what."""

from __future__ import annotations

import threading

import pytest

from by_hand import as_request
from ccc_contract.http import Request
from ccc_mock import Clock, Credential, Endpoint
from ccc_mock.clock import Stopwatch
from ccc_mock.forensics.budget import Budget
from wrong_signers import ID, KEY, NOW, CharsetMissing, Signer


class Watch:
    """Stands still, but for `step` seconds each time it is read."""

    def __init__(self, step: float = 0.0) -> None:
        self.now, self.step = 100.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def test_a_search_may_take_its_time_and_no_more() -> None:
    watch = Watch()
    with Budget(watch, watch, each=0.05).search() as over:
        assert over is not None
        assert not over()
        watch.now += 0.049
        assert not over()
        watch.now += 0.002
        assert over()


def test_what_is_used_up_comes_back_with_time_and_never_more_than_a_second_s() -> None:
    watch = Watch()
    budget = Budget(watch, watch, each=0.05, share=0.25)

    def searches() -> int:
        """How many of 50 milliseconds are let in, one after the other, while the time they take is the only time."""
        done = 0
        while True:
            with budget.search() as over:
                if over is None:
                    return done
                watch.now += 0.05
            done += 1

    assert searches() == 6  # while they ran, the time for one more came back
    assert searches() == 0
    watch.now += 1
    assert searches() == 6
    watch.now += 3600
    assert searches() == 6


def test_a_search_that_ends_early_gives_its_time_back() -> None:
    budget = Budget(Watch(), Watch(), each=0.05, share=0.1)
    for _ in range(100):
        with budget.search() as over:
            assert over is not None


def test_searches_at_the_same_time_share_one_budget() -> None:
    budget = Budget(Watch(), Watch(), each=0.05, share=0.1)
    with budget.search() as first, budget.search() as second, budget.search() as third:
        assert first is not None
        assert second is not None
        assert third is None


def test_a_search_that_fails_gives_its_time_back() -> None:
    budget = Budget(Watch(), Watch(), each=0.05, share=0.05)
    with pytest.raises(RuntimeError, match="bug"), budget.search():
        raise RuntimeError("bug")
    with budget.search() as over:
        assert over is not None


class Stranger(Signer):
    def secret(self) -> str:
        return "a-key-that-nobody-here-has"


def endpoint_of(watch: Watch) -> Endpoint:
    return Endpoint(credentials=[Credential(ID, KEY)], clock=Clock(at=NOW), stopwatch=Stopwatch(watch, watch))


def why_not(endpoint: Endpoint, request: Request) -> str:
    diagnosis = endpoint.exchange(request).diagnosis
    assert diagnosis is not None
    return diagnosis.not_searched


def test_beyond_the_budget_it_is_told_that_nothing_was_searched() -> None:
    watch = Watch()
    endpoint, request = endpoint_of(watch), as_request(Stranger().send())
    watch.step = 0.001
    told = [why_not(endpoint, request) for _ in range(40)]
    assert told[:4] == [""] * 4
    assert told[-1] == "busy"
    assert told.count("") < 12
    assert endpoint.journal()[-1]["diagnosis"]["told"]["en-US"][0] == (
        "not searched: so many signatures failed in this second"
    )
    watch.now += 10
    assert why_not(endpoint, request) == ""


def test_a_search_that_was_stopped_says_so() -> None:
    diagnosis = endpoint_of(Watch(0.01)).exchange(as_request(Stranger().send())).diagnosis
    assert diagnosis is not None
    assert diagnosis.stopped
    assert diagnosis.tried < 100
    assert diagnosis.verdict("en-US").startswith("none found in the time there was (")


def test_threads_search_at_the_same_time() -> None:
    endpoint, request = endpoint_of(Watch()), as_request(CharsetMissing().send())
    found: list[str] = []

    def ask() -> None:
        for _ in range(5):
            diagnosis = endpoint.exchange(request).diagnosis
            found.extend(made.name for made in diagnosis.found if diagnosis)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["content-type-charset"] * 40
