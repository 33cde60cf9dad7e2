"""What the tests of the contract suite share: the fake as a target, in process."""

from __future__ import annotations

import pytest

from ccc_contract.suite.target import Target
from ccc_mock import Endpoint
from ccc_mock.answering import answering
from ccc_mock.limits import Limits
from suite_targets import Send, no_time, target_of


@pytest.fixture
def answer() -> Send:
    """The fake as `ccc-mock serve` has it, without a server."""
    return answering(Endpoint(limits=Limits(), stopwatch=no_time()))


@pytest.fixture
def fake(answer: Send) -> Target:
    return target_of(answer)
