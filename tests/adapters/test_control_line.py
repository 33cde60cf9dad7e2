"""The line between the API and control: the raw path `/_ccc` and what follows it, and nothing else, is control."""

from __future__ import annotations

import pytest

from ccc_mock.adapters.serving import Served, ServedAccount
from ccc_mock.control import MAX_BODY_BYTES
from wire import as_bytes, exchange, signed

ENVELOPE = {"Response"}

NOT_CONTROL = [
    "//_ccc/health",
    "/%5fccc/health",
    "/%5Fccc/health",
    "/_cc%63/health",
    "/_CCC/health",
    "/_cccx/health",
    "/./_ccc/health",
    "/x/../_ccc/health",
    "/;/_ccc/health",
    "/?/_ccc/health",
    "/_ccc%2Fhealth",
    "/_ccc%2fhealth",
    "/_ccc;x/health",
    "/_ccc%2Fplans/x",
    "/%5fccc/redirect",
    "/_cccredirect",
    "http://127.0.0.1/_ccc/health",
    "http://ccc.tencentcloudapi.com/_ccc/health",
    "HTTP://127.0.0.1/_ccc/health",
]
CONTROL = [
    "/_ccc/health",
    "/_ccc",
    "/_ccc/",
    "/_ccc/../",
    "/_ccc/%2e%2e/",
    "/_ccc//health",
    "/_ccc/%68ealth",
    "/_ccc?x=y",
    "/_ccc/plans",
    "/_ccc/plans/%2e%2e",
    "/_ccc/plans/..%2f..%2f",
    "/_ccc/plans/../../",
    "/_ccc/openapi.json",
]


@pytest.mark.parametrize("target", NOT_CONTROL)
def test_what_only_looks_like_control_is_the_api(served: Served, target: str) -> None:
    answer = exchange(served.host, f"GET {target} HTTP/1.1\r\nHost: {served.host}\r\n\r\n".encode())
    assert set(answer.json) == ENVELOPE


@pytest.mark.parametrize("target", CONTROL)
def test_what_lies_below_control_is_never_the_api(account: ServedAccount, target: str) -> None:
    request = signed(account.host, account.secret_id, account.secret_key)
    answer = exchange(account.host, as_bytes(request, target))
    assert set(answer.json) != ENVELOPE
    assert account.journal() == []


@pytest.mark.parametrize(
    "header",
    [
        "X-Original-URL: /_ccc/health",
        "X-Rewrite-URL: /_ccc/health",
        "X-Forwarded-Prefix: /_ccc",
        "X-Forwarded-Path: /_ccc/health",
        "X-HTTP-Method-Override: PUT",
        "Forwarded: path=/_ccc/health",
        "X-TC-Action: /_ccc/health",
    ],
)
def test_no_header_leads_to_control(served: Served, header: str) -> None:
    answer = exchange(served.host, f"GET / HTTP/1.1\r\nHost: {served.host}\r\n{header}\r\n\r\n".encode())
    assert set(answer.json) == ENVELOPE


@pytest.mark.parametrize("header", ["X-Original-URL: /", "X-Rewrite-URL: /", "X-TC-Action: CreateAIAgentCall"])
def test_no_header_leads_away_from_control(served: Served, header: str) -> None:
    target = f"GET /_ccc/health HTTP/1.1\r\nHost: {served.host}\r\n{header}\r\n\r\n"
    assert exchange(served.host, target.encode()).json["ready"] is True


@pytest.mark.parametrize("method", ["FOO", "PROPFIND", "OPTIONS", "TRACE", "PATCH"])
def test_every_method_below_control_gets_controls_answer(served: Served, method: str) -> None:
    target = f"{method} /_ccc/health HTTP/1.1\r\nHost: {served.host}\r\n\r\n".encode()
    answer = exchange(served.host, target)
    assert answer.status in (400, 405)  # 400: httptools knows a fixed list of methods
    assert b"Response" not in answer.body


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_a_redirect_leads_to_itself_without_a_token(account: ServedAccount, method: str) -> None:
    request = signed("evil.example", account.secret_id, account.secret_key)
    data = as_bytes(request, "/_ccc/redirect").replace(b"POST", method.encode(), 1)
    answer = exchange(account.host, data)
    assert (answer.status, answer.header("location")) == (302, "/_ccc/redirect")
    assert account.journal() == []


def test_a_plan_of_100_000_steps_goes_over_a_socket_and_one_byte_more_than_the_bound_does_not(served: Served) -> None:
    head = "POST /_ccc/plans HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\n\r\n"
    body = b'{"plan": "' + b"FailedOperation.CallOutFailed, " * 99_999 + b'ok"}'
    assert exchange(served.host, head.format(served.host, len(body)).encode() + body).status == 201
    body = b" " * (MAX_BODY_BYTES + 1)
    assert exchange(served.host, head.format(served.host, len(body)).encode() + body).status == 413


@pytest.mark.parametrize(
    "name", ["%00", "%ff", "..", "%2e%2e", "x" * 4000, "%0d%0a", "a%0ab", "{name}", "a;b", "%u0041"]
)
def test_a_hostile_name_of_a_plan_is_only_one_that_nobody_has(served: Served, name: str) -> None:
    answer = exchange(served.host, f"GET /_ccc/plans/{name} HTTP/1.1\r\nHost: {served.host}\r\n\r\n".encode())
    assert answer.status == 404
    assert set(answer.json) == {"error"}
