"""What official clients sent, byte for byte (fixtures/sdk), in process."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from answers import newest, refused, session_id
from captures import TC3, Captured, captured
from ccc_mock import Clock, Credential, Endpoint
from drafts import NOW, as_request
from older import SHA1, SHA256

VALID_CAPTURES = captured(TC3, SHA1, SHA256)
SKIPPED = captured("SKIP")


def name_of(capture: Captured) -> str:
    return capture.name


def endpoint_of(capture: Captured) -> Endpoint:
    """A fake that knows the capture's credential, at the moment of the capture."""
    known = capture.known
    credential = Credential(known["secret_id"], known["secret_key"], known["token"])
    return Endpoint(credentials=[credential], clock=Clock(at=known["timestamp"] or NOW))


def test_there_are_288_valid_captures_of_every_form_and_12_that_skip_the_signature() -> None:
    assert (len(VALID_CAPTURES), len(SKIPPED)) == (288, 12)
    forms = {(capture.known["signature_method"], capture.pieces.method) for capture in VALID_CAPTURES}
    assert forms == {(scheme, method) for scheme in (TC3, SHA1, SHA256) for method in ("GET", "POST")}
    assert {capture.known["hostform"] for capture in VALID_CAPTURES} == {"ip", "name", "prod"}
    assert {capture.known["token"] is None for capture in VALID_CAPTURES} == {True, False}
    unsigned = [capture for capture in VALID_CAPTURES if capture.known.get("content_sha256_header")]
    assert {capture.pieces.method for capture in unsigned} == {"GET", "POST"}


def as_text(value: Any) -> Any:
    """Parameters as they are told where they were text."""
    if isinstance(value, dict):
        return {key: as_text(item) for key, item in value.items()}
    return [as_text(item) for item in value] if isinstance(value, list) else str(value)


@pytest.mark.parametrize("capture", VALID_CAPTURES, ids=name_of)
def test_what_an_official_client_sent_succeeds(capture: Captured) -> None:
    endpoint = endpoint_of(capture)
    assert session_id(endpoint, as_request(capture.pieces))
    entry = newest(endpoint)
    assert as_text(entry.params) == as_text(capture.known["params"])
    assert type(entry.params["SdkAppId"]) is int
    assert (entry.action, entry.at) == (capture.known["action"], capture.known["timestamp"])


@pytest.mark.parametrize("capture", VALID_CAPTURES, ids=name_of)
def test_what_an_official_client_sent_is_refused_under_another_key(capture: Captured) -> None:
    endpoint = endpoint_of(capture)
    (grant,) = endpoint.accounts.default.grants
    grant.credential = dataclasses.replace(grant.credential, secret_key="another-key")
    assert refused(endpoint, as_request(capture.pieces)).code == "AuthFailure.SignatureFailure"


@pytest.mark.parametrize("capture", SKIPPED, ids=name_of)
def test_a_request_that_skips_its_signature_is_refused(capture: Captured) -> None:
    error = refused(endpoint_of(capture), as_request(capture.pieces))
    assert error.code == "AuthFailure.InvalidAuthorization"
