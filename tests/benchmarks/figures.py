"""What the benchmark prints: figures beside what they are compared with, and whether they reach what they should."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple


class Reach(NamedTuple):
    """What a figure, or its ratio to what stands beside it, should come to."""

    subject: Literal["figure", "ratio"]
    bound: Literal["at least", "at most"]
    value: float

    def __str__(self) -> str:
        return f"{'ratio ' if self.subject == 'ratio' else ''}{self.bound} {self.value:g}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure of the fake; `beside` is the same of what it is compared with (the bare endpoint, the floor)."""

    measure: str
    fake: float
    unit: str
    beside: float | None = None
    ratio: float | None = None
    """Fake by beside: the median of the pairs where they were measured in pairs."""
    reach: Reach | None = None

    @property
    def verdict(self) -> str:
        if self.reach is None:
            return ""
        value = self.ratio if self.reach.subject == "ratio" else self.fake
        assert value is not None
        met = value >= self.reach.value if self.reach.bound == "at least" else value <= self.reach.value
        return "met" if met else "missed"

    def as_json(self) -> dict[str, object]:
        return {
            "measure": self.measure,
            "unit": self.unit,
            "fake": self.fake,
            "beside": self.beside,
            "ratio": self.ratio,
            "reach": str(self.reach) if self.reach else None,
            "verdict": self.verdict or None,
        }


@dataclass(frozen=True, slots=True)
class Result:
    """What a part found: its figures, and sentences that say where they come from."""

    figures: Sequence[Figure]
    profile: Sequence[str] = field(default_factory=list)


HEADINGS = ("measure", "fake", "beside", "ratio", "reach", "")


def table(figures: Iterable[Figure]) -> str:
    rows = [HEADINGS, *map(_row, figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(_line(row, widths) for row in rows)


def _row(figure: Figure) -> tuple[str, ...]:
    return (
        f"{figure.measure}, {figure.unit}",
        _number(figure.fake),
        _number(figure.beside),
        "" if figure.ratio is None else f"{figure.ratio:.2f}",
        str(figure.reach or ""),
        figure.verdict,
    )


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.1f}"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    """Words to the left, numbers to the right."""
    cells = [
        cell.rjust(width) if position in (1, 2, 3) else cell.ljust(width)
        for position, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()
