"""`--ccc-coverage`: what it adds to a run of calls in process, by tests with it and without that take turns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from figures import Figure, Reach, Result
from served import RunFailed

_TURNS = """
import json, time
import pytest

SPENT = dict.fromkeys((True, False), 0.0)

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item):
    with_it = item.callspec.params["n"] % 2 == {first}
    turn(item.config.pluginmanager, with_it)
    begun = time.process_time()
    result = yield
    SPENT[with_it] += time.process_time() - begun
    return result

COLLECTING = []

def turn(manager, with_it):
    if not COLLECTING:
        COLLECTING.append(manager.get_plugin("ccc_mock collecting"))
    (collecting,) = COLLECTING
    if with_it != manager.is_registered(collecting):
        (manager.register if with_it else manager.unregister)(collecting)
        (collecting._collector.begin if with_it else collecting._collector.end)()

@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session):
    begun = time.process_time()
    result = yield  # what is inside of a wrapper that is last is the work itself
    turn(session.config.pluginmanager, True)
    with open("spent.json", "w") as file:
        json.dump([SPENT[True], SPENT[False], time.process_time() - begun], file)
    return result
"""

_TESTS = """
import pytest
import requests
from tencentcloud.ccc.v20200210 import ccc_client, models
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception import TencentCloudSDKException

@pytest.mark.ccc(plan={plan!r})
@pytest.mark.parametrize("n", range(2 * {tests}))
def test_it(ccc, n):
    client = ccc_client.CccClient(Credential(ccc.secret_id, ccc.secret_key), "")
    call = models.CreateAIAgentCallRequest()
    call.SdkAppId, call.AIAgentId, call.Callee = 1400000000, 15, "008613800000000"
    for _ in range({each} - 1):
        client.CreateAIAgentCall(call)
    with pytest.raises(TencentCloudSDKException):
        client.CreateAIAgentCall(call)
"""

_IMPORTED = """
import time
import pytest, ccc_mock.testing.fixtures
begun = time.process_time()
import ccc_mock.testing.covering
print(time.process_time() - begun)
"""

AT_MOST = Reach("ratio", "at most", 1.05)


def measure(rounds: int, calls: int) -> Result:
    """Milliseconds of CPU that so many calls take with it and without, the median of the runs and of their ratios."""
    tens, told_of_tens = _run(f"{calls:,} calls with --ccc-coverage", rounds, calls // 10, 10)
    ones, told_of_ones = _run("  in tests of one call", rounds, calls, 1)
    imported = median(float(_python("-c", _IMPORTED)) for _ in range(rounds)) * 1e3
    return Result([tens, ones, Figure("  its modules are imported", imported, "ms")], [told_of_tens, told_of_ones])


def _run(measured: str, rounds: int, tests: int, each: int) -> tuple[Figure, str]:
    # Two runs, with each test once with it and once without: which of two neighbours is slower is no chance.
    both = [(_turns(tests, each, 0), _turns(tests, each, 1)) for _ in range(rounds)]
    runs = [tuple(map(sum, zip(*two, strict=True))) for two in both]
    pairs = [(with_it + at_the_end, without) for with_it, without, at_the_end in runs]
    ratios = [fake / beside for fake, beside in pairs]
    fake, beside = (1e3 * median(side) / 2 for side in zip(*pairs, strict=True))
    sentence = (
        f"coverage: {rounds} times two runs of {tests} tests of {each}, ratios {min(ratios):.3f} to {max(ratios):.3f}, "
        f"median {median(ratios):.3f}; of it {1e3 * median(end for _, _, end in runs) / 2:.1f} ms at the end"
    )
    return Figure(measured, fake, "ms", beside, median(ratios), AT_MOST), sentence


def _turns(tests: int, each: int, first: int) -> tuple[float, float, float]:
    """Seconds of the tests with it, which begin as the `first`, of those without, and of its work when all are over."""
    plan = "InternalError" if each == 1 else f"ok*{each - 1}, InternalError"
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "conftest.py").write_text(_TURNS.format(first=first))
        (place / "test_it.py").write_text(_TESTS.format(tests=tests, each=each, plan=plan))
        _python("-m", "pytest", "-q", "-p", "ccc_mock", "-p", "no:cacheprovider", "--ccc-coverage", folder=folder)
        with_it, without, at_the_end = json.loads((place / "spent.json").read_text())
        return with_it, without, at_the_end


def _python(*arguments: str, folder: str | None = None) -> str:
    clean = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    ended = subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True, env=clean)
    if ended.returncode:
        raise RunFailed(ended.stdout[-500:] + ended.stderr[-500:])
    return ended.stdout.splitlines()[-1]
