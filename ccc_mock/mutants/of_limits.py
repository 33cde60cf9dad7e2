"""Fakes that are wrong about the rate: how many calls pass, what counts together, and when."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ..checks.check import Backend, Run
from ..exchange import Exchange
from ..limits import Arrival, Limit, Windows
from .mutant import Make, Mutant, Parts, around, moved
from .replies import told_as

Counted = Callable[[Exchange], Arrival]


def _by_who_and_what(exchange: Exchange) -> Arrival:
    return exchange.sub_account, exchange.action_name, "", ""


def _by_who(exchange: Exchange) -> Arrival:
    return exchange.sub_account, "", "", ""


def _by_what(exchange: Exchange) -> Arrival:
    return "", exchange.action_name, "", ""


def _by_address(exchange: Exchange) -> Arrival:
    return exchange.request.client, "", "", ""


def _by_region_header(exchange: Exchange) -> Arrival:
    region = exchange.parameters.common(b"Region") or b""
    return exchange.sub_account, exchange.action_name, region.decode("utf-8", "replace"), ""


def _limited(key: Counted = _by_who_and_what, *, more: int = 0, endless: bool = False) -> Make:
    """`more` calls than the limit pass; a window may never end."""

    def wrap(true: Run) -> Run:
        def run(exchange: Exchange, backend: Backend) -> None:
            _count(exchange, backend, exchange.account.windows, key, more, 0.0 if endless else exchange.received_at)

        return run

    return around("rate", wrap)


def _in_one_table(key: Counted) -> Make:
    """All accounts of an endpoint are counted in one table."""

    def make(parts: Parts) -> Parts:
        windows, lock = Windows(), threading.Lock()

        def wrap(true: Run) -> Run:
            def run(exchange: Exchange, backend: Backend) -> None:
                with lock:
                    _count(exchange, backend, windows, key, 0, exchange.received_at)

            return run

        return around("rate", wrap)(parts)

    return make


def _count(exchange: Exchange, backend: Backend, windows: Windows, key: Counted, more: int, now: float) -> None:
    limits = [Limit(unit, most + more) for unit, most in backend.limits.get(exchange.action_name, ())]
    beyond = windows.count(key(exchange), limits, now)
    if beyond is not None:
        (unit, most), count = beyond
        raise exchange.refusal(unit.code, unit.sentence, count=count, limit=most)


LIMIT = (
    Mutant("one-call-too-many", "limit", "One call more than the limit passes.", "", _limited(more=1)),
    Mutant("one-call-too-few", "limit", "The last call that the limit allows is refused.", "", _limited(more=-1)),
    Mutant("limit-never-recovers", "limit", "A second never ends: what was used up stays so.", "",
           _limited(endless=True)),
    Mutant("actions-share-a-limit", "limit", "All actions count together.", "", _limited(_by_who)),
    Mutant("credentials-share-a-limit", "limit", "All credentials count together.", "", _in_one_table(_by_what)),
    Mutant("limit-per-address", "limit", "Calls count by the address that they come from, and by nothing else.", "",
           _in_one_table(_by_address)),
    Mutant("limit-per-region-header", "limit", "Another X-TC-Region is another count.", "",
           _limited(_by_region_header)),
    Mutant("limit-before-signature", "limit", "Calls that nobody signed use up the limit.", "",
           moved("rate", behind="action")),
    Mutant("limit-behind-parameters", "limit", "Calls with wrong parameters do not count.", "",
           moved("rate", behind="type")),
    Mutant("limit-told-for-the-account", "limit", "The limit is told as that of the whole account.", "",
           told_as("RequestLimitExceeded.UinLimitExceeded", at="rate")),
)  # fmt: skip
