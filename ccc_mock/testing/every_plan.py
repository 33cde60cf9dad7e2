"""`@pytest.mark.ccc_every_plan(…)`: a test is run once with each plan of up to so many faults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import pytest

from ccc_contract.spelling import did_you_mean

if TYPE_CHECKING:
    from ..plans.every import FaultPlan

MARKER = "ccc_every_plan"
ARGUMENT = "ccc_plan"
TAKEN = ("ccc", "ccc_server", "ccc_server_tls", "ccc_credentials", ARGUMENT)
"""What the plan of a run comes by: the fakes of the plugin, what brings one, and its text."""
KEYWORDS = ("max_faults", "max_gap", "action", "words")
"""Those of `every_fault_plan`, which is imported where a test is so marked: the grammar of plans comes with it."""
MAX_FAULTS = 1
"""What is its default, too."""

_NUMBERS = pytest.StashKey[dict[str, tuple[dict[str, int], int]]]()
"""Test → its plans with their places, and of up to how many faults they are."""


class OneOfThem(NamedTuple):
    """The plan of one run of such a test, and how many there are."""

    test: str
    """The test, without its plan."""
    plan: str
    place: int
    """Among all of them, the shortest first."""
    of: int
    up_to: int
    """The largest number of faults."""


def parametrize(metafunc: pytest.Metafunc) -> None:
    """Let a test that is so marked be as many as there are plans.

    Fails the collection where a keyword is wrong, where no plan would come to the test, and where it has one already.
    """
    mark = metafunc.definition.get_closest_marker(MARKER)
    if mark is None:
        return
    test = metafunc.definition.nodeid
    _check_a_plan_comes_to(metafunc)
    plans = _plans(mark, test)
    numbers = metafunc.config.stash.setdefault(_NUMBERS, {})
    numbers[test] = {str(plan): n for n, plan in enumerate(plans)}, mark.kwargs.get("max_faults", MAX_FAULTS)
    if ARGUMENT not in metafunc.fixturenames:
        metafunc.fixturenames.append(ARGUMENT)
    metafunc.parametrize(ARGUMENT, plans, ids=str)


def _check_a_plan_comes_to(metafunc: pytest.Metafunc) -> None:
    """All plans would pass, and none would have happened: of a fake that the test makes itself nobody here knows."""
    if not set(metafunc.fixturenames) & set(TAKEN):
        _refuse(
            metafunc.definition,
            "gives its plans to the fake of a fixture, and the test has none: let it take ccc, ccc_server or "
            f"ccc_server_tls, or {ARGUMENT}, the text, for a fake that it makes itself",
        )
    given = [mark.kwargs["plan"] for mark in metafunc.definition.iter_markers("ccc") if "plan" in mark.kwargs]
    if given[:1] not in ([], [None]):  # the closest decides, and None is for none
        _refuse(metafunc.definition, "has plans, and @pytest.mark.ccc has another: leave one of the two out")


def check_it_has_one(item: pytest.Item) -> None:
    """Fail what is so marked and has no plan, because pytest gives parameters to functions and methods only."""
    if plan_of(item) is None:
        _refuse(
            item,
            "needs a test that pytest can give parameters to, and to a method of unittest.TestCase it gives none: "
            "make it a function, or a method of a class without TestCase",
        )


def _refuse(item: pytest.Item, what: str) -> NoReturn:
    raise pytest.fail.Exception(f"{item.nodeid}: @pytest.mark.{MARKER} {what}", pytrace=False) from None


def _plans(mark: pytest.Mark, test: str) -> list[FaultPlan]:
    from ..plans.every import every_fault_plan

    try:
        return every_fault_plan(**_checked(mark))
    except (TypeError, ValueError) as reason:
        raise pytest.fail.Exception(f"{test}: @pytest.mark.{MARKER} {reason}", pytrace=False) from None


def _checked(mark: pytest.Mark) -> Mapping[str, Any]:
    if mark.args:
        raise ValueError(f"takes keywords only, such as max_faults={mark.args[0]!r}")
    for name, value in mark.kwargs.items():
        if name not in KEYWORDS:
            raise ValueError(f"has no {name!r}; {did_you_mean(name, KEYWORDS)}")
        if name.startswith("max_") and type(value) is not int:
            raise ValueError(f"{name}: expected a whole number, got {value!r}")
    return mark.kwargs


def plan_of(item: pytest.Item) -> str | None:
    """The plan of this run of a test; None for a test that is not so marked."""
    if item.get_closest_marker(MARKER) is None:
        return None
    params = getattr(getattr(item, "callspec", None), "params", {})
    return str(params[ARGUMENT]) if ARGUMENT in params else None


def one_of_them(item: pytest.Item) -> list[Any] | None:
    """What is to be told of such a run: the fields of OneOfThem, as xdist can carry them."""
    plan = plan_of(item)
    if plan is None:
        return None
    test = item.nodeid.partition("[")[0]
    places, up_to = item.config.stash[_NUMBERS][test]
    return [*OneOfThem(test + _others(item), plan, places[plan], len(places), up_to)]


def _others(item: pytest.Item) -> str:
    """The other parameters of the test, each of which has every plan."""
    given = {name: value for name, value in item.callspec.params.items() if name != ARGUMENT}  # type: ignore[attr-defined]
    return f" {given!r:.100}" if given else ""
