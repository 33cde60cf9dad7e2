from __future__ import annotations

import importlib.util
from collections.abc import Iterator

import pytest

from ccc_mock import Endpoint
from ccc_mock.adapters import server
from ccc_mock.adapters.serving import Served, ServedAccount, serving


@pytest.fixture
def plain_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """Serve with asyncio and h11, as where uvloop and httptools are not installed."""
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        server.importlib.util,
        "find_spec",
        lambda name: None if name in ("httptools", "uvloop") else find_spec(name),
    )


@pytest.fixture(params=["httptools", "h11"])
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    """A fake of its own on a socket, under each of uvicorn's parsers and loops."""
    if request.param == "httptools":
        pytest.importorskip("httptools")
    else:
        request.getfixturevalue("plain_python")
    with serving(Endpoint()) as running:
        yield running


@pytest.fixture
def account(served: Served) -> ServedAccount:
    return served.account()
