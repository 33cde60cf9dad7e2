"""What is measured of the served fake, each beside the bare endpoint: rate, start, memory."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from statistics import median

from figures import Figure, Reach, Result
from served import (
    BARE,
    CONNECTIONS,
    FAKE,
    HERE,
    PINNED,
    QUIET_FAKE,
    Load,
    RunFailed,
    check_same_settings,
    load,
    load_until,
)
from served import running as server

RATE_REACH = Reach("ratio", "at least", 0.8)
START_REACH = Reach("ratio", "at most", 2.0)
IDLE_REACH = Reach("figure", "at most", 60.0)
GROWTH_REACH = Reach("figure", "at most", 5.0)


def rate(rounds: int, seconds: int) -> Result:
    """Requests per second, the servers taking turns: A B C, A B C, …"""
    check_same_settings()
    with server(QUIET_FAKE) as fake, server(BARE) as bare, server(FAKE) as talking:
        servers = (fake, bare, talking)
        for each in servers:
            load(each, 1)  # caches; the journal is full from here on
        done = [[load(each, seconds) for each in servers] for _ in range(rounds)]
    rates = [[each.per_second for each in loads] for loads in done]
    fakes, bares, talkers = map(median, zip(*rates, strict=True))
    ratios = [fake / bare for fake, bare, _ in rates]
    with_lines = median(talking / bare for _, bare, talking in rates)
    where = "servers on one CPU, wrk on another" if PINNED else "servers and wrk on whichever CPU was free"
    return Result(
        [
            Figure("requests per second", fakes, "1/s", bares, median(ratios), RATE_REACH),
            Figure("  with a line per call", talkers, "1/s", bares, with_lines),
            *_cpu(done),
        ],
        [f"rate: {rounds} rounds of {seconds} s, {CONNECTIONS} connections, ratios {_spread(ratios)}; {where}"],
    )


def _cpu(done: Sequence[Sequence[Load]]) -> list[Figure]:
    """The same, as the CPU time that the servers spent: what others do on this machine changes it less."""
    pairs = [(fake.cpu_microseconds, bare.cpu_microseconds) for fake, bare, _ in done]
    known = [(fake, bare) for fake, bare in pairs if fake is not None and bare is not None]
    if not known:
        return []
    fake, bare = map(median, zip(*known, strict=True))
    return [Figure("  server's CPU per request", fake, "µs", bare, median(each / beside for each, beside in known))]


def start(rounds: int) -> Result:
    """Seconds from before the process exists to the first answer of a signed call, the servers taking turns."""
    done = [[_first_answer(command) for command in (QUIET_FAKE, BARE)] for _ in range(rounds + 1)]
    done = done[1:]  # the first round may have compiled
    fakes, bares = zip(*done, strict=True)
    ratios = [fake / bare for fake, bare in done]
    return Result(
        [Figure("start to first answer", median(fakes) * 1e3, "ms", median(bares) * 1e3, median(ratios), START_REACH)],
        [f"start: {rounds} rounds, ratios {_spread(ratios)}; {_imports()}"],
    )


def _first_answer(command: Sequence[str]) -> float:
    with server(command) as served:
        return served.first_answer_seconds


_FAKE_IMPORTS = "import ccc_mock.cli, ccc_mock.adapters.asgi, ccc_mock.adapters.server, ccc_mock.adapters.terminal"
_IMPORT_LINE = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s*([\w]+)")


def _imports() -> str:
    """Which packages the fake spends its imports on, and the bare application does not."""
    fake, bare = _import_times(_FAKE_IMPORTS), _import_times("import bare_app, uvicorn.protocols.http.httptools_impl")
    beyond = {name: fake[name] - bare[name] for name in fake}
    worst = sorted(beyond, key=lambda name: -beyond[name])[:6]
    listed = ", ".join(f"{name} {beyond[name] / 1e3:.0f} ms" for name in worst)
    return f"imports beyond the bare application's {sum(beyond.values()) / 1e3:.0f} ms, most of it {listed}"


def _import_times(statement: str) -> defaultdict[str, int]:
    """Microseconds by package, as Python itself counts them (-X importtime, which makes imports slower)."""
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", statement], capture_output=True, text=True, cwd=HERE
    )
    if ended.returncode:
        raise RunFailed(f"`{statement}` failed: {ended.stderr.strip()[-300:]}")
    spent: defaultdict[str, int] = defaultdict(int)
    for microseconds, package in _IMPORT_LINE.findall(ended.stderr):
        spent[package] += int(microseconds)
    return spent


def memory(few: int, many: int) -> Result:
    """Resident memory after the first answer, after `few` requests and after `many`."""
    with server(BARE) as bare:
        beside = bare.resident_mib()
    with server(QUIET_FAKE) as fake:
        idle = fake.resident_mib()
        load_until(fake, few)
        after_few = fake.resident_mib()
        load_until(fake, many - few)
        after_many = fake.resident_mib()
    return Result(
        [
            Figure("resident memory, idle", idle, "MiB", beside, idle / beside, IDLE_REACH),
            Figure(f"  after {few:,} requests", after_few, "MiB"),
            Figure(f"  after {many:,} requests", after_many, "MiB"),
            Figure("  growth between the two", after_many - after_few, "MiB", reach=GROWTH_REACH),
        ],
        [f"memory: the journal, full after 1,000 requests, is most of the {after_few - idle:.1f} MiB since idle"],
    )


def _spread(ratios: Sequence[float]) -> str:
    return f"{min(ratios):.2f} … {max(ratios):.2f}"
