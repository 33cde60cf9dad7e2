"""`@pytest.mark.ccc`: what it says holds, the closest wins, and what is wrong is told with the test's name."""

from __future__ import annotations

import pytest

from projects import Run

pytest_plugins = ["pytester"]

PLAIN = [word for name in ("asyncio", "randomly", "trio") for word in ("-p", f"no:{name}")]


def test_what_a_marker_says_holds_in_process_and_on_a_socket(project: pytest.Pytester, run: Run) -> None:
    project.makefile(".toml", account='exists = "named"\n')
    project.makepyfile(
        """
        import pytest
        from calling import a_call, client_of, over_a_socket
        from ccc_mock import Limits

        @pytest.fixture(params=["ccc", "ccc_server"])
        def account(request):
            return request.getfixturevalue(request.param)

        def dial(account):
            client = (client_of if type(account).__name__ == "Fake" else over_a_socket)(account)
            return client.CreateAIAgentCall(a_call())

        @pytest.mark.ccc(plan="InternalError")
        def test_plan(account):
            with pytest.raises(Exception, match="InternalError"):
                dial(account)

        @pytest.mark.ccc(at="2026-11-22T22:10:00+08:00")
        def test_time(account):
            dial(account)
            assert account.calls[0].at == 1795356600

        IDS = []

        @pytest.mark.ccc(seed=7)
        def test_seed(account):
            IDS.append(dial(account).SessionId)
            assert len(set(IDS)) == 1

        @pytest.mark.ccc(limits=True, at=1795324613)
        def test_limits(account):
            with pytest.raises(Exception, match="RequestLimitExceeded"):
                for _ in range(21):
                    dial(account)

        @pytest.mark.ccc(limits=Limits(actions={"CreateAIAgentCall": 0}))
        def test_limits_of_its_own(account):
            with pytest.raises(Exception, match="RequestLimitExceeded"):
                dial(account)

        @pytest.mark.ccc(auth="off")
        def test_auth(account):
            object.__setattr__(account.credential, "secret_key", "another")
            dial(account)
            assert [entry["verified"] for entry in account.journal()] == [False]

        @pytest.mark.ccc(world="strict")
        def test_world(account):
            with pytest.raises(Exception, match="."):
                dial(account)

        @pytest.mark.ccc(world="account.toml")
        def test_world_in_a_file(account): pass
        """
    )
    run().assert_outcomes(passed=16)


def test_of_several_markers_the_closest_decides_each_keyword(project: pytest.Pytester, run: Run) -> None:
    project.makepyfile(
        """
        import pytest
        from calling import dial

        pytestmark = pytest.mark.ccc(at=1795324613, plan="InternalError", allow="unconsumed")

        @pytest.mark.ccc(plan="ok")
        class TestIt:
            def test_of_the_class(self, ccc):
                dial(ccc)
                assert ccc.calls[0].at == 1795324613

            @pytest.mark.ccc(at=1795324614)
            def test_of_the_function(self, ccc):
                dial(ccc)
                assert ccc.calls[0].at == 1795324614

        def test_of_the_module(ccc):
            with pytest.raises(Exception, match="InternalError"):
                dial(ccc)

        def test_without_a_fake():
            "A module's marker need not be for each of its tests."
        """
    )
    run().assert_outcomes(passed=4)


@pytest.mark.parametrize(
    ("marker", "told"),
    [
        ("paln='ok'", "has no 'paln'; did you mean plan?*"),
        ("'ok'", "takes keywords only, such as plan='ok'"),
        ("plan=3", "plan: expected the text of a plan, got 3"),
        ("plan='Internl'", "makes no fake: position 0: *'Internl'; did you mean InternalError?*"),
        ("at='25:10'", "makes no fake: expected *'25:10'"),
        ("seed='x'", "seed: expected a whole number, got 'x'"),
        ("limits=20", "limits: expected True, False or ccc_mock.Limits(...), got 20"),
        ("world='stict'", "makes no fake: *'stict'; did you mean strict?*"),
        ("auth='none'", "auth: expected known, any or off, got 'none'"),
        ("allow='everything'", "allow: expected some of unconsumed, *, got 'everything'*"),
    ],
)
def test_what_is_wrong_with_a_marker_is_one_sentence_with_the_test_s_name(
    marker: str, told: str, project: pytest.Pytester
) -> None:
    project.makepyfile(f"import pytest\n\n@pytest.mark.ccc({marker})\ndef test_it(ccc): pass")
    result = project.runpytest_inprocess("-p", "no:cacheprovider", *PLAIN)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*.py::test_it: @pytest.mark.ccc {told}".replace("[", "[[]")])
    assert "Traceback" not in result.stdout.str()
    assert "During handling" not in result.stdout.str()


def test_a_marker_on_a_test_without_a_fake_is_a_mistake(project: pytest.Pytester, run: Run) -> None:
    project.makepyfile(
        """
        import pytest

        @pytest.mark.ccc(plan="ok")
        def test_it(): pass

        @pytest.fixture
        def client(ccc): return ccc

        @pytest.mark.ccc(plan="ok", allow="unconsumed")
        def test_through_a_fixture(client): pass
        """
    )
    result = run()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*::test_it: @pytest.mark.ccc is for a fake, and the test has none*"])
