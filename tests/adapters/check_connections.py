"""Nothing stays behind a connection, however it ends: `python tests/adapters/check_connections.py [N]`.

Opens and closes N connections (100,000 unless told) to a served fake in every way that clients have, fifty at a time,
and prints for each parser what the server had open and in memory before and after.  Exit code 1 when that grew.
"""

from __future__ import annotations

import os
import resource
import socket
import struct
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from process import CCC_MOCK, Process, ccc_mock_without, serve

AT_ONCE = 50
WARM_UP = 0.1
"""The part of the connections after which memory is measured for the first time."""

BYTES_PER_CONNECTION = 64
"""What memory may grow by, allocators being what they are; an object left behind for each would be some thousands."""

SLACK_BYTES = 4 * 1024 * 1024
SETTLING_SECONDS = 10.0

PARSERS = {"httptools": CCC_MOCK, "h11": ccc_mock_without("httptools")}


@dataclass(frozen=True)
class Held:
    """What the server holds on to."""

    files: int
    memory_bytes: int

    @classmethod
    def by(cls, process: int) -> Held:
        files = len(os.listdir(f"/proc/{process}/fd"))
        status = Path(f"/proc/{process}/status").read_text()
        return cls(files, int(status.partition("VmRSS:")[2].split()[0]) * 1024)

    def __str__(self) -> str:
        return f"{self.files} files and {self.memory_bytes / 1024 / 1024:.1f} MB"


class Client:
    """Connections to one served fake, each of which ends in another way.

    They ask for what leaves nothing behind in the account: a call that is placed lives on.
    """

    def __init__(self, fake: Process) -> None:
        self._request = fake.request(x_tc_action="DescribeNumbers", body=b'{"SdkAppId": 1400000000}')
        name, _, port = fake.host.rpartition(":")
        self._address = name, int(port)
        self._ways: tuple[Callable[[socket.socket], None], ...] = (
            self.call,
            self.call_three_times,
            self.call_and_end_its_side,
            self.leave_at_once,
            self.leave_in_the_head,
            self.leave_in_the_body,
            self.reset_in_the_body,
            self.reset_before_the_answer,
            self.speak_no_http,
        )

    def connect(self, number: int) -> None:
        """Make the connection of that number, and end it in its way."""
        with socket.create_connection(self._address, 10) as sock:
            self._ways[number % len(self._ways)](sock)

    def call(self, sock: socket.socket) -> None:
        sock.sendall(self._request)
        _read_success(sock)

    def call_three_times(self, sock: socket.socket) -> None:
        for _ in range(3):
            self.call(sock)

    def call_and_end_its_side(self, sock: socket.socket) -> None:
        sock.sendall(self._request)
        sock.shutdown(socket.SHUT_WR)
        _read_success(sock)

    def leave_at_once(self, sock: socket.socket) -> None:
        pass

    def leave_in_the_head(self, sock: socket.socket) -> None:
        sock.sendall(self._request[:100])

    def leave_in_the_body(self, sock: socket.socket) -> None:
        sock.sendall(self._request[:-1])

    def reset_in_the_body(self, sock: socket.socket) -> None:
        sock.sendall(self._request[:-1])
        _reset(sock)

    def reset_before_the_answer(self, sock: socket.socket) -> None:
        sock.sendall(self._request * 10)
        _reset(sock)

    def speak_no_http(self, sock: socket.socket) -> None:
        sock.sendall(b"\x00 no HTTP\r\n\r\n")
        assert b" 400 " in sock.recv(1000)


def _reset(sock: socket.socket) -> None:
    """Make closing it an RST."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _read_success(sock: socket.socket) -> None:
    received = b""
    while b'"RequestId"' not in received:
        more = sock.recv(65536)
        assert more, f"the connection ended with {received!r}"
        received += more


def check(parser: str, count: int) -> list[str]:
    """Make `count` connections and print the figures; gives what grew, as sentences."""
    begun = time.monotonic()
    warm_up = int(count * WARM_UP)
    with serve("--quiet", "--no-rate-limit", program=PARSERS[parser]) as fake, ThreadPoolExecutor(AT_ONCE) as pool:
        client, pid = Client(fake), fake.popen.pid
        fresh = Held.by(pid)
        _drain(pool.map(client.connect, range(warm_up)))
        warm = _settled(pid, fresh.files)
        _drain(pool.map(client.connect, range(warm_up, count)))
        last = _settled(pid, fresh.files)
    seconds = time.monotonic() - begun
    print(f"{parser}: {fresh} before, {warm} after {warm_up} connections, {last} after {count} ({seconds:.0f} s)")
    return [f"{parser}: {problem}" for problem in _growth(fresh, warm, last, count - warm_up)]


def _drain(results: Iterable[None]) -> None:
    """Wait for all, and raise what one of them raised."""
    deque(results, maxlen=0)


def _settled(pid: int, files: int) -> Held:
    """What is held once the server has noticed all that was closed, or has had time enough to."""
    deadline = time.monotonic() + SETTLING_SECONDS
    while Held.by(pid).files > files and time.monotonic() < deadline:
        time.sleep(0.05)
    return Held.by(pid)


def _growth(fresh: Held, warm: Held, last: Held, count: int) -> Iterator[str]:
    if last.files > fresh.files:
        yield f"expected {fresh.files} open files as before, got {last.files}"
    allowed, grown = SLACK_BYTES + count * BYTES_PER_CONNECTION, last.memory_bytes - warm.memory_bytes
    if grown > allowed:
        yield f"expected memory to grow by at most {allowed} bytes over {count} connections, got {grown}"


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 4096), most))
    problems = [problem for parser in PARSERS for problem in check(parser, count)]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
