"""The pytest plugin.  It is imported in every test run of every project that has ccc-mock installed, so nothing of
ours is imported before a fixture is used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ccc_mock.adapters.serving import Served, ServedAccount


@pytest.fixture(scope="session")
def ccc_serving() -> Iterator[Served]:
    """The fake on a socket, once per process; most tests want `ccc_server`."""
    from ccc_mock.adapters.serving import serving
    from ccc_mock.endpoint import Endpoint

    with serving(Endpoint()) as served:
        yield served


@pytest.fixture
def ccc_server(ccc_serving: Served) -> Iterator[ServedAccount]:
    """A fresh account on a real socket: `host`, `secret_id` and `secret_key` to give to an SDK, `journal()` to ask."""
    account = ccc_serving.account()
    yield account
    account.remove()
