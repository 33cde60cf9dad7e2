"""A fake that nothing came to is not told of beside one that was used; alone it is, for that is the news."""

from __future__ import annotations

import pytest

from projects import Run

pytest_plugins = ["pytester"]

IDLE = """
    import pytest
    import ccc_mock
    from calling import dial, over_a_socket, a_call

    @pytest.fixture(autouse=True)
    def everywhere(ccc): pass

    @pytest.fixture
    def still_active(ccc):
        with ccc_mock.fake() as own:
            yield own

    def test_one_of_its_own():
        with ccc_mock.fake() as own:
            dial(own)
        assert not "one of its own"

    def test_a_plan_that_was_drawn():
        with ccc_mock.fake(plan="InternalError"):
            pass
        assert not "drawn"

    def test_one_that_is_active(still_active):
        dial(still_active)
        assert not "active"

    def test_another_fixture(ccc_server):
        over_a_socket(ccc_server).CreateAIAgentCall(a_call())
        assert not "another"

    @pytest.mark.ccc(plan="InternalError")
    def test_a_plan_that_was_not_met():
        with ccc_mock.fake() as own:
            dial(own)

    def test_the_last_one_alone():
        with ccc_mock.fake():
            pass
        assert not "alone"
"""


def test_an_idle_fake_is_told_of_only_where_no_other_was_used(project: pytest.Pytester, run: Run) -> None:
    project.makepyfile(test_idle=IDLE)
    result = run()
    result.assert_outcomes(failed=5, passed=1, errors=1)
    lines = result.outlines
    tests = [n for n, line in enumerate(lines) if line.startswith("____")]
    told = {
        lines[begin].strip("_ "): [line for line in lines[begin:end] if line.startswith("the fake of ")]
        for begin, end in zip(tests, [*tests[1:], None], strict=True)
    }
    assert told == {
        "test_one_of_its_own": [],
        "test_a_plan_that_was_drawn": [],
        "test_one_that_is_active": [],
        "test_another_fixture": ["the fake of `ccc_server`: 1 exchange"],
        "ERROR at teardown of test_a_plan_that_was_not_met": ["the fake of `ccc`: no call has come"],
        "test_the_last_one_alone": ["the fake of `ccc`: no call has come"],
    }
