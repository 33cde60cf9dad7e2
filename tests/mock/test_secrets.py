"""A canary in each secret place, and a search through every output."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ccc_contract import Headers, Request, load_api, sign
from ccc_mock import Clock, Credential, Endpoint
from ccc_mock.adapters import terminal
from ccc_mock.control import Control
from ccc_mock.redaction import Redaction, shortened_number
from older import OlderDraft

CANARY = "canary-3f9a1c"
AT = 1795324613


def request(action: str, params: Any, *, secret_key: str, secret_id: str = "the-id", **headers: str) -> Request:
    body = params if isinstance(params, bytes) else json.dumps(params).encode()
    common = {"content-type": "application/json", "x-tc-action": action, "x-tc-version": "2020-02-10"}
    return sign(Request.post("127.0.0.1", {**common, **headers}, body), secret_id, secret_key, timestamp=AT)


def with_authorization(value: str) -> Request:
    lines = {"host": "x", "x-tc-action": "A", "x-tc-version": "V", "x-tc-timestamp": "1", "authorization": value}
    return Request("POST", b"/", b"", Headers.of(lines), b"")


def get(query: str, **headers: str) -> Request:
    return Request("GET", b"/", query.encode(), Headers.of({"host": "x", **headers}), b"")


def signed_get(query: str) -> Request:
    common = {"content-type": "application/x-www-form-urlencoded", "x-tc-action": "CreateAICall"}
    lines = Headers.of({"host": "127.0.0.1", "x-tc-version": "2020-02-10", **common})
    return sign(Request("GET", b"/", query.encode(), lines, b""), "the-id", "wrong", timestamp=AT)


def older(method: str = "POST", secret_key: str = "the-key", secret_id: str = "the-id", **pairs: str) -> Request:
    draft = OlderDraft(method=method, host="127.0.0.1", secret_id=secret_id, secret_key=secret_key)
    return draft.with_common(Action="CreateAICall").but(pairs=list({"SdkAppId": "1", **pairs}.items())).request()


AI_CALL = {"SdkAppId": 1, "Callee": "008613012345678", "LLMType": "openai", "APIKey": "k", "APIUrl": "https://x"}

PLACES: dict[str, Request] = {
    "token": request("CreateAIAgentCall", {}, secret_key="the-key", **{"x-tc-token": CANARY}),
    "token, badly signed": request("CreateAIAgentCall", {}, secret_key="wrong", **{"x-tc-token": CANARY}),
    "token, signed along": sign(
        Request.post("x", {"content-type": "application/json", "x-tc-action": "CreateAIAgentCall",
                           "x-tc-version": "2020-02-10", "x-tc-token": CANARY}),
        "the-id", "wrong", timestamp=AT, also=(b"x-tc-token",),
    ),
    "any header, signed along": sign(
        Request.post("x", {"content-type": "application/json", "x-tc-action": "CreateAIAgentCall",
                           "x-tc-version": "2020-02-10", "x-mine": CANARY}),
        "the-id", "wrong", timestamp=AT, also=(b"x-mine",),
    ),
    "key in place of the id": request("CreateAIAgentCall", {}, secret_id=CANARY + "long", secret_key="k"),
    "key in place of the header": with_authorization(CANARY),
    "bearer": with_authorization(f"Bearer {CANARY}"),
    "signature of an unreadable header": with_authorization(f"TC3-HMAC-SHA256 Credential=a/b, Signature={CANARY}"),
    "signature": with_authorization(
        f"TC3-HMAC-SHA256 Credential=the-id/2026-11-22/ccc/tc3_request, SignedHeaders=host, Signature={CANARY}"
    ),
    "cookie": request("CreateAIAgentCall", {}, secret_key="the-key", cookie=f"session={CANARY}"),
    "proxy": request("CreateAIAgentCall", {}, secret_key="the-key", **{"proxy-authorization": f"Basic {CANARY}"}),
    "APIKey": request("CreateAICall", {**AI_CALL, "APIKey": CANARY}, secret_key="the-key"),
    "APIKey, badly signed": request("CreateAICall", {**AI_CALL, "APIKey": CANARY}, secret_key="wrong"),
    "APIKey of another type": request("CreateAICall", {**AI_CALL, "APIKey": {"a": [CANARY]}}, secret_key="the-key"),
    "APIKey in a list": request("CreateAICall", {**AI_CALL, "APIKey": [CANARY]}, secret_key="the-key"),
    "APIKey where it is unknown": request("CreateAIAgentCall", {"APIKey": CANARY}, secret_key="the-key"),
    "apikey in other letters": request("CreateAIAgentCall", {"apikey": CANARY}, secret_key="the-key"),
    "APIKey in what is no JSON": request(
        "CreateAICall", f'{{"APIKey": "{CANARY}"'.encode(), secret_key="the-key"
    ),
    "APIKey in a JSON list": request("CreateAICall", [{"APIKey": CANARY}], secret_key="the-key"),
    "CustomTTSConfig": request(
        "CreateAICall", {**AI_CALL, "CustomTTSConfig": json.dumps({"AppSecret": CANARY})}, secret_key="the-key"
    ),
    "password, nested": request("CreateStaff", {"Staffs": [{"Password": CANARY}]}, secret_key="the-key"),
    "made-up secret": request("CreateAIAgentCall", {"MySecretThing": CANARY}, secret_key="the-key"),
    "v1 signature": get(f"Timestamp=1&Nonce=1&SecretId=abc&Signature={CANARY}&Action=A&Version=V"),
    "v1 token": get(f"Timestamp=1&Token={CANARY}"),
    "query": get(f"APIKey={CANARY}"),
    "query, name encoded": get(f"%41PIKey={CANARY}"),
    "query, nested": get(f"LLM.0.APIKey={CANARY}&a[0][APIKey]={CANARY}"),
    "query, bare": get(CANARY),
    "query of a POST": Request("POST", b"/", f"APIKey={CANARY}".encode(), Headers.of({"host": "x"}), b""),
    "canonical query": signed_get(f"SdkAppId=1&APIKey={CANARY}"),
    "signed query": older(method="GET", APIKey=CANARY),
    "form": older(APIKey=CANARY),
    "form, badly signed": older(secret_key="wrong", APIKey=CANARY),
    "form, badly signed, looks like pairs": older(secret_key="wrong", APIKey=f"a&Callee={CANARY}"),
    "form, nested, badly signed": older(secret_key="wrong", **{"Staffs.0.Password": CANARY}),
    "form, token": older(Token=CANARY),
    "form, token, badly signed": older(secret_key="wrong", Token=CANARY),
    "form, another id": older(secret_id=CANARY + "long"),
}  # fmt: skip


@pytest.fixture
def endpoint() -> Endpoint:
    credentials = [Credential("the-id", "the-key"), Credential("temporary-id", "a-key", "a-token")]
    return Endpoint(credentials=credentials, clock=Clock(at=AT))


def outputs(endpoint: Endpoint, played: Request) -> Iterator[str]:
    """Everything that a person or a program gets to see of an exchange."""
    exchange = endpoint.exchange(played)
    yield repr(exchange)
    yield repr(played)
    yield repr(played.headers)
    yield str(exchange.reply)
    yield str(exchange.refused)
    yield terminal.as_line(exchange)
    yield terminal.as_json(exchange)
    for entry in endpoint.accounts.default.journal.page().entries:
        yield repr(entry)
    host = Headers.of({"host": "127.0.0.1"})
    yield Control(endpoint).handle(Request("GET", b"/_ccc/journal", b"", host, b"")).text


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_is_in_no_output(endpoint: Endpoint, place: str) -> None:
    for output in outputs(endpoint, PLACES[place]):
        assert CANARY not in output


def test_equal_secrets_have_equal_digests(endpoint: Endpoint) -> None:
    for key in ("one", "one", "two"):
        endpoint.exchange(request("CreateAICall", {**AI_CALL, "APIKey": key}, secret_key="the-key"))
    entries = endpoint.accounts.default.journal.page().entries
    first, second, third = (entry.as_json(endpoint.redaction, "")["params"]["APIKey"] for entry in entries)
    assert first == second != third
    assert first.startswith("digest:")


def test_a_digest_is_keyed_by_the_process() -> None:
    api = load_api()
    assert Redaction(api).digest("x") != Redaction(api).digest("x")
    assert Redaction(api, key=b"k").digest("x") == Redaction(api, key=b"k").digest("x")


def test_a_journal_keeps_what_is_no_secret(endpoint: Endpoint) -> None:
    endpoint.exchange(PLACES["APIKey"])
    entry = endpoint.accounts.default.journal.page().entries[0].as_json(endpoint.redaction, "")
    assert {**entry["params"], "APIKey": "k"} == AI_CALL
    assert ["x-tc-action", "CreateAICall"] in entry["request"]["headers"]


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("008613012345678", "00861******5678"),
        ("+8613012345678", "+861******5678"),
        ("13012345678", "130*****678"),
        ("10086", "1***6"),
        ("110", "1*0"),
        ("", "<0 characters>"),
        ("not a number", "<12 characters>"),
        ("\x1b[31m", "<5 characters>"),
        (13012345678, "?"),
        (None, "?"),
        ("1" * 1000, "<1000 characters>"),
    ],
)
def test_a_number_is_printed_shortened(number: Any, shown: str) -> None:
    assert shortened_number(number) == shown


def test_a_credential_shows_no_key() -> None:
    assert "the-key" not in repr(Credential("an-id-that-is-long", "the-key"))
    assert "a-token" not in repr(Credential("an-id-that-is-long", "the-key", "a-token"))
