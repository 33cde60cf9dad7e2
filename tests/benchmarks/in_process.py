"""Calls through the official SDK in this process: the fake beside adapters that answer a constant."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import requests
from figures import Figure, Reach, Result
from requests.adapters import BaseAdapter, HTTPAdapter
from tencentcloud.ccc.v20200210 import ccc_client, models
from tencentcloud.common.credential import Credential
from urllib3 import HTTPResponse

import ccc_mock

CALLS = 50
"""In one batch; batches take turns, and their processor's time counts."""


def measure(batches: int) -> Result:
    """Calls per second in batches that take turns, and how long a fake takes to begin and to end."""
    with ccc_mock.fake() as ccc:
        met = _client(ccc)
        met.CreateAIAgentCall(_call())
        constant, read = _client(ccc), _client(ccc)
        constant.request.conn._session.mount("https://", _Constant(_answer(ccc)))
        read.request.conn._session.mount("https://", _Read(_answer(ccc)))
        rounds = [[CALLS / _seconds(client) for client in (met, constant, read)] for _ in range(batches)]
    fake, beside, least = map(median, zip(*rounds, strict=True))
    ratios = [each[0] / each[1] for each in rounds]
    reach = Reach("ratio", "at least", 0.7)
    return Result(
        [
            Figure("calls of the SDK in process", fake, "1/s", beside, median(ratios), reach),
            Figure("  beside one whose body was read", fake, "1/s", least, median(a / c for a, _, c in rounds)),
            Figure("a fake begins and ends", _begin_and_end(batches), "ms", reach=Reach("figure", "at most", 0.5)),
        ],
        [f"in process: {batches} rounds of {CALLS} calls, ratios {min(ratios):.2f} to {max(ratios):.2f}"],
    )


class _Constant(HTTPAdapter):
    """The least that an adapter can do with what requests and urllib3 offer: it looks at nothing."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self._body = body

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        headers = {"Content-Type": "application/json", "Content-Length": str(len(self._body))}
        body = io.BytesIO(self._body)
        return self.build_response(request, HTTPResponse(body, headers, 200, reason="OK", preload_content=False))


class _Read(BaseAdapter):
    """Less than that, with attributes that are requests' own: urllib3 is left out."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self._body = body

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        response = requests.Response()
        response.status_code, response._content = 200, self._body
        response.headers["Content-Type"] = "application/json"
        response.url, response.request = request.url or "", request
        return response

    def close(self) -> None:
        """There is nothing to give back."""


def _client(ccc: ccc_mock.Fake) -> Any:
    return ccc_client.CccClient(Credential(ccc.secret_id, ccc.secret_key), "ap-guangzhou")


def _call() -> models.CreateAIAgentCallRequest:
    call = models.CreateAIAgentCallRequest()
    call.SdkAppId, call.AIAgentId, call.Callee = 1400000000, 15, "008613800000000"
    return call


def _answer(ccc: ccc_mock.Fake) -> bytes:
    with ccc.account.lock:
        return ccc.account.journal.page().entries[0].reply


def _seconds(client: Any) -> float:
    call = _call()
    return _spent(lambda: [client.CreateAIAgentCall(call) for _ in range(CALLS)])


def _begin_and_end(times: int) -> float:
    """Milliseconds, as the median of so many."""

    def once() -> None:
        with ccc_mock.fake():
            pass

    once()
    return 1000 * median(_spent(once) for _ in range(times))


def _spent(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before
