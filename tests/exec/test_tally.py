"""The closing lines: what became of each call, and why."""

from __future__ import annotations

import time

from ccc_contract import Request, sign
from ccc_mock import DEFAULT_CREDENTIAL, Endpoint
from ccc_mock.tally import Tally

HEADERS = {"content-type": "application/json", "x-tc-action": "HangUpCall", "x-tc-version": "2020-02-10"}


def test_a_signature_that_does_not_match_is_explained() -> None:
    request = Request.post("ccc.tencentcloudapi.com", HEADERS, "{}")
    key = DEFAULT_CREDENTIAL.secret_key + "\n"
    tally = Tally()
    tally.called(Endpoint().exchange(sign(request, DEFAULT_CREDENTIAL.secret_id, key, timestamp=int(time.time()))))
    told = "\n".join(tally.lines())
    assert "AuthFailure.SignatureFailure" in told
    assert "the SecretKey was taken with `LF`" in told
    assert DEFAULT_CREDENTIAL.secret_key not in told
