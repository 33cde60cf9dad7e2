"""What a raw client sees of each fault: both parsers, both loops, plain and over TLS."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from ccc_contract import Request, sign
from ccc_mock import Endpoint
from ccc_mock.adapters import server
from ccc_mock.adapters.plain import PlainProtocol
from ccc_mock.adapters.serving import Served, ServedAccount, serving
from ccc_mock.adapters.tls import Certified, certified
from wire import as_bytes

STACKS = [
    (parser, loop, scheme)
    for parser in ("httptools", "h11")
    for loop in ("uvloop", "asyncio")
    for scheme in ("http", "https")
]


class Stack(NamedTuple):
    """A served fake, and how to get at it."""

    served: Served
    context: ssl.SSLContext | None

    def connect(self) -> Client:
        host, _, port = self.served.host.rpartition(":")
        sock = socket.create_connection((host, int(port)), 5)
        return Client(sock) if self.context is None else SecureClient(sock, self.context, host)


class Client:
    """A socket, as raw as it is."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def sendall(self, data: bytes) -> None:
        self._sock.sendall(data)

    def recv(self) -> bytes:
        return self._sock.recv(65536)

    def settimeout(self, seconds: float) -> None:
        self._sock.settimeout(seconds)

    def close(self) -> None:
        self._sock.close()


class SecureClient(Client):
    """The same over TLS, which is kept beside the socket: Python's own wrapper takes a reset for an end of file."""

    def __init__(self, sock: socket.socket, context: ssl.SSLContext, host: str) -> None:
        super().__init__(sock)
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_hostname=host)
        self._until_done(self._tls.do_handshake)

    def sendall(self, data: bytes) -> None:
        self._tls.write(data)
        self._sock.sendall(self._out.read())

    def recv(self) -> bytes:
        try:
            return self._until_done(lambda: self._tls.read(65536))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    def _until_done(self, step: Callable[[], Any]) -> Any:
        while True:
            try:
                done = step()
            except ssl.SSLWantReadError:
                self._sock.sendall(self._out.read())
                data = self._sock.recv(65536)
                self._in.write(data) if data else self._in.write_eof()
            else:
                self._sock.sendall(self._out.read())
                return done


@pytest.fixture(scope="module")
def authority() -> Iterator[Certified]:
    with certified() as certificate:
        yield certificate


@pytest.fixture(scope="module", params=STACKS, ids=" ".join)
def stack(request: pytest.FixtureRequest, authority: Certified) -> Iterator[Stack]:
    parser, loop, scheme = request.param
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "_loop", lambda: loop)
        if parser == "h11":
            patch.setattr(server, "_http_protocol", lambda: PlainProtocol)
        secure = scheme == "https"
        with serving(Endpoint(), tls=authority.context if secure else None) as served:
            yield Stack(served, ssl.create_default_context(cafile=authority.ca_file) if secure else None)


@pytest.fixture
def account(stack: Stack) -> Iterator[ServedAccount]:
    made = stack.served.account()
    yield made
    made.remove()


def call(account: ServedAccount, **headers: str) -> bytes:
    """A signed CreateAIAgentCall as bytes."""
    common = {"content-type": "application/json", "x-tc-action": "CreateAIAgentCall", "x-tc-version": "2020-02-10"}
    body = b'{"SdkAppId": 1400000000, "AIAgentId": 15, "Callee": "008612300000000"}'
    request = Request.post(account.host, {**common, **headers}, body)
    return as_bytes(sign(request, account.secret_id, account.secret_key, timestamp=int(time.time())))


class Seen(NamedTuple):
    """What came, and how it ended: `end of file`, `reset`, or `open` where the connection stays."""

    data: bytes
    end: str

    @property
    def body(self) -> bytes:
        return self.data.partition(b"\r\n\r\n")[2]

    @property
    def head(self) -> bytes:
        return self.data.partition(b"\r\n\r\n")[0]


def see(stack: Stack, account: ServedAccount, step: str) -> Seen:
    """Send one call whose plan is `step`, and read all there is."""
    account.account.plans.clear()
    stack.served.endpoint.plan(step, account.account)
    with contextlib.closing(stack.connect()) as sock:
        sock.sendall(call(account))
        return read_all(sock)


def read_all(sock: Client, patience: float = 1.0) -> Seen:
    data = b""
    sock.settimeout(patience)
    while True:
        try:
            piece = sock.recv()
        except TimeoutError:
            return Seen(data, "open")
        except ConnectionResetError:
            return Seen(data, "reset")
        if not piece:
            return Seen(data, "end of file")
        data += piece


def is_whole(seen: Seen) -> bool:
    return "SessionId" in json.loads(seen.body)["Response"]


@pytest.mark.parametrize("step", ["ok+reset", "ok+reset@after", "InternalError+reset@after", "ok+delay(10ms)+reset"])
def test_a_reset_is_a_reset(stack: Stack, account: ServedAccount, step: str) -> None:
    assert see(stack, account, step) == Seen(b"", "reset")


@pytest.mark.parametrize("step", ["ok+close", "ok+close@after"])
def test_a_close_is_an_end_in_good_order(stack: Stack, account: ServedAccount, step: str) -> None:
    assert see(stack, account, step) == Seen(b"", "end of file")


@pytest.mark.parametrize(("step", "end"), [("ok+reset(7)@after", "reset"), ("ok+close(7)@after", "end of file")])
def test_an_answer_is_cut_in_the_middle_of_its_body(stack: Stack, account: ServedAccount, step: str, end: str) -> None:
    seen = see(stack, account, step)
    assert (seen.body, seen.end) == (b'{"Respo', end)
    assert b"\r\nContent-Length: 1" in seen.head
    assert b"Connection: keep-alive" in seen.head


@pytest.mark.parametrize("step", ["ok+stall(10 50ms)", "ok+drip(40 1ms)", "ok+lower-case", "ok+delay(5ms)+lower-case"])
def test_what_comes_slowly_or_strangely_comes_whole_and_is_the_last(
    stack: Stack, account: ServedAccount, step: str
) -> None:
    seen = see(stack, account, step)
    assert is_whole(seen)
    assert seen.end == "end of file"
    assert b"connection: close" in seen.head.lower()


def test_a_body_in_chunks_is_whole(stack: Stack, account: ServedAccount) -> None:
    seen = see(stack, account, "ok+chunked")
    size, rest = seen.body.split(b"\r\n", 1)
    body = rest[: int(size, 16)]
    assert rest == body + b"\r\n0\r\n\r\n"
    assert "SessionId" in json.loads(body)["Response"]


def test_another_length_is_claimed(stack: Stack, account: ServedAccount) -> None:
    seen = see(stack, account, "ok+content-length(9999)")
    assert b"Content-Length: 9999\r\n" in seen.head
    assert is_whole(seen)
    assert seen.end == "end of file"


def test_a_dropped_connection_did_not_say_so(stack: Stack, account: ServedAccount) -> None:
    seen = see(stack, account, "ok+drop")
    assert b"Connection: keep-alive" in seen.head
    assert is_whole(seen)
    assert seen.end == "end of file"


SPOILED = ["ok+page(502)", "ok+status(500)", "ok+empty", "ok+gzip", "InternalError", "ok+delay(5ms)"]


@pytest.mark.parametrize("step", SPOILED)
def test_what_only_spoils_the_answer_keeps_the_connection(stack: Stack, account: ServedAccount, step: str) -> None:
    stack.served.endpoint.plan(step, account.account)
    with contextlib.closing(stack.connect()) as sock:
        sock.sendall(call(account))
        first = read_all(sock, patience=0.1)
        sock.sendall(call(account))
        second = read_all(sock, patience=0.1)
    assert first.end == second.end == "open"
    assert is_whole(second)


def test_behind_a_fault_the_next_connection_is_well(stack: Stack, account: ServedAccount) -> None:
    see(stack, account, "ok+reset")
    with contextlib.closing(stack.connect()) as sock:
        sock.sendall(call(account))
        assert is_whole(read_all(sock, patience=0.1))


def test_pipelined_behind_a_fault_nothing_is_answered(stack: Stack, account: ServedAccount) -> None:
    stack.served.endpoint.plan("ok+close(3)@after", account.account)
    with contextlib.closing(stack.connect()) as sock:
        sock.sendall(call(account) * 2)
        seen = read_all(sock)
    assert seen.body == b'{"R'


@pytest.mark.parametrize("fault", ["delay(1h)", "stall(10 1h)", "drip(1 1h)"])
def test_a_client_that_gives_up_and_calls_again_has_called_twice(
    stack: Stack, account: ServedAccount, fault: str
) -> None:
    account.plan(f"ok+{fault}")
    for _ in range(2):
        with contextlib.closing(stack.connect()) as sock:
            sock.sendall(call(account))
            sock.settimeout(0.1)
            with contextlib.suppress(TimeoutError):
                while True:
                    sock.recv()
    (duplicate,) = account.ledger.duplicates()
    assert (duplicate.first.n, duplicate.again.n) == (1, 2)


def test_a_late_answer_that_is_read_is_no_lost_one(stack: Stack, account: ServedAccount) -> None:
    for step in ("ok+delay(5ms)", "ok+stall(10 5ms)", "ok+drip(50 1ms)"):
        assert is_whole(see(stack, account, step))
    until(lambda: not any(map(account.ledger.lost, account.ledger.calls())))
    assert account.ledger.duplicates() == []


def test_nobody_is_waited_for_who_has_left(stack: Stack, account: ServedAccount) -> None:
    account.plan("ok+delay(1h)*")
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        with contextlib.closing(stack.connect()) as sock:
            sock.sendall(call(account))
    until(lambda: len(os.listdir("/proc/self/fd")) <= before)


def until(done: Callable[[], bool]) -> None:
    """The server is another thread: give it a moment."""
    for _ in range(500):
        if done():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come to that within five seconds")


def test_a_fault_leaves_nothing_on_the_log(
    stack: Stack, account: ServedAccount, caplog: pytest.LogCaptureFixture
) -> None:
    for step in ("ok+reset", "ok+close", "ok+close(3)@after", "ok+chunked", "ok+stall(3 1ms)", "ok+drop"):
        see(stack, account, step)
    assert [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")] == []
