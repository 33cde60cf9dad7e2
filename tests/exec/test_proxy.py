"""The proxy of `ccc-mock exec` on the wire: who gets where, what is done to whom, and what it bears."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import requests

from ccc_mock import DEFAULT_CREDENTIAL, Endpoint
from ccc_mock.adapters import proxy as proxy_module
from ccc_mock.adapters import tunnel
from ccc_mock.adapters.connection import MAX_HEAD_BYTES
from ccc_mock.adapters.outer import OuterProxies
from ccc_mock.adapters.proxy import Proxied, proxying
from ccc_mock.adapters.tls import Certified, certified
from ccc_mock.allowed_hosts import AllowedHosts
from ccc_mock.tally import Tally
from executing import ELSEWHERE, another_server, another_tls_server
from wire import Answer, as_bytes, read_answer, signed

REAL_NAME = "ccc.tencentcloudapi.com"


@dataclass
class Way:
    """A running fake behind its proxy."""

    proxied: Proxied
    certified: Certified
    endpoint: Endpoint
    tally: Tally

    def connect(self) -> socket.socket:
        return socket.create_connection(self.proxied.proxy, timeout=10)

    def tunnel(self, target: str = f"{REAL_NAME}:443") -> socket.socket:
        """A connection that is a tunnel by now."""
        sock = self.connect()
        sock.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
        assert _head(sock).startswith(b"HTTP/1.1 200 ")
        return sock

    def secured(self, name: str = REAL_NAME) -> ssl.SSLSocket:
        trust = ssl.create_default_context(cafile=self.certified.ca_file)
        return trust.wrap_socket(self.tunnel(f"{name}:443"), server_hostname=name)

    def asked(self, data: bytes) -> Answer:
        """What the proxy itself, or whoever it leads to, answers to plain bytes."""
        with self.connect() as sock:
            sock.sendall(data)
            return read_answer(sock)

    def told(self) -> list[str]:
        return list(self.tally.lines())


def _head(sock: socket.socket) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = sock.recv(1)
        assert byte, head
        head += byte
    return head


@contextlib.contextmanager
def way(*allowed: str, outers: dict[str, str] | None = None) -> Iterator[Way]:
    endpoint, tally = Endpoint(), Tally()
    with (
        certified() as made,
        proxying(
            endpoint, made, allowed=AllowedHosts(allowed), outers=OuterProxies(outers or {}), tally=tally
        ) as proxied,
    ):
        yield Way(proxied, made, endpoint, tally)


@pytest.fixture
def fake(loop: str) -> Iterator[Way]:
    with way() as running:
        yield running


def call(host: str = REAL_NAME, target: str = "/", **headers: str) -> bytes:
    request = signed(host, DEFAULT_CREDENTIAL.secret_id, DEFAULT_CREDENTIAL.secret_key, **headers)
    return as_bytes(request, target)


# --- the fake ------------------------------------------------------------------------------------------------------


def test_a_tunnel_leads_to_the_fake_over_tls_and_stays_open(fake: Way) -> None:
    with fake.secured() as sock:
        for _ in range(2):
            sock.sendall(call())
            answer = read_answer(sock)
            assert (answer.code, answer.closed) == (None, False)
            sock.settimeout(10)
    assert fake.told() == ["ccc-mock exec: 2 calls met the fake:", f"      2  {REAL_NAME}  CreateAIAgentCall  ok"]


@pytest.mark.parametrize("port", [80, 443, 8080])
def test_a_tunnel_for_plain_http_leads_there_too(fake: Way, port: int) -> None:
    with fake.tunnel(f"{REAL_NAME}:{port}") as sock:
        sock.sendall(call())
        assert read_answer(sock).code is None


@pytest.mark.parametrize(
    "name", ["ccc.ap-shanghai.tencentcloudapi.com", "sts.tencentcloudapi.com", "ccc.xx-new.tencentcloudapi.com"]
)
def test_each_of_its_names_has_a_certificate(fake: Way, name: str) -> None:
    with fake.secured(name) as sock:
        sock.sendall(call(name))
        assert read_answer(sock).status == 200


def test_plain_http_reaches_it_and_each_request_asks_anew(fake: Way) -> None:
    answer = fake.asked(call(target=f"http://{REAL_NAME}/"))
    assert (answer.code, answer.closed, answer.header("connection")) == (None, True, "close")
    assert fake.asked(call()).code is None  # PHP writes no URL to its proxy


def test_a_body_that_comes_late_is_read(fake: Way) -> None:
    data = call(target=f"http://{REAL_NAME}/")
    with fake.connect() as sock:
        for piece in (data[:20], data[20:-30], data[-30:]):
            sock.sendall(piece)
        assert read_answer(sock).code is None


def test_a_reset_that_is_planned_resets_the_client(fake: Way) -> None:
    fake.endpoint.plan("ok+reset@after, ok+reset@after")
    with fake.secured() as sock:
        sock.suppress_ragged_eofs = False
        sock.sendall(call())
        with pytest.raises((ssl.SSLEOFError, ConnectionResetError)):  # no end as TLS has it
            sock.recv(1)
    with fake.connect() as plain:
        plain.sendall(call(target=f"http://{REAL_NAME}/"))
        with pytest.raises(ConnectionResetError):
            plain.recv(1)
    assert len(fake.endpoint.accounts.default.ledger.calls()) == 2


def test_half_an_answer_is_half_an_answer_to_the_client(fake: Way) -> None:
    fake.endpoint.plan("ok+close(7)@after")
    with fake.secured() as sock:
        sock.sendall(call())
        head = _head(sock)
        body = b"".join(iter(lambda: sock.recv(1 << 16), b""))
    assert body == b'{"Respo'
    assert b"\r\nContent-Length: 1" in head


# --- control -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", [REAL_NAME, "127.0.0.1", "localhost"])
def test_control_is_not_reachable_through_a_tunnel(fake: Way, host: str) -> None:
    with fake.secured() as sock:
        sock.sendall(f"GET /_ccc/journal HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        answer = read_answer(sock)
    assert (answer.status, answer.closed) == (403, True)
    assert b"not reachable through the proxy" in answer.body


@pytest.mark.parametrize("target", ["/_ccc/journal", f"http://{REAL_NAME}/_ccc/journal", "//_ccc/journal"])
def test_control_is_not_reachable_by_plain_http(fake: Way, target: str) -> None:
    answer = fake.asked(f"GET {target} HTTP/1.1\r\nHost: {REAL_NAME}\r\n\r\n".encode())
    assert answer.status == (200 if target.startswith("//") else 403)
    assert b"entries" not in answer.body


def test_the_fault_that_redirects_for_ever_does_so(fake: Way) -> None:
    proxies = {scheme: "http://{}:{}".format(*fake.proxied.proxy) for scheme in ("http", "https")}
    for scheme in ("http", "https"):
        with pytest.raises(requests.TooManyRedirects):
            requests.get(f"{scheme}://{REAL_NAME}/_ccc/redirect", proxies=proxies, verify=fake.certified.ca_file)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "0.0.0.0", "[::ffff:127.0.0.1]", "own-name"])
def test_the_ports_of_the_fake_are_no_target_even_if_allowed(loop: str, name: str) -> None:
    own_name = socket.gethostname()
    if name == "own-name":
        try:
            if socket.gethostbyname(own_name) != "127.0.0.1":
                pytest.skip("this machine's own name is not that of its loopback address")
        except OSError:
            pytest.skip("this machine's own name is no host's")
        name = own_name
    with way("*") as running:
        for port in (int(running.proxied.url.rpartition(":")[2]), running.proxied.proxy[1]):
            answer = running.asked(f"CONNECT {name}:{port} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            assert answer.status == 403, answer
            url = f"http://{name}:{port}/_ccc/health"
            assert running.asked(f"GET {url} HTTP/1.1\r\nHost: x\r\n\r\n".encode()).status == 403


# --- real hosts ----------------------------------------------------------------------------------------------------


def test_what_is_not_allowed_is_refused_with_the_flag_in_the_status_line(fake: Way) -> None:
    for request in ("CONNECT Other.Test:443", "GET http://other.test./"):
        with fake.connect() as sock:
            sock.sendall(f"{request} HTTP/1.1\r\nHost: other.test\r\n\r\n".encode())
            told = b"ccc-mock exec lets nothing through to other.test: --allow other.test would"
            assert _head(sock).splitlines()[0] == b"HTTP/1.1 403 " + told
            assert b"".join(iter(lambda: sock.recv(1 << 16), b"")) == told + b"\n"
    assert fake.told()[1:] == [
        "ccc-mock exec: 2 connections refused; what would let them through:",
        "      1  other.test:443  --allow other.test",
        "      1  other.test:80  --allow other.test",
    ]


def test_other_products_of_the_vendor_are_not_the_fakes(fake: Way) -> None:
    assert fake.asked(b"CONNECT cvm.tencentcloudapi.com:443 HTTP/1.1\r\nHost: x\r\n\r\n").status == 403


@contextlib.contextmanager
def to_a_host() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of a tunnel to a host that is allowed: the client's, and that host's."""
    with way(ELSEWHERE) as running, socket.create_server((ELSEWHERE, 0)) as server:
        server.settimeout(10)
        with running.tunnel(f"{ELSEWHERE}:{server.getsockname()[1]}") as sock:
            there, _ = server.accept()
            there.settimeout(10)
            with there:
                yield sock, there


def test_a_tunnel_to_an_allowed_host_carries_both_ways_and_half_ends(loop: str) -> None:
    with to_a_host() as (sock, there):
        there.sendall(b"speaks first")
        assert sock.recv(100) == b"speaks first"
        sock.sendall(b"x" * 300_000)
        sock.shutdown(socket.SHUT_WR)
        assert b"".join(iter(lambda: there.recv(1 << 16), b"")) == b"x" * 300_000
        there.sendall(b"still heard")
        assert sock.recv(100) == b"still heard"
        there.close()
        assert sock.recv(100) == b""


def test_a_reset_of_the_real_host_resets_the_client(loop: str) -> None:
    with to_a_host() as (sock, there):
        there.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        there.close()
        with pytest.raises(ConnectionResetError):
            sock.recv(1)


def test_plain_http_to_an_allowed_host_arrives_as_a_request_of_its_own(loop: str) -> None:
    with way(ELSEWHERE) as running, another_server() as host:
        answer = running.asked(
            f"POST http://{host}/a/b?c=d HTTP/1.1\r\nHost: elsewhere.test\r\nProxy-Connection: keep-alive\r\n"
            "Content-Length: 4\r\n\r\nbody".encode()
        )
    assert answer.body.decode() == f"POST /a/b?c=d {host} close body"
    assert answer.closed


class Open:
    """A host, or an outer proxy, that keeps each connection open, whatever it is told, and records what it gets."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self._listener = socket.create_server((ELSEWHERE, 0))
        self.address = f"{ELSEWHERE}:{self._listener.getsockname()[1]}"

    @contextlib.contextmanager
    def running(self, *answers: bytes, until: bytes = b"\r\n\r\n") -> Iterator[str]:
        """Gives an answer each time that what came ends with `until`."""
        thread = threading.Thread(target=self._serve, args=(list(answers) or [FINE], until), daemon=True)
        with self._listener:
            thread.start()
            yield self.address
            thread.join(10)
            assert not thread.is_alive()

    def _serve(self, answers: list[bytes], until: bytes) -> None:
        self._listener.settimeout(10)
        sock, _ = self._listener.accept()
        sock.settimeout(10)
        got = b""
        with sock, contextlib.suppress(ConnectionResetError):
            while data := sock.recv(1 << 16):
                got += data
                if answers and got.endswith(until):
                    sock.sendall(answers.pop(0))
        self.got.append(got)

    @property
    def body(self) -> bytes:
        return self.got[0].partition(b"\r\n\r\n")[2]


FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: keep-alive\r\n\r\nfine"
BEHIND = (
    f"POST http://{REAL_NAME}/ HTTP/1.1\r\nHost: {REAL_NAME}\r\nContent-Length: 2\r\n\r\n{{}}".encode(),
    b"GET http://not-allowed.example/ HTTP/1.1\r\nHost: not-allowed.example\r\n\r\n",
    b"no request",
)
BODIES = {
    "none": (b"", b"", b""),
    "of a length": (b"Content-Length: 4\r\n", b"body", b"body"),
    "in chunks": (
        b"Transfer-Encoding: chunked\r\n", b"2\r\nbo\r\n02;x=y\r\ndy\r\n0\r\nA: b\r\n\r\n",
        b"2\r\nbo\r\n2\r\ndy\r\n0\r\nA: b\r\n\r\n",
    ),
    "in chunks, and of a length": (
        b"Transfer-Encoding: chunked\r\nContent-Length: 999\r\n", b"4\r\nbody\r\n0\r\n\r\n",
        b"4\r\nbody\r\n0\r\n\r\n",
    ),
}  # fmt: skip


@contextlib.contextmanager
def to_one_that_stays_open(through_outer: bool, *answers: bytes, until: bytes) -> Iterator[tuple[Way, Open, bytes]]:
    """A way to a host that is allowed, whoever stays open there, and the URL under which it is asked."""
    there = Open()
    name = "allowed.example" if through_outer else there.address
    outers = {"http": f"http://{there.address}"} if through_outer else None
    with there.running(*answers, until=until), way(name.partition(":")[0], outers=outers) as running:
        yield running, there, f"http://{name}/x".encode()


def asked_of(url: bytes, headers: bytes = b"", body: bytes = b"") -> bytes:
    return b"POST " + url + b" HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n" + body


@pytest.mark.parametrize("behind", BEHIND, ids=["the service", "not allowed", "nonsense"])
@pytest.mark.parametrize(("headers", "body", "arrives"), BODIES.values(), ids=list(BODIES))
@pytest.mark.parametrize("through_outer", [True, False], ids=["outer", "direct"])
def test_what_is_pipelined_behind_a_plain_request_goes_nowhere(
    loop: str, through_outer: bool, headers: bytes, body: bytes, arrives: bytes, behind: bytes
) -> None:
    with to_one_that_stays_open(through_outer, until=b"\r\n\r\n" + arrives) as (running, there, url):
        answer = running.asked(asked_of(url, headers, body) + behind)
    assert (answer.body, answer.closed, answer.header("connection")) == (b"fine", True, "close")
    head, _, got = there.got[0].partition(b"\r\n\r\n")
    assert got == arrives
    framing = [line + b"\r\n" for line in head.split(b"\r\n") if line.startswith((b"Content-", b"Transfer-"))]
    assert framing == ([headers[: len(framing[0])]] if headers else [])


@pytest.mark.parametrize("through_outer", [True, False], ids=["outer", "direct"])
def test_a_second_plain_request_on_a_connection_goes_nowhere(loop: str, through_outer: bool) -> None:
    with (
        to_one_that_stays_open(through_outer, FINE, FINE, until=b"\r\n\r\n") as (running, there, url),
        running.connect() as sock,
    ):
        sock.sendall(asked_of(url))
        assert read_answer(sock, see_the_end=False).body == b"fine"
        with contextlib.suppress(ConnectionError):
            sock.sendall(BEHIND[0])
            assert sock.recv(1) == b""
    assert REAL_NAME.encode() not in there.got[0]


def test_a_body_comes_when_the_host_says_continue(loop: str) -> None:
    there = Open()
    answers = (b"HTTP/1.1 100 Continue\r\n\r\n", FINE)
    with there.running(*answers, until=b"\r\n\r\n") as host, way(ELSEWHERE) as running, running.connect() as sock:
        headers = b"Expect: 100-continue\r\nContent-Length: 8\r\n"
        sock.sendall(asked_of(f"http://{host}/".encode(), headers))
        assert _head(sock).startswith(b"HTTP/1.1 100 ")
        sock.sendall(b"late\r\n\r\n" + BEHIND[0])
        assert read_answer(sock).body == b"fine"
    assert there.body == b"late\r\n\r\n"


def test_a_large_body_and_a_large_answer_are_carried_whole(loop: str) -> None:
    there, large = Open(), b"x" * 3_000_000
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n" + large
    with there.running(answer, until=b"the end") as host, way(ELSEWHERE) as running:
        body = large + b"the end"
        got = running.asked(asked_of(f"http://{host}/".encode(), b"Content-Length: %d\r\n" % len(body), body))
    assert (got.body == large, there.body == body) == (True, True)


@pytest.mark.parametrize(
    ("headers", "body"),
    [(b"Transfer-Encoding: chunked\r\n", b"nonsense\r\n"), (b"Content-Length: 9\r\n", b"half")],
    ids=["no chunk", "half of it"],
)
def test_a_body_that_is_none_is_refused_and_never_whole_for_the_host(loop: str, headers: bytes, body: bytes) -> None:
    there = Open()
    with there.running(until=b"never") as host, way(ELSEWHERE) as running, running.connect() as sock:
        sock.sendall(asked_of(f"http://{host}/".encode(), headers, body))
        sock.shutdown(socket.SHUT_WR)
        answer = read_answer(sock)
        assert (answer.status, answer.closed) == (400, True)
        assert answer.body.startswith(b"no body that could be read: ")
    assert not there.body.endswith(b"0\r\n\r\n")


@pytest.mark.parametrize("told", [b"nonsense\r\n\r\n", b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"])
def test_a_host_that_answers_nonsense_is_told_of(loop: str, told: bytes) -> None:
    there = Open()
    with there.running(told) as host, way(ELSEWHERE) as running:
        answer = running.asked(asked_of(f"http://{host}/".encode(), b"Upgrade: x\r\nConnection: upgrade\r\n"))
    assert (answer.status, answer.closed) == (502, True)
    assert answer.body.startswith(host.encode() + b" gives no answer that could be read: ")


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_an_answer_that_ends_with_the_connection_is_carried_to_its_end(loop: str, version: str) -> None:
    with socket.create_server((ELSEWHERE, 0)) as server, way(ELSEWHERE) as running, running.connect() as sock:
        server.settimeout(10)
        host = f"{ELSEWHERE}:{server.getsockname()[1]}"
        sock.sendall(f"GET http://{host}/ HTTP/{version}\r\nHost: x\r\n\r\n".encode())
        there, _ = server.accept()
        with there:
            _head(there)
            there.sendall(b"HTTP/1.1 200 OK\r\n\r\nto the end")
        got = b"".join(iter(lambda: sock.recv(1 << 16), b""))
    assert got.endswith(b"\r\n\r\nto the end" if version == "1.0" else b"\r\n\r\na\r\nto the end\r\n0\r\n\r\n")


def test_half_an_answer_of_a_real_host_is_no_whole_one_to_the_client(loop: str) -> None:
    with socket.create_server((ELSEWHERE, 0)) as server, way(ELSEWHERE) as running, running.connect() as sock:
        server.settimeout(10)
        sock.sendall(f"GET http://{ELSEWHERE}:{server.getsockname()[1]}/ HTTP/1.0\r\n\r\n".encode())
        there, _ = server.accept()
        with there:
            _head(there)
            there.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")
        with pytest.raises(ConnectionResetError):
            list(iter(lambda: sock.recv(1 << 16), b""))


def test_a_plain_request_at_which_nothing_moves_ends(loop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tunnel, "IDLE_SECONDS", 0.05)
    there = Open()
    with there.running(until=b"never") as host, way(ELSEWHERE) as running, running.connect() as sock:
        sock.sendall(asked_of(f"http://{host}/".encode()))
        with pytest.raises(ConnectionResetError):
            sock.recv(1)


def test_a_host_that_cannot_be_reached_is_told(loop: str) -> None:
    with socket.create_server((ELSEWHERE, 0)) as gone:
        port = gone.getsockname()[1]
    with way("*") as running:
        answer = running.asked(f"CONNECT {ELSEWHERE}:{port} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert answer.status == 502
        assert f"{ELSEWHERE}:{port} cannot be reached: ".encode() in answer.body
        assert "allowed, but failed:" in running.told()[-2]
        assert running.asked(b"GET http://no-such-host.invalid/ HTTP/1.1\r\nHost: x\r\n\r\n").status == 502


def test_a_tunnel_in_which_nothing_moves_ends(loop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tunnel, "IDLE_SECONDS", 0.05)
    with to_a_host() as (sock, _), pytest.raises(ConnectionResetError):
        sock.recv(1)


def test_a_tunnel_of_which_a_side_is_left_ends(loop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tunnel, "HALF_CLOSED_SECONDS", 0.05)
    with to_a_host() as (sock, there):
        sock.shutdown(socket.SHUT_WR)
        assert there.recv(1) == b""
        with pytest.raises(ConnectionResetError):
            sock.recv(1)


# --- the proxy that was there before -------------------------------------------------------------------------------


@dataclass
class Outer:
    """A proxy that answers as it is told, and then serves TLS itself where the tunnel leads."""

    answer: bytes
    heads: list[bytes] = field(default_factory=list)

    @contextlib.contextmanager
    def running(self) -> Iterator[str]:
        with certified("beyond.test") as own, socket.create_server((ELSEWHERE, 0)) as listener:
            self.ca_file = own.ca_file
            thread = threading.Thread(target=self._serve, args=(listener, own.context), daemon=True)
            thread.start()
            yield f"{ELSEWHERE}:{listener.getsockname()[1]}"
            thread.join(10)

    def _serve(self, listener: socket.socket, context: ssl.SSLContext) -> None:
        listener.settimeout(10)
        sock, _ = listener.accept()
        sock.settimeout(10)
        with sock, contextlib.suppress(OSError):  # who reads nonsense leaves
            self.heads.append(_head(sock))
            sock.sendall(self.answer)
            if self.heads[0].startswith(b"CONNECT") and b" 200 " in self.answer:
                with context.wrap_socket(sock, server_side=True) as secured:
                    self.heads.append(_head(secured))
                    secured.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nbeyond")


def test_what_is_allowed_goes_through_the_proxy_of_the_environment(loop: str) -> None:
    outer = Outer(b"HTTP/1.1 200 Connection established\r\n\r\n")
    with outer.running() as address, way("beyond.test", outers={"https": f"http://me:my%20key@{address}"}) as running:
        trust = ssl.create_default_context(cafile=outer.ca_file)
        with trust.wrap_socket(running.tunnel("beyond.test:443"), server_hostname="beyond.test") as sock:
            sock.sendall(b"GET / HTTP/1.1\r\nHost: beyond.test\r\n\r\n")
            assert read_answer(sock, see_the_end=False).body == b"beyond"
    asked = outer.heads[0].splitlines()
    assert asked[0] == b"CONNECT beyond.test:443 HTTP/1.1"
    assert b"Proxy-Authorization: Basic bWU6bXkga2V5" in asked


def test_plain_http_goes_through_it_as_a_url(loop: str) -> None:
    outer = Outer(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nouter")
    with outer.running() as address, way("beyond.test", outers={"all": address}) as running:
        request = b"GET http://beyond.test:8080/x HTTP/1.1\r\nHost: beyond.test\r\nProxy-Authorization: for-us\r\n\r\n"
        assert running.asked(request).body == b"outer"
    asked = outer.heads[0].splitlines()
    assert asked[0] == b"GET http://beyond.test:8080/x HTTP/1.1"
    assert not any(line.lower().startswith(b"proxy-authorization") for line in asked)


def test_what_it_refuses_is_told_as_its_refusal(loop: str) -> None:
    outer = Outer(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
    with outer.running() as address, way("beyond.test", outers={"https": f"http://me:secret@{address}"}) as running:
        answer = running.asked(b"CONNECT beyond.test:443 HTTP/1.1\r\nHost: x\r\n\r\n")
        told = f"the outer proxy {address} opens no tunnel: it answers 407 Proxy Authentication Required"
        assert (answer.status, answer.body.decode()) == (502, told + "\n")
        assert "secret" not in "\n".join(running.told())


@pytest.mark.parametrize("answer", [b"", b"garbage\r\n\r\n", b"HTTP/1.1 200 " + b"x" * 100_000 + b"\r\n\r\n"])
def test_a_proxy_that_answers_nonsense_is_told_of(loop: str, answer: bytes) -> None:
    outer = Outer(answer)
    with outer.running() as address, way("beyond.test", outers={"https": f"http://{address}"}) as running:
        assert running.asked(b"CONNECT beyond.test:443 HTTP/1.1\r\nHost: x\r\n\r\n").status == 502


def test_hosts_of_the_old_no_proxy_are_reached_directly(loop: str) -> None:
    outers = {"https": "http://192.0.2.1:3128", "http": "http://192.0.2.1:3128", "no": ELSEWHERE}
    with way(ELSEWHERE, outers=outers) as running, another_tls_server() as (host, ca_file):
        trust = ssl.create_default_context(cafile=ca_file)
        with trust.wrap_socket(running.tunnel(host), server_hostname=ELSEWHERE) as sock:
            sock.sendall(f"GET /x HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            assert read_answer(sock).status == 200


@pytest.mark.parametrize("url", ["socks5://192.0.2.1:1080", "http://[", "http://", "http://x:99999"])
def test_a_proxy_that_we_do_not_speak_with_is_told_of(loop: str, url: str) -> None:
    with way("beyond.test", outers={"https": url}) as running:
        answer = running.asked(b"CONNECT beyond.test:443 HTTP/1.1\r\nHost: x\r\n\r\n")
        assert answer.status == 502
        assert b"prox" in answer.body


# --- what it bears -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"nonsense\r\n\r\n", 400),
        (b"CONNECT ccc.tencentcloudapi.com HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"CONNECT ccc.tencentcloudapi.com:0 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"CONNECT ccc.tencentcloudapi.com:99999 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"CONNECT a@ccc.tencentcloudapi.com:443 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"CONNECT [:443 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"CONNECT a..b:443 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET https://ccc.tencentcloudapi.com/ HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET http:/// HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400),
        (b"OPTIONS * HTTP/1.1\r\nHost: ccc.tencentcloudapi.com\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nA: " + b"x" * (2 * MAX_HEAD_BYTES), 431),
        (b"CONNECT ccc.tencentcloudapi.com:443 HTTP/1.1\r\nHost: x\r\n\r\nearly", 400),
        (b"CONNECT ccc.-a.tencentcloudapi.com:443 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    ],
    ids=lambda value: str(value)[2:40] if isinstance(value, bytes) else "",
)
def test_what_it_cannot_read_is_refused_in_one_line(fake: Way, data: bytes, status: int) -> None:
    answer = fake.asked(data)
    assert (answer.status, answer.closed) == (status, True)
    assert len(answer.body.splitlines()) == 1
    with fake.secured() as sock:
        sock.sendall(call())
        assert read_answer(sock).code is None


def test_a_client_that_leaves_early_leaves_nothing_behind(fake: Way) -> None:
    for data in (b"", b"CONNECT ccc.tenc", call(target=f"http://{REAL_NAME}/")[:-10]):
        with fake.connect() as sock:
            sock.sendall(data)
    fake.tunnel().close()
    with fake.tunnel() as half:
        half.sendall(b"\x16\x03")  # of a handshake
    with fake.secured() as sock:
        sock.sendall(call())
        assert read_answer(sock).code is None
    assert fake.told()[0] == "ccc-mock exec: 1 call met the fake:"


def test_one_who_says_nothing_is_not_waited_for_for_ever(loop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy_module, "IDLE_SECONDS", 0.05)
    with way() as running:
        with running.connect() as silent:
            assert silent.recv(1) == b""
        with running.tunnel() as silent:
            assert silent.recv(1) == b""


def test_beyond_the_most_connections_others_wait_for_their_turn(loop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy_module, "MAX_CONNECTIONS", 2)
    with way() as running:
        silent = [running.connect() for _ in range(2)]
        with running.connect() as waits:
            waits.sendall(b"CONNECT other.test:1 HTTP/1.1\r\nHost: x\r\n\r\n")
            silent.pop().close()
            assert read_answer(waits).status == 403
        silent.pop().close()


def test_many_at_once_all_get_their_answer(fake: Way) -> None:
    socks = [fake.secured() for _ in range(100)]
    for sock in socks:
        sock.sendall(call(x_tc_traceid="x"))
    codes = [read_answer(sock, see_the_end=False).code for sock in socks]
    for sock in socks:
        sock.close()
    assert codes == [None] * 100


def test_names_without_end_are_counted_together_in_the_end(fake: Way) -> None:
    for number in range(205):
        fake.tally.refused(f"h{number}.test", 443)
    lines = fake.told()
    assert lines[-1] == "      5  (others)"
    assert json.dumps(lines).count("--allow") == 200


def test_it_ends_while_connections_are_open() -> None:
    with another_server() as host, contextlib.ExitStack() as stack:
        clients = contextlib.ExitStack()
        running = stack.enter_context(way(ELSEWHERE))
        for target in (host, f"{REAL_NAME}:443"):
            clients.enter_context(running.tunnel(target))
        clients.enter_context(running.secured())
        clients.enter_context(running.connect())
        stack.close()
        assert not [thread for thread in threading.enumerate() if thread.name == f"ccc-mock {running.proxied.url}"]
        clients.close()
