"""What a signature that does not match costs: microseconds of CPU where it is explained, and where it is not."""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "support"))

from figures import Figure, Reach, Result

import wrong_signers as by
from by_hand import as_request
from ccc_contract.http import Request
from ccc_mock import Clock, Credential, Endpoint

BOUND = Reach("figure", "at most", 50_000.0)


class Stranger(by.Signer):
    def secret(self) -> str:
        return "a-key-that-nobody-here-has"


# A proxy that changes two headers.
TWO = by.both(by.CharsetMissing, by.HostRewritten)


def measure(rounds: int) -> Result:
    """The best of so many rounds, each with a fake of its own; beside it a call that is signed rightly."""
    beside = _microseconds(as_request(by.Signer().send()), rounds)
    figures = [
        Figure(name, spent, "µs", beside, spent / beside, BOUND)
        for name, spent in (
            ("a signature with one known mistake", _microseconds(as_request(by.CharsetMissing().send()), rounds)),
            ("  with a mistake in its key", _microseconds(as_request(by.LineFeedBehindTheKey().send()), rounds)),
            ("  with two", _microseconds(as_request(TWO().send()), rounds)),
            ("  with an unknown key", _microseconds(as_request(Stranger().send()), rounds)),
        )
    ]
    (entry,) = _fake(as_request(Stranger().send())).journal()
    told = entry["diagnosis"]
    return Result(figures, [f"signatures: an unknown key is told after {told['tried']} recomputations"])


def _fake(*requests: Request) -> Endpoint:
    endpoint = Endpoint(credentials=[Credential(by.ID, by.KEY)], clock=Clock(at=by.NOW))
    for request in requests:
        endpoint.exchange(request)
    return endpoint


def _microseconds(request: Request, rounds: int) -> float:
    spent = []
    _fake(request)  # what searches is imported
    for _ in range(rounds):
        endpoint = _fake(as_request(by.Signer().send()))
        started = time.process_time()
        endpoint.exchange(request)
        spent.append((time.process_time() - started) * 1e6)
    return min(spent)
