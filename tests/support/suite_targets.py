"""Targets for the contract suite: whatever answers requests, in process."""

from __future__ import annotations

from collections.abc import Callable

from ccc_contract.http import Request, Response
from ccc_contract.suite.control import proven
from ccc_contract.suite.target import Target

HOST = "ccc.localhost"
Send = Callable[[Request], Response]


def target_of(send: Send) -> Target:
    """Whatever answers like this, once it has proved to be a fake."""
    control, doubt = proven(send, HOST)
    assert control is not None, doubt
    return Target.fake(send, HOST, control)
