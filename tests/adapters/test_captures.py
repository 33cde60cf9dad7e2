"""Every request that official clients sent, over a socket as the very bytes that were captured, on both parsers."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from captures import FIXTURES
from ccc_mock import Clock, Credential, Endpoint
from ccc_mock.adapters import server
from ccc_mock.adapters.plain import PlainProtocol
from ccc_mock.adapters.serving import Served, serving
from wire import read_answer

INDEX: list[dict[str, Any]] = json.loads((FIXTURES / "sdk" / "INDEX.json").read_bytes())
VERDICTS = {"valid": None, "skip": "AuthFailure.InvalidAuthorization"}
"""What INDEX.json expects → the Error's code, None for a success."""


@pytest.fixture(scope="module", params=["httptools", "h11"])
def parser(request: pytest.FixtureRequest) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "h11":
            patch.setattr(server, "_http_protocol", lambda: PlainProtocol)
        yield


@pytest.fixture(scope="module")
def fakes(parser: None) -> Iterator[dict[str | None, Served]]:
    """A fake for each token that was used: one SecretId cannot be permanent and temporary at once."""
    with serving(endpoint_for(None)) as permanent, serving(endpoint_for(TOKEN)) as temporary:
        yield {None: permanent, TOKEN: temporary}


def known(entry: dict[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads((FIXTURES / "sdk" / entry["file"]).with_suffix(".json").read_bytes())
    return facts


SECRET_ID, SECRET_KEY = (known(INDEX[0])[name] for name in ("secret_id", "secret_key"))
(TOKEN,) = {known(entry)["token"] for entry in INDEX} - {None}


def endpoint_for(token: str | None) -> Endpoint:
    return Endpoint(credentials=[Credential(SECRET_ID, SECRET_KEY, token)], clock=Clock(at=0))


def test_there_are_288_valid_ones_and_12_without_a_signature() -> None:
    assert [entry["expected"] for entry in INDEX].count("valid") == 288
    assert [entry["expected"] for entry in INDEX].count("skip") == 12


@pytest.mark.parametrize("entry", INDEX, ids=lambda entry: entry["file"].removesuffix(".http"))
def test_the_bytes_of_an_official_client_are_judged_right(
    fakes: dict[str | None, Served], entry: dict[str, Any]
) -> None:
    facts = known(entry)
    served = fakes[facts["token"]]
    served.endpoint.accounts.default.clock.freeze(facts["timestamp"] or 0)
    with socket.create_connection(tuple(served.host.split(":")), 5) as sock:
        sock.sendall((FIXTURES / "sdk" / entry["file"]).read_bytes())
        answer = read_answer(sock, see_the_end=False)
    assert (answer.status, answer.code) == (200, VERDICTS[entry["expected"]])
