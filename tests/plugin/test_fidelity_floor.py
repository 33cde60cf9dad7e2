"""`--ccc-fidelity=documented`: a test fails whose answer rests on an assumption, until somebody accepts it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ccc_mock.testing.accepting import accepted, accepted_lines, level
from projects import Run

pytest_plugins = ["pytester"]


FLOOR = "--ccc-fidelity=documented"

RESTS = """
    import pytest
    from tencentcloud.common.credential import Credential
    from tencentcloud.ccc.v20200210 import ccc_client
    from calling import ClientProfile, HttpProfile, a_call, client_of, dial, over_a_socket
    {mark}

    def with_a_token(account, **http):
        credential = Credential(account.secret_id, account.secret_key, "a")
        return ccc_client.CccClient(credential, "", ClientProfile(httpProfile=HttpProfile(**http)))

    def test_an_ordinary_success(ccc):
        assert dial(ccc).SessionId

    def test_an_ordinary_success_over_a_socket(ccc_server):
        assert over_a_socket(ccc_server).CreateAIAgentCall(a_call()).SessionId

    def test_a_key_that_nobody_has(ccc):
        with pytest.raises(Exception, match="SecretIdNotFound"):
            ccc_client.CccClient(Credential("a", "b"), "").CreateAIAgentCall(a_call())

    @pytest.mark.ccc(plan="RequestLimitExceeded, FailedOperation.CalleeIsBlackUser, InternalError")
    def test_what_is_planned(ccc):
        for code in ("RequestLimitExceeded", "CalleeIsBlackUser", "InternalError"):
            with pytest.raises(Exception, match=code):
                dial(ccc)

    def test_a_token(ccc):
        with pytest.raises(Exception, match="TokenFailure"):
            with_a_token(ccc).CreateAIAgentCall(a_call())

    def test_a_token_over_a_socket(ccc_server):
        for _ in range(2):
            with pytest.raises(Exception, match="TokenFailure"):
                with_a_token(ccc_server, protocol="http", endpoint=ccc_server.host).CreateAIAgentCall(a_call())

    def test_two_mistakes(ccc):
        client = client_of(ccc)
        with pytest.raises(Exception, match="MissingParameter"):
            client.call_json("CreateAIAgentCall", {{"SdkAppId": 1400000000, "Callee": "1", "AgentId": 15}})

    @pytest.mark.ccc(world="strict", at="22:10")
    def test_at_night(ccc):
        with pytest.raises(Exception, match="NotWorkTime"):
            dial(ccc)

    def test_fails_by_itself(ccc):
        with pytest.raises(Exception, match="TokenFailure"):
            with_a_token(ccc).CreateAIAgentCall(a_call())
        assert False
"""


def told(name: str, kind: str, source: str) -> list[str]:
    return [
        f"  {name}, {kind}: *; source: {source}",
        f"*To accept it: @pytest.mark.ccc(accept={{'{name}': 'your reason'}}), or *`ccc_accept` in the ini: {name}: *",
    ]


def test_a_test_whose_answer_rests_on_an_assumption_is_failed_and_told_which(
    project: pytest.Pytester, here: Run
) -> None:
    project.makepyfile(RESTS.format(mark=""))
    result = here(FLOOR)
    result.assert_outcomes(passed=8, failed=1, errors=4)
    for test in ("a_token", "a_token_over_a_socket", "two_mistakes", "at_night"):
        result.stdout.fnmatch_lines([f"*ERROR at teardown of test_{test} *"])
    result.stdout.fnmatch_lines(
        [
            "ccc-mock: call 1 was told AuthFailure.TokenFailure by what is only assumed of the service; read the other "
            "way: ok",
            *told("permanent_key_with_token", "a setting", "assumed"),
        ]
    )
    result.stdout.fnmatch_lines(["ccc-mock: call 1, and 1 more, was told AuthFailure.TokenFailure by *"])
    result.stdout.fnmatch_lines(told("validate/missing", "the place of a check", "assumed"))
    result.stdout.fnmatch_lines(told("validate/unknown", "the place of a check", "assumed"))
    result.stdout.fnmatch_lines(told("own_numbers_are_subject", "a setting", "doc-outbound-rules"))
    result.stdout.fnmatch_lines(["also call 1 was told AuthFailure.TokenFailure by *"])
    assert "AKID" not in "".join(line for line in result.outlines if "assumed of the service" in line)


def test_without_the_option_nothing_is_failed_and_nothing_loaded(project: pytest.Pytester, run: Run) -> None:
    project.makepyfile(
        RESTS.format(mark="")
        + """
    def test_nothing_is_loaded(ccc):
        import sys
        dial(ccc)
        assert "ccc_mock.assumptions.floor" not in sys.modules
        assert ccc.endpoint.watch is None
"""
    )
    run().assert_outcomes(passed=9, failed=1)


REASONS = {
    "permanent_key_with_token": "we never send one",
    "validate/missing": "either code is a bug of ours",
    "validate/unknown": "either code is a bug of ours",
    "own_numbers_are_subject": "support said so: ticket 12",
}


def test_what_a_marker_accepts_with_a_reason_fails_nothing(project: pytest.Pytester, here: Run) -> None:
    project.makepyfile(RESTS.format(mark=f"pytestmark = pytest.mark.ccc(accept={REASONS})"))
    here(FLOOR).assert_outcomes(passed=8, failed=1)


def test_what_the_ini_accepts_fails_nothing_and_workers_judge_the_rest(project: pytest.Pytester, run: Run) -> None:
    project.makepyfile(RESTS.format(mark=""))
    lines = "\n".join(f"  {name}: {reason}" for name, reason in REASONS.items() if "number" not in name)
    project.makeini(f"[pytest]\nccc_fidelity = documented\nccc_accept =\n{lines}\n")
    result = run("-n", "1", plugins=("xdist",))
    result.assert_outcomes(passed=8, failed=1, errors=1)
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_at_night *"])


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (
            {"permanent_key_with_tokens": "a"},
            "no assumption 'permanent_key_with_tokens'; did you mean permanent_key_with",
        ),
        ({"null": ""}, "null: expected a reason, got ''"),
        ({"null": None}, "null: expected a reason, got None"),
        ({"sessions": "a"}, "'sessions' fails no test, so there is nothing to accept: it is what the callee does"),
        (["null"], "expected assumptions with a reason each, such as "),
        ({7: "a"}, "no assumption '7'; "),
        ({"x" * 10_000: "a"}, "no assumption 'xxx"),
    ],
)
def test_what_cannot_be_accepted_says_why(given: Any, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)) as wrong:
        accepted(given)
    assert len(str(wrong.value)) < 1500


def test_lines_are_names_with_reasons() -> None:
    assert accepted_lines(["null: none: sent", " validate/missing :\teither"]) == {"null", "validate/missing"}
    assert accepted_lines([]) == frozenset()
    for line, says in {"null": "null: expected a reason", "": "no assumption ''"}.items():
        with pytest.raises(ValueError, match=says):
            accepted_lines([line])


def test_a_marker_that_accepts_what_there_is_not_fails_its_test(project: pytest.Pytester, here: Run) -> None:
    project.makepyfile("import pytest\n@pytest.mark.ccc(accept={'nul': 'a'})\ndef test_it(ccc): pass")
    result = here()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*test_it: @pytest.mark.ccc accept: no assumption 'nul'; did you mean null*"])


@pytest.mark.parametrize(
    ("ini", "arguments", "told"),
    [
        ("ccc_accept = nul: a", [], "ccc_accept: no assumption 'nul'; did you mean null"),
        ("", ["--ccc-fidelity=assumed"], "--ccc-fidelity: expected documented, got 'assumed'; "),
    ],
)
def test_what_is_wrong_with_the_run_is_a_usage_error(
    ini: str, arguments: list[str], told: str, project: pytest.Pytester, here: Run
) -> None:
    project.makeini(f"[pytest]\n{ini}\n")
    project.makepyfile("def test_it(ccc): pass")
    result = here(*arguments)
    assert result.ret != 0
    assert told in result.stdout.str() + result.stderr.str()


def test_a_level_that_there_is_not_says_which_there_is() -> None:
    assert (level(""), level("documented")) == ("", "documented")
    with pytest.raises(ValueError, match="expected documented, got 'document'; did you mean documented"):
        level("document")
