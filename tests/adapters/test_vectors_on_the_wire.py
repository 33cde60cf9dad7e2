"""The committed bytes of every vector, sent over a socket to a served fake at the time of the case."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccc_contract.vectors.requests import SIGNERS
from ccc_mock import Clock, Credential, Endpoint
from ccc_mock.adapters.serving import Served, serving
from wire import connect, read_answer

VECTORS = Path(__file__).parents[2] / "fixtures" / "vectors"
KNOWN = {path.parent: json.loads(path.read_bytes()) for path in sorted(VECTORS.glob("*/*/context.json"))}
# What is published elsewhere is of other products, which the fake does not answer for.
OF_CCC = [folder for folder, known in KNOWN.items() if "ccc-vectors" in known["secret_id"]]


@pytest.fixture(scope="module")
def endpoint() -> Endpoint:
    credentials = [Credential(signer.secret_id, signer.secret_key, signer.token) for signer in SIGNERS]
    return Endpoint(credentials=credentials, clock=Clock(at=0))


@pytest.fixture(scope="module")
def served(endpoint: Endpoint) -> Iterator[Served]:
    with serving(endpoint) as running:
        yield running


def test_all_but_what_is_published_elsewhere_is_sent() -> None:
    assert {folder.name for folder in KNOWN.keys() - set(OF_CCC)} == {
        "published-two-headers", "published-three-headers", "published-seven-headers", "published-seven-headers-get",
        "older-published",
    }  # fmt: skip


@pytest.mark.parametrize("folder", OF_CCC, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_bytes_of_a_case_are_answered_with_its_code(folder: Path, endpoint: Endpoint, served: Served) -> None:
    for account in endpoint.accounts:
        account.clock.freeze(KNOWN[folder]["now"])
    with connect(served.host) as sock:
        sock.sendall((folder / f"{folder.name}.sreq").read_bytes())
        answer = read_answer(sock, see_the_end=False)
    assert answer.code == KNOWN[folder]["code"]
