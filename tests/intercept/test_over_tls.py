"""Over https there is no encryption in process, and yet clients make of a fault what they make of it over TLS."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import httpx2
import pytest
import requests

import ccc_mock
import outcomes
from ccc_mock import Fake
from ccc_mock.adapters.serving import Served, serving
from ccc_mock.adapters.tls import Certified, certified
from ccc_mock.surface import AccountSurface
from fault_steps import PATIENCE
from signing_by_hand import BODY, signed_headers

HOST = "ccc.tencentcloudapi.com"
STEPS = [
    "ok", "ok+delay(900ms)", "ok+stall(10 900ms)", "ok+reset", "ok+reset@after", "ok+reset(7)", "ok+close",
    "ok+close(7)", "ok+content-length(9999)", "ok+chunked+reset(7)", "ok+page(502)",
]  # fmt: skip


@pytest.fixture(scope="module")
def authority() -> Iterator[Certified]:
    with certified() as certificate:
        yield certificate


@pytest.fixture(scope="module")
def secured(authority: Certified) -> Iterator[Served]:
    with serving(ccc_mock.Endpoint(), tls=authority.context) as running:
        yield running


def by_requests(account: AccountSurface, host: str, ca_file: str) -> Any:
    headers = signed_headers(account, host)
    return requests.post(f"https://{host}/", data=BODY, headers=headers, timeout=PATIENCE, verify=ca_file)


def by_client(lib: Any) -> Callable[..., Any]:
    def post(account: AccountSurface, host: str, ca_file: str) -> Any:
        with lib.Client(verify=ssl.create_default_context(cafile=ca_file), timeout=PATIENCE) as client:
            return client.post(f"https://{host}/", content=BODY, headers=signed_headers(account, host))

    return post


def by_asynchronous_client(lib: Any) -> Callable[..., Any]:
    async def post(account: AccountSurface, host: str, ca_file: str) -> Any:
        async with lib.AsyncClient(verify=ssl.create_default_context(cafile=ca_file), timeout=PATIENCE) as client:
            return await client.post(f"https://{host}/", content=BODY, headers=signed_headers(account, host))

    return lambda *args: asyncio.run(post(*args))


CLIENTS: dict[str, Callable[..., Any]] = {
    "requests": by_requests,
    "httpx": by_client(httpx),
    "httpx2": by_client(httpx2),
    "httpx, asynchronous": by_asynchronous_client(httpx),
    "httpx2, asynchronous": by_asynchronous_client(httpx2),
}


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("step", STEPS)
def test_a_fault_is_what_it_is_over_tls(
    ccc: Fake, secured: Served, authority: Certified, now: float, client: str, step: str
) -> None:
    on_a_socket = secured.account(seed=7, at=now)
    seen = []
    for account, host in ((ccc, HOST), (on_a_socket, on_a_socket.host)):
        account.plan(step)
        send = lambda: CLIENTS[client](account, host, str(authority.ca_file))  # noqa: B023, E731
        seen.append(outcomes.of(send, lambda answer: (answer.status_code, answer.content, list(answer.headers)), host))
    on_a_socket.remove()
    assert seen[0] == seen[1]
