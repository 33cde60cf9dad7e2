"""Every assumption that can be judged: a request that it decides, and one like it that it does not."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from answers import endpoint_for
from captures import TC3, captured
from ccc_contract.http import Headers, Request
from ccc_mock import Clock, Credential, Endpoint, Limits, Settings
from ccc_mock.assumptions.floor import ASSUMPTIONS, UNJUDGED, Floor
from ccc_mock.assumptions.places import ORDERED, is_known
from ccc_mock.exchange import Exchange
from ccc_mock.fidelity import points
from ccc_mock.pipeline import Pipeline
from ccc_mock.stages import STAGES
from drafts import CAPITALS, ENDED, EXAMPLE, NOW, TEMPORARY, TOKENED, Draft, as_request
from older import SHA1, SHA256, OlderDraft, get_draft
from violations import VIOLATIONS, serving
from worlds import APP, BROKEN, CALLEE, OWN, World, result

NIGHT = 10 * 3600
"""From NOW, which is 13:16:53 in Beijing."""

Did = Callable[[], Floor]


def watching(endpoint: Endpoint, accepted: Iterable[str] = ()) -> Floor:
    floor = Floor(frozenset(accepted))
    endpoint.watch = floor.watch
    return floor


def asked(*requests: Request | Draft | OlderDraft, **settings: Any) -> Did:
    """An account at NOW is asked these."""

    def ask() -> Floor:
        limits = settings.pop("limits", None)
        endpoint = endpoint_for(Settings(**settings))
        if limits is not None:
            endpoint = Endpoint(clock=Clock(at=NOW), limits=limits)
        floor = watching(endpoint)
        for each in requests:
            endpoint.exchange(each if isinstance(each, Request) else each.request())
        return floor

    return ask


def ordered(*names: str) -> Did:
    """A request that violates these checks and no other."""

    def ask() -> Floor:
        endpoint, draft = serving(), Draft()
        floor = watching(endpoint)
        for name in reversed(names):
            draft = VIOLATIONS[name](draft)
        endpoint.exchange(draft.request())
        return floor

    return ask


def in_a_world(do: Callable[[World], object], **described_as: Any) -> Did:
    def ask() -> Floor:
        world = World(**described_as)
        floor = watching(world.endpoint)
        do(world)
        return floor

    return ask


def call(world: World) -> None:
    world.call()


def call_at_night(world: World) -> None:
    world.at(NIGHT)
    world.call()


def after_refusals(times: int) -> Callable[[World], None]:
    def do(world: World) -> None:
        for _ in range(times):
            world.call(Callers=[BROKEN])
        world.call()

    return do


def hung_up(times: int) -> Callable[[World], None]:
    def do(world: World) -> None:
        session_id = result(world.call())["SessionId"]
        for _ in range(times):
            world.ask("HangUpCall", SessionId=session_id)

    return do


def one_that_is(world: World) -> None:
    world.ask("DescribeTelSession", SessionId=result(world.call())["SessionId"])


def one_that_never_was(world: World) -> None:
    world.ask("DescribeTelSession", SessionId="1001")


def with_line(name: str, value: str) -> Request:
    request = Draft().request()
    lines = (*request.headers.lines, (name.encode(), value.encode()))
    return request._replace(headers=Headers(lines))


def with_body(body: bytes) -> Draft:
    return Draft(body=body)


def typed(content_type: str) -> Draft:
    return Draft().with_headers({"content-type": content_type})


def tokened(credential: Credential) -> Draft:
    return Draft().by(credential).with_headers({"x-tc-token": credential.token or ""})


def in_a_query(query: bytes) -> Draft:
    return get_draft().but(query=query)


BLACK = {"callee": [{"number": CALLEE, "blacklisted": True}]}
QUERY = get_draft().query
MANY = json.dumps({**EXAMPLE, "Callers": [""] * 50_001}).encode()
TWICE = json.dumps(EXAMPLE).replace("{", '{"AIAgentId": %s, ', 1)
LARGE = b"&a=" + b"b" * 40_000
CALL = "CreateAIAgentCall"
FORBIDDEN = {"app": [{"SdkAppId": APP, "permitted": False, "agent": [{"AIAgentId": 15}], "number": [{"Number": OWN}]}]}

MATTERS: dict[str, tuple[Did, Did]] = {
    "max_pairs": (asked(in_a_query(QUERY + b"&" * 10_001)), asked(in_a_query(QUERY + b"&" * 9_000))),
    "max_values": (asked(with_body(MANY)), asked(with_body(b"[" * 10))),
    "timestamp_not_a_number": (ordered("numbers"), ordered("age")),
    "temporary_key_without_token": (asked(Draft().by(TEMPORARY)), asked(tokened(TEMPORARY))),
    "permanent_key_with_token": (asked(TOKENED), asked(Draft().with_headers({"x-tc-token": ""}))),
    "expired_token": (asked(tokened(ENDED)), asked(tokened(TEMPORARY))),
    "capitals_may_be_signed_as_sent": (asked(CAPITALS), asked(CAPITALS.but(lower=True))),
    "rule_order": (in_a_world(call_at_night, **BLACK), in_a_world(call, **BLACK)),
    "refused_attempts_count": (in_a_world(after_refusals(3)), in_a_world(after_refusals(2))),
    "own_numbers_are_subject": (in_a_world(call_at_night), in_a_world(call)),
    "hang_up_of_finished": (in_a_world(hung_up(2)), in_a_world(hung_up(1))),
    "unknown_session": (in_a_world(one_that_never_was), in_a_world(one_that_is)),
    "frame/method": (ordered("method", "product"), ordered("method")),
    "frame/product": (ordered("product", "size"), ordered("product")),
    "frame/size": (ordered("size", "presence"), ordered("size")),
    "identify/authorization": (ordered("authorization", "numbers"), ordered("authorization")),
    "identify/numbers": (ordered("numbers", "version"), ordered("numbers")),
    "identify/common-values": (ordered("common-values", "version"), ordered("common-values")),
    "route/version": (ordered("version", "secret-id"), ordered("version")),
    "route/action": (ordered("action", "signature"), ordered("action")),
    "authenticate/digest": (ordered("digest", "token"), ordered("digest")),
    "validate/missing": (ordered("missing", "unknown"), ordered("missing", "value")),
    "validate/unknown": (ordered("unknown", "type"), ordered("unknown")),
    "validate/type": (ordered("unknown", "type"), ordered("type", "value")),
    "permission": (in_a_world(call, **FORBIDDEN), in_a_world(call)),
    "repeated-header": (
        asked(with_line("X-TC-Version", "2019-01-01")),
        asked(with_line("X-TC-Version", "2020-02-10")),
    ),
    "empty-common": (asked(Draft().with_headers({"x-tc-version": ""})), ordered("presence")),
    "signed-header-order": (asked(Draft(signed=("host", "content-type"))), asked(Draft())),
    "path": (asked(Draft(path=b"/v2")), asked(Draft(path=b"/"))),
    "another-day": (asked(Draft(date="2026-11-23")), asked(Draft(date="2026-11-23", secret_key="another"))),
    "null": (asked(Draft().with_params({"Callers": None})), asked(Draft().with_params({"Callers": []}))),
    "charset": (asked(typed("application/json; charset=gbk")), asked(typed("application/xml; charset=gbk"))),
    "skip": (asked(Draft(authorization=b"SKIP")), asked(Draft(authorization=b"Bearer SKIP"))),
    "encoding": (asked(with_body(b"\xef\xbb\xbf" + json.dumps(EXAMPLE).encode())), asked(with_body(b"\xef\xbb\xbf"))),
    "empty-pairs": (asked(in_a_query(QUERY + b"&&a=1")), asked(in_a_query(QUERY + b"&a=1"))),
    "text-encoding": (
        asked(in_a_query(QUERY + b"&DeveloperSourceName=%FF")),
        asked(in_a_query(QUERY + b"&Callers.7=1")),
    ),
    "too-large": (asked(in_a_query(b"bare" + LARGE)), asked(in_a_query(QUERY + LARGE))),
    "rate-ip": (asked(Draft(), limits=Limits(ip=0)), asked(Draft(), limits=Limits(account=0))),
    "rate-order": (asked(Draft(), limits=Limits(account=0, ip=0)), asked(Draft(), limits=Limits(account=0))),
    "expiry": (
        asked(tokened(ENDED)),
        in_a_world(lambda world: world.endpoint.exchange(tokened(TEMPORARY).request())),
    ),
    "whole-numbers": (
        asked(Draft().with_params({"AIAgentId": 15.0})),
        asked(Draft().with_params({"AIAgentId": 15.5})),
    ),
    "repeated-key": (asked(with_body((TWICE % 16).encode())), asked(with_body((TWICE % 15).encode()))),
    "nested-unknown": (
        asked(Draft().with_params({"PromptVariables": [{"Key": "a", "Value": "b", "Kind": "c"}]})),
        asked(Draft().with_params({"PromptVariable": []})),
    ),
}
"""Assumption → what it decides, and what is like that and not decided by it."""


@pytest.mark.parametrize("name", MATTERS)
def test_an_assumption_is_named_where_it_decides(name: str) -> None:
    decided, _ = MATTERS[name]
    assert name in decided().found


@pytest.mark.parametrize("name", MATTERS)
def test_it_is_not_named_where_its_opposite_would_tell_the_same(name: str) -> None:
    _, undecided = MATTERS[name]
    assert name not in undecided().found


def test_every_assumption_is_judged_here_or_told_why_not() -> None:
    assumed = {point.name for point in points() if point.confidence == "assumed"}
    assert {*ASSUMPTIONS, *UNJUDGED} == assumed
    assert not ASSUMPTIONS.keys() & UNJUDGED.keys()
    assert MATTERS.keys() == ASSUMPTIONS.keys()


# --- the order of checks ----------------------------------------------------------------------------------------------

CHECKS = [check.name for stage in STAGES for check in stage.checks]


@pytest.mark.parametrize(
    "pair",
    [
        ("presence", "authorization"),
        ("authorization", "secret-id"),
        ("secret-id", "missing"),
        ("signature", "unknown"),
        ("permission", "type"),
        ("action", "content-type"),
        ("type", "value"),
        ("missing", "planned"),
        ("unknown", "behaviour"),
    ],
    ids=" before ".join,
)
def test_an_order_of_which_something_is_known_decides_nothing(pair: tuple[str, str]) -> None:
    assert ordered(*pair)().found == {}


def test_what_is_known_of_the_order_is_the_order() -> None:
    for these, those, because in ORDERED:
        assert because
        for one in these:
            for other in those:
                assert CHECKS.index(one) < CHECKS.index(other)
                assert is_known(one, other)
                assert is_known(other, one)
    assert not is_known("version", "secret-id")
    assert not is_known("missing", "unknown")


def test_both_places_are_named_where_both_are_assumed() -> None:
    found = ordered("missing", "unknown")().found
    assert {name: (each.verdict, each.otherwise) for name, each in found.items()} == {
        "validate/missing": ("MissingParameter", "UnknownParameter"),
        "validate/unknown": ("MissingParameter", "UnknownParameter"),
    }


def test_a_planned_refusal_is_compared_with_what_the_request_breaks_besides() -> None:
    limited, wrong_key = (
        Draft().with_headers({"x-ccc-mock-plan": code})
        for code in ("RequestLimitExceeded", "AuthFailure.SignatureFailure")
    )
    assert asked(limited)().found == {}
    assert list(asked(limited.without_param("Callee"))().found) == ["validate/missing"]
    assert asked(wrong_key.without_param("Callee"))().found == {}  # a signature is judged first, that is known


def test_whether_parameters_are_looked_at_before_the_rate_is_assumed() -> None:
    none = Limits(actions={CALL: 0})
    assert asked(Draft(), limits=none)().found == {}
    assert list(asked(Draft().without_param("Callee"), limits=none)().found) == ["validate/missing"]


# --- an ordinary success relies on none -------------------------------------------------------------------------------


def test_an_ordinary_success_rests_on_none() -> None:
    assert asked(Draft(), tokened(TEMPORARY), get_draft(), OlderDraft(), OlderDraft(method="POST"))().found == {}


def test_an_ordinary_success_in_a_described_world_rests_on_none() -> None:
    def do(world: World) -> None:
        session_id = result(world.call())["SessionId"]
        world.ask("DescribeTelSession", SessionId=session_id)
        world.ask("DescribeNumbers")
        world.ask("DescribeAIAgentInfoList", PageNumber=0, PageSize=10)
        world.ask("HangUpCall", SessionId=session_id)
        assert {entry.verdict for entry in world.account.journal.page().entries} == {"ok"}

    assert in_a_world(do)().found == {}


def test_what_official_clients_sent_rests_on_none() -> None:
    """Byte for byte, in every form that five of them can be set to send (fixtures/sdk)."""
    for capture in captured(TC3, SHA1, SHA256):
        known = capture.known
        credential = Credential(known["secret_id"], known["secret_key"], known["token"])
        endpoint = Endpoint(credentials=[credential], clock=Clock(at=known["timestamp"]))
        floor = watching(endpoint)
        assert endpoint.exchange(as_request(capture.pieces)).verdict == "ok"
        assert floor.found == {}, capture.name


@pytest.mark.parametrize("draft", [Draft(secret_id="AKID-nobody"), Draft(secret_key="another"), Draft(body=b"")])
def test_an_ordinary_refusal_rests_on_none(draft: Draft) -> None:
    assert asked(draft)().found == {}


# --- looking changes nothing ------------------------------------------------------------------------------------------


def exchanged(floor: bool) -> tuple[list[bytes], dict[str, Any], list[str]]:
    """What a seeded account answers, has and planned, watched or not."""
    endpoint = Endpoint(seed=7, clock=Clock(at=NOW), limits=Limits(actions={CALL: 4}))
    if floor:
        watching(endpoint)
    plans = endpoint.plan("ok, 50%: InternalError*2, ok+reset@after, FailedOperation.CallOutFailed, ok")
    replies = [endpoint.exchange(Draft().request()).reply.body for _ in range(6)]
    account = endpoint.accounts.default
    return replies, account.world_now().snapshot(), [step for plan in plans for step in plan.left()]


def test_looking_changes_nothing_of_the_account() -> None:
    assert exchanged(floor=True) == exchanged(floor=False)


def test_a_refused_attempt_is_remembered_until_the_account_begins_anew() -> None:
    world = World()
    floor = watching(world.endpoint)
    for _ in range(3):
        world.call(Callers=[BROKEN])
    with world.account.lock:
        world.account.reset()
    world.call()
    assert "refused_attempts_count" not in floor.found


def test_keys_that_sts_gives_out_are_given_out_once() -> None:
    endpoint = endpoint_for()
    floor = watching(endpoint)
    params = {"RoleArn": "qcs::cam::uin/1:roleName/a", "RoleSessionName": "session"}
    headers = {"x-tc-action": "AssumeRole", "x-tc-version": "2018-08-13"}
    draft = Draft(host="sts.tencentcloudapi.com", service="sts", params=params).with_headers(headers)
    assert endpoint.exchange(draft.request()).verdict == "ok"
    assert len(endpoint.accounts.default.minted) == 1
    assert endpoint.exchange(draft.with_params({"RoleArn": None}).request()).verdict == "MissingParameter"
    assert list(floor.found) == ["null"]


def test_the_metadata_of_a_machine_are_not_judged() -> None:
    endpoint = endpoint_for()
    floor = watching(endpoint)
    headers = Headers.of({"host": "metadata.tencentyun.com"})
    request = Request("GET", b"/latest/meta-data/cam/security-credentials/", b"", headers, b"")
    assert endpoint.exchange(request).reply.status == 200
    assert floor.found == {}


@pytest.mark.parametrize("auth", ["any", "off"])
def test_who_asks_is_not_judged_where_it_is_spared(auth: Any) -> None:
    endpoint = Endpoint(auth=auth, clock=Clock(at=NOW))
    floor = watching(endpoint)
    assert endpoint.exchange(Draft(secret_id="AKID-nobody").request()).verdict == "ok"
    draft = Draft(secret_id="AKID-nobody").without_param("Callee").with_params({"Calle": 1})
    assert endpoint.exchange(draft.request()).verdict == "MissingParameter"
    assert list(floor.found) == ["validate/missing", "validate/unknown"]


def test_what_is_accepted_is_not_looked_for() -> None:
    endpoint = endpoint_for()
    floor = watching(endpoint, accepted=["permanent_key_with_token"])
    endpoint.exchange(TOKENED.request())
    assert floor.found == {}


def test_the_first_call_is_told_and_the_others_are_counted() -> None:
    found = asked(Draft(), TOKENED, TOKENED)().found["permanent_key_with_token"]
    assert (found.n, found.action, found.count) == (2, CALL, 2)
    assert (found.verdict, found.otherwise) == ("AuthFailure.TokenFailure", "ok")


HOSTILE = {
    "empty": Request("POST", b"/", b"", Headers(), b""),
    "no method": Request("", b"", b"", Headers(), b""),
    "zeros": Request.post("ccc.tencentcloudapi.com", {"authorization": "\0", "x-tc-action": "\0"}, b"\0" * 1000),
    "deep": Draft(body=b"[" * 100_000).request(),
    "no text": Draft(body=bytes(range(256))).request(),
    "many": Draft(body=b"{" + b",".join(b'"%d":1' % n for n in range(4_000)) + b"}").request(),
    "pairs": OlderDraft(method="POST", appended=b"&a=%" * 1_000).request(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_comes_is_answered_as_if_nobody_looked(name: str) -> None:
    watched = endpoint_for()
    watching(watched)
    request = HOSTILE[name]
    assert watched.exchange(request).verdict == endpoint_for().exchange(request).verdict


def test_the_page_tells_what_is_not_judged() -> None:
    page = (Path(__file__).parents[2] / "docs" / "fidelity-floor.md").read_text("utf-8")
    for name, reason in UNJUDGED.items():
        assert f"| `{name}` | {reason} |" in page


def test_many_threads_are_watched_at_once() -> None:
    endpoint = endpoint_for()
    floor = watching(endpoint)
    drafts = [Draft(), TOKENED, Draft(secret_id="AKID-nobody")] * 12
    with ThreadPoolExecutor(6) as threads:
        verdicts = Counter(each.verdict for each in threads.map(endpoint.exchange, [each.request() for each in drafts]))
    assert verdicts == {"ok": 12, "AuthFailure.TokenFailure": 12, "AuthFailure.SecretIdNotFound": 12}
    assert [(name, each.count) for name, each in floor.found.items()] == [("permanent_key_with_token", 12)]


def test_a_fake_that_is_wrong_on_purpose_is_not_judged() -> None:
    """Its answers are no readings of the service, and what is run again would be the right one's."""

    class Wrong(Pipeline):
        def run(self, exchange: Exchange) -> None:
            exchange.request = exchange.request._replace(path=b"/wrong")
            super().run(exchange)

    endpoint = endpoint_for()
    floor = watching(endpoint)
    right = endpoint._services["ccc"]
    assert isinstance(right, Pipeline)
    endpoint._services["ccc"] = Wrong(right.stages, right.backend, right.auth)
    assert endpoint.exchange(Draft().request()).verdict == "ok"
    assert floor.found == {}
