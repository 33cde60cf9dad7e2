"""Which wrong targets the properties tell from right ones: a matrix, and what is to be learned from it.  Pure.

A row is a target that is wrong on purpose, a column a property; a property kills a target that it finds to differ.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

FORM = 1


MOST_TOLD = 3


def told(killers: Sequence[str]) -> str:
    """On one line: a target that is wrong in everything is found out by nearly every property."""
    if not killers:
        return "not found out"
    more = f" and {len(killers) - MOST_TOLD} more" if len(killers) > MOST_TOLD else ""
    return ", ".join(killers[:MOST_TOLD]) + more


@dataclass(frozen=True)
class Matrix:
    """`rows`: name of a target → the properties that kill it, in the order in which they were tried."""

    command: str
    seed: int
    examples: int
    properties: tuple[str, ...]
    rows: Mapping[str, tuple[str, ...]]

    @property
    def survivors(self) -> list[str]:
        return [name for name, killers in self.rows.items() if not killers]

    @property
    def idle(self) -> list[str]:
        """Properties that kill nothing."""
        busy = {killer for killers in self.rows.values() for killer in killers}
        return [name for name in self.properties if name not in busy]

    @property
    def alike(self) -> list[tuple[str, ...]]:
        """Targets that the same properties kill: for the suite they are one."""
        found: dict[frozenset[str], list[str]] = {}
        for name, killers in self.rows.items():
            if killers:
                found.setdefault(frozenset(killers), []).append(name)
        return [tuple(names) for names in found.values() if len(names) > 1]

    def lines(self) -> Iterator[str]:
        """For people."""
        width = max(map(len, self.rows), default=0)
        for name, killers in self.rows.items():
            yield f"{name.ljust(width)}  {told(killers)}"
        yield ""
        killed = len(self.rows) - len(self.survivors)
        yield f"{killed} of {len(self.rows)} wrong targets are found out, by {len(self.properties)} properties"
        for what, names in (("survive", self.survivors), ("kill nothing", self.idle)):
            if names:
                yield f"{what}: {', '.join(names)}"
        for group in self.alike:
            yield f"alike: {', '.join(group)}"

    def dumped(self) -> str:
        value = {
            "form": FORM,
            "command": self.command,
            "seed": self.seed,
            "examples": self.examples,
            "properties": list(self.properties),
            "rows": {name: list(killers) for name, killers in self.rows.items()},
        }
        return json.dumps(value, indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def read(cls, text: str) -> Matrix:
        """Raises ValueError for what `dumped` did not write."""
        value = json.loads(text)
        if not isinstance(value, dict) or value.get("form") != FORM:
            raise ValueError(f"expected a matrix of form {FORM}")
        rows: Mapping[str, Sequence[str]] = value["rows"]
        return cls(
            value["command"], value["seed"], value["examples"], tuple(value["properties"]),
            {name: tuple(killers) for name, killers in rows.items()},
        )  # fmt: skip
