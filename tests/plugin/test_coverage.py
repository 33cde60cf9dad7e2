"""`--ccc-coverage`: what a whole run tells of the codes and faults that its tests have met."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from textwrap import dedent
from typing import Any, NamedTuple

import pytest

from ccc_mock.cli import main
from projects import CALLING

pytest_plugins = ["pytester"]

SUITE = '''
    import time

    import httpx
    import pytest
    from tencentcloud.common.exception import TencentCloudSDKException as Refused
    from tencentcloud.common.credential import Credential

    import ccc_mock
    from calling import a_call, client_of, dial, over_a_socket


    @pytest.mark.ccc(plan="FailedOperation.CalleeIsBlackUser")
    def test_a_refusal_is_told(ccc):
        with pytest.raises(Refused), ccc.observe():
            dial(ccc)


    def patiently(ccc):
        for seconds in (1, 4, 9):
            try:
                return dial(ccc).SessionId
            except Refused:
                time.sleep(seconds)


    @pytest.mark.ccc(plan="RequestLimitExceeded*2, ok", at="10:00")
    def test_it_is_patient(ccc):
        with ccc.virtual_time(), ccc.observe() as seen:
            seen.result = patiently(ccc)


    @pytest.mark.ccc(plan="ok+reset(3)@after, ok+page(502)")
    @pytest.mark.parametrize("kind", ["<script>alert(1)</script>&\\"'", "plain"])
    def test_answers_are_lost(ccc, kind):
        """Nobody observes it."""
        for _ in range(2):
            with pytest.raises(Refused):
                dial(ccc, "00861380000000" + str(len(kind) % 10) + str(_))


    @pytest.mark.ccc(plan="ok+reset", allow="duplicates")
    def test_over_a_socket_nobody_sees_what_a_library_gets(ccc_server):
        with pytest.raises(Refused):
            over_a_socket(ccc_server).CreateAIAgentCall(a_call())


    @pytest.mark.ccc(plan="InternalError+truncate")
    def test_what_another_fault_hides_is_not_met(ccc):
        with pytest.raises(Refused):
            dial(ccc)


    @pytest.mark.ccc(plan="ServiceUnavailable@after")
    @pytest.mark.xfail(raises=Refused, strict=True)
    def test_a_failure_that_is_expected(ccc):
        dial(ccc)


    def test_fakes_of_its_own_count_too():
        for _ in range(2):
            with ccc_mock.fake(plan="LimitExceeded") as ccc, pytest.raises(Refused):
                dial(ccc)


    @pytest.fixture(scope="module")
    def shared():
        with ccc_mock.fake(plan="ResourceInUse, ResourceNotFound") as ccc:
            yield ccc


    @pytest.mark.parametrize("code", ["ResourceInUse", "ResourceNotFound"])
    def test_a_fake_of_a_whole_module_is_read_test_by_test(shared, code):
        with pytest.raises(Refused, match=code):
            dial(shared)


    def test_more_than_a_journal_keeps(ccc):
        request = ccc_mock.endpoint.Request.post("ccc.tencentcloudapi.com", {"x-tc-action": "Nobody's"})
        for _ in range(1003):
            ccc.endpoint.handle(request)


    @pytest.mark.ccc(plan="action=HangUpCall: !Strange.Code")
    def test_of_another_action(ccc):
        from tencentcloud.ccc.v20200210 import models
        request = models.HangUpCallRequest()
        request.SdkAppId, request.SessionId = 1400000000, "x"
        with pytest.raises(Refused, match="Strange"):
            client_of(ccc).HangUpCall(request)


    def test_that_calls_nothing():
        pass
'''

INI = """
    [pytest]
    ccc_coverage_exclude =
        # of the gateway
        */AuthFailure.*  # our gateway signs; "<b>" & it has tests of its own
        HangUpCall/lower-case  # no client of ours looks
"""


class Ran(NamedTuple):
    """What one run left."""

    code: int
    text: str
    json: Any
    html: str
    folder: Path


def ran(folder: Path, *arguments: str, plugins: tuple[str, ...] = (), **files: str) -> Ran:
    for name, text in {
        "calling.py": CALLING,
        **{name.replace("__", "."): text for name, text in files.items()},
    }.items():
        (folder / name).write_text(dedent(text), "utf-8")
    loaded = [word for name in ("ccc_mock", *plugins) for word in ("-p", name)]
    reports = ["--ccc-coverage", "--ccc-coverage=json:out/report.json", "--ccc-coverage=html:report.html"]
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *loaded, "-p", "no:cacheprovider", *reports, *arguments],
        cwd=folder,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "COLUMNS": "80", "CCC_COVERAGE_FILE": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    report, page = folder / "out" / "report.json", folder / "report.html"
    told = json.loads(report.read_text("utf-8")) if report.exists() else None
    return Ran(ended.returncode, ended.stdout, told, page.read_text("utf-8") if page.exists() else "", folder)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """The suite above, in one process."""
    made = ran(tmp_path_factory.mktemp("whole"), test_whole__py=SUITE, pytest__ini=INI)
    assert made.code == 0, made.text
    return made


def cell(made: Ran, name: str, action: str = "CreateAIAgentCall") -> Any:
    return made.json["actions"][action]["cells"][name]


# --- what is told of a cell ----------------------------------------------------------------------------------------


def row(made: Ran, name: str) -> list[str]:
    (line,) = [line for line in made.text.splitlines() if line.startswith(f"  {name} ")]
    return re.split(r" {2,}", line.strip())


def test_a_code_that_was_observed_is_told_whole(whole: Ran) -> None:
    assert row(whole, "FailedOperation.CalleeIsBlackUser") == [
        "FailedOperation.CalleeIsBlackUser",
        "1",
        "no",
        "an answer",
        "1 passed",
        "raised TencentCloudSDKException",
        "nothing found",
    ]


def test_attempts_that_followed_are_told_with_their_spacing(whole: Ran) -> None:
    assert cell(whole, "RequestLimitExceeded")["tried_again"] == {"times": 2, "most": 2, "seconds": [1.0, 4.0]}
    assert row(whole, "RequestLimitExceeded")[2:] == [
        "2 of 2, up to 2 in a row, after 1 s to 4 s",
        "an answer",
        "1 passed",
        "returned str",
        "nothing found",
    ]


def test_what_nobody_observed_is_told_as_not_seen(whole: Ran) -> None:
    lost = cell(whole, "reset@after")
    assert lost["code_under_test"] == {"not seen": 2}
    assert sum(lost["http_library_got"].values()) == 2
    # Python before 3.11.9 and 3.12.3 reads a reset over TLS as the end.
    assert set(lost["http_library_got"]) <= {"ConnectionResetError", "the end, too early"}
    assert row(whole, "reset@after")[-2] == "not seen"
    assert cell(whole, "page")["http_library_got"] == {"an answer": 2}


def test_over_a_socket_the_library_is_not_seen_either(whole: Ran) -> None:
    assert cell(whole, "reset")["http_library_got"] == {"not seen": 1}
    assert row(whole, "reset")[3:] == ["not seen", "1 passed", "not seen", "nothing found"]


def test_a_code_that_another_fault_hid_was_not_met(whole: Ran) -> None:
    assert cell(whole, "InternalError")["times"] == 0
    assert cell(whole, "truncate")["times"] == 1


def test_the_verdicts_are_pytest_s(whole: Ran) -> None:
    assert cell(whole, "ServiceUnavailable")["tests"] == {
        "test_whole.py::test_a_failure_that_is_expected": {"xfailed": 1}
    }


def test_fakes_that_no_fixture_made_are_read_as_well(whole: Ran) -> None:
    assert cell(whole, "LimitExceeded")["times"] == 2
    of_the_module = "test_whole.py::test_a_fake_of_a_whole_module_is_read_test_by_test"
    for code in ("ResourceInUse", "ResourceNotFound"):
        assert cell(whole, code)["tests"] == {f"{of_the_module}[{code}]": {"passed": 1}}


def test_what_a_journal_dropped_is_counted_and_told(whole: Ran) -> None:
    assert whole.json["unread"] == 3
    assert "3 calls had left the journals before they could be read" in whole.text


def test_what_no_list_has_is_told_beside_the_table(whole: Ran) -> None:
    assert whole.json["not_counted"] == {
        "(no action of the service)/MissingParameter": 1000,
        "HangUpCall/Strange.Code": 1,
    }
    assert set(whole.json["actions"]) == {"CreateAIAgentCall", "HangUpCall"}


def test_every_cell_counts_once_and_the_sum_is_told(whole: Ran) -> None:
    action = whole.json["actions"]["CreateAIAgentCall"]
    counting = [each for each in action["cells"].values() if each["excluded"] is None]
    assert action["counted"] == len(counting) == len(action["never_met"]) + action["met"]
    assert action["met"] == sum(each["times"] > 0 for each in counting) == 10
    assert f"CreateAIAgentCall: 10 of {len(counting)} met" in whole.text
    assert action["never_met"][:4] == ["close@after", "page@after", "close", "delay"]


def test_exclusions_are_told_with_their_reasons(whole: Ran) -> None:
    reason = 'our gateway signs; "<b>" & it has tests of its own'
    assert whole.json["excluded"] == {"*/AuthFailure.*": reason, "HangUpCall/lower-case": "no client of ours looks"}
    assert cell(whole, "AuthFailure.SignatureFailure")["excluded"] == reason
    assert cell(whole, "lower-case")["excluded"] is None
    assert f"excluded: */AuthFailure.* (16): {reason}" in whole.text


def test_json_is_versioned_and_sorted(whole: Ran) -> None:
    text = (whole.folder / "out" / "report.json").read_text("utf-8")
    assert whole.json["version"] == 1
    assert text == json.dumps(whole.json, indent=1, sort_keys=True) + "\n"


# --- the page ------------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What stands in a page: its tags, their attributes, its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.open: list[str] = []
        self.attributes: set[tuple[str, str | None]] = set()
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= set(attrs)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_needs_nothing_and_runs_nothing(whole: Ran) -> None:
    page = Page(whole.html)
    assert page.open == []
    assert not page.tags & {"script", "img", "link", "iframe", "a", "object", "b"}
    assert not {name for name, _ in page.attributes} & {"src", "href", "style", "onclick", "onload"}
    assert "url(" not in whole.html
    assert "://" not in whole.html
    assert ("name", "color-scheme") in page.attributes
    assert len(whole.html) < 100_000


def test_the_page_s_own_policy_lets_its_style_in(whole: Ran) -> None:
    style = whole.html.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src &#x27;sha256-{digest}&#x27;" in whole.html


def test_the_page_escapes_names_and_reasons(whole: Ran) -> None:
    page = Page(whole.html)
    assert "test_answers_are_lost[<script>alert(1)</script>&\"']: 1 passed" in page.text
    assert 'our gateway signs; "<b>" & it has tests of its own' in page.text


# --- several processes, several runs -------------------------------------------------------------------------------

QUICK = """
    import pytest
    from ccc_contract import Request

    CALL = '{"SdkAppId": 1400000000, "AIAgentId": 15, "Callee": "008613800000000"}'
    HEADERS = {"x-tc-action": "CreateAIAgentCall", "content-type": "application/json"}
    PLANS = [pytest.param(plan, marks=pytest.mark.ccc(plan=plan, auth="off")) for plan in %r]

    @pytest.mark.parametrize("plan", PLANS)
    def test_it(ccc, plan):
        ccc.endpoint.handle(Request.post("ccc.tencentcloudapi.com", HEADERS, CALL))
"""
"""Calls without a client's library: they take no time to import."""


def quick(*plans: str) -> str:
    return QUICK % (list(plans),)


def test_workers_of_xdist_have_met_the_same_together(tmp_path: Path) -> None:
    plans = ["InternalError", "ResourceInUse", "ok+page(502)", "ok+truncate", "InternalError*2, ok"]
    with_workers, alone = tmp_path / "workers", tmp_path / "alone"
    with_workers.mkdir()
    alone.mkdir()
    spread = ran(with_workers, "-n", "2", plugins=("xdist",), test_it__py=quick(*plans))
    assert "2 workers" in spread.text
    assert spread.json["met"] == 4
    assert spread.json == ran(alone, test_it__py=quick(*plans)).json
    assert not list(with_workers.glob(".ccc_coverage.*"))


def test_a_run_fails_under_what_is_asked_and_passes_once_enough_is_added(tmp_path: Path) -> None:
    short = ran(tmp_path, "--ccc-fail-under=1.5", test_it__py=quick("InternalError"))
    assert short.code == pytest.ExitCode.TESTS_FAILED
    assert (
        "error-path coverage of 1.2 % is under 1.5 %: never met CreateAIAgentCall/reset@after, "
        "CreateAIAgentCall/close@after, CreateAIAgentCall/page@after, CreateAIAgentCall/RequestLimitExceeded, "
        "CreateAIAgentCall/reset and 72 more" in short.text
    )
    more = quick("ok+page(502)", "InternalError")
    enough = ran(tmp_path, "--ccc-coverage-append", "--ccc-fail-under=1.5", test_it__py=more)
    assert enough.code == pytest.ExitCode.OK
    assert "is under" not in enough.text
    assert cell(enough, "InternalError")["tests"] == {"test_it.py::test_it[InternalError]": {"passed": 2}}
    assert cell(enough, "page")["times"] == 1


def test_a_run_without_a_call_covers_nothing(tmp_path: Path) -> None:
    empty = ran(tmp_path, "--ccc-fail-under=0.1", test_it__py="def test_it(ccc): pass")
    assert empty.code == pytest.ExitCode.TESTS_FAILED
    assert "no call of the service was seen: nothing could be met" in empty.text
    assert "error-path coverage is under 0.1 %: no call of the service was seen, so nothing was met" in empty.text
    assert (empty.json["percent"], empty.json["actions"]) == (None, {})
    assert "No call of the service was seen" in Page(empty.html).text


def test_a_failed_run_keeps_its_exit_code(tmp_path: Path) -> None:
    assert ran(tmp_path, "--ccc-fail-under=99", test_it__py="").code == pytest.ExitCode.NO_TESTS_COLLECTED


def test_parallel_runs_are_combined(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    for plan in ("InternalError", "ResourceInUse"):
        ran(tmp_path, "--ccc-coverage-parallel", test_it__py=quick(plan))
    monkeypatch.chdir(tmp_path)
    written = list(tmp_path.glob(".ccc_coverage.*"))
    assert len(written) == 2
    assert main(["coverage", "report"]) == 1
    assert "`ccc-mock coverage combine`" in capsys.readouterr().err

    assert main(["coverage", "combine"]) == 0
    assert capsys.readouterr().out == "combined 2 files into .ccc_coverage\n"
    assert not list(tmp_path.glob(".ccc_coverage.*"))
    assert main(["coverage", "combine"]) == 1  # and does not empty what is there

    assert main(["coverage", "report", "--fail-under", "2.5"]) == 0
    assert "2 of 78 met, 2.5 %" in capsys.readouterr().out
    assert main(["coverage", "report", "-m", "--fail-under", "2.6"]) == 2
    told = capsys.readouterr()
    assert "never met, fault: delay, stall" in told.out
    assert "is under 2.6 %: never met CreateAIAgentCall/reset@after" in told.err


ENDINGS = """
    import pytest
    from ccc_contract import Request

    pytestmark = pytest.mark.ccc(plan="InternalError", auth="off")
    CALL = '{"SdkAppId": 1400000000, "AIAgentId": 15, "Callee": "008613800000000"}'
    HEADERS = {"x-tc-action": "CreateAIAgentCall", "content-type": "application/json"}

    @pytest.fixture
    def called(ccc):
        ccc.endpoint.handle(Request.post("ccc.tencentcloudapi.com", HEADERS, CALL))
        return ccc

    def test_passed(called): pass
    def test_failed(called): assert False
    def test_skipped(called): pytest.skip()
    @pytest.mark.xfail
    def test_xpassed(called): pass
    @pytest.fixture
    def wrong(called): raise OSError
    def test_error_before(wrong): pass
    def test_error_behind(called): called.plan("ok")
    def test_failed_and_error(called):
        called.plan("ok")
        assert False
"""


def test_a_verdict_is_what_became_of_the_whole_test(tmp_path: Path) -> None:
    ended = ran(tmp_path, test_it__py=ENDINGS)
    told = {name.partition("::")[2]: verdicts for name, verdicts in cell(ended, "InternalError")["tests"].items()}
    assert told == {
        "test_passed": {"passed": 1},
        "test_failed": {"failed": 1},
        "test_skipped": {"skipped": 1},
        "test_xpassed": {"xpassed": 1},
        "test_error_before": {"error": 1},
        "test_error_behind": {"error": 1},
        "test_failed_and_error": {"failed": 1},
    }
    assert row(ended, "InternalError")[4] == "2 failed, 2 error, 1 passed, 1 skipped, 1 xpassed"


HASTY = quick("InternalError*2", "FailedOperation.CalleeIsBlackUser").replace("ccc.end", "for _ in range(2): ccc.end")


def test_the_audit_s_rules_have_the_last_column(tmp_path: Path) -> None:
    judged = ran(tmp_path, test_it__py=HASTY)
    assert row(judged, "InternalError")[-1] == "2 unknown-outcome"
    assert row(judged, "FailedOperation.CalleeIsBlackUser")[-1] == "1 cannot-succeed"
    assert re.split(r" {2,}", judged.text.partition("  met ")[2].partition("\n")[0])[-1] == "retries"
    assert cell(judged, "InternalError")["retries"] == {"unknown-outcome": 2}


# --- what is wrong is told before anything runs --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("*/InternalError", "line 1: expected a reason, as in `*/InternalError  # why not`, got none"),
        ("*/InternalEror # never", "line 1: '*/InternalEror' matches nothing; did you mean InternalError"),
        ("HangUp/* # never", "line 1: 'HangUp/*' matches nothing; did you mean HangUpCall?"),
        ("InternalError # never", "line 1: expected Action/Code or Action/fault, such as */reset@after, got"),
    ],
)
def test_an_exclusion_without_a_reason_or_a_match_is_a_usage_error(
    lines: str, told: str, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyprojecttoml(f"[tool.pytest.ini_options]\nccc_coverage_exclude = [{json.dumps(lines)}]")
    result = pytester.runpytest_inprocess("-p", "ccc_mock", "--ccc-coverage")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*ccc_coverage_exclude, {told.replace('[', '[[]')}*"])


@pytest.mark.parametrize(
    ("argument", "told"),
    [
        ("--ccc-coverage=html", "expected text, text-missing, json:FILE or html:FILE, got 'html'"),
        ("--ccc-coverage=tests", "`--ccc-coverage=text tests`"),
        ("--ccc-fail-under=all", "expected a percentage from 0 to 100, got 'all'"),
        ("--ccc-fail-under=nan", "expected a percentage from 0 to 100, got 'nan'"),
    ],
)
def test_an_option_that_is_none_is_a_usage_error(
    argument: str, told: str, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.mkdir("tests")
    result = pytester.runpytest_inprocess("-p", "ccc_mock", argument)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{told.replace('[', '[[]')}*"])


def test_data_that_are_none_are_not_added_to(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    (pytester.path / ".ccc_coverage").write_text("{}")
    result = pytester.runpytest_inprocess("-p", "ccc_mock", "--ccc-coverage-append")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--ccc-coverage-append: *.ccc_coverage: it is no coverage data of ccc-mock*"])
    assert (pytester.path / ".ccc_coverage").read_text() == "{}"


def test_a_report_that_cannot_be_written_fails_the_run(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile("def test_it(): pass")
    pytester.mkdir("there")
    result = pytester.runpytest_inprocess("-p", "ccc_mock", "--ccc-coverage=json:there")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["cannot write *there: Is a directory"])
    assert [each.name for each in pytester.path.iterdir() if each.suffix == ".tmp"] == []
