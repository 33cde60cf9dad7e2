"""Runs of the tests of projects that have ccc-mock installed: each in a process of its own."""

from __future__ import annotations

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
