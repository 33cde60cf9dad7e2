"""A verdict says what was seen and no more: nothing twice to a live target, nothing held of what did not answer."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from ccc_contract.cli import main
from ccc_contract.client.credentials import Credential
from ccc_contract.http import Request, Response
from ccc_contract.suite.calls import Allowed
from ccc_contract.suite.connecting import Leave, reach
from ccc_contract.suite.control import ControlRefused, proven
from ccc_contract.suite.draft import Draft
from ccc_contract.suite.judging import judge
from ccc_contract.suite.of_calls import a_call_to_ones_own_number_can_be_watched_and_ended
from ccc_contract.suite.of_envelope import every_answer_has_a_request_id, every_answer_is_an_envelope
from ccc_contract.suite.of_sessions import THE_MODEL
from ccc_contract.suite.of_signature import every_clients_writing_is_let_in
from ccc_contract.suite.property import Property
from ccc_contract.suite.reply import Lost, Unreachable
from ccc_contract.suite.showing import told
from ccc_contract.suite.target import Own
from ccc_contract.suite.transcript import Exchange, Transcript
from suite_targets import HOST, Send, on_a_socket, target_of

KEY = Credential("AKID-somebody-of-an-account", "a-key-of-somebody")
OWN = Own(1400000001, 15, ("008613700000000",))
URL = f"http://{HOST}/"
JSON_TYPE = ((b"Content-Type", b"application/json"),)
DENIED = b'{"Response":{"RequestId":"X","Error":{"Code":"InternalError","Message":"m"}}}'


def action_of(request: Request) -> str:
    return request.headers.text(b"x-tc-action")


def leave(**more: object) -> Leave:
    return Leave(credential=KEY, granted=True, per_second=1e9, **more)  # type: ignore[arg-type]


# --- live -----------------------------------------------------------------------------------------------------------


def test_what_differs_at_a_live_target_is_not_asked_again() -> None:
    sent = []

    def denied(request: Request) -> Response:
        if request.path != b"/":
            return Response(404, (), b"")
        sent.append(request)
        return Response(200, JSON_TYPE, DENIED)

    verdict = judge(every_answer_has_a_request_id, reach(denied, URL, leave=leave()), examples=5)
    assert (verdict.outcome, verdict.why) == ("differs", "expected a RequestId that is a UUID; got 'X'")
    assert (verdict.examples, len(sent)) == (1, 1)


def test_a_call_that_goes_wrong_rings_once(tmp_path: Path) -> None:
    sent = []

    def placed(request: Request) -> Response:
        if request.path != b"/":
            return Response(404, (), b"")
        sent.append(action_of(request))
        session = b'{"Response":{"RequestId":"X","SessionId":"s"}}'
        return Response(200, JSON_TYPE, session if sent[-1] == "CreateAIAgentCall" else DENIED)

    how = leave(allowed=Allowed(OWN, 50), book=tmp_path / "calls.sqlite")
    verdict = judge(a_call_to_ones_own_number_can_be_watched_and_ended, reach(placed, URL, leave=how), examples=5)
    assert verdict.outcome == "differs"
    assert sent == ["CreateAIAgentCall", "DescribeTelSession"]


def test_what_would_go_out_is_told_without_a_whole_secret_id() -> None:
    for method in ("GET", "POST"):
        text = told(Draft(scheme="HmacSHA1", method=method).request(KEY, 0, HOST))
        assert "Action=CreateAIAgentCall" in text
        assert KEY.secret_id not in text


# --- what did not answer --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prop", [every_answer_is_an_envelope, every_clients_writing_is_let_in], ids=lambda p: p.name)
def test_who_says_of_everything_that_it_is_not_played_holds_nothing(prop: Property, answer: Send) -> None:
    def nothing(request: Request) -> Response:
        return Response(501, (), b"no") if request.path == b"/" else answer(request)

    verdict = judge(prop, target_of(nothing), examples=20)
    assert verdict.outcome == "not run"


def test_a_machine_that_is_answered_in_one_way_and_another_differs(answer: Send) -> None:
    looks = count()

    def fickle(request: Request) -> Response:
        response = answer(request)
        if action_of(request) == "DescribeTelSession" and next(looks) % 7 == 3:
            return Response(200, response.headers, response.body.replace(b"ringing", b"finished"))
        return response

    verdict = judge(THE_MODEL, target_of(fickle), examples=30)
    assert verdict.outcome in ("differs", "could not tell")
    assert verdict.why


def test_a_machine_that_is_lost_asks_nothing_more(answer: Send) -> None:
    looks = []

    def lost(request: Request) -> Response:
        if action_of(request) == "DescribeTelSession":
            looks.append(request)
            raise Lost("gone")
        return answer(request)

    verdict = judge(THE_MODEL, target_of(lost), examples=30)
    assert (verdict.outcome, verdict.why, len(looks)) == ("could not tell", "gone", 1)


@pytest.mark.parametrize(
    ("path", "came"),
    [
        (b"/_ccc/clock", b"{}"),
        (b"/_ccc/accounts", b"[]"),
        (b"/_ccc/accounts", b"no JSON"),
        (b"/_ccc/world", b"no JSON"),
    ],
)
def test_control_that_fails_is_no_verdict_and_no_end(path: bytes, came: bytes, answer: Send) -> None:
    def odd(request: Request) -> Response:
        if request.path != path:
            return answer(request)
        return Response(500 if came == b"{}" else 200, JSON_TYPE, came)

    verdict = judge(THE_MODEL, target_of(odd), examples=3)
    assert verdict.outcome == "could not tell"
    assert path.decode() in verdict.why


def test_a_list_of_actions_that_is_none_is_told(answer: Send) -> None:
    def odd(request: Request) -> Response:
        return Response(200, JSON_TYPE, b'{"actions":[1]}') if request.path == b"/_ccc/actions" else answer(request)

    with pytest.raises(ControlRefused, match="expected a list of actions"):
        target_of(odd)
    assert issubclass(ControlRefused, Unreachable)


# --- the token ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "times"), [(404, 0), (200, 0), (401, 1)])
def test_the_control_token_goes_to_who_asks_for_it(status: int, times: int) -> None:
    given = []

    def stranger(request: Request) -> Response:
        given.append(request.headers.get(b"authorization"))
        return Response(status, JSON_TYPE, b"{}")

    control, doubt = proven(stranger, HOST, token="a-secret-token")
    assert control is None
    assert doubt
    assert given.count(b"Bearer a-secret-token") == times


# --- two targets ----------------------------------------------------------------------------------------------------


def test_targets_that_answer_nothing_are_not_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    silent = tmp_path / "silent.json"
    silent.write_text(Transcript("http://x/", "2026-11-22", (Exchange(Draft(), None),)).dumped())
    assert main(["diff", str(silent), str(silent)]) == 3
    assert "0 questions were answered by both" in capsys.readouterr().out


def test_a_session_that_is_met_while_recording_is_told_in_full(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def rings(request: Request) -> Response:
        if request.path != b"/":
            return Response(404, (), b"")
        return Response(200, JSON_TYPE, b'{"Response":{"RequestId":"X","SessionId":"a-session"}}')

    with on_a_socket(rings) as url:
        assert main(["record", "--endpoint", url, "--live", "--output", str(tmp_path / "never.json")]) == 6
    err = capsys.readouterr().err
    assert "STOPPED" in err
    assert "a-session" in err
    assert "Look in the console" in err
