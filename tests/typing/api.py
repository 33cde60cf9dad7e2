"""The public API as users write it.  Checked by mypy --strict, never run."""

from __future__ import annotations

from ccc_contract import Api, ApiError, Headers, Request, Response, load_api, sign
from ccc_mock import (
    DEFAULT_CREDENTIAL,
    Clock,
    Credential,
    Delivery,
    Endpoint,
    Limits,
    NotSupportedByFake,
    Reply,
    Settings,
)


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
