"""Control's calls for plans and the ledger, its lists, its description, and the tokens of accounts."""

from __future__ import annotations

import hmac
import json
import threading
from typing import Any

import pytest
import schemathesis

from answers import endpoint_for
from asking import LOOPBACK, Caller
from ccc_contract import Headers, Request, load_api
from ccc_contract.model import Member, Shape
from ccc_mock import Endpoint
from ccc_mock.catalogue import HEADER, WHY, code_rows
from ccc_mock.checks.inject import PLAN_HEADER
from ccc_mock.control import MAX_BODY_BYTES, ROUTES, Control
from ccc_mock.openapi import METHODS
from ccc_mock.plans.grammar import MAX_LENGTH
from ccc_mock.world.world import World
from drafts import NOW, Draft

API = load_api()
FAILED = "FailedOperation.CallOutFailed"
BLACK = "FailedOperation.CalleeIsBlackUser"


@pytest.fixture
def endpoint() -> Endpoint:
    return endpoint_for()


@pytest.fixture
def control(endpoint: Endpoint) -> Caller:
    return Caller(Control(endpoint))


def verdicts(endpoint: Endpoint, count: int, draft: Draft | None = None) -> list[str]:
    request = (draft or Draft()).request()
    return [endpoint.exchange(request).verdict for _ in range(count)]


def names(control: Caller) -> list[str]:
    return [plan["name"] for plan in control("GET", "/_ccc/plans")[1]["plans"]]


# --- plans ----------------------------------------------------------------------------------------------------------


def test_a_plan_is_declared_and_happens(control: Caller, endpoint: Endpoint) -> None:
    status, answer = control("POST", "/_ccc/plans", {"plan": f"{FAILED}*2, ok", "name": "busy"})
    assert status == 201
    assert answer == {
        "account": endpoint.accounts.default.uin,
        "plans": [
            {
                "name": "busy", "plan": f"{FAILED}*2, ok", "consumed": False, "count": 0,
                "left": [f"{FAILED}*2", "ok"], "used_by": [], "expires_at": None,
            }
        ],
        "warnings": [],
    }  # fmt: skip
    assert verdicts(endpoint, 4) == [FAILED, FAILED, "ok", "ok"]


def test_a_plan_tells_what_was_consumed_what_is_left_and_by_which_request(control: Caller, endpoint: Endpoint) -> None:
    control("POST", "/_ccc/plans", {"plan": f"{FAILED}, InternalError, ok"})
    exchanges = [endpoint.exchange(Draft().request()) for _ in range(2)]
    (plan,) = control("GET", "/_ccc/plans/plan-1")[1]["plans"]
    assert (plan["consumed"], plan["count"], plan["left"]) == (False, 2, ["ok"])
    assert plan["used_by"] == [
        {"request_id": exchanges[0].request_id, "step": FAILED, "instead": None},
        {"request_id": exchanges[1].request_id, "step": "InternalError", "instead": None},
    ]
    verdicts(endpoint, 1)
    assert control("GET", "/_ccc/plans/plan-1")[1]["plans"][0]["consumed"] is True


def test_one_text_can_hold_several_plans(control: Caller) -> None:
    answer = control("POST", "/_ccc/plans", {"plan": f"callee=138*: {BLACK}*; {FAILED}", "name": "a"})[1]
    assert [(plan["name"], plan["plan"]) for plan in answer["plans"]] == [
        ("a", f"callee=138*: {BLACK}*"), ("a-2", FAILED),
    ]  # fmt: skip
    assert names(control) == ["a", "a-2"]


def test_a_plan_lives_as_long_as_its_ttl_by_the_accounts_clock(control: Caller, endpoint: Endpoint) -> None:
    answer = control("POST", "/_ccc/plans", {"plan": f"{FAILED}*", "ttl": 1.5})[1]
    assert answer["plans"][0]["expires_at"] == NOW + 1.5
    assert verdicts(endpoint, 1) == [FAILED]
    control("PUT", "/_ccc/clock", {"advance": 2})
    assert verdicts(endpoint, 1) == ["ok"]


def test_a_code_of_an_inherited_list_is_warned_of(control: Caller) -> None:
    inherited = next(action for action in API.actions.values() if action.errors_inherited_from)
    code = next(code for code in inherited.errors if API.errors[code].kind == "product")
    (warning,) = control("POST", "/_ccc/plans", {"plan": f"action={inherited.name}: {code}"})[1]["warnings"]
    assert inherited.name in warning


def test_plans_are_forgotten_one_by_one_and_all_together(control: Caller, endpoint: Endpoint) -> None:
    for name in ("a", "b", "c"):
        control("POST", "/_ccc/plans", {"plan": f"{FAILED}*", "name": name})
    uin = endpoint.accounts.default.uin
    assert control("DELETE", "/_ccc/plans/b") == (200, {"account": uin, "removed": ["b"]})
    assert names(control) == ["a", "c"]
    assert control("DELETE", "/_ccc/plans") == (200, {"account": uin, "removed": ["a", "c"]})
    assert control("DELETE", "/_ccc/plans") == (200, {"account": uin, "removed": []})
    assert verdicts(endpoint, 1) == ["ok"]


def test_a_plan_that_nobody_has_is_told_with_the_nearest(control: Caller) -> None:
    control("POST", "/_ccc/plans", {"plan": "ok", "name": "busy-line"})
    for method in ("GET", "DELETE"):
        status, answer = control(method, "/_ccc/plans/busy-lime")
        assert status == 404
        assert "did you mean busy-line?" in answer["error"]
    assert names(control) == ["busy-line"]


def test_a_name_that_was_given_in_process_is_found_however_it_must_be_escaped(
    control: Caller, endpoint: Endpoint
) -> None:
    endpoint.plan("ok", name="my plan/é?")
    assert control("GET", "/_ccc/plans/my%20plan%2f%C3%A9%3F")[1]["plans"][0]["name"] == "my plan/é?"


HOSTILE_NAMES = [
    "%00", "..", "%2e%2e", "%ff%fe", "a%0d%0aSet-Cookie:%20x=1", "'\"<script>", "%25", "%", "x" * 5000, "{name}",
    "%F0%9F%92%A9", "%u0041", "+",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE_NAMES)
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_hostile_name_is_only_one_that_nobody_has(control: Caller, method: str, name: str) -> None:
    control("POST", "/_ccc/plans", {"plan": "ok", "name": "a"})
    status, answer = control(method, f"/_ccc/plans/{name}")
    assert status == 404
    assert len(answer["error"]) < 300
    assert names(control) == ["a"]


@pytest.mark.parametrize(
    "path", ["/_ccc/plans/", "/_ccc/plans/a/", "/_ccc/plans/a/b", "/_ccc/plans//a", "/_ccc//plans"]
)
def test_a_path_that_is_nearly_one_is_none(control: Caller, path: str) -> None:
    control("POST", "/_ccc/plans", {"plan": "ok", "name": "a"})
    for method in ("GET", "DELETE"):
        assert control(method, path)[0] == 404
    assert names(control) == ["a"]


BAD_PLANS: dict[str, tuple[Any, str]] = {
    "no body": (b"", "plan: expected a text"),
    "no plan": ({"name": "a"}, "plan: expected a text"),
    "null": ({"plan": None}, "plan: expected a text"),
    "a number": ({"plan": 1}, "plan: expected a text"),
    "a list": ({"plan": [FAILED]}, "plan: expected a text"),
    "an object": ({"plan": {"code": FAILED}}, "plan: expected a text"),
    "empty": ({"plan": ""}, "position 0: expected a plan"),
    "unknown code": ({"plan": "ok, FailedOperation.CallOutFail"}, "position 4: CreateAIAgentCall declares no code"),
    "unknown fault": ({"plan": "ok+rest"}, "position 3: no fault 'rest'; did you mean reset"),
    "one of two": ({"plan": "ok; nonsense!"}, "position 4: expected ok or a code"),
    "a line feed": ({"plan": "ok\nok"}, "position 2: expected printable ASCII"),
    "half a character": (b'{"plan": "ok\\ud800"}', "position 2: expected printable ASCII"),
    "NUL": ({"plan": "ok\0"}, "position 2: expected printable ASCII"),
    "deep": ({"plan": "ok+delay" + "(" * 50_000}, "expected a ) for each ("),
    "empty name": ({"plan": "ok", "name": ""}, "name: expected"),
    "name with a slash": ({"plan": "ok", "name": "a/b"}, "name: expected"),
    "name with a blank": ({"plan": "ok", "name": "a b"}, "name: expected"),
    "name of dots": ({"plan": "ok", "name": ".."}, "name: expected"),
    "name with a line feed": ({"plan": "ok", "name": "a\n"}, "name: expected"),
    "name in Chinese": ({"plan": "ok", "name": "计划"}, "name: expected"),
    "long name": ({"plan": "ok", "name": "x" * 101}, "name: expected"),
    "name that is a number": ({"plan": "ok", "name": 1}, "name: expected"),
    "ttl of zero": ({"plan": "ok", "ttl": 0}, "ttl: expected a number of seconds"),
    "ttl below zero": ({"plan": "ok", "ttl": -1}, "ttl: expected a number of seconds"),
    "ttl as text": ({"plan": "ok", "ttl": "60"}, "ttl: expected a number of seconds"),
    "ttl true": ({"plan": "ok", "ttl": True}, "ttl: expected a number of seconds"),
    "ttl without end": (b'{"plan": "ok", "ttl": 1e999}', "ttl: expected a number of seconds"),
    "ttl that is no number": (b'{"plan": "ok", "ttl": NaN}', "ttl: expected a number of seconds"),
    "ttl of a century": ({"plan": "ok", "ttl": 4e9}, "ttl: expected a number of seconds"),
    "unknown key": ({"plan": "ok", "nmae": "a"}, "unknown key nmae; did you mean name?"),
    "a list as the body": ([{"plan": "ok"}], "expected a JSON object"),
    "a text as the body": (b"plan=ok", "expected a JSON object"),
}


@pytest.mark.parametrize("case", BAD_PLANS)
def test_a_bad_plan_is_told_and_changes_nothing(control: Caller, case: str) -> None:
    control("POST", "/_ccc/plans", {"plan": "ok", "name": "first"})
    body, told = BAD_PLANS[case]
    status, answer = control("POST", "/_ccc/plans", body)
    assert status == 400
    assert told in answer["error"]
    assert len(answer["error"]) < 1000
    assert ("position" in answer) is answer["error"].startswith("position ")
    assert names(control) == ["first"]


def test_the_position_is_a_key_of_its_own(control: Caller) -> None:
    answer = control("POST", "/_ccc/plans", {"plan": "ok, ok+delay(5)"})[1]
    assert answer["position"] == 13
    assert answer["error"].startswith("position 13: ")


def test_a_name_that_is_taken_is_told_and_nothing_is_declared(control: Caller) -> None:
    control("POST", "/_ccc/plans", {"plan": "ok", "name": "a-2"})
    for body in ({"plan": "ok", "name": "a-2"}, {"plan": "ok; ok", "name": "a"}):
        status, answer = control("POST", "/_ccc/plans", body)
        assert status == 409
        assert "'a-2' exists" in answer["error"]
    assert names(control) == ["a-2"]


def test_plans_have_a_bound(control: Caller, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(endpoint.accounts.default.plans), "MAX_PLANS", 2)
    assert control("POST", "/_ccc/plans", {"plan": "ok; ok"})[0] == 201
    status, answer = control("POST", "/_ccc/plans", {"plan": "ok"})
    assert status == 409
    assert "2 plans exist" in answer["error"]


def test_a_plan_of_100_000_steps_is_taken(control: Caller) -> None:
    status, answer = control("POST", "/_ccc/plans", {"plan": ", ".join([FAILED, "ok+delay(5s)"] * 50_000)})
    assert status == 201
    assert len(answer["plans"][0]["left"]) == 100


def test_a_body_beyond_the_bound_of_its_route_is_refused(control: Caller) -> None:
    assert control("POST", "/_ccc/plans", b" " * (MAX_BODY_BYTES + 1))[0] == 413
    assert control("POST", "/_ccc/plans", {"plan": "o" * (MAX_LENGTH + 1)})[0] == 400
    assert control("POST", "/_ccc/reset", b" " * (64 * 1024 + 1))[0] == 413


def test_32_threads_that_declare_at_once_lose_nothing(control: Caller) -> None:
    answers: list[tuple[int, Any]] = []

    def declare(n: int) -> None:
        answers.append(control("POST", "/_ccc/plans", {"plan": "ok", "name": f"same-{n % 16}"}))

    threads = [threading.Thread(target=declare, args=(n,)) for n in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for status, _ in answers) == [201] * 16 + [409] * 16
    assert sorted(names(control)) == sorted(f"same-{n}" for n in range(16))


# --- the ledger -----------------------------------------------------------------------------------------------------


def test_the_ledger_tells_who_was_dialled(control: Caller, endpoint: Endpoint) -> None:
    endpoint.plan(f"{FAILED}, ok")
    draft = Draft().with_params({"Variables": [{"Key": "k", "Value": "v"}]})
    failed, placed = (endpoint.exchange(draft.request()) for _ in range(2))
    status, answer = control("GET", "/_ccc/ledger")
    assert (status, failed.verdict, placed.verdict) == (200, FAILED, "ok")
    assert answer == {
        "account": endpoint.accounts.default.uin,
        "count": 1,
        "dropped": 0,
        "calls": [
            {
                "n": 1, "at": NOW, "request_id": placed.request_id, "action": "CreateAIAgentCall",
                "callee": "008612300000000", "params": draft.params, "session_id": placed.result["SessionId"],
                "secret_id": "…l-id", "lost": False,
            }
        ],
        "duplicates": [],
    }  # fmt: skip


def test_the_ledger_tells_whose_phone_rang_twice(control: Caller, endpoint: Endpoint) -> None:
    endpoint.plan("ok+empty, ok, ok")
    verdicts(endpoint, 3)
    answer = control("GET", "/_ccc/ledger")[1]
    assert [call["lost"] for call in answer["calls"]] == [True, False, False]
    assert answer["duplicates"] == [{"first": 1, "again": 2}, {"first": 1, "again": 3}]


@pytest.mark.parametrize("spelling", ["0086138", "+86138", "%2B86138", "138", "+86%20138", "86-138".replace("86-", "")])
def test_the_ledger_is_asked_for_a_number_in_any_spelling(control: Caller, endpoint: Endpoint, spelling: str) -> None:
    endpoint.plan("ok+empty*")
    for callee in ("139", "+86138", "0086138", "139"):
        verdicts(endpoint, 1, Draft().with_params({"Callee": callee}))
    answer = control("GET", f"/_ccc/ledger?callee={spelling}")[1]
    assert [call["n"] for call in answer["calls"]] == [2, 3]
    assert (answer["count"], answer["duplicates"]) == (4, [{"first": 2, "again": 3}])
    assert control("GET", "/_ccc/ledger?callee=nobody")[1]["calls"] == []


def test_what_the_kept_part_cannot_answer_is_told(
    control: Caller, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint.accounts.default.ledger, "max_calls", 2)
    verdicts(endpoint, 3)
    for query in ("", "?callee=138"):
        status, answer = control("GET", f"/_ccc/ledger{query}")
        assert status == 409
        assert "1 of 3 calls were dropped" in answer["error"]


# --- lists ----------------------------------------------------------------------------------------------------------


def test_every_code_is_listed_in_both_languages(control: Caller) -> None:
    for language, tag in (("en", "en-US"), ("zh", "zh-CN")):
        rows = control("GET", f"/_ccc/errors?lang={language}")[1]["errors"]
        assert [row["code"] for row in rows] == list(API.errors)
        assert all(row["meaning"] == API.errors[row["code"]].meaning(tag) for row in rows)
        assert all(row["why"] == WHY[row["retry"]][language] for row in rows)
    assert control("GET", "/_ccc/errors")[1] == control("GET", "/_ccc/errors?lang=en")[1]
    assert control("GET", "/_ccc/errors?lang=fr")[0] == 400


def test_every_word_on_repeating_has_a_sentence_in_both_languages() -> None:
    assert set(WHY) == {error.retry for error in API.errors.values()}
    assert all(sentences["en"].isascii() and not sentences["zh"].isascii() for sentences in WHY.values())


ROWS = {row["code"]: row for row in code_rows(API)}


def draft_for(plan: str) -> Draft:
    """A call that a plan is for."""
    if not plan.startswith("action="):
        return Draft()
    action = API.actions[plan.removeprefix("action=").partition(":")[0]]
    return Draft(params=least(action.input)).with_headers({"x-tc-action": action.name})


def least(shape: Shape) -> dict[str, Any]:
    """The least that fits a shape."""
    return {name: _value(shape.members[name]) for name in shape.required}


def _value(member: Member) -> Any:
    if member.type == "object":
        return least(API.shapes[member.of])
    return {"string": "x", "bool": True, "list": []}.get(member.type, 1)


@pytest.mark.parametrize("code", ROWS)
def test_every_way_to_provoke_a_code_provokes_it(control: Caller, endpoint: Endpoint, code: str) -> None:
    ways = ROWS[code]["provoke"]
    for plan in ways["plan"]:
        endpoint.plan(plan)
        assert verdicts(endpoint, 1, draft_for(plan)) == [code]
    method, path, body = ways["control"].values()
    assert control(method, path, body)[0] == 201
    assert verdicts(endpoint, 1, draft_for(body["plan"])) == [code]
    assert verdicts(endpoint, 1, Draft().with_headers(ways["header"])) == [code]
    for number in ways["magic"]:
        assert verdicts(endpoint, 1, Draft().with_params({"Callee": number})) == [code]


def test_whoever_declares_a_code_is_named() -> None:
    for row in ROWS.values():
        assert row["actions"] == [action.name for action in API.actions.values() if row["code"] in action.errors]
        assert set(row["inherited"]) <= set(row["actions"])
        assert row["actions"] or row["kind"] == "common"
        assert list(row["provoke"]["header"]) == [HEADER]
    assert HEADER.lower().encode() == PLAN_HEADER


def test_the_numbers_are_those_of_the_servers_prefix() -> None:
    for prefix, number in (("+86199000", "+861990000001"), ("+1555", "+15550001"), ("", None)):
        control = Caller(Control(Endpoint(magic_prefix=prefix)))
        (row,) = (row for row in control("GET", "/_ccc/errors")[1]["errors"] if row["code"] == FAILED)
        assert row["provoke"]["magic"] == ([number] if number else [])


def test_every_action_is_listed(control: Caller) -> None:
    rows = control("GET", "/_ccc/actions")[1]["actions"]
    assert [row["action"] for row in rows] == list(API.actions)
    assert [row["action"] for row in rows if row["answers"]] == [
        "CreateAIAgentCall", "DescribeAIAgentInfoList", "DescribeNumbers", "DescribeTelSession", "HangUpCall",
    ]  # fmt: skip


# --- the description ------------------------------------------------------------------------------------------------


def test_the_description_has_every_route_and_no_other(control: Caller) -> None:
    document = control("GET", "/_ccc/openapi.json")[1]
    assert document["openapi"] == "3.1.0"
    described = {(method, path) for path, item in document["paths"].items() for method in item}
    served = {
        (method, route.path)
        for route in ROUTES
        for method in (METHODS if route.method == "ANY" else [route.method.lower()])
    }
    assert described == served
    for route in ROUTES:
        operation = document["paths"][route.path]["get" if route.method == "ANY" else route.method.lower()]
        assert operation["summary"] == route.says
        assert str(route.status) in operation["responses"]
        assert [key["name"] for key in operation["parameters"] if key["in"] == "query"] == [k.name for k in route.query]
        body = operation.get("requestBody", {"content": {"application/json": {"schema": {"properties": {}}}}})
        assert list(body["content"]["application/json"]["schema"]["properties"]) == [key.name for key in route.body]
    operations = [operation["operationId"] for item in document["paths"].values() for operation in item.values()]
    assert len(operations) == len(set(operations))


def test_the_description_is_openapi_to_somebody_else(control: Caller) -> None:
    schema = schemathesis.openapi.from_dict(control("GET", "/_ccc/openapi.json")[1])
    schema.validate()
    assert schema.statistic.operations.total == len(ROUTES) - 1 + len(METHODS)


# --- the redirect ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "FOO"])
def test_a_redirect_leads_to_itself_for_everybody(endpoint: Endpoint, method: str) -> None:
    for control in (Control(endpoint), Control(endpoint, token="secret")):
        lines = Headers.of(
            {"host": "evil.example", "authorization": "TC3-HMAC-SHA256 …", "origin": "https://x.example"}
        )
        answer = control.handle(Request(method, b"/_ccc/redirect", b"a=b&&c", lines, b"{" * 100_000))
        assert (answer.status, answer.header[b"location"]) == (302, b"/_ccc/redirect")


# --- whose token ----------------------------------------------------------------------------------------------------


class Team:
    """An account and its token."""

    def __init__(self, control: Control, owner: Caller) -> None:
        status, made = owner("POST", "/_ccc/accounts")
        assert status == 201
        self.uin, self.token = made["account"], made["control_token"]
        self.ask = Caller(control, authorization=f"Bearer {self.token}")
        self.draft = Draft(secret_id=made["secret_id"], secret_key=made["secret_key"])


@pytest.fixture(params=[None, "secret"], ids=["open", "with a token"])
def server(request: pytest.FixtureRequest, endpoint: Endpoint) -> tuple[Control, Caller]:
    """Control, and who owns it."""
    control = Control(endpoint, token=request.param)
    return control, Caller(control, **({"authorization": f"Bearer {request.param}"} if request.param else {}))


@pytest.fixture
def a(server: tuple[Control, Caller]) -> Team:
    return Team(*server)


@pytest.fixture
def b(server: tuple[Control, Caller]) -> Team:
    return Team(*server)


BODIES = {
    "PUT /_ccc/clock": {"at": 5},
    "POST /_ccc/plans": {"plan": "InternalError", "name": "y"},
    "PUT /_ccc/world": {"base": "strict"},
    "POST /_ccc/sessions/{name}": {"hang_up": True},
    "PUT /_ccc/snapshot": World().snapshot(),
}
OF_AN_ACCOUNT = [route for route in ROUTES if route.opens_to == "account"]


def state(endpoint: Endpoint, uin: str) -> tuple[Any, ...]:
    account = endpoint.accounts.account(uin)
    assert account is not None
    return (
        account.clock.moved(), account.journal.last, len(account.journal), account.ledger.count,
        [(plan.name, plan.count) for plan in account.plans], account.control_token, account.world.snapshot(),
    )  # fmt: skip


@pytest.mark.parametrize("route", OF_AN_ACCOUNT, ids=lambda route: f"{route.method} {route.path}")
def test_a_team_cannot_touch_another(endpoint: Endpoint, a: Team, b: Team, route: Any) -> None:
    endpoint.plan("ok*2", endpoint.accounts.account(b.uin), name="x")
    endpoint.exchange(b.draft.request())
    before = state(endpoint, b.uin), state(endpoint, endpoint.accounts.default.uin)
    body = BODIES.get(f"{route.method} {route.path}", b"")
    path = route.path.format(name="x")
    for other in (b.uin, endpoint.accounts.default.uin, "100000999999", "", "x" * 300):
        status, answer = a.ask(route.method, f"{path}?account={other}", body)
        assert status == 403
        assert a.uin in answer["error"]
        assert b.token not in json.dumps(answer)
    assert (state(endpoint, b.uin), state(endpoint, endpoint.accounts.default.uin)) == before


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("route", OF_AN_ACCOUNT, ids=lambda route: f"{route.method} {route.path}")
def test_a_team_acts_on_its_own_account(endpoint: Endpoint, a: Team, route: Any, named: bool) -> None:
    endpoint.plan("ok", endpoint.accounts.account(a.uin), name="x")
    endpoint.accounts.account(a.uin).clock.freeze(NOW)
    called = endpoint.exchange(a.draft.request()).result["SessionId"]
    name = called if route.path.startswith("/_ccc/sessions") else "x"
    body = BODIES.get(f"{route.method} {route.path}", b"")
    query = f"?account={a.uin}" if named else ""
    status, answer = a.ask(route.method, route.path.format(name=name) + query, body)
    assert status == route.status
    assert answer["account"] == a.uin


def test_a_team_makes_no_account(endpoint: Endpoint, a: Team) -> None:
    before = len(list(endpoint.accounts))
    status, answer = a.ask("POST", "/_ccc/accounts")
    assert status == 403
    assert "the server's token" in answer["error"]
    assert len(list(endpoint.accounts)) == before


@pytest.mark.parametrize("path", ["/_ccc/errors", "/_ccc/actions", "/_ccc/openapi.json", "/_ccc/health"])
def test_any_token_opens_the_lists(a: Team, path: str) -> None:
    assert a.ask("GET", path)[0] == 200


def test_the_owner_of_the_server_acts_on_every_account(server: tuple[Control, Caller], a: Team, b: Team) -> None:
    _, owner = server
    for team in (a, b):
        assert owner("POST", f"/_ccc/plans?account={team.uin}", {"plan": "ok"})[0] == 201
        assert len(owner("GET", f"/_ccc/plans?account={team.uin}")[1]["plans"]) == 1
    assert owner("GET", "/_ccc/plans")[1]["plans"] == []


def test_a_token_ends_with_its_account(server: tuple[Control, Caller], a: Team, b: Team) -> None:
    assert a.ask("DELETE", "/_ccc/accounts")[0] == 200
    assert a.ask("GET", "/_ccc/journal")[0] == 401
    assert b.ask("GET", "/_ccc/journal")[0] == 200


def test_a_reset_keeps_the_token(a: Team) -> None:
    assert a.ask("POST", "/_ccc/reset")[0] == 200
    assert a.ask("GET", "/_ccc/journal")[0] == 200


def bad_tokens(a: Team, b: Team) -> list[str]:
    swapped = b.token.replace(b.uin, a.uin)
    return [
        "", "Bearer", "Bearer ", f"Bearer {a.token}x", f"Bearer {a.token[:-1]}", f"bearer {a.token}", a.token,
        f"Basic {a.token}", f"Bearer  {a.token}", f"Bearer {a.token} ", f"Bearer {swapped}", "Bearer nonsense",
        f"Bearer ccc-mock-control-{a.uin}-", f"Bearer ccc-mock-control-{a.uin}", "Bearer ccc-mock-control-9-x",
        "Bearer ccc-mock-control-" + "9" * 500 + "-x", f"Bearer {a.token}, Bearer {b.token}", "Bearer \u0661",
    ]  # fmt: skip


def test_a_token_that_is_sent_must_be_right(server: tuple[Control, Caller], a: Team, b: Team) -> None:
    control, _ = server
    for given in bad_tokens(a, b):
        for route in ROUTES:
            if route.opens_to != "anyone":
                asked = Caller(control, authorization=given)
                assert asked(route.method, route.path, BODIES.get(f"{route.method} {route.path}", b""))[0] == 401, given


def test_without_a_token_an_open_server_is_open(endpoint: Endpoint) -> None:
    owner = Caller(Control(endpoint))
    team = Team(owner.control, owner)
    assert owner("GET", f"/_ccc/plans?account={team.uin}")[0] == 200


def test_the_tokens_host_and_origin_are_judged_all_the_same(a: Team) -> None:
    assert a.ask("GET", "/_ccc/journal", origin="https://evil.example")[0] == 403
    assert a.ask("GET", "/_ccc/journal", host=LOOPBACK)[0] == 200


def test_the_token_of_an_account_is_compared_in_constant_time(a: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    compare = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda x, y: compared.append(y) or compare(x, y))
    a.ask("GET", "/_ccc/journal")
    assert compared[-1] == f"Bearer {a.token}".encode()


def test_tokens_are_neither_repeated_nor_shown() -> None:
    endpoint = Endpoint(seed=1)
    accounts = [endpoint.accounts.make(seed=1).account for _ in range(50)]
    assert len({account.control_token for account in accounts}) == 50
    assert all(len(account.control_token.rpartition("-")[2]) == 36 for account in accounts)
    assert accounts[0].control_token not in repr(accounts[0])
    assert accounts[0].control_token != Endpoint(seed=1).accounts.make(seed=1).account.control_token
