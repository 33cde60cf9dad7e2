"""How many calls the service would have refused for their rate, counted when all is over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ..journal import Entry
from ..limits import Limit, Limits, Windows
from ..regions import entry_region
from .in_use import InUse

BEFORE_PLANS = ("frame", "identify", "route", "authenticate")
"""The stages before `inject`, where a call draws the step of a plan."""

_NOT_COUNTED = (*BEFORE_PLANS, "inject")
"""The stages before the one that counts (docs/serve.md): what they decide never gets there."""


def beyond(use: InUse) -> Iterator[str]:
    """A sentence for each action of which the service would have refused calls that this fake let pass."""
    surface = use.surface
    if use.settings["limits"]:
        return
    with surface.account.lock:
        journal = surface.account.journal
        if len(journal) <= _LEAST or surface.account.clock.world_is_frozen:
            return  # what happens at one and the same moment happens so because the clock says so
        entries = journal.page(limit=journal.MAX_ENTRIES).entries
    limits = Limits().by_action(surface.endpoint.api)
    counted, refused = _counted(entries, limits)
    for action, number in refused.items():
        yield (
            f"the service would have refused {number} of {counted[action]} calls of {action} for their rate "
            f'({limits[action][0].per_second} in a second); @pytest.mark.ccc(limits=True, at="10:00") does so here, '
            "in a world that stands still, and so at every run"
        )


_LEAST = 20
"""So few calls are beyond no documented limit (doc-rate-limit: 20 in a second)."""


def _counted(entries: list[Entry], limits: dict[str, tuple[Limit, ...]]) -> tuple[Counter[str], Counter[str]]:
    """Action → how many calls got as far as the count, and how many of them are beyond it."""
    windows, counted, refused = Windows(), Counter[str](), Counter[str]()
    for entry in entries:
        if entry.stage in _NOT_COUNTED or entry.action not in limits:
            continue
        counted[entry.action] += 1
        arrival = entry.sub_account or entry.secret_id, entry.action, _region(entry), ""
        if windows.count(arrival, limits[entry.action], entry.at) is not None:
            refused[entry.action] += 1
    return counted, refused


def _region(entry: Entry) -> str:
    host = next((value for name, value in entry.headers if name.lower() == b"host"), b"")
    return entry_region(host.decode("utf-8", "replace").strip().lower().rpartition("//")[2].partition(":")[0])
