"""The wire as sockets see it, under both of uvicorn's parsers."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from ccc_contract import Request
from ccc_mock import Delivery, Endpoint, Reply
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


def test_http_1_0_is_answered_and_closed(account: ServedAccount) -> None:
    request = signed(account.host, account.secret_id, account.secret_key)
    answer = exchange(account.host, as_bytes(request, version="1.0"))
    assert (answer.code, answer.closed) == (None, True)


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


def test_a_body_in_pieces_is_one_body(account: ServedAccount) -> None:
    name, _, port = account.host.rpartition(":")
    data = call(account)
    with socket.create_connection((name, int(port)), 5) as sock:
        for at in range(0, len(data), 7):
            sock.sendall(data[at : at + 7])
        assert read_answer(sock).code is None


def test_a_chunked_body_is_one_body(account: ServedAccount) -> None:
    request = signed(account.host, account.secret_id, account.secret_key)
    head = as_bytes(request).partition(b"\r\n\r\n")[0].rpartition(b"\r\nContent-Length")[0]
    half = len(BODY) // 2
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (BODY[:half], BODY[half:], b""))
    answer = exchange(account.host, head + b"\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
    assert answer.code is None


def test_a_body_beyond_ten_megabytes_is_refused_and_the_sender_reads_it(account: ServedAccount) -> None:
    request = signed(account.host, account.secret_id, account.secret_key, body=b" " * (12 * 1024 * 1024))
    answer = exchange(account.host, as_bytes(request), timeout=20)
    assert answer.code == "RequestSizeLimitExceeded"


def test_ten_megabytes_of_json_are_read(account: ServedAccount) -> None:
    filler = b" " * (10 * 1024 * 1024 - len(BODY))
    request = signed(account.host, account.secret_id, account.secret_key, body=BODY + filler)
    assert exchange(account.host, as_bytes(request), timeout=20).code is None


def test_a_client_that_leaves_early_leaves_no_trace(account: ServedAccount) -> None:
    name, _, port = account.host.rpartition(":")
    with socket.create_connection((name, int(port)), 5) as sock:
        sock.sendall(call(account)[:-10])
    assert exchange(account.host, call(account)).code is None
    assert len(account.journal()) == 1


def test_an_action_without_behaviour_is_501_in_plain_text(account: ServedAccount) -> None:
    request = signed(
        account.host, account.secret_id, account.secret_key, body=b'{"SdkAppId":1}', x_tc_action="DescribeNumbers"
    )
    answer = exchange(account.host, as_bytes(request))
    assert (answer.status, answer.header("content-type")) == (501, "text/plain")
    assert b"DescribeNumbers" in answer.body
    assert b"ccc-mock" in answer.body


def test_two_hundred_connections_at_once_are_all_answered(account: ServedAccount) -> None:
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: exchange(account.host, call(account)), range(200)))
    assert {answer.code for answer in answers} == {None}
    assert [entry["n"] for entry in account.journal()] == list(range(1, 201))


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
