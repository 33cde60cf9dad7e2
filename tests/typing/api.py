"""The public API as users write it.  Checked by mypy --strict, never run."""

from __future__ import annotations

import httpx
import httpx2

from ccc_contract import (
    Api,
    ApiError,
    AsyncClient,
    CallOutcomeUnknown,
    CccError,
    Client,
    Headers,
    Request,
    Response,
    Retries,
    load_api,
    sign,
)
from ccc_contract import (
    Credential as Key,
)
from ccc_contract.client import Answer, Attempt, Pace, PlacedCall
from ccc_mock import (
    DEFAULT_CREDENTIAL,
    Clock,
    Credential,
    Delivery,
    Endpoint,
    Fake,
    Limits,
    NoFake,
    NotSupportedByFake,
    Reply,
    Settings,
    fake,
    guard,
)
from ccc_mock.audit import Audit


def in_process() -> bytes:
    endpoint = Endpoint(
        credentials=[Credential("id", "key"), Credential("temporary", "key", token="token")],
        clock=Clock(at=1795324613),
        seed=7,
        settings=Settings(session_id="dashless"),
        limits=Limits(actions={"CreateAIAgentCall": 5, "HangUpCall": None}, account=40, account_global=80, ip=100),
    )
    request = Request.post("127.0.0.1", {"content-type": "application/json"}, b"{}")
    try:
        reply: Reply = endpoint.handle(sign(request, "id", "key", timestamp=1795324613))
    except NotSupportedByFake as unsupported:
        return str(unsupported).encode()
    delivery: Delivery = reply.delivery
    assert delivery.delay_seconds == 0.0
    return reply.body


@fake(plan="ok", at="22:10", limits=True)
def unchanged_code(number: int, ccc: Fake) -> list[str | None]:
    ccc.assert_no_duplicates()
    return [call.code for call in ccc.calls if call.at > number and call.params]


@fake(credentials=[Credential("id", "key")], auth="any", cure="ask for it")
def patient_code(ccc: Fake) -> float:
    with ccc.virtual_time():
        return ccc.clock.world()


def guarded() -> list[str]:
    with guard() as watched, fake(seed=1) as ccc:
        codes: list[str | None] = unchanged_code(3)
        variables: dict[str, str] = ccc.environment()
        try:
            assert codes or variables
        except NoFake as stopped:
            return [str(stopped)]
    return watched.refused


def the_contract() -> tuple[str, ...]:
    api: Api = load_api()
    action = api.actions["CreateAIAgentCall"]
    required: bool = action.input.members["Callee"].required
    return action.errors if required else ()


def values() -> str:
    response = Response(200, ((b"Content-Type", b"application/json"),), b"{}")
    headers = Headers.of({"host": "x"})
    error = ApiError("InternalError", "…")
    return response.text + headers.text(b"host") + error.code + DEFAULT_CREDENTIAL.secret_id


def audited(ccc: Fake) -> list[tuple[str, str, tuple[int, ...]]]:
    sound: Audit = ccc.assert_sound_retries(ignore={"no-jitter": "one worker"})
    assert sound.calls
    found: Audit = ccc.audit_retries()
    told: dict[int, str] = found.by_entry()
    return [(each.rule, told[each.entries[0]], each.entries) for each in found]


def watch(attempt: Attempt) -> tuple[int, CccError | None, float | None]:

    return attempt.number, attempt.error, attempt.next_in_seconds


def call(pace: Pace) -> str:
    retries = Retries(attempts=2, deadline_seconds=10, even_if_unknown=["HangUpCall"])
    with Client(Key("id", "key"), endpoint="http://127.0.0.1:8679", retries=retries, on_attempt=watch) as client:
        try:
            placed: PlacedCall = client.create_ai_agent_call(sdk_app_id=1, ai_agent_id=2, callee="3", callers=["4"])
        except CallOutcomeUnknown as unknown:
            came: Response | None = unknown.answer
            return str(came)
        answer: Answer = client.call("HangUpCall", {"SdkAppId": 1, "SessionId": placed.session_id})
        return answer.request_id


def with_clients_of_their_own(one: httpx.Client, two: httpx2.Client) -> tuple[Client, Client]:
    return Client(lambda: Key("id", "key", "token", 0.0), http=one), Client(http=two)


async def in_tasks(one: httpx.AsyncClient, two: httpx2.AsyncClient) -> PlacedCall:
    async def key() -> Key:
        return Key("id", "key")

    async with AsyncClient(key, http=one, pace=0.5), AsyncClient(http=two, pace=Pace(0.9)) as client:
        return await client.create_ai_agent_call(sdk_app_id=1, ai_agent_id=2, callee="3", variables={"a": "b"})
