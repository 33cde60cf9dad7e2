"""What there is to meet: for an action its declared codes, the codes that any action may answer, and the faults.

A list of codes that only repeats another action's (`errors_inherited_from`) says nothing of this one and is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from ccc_contract.model import Action, Api

from ..plans.faults import FAULTS, Fault
from ..plans.plan import Strike
from ..plans.words import AFTER, BEFORE

Kind = Literal["declared", "common", "fault"]
KINDS: tuple[Kind, ...] = ("declared", "common", "fault")

COSTLY = (
    "reset@after", "close@after", "page@after", "RequestLimitExceeded", "reset", "close", "page", "delay",
    "InternalError", "truncate",
)  # fmt: skip
"""Told first where they were never met: those after which code that repeats, or gives up, does the most harm."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One code or fault that a call of one action can meet."""

    action: str
    name: str
    kind: Kind

    def __str__(self) -> str:
        return f"{self.action}/{self.name}"


def fault_name(strike: Strike) -> str:
    """How a fault is counted: what can come in place of the call counts apart from the same after the call."""
    fault = strike.fault
    return f"{fault.kind}@after" if fault.moment == BEFORE and strike.moment == AFTER else fault.kind


@lru_cache(maxsize=256)
def cells_of(action: Action, api: Api) -> tuple[Cell, ...]:
    """All that a call of this action can meet, in the order of the kinds."""
    common = [code for code, known in api.errors.items() if known.kind == "common"]
    declared = () if action.errors_inherited_from else action.errors
    return (
        *(Cell(action.name, code, "declared") for code in declared),
        *(Cell(action.name, code, "common") for code in common if code not in declared),
        *(Cell(action.name, name, "fault") for name in _FAULT_NAMES),
    )


def _names(fault: type[Fault]) -> tuple[str, ...]:
    return (fault.kind, f"{fault.kind}@after") if fault.moment == BEFORE else (fault.kind,)


_FAULT_NAMES = tuple(name for fault in FAULTS.values() for name in _names(fault))


def by_cost(cell: Cell) -> int:
    """The place of a cell among those that were never met."""
    return COSTLY.index(cell.name) if cell.name in COSTLY else len(COSTLY)
