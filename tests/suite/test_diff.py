"""`ccc-contract record`, `diff` and `ledger`: targets against each other, against what was, and over time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccc_contract.cli import main
from ccc_contract.http import Request, Response
from ccc_contract.suite.questions import LIFE_OF_A_CALL, questions
from ccc_contract.suite.transcript import Transcript
from ccc_contract.suite.transcript import masked as without_ids
from ccc_mock import Endpoint
from ccc_mock.answering import answering
from ccc_mock.mutants import made
from suite_targets import masked, on_a_socket

FEW = ("--questions", "40")


@pytest.fixture(scope="module")
def fake() -> Iterator[str]:
    with on_a_socket(answering(Endpoint())) as url:
        yield url


@pytest.fixture(scope="module")
def other() -> Iterator[str]:
    """Wrong in one way: each answer has a charset."""
    with on_a_socket(answering(made("charset-added"))) as url:
        yield url


@pytest.fixture(scope="module")
def recorded(fake: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("recorded") / "fake.json"
    assert main(["record", "--endpoint", fake, "--output", str(file), *FEW]) == 0
    return file


def test_a_target_does_not_differ_from_itself(fake: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", fake, fake, *FEW]) == 0
    assert "0 differences" in capsys.readouterr().out


def test_a_difference_is_told_field_by_field(fake: str, other: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", fake, other, *FEW]) == 1
    printed = capsys.readouterr().out
    assert "headers.content-type" in printed
    assert f"{fake}: 'application/json'" in printed


def test_what_was_recorded_is_a_target(recorded: Path, fake: str, other: str) -> None:
    assert main(["diff", str(recorded), fake]) == 0
    assert main(["diff", str(recorded), other]) == 1


def test_what_was_recorded_names_nobody(recorded: Path) -> None:
    text = recorded.read_text("utf-8")
    transcript = Transcript.read(text)
    assert "AKID" not in text
    assert transcript.exchanges[0].answer is not None
    assert transcript.exchanges[0].answer.result == {"SessionId": "(str)"}
    assert without_ids("uin/100000000001 by AKIDz8krbsJ5yKBZQpn74 at 3f1b2c3d-0000-4000-8000-000000000000") == (
        "uin/(digits) by (SecretId) at (uuid)"
    )


def test_a_call_is_followed_through_its_life(recorded: Path) -> None:
    told = [each.answer for each in Transcript.read(recorded.read_text("utf-8")).exchanges[: len(LIFE_OF_A_CALL)]]
    assert [answer.code for answer in told if answer] == [""] * len(LIFE_OF_A_CALL)
    before, after = (told[n] for n in (1, 4))
    assert before is not None
    assert after is not None
    assert before.result["Session"]["SessionStatus"] == "ringing"
    assert after.result["Session"]["SessionStatus"] == "finished"


def test_accepted_differences_have_reasons(
    fake: str, other: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    baseline = tmp_path / "accepted.toml"
    baseline.write_text(
        '[[accepted]]\naction = "*"\npath = "headers.content-type"\nreason = "a proxy adds it"\n'
        '[[accepted]]\naction = "HangUpCall"\npath = "result.*"\nreason = "of long ago"\n'
    )
    assert main(["diff", fake, other, "--baseline", str(baseline), *FEW]) == 0
    printed = capsys.readouterr().out
    assert "times: a proxy adds it" in printed
    assert "accepted, and not seen: HangUpCall result.* (of long ago)" in printed


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[accepted]]\naction = "*"\npath = "code"\nreason = ""\n', "number 1: expected action, path and reason"),
        ('[[accepted]]\naction = "*"\npath = "code"\n', "number 1"),
        ("accepted = 3", "expected [[accepted]] tables"),
        ("nothing", "no TOML"),
    ],
)
def test_a_baseline_without_reasons_is_refused(
    text: str, told: str, fake: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    baseline = tmp_path / "accepted.toml"
    baseline.write_text(text)
    assert main(["diff", fake, fake, "--baseline", str(baseline)]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "[]", '{"form": 2}', '{"form": 1, "exchanges": [{}]}', "[" * 100_000])
def test_a_file_that_is_no_transcript_is_refused(text: str, fake: str, tmp_path: Path) -> None:
    file = tmp_path / "no.json"
    file.write_text(text)
    assert main(["diff", str(file), fake]) == 2


def test_files_of_different_questions_are_not_compared(
    recorded: Path, fake: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    another = tmp_path / "another.json"
    assert main(["record", "--endpoint", fake, "--output", str(another), "--seed", "1", *FEW]) == 0
    assert main(["diff", str(recorded), str(another)]) == 2
    assert "same seed" in capsys.readouterr().err


def test_the_same_seed_asks_the_same_questions() -> None:
    assert questions(3, 20) == questions(3, 20)
    assert questions(3, 20) != questions(4, 20)


def test_a_live_target_is_asked_nothing_without_leave(fake: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[Request] = []

    def noted(request: Request) -> Response:
        asked.append(request)
        return Response(500, (), b"")

    with on_a_socket(masked(noted)) as live:
        assert main(["diff", fake, live, *FEW]) == 2
    assert asked == []
    assert "--live" in capsys.readouterr().err


def test_the_life_of_a_call_is_held_back_from_a_live_target(tmp_path: Path) -> None:
    answer = answering(Endpoint())
    with on_a_socket(masked(answer)) as live:
        file = tmp_path / "live.json"
        assert main(["record", "--endpoint", live, "--output", str(file), "--live", "--questions", "2"]) == 0
    exchanges = Transcript.read(file.read_text("utf-8")).exchanges
    assert {each.answer.code for each in exchanges if each.answer} <= {
        "AuthFailure.SecretIdNotFound", "NoSuchVersion", "InvalidAction", "MissingParameter",
        "AuthFailure.SignatureExpire", "AuthFailure.InvalidAuthorization",
    }  # fmt: skip


def test_verdicts_are_kept_over_targets_and_runs(
    fake: str, other: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = tmp_path / "ledger.json"
    names = ("every_answer_has_a_request_id", "every_answer_is_an_envelope")
    for name, url, prop in (("ours", fake, names[0]), ("theirs", other, names[0]), ("ours", fake, names[1])):
        assert main(["test", "--endpoint", url, "--only", prop, "--examples", "2", "--ledger", str(ledger),
                     "--as", name]) == 0  # fmt: skip
    told = json.loads(ledger.read_text("utf-8"))["targets"]
    assert set(told["ours"]) == set(names)
    assert set(told["theirs"]) == {names[0]}
    capsys.readouterr()
    assert main(["ledger", str(ledger)]) == 0
    header, first, second = capsys.readouterr().out.splitlines()
    assert header.split() == ["property", "ours", "theirs"]
    assert first.split()[:2] == [names[0], "held"]
    assert second.split()[-1] == "-"


def test_a_file_that_is_no_ledger_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    file = tmp_path / "no.json"
    file.write_text("{}")
    assert main(["test", "--endpoint", "http://127.0.0.1:9", "--ledger", str(file)]) == 2
    assert file.read_text() == "{}"
