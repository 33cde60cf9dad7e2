"""Who asks, and how much of that is judged: `auth` is `known`, `any` or `off`."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers import EXPIRED, INVALID, NOT_FOUND, PARAMETER, SIGNATURE, TOKEN, VALUE
from ccc_contract.http import Headers, Request
from ccc_mock import DEFAULT_CREDENTIAL, Clock, Credential, Endpoint, Limits
from ccc_mock.accounts import Directory
from ccc_mock.auth import AUTHS, IN_THE_INI, Auth, cure, warning
from ccc_mock.journal import Entry
from ccc_mock.settings import Settings
from drafts import EXAMPLE, FORM, HOST, NOW, TEMPORARY, Draft
from older import SHA1, SHA256, OlderDraft, encoded, flattened, get_draft

NOBODY = "AKID-nobody-9999"
MISSING = "MissingParameter"
OK = "ok"


def endpoint_for(auth: Auth, *, limits: Limits | None = None) -> Endpoint:
    credentials = (DEFAULT_CREDENTIAL, TEMPORARY)
    return Endpoint(credentials=credentials, clock=Clock(at=NOW), seed=1, auth=auth, limits=limits)


def newest(endpoint: Endpoint) -> Entry:
    return endpoint.accounts.default.journal.page().entries[-1]


class Case(NamedTuple):
    """A request, and its verdict for each `auth`."""

    request: Request
    known: str
    any: str
    off: str
    proven: bool = False
    """Verified wherever verifying is not off."""


def stamped(draft: Draft, at: int) -> Draft:
    return draft.with_headers({"x-tc-timestamp": str(at)})


def nobody(draft: Draft) -> Draft:
    return draft.but(secret_id=NOBODY, secret_key="whatever")


def unsigned(query: bytes) -> Request:
    return Request("GET", b"/", query, Headers.of({"host": HOST}), b"")


def header(request: Request, name: bytes, value: bytes) -> Request:
    headers = Headers((*(line for line in request.headers.lines if line[0] != name), (name, value)))
    return request._replace(headers=headers)


TOO_LONG = b"a=" + b"b" * Settings().max_query_bytes
OLDER = OlderDraft()
TEMPORARY_DRAFT = Draft().by(TEMPORARY)
TOKENED = TEMPORARY_DRAFT.with_headers({"x-tc-token": TEMPORARY.token or ""})
BARE = encoded([("Action", "CreateAIAgentCall"), *flattened(EXAMPLE)])

CASES: dict[str, Case] = {
    "known": Case(Draft().request(), OK, OK, OK, proven=True),
    "known, GET": Case(get_draft().request(), OK, OK, OK, proven=True),
    "known, temporary": Case(TOKENED.request(), OK, OK, OK, proven=True),
    "known, no token": Case(TEMPORARY_DRAFT.request(), TOKEN, TOKEN, OK),
    "known, wrong key": Case(Draft(secret_key="wrong").request(), SIGNATURE, SIGNATURE, OK),
    "known, HmacSHA1": Case(OLDER.but(signature_method=SHA1).request(), OK, OK, OK, proven=True),
    "known, HmacSHA256": Case(OLDER.but(signature_method=SHA256).request(), OK, OK, OK, proven=True),
    "known, HmacSHA256, wrong key": Case(
        OLDER.but(signature_method=SHA256, secret_key="wrong").request(), SIGNATURE, SIGNATURE, OK),
    "known, expired": Case(stamped(Draft(), NOW - 301).request(), EXPIRED, EXPIRED, OK),
    "known, wrong digest": Case(
        Draft().with_headers({"x-tc-content-sha256": "0" * 64}).request(), VALUE, VALUE, OK),
    "unknown": Case(nobody(Draft()).request(), NOT_FOUND, OK, OK),
    "unknown, GET": Case(nobody(get_draft()).request(), NOT_FOUND, OK, OK),
    "unknown, with a token": Case(
        nobody(Draft()).with_headers({"x-tc-token": "t"}).request(), NOT_FOUND, OK, OK),
    "unknown, HmacSHA1": Case(OLDER.but(secret_id=NOBODY, signature_method=SHA1).request(), NOT_FOUND, OK, OK),
    "unknown, HmacSHA256": Case(OLDER.but(secret_id=NOBODY, signature_method=SHA256).request(), NOT_FOUND, OK, OK),
    "unknown, POST of HmacSHA1": Case(OLDER.but(secret_id=NOBODY, method="POST").request(), NOT_FOUND, OK, OK),
    "unknown, expired": Case(stamped(nobody(Draft()), NOW - 301).request(), EXPIRED, EXPIRED, OK),
    "unknown, no time": Case(
        nobody(Draft()).with_headers({"x-tc-timestamp": "soon"}).request(), PARAMETER, PARAMETER, OK),
    "unknown, another scope": Case(nobody(Draft(service="cvm")).request(), INVALID, INVALID, OK),
    "unknown, wrong digest": Case(
        nobody(Draft()).with_headers({"x-tc-content-sha256": "0" * 64}).request(), NOT_FOUND, VALUE, OK),
    "unknown, too large a query": Case(
        nobody(Draft(method="GET", query=TOO_LONG)).with_headers({"content-type": FORM}).request(),
        NOT_FOUND, SIGNATURE, SIGNATURE),
    "unknown, bad parameter": Case(
        nobody(Draft()).with_params({"SdkAppId": "1"}).request(), NOT_FOUND, PARAMETER, PARAMETER),
    "unknown, no such action": Case(
        nobody(Draft()).with_headers({"x-tc-action": "Nonsense"}).request(), *["InvalidAction"] * 3),
    "unknown, older version": Case(
        nobody(Draft()).with_headers({"x-tc-version": "2019-01-01"}).request(), *["NoSuchVersion"] * 3),
    "another scheme": Case(Draft(authorization=b"Bearer abc").request(), INVALID, INVALID, OK),
    "SKIP": Case(Draft(authorization=b"SKIP").request(), INVALID, INVALID, OK),
    "unsigned": Case(Draft().unsigned_request(), MISSING, MISSING, OK),
    "unsigned, nothing but the action": Case(
        Draft().without_header("x-tc-timestamp").without_header("x-tc-version").unsigned_request(),
        MISSING, MISSING, OK),
    "unsigned, in a query": Case(unsigned(BARE), MISSING, MISSING, OK),
    "unsigned, no action": Case(Draft().without_header("x-tc-action").unsigned_request(), *[MISSING] * 3),
    "unsigned, nothing at all": Case(unsigned(b""), *[MISSING] * 3),
    "another product": Case(Draft(host="cvm.tencentcloudapi.com").unsigned_request(), *["NoSuchProduct"] * 3),
}  # fmt: skip


@pytest.mark.parametrize("auth", AUTHS)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_who_asks_is_judged_as_far_as_auth_says(case: Case, auth: Auth) -> None:
    endpoint = endpoint_for(auth)
    exchange = endpoint.exchange(case.request)
    assert exchange.verdict == getattr(case, auth)
    (entry,) = endpoint.journal()
    assert entry["verified"] is (case.proven and auth != "off")
    assert (entry["sub_account"] is not None) is entry["verified"]
    assert json.loads(exchange.reply.body)["Response"]["RequestId"] == entry["request_id"]


def test_what_is_accepted_unverified_is_done_all_the_same() -> None:
    endpoint = endpoint_for("any")
    endpoint.handle(nobody(Draft()).request())
    (call,) = endpoint.accounts.default.ledger.calls()
    assert (call.callee, call.credential) == (EXAMPLE["Callee"], NOBODY)


def test_known_is_what_is_meant_where_nothing_is_said() -> None:
    assert Endpoint().auth == "known"
    assert warning("known") is None


@pytest.mark.parametrize("auth", ["", "Any", "on", "none"])
def test_another_word_is_refused_with_those_that_there_are(auth: str) -> None:
    with pytest.raises(ValueError, match=rf"^auth: expected known, any or off, got '{auth}'$"):
        Endpoint(auth=auth)  # type: ignore[arg-type]


# --- whose call it is ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("auth", ["any", "off"])
def test_an_unknown_secret_id_is_of_the_default_account(auth: Auth) -> None:
    endpoint = endpoint_for(auth)
    other = endpoint.accounts.make(clock=Clock(at=NOW)).account
    exchange = endpoint.exchange(nobody(Draft()).request())
    assert exchange.account is endpoint.accounts.default
    assert len(other.journal) == 0


def test_with_auth_off_a_known_secret_id_still_says_whose_account_it_is() -> None:
    endpoint = endpoint_for("off")
    grant = endpoint.accounts.make(clock=Clock(at=NOW))
    exchange = endpoint.exchange(Draft(secret_key="wrong").but(secret_id=grant.credential.secret_id).request())
    assert (exchange.verdict, exchange.account, exchange.proven) == ("ok", grant.account, False)


def test_each_unknown_secret_id_is_a_sub_account_whose_rate_is_limited_by_itself() -> None:
    endpoint = endpoint_for("any", limits=Limits(actions={"CreateAIAgentCall": 1}))
    drafts = [Draft(secret_id=f"AKID-nobody-{n}") for n in (1, 2, 1, 2)] + [Draft()]
    verdicts = [endpoint.exchange(draft.request()).verdict for draft in drafts]
    assert verdicts == ["ok", "ok", "RequestLimitExceeded", "RequestLimitExceeded", "ok"]


def test_unsigned_requests_are_one_sub_account() -> None:
    endpoint = endpoint_for("off", limits=Limits(actions={"CreateAIAgentCall": 1}))
    verdicts = [endpoint.exchange(Draft().unsigned_request()).verdict for _ in range(2)]
    assert verdicts == ["ok", "RequestLimitExceeded"]


def test_a_secret_id_that_becomes_known_is_verified_from_then_on() -> None:
    endpoint = endpoint_for("any")
    assert endpoint.exchange(nobody(Draft()).request()).verdict == "ok"
    endpoint.accounts.add(endpoint.accounts.default, Credential(NOBODY, "its-key"))
    assert endpoint.exchange(nobody(Draft()).request()).verdict == SIGNATURE
    assert endpoint.exchange(Draft(secret_id=NOBODY, secret_key="its-key").request()).proven


def test_no_stranger_has_the_number_of_somebody_else() -> None:
    accounts = Endpoint(auth="any").accounts
    numbers = [accounts.default.uin, accounts.default.grants[0].sub_account]
    numbers += [accounts.stranger(f"AKID-{n}") for n in range(20)]
    grant = accounts.make()
    assert len({*numbers, grant.account.uin, grant.sub_account}) == len(numbers) + 2


def test_the_number_of_strangers_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Directory, "MAX_STRANGERS", 2)
    accounts = Endpoint(auth="any").accounts
    first, second, third, fourth = (accounts.stranger(f"AKID-{n}") for n in range(4))
    assert len({first, second, third}) == 3
    assert third == fourth == accounts.stranger("x" * (Directory.MAX_STRANGERS_ID + 1))
    assert (accounts.stranger("AKID-0"), accounts.stranger("AKID-1")) == (first, second)
    assert len(accounts._strangers) == 3


def test_where_the_unknown_is_refused_nobody_is_remembered() -> None:
    endpoint = endpoint_for("known")
    endpoint.exchange(nobody(Draft()).request())
    assert endpoint.accounts._strangers == {}


@pytest.fixture
def _hasty_threads() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("_hasty_threads")
def test_threads_that_meet_with_a_new_secret_id_get_one_sub_account() -> None:
    for n in range(20):
        endpoint, begin = endpoint_for("any"), threading.Barrier(8)
        request = Draft(secret_id=f"AKID-nobody-{n}").request()

        def play(endpoint: Endpoint = endpoint, begin: threading.Barrier = begin, request: Request = request) -> str:
            begin.wait(10)
            return endpoint.exchange(request).sub_account

        with ThreadPoolExecutor(8) as pool:
            assert len({job.result() for job in [pool.submit(play) for _ in range(8)]}) == 1


# --- what cures it -------------------------------------------------------------------------------------------------


def test_the_journal_says_how_to_let_an_unknown_secret_id_in() -> None:
    endpoint = Endpoint(clock=Clock(at=NOW), cure=IN_THE_INI)
    reply = endpoint.handle(nobody(Draft()).request())
    (entry,) = endpoint.journal()
    assert entry["hint"] == f"nobody here has the SecretId …9999; let it in with {IN_THE_INI}"
    assert b"ccc_credentials" not in reply.body


@pytest.mark.parametrize("name", ["known", "known, wrong key", "unsigned"])
def test_other_exchanges_need_no_such_hint(name: str) -> None:
    endpoint = endpoint_for("known")
    endpoint.exchange(CASES[name].request)
    assert endpoint.journal()[-1]["hint"] is None


def test_an_unknown_secret_id_that_has_expired_is_told_of_the_clock_first() -> None:
    endpoint = endpoint_for("known")
    endpoint.exchange(CASES["unknown, expired"].request)
    assert endpoint.journal()[-1]["hint"].startswith("the signing hand is frozen at 2026-11-22T13:16:53+08:00")


def test_a_code_that_was_planned_needs_no_cure() -> None:
    endpoint = endpoint_for("known")
    endpoint.plan(f"{NOT_FOUND}")
    assert endpoint.exchange(Draft().request()).verdict == NOT_FOUND
    assert endpoint.journal()[-1]["hint"] is None


@pytest.mark.parametrize("secret_id", [" AKID-nobody-9999", "AKID-nobody-9999\t"])
def test_a_blank_that_strayed_into_the_secret_id_is_told(secret_id: str) -> None:
    assert "with a blank in it" in cure(secret_id)


def test_a_secret_id_that_is_too_short_to_show_is_said_to_be_so() -> None:
    assert cure("AKIDnope").startswith("nobody here has the SecretId … (too short to show); let it in with ")


@given(st.text("ΩЖ☂\n\x1b", min_size=9, max_size=60))
def test_the_cure_is_one_line_and_shows_no_more_than_four_characters(secret_id: str) -> None:
    told = cure(secret_id)
    assert told.isprintable()
    assert sum(map(told.count, "ΩЖ☂")) <= 4


def test_the_secret_id_is_shortened_and_the_key_is_nowhere() -> None:
    endpoint = Endpoint(clock=Clock(at=NOW))
    endpoint.exchange(Draft(secret_id="AKID-canary-0001", secret_key="canary-key").request())
    assert "canary" not in json.dumps(endpoint.journal())


# --- hostile -------------------------------------------------------------------------------------------------------

HOSTILE: dict[str, Request] = {
    "id of 200 KB": Draft(secret_id="x" * 200_000).request(),
    "id that is no UTF-8": header(Draft().request(), b"authorization", b"TC3-HMAC-SHA256 Credential=\xff\xfe/"),
    "id with a line feed": header(Draft().request(), b"authorization", b"Credential=a\nb/c"),
    "empty authorization": header(Draft().request(), b"authorization", b""),
    "action of 200 KB": header(Draft().unsigned_request(), b"x-tc-action", b"A" * 200_000),
    "no host": Request("POST", b"/", b"", Headers(((b"x-tc-action", b"CreateAIAgentCall"),)), b"{}"),
    "no body": Draft(body=b"").unsigned_request(),
    "nested without end": Draft(body=b"[" * 100_000).unsigned_request(),
    "bare word": unsigned(b"Action"),
    "action twice": unsigned(b"Action=CreateAIAgentCall&Action=HangUpCall"),
    "another method": Request("DELETE", b"/", b"", Headers(()), b""),
}


@pytest.mark.parametrize("auth", AUTHS)
@pytest.mark.parametrize("request_", HOSTILE.values(), ids=HOSTILE)
def test_whatever_comes_is_judged_and_written_down(request_: Request, auth: Auth) -> None:
    endpoint = endpoint_for(auth)
    verdict = endpoint.exchange(request_).verdict
    (entry,) = json.loads(json.dumps(endpoint.journal()))
    assert entry["verdict"] == verdict
    assert verdict in endpoint.api.errors or (verdict == "ok" and auth != "known")
    assert entry["verified"] is False


@given(
    authorization=st.one_of(st.none(), st.binary(max_size=80), st.just(b"SKIP")),
    stamp=st.one_of(st.none(), st.binary(max_size=12)),
    auth=st.sampled_from(["any", "off"]),
)
def test_nobody_is_verified_who_did_not_sign(authorization: bytes | None, stamp: bytes | None, auth: Auth) -> None:
    request = Draft().without_header("x-tc-timestamp").unsigned_request()
    for name, value in ((b"authorization", authorization), (b"x-tc-timestamp", stamp)):
        request = request if value is None else header(request, name, value)
    exchange = endpoint_for(auth).exchange(request)
    assert not exchange.proven
    assert exchange.verdict == "ok" or auth == "any"


def test_a_verified_exchange_stays_one_beside_strangers() -> None:
    endpoint = endpoint_for("any")
    endpoint.handle(Draft().request())
    endpoint.handle(nobody(Draft()).request())
    first, second = endpoint.journal()
    assert (first["verified"], second["verified"]) == (True, False)
    assert newest(endpoint).verified is False
