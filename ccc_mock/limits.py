"""How many calls pass in a second, and how many came: fixed windows by arrival (doc-rate-limit)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field, fields
from operator import itemgetter
from typing import NamedTuple

from ccc_contract.model import Api
from ccc_contract.spelling import did_you_mean

Arrival = tuple[str, str, str, str]
"""What a call counts by: sub-account, action, entry region, source address."""


class Unit(NamedTuple):
    """What is counted together, and with what a call is refused that is one too many of it."""

    name: str
    code: str
    sentence: str
    key: Callable[[Arrival], Hashable]
    """Of another form for each unit, so that no two share a count."""


# The order is that of refusals where a call is beyond several.
SUB_ACCOUNT = Unit("sub-account", "RequestLimitExceeded", "rate", itemgetter(0, 1, 2))
ACCOUNT = Unit("account", "RequestLimitExceeded.UinLimitExceeded", "rate-account", itemgetter(1, 2))
ACCOUNT_GLOBAL = Unit(
    "account-global", "RequestLimitExceeded.GlobalRegionUinLimitExceeded", "rate-account-global", itemgetter(1)
)
IP = Unit("ip", "RequestLimitExceeded.IPLimitExceeded", "rate-ip", itemgetter(slice(3, 4)))
UNITS = (SUB_ACCOUNT, ACCOUNT, ACCOUNT_GLOBAL, IP)


class Limit(NamedTuple):
    """So many calls of that unit pass in a second."""

    unit: Unit
    per_second: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many calls a second pass; None is no limit, and 0 lets none pass.

    `Limits()` is what is documented: 20 calls per action, entry region and sub-account.  The ceilings of the account
    and of an address exist, but their numbers are not published: they are off until they are given one.

    Raises ValueError for what is no number of calls.
    """

    actions: Mapping[str, int | None] = field(default_factory=dict)
    """Action → its number in place of the documented one."""
    account: int | None = None
    """Of one action through one entry region, all sub-accounts of the account taken together."""
    account_global: int | None = None
    """The same through all entry regions."""
    ip: int | None = None
    """From one source address, all actions taken together."""

    def __post_init__(self) -> None:
        ceilings = {each.name: getattr(self, each.name) for each in fields(self)[1:]}
        for name, number in (*self.actions.items(), *ceilings.items()):
            if number is not None and (type(number) is not int or number < 0):
                raise ValueError(f"limits: {name}: expected a whole number from 0 on or None, got {number!r}")

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, int | None]]) -> Limits:
        """From what `parse_limit` gives; of two for the same name the last one counts."""
        given = dict(pairs)
        ceilings = {name: given.pop(name, None) for name in CEILINGS}
        return cls(actions=given, **{name.replace("-", "_"): number for name, number in ceilings.items()})

    def by_action(self, api: Api) -> dict[str, tuple[Limit, ...]]:
        """Action → the limits that its calls must keep to.  Raises ValueError for an action that does not exist."""
        for name in self.actions:
            if name not in api.actions:
                raise ValueError(f"limits: no action {name!r}; {did_you_mean(name, tuple(api.actions))}")
        ceilings = ((ACCOUNT, self.account), (ACCOUNT_GLOBAL, self.account_global), (IP, self.ip))
        limits = {}
        for name, action in api.actions.items():
            own = SUB_ACCOUNT, self.actions.get(name, action.limit_per_second)
            limits[name] = tuple(Limit(unit, number) for unit, number in (own, *ceilings) if number is not None)
        return limits


CEILINGS = (ACCOUNT.name, ACCOUNT_GLOBAL.name, IP.name)
"""What `--limit` takes beside the names of actions."""


def parse_limit(text: str, api: Api) -> tuple[str, int | None]:
    """From `NAME=N` or `NAME=none`, the name being an action's or one of CEILINGS.  Raises ValueError."""
    name, equals, number = text.partition("=")
    if not equals or not (number == "none" or (number.isascii() and number.isdigit() and len(number) <= 9)):
        raise ValueError(f"expected NAME=N or NAME=none, got {text[:80]!r}")
    names = (*CEILINGS, *api.actions)
    if name not in names:
        hint = did_you_mean(name, names)
        raise ValueError(f"expected an action, {', '.join(CEILINGS)}, got {name[:80]!r}; {hint}")
    return name, None if number == "none" else int(number)


class Windows:
    """Counts in one-second windows by arrival; what is refused counts, too.

    Only the second of the newest arrival is kept: a clock that is moved into another one, ahead or back, begins anew.
    Not locked: its account's lock guards it.
    """

    MAX_KEYS = 65_536
    """A frozen second never ends, and has room for any number of source addresses: a key that is new to a second with
    so many of them is not counted.  All actions through all regions are 1,764 keys of a sub-account."""

    def __init__(self) -> None:
        self._second: float | None = None
        self._counts: dict[Hashable, int] = {}

    def count(self, arrival: Arrival, limits: Iterable[Limit], now: float) -> tuple[Limit, int] | None:
        """Count one arrival at `now` (Unix seconds) by each limit.

        Gives the first limit that it is beyond, and how many of that unit there are in this second; else None.
        """
        second = now // 1
        if second != self._second:
            self._second = second
            self._counts.clear()
        counts, beyond = self._counts, None
        for limit in limits:
            key = limit.unit.key(arrival)
            count = counts.get(key, 0) + 1
            if count > 1 or len(counts) < self.MAX_KEYS:
                counts[key] = count
            if count > limit.per_second and beyond is None:
                beyond = limit, count
        return beyond

    def clear(self) -> None:
        self._second = None
        self._counts.clear()

    def copied(self) -> Windows:
        """Another one that has counted the same."""
        other = copy(self)
        other._counts = self._counts.copy()
        return other

    def __len__(self) -> int:
        """How many different keys are counted."""
        return len(self._counts)
