"""Everything that can happen to a few calls: the words for it, and all plans of them up to a bound."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import product
from typing import Final

from ccc_contract.reading import load_api
from ccc_contract.spelling import did_you_mean

from .grammar import parse

MAX_PLANS: Final = 20_000
"""Of how many plans a list may be: pytest takes minutes and gigabytes for more tests."""

WITHOUT_WAITING: Final = (
    "RequestLimitExceeded", "ok+reset@after", "ok+reset@before", "InternalError@after", "ok+close@after",
    "ok+close@before", "ok+page(502)", "ok+truncate", "ok+reset(7)", "ok+content-length(9999)",
    "ok+content-type(text/html)", "ok+status(500)", "ok+garbage", "ok+empty", "ok+braces", "ok+bare",
    "ok+missing(RequestId)", "ok+redirect", "ok+drop",
)  # fmt: skip
"""What can happen to a call of any action and takes no time, the most telling first: to these a plan is shrunk.

What waits (`delay`, `stall`, `drip`) is for who passes it: each takes as long in each of a hundred examples.
"""


class FaultPlan(str):
    """The text of a plan; shown as the marker that makes it happen again."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f'@pytest.mark.ccc(plan="{self}")'


def every_fault_plan(
    *,
    max_faults: int = 1,
    max_gap: int = 0,
    action: str = "CreateAIAgentCall",
    words: Collection[str] | None = None,
) -> list[FaultPlan]:
    """All of them, the shortest first, for `pytest.mark.parametrize`: with w words there are (w · (max_gap+1))^k of k
    faults, so bound it.

    Raises ValueError: an action or a word that there is not (PlanError), a bound below 0, or more than MAX_PLANS plans.
    """
    check_bounds(max_faults, max_gap)
    known = checked(action, words)
    _check_number(len(known) * (max_gap + 1), max_faults)
    steps = list(product(range(max_gap + 1), known))
    return [plan_of(list(chosen)) for faults in range(max_faults + 1) for chosen in product(steps, repeat=faults)]


def _check_number(steps: int, max_faults: int) -> None:
    """The numbers of plans of 0, 1, … faults are added up only as far as they are allowed."""
    number = 0
    for faults in range(max_faults + 1):
        number += steps**faults
        if number > MAX_PLANS:
            raise ValueError(
                f"expected at most {MAX_PLANS:,} plans, got {number:,} of up to {faults} faults, each one of {steps:,} "
                "things: allow fewer faults, or give fewer words"
            )


def words_for(action: str = "CreateAIAgentCall") -> tuple[str, ...]:
    """Steps that take no time: WITHOUT_WAITING, then every code that the action declares.

    Raises ValueError for an action that there is not.
    """
    actions = load_api().actions
    if action not in actions:
        raise ValueError(f"no action {action!r}; {did_you_mean(action, tuple(actions))}")
    return tuple(dict.fromkeys((*WITHOUT_WAITING, *actions[action].errors)))


def check_bounds(max_faults: int, max_gap: int) -> None:
    """Raises ValueError for one below 0."""
    for name, bound in (("max_faults", max_faults), ("max_gap", max_gap)):
        if bound < 0:
            raise ValueError(f"{name}: expected 0 or more, got {bound}")


def checked(action: str, words: Collection[str] | None) -> tuple[str, ...]:
    """The steps to choose from, by default `words_for` the action.  Raises ValueError for what is none."""
    if words is None:
        return words_for(action)
    api = load_api()
    if isinstance(words, str) or not isinstance(words, Collection) or not words:
        raise ValueError(f"words: expected steps of a plan, got {words!r}")
    for word in words:
        if not isinstance(word, str):
            raise ValueError(f"expected one step of a plan for one call, got {word!r}")
        drafts = parse(word, api, action).drafts
        if len(drafts) > 1 or len(drafts[0].steps) > 1 or drafts[0].narrowed or drafts[0].steps[0].times is None:
            raise ValueError(f"expected one step of a plan for one call, got {word!r}")
    return tuple(dict.fromkeys(words))


def plan_of(steps: list[tuple[int, str]]) -> FaultPlan:
    """The plan of so many calls that succeed, then such a one, and so on."""
    return FaultPlan(", ".join(_spelled(steps)) or "ok")


def _spelled(steps: list[tuple[int, str]]) -> Iterator[str]:
    for gap, word in steps:
        yield from ["ok"] * gap
        yield word
