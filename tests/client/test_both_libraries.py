"""What goes out and what comes of it, the same over httpx and httpx2, sync and async."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
import time_machine

import oracle
from ccc_contract import AsyncClient, Client
from ccc_contract.client import Answer, Credential, transports
from ccc_contract.client.answers import MAX_ANSWER_BYTES
from ccc_contract.errors import (
    AccountExhausted,
    AnswerLost,
    AnswerTimeout,
    ApiError,
    CalleeRefused,
    CallOutcomeUnknown,
    CredentialRefused,
    NotAnAnswer,
    NotSent,
    PermissionDenied,
    RateLimited,
    RequestRefused,
    SendFailed,
    ServiceFailed,
    TransportError,
    TryLater,
)
from libraries import AT_ONCE, DIAL, DIALLED, KEY, RIGS, SECRETS, TEMPORARY, Reply, Rig, no

NOON = 1795348800
"""2026-11-22T12:00:00Z."""


@pytest.fixture(params=RIGS.values(), ids=RIGS.keys())
def rig(request: pytest.FixtureRequest) -> Rig:
    return Rig(*request.param)


@pytest.fixture
def clock() -> Iterator[Any]:
    """Stands still at noon, but for a test that moves it."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def verifies(rig: Rig) -> bool:
    return all(oracle.is_signed(each.pieces, SECRETS) for each in rig.sent)


# --- what goes out -------------------------------------------------------------------------------------------------


def test_a_call_is_a_post_of_compact_json_to_the_service(rig: Rig, clock: Any) -> None:
    rig.call([Reply()])
    (sent,) = rig.sent
    assert (sent.pieces.method, sent.url, sent.pieces.target) == ("POST", "https://ccc.tencentcloudapi.com/", b"/")
    assert sent.pieces.body == b'{"SdkAppId":1400000000,"AIAgentId":15,"Callee":"008613800000000"}'
    assert verifies(rig)


def test_its_headers_are_those_of_the_api_and_the_librarys_own(rig: Rig, clock: Any) -> None:
    rig.call([Reply()])
    (sent,) = rig.sent
    headers = {name.decode().lower(): value.decode() for name, value in sent.pieces.headers}
    signature = headers.pop("authorization").rpartition("=")[2]
    assert len(signature) == 64
    assert {name: headers.pop(name) for name in tuple(headers) if name.startswith("x-tc-")} == {
        "x-tc-action": "CreateAIAgentCall",
        "x-tc-version": "2020-02-10",
        "x-tc-timestamp": str(NOON),
        "x-tc-requestclient": "CCC_CONTRACT_0.1.0",
    }
    assert headers == {
        "host": "ccc.tencentcloudapi.com",
        "content-type": "application/json",
        "content-length": str(len(sent.pieces.body)),
        "accept": "*/*",
        "accept-encoding": headers["accept-encoding"],
        "connection": "keep-alive",
        "user-agent": f"python-{rig.library.__name__}/{rig.library.__version__}",
    }


def test_the_signature_is_the_oracles(rig: Rig, clock: Any) -> None:
    rig.call([Reply()])
    (sent,) = rig.sent
    claim = oracle.claim(sent.pieces)
    signed = {"stamp": str(NOON), "date": "2026-11-22", "service": "ccc", "signed": ("content-type", "host")}
    assert claim == oracle.Claim(
        KEY.secret_id, "2026-11-22", "ccc", "tc3_request", ("content-type", "host"),
        oracle.steps(sent.pieces, KEY.secret_key, **signed).signature,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("endpoint", "url", "host"),
    [
        ("ccc.ap-shanghai.tencentcloudapi.com", "https://ccc.ap-shanghai.tencentcloudapi.com/", None),
        ("http://127.0.0.1:8679", "http://127.0.0.1:8679/", "127.0.0.1:8679"),
        ("https://[::1]:8443/", "https://[::1]:8443/", "[::1]:8443"),
        ("https://ccc.localhost:443", "https://ccc.localhost/", "ccc.localhost"),
        ("HTTP://CCC.Localhost", "http://ccc.localhost/", "CCC.Localhost"),
    ],
)
def test_an_endpoint_is_where_it_goes_and_the_host_that_is_signed(
    rig: Rig, endpoint: str, url: str, host: str | None
) -> None:
    rig.call([Reply()], endpoint=endpoint)
    (sent,) = rig.sent
    assert (sent.url, sent.header("host")) == (url, host or endpoint)
    assert verifies(rig)


def test_region_language_and_token_are_headers(rig: Rig) -> None:
    rig.call([Reply()], region="ap-shanghai", language="en-US", credential=TEMPORARY)
    (sent,) = rig.sent
    named = ("x-tc-region", "x-tc-language", "x-tc-token")
    assert [sent.header(name) for name in named] == ["ap-shanghai", "en-US", "temporary-token"]
    assert verifies(rig)


def test_what_is_not_ascii_goes_out_escaped_and_signed(rig: Rig) -> None:
    said = {"Key": "名字", "Value": '张三 \U0001f600 \u2028 \x7f \\ " \ud800'}
    rig.call([Reply()], params={**DIAL, "Variables": [said]})
    (sent,) = rig.sent
    assert sent.pieces.body.isascii()
    assert json.loads(sent.pieces.body)["Variables"] == [said]
    assert verifies(rig)


def test_a_client_keeps_its_http_client_between_calls(rig: Rig) -> None:
    first, second = rig.calls([Reply(), Reply()], [("CreateAIAgentCall", DIAL)] * 2)
    assert (first, second) == (Answer({"SessionId": "s-1"}, "r-1"),) * 2
    assert len(rig.sent) == 2


# --- what is sent again --------------------------------------------------------------------------------------------


def test_a_later_attempt_is_signed_for_its_own_second(rig: Rig, clock: Any) -> None:
    def refused_after_seven_seconds() -> Reply:
        clock.shift(7)
        return no("RequestLimitExceeded")

    answer = rig.call([refused_after_seven_seconds, "ConnectTimeout", Reply()], retries=AT_ONCE)
    assert answer.attempts == 3
    assert [sent.stamp - NOON for sent in rig.sent] == [0, 7, 7]
    assert len({sent.header("authorization") for sent in rig.sent}) == 2
    assert len({sent.pieces.body for sent in rig.sent}) == 1
    assert verifies(rig)


def test_an_attempt_after_midnight_is_signed_with_the_new_days_key(rig: Rig, clock: Any) -> None:
    clock.move_to(1795391999)

    def refused_a_second_later() -> Reply:
        clock.shift(1)
        return no("RequestLimitExceeded")

    rig.call([refused_a_second_later, Reply()], retries=AT_ONCE)
    assert [oracle.claim(sent.pieces).date for sent in rig.sent] == ["2026-11-22", "2026-11-23"]
    assert verifies(rig)


def test_an_attempt_after_the_keys_end_is_signed_with_the_next_key(rig: Rig, clock: Any) -> None:
    ending = Credential(KEY.secret_id, KEY.secret_key, "a-token", expires_at=NOON + 100)
    given = iter([ending, TEMPORARY])

    def refused_when_it_has_ended() -> Reply:
        clock.shift(100)
        return no("RequestLimitExceeded")

    rig.call([refused_when_it_has_ended, Reply()], credential=lambda: next(given), retries=AT_ONCE)
    assert [sent.header("x-tc-token") for sent in rig.sent] == ["a-token", "temporary-token"]
    assert verifies(rig)


@pytest.mark.parametrize("way", ["ReadTimeout", "ReadError", "WriteError", "RemoteProtocolError"])
def test_a_call_whose_answer_was_lost_is_sent_once(rig: Rig, way: str) -> None:
    with pytest.raises(CallOutcomeUnknown):
        rig.call([way, Reply()], retries=AT_ONCE)
    assert len(rig.sent) == 1


# --- what comes of it ----------------------------------------------------------------------------------------------

GOOD = b'{"Response":{"SessionId":"s-1","RequestId":"r-1","New":[{"a":null}]}}'
COMPRESSED = {"gzip": gzip.compress(GOOD), "deflate": zlib.compress(GOOD)}

SUCCESSES = {
    "as the service writes it": Reply.of(GOOD),
    "in parts": Reply([GOOD[:1], GOOD[1:30], b"", GOOD[30:]]),
    "with a charset": Reply.of(GOOD, kind="application/json; charset=utf-8"),
    "with its type in capitals": Reply.of(GOOD, kind="Application/JSON"),
    "with line ends and blanks": Reply.of(b"\r\n " + GOOD + b"\n"),
    **{
        f"compressed with {way}": Reply.of(body, Content_Encoding=way, Content_Length=str(len(body)))
        for way, body in COMPRESSED.items()
    },
}


@pytest.mark.parametrize("reply", SUCCESSES.values(), ids=SUCCESSES.keys())
def test_a_success_is_a_mapping_of_its_fields(rig: Rig, reply: Reply) -> None:
    answer = rig.call([reply])
    assert (dict(answer), answer.request_id, answer.attempts) == (
        {"SessionId": "s-1", "New": [{"a": None}]}, "r-1", 1,
    )  # fmt: skip


REFUSALS: dict[str, type[ApiError]] = {
    "MissingParameter": RequestRefused,
    "AuthFailure.SignatureFailure": CredentialRefused,
    "UnauthorizedOperation": PermissionDenied,
    "FailedOperation.NoCallOutNumber": AccountExhausted,
    "FailedOperation.CalleeIsBlackUser": CalleeRefused,
    "FailedOperation.CalloutRuleNotWorkTime": TryLater,
    "Nobody.HasSeenThis": ApiError,
}


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refusal_is_raised_as_what_its_caller_should_do(rig: Rig, code: str) -> None:
    with pytest.raises(ApiError) as caught:
        rig.call([no(code)])
    error = caught.value
    assert type(error) is REFUSALS[code]
    assert (error.code, error.message, error.request_id) == (code, "no", "r-0")
    assert (error.action, error.attempts) == ("CreateAIAgentCall", 1)


def test_a_rate_that_stays_exceeded_ends_as_that(rig: Rig) -> None:
    with pytest.raises(RateLimited) as caught:
        rig.call([no("RequestLimitExceeded")] * 4, retries=AT_ONCE)
    assert caught.value.attempts == len(rig.sent) == 4


JSON = "application/json"
NO_ANSWERS = {
    "a page": Reply.of(b"<html>", 502, "text/html"),
    "a page with 200": Reply.of(b"<html>", kind="text/html"),
    "a success with 500": Reply.of(DIALLED, 500),
    "a success with 204": Reply.of(b"", 204),
    "a way elsewhere": Reply.of(b"", 302, None, Location="https://ccc.tencentcloudapi.com/"),
    "a success as text": Reply.of(DIALLED, kind="text/plain"),
    "a success of no type": Reply.of(DIALLED, kind=None),
    "a success without its session": Reply.of(b'{"Response":{"RequestId":"r"}}'),
    "a success with null for it": Reply.of(b'{"Response":{"SessionId":null,"RequestId":"r"}}'),
    "a success with a number for it": Reply.of(b'{"Response":{"SessionId":1,"RequestId":"r"}}'),
    "no request id": Reply.of(b'{"Response":{"SessionId":"s"}}'),
    "no code": Reply.of(b'{"Response":{"Error":{},"RequestId":"r"}}'),
    "nothing": Reply.of(b""),
    "an empty object": Reply.of(b"{}"),
    "a list": Reply.of(b"[]"),
    "half of it": Reply.of(DIALLED[:20]),
    "two of it": Reply.of(DIALLED * 2),
    "bytes that are no text": Reply.of(b'{"Response":{"SessionId":"\xff","RequestId":"r"}}'),
    "a depth that no parser likes": Reply.of(b'{"Response":' + b"[" * 100_000),
    "what is not compressed and says so": Reply.of(DIALLED, Content_Encoding="gzip"),
    "compressed, and cut": Reply.of(COMPRESSED["gzip"][:-12], Content_Encoding="gzip"),
    "too much": Reply([b" " * 2**20] * 17),
    "a bomb": Reply.of(zlib.compress(b" " * (MAX_ANSWER_BYTES + 1)), Content_Encoding="deflate"),
}


@pytest.mark.parametrize("reply", NO_ANSWERS.values(), ids=NO_ANSWERS.keys())
def test_what_is_no_answer_leaves_the_call_unknown(rig: Rig, reply: Reply) -> None:
    with pytest.raises(CallOutcomeUnknown) as caught:
        rig.call([reply, Reply()], retries=AT_ONCE)
    reason = caught.value.reason
    assert type(reason) is NotAnAnswer
    assert (reason.phase, reason.action, caught.value.dials, len(rig.sent)) == ("answer", "CreateAIAgentCall", True, 1)


def test_what_came_instead_of_an_answer_is_kept(rig: Rig) -> None:
    with pytest.raises(CallOutcomeUnknown) as caught:
        rig.call([Reply.of(b"<html>bad gateway", 502, "text/html", X_Request_Id="g-1")])
    answer = caught.value.answer
    assert answer is not None
    assert (answer.status, answer.body, answer.header[b"x-request-id"]) == (502, b"<html>bad gateway", b"g-1")


def test_a_service_that_failed_inside_leaves_the_call_unknown(rig: Rig) -> None:
    with pytest.raises(CallOutcomeUnknown) as caught:
        rig.call([no("InternalError.DBError"), Reply()], retries=AT_ONCE)
    assert isinstance(caught.value.reason, ServiceFailed)
    assert len(rig.sent) == 1


# --- what the libraries raise --------------------------------------------------------------------------------------

KINDS: dict[str, tuple[type[TransportError], str]] = {
    "PoolTimeout": (NotSent, "pool"),
    "ConnectTimeout": (NotSent, "connect"),
    "ConnectError": (NotSent, "connect"),
    "ProxyError": (NotSent, "connect"),
    "UnsupportedProtocol": (NotSent, "connect"),
    "WriteTimeout": (SendFailed, "send"),
    "WriteError": (SendFailed, "send"),
    "LocalProtocolError": (SendFailed, "send"),
    "ReadTimeout": (AnswerTimeout, "receive"),
    "ReadError": (AnswerLost, "receive"),
    "RemoteProtocolError": (AnswerLost, "receive"),
    "DecodingError": (NotAnAnswer, "answer"),
    "CloseError": (AnswerLost, "receive"),
    "TransportError": (AnswerLost, "receive"),
    "RequestError": (AnswerLost, "receive"),
}


@pytest.mark.parametrize("name", KINDS)
def test_each_exception_of_the_library_is_one_of_ours(rig: Rig, name: str) -> None:
    kind, phase = KINDS[name]
    outcome = NotSent if kind is NotSent else CallOutcomeUnknown
    with pytest.raises(outcome) as caught:
        rig.call([name] * 4, retries=AT_ONCE)
    error = caught.value if isinstance(caught.value, TransportError) else caught.value.reason
    assert (type(error), error.phase) == (kind, phase)
    assert type(error.__cause__) is getattr(rig.library, name)
    assert len(rig.sent) == (4 if kind is NotSent else 1)


@pytest.mark.parametrize(
    ("name", "kind"), [("ReadTimeout", AnswerTimeout), ("ReadError", AnswerLost), ("RemoteProtocolError", AnswerLost)]
)
@pytest.mark.parametrize("parts", [[], [b'{"Response":'], [DIALLED]])
def test_an_answer_that_breaks_off_is_none_however_much_had_come(
    rig: Rig, name: str, kind: type[TransportError], parts: list[bytes]
) -> None:
    with pytest.raises(CallOutcomeUnknown) as caught:
        rig.call([Reply([*parts, name])])
    assert type(caught.value.reason) is kind


@pytest.mark.parametrize("library", [httpx, httpx2], ids=lambda library: library.__name__)
def test_no_exception_that_a_request_may_end_in_was_forgotten(library: Any) -> None:
    named = {name for name in library.__all__ if _is_error(getattr(library, name), library.RequestError)}
    bases, not_asked_for = {"TimeoutException", "NetworkError", "ProtocolError"}, {"TooManyRedirects", "SSEError"}
    assert named - bases - not_asked_for == set(KINDS)
    assert set(transports._ERRORS) <= named


def _is_error(value: Any, base: type) -> bool:
    return isinstance(value, type) and issubclass(value, base)


# --- which of them serves ------------------------------------------------------------------------------------------


@pytest.fixture
def libraries(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Sets the names of the libraries that are looked for."""

    def look_for(*names: str) -> None:
        monkeypatch.setattr(transports, "LIBRARIES", names)
        transports._library.cache_clear()

    transports._library.cache_clear()
    yield look_for
    transports._library.cache_clear()


def test_of_two_that_are_installed_httpx2_serves(libraries: Callable[..., None]) -> None:
    with Client(KEY) as client:
        assert type(client._http) is httpx2.Client
    assert type(AsyncClient(KEY)._http) is httpx2.AsyncClient


def test_where_httpx2_is_missing_httpx_serves(libraries: Callable[..., None]) -> None:
    libraries("httpx_of_the_future", "httpx")
    with Client(KEY) as client:
        assert type(client._http) is httpx.Client
    assert type(AsyncClient(KEY)._http) is httpx.AsyncClient


def test_where_neither_is_there_it_says_what_to_install(libraries: Callable[..., None]) -> None:
    libraries("httpx_of_the_future")
    with pytest.raises(ImportError, match=re.escape("pip install 'ccc-mock[client]', or pass http=")):
        Client(KEY)


def test_one_that_is_there_and_lacks_something_is_not_passed_over(
    libraries: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lacking.py").write_text("import what_it_lacks")
    monkeypatch.syspath_prepend(tmp_path)
    libraries("lacking", "httpx")
    with pytest.raises(ModuleNotFoundError, match="what_it_lacks"):
        Client(KEY)


# --- an HTTP client of the caller's own ----------------------------------------------------------------------------


def test_an_http_client_that_was_passed_is_used_and_left_open(rig: Rig) -> None:
    rig.call([Reply()], own={"headers": {"x-trace": "t-1", "user-agent": "ours/1"}})
    (sent,) = rig.sent
    assert (sent.header("x-trace"), sent.header("user-agent")) == ("t-1", "ours/1")
    assert rig.was_closed is False
    assert verifies(rig)


HOSTILE: dict[str, dict[str, Any]] = {
    "other headers": {
        "headers": {"host": "evil", "content-type": "text/plain", "x-tc-action": "Delete", "Authorization": "a"}
    },
    "a login": {"auth": ("user", "password")},
    "another base": {"base_url": "https://elsewhere.example/path"},
    "cookies": {"cookies": {"session": "1"}},
    "redirects": {"follow_redirects": True},
}


@pytest.mark.parametrize("own", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_set_on_it_changes_nothing_that_is_signed(rig: Rig, own: dict[str, Any]) -> None:
    rig.call([Reply()], own=own)
    (sent,) = rig.sent
    assert sent.url == "https://ccc.tencentcloudapi.com/"
    assert sent.header("x-tc-action") == "CreateAIAgentCall"
    assert verifies(rig)
    for name in ("host", "content-type", "authorization", "x-tc-action"):
        assert len([line for line, _ in sent.pieces.headers if line.lower() == name.encode()]) == 1


def test_a_redirect_is_not_followed_even_where_the_http_client_would(rig: Rig) -> None:
    away = Reply.of(b"", 307, None, Location="https://elsewhere.example/")
    with pytest.raises(CallOutcomeUnknown):
        rig.call([away, Reply()], own={"follow_redirects": True})
    assert len(rig.sent) == 1


def test_its_timeouts_are_those_of_the_client(rig: Rig) -> None:
    rig.call([Reply()], own={"timeout": 0.001}, timeout_seconds=30.0, connect_seconds=5.0)
    (sent,) = rig.sent
    assert sent.timeouts == {"connect": 5.0, "read": 30.0, "write": 30.0, "pool": 30.0}


# --- what never reaches it -----------------------------------------------------------------------------------------


def test_a_request_that_cannot_be_made_was_not_sent(rig: Rig) -> None:
    with pytest.raises(NotSent, match=r"1\.2\.3\.999"):
        rig.call([], endpoint="http://1.2.3.999", retries=AT_ONCE)
    assert rig.sent == []


def test_through_a_closed_http_client_nothing_was_sent(rig: Rig) -> None:
    with pytest.raises(NotSent, match="closed"):
        rig.call([], closed=True, retries=AT_ONCE)
    assert rig.sent == []
