"""What a call of the client costs beyond a bare post of the same bytes, and its import beyond Python's start."""

from __future__ import annotations

import cProfile
import os
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median
from types import FunctionType

import httpx2
from figures import Figure, Reach, Result
from served import RunFailed

from ccc_contract import Client, Credential, signing
from ccc_contract.client import answers, caller, outgoing

CALLS = 100
"""In one batch; batches take turns, and their processor's time counts."""

CALL = {"SdkAppId": 1400000000, "AIAgentId": 15, "Callee": "008613800000000"}
SESSION_ID = "2f0a0000-0000-4000-8000-000000000000"
ANSWER = b'{"Response":{"SessionId":"%s","RequestId":"%s"}}' % ((SESSION_ID.encode(),) * 2)
HEADERS = [(b"Content-Type", b"application/json"), (b"Content-Length", str(len(ANSWER)).encode())]

STEPS: dict[str, FunctionType] = {
    "the body": outgoing.body_of,
    "signing": signing.sign,
    "httpx2's request": caller.Caller._request,
    "judging the answer": answers.judged,
}

CALL_REACH = Reach("figure", "at most", 60.0)
IMPORT_REACH = Reach("figure", "at most", 60.0)

STARTS = {
    "bare": "pass",
    "import": "import ccc_contract",
    "client": "from ccc_contract import Client",
    "made": "from ccc_contract import Client, Credential; Client(Credential('AKIDx', 'y'))",
    "library": "import httpx2; httpx2.Client()",
}
"""What a fresh Python runs."""


def measure(batches: int, starts: int) -> Result:
    call, post, profile = _calls(batches)
    over = median(ours - bare for ours, bare in zip(call, post, strict=True))
    ratio = median(ours / bare for ours, bare in zip(call, post, strict=True))
    least = _starts(starts)
    bare = least["bare"] * 1e3
    beyond = {name: seconds * 1e3 - bare for name, seconds in least.items()}
    return Result(
        [
            Figure("Client.call over a bare httpx2 post", over, "µs", median(post), ratio, CALL_REACH),
            Figure("import ccc_contract over bare Python", beyond["import"], "ms", bare, reach=IMPORT_REACH),
            Figure("  with its client", beyond["client"], "ms"),
            Figure("  with a first client made", beyond["made"], "ms", beyond["library"]),
        ],
        [
            f"client: {batches} batches of {CALLS} calls over a transport that answers a constant, in the fastest a "
            f"call took {min(call):.0f} µs and a post {min(post):.0f}; under the profiler {profile}",
            f"client: the least of {starts} starts; beside a first client stands a first client of httpx2",
        ],
    )


# --- a call --------------------------------------------------------------------------------------------------------


class Constant(httpx2.BaseTransport):
    """Answers at once; keeps the last request."""

    last: httpx2.Request

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.last = request
        return httpx2.Response(200, headers=HEADERS, content=ANSWER)


def _calls(batches: int) -> tuple[list[float], list[float], str]:
    """Microseconds per call of ours, and of a post of the same bytes, batch by batch; and where ours go."""
    transport = Constant()
    with httpx2.Client(transport=transport) as http, Client(Credential("AKIDbench", "a-key"), http=http) as client:
        ours = lambda: client.call("CreateAIAgentCall", CALL)  # noqa: E731
        if ours()["SessionId"] != SESSION_ID:
            raise RunFailed("a measured call was no success")
        url, headers, body = str(transport.last.url), transport.last.headers.raw, transport.last.content
        post = lambda: http.post(url, content=body, headers=headers)  # noqa: E731
        pairs = [(_microseconds(ours), _microseconds(post)) for _ in range(batches + 1)][1:]
        return [each[0] for each in pairs], [each[1] for each in pairs], _profile(ours)


def _microseconds(work: Callable[[], object]) -> float:
    before = time.process_time()
    for _ in range(CALLS):
        work()
    return (time.process_time() - before) / CALLS * 1e6


def _profile(work: Callable[[], object]) -> str:
    """The shares that the steps of a call have."""
    with cProfile.Profile() as profiler:
        for _ in range(CALLS):
            work()
    profiler.create_stats()
    spent = {code: each[3] for code, each in profiler.stats.items()}  # type: ignore[attr-defined]
    shares = {told: spent[_key(function)] / max(spent.values()) for told, function in STEPS.items()}
    return ", ".join(f"{told} {shares[told]:.0%}" for told in sorted(shares, key=lambda told: -shares[told]))


def _key(function: FunctionType) -> tuple[str, int, str]:
    """As the profiler names it."""
    code = function.__code__
    return code.co_filename, code.co_firstlineno, code.co_name


# --- an import -----------------------------------------------------------------------------------------------------


def _starts(rounds: int) -> dict[str, float]:
    """The least processor's time that each took, in turns."""
    done = [{name: _spent(statement) for name, statement in STARTS.items()} for _ in range(rounds + 1)][1:]
    return {name: min(each[name] for each in done) for name in STARTS}


def _spent(statement: str) -> float:
    """Seconds of CPU that one start takes: what others do on this machine changes it less."""
    process = subprocess.Popen([sys.executable, "-c", statement], stderr=subprocess.PIPE)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.stderr is not None
    with process.stderr as errors:
        if process.returncode:
            raise RunFailed(f"`{statement}` failed: {errors.read().decode()[-300:]}")
    return used.ru_utime + used.ru_stime
