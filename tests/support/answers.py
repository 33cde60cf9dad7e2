"""A fake at NOW, what it answered, and the codes that tests name most."""

from __future__ import annotations

import pytest

from ccc_contract import ApiError, Request
from ccc_contract.envelope import decode
from ccc_mock import DEFAULT_CREDENTIAL, Clock, Endpoint, Settings
from ccc_mock.journal import Entry
from ccc_mock.stages import STAGES
from drafts import ENDED, NOW, TEMPORARY

CODES_OF = {(stage.name, check.name): check.codes for stage in STAGES for check in stage.checks}
"""(stage, check) → the codes that it refuses with."""

INVALID = "AuthFailure.InvalidAuthorization"
EXPIRED = "AuthFailure.SignatureExpire"
SIGNATURE = "AuthFailure.SignatureFailure"
NOT_FOUND = "AuthFailure.SecretIdNotFound"
TOKEN = "AuthFailure.TokenFailure"
VALUE = "InvalidParameterValue"
PARAMETER = "InvalidParameter"

DEFAULTS = Settings()


def endpoint_for(settings: Settings = DEFAULTS) -> Endpoint:
    """One account at NOW, with a permanent, a temporary and an expired credential."""
    credentials = (DEFAULT_CREDENTIAL, TEMPORARY, ENDED)
    return Endpoint(credentials=credentials, clock=Clock(at=NOW), settings=settings)


def newest(endpoint: Endpoint) -> Entry:
    """The last exchange of the default account."""
    return endpoint.accounts.default.journal.page().entries[-1]


def session_id(endpoint: Endpoint, request: Request) -> str:
    """Of a success."""
    result, _ = decode(endpoint.handle(request).body)
    return str(result["SessionId"])


def refused(endpoint: Endpoint, request: Request) -> ApiError:
    with pytest.raises(ApiError) as caught:
        decode(endpoint.handle(request).body)
    return caught.value
