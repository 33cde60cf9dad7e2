from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

import ccc_mock
from ccc_mock.adapters.serving import Served, ServedAccount, serving

SEED = 7


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(ccc_mock.Endpoint()) as running:
        yield running


@pytest.fixture(scope="module")
def now() -> float:
    """The time at which the accounts of a comparison stand, so that both say the same date."""
    return float(int(time.time()))


@pytest.fixture
def on_a_socket(served: Served, now: float) -> Iterator[ServedAccount]:
    """An account behind a real socket; `ccc` has the same seed and time."""
    account = served.account(seed=SEED, at=now)
    yield account
    account.remove()


@pytest.fixture
def ccc(now: float) -> Iterator[ccc_mock.Fake]:
    with ccc_mock.fake(seed=SEED, at=now) as active:
        active.clock.freeze(now)
        yield active
