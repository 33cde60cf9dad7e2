"""Reads off the journals of a test's fakes, when it is over, what its code has met."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import pytest

from ccc_contract.reading import load_api

from ..accounts import Account, Credential
from ..adapters import intercept
from ..coverage.record import OfTest
from ..coverage.sightings import Sighting, Stretch, action_of, actions_of, sightings
from ..endpoint import Endpoint
from ..faking import Fake, at_the_end
from ..journal import Entry
from ..surface import AccountSurface
from . import in_use

UNKNOWN = "(no action of the service)"
"""Stands for every action that is none: strangers make up as many as they like."""


@dataclass(frozen=True, slots=True)
class OneAccount(AccountSurface):
    """An account to look at; nobody signs for it."""

    endpoint: Endpoint
    account: Account

    @property
    def credential(self) -> Credential:
        raise LookupError("an account that is only looked at has no credential at hand")


class Collector:
    """What was read last of each account; nothing of a journal is read twice."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a fake ends in whatever thread began it
        self._read: WeakKeyDictionary[Account, int] = WeakKeyDictionary()
        self._test = OfTest()
        self._actions = load_api().actions

    def begin(self) -> None:
        """From now on each fake of this process is read when it ends, too."""
        at_the_end.append(self._look)

    def end(self) -> None:
        at_the_end.remove(self._look)

    def collected(self, item: pytest.Item) -> OfTest:
        """What has come since this was asked last: of the test's sockets, and of every fake of this process."""
        uses = in_use.of(item)
        for use in uses.fakes if uses else ():
            if not isinstance(use.surface, Fake):  # one of this process has ended by now, or is active
                self._read_all(use.surface.endpoint, None)
        for target in intercept.active():
            if isinstance(target, Fake):
                self._look(target)
        with self._lock:
            test, self._test = self._test, OfTest()
        return test

    def _look(self, fake: Fake) -> None:
        self._read_all(fake.endpoint, dict(reversed(fake.broken)))

    def _read_all(self, endpoint: Endpoint, broken: Mapping[str, str] | None) -> None:
        with self._lock:
            for account in endpoint.accounts:
                self._read_account(OneAccount(endpoint, account), broken)

    def _read_account(self, looked_at: OneAccount, broken: Mapping[str, str] | None) -> None:
        account = looked_at.account
        read = self._read.get(account, 0)
        with account.lock:
            journal = account.journal
            if journal.last == read:
                return
            page = journal.page(after=read, limit=journal.MAX_ENTRIES)
            observed, stands = tuple(account.observed), account.clock.world_is_frozen
        self._read[account] = page.last
        self._test.unread += page.last - read - len(page.entries)
        entries = list(map(self._known, page.entries))
        self._test.calls.update(actions_of(entries))
        self._test.sight(_audited(looked_at, list(sightings(Stretch(entries, broken, observed, stands)))))

    def _known(self, entry: Entry) -> Entry:
        """It with an action that there is, or with UNKNOWN."""
        if entry.action in self._actions:
            return entry
        action = action_of(entry)
        return entry._replace(action=action if action in self._actions else UNKNOWN)


def _audited(looked_at: OneAccount, seen: list[Sighting]) -> list[Sighting]:
    """With what the audit says, which costs more than all else: asked only where something was tried again."""
    if not any(each.again for each in seen):
        return seen
    said = looked_at.audit_retries().by_entry()
    return [each._replace(retries=said.get(each.n, "")) for each in seen]
