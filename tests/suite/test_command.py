"""`ccc-contract test`: exit codes, reports, and what is told; over sockets."""

from __future__ import annotations

import itertools
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from ccc_contract.cli import main
from ccc_contract.http import Request, Response
from ccc_mock import Endpoint
from ccc_mock.answering import answering
from ccc_mock.limits import Limits
from suite_targets import Send, masked, on_a_socket

ONE = "every_answer_has_a_request_id"


def without_request_ids(send: Send) -> Send:
    def answer(request: Request) -> Response:
        response = send(request)
        if request.path != b"/" or response.status != 200:
            return response
        fields = json.loads(response.body)["Response"]
        fields.pop("RequestId")
        return Response(200, response.headers, json.dumps({"Response": fields}).encode())

    return answer


@pytest.fixture(scope="module")
def fake() -> Iterator[str]:
    with on_a_socket(answering(Endpoint(limits=Limits()))) as url:
        yield url


@pytest.fixture(scope="module")
def wrong() -> Iterator[str]:
    with on_a_socket(without_request_ids(answering(Endpoint(limits=Limits())))) as url:
        yield url


@pytest.fixture(scope="module")
def live() -> Iterator[str]:
    with on_a_socket(masked(answering(Endpoint()))) as url:
        yield url


@pytest.fixture(autouse=True)
def _no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_ID", "SECRET_KEY", "TOKEN", "ENDPOINT"):
        monkeypatch.delenv(f"TENCENTCLOUD_{name}", raising=False)


def run(*arguments: str) -> int:
    return main(["test", *arguments])


def test_what_holds_ends_with_zero_and_a_table_of_families(fake: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--endpoint", fake, "--only", "envelope", "--examples", "3", "--seed", "5") == 0
    printed = capsys.readouterr()
    assert "actions of 84" in printed.out
    assert "seed 5" in printed.out
    assert f"held           {ONE}" in printed.err


def test_what_differs_ends_with_one_and_shows_request_answer_curl_and_a_test(
    wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--endpoint", wrong, "--only", ONE, "--examples", "20", "--seed", "0") == 1
    printed = capsys.readouterr().out
    assert "a RequestId that is a UUID" in printed
    assert "got       None" in printed
    assert f"def test_{ONE}() -> None:" in printed


def test_the_curl_line_gets_the_very_answer(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    run("--endpoint", wrong, "--only", ONE, "--examples", "20", "--seed", "0")
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("  curl"))
    done = subprocess.run(line.split(maxsplit=1)[1], shell=True, capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stderr
    assert "AuthFailure" not in done.stdout
    assert "RequestId" not in json.loads(done.stdout)["Response"]


def test_the_test_to_paste_fails_as_the_run_did(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    run("--endpoint", wrong, "--only", ONE, "--examples", "20", "--seed", "0")
    shown = capsys.readouterr().out.partition("as a test\n")[2].splitlines()
    lines = itertools.takewhile(lambda line: line.startswith("    ") or not line, shown)
    pasted: dict[str, Any] = {}
    exec("\n".join(line[4:] for line in lines), pasted)
    with pytest.raises(AssertionError, match="expected a RequestId that is a UUID; got None"):
        pasted[f"test_{ONE}"]()


def test_reports_are_written_for_programs(wrong: str, tmp_path: Path) -> None:
    report, junit = tmp_path / "r.json", tmp_path / "r.xml"
    assert run("--endpoint", wrong, "--only", "envelope", "--seed", "0", "--examples", "10", "--json", str(report),
               "--junit", str(junit)) == 1  # fmt: skip
    told = {row["property"]: row for row in json.loads(report.read_text("utf-8"))["properties"]}
    assert told[ONE]["outcome"] == "differs"
    assert told[ONE]["expected"] == "a RequestId that is a UUID"
    failed = ElementTree.parse(junit).getroot().findall(".//failure/..")
    assert ONE in [case.get("name") for case in failed]


def test_a_target_that_did_not_prove_to_be_a_fake_is_asked_nothing(
    live: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--endpoint", live) == 2
    assert "did not prove to be a fake" in capsys.readouterr().err


def test_a_live_run_tells_first_what_it_will_do(live: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--endpoint", live, "--live", "--only", ONE, "--examples", "2", "--pace", "20") == 0
    told = capsys.readouterr().err
    assert "no credential: each request is signed by nobody" in told
    assert "at most 500, 20 a second" in told


def test_a_rehearsal_prints_what_would_go_out_and_no_signature(live: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--endpoint", live, "--live", "--only", "envelope", "--dry-run") == 0
    printed = capsys.readouterr()
    assert "POST " in printed.out
    assert "HMAC-SHA256 Credential" not in printed.out
    assert "Signature=A" not in printed.out


def test_a_session_id_stops_the_run_with_a_code_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    asked = []

    def accept(request: Request) -> Response:
        asked.append(request.path)
        return Response(200, ((b"Content-Type", b"application/json"),), b'{"Response":{"SessionId":"s"}}')

    with on_a_socket(masked(accept)) as url:
        assert run("--endpoint", url, "--live", "--pace", "20") == 6
    assert asked == [b"/"]
    assert "STOPPED" in capsys.readouterr().err


def test_nobody_there_ends_with_three(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--endpoint", "http://127.0.0.1:9") == 3
    assert "no connection" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--only", "enveloppe"], "did you mean envelope?"),
        ([], "expected --endpoint URL"),
        (["--endpoint", "http://h/path"], "expected a host name"),
        (["--endpoint", "http://127.0.0.1:9", "--dry-run"], "are for --live"),
        (["--endpoint", "http://127.0.0.1:9", "--live", "--granted"], "no credential"),
        (["--endpoint", "http://127.0.0.1:9", "--examples", "0"], "0 is not in the range"),
    ],
)
def test_a_wrong_command_is_told_and_ends_with_two(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 2
    assert told in capsys.readouterr().err


def test_properties_are_listed_with_their_law_and_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--list", "--only", ONE) == 0
    assert "An answer carries a RequestId" in capsys.readouterr().out
