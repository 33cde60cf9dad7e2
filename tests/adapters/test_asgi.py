"""The wire as sockets see it, under both of uvicorn's parsers."""

from __future__ import annotations

import json
import re
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ccc_contract import Request, sign
from ccc_mock import DEFAULT_CREDENTIAL, Clock, Delivery, Endpoint, Reply
from ccc_mock.adapters import server
from ccc_mock.adapters.serving import Served, ServedAccount, serving
from ccc_mock.exchange import Exchange
from wire import BODY, as_bytes, exchange, read_answer, signed


def call(account: ServedAccount, **headers: str) -> bytes:
    return as_bytes(signed(account.host, account.secret_id, account.secret_key, **headers))


def test_an_answer_has_the_headers_of_the_real_one_in_their_order(account: ServedAccount) -> None:
    answer = exchange(account.host, call(account))
    assert answer.status == 200
    assert answer.code is None
    assert [name.lower() for name, _ in answer.headers] == ["date", "content-type", "content-length", "connection"]
    assert answer.header("content-type") == "application/json"
    assert answer.header("connection") == "keep-alive"
    assert not answer.closed


def test_the_date_is_the_accounts_time(account: ServedAccount) -> None:
    account.clock.freeze(1795324613)
    assert exchange(account.host, call(account)).header("date") == "Sun, 22 Nov 2026 05:16:53 GMT"


def test_a_refusal_is_http_200_too(account: ServedAccount) -> None:
    answer = exchange(account.host, call(account).replace(b"008612300000000", b"008612300000001"))
    assert (answer.status, answer.code) == (200, "AuthFailure.SignatureFailure")


@pytest.mark.parametrize("value", ["close", "Close", "close, te"])
def test_connection_close_is_honoured(account: ServedAccount, value: str) -> None:
    answer = exchange(account.host, call(account, connection=value))
    assert (answer.code, answer.header("connection"), answer.closed) == (None, "close", True)


def test_a_connection_is_kept_for_the_next_call(account: ServedAccount) -> None:
    name, _, port = account.host.rpartition(":")
    with socket.create_connection((name, int(port)), 5) as sock:
        for _ in range(3):
            sock.settimeout(5)
            sock.sendall(call(account))
            assert read_answer(sock).code is None


def test_an_idle_connection_is_kept_for_sixty_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    assert server.IDLE_SECONDS == 60
    monkeypatch.setattr(server, "IDLE_SECONDS", 1)  # the same, sixty times as fast
    with serving(Endpoint()) as served:
        account = served.account()
        name, _, port = account.host.rpartition(":")
        with socket.create_connection((name, int(port)), 5) as sock:
            sock.sendall(call(account))
            assert not read_answer(sock).closed
            sock.settimeout(5)
            assert sock.recv(1) == b""


@pytest.mark.parametrize("target", ["http://ccc.tencentcloudapi.com/", "http://ccc.tencentcloudapi.com", "/?", "/any"])
def test_every_form_of_target_reaches_the_api(account: ServedAccount, target: str) -> None:
    request = signed("ccc.tencentcloudapi.com", account.secret_id, account.secret_key)
    assert exchange(account.host, as_bytes(request, target)).code is None


def test_the_query_of_a_post_is_ignored(account: ServedAccount) -> None:
    request = signed(account.host, account.secret_id, account.secret_key)
    assert exchange(account.host, as_bytes(request, "/?Action=Nonsense&x")).code is None


def test_other_methods_are_refused_as_the_service_would(served: Served) -> None:
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        answer = exchange(served.host, f"{method} / HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert answer.code == "UnsupportedProtocol"


def test_a_body_beyond_ten_megabytes_is_refused_and_the_sender_reads_it(account: ServedAccount) -> None:
    request = signed(account.host, account.secret_id, account.secret_key, body=b" " * (12 * 1024 * 1024))
    answer = exchange(account.host, as_bytes(request), timeout=20)
    assert answer.code == "RequestSizeLimitExceeded"


def test_ten_megabytes_of_json_are_read(account: ServedAccount) -> None:
    filler = b" " * (10 * 1024 * 1024 - len(BODY))
    request = signed(account.host, account.secret_id, account.secret_key, body=BODY + filler)
    assert exchange(account.host, as_bytes(request), timeout=20).code is None


def test_an_action_without_behaviour_is_501_in_plain_text(account: ServedAccount) -> None:
    request = signed(
        account.host, account.secret_id, account.secret_key, body=b'{"SdkAppId":1}', x_tc_action="DescribeCallInMetrics"
    )
    answer = exchange(account.host, as_bytes(request))
    assert (answer.status, answer.header("content-type")) == (501, "text/plain")
    assert b"DescribeCallInMetrics" in answer.body
    assert b"ccc-mock" in answer.body


def test_a_described_delay_is_performed_and_cut_short_by_the_end_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:

    endpoint = Endpoint()
    account = endpoint.accounts.make()
    answer = endpoint.exchange

    def late(request: Request) -> Exchange:
        exchange = answer(request)
        exchange.reply = Reply(*exchange.reply[:3], Delivery(delay_seconds=600))
        return exchange

    monkeypatch.setattr(endpoint, "exchange", late)
    with ThreadPoolExecutor(1) as pool:
        with serving(endpoint) as served:
            request = signed(served.host, account.credential.secret_id, account.credential.secret_key)
            waiting = pool.submit(exchange, served.host, as_bytes(request))
            while not account.account.journal.last:
                pass  # until it is decided
            assert not waiting.done()
        assert waiting.result(5).code is None


def read_json(sock: socket.socket) -> Any:
    """The next answer's body, byte by byte, so that nothing of the one behind it is taken."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += sock.recv(1)
    length = int(re.search(rb"content-length: (\d+)", head.lower())[1])
    return json.loads(sock.recv(length, socket.MSG_WAITALL))


def test_an_offer_to_upgrade_is_passed_over_and_the_body_is_read(account: ServedAccount) -> None:
    """Java's own client offers h2c with every request over plain HTTP."""
    offer = {"connection": "Upgrade, HTTP2-Settings", "upgrade": "h2c", "http2_settings": "AAEAAEAAAAIAAAAB"}
    answer = exchange(account.host, call(account, **offer))
    assert answer.code is None
    made = f"POST /_ccc/accounts HTTP/1.1\r\nHost: {account.host}\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n"
    answer = exchange(account.host, made.encode() + b'Content-Length: 12\r\n\r\n{"sed": "x"}')
    assert (answer.status, "did you mean seed?" in answer.json["error"]) == (400, True)


@pytest.mark.parametrize("pieces", [1, 5])
def test_an_offer_to_upgrade_may_come_in_pieces_and_again(account: ServedAccount, pieces: int) -> None:
    name, _, port = account.host.rpartition(":")
    data = call(account, connection="Upgrade", upgrade="h2c")
    step = -(-len(data) // pieces)
    with socket.create_connection((name, int(port)), 5) as sock:
        for _ in range(2):
            for at in range(0, len(data), step):
                sock.sendall(data[at : at + step])
            assert next(iter(read_json(sock))) == "Response"
    assert [entry["verdict"] for entry in account.journal()] == ["ok", "ok"]


def test_a_head_has_no_body(served: Served) -> None:
    name, _, port = served.host.rpartition(":")
    with socket.create_connection((name, int(port)), 5) as sock:
        sock.sendall(b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n" * 2)
        received = b""
        while received.count(b"\r\n\r\n") < 2:
            received += sock.recv(65536)
    assert received.count(b"HTTP/1.1 200 ") == 2
    assert b"{" not in received


def test_a_client_that_speaks_tls_is_told_on_the_terminal(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    name, _, port = served.host.rpartition(":")
    context = ssl.create_default_context()
    with socket.create_connection((name, int(port)), 5) as sock, pytest.raises((ssl.SSLError, OSError)):
        context.wrap_socket(sock, server_hostname="localhost")
    assert "set its protocol to http" in caplog.text


def test_a_bug_is_500_and_told_with_its_traceback(
    served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(request: Request) -> Exchange:
        raise ZeroDivisionError("a bug of ours")

    account = served.account()
    monkeypatch.setattr(served.endpoint, "exchange", broken)
    answer = exchange(account.host, call(account))
    assert answer.status == 500
    assert "a bug of ours" in caplog.text


def test_both_ways_answer_alike() -> None:
    """The same account, seed and time under httptools and h11: the same answers, but for the case of header names."""
    answers = {}
    for parser in ("httptools", "h11"):
        with pytest.MonkeyPatch.context() as patch:
            if parser == "h11":
                patch.setattr(server, "_http_protocol", lambda: server.PlainProtocol)
            with serving(Endpoint(seed=5, clock=Clock(at=1795324613))) as running:
                answers[parser] = [told(running, variant) for variant in VARIANTS]
    assert answers["httptools"] == answers["h11"]


VARIANTS: tuple[dict[str, Any], ...] = (
    {},
    {"connection": "close"},
    {"body": b""},
    {"x_tc_action": "Nonsense"},
    {"x_tc_action": "DescribeCallInMetrics", "body": b'{"SdkAppId": 1}'},
)


def told(running: Served, variant: dict[str, Any]) -> tuple[Any, ...]:
    common = {"content-type": "application/json", "x-tc-action": "CreateAIAgentCall", "x-tc-version": "2020-02-10"}
    changed = {name.replace("_", "-"): value for name, value in variant.items() if name != "body"}
    request = Request.post("x", {**common, **changed}, variant.get("body", BODY))
    credential = DEFAULT_CREDENTIAL
    request = sign(request, credential.secret_id, credential.secret_key, timestamp=1795324613)
    answer = exchange(running.host, as_bytes(request))
    return answer.status, [(name.lower(), value) for name, value in answer.headers], answer.body, answer.closed
