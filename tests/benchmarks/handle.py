"""Microseconds per `Endpoint.handle` inside this process, and which stage takes them."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Sequence
from statistics import median

from calls import POOL, make_calls
from figures import Figure, Reach, Result
from served import RunFailed

from ccc_contract.http import Headers, Request
from ccc_contract.signing import SigningKey, work
from ccc_mock.accounts import DEFAULT_CREDENTIAL
from ccc_mock.domain import HANDLERS
from ccc_mock.endpoint import Endpoint
from ccc_mock.exchange import Exchange
from ccc_mock.journal import Journal
from ccc_mock.stages import Backend, Stage

REACH = Reach("figure", "at most", 25.0)


def measure(batches: int) -> Result:
    """`batches` times a whole pool of different calls; a batch counts with its mean, all with the batches' median."""
    endpoint, planned, calls = Endpoint(), Endpoint(), make_calls("127.0.0.1:8679")
    planned.plan("callee=9*: InternalError*")
    _exchanges_of_a_full_journal(planned, calls)
    exchanges = _exchanges_of_a_full_journal(endpoint, calls)
    timed = {
        "handle": lambda: [endpoint.handle(call) for call in calls],
        "planned": lambda: [planned.handle(call) for call in calls],
        "floor": _floor(exchanges),
        "request": lambda: [_as_the_adapter_does(call) for call in calls],
        **{stage.name: _stage(endpoint, stage, exchanges) for stage in endpoint.stages},
    }
    spent = {name: median(column) for name, column in _microseconds(timed, batches).items()}
    stages = {stage.name: spent[stage.name] for stage in endpoint.stages}
    stages["around"] = spent["handle"] - sum(stages.values())
    shares = ", ".join(f"{name} {each:.1f} µs ({each / spent['handle']:.0%})" for name, each in stages.items())
    return Result(
        [
            Figure(
                "Endpoint.handle, beside its floor",
                spent["handle"],
                "µs",
                spent["floor"],
                spent["handle"] / spent["floor"],
                REACH,
            ),
            Figure(
                "… a loaded plan that does not match",
                spent["planned"] - spent["handle"],
                "µs",
                spent["handle"],
                spent["planned"] / spent["handle"],
                Reach("figure", "at most", 3.0),
            ),
        ],
        [
            f"handle, by stage: {shares}; around them stand lock, ids, envelope and journal",
            "the floor is two SHA-256 and one HMAC-SHA256 over the same bytes",
            f"making Headers and Request of what the server hands over: {spent['request']:.1f} µs, not in handle",
        ],
    )


def _exchanges_of_a_full_journal(endpoint: Endpoint, calls: Sequence[Request]) -> list[Exchange]:
    """One exchange for each call, once the journal drops an entry for each that it takes."""
    while len(endpoint.accounts.default.journal) < Journal.MAX_ENTRIES:
        exchanges = [endpoint.exchange(call) for call in calls]
    for exchange in exchanges:
        if exchange.verdict != "ok":
            raise RunFailed(f"expected successes only, got {exchange.verdict} at {exchange.stage}/{exchange.check}")
    return exchanges


def _microseconds(timed: dict[str, Callable[[], object]], batches: int) -> dict[str, list[float]]:
    """For each name what one call took in each batch; the names take turns, so that noise falls on all of them."""
    spent: dict[str, list[float]] = {name: [] for name in timed}
    for _ in range(batches):
        for name, run in timed.items():
            started = time.perf_counter()
            run()
            spent[name].append((time.perf_counter() - started) / POOL * 1e6)
    return spent


def _stage(endpoint: Endpoint, stage: Stage, exchanges: Sequence[Exchange]) -> Callable[[], None]:
    """The checks of a stage again, on exchanges that have passed it: a check finds what it found before."""
    backend = Backend(endpoint.api, endpoint.settings, HANDLERS)
    checks = [check.run for check in stage.checks]

    def run() -> None:
        for exchange in exchanges:
            for check in checks:
                check(exchange, backend)

    return run


def _floor(exchanges: Sequence[Exchange]) -> Callable[[], None]:
    """What no fake can do without: hash the body, hash the canonical request, sign the string."""
    key = SigningKey.derive(DEFAULT_CREDENTIAL.secret_key, "2026-11-22", "ccc")
    workings = [work(each.request, each.claim.signed_headers, each.stamp, key) for each in exchanges]
    signed = [(each.request.body, *working) for each, working in zip(exchanges, workings, strict=True)]

    def run() -> None:
        for body, canonical_request, string_to_sign, _ in signed:
            hashlib.sha256(body).hexdigest()
            hashlib.sha256(canonical_request).hexdigest()
            hmac.digest(bytes(32), string_to_sign, "sha256")

    return run


def _as_the_adapter_does(call: Request) -> Request:
    return Request(call.method, call.path, call.query, Headers.lowered(call.headers.lines), call.body, call.client)
