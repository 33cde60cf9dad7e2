"""The pytest plugin, in pytest runs of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

WIRE = Path(__file__).parents[1] / "support" / "wire.py"
CALL = """
    from wire import as_bytes, exchange, signed

    def call(server):
        return exchange(server.host, as_bytes(signed(server.host, server.secret_id, server.secret_key)))
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile(wire=WIRE.read_text("utf-8"))
    pytester.makepyfile(calling=CALL)
    return pytester


def test_each_test_has_an_account_of_its_own(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        from calling import call

        def test_one(ccc_server):
            assert call(ccc_server).code is None
            assert [entry["n"] for entry in ccc_server.journal()] == [1]

        def test_two(ccc_server):
            assert ccc_server.journal() == []
            ccc_server.clock.set_skew(600)
            assert call(ccc_server).code == "AuthFailure.SignatureExpire"

        def test_three(ccc_server):
            assert call(ccc_server).code is None
        """
    )
    project.runpytest_subprocess("-W", "error", "--strict-markers").assert_outcomes(passed=3)


def test_the_server_is_started_once_and_ends_with_the_run(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import threading

        def served():
            return [thread.name for thread in threading.enumerate() if thread.name.startswith("ccc-mock http")]

        def test_none_before_it_is_wanted():
            assert served() == []

        def test_first(ccc_server):
            assert len(served()) == 1

        def test_second(ccc_server):
            assert len(served()) == 1
        """
    )
    project.runpytest_subprocess("-W", "error").assert_outcomes(passed=3)


def test_an_account_is_removed_after_its_test(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        def test_a(ccc_server, ccc_serving):
            assert len(list(ccc_serving.endpoint.accounts)) == 2

        def test_b(ccc_server, ccc_serving):
            assert len(list(ccc_serving.endpoint.accounts)) == 2
        """
    )
    project.runpytest_subprocess().assert_outcomes(passed=2)


def test_the_fixture_is_listed_with_its_docstring(project: pytest.Pytester) -> None:
    result = project.runpytest_subprocess("--fixtures")
    result.stdout.fnmatch_lines(["ccc_server*", "*fresh account on a real socket*"])


def test_a_project_that_does_not_use_it_loads_nothing_of_it(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import sys

        def test_light():
            ours = [name for name in sys.modules if name.startswith(("ccc_mock.", "ccc_contract"))]
            assert ours == ["ccc_mock.pytest_plugin"]
        """
    )
    project.runpytest_subprocess().assert_outcomes(passed=1)
