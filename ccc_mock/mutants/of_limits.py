"""Fakes that are wrong about the rate: how many calls pass, what counts together, and when."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ..checks.check import Backend, Run, host_name
from ..exchange import Exchange
from ..limits import Arrival, Limit, Windows
from ..regions import entry_region
from .mutant import Make, Mutant, Parts, around, moved

Counted = Callable[[Exchange], Arrival]


def _entry(exchange: Exchange) -> str:
    return entry_region(host_name(exchange.request.headers.get(b"host") or b""))


def _as_documented(exchange: Exchange) -> Arrival:
    return exchange.sub_account, exchange.action_name, _entry(exchange), ""


def _by_who(exchange: Exchange) -> Arrival:
    return exchange.sub_account, "", _entry(exchange), ""


def _by_what(exchange: Exchange) -> Arrival:
    return "", exchange.action_name, _entry(exchange), ""


def _by_key(exchange: Exchange) -> Arrival:
    return exchange.secret_id, exchange.action_name, _entry(exchange), ""


def _by_address(exchange: Exchange) -> Arrival:
    return exchange.request.client, "", "", ""


def _through_any_entry(exchange: Exchange) -> Arrival:
    return exchange.sub_account, exchange.action_name, "", ""


def _by_region_header(exchange: Exchange) -> Arrival:
    region = exchange.parameters.common(b"Region") or b""
    return exchange.sub_account, exchange.action_name, _entry(exchange) + region.decode("utf-8", "replace"), ""


def _limited(key: Counted = _as_documented, *, more: int = 0, endless: bool = False) -> Make:
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


def _from_the_first_call(parts: Parts) -> Parts:
    """A window begins with the first call in it, and so may be anywhere in a second."""
    begun: dict[Arrival, float] = {}

    def wrap(true: Run) -> Run:
        def run(exchange: Exchange, backend: Backend) -> None:
            arrival, now = _as_documented(exchange), exchange.received_at
            if not begun.get(arrival, now - 1) <= now < begun.get(arrival, now - 1) + 1:
                exchange.account.windows.clear()
                begun[arrival] = now
            _count(exchange, backend, exchange.account.windows, _as_documented, 0, 0.0)

        return run

    return around("rate", wrap)(parts)


def _uncounted(parts: Parts) -> Parts:
    passed: dict[tuple[Arrival, float], int] = {}

    def wrap(true: Run) -> Run:
        def run(exchange: Exchange, backend: Backend) -> None:
            window = _as_documented(exchange), exchange.received_at // 1
            for unit, most in backend.limits.get(exchange.action_name, ())[:1]:
                if passed.get(window, 0) >= most:
                    raise exchange.refusal(unit.code, unit.sentence, count=most + 1, limit=most)
            for old in [known for known in passed if known[1] != window[1]]:
                del passed[old]
            passed[window] = passed.get(window, 0) + 1

        return run

    return around("rate", wrap)(parts)


LIMIT = (
    Mutant("one-call-too-many", "limit", "One call more than the limit passes.",
           "one_more_is_refused", _limited(more=1)),
    Mutant("one-call-too-few", "limit", "The last call that the limit allows is refused.",
           "as_many_as_documented_pass", _limited(more=-1)),
    Mutant("limit-never-recovers", "limit", "A second never ends: what was used up stays so.",
           "the_next_second_is_a_new_one", _limited(endless=True)),
    Mutant("actions-share-a-limit", "limit", "All actions count together.",
           "actions_are_counted_apart", _limited(_by_who)),
    Mutant("credentials-share-a-limit", "limit", "All credentials count together.",
           "accounts_are_counted_apart", _in_one_table(_by_what)),
    Mutant("limit-per-address", "limit", "Calls count by the address that they come from, and by nothing else.",
           "sub_accounts_are_counted_apart", _in_one_table(_by_address)),
    Mutant("limit-per-region-header", "limit", "Another X-TC-Region is another count.",
           "the_region_that_is_asked_for_is_not_what_counts", _limited(_by_region_header)),
    Mutant("limit-before-signature", "limit", "Calls that nobody signed use up the limit.",
           "who_is_not_let_in_uses_nothing_up", moved("rate", behind="action")),
    Mutant("limit-behind-parameters", "limit", "Calls with wrong parameters do not count.",
           "wrong_parameters_use_it_up", moved("rate", behind="type")),
    Mutant("entries-share-a-limit", "limit", "Calls count together, through whichever region's host name.",
           "entries_are_counted_apart", _limited(_through_any_entry)),
    Mutant("keys-counted-apart", "limit", "Each key of a sub-account has a count of its own.",
           "the_keys_of_a_sub_account_are_counted_together", _limited(_by_key)),
    Mutant("window-from-the-first-call", "limit", "A window begins with its first call, and not with a second.",
           "seconds_are_those_of_the_clock", _from_the_first_call),
    Mutant("refused-calls-not-counted", "limit", "A call that is refused for the limit does not count.",
           "a_refusal_tells_how_many_came", _uncounted),
)  # fmt: skip
