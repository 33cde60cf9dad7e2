"""The pytest plugin: what its being installed costs every run, and what its fixtures cost a test, beside its peers'."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from figures import Figure, Reach, Result
from served import NotRun, RunFailed

from ccc_mock.adapters.serving import serving
from ccc_mock.adapters.turns import Turns, TurnsControl

ROOT = Path(__file__).parents[2]

NOTHING = "a fixture that does nothing"
PEERS = {
    NOTHING: ("pytest", "def peer(): yield"),
    "respx": ("respx", "def peer(respx_mock): yield"),
    "pytest-httpserver": ("pytest_httpserver", "def peer(httpserver): yield"),
    "moto's mock_aws": ("moto", "def peer():\n    with moto.mock_aws(): yield"),
}
"""Name → its module, and a fixture that does what `ccc` does."""


def measure(rounds: int, tests: int) -> Result:
    """CPU time of `pytest --collect-only`, and wall-clock time of set-up and tear-down, each the median of many."""
    with tempfile.TemporaryDirectory() as folder:
        whole, own = _installed(Path(folder), rounds)
        fixtures = {name: _fixture(Path(folder), name, tests) for name in ("ccc", *PEERS)}
    ready, beside = _ready(rounds), _ready_peer(rounds)
    missing = [name for name, seconds in fixtures.items() if seconds is None]
    nothing = fixtures.pop(NOTHING) or 0.0
    beyond = {name: seconds - nothing for name, seconds in fixtures.items() if seconds is not None}
    return Result(
        [
            Figure("installing it adds to --collect-only", whole, "ms", reach=Reach("figure", "at most", 5)),
            Figure("  of which ccc-mock itself", own, "ms"),
            Figure("`ccc` set-up and tear-down", beyond["ccc"], "ms", reach=Reach("figure", "at most", 0.5)),
            *(Figure(f"  {name}", beyond[name], "ms") for name in beyond if name != "ccc"),
            Figure("`ccc_server`'s socket is ready", ready, "ms", beside, None, Reach("figure", "at most", 20)),
        ],
        [
            f"plugin: {rounds} rounds, {tests} tests each, less {NOTHING} ({nothing:.1f} ms); beside the socket stands "
            "pytest-httpserver's; beyond ccc-mock itself, anyio (of starlette) brings a plugin of its own"
        ]
        + ([f"plugin: not installed, and so not measured: {', '.join(missing)}"] if missing else []),
    )


def _installed(folder: Path, rounds: int) -> tuple[float, ...]:
    """Milliseconds that an installation adds with all that it depends on, and that the distribution alone adds."""
    kinds = {"without": ["pytest"], "alone": ["pytest", "--no-deps", str(ROOT)], "with": ["pytest", str(ROOT)]}
    pythons = {name: _environment(folder / name, words) for name, words in kinds.items()}
    (folder / "empty").mkdir()
    done = [{name: _collected(python, folder / "empty") for name, python in pythons.items()} for _ in range(rounds + 2)]
    done = done[2:]  # the first ones compile
    return tuple(median(each[kind] - each["without"] for each in done) * 1e3 for kind in ("with", "alone"))


def _environment(folder: Path, words: list[str]) -> Path:
    """A fresh environment's Python, with those installed."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    needed = ["pytest"] if "--no-deps" in words else []
    for each in (needed, words if not needed else words[1:]):
        ended = each and subprocess.run([python, "-m", "pip", "install", "-q", *each], capture_output=True, text=True)
        if ended and ended.returncode:
            raise NotRun(f"pip install {' '.join(each)} failed: {ended.stderr.strip()[-200:]}")
    return python


def _collected(python: Path, folder: Path) -> float:
    """Seconds of CPU that one run takes: what others do on this machine changes it less."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    command = [python, "-m", "pytest", "--collect-only", "-q"]
    process = subprocess.Popen(command, cwd=folder, env=clean, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != 5:  # no tests
        raise RunFailed(f"{python} -m pytest --collect-only ended with {os.waitstatus_to_exitcode(status)}")
    return used.ru_utime + used.ru_stime


_COLLECTING = """
import json, pytest
{imports}

PHASES = {{}}

def pytest_runtest_logreport(report):
    if report.when != "call":
        PHASES[report.nodeid] = PHASES.get(report.nodeid, 0.0) + report.duration

def pytest_sessionfinish():
    with open("phases.json", "w") as file:
        json.dump(list(PHASES.values()), file)

@pytest.fixture
{fixture}
"""


def _fixture(folder: Path, name: str, tests: int) -> float | None:
    """Milliseconds of set-up and tear-down of one test with that fixture; None where it is not installed."""
    module, fixture = PEERS.get(name, ("ccc_mock", "def peer(ccc): yield"))
    if importlib.util.find_spec(module) is None:
        return None
    place = folder / module
    place.mkdir()
    (place / "conftest.py").write_text(_COLLECTING.format(imports=f"import requests, {module}", fixture=fixture))
    body = f"import pytest\n@pytest.mark.parametrize('n', range({tests}))\ndef test_it(peer, n): pass\n"
    (place / "test_it.py").write_text(body)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:asyncio"]
    ended = subprocess.run(command, cwd=place, capture_output=True, text=True)
    if ended.returncode:
        raise RunFailed(f"the tests with {name} failed: {ended.stdout[-300:]}")
    durations: list[float] = json.loads((place / "phases.json").read_text())
    return median(durations) * 1e3


def _ready(rounds: int) -> float:
    """Milliseconds until the socket of `ccc_server` answers, once its modules are imported."""
    seconds = []
    for _ in range(rounds):
        turns, begun = Turns(), time.perf_counter()
        with serving(turns, TurnsControl(turns)):
            seconds.append(time.perf_counter() - begun)
    return median(seconds) * 1e3


def _ready_peer(rounds: int) -> float | None:
    if importlib.util.find_spec("pytest_httpserver") is None:
        return None
    from pytest_httpserver import HTTPServer

    seconds = []
    for _ in range(rounds):
        begun = time.perf_counter()
        with HTTPServer(port=0):
            seconds.append(time.perf_counter() - begun)
    return median(seconds) * 1e3
