"""From a URL to a target: proved to be a fake, or live and behind its gate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..client.credentials import Credential
from ..client.outgoing import Target as Address
from ..http import Request
from ..reading import load_api
from .calls import Allowed, OwnCalls
from .control import Send, proven
from .harmless import why_it_could_harm
from .live import CAN, MOST_REQUESTS, PER_SECOND, Gate, Pace, Rehearsal, Tier
from .service import Service, opened
from .target import Target
from .wire import Wire


class Live(Exception):
    """The target did not prove to be a fake, and nobody said that it may be asked; nothing but the proof was sent."""


@dataclass(frozen=True, kw_only=True)
class Leave:
    """That a live target may be asked, and how."""

    credential: Credential | None = None
    granted: bool = False
    per_second: float = PER_SECOND
    most: int = MOST_REQUESTS
    allowed: Allowed | None = None
    book: Path = Path("ccc-contract-calls.sqlite")
    rehearsal: Callable[[Request], None] | None = None
    """In place of sending: it is told what would go out."""

    @property
    def tier(self) -> Tier:
        if self.credential is None:
            return "no credential"
        return "granted" if self.granted else "nothing granted"


@contextmanager
def connect(
    url: str, *, leave: Leave | None = None, ca_file: str | None = None, control_token: str = ""
) -> Iterator[Target]:
    """The target at `url`.  Raises what `reach` raises."""
    wire = Wire(Address(url=url).url, ca_file=ca_file)
    try:
        yield reach(wire, url, leave=leave, control_token=control_token)
    finally:
        wire.close()


def reach(send: Send, url: str, *, leave: Leave | None = None, control_token: str = "") -> Target:
    """The target that answers through `send`, and is called `url`.

    Raises ValueError for what is no URL of a host, Live, and Unreachable where nobody is there.
    """
    address = Address(url=url)
    control, doubt = proven(send, address.host, token=control_token)
    if control is not None:
        return Target.fake(send, address.host, control, url=address.url)
    if leave is None:
        raise Live(f"{address.url} did not prove to be a fake: {doubt}")
    return _live(send, address, leave)


def _live(send: Send, address: Address, leave: Leave) -> Target:
    api, own = load_api(), None
    calls: OwnCalls | None = None
    can = CAN[leave.tier]
    if leave.allowed is not None and leave.tier == "granted":
        calls = OwnCalls(leave.allowed, leave.book)
        own, can = leave.allowed.own, can | {"own callees"}
    gate: Send = Gate(send, api, Pace(leave.per_second), leave.most, calls)
    if leave.rehearsal is not None:
        gate = Rehearsal(lambda request: _objection(request, calls), leave.rehearsal)
    return Target(gate, address.host, leave.credential, url=address.url, can=can, own=own, is_live=True)


def _objection(request: Request, calls: OwnCalls | None) -> str:
    return "" if calls is not None and calls.covers(request) else why_it_could_harm(request, load_api())


@contextmanager
def connected(url: str, *, ca_file: str | None = None, control_token: str = "") -> Iterator[Service]:
    """A service at a fake, on an account of its own: what a property's check is called with."""
    with connect(url, ca_file=ca_file, control_token=control_token) as target, opened(target) as service:
        yield service
