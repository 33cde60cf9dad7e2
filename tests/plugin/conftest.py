"""Runs of the tests of projects that have ccc-mock installed: each in a process of its own."""

from __future__ import annotations

import importlib
import sys

import pytest

from projects import CALLING, Run

SDK_S_OWN = "ignore:datetime.datetime.utcfromtimestamp:DeprecationWarning"
"""From Python 3.12 on."""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile(calling=CALLING)
    return pytester


@pytest.fixture
def run(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    # As many plugins as this project's own tests need would take longer to load than most of these runs take.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run_with(*arguments: str, plugins: tuple[str, ...] = ()) -> pytest.RunResult:
        loaded = [word for name in ("ccc_mock", *plugins) for word in ("-p", name)]
        strictly = ("-W", "error", "-W", SDK_S_OWN, "--strict-markers", "--strict-config")
        return project.runpytest_subprocess(*loaded, *strictly, *arguments)

    return run_with


WHAT_IT_DOES = ("explaining", "flooring", "progress", "reporting", "sockets", "summary")
"""What the plugin loads when it needs it: here before a run, so that one run has the very modules of another."""


@pytest.fixture
def here(project: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """As `run`, in this process: a tenth of the time, for what does not depend on what is loaded."""

    def run_here(*arguments: str, plugins: tuple[str, ...] = ()) -> pytest.RunResult:
        for file in project.path.glob("*.py"):  # tests/support has modules of the same names
            monkeypatch.delitem(sys.modules, file.stem, raising=False)
        for module in WHAT_IT_DOES:
            importlib.import_module(f"ccc_mock.testing.{module}")
        loaded = [word for name in ("ccc_mock", *plugins) for word in ("-p", name)]
        return project.runpytest_inprocess(*loaded, *arguments)

    return run_here
