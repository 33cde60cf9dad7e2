from __future__ import annotations

import importlib.util

import pytest

from ccc_mock.adapters import server


@pytest.fixture(params=["uvloop", "asyncio"])
def loop(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each of the loops and parsers that serve the fake."""
    if request.param == "uvloop":
        pytest.importorskip("uvloop")
    else:
        find_spec = importlib.util.find_spec
        hidden = ("httptools", "uvloop")
        monkeypatch.setattr(
            server.importlib.util, "find_spec", lambda name: None if name in hidden else find_spec(name)
        )
    return str(request.param)
