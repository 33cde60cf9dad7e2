"""A router of respx whose route hands its calls to the fake: every combination that works, and a word on the others."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
import respx

import ccc_mock
import signing_by_hand
from ccc_mock import Fake, NoFake
from fault_steps import PATIENCE
from signing_by_hand import BODY, signed_headers

HOST = "ccc.tencentcloudapi.com"
URL = f"http://{HOST}/"

COMBINATIONS = [(httpx, "httpcore"), (httpx, "httpx"), (httpx2, "httpcore2")]
"""The caller's library, and the mocker of the router that sees its calls (pytest-httpx2 brings the last)."""

combinations = pytest.mark.parametrize(("lib", "using"), COMBINATIONS, ids=["httpx", "httpx's client", "httpx2"])
ways = pytest.mark.parametrize("way", ["sync", "asyncio"])


@contextlib.contextmanager
def both(using: str, order: str, **settings: Any) -> Iterator[tuple[Any, Fake]]:
    if order == "respx inside":
        with ccc_mock.fake() as ccc, respx.mock(using=using, **settings) as router:
            yield router, ccc
    else:
        with respx.mock(using=using, **settings) as router, ccc_mock.fake() as ccc:
            yield router, ccc


orders = pytest.mark.parametrize("order", ["respx inside", "respx around it"])


def post(lib: Any, way: str, ccc: Fake, url: str = URL) -> Any:
    given = {"content": BODY, "headers": signed_headers(ccc), "timeout": PATIENCE}
    if way == "sync":
        return lib.post(url, **given)

    async def call() -> Any:
        async with lib.AsyncClient() as client:
            return await client.post(url, **given)

    return asyncio.run(call())


@combinations
@ways
@orders
def test_a_route_hands_its_calls_to_the_fake(lib: Any, using: str, way: str, order: str) -> None:
    with both(using, order) as (router, ccc):
        route = router.route(host=HOST).mock(side_effect=ccc.respx)
        answer = post(lib, way, ccc)
        assert isinstance(answer, lib.Response) or using == "httpx"
        assert answer.json()["Response"]["SessionId"]
        assert answer.http_version == "HTTP/1.1"
        assert route.call_count == len(ccc.calls) == 1


FAILING = {
    "ok+delay(900ms)": "ReadTimeout",
    "ok+stall(10 900ms)": "ReadTimeout",
    "ok+reset@after": "ReadError",
    "ok+reset(7)": "ReadError",
    "ok+close": "RemoteProtocolError",
    "ok+content-length(9999)": "RemoteProtocolError",
}


@combinations
@ways
@orders
@pytest.mark.parametrize("step", FAILING)
def test_a_fault_is_the_exception_of_the_library_that_called(
    lib: Any, using: str, way: str, order: str, step: str
) -> None:
    with both(using, order) as (router, ccc):
        router.route(host=HOST).mock(side_effect=ccc.respx)
        ccc.plan(step)
        with pytest.raises(getattr(lib, FAILING[step])):
            post(lib, way, ccc)
        assert len(ccc.calls) == 1


@combinations
@ways
@pytest.mark.parametrize("step", ["ok+delay(1ms)", "ok+chunked", "ok+gzip", "ok+drip(40 1ms)", "ok+lower-case"])
def test_what_is_only_strange_comes_whole(lib: Any, using: str, way: str, step: str) -> None:
    with both(using, "respx inside") as (router, ccc):
        router.route(host=HOST).mock(side_effect=ccc.respx)
        ccc.plan(step)
        assert post(lib, way, ccc).json()["Response"]["SessionId"]


@combinations
@ways
@orders
def test_a_route_of_the_test_s_own_goes_before_the_fake(lib: Any, using: str, way: str, order: str) -> None:
    with both(using, order) as (router, ccc):
        router.post(URL).mock(return_value=httpx.Response(418))
        assert post(lib, way, ccc).status_code == 418
        assert ccc.calls == []


@pytest.mark.parametrize(("lib", "using"), [(httpx, "httpcore"), (httpx2, "httpcore2")])
@ways
@orders
def test_what_no_route_is_for_is_the_fake_s(lib: Any, using: str, way: str, order: str) -> None:
    with both(using, order, assert_all_called=False) as (router, ccc):
        router.get("https://other.test/").mock(return_value=httpx.Response(204))
        router.route(host=HOST, path="/elsewhere").pass_through()
        assert post(lib, way, ccc).json()["Response"]["SessionId"]
        assert lib.get("https://other.test/").status_code == 204


@orders
def test_a_router_over_httpx_s_client_refuses_what_it_has_no_route_for(order: str) -> None:
    """It stands in for the choice of a transport, before the fake; its own complaint names the call."""
    with both("httpx", order, assert_all_called=False) as (_, ccc):
        with pytest.raises(AssertionError, match=r"ccc\.tencentcloudapi\.com.* not mocked"):
            post(httpx, "sync", ccc)
        assert ccc.calls == []


@pytest.mark.parametrize("using", ["httpcore", "httpx"])
@ways
@orders
def test_a_router_that_httpx2_passes_by_is_refused_with_the_one_to_use(using: str, way: str, order: str) -> None:
    with both(using, order, assert_all_called=False) as (router, ccc):
        router.route(host=HOST).mock(side_effect=ccc.respx)
        with pytest.raises(NoFake, match="use the fixture `httpx2_mock` of pytest-httpx2"):
            post(httpx2, way, ccc)
        assert ccc.calls == []


def test_under_the_name_of_httpx_httpx2_takes_a_plain_router() -> None:
    program = """
import httpx2; httpx2.alias_httpx()
import httpx, respx, ccc_mock
from signing_by_hand import BODY, signed_headers
with ccc_mock.fake() as ccc, respx.mock() as router:
    route = router.route(host="ccc.tencentcloudapi.com").mock(side_effect=ccc.respx)
    assert httpx.post("https://ccc.tencentcloudapi.com/").status_code == 200
    ccc.plan("ok+delay(9s)")
    try:
        httpx2.post("https://ccc.tencentcloudapi.com/", content=BODY, headers=signed_headers(ccc), timeout=1)
        raise AssertionError("it was answered")
    except httpx2.ReadTimeout:
        pass
    assert route.call_count == len(ccc.calls) == 2
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(signing_by_hand.__file__).parent)


def test_the_fixtures_of_respx_and_pytest_httpx2_do(respx_mock: Any, httpx2_mock: Any) -> None:
    with ccc_mock.fake() as ccc:
        respx_mock.route(host=HOST).mock(side_effect=ccc.respx)
        httpx2_mock.route(host=HOST).mock(side_effect=ccc.respx)
        assert post(httpx, "sync", ccc).is_success
        assert post(httpx2, "sync", ccc).is_success
    assert len(ccc.calls) == 2
