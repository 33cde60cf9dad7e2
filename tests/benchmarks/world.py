"""What a million calls leave behind in the world of an account: in memory, through the same steps as a handler's."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
from pathlib import Path

from figures import Figure, Reach, Result
from served import NotRun, RunFailed

from ccc_mock import Settings
from ccc_mock.world.description import OPEN, Description, described
from ccc_mock.world.rules import RULES, Attempt
from ccc_mock.world.world import World

REACH = Reach("figure", "at most", 150.0)
CALLS_PER_SECOND = 20
"""Of the world's time: the documented limit of one sub-account."""

APP, LINES = 1400000000, 2
STRICT = described(
    {
        "exists": "named",
        "rules": {"working_hours": "", "channels": 10_000, "concurrency": 10_000},
        "package": [{"minutes": 10_000_000}],
        "app": [{
            "SdkAppId": APP,
            "number": [{"Number": f"0215506{n:04}"} for n in range(LINES)],
            "agent": [{"AIAgentId": 15}],
        }],
    },
    (),
)  # fmt: skip
"""All rules for calling out but the hours, with as many channels and agents as such a rate takes."""
WORLDS = {"strict": STRICT, "open": OPEN}


def measure(calls: int, callees: int) -> Result:
    """Each world in a process of its own."""
    figures, profile = [], []
    for name in WORLDS:
        told = _alone(name, calls, callees)
        growth = (told["peak"] - told["idle"]) / 1024
        figures.append(Figure(f"{name} world, {calls:,} calls to {callees:,} callees", growth, "MiB", reach=REACH))
        profile.append(
            f"world: of them the {name} one placed {told['placed']:,} and refused the others, {told['live']:,} are on "
            f"at the end; {told['seconds'] / calls * 1e6:.1f} µs each; idle is {told['idle'] / 1024:.1f} MiB"
        )
    return Result(figures, profile)


def _alone(name: str, calls: int, callees: int) -> dict[str, float]:
    if not _status().exists():
        raise NotRun("it needs /proc")
    ended = subprocess.run(
        [sys.executable, __file__, name, str(calls), str(callees)], capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise RunFailed(f"the {name} world failed: {ended.stderr.strip()[-300:]}")
    told: dict[str, float] = json.loads(ended.stdout)
    return told


def fill(description: Description, calls: int, callees: int) -> dict[str, float]:
    """Place so many calls, the callees in turns; tells peak and idle memory in KiB, and what became of the calls."""
    world, settings, begun = World(description), Settings(), 1795324613.0
    placed = 0
    gc.collect()
    idle, started = _kib("VmRSS"), time.process_time()
    for n in range(calls):
        now = begun + n / CALLS_PER_SECOND
        callee = f"138{n % callees:08}"
        world.advance(now)
        attempt = Attempt(APP, 15, callee, {"SdkAppId": APP, "AIAgentId": 15, "Callee": callee}, now)
        if world.judge(attempt, RULES, settings) is None:
            world.place(f"{n:08x}-0000-4000-8000-000000000000", attempt)
            placed += 1
    spent = time.process_time() - started
    return {"idle": idle, "peak": _kib("VmHWM"), "placed": placed, "live": world.sessions.live_count, "seconds": spent}


def _status() -> Path:
    return Path("/proc/self/status")


def _kib(name: str) -> int:
    line = next(line for line in _status().read_text("ascii").splitlines() if line.startswith(name))
    return int(line.split()[1])


if __name__ == "__main__":
    print(json.dumps(fill(WORLDS[sys.argv[1]], *map(int, sys.argv[2:]))))
