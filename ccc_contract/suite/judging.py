"""One property against one target: drawn, tried, shrunk; and what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis.errors import Flaky, Unsatisfiable
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from .property import Property
from .reply import Rehearsed, Reply, Unreachable, Violation
from .service import Service, opened
from .target import Target

Outcome = Literal["held", "differs", "not run", "could not tell"]
EXAMPLES = 100
MACHINE_STEPS = 20


@dataclass(frozen=True)
class Verdict:
    """What came of one property; `why` is "" where it held."""

    property: Property
    outcome: Outcome
    why: str = ""
    examples: int = 0
    requests: int = 0
    seconds: float = 0.0
    actions: frozenset[str] = frozenset()
    """Those of which it judged an answer."""
    ways: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    """(scheme, method, writing) → requests."""
    violation: Violation | None = None
    drawn: Mapping[str, Any] = field(default_factory=dict)
    """What it was drawn from; nothing for a state machine."""
    heard: tuple[Reply, ...] = ()
    """The conversation that shows it, as short as it could be made."""


def judge(prop: Property, target: Target, *, examples: int = EXAMPLES, seed: int = 0, shrinks: bool = True) -> Verdict:
    """Try it with so many examples, drawn from `seed`; what differs is made as small as can be if it `shrinks`."""
    if target.is_live and not prop.refusal and "own callees" not in prop.needs:
        return Verdict(prop, "not run", "nothing says that the service surely refuses its requests")
    missing = sorted(prop.needs - target.can)
    if missing:
        return Verdict(prop, "not run", f"needs a {' and a '.join(missing)}, which this target does not offer")
    began = time.perf_counter()
    try:
        with opened(target) as service:
            trial = _Trial(prop, service, shrinks=shrinks)
            outcome, why, violation = trial.run(min(examples, prop.at_most or examples), seed)
            service.kept = violation is not None
    except Unreachable as error:
        return Verdict(prop, "could not tell", str(error), seconds=time.perf_counter() - began)
    return Verdict(
        prop, outcome, why, trial.examples, service.asked, time.perf_counter() - began,
        frozenset(service.judged), dict(service.ways), violation,
        trial.drawn if violation else {}, trial.shown if violation else (),
    )  # fmt: skip


class _Trial:
    def __init__(self, prop: Property, service: Service, *, shrinks: bool) -> None:
        shrinks = shrinks and not service.target.is_live
        self._phases = (Phase.explicit, Phase.generate, *([Phase.shrink] if shrinks else []))
        self._property, self._service = prop, service
        self._first: Violation | None = None
        self.examples = 0
        """Those that came to an end: not what was drawn in vain."""
        self.shown: tuple[Reply, ...] = ()
        self.drawn: Mapping[str, Any] = {}

    def run(self, examples: int, seed: int) -> tuple[Outcome, str, Violation | None]:
        try:
            self._test(examples, seed)()
        except Unsatisfiable:
            held = next(iter(self._service.held_back), "")
            why = f"held back: {held}" if held else "this target plays none of the actions that it is about"
            return "not run", why, None
        except (Violation, Flaky) as failure:
            violation = failure if isinstance(failure, Violation) else self._first or _violation_in(failure)
            if violation is None and self._service.failures:
                return "could not tell", str(self._service.failures[0]), None
            if violation is None:
                return "could not tell", "it did not answer the same each time that it was asked", None
            self.shown = self.shown or tuple(self._service.heard)  # of a machine: what was tried last is the shortest
            not_always = "" if violation is failure else "; not each time that it was tried"
            return "differs", f"{violation}{not_always}", violation
        except Unreachable as error:
            return "could not tell", str(error), None
        if not self._service.asked:
            return "not run", "nothing was sent", None
        if not self._service.was_answered:
            return "not run", "this target answered nothing, not even what it says that it plays", None
        return "held", "", None

    def _test(self, examples: int, seed: int) -> Callable[[], None]:
        how = settings(
            max_examples=examples, deadline=None, database=None, derandomize=False, print_blob=False,
            phases=self._phases, report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck), verbosity=Verbosity.quiet, stateful_step_count=MACHINE_STEPS,
        )  # fmt: skip
        prop, service = self._property, self._service
        if prop.machine is not None:
            machine = prop.machine

            def begun() -> RuleBasedStateMachine:
                self._service.begin()
                self.examples += 1
                return machine(service)

            factory: Any = hypothesis.seed(seed)(begun)  # typed as a class there, and called only
            return lambda: run_state_machine_as_test(factory, settings=how)
        drawn = given(**prop.strategies(service.target))(self._tried)
        test: Callable[[], None] = hypothesis.seed(seed)(how(drawn))
        return test

    def _tried(self, **drawn: Any) -> None:
        if self._first is not None and self._service.target.is_live:
            raise self._first  # Hypothesis tries again what failed, and a call may ring twice
        self._service.begin()
        assert self._property.check is not None
        try:
            with suppress(Rehearsed):
                self._property.check(self._service, **drawn)
        except Violation as violation:
            self._first = self._first or violation
            self.shown, self.drawn = tuple(self._service.heard), drawn
            self.examples += 1
            raise
        self.examples += 1


def _violation_in(failure: BaseException) -> Violation | None:
    """The first of a group that Hypothesis makes of what it saw."""
    if isinstance(failure, Violation):
        return failure
    inside = map(_violation_in, getattr(failure, "exceptions", ()))
    return next(filter(None, inside), None)
