"""The fakes that a test uses, from its set-up to its last report."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from ..adapters import intercept
from ..faking import Fake, at_the_end
from ..surface import AccountSurface

if TYPE_CHECKING:
    from ..assumptions.floor import Floor


@dataclass(slots=True)
class InUse:
    """One fake of one test."""

    fixture: str
    surface: AccountSurface
    settings: dict[str, Any]
    allow: frozenset[str]
    refused: list[str] = field(default_factory=list)
    """Calls of the real service that were stopped meanwhile; a sentence for each."""
    floor: Floor | None = None
    """Finds what answers rest on an assumption, where the run asks for that."""

    @property
    def is_idle(self) -> bool:
        """Did nothing come to it, and was nothing meant to?"""
        return not (has_been_used(self.surface) or self.refused)


@dataclass(slots=True)
class Uses:
    """All fakes of one test, and what became of it so far."""

    fakes: list[InUse] = field(default_factory=list)
    passed: bool = False
    """Did the test itself succeed?  Only then is it failed for what it left behind."""
    told: bool = False
    """Has a report explained it?"""
    elsewhere: bool = False
    """Was a fake used that the test made itself, and that is over?"""

    def looked_at(self, ended: Fake) -> None:
        """A fake of this process has ended."""
        self.elsewhere = self.elsewhere or self._is_another(ended)

    @property
    def of_interest(self) -> list[InUse]:
        """The fakes to tell of: an idle one says nothing where another, or one that the test made, was used."""
        used = [fake for fake in self.fakes if not fake.is_idle]
        active = (fake for fake in intercept.active() if isinstance(fake, Fake))
        return used if used or self.elsewhere or any(map(self._is_another, active)) else self.fakes

    def _is_another(self, fake: Fake) -> bool:
        return all(fake is not own.surface for own in self.fakes) and has_been_used(fake)


def has_been_used(surface: AccountSurface) -> bool:
    """Has a call come, or was a plan made for one?"""
    with surface.account.lock:
        return bool(surface.account.journal.last or list(surface.account.plans))


_USES = pytest.StashKey[Uses]()


def begin(item: pytest.Item, fake: InUse) -> None:
    """This test has a further fake."""
    uses = item.stash.get(_USES, None)
    if uses is None:
        uses = item.stash[_USES] = Uses()
        at_the_end.append(uses.looked_at)
    uses.fakes.append(fake)


def passed(item: pytest.Item) -> bool:
    """Did the test itself succeed?"""
    return item.stash[_USES].passed


def refused(item: pytest.Item) -> set[str]:
    """The calls of the real service that the fakes of this test have seen stopped."""
    uses = item.stash.get(_USES, None)
    return {sentence for fake in uses.fakes for sentence in fake.refused} if uses else set()


def of(item: pytest.Item) -> Uses | None:
    """The fakes of this test; None where it has had none."""
    return item.stash.get(_USES, None)


def forget(item: pytest.Item) -> None:
    """The test is over; when it is run again, it begins anew."""
    at_the_end.remove(item.stash[_USES].looked_at)
    del item.stash[_USES]
