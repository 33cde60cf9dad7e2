"""An HTTP client of the wrong kind would send the call, and then nobody could read its answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import httpx2
import pytest
import requests

from ccc_contract import AsyncClient, Client, Credential

KEY = Credential("AKID", "key")


@pytest.mark.parametrize("wrong", [httpx.AsyncClient, httpx2.AsyncClient, requests.Session, object], ids=repr)
def test_a_client_for_threads_takes_no_other(wrong: Callable[[], Any]) -> None:
    with pytest.raises(TypeError, match=r"http: expected an httpx2\.Client or httpx\.Client, got "):
        Client(KEY, http=wrong())


@pytest.mark.parametrize("wrong", [httpx.Client, httpx2.Client, requests.Session, object], ids=repr)
def test_a_client_for_tasks_takes_no_other(wrong: Callable[[], Any]) -> None:
    with pytest.raises(TypeError, match=r"http: expected an httpx2\.AsyncClient or httpx\.AsyncClient, got "):
        AsyncClient(KEY, http=wrong())
