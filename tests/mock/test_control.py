"""Control, command by command, without a socket."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest

from asking import LOOPBACK, Caller
from ccc_contract import Headers, Request
from ccc_mock import Clock, Endpoint
from ccc_mock.clock import parse_time
from ccc_mock.control import MAX_BODY_BYTES, ROUTES, Control
from drafts import NOW, Draft

CONTROL_MD = Path(__file__).parents[2] / "docs" / "control.md"


@pytest.fixture
def endpoint() -> Endpoint:
    return Endpoint(seed=1, clock=Clock(at=1795324613))


@pytest.fixture
def control(endpoint: Endpoint) -> Caller:
    return Caller(Control(endpoint))


def test_health_echoes_the_nonce(control: Caller) -> None:
    status, body = control("GET", "/_ccc/health?nonce=a%20b")
    assert (status, body["ready"], body["nonce"]) == (200, True, "a b")
    assert body["name"] == "ccc-mock"


def test_both_hands_are_frozen_moved_and_released(control: Caller) -> None:
    def hands(**body: object) -> tuple[float, float]:
        _, told = control("PUT", "/_ccc/clock", body)
        return told["world"], told["signing"]

    assert hands(at=1800000000) == (1800000000, 1800000000)
    assert hands(advance=30.5) == (1800000030.5, 1800000030.5)
    assert hands(at="2026-11-22T10:00:00+08:00") == (1795312800, 1795312800)
    _, told = control("PUT", "/_ccc/clock", {"real": True})
    assert (told["speed"], told["signing_frozen"]) == (1, False)
    assert abs(time.time() - told["world"]) < 60


def test_the_hands_are_moved_apart(control: Caller) -> None:
    assert control("PUT", "/_ccc/clock", {"world": "22:10"})[1]["world"] == parse_time("2026-11-22T22:10:00+08:00")
    assert control("PUT", "/_ccc/clock", {"skew": -30})[1]["signing"] == NOW - 30
    _, told = control("PUT", "/_ccc/clock", {"speed": 60})
    assert (told["speed"], told["signing_frozen"], told["skew"]) == (60, True, -30)
    assert control("GET", "/_ccc/clock")[1]["speed"] == 60


BAD_CLOCKS = {
    "none": ({}, "exactly one"),
    "two": ({"at": 1, "advance": 1}, "exactly one"),
    "text": ({"at": "noon"}, "ISO time"),
    "no offset": ({"at": "2026-11-22T10:00:00"}, "offset"),
    "boolean": ({"at": True}, "Unix second"),
    "list": ({"at": []}, "Unix second"),
    "too far": ({"at": 1e15}, "between 1970 and 9999"),
    "infinite": (b'{"at": 1e999}', "between 1970 and 9999"),
    "not a number": (b'{"at": NaN}', "between 1970 and 9999"),
    "back": ({"advance": -1}, "zero or more"),
    "advance text": ({"advance": "1"}, "number of seconds"),
    "advance too far": ({"advance": 1e300}, "between 1970 and 9999"),
    "advance huge": (b'{"advance": 1' + b"0" * 400 + b"}", "advance"),
    "unreal": ({"real": False}, "expected true"),
    "no time of day": ({"world": "25:00"}, "ISO time"),
    "world list": ({"world": []}, "time of day"),
    "stopped": ({"speed": 0}, "above 0"),
    "speed text": ({"speed": "2"}, "number above 0"),
    "speed flag": ({"speed": True}, "number above 0"),
    "too fast": ({"speed": 1e7}, "above 0 and up to"),
    "skew text": ({"skew": "2"}, "number of seconds"),
    "skew too far": ({"skew": -1e12}, "either way"),
    "unknown": ({"advanse": 1}, "did you mean advance?"),
    "no object": ([1], "JSON object"),
    "no json": (b"{", "JSON object"),
    "no utf-8": (b'{"at": "\xff"}', "JSON object"),
    "deep": (b"[" * 60_000, "JSON object"),
}


@pytest.mark.parametrize("case", BAD_CLOCKS)
def test_a_bad_clock_is_told_and_changes_nothing(control: Caller, endpoint: Endpoint, case: str) -> None:
    body, told = BAD_CLOCKS[case]
    status, answer = control("PUT", "/_ccc/clock", body)
    assert status == 400
    assert told in answer["error"]
    assert endpoint.accounts.default.clock.world() == 1795324613


def test_a_temporary_credential_ends_when_its_account_has_come_so_far(control: Caller, endpoint: Endpoint) -> None:
    _, made = control("POST", "/_ccc/accounts", {"at": NOW, "duration_seconds": 1800})
    assert made["token"].startswith("ccc-mock-token-")
    assert made["expires_at"] == NOW + 1800
    draft = Draft(secret_id=made["secret_id"], secret_key=made["secret_key"])

    def verdict(at: int) -> str:
        endpoint.accounts.account(made["account"]).clock.freeze(at)
        headers = {"x-tc-timestamp": str(at), "x-tc-token": made["token"]}
        return endpoint.exchange(draft.with_headers(headers).request()).verdict

    assert [verdict(NOW), verdict(NOW + 1799), verdict(NOW + 1800)] == ["ok", "ok", "AuthFailure.TokenFailure"]


def test_without_a_duration_a_credential_is_permanent(control: Caller) -> None:
    _, made = control("POST", "/_ccc/accounts", {"duration_seconds": None})
    assert (made["token"], made["expires_at"]) == (None, None)


def test_an_account_is_made_used_and_removed(control: Caller, endpoint: Endpoint) -> None:
    status, made = control("POST", "/_ccc/accounts", {"seed": 7, "at": 1795324613})
    assert status == 201
    account = endpoint.accounts.account(made["account"])
    assert account is not None
    assert account.clock.world() == 1795324613
    assert endpoint.accounts.grant(made["secret_id"]).credential.secret_key == made["secret_key"]
    assert control("DELETE", f"/_ccc/accounts?account={made['account']}")[0] == 200
    assert endpoint.accounts.grant(made["secret_id"]) is None
    assert control("GET", f"/_ccc/journal?account={made['account']}")[0] == 404


def test_a_command_acts_on_the_account_it_names_and_on_no_other(control: Caller, endpoint: Endpoint) -> None:
    _, made = control("POST", "/_ccc/accounts", {"at": 1000})
    control("PUT", f"/_ccc/clock?account={made['account']}", {"advance": 5})
    assert endpoint.accounts.account(made["account"]).clock.world() == 1005
    assert endpoint.accounts.default.clock.world() == 1795324613
    control("PUT", "/_ccc/clock", {"advance": 1})
    control("POST", "/_ccc/reset")
    assert endpoint.accounts.default.clock.world() == 1795324613
    assert endpoint.accounts.account(made["account"]).clock.world() == 1005


def test_the_default_account_cannot_be_removed(control: Caller, endpoint: Endpoint) -> None:
    assert control("DELETE", f"/_ccc/accounts?account={endpoint.accounts.default.uin}")[0] == 409
    assert control("DELETE", "/_ccc/accounts")[0] == 400


def test_a_reset_repeats_ids_only_where_a_seed_was_given() -> None:
    for seed, repeats in ((7, True), (None, False)):
        endpoint = Endpoint(seed=seed, clock=Clock(at=1795324613))
        first = endpoint.handle(Request.post("x", {})).body
        Caller(Control(endpoint))("POST", "/_ccc/reset")
        assert (endpoint.handle(Request.post("x", {})).body == first) is repeats


def test_the_journal_is_read_in_pages(control: Caller, endpoint: Endpoint) -> None:
    for _ in range(5):
        endpoint.handle(Request.post("127.0.0.1", {}))
    _, page = control("GET", "/_ccc/journal?after=1&limit=2")
    assert [entry["n"] for entry in page["entries"]] == [2, 3]
    assert (page["last"], page["dropped"], page["form"]) == (5, 0, 1)
    assert control("GET", "/_ccc/journal?after=5")[1]["entries"] == []
    assert control("GET", "/_ccc/journal?after=9999999999")[1]["entries"] == []


@pytest.mark.parametrize(
    "query", ["after=-1", "after=x", "after=", "limit=0", "limit=1001", "limit=1e3", "after=1&after=2", "afer=1", "x"]
)
def test_a_bad_page_is_told(control: Caller, query: str) -> None:
    status, answer = control("GET", f"/_ccc/journal?{query}")
    assert status == 400
    assert query.partition("=")[0] in answer["error"] or "name=value" in answer["error"]


DURATIONS = [0, -1, "60", True, [1], 129_601, float("nan")]


@pytest.mark.parametrize(
    "body",
    [
        {"seed": "1"},
        {"seed": True},
        {"seed": 1.5},
        {"at": None, "sed": 1},
        *({"duration_seconds": n} for n in DURATIONS),
    ],
)
def test_a_bad_account_is_told(control: Caller, body: Any) -> None:
    assert control("POST", "/_ccc/accounts", body)[0] == 400


def test_a_body_beyond_the_bound_is_refused(control: Caller) -> None:
    assert control("PUT", "/_ccc/clock", b" " * (MAX_BODY_BYTES + 1))[0] == 413


def test_an_unknown_path_names_the_nearest(control: Caller) -> None:
    status, answer = control("GET", "/_ccc/jurnal")
    assert status == 404
    assert "did you mean /_ccc/journal?" in answer["error"]


def test_a_wrong_method_names_the_right_ones(control: Caller) -> None:
    status, answer = control("GET", "/_ccc/accounts")
    assert status == 405
    assert "POST and DELETE" in answer["error"]
    lines = Headers.of({"host": LOOPBACK})
    refused = control.control.handle(Request("GET", b"/_ccc/accounts", b"", lines, b""))
    assert refused.header[b"allow"] == b"POST, DELETE"


PROTECTED = [(route.method, route.path) for route in ROUTES if route.opens_to != "anyone"]

LOOPBACK_HOSTS = [
    "127.0.0.1",
    "127.0.0.1:8679",
    "localhost",
    "LOCALHOST:1",
    "ccc.localhost:8679",
    "[::1]:8679",
    "127.9.9.9",
]
FOREIGN_HOSTS = [
    "evil.example",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "",
    "10.0.0.1",
    "0.0.0.0",
    "[::2]:1",
]


@pytest.mark.parametrize("host", LOOPBACK_HOSTS)
def test_loopback_names_are_answered(control: Caller, host: str) -> None:
    assert control("GET", "/_ccc/journal", host=host)[0] == 200


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
@pytest.mark.parametrize(("method", "path"), PROTECTED)
def test_other_names_are_refused(control: Caller, host: str, method: str, path: str) -> None:
    assert control(method, path, host=host)[0] == 403


def test_an_allowed_name_is_answered(endpoint: Endpoint) -> None:
    control = Caller(Control(endpoint, allowed_hosts=("Fake.Internal",)))
    assert control("GET", "/_ccc/journal", host="fake.internal:80")[0] == 200
    assert control("GET", "/_ccc/journal", host="other.internal")[0] == 403


def test_health_is_open_to_all(endpoint: Endpoint) -> None:
    control = Caller(Control(endpoint, token="secret"))
    assert control("GET", "/_ccc/health", host="evil.example", origin="https://evil.example")[0] == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost:8679", "file://"]
)
@pytest.mark.parametrize(("method", "path"), PROTECTED)
def test_web_pages_of_other_origins_are_refused(control: Caller, origin: str, method: str, path: str) -> None:
    assert control(method, path, origin=origin)[0] == 403


def test_its_own_origin_is_answered(control: Caller) -> None:
    assert control("GET", "/_ccc/journal", origin=f"http://{LOOPBACK}")[0] == 200


@pytest.mark.parametrize(
    "given",
    ["", "secret", "Bearer", "Bearer  secret", "Bearer secre", "Bearer secrets", "bearer secret", "Basic secret"],
)
@pytest.mark.parametrize(("method", "path"), PROTECTED)
def test_without_the_token_nothing_is_done(endpoint: Endpoint, given: str, method: str, path: str) -> None:
    control = Caller(Control(endpoint, token="secret"))
    assert control(method, path, authorization=given)[0] == 401


def test_with_the_token_every_name_is_answered(endpoint: Endpoint) -> None:
    control = Caller(Control(endpoint, token="secret"))
    assert control("GET", "/_ccc/journal", host="10.0.0.1", authorization="Bearer secret")[0] == 200


def test_the_token_is_compared_in_constant_time(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    import hmac

    compared = []
    compare = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda a, b: compared.append(b) or compare(a, b))
    Caller(Control(endpoint, token="secret"))("GET", "/_ccc/journal", authorization="Bearer secret")
    assert compared == [b"Bearer secret"]


def test_no_answer_lets_other_origins_read_it(endpoint: Endpoint) -> None:
    lines = Headers.of({"host": LOOPBACK, "origin": "https://evil.example"})
    answer = Control(endpoint).handle(Request("OPTIONS", b"/_ccc/journal", b"", lines, b""))
    assert not any(name.lower().startswith(b"access-control") for name, _ in answer.headers)


def test_accounts_have_a_bound(control: Caller, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(endpoint.accounts), "MAX_ACCOUNTS", 2)
    assert control("POST", "/_ccc/accounts")[0] == 201
    status, answer = control("POST", "/_ccc/accounts")
    assert status == 409
    assert "2 accounts exist" in answer["error"]


def test_docs_tell_every_route_and_no_other() -> None:
    told = re.findall(r"^\| `(\w+) (/_ccc[^`]*)` \|(.*)\|(.*)\|(.*)\|$", CONTROL_MD.read_text("utf-8"), re.MULTILINE)
    assert [(method, path) for method, path, *_ in told] == [(route.method, route.path) for route in ROUTES]
    for route, (_, _, _, query, body) in zip(ROUTES, told, strict=True):
        assert re.findall("`(\\w+)`", query) == [key.name for key in route.query]
        assert re.findall("`(\\w+)`", body) == [key.name for key in route.body]


def test_docs_and_the_table_say_the_same_of_a_route() -> None:
    text = CONTROL_MD.read_text("utf-8")
    for route in ROUTES:
        assert f"| `{route.method} {route.path}` | {route.says}" in text
