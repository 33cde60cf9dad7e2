"""`@pytest.mark.ccc(…)`: what the fake of one test is like."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

import pytest

from ccc_contract.spelling import did_you_mean

from ..auth import IN_THE_INI, checked
from ..limits import Limits
from .allowed import UNCONSUMED, allowed
from .every_plan import plan_of
from .options import Options

FIXTURES = ("ccc", "ccc_server", "ccc_server_tls")
"""What makes a fake."""


def settings_of(item: pytest.Item, options: Options) -> tuple[dict[str, Any], frozenset[str]]:
    """What `ccc_mock.fake` takes for this test, and what the test may leave behind.

    Fails the test, with its name, where a marker has another keyword or a value that is none.
    """
    given, every = _given(item), plan_of(item)
    if every and "plan" in given:
        _refuse(item, "has a plan, and @pytest.mark.ccc_every_plan has others: leave one of the two out")
    settings = {
        "plan": every or given.get("plan"),
        "at": given.get("at"),
        "seed": given.get("seed", options.seed_of(item.nodeid)),
        "limits": given.get("limits", options.limits),
        "world": _found(given.get("world", "open"), item.config.rootpath),
        "auth": given.get("auth", options.auth),
        "credentials": options.credentials,
        "cure": IN_THE_INI,
        "mutant": item.config.option.ccc_mutant,
    }
    # Who gives up after a fault leaves the rest of a plan behind, and that is no matter of plans that nobody wrote.
    allow = given.get("allow", options.allow)
    return settings, allow | {UNCONSUMED} if every else allow


def accepted_by(item: pytest.Item) -> frozenset[str]:
    """The assumptions that the answers of this test may rest on."""
    accepted: frozenset[str] = _given(item).get("accept", frozenset())
    return accepted


def check_it_is_used(item: pytest.Item) -> None:
    """Fail a test whose own marker has no fake to be for: its plan would happen to nobody."""
    names = getattr(item, "fixturenames", ())
    if "request" not in names and not set(names) & {*FIXTURES, "ccc_credentials"}:
        _refuse(item, f"is for a fake, and the test has none: let it take {', '.join(FIXTURES[:-1])} or {FIXTURES[-1]}")


@contextlib.contextmanager
def told_as_the_marker_s(item: pytest.Item) -> Iterator[None]:
    """Fail the test where a value of its marker makes no fake: a plan, a time or a world that is none."""
    try:
        yield
    except ValueError as reason:
        _refuse(item, f"makes no fake: {reason}")


def _given(item: pytest.Item) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for mark in item.iter_markers("ccc"):  # the closest comes first
        if mark.args:
            _refuse(item, f"takes keywords only, such as plan={mark.args[0]!r}")
        for name, value in mark.kwargs.items():
            given.setdefault(name, _checked(item, name, value))
    return {name: value for name, value in given.items() if value is not None}


def _checked(item: pytest.Item, name: str, value: Any) -> Any:
    if name not in _KEYWORDS:
        _refuse(item, f"has no {name!r}; {did_you_mean(name, tuple(_KEYWORDS))}; there are {', '.join(_KEYWORDS)}")
    if value is None:
        return None
    try:
        return _KEYWORDS[name](value)
    except (ValueError, TypeError) as reason:
        _refuse(item, f"{name}: {str(reason).removeprefix('auth: ')}")


def _refuse(item: pytest.Item, what: str) -> NoReturn:
    # Without the error that it comes from, which says no more.
    raise pytest.fail.Exception(f"{item.nodeid}: @pytest.mark.ccc {what}", pytrace=False) from None


def _a(expected: str, *kinds: type) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise ValueError(f"expected {expected}, got {value!r}")
        return value

    return check


def _accepted(given: Any) -> frozenset[str]:
    from .accepting import accepted  # few tests do, and it brings the whole pipeline

    return accepted(given)


_KEYWORDS: Mapping[str, Callable[[Any], Any]] = {
    "plan": _a("the text of a plan", str),
    "at": _a("Unix seconds or a text", int, float, str),
    "seed": _a("a whole number", int),
    "limits": _a("True, False or ccc_mock.Limits(...)", bool, Limits),
    "world": _a("open, strict, a file or a mapping", str, Path, Mapping),
    "auth": checked,
    "allow": allowed,
    "accept": _accepted,
}


def _found(world: Any, root: Path) -> Any:
    """A file is looked for from the root folder of the run, wherever pytest was started."""
    if isinstance(world, str | Path) and Path(world).suffix:
        return root / world
    return world
