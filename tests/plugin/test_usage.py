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
        lines = [line for line in result.errlines if line and not line.startswith(("ERROR: usage: ", "  "))]
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
    "--ccc-mutants-only=reads": "ERROR: --ccc-mutants-only is for a run with --ccc-mutants: give that, too",
    "--ccc-mutants-seconds=0": "ERROR: --ccc-mutants-seconds is for a run with --ccc-mutants: give that, too",
    "--ccc-mutants --ccc-mutants-seconds=-1": "*--ccc-mutants-seconds: expected seconds, 0 or more, got '-1'",
    "--ccc-mutants --ccc-mutants-seconds=nan": "*--ccc-mutants-seconds: expected seconds, 0 or more, got 'nan'",
    "--ccc-mutants --ccc-mutants-seconds=x": "*--ccc-mutants-seconds: expected seconds, 0 or more, got 'x'",
    "--ccc-examples=0": "*--ccc-examples: expected a whole number from 1 on, got '0'",
    "--ccc-examples=-3": "*--ccc-examples: expected a whole number from 1 on, got '-3'",
    "--ccc-coverage=html": "*, json:FILE or html:FILE, got 'html'; write `--ccc-coverage=html:FILE`",
    "--ccc-coverage=json:": "*, json:FILE or html:FILE, got 'json:'; write `--ccc-coverage=json:FILE`",
    "--ccc-coverage -o ccc_coverage_exclude=*/AuthFialure.*#no": "*matches nothing; did you mean AuthFailure.[*][?]",
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


NOTHING_CALLED = """
    def test_idle(ccc): pass

    def test_without(): pass
"""


def test_mutants_of_a_run_without_calls_say_so(project: pytest.Pytester, here: Run) -> None:
    project.makepyfile(NOTHING_CALLED)
    result = here("--ccc-mutants")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["no call came to a fake of `ccc`, `ccc_server` or `ccc_server_tls`, so *"])


def test_a_run_of_one_mutant_says_on_top_that_the_fake_is_wrong(project: pytest.Pytester, here: Run) -> None:
    project.makepyfile(NOTHING_CALLED)
    here("--ccc-mutant=charset-added").stdout.fnmatch_lines(
        ["ccc-mock: --ccc-mutant=charset-added: the fake of every test is wrong on purpose"]
    )
