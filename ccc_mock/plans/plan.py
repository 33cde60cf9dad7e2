"""A plan: which calls it is for, and what happens to each of them in turn.

Values only; `grammar.parse` makes them of text, `Plans` of an account gives their steps to calls.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from fnmatch import translate
from random import Random
from typing import TYPE_CHECKING

from .words import BEFORE, Moment

if TYPE_CHECKING:
    from ccc_contract.http import Request

    from ..reply import Reply
    from .faults import Fault

OK = "ok"


@dataclass(frozen=True, slots=True)
class Strike:
    """A fault and the moment at which it strikes."""

    fault: Fault
    moment: Moment


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to one call: `ok` or a code, and the faults on top.

    `times` is how many calls in a row it is for, None for ever; `percent` how likely it happens to each.
    """

    text: str
    code: str | None = None
    moment: Moment = BEFORE
    """Of the code: BEFORE, the call is not placed; AFTER, it is placed, and then told to have failed."""
    strikes: tuple[Strike, ...] = ()
    times: int | None = 1
    percent: float | None = None

    @property
    def refused_with(self) -> str | None:
        """The code in place of the call, which is then not placed."""
        return self.code if self.moment == BEFORE else None

    @property
    def stands_in(self) -> bool:
        """Does something else answer in place of the service, so that the call gets no further?"""
        return any(strike.moment == BEFORE for strike in self.strikes)

    def happens(self, chance: Random) -> bool:
        """Draw, where it has a percentage."""
        return self.percent is None or chance.random() * 100 < self.percent

    def after(self, used: int) -> str:
        """What is left of it, as it is written, once so many calls got it: `ok*3` after one is `ok*2`."""
        if self.times is None or not used:
            return self.text
        once = re.sub(r" *\* *[0-9]+$", "", self.text)
        return once if self.times - used == 1 else f"{once}*{self.times - used}"

    def spoil(self, reply: Reply, request: Request, at: float, chance: Random) -> Reply:
        for strike in self.strikes:
            reply = strike.fault.spoil(reply, request, at, chance)
        return reply


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which calls a plan is for: globs, all of which must match."""

    action: str | None = None
    callee: str | None = None
    """Normalised, as the numbers that it is compared with."""
    credential: str | None = None

    def conditions(self) -> tuple[tuple[int, Callable[[str], object]], ...]:
        """Which of (action, callee, credential) must match what."""
        globs = (self.action, self.callee, self.credential)
        return tuple((n, re.compile(translate(glob)).match) for n, glob in enumerate(globs) if glob is not None)


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan as it was written, before an account has it."""

    text: str
    narrowing: Narrowing
    steps: tuple[Step, ...]

    @property
    def narrowed(self) -> bool:
        return self.narrowing != Narrowing()


MAX_USES = 1000
"""How many draws a plan remembers by their request; all of them are counted."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The step that a call got: of which plan, and whose randomness its faults use."""

    plan: str
    step: Step
    chance: Random
    use: Use | None = None

    @property
    def text(self) -> str:
        return f"{self.plan}: {self.step.text}"


@dataclass(slots=True)
class Use:
    """Which call got which step."""

    request_id: str
    step: str
    instead: str = ""
    """What the service itself said first, where a planned code did not come."""


class Plan:
    """A plan at work in an account.  Its account's lock guards it."""

    def __init__(self, name: str, draft: Draft, seed: int, expires_at: float | None = None) -> None:
        self.name = name
        self.text = draft.text
        self.expires_at = expires_at
        self.chance = Random(seed)
        self.used_by: deque[Use] = deque(maxlen=MAX_USES)
        self.count = 0
        """How many calls got a step."""
        self._conditions = draft.narrowing.conditions()
        self._steps = draft.steps
        self._position = 0
        self._used = 0

    @property
    def exhausted(self) -> bool:
        """No step is left."""
        return self._position >= len(self._steps)

    @property
    def consumed(self) -> bool:
        """Did everything happen that was planned?  What may happen for ever counts once it has."""
        if self.exhausted:
            return True
        last = self._steps[self._position]
        return last.times is None and self._used > 0

    def left(self) -> list[str]:
        """The steps that no call got yet, the first hundred of them."""
        if self.consumed:
            return []
        begun, *rest = self._steps[self._position : self._position + 100]
        return [begun.after(self._used), *(step.text for step in rest)]

    @property
    def only(self) -> str:
        """Where it is not for every call: its text, which says for which, as it stands behind the steps left."""
        return f" (it is for some calls only: `{self.text}`)" if self._conditions else ""

    def matches(self, values: tuple[str, str, str]) -> bool:
        """Is it for a call with this action, callee and credential?"""
        for position, match in self._conditions:  # noqa: SIM110, a generator costs as much as three matches
            if not match(values[position]):
                return False
        return True

    def draw(self, request_id: str) -> Drawn | None:
        """The step for a matching call; None where none is left, or the die said no."""
        if self.exhausted:
            return None
        step = self._steps[self._position]
        if not step.happens(self.chance):
            return None
        self._used += 1
        self.count += 1
        if step.times is not None and self._used >= step.times:
            self._position, self._used = self._position + 1, 0
        use = Use(request_id, step.text)
        self.used_by.append(use)
        return Drawn(self.name, step, self.chance, use)

    def copied(self) -> Plan:
        """Another one that has come as far, and throws the same dice."""
        other = copy(self)
        other.chance, other.used_by = Random(), self.used_by.copy()
        other.chance.setstate(self.chance.getstate())
        return other

    def __repr__(self) -> str:
        return f"<Plan {self.name}: {self.text[:80]}>"


class NotConsumed(AssertionError):
    """Something was planned and did not happen; the message lists it."""


class PlanExists(ValueError):
    """The name is taken."""


class TooManyPlans(ValueError):
    """Plans are made by requests, so their number has a bound."""


class Plans:
    """The plans of one account, in the order in which they were declared.  Its account's lock guards them."""

    MAX_PLANS = 10_000

    def __init__(self, seed: int | None = None) -> None:
        self._random = Random(seed)
        self._plans: dict[str, Plan] = {}
        self._number = 0

    def __iter__(self) -> Iterator[Plan]:
        return iter(list(self._plans.values()))

    def __len__(self) -> int:
        return len(self._plans)

    def add(self, drafts: Iterable[Draft], *, name: str | None = None, expires_at: float | None = None) -> list[Plan]:
        """Declare plans; several of one text are numbered `name`, `name-2`, ….  All or none.

        Raises PlanExists and TooManyPlans.
        """
        drafts = list(drafts)
        names = [self._free_name(name, n) for n, _ in enumerate(drafts, 1)]
        taken = next((each for each in names if each in self._plans), None)
        if taken is not None:
            raise PlanExists(f"a plan {taken!r} exists; remove it first, or choose another name")
        if len(self._plans) + len(drafts) > self.MAX_PLANS:
            raise TooManyPlans(f"{self.MAX_PLANS} plans exist; remove those that are done with")
        made = [
            Plan(each, draft, self._random.getrandbits(64), expires_at)
            for each, draft in zip(names, drafts, strict=True)
        ]
        self._plans.update({plan.name: plan for plan in made})
        return made

    def _free_name(self, name: str | None, n: int) -> str:
        if name is not None:
            return name if n == 1 else f"{name}-{n}"
        self._number += 1
        while f"plan-{self._number}" in self._plans:
            self._number += 1
        return f"plan-{self._number}"

    def copied(self) -> Plans:
        """Others that have come as far; to them none can be added."""
        other = copy(self)
        other._plans = {name: plan.copied() for name, plan in self._plans.items()}
        return other

    def get(self, name: str) -> Plan | None:
        return self._plans.get(name)

    def remove(self, name: str) -> Plan | None:
        return self._plans.pop(name, None)

    def clear(self) -> None:
        self._plans.clear()

    def draw(self, request_id: str, now: float, action: str, callee: str, credential: str) -> Drawn | None:
        """The step that a call gets: of the first-declared plan that matches and has one left."""
        values = action, callee, credential
        for plan in self._plans.values():
            if plan.exhausted or (plan.expires_at is not None and now >= plan.expires_at):
                continue
            if plan.matches(values):
                drawn = plan.draw(request_id)
                if drawn is not None:
                    return drawn
        return None

    def assert_consumed(self) -> None:
        """Raises NotConsumed, naming each plan with what is left of it and, where it is narrowed, its whole text."""
        __tracebackhide__ = True
        left = [f"  {plan.name}: {', '.join(plan.left())}{plan.only}" for plan in self if not plan.consumed]
        missed = [
            f"  {plan.name}: {use.step}, because request {use.request_id} was told {use.instead}"
            for plan in self
            for use in plan.used_by
            if use.instead
        ]
        if left or missed:
            raise NotConsumed("planned and not happened:\n" + "\n".join([*left, *missed]))
