"""HTTP as hostile, slow and broken clients speak it, under both of uvicorn's parsers.

What is refused differs a little between the two (h11 reads more of obsolete syntax); that it ends well does not.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import logging
import os
import socket
import ssl
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ccc_mock import Delivery, Endpoint, Reply
from ccc_mock.adapters import server
from ccc_mock.adapters.connection import MAX_HEAD_BYTES
from ccc_mock.adapters.serving import Served, ServedAccount, serving
from ccc_mock.exchange import Exchange
from wire import BODY, Answer, as_bytes, connect, exchange, read_answer, signed

HERE = Path(__file__).parent
GET = b"GET /_ccc/health HTTP/1.1\r\nHost: x\r\n\r\n"
GET_AND_CLOSE = b"GET /_ccc/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
MAKE_ACCOUNT = b"POST /_ccc/accounts HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}"
CALL_AND_READ_ALL = POST + b"\r\nGET /_ccc/journal?limit=1000 HTTP/1.1\r\nHost: localhost\r\n\r\n"
GARBAGE = b"\x00 no HTTP\r\n\r\n"


def call(account: ServedAccount, **headers: str) -> bytes:
    """A signed call that succeeds."""
    return as_bytes(signed(account.host, account.secret_id, account.secret_key, **headers))


def chunked_call(
    account: ServedAccount,
    sizes: Iterable[int],
    body: bytes = BODY,
    *,
    extension: bytes = b"",
    trailers: bytes = b"",
) -> bytes:
    """A signed call that succeeds, its body in chunks of these sizes and the rest in one."""
    request = as_bytes(signed(account.host, account.secret_id, account.secret_key, body=body))
    head = request.partition(b"\r\nContent-Length")[0]
    stream = io.BytesIO(body)
    chunks = [stream.read(size) for size in (*sizes, len(body))]
    written = b"".join(b"%x%b\r\n%b\r\n" % (len(chunk), extension, chunk) for chunk in chunks if chunk)
    return head + b"\r\nTransfer-Encoding: chunked\r\n\r\n" + written + b"0\r\n" + trailers + b"\r\n"


@contextlib.contextmanager
def connected(host: str, *, timeout: float = 10.0, receive_buffer: int | None = None) -> Iterator[socket.socket]:
    """A connection to `host`; `receive_buffer` in bytes is how much of its answers the kernel takes, about."""
    name, _, port = host.rpartition(":")
    with socket.socket() as sock:
        if receive_buffer is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(timeout)
        sock.connect((name, int(port)))
        yield sock


def next_answer(stream: BinaryIO) -> Answer:
    """The next of several answers on one connection."""
    line = stream.readline()
    assert line.startswith(b"HTTP/1.1 "), line
    headers = []
    while field := stream.readline().rstrip(b"\r\n"):
        name, _, value = field.decode("latin-1").partition(":")
        headers.append((name, value.strip()))
    answer = Answer(int(line.split(b" ")[1]), headers, b"", closed=False)
    body = stream.read(int(answer.header("content-length") or 0))
    return Answer(answer.status, headers, body, closed=False)


def all_answers(sock: socket.socket) -> list[Answer]:
    """Every answer until the server ends the connection."""
    answers = []
    with sock.makefile("rb") as stream:
        while stream.peek(1):  # type: ignore[attr-defined]
            answers.append(next_answer(stream))
    return answers


def answers_to(host: str, data: bytes) -> list[Answer]:
    """What comes back for `data`, when nothing else is sent and the server ends the connection."""
    with connected(host) as sock:
        sock.sendall(data)
        return all_answers(sock)


def kinds(answers: Iterable[Answer]) -> list[str | int]:
    """For each answer the first key of its JSON, or its status where it is plain text."""
    return [
        answer.status if (answer.header("content-type") or "").startswith("text/plain") else next(iter(answer.json))
        for answer in answers
    ]


def check_others_are_answered(account: ServedAccount) -> None:
    assert exchange(account.host, call(account)).code is None


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask for this before the server: it then waits for 0.4 seconds where it waits for 60."""
    monkeypatch.setattr(server, "IDLE_SECONDS", 0.4)


@pytest.fixture
def late(account: ServedAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each reply of the API comes 0.6 seconds after it was decided."""
    endpoint = account.served.endpoint
    at_once = endpoint.exchange

    def later(request: object) -> Exchange:
        exchange = at_once(request)
        exchange.reply = Reply(*exchange.reply[:3], Delivery(delay_seconds=0.6))
        return exchange

    monkeypatch.setattr(endpoint, "exchange", later)


@pytest.fixture
def nothing_stays_open(served: Served) -> Iterator[None]:
    """What is open after a test was open before it; the server is in this process."""
    before = open_files()
    yield
    deadline = time.monotonic() + 5
    while open_files() > before and time.monotonic() < deadline:
        time.sleep(0.001)  # until the server has noticed
    assert open_files() <= before


def open_files() -> int:
    return len(os.listdir("/dev/fd"))


@pytest.fixture(autouse=True)
def nothing_goes_wrong(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever clients do, the server has no traceback to show and asyncio nothing to complain of."""
    yield
    check_nothing_was_logged(caplog)


def check_nothing_was_logged(caplog: pytest.LogCaptureFixture) -> None:
    records = [*caplog.get_records("setup"), *caplog.get_records("call")]
    assert [record for record in records if record.levelno >= logging.ERROR or record.name == "asyncio"] == []


# --- pipelining ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, 100, 2000])
def test_pipelined_requests_are_answered_in_order(account: ServedAccount, count: int) -> None:
    with connected(account.host, timeout=20) as sock, ThreadPoolExecutor(1) as pool:
        sending = pool.submit(sock.sendall, call(account) * count)
        with sock.makefile("rb") as stream:
            received = [next_answer(stream).json["Response"]["RequestId"] for _ in range(count)]
        sending.result()
    written = [entry["request_id"] for entry in account.journal()]
    assert received[-len(written) :] == written
    assert len(set(received)) == count


def test_control_and_the_api_take_turns_on_one_connection(account: ServedAccount) -> None:
    answers = answers_to(account.host, call(account) + GET + call(account) + GET_AND_CLOSE)
    assert kinds(answers) == ["Response", "name", "Response", "name"]


def test_a_request_may_be_cut_anywhere(account: ServedAccount) -> None:
    whole = call(account)
    with (
        connected(account.host) as sock,
        sock.makefile("rb") as stream,
        connected(account.host) as other,
        other.makefile("rb") as other_stream,
    ):
        for at in range(1, len(whole)):
            sock.sendall(whole[:at])
            other.sendall(GET)
            next_answer(other_stream)  # the server has read what came before
            sock.sendall(whole[at:])
            assert next_answer(stream).code is None, f"cut after {whole[:at]!r}"


def test_requests_may_come_byte_by_byte(account: ServedAccount) -> None:
    with connected(account.host) as sock, sock.makefile("rb") as stream:
        for byte in call(account) + GET + chunked_call(account, [1, 2]):
            sock.sendall(bytes([byte]))
        assert kinds(next_answer(stream) for _ in range(3)) == ["Response", "name", "Response"]


def test_what_follows_a_last_request_is_not_read(account: ServedAccount) -> None:
    answers = answers_to(account.host, call(account, connection="close") + call(account) * 10)
    assert [answer.code for answer in answers] == [None]
    assert len(account.journal()) == 1


def test_what_comes_after_a_last_request_does_not_displace_its_answer(late: None, account: ServedAccount) -> None:
    with connected(account.host) as sock:
        sock.sendall(call(account, connection="close"))
        while not account.journal():
            pass  # until it is decided
        sock.sendall(GARBAGE)
        assert [answer.code for answer in all_answers(sock)] == [None]


@pytest.mark.parametrize("first", ["the API", "control", "the API, late"])
def test_a_refusal_waits_for_the_answers_before_it(
    account: ServedAccount, request: pytest.FixtureRequest, first: str
) -> None:
    if first == "the API, late":
        request.getfixturevalue("late")
    request_line = GET if first == "control" else call(account)
    assert kinds(answers_to(account.host, request_line + GARBAGE)) == [*kinds([expected(first)]), 400]


def expected(first: str) -> Answer:
    body = b'{"name": 0}' if first == "control" else b'{"Response": 0}'
    return Answer(200, [], body, closed=False)


def test_a_request_that_breaks_behind_a_late_answer_is_refused_after_it(late: None, account: ServedAccount) -> None:
    assert kinds(answers_to(account.host, call(account) + CHUNKED + b"no size\r\n")) == ["Response", 400]


def test_an_offer_to_upgrade_waits_for_the_answers_before_it(late: None, account: ServedAccount) -> None:
    offer = call(account, connection="Upgrade, close", upgrade="h2c")
    answers = answers_to(account.host, call(account) + GET + offer)
    assert kinds(answers) == ["Response", "name", "Response"]


def test_one_who_sends_and_never_reads_is_not_read_any_more(account: ServedAccount) -> None:
    with connected(account.host, receive_buffer=4096) as sock:
        sock.settimeout(1)  # seconds in which nothing more is taken
        with pytest.raises(TimeoutError):
            send_for_ever(sock, CALL_AND_READ_ALL)
        check_others_are_answered(account)


def test_one_who_reads_slowly_is_read_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """uvicorn over httptools reads on with each answer: 700 MB within seconds, for a client that was in no hurry."""
    direct = pytest.importorskip("ccc_mock.adapters.direct")
    queued = []

    class Watched(direct.Protocol):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            queued.append(len(self.pipeline))

    monkeypatch.setattr(server, "_http_protocol", lambda: Watched)
    request = GET[:-2] + b"X-Padding: %b\r\n\r\n" % (b"x" * 1000)
    with serving(Endpoint()) as served, connected(served.host) as sock, ThreadPoolExecutor(1) as pool:
        pool.submit(sock.sendall, request * 3000)
        with sock.makefile("rb") as stream:
            assert {next_answer(stream).status for _ in range(3000)} == {200}
    assert max(queued) <= 256 * 1024 / len(request)  # as many as come in one read


def send_for_ever(sock: socket.socket, data: bytes) -> None:
    while True:
        sock.send(data)


# --- slow clients -------------------------------------------------------------------------------------------------


def test_a_client_that_dribbles_keeps_nobody_waiting_and_is_answered(account: ServedAccount) -> None:
    whole = call(account)
    step = -(-len(whole) // 20)
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(connected(account.host)) for _ in range(20)]
        for at in range(0, len(whole), step):
            check_others_are_answered(account)
            for sock in slow:
                sock.sendall(whole[at : at + step])
        assert {read_answer(sock).code for sock in slow} == {None}


INCOMPLETE = {
    "nothing": b"",
    "half a head": POST,
    "a head without its body": POST + b"Content-Length: 10\r\n\r\n",
    "half a body": POST + b"Content-Length: 10\r\n\r\n12345",
    "half a chunk": CHUNKED + b"a\r\n12345",
    "a body without an end": CHUNKED + b"1\r\n \r\n",
    "half a body for control": MAKE_ACCOUNT[:-1],
    "more digits than bytes": POST + b"Content-Length: 9999999999999999999\r\n\r\n",
    "a request, then half a head": GET + POST,
    "an offer to upgrade, then half a body": POST
    + b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\n{",
    "two requests, then half a body": GET + GET + MAKE_ACCOUNT[:-1],
}


@pytest.mark.parametrize("data", INCOMPLETE.values(), ids=INCOMPLETE)
@pytest.mark.usefixtures("impatient", "nothing_stays_open")
def test_who_does_not_complete_a_request_is_waited_for_only_so_long(account: ServedAccount, data: bytes) -> None:
    accounts = list(account.served.endpoint.accounts)
    assert kinds(answers_to(account.host, data)) == ["name"] * data.count(b"GET")
    assert account.served.journal() == []
    assert list(account.served.endpoint.accounts) == accounts


@pytest.mark.usefixtures("impatient")
def test_each_byte_is_waited_for_anew(account: ServedAccount) -> None:
    whole = call(account)
    with connected(account.host) as sock:
        for at in range(0, len(whole), len(whole) // 8):
            time.sleep(0.1)
            sock.sendall(whole[at : at + len(whole) // 8])
        assert read_answer(sock).code is None


@pytest.mark.usefixtures("impatient", "late")
def test_who_waits_for_an_answer_may_be_silent(account: ServedAccount) -> None:
    assert exchange(account.host, call(account)).code is None


@pytest.mark.usefixtures("impatient", "nothing_stays_open")
def test_who_reads_nothing_is_cut_off_at_last(account: ServedAccount) -> None:
    with connected(account.host, receive_buffer=4096) as sock, pytest.raises((ConnectionResetError, BrokenPipeError)):
        send_for_ever(sock, CALL_AND_READ_ALL)


@pytest.mark.usefixtures("impatient", "nothing_stays_open")
def test_who_sends_on_after_a_refusal_is_cut_off_at_last(account: ServedAccount) -> None:
    with connected(account.host) as sock:
        sock.sendall(GARBAGE)
        assert kinds(all_answers(sock)) == [400]
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            send_for_ever(sock, b" ")


@pytest.mark.usefixtures("impatient")
def test_no_timer_is_left_behind_by_an_offer_to_upgrade(account: ServedAccount) -> None:
    """The parser changes there; the first one armed a timer of its own after the request before."""
    with connected(account.host) as sock, sock.makefile("rb") as stream:
        sock.sendall(call(account) + call(account, connection="Upgrade", upgrade="h2c"))
        assert [next_answer(stream).code for _ in range(2)] == [None, None]
        for _ in range(4):
            time.sleep(0.15)
            sock.sendall(call(account))
            assert next_answer(stream).code is None


# --- floods -------------------------------------------------------------------------------------------------------


def test_ten_thousand_headers_are_read(account: ServedAccount) -> None:
    head, _, body = call(account).partition(b"\r\n\r\n")
    more = b"".join(b"\r\nX-%d: %d" % (number, number) for number in range(10_000))
    assert exchange(account.host, head + more + b"\r\n\r\n" + body).code is None


@pytest.mark.parametrize("kilobytes", [31, 200])
def test_the_api_itself_judges_a_long_query(served: Served, kilobytes: int) -> None:
    query = b"Nonsense=" + b"x" * kilobytes * 1024
    request = b"GET /?%b HTTP/1.1\r\nHost: %b\r\nX-TC-Action: CreateAIAgentCall\r\n\r\n" % (query, served.host.encode())
    answer = exchange(served.host, request)
    assert (answer.status, bool(answer.code)) == (200, True)


ENDLESS: dict[str, tuple[bytes, bytes]] = {
    "headers": (POST, b"X-Flood: %b\r\n" % (b"x" * 80)),
    "one header": (POST + b"X-Flood: ", b"x" * 1000),
    "one header's name": (POST, b"x" * 1000),
    "a target": (b"GET /", b"x" * 1000),
    "a query": (b"GET /?", b"x" * 1000),
    "a method": (b"", b"X" * 1000),
    "empty lines": (b"", b"\r\n" * 500),
    "a chunk's extension": (CHUNKED + b"1;", b"x" * 1000),
    "a chunk's size": (CHUNKED, b"0" * 1000),
    "trailers": (CHUNKED + b"0\r\n", b"X-Flood: %b\r\n" % (b"x" * 80)),
    "one trailer": (CHUNKED + b"0\r\nX-Flood: ", b"x" * 1000),
    "headers behind a request": (GET + POST, b"X-Flood: %b\r\n" % (b"x" * 80)),
}


@pytest.mark.parametrize(("start", "more"), ENDLESS.values(), ids=ENDLESS)
@pytest.mark.usefixtures("nothing_stays_open")
def test_there_is_an_end_to_what_is_read_of_endless(account: ServedAccount, start: bytes, more: bytes) -> None:
    with connected(account.host) as sock, ThreadPoolExecutor(1) as pool:
        pool.submit(send_until_refused, sock, start, more)
        answer = all_answers(sock)[-1]
    assert answer.status in (400, 431)  # 400: what no method, no empty line and no size can be
    assert answer.status == 400 or str(MAX_HEAD_BYTES).encode() in answer.body
    assert answer.header("connection") == "close"
    check_others_are_answered(account)


def send_until_refused(sock: socket.socket, start: bytes, more: bytes) -> None:
    with contextlib.suppress(OSError):
        sock.sendall(start)
        for piece in repeat(more * 100):
            sock.sendall(piece)


def test_a_header_of_ten_megabytes_is_refused_and_its_sender_reads_why(account: ServedAccount) -> None:
    answer = exchange(account.host, POST + b"X-Flood: " + b"x" * 10_000_000 + b"\r\n\r\n")
    assert (answer.status, answer.header("content-type"), answer.closed) == (431, "text/plain; charset=utf-8", True)
    assert b"up to 262144 bytes" in answer.body


# --- chunked bodies -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sizes", [[], [1], [1, 2, 3, 5, 8, 13], repeat(1, len(BODY))], ids=["one", "two", "odd", "1"])
def test_a_chunked_body_is_one_body(account: ServedAccount, sizes: Iterable[int]) -> None:
    assert exchange(account.host, chunked_call(account, sizes)).code is None


def test_a_chunks_extension_is_passed_over(account: ServedAccount) -> None:
    assert exchange(account.host, chunked_call(account, [7], extension=b';a=1;b="2"')).code is None


def test_a_trailer_is_no_header(account: ServedAccount) -> None:
    whole = chunked_call(account, [7])
    head, _, body = whole.partition(b"\r\n\r\n")
    authorization = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"authorization"))
    moved = head.replace(authorization + b"\r\n", b"") + b"\r\n\r\n" + body[:-2] + authorization + b"\r\n\r\n"
    without = moved.replace(authorization + b"\r\n", b"")
    assert exchange(account.host, moved).code == exchange(account.host, without).code is not None
    assert exchange(account.host, chunked_call(account, [7], trailers=b"X-TC-Action: Nonsense\r\n")).code is None


BAD_CHUNKS = {
    "a size that is none": b"no size\r\n",
    "no size": b"\r\n",
    "a size below zero": b"-1\r\n \r\n0\r\n\r\n",
    "a size with a sign": b"+1\r\n \r\n0\r\n\r\n",
    "a size in another base": b"0x1\r\n \r\n0\r\n\r\n",
    "a size in 21 digits": b"%b\r\n" % (b"f" * 21),
    "more than the size": b"1\r\n  \r\n0\r\n\r\n",
    "a trailer without a colon": b"0\r\nno trailer\r\n\r\n",
}


@pytest.mark.parametrize("chunks", BAD_CHUNKS.values(), ids=BAD_CHUNKS)
@pytest.mark.parametrize("target", [b"/", b"/_ccc/accounts"])
def test_a_chunk_that_is_none_is_refused(account: ServedAccount, target: bytes, chunks: bytes) -> None:
    accounts = list(account.served.endpoint.accounts)
    assert kinds(answers_to(account.host, CHUNKED.replace(b" / ", b" %b " % target) + chunks)) == [400]
    assert account.served.journal() == []
    assert list(account.served.endpoint.accounts) == accounts


def test_a_body_may_come_in_very_many_chunks(account: ServedAccount) -> None:
    many = 200_000
    answer = exchange(account.host, chunked_call(account, [1] * many, BODY + b" " * many), timeout=60)
    assert answer.code is None


# --- how long a body is -------------------------------------------------------------------------------------------

BAD_LENGTHS = {
    "two that differ": (b"Content-Length: 1", b"Content-Length: 2"),
    "one that is two": (b"Content-Length: 1, 2",),
    "below zero": (b"Content-Length: -1",),
    "with a sign": (b"Content-Length: +1",),
    "in another base": (b"Content-Length: 0x1",),
    "in words": (b"Content-Length: one",),
    "empty": (b"Content-Length:",),
    "with a blank": (b"Content-Length: 1 1",),
    "in 21 digits": (b"Content-Length: %b" % (b"9" * 21),),
    "in digits of another script": ("Content-Length: ١".encode(),),
    "of a coding nobody knows": (b"Transfer-Encoding: nonsense",),
}


@pytest.mark.parametrize("lines", BAD_LENGTHS.values(), ids=BAD_LENGTHS)
def test_a_length_that_is_none_is_refused(account: ServedAccount, lines: tuple[bytes, ...]) -> None:
    assert kinds(answers_to(account.host, POST + b"\r\n".join(lines) + b"\r\n\r\n  ")) == [400]
    assert account.served.journal() == []


@pytest.mark.parametrize("order", [1, -1])
def test_a_length_beside_chunks_smuggles_nothing(account: ServedAccount, order: int) -> None:
    """Refused, or read by its chunks; never by a length that would make a body of the request behind it."""
    behind = GET_AND_CLOSE
    lines = [b"Transfer-Encoding: chunked\r\n", b"Content-Length: %d\r\n" % (5 + len(behind))][::order]
    answers = kinds(answers_to(account.host, POST + b"".join(lines) + b"\r\n0\r\n\r\n" + behind))
    assert answers in ([400], ["Response", "name"])


@pytest.mark.parametrize("first", [call, lambda account: MAKE_ACCOUNT], ids=["the API", "control"])
def test_what_follows_a_body_is_the_next_request(
    account: ServedAccount, first: Callable[[ServedAccount], bytes]
) -> None:
    answers = answers_to(account.host, first(account) + b"} \r\n\r\n")
    assert [answer.status for answer in answers] in ([200, 400], [201, 400])


# --- Expect: 100-continue -----------------------------------------------------------------------------------------


def test_a_body_that_is_asked_for_is_asked_for(account: ServedAccount) -> None:
    head, _, body = call(account, expect="100-continue").partition(b"\r\n\r\n")
    with connected(account.host) as sock:
        sock.sendall(head + b"\r\n\r\n")
        assert sock.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(body)
        assert read_answer(sock).code is None


def test_a_body_that_came_before_it_was_asked_for_is_read(account: ServedAccount) -> None:
    with connected(account.host) as sock, sock.makefile("rb") as stream:
        sock.sendall(call(account, expect="100-continue"))
        assert [next_answer(stream).status for _ in range(2)] == [100, 200]


def test_no_body_may_be_asked_for(served: Served) -> None:
    with connected(served.host) as sock, sock.makefile("rb") as stream:
        sock.sendall(POST + b"Expect: 100-continue\r\n\r\n")
        assert [next_answer(stream).status for _ in range(2)] == [100, 200]


def test_another_expectation_is_passed_over(account: ServedAccount) -> None:
    assert exchange(account.host, call(account, expect="200-ok")).code is None


def test_http_1_0_does_not_know_100_continue(account: ServedAccount) -> None:
    asked = call(account, expect="100-continue").replace(b"HTTP/1.1", b"HTTP/1.0", 1)
    assert [answer.code for answer in answers_to(account.host, asked)] == [None]


# --- other versions, and no HTTP ----------------------------------------------------------------------------------


@pytest.mark.parametrize("connection", ["close", "keep-alive", ""])
def test_http_1_0_is_answered_and_closed(account: ServedAccount, connection: str) -> None:
    asked = call(account, connection=connection).replace(b"HTTP/1.1", b"HTTP/1.0", 1)
    (answer,) = answers_to(account.host, asked * 2)
    assert (answer.code, answer.header("connection")) == (None, "close")


NO_HTTP = {
    "words": GARBAGE,
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a version nobody knows": b"GET / HTTP/x.y\r\nHost: x\r\n\r\n",
    "no target": b"GET HTTP/1.1\r\nHost: x\r\n\r\n",
    "NUL in a target": b"GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n",
    "UTF-8 in a target": "GET /中 HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
    "UTF-8 in a query": "GET /?中 HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
    "UTF-8 in a header's name": "GET / HTTP/1.1\r\nHost: x\r\n中: x\r\n\r\n".encode(),
    "NUL in a header": b"GET / HTTP/1.1\r\nHost: x\r\nX: \0\r\n\r\n",
    "CR in a header": b"GET / HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n",
    "no colon": b"GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
    "no name": b"GET / HTTP/1.1\r\nHost: x\r\n: x\r\n\r\n",
    "a blank before the colon": b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
    "a first line that is folded": b"GET / HTTP/1.1\r\n Host: x\r\n\r\n",
    "an answer": b"HTTP/1.1 200 OK\r\n\r\n",
}


@pytest.mark.parametrize("data", NO_HTTP.values(), ids=NO_HTTP)
@pytest.mark.usefixtures("nothing_stays_open")
def test_what_is_no_http_is_refused_and_the_connection_ended(account: ServedAccount, data: bytes) -> None:
    assert kinds(answers_to(account.host, data))[-1] == 400
    check_others_are_answered(account)


def test_what_is_no_http_is_refused_over_tls_too() -> None:
    tls = pytest.importorskip("ccc_mock.adapters.tls")
    with tls.certified() as certified, serving(Endpoint(), tls=certified.context) as served:
        trust = ssl.create_default_context(cafile=certified.ca_file)
        with connect(served.host, tls=trust) as sock:
            sock.sendall(GARBAGE)
            assert kinds(all_answers(sock)) == [400]


OBSOLETE = {
    "RTSP": b"GET / RTSP/1.0\r\nHost: x\r\n\r\n",
    "HTTP/0.9": b"GET /\r\n\r\n",
    "no Host": b"GET / HTTP/1.1\r\n\r\n",
    "two Hosts": b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    "a folded header": b"GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n",
    "bare line feeds": b"GET / HTTP/1.1\nHost: x\n\n",
    "an empty line before": b"\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "a method nobody knows": b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n",
    "UTF-8 in a header": "GET / HTTP/1.1\r\nHost: x\r\nX: 中\r\n\r\n".encode(),
}


@pytest.mark.parametrize("data", OBSOLETE.values(), ids=OBSOLETE)
def test_what_one_parser_reads_and_another_does_not_is_refused_by_it_or_by_the_api(served: Served, data: bytes) -> None:
    answer = exchange(served.host, data)
    assert answer.status == 400 or answer.code is not None


# --- clients that leave -------------------------------------------------------------------------------------------


def stages(account: ServedAccount) -> dict[str, bytes]:
    whole = call(account)
    head, _, body = whole.partition(b"\r\n\r\n")
    return {
        "before the head": b"",
        "in the request line": whole[:3],
        "in the head": head,
        "after the head": head + b"\r\n\r\n",
        "in the body": head + b"\r\n\r\n" + body[:-1],
        "in a chunk": chunked_call(account, [7])[:-20],
        "before the last chunk": chunked_call(account, [7]).removesuffix(b"0\r\n\r\n"),
        "after the request": whole,
        "after many requests": whole * 100,
        "while control is asked": MAKE_ACCOUNT[:-1],
        "while it offers to upgrade": call(account, connection="Upgrade", upgrade="h2c")[:-1],
        "while a body is asked for": call(account, expect="100-continue")[:-1],
        "after a refusal": GARBAGE,
    }


def leave(sock: socket.socket) -> None:
    """As close() does."""


def reset(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.mark.parametrize("how", [leave, reset])
@pytest.mark.usefixtures("nothing_stays_open")
def test_a_client_that_leaves_leaves_nothing_behind(account: ServedAccount, how: Callable[..., None]) -> None:
    accounts = list(account.served.endpoint.accounts)
    for data in stages(account).values():
        with connected(account.host) as sock:
            sock.sendall(data)
            exchange(account.host, GET)  # the server has read what came before
            how(sock)
    check_others_are_answered(account)
    assert {entry["verdict"] for entry in account.journal()} == {"ok"}
    assert len(account.journal()) <= 1 + 100 + 1
    assert account.served.journal() == []
    assert list(account.served.endpoint.accounts) == accounts


@pytest.mark.usefixtures("nothing_stays_open", "late")
@pytest.mark.parametrize("behind", [b"", GET, GET * 2, GARBAGE, POST])
def test_a_client_that_is_gone_before_its_late_answer_leaves_nothing_behind(
    account: ServedAccount, behind: bytes
) -> None:
    for how in (leave, reset):
        with connected(account.host) as sock:
            sock.sendall(call(account) + behind)
            exchange(account.host, GET)
            how(sock)
    assert len(account.journal()) == 2
    check_others_are_answered(account)  # which takes as long as both


ENDED: dict[str, tuple[Callable[[ServedAccount], bytes], list[str]]] = {
    "the API": (call, ["Response"]),
    "chunked": (lambda account: chunked_call(account, [3]), ["Response"]),
    "control": (lambda account: GET, ["name"]),
    "many": (lambda account: (call(account) + GET) * 2, ["Response", "name"] * 2),
    "an offer to upgrade": (lambda account: call(account, connection="Upgrade", upgrade="h2c"), ["Response"]),
}


@pytest.mark.parametrize("in_time", [True, False], ids=["at once", "late"])
@pytest.mark.parametrize(("make", "answers"), ENDED.values(), ids=ENDED)
@pytest.mark.usefixtures("nothing_stays_open")
def test_a_client_that_has_ended_its_side_is_answered(
    account: ServedAccount,
    request: pytest.FixtureRequest,
    make: Callable[[ServedAccount], bytes],
    answers: list[str],
    in_time: bool,
) -> None:
    if not in_time:
        request.getfixturevalue("late")
    with connected(account.host) as sock:
        sock.sendall(make(account))
        sock.shutdown(socket.SHUT_WR)
        assert kinds(all_answers(sock)) == answers


def test_a_client_that_has_ended_its_side_in_a_request_is_not_answered(account: ServedAccount) -> None:
    for data in (b"", POST, MAKE_ACCOUNT[:-1], call(account)[:-1], call(account, expect="100-continue")[:-1]):
        with connected(account.host) as sock:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
            assert [answer for answer in all_answers(sock) if answer.status != 100] == []
    assert account.journal() == []


# --- tunnels, crowds, noise ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
def test_a_tunnel_is_not_opened(served: Served, version: bytes) -> None:
    real = b"ccc.tencentcloudapi.com:443"
    (answer,) = answers_to(served.host, b"CONNECT %b HTTP/%b\r\nHost: %b\r\n\r\n\x16\x03\x01" % (real, version, real))
    assert (answer.status, answer.header("content-type")) == (501, "text/plain")
    assert b"opens no tunnels" in answer.body


def test_small_packets_are_not_held_back() -> None:
    """h11's answers are two packets; the second would wait 40 ms for the first to be acknowledged."""
    with server.listen("127.0.0.1", 0) as listener, connected(server.url_of(listener).removeprefix("http://")):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_five_hundred_connections_at_once_are_all_answered(account: ServedAccount) -> None:
    codes = asyncio.run(crowd(account, 500, 3))
    assert codes == [None] * 1500
    assert [entry["n"] for entry in account.journal()][-1] == 1500


async def crowd(account: ServedAccount, size: int, calls: int) -> list[str | None]:
    name, _, port = account.host.rpartition(":")
    everybody = [await asyncio.open_connection(name, int(port)) for _ in range(size)]

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> list[str | None]:
        codes = []
        for _ in range(calls):
            writer.write(call(account))
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
            answer = json.loads(await reader.readexactly(length))
            codes.append(answer["Response"].get("Error", {}).get("Code"))
        writer.close()
        return codes

    return [code for codes in await asyncio.gather(*(speak(*each) for each in everybody)) for code in codes]


TOKENS = st.sampled_from(
    [
        b"GET ", b"POST ", b"PUT ", b"HEAD ", b"CONNECT ", b"PRI * ", b"/", b"/_ccc/health", b"*", b"?a=b", b"x:1",
        b" HTTP/1.1", b" HTTP/1.0", b" HTTP/2.0", b"\r\n", b"\n", b"\r", b" ", b"\t", b":", b";", b"\0", b"\xff",
        b"Host: x\r\n", b"Content-Length: 2\r\n", b"Content-Length: 0\r\n", b"Transfer-Encoding: chunked\r\n",
        b"Connection: close\r\n", b"Connection: Upgrade\r\nUpgrade: h2c\r\n", b"Expect: 100-continue\r\n", b"\r\n\r\n",
        b"0\r\n\r\n", b"2\r\n{}\r\n", b"{}", b"\x16\x03\x01", GET, POST, CHUNKED, MAKE_ACCOUNT,
    ]
)  # fmt: skip
NOISE = st.one_of(
    st.binary(max_size=200), st.lists(st.one_of(TOKENS, st.binary(max_size=3)), max_size=20).map(b"".join)
)


def test_whatever_is_sent_is_answered_in_http_or_not_at_all(
    account: ServedAccount, caplog: pytest.LogCaptureFixture
) -> None:
    @settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
    @example(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" + GARBAGE)
    @example(GET + b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n" + GET)
    @given(NOISE)
    def noise_is_survived(data: bytes) -> None:
        with connected(account.host) as sock:
            with contextlib.suppress(OSError):  # refused before all was sent
                sock.sendall(data)
                sock.shutdown(socket.SHUT_WR)
            statuses = {answer.status for answer in all_answers(sock)}
        assert not {status for status in statuses if status >= 500} - {501}
        check_nothing_was_logged(caplog)

    noise_is_survived()
    check_others_are_answered(account)


def test_nothing_stays_open_after_thousands_of_connections() -> None:
    run = subprocess.run(
        [sys.executable, HERE / "check_connections.py", "2000"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
