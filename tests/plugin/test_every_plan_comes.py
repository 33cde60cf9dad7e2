"""`@pytest.mark.ccc_every_plan` runs nothing that no plan comes to: a run that passes has met what it says."""

from __future__ import annotations

import pytest

from projects import Run

pytest_plugins = ["pytester"]

NOBODY_S = """
    import pytest
    import ccc_mock

    @pytest.mark.ccc_every_plan
    def test_a_fake_of_its_own():
        with ccc_mock.fake() as ccc:
            pass
"""

OF_UNITTEST = """
    import unittest
    import pytest

    class TestOld(unittest.TestCase):
        @pytest.mark.ccc_every_plan
        def test_method(self): pass

    @pytest.mark.ccc_every_plan
    class TestWhole(unittest.TestCase):
        def test_of_a_class(self): pass
"""

TWO_PLANS = """
    import pytest

    @pytest.mark.ccc(plan="ok")
    @pytest.mark.ccc_every_plan
    def test_two(ccc): pass
"""

ONE_OF_A_PARAMETER = """
    import pytest

    @pytest.mark.ccc_every_plan(words=["InternalError"])
    @pytest.mark.parametrize("n", [pytest.param(1, marks=pytest.mark.ccc(plan="ok")), 2])
    def test_one(ccc, n): pass
"""

TAKEN = """
    import pytest

    pytestmark = pytest.mark.ccc_every_plan(words=["InternalError"])

    @pytest.fixture
    def client(ccc): pass

    @pytest.fixture
    def switched(request):
        return request.getfixturevalue("ccc")

    def test_by_another_fixture(client): pass

    def test_by_the_environment(ccc_credentials): pass

    def test_by_its_text(switched, ccc_plan):
        assert [plan.text for plan in switched.account.plans] == ([ccc_plan] if ccc_plan else [])

    @pytest.mark.ccc(plan=None)
    def test_a_marker_without_a_plan(ccc): pass
"""

AUTOUSE = """
    import pytest

    @pytest.fixture(autouse=True)
    def everywhere(ccc_server): pass

    @pytest.mark.ccc_every_plan(words=["InternalError"])
    def test_autouse(): pass
"""


def test_a_test_that_no_plan_comes_to_is_not_collected(project: pytest.Pytester, here: Run) -> None:
    project.makepyfile(test_nobody_s=NOBODY_S, test_two=TWO_PLANS)
    result = here()
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines([
        "test_nobody_s.py::test_a_fake_of_its_own: @pytest.mark.ccc_every_plan gives its plans to the fake of a "
        "fixture, and the test has none: let it take ccc, ccc_server or ccc_server_tls, or ccc_plan, *",
        "test_two.py::test_two: @pytest.mark.ccc_every_plan has plans, and @pytest.mark.ccc has another: *",
    ])  # fmt: skip


def test_a_method_of_unittest_fails_because_it_has_no_parameters(project: pytest.Pytester, here: Run) -> None:
    project.makepyfile(OF_UNITTEST)
    result = here()
    result.assert_outcomes(errors=2)
    for test in ("TestOld::test_method", "TestWhole::test_of_a_class"):
        result.stdout.fnmatch_lines([f"*::{test}: @pytest.mark.ccc_every_plan needs a test that pytest can give *"])


def test_a_plan_that_comes_with_a_parameter_is_refused_where_it_comes(project: pytest.Pytester, here: Run) -> None:
    project.makepyfile(ONE_OF_A_PARAMETER)
    result = here()
    result.assert_outcomes(errors=2, passed=2)
    result.stdout.fnmatch_lines(["*: @pytest.mark.ccc has a plan, and @pytest.mark.ccc_every_plan has others: *"])


def test_a_fixture_that_brings_a_fake_is_enough(project: pytest.Pytester, here: Run) -> None:
    project.makepyfile(test_taken=TAKEN, test_autouse=AUTOUSE)
    here().assert_outcomes(passed=10)


FAILING = """
    import pytest

    @pytest.mark.ccc_every_plan
    def test_always(ccc):
        print("something to be captured")
        raise ValueError("it always fails\\nand says more")
"""


def test_three_failures_are_shown_whole_and_the_shortest_plan_comes_last(project: pytest.Pytester, here: Run) -> None:
    project.makepyfile(test_f=FAILING)
    result = here("-rf")
    told = result.outlines
    assert sum(line.startswith("E   ") and "ValueError" in line for line in told) == 3
    assert sum(line == "something to be captured" for line in told) == 3
    short = [line for line in told if line.startswith('plan "')]
    assert len(short) == len([line for line in told if line.startswith("FAILED ")]) - 3 > 20
    assert all(line.endswith('": ValueError: it always fails') for line in short)
    assert told[-3].startswith("=")
    assert "ccc-mock: every plan" in told[-3]
    assert told[-2].endswith('the shortest: @pytest.mark.ccc(plan="ok")')
    result.stdout.fnmatch_lines(["FAILED test_f.py::test_always[[]ok+drop[]] - ValueError*"])
