"""Which mutants show in what was asked: recorded exchanges, played once more to the true fake and to each mutant."""

from __future__ import annotations

import calendar
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from typing import NamedTuple

from ccc_contract.http import Headers, Request

from ..clock import Stopwatch
from ..endpoint import Endpoint
from ..journal import Entry
from ..reply import Reply

LOOPBACK = "127.0.0.1"

Maker = Callable[[str | None], Endpoint]
"""The name of a mutant, or None for the true fake → an endpoint as fresh as that of the recording was."""


class Recorded(NamedTuple):
    """What one test asked of one fake."""

    make: Maker
    entries: Sequence[Entry]


def telling(recorded: Recorded, names: Iterable[str]) -> Iterator[str]:
    """Those of the mutants that answer anything else than the true fake does."""
    true = _replies(recorded, None)
    for name in names:
        if _replies(recorded, name) != true:
            yield name


def _replies(recorded: Recorded, name: str | None) -> list[Reply | str]:
    endpoint = recorded.make(name)
    return [_play(endpoint, entry) for entry in recorded.entries]


def _play(endpoint: Endpoint, entry: Entry) -> Reply | str:
    """The answer at the moment of the recording; where a mutant breaks, with what."""
    clock = endpoint.accounts.default.clock
    clock.freeze(_signing_time(entry))
    clock.freeze_world(entry.at)
    request = Request(entry.method, entry.path, entry.query, Headers(entry.headers), entry.body, LOOPBACK)
    try:
        return endpoint.exchange(request).reply
    except Exception as bug:  # whatever a mutant does is another answer
        return f"{type(bug).__name__}"


def _signing_time(entry: Entry) -> float:
    """Date is the time by which the signature was judged; where a fault took it away, the world's has to do."""
    for name, value in entry.reply_headers:
        if name == b"Date":
            return calendar.timegm(time.strptime(value.decode(), "%a, %d %b %Y %H:%M:%S GMT"))
    return entry.at


NO_TIME = Stopwatch(count(step=1000).__next__, count(step=1000).__next__)
"""For the endpoints of a replay: nobody asks why a signature does not match."""
