"""What is wrong with an option or with a key of the ini is one line and exit 4, before any test."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from projects import Run

pytest_plugins = ["pytester"]

NEVER_RUN = "def test_it(ccc): raise AssertionError('it was run')"

Usage = Callable[..., str]


@pytest.fixture
def usage(project: pytest.Pytester, here: Run) -> Usage:
    """Runs one test, which a usage error keeps from being run, and gives what was told."""
    project.makepyfile(NEVER_RUN)

    def told(*arguments: str, ini: str = "") -> str:
        project.makeini(f"[pytest]\n{ini}\n")
        result = here(*arguments)
        assert result.ret == pytest.ExitCode.USAGE_ERROR, result.stdout.str()
        lines = [line for line in result.errlines if line and not line.startswith(("usage: ", "  "))]
        assert len(lines) == 1, lines
        return lines[0]

    return told


INI = {
    "ccc_auth = none": "ccc_auth: expected known, any or off, got 'none'",
    "ccc_allow = duplicate": "ccc_allow: expected some of unconsumed, duplicates, *",
    "ccc_fidelity = documentd": "ccc_fidelity: expected documented, got 'documentd'; did you mean documented?",
    "ccc_accept = nonsense": "ccc_accept: no assumption 'nonsense'; *",
}


def test_a_wrong_key_of_the_ini_is_a_usage_error(usage: Usage) -> None:
    for line, expected in INI.items():
        pytest.LineMatcher([usage(ini=line)]).fnmatch_lines([f"ERROR: {expected}"])


OPTIONS = {
    "--ccc-fidelity=x": "ERROR: --ccc-fidelity: expected documented, got 'x'; *",
}


def test_a_wrong_option_is_a_usage_error(usage: Usage) -> None:
    for given, expected in OPTIONS.items():
        pytest.LineMatcher([usage(*given.split())]).fnmatch_lines([expected])


LOADED = """
    import sys

    def test_nothing_of_ours(request):
        assert [name for name in sys.modules if name.startswith("ccc_mock.testing.")] == []
        assert "ccc_mock.auth" not in sys.modules
"""


def test_defaults_load_nothing(project: pytest.Pytester, run: Run) -> None:
    project.makeini("[pytest]\nccc_auth = known\nccc_allow =\nccc_accept =\nccc_fidelity =\n")
    project.makepyfile(LOADED)
    run().assert_outcomes(passed=1)
