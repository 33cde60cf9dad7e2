"""A fresh fake whose clock stands still."""

from __future__ import annotations

import pytest

from ccc_mock import DEFAULT_CREDENTIAL, Clock, Endpoint
from drafts import NOW, TEMPORARY


@pytest.fixture
def endpoint() -> Endpoint:
    """One account at NOW, opened by the default credential and by a temporary one."""
    return Endpoint(credentials=(DEFAULT_CREDENTIAL, TEMPORARY), clock=Clock(at=NOW), seed=1)
