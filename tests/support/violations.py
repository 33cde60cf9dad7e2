"""What breaks one check each: one change of a valid request, for a fake in which any check can be broken."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from ccc_mock import Clock, Credential, Endpoint, Limits, Settings
from ccc_mock.stages import STAGES, Stage
from ccc_mock.world.description import OPEN, SubAccount
from ccc_mock.world.description import Credential as Described
from drafts import FORM, NOW, Draft

LIMIT = 1000
"""The largest body here, in bytes."""

STRICT = Settings(max_body_bytes=LIMIT, common_values_are_judged=True)

LIMITED = "HangUpCall"
"""An action that may not be called at all here."""

DENIED = Credential("AKID-denied", "denied-key")
"""What access management denies everything."""

WORLD = dataclasses.replace(
    OPEN,
    sub_account=(SubAccount(deny=("*",), credential=(Described(secret_id="AKID-denied", secret_key="denied-key"),)),),
)

PLANNED = "InternalError"
"""A code that a plan asks for."""

AI_CALL = {"SdkAppId": 1400000000, "Callee": "008612300000000", "LLMType": "openai", "APIKey": "", "APIUrl": ""}
"""CreateAICall, which has no behaviour yet, and a member with a documented range."""

# check → the change that makes a valid request violate it, and nothing before it.
VIOLATIONS: dict[str, Callable[[Draft], Draft]] = {
    "method": lambda draft: draft.but(method="PUT"),
    "product": lambda draft: draft.but(host="cvm.tencentcloudapi.com"),
    "size": lambda draft: draft.but(trailing_blanks=LIMIT),
    "pairs": lambda draft: draft.but(method="GET", query=b"bareword").with_headers({"content-type": FORM}),
    "presence": lambda draft: draft.without_header("x-tc-action"),
    "authorization": lambda draft: draft.but(signed=("content-type",)),
    "scope": lambda draft: draft.but(terminator="tc4_request"),
    "numbers": lambda draft: draft.with_headers({"x-tc-timestamp": "soon"}),
    "age": lambda draft: draft.with_headers({"x-tc-timestamp": str(NOW - 301)}),
    "common-values": lambda draft: draft.with_headers({"x-tc-language": "de-DE"}),
    "version": lambda draft: draft.with_headers({"x-tc-version": "2019-01-01"}),
    "action": lambda draft: draft.with_headers({"x-tc-action": "CreateAIAgentCal"}),
    "content-type": lambda draft: draft.with_headers({"content-type": "text/plain"}),
    "secret-id": lambda draft: draft.but(secret_id="AKID-nobody"),
    "text-size": lambda draft: draft.but(
        method="GET", query=b"a=" + b"b" * STRICT.max_query_bytes, body=b"" if draft.body is None else draft.body
    ).with_headers({"content-type": FORM}),
    "signature": lambda draft: draft.but(secret_key="another-key"),
    "digest": lambda draft: draft.with_headers({"x-tc-content-sha256": "0" * 64}),
    "token": lambda draft: draft.with_headers({"x-tc-token": "a-token-beside-a-permanent-key"}),
    "plan": lambda draft: draft.with_headers({"x-ccc-mock-plan": "no plan and no step"}),
    "rate": lambda draft: draft.with_headers({"x-tc-action": LIMITED}).but(
        params=draft.params if draft.body is not None else {"SdkAppId": 1, "SessionId": "a"}
    ),
    "permission": lambda draft: draft.by(DENIED),
    "readable": lambda draft: draft.but(body=b""),
    "missing": lambda draft: draft.without_param("Callee"),
    "unknown": lambda draft: draft.with_params({"Calle": "008612300000000"}),
    "type": lambda draft: draft.with_params({"SdkAppId": "1400000000"}),
    "value": lambda draft: draft.with_params({"AcquireTimeoutSecond": 6}),
    "planned": lambda draft: draft.with_headers({"x-ccc-mock-plan": PLANNED}),
    "behaviour": lambda draft: draft.with_headers({"x-tc-action": "CreateAICall"}).but(params=AI_CALL),
}


def serving(*stages: Stage) -> Endpoint:
    limits = Limits(actions={LIMITED: 0})
    return Endpoint(clock=Clock(at=NOW), settings=STRICT, stages=stages or STAGES, limits=limits, world=WORLD)
