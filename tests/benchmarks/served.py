"""The two servers as processes of their own, and wrk beside them.

The servers share one CPU and wrk has another, where the machine lets us choose; only one server is asked at a time.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import bare_app
from calls import is_success, make_call, make_calls, on_the_wire

from ccc_mock.adapters.asgi import App
from ccc_mock.adapters.server import Server
from ccc_mock.endpoint import Endpoint

HERE = Path(__file__).parent
FAKE = (str(Path(sysconfig.get_path("scripts")) / "ccc-mock"), "serve", "--port", "0", "--json", "--no-rate-limit")
QUIET_FAKE = (*FAKE, "--quiet")
BARE = (sys.executable, str(HERE / "bare_app.py"))

CONNECTIONS = 16
LONGEST_LOAD_SECONDS = 60
"""Signatures are good for 300 s; a pool is signed anew for each load."""


class RunFailed(Exception):
    """A run did not measure what it should have; the message says why."""


class NotRun(Exception):
    """Something is missing on this machine; the message says what to install."""


# --- which CPU ----------------------------------------------------------------------------------------------------

_CPUS = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
PINNED = len(_CPUS) >= 2


def _on_cpu(number: int) -> Callable[[], None] | None:
    """What a child does first, to stay on the first CPU that we have, or on the last."""
    return functools.partial(os.sched_setaffinity, 0, {_CPUS[number]}) if PINNED else None


# --- servers ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Served:
    """A server that has answered its first call."""

    host: str
    """`127.0.0.1:PORT`"""
    pid: int
    first_answer_seconds: float
    """From before its process was started."""

    def cpu_seconds(self) -> float | None:
        """What the process has spent so far, in user and kernel; None where there is no /proc."""
        stat = Path(f"/proc/{self.pid}/stat")
        if not stat.exists():
            return None
        user, kernel = stat.read_text("ascii", "replace").rpartition(")")[2].split()[11:13]
        return (int(user) + int(kernel)) / os.sysconf("SC_CLK_TCK")

    def resident_mib(self) -> float:
        """What the process holds in memory now.  Raises NotRun where there is no /proc."""
        status = Path(f"/proc/{self.pid}/status")
        if not status.exists():
            raise NotRun("resident memory is read from /proc, which this system does not have; run this part on Linux")
        kib = next(
            line.split()[1] for line in status.read_text("ascii", "replace").splitlines() if line.startswith("VmRSS:")
        )
        return int(kib) / 1024


@contextlib.contextmanager
def running(command: Sequence[str]) -> Iterator[Served]:
    """Start a server that says its `url` in one line of JSON, ask it once, and end it with the block.

    Raises RunFailed when it does not start or does not answer with a success.
    """
    started = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, preexec_fn=_on_cpu(0)
    )
    assert process.stdout is not None
    try:
        hello = process.stdout.readline()
        if not hello:
            raise RunFailed(f"`{' '.join(command)}` ended before it served; run it by hand to see why")
        host = json.loads(hello)["url"].removeprefix("http://")
        answer = _ask(host)
        elapsed = time.perf_counter() - started
        if not is_success(answer):
            raise RunFailed(f"expected a success as the first answer of `{' '.join(command)}`, got {answer[:300]!r}")
        yield Served(host, process.pid, elapsed)
    finally:
        process.terminate()
        process.communicate(timeout=10)


def _ask(host: str) -> bytes:
    name, _, port = host.partition(":")
    with socket.create_connection((name, int(port)), timeout=10) as connection:
        connection.sendall(on_the_wire(make_call(host)))
        answer = b""
        while b"}}" not in answer:
            received = connection.recv(65536)
            if not received:
                break
            answer += received
    return answer


_SETTINGS = [
    "ws",
    "lifespan",
    "log_config",
    "access_log",
    "proxy_headers",
    "server_header",
    "date_header",
    "timeout_keep_alive",
    "workers",
    "interface",
    "root_path",
    "limit_concurrency",
    "limit_max_requests",
    "backlog",
]


def check_same_settings() -> None:
    """Raises RunFailed when the bare application is not served as the fake is."""
    with socket.socket() as unused:
        ours = Server(App(Endpoint()), unused).config
    theirs = bare_app.config()
    ours.load()
    theirs.load()
    for name in _SETTINGS:
        if getattr(ours, name) != getattr(theirs, name):
            raise RunFailed(
                f"bare_app.py: expected {name}={getattr(ours, name)!r}, as the fake is served, "
                f"got {getattr(theirs, name)!r}"
            )
    # The fake's protocol is a class derived from uvicorn's own.
    if not issubclass(ours.http_protocol_class, theirs.http_protocol_class):
        raise RunFailed("bare_app.py: expected the HTTP implementation with which the fake is served")


# --- load ---------------------------------------------------------------------------------------------------------


class Load(NamedTuple):
    """What wrk did to a server."""

    answered: int
    """Successes, all of them: a load with anything else raises."""
    seconds: float
    cpu_seconds: float | None
    """What the server spent on it; None where that cannot be told."""

    @property
    def per_second(self) -> float:
        return self.answered / self.seconds

    @property
    def cpu_microseconds(self) -> float | None:
        """The server's, for each request."""
        return None if self.cpu_seconds is None else self.cpu_seconds / self.answered * 1e6


def load(served: Served, seconds: int, *, enough: int = 0) -> Load:
    """Send signed calls over 16 kept-alive connections for `seconds`; with `enough`, no more once so many are answered.

    Raises NotRun without wrk, RunFailed when one answer was no success.
    """
    wrk = shutil.which("wrk")
    if wrk is None:
        raise NotRun("wrk is missing; install it (Debian, Ubuntu: `apt install wrk`, macOS: `brew install wrk`)")
    with tempfile.TemporaryDirectory() as directory:
        script = Path(directory) / "load.lua"
        script.write_text(_script(served.host, enough), "utf-8")
        command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(script), f"http://{served.host}/"]
        before = served.cpu_seconds()
        ended = subprocess.run(command, capture_output=True, text=True, preexec_fn=_on_cpu(-1))
        after = served.cpu_seconds()
    if ended.returncode:
        raise RunFailed(f"wrk ended with {ended.returncode}: {ended.stderr.strip()[-300:]}")
    answered, elapsed = _checked(ended.stderr)
    return Load(answered, elapsed, None if before is None or after is None else after - before)


def load_until(served: Served, answers: int) -> None:
    """Send signed calls until the server has given so many answers."""
    done = load(served, 1, enough=answers)
    answers -= done.answered
    while answers > 0:
        seconds = min(int(answers / done.per_second * 1.05) + 1, LONGEST_LOAD_SECONDS)
        answers -= load(served, seconds, enough=answers).answered


def _script(host: str, enough: int) -> str:
    # JSON's texts are Lua's too, as long as they are ASCII.
    calls = ",\n".join(json.dumps(on_the_wire(call).decode("ascii")) for call in make_calls(host))
    return f"local calls = {{\n{calls}\n}}\nlocal enough = {enough}\n{(HERE / 'load.lua').read_text('utf-8')}"


def _checked(report: str) -> tuple[int, float]:
    """How many answers in how many seconds."""
    *counts, example = report.rstrip("\n").split(" ", 4)
    microseconds, answered, failed, lost = map(int, counts)
    if failed or lost or not answered:
        raise RunFailed(
            f"expected successes only, got {failed} other answers and {lost} lost connections beside "
            f"{answered - failed} successes; the first other answer: {example[:300] or 'none'}"
        )
    return answered, microseconds / 1e6
