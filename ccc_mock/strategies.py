"""Plans for Hypothesis to draw and shrink, and all plans up to a bound: how does a caller bear what can happen?

Needs Hypothesis (`pip install hypothesis`); nothing else of the fake does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import product
from typing import Final

from hypothesis import strategies as st

from ccc_contract.reading import load_api
from ccc_contract.spelling import did_you_mean

from .plans.grammar import parse

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


def fault_plans(
    *,
    max_faults: int = 2,
    max_gap: int = 1,
    action: str = "CreateAIAgentCall",
    words: Collection[str] | None = None,
) -> st.SearchStrategy[FaultPlan]:
    """Plans with up to `max_faults` calls that go wrong, each behind up to `max_gap` that do not.

    `words` are the steps to draw from, by default `words_for(action)`.  Shrinks to the fewest faults, then to the
    earliest words.  A call behind the end of a plan succeeds.

    Raises ValueError: an action or a word that there is not (PlanError), or a bound below 0.
    """
    _check(max_faults, max_gap)
    step = st.tuples(st.integers(0, max_gap), st.sampled_from(_checked(action, words)))
    return _plans(st.lists(step, max_size=max_faults))


def every_fault_plan(
    *,
    max_faults: int = 1,
    max_gap: int = 0,
    action: str = "CreateAIAgentCall",
    words: Collection[str] | None = None,
) -> list[FaultPlan]:
    """All of them, the shortest first, for `pytest.mark.parametrize`: with w words there are (w · (max_gap+1))^k of k
    faults, so bound it.

    Raises as `fault_plans`.
    """
    _check(max_faults, max_gap)
    steps = list(product(range(max_gap + 1), _checked(action, words)))
    return [_plan(list(chosen)) for faults in range(max_faults + 1) for chosen in product(steps, repeat=faults)]


@st.composite
def _plans(draw: st.DrawFn, steps: st.SearchStrategy[list[tuple[int, str]]]) -> FaultPlan:
    """Composed and not mapped: of what is mapped Hypothesis prints the mapping, and not the marker."""
    return _plan(draw(steps))


def words_for(action: str = "CreateAIAgentCall") -> tuple[str, ...]:
    """Steps that take no time: WITHOUT_WAITING, then every code that the action declares.

    Raises ValueError for an action that there is not.
    """
    actions = load_api().actions
    if action not in actions:
        raise ValueError(f"no action {action!r}; {did_you_mean(action, tuple(actions))}")
    return tuple(dict.fromkeys((*WITHOUT_WAITING, *actions[action].errors)))


def _check(max_faults: int, max_gap: int) -> None:
    for name, bound in (("max_faults", max_faults), ("max_gap", max_gap)):
        if bound < 0:
            raise ValueError(f"{name}: expected 0 or more, got {bound}")


def _checked(action: str, words: Collection[str] | None) -> tuple[str, ...]:
    if words is None:
        return words_for(action)
    api = load_api()
    if isinstance(words, str) or not words:
        raise ValueError(f"words: expected steps of a plan, got {words!r}")
    for word in words:
        drafts = parse(word, api, action).drafts
        if len(drafts) > 1 or len(drafts[0].steps) > 1 or drafts[0].narrowed or drafts[0].steps[0].times is None:
            raise ValueError(f"expected one step of a plan for one call, got {word!r}")
    return tuple(words)


def _plan(steps: list[tuple[int, str]]) -> FaultPlan:
    return FaultPlan(", ".join(_spelled(steps)) or "ok")


def _spelled(steps: list[tuple[int, str]]) -> Iterator[str]:
    for gap, word in steps:
        yield from ["ok"] * gap
        yield word
