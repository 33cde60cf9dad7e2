"""Signed calls as the official Python SDK sends them, as values and as the bytes on the wire."""

from __future__ import annotations

import json
import time
import uuid

from ccc_contract.http import Request
from ccc_contract.signing import sign
from ccc_mock.accounts import DEFAULT_CREDENTIAL

POOL = 200
"""Different calls in a pool, so that nothing is answered from a cache that real clients would not hit."""


def make_calls(host: str) -> list[Request]:
    """A pool of calls to `host` (as in a Host header), each with a callee of its own, signed now: good for 300 s."""
    return [make_call(host, callee) for callee in range(POOL)]


def make_call(host: str, callee: int = 0) -> Request:
    """One call, as uvicorn hands it over: names of headers in lower case."""
    # The lines of fixtures/sdk/python__tc3_post__http_ip.http.
    headers = {
        "user-agent": "python-requests/2.34.2",
        "accept-encoding": "gzip, deflate",
        "accept": "*/*",
        "connection": "keep-alive",
        "x-tc-traceid": str(uuid.uuid4()),
        "content-type": "application/json",
        "x-tc-action": "CreateAIAgentCall",
        "x-tc-requestclient": "SDK_PYTHON_3.1.177",
        "x-tc-version": "2020-02-10",
        "x-tc-region": "ap-guangzhou",
        "x-tc-language": "zh-CN",
    }
    params = {
        "SdkAppId": 1400000000,
        "AIAgentId": 15,
        "Callee": f"008612{callee:09}",
        "Callers": ["008601012345678", "008601012345679"],
        "PromptVariables": [{"Key": "foo", "Value": "bar"}],
    }
    body = json.dumps(params)
    unsigned = Request.post(host, {**headers, "content-length": str(len(body))}, body)
    return sign(unsigned, DEFAULT_CREDENTIAL.secret_id, DEFAULT_CREDENTIAL.secret_key, timestamp=int(time.time()))


def on_the_wire(call: Request) -> bytes:
    """The call as HTTP/1.1."""
    lines = [b"%b: %b\r\n" % line for line in call.headers.lines]
    return b"%b %b HTTP/1.1\r\n%b\r\n%b" % (call.method.encode(), call.target, b"".join(lines), call.body)


def is_success(answer: bytes) -> bool:
    """Does this HTTP answer carry what a successful call is told?  The rule of load.lua, for single calls."""
    return answer.startswith(b"HTTP/1.1 200 ") and b'"SessionId"' in answer and b'"RequestId"' in answer
