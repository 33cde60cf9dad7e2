"""Plans for Hypothesis to draw and shrink, and all plans up to a bound: how does a caller bear what can happen?

Needs Hypothesis (`pip install hypothesis`); nothing else of the fake does.
"""

from __future__ import annotations

from collections.abc import Collection

from hypothesis import strategies as st

from .plans.every import WITHOUT_WAITING, FaultPlan, check_bounds, checked, every_fault_plan, plan_of, words_for

__all__ = ["WITHOUT_WAITING", "FaultPlan", "every_fault_plan", "fault_plans", "words_for"]


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
    check_bounds(max_faults, max_gap)
    step = st.tuples(st.integers(0, max_gap), st.sampled_from(checked(action, words)))
    return _plans(st.lists(step, max_size=max_faults))


@st.composite
def _plans(draw: st.DrawFn, steps: st.SearchStrategy[list[tuple[int, str]]]) -> FaultPlan:
    """Composed and not mapped: of what is mapped Hypothesis prints the mapping, and not the marker."""
    return plan_of(draw(steps))
