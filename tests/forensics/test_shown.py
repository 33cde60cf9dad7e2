"""Where a diagnosis is shown, and what is in it: never in the answer's body, never a key, never a signature."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

import wrong_signers as by
from by_hand import SECRETS, as_request
from ccc_contract.http import Request
from ccc_mock import Clock, Credential, Endpoint, Settings
from ccc_mock.adapters import terminal
from ccc_mock.clock import Stopwatch
from ccc_mock.forensics import diagnose
from ccc_mock.mismatch import HEADER

CREDENTIALS = [Credential(secret.secret_id, secret.secret_key) for secret in SECRETS]
STANDS_STILL = Stopwatch(lambda: 0.0, lambda: 0.0)
AnySigner = type[by.Signer] | type[by.OlderSigner]


def endpoint_at(stamp: int = by.NOW, *, header: bool = False) -> Endpoint:
    """A fake whose search is bounded by its number alone."""
    settings = Settings(diagnosis_header=header)
    return Endpoint(credentials=CREDENTIALS, clock=Clock(at=stamp), settings=settings, stopwatch=STANDS_STILL)


def header_of(endpoint: Endpoint, request: Request) -> bytes | None:
    return dict(endpoint.handle(request).headers).get(HEADER)


def test_the_journal_has_what_was_found_and_the_client_s_side() -> None:
    endpoint = endpoint_at()
    endpoint.handle(as_request(by.CharsetMissing().send()))
    (entry,) = endpoint.journal()
    assert entry["diagnosis"]["found"] == [
        {
            "name": "content-type-charset",
            "how": {"signed": "application/json", "sent": "application/json; charset=utf-8"},
        }
    ]
    assert "\ncontent-type:application/json\n" in entry["diagnosis"]["canonical_request"]
    assert "\ncontent-type:application/json; charset=utf-8\n" in entry["canonical_request"]
    assert entry["diagnosis"]["string_to_sign"] != entry["string_to_sign"]
    assert set(entry["diagnosis"]["told"]) == {"en-US", "zh-CN"}


def test_the_journal_says_when_nothing_is_found() -> None:
    class Stranger(by.Signer):
        def secret(self) -> str:
            return "another"

    endpoint = endpoint_at()
    endpoint.handle(as_request(Stranger().send()))
    diagnosis = endpoint.journal()[0]["diagnosis"]
    assert (diagnosis["found"], diagnosis["stopped"], diagnosis["not_searched"]) == ([], False, None)
    assert diagnosis["known"] >= 30
    assert diagnosis["tried"] > diagnosis["known"]
    assert "canonical_request" not in diagnosis


def test_a_success_has_no_diagnosis() -> None:
    endpoint = endpoint_at(header=True)
    exchange = endpoint.exchange(as_request(by.Signer().send()))
    assert (exchange.verdict, exchange.diagnosis) == ("ok", None)
    assert "diagnosis" not in endpoint.journal()[0]
    assert HEADER not in dict(exchange.reply.headers)


def test_the_older_scheme_is_explained_too() -> None:
    endpoint = endpoint_at()
    endpoint.handle(as_request(by.ValuesEncoded().send()))
    assert [made["name"] for made in endpoint.journal()[0]["diagnosis"]["found"]] == ["values-encoded"]


def test_a_key_and_an_id_that_are_swapped_are_explained_although_no_such_id_exists() -> None:
    endpoint = endpoint_at()
    exchange = endpoint.exchange(as_request(by.Swapped().send()))
    assert exchange.verdict == "AuthFailure.SecretIdNotFound"
    assert exchange.diagnosis is not None
    assert [made.name for made in exchange.diagnosis.found] == ["id-for-key"]


def test_an_unknown_id_is_not_searched_for() -> None:
    class Nobody(by.Signer):
        def secret_id(self) -> str:
            return "AKID-of-nobody"

    assert endpoint_at().exchange(as_request(Nobody().send())).diagnosis is None


def test_the_line_of_serve_says_what_was_found() -> None:
    exchange = endpoint_at(by.LATE).exchange(as_request(by.LocalDate().send()))
    line = terminal.as_line(exchange)
    assert "signed was the date 2026-11-23; the UTC date of the timestamp is 2026-11-22" in line
    assert "\n" not in line
    assert "2026-11-23" in json.loads(terminal.as_json(exchange))["diagnosis"][0]


def test_no_header_says_it_unless_that_is_asked_for() -> None:
    request = as_request(by.CharsetMissing().send())
    assert header_of(endpoint_at(), request) is None
    told = header_of(endpoint_at(header=True), request)
    assert told is not None
    assert told.startswith(b"proven, for it makes the client's signature byte for byte: signed was `Content-Type: ")


@pytest.mark.parametrize("name", ["\u674e\u96f7", "a\r\nX-Other: b", "\x1b[31m", "x" * 5000])
def test_the_header_is_one_line_of_ascii_whatever_came(name: str) -> None:
    class WithItsPath(by.ActionInThePath):
        request = by.Sent(path=f"/{name}")

    told = header_of(endpoint_at(header=True), as_request(WithItsPath().send()))
    assert told is not None
    assert len(told) <= 1000
    assert all(32 <= byte < 127 for byte in told)


def test_the_body_and_the_other_headers_are_the_same_with_and_without_the_header() -> None:
    request = as_request(by.CharsetMissing().send())
    plain, explained = (endpoint_at(header=on).exchange(request) for on in (False, True))
    assert plain.reply.body.replace(plain.request_id.encode(), b"") == explained.reply.body.replace(
        explained.request_id.encode(), b""
    )
    assert explained.reply.headers[: len(plain.reply.headers)] == plain.reply.headers


def outputs(signer: AnySigner) -> Iterator[str]:
    """Everything that anybody gets to see."""
    endpoint = endpoint_at(getattr(signer, "stamp", by.NOW), header=True)
    exchange = endpoint.exchange(as_request(signer().send()))
    yield json.dumps(endpoint.journal())
    yield terminal.as_line(exchange)
    yield terminal.as_json(exchange)
    yield repr(exchange.reply)
    yield repr(exchange.diagnosis)
    yield repr(exchange)
    if exchange.diagnosis is not None:
        yield from exchange.diagnosis.told("zh-CN")


@pytest.mark.parametrize("signer", [*by.NEWER, *by.OLDER], ids=lambda each: each.__name__)
def test_no_key_no_whole_id_and_no_signature_is_shown(signer: AnySigner) -> None:
    request = as_request(signer().send())
    diagnosis = diagnose(request, SECRETS)
    secret = {by.KEY, by.OTHER_KEY, by.ID, by.OTHER_ID, diagnosis.ours.signature}
    if diagnosis.theirs is not None:
        secret.add(diagnosis.theirs.signature)
    for output in outputs(signer):
        for word in secret - {""}:
            assert word not in output


def test_no_secret_of_a_body_is_shown_where_it_was_signed_itself() -> None:
    body = b'{"SdkAppId": 1, "APIKey": "canary-3f9a1c"}'

    class Unhashed(by.BodyNotHashed):
        request = by.Sent(body=body)

    class AsQuery(by.Signer):
        request = by.Sent(body=body)

        def query(self) -> str:
            return body.decode()

    class Itself(by.RequestNotHashed):
        request = by.Sent(headers={**by.Sent().headers, "X-TC-Token": "canary-3f9a1c"})
        names = ("content-type", "host", "x-tc-token")

    for signer in (Unhashed, AsQuery, Itself):
        told = list(outputs(signer))
        assert "canary-3f9a1c" not in "".join(told)
        assert "proven, " in told[1]


def test_nothing_of_the_search_is_loaded_before_a_signature_fails() -> None:
    program = """
import sys, time
import ccc_mock
from ccc_contract import Request, sign
endpoint = ccc_mock.Endpoint()
headers = {"content-type": "application/json", "x-tc-action": "CreateAIAgentCall", "x-tc-version": "2020-02-10"}
def call(key):
    request = Request.post("127.0.0.1", headers, '{"SdkAppId": 1, "AIAgentId": 1, "Callee": ""}')
    endpoint.handle(sign(request, ccc_mock.DEFAULT_CREDENTIAL.secret_id, key, timestamp=int(time.time())))
    print(sum(name.startswith("ccc_mock.forensics") for name in sys.modules))
call(ccc_mock.DEFAULT_CREDENTIAL.secret_key)
call("another")
"""
    before, after = subprocess.check_output([sys.executable, "-c", program], text=True).split()
    assert (int(before), int(after) > 5) == (0, True)


BIG = b'{"SdkAppId": 1, "Callee": "' + b"1" * 9_000_000 + b'"}'


def test_a_large_body_is_searched_without_being_written_anew() -> None:
    class Large(by.LineFeedBehindTheKey):
        request = by.Sent(body=BIG)

    class LargeAndUnknown(Large):
        def secret(self) -> str:
            return "another"

    endpoint = endpoint_at()
    found = endpoint.exchange(as_request(Large().send())).diagnosis
    assert found is not None
    assert [made.name for made in found.found] == ["secret-blank"]
    lost = endpoint.exchange(as_request(LargeAndUnknown().send())).diagnosis
    assert lost is not None
    assert (lost.found, lost.stopped) == ((), False)
    assert "large-body" in [each.name for each in lost.observations]
