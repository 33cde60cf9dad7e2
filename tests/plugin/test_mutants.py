"""`--ccc-mutants`: the user's own tests against fakes that are wrong, and which of these no test noticed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ccc_mock import DEFAULT_CREDENTIAL, Clock, Endpoint, fake
from ccc_mock.mutants import MUTANTS, made
from ccc_mock.mutants.replay import Recorded, telling
from ccc_mock.testing.mutant_runs import Again, Tried, most_telling_first, report
from ccc_mock.testing.mutating import chosen
from drafts import NOW, Draft
from projects import Run

pytest_plugins = ["pytester"]

TESTS = """
    import pytest
    import calling
    from tencentcloud.common.exception import TencentCloudSDKException

    def test_a_call_is_placed(ccc):
        assert calling.dial(ccc).SessionId

    @pytest.mark.ccc(plan="FailedOperation.CalleeIsBlackUser, ok")
    def test_a_refusal_is_known_by_its_code(ccc):
        with pytest.raises(TencentCloudSDKException) as refused:
            calling.dial(ccc)
        assert refused.value.code == "FailedOperation.CalleeIsBlackUser"
        calling.dial(ccc)

    def test_a_socket(ccc_server):
        assert calling.over_a_socket(ccc_server).CreateAIAgentCall(calling.a_call()).SessionId

    def test_nothing_of_the_service():
        pass
"""


def only(*names: str) -> list[str]:
    return [word for name in names for word in ("--ccc-mutants-only", name)]


def test_what_no_test_noticed_is_told(project: pytest.Pytester, run: Run) -> None:
    project.makepyfile(test_calls=TESTS)
    names = ("blacklist-told-as-frequency", "session-id-is-a-number", "stale-timestamp-accepted")
    result = run("--ccc-mutants", *only(*names))
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines([
        "*= ccc-mock mutants =*",
        "1/2 not noticed: session-id-is-a-number",
        "2/2 noticed: blacklist-told-as-frequency test_calls.py::test_a_refusal_is_known_by_its_code",
        "2 of 3 mutants change what the tests were answered; 1 were noticed, 1 were not",
        "  not noticed: session-id-is-a-number (sessions)  A SessionId is a number, and no text.",
        "    it changes answers of test_calls.py::test_a_call_is_placed and 2 more; "
        "see: pytest --ccc-mutant session-id-is-a-number",
    ])  # fmt: skip


SMALL = """
    import urllib.request

    def test_an_unsigned_request(ccc):
        with urllib.request.urlopen("https://ccc.tencentcloudapi.com/") as answer:
            assert b"MissingParameter" in answer.read()

    def test_nothing_of_the_service():
        pass
"""


def test_workers_of_xdist_tell_what_they_saw_and_no_junit_is_written_over(project: pytest.Pytester, run: Run) -> None:
    project.makepyfile(test_small=SMALL)
    result = run("--ccc-mutants", *only("message-empty"), "-n1", "--junitxml=made.xml", plugins=("xdist",))
    result.stdout.fnmatch_lines(["1/1 not noticed: message-empty"])
    assert 'tests="2"' in (project.path / "made.xml").read_text("utf-8")


def test_one_mutant_can_be_looked_at_by_hand(project: pytest.Pytester, run: Run) -> None:
    project.makepyfile(test_small=SMALL)
    result = run("--ccc-mutant", "missing-common-told-as-invalid")
    result.assert_outcomes(passed=1, failed=1)


def test_an_unknown_name_is_a_usage_error(run: Run) -> None:
    result = run("--ccc-mutant", "charset-aded")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --ccc-mutant: no mutant 'charset-aded'; did you mean charset-added?"])


# --- without a run ---------------------------------------------------------------------------------------------------


def recorded(*drafts: Draft, at: float = NOW) -> Recorded:
    def make(name: str | None) -> Endpoint:
        given = {"credentials": [DEFAULT_CREDENTIAL], "clock": Clock(at=at), "seed": 1}
        return Endpoint(**given) if name is None else made(name, **given)

    endpoint = make(None)
    for draft in drafts:
        endpoint.exchange(draft.request())
    return Recorded(make, endpoint.accounts.default.journal.page().entries)


def test_a_mutant_is_worth_a_run_only_where_it_answers_something_else() -> None:
    names = ["stale-timestamp-accepted", "future-timestamp-accepted", "charset-added", "status-in-capitals"]
    assert list(telling(recorded(Draft()), names)) == ["charset-added"]
    assert list(telling(recorded(Draft(), at=NOW + 301), names)) == ["stale-timestamp-accepted", "charset-added"]
    assert list(telling(recorded(), names)) == []


def test_a_recording_is_played_at_its_own_times() -> None:
    late = recorded(Draft(), at=NOW + 200)
    endpoint = late.make(None)
    assert list(telling(Recorded(lambda name: endpoint, late.entries), ["charset-added"])) != []  # other ids
    assert list(telling(late, ["stale-timestamp-accepted"])) == []


def test_the_most_telling_come_first_and_each_family_has_its_turn() -> None:
    seen = {"charset-added": ["a"], "request-id-lost": ["a", "b"], "token-not-checked": ["a"]}
    assert most_telling_first(seen) == ["request-id-lost", "token-not-checked", "charset-added"]
    assert most_telling_first({}) == []


def test_names_and_families_choose() -> None:
    assert chosen([]) == list(MUTANTS)
    of_reads = [name for name, each in MUTANTS.items() if each.family == "reads"]
    assert chosen(["reads", "charset-added", "reads"]) == [*of_reads, "charset-added"]


@pytest.mark.parametrize("word", ["envelop", "", "x" * 10_000])
def test_what_is_neither_a_name_nor_a_family_is_told(word: str) -> None:
    with pytest.raises(pytest.UsageError, match="--ccc-mutants-only: no mutant and no family '") as told:
        chosen([word])
    assert len(str(told.value)) < 3000


def test_no_mutant_is_begun_when_the_time_is_over(tmp_path: Path) -> None:
    again = Again(["--nonsense"], tmp_path, seconds=0, now=iter([0.0, 1.0]).__next__)
    assert list(again.try_all({"charset-added": ["a"]})) == []


def test_a_run_that_ends_in_another_way_tells_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    (tried,) = Again([], tmp_path, seconds=30).try_all({"charset-added": ["a"]})
    assert tried.verdict == "could not tell"
    assert tried.by.startswith("pytest ended with 4: ")


@pytest.mark.parametrize(
    ("tried", "lines"),
    [
        ([], ["1 of 9 mutants change what the tests were answered; 0 were noticed, 0 were not",
              "  1 were not tried to the end within 5 s; --ccc-mutants-seconds gives them more"]),
        ([Tried("charset-added", ["a"], "not finished")],
         ["1 of 9 mutants change what the tests were answered; 0 were noticed, 0 were not",
          "  1 were not tried to the end within 5 s; --ccc-mutants-seconds gives them more"]),
        ([Tried("charset-added", ["a"], "could not tell", "pytest ended with 3: x")],
         ["1 of 9 mutants change what the tests were answered; 0 were noticed, 0 were not",
          "  could not tell: charset-added  pytest ended with 3: x"]),
    ],
)  # fmt: skip
def test_what_was_not_tried_is_told(tried: Sequence[Tried], lines: list[str]) -> None:
    assert list(report(tried, {"charset-added": ["a"]}, 9, 5)) == lines


def test_a_fake_of_one_s_own_can_be_a_mutant() -> None:
    with fake(mutant="charset-added") as ccc:
        headers = dict(ccc.endpoint.handle(Draft().request()).headers)
    assert headers[b"Content-Type"] == b"application/json; charset=utf-8"
    with pytest.raises(ValueError, match="no mutant 'nonsense'"):
        fake(mutant="nonsense").__enter__()
