"""Control does what its own description says, as a foreign tool reads it."""

from __future__ import annotations

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import checks

from ccc_mock import Clock, Endpoint
from ccc_mock.adapters.asgi import App
from ccc_mock.control import Control

ENDPOINT = Endpoint(clock=Clock(at=1795324613))
APP = App(ENDPOINT, Control(ENDPOINT, allowed_hosts=("testserver",)))
SCHEMA = schemathesis.openapi.from_asgi("/_ccc/openapi.json", APP).exclude(path="/_ccc/redirect")

JUDGED = [
    checks.not_a_server_error,
    *checks.CHECKS.get_by_names(
        ["status_code_conformance", "content_type_conformance", "response_schema_conformance",
         "response_headers_conformance", "unsupported_method", "negative_data_rejection"]
    ),
]  # fmt: skip


@SCHEMA.parametrize()
@settings(max_examples=30, suppress_health_check=list(HealthCheck))
def test_whatever_is_sent_is_answered_as_described(case: schemathesis.Case) -> None:
    case.call_and_validate(checks=JUDGED)
