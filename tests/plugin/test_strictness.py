"""What a test leaves behind fails it, says what to do, and can be allowed."""

from __future__ import annotations

import pytest

from projects import Run

pytest_plugins = ["pytester"]

LEFT_BEHIND = """
    import pytest
    import requests
    import ccc_mock
    from calling import client_of, a_call, dial
    {mark}

    def test_unconsumed(ccc):
        ccc.plan("ok, InternalError")
        dial(ccc)

    def test_duplicates(ccc):
        ccc.plan("ok+reset@after")
        with pytest.raises(Exception, match="ClientNetworkError"):
            dial(ccc)
        dial(ccc)

    def test_unsupported(ccc):
        from tencentcloud.ccc.v20200210 import models
        try:
            client_of(ccc).DescribeCallInMetrics(request := models.DescribeCallInMetricsRequest())
        except BaseException:
            pass
        request.SdkAppId = 1400000000
        try:
            client_of(ccc).DescribeCallInMetrics(request)
        except BaseException:
            pass

    def test_stopped(ccc):
        import socket
        try:
            socket.getaddrinfo("ccc.tencentcloudapi.com", 443)
        except BaseException:
            pass
"""

TOLD = {
    "unconsumed": ["ccc-mock: planned and not happened:", "  plan-1: InternalError", "1 call(s) came; *"],
    "duplicates": ["ccc-mock: 1 time(s) a phone rang again, *: call 2 repeats call 1", "A lost answer is no proof *"],
    "unsupported": ["ccc-mock: the fake has no answer to what was called:", "*DescribeCallInMetrics*"],
    "stopped": [
        "ccc-mock: 1 call(s) would have reached the real service, and were stopped:",
        "  socket.getaddrinfo was called for ccc.tencentcloudapi.com and stopped: *",
    ],
}


def test_each_is_an_error_at_teardown_that_says_what_to_do(project: pytest.Pytester, run: Run) -> None:
    project.makepyfile(LEFT_BEHIND.format(mark=""))
    result = run()
    result.assert_outcomes(passed=4, errors=4)
    for word, told in TOLD.items():
        result.stdout.fnmatch_lines([f"*ERROR at teardown of test_{word}*"])
        result.stdout.fnmatch_lines(told)
        result.stdout.fnmatch_lines(
            [f"*To allow it: @pytest.mark.ccc(allow='{word}'), or for every test `ccc_allow = {word}`*"]
        )


@pytest.mark.parametrize("where", ["ini", "marker"])
def test_each_can_be_allowed(where: str, project: pytest.Pytester, run: Run) -> None:
    mark = "pytestmark = pytest.mark.ccc(allow=['unconsumed', 'duplicates, unsupported', 'stopped'])"
    project.makepyfile(LEFT_BEHIND.format(mark=mark if where == "marker" else ""))
    if where == "ini":
        project.makeini("[pytest]\nccc_allow = unconsumed duplicates unsupported stopped\n")
    run().assert_outcomes(passed=4)


def test_one_that_is_allowed_leaves_the_others(project: pytest.Pytester, run: Run) -> None:
    project.makeini("[pytest]\nccc_allow = duplicates\n")
    project.makepyfile(LEFT_BEHIND.format(mark=""))
    result = run("-rA")
    result.assert_outcomes(passed=4, errors=3)
    assert "ERROR at teardown of test_duplicates" not in result.stdout.str()


def test_a_test_that_failed_already_or_was_left_early_is_not_failed_again(project: pytest.Pytester, run: Run) -> None:
    project.makepyfile(
        """
        import pytest

        pytestmark = pytest.mark.ccc(plan="InternalError")

        def test_failed(ccc): assert False

        def test_skipped(ccc): pytest.skip("not today")

        @pytest.mark.xfail
        def test_xfailed(ccc): assert False

        @pytest.fixture
        def broken(ccc): raise OSError

        def test_broken(broken): pass
        """
    )
    result = run()
    result.assert_outcomes(failed=1, skipped=1, xfailed=1, errors=1)
    result.stdout.fnmatch_lines(["also planned and not happened:"])


def test_a_plan_that_was_not_drawn_says_why_not(project: pytest.Pytester, run: Run) -> None:
    project.makepyfile(
        """
        import pytest
        import requests
        from calling import dial

        @pytest.mark.ccc(plan="callee=0086139*: FailedOperation.CallOutFailed")
        def test_of_another_number(ccc):
            dial(ccc)

        @pytest.mark.ccc(plan="InternalError")
        def test_unsigned(ccc):
            requests.post("https://ccc.tencentcloudapi.com/", json={})
        """
    )
    result = run("-p", "no:randomly")
    result.assert_outcomes(passed=2, errors=2)
    drawn = "call(s) came; each call draws one step of a plan that is for it (docs/plans.md)."
    plan = "callee=0086139[*]: FailedOperation.CallOutFailed"
    result.stdout.fnmatch_lines(
        [
            f"  plan-1: FailedOperation.CallOutFailed (it is for some calls only: `{plan}`)",
            f"1 {drawn}  To allow it: *",
            "  plan-1: InternalError",
            f"1 {drawn}  1 of them drew none, being refused before it is known who calls (MissingParameter): "
            "plans take effect after authentication.  To allow it: *",
        ]
    )


def test_the_socket_is_as_strict_as_the_process(project: pytest.Pytester, run: Run) -> None:
    project.makepyfile(
        """
        import pytest
        import ccc_mock
        from calling import dial, a_call, over_a_socket

        @pytest.mark.ccc(plan="InternalError")
        def test_unconsumed(ccc_server): pass

        @pytest.mark.ccc(plan="ok+reset@after, ok")
        def test_duplicates(ccc_server):
            for _ in range(2):
                try:
                    over_a_socket(ccc_server).CreateAIAgentCall(a_call())
                except Exception:
                    pass

        def test_stopped(ccc_server):
            with pytest.raises(ccc_mock.NoFake):
                dial(ccc_server)
        """
    )
    run().assert_outcomes(passed=3, errors=3)


def test_what_happens_while_other_fixtures_are_torn_down_counts(project: pytest.Pytester, run: Run) -> None:
    project.makepyfile(
        """
        import pytest
        from calling import dial

        @pytest.fixture
        def session(ccc):
            yield
            dial(ccc)

        @pytest.mark.ccc(plan="ok")
        def test_consumed_late(ccc, session): pass
        """
    )
    run().assert_outcomes(passed=1)
