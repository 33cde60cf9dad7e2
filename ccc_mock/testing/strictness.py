"""What a test may not leave behind: plans that did not happen, calls that rang twice, calls that nobody answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from ..journal import NOT_SUPPORTED, Entry
from ..ledger import Incomplete
from ..plans.plan import NotConsumed
from ..surface import AccountSurface, RangTwice
from . import in_use
from .allowed import DUPLICATES, STOPPED, UNCONSUMED, UNSUPPORTED
from .flooring import findings as below
from .in_use import InUse
from .rate import BEFORE_PLANS


def check(item: pytest.Item, use: InUse) -> None:
    """Fail a test that succeeded, for what it left behind in this fake."""
    found = list(findings(use)) if in_use.passed(item) else []
    if found:
        pytest.fail("\n\n".join(found), pytrace=False)


def findings(use: InUse) -> Iterator[str]:
    """What is left behind and not allowed: a text for each kind, which says what to do and how to allow it."""
    for word, find in _KINDS.items():
        if word not in use.allow:
            found = find(use.surface)
            if found is not None:
                yield _text(word, *found)
    yield from stopped(use.refused, use.allow)
    if use.floor is not None:
        yield from below(use.floor)


def stopped(refused: list[str], allow: frozenset[str]) -> Iterator[str]:
    """The text for calls of the real service that were stopped, where that is not allowed."""
    if refused and STOPPED not in allow:
        told = "\n".join(f"  {sentence}" for sentence in dict.fromkeys(refused))
        yield _text(
            STOPPED,
            f"{len(refused)} call(s) would have reached the real service, and were stopped:\n{told}",
            "Give the code the fake that it belongs to.",
        )


def _text(word: str, what: str, cure: str) -> str:
    return (
        f"ccc-mock: {what}\n{cure}  To allow it: @pytest.mark.ccc(allow={word!r}), or for every test "
        f"`ccc_allow = {word}` in the ini."
    )


Found = tuple[str, str] | None
"""What it is, and what to do about it."""


def _unconsumed(surface: AccountSurface) -> Found:
    try:
        surface.assert_consumed()
    except NotConsumed as left:
        with surface.account.lock:
            journal = surface.account.journal
            came, entries = journal.last, journal.page(limit=journal.MAX_ENTRIES).entries
        early = [entry for entry in entries if entry.stage in BEFORE_PLANS]
        return str(left), (
            f"{came} call(s) came; each call draws one step of a plan that is for it (docs/plans.md).{_early(early)}"
        )
    return None


def _early(refused: list[Entry]) -> str:
    """What is to be known of calls that drew no step, because they were refused too early for one."""
    if not refused:
        return ""
    told = ", ".join(dict.fromkeys(entry.verdict for entry in refused))
    return (
        f"  {len(refused)} of them drew none, being refused before it is known who calls ({told}): plans take effect "
        "after authentication."
    )


def _duplicates(surface: AccountSurface) -> Found:
    try:
        surface.assert_no_duplicates()
    except RangTwice as twice:
        return str(twice), "A lost answer is no proof that nobody was dialled: find that out before a call is repeated."
    except Incomplete:
        return None  # more calls than are kept: nobody can tell
    return None


def _unsupported(surface: AccountSurface) -> Found:
    with surface.account.lock:
        page = surface.account.journal.page(limit=surface.account.journal.MAX_ENTRIES)
    lines = dict.fromkeys(f"  {entry.why}" for entry in page.entries if entry.verdict == NOT_SUPPORTED)
    if not lines:
        return None
    return "the fake has no answer to what was called:\n" + "\n".join(
        lines
    ), "It raised NotSupportedByFake, whatever the code made of that."


_KINDS: dict[str, Callable[[AccountSurface], Found]] = {
    UNCONSUMED: _unconsumed,
    DUPLICATES: _duplicates,
    UNSUPPORTED: _unsupported,
}
