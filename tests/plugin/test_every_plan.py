"""`@pytest.mark.ccc_every_plan`: every plan of up to so many faults, and what is told of them."""

from __future__ import annotations

import inspect
import re

import pytest

from ccc_mock.plans.every import MAX_PLANS, every_fault_plan, words_for
from ccc_mock.testing.every_plan import KEYWORDS, MAX_FAULTS
from projects import Run

pytest_plugins = ["pytester"]

NAIVE = """
    import asyncio
    import pytest
    from ccc_contract import AsyncClient, Credential
    from calling import a_call, client_of, dial, over_a_socket

    WORDS = ["RequestLimitExceeded", "ok+reset@after", "InternalError"]

    def dial_again(call):
        "Tries again, once, whatever happened."
        for left in (1, 0):
            try:
                return call()
            except Exception:
                if not left:
                    return None

    @pytest.mark.ccc_every_plan(max_faults=2, words=WORDS)
    def test_sync(ccc, ccc_plan):
        dial_again(lambda: dial(ccc))
        assert ccc.account.plans.get("plan-1").text == ccc_plan

    @pytest.mark.ccc_every_plan(words=WORDS)
    def test_over_a_socket(ccc_server):
        client = over_a_socket(ccc_server)
        dial_again(lambda: client.CreateAIAgentCall(a_call()))

    @pytest.mark.asyncio
    @pytest.mark.ccc_every_plan(words=WORDS[:2])
    @pytest.mark.parametrize("number", ["008613800000000", "008613800000001"])
    async def test_async(ccc, number):
        async with AsyncClient(Credential(ccc.secret_id, ccc.secret_key)) as client:
            try:
                await client.create_ai_agent_call(sdk_app_id=1400000000, ai_agent_id=15, callee=number)
            except Exception:
                pass
        assert len(ccc.ledger.calls_to(number)) <= 1
"""
ASYNC = ("-o", "asyncio_default_fixture_loop_scope=function")
TOLD = [
    "*= ccc-mock: every plan =*",
    '*::test_sync: 13 of 13 plans of up to 2 faults ran, 2 failed; *: @pytest.mark.ccc(plan="ok+reset@after")',
    "*::test_over_a_socket: 4 of 4 plans of up to 1 fault ran, 1 failed; *",
    "*::test_async {'number': '008613800000000'}: 3 of 3 plans of up to 1 fault ran, 0 failed",
    "*::test_async {'number': '008613800000001'}: 3 of 3 plans of up to 1 fault ran, 0 failed",
]


def test_every_plan_is_run_and_told_with_tasks_and_in_workers(project: pytest.Pytester, run: Run) -> None:
    project.makepyfile(NAIVE)
    result = run("-n", "1", *ASYNC, plugins=("asyncio", "xdist"))
    result.assert_outcomes(passed=23, errors=3)
    for line in TOLD:
        result.stdout.fnmatch_lines([line.replace("[", "[[]")])


MANY = """
    import pytest
    from ccc_mock.strategies import WITHOUT_WAITING

    @pytest.mark.ccc_every_plan(max_faults=2, words=WITHOUT_WAITING[:7])
    def test_many(ccc, ccc_plan):
        assert "after, ok+reset@before" not in ccc_plan
"""


def test_it_tells_how_far_it_has_come_and_repeats_what_failed_first(project: pytest.Pytester, here: Run) -> None:
    project.makepyfile(MANY)
    result = here("--tb=no")
    result.assert_outcomes(passed=54, failed=3)
    lines = [line.partition("::test_many: ")[2] for line in result.outlines if "::test_many: " in line]
    assert len(lines) == 11
    assert lines[0] == "6 of 57 plans, 0 failed"
    assert lines[-1].startswith("57 of 57 plans of up to 2 faults ran, ")
    assert not any(re.match(r"test_\S+\.py \.", line) for line in result.outlines)  # no dots
    again = here("--failed-first", "--exitfirst", "-v")
    again.assert_outcomes(failed=1)
    again.stdout.fnmatch_lines(["*::test_many: 1 of 57 plans of up to 2 faults ran, 1 failed; *"])


WRONG = {
    "max_fault=1": "has no 'max_fault'; did you mean max_faults*",
    "3": "takes keywords only, such as max_faults=3",
    "max_faults='2'": "max_faults: expected a whole number, got '2'",
    "max_faults=-1": "max_faults: expected 0 or more, got -1",
    "max_faults=9": "expected at most 20,000 plans, got *",
    "words=['ok+latancy']": "*no fault 'latancy'*",
    "action='Create'": "no action 'Create'; *",
    "words=5": "words: expected steps of a plan, got 5",
    "words=[5]": "expected one step of a plan for one call, got 5",
}


UNMARKED = """
    def test_none(ccc_plan): pass
"""


def test_what_is_wrong_with_a_marker_is_told(project: pytest.Pytester, here: Run) -> None:
    written = "import pytest\n@pytest.mark.ccc_every_plan({})\ndef test_it(ccc): pass"
    project.makepyfile(
        test_unmarked=UNMARKED, **{f"test_{n}": written.format(marker) for n, marker in enumerate(WRONG)}
    )
    result = here("--continue-on-collection-errors")
    result.assert_outcomes(errors=len(WRONG) + 1)
    for told in WRONG.values():
        result.stdout.fnmatch_lines([f"test_*.py::test_it: @pytest.mark.ccc_every_plan {told}"])
    result.stdout.fnmatch_lines(["*test_none: ccc_plan is for a test with @pytest.mark.ccc_every_plan"])


def test_the_marker_takes_what_the_function_takes() -> None:
    parameters = inspect.signature(every_fault_plan).parameters
    assert tuple(parameters) == KEYWORDS
    assert parameters["max_faults"].default == MAX_FAULTS


def test_more_plans_than_anybody_runs_are_refused_before_they_are_made() -> None:
    number = len(words_for())
    assert 1 + number + number**2 <= MAX_PLANS
    for bounds in ({"max_faults": 10**9}, {"max_gap": 10**9}, {"max_faults": 10**9, "words": ["ok"]}):
        with pytest.raises(ValueError, match="expected at most 20,000 plans, got "):
            every_fault_plan(**bounds)  # type: ignore[arg-type]


DRAWN = """
    import asyncio
    import pathlib
    import pytest
    from hypothesis import Phase, given, settings
    from hypothesis.database import DirectoryBasedExampleDatabase
    from ccc_contract import AsyncClient, Credential
    from ccc_mock import fake
    from ccc_mock.strategies import fault_plans

    NUMBER = "008613800000000"
    WORDS = ["FailedOperation.CallOutFailed", "ok+reset@after"]

    @pytest.mark.asyncio
    # In CI Hypothesis keeps no database unless it is told to.
    @settings(deadline=None, max_examples=15, phases=[Phase.reuse, Phase.generate], derandomize=False,
              database=DirectoryBasedExampleDatabase("examples"))
    @given(plan=fault_plans(max_faults=1, max_gap=0, words=WORDS))
    async def test_drawn(plan):
        with pathlib.Path("tried").open("a") as tried:
            tried.write(f"{plan}\\n")
        async with fake(plan=plan) as ccc, AsyncClient(Credential(ccc.secret_id, ccc.secret_key)) as client:
            for _ in range(2):
                try:
                    await client.create_ai_agent_call(sdk_app_id=1400000000, ai_agent_id=15, callee=NUMBER)
                    break
                except Exception:
                    pass
            assert len(ccc.ledger.calls_to(NUMBER)) <= 1
"""


def test_a_plan_that_was_drawn_and_failed_is_the_first_of_the_next_run(project: pytest.Pytester, run: Run) -> None:
    """With tasks, then also in a worker of xdist, by the database of examples that Hypothesis keeps."""
    project.makepyfile(DRAWN)
    tried = project.path / "tried"
    shortest = []
    for workers in ([], ["xdist", "-n", "1"]):
        tried.unlink(missing_ok=True)
        result = run(*workers[1:], *ASYNC, plugins=("asyncio", "_hypothesis_pytestplugin", *workers[:1]))
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(['*plan=@pytest.mark.ccc(plan="ok+reset@after")*'])
        shortest.append(tried.read_text().splitlines()[0])
    assert shortest[1] == "ok+reset@after"
