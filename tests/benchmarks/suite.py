"""The contract suite: how long it takes over HTTP, and its examples a second beside those that are only drawn."""

from __future__ import annotations

import sys
import time
from dataclasses import replace

from figures import Figure, Reach, Result
from served import RunFailed

from ccc_contract.suite.connecting import connect, reach
from ccc_contract.suite.judging import Verdict, judge
from ccc_contract.suite.properties import PROPERTIES
from ccc_contract.suite.property import Property
from ccc_contract.suite.starting import started
from ccc_contract.suite.target import Target
from ccc_mock import Endpoint
from ccc_mock.answering import answering
from ccc_mock.limits import Limits

SERVE = f'"{sys.executable}" -m ccc_mock.cli serve --port 0 --seed {{}}'
RATIO = Reach("ratio", "at least", 0.6)
DRAWN = [prop for prop in PROPERTIES if prop.check is not None]


def measure(examples: int) -> Result:
    """Each property with so many examples; in process each beside the same examples drawn and not sent."""
    target = reach(answering(Endpoint(limits=Limits())), "http://ccc.localhost/")
    for prop in DRAWN:
        _spent(replace(prop, check=_nothing), target, 2)  # strategies are built once
    spent = [
        (_spent(prop, target, examples), _spent(replace(prop, check=_nothing), target, examples)) for prop in DRAWN
    ]
    sent, drawn = (sum(each) for each in zip(*spent, strict=True))
    count = examples * len(DRAWN)
    over_http, requests = _over_http(examples)
    return Result(
        [
            Figure("the contract suite over HTTP", over_http, "s", reach=Reach("figure", "at most", 60.0)),
            Figure(
                "  in process, examples",
                count / sent,
                "1/s",
                count / drawn,
                drawn / sent,
                Reach("ratio", "at least", 0.6),
            ),
        ],
        [f"suite: {len(PROPERTIES)} properties of {examples} examples, {requests} requests"],
    )


def _nothing(service: object, **drawn: object) -> None:
    """What a property costs that asks nothing."""


def _spent(prop: Property, target: Target, examples: int) -> float:
    """Processor's seconds."""
    began = time.process_time()
    _held(judge(prop, target, examples=examples, seed=1))
    return time.process_time() - began


def _over_http(examples: int) -> tuple[float, int]:
    """(seconds, requests)."""
    with started(SERVE, "1") as url, connect(url) as target:
        began = time.perf_counter()
        requests = sum(_held(judge(prop, target, examples=examples, seed=1)).requests for prop in PROPERTIES)
        return time.perf_counter() - began, requests


def _held(verdict: Verdict) -> Verdict:
    if verdict.outcome not in ("held", "not run"):  # what asks nothing is not run
        raise RunFailed(f"{verdict.property.name}: {verdict.why}")
    return verdict
